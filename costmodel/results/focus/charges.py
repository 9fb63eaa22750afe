"""Charges as FOCUS rows: one for each priced meter of an entry of the bill."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.prices.schema import GLOBAL
from costmodel.results.focus.prices import row_price, source_parts
from costmodel.results.focus.row import Row, checked, number, units
from costmodel.usage.logs.cube.cell_maker import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.billing.bill import Charge, Entry
    from costmodel.results.focus.origin import Origin
    from costmodel.results.focus.prices import RowPrice

_ZERO = Fraction(0)


class Charges:
    """Makes the rows of entries; what follows from a price is made once, as many entries share it."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._prices: dict[tuple[object, ...], RowPrice | None] = {}

    def rows(self, entry: Entry) -> Iterator[Row]:
        """The rows of an entry, in the order of its charges.

        Raises:
            UsageError: a number is too large for its column.
        """
        known = _is_listed(entry)
        common = self._origin.parts(entry.model, entry.month) | _entry_parts(entry)
        for charge in entry.charges:
            price = self._price(entry, charge, known=known)
            if price is not None:
                yield Row(**(common | price.parts | _amounts(entry, charge, price)))

    def _price(self, entry: Entry, charge: Charge, *, known: bool) -> RowPrice | None:
        key = (id(entry.tariff), charge.measure, known, entry.escalation_years)
        if key not in self._prices:
            self._prices[key] = row_price(entry, charge, self._origin.meters[charge.meter], known=known)
        return self._prices[key]


def _is_listed(entry: Entry) -> bool:
    """Whether a list that is not the user's own has a known price for all that was charged."""
    listed = entry.tariff.listed
    known = all(charge.list_cost is not None for charge in entry.charges)
    return known and listed is not None and listed.row.source.kind != "contracted"


def _amounts(entry: Entry, charge: Charge, price: RowPrice) -> dict[str, Any]:
    """Quantities, and the costs that are exactly their products with the prices."""
    charged, parts = _charged(charge), price.parts
    quantity = units("PricingQuantity", charged / price.per)
    rounded = price.rounded
    if number("PricingQuantity", quantity) * price.per != charged:
        rounded = (*rounded, "PricingQuantity")
    cost = checked("BilledCost", quantity * parts["ContractedUnitPrice"])
    used = _used(entry, charge) if price.paid else _ZERO
    # The same units are the same number, rounded once.
    consumed = quantity * int(price.per) if used == charged else units("ConsumedQuantity", used)
    own = quantity * parts["PricingCurrencyContractedUnitPrice"]
    return {
        **dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost"), cost),
        "ConsumedQuantity": checked("ConsumedQuantity", consumed),
        "ListCost": checked("ListCost", quantity * parts["ListUnitPrice"]),
        "PricingCurrencyEffectiveCost": checked("PricingCurrencyEffectiveCost", own),
        "PricingQuantity": quantity,
        "x_PriceNote": _note(price.note, rounded),
        "x_ReportedCost": units("x_ReportedCost", charge.cost),
    }


def _charged(charge: Charge) -> Fraction:
    """Units charged; where the list alone charges, they follow from its cost."""
    if charge.contracted_price is None and charge.list_price is not None:
        return (charge.list_cost or _ZERO) / charge.list_price.unit_price
    return Fraction(charge.quantity)


def _used(entry: Entry, charge: Charge) -> Fraction:
    """Units used: those charged, but without what an increment or a minimum adds to them."""
    shape = charge.measure.shape
    if shape is None or shape.above is not None:
        return Fraction(charge.quantity)
    return Fraction(charge.measure._replace(shape=None).of(entry.totals))


def _note(note: str, rounded: tuple[str, ...]) -> str | None:
    said = f"rounded half up at 12 decimals: {', '.join(rounded)}" if rounded else ""
    return "; ".join(filter(None, (note, said))) or None


def _entry_parts(entry: Entry) -> dict[str, Any]:
    """What all charges of an entry share."""
    listed = entry.tariff.listed if _is_listed(entry) else None
    region = None if entry.region == GLOBAL else entry.region
    tags = {name: value for name, value in entry.labels if name != DAY}  # which the charge period says
    return source_parts(entry.tariff.row) | {
        "BillingCurrency": entry.billing_currency,
        "PricingCurrency": entry.list_currency,
        "ChargeCategory": "Usage",
        "ChargePeriodStart": entry.start,
        "ChargePeriodEnd": entry.end,
        "PricingCategory": "Standard",
        "RegionId": region,
        "RegionName": region,
        "Tags": json.dumps(tags, ensure_ascii=False) if tags else None,
        "x_ListPriceSource": (listed.row.source.url or listed.row.source.title) if listed else None,
        "x_Model": entry.model,
        "x_ServiceTier": entry.tier,
        "x_SizeBand": None if entry.band.low is None and entry.band.high is None else str(entry.band),
        "x_Step": entry.step or None,
        "x_Workload": entry.workload or None,
    }

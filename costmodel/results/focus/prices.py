"""What a FOCUS row says because of its price: unit prices, SKU, and what a reader must know of them."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.charges import escalated_charge
from costmodel.quantities import decimal_text
from costmodel.results.focus.row import number, units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.billing.bill import Charge, Entry
    from costmodel.prices.meters import Meter
    from costmodel.prices.schema import PriceRow
    from costmodel.prices.tariff import PriceLine

_ZERO = Fraction(0)
_NO_LIST = "the list has no price for all of this: the contracted price stands for it"
_LISTED_ELSEWHERE = "the list charges these units as part of others: their list cost stands in another row"
_LIST_ALONE = "the list alone charges these units so: what is paid for them stands in other rows"
_MONTH = "month"  # the unit of a subscription, which is paid for whether it is used or not


class RowPrice(NamedTuple):
    """The same for every row at that price.

    Attributes:
        parts: columns and their values.
        per: units in one pricing unit.
        paid: whether something is paid in the row; else the list alone charges these units so.
        note: what a reader must know; empty for nothing.
        rounded: columns whose exact value has more decimals.
    """

    parts: dict[str, Any]
    per: Fraction
    paid: bool
    note: str
    rounded: tuple[str, ...]


class _Sides(NamedTuple):
    """Both prices of one unit, in the list currency, and the line that tells the pricing unit."""

    line: PriceLine
    listed: Fraction
    contracted: Fraction
    note: str = ""


def row_price(entry: Entry, charge: Charge, meter: Meter, *, known: bool) -> RowPrice | None:
    """The prices of a charge; None where its row would repeat what other rows say.

    Args:
        entry: the entry.
        charge: one of its charges.
        meter: the charge's meter.
        known: whether the list has a known price for all charges of the entry.
    """
    sides = _sides(charge, known=known)
    if sides is None:
        return None
    # FOCUS has whole numbers of units alone, and none of units such as token-hours.
    per = sides.line.per if sides.line.per.denominator == 1 and "-" not in meter.unit else Fraction(1)
    exact = _exact(entry, sides, per)
    parts: dict[str, Any] = {name: units(name, value) for name, value in exact.items()}
    rounded = tuple(name for name, value in exact.items() if number(name, parts[name]) != value)
    if exact["x_PriceEscalation"] == 1:
        parts["x_PriceEscalation"] = None
    parts |= _sku(entry, charge, meter) | _unit(meter, per)
    parts["ChargeDescription"] = _description(entry, charge, parts)
    return RowPrice(parts, per, charge.contracted_price is not None, sides.note, rounded)


def _sides(charge: Charge, *, known: bool) -> _Sides | None:
    """List and contracted price of one unit.

    List and contract may divide the same units in different ways, such as by pricing what comes from the cache apart
    or not. Then each side has rows of its own, in which the price of the other side is 0, and used units count once.
    """
    listed, contracted = charge.list_price, charge.contracted_price
    if contracted is None:
        alone = listed is not None and listed.unit_price and known
        return _Sides(listed, listed.unit_price, _ZERO, _LIST_ALONE) if listed is not None and alone else None
    if not known:
        return _Sides(contracted, contracted.unit_price, contracted.unit_price, _NO_LIST)
    if listed is None:
        return _Sides(contracted, _ZERO, contracted.unit_price, _LISTED_ELSEWHERE)
    return _Sides(contracted, listed.unit_price, contracted.unit_price)


def _exact(entry: Entry, sides: _Sides, per: Fraction) -> dict[str, Fraction]:
    """Unit prices before they are fitted to their columns: of a pricing unit, escalated, in both currencies."""
    escalation = Fraction(escalated_charge(1, entry.escalation_rate, entry.escalation_years))
    found = {"x_PriceEscalation": escalation}
    for side, price in (("List", sides.listed), ("Contracted", sides.contracted)):
        own = price * per * escalation
        found |= {f"PricingCurrency{side}UnitPrice": own, f"{side}UnitPrice": own * entry.credit_rate}
    return found


def _sku(entry: Entry, charge: Charge, meter: Meter) -> dict[str, str]:
    """What is sold, and at which of its prices: the case in words, without dates and amounts, which change."""
    details = {"x_Case": str(entry.tariff.contracted.case)}
    if charge.measure.shape is not None:
        details["x_Charged"] = str(charge.measure.shape)
    sku = f"{entry.model}/{charge.meter}"
    return {
        "SkuId": sku,
        "SkuMeter": meter.name,
        "SkuPriceId": "; ".join((sku, *details.values())),
        "SkuPriceDetails": json.dumps(details, ensure_ascii=False),
        "x_Meter": charge.meter,
    }


def _unit(meter: Meter, per: Fraction) -> dict[str, str]:
    """Units as FOCUS writes them: `Tokens`, `1000000 Tokens`, `Token-Hours`."""
    name = meter.units.title()
    return {
        "ChargeFrequency": "Recurring" if meter.unit == _MONTH else "Usage-Based",
        "ConsumedUnit": name,
        "PricingUnit": name if per == 1 else f"{per} {name}",
    }


def _description(entry: Entry, charge: Charge, parts: Mapping[str, Any]) -> str:
    price = number("PricingCurrencyContractedUnitPrice", parts["PricingCurrencyContractedUnitPrice"])
    shape = f", {charge.measure.shape}" if charge.measure.shape is not None else ""
    return (
        f"{parts['SkuMeter']} of {entry.model}, service tier {entry.tier}{shape}: "
        f"{decimal_text(price)} {entry.list_currency} for {parts['PricingUnit']}"
    )


def source_parts(row: PriceRow) -> dict[str, Any]:
    """Where a price was read."""
    return {
        "x_PriceRecorded": row.recorded.isoformat(),
        "x_PriceRetrieved": row.source.retrieved.isoformat(),
        "x_PriceSource": row.source.url or row.source.title,
        "x_PriceSourceKind": row.source.kind,
        "x_PriceValidFrom": row.valid.from_,
    }

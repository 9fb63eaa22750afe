"""The bill: every cell of a cube priced by its tariff, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from costmodel.billing.tariffs import Tariffs, costs
from costmodel.equations import charges as equations
from costmodel.errors import NoPriceError, NotInForceError, SeveralPricesMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from costmodel.prices.card import RateCard
    from costmodel.prices.tariff import Measure, PriceLine, Tariff
    from costmodel.quantities import Month, Number
    from costmodel.usage.cube import Band, Cell, Cube, Factors

K = TypeVar("K")
_ZERO = Fraction(0)


class Charge(NamedTuple):
    """One meter of an entry.

    Attributes:
        measure: what was multiplied.
        quantity: billed units (FOCUS: PricingQuantity, in units of one).
        list_price, contracted_price: price of one unit; None on the side that does not price it so.
        list_cost, contracted_cost: money in the list currency; no list cost where the list has no known price.
        billed_cost: money in the billing currency, after the credit rate.
        cost: money in the reporting currency.
    """

    measure: Measure
    quantity: Fraction
    list_price: PriceLine | None
    contracted_price: PriceLine | None
    list_cost: Fraction | None
    contracted_cost: Fraction
    billed_cost: Fraction
    cost: Fraction

    @property
    def meter(self) -> str:
        """The meter's name."""
        return self.measure.meter


class Entry(NamedTuple):
    """Usage of one kind at one tariff: one month, work, model, tier, region and size band.

    Attributes:
        charges: one for each priced meter of which there was any.
        totals: units of each meter, parts included in their wholes.
        list_currency, billing_currency: of its prices, and of what is paid.
        start, end: where its first span of time begins, and its last one ends.
        factors: what a forecast is made of; None for metered usage.
        exchange, escalation_years, escalation_rate: what turned billed cost into cost.
    """

    month: Month
    workload: str
    step: str
    labels: tuple[tuple[str, str], ...]
    model: str
    tier: str
    region: str
    band: Band
    tariff: Tariff
    records: Number
    requests: Number
    totals: Mapping[str, Number]
    charges: tuple[Charge, ...]
    list_currency: str
    billing_currency: str
    credit_rate: Fraction
    exchange_rate: Fraction
    escalation_rate: Fraction
    escalation_years: int
    start: datetime
    end: datetime
    factors: Factors | None = None

    def converted(self, cost: Fraction) -> tuple[Fraction, Fraction]:
        """A cost in the list currency: as billed (after credit), and as reported (after exchange and escalation)."""
        # Most usage is paid and reported as it is listed; to multiply by one takes long in a bill of many labels.
        billed = cost if _exactly(self.credit_rate, 1) else equations.billed_charge(cost, self.credit_rate)
        reported = billed if _exactly(self.exchange_rate, 1) else equations.reported_charge(billed, self.exchange_rate)
        if _exactly(self.escalation_rate, 0):
            return billed, reported
        return billed, equations.escalated_charge(reported, self.escalation_rate, self.escalation_years)

    @property
    def cost(self) -> Fraction:
        """Money in the reporting currency."""
        return sum((charge.cost for charge in self.charges), _ZERO)


class Conversion(Protocol):
    """Turns a billing currency into the reporting currency."""

    def __call__(self, currency: str) -> Fraction:
        """Reporting currency for one unit of a billing currency."""


class Terms(NamedTuple):
    """What turns list-currency charges into reported cost.

    Attributes:
        convert: exchange rate of a billing currency.
        escalation_rate: yearly change of prices.
        first_month: the month escalation counts from.
    """

    convert: Conversion
    escalation_rate: Fraction
    first_month: Month

    def years(self, month: Month) -> int:
        """Whole years since the first month."""
        return ((month.year - self.first_month.year) * 12 + month.month - self.first_month.month) // 12


def bill(cube: Cube, card: Callable[[str], RateCard], terms: Terms) -> tuple[Entry, ...]:
    """Price every cell; cells at the same tariff become one entry.

    Raises:
        NoPriceError: something has no price; all that have none are named.
    """
    merged: dict[tuple[object, ...], Cell] = {}
    tariffs: dict[tuple[object, ...], Tariff] = {}
    errors: dict[tuple[object, ...], NoPriceError] = {}
    known = Tariffs(card)
    for cell in cube.cells:
        try:
            tariff = known.of(cell)
        except NoPriceError as error:
            once = (cell.model,) if isinstance(error, NotInForceError) else (str(error),)
            errors.setdefault(once, error)
            continue
        key = (
            cell.month,
            cell.workload,
            cell.step,
            cell.labels,
            cell.model,
            cell.tier,
            cell.region,
            cell.band,
            id(tariff),
            cell.factors is None,
        )
        merged[key] = _joined(merged[key], cell) if key in merged else cell
        tariffs[key] = tariff
    if errors:
        raise (next(iter(errors.values())) if len(errors) == 1 else SeveralPricesMissingError(list(errors.values())))
    return tuple(_entry(cell, tariffs[key], card(cell.model), terms) for key, cell in merged.items())


def _joined(first: Cell, second: Cell) -> Cell:
    """Two cells at one tariff as one: spans of time are joined, so their factors differ in that share alone."""
    factors = first.factors
    if factors is not None and second.factors is not None:
        factors = factors._replace(time_share=factors.time_share + second.factors.time_share)
    return first._replace(
        start=min(first.start, second.start),
        end=max(first.end, second.end),
        records=first.records + second.records,
        requests=first.requests + second.requests,
        totals=_summed(first.totals, second.totals),
        shaped=_summed(first.shaped, second.shaped),
        factors=factors,
    )


def _summed(first: Mapping[K, Number], second: Mapping[K, Number]) -> dict[K, Number]:
    keys = dict.fromkeys((*first, *second))
    return {key: first.get(key, 0) + second.get(key, 0) for key in keys}


def _entry(cell: Cell, tariff: Tariff, card: RateCard, terms: Terms) -> Entry:
    credit = tariff.credit
    currency = credit.pays if credit else card.currency
    credit_rate = credit.per_list_unit if credit else Fraction(1)
    exchange, years = terms.convert(currency), terms.years(cell.month)
    draft = Entry(
        cell.month,
        cell.workload,
        cell.step,
        cell.labels,
        cell.model,
        cell.tier,
        cell.region,
        cell.band,
        tariff,
        cell.records,
        cell.requests,
        cell.totals,
        (),
        card.currency,
        currency,
        credit_rate,
        exchange,
        terms.escalation_rate,
        years,
        cell.start,
        cell.end,
        cell.factors,
    )
    return draft._replace(charges=tuple(_charges(draft, cell)))


def _charges(entry: Entry, cell: Cell) -> list[Charge]:
    tariff = entry.tariff
    contracted = costs(tariff.contracted, cell.totals, cell.shaped)
    alike = tariff.listed is tariff.contracted
    listed = contracted if alike else costs(tariff.listed, cell.totals, cell.shaped)
    found = []
    for measure in dict.fromkeys((*contracted, *listed)):
        unlisted = None if not entry.tariff.lists(measure.meter) else _ZERO
        list_line, _, list_cost = listed.get(measure, (None, _ZERO, unlisted))
        line, quantity, cost = contracted.get(measure, (None, _ZERO, _ZERO))
        found.append(Charge(measure, quantity, list_line, line, list_cost, cost, *entry.converted(cost)))
    return found


def _exactly(number: object, wanted: int) -> bool:
    """Whether a number is known, and is that; a draw or a traced cell is not."""
    return type(number) in {int, Fraction} and number == wanted

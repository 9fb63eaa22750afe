"""Which tariff prices a cell of usage, and what it comes to."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.charges import charge
from costmodel.errors import CostmodelError, NoPriceError
from costmodel.runtimes.operations import some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from costmodel.prices.card import RateCard
    from costmodel.prices.tariff import Measure, PriceLine, PriceSheet, Tariff
    from costmodel.quantities import Number
    from costmodel.usage.cube import Band, Cell, Cube

_ZERO = Fraction(0)


class Ratio(NamedTuple):
    """A cost that is not reduced yet: many with the same denominator are added up in whole numbers."""

    numerator: Number
    denominator: int


def priceable(
    cube: Cube, card: Callable[[str], RateCard]
) -> tuple[tuple[tuple[Cell, Tariff], ...], tuple[tuple[Cell, NoPriceError], ...]]:
    """The cells that have a price, each with its tariff, and those that have none, each with the reason.

    For usage that was metered: what has no price is told of beside the bill, never priced as nothing.
    """
    tariffs = Tariffs(card)
    priced, unpriced = [], []
    for cell in cube.cells:
        try:
            priced.append((cell, tariffs.of(cell)))
        except NoPriceError as error:
            unpriced.append((cell, error))
    return tuple(priced), tuple(unpriced)


def contracted_cost(totals: Mapping[str, Number], shaped: Mapping[Measure, Number], tariff: Tariff) -> Ratio:
    """What usage costs in the list currency, without its charges one by one.

    Args:
        totals: units by meter, as in `Cell`.
        shaped: units that were counted request by request, as in `Cell`.
        tariff: its prices.
    """
    sheet = tariff.contracted
    if not shaped:
        return Ratio(sheet.numerator(totals), sheet.denominator)
    cost = sum((cost for _, _, cost in costs(sheet, totals, shaped).values()), _ZERO)
    return Ratio(cost.numerator, cost.denominator)


class Tariffs:
    """The tariffs of cells; what depends on the time, size, tier and region alone is looked up once."""

    def __init__(self, card: Callable[[str], RateCard]) -> None:
        self._card = card
        self._found: dict[tuple[object, ...], tuple[Band, Tariff | NoPriceError]] = {}

    def of(self, cell: Cell) -> Tariff:
        """The tariff that prices a cell.

        Raises:
            NoPriceError: there is none, or none for a meter that was used.
        """
        # Fractions are slow to hash, so the band is known by its identity; it is kept, so that no other one gets that.
        key = (cell.model, cell.start, cell.end, id(cell.band), cell.tier, cell.region)
        known = self._found.get(key)
        if known is None:
            known = self._found[key] = (cell.band, self._looked_up(cell))
        found = known[1]
        if isinstance(found, NoPriceError):
            raise found
        found.contracted.require(cell.totals)
        return found

    def _looked_up(self, cell: Cell) -> Tariff | NoPriceError:
        try:
            return _tariff(cell, self._card(cell.model))
        except NoPriceError as error:
            return error


def _tariff(cell: Cell, card: RateCard) -> Tariff:
    if any(cell.start < cut < cell.end for cut in card.time_cuts(cell.start, cell.end)):
        raise _uncut(cell, card, "a change of price")
    for cut in card.size_cuts():
        if (cell.band.low is None or cell.band.low < cut) and (cell.band.high is None or cut < cell.band.high):
            raise _uncut(cell, card, "a size limit")
    return card.tariff(cell.start, cell.band.inside, cell.tier, cell.region)


def _uncut(cell: Cell, card: RateCard, what: str) -> CostmodelError:
    return NoPriceError(
        f"The usage of '{card.name}' in {cell.month} is not cut at {what} of this price book: "
        "build the usage cube again with this book."
    )


def costs(
    sheet: PriceSheet | None, totals: Mapping[str, Number], shaped: Mapping[Measure, Number]
) -> dict[Measure, tuple[PriceLine, Fraction, Fraction]]:
    """The price line, billed units and cost in the list currency of everything used; nothing where there is no list."""
    found = {}
    for line in sheet.lines if sheet is not None else ():
        measure = line.measure
        quantity: Any = measure.of(totals) if measure.shape is None else shaped[measure]
        if some(quantity):
            found[measure] = (line, quantity, charge(quantity, line.unit_price))
    return found

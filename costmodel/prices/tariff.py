"""One tariff: every meter's price in one case (one row, tier, region, size band and window of the day)."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, NamedTuple

from costmodel.documents.model import did_you_mean
from costmodel.equations.charges import adjusted_price, unit_price
from costmodel.equations.tokens import beyond_bracket, billable_units, least_units, remainder, within_bracket
from costmodel.errors import NegativePriceError, NoMeterPriceError, UnknownMeterError, UnknownPriceError, UsageError
from costmodel.quantities import decimal_text, exact
from costmodel.runtimes.operations import some, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.prices.conditions import Case
    from costmodel.prices.meters import Meters
    from costmodel.prices.schema import Adjustment, Credit, MinimumCharge, Price, PriceRow
    from costmodel.quantities import Number

_ZERO = Fraction(0)


class Shape(NamedTuple):
    """How one request's units of a meter become billed units, where that is not simply their count."""

    increment: Fraction | None = None
    minimum: Fraction | None = None
    above: Fraction | None = None
    up_to: Fraction | None = None

    def billed(self, quantity: Number) -> Fraction:
        """Billed units of one request."""
        if self.above is not None:
            if self.up_to is None:
                return beyond_bracket(quantity, self.above)  # type: ignore[no-any-return]
            return within_bracket(quantity, self.above, self.up_to)  # type: ignore[no-any-return]
        least = self.minimum or _ZERO
        billed = (
            least_units(quantity, least) if self.increment is None else billable_units(quantity, self.increment, least)
        )
        return where(quantity == 0, _ZERO, billed)  # type: ignore[no-any-return]

    def __str__(self) -> str:
        if self.above is not None:
            return f"units of a request above {int(self.above):_}" + (
                f" up to {int(self.up_to):_}" if self.up_to else ""
            )
        rounded = f"rounded up to whole {decimal_text(self.increment)}s a request" if self.increment else "as used"
        return rounded + (f", at least {decimal_text(self.minimum)} a request" if self.minimum else "")


class Measure(NamedTuple):
    """What is multiplied by a price: a meter, less the parts that are priced apart, in a shape."""

    meter: str
    minus: tuple[str, ...] = ()
    shape: Shape | None = None

    def of(self, totals: Mapping[str, Number]) -> Number:
        """Units, from the totals of one request (or of any number of requests, where there is no shape)."""
        quantity: Number = totals.get(self.meter, 0)
        if self.minus:
            quantity = remainder(quantity, *[totals.get(part, 0) for part in self.minus])
        return quantity if self.shape is None else self.shape.billed(quantity)


class PriceLine(NamedTuple):
    """The price of one measure.

    Attributes:
        measure: what the price multiplies.
        price: money for `per` units, as written in the row.
        per: units in one pricing unit.
        adjustments: those that apply, in order.
        unit_price: money for one unit, after the adjustments.
        free: the provider states that nothing is charged.
    """

    measure: Measure
    price: Fraction
    per: Fraction
    adjustments: tuple[Adjustment, ...]
    unit_price: Fraction
    free: bool = False


def where_text(row: PriceRow, case: Case) -> str:
    """A price row and a case in words, for messages."""
    return f"row from {row.valid.from_:%Y-%m-%dT%H:%MZ}; {case}"


class PriceSheet:
    """Every price of one case, ready to be multiplied in integers.

    Attributes:
        lines: one for each priced measure.
        row: the price row they come from.
        case: what the prices are for; None where they are looked at in all cases at once.
        unknown: meters whose price is marked unknown.
        denominator: of the unit prices as integers.
    """

    __slots__ = (
        "_open",
        "_pays",
        "_plan",
        "_together",
        "_wholes",
        "case",
        "denominator",
        "lines",
        "offer",
        "row",
        "said",
        "unknown",
    )

    def __init__(
        self,
        about: tuple[str, PriceRow, Case | None],
        lines: tuple[PriceLine, ...],
        unknown: frozenset[str],
        meters: Meters,
    ) -> None:
        self.offer, self.row, self.case = about
        self.lines, self.unknown = lines, unknown
        self.denominator = lcm(*(line.unit_price.denominator for line in lines), 1)
        self._plan = tuple(
            (line.measure.meter, line.measure.of, int(line.unit_price * self.denominator)) for line in lines
        )
        priced = {line.measure.meter for line in lines}
        self._pays = {name: _payer(name, priced, meters) for name in meters.names}
        self._together: dict[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self._wholes = {part: name for name in meters.names for part in meters.parts(name)}
        self.said = frozenset(
            name
            for name in meters.names
            if meters[name].without_price == "parent and say so" and self._pays[name] not in {name, None}
        )
        self._open = frozenset(name for name, payer in self._pays.items() if payer is None)

    @property
    def where(self) -> str:
        """Row and case in words, for messages."""
        return where_text(self.row, self.case) if self.case is not None else ""

    def require(self, quantities: Mapping[str, Number]) -> None:
        """Every meter of which something was used must be priced.

        Raises:
            UnknownPriceError: its price is marked unknown.
            NoMeterPriceError: it has no price.
            UsageError: a quantity is negative, or the parts of a meter are larger than the whole.
        """
        used = []
        for meter, quantity in quantities.items():
            plain = type(quantity) is int  # as in the tens of thousands of cells of a log
            if quantity < 0 if plain else some(quantity < 0):
                raise UsageError(f"{meter} is negative ({quantity}): usage is 0 or more")
            if quantity if plain else some(quantity):
                used.append(meter)
        for whole, parts in self._counted_in(tuple(used)):
            counted: Number = sum(quantities[part] for part in parts)
            if some(counted > quantities.get(whole, 0)):
                there = quantities.get(whole, 0)
                raise UsageError(f"{whole} is {there}, but its parts are {counted}: parts are counted in their whole")

    def _counted_in(self, used: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Every whole, with the parts of it that are counted together; looked up once for the same meters."""
        known = self._together.get(used)
        if known is None:
            parts: dict[tuple[str, str], tuple[str, ...]] = {}
            for meter in used:
                self._require_price(meter)
                if meter in self._wholes:
                    # Parts priced apart are disjoint. One charged as its parent may overlap them: images from cache.
                    key = (self._wholes[meter], "" if self._pays[meter] == meter else meter)
                    parts[key] = (*parts.get(key, ()), meter)
            known = self._together[used] = tuple((whole, found) for (whole, _), found in parts.items())
        return known

    def _require_price(self, meter: str) -> None:
        if meter in self.unknown:
            raise UnknownPriceError(self.offer, meter, self.where)
        if meter not in self._pays:
            raise UnknownMeterError(meter, did_you_mean(meter, self._pays, listed=False))
        if meter in self._open:
            raise NoMeterPriceError(self.offer, meter, [line.measure.meter for line in self.lines], self.where)

    def cost(self, quantities: Mapping[str, Number]) -> Fraction:
        """Cost of one request, exactly; `require` comes first."""
        return Fraction(self.numerator(quantities), self.denominator)

    def numerator(self, quantities: Mapping[str, Number]) -> Number:
        """The same times the denominator: a whole number, where the quantities are."""
        total: Number = 0
        for meter, of, numerator in self._plan:
            if quantities.get(meter):
                total += of(quantities) * numerator
        return total

    def knows(self, meter: str) -> bool:
        """Whether a meter has a known price here, its own or that of the meter it is charged as."""
        return meter not in self.unknown and self._pays[meter] is not None


def _payer(name: str, priced: set[str], meters: Meters) -> str | None:
    if name in priced:
        return name
    rule = meters[name].without_price
    if rule == "nothing":
        return name
    parent = meters[name].part_of
    return _payer(parent, priced, meters) if rule.startswith("parent") and parent is not None else None


def price_lines(
    row: PriceRow, prices: Mapping[str, Price], adjustments: tuple[Adjustment, ...], meters: Meters
) -> tuple[PriceLine, ...]:
    """The lines of one case: prices by meter, brackets apart, adjustments applied."""
    per = pricing_units(row, meters)
    own = {meter for meter, price in prices.items() if not price.unknown}
    lines = []
    for meter, price in prices.items():
        if price.unknown:
            continue
        apart = _priced_apart(meter, own, meters)
        applied = tuple(adjustment for adjustment in adjustments if meter in adjustment.meters)
        units = per.get(meters[meter].unit, Fraction(meters[meter].per))
        for shape, amount in _shapes(price):
            adjusted = amount
            for adjustment in applied:
                adjusted = adjusted_price(adjusted, adjustment.multiply, adjustment.add)
            if adjusted < 0:
                raise NegativePriceError(meter, decimal_text(adjusted), [item.name for item in applied])
            lines.append(
                PriceLine(
                    Measure(meter, apart, shape),
                    amount,
                    units,
                    applied,
                    unit_price(adjusted, units),
                    price.free,
                )
            )
    return tuple(lines)


def _priced_apart(meter: str, own: set[str], meters: Meters) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    for part in meters.parts(meter):
        found += (part,) if part in own else _priced_apart(part, own, meters)
    return found


def _shapes(price: Price) -> list[tuple[Shape | None, Fraction]]:
    if price.brackets is not None:
        limits = [_ZERO, *(bracket.up_to for bracket in price.brackets)]
        return [
            (Shape(above=above, up_to=bracket.up_to), bracket.price)
            for above, bracket in zip(limits, price.brackets, strict=False)
        ]
    if price.increment is not None or price.minimum is not None:
        return [(Shape(price.increment, price.minimum), price.price or _ZERO)]
    return [(None, price.price or _ZERO)]


def pricing_units(row: PriceRow, meters: Meters) -> dict[str, Fraction]:
    """Units in one pricing unit, by unit, from `per: [1_000_000 tokens, 1_000 searches]`."""
    found = {}
    for text in row.per:
        number, _, unit = text.strip().partition(" ")
        name = meters.by_units.get(unit.strip())
        if name is None:
            raise UsageError(f"'{text}' names no unit: write one such as '1_000_000 tokens'")
        found[name] = exact(number)
        if found[name] <= 0:
            raise UsageError(f"'{text}' must be a number above 0 of units")
    return found


class Tariff(NamedTuple):
    """List and contracted prices in one case.

    Attributes:
        listed: list prices; None where the list has none, and a contract has.
        contracted: what is paid; the same object where there is no contract.
    """

    listed: PriceSheet | None
    contracted: PriceSheet

    def lists(self, meter: str) -> bool:
        """Whether the list has a known price for a meter."""
        return self.listed is not None and self.listed.knows(meter)

    def list_cost(self, quantities: Mapping[str, Number]) -> Fraction | None:
        """List cost of one request; None where the list has no known price for something used."""
        known = all(self.lists(meter) for meter, quantity in quantities.items() if quantity)
        return self.listed.cost(quantities) if known and self.listed is not None else None

    @property
    def rows(self) -> tuple[PriceRow, ...]:
        """The row that is paid by, and the list row that it is based on."""
        based = self.contracted.row.based_on is not None and self.listed is not None
        return (self.contracted.row, self.listed.row) if based and self.listed else (self.contracted.row,)

    @property
    def row(self) -> PriceRow:
        """The row that is paid by."""
        return self.contracted.row

    @property
    def credit(self) -> Credit | None:
        """The credit rate: the contract's, or the list's that it is based on."""
        return next((row.credit for row in self.rows if row.credit is not None), None)

    @property
    def minimum_charge(self) -> MinimumCharge | None:
        """The least invoice of a month: the contract's, or the list's that it is based on."""
        return next((row.minimum_charge for row in self.rows if row.minimum_charge is not None), None)

"""Where everything stands: places of rows, names of inputs, prices and constants."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.errors import CostmodelError
from costmodel.prices.policy import places_of
from costmodel.quantities import decimal_text, half_up
from costmodel.reports.workbook.names import Names
from costmodel.reports.workbook.styles import NO_FIGURE, is_money, number_format
from costmodel.results.estimate import shown_places
from costmodel.runtimes.exact import CEILING_TOLERANCE, ENDLESS_DECIMALS
from costmodel.runtimes.sheet import Spot, formula
from costmodel.study.traced_lines import PRICES
from costmodel.study.traced_rows import CONSTANT, START, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from costmodel.runtimes.trace import Cell
    from costmodel.study.traced import TracedModel
    from costmodel.study.traced_leaves import Leaf
    from costmodel.study.traced_rows import Row

COVER, INPUTS, PRICE_SHEET, CALCULATION, RESULTS, CHECKS, AUDIT = (
    "Cover",
    "Inputs",
    "Prices",
    "Calculation",
    "Results",
    "Checks",
    "Audit",
)
SHEETS = (COVER, INPUTS, PRICE_SHEET, CALCULATION, RESULTS, CHECKS, AUDIT)
# Columns of the calculation: name, what it is about, unit, the same in every month, total, before the first month.
NAME, ABOUT, UNIT, FIXED, TOTAL, BEFORE, FIRST = range(7)
MONTHS_ROW, NUMBERS_ROW, TOP = 2, 3, 4  # the rows of the months' names and numbers, and the first below
MONTH_NUMBER = "number of the month"
HORIZON = "over the horizon"  # what figures of all months together are about

HALF_A_CENT, SHARE_TOLERANCE = Fraction(1, 200), Fraction(1, 10**9)

# Numbers of equations: name, what it is, unit; those of a function by their role.
_CONSTANTS: dict[tuple[str, Fraction], tuple[str, str, str]] = {
    ("", Fraction(60)): ("minutes_per_hour", "minutes in an hour", "minutes"),
    ("", Fraction(12)): ("months_per_year", "months in a year", "months"),
    ("", Fraction(1_000_000)): ("units_per_million", "units in a pricing unit of a million", "units"),
    ("", Fraction(1_000)): ("units_per_thousand", "units in a pricing unit of a thousand", "units"),
    ("", Fraction("2.718281828459045")): ("euler_number", "base of natural growth, e", ""),
    ("", Fraction(50)): ("flat_exponent", "beyond this exponent a curve is flat in every digit kept", ""),
    ("rounding tolerance", CEILING_TOLERANCE): (
        "rounding_tolerance",
        "left behind by binary numbers: rounding does not see it",
        "",
    ),
    ("decimals kept", Fraction(ENDLESS_DECIMALS)): ("decimals_kept", "decimals kept of a number that has no end", ""),
    ("one doubling", Fraction(2)): ("one_doubling", "what a number is multiplied by when it doubles", ""),
    ("half a cent", HALF_A_CENT): ("half_a_cent", "smaller differences of money are none", "money"),
    ("share tolerance", SHARE_TOLERANCE): ("share_tolerance", "smaller parts of a whole are none", ""),
}


class Constant(NamedTuple):
    """A number with a cell of its own: name, what it is, unit and value."""

    name: str
    words: str
    unit: str
    value: Fraction


def _other(role: str, value: Fraction | int) -> tuple[str, str, str]:
    """Name, words and unit of a number that not every model has."""
    digits = decimal_text(Fraction(value))
    if role == "price band":
        return f"limit of {digits} tokens", "limit of the size of a request, from which another price holds", "tokens"
    return f"number {digits}", "a number of the equations", ""


def _currency_places(model: TracedModel) -> int:
    """Decimals of amounts, as the command line shows the cost; flows of work are no fractions of a cent."""
    currency = model.scenario.currency
    if model.scenario.roi is not None:
        return places_of(currency)
    rows = [model.cost(option) for option in model.options]
    return shown_places([sum(row.values(len(model.months))) for row in rows if row is not None], currency)


def _words(leaf: Leaf) -> tuple[str, str]:
    """What a leaf is called in formulas: the day of a price is not part of it."""
    if leaf.kind in {"price", "factor", "addition"}:
        return leaf.about.partition(", from ")[0], leaf.cell.name.partition(" of ")[0]
    return leaf.about, leaf.cell.name


class Layout:
    """Places and names of a model's workbook.

    Attributes:
        months: how many.
        names: of leaves, by the id of their cells.
        constants: numbers that formulas name, in order of use.
        defined: where the cell of each name stands.
        rows: row of the calculation sheet for each row of the model, by its number.
        series: row of the calculation sheet for each row of the calendar, by its name.
    """

    def __init__(self, model: TracedModel) -> None:
        self.model, self.months = model, len(model.months)
        self.handed = Names()
        self.names = {id(leaf.cell): self.handed.name(*_words(leaf)) for leaf in model.leaves if leaf.kind != "time"}
        self.unit_prices = {
            Key(PRICES, str(number), "price of one"): self.handed.name(
                point.offer, point.line.measure.meter, "price of one"
            )
            for number, point in enumerate(model.prices)
        }
        self.defined: dict[str, str] = {}
        self.constants: dict[tuple[str, Fraction], Constant] = {}
        self.rows: dict[int, int] = {}
        self.series: dict[str, int] = {MONTH_NUMBER: NUMBERS_ROW}
        self.headings: dict[int, str] = {}
        self._currency_places = _currency_places(model)
        self._place()

    def _place(self) -> None:
        """Give every row its place: the calendar, then each part under its heading."""
        at = TOP
        for name in self.model.rows.calendar.series:
            if name not in self.series:
                self.series[name] = at
                at += 1
        part = ""
        for number, row in enumerate(self.model.rows.rows):
            if row.key.part == PRICES:
                continue
            if row.key.part != part:
                part = row.key.part
                self.headings[at + 1] = part
                at += 2
            self.rows[number] = at
            at += 1
        self.end = at

    def define(self, name: str, sheet: str, row: int, column: int) -> None:
        """Say where the cell of a name stands."""
        self.defined[name] = str(Spot(row, column, fixed=True, sheet=sheet))

    def column(self, column: int) -> int:
        """The column of the calculation sheet for one of the model."""
        return {CONSTANT: FIXED, START: BEFORE}.get(column, FIRST + column)

    def spot(self, row: Row, column: int, sheet: str = CALCULATION) -> Spot:
        """Where a row has its cell of a column, seen from another sheet unless that is named."""
        there = self.rows[self.model.rows.number(row)]
        return Spot(there, self.column(column), fixed=True, sheet=sheet)

    def span(self, row: Row, first: int, last: int) -> str:
        """The cells of a row between two columns, seen from another sheet."""
        start, end = self.spot(row, first), self.spot(row, last, "")
        return f"{start}:{end}"

    def constant(self, value: Fraction | int, role: str = "") -> str:
        """The name of a number with a cell of its own; `role` says which, where it is one of a function."""
        key = role, Fraction(value)
        if key not in self.constants:
            if role == "times" and value == self.months:
                name, words, unit = "months_in_horizon", "months that are computed", "months"
            else:
                name, words, unit = _CONSTANTS.get(key) or _other(role, value)
            self.constants[key] = Constant(self.handed.name(name), words, unit, Fraction(value))
        return self.constants[key].name

    def horizon(self) -> str:
        """The name of the number of months."""
        return self.constant(self.months, "times")

    def tolerance(self) -> str:
        """The name of what rounding does not see."""
        return self.constant(CEILING_TOLERANCE, "rounding tolerance")

    def half_a_cent(self) -> str:
        """The name of the difference up to which two amounts are the same."""
        return self.constant(HALF_A_CENT, "half a cent")

    def share_tolerance(self) -> str:
        """The name of the part of a whole up to which a difference is none."""
        return self.constant(SHARE_TOLERANCE, "share tolerance")

    def numbers(self, unit: str, values: Iterable[Any] = ()) -> str:
        """The number format of a unit, here.

        Money has the decimals of its currency. It has more where the cost of the whole scenario, or the largest of
        these values, would show as nothing.
        """
        if not is_money(unit):
            return number_format(unit)
        currency = unit[:3]
        places = self._currency_places if currency == self.model.scenario.currency else places_of(currency)
        largest = max((abs(Fraction(value)) for value in values), default=Fraction(0))
        if largest and not half_up(largest, places):
            places = shown_places([largest], currency)
        return number_format(unit, places)

    def referrer(
        self, column: int, sheet: str = "", near: Key | None = None, *, repeats: bool = False
    ) -> Callable[[Cell], Spot | str | None]:
        """How a formula in a column finds its parts.

        Args:
            column: of the model.
            sheet: of the calculation, where the formula stands on another one.
            near: the formula's row.
            repeats: whether that row repeats what another computes.
        """

        def refer(cell: Cell) -> Spot | str | None:
            if cell.kind == "constant":
                return self._named(cell)
            named = self.names.get(id(cell))
            if named is not None:
                return named
            dated = self.model.rows.calendar.place(cell)
            if dated is not None:
                return Spot(self.series[dated[0]], FIRST + dated[1], sheet=sheet)
            place = self.model.rows.place(cell, column, near, repeats=repeats)
            if place is None:
                return None
            key = self.model.rows.rows[place.row].key
            if key in self.unit_prices:
                return self.unit_prices[key]
            return Spot(self.rows[place.row], self.column(place.column), place.column == CONSTANT, sheet)

        return refer

    def _named(self, cell: Cell) -> str | None:
        if cell.value in {0, 1}:
            return None
        return f"-{self.constant(-cell.value, cell.name)}" if cell.value < 0 else self.constant(cell.value, cell.name)

    def formula(self, row: Row, column: int, sheet: str = "") -> str:
        """The formula of a row in a column; where another row computes the same, the name of its cell."""
        cell = row.cells[column]
        first = self.model.rows.is_first(cell, row)
        refer = self.referrer(column, sheet, row.key, repeats=not first)
        if first and cell.kind in {"step", "operation"}:
            return formula(cell, refer, f'"{NO_FIGURE}"' if row.key.about == HORIZON else "")
        text = refer(cell)
        if text is None and cell.kind == "constant":
            return f"={int(cell.value)}"
        if text is None:
            raise CostmodelError(f"'{row.key.name}' has no place in the workbook: a fault of costmodel")
        return f"={text}"

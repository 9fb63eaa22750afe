"""The sheet of results: what each option comes to, and charts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.prices.policy import policy
from costmodel.quantities import magnitude
from costmodel.reports.workbook.layout import CALCULATION, FIXED, TOTAL
from costmodel.reports.workbook.styles import NO_FIGURE, decimals_format
from costmodel.runtimes.sheet import Spot
from costmodel.study.traced import part_of
from costmodel.study.traced_lines import COST, VOLUME
from costmodel.study.traced_rows import CONSTANT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.pen import Pen
    from costmodel.reports.workbook.solvers import Solved
    from costmodel.study.traced_rows import Row

TOP = 4


class Amount(NamedTuple):
    """A figure of the results: where it stands, and what it is."""

    place: Spot | str
    value: Any


def total_of(layout: Layout, row: Row | None) -> Amount:
    """The total of a row over the months, seen from another sheet; 0 where there is no such row."""
    if row is None:
        return Amount("0", Fraction(0))
    at = layout.rows[layout.model.rows.number(row)]
    if CONSTANT in row.cells:
        value = row.cells[CONSTANT].value * layout.months
        return Amount(f"{Spot(at, FIXED, fixed=True, sheet=CALCULATION)}*{layout.horizon()}", value)
    total = sum((cell.value for column, cell in row.cells.items() if column >= 0), Fraction(0))
    return Amount(Spot(at, TOTAL, fixed=True, sheet=CALCULATION), total)


def records_of(layout: Layout) -> Amount:
    """Records of the horizon, of all kinds of work."""
    rows = [row for row in layout.model.rows.rows if (row.key.part, row.key.name) == (VOLUME, "records")]
    found = [total_of(layout, row) for row in rows]
    return Amount("+".join(str(item.place) for item in found) or "0", sum((item.value for item in found), Fraction(0)))


def cost_rows(layout: Layout, option: str) -> list[Row]:
    """The rows that an option's cost is the sum of."""
    part = part_of(COST, option, layout.model.options)
    rows = [row for row in layout.model.rows.rows if row.key.part == part]
    levies = {line.name for line in _levies(layout, option)}
    return [row for row in rows if row.key.name == "cost" or row.key.name in levies]


def _levies(layout: Layout, option: str) -> Sequence[Any]:
    result = layout.model.result
    if hasattr(result, "estimates"):
        return next(item.levies for item in result.estimates if item.alternative == option)
    if hasattr(result, "levies"):
        return result.levies
    return [*layout.model.scenario.taxes_and_fees, *[_Minimum()]]


class _Minimum:
    """The line of a minimum charge, by its name."""

    name = "minimum charge"


def heading(pen: Pen, layout: Layout) -> None:
    """Title, and what the figures are of."""
    model = layout.model
    first, last = model.months[0], model.months[-1]
    period = str(first) if first == last else f"{first} to {last}"
    pen.text(0, 0, "Results", "title")
    pen.text(1, 0, f"{model.scenario.scenario}: {period}, amounts in {model.scenario.currency}.", "subtitle")


def write_costs(pen: Pen, layout: Layout) -> int:
    """Cost of each option, and what it consists of.

    Returns:
        The first free row.
    """
    model, money = layout.model, layout.numbers(layout.model.scenario.currency)
    names = ["option", "cost", "a month", "a record", "x cheapest"]
    records = records_of(layout)
    for column, (text, width) in enumerate(zip(names, (58, 18, 16, 16, 13), strict=True)):
        pen.sheet.set_column(column, column, width)
        pen.text(TOP - 1, column, text, "head" if column == 0 else "head right")
    totals = [total_of(layout, model.cost(option)) for option in model.options]
    least = min(total.value for total in totals)
    each = _record_format([total.value / records.value for total in totals if records.value])
    span = f"B{TOP + 1}:B{TOP + len(totals)}"
    for at, (option, total) in enumerate(zip(model.options, totals, strict=True), start=TOP):
        here = f"B{at + 1}"
        pen.text(at, 0, option, "bold")
        pen.formula((at, 1), f"={total.place}", total.value, money, "bold number")
        pen.formula((at, 2), f"={here}/{layout.horizon()}", total.value / layout.months, money)
        _ratio(pen, (at, 3), (here, total.value), records, each)
        if len(totals) > 1:
            _ratio(pen, (at, 4), (here, total.value), (f"MIN({span})", least), "0.00")
    _budget(pen, layout, totals)
    return _parts(pen, layout, TOP + len(totals) + 1)


def _ratio(pen: Pen, at: tuple[int, int], part: tuple[Any, Any], whole: tuple[Any, Any], numbers: str) -> None:
    """A part of a whole, each with its place and value; no figure where the whole is 0."""
    value = part[1] / whole[1] if whole[1] else NO_FIGURE
    below = f"({whole[0]})" if {"*", "+"} & set(str(whole[0])) else whole[0]
    pen.formula(at, f'=IF({below}=0,"{NO_FIGURE}",{part[0]}/{below})', value, numbers, "solved")


def _record_format(costs: Sequence[Fraction]) -> str:
    """As many decimals as show the least cost of a record in the digits that the command line has."""
    least = min((cost for cost in costs if cost), default=Fraction(1))
    return decimals_format(max(policy().shown_record_cost_digits.value - magnitude(least), 2))


def _budget(pen: Pen, layout: Layout, totals: Sequence[Amount]) -> None:
    """Whether each option keeps the scenario's budget, which is fixed."""
    budget = layout.model.scenario.budget
    if budget is None:
        return
    for column, (text, width) in enumerate((("budget", 16), ("kept?", 10)), start=5):
        pen.sheet.set_column(column, column, width)
        pen.text(TOP - 1, column, text, "head right")
    for at, total in enumerate(totals, start=TOP):
        pen.number(at, 5, budget.amount, layout.numbers(budget.currency))
        kept = "kept" if total.value <= budget.amount else "over"
        pen.formula((at, 6), f'=IF(B{at + 1}>F{at + 1},"over","kept")', kept, "", "solved")


def _parts(pen: Pen, layout: Layout, at: int) -> int:
    """What each option's cost consists of."""
    currency = layout.model.scenario.currency
    for column, text in enumerate(("API cost by what is used, computed from prices", "cost", "share")):
        pen.text(at, column, text, "head" if column == 0 else "head right")
    at += 1
    for option in layout.model.options:
        whole = total_of(layout, layout.model.cost(option))
        for row in cost_rows(layout, option):
            part = total_of(layout, row)
            words = row.key.about if row.key.name == "cost" else row.key.name
            pen.text(at, 0, words)
            pen.formula((at, 1), f"={part.place}", part.value, layout.numbers(currency, [part.value]))
            _ratio(pen, (at, 2), part, whole, "0.0%")
            at += 1
    return at + 1


_FIGURES = (
    ("saving", "pay released, less severance and rehiring"),
    ("capacity_used", "value of the freed hours that is used"),
    ("llm_cost", "API cost"),
    ("fixed_cost", "fixed cost"),
    ("error_cost", "cost of errors"),
    ("one_off", "paid once"),
    ("net", "net"),
    ("net_present_value", "net present value"),
    ("return_on_all_cost", "return on all cost"),
    ("return_on_api_spend", "return on API spend"),
    ("benefit_cost_ratio", "benefit-cost ratio, of present values"),
    ("profitability_index", "profitability index"),
    ("capacity_hours", "hours freed that no post leaves with, not used"),
    ("capacity_value", "their value, in no flow"),
)
_SHARES = frozenset({"return_on_all_cost", "return_on_api_spend"})
_TIMES = frozenset({"benefit_cost_ratio", "profitability_index"})
_SOLVED = (
    ("rate", "internal rate of return, a year", "0.0%"),
    ("payback", "payback, months", "0.0"),
    ("whole_months", "payback, whole months", "0"),
    ("discounted", "payback, discounted, months", "0.0"),
)


def write_worth(pen: Pen, layout: Layout, solved: dict[str, Solved]) -> int:
    """What each option is worth: one column an option.

    Returns:
        The first free row.
    """
    model = layout.model
    pen.sheet.set_column(0, 0, 58)
    pen.sheet.set_column(1, 1, 18)
    pen.sheet.set_column(2, 1 + len(model.options), 22)
    pen.sheet.set_row(TOP - 1, 30)
    pen.texts(TOP - 1, 0, ["over the horizon", "unit"], "head")
    for column, option in enumerate(model.options, start=2):
        pen.text(TOP - 1, column, option, "head right")
    at = _figures(pen, layout)
    for name, words, numbers in _SOLVED:
        pen.text(at, 0, words)
        for column, option in enumerate(model.options, start=2):
            pen.formula((at, column), f"={solved[option].at(name)}", _solved(model, option, name), numbers, "solved")
        at += 1
    return _parts(pen, layout, at + 1) if model.cost(model.options[0]) is not None else at + 1


def _figures(pen: Pen, layout: Layout) -> int:
    """Sums and ratios of the horizon; what no option has is left out. Returns the next row."""
    model, currency, at = layout.model, layout.model.scenario.currency, TOP
    for name, words in _FIGURES:
        rows = [model.figure(option, name) for option in model.options]
        if all(row is None for row in rows):
            continue
        unit = "" if name in _SHARES | _TIMES else "hours" if name == "capacity_hours" else currency
        shown = [_shown(model, option, name, row) for option, row in zip(model.options, rows, strict=True)]
        numbers = "#,##0.0%" if name in _SHARES else "0.00" if name in _TIMES else layout.numbers(unit, shown)
        look = "result" if name in {"net", "net_present_value"} else "formula"
        pen.texts(at, 0, [words, unit], "bold" if look == "result" else "text")
        for column, (row, value) in enumerate(zip(rows, shown, strict=True), start=2):
            nothing = f'="{value}"' if value == NO_FIGURE else "=0"
            place = f"={layout.spot(row, CONSTANT)}" if row is not None else nothing
            pen.formula((at, column), place, value, numbers, look if look == "result" else "solved")
        at += 1
    return at


def _shown(model: Any, option: str, name: str, row: Row | None) -> Any:
    """A figure of an option now, as the program has it."""
    if getattr(model.result.option(option).measures, name) is None:
        return NO_FIGURE
    return Fraction(0) if row is None else row.cells[CONSTANT].value


def _solved(model: Any, option: str, name: str) -> Any:
    """The value of what is solved for, as the program has it."""
    from costmodel.reports.workbook.solvers import NEVER, NONE

    measures = model.result.option(option).measures
    if name == "rate":
        return NONE if measures.rates.unique is None else measures.rates.unique
    payback = measures.discounted_payback if name == "discounted" else measures.payback
    months = payback.whole_months if name == "whole_months" else payback.months
    return NEVER if months is None else months

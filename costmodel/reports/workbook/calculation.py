"""The sheet of the calculation: every step, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.reports.workbook.layout import (
    ABOUT,
    BEFORE,
    FIRST,
    FIXED,
    HORIZON,
    MONTH_NUMBER,
    MONTHS_ROW,
    NAME,
    NUMBERS_ROW,
    TOTAL,
)
from costmodel.reports.workbook.styles import NO_FIGURE, is_money, number_format
from costmodel.runtimes.sheet import Spot, divides_by_nothing
from costmodel.study.traced_drafts import TIME
from costmodel.study.traced_rows import CONSTANT, START

if TYPE_CHECKING:
    from costmodel.reports.workbook.layout import Layout
    from costmodel.reports.workbook.pen import Pen
    from costmodel.study.traced_rows import Row

_COLUMNS = (("step", 46), ("of", 50), ("unit", 12), ("every month", 14), ("total", 15), ("start", 13))
_PARTS = {
    "time": "Calendar",
    "volume": "Records, requests and units",
    "work": "Work by hand and with AI",
    "cost": "API cost",
    "flows": "Flows",
}
# Units of which a total over the months says something, beside money.
_ADDED = frozenset({"records", "requests", "tokens", "hours"})
_NOT_ADDED = (
    "so far",
    "share of",
    "before rounding",
    "of a usable hour",
    "hourly cost",
    "a post",
    "beyond",
    "in the first month",
)


def write_calculation(pen: Pen, layout: Layout) -> None:
    """Write the sheet."""
    _head(pen, layout)
    _calendar(pen, layout)
    for at, part in layout.headings.items():
        words, colon, option = part.partition(": ")
        for column in range(FIRST + layout.months):
            pen.text(at, column, f"{_PARTS[words]}{colon}{option}" if column == NAME else "", "part")
    for number, at in layout.rows.items():
        _row(pen, layout, layout.model.rows.rows[number], at)
    pen.sheet.freeze_panes(NUMBERS_ROW, ABOUT)
    # A row may have two forms of a formula where the equation has: see docs/workbook.md.
    pen.sheet.ignore_errors({"formula_differs": f"A1:{_corner(layout)}", "formula_range": f"A1:{_corner(layout)}"})
    pen.sheet.repeat_rows(MONTHS_ROW)
    pen.sheet.repeat_columns(NAME)


def _head(pen: Pen, layout: Layout) -> None:
    pen.text(0, 0, "Calculation by month", "title")
    said = "Nothing to change here. A number that is the same in every month stands once, before the months."
    pen.text(1, 0, said, "subtitle")
    pen.head(MONTHS_ROW, _COLUMNS, range(FIXED, FIRST))
    pen.sheet.set_column(FIRST, FIRST + layout.months - 1, 13)
    for index, month in enumerate(layout.model.months):
        pen.text(MONTHS_ROW, FIRST + index, str(month), "head right")


def _corner(layout: Layout) -> str:
    return str(Spot(layout.end + 40, FIRST + layout.months))


def _calendar(pen: Pen, layout: Layout) -> None:
    for name, at in layout.series.items():
        series = layout.model.rows.calendar.series.get(name)
        unit = "months" if series is None else series.unit
        pen.texts(at, NAME, [name, "", unit], "note")
        if name == MONTH_NUMBER:
            pen.number(at, BEFORE, 0, "0")
        for index in range(layout.months):
            if name == MONTH_NUMBER:
                pen.number(at, FIRST + index, index + 1, "0")
            elif series is not None and index in series.cells:
                value = series.cells[index].value
                pen.number(at, FIRST + index, value, "0" if value.denominator == 1 else number_format("years"))


def _row(pen: Pen, layout: Layout, row: Row, at: int) -> None:
    numbers = layout.numbers(row.unit, [cell.value for cell in row.cells.values()] if is_money(row.unit) else ())
    result = row.key.name in {"cost of the month", "net flow", "net present value"}
    look = "result" if result else "formula"
    pen.text(at, NAME, row.key.name, "bold" if result else "text")
    pen.texts(at, ABOUT, [row.key.about, row.unit], "note")
    for column, cell in row.cells.items():
        if row.key.part == TIME:
            pen.number(at, layout.column(column), cell.value, "General")
            continue
        place = at, layout.column(column)
        shown = NO_FIGURE if row.key.about == HORIZON and divides_by_nothing(cell) else cell.value
        pen.formula(place, layout.formula(row, column), shown, numbers, look)
    if is_added(row):
        first = START if START in row.cells else 0
        found = [cell.value for column, cell in row.cells.items() if column >= first]
        start, end = (Spot(at, layout.column(column)) for column in (first, layout.months - 1))
        pen.formula((at, TOTAL), f"=SUM({start}:{end})", sum(found), numbers, look)


def is_added(row: Row) -> bool:
    """Whether a total over the months is shown of a row."""
    money = row.unit[:3].isupper() and " " not in row.unit
    words = any(word in row.key.name for word in _NOT_ADDED)
    return CONSTANT not in row.cells and (money or row.unit in _ADDED) and not words

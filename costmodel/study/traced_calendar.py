"""Numbers that time alone moves: found in the traced months of a row, and put into rows of a calendar.

An equation gets the number of months that lie before its own as a whole number, so each month's tree has another
constant in the same place. Here these constants are recognised and named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.runtimes.trace import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from costmodel.study.traced_rows import Row, Rows

_MONTHS_PER_YEAR = 12
# What equations are given of a month, by its number from 0.
_KNOWN: tuple[tuple[str, str, Callable[[int], Fraction]], ...] = (
    ("months before this one", "months", Fraction),
    ("whole years since the start", "years", lambda index: Fraction(index // _MONTHS_PER_YEAR)),
    ("number of the month", "months", lambda index: Fraction(index + 1)),
    ("whole years to the end of the month", "years", lambda index: Fraction((index + 1) // _MONTHS_PER_YEAR)),
    ("years back from the end of the month", "years", lambda index: Fraction(-index - 1, _MONTHS_PER_YEAR)),
    ("months back from the end of the month", "months", lambda index: Fraction(-index - 1)),
)


class Series(NamedTuple):
    """A row of the calendar.

    Attributes:
        name, unit: as shown.
        cells: by the month's number from 0; leaves that formulas name.
    """

    name: str
    unit: str
    cells: dict[int, Cell]


@dataclass
class Calendar:
    """The rows of the calendar that are used.

    Attributes:
        series: by name, in order of use.
    """

    series: dict[str, Series] = field(default_factory=dict)
    _of: dict[int, tuple[str, int]] = field(default_factory=dict, repr=False)

    def cell(self, name: str, unit: str, column: int, value: Any) -> Cell:
        """The leaf of a month in a row of the calendar."""
        series = self.series.setdefault(name, Series(name, unit, {}))
        if column not in series.cells:
            series.cells[column] = Cell("input", name, Fraction(value), unit)
            self._of[id(series.cells[column])] = name, column
        return series.cells[column]

    def place(self, cell: Cell) -> tuple[str, int] | None:
        """The row and month of a leaf; None where it is none of the calendar's."""
        return self._of.get(id(cell))


def dated(row: Row, rows: Rows) -> Row:
    """A row with leaves of the calendar in place of constants that only time moves."""
    groups: dict[Any, dict[int, list[Cell]]] = {}
    for column, cell in row.cells.items():
        if column >= 0 and rows.is_first(cell, row):
            found: list[Cell] = []
            shape = _shape(cell, rows, found, top=True)
            groups.setdefault(shape, {})[column] = found
    changed = dict(row.cells)
    for found_in in groups.values():
        leaves = _leaves(found_in, rows.calendar, row.key.name)
        for column, named in leaves.items():
            if any(leaf is not None for leaf in named):
                changed[column] = _with(row.cells[column], iter(named), rows, top=True)
    return row._replace(cells=changed)


def _stops(cell: Cell, rows: Rows, *, top: bool) -> bool:
    """Whether a formula names a cell instead of printing what it is made of."""
    return cell.kind in {"input", "constant"} or (not top and bool(rows.places(cell)))


def _shape(cell: Cell, rows: Rows, constants: list[Cell], *, top: bool = False) -> Any:
    """The form of a formula without its numbers; the constants in it are collected."""
    if cell.kind == "constant":
        constants.append(cell)
        return "number"
    if _stops(cell, rows, top=top):
        return "name"
    inner = cell.arguments[0] if cell.kind == "step" else cell
    if inner.kind != "operation":
        return _shape(inner, rows, constants)
    return inner.name, *(_shape(part, rows, constants) for part in inner.arguments)


def _leaves(found: Mapping[int, list[Cell]], calendar: Calendar, name: str) -> dict[int, list[Cell | None]]:
    """For each constant of each month a leaf of the calendar, or None where time does not move it."""
    columns = sorted(found)
    leaves: dict[int, list[Cell | None]] = {column: [] for column in columns}
    for position in range(len(found[columns[0]])):
        values = {column: found[column][position].value for column in columns}
        series = _series(values, name)
        for column in columns:
            leaves[column].append(None if series is None else calendar.cell(*series, column, values[column]))
    return leaves


def _series(values: Mapping[int, Fraction], name: str) -> tuple[str, str] | None:
    if len(set(values.values())) == 1 and not _moves(values):
        return None
    for known, unit, of in _KNOWN:
        if all(of(column) == value for column, value in values.items()):
            return known, unit
    return f"{name}: as the calendar has it", ""


def _moves(values: Mapping[int, Fraction]) -> bool:
    """Whether one number alone looks like the calendar's: not a whole one, and nobody states it."""
    return any(value.denominator != 1 and _MONTHS_PER_YEAR % value.denominator == 0 for value in values.values())


def _with(cell: Cell, leaves: Iterator[Cell | None], rows: Rows, *, top: bool = False) -> Cell:
    """A tree with other leaves in place of its constants, in the order in which `_shape` finds them."""
    if cell.kind == "constant":
        leaf = next(leaves)
        return cell if leaf is None else leaf
    if _stops(cell, rows, top=top):
        return cell
    if cell.kind == "step":
        parts: tuple[Cell, ...] = (_with(cell.arguments[0], leaves, rows, top=True),)
    else:
        parts = tuple(_with(part, leaves, rows) for part in cell.arguments)
    return Cell(cell.kind, cell.name, cell.value, cell.unit, parts)

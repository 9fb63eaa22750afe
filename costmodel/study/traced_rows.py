"""Rows of a traced computation: one row a step, one cell a month, as a spreadsheet or a script computes it.

A row that is the same in every month has one cell, before the months. Numbers that time alone moves (how many months
lie before this one) are rows of the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.study.traced_calendar import Calendar, dated
from costmodel.study.traced_drafts import TIME, Drafts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from costmodel.runtimes.trace import Cell
    from costmodel.study.traced_tree import Trees

CONSTANT, START = -2, -1  # columns before the months: what no month changes, and the time before the first month


class Key(NamedTuple):
    """What a row is: a part of the model, what it is about (an option, a model, a meter), and its name."""

    part: str
    about: str
    name: str


class Line(NamedTuple):
    """A row that is wanted.

    Attributes:
        unit: of its numbers.
        cells: by column: a month's number from 0, START, or CONSTANT.
        monthly: whether it has a cell in each month even where all are the same.
    """

    key: Key
    unit: str
    cells: Mapping[int, Any]
    monthly: bool = True


class Row(NamedTuple):
    """A row as it is computed.

    Attributes:
        unit: of its numbers.
        cells: by column; what each is made of are the trees that its formula prints.
    """

    key: Key
    unit: str
    cells: Mapping[int, Cell]

    def values(self, months: int) -> list[Any]:
        """Its number in each month; the same one where no month changes it."""
        return [self.cells[index if index in self.cells else CONSTANT].value for index in range(months)]


class Place(NamedTuple):
    """Where a cell stands: its row's number, and its column."""

    row: int
    column: int


@dataclass
class Rows:
    """All rows, in the order in which they are computed, and where every cell stands.

    Attributes:
        rows: in order.
        calendar: rows of numbers that time alone moves; they come first.
    """

    rows: list[Row] = field(default_factory=list)
    calendar: Calendar = field(default_factory=Calendar)
    _number: dict[Key, int] = field(default_factory=dict, repr=False)
    _places: dict[int, list[Place]] = field(default_factory=dict, repr=False)
    _kept: list[Row] = field(default_factory=list, repr=False)  # ids of their cells are keys: none may be used again

    def find(self, key: Key) -> Row | None:
        """The row of a key; None where the model has none, because it is 0 or computed under another name."""
        return self.rows[self._number[key]] if key in self._number else None

    def number(self, row: Row) -> int:
        """The number of a row."""
        return self._number[row.key]

    def places(self, cell: Cell) -> Sequence[Place]:
        """Every place in which a cell stands; none where it is part of a formula."""
        inner = cell.arguments[0] if cell.kind == "step" else cell
        return self._places.get(id(cell), ()) or self._places.get(id(inner), ())

    def place(self, cell: Cell, column: int, near: Key | None = None, *, repeats: bool = False) -> Place | None:
        """Where a formula finds a cell: in its own column, in that of no month, else in the last column before.

        Args:
            cell: a part of the formula.
            column: of the formula.
            near: the formula's row: of several places, one in the same part goes first.
            repeats: whether that row only repeats what another computes: then that other one is meant.
        """
        there = self.places(cell)
        if not there:
            return None
        if repeats:
            there, near = [place for place in there if place.row == there[0].row], None
        for wanted in (column, CONSTANT):
            found = [place for place in there if place.column == wanted]
            if found:
                return next((place for place in found if self._beside(place, near)), found[0])
        earlier = [place for place in there if place.column < column]
        return max(earlier or there, key=lambda place: place.column)

    def add(self, row: Row) -> None:
        """A row after the others."""
        self._number[row.key] = len(self.rows)
        self.rows.append(row)
        self._home(row)

    def put(self, row: Row) -> None:
        """A row in place of the one with its key."""
        self.rows[self._number[row.key]] = row
        self._home(row)

    def _beside(self, place: Place, near: Key | None) -> bool:
        key = self.rows[place.row].key
        return near is not None and key.part == near.part and key != near

    def is_first(self, cell: Cell, row: Row) -> bool:
        """Whether a cell is computed in a row; where it is not, the row only repeats what another has."""
        there = self.places(cell)
        return not there or there[0].row == self._number[row.key]

    def _home(self, row: Row) -> None:
        self._kept.append(row)
        for column, cell in row.cells.items():
            place = Place(self._number[row.key], column)
            inner = [cell.arguments[0]] if cell.kind == "step" else []
            for part in (cell, *inner):
                known = self._places.setdefault(id(part), [])
                if _stands(part, row.key) and place not in known:
                    known.append(place)


def _stands(cell: Cell, key: Key) -> bool:
    """Whether a cell stands in a row: numbers that a model starts from do so elsewhere, but for those of each month."""
    return cell.kind in {"step", "operation"} or (cell.kind == "input" and key.part == TIME)


def rows_of(lines: Iterable[Line], trees: Trees, months: int) -> Rows:
    """The rows of a computation: those that are wanted, and before each the steps that it needs.

    Args:
        lines: in the order in which they are shown; what a line needs of another stands in one before it.
        trees: makes the cells plain.
        months: how many.
    """
    plain = [line._replace(cells={at: trees.plain(cell) for at, cell in line.cells.items()}) for line in lines]
    rows, drafts = Rows(), Drafts([line for line in plain if _says_something(line)])
    for key, unit, cells, monthly in drafts.ordered():
        rows.add(Row(key, unit, cells if monthly else _narrowed(cells, months)))
    for row in list(rows.rows):
        rows.put(dated(row, rows))
    return rows


def _says_something(line: Line) -> bool:
    """Whether a line is more than zeros that nothing can change."""
    return any(cell.kind != "constant" or cell.value for cell in line.cells.values())


def _narrowed(cells: Mapping[int, Cell], months: int) -> Mapping[int, Cell]:
    """One cell before the months where every month has the same one."""
    first = next(iter(cells.values()))
    same = months > 1 and len(cells) == months and all(cell is first for cell in cells.values())
    return {CONSTANT: first} if same else cells

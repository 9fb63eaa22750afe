"""From wanted lines to rows: the steps that lines are made of get rows of their own, before what needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

TIME = "time"  # the part of rows that are leaves, one for each month

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from costmodel.runtimes.trace import Cell
    from costmodel.study.traced_rows import Key, Line

    Draft = tuple[Key, str, dict[int, Cell], bool]


class Drafts:
    """Rows in the making.

    Args:
        lines: rows that are wanted, of plain trees.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._stated: dict[int, Key] = {}
        self._homes: dict[int, Key] = {}
        self._cells: dict[Key, dict[int, Cell]] = {}
        self._units: dict[Key, str] = {}
        for line in sorted(
            lines, key=lambda line: not line.monthly
        ):  # of two names for the same, the one of every month
            for cell in line.cells.values():
                if cell.kind in {"step", "operation"} or line.key.part == TIME:
                    for part in (cell, *_inner(cell)):
                        self._stated.setdefault(id(part), line.key)
        for line in lines:
            for column, cell in sorted(line.cells.items()):
                if line.monthly or self._stated.get(id(cell)) == line.key:
                    self._put(cell, column, line.key, line.unit)
                    self._open(cell, column, line.key)

    def _open(self, whole: Cell, column: int, key: Key) -> None:
        """Give the steps inside a cell their rows: a step of this column before those inside it, which may be older."""
        inside = whole.arguments[0] if whole.kind == "step" else whole
        stack = list(reversed(inside.arguments))
        while stack:
            cell = stack.pop()
            if any(id(part) in self._stated for part in (cell, *_inner(cell))):
                continue
            if cell.kind == "step" and not self._claimed(cell, column, key):
                continue
            stack.extend(reversed(cell.arguments))

    def _claimed(self, cell: Cell, column: int, key: Key) -> bool:
        """Put a step into its column; whether it had to be done, and what is inside it is to be looked at."""
        home = self._homes.get(id(cell))
        if home is None:
            home = self._free(key._replace(name=cell.name), column)
        elif column in self._cells[home]:
            return False
        self._put(cell, column, home, cell.unit)
        return True

    def _put(self, cell: Cell, column: int, key: Key, unit: str) -> None:
        self._cells.setdefault(key, {})[column] = cell
        self._units.setdefault(key, unit)
        self._homes.setdefault(id(cell), key)

    def _free(self, key: Key, column: int) -> Key:
        """The key, or one with a number where another step of that name stands there."""
        stated = {line.key for line in self._lines}
        found, count = key, 1
        while found in stated or column in self._cells.get(found, {}):
            count += 1
            found = key._replace(name=f"{key.name} ({count})")
        return found

    def ordered(self) -> Iterator[Draft]:
        """Every row, what is needed before what needs it; wanted lines in their order."""
        monthly = {line.key for line in self._lines if line.monthly}
        wanted = dict.fromkeys(line.key for line in self._lines if line.key in self._cells)
        done: set[Key] = set()
        for key in wanted:
            for needed in self._needed(key, done, wanted):
                yield needed, self._units[needed], self._cells[needed], needed in monthly

    def _needed(self, key: Key, done: set[Key], wanted: Mapping[Key, None]) -> Iterator[Key]:
        """A row and the rows of steps that it needs first, each once."""
        if key in done:
            return
        done.add(key)
        for cell in self._cells[key].values():
            stack = list(reversed(cell.arguments))
            while stack:
                part = stack.pop()
                home = self._homes.get(id(part))
                if home is None:
                    stack.extend(reversed(part.arguments))
                elif home not in wanted:
                    yield from self._needed(home, done, wanted)
        yield key


def _inner(cell: Cell) -> tuple[Cell, ...]:
    """What a step is a name of: wherever it is computed again, it is the same row."""
    return cell.arguments if cell.kind == "step" else ()

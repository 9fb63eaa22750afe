"""Prints traced cells as spreadsheet formulas, for Excel and LibreOffice alike.

What a formula prints with a name or a place is decided by who calls: a workbook knows where its cells stand. Rounding
up is `-INT(tolerance - x)`, which is the least whole number that is at least x - tolerance, for every sign and in every
program; rounding to a whole number is half away from zero, as `ROUND` does it, with the other runtimes' tolerance.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.runtimes.exact import CEILING_TOLERANCE, ENDLESS_DECIMALS
from costmodel.runtimes.trace import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LONGEST = 8_192  # characters that Excel takes
_BINDING = {"=": 0, "<>": 0, "<": 0, "<=": 0, ">": 0, ">=": 0, "+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_TIGHT = 4
_LARGEST = {"maximum": "MAX", "minimum": "MIN"}
_ARGUMENTS = 255  # of one function, that Excel takes
_FEW = 2  # parts of a sum that are written with plus signs


class Spot(NamedTuple):
    """A cell of a sheet, counted from 0.

    Attributes:
        fixed: whether it stays where it is when a formula is copied into the next column.
        sheet: name of its sheet; empty on the formula's own.
    """

    row: int
    column: int
    fixed: bool = False
    sheet: str = ""

    def __str__(self) -> str:
        dollar = "$" if self.fixed else ""
        there = f"{self.sheet}!" if self.sheet else ""
        return f"{there}{dollar}{column_letters(self.column)}{dollar}{self.row + 1}"


def column_letters(column: int) -> str:
    """The letters of a column, counted from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def divides_by_nothing(whole: Cell) -> bool:
    """Whether a cell is a division by what is 0 now."""
    inner = whole.arguments[0] if whole.kind == "step" else whole
    return inner.name == "safe_divide" and inner.kind == "operation" and not inner.arguments[1].value


def formula(whole: Cell, refer: Callable[[Cell], Spot | str | None], no_figure: str = "") -> str:
    """The formula of a cell.

    Args:
        whole: a step, an operation, or a cell that is only named again.
        refer: the place or name of a part that has one; None where it is to be printed. Constants other than 0 and 1
            must have one: no number stands inside a formula. Those of a function have their role as their name.
        no_figure: what a division by 0 shows in place of its own number, where the whole is one.

    Raises:
        CommandLineError: it is longer than a spreadsheet takes.
    """
    inner = whole.arguments[0] if whole.kind == "step" else whole
    text = "=" + _Printer(refer).whole(inner, no_figure)
    if len(text) > LONGEST:
        raise CommandLineError(
            f"the formula of '{whole.name or 'a sum'}' would have {len(text):,} characters, and a spreadsheet takes "
            f"{LONGEST:,}: make the scenario smaller, such as fewer months or models"
        )
    return text


class _Printer:
    """Prints one formula."""

    def __init__(self, refer: Callable[[Cell], Spot | str | None]) -> None:
        self._refer = refer

    def whole(self, cell: Cell, no_figure: str) -> str:
        """The whole formula, without its sign."""
        if no_figure and cell.kind == "operation" and cell.name == "safe_divide":
            return self._divided(cell.arguments[0], cell.arguments[1], no_figure)
        return self.text(cell, top=True)

    def _divided(self, above: Cell, below: Cell, otherwise: str) -> str:
        top, bottom = self.text(above, _BINDING["*"]), self.text(below, _TIGHT)
        return f"IF({bottom}=0,{otherwise},{top}/{bottom})"

    def text(self, cell: Cell, binding: int = 0, *, top: bool = False) -> str:
        """A part, in brackets where it binds less than what is around it."""
        place = None if top and cell.kind == "operation" else self._refer(cell)
        if place is not None:
            return str(place)
        if cell.kind == "constant":
            return _literal(cell)
        if cell.kind != "operation":
            raise ValueError(f"'{cell.name}' has neither a place nor a name")
        text, own = self._operation(cell)
        return f"({text})" if own < binding else text

    def _operation(self, cell: Cell) -> tuple[str, int]:
        """The text of an operation, and how tightly it binds."""
        name, parts = cell.name, cell.arguments
        if name == "+":
            return self._sum(cell)
        if name in _BINDING:
            return self._infix(name, *parts), _BINDING[name]
        return self._function(name, parts), _TIGHT

    def _infix(self, name: str, left: Cell, right: Cell) -> str:
        if name == "-" and left.kind == "constant" and left.value == 0:
            return f"-{self.text(right, _BINDING['*'])}"
        own = _BINDING[name]
        tighter = own + 1 if name in {"-", "/", "^"} else own
        return f"{self.text(left, own + 1 if name == '^' else own)}{name}{self.text(right, tighter)}"

    def _function(self, name: str, parts: Sequence[Cell]) -> str:
        if name in _LARGEST:
            return called(_LARGEST[name], [self.text(part) for part in self._flat(name, parts)])
        first = self.text(parts[0])
        if name == "ceil":
            return f"-INT({self._tolerance()}-{self.text(parts[0], _BINDING['*'])})"
        if name == "half_up":
            return f"ROUND({first}+SIGN({first})*{self._tolerance()},0)"
        if name == "where":
            return f"IF({first},{self.text(parts[1])},{self.text(parts[2])})"
        if name == "safe_divide":
            return self._divided(parts[0], parts[1], self.text(parts[2]))
        decimals = self._constant("decimals kept", ENDLESS_DECIMALS)
        if name == "real_power":
            return f"ROUND({self.text(parts[0], _TIGHT)}^{self.text(parts[1], _TIGHT)},{decimals})"
        if name == "doublings":
            doubling = self._constant("one doubling", 2)
            return f"ROUND(LOG({first},{doubling}),{decimals})"
        raise ValueError(f"no spreadsheet function for '{name}'")

    def _constant(self, role: str, value: Fraction | int) -> str:
        return self.text(Cell("constant", role, Fraction(value)))

    def _tolerance(self) -> str:
        return self._constant("rounding tolerance", CEILING_TOLERANCE)

    def _flat(self, name: str, parts: Sequence[Cell]) -> Iterator[Cell]:
        """The parts of a chain of the same operation, as far as they are printed here."""
        stack = list(reversed(parts))
        while stack:
            part = stack.pop()
            if part.kind == "operation" and part.name == name and self._refer(part) is None:
                stack.extend(reversed(part.arguments))
            else:
                yield part

    def _sum(self, cell: Cell) -> tuple[str, int]:
        counted: dict[int, tuple[Cell, int]] = {}
        for part in self._flat("+", cell.arguments):
            counted[id(part)] = part, counted.get(id(part), (part, 0))[1] + 1
        once = [part for part, times in counted.values() if times == 1]
        repeated = [
            f"{self._constant('times', times)}*{self.text(part, _BINDING['*'])}"
            for part, times in counted.values()
            if times > 1
        ]
        if len(once) > _FEW:
            found = ranges(
                [place if isinstance(place := self._refer(part), Spot) else self.text(part) for part in once]
            )
            return called("SUM", [*found, *repeated]), _TIGHT
        texts = [*(self.text(part, _BINDING["+"]) for part in once), *repeated]
        return "+".join(texts), _BINDING["+"] if len(texts) > 1 else _BINDING["*"]


def called(function: str, arguments: Sequence[str]) -> str:
    """A function of many arguments; of more than a spreadsheet takes, in parts.

    >>> called("MAX", ["a", "b"])
    'MAX(a,b)'
    """
    parts = list(arguments)
    while len(parts) > _ARGUMENTS:
        parts = [called(function, parts[at : at + _ARGUMENTS]) for at in range(0, len(parts), _ARGUMENTS)]
    return f"{function}({','.join(parts)})"


def ranges(parts: Sequence[Spot | str]) -> list[str]:
    """Cells as arguments of a sum, neighbours as ranges; texts stay as they are.

    >>> ranges([Spot(0, 0), Spot(1, 0), Spot(2, 0), "tax", Spot(7, 0)])
    ['A1:A3', 'tax', 'A8']
    """
    found: list[list[Spot] | str] = []
    for part in parts:
        last = found[-1] if found else ""
        if isinstance(part, str):
            found.append(part)
        elif isinstance(last, list) and _follows(last, part):
            last.append(part)
        else:
            found.append([part])
    return [
        item if isinstance(item, str) else f"{item[0]}:{item[-1]._replace(sheet='')}" if item[1:] else str(item[0])
        for item in found
    ]


def _follows(run: Sequence[Spot], place: Spot) -> bool:
    """Whether a cell lengthens a run of neighbours, all below each other or all beside each other."""
    first, last = run[0], run[-1]
    if (place.sheet, place.fixed) != (last.sheet, last.fixed):
        return False
    down = place.column == last.column == first.column and place.row == last.row + 1
    right = place.row == last.row == first.row and place.column == last.column + 1
    return down or right


def _literal(cell: Cell) -> str:
    """0 and 1, which change nothing or everything; every other number has a cell of its own."""
    if cell.value not in {0, 1}:
        raise ValueError(f"the number {cell.value} has no cell of its own")
    return str(int(cell.value))

"""Traced trees made plain: the same computation once, what changes nothing left out, values as the scenario has them.

A traced cell remembers everything that was done, so two models that share their records have these computed twice, and
a cost in dollars is exchanged for dollars at 1. Here equal trees become one tree and neutral operations go, so that a
reader sees what matters, and every value is computed anew from the leaves.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.runtimes import exact
from costmodel.runtimes.trace import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_COMPUTE: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": exact.divide,
    "^": lambda a, b: exact.power(a, int(b)),
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "ceil": exact.ceil,
    "half_up": exact.half_up,
    "maximum": exact.maximum,
    "minimum": exact.minimum,
    "where": exact.where,
    "safe_divide": exact.safe_divide,
    "real_power": exact.real_power,
    "doublings": exact.doublings,
}

# Operations with a part that a spreadsheet would write twice, or at length: which, what it is called, and from how many
# things added up on.
_NAMED = {"half_up": (0, "before rounding", 0), "safe_divide": (1, "divided by", 0), "/": (1, "divided by", 3)}
_QUOTIENT = "quotient"  # a division that may be by 0, inside another formula


class Trees:
    """Makes trees plain; equal trees become the same object.

    Args:
        values: the value of each leaf that was traced with another one, by the leaf's id.
        inline: steps that get no name of their own.
    """

    def __init__(self, values: Mapping[int, Any], inline: frozenset[str] = frozenset()) -> None:
        self._values, self._inline = values, inline
        self._plain: dict[int, Cell] = {}
        self._known: dict[tuple[Any, ...], Cell] = {}
        self._kept: list[Any] = []  # what was walked stays alive, so that an id is never used twice

    def plain(self, tree: Any) -> Cell:
        """A tree, or a number, made plain.

        Raises:
            ZeroDivisionError: with the values that were traced it divides by something else.
        """
        whole = tree if isinstance(tree, Cell) else Cell("constant", "", Fraction(tree))
        self._kept.append(whole)
        for cell in _deepest_first(whole, self._plain):
            self._plain[id(cell)] = self._made(cell, tuple(self._plain[id(part)] for part in cell.arguments))
        return self._plain[id(whole)]

    def _made(self, cell: Cell, parts: tuple[Cell, ...]) -> Cell:
        if cell.kind == "input":
            value = self._values.get(id(cell), cell.value)
            return self._once(("input", id(cell)), Cell("input", cell.name, value, cell.unit))
        if cell.kind == "constant":
            return self._constant(cell.value)
        if cell.kind == "step":
            return self._step(cell, parts[0])
        parts = self._named_parts(cell.name, parts)
        neutral = _without_effect(cell.name, parts)
        if neutral is not None:
            return self._constant(neutral.value) if neutral.kind == "constant" else neutral
        value = _COMPUTE[cell.name](*(part.value for part in parts))
        if all(part.kind == "constant" for part in parts):
            return self._constant(value)
        key = ("operation", cell.name, *(id(part) for part in parts))
        return self._once(key, Cell("operation", cell.name, value, "", parts))

    def _step(self, cell: Cell, inner: Cell) -> Cell:
        if inner.kind != "operation" or cell.name in self._inline:
            return inner
        return self._once(("step", cell.name, id(inner)), Cell("step", cell.name, inner.value, cell.unit, (inner,)))

    def _named_parts(self, operation: str, parts: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """What a formula would have to print twice, or at length, becomes a step."""
        which, name, least = _NAMED.get(operation, (-1, "", 0))
        found = []
        for index, part in enumerate(parts):
            called = name if index == which and part.kind == "operation" and _added(part) >= least else ""
            called = _QUOTIENT if (part.kind, part.name) == ("operation", "safe_divide") else called
            step = Cell("step", called, part.value, "", (part,))
            found.append(self._once(("step", called, id(part)), step) if called else part)
        return tuple(found)

    def _constant(self, value: Any) -> Cell:
        return self._once(("constant", Fraction(value)), Cell("constant", "", Fraction(value)))

    def _once(self, key: tuple[Any, ...], cell: Cell) -> Cell:
        return self._known.setdefault(key, cell)


def _without_effect(name: str, parts: tuple[Cell, ...]) -> Cell | None:
    """The part that an operation leaves as it is: x × 1, x + 0; nothing where it does something.

    A power stays as it is, to the power of 0 or 1 too: a month's formula looks like those of the other months.
    """
    if name in {"+", "-", "*", "/"}:
        left, right = parts
        neutral = 0 if name in {"+", "-"} else 1
        if _is(right, neutral):
            return left
        if name in {"+", "*"} and _is(left, neutral):
            return right
        if name in {"*", "/"} and _is(left, 0):
            return left
        if name == "*" and _is(right, 0):
            return right
    if name in {"-", "/"} and parts[0] is parts[1]:
        return Cell("constant", "", Fraction(0 if name == "-" else 1))
    if name == "safe_divide" and _is(parts[1], 0):
        return parts[2]
    if name in {"maximum", "minimum"} and parts[0] is parts[1]:
        return parts[0]
    return None


def _added(cell: Cell) -> int:
    """How many things a sum adds up; 1 for anything else."""
    if cell.kind != "operation" or cell.name != "+":
        return 1
    return sum(_added(part) for part in cell.arguments)


def _is(cell: Cell, number: int) -> bool:
    return cell.kind == "constant" and bool(cell.value == number)


def _deepest_first(whole: Cell, done: Mapping[int, Any]) -> Iterator[Cell]:
    """Every cell of a tree that is not done, parts before wholes; a long chain of months is no deep recursion."""
    stack = [(whole, False)]
    seen: set[int] = set()
    while stack:
        cell, opened = stack.pop()
        if opened:
            yield cell
        elif id(cell) not in done and id(cell) not in seen:
            seen.add(id(cell))
            stack.append((cell, True))
            stack.extend((part, False) for part in reversed(cell.arguments))


def walked(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Every cell of some trees, each once, parts before wholes."""
    done: dict[int, Cell] = {}
    for whole in cells:
        for cell in _deepest_first(whole, done):
            done[id(cell)] = cell
            yield cell

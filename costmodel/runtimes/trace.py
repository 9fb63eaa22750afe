"""The traced runtime: a cell remembers how it was computed, so that the same equation can be printed.

A traced cell stands where a number would. `+ - * /` and the operations of `runtimes/operations.py` build a small
tree; prose, spreadsheet and script printers walk it. Each cell also carries its exact value, so that what is printed
can be held against the bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn

from costmodel.runtimes import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One traced number.

    Attributes:
        kind: `input`, `constant`, `operation` or `step`.
        name: the name of an input or step, the sign of an operation.
        value: exact value; a bool for a comparison.
        unit: unit of an input or step, as shown.
        arguments: what an operation or step is made of.
    """

    kind: str
    name: str
    value: Any
    unit: str = ""
    arguments: tuple[Cell, ...] = ()

    def __add__(self, other: Any) -> Cell:
        return operation("+", lambda a, b: a + b, self, other)

    def __radd__(self, other: Any) -> Cell:
        return operation("+", lambda a, b: a + b, other, self)

    def __sub__(self, other: Any) -> Cell:
        return operation("-", lambda a, b: a - b, self, other)

    def __rsub__(self, other: Any) -> Cell:
        return operation("-", lambda a, b: a - b, other, self)

    def __mul__(self, other: Any) -> Cell:
        return operation("*", lambda a, b: a * b, self, other)

    def __rmul__(self, other: Any) -> Cell:
        return operation("*", lambda a, b: a * b, other, self)

    def __truediv__(self, other: Any) -> Cell:
        return operation("/", lambda a, b: Fraction(a) / Fraction(b), self, other)

    def __rtruediv__(self, other: Any) -> Cell:
        return operation("/", lambda a, b: Fraction(a) / Fraction(b), other, self)

    def __pow__(self, other: Any) -> Cell:
        power = as_cell(other)
        if Fraction(power.value).denominator != 1:
            raise TypeError("integer powers only: a root is not exact")
        return operation("^", lambda a, b: Fraction(a) ** int(b), self, power)

    def __lt__(self, other: Any) -> Cell:
        return operation("<", lambda a, b: a < b, self, other)

    def __le__(self, other: Any) -> Cell:
        return operation("<=", lambda a, b: a <= b, self, other)

    def __gt__(self, other: Any) -> Cell:
        return operation(">", lambda a, b: a > b, self, other)

    def __ge__(self, other: Any) -> Cell:
        return operation(">=", lambda a, b: a >= b, self, other)

    def __eq__(self, other: object) -> Cell:  # type: ignore[override]
        return operation("=", lambda a, b: a == b, self, other)

    def __ne__(self, other: object) -> Cell:  # type: ignore[override]
        return operation("<>", lambda a, b: a != b, self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise TypeError("a traced cell is neither true nor false: use where(), maximum() or safe_divide()")


def cell(name: str, value: Any, unit: str = "") -> Cell:
    """An input: a named number."""
    return Cell("input", name, Fraction(value), unit)


def as_cell(value: Any) -> Cell:
    """The cell itself, or a constant."""
    return value if isinstance(value, Cell) else Cell("constant", "", Fraction(value))


def operation(name: str, compute: Callable[..., Any], *arguments: Any) -> Cell:
    """An operation on cells and numbers, with its exact value."""
    cells = tuple(as_cell(argument) for argument in arguments)
    return Cell("operation", name, compute(*(part.value for part in cells)), "", cells)


def ceil(x: Any) -> Cell:
    """See `runtimes.exact.ceil`."""
    return operation("ceil", exact.ceil, x)


def half_up(x: Any) -> Cell:
    """See `runtimes.exact.half_up`."""
    return operation("half_up", exact.half_up, x)


def maximum(a: Any, b: Any) -> Cell:
    """See `runtimes.exact.maximum`."""
    return operation("maximum", exact.maximum, a, b)


def minimum(a: Any, b: Any) -> Cell:
    """See `runtimes.exact.minimum`."""
    return operation("minimum", exact.minimum, a, b)


def where(condition: Any, a: Any, b: Any) -> Cell:
    """See `runtimes.exact.where`; the condition is a comparison of cells."""
    return operation("where", exact.where, condition, a, b)


def safe_divide(a: Any, b: Any, otherwise: Any) -> Cell:
    """See `runtimes.exact.safe_divide`."""
    return operation("safe_divide", exact.safe_divide, a, b, otherwise)


def divide(a: Any, b: Any) -> Cell:
    """See `runtimes.exact.divide`."""
    return operation("/", exact.divide, a, b)


def power(base: Any, exponent: int) -> Cell:
    """See `runtimes.exact.power`."""
    return operation("^", lambda a, b: exact.power(a, int(b)), base, exponent)


def real_power(base: Any, exponent: Any) -> Cell:
    """See `runtimes.exact.real_power`."""
    return operation("real_power", exact.real_power, base, exponent)


def doublings(x: Any) -> Cell:
    """See `runtimes.exact.doublings`."""
    return operation("doublings", exact.doublings, x)


def step(name: str, value: Any, unit: str) -> Cell:
    """A named intermediate result: a line of `explain`, a row of a workbook."""
    inner = as_cell(value)
    return Cell("step", name, inner.value, unit, (inner,))


def steps(result: Cell) -> Iterator[Cell]:
    """Every step a result is made of, in the order of computation, each once."""
    seen: set[int] = set()

    def walk(node: Cell) -> Iterator[Cell]:
        if id(node) in seen:
            return
        seen.add(id(node))
        for argument in node.arguments:
            yield from walk(argument)
        if node.kind == "step":
            yield node

    yield from walk(result)


def inputs(result: Cell) -> list[Cell]:
    """Every named input of a result, each once, in order of use."""
    found: dict[int, Cell] = {}
    stack = [result]
    while stack:
        node = stack.pop()
        if node.kind == "input":
            found.setdefault(id(node), node)
        stack.extend(reversed(node.arguments))
    return list(found.values())

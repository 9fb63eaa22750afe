"""Draws: a number that is not known, as many possible values. It stands where an exact number would.

A `Draws` wraps one float64 array, one element a draw. Exact numbers meet it in `+ - * /` and become float64 there and
only there: `Fraction * ndarray` would make an array of Python objects instead, silently.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from costmodel.runtimes import arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Draws:
    """Possible values of one number, or whether something holds for each.

    Attributes:
        values: one element a draw; float64, or bool for a comparison.
    """

    __slots__ = ("values",)
    __array_ufunc__ = None  # numpy leaves arithmetic with arrays to this class, which refuses it
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Any) -> None:
        self.values = values if isinstance(values, np.ndarray) and values.dtype == bool else arrays.as_float(values)

    def __add__(self, other: Any) -> Draws:
        return self if _is(other, 0) else _made(np.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Draws:
        return self if _is(other, 0) else _made(np.subtract, self, other)

    def __rsub__(self, other: Any) -> Draws:
        return _made(np.subtract, other, self)

    def __mul__(self, other: Any) -> Draws:
        return self if _is(other, 1) else _made(np.multiply, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Draws:
        return self if _is(other, 1) else _made(np.divide, self, other)

    def __rtruediv__(self, other: Any) -> Draws:
        return _made(np.divide, other, self)

    def __neg__(self) -> Draws:
        return _made(np.negative, self)

    def __lt__(self, other: Any) -> Draws:
        return _made(np.less, self, other)

    def __le__(self, other: Any) -> Draws:
        return _made(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Draws:
        return _made(np.greater, self, other)

    def __ge__(self, other: Any) -> Draws:
        return _made(np.greater_equal, self, other)

    def __eq__(self, other: object) -> Draws:  # type: ignore[override]
        return _made(np.equal, self, other)

    def __ne__(self, other: object) -> Draws:  # type: ignore[override]
        return _made(np.not_equal, self, other)

    def __bool__(self) -> NoReturn:
        raise TypeError("draws are neither true nor false: use where(), maximum(), or some() for a check")

    def __repr__(self) -> str:
        return f"<{self.values.size} draws, mean {self.values.mean():.6g}>"


def _plain(value: Any) -> Any:
    """What numpy computes with: the array of draws, or a number as float64.

    Raises:
        TypeError: a bare array, whose elements may be anything but draws of the same simulation.
    """
    if value.__class__ is Draws:
        return value.values
    if isinstance(value, int | Fraction | float):
        return float(value)
    raise TypeError(f"draws do not compute with {type(value).__name__}: wrap it in Draws")


class Note:
    """What is computed with draws while it is noted.

    Attributes:
        steps: operation, operands and result of each.
        checks: conditions that were asked for, and whether they held for any draw.
    """

    def __init__(self) -> None:
        self.steps: list[tuple[Callable[..., Any], tuple[Any, ...], Draws]] = []
        self.checks: list[tuple[Draws, bool]] = []


_note: ContextVar[Note | None] = ContextVar("note", default=None)


@contextmanager
def noted() -> Iterator[Note]:
    """Inside, every operation on draws is noted, so that it can be repeated for others: see `runtimes.tape`."""
    note = Note()
    token = _note.set(note)
    try:
        yield note
    finally:
        _note.reset(token)


def _is(other: Any, number: int) -> bool:
    """Whether an operand is that number, and not draws."""
    return other.__class__ is not Draws and bool(_plain(other) == number)


def _made(operation: Callable[..., Any], *operands: Any) -> Draws:
    """The result of an operation."""
    result = Draws(operation(*[_plain(operand) for operand in operands]))
    note = _note.get()
    if note is not None:
        note.steps.append((operation, operands, result))
    return result


def some(condition: Draws) -> bool:
    """Whether a condition holds, or a number is not zero, for any draw."""
    holds = bool(condition.values.any())
    note = _note.get()
    if note is not None:
        note.checks.append((condition, holds))
    return holds


def ceil(x: Any) -> Draws:
    """See `runtimes.arrays.ceil`."""
    return _made(arrays.ceil, x)


def half_up(x: Any) -> Draws:
    """See `runtimes.arrays.half_up`."""
    return _made(arrays.half_up, x)


def maximum(a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.maximum`."""
    return _made(np.maximum, a, b)


def minimum(a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.minimum`."""
    return _made(np.minimum, a, b)


def where(condition: Any, a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.where`."""
    return _made(np.where, condition, a, b)


def safe_divide(a: Any, b: Any, otherwise: Any) -> Draws:
    """See `runtimes.arrays.safe_divide`."""
    return _made(arrays.safe_divide, a, b, otherwise)


def divide(a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.divide`."""
    if a.__class__ is Draws:
        return a / b  # type: ignore[no-any-return]
    return _made(np.divide, a, b)


def power(base: Any, exponent: int) -> Draws:
    """See `runtimes.arrays.power`."""
    return _made(np.ones_like, base) if exponent == 0 else _made(arrays.power, base, exponent)


def real_power(base: Any, exponent: Any) -> Draws:
    """See `runtimes.arrays.real_power`."""
    return _made(arrays.real_power, base, exponent)


def doublings(x: Any) -> Draws:
    """See `runtimes.arrays.doublings`."""
    return _made(arrays.doublings, x)


def step(name: str, value: Any, unit: str) -> Any:  # noqa: ARG001 - a name costs nothing for numbers
    """The value itself: names matter to traced cells alone."""
    return value

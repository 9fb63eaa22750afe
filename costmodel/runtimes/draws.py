"""Draws: a number that is not known, as many possible values. It stands where an exact number would.

A `Draws` wraps one float64 array, one element a draw. Exact numbers meet it in `+ - * /` and become float64 there and
only there: `Fraction * ndarray` would make an array of Python objects instead, silently.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

from costmodel.runtimes import arrays


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
        plain = _plain(other)
        return self if plain.__class__ is float and plain == 0 else Draws(self.values + plain)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Draws:
        plain = _plain(other)
        return self if plain.__class__ is float and plain == 0 else Draws(self.values - plain)

    def __rsub__(self, other: Any) -> Draws:
        return Draws(_plain(other) - self.values)

    def __mul__(self, other: Any) -> Draws:
        plain = _plain(other)
        return self if plain.__class__ is float and plain == 1 else Draws(self.values * plain)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Draws:
        plain = _plain(other)
        return self if plain.__class__ is float and plain == 1 else Draws(self.values / plain)

    def __rtruediv__(self, other: Any) -> Draws:
        return Draws(_plain(other) / self.values)

    def __neg__(self) -> Draws:
        return Draws(-self.values)

    def __lt__(self, other: Any) -> Draws:
        return Draws(self.values < _plain(other))

    def __le__(self, other: Any) -> Draws:
        return Draws(self.values <= _plain(other))

    def __gt__(self, other: Any) -> Draws:
        return Draws(self.values > _plain(other))

    def __ge__(self, other: Any) -> Draws:
        return Draws(self.values >= _plain(other))

    def __eq__(self, other: object) -> Draws:  # type: ignore[override]
        return Draws(self.values == _plain(other))

    def __ne__(self, other: object) -> Draws:  # type: ignore[override]
        return Draws(self.values != _plain(other))

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


def ceil(x: Any) -> Draws:
    """See `runtimes.arrays.ceil`."""
    return Draws(arrays.ceil(_plain(x)))


def half_up(x: Any) -> Draws:
    """See `runtimes.arrays.half_up`."""
    return Draws(arrays.half_up(_plain(x)))


def maximum(a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.maximum`."""
    return Draws(np.maximum(_plain(a), _plain(b)))


def minimum(a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.minimum`."""
    return Draws(np.minimum(_plain(a), _plain(b)))


def where(condition: Any, a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.where`."""
    held = condition.values if condition.__class__ is Draws else condition
    return Draws(np.where(held, _plain(a), _plain(b)))


def safe_divide(a: Any, b: Any, otherwise: Any) -> Draws:
    """See `runtimes.arrays.safe_divide`."""
    return Draws(arrays.safe_divide(_plain(a), _plain(b), _plain(otherwise)))


def divide(a: Any, b: Any) -> Draws:
    """See `runtimes.arrays.divide`."""
    if a.__class__ is Draws:
        return a / b  # type: ignore[no-any-return]
    return Draws(_plain(a) / _plain(b))


def power(base: Any, exponent: int) -> Draws:
    """See `runtimes.arrays.power`."""
    return Draws(np.ones_like(base.values)) if exponent == 0 else Draws(arrays.power(_plain(base), exponent))


def real_power(base: Any, exponent: Any) -> Draws:
    """See `runtimes.arrays.real_power`."""
    return Draws(arrays.real_power(_plain(base), _plain(exponent)))


def doublings(x: Any) -> Draws:
    """See `runtimes.arrays.doublings`."""
    return Draws(arrays.doublings(_plain(x)))


def step(name: str, value: Any, unit: str) -> Any:  # noqa: ARG001 - a name costs nothing for numbers
    """The value itself: names matter to traced cells alone."""
    return value

"""The array runtime: float64 numpy arrays. Monte Carlo, sensitivity, sweeps."""

from __future__ import annotations

from typing import Any

import numpy as np

from costmodel.runtimes.exact import ENDLESS_DECIMALS

_TOLERANCE = 1e-9  # as in runtimes/exact.py


def as_float(value: Any) -> Any:
    """The one boundary where exact numbers become float64.

    Raises:
        TypeError: an array of Python objects, which would compute with Fractions one by one.
    """
    array = np.asarray(value, dtype=None if isinstance(value, np.ndarray) else np.float64)
    if array.dtype == object:
        raise TypeError("an array of dtype object is not computed with: convert its numbers to float64 first")
    return array.astype(np.float64, copy=False)


def ceil(x: Any) -> Any:
    """The least whole number that is at least x - 1e-9."""
    return np.ceil(as_float(x) - _TOLERANCE)


def half_up(x: Any) -> Any:
    """The nearest whole number, halves away from zero; 1e-9 below a half counts as a half, as floats miss it."""
    values = as_float(x)
    return np.sign(values) * np.floor(np.abs(values) + 0.5 + _TOLERANCE)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two, element by element."""
    return np.maximum(as_float(a), as_float(b))


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two, element by element."""
    return np.minimum(as_float(a), as_float(b))


def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`."""
    return np.where(condition, as_float(a), as_float(b))


def safe_divide(a: Any, b: Any, otherwise: Any) -> Any:
    """`a / b`, or `otherwise` where b is zero."""
    top, bottom, rest = np.broadcast_arrays(as_float(a), as_float(b), as_float(otherwise))
    result = np.array(rest, dtype=np.float64)
    return np.divide(top, bottom, out=result, where=bottom != 0)


def divide(a: Any, b: Any) -> Any:
    """`a / b`, element by element."""
    return as_float(a) / as_float(b)


def power(base: Any, exponent: int) -> Any:
    """A whole power, element by element."""
    return as_float(base) ** exponent


def real_power(base: Any, exponent: Any) -> Any:
    """A power with any exponent, element by element, rounded to twelve decimals."""
    return np.round(as_float(base) ** as_float(exponent), ENDLESS_DECIMALS)


def doublings(x: Any) -> Any:
    """The logarithm to base 2, element by element, rounded to twelve decimals."""
    return np.round(np.log2(as_float(x)), ENDLESS_DECIMALS)


def step(name: str, value: Any, unit: str) -> Any:  # noqa: ARG001 - a name costs nothing for numbers
    """The value itself: names matter to traced cells alone; an array of Python objects is refused here too."""
    return as_float(value)

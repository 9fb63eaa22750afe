"""The exact runtime: `int` and `Fraction`. Bills and undiscounted amounts."""

from __future__ import annotations

from fractions import Fraction
from math import ceil as _ceil
from math import log2
from typing import Any

from costmodel import quantities

# Rounding up ignores what floating point leaves behind, so that every runtime rounds the same number the same way:
# 33 exact hours came out as 33.00000000000001 in floats, and a 34th post with them.
CEILING_TOLERANCE = Fraction(1, 1_000_000_000)


def ceil(x: Any) -> Any:
    """The least whole number that is at least x - 1e-9."""
    return Fraction(_ceil(x - CEILING_TOLERANCE))


def half_up(x: Any) -> Any:
    """The nearest whole number, halves away from zero."""
    return quantities.half_up(x)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two."""
    return max(a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two."""
    return min(a, b)


def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`."""
    return a if condition else b


def safe_divide(a: Any, b: Any, otherwise: Any) -> Any:
    """`a / b`, or `otherwise` where b is zero."""
    return otherwise if b == 0 else Fraction(a) / Fraction(b)


def divide(a: Any, b: Any) -> Any:
    """`a / b`, exactly."""
    return Fraction(a) / Fraction(b)


def power(base: Any, exponent: int) -> Any:
    """A whole power, exactly."""
    return Fraction(base) ** exponent


# Digits kept of a number that has no end: as many as a spreadsheet keeps of a number between 1 and 1,000.
ENDLESS_DECIMALS = 12


def real_power(base: Any, exponent: Any) -> Any:
    """A power with any exponent, rounded to twelve decimals."""
    return Fraction(repr(round(float(base) ** float(exponent), ENDLESS_DECIMALS)))


def doublings(x: Any) -> Any:
    """The logarithm to base 2, rounded to twelve decimals."""
    return Fraction(repr(round(log2(x), ENDLESS_DECIMALS)))


def step(name: str, value: Any, unit: str) -> Any:  # noqa: ARG001 - a name costs nothing for numbers
    """The value itself: names matter to traced cells alone."""
    return value

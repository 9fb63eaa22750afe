"""Where a difference of two costs changes its sign: exactly where it is a straight line, else to 12 digits."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.uncertainty.parameters import short

if TYPE_CHECKING:
    from collections.abc import Callable

_NARROW = Fraction(1, 10**13)  # of the value: twelve digits are then known
_CALLS = 100  # of halving: far more than it takes
_JUMP = Fraction(1, 10**6)  # of the cost: a change larger than this within a narrowed bracket is a jump
_NEAR = Fraction(1, 10**9)  # of the bracket: where costs are still the same so far away, they are over a stretch
_HALVINGS = 40  # of the bracket, for the ends of such a stretch


class Place(NamedTuple):
    """Where a difference changes its sign.

    Attributes:
        kind: `exact`, `crossing` (to 12 digits) or `step` (it jumps there).
    """

    value: Fraction
    kind: str


def crossing(difference: Callable[[Fraction], Any], low: Fraction, high: Fraction, size: Fraction) -> Place | None:
    """Where a difference that is above 0 at one value, and below at another, changes its sign.

    Args:
        difference: exact.
        low: one value.
        high: the other; it may be the lower one.
        size: how large a cost is there: what a jump is measured by.

    Returns:
        The exact value where a straight line through two known points meets 0; the middle where it is 0 over a
        stretch, as with whole records; else the shortest number within 12 digits of the change. None where the sign
        does not change.

    >>> crossing(lambda x: 3 * x - 1, Fraction(0), Fraction(1), Fraction(1))
    Place(value=Fraction(1, 3), kind='exact')
    """
    ends = [(low, difference(low)), (high, difference(high))]
    for value, found in ends:
        if found == 0:
            return Place(value, "exact")
    if (ends[0][1] > 0) == (ends[1][1] > 0):
        return None
    for _ in range(_CALLS):
        (a, at_a), (b, at_b) = ends
        if abs(b - a) <= _NARROW * max(abs(a), abs(b)):
            break
        for value in (a + (b - a) * at_a / (at_a - at_b), (a + b) / 2):
            found = difference(value)
            if found == 0:
                return Place(_middle(difference, value, (ends[0][0], ends[1][0])), "exact")
            side = 0 if (found > 0) == (ends[0][1] > 0) else 1
            if min(ends[0][0], ends[1][0]) < value < max(ends[0][0], ends[1][0]):
                ends[side] = value, found
    (a, at_a), (b, at_b) = ends
    jump = abs(at_a - at_b) > _JUMP * abs(size)
    return Place(short(*sorted((a, b))), "step" if jump else "crossing")


def _middle(difference: Callable[[Fraction], Any], zero: Fraction, ends: tuple[Fraction, Fraction]) -> Fraction:
    """The middle of the stretch around a value over which a difference is 0; the value itself where it is alone."""
    near = abs(ends[1] - ends[0]) * _NEAR
    if difference(zero - near) != 0 and difference(zero + near) != 0:
        return zero
    first, last = (_edge(difference, zero, end) for end in sorted(ends))
    middle = (first + last) / 2
    return short(middle - near, middle + near)


def _edge(difference: Callable[[Fraction], Any], zero: Fraction, beyond: Fraction) -> Fraction:
    """Where a stretch of zeros ends, on the way to a value at which it has ended."""
    for _ in range(_HALVINGS):
        middle = (zero + beyond) / 2
        zero, beyond = (middle, beyond) if difference(middle) == 0 else (zero, middle)
    return (zero + beyond) / 2

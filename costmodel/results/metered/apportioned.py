"""Amounts as whole cents that add up: each part, each kind of cost, and the total."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Sequence


def apportioned(kinds: Sequence[Sequence[Fraction]], places: int) -> list[list[Fraction]]:
    """The parts of several kinds of cost, rounded so that everything adds up as shown.

    The total of all is rounded half up, then shared out over the kinds, then each kind over its parts: by largest
    remainder both times, ties in order.

    Args:
        kinds: the parts of each kind.
        places: decimal places.

    Source: Hamilton's method of apportionment (largest remainder).

    >>> third = Fraction(1, 3)
    >>> [[str(part) for part in kind] for kind in apportioned([[third, third], [third]], 1)]
    [['2/5', '3/10'], ['3/10']]
    """
    totals = largest_remainder([sum(parts, Fraction(0)) for parts in kinds], places)
    return [_parts(parts, total, places) for parts, total in zip(kinds, totals, strict=True)]


def _parts(parts: Sequence[Fraction], total: Fraction, places: int) -> list[Fraction]:
    """Parts rounded to a total that is their sum, rounded up or down."""
    scale = 10**places
    floors = [part * scale // 1 for part in parts]
    left = int(total * scale) - sum(floors)
    order = sorted(range(len(parts)), key=lambda index: (floors[index] - parts[index] * scale, index))
    for index in order[:left]:
        floors[index] += 1
    return [Fraction(floor, scale) for floor in floors]

"""Figures shown so that every column adds up, and the note below a table where that moved a last digit."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import half_up, largest_remainder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.results.table import Table

ROUNDED = "Rounded so that every column adds up: the last digit of a figure, or of the sum of a row, may differ."


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


def shared_out(parts: Sequence[Fraction], places: int, total: Fraction) -> list[Fraction]:
    """The parts rounded for display so that they add up to a total that was rounded elsewhere.

    >>> [str(part) for part in shared_out([Fraction("1.004"), Fraction("2.004")], 2, Fraction("3.01"))]
    ['101/100', '2']
    """
    excess = total - half_up(sum(parts, Fraction(0)), places)
    unit = Fraction(1, 10**places)
    rounded = largest_remainder(parts, places)
    while excess:
        step = unit if excess > 0 else -unit
        place = max(range(len(parts)), key=lambda index: ((parts[index] - rounded[index]) * step, -index))
        rounded[place] += step
        excess -= step
    return rounded


def rounding_note(shown: Iterable[Fraction], exact: Iterable[Fraction], places: int) -> tuple[str, ...]:
    """The note on rounding, where a figure is not shown as it is rounded by itself."""
    own = all(told == half_up(amount, places) for told, amount in zip(shown, exact, strict=True))
    return () if own else (ROUNDED,)


def noted_once(tables: Sequence[Table]) -> list[Table]:
    """The note on rounding below the last table, where any of them needs it."""
    rest = [table._replace(notes=tuple(note for note in table.notes if note != ROUNDED)) for table in tables]
    if any(ROUNDED in table.notes for table in tables):
        rest[-1] = rest[-1]._replace(notes=(ROUNDED, *rest[-1].notes))
    return rest

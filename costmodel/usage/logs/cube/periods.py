"""Half-hours that are counted as one: those of a day (or a month) in which the same prices hold.

Every half-hour is counted as the first one of its day in which the same price rows are in force and the same daily
windows are open: the price of that half-hour is the price of all. A cube has far fewer rows so, and its scan takes far
less time; with labels, such as 200 departments, a cube by half-hours would have nearly as many rows as the log.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, instant_of, microseconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from costmodel.usage.logs.cube.cuts import Cuts, Grain

_DAY = timedelta(days=1)


class Period(NamedTuple):
    """Half-hours in a row that are counted as one.

    Attributes:
        first: the first of them, in half-hours since 1970 UTC.
        end: the first one after them.
        bucket: the half-hour that they are counted as.
    """

    first: int
    end: int
    bucket: int


def periods(cuts: Cuts, grain: Grain, begin: datetime, end: datetime) -> Iterator[Period]:
    """The periods of a time, without gaps.

    A half-hour in which a price changes is counted as itself.

    Args:
        cuts: where prices change.
        grain: `day` or `month`.
        begin: the first midnight.
        end: the midnight after the last day.
    """
    opened = [Opened(window.windows(begin, end)) for window in cuts.windows]
    changes = {microseconds(begin + _DAY * day) for day in range((end - begin).days + 1)}
    changes |= {edge for edge in cuts.edges if microseconds(begin) < edge < microseconds(end)}
    changes |= {at_us for window in opened for at_us in window.changes}
    within = {at_us // HALF_HOUR_US for at_us in changes if at_us % HALF_HOUR_US}
    starts = {at_us // HALF_HOUR_US for at_us in changes} | {half_hour + 1 for half_hour in within}
    seen: dict[tuple[object, ...], int] = {}
    for first, after in pairwise(sorted(starts)):
        at, at_us = instant_of(first * HALF_HOUR_US), first * HALF_HOUR_US
        open_now = (window.is_open(at_us) for window in opened)
        key = (at.year, at.month, at.day if grain == "day" else 0, bisect_right(cuts.edges, at_us), *open_now)
        yield Period(first, after, first if first in within else seen.setdefault(key, first))


class Opened:
    """When the windows of a condition are open.

    Args:
        windows: from when to when, in order.
    """

    def __init__(self, windows: Sequence[tuple[datetime, datetime]]) -> None:
        self._opens = sorted(microseconds(opens) for opens, _ in windows)
        self._closes = sorted(microseconds(closes) for _, closes in windows)

    @property
    def changes(self) -> list[int]:
        """When they open or close, in microseconds since 1970 UTC."""
        return [*self._opens, *self._closes]

    def is_open(self, at_us: int) -> bool:
        """Whether one of them is open so many microseconds after the start of 1970 UTC."""
        return bisect_right(self._opens, at_us) > bisect_right(self._closes, at_us)

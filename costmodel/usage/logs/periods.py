"""Half-hours that are counted as one: those of a month (or a day) in which the same prices hold.

A cube by half-hours stays small while nothing but time and model tells its rows apart. With labels, such as 200
departments, it would have nearly as many rows as the log. So with labels every half-hour is counted as the first one of
its month (or day) in which the same price rows are in force and the same daily windows are open. The price of that
half-hour is the price of all.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from costmodel.usage.logs.cuts import HALF_HOUR_US, instant_of, microseconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from costmodel.prices.hours import Hours
    from costmodel.usage.logs.cuts import Cuts, Grain


def folded(cuts: Cuts, grain: Grain, first_us: int, last_us: int) -> Iterator[tuple[int, int]]:
    """Each half-hour of a time, and the one that it is counted as.

    A half-hour in which a price changes is counted as itself.

    Args:
        cuts: where prices change.
        grain: `day` or `month`.
        first_us: the first microsecond of the time, since 1970 UTC.
        last_us: its last one.
    """
    changes = {edge // HALF_HOUR_US for edge in cuts.edges if edge % HALF_HOUR_US}
    opened = [_open_half_hours(window, first_us, last_us) for window in cuts.windows]
    seen: dict[tuple[object, ...], int] = {}
    for half_hour in range(first_us // HALF_HOUR_US, last_us // HALF_HOUR_US + 1):
        at = instant_of(half_hour * HALF_HOUR_US)
        rows = bisect_right(cuts.edges, half_hour * HALF_HOUR_US)
        states = tuple(window.get(half_hour, 0) for window in opened)
        if half_hour in changes or any(state is None for state in states):
            yield half_hour, half_hour
            continue
        key = (at.year, at.month, at.day if grain == "day" else 0, rows, states)
        yield half_hour, seen.setdefault(key, half_hour)


def _open_half_hours(window: Hours, first_us: int, last_us: int) -> dict[int, int | None]:
    """The half-hours in which a window is open: 1, or None where it opens or closes inside of them."""
    begin, end = instant_of(first_us - HALF_HOUR_US), instant_of(last_us + 2 * HALF_HOUR_US)
    found: dict[int, int | None] = {}
    for opens, closes in window.windows(begin, end):
        start, stop = _half_hours(opens), _half_hours(closes)
        found |= dict.fromkeys(range(start[0] + start[1], stop[0]), 1)
        found |= {edge: None for edge, inside in (start, stop) if inside}
    return found


def _half_hours(at: datetime) -> tuple[int, bool]:
    """The half-hour of an instant, and whether the instant lies inside of it."""
    at_us = microseconds(at)
    return at_us // HALF_HOUR_US, bool(at_us % HALF_HOUR_US)

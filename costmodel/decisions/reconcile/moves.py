"""Usage that a bill counts on the day beside: what one day has too little, its neighbour has too much."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.results.metered.difference import DAYS, Line, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Slack = Callable[[Iterable[Line]], Fraction]

_ZERO = Fraction(0)
_DAY = len("2026-11-03")


def moved(lines: Iterable[Line], slack: Slack) -> dict[tuple[str, str], Part]:
    """What of a model's lines is merely counted on the next day, or the day before; it adds up to nothing exactly.

    Another time zone moves usage to a neighbouring day, all in one direction, and never more than a day has. Months are
    no neighbours: what moves between them is a small part of one day.

    Args:
        lines: lines of one model that nothing else explains.
        slack: how far rounding alone can take the bill of some lines.
    """
    days = sorted((line for line in lines if len(line.when) == _DAY and line.difference), key=lambda line: line.when)
    found: dict[tuple[str, str], Part] = {}
    place = 0
    while place < len(days):
        chain = _chain(days[place:], slack)
        found |= _parts(chain)
        place += len(chain) or 1
    return found


def _chain(days: Sequence[Line], slack: Slack) -> Sequence[Line]:
    """The neighbouring days from the first on whose differences add up to nothing; empty where there are none."""
    carried = days[0].difference
    later = carried < 0  # the bill has it on later days
    for place in range(1, len(days)):
        before, line, room = days[place - 1], days[place], slack(days[: place + 1])
        giver = before if later else line
        if not _neighbours(before, line) or abs(carried) > (giver.priced or _ZERO) + room:
            return ()
        carried += line.difference
        if abs(carried) <= room:
            return days[: place + 1]
        if (carried < 0) != later:
            return ()
    return ()


def _neighbours(one: Line, other: Line) -> bool:
    return date.fromisoformat(other.when) - date.fromisoformat(one.when) == timedelta(days=1)


def _parts(chain: Sequence[Line]) -> dict[tuple[str, str], Part]:
    """The moves of a chain; what is left of its sum is rounding, which each line has by its rows."""
    left = sum((line.difference for line in chain), _ZERO)
    rows = sum(line.rows for line in chain) or 1
    return {line.key: Part(DAYS, "", line.difference - left * line.rows / rows) for line in chain}

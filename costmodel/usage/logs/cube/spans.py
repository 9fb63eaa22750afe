"""The times in which everything that the prices of an offer depend on stays the same."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import Month
from costmodel.usage.logs.cube.cuts import instant_of, microseconds
from costmodel.usage.logs.cube.periods import Opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from costmodel.prices.card import RateCard
    from costmodel.prices.hours import Hours


class Span(NamedTuple):
    """A time in which everything that the prices of a card depend on stays the same.

    Attributes:
        card: the number of the card.
        month: it lies in.
        day: it lies in, where days are told apart; else empty.
        start: the first instant.
        end: the first instant after it.
        until: the end of the last such time of the month or day; usage of all of them is one cell.
    """

    card: int
    month: Month
    day: str
    start: datetime
    end: datetime
    until: datetime


class Spans(NamedTuple):
    """The spans of several cards.

    Attributes:
        spans: in order of months and cards; times of a month (or day) in the same situation are one.
        starts: (number of the card, first instant in microseconds since 1970, number of the span).
    """

    spans: tuple[Span, ...]
    starts: tuple[tuple[int, int, int], ...]


class _Alike(NamedTuple):
    """What the times of one span have in common."""

    card: int
    month: Month
    day: str
    situation: tuple[object, ...]


def spans_of(cards: Sequence[RateCard], whole: tuple[datetime, datetime], *, by_day: bool) -> Spans:
    """The spans of several cards.

    Args:
        cards: the cards.
        whole: from the first instant to the last.
        by_day: whether days are told apart.
    """
    opened: dict[Hours, Opened] = {}
    calendar = _calendar(*whole, by_day=by_day)
    times: dict[_Alike, list[tuple[int, int]]] = {}
    for number, card in enumerate(cards):
        opened |= {window: Opened(window.windows(*whole)) for window in card.windows() if window not in opened}
        windows = [opened[window] for window in card.windows()]
        for start, end, at, situation in _times(card, calendar, microseconds(whole[1]), windows):
            key = _Alike(number, Month(at.year, at.month), f"{at:%Y-%m-%d}" if by_day else "", situation)
            times.setdefault(key, []).append((start, end))
    order = sorted(times, key=lambda key: (key.month, key.card, times[key][0]))
    starts = tuple((key.card, start, index) for index, key in enumerate(order) for start, _ in times[key])
    return Spans(tuple(_span(key, times[key]) for key in order), starts)


def _times(
    card: RateCard, calendar: Sequence[datetime], last: int, windows: Sequence[Opened]
) -> Iterator[tuple[int, int, datetime, tuple[object, ...]]]:
    """Each time between two changes, with the month (or day) that it lies in, and the situation."""
    begins = {microseconds(at): at for at in calendar}
    first, place = min(begins), calendar[0]
    rows = sorted(map(microseconds, card.edges()))
    changes = {at for at in (*rows, *(at for window in windows for at in window.changes)) if first < at < last}
    situations: dict[tuple[object, ...], tuple[object, ...]] = {}
    for start, end in pairwise(sorted({*begins, *changes, last})):
        place = begins.get(start, place)
        now = (bisect_right(rows, start), *(window.is_open(start) for window in windows))
        if now not in situations:  # to ask the card at each of thousands of instants would take a second
            situations[now] = card.situation(instant_of(start))
        yield start, end, place, situations[now]


def _span(key: _Alike, times: Sequence[tuple[int, int]]) -> Span:
    (start, end), (_, until) = times[0], times[-1]
    return Span(key.card, key.month, key.day, instant_of(start), instant_of(end), instant_of(until))


def _calendar(begin: datetime, end: datetime, *, by_day: bool) -> list[datetime]:
    """The first instants of the months (or days) from one instant to another, that instant first."""
    found, month = [begin], Month(begin.year, begin.month)
    while month.start < end:
        days = range((month.end - month.start).days) if by_day else range(1)
        found += [at for day in days if begin < (at := month.start.replace(day=day + 1)) < end]
        month = month.later(1)
    return found

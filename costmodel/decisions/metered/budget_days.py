"""The days of a month, those that are over, and those from which the rest is projected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import Month
from costmodel.results.metered.budget_lines import Calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from costmodel.decisions.metered.budget_file import Terms

_DAY = timedelta(days=1)


class Days(NamedTuple):
    """The days of a month as of a day.

    Attributes:
        month: the month of the day before `as_of`.
        as_of: days before it are over; it may be half over itself.
        over: days of the month that are over.
        seen: whole days from which the rest is projected, in this month or before.
        missing: days in which the log has a hole, in the month or the window; they are not among those seen.
        left: days of the month to come, `as_of` among them.
        terms: how the month end is projected.
    """

    month: Month
    as_of: date
    over: Sequence[date]
    seen: Sequence[date]
    missing: Sequence[date]
    left: Sequence[date]
    terms: Terms

    @classmethod
    def of(cls, as_of: date, used: Collection[date], terms: Terms) -> Days:
        """The days as of one.

        Args:
            as_of: the day.
            used: the days with usage. The first is whole where it begins a month; else it may have begun at noon.
            terms: how the month end is projected.
        """
        first = min(used)
        last = as_of - _DAY
        month = Month(last.year, last.month)
        whole = first if first.day == 1 else first + _DAY
        begin = max(whole, as_of - terms.window_days * _DAY)
        over, left = _between(month.start.date(), as_of), _between(as_of, month.end.date())
        holes = _holes(used, terms.weekend)
        missing = sorted(at for at in holes if min(begin, month.start.date()) <= at < as_of)
        seen = [at for at in _between(begin, as_of) if at not in holes]
        return cls(month, as_of, over, seen, missing, left, terms)

    @property
    def counted(self) -> frozenset[date]:
        """Days of the month whose usage counts as used: the day that is not over included."""
        return frozenset((*self.over, *self.left[:1]))

    def is_weekend(self, at: date) -> bool:
        """Whether a day is a weekend day."""
        return at.weekday() in self.terms.weekend

    def calendar(self, last_logged: date, why_not: str) -> Calendar:
        """As it stands in a result."""
        seen, left = (sum(map(self.is_weekend, days)) for days in (self.seen, self.left))
        return Calendar(
            month=self.month,
            as_of=self.as_of,
            whole_days=len(self.over),
            weekdays_seen=len(self.seen) - seen,
            weekend_days_seen=seen,
            seen_from=self.seen[0] if self.seen else self.as_of,
            weekdays_left=len(self.left) - left,
            weekend_days_left=left,
            level=self.terms.level,
            last_logged=min(last_logged, self.as_of - _DAY),
            why_not=why_not,
        )


def _holes(used: Collection[date], weekend: frozenset[int]) -> frozenset[date]:
    """Weekdays between the first and last day with usage on which nothing was used, and weekends between two of them.

    An export that lacks a day is likelier than a working day without any use; a weekend day alone may well have none.
    """
    found: set[date] = set()
    there = set(used)
    run: list[date] = []
    for at in _between(min(used), max(used) + _DAY):
        run = [] if at in there else [*run, at]
        if run and at.weekday() not in weekend:
            begin = next(place for place, each in enumerate(run) if each.weekday() not in weekend)
            found.update(run[begin:])
    return frozenset(found)


def stretches(days: Sequence[date]) -> list[str]:
    """Days in words, those that follow each other as one.

    >>> stretches([date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 12)])
    ['2026-11-09 to 2026-11-10', '2026-11-12']
    """
    ends = [at for at in days if at + _DAY not in days]
    begins = [at for at in days if at - _DAY not in days]
    return [f"{begin} to {end}" if begin != end else f"{begin}" for begin, end in zip(begins, ends, strict=True)]


def _between(first: date, end: date) -> list[date]:
    return [first + index * _DAY for index in range((end - first).days)]

"""The days of a month, those that are over, and those from which the rest is projected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import Month
from costmodel.results.metered.budget_lines import Calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.decisions.metered.budget_file import Terms

_DAY = timedelta(days=1)


class Days(NamedTuple):
    """The days of a month as of a day.

    Attributes:
        month: the month of the day before `as_of`.
        as_of: days before it are over; it may be half over itself.
        over: days of the month that are over.
        seen: whole days from which the rest is projected, in this month or before.
        left: days of the month to come, `as_of` among them.
        terms: how the month end is projected.
    """

    month: Month
    as_of: date
    over: Sequence[date]
    seen: Sequence[date]
    left: Sequence[date]
    terms: Terms

    @classmethod
    def of(cls, as_of: date, first: date, terms: Terms) -> Days:
        """The days as of one.

        Args:
            as_of: the day.
            first: the first day of the log. It is whole where it begins a month; else it may have begun at noon.
            terms: how the month end is projected.
        """
        last = as_of - _DAY
        month = Month(last.year, last.month)
        whole = first if first.day == 1 else first + _DAY
        begin = max(whole, as_of - terms.window_days * _DAY)
        over, left = _between(month.start.date(), as_of), _between(as_of, month.end.date())
        return cls(month, as_of, over, _between(begin, as_of), left, terms)

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


def _between(first: date, end: date) -> list[date]:
    return [first + index * _DAY for index in range((end - first).days)]

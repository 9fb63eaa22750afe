"""Budget lines against metered usage: used so far, projected to the end of the month, and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text, significant
from costmodel.results.estimate import SCHEMA_VERSION
from costmodel.results.metered.metered import usage_record
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from fractions import Fraction

    from costmodel.quantities import Month
    from costmodel.results.metered.metered import Metered
    from costmodel.results.notice import Notice
    from costmodel.results.table import Table

KIND = "budget_status"
HOLES = "days-without-usage"  # the notice that the log may lack days
_DIGITS = 10  # of a statistical figure


class Projection(NamedTuple):
    """What a month is projected to end with.

    Attributes:
        cost: money.
        low, high: ends of the prediction interval; the cost itself where nothing varies.
    """

    cost: Fraction
    low: Fraction
    high: Fraction


class Alert(NamedTuple):
    """More of a budget than a stated share is used, or will be.

    Attributes:
        of: actual or projected.
        share: of the budget, of 1.
    """

    of: str
    share: Fraction


class LineStatus(NamedTuple):
    """One line of a budget.

    Attributes:
        amount: the budget of the month.
        used: money so far.
        projection: the end of the month; None where it is over, or cannot be projected.
        alerts: what is exceeded.
    """

    name: str
    amount: Fraction
    used: Fraction
    projection: Projection | None
    alerts: tuple[Alert, ...]

    @property
    def used_share(self) -> Fraction:
        """Of the budget, of 1."""
        return self.used / self.amount


class Calendar(NamedTuple):
    """The month and what of it is over.

    Attributes:
        month: the month of the lines.
        as_of: the day before whose start every day is over.
        whole_days: days of the month that are over.
        weekdays_seen, weekend_days_seen: whole days from which the rest is projected, in this month or before.
        seen_from: the first of them.
        weekdays_left, weekend_days_left: days to come, the day `as_of` among them.
        level: of the prediction interval, of 1.
        last_logged: the last day of the log with usage, or the day before `as_of`.
        why_not: why the month end cannot be projected, in words; empty where it can.
    """

    month: Month
    as_of: date
    whole_days: int
    weekdays_seen: int
    weekend_days_seen: int
    seen_from: date
    weekdays_left: int
    weekend_days_left: int
    level: Fraction
    last_logged: date
    why_not: str

    @property
    def is_over(self) -> bool:
        """Whether no day of the month is to come."""
        return not self.weekdays_left + self.weekend_days_left


@dataclass(frozen=True)
class BudgetStatus(Shown):
    """How the lines of a budget stand.

    Attributes:
        title: whose budget it is.
        used: the metered usage of the whole log.
        calendar: the month.
        total: everything used in the month so far, in the reporting currency.
        lines: the lines that hold for the month.
        notices: what a reader must know of the days.
    """

    title: str
    used: Metered
    calendar: Calendar
    total: Fraction
    lines: tuple[LineStatus, ...]
    notices: tuple[Notice, ...]

    @property
    def currency(self) -> str:
        """Of every amount."""
        return self.used.currency

    @property
    def alerts(self) -> tuple[LineStatus, ...]:
        """The lines with an alert."""
        return tuple(line for line in self.lines if line.alerts)

    def tables(self) -> Sequence[Table]:
        """The lines; then what of the usage has no price or is left out."""
        from costmodel.results.metered.budget_tables import all_tables

        return all_tables(self)

    def to_json(self) -> dict[str, Any]:
        """As plain data: money as decimal strings; ends of an interval as numbers of 10 significant digits."""
        days = self.calendar
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": KIND,
            "name": self.title,
            "currency": self.currency,
            "month": str(days.month),
            "as_of": days.as_of.isoformat(),
            "total": decimal_text(self.total),
            "complete": self.used.complete,
            "usage": usage_record(self.used.counts),
            "days": {
                "whole": days.whole_days,
                "seen_from": days.seen_from.isoformat(),
                "weekdays_seen": days.weekdays_seen,
                "weekend_days_seen": days.weekend_days_seen,
                "weekdays_left": days.weekdays_left,
                "weekend_days_left": days.weekend_days_left,
            },
            "level": decimal_text(days.level),
            "not_projected": days.why_not or ("the month is over" if days.is_over else None),
            "lines": self.to_records(),
            "price_book": self.used.book.to_json(),
            "exchange_rates": [rate.to_json() for rate in self.used.exchange],
            "warnings": [{"code": item.code, "text": item.text} for item in (*self.notices, *self.used.notices)],
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """The lines."""
        number: Any = (lambda value: value) if exact else decimal_text
        end: Any = number if exact else lambda value: float(significant(value, _DIGITS))
        return [
            {
                "line": line.name,
                "month": str(self.calendar.month),
                "budget": number(line.amount),
                "used": number(line.used),
                "used_share": number(line.used_share),
                "projected": number(line.projection.cost) if line.projection else None,
                "projected_low": end(line.projection.low) if line.projection else None,
                "projected_high": end(line.projection.high) if line.projection else None,
                "alerts": "; ".join(f"{alert.of} over {decimal_text(alert.share * 100)} %" for alert in line.alerts),
                "currency": self.currency,
            }
            for line in self.lines
        ]

    def __repr__(self) -> str:
        return f"<BudgetStatus: {self.title}, {self.calendar.month}, {len(self.alerts)} of {len(self.lines)} alert>"

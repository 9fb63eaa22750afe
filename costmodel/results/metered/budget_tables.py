"""Budget lines against metered usage, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.prices.policy import places_of
from costmodel.quantities import decimal_text, grouped
from costmodel.results.metered.budget_lines import HOLES
from costmodel.results.metered.metered_tables import left_out_tables, notes, unpriced_tables, without
from costmodel.results.notice import notice_lines
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.results.metered.budget_lines import BudgetStatus, LineStatus
    from costmodel.results.notice import Notice

_HUNDRED = 100
_MOST_NAMED = 5  # lines with an alert that the first sentence names; all stand in the table


def all_tables(result: BudgetStatus) -> list[Table]:
    """The tables of a result, notes below the first."""
    left_out = left_out_tables(result.used.counts)
    return [_lines(result), *unpriced_tables(result.used), *left_out]


def _lines(result: BudgetStatus) -> Table:
    level = f"{_percent(result.calendar.level)} interval"
    columns = (
        Column("line"),
        *(Column(name, numeric=True) for name in (f"budget {result.currency}", "used", "of budget")),
        *(Column(name, numeric=True) for name in ("projected", "of budget", level)),
        Column("alert"),
    )
    rows = tuple(_row(result, line) for line in result.lines)
    return Table(_title(result), columns, rows, (), _notes(result), _lead(result))


def _title(result: BudgetStatus) -> str:
    days, whole = result.calendar, result.calendar.whole_days
    of = whole + days.weekdays_left + days.weekend_days_left
    return f"{result.title}: budget of {days.month}, as of {days.as_of} ({whole} of {of} days are over)"


def _row(result: BudgetStatus, line: LineStatus) -> tuple[str, ...]:
    alerts = ", ".join(f"{alert.of} over {_percent(alert.share)}" for alert in line.alerts)
    used = (_money(result, line.amount), _money(result, line.used), _share(line.used_share))
    return (
        line.name,
        *used,
        *_projected(result, line),
        alerts or ("not projected" if result.calendar.why_not else "none"),
    )


def _projected(result: BudgetStatus, line: LineStatus) -> tuple[str, str, str]:
    """The projected cost, its share of the budget, and the interval; nothing where it is not projected."""
    end = line.projection
    if end is None:
        return "", "", ""
    interval = f"{_money(result, end.low)} to {_money(result, end.high)}"
    return _money(result, end.cost), _share(end.cost / line.amount), interval


def _lead(result: BudgetStatus) -> str:
    """Which lines alert, and what is missing."""
    alert = [f"{line.name} ({_why(result, line)})" for line in sorted(result.alerts, key=_reached, reverse=True)]
    more = f" and {len(alert) - _MOST_NAMED} more" if len(alert) > _MOST_NAMED else ""
    named = f"{', '.join(alert[:_MOST_NAMED])}{more}"
    words = f"{len(alert)} of {len(result.lines)} lines alert: {named}." if alert else "No line alerts."
    words += f" The end of the month is not projected: {result.calendar.why_not}." if result.calendar.why_not else ""
    days, missing = result.calendar, without(result.used.counts)
    if (days.as_of - days.last_logged).days > 1:
        words += f" The log ends on {days.last_logged}: the days after it count as days without use."
    words += "".join(f" {item.lead} {', '.join(item.about)}: was the log complete?" for item in _holes(result))
    return f"{words} The usage is without {missing}." if missing else words


def _holes(result: BudgetStatus) -> list[Notice]:
    """That the log may lack days, which can silence an alert."""
    return [notice for notice in result.notices if notice.code == HOLES]


def _reached(line: LineStatus) -> Fraction:
    """How much of its budget a line reaches: the worst are named first."""
    return (line.projection.cost if line.projection else line.used) / line.amount


def _why(result: BudgetStatus, line: LineStatus) -> str:
    if line.used > line.amount:
        return f"{_money(result, line.used - line.amount)} {result.currency} over its budget"
    if line.projection is not None and line.projection.cost > line.amount:
        return f"projected {_money(result, line.projection.cost - line.amount)} {result.currency} over its budget"
    return f"{_share(line.used_share)} used"


def _notes(result: BudgetStatus) -> tuple[str, ...]:
    return (_method(result), *notice_lines(result.notices), *notes(result.used))


def _method(result: BudgetStatus) -> str:
    """How the month end was projected."""
    days = result.calendar
    if days.is_over:
        return "The month is over: nothing is projected."
    if days.why_not:
        return f"Days are counted from {days.seen_from} (UTC)."
    left = _kinds(days.weekdays_left, days.weekend_days_left)
    seen = _kinds(days.weekdays_seen, days.weekend_days_seen)
    return (
        f"Projected: the whole days so far, then {left} to come, each at the mean of the {seen} seen since "
        f"{days.seen_from} (UTC). Interval: Student's t prediction interval."
    )


def _kinds(weekdays: int, weekend_days: int) -> str:
    return f"{_count(weekdays, 'weekday')} and {_count(weekend_days, 'weekend day')}"


def _count(number: int, name: str) -> str:
    return f"{number} {name}" + ("" if number == 1 else "s")


def _money(result: BudgetStatus, amount: Fraction) -> str:
    return grouped(amount, places_of(result.currency))


def _share(share: Fraction) -> str:
    return f"{decimal_text(share * _HUNDRED, 1)} %"


def _percent(share: Fraction) -> str:
    return f"{decimal_text(share * _HUNDRED)} %"

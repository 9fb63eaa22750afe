"""What follows from the days of a change of provider: break-even, a year after, a month before and after.

A year is computed from the last seven days of the horizon, as if the change were finished, so that prices by the hour
and by the weekday have the weight they have in a year.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.move.ramp import finished
from costmodel.decisions.move.settled import Loads, cost, levied, own_minimums, staying
from costmodel.equations.charges import cost_per_record
from costmodel.equations.migration import (
    DAYS_PER_YEAR,
    cost_of_share,
    requests_of_calendar_year,
    requests_of_twelve_months,
    saving_of_move,
    yearly_minimums,
    yearly_saving,
)
from costmodel.results.migration.parts import Outlook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from costmodel.billing.bill import Entry
    from costmodel.billing.levies import Levy
    from costmodel.decisions.move.moved import Slice
    from costmodel.results.migration.parts import Span, Stage
    from costmodel.scenario import Scenario
    from costmodel.value.move import Migration

_NOTHING = Fraction(0)
_WEEK = timedelta(days=7)
_LONGEST_WAIT = 36_525  # days: what pays back after a century does not pay back


class Work(NamedTuple):
    """One workload: its bills of a week with taxes and fees, and its requests; numbers of any runtime.

    Attributes:
        requests: of the week, billed at the present models.
        unchanged_cost: bill of the week at the present models.
        cost: the same with the change finished.
        requests_a_year: at the volume of the horizon's last month.
    """

    name: str
    requests: Any
    unchanged_cost: Any
    cost: Any
    requests_a_year: Any


def outlook_of(spans: Sequence[Span], slices: Sequence[Slice], scenario: Scenario) -> Outlook:
    """Break-even, a year after, and the last month at the present and at the new models."""
    stated: Migration = scenario.migration
    levies, month, week = scenario.taxes_and_fees, last_month(slices), last_week(slices)
    minimums = (_minimums(month, loads, levies) for loads in (staying, as_in(slices[-1].stage)))
    calendar = calendar_workloads(scenario)
    saved, unchanged = a_year(works(slices, calendar, levies), *minimums)
    even, beyond = break_even([(span.start.date(), span.amounts.saving) for span in spans], stated.start, saved)
    before, after = (_month_bill(month, loads, levies) for loads in (staying, as_in(finished(stated))))
    year = _year_in_words(len(calendar), len(scenario.all_workloads()))
    days = week[0].start.date(), week[-1].start.date()
    return Outlook(saved, unchanged, year, *days, even, beyond, before, after)


def _year_in_words(on_calendar: int, of: int) -> str:
    if not on_calendar:
        return "twelve months"
    return "365 days" if on_calendar == of else "twelve months, 365 days where records are made on calendar days"


def last_month(slices: Sequence[Slice]) -> list[Slice]:
    """The last month of the horizon."""
    last = slices[-1].start
    return [item for item in slices if (item.start.year, item.start.month) == (last.year, last.month)]


def last_week(slices: Sequence[Slice]) -> list[Slice]:
    """The last seven days of the horizon: every weekday once."""
    return [item for item in slices if item.start >= slices[-1].end - _WEEK]


def calendar_workloads(scenario: Scenario) -> frozenset[str]:
    """The workloads whose year has 365 days, because their records are made on every day of the calendar."""
    return frozenset(
        workload.name
        for workload, _ in scenario.all_workloads()
        if workload.records is not None and workload.records.days_per_month == "calendar"
    )


def as_in(stage: Stage) -> Loads:
    """What is paid at the old and at the new provider as in one stage, whatever stage it is."""
    return lambda _: (stage.old_load, stage.new_load)


def works(slices: Sequence[Slice], calendar: Collection[str], levies: Sequence[Levy]) -> tuple[Work, ...]:
    """Every workload in the last week, as if the horizon's last stage held all of it.

    Args:
        slices: all work.
        calendar: workloads whose year has 365 days.
        levies: taxes and fees.
    """
    with_levies, stage = levied(levies), slices[-1].stage
    month, week = last_month(slices), last_week(slices)
    days = (month[-1].end - month[0].start).days
    found = []
    for name in dict.fromkeys(entry.workload for item in month for entry in item.old):
        old, new = (of_workload(week, side, name) for side in ("old", "new"))
        after = cost_of_share(cost(old), stage.old_load) + cost_of_share(cost(new), stage.new_load)
        in_month = requests_of(of_workload(month, "old", name))
        yearly = requests_of_calendar_year(in_month, days) if name in calendar else requests_of_twelve_months(in_month)
        found.append(Work(name, requests_of(old), with_levies(cost(old)), with_levies(after), yearly))
    return tuple(found)


def of_workload(slices: Iterable[Slice], side: str, name: str) -> list[Entry]:
    """The bill of a workload at the old or at the new models."""
    return [entry for item in slices for entry in getattr(item, side) if entry.workload == name]


def requests_of(entries: Iterable[Entry]) -> Fraction:
    """Billed requests."""
    return sum((Fraction(entry.requests) for entry in entries), _NOTHING)


def a_year(found: Sequence[Work], unchanged_minimums: Any, minimums: Any) -> tuple[Any, Any]:
    """Saving and unchanged cost of a year: bills and minimum charges of offers, nothing that is paid once.

    Args:
        found: every workload.
        unchanged_minimums: what is missing to minimum charges of the last month at the present models.
        minimums: the same with the change.
    """
    saved: Any = yearly_minimums(unchanged_minimums - minimums)
    unchanged: Any = yearly_minimums(unchanged_minimums)
    for work in found:
        saved_by_work, unchanged_of_work = year_of(work)
        saved, unchanged = saved + saved_by_work, unchanged + unchanged_of_work
    return saved, unchanged


def year_of(work: Work) -> tuple[Any, Any]:
    """Saving and unchanged cost of a year of one workload."""
    saved = saving_of_move(work.unchanged_cost, work.cost)
    return tuple(
        yearly_saving(cost_per_record(money, work.requests), work.requests_a_year)
        for money in (saved, work.unchanged_cost)
    )


def _minimums(month: Sequence[Slice], loads: Loads, levies: Sequence[Levy]) -> Fraction:
    """What is missing to minimum charges of offers in a month, with taxes and fees."""
    return levied(levies)(sum((line.cost for line in own_minimums(month, loads)), _NOTHING))


def _month_bill(month: Sequence[Slice], loads: Loads, levies: Sequence[Levy]) -> Fraction:
    """Bills of a month, minimum charges of offers, and taxes and fees."""
    old, new = (sum((cost(getattr(item, side)) for item in month), _NOTHING) for side in ("old", "new"))
    old_load, new_load = loads(month[-1].stage)
    bills = levied(levies)(cost_of_share(old, old_load) + cost_of_share(new, new_load))
    return bills + _minimums(month, loads, levies)


def break_even(
    savings: Sequence[tuple[date, Fraction]], start: date, saving_a_year: Fraction
) -> tuple[date | None, date | None]:
    """The first day from which the cumulative saving stays at or above 0; or the one after the horizon.

    Args:
        savings: by span, in order; several may lie in one day.
        start: day of the start: before it nothing is saved or spent.
        saving_a_year: what goes on after the horizon.
    """
    days: dict[date, Fraction] = {}
    for day, saving in savings:
        days[day] = days.get(day, _NOTHING) + saving
    found, total = None, _NOTHING
    for day, saving in days.items():
        total += saving
        if day >= start:
            found = None if total < 0 else (found or day)
    if found is not None:
        return found, None
    daily = saving_a_year / DAYS_PER_YEAR
    wait = -int(total // daily) if daily > 0 else _LONGEST_WAIT + 1
    return None, max(days) + timedelta(days=wait) if wait <= _LONGEST_WAIT else None

"""What follows from the days of a change of provider: break-even, a year after, a month before and after."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.ramp import finished
from costmodel.decisions.settled import cost, levied
from costmodel.equations.charges import cost_per_record
from costmodel.equations.migration import cost_of_share, saving_of_move, yearly_saving
from costmodel.results.migration_parts import Amounts, Outlook, together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from costmodel.billing.levies import Levy
    from costmodel.decisions.moved import Slice
    from costmodel.results.migration_parts import Span, Stage
    from costmodel.value.move import Migration

_NOTHING = Fraction(0)
_LONGEST_WAIT = 36_525  # days: what pays back after a century does not pay back


class Last(NamedTuple):
    """The last day with requests, and the mean volume of the horizon's last month.

    Attributes:
        amounts: of the day.
        requests_per_day: mean of the month.
    """

    day: date
    amounts: Amounts
    requests_per_day: Fraction


def outlook_of(spans: Sequence[Span], slices: Sequence[Slice], stated: Migration, levies: Sequence[Levy]) -> Outlook:
    """Break-even, a year after, and the last month at the present and at the new models."""
    last = last_of(spans)
    before, after = _month(slices, finished(stated), levies)
    saved, unchanged = a_year(last)
    even, beyond = break_even([(span.start.date(), span.amounts.saving) for span in spans], stated.start, last)
    return Outlook(saved, unchanged, last.day, even, beyond, before, after)


def last_of(spans: Sequence[Span]) -> Last:
    """The last day with requests, and the mean volume of the last month."""
    day = next(span.start.date() for span in reversed(spans) if span.amounts.requests)
    month = [span for span in spans if _month_of(span) == _month_of(spans[-1])]
    days = (month[-1].end - month[0].start).days
    requests = sum((span.amounts.requests for span in month), _NOTHING)
    return Last(day, together(span.amounts for span in spans if span.start.date() == day), requests / days)


def _month_of(item: Span | Slice) -> tuple[int, int]:
    return item.start.year, item.start.month


def a_year(last: Last) -> tuple[Any, Any]:
    """Saving and unchanged cost of a year at the last day's prices: bills alone, nothing that is paid once.

    Numbers may be exact or traced.
    """
    amounts = last.amounts
    saved = saving_of_move(amounts.unchanged_bills_cost, amounts.old_cost + amounts.new_cost)
    return tuple(
        yearly_saving(cost_per_record(money, amounts.requests), last.requests_per_day)
        for money in (saved, amounts.unchanged_bills_cost)
    )


def _month(slices: Sequence[Slice], stage: Stage, levies: Sequence[Levy]) -> tuple[Fraction, Fraction]:
    """Bills of the last month, had nothing changed and as if the change were finished."""
    with_levies = levied(levies)
    month = [item for item in slices if _month_of(item) == _month_of(slices[-1])]
    old = sum((cost(item.old) for item in month), _NOTHING)
    new = sum((cost(item.new) for item in month), _NOTHING)
    moved = cost_of_share(old, stage.old_load) + cost_of_share(new, stage.new_load)
    return with_levies(old), with_levies(moved)


def break_even(savings: Sequence[tuple[date, Fraction]], start: date, last: Last) -> tuple[date | None, date | None]:
    """The first day from which the cumulative saving stays at or above 0; or the one after the horizon.

    Args:
        savings: by span, in order; several may lie in one day.
        start: day of the start: before it nothing is saved or spent.
        last: the last day with requests; its bills go on after the horizon.
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
    saved, _ = a_year(last)
    daily = saved / 365
    wait = -int(total // daily) if daily > 0 else _LONGEST_WAIT + 1
    return None, max(days) + timedelta(days=wait) if wait <= _LONGEST_WAIT else None

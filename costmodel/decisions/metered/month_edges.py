"""Months that a log only touches: its months are those of UTC, and a log of one month in local time lies in two."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from costmodel.quantities import grouped
from costmodel.results.metered.showback import EDGES
from costmodel.results.notice import Notice
from costmodel.usage.logs.cube.cell_maker import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.quantities import Month
    from costmodel.results.metered.metered import Metered


def month_edges(used: Metered, monthly: Sequence[str]) -> tuple[Notice, ...]:
    """What a reader must know where money for each month is booked for a month that the log may only touch.

    Args:
        used: metered usage of the months that are shown. Where it was read by day, only a first month with usage on its
            last day alone is told of, or a last month with usage on its first; else the usage of both is.
        monthly: names of the shared costs that are money for each month.
    """
    if not monthly or len(used.months) <= 1:
        return ()
    first, last = used.months[0], used.months[-1]
    by_day = DAY in used.labels
    edges = ((first, _last_day(first)), (last, str(last.start.date())))
    told = [month for month, edge in edges if not by_day or _days(used, month) <= {edge}]
    if not told:
        return ()
    names = " and ".join(f"'{name}'" for name in monthly)
    beside = {month: f", all within a day of {_other(month, used)}" if by_day else "" for month in told}
    there = tuple(f"{_requests(used, month)} in {month}{words}" for month, words in beside.items())
    lead = f"The months are those of UTC, and {names} {'counts' if len(monthly) == 1 else 'count'} each of them whole"
    return (Notice(EDGES, lead, there, "Is the log of one month in local time? Then name that month with --month."),)


def _last_day(month: Month) -> str:
    return str(month.end.date() - timedelta(days=1))


def _other(month: Month, used: Metered) -> str:
    """The month beside the first or the last."""
    return str(month.later(1) if month == used.months[0] else month.later(-1))


def _days(used: Metered, month: Month) -> set[str]:
    """The days of a month that have usage."""
    return {dict(item.cell.labels)[DAY] for item in used.priced if item.cell.month == month}


def _requests(used: Metered, month: Month) -> str:
    count = int(sum(item.cell.requests for item in used.priced if item.cell.month == month))
    return f"{grouped(count)} request{'' if count == 1 else 's'}"

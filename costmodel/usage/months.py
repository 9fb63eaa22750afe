"""Months: how many records fall into one, and in which spans of it the price is constant."""

from __future__ import annotations

from calendar import monthrange
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from costmodel.equations import tokens as equations
from costmodel.quantities import seconds
from costmodel.usage.spec import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from costmodel.prices.card import RateCard
    from costmodel.prices.hours import Hours
    from costmodel.quantities import Month

_ONE = Fraction(1)


class Counted(Records):
    """Records that follow from the counts of a mix: they need not be whole."""


def daily_records(records: Records, month: Month) -> tuple[Fraction, Fraction] | None:
    """Records a day and days in that month; None where the month is stated."""
    if records.per_day is None or records.days_per_month is None:
        return None
    calendar = Fraction(monthrange(month.year, month.month)[1])
    return records.per_day, calendar if isinstance(records.days_per_month, str) else records.days_per_month


def first_month(records: Records, month: Month) -> Fraction:
    """Records before growth, with the days of that month."""
    daily = daily_records(records, month)
    if daily is not None:
        found: Fraction = equations.records_from_days(*daily)
        return found
    return Fraction(0) if records.per_month is None else records.per_month


def growth_of(records: Records) -> Callable[..., Any]:
    """The equation by which they grow: whole records, or counts as they were stated."""
    return equations.month_counts if isinstance(records, Counted) else equations.month_records


def time_slices(card: RateCard, month: Month, hours: Hours | None) -> list[tuple[datetime, datetime, Fraction]]:
    """Spans of a month in which the price is constant, and the share of requests in each.

    Requests spread evenly over the month, or over the hours given; spans without requests are left out.
    """
    edges = [month.start, *card.time_cuts(month.start, month.end), month.end]
    spans = list(pairwise(edges))
    if len(spans) == 1:
        return [(*spans[0], _ONE)]
    opened = _merged(hours.windows(month.start, month.end)) if hours is not None else [(month.start, month.end)]
    whole = sum((seconds(closes - opens) for opens, closes in opened), Fraction(0))
    found = []
    for start, end in spans:
        shared = sum(
            (
                seconds(min(closes, end) - max(opens, start))
                for opens, closes in opened
                if opens < end and closes > start
            ),
            Fraction(0),
        )
        if shared:
            found.append((start, end, shared / whole))
    return found


def _merged(windows: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in windows:
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(closes, found[-1][1]))
        else:
            found.append((opens, closes))
    return found

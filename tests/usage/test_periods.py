"""Half-hours that are counted as one: the price of the first is the price of all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metered_logs import METERS, OFFERS, book

from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, Cuts, cuts_of, instant_of, microseconds
from costmodel.usage.logs.cube.periods import Opened, Period, periods
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from costmodel.prices.card import RateCard

BEGIN, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC)  # New York changes its clocks in March
FIRST, AFTER = (microseconds(at) // HALF_HOUR_US for at in (BEGIN, END))


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> list[RateCard]:
    prices = book(tmp_path_factory.mktemp("periods"))
    return [prices.card(name) for name in OFFERS]


@pytest.fixture(scope="module")
def found(cards: list[RateCard], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Period]]:
    cuts = cuts_of(cards, book(tmp_path_factory.mktemp("again")).meters, METERS)
    return {grain: list(periods(cuts, grain, BEGIN, END)) for grain in ("day", "month")}


@pytest.mark.parametrize("grain", ["day", "month"])
def test_every_half_hour_is_in_one_period(found: dict[str, list[Period]], grain: str):
    """From the first midnight to the last, without gaps."""
    assert found[grain][0].first == FIRST
    assert found[grain][-1].end == AFTER
    assert all(one.end == next_.first for one, next_ in pairwise(found[grain]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["day", "month"]), st.integers(FIRST, AFTER - 1), st.integers(0, HALF_HOUR_US - 1))
def test_what_is_counted_as_one_has_one_price(cards, found, grain: str, half_hour: int, within: int):
    """At any instant of a half-hour every offer is in the situation of the half-hour that it is counted as."""
    period = next(item for item in found[grain] if item.first <= half_hour < item.end)
    counted = instant_of(period.bucket * HALF_HOUR_US)
    at = instant_of(half_hour * HALF_HOUR_US)
    assert (counted.year, counted.month) == (at.year, at.month)
    assert grain == "month" or counted.date() == at.date()
    if period.bucket == half_hour:
        return  # counted as itself: where a price changes inside it, the query tells the pieces apart
    inside = at + timedelta(microseconds=within)
    assert [card.situation(inside) for card in cards] == [card.situation(counted) for card in cards]


def test_days_without_windows_are_one_period_each(found: dict[str, list[Period]]):
    """And there are far fewer buckets than half-hours."""
    begin, end = microseconds(BEGIN) // HALF_HOUR_US, microseconds(END) // HALF_HOUR_US
    plain = list(periods(Cuts(), "day", BEGIN, END))
    assert plain == [Period(at, at + 48, at) for at in range(begin, end, 48)]
    assert len({item.bucket for item in found["month"]}) < len({item.bucket for item in found["day"]}) < end - begin


def test_windows_are_half_open():
    """Open from the first instant on, closed at the last."""
    window = Opened([(BEGIN, BEGIN + timedelta(hours=1))])
    opens = microseconds(BEGIN)
    assert [window.is_open(at) for at in (opens - 1, opens, opens + 3_599_999_999, opens + 3_600_000_000)] == [
        False,
        True,
        True,
        False,
    ]


def test_the_limits_of_time_lie_on_half_hours():
    """A quick scan looks at half-hours, not at instants, to find times that are out of all reason."""
    assert limits().first_us % HALF_HOUR_US == 0
    assert limits().last_us % HALF_HOUR_US == 0

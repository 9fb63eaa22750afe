"""Daily windows: half-open, on the clock of their zone, of the weekday on which they start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from books import offer, provider, row, working
from pydantic import ValidationError

from costmodel.prices.hours import Hours
from costmodel.quantities import instant, seconds

if TYPE_CHECKING:
    from pathlib import Path

MICROSECOND = timedelta(microseconds=1)


def hours(daily: Any, zone: str = "UTC", days: str = "") -> Hours:
    return Hours.model_validate({"daily": daily, "zone": zone} | ({"days": days.split()} if days else {}))


def opened(window: Hours, begin: str, end: str) -> list[str]:
    """The windows between two instants, as UTC text."""
    return [f"{a:%d %H:%M}-{b:%d %H:%M}" for a, b in window.windows(instant(begin), instant(end))]


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2026-03-02T16:29:59.999999Z", False),
        ("2026-03-02T16:30:00Z", True),
        ("2026-03-02T23:59:59.999999Z", True),
        ("2026-03-03T00:00:00Z", True),
        ("2026-03-03T00:29:59.999999Z", True),
        ("2026-03-03T00:30:00Z", False),
    ],
)
def test_window_over_midnight(at: str, *, inside: bool) -> None:
    """A window that ends before it begins runs past midnight; its first instant is in it, its last is not."""
    assert hours("16:30-00:30").holds(instant(at)) is inside


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2026-03-06T23:00:00Z", True),  # Friday evening
        ("2026-03-07T00:29:00Z", True),  # Saturday, in the window of Friday
        ("2026-03-07T16:30:00Z", False),  # Saturday evening
        ("2026-03-08T00:15:00Z", False),  # Sunday, in the window of Saturday
        ("2026-03-09T00:15:00Z", False),  # Monday, in the window of Sunday
        ("2026-03-09T16:30:00Z", True),  # Monday evening
    ],
)
def test_window_belongs_to_the_weekday_on_which_it_starts(at: str, *, inside: bool) -> None:
    """Past midnight a window still belongs to the day before, in a zone of its own too."""
    assert hours("16:30-00:30", days="mon tue wed thu fri").holds(instant(at)) is inside
    shifted = instant(at) - timedelta(hours=7)
    assert hours("16:30-00:30", "Asia/Ho_Chi_Minh", "mon tue wed thu fri").holds(shifted) is inside


def test_weekday_is_that_of_the_zone() -> None:
    """Monday begins in Hanoi while it is still Sunday in UTC."""
    monday = hours("00:00-24:00", "Asia/Ho_Chi_Minh", "mon")
    assert opened(monday, "2026-03-01", "2026-03-04") == ["01 17:00-02 17:00"]


def test_whole_day() -> None:
    """00:00-24:00 is every instant of the day, and 24:00 the first instant that is not."""
    day = hours("00:00-24:00", days="tue")
    for text, inside in (
        ("02T23:59:59.999999", False),
        ("03T00:00", True),
        ("03T23:59:59.999999", True),
        ("04T00:00", False),
    ):
        assert day.holds(instant(f"2026-03-{text}Z")) is inside
    assert all(hours("00:00-24:00").holds(instant("2026-03-03") + timedelta(hours=hour)) for hour in range(48))


def test_until_midnight() -> None:
    """A window to 24:00 ends at midnight, as one to 00:00 does."""
    for daily in ("20:00-24:00", "20:00-00:00"):
        assert opened(hours(daily), "2026-03-02", "2026-03-03") == ["02 20:00-03 00:00"]


def test_several_windows() -> None:
    """A list of windows holds in each of them."""
    peak = hours(["01:00-04:00", "06:00-10:00"])
    assert opened(peak, "2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z") == [
        "02 02:00-02 04:00",
        "02 06:00-02 10:00",
        "03 01:00-03 02:00",
    ]


def test_windows_are_cut_to_the_span_asked_for() -> None:
    """A window that began on the day before counts from the first instant asked for."""
    assert opened(hours("16:30-00:30"), "2026-03-02", "2026-03-02T20:00:00Z") == [
        "02 00:00-02 00:30",
        "02 16:30-02 20:00",
    ]


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        ("2026-03-28", "08:00-16:00"),  # winter time
        ("2026-03-29", "07:00-15:00"),  # the clock went forward that night
        ("2026-10-24", "07:00-15:00"),  # summer time
        ("2026-10-25", "08:00-16:00"),  # the clock went back that night
    ],
)
def test_summer_time(day: str, utc: str) -> None:
    """A window follows the clock of its zone through the change to summer time and back."""
    start = instant(day)
    opens, closes = utc.split("-")
    found = opened(hours("09:00-17:00", "Europe/Berlin"), day, (start + timedelta(days=1)).isoformat())
    assert found == [f"{start:%d} {opens}-{start:%d} {closes}"]


@pytest.mark.parametrize(("night", "length"), [("2026-03-28", 7), ("2026-06-15", 8), ("2026-10-24", 9)])
def test_window_over_the_change_of_the_clock(night: str, length: int) -> None:
    """A night from 22:00 to 06:00 has an hour less when the clock goes forward, an hour more when it goes back."""
    start = instant(night) + timedelta(hours=12)
    ((opens, closes),) = hours("22:00-06:00", "Europe/Berlin").windows(start, start + timedelta(days=1))
    assert seconds(closes - opens) == length * 3600


def test_window_ends_where_the_clock_first_shows_it() -> None:
    """When the clock shows an hour twice, a window begins and ends at its first showing."""
    found = opened(hours("00:00-02:30", "Europe/Berlin"), "2026-10-24T20:00:00Z", "2026-10-25T04:00:00Z")
    assert found == ["24 22:00-25 00:30"]


def test_edge_that_the_clock_skips() -> None:
    """Where the clock skips an edge of a window, the window begins or ends at the skip."""
    skip = "2026-03-29", "2026-03-29T12:00:00Z"
    assert opened(hours("02:30-04:00", "Europe/Berlin"), *skip) == ["29 01:00-29 02:00"]
    assert opened(hours("01:30-02:30", "Europe/Berlin"), *skip) == ["29 00:30-29 01:00"]


def test_holds_and_windows_agree() -> None:
    """An instant is in a window exactly where the list of windows covers it."""
    window = hours(["22:00-06:00", "09:15-09:45"], "America/New_York", "mon wed sat")
    start = datetime(2026, 3, 5, tzinfo=UTC)
    spans = window.windows(start, start + timedelta(days=10))
    edges = sorted({edge for span in spans for edge in span} - {start})
    for at in (edge - late for edge in edges for late in (timedelta(0), MICROSECOND)):
        assert window.holds(at) is any(begin <= at < end for begin, end in spans)


def test_price_by_the_hour(tmp_path: Path) -> None:
    """A request is priced at the hour of its instant, whatever zone that instant is written in."""
    rates = '{when: {hours: {daily: "16:30-00:30", zone: UTC}}, prices: {input: 1}}\n{prices: {input: 2}}'
    book = working(tmp_path, provider("acme", offer("m", row("2026-01-01T17:00:00Z", rates))))
    for at, price in (
        ("2026-01-01T18:00:00Z", 1),
        ("2026-01-03T00:29:59Z", 1),
        ("2026-01-03T07:30:00+07:00", 2),
    ):
        assert book.price("acme/m", instant(at), input=1_000_000).cost == Fraction(price)


@pytest.mark.parametrize(
    ("daily", "zone", "words"),
    [
        ("9:00-17:00", "UTC", "is not a daily window"),
        ("09:00-25:00", "UTC", "is not a daily window"),
        ("09:00-09:00", "UTC", "begins and ends at the same time"),
        (["09:00-10:00", None], "UTC", "expected a window"),
        ("09:00-17:00", "Hanoi", "is not an IANA time zone"),
    ],
)
def test_windows_that_mean_nothing(daily: Any, zone: str, words: str) -> None:
    """A window or zone that cannot be read is refused in words."""
    with pytest.raises(ValidationError, match=words):
        hours(daily, zone)

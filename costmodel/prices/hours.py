"""Daily windows of time in a zone, with weekdays."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from costmodel.documents.model import Model, Reads, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)


def _window(value: Any) -> tuple[time, time]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, dict | list) or value is None:
        raise ValueError(f"expected a window such as '16:30-00:30', got {kind_of(value)}")
    match = _WINDOW.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"'{str(value)[:40]}' is not a daily window: write it as '16:30-00:30'")
    begin, end = time(int(match[1]), int(match[2])), time(int(match[3] or 0), int(match[4] or 0))
    if begin == end and begin != time(0):
        raise ValueError(f"the window '{value}' begins and ends at the same time: write '00:00-24:00' for a whole day")
    return begin, end


def _zone_name(value: Any) -> str:
    name = str(value)
    try:
        zone(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"'{name[:40]}' is not an IANA time zone: write one such as Asia/Ho_Chi_Minh, or UTC"
        ) from None
    return name


@lru_cache(maxsize=64)
def zone(name: str) -> "ZoneInfo":
    """The time zone of that IANA name."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


Window = Annotated[
    tuple[time, time],
    Reads(
        _window, {"type": "string", "pattern": r"^\d\d:\d\d\s*-\s*\d\d:\d\d$", "title": "a window such as 16:30-00:30"}
    ),
]


class Hours(Model):
    """Daily windows, half-open, on the clock of a time zone.

    A window that wraps midnight belongs to the weekday on which it starts. It begins and ends at the instants at
    which that clock first shows its limits.
    """

    daily: Annotated[
        tuple[Window, ...],
        BeforeValidator(
            lambda value: value if isinstance(value, list | tuple) else [value],
            json_schema_input_type=Window | tuple[Window, ...],
        ),
        Field(min_length=1),
    ]
    """One window or several, such as `16:30-00:30`."""
    zone: Annotated[
        str,
        Reads(_zone_name, {"type": "string", "title": "an IANA time zone"}),
    ]
    """IANA name of the time zone."""
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS
    """Weekdays on which a window starts."""

    @cached_property
    def _weekdays(self) -> frozenset[int]:
        return frozenset(WEEKDAYS.index(day) for day in self.days)

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in a window."""
        today = (at if self.zone == "UTC" and at.tzinfo is UTC else at.astimezone(zone(self.zone))).date()
        return any(begin <= at < end for begin, end in self._starting(today - _DAY, today))

    def windows(self, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The windows between two instants, cut to them, as UTC instants in order."""
        first, last = (moment.astimezone(zone(self.zone)).date() for moment in (begin, end))
        cut = ((max(opens, begin), min(closes, end)) for opens, closes in self._starting(first - _DAY, last))
        return sorted((opens, closes) for opens, closes in cut if opens < closes)

    def _starting(self, first: date, last: date) -> "Iterator[tuple[datetime, datetime]]":
        current = first
        while current <= last:
            if current.weekday() in self._weekdays:
                for opens, closes in self.daily:
                    yield (
                        self._instant(current, opens),
                        self._instant(current + _DAY * (closes <= opens), closes),
                    )
            current += _DAY

    def _instant(self, on: date, at: time) -> datetime:
        if self.zone == "UTC":
            return datetime.combine(on, at, tzinfo=UTC)
        return _first_instant(datetime.combine(on, at), zone(self.zone))

    def __str__(self) -> str:
        spans = ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in self.daily)
        days = "" if self.days == WEEKDAYS else f" {', '.join(self.days)}"
        return f"{spans} {self.zone}{days}"


def _first_instant(wall: datetime, place: "ZoneInfo") -> datetime:
    """The instant at which a clock first shows a time, or, where it skips that time, at which it jumps over it."""
    found = wall.replace(tzinfo=place).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) == wall:
        return found
    before, after = wall.replace(tzinfo=place, fold=1).astimezone(UTC), found
    offset = before.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(place).utcoffset() == offset else (before, middle)
    return after.replace(microsecond=0)

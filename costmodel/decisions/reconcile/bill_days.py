"""The day of a charge: a day without a clock is that day as it is written, whatever the zone; else the day in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.usage.logs.shapes.layout import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.usage.logs.shapes.columns import Source

_DAY_US = 86_400_000_000


def zone_of(sources: Iterable[Source]) -> str:
    """The zone in which the times of a bill are, other than UTC; empty where there is none, or are several."""
    times = (time for source in sources for shape in source.shapes for time in shape.time)
    zones = {time.zone for time in times if time.zone}
    return zones.pop() if len(zones) == 1 and "UTC" not in zones else ""


def day_of(source: Source) -> str:
    """The day of a row with its instant `at_us`, as SQL: days since the start of 1970.

    Where every charge begins when a day begins in the zone, these are days and no times: taken as instants, the first
    of a month would lie in the month before.
    """
    zone = literal(zone_of([source]))
    utc = f"at_us // {_DAY_US}"
    if not zone_of([source]):
        return utc
    day = f"CAST(timezone({zone}, make_timestamptz(at_us)) AS DATE)"
    begins = f"epoch_us(timezone({zone}, CAST({day} AS TIMESTAMP)))"
    return f"CASE WHEN bool_and({begins} = at_us) OVER () THEN {day} - DATE '1970-01-01' ELSE {utc} END"

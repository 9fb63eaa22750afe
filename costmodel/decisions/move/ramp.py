"""The stages of a change of provider: from when to when which share of the requests is where."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.equations.migration import ramp_share, share_sent_again
from costmodel.quantities import decimal_text
from costmodel.results.migration.parts import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from costmodel.value.move import Canary, Migration

ROLLED_BACK = "rolled back"
_NOTHING, _ALL = Fraction(0), Fraction(1)


def midnight(day: date) -> datetime:
    """The first instant of a day, UTC."""
    return datetime.combine(day, time.min, UTC)


def stages(migration: Migration, begin: datetime, end: datetime) -> tuple[Stage, ...]:
    """What happens between two instants, one after the other and without a gap.

    Args:
        migration: as the scenario states it; its start lies between the two instants.
        begin: first instant of the horizon.
        end: first instant after it. Stages may reach beyond: the last one always begins after all others.
    """
    start = midnight(migration.start)
    found = [Stage("before", "before", begin, start)] if begin < start else []
    now = start + timedelta(days=migration.parallel_days)
    if now > start:
        found.append(Stage("during", "parallel running", start, now, copied=_ALL))
    if migration.canary is not None:
        steps = list(_steps(migration, migration.canary, now))
        found, now = [*found, *steps], (steps[-1].end if steps else now)
    if migration.fallback_days and not _rolled_back(migration):
        until = now + timedelta(days=migration.fallback_days)
        found.append(_step(migration, "fallback kept", (now, until), _ALL))
        now = until
    back = Stage("after", ROLLED_BACK, now, now)
    last = back if _rolled_back(migration) else finished(migration)
    return (*found, last._replace(start=now, end=max(end, now)))


def finished(migration: Migration) -> Stage:
    """The stage in which a change ends that is not rolled back, without its time."""
    now = midnight(migration.start)
    highest = migration.canary.highest if migration.canary else _ALL
    if highest == _ALL:
        return Stage("after", "after", now, now, _ALL)
    return _step(migration, "after", (now, now), highest)._replace(phase="after")


def _rolled_back(migration: Migration) -> bool:
    return migration.canary is not None and migration.canary.rolls_back


def _steps(migration: Migration, canary: Canary, now: datetime) -> Iterator[Stage]:
    """The steps below the highest share; the first alone where it is rolled back."""
    steps = 1 if canary.rolls_back else canary.steps
    for step in range(steps):
        share: Fraction = ramp_share(canary.initial, canary.step or _NOTHING, canary.highest, step)
        name = f"canary {decimal_text(share * 100)} %"
        yield _step(migration, name, (now, now + canary.interval), share)
        now += canary.interval


def _step(migration: Migration, name: str, span: tuple[datetime, datetime], share: Fraction) -> Stage:
    error = migration.canary.error_rate if migration.canary else _NOTHING
    return with_shares(Stage("during", name, *span), migration, share, error)


def with_shares(stage: Stage, migration: Migration, share: Any, error: Any) -> Stage:
    """A stage in which a share is at the new provider, and a share of that fails; numbers of any runtime."""
    failed = share_sent_again(share, error)
    again = failed if migration.fallback == "old provider" else _NOTHING
    return stage._replace(new_share=share, failed=failed, again=again)

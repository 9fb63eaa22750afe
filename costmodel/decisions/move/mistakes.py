"""What in a scenario stands against computing its change of provider, each told at its place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from costmodel.decisions.move.ramp import midnight
from costmodel.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from costmodel.decisions.move.moved import Slice
    from costmodel.errors import Mistake
    from costmodel.scenario import Scenario


def require_stated(scenario: Scenario) -> None:
    """The scenario says from which models to which, and when.

    Raises:
        FileError: every mistake.
    """
    if scenario.migration is None:
        message = "this scenario has no 'migration': say to which models ('to') and when ('start')"
        raise FileError([scenario.document.mistake((), message)])
    mistakes = [*_models(scenario), *_work(scenario), *_dates(scenario)]
    if mistakes:
        raise FileError(mistakes)


def _models(scenario: Scenario) -> Iterator[Mistake]:
    if scenario.models is not None and len(scenario.models) > 1:
        message = "a change of provider is from one model, or from a mix: leave one of them here, or write 'mix'"
        yield scenario.document.mistake(("models",), message, of_key=True)
    if scenario.models is None and scenario.mix is None and not _own_mixes(scenario):
        message = "no present models: add 'mix', or 'models' with the one that does all the work now"
        yield scenario.document.mistake(("migration",), message, of_key=True)


def _own_mixes(scenario: Scenario) -> bool:
    return any(
        workload.mix is not None or any(step.mix is not None for step in workload.steps)
        for workload, _ in scenario.all_workloads()
    )


def _work(scenario: Scenario) -> Iterator[Mistake]:
    for workload, path in scenario.all_workloads():
        if workload.monthly:
            message = "what is paid for a month does not move with the requests: leave it out here, and add it yourself"
            yield scenario.document.mistake((*path, "monthly"), message, of_key=True)


def _dates(scenario: Scenario) -> Iterator[Mistake]:
    stated, horizon = scenario.migration, scenario.horizon
    first, after = horizon.start.start.date(), horizon.start.later(horizon.months).start.date()
    if not first <= stated.start < after:
        message = f"the start lies outside the horizon, which is {first} to {horizon.start.later(horizon.months - 1)}"
        yield scenario.document.mistake(("migration", "start"), message)
    ends = stated.contract.ends if stated.contract else None
    if ends is not None and ends < stated.start:
        message = f"the contract ends before the start on {stated.start}: it changes nothing then, so leave it out"
        yield scenario.document.mistake(("migration", "contract", "ends"), message)
    if ends is not None and ends >= after:
        message = "the contract ends after the horizon: add months, so that everything that is paid for it is counted"
        yield scenario.document.mistake(("migration", "contract", "ends"), message)


def require_over(scenario: Scenario, slices: tuple[Slice, ...], over: datetime) -> None:
    """A whole day with requests lies after the change.

    Raises:
        FileError: none does.
    """
    whole = over.date() if over == midnight(over.date()) else over.date() + timedelta(days=1)
    if any(item.requests and item.start.date() >= whole for item in slices):
        return
    message = (
        f"the change is over at {over:%Y-%m-%d %H:%M} UTC, and no whole day with requests is left of the horizon: "
        "start earlier, or add months"
    )
    raise FileError([scenario.document.mistake(("migration", "start"), message)])

"""The work of a scenario between every two instants at which something changes, at the present models and at others."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from costmodel.billing.bill import Terms, bill
from costmodel.errors import FileError, NoPriceError, UsageError, all_or_errors
from costmodel.study.cost import exchange_rate, forecast_of, told
from costmodel.usage.cube import Cube
from costmodel.usage.sizes import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from costmodel.billing.bill import Entry
    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Month
    from costmodel.results.migration.parts import Stage
    from costmodel.scenario import Scenario
    from costmodel.usage.cube import Cell
    from costmodel.usage.sizes import Doubt
    from costmodel.usage.spec import Request, Workload

Edges = list["datetime"]
_TO = ("migration", "to")


class Slice(NamedTuple):
    """All the work between two instants, once at the present models and once at the new ones.

    Attributes:
        requests: each counted once.
        old, new: the bill of all of it; the new one is empty where the new models do nothing.
    """

    start: datetime
    end: datetime
    stage: Stage
    requests: Fraction
    old: tuple[Entry, ...]
    new: tuple[Entry, ...]


class Case(NamedTuple):
    """A scenario with a change of provider, ready to be computed.

    Attributes:
        scenario: as read, with the mean of each distribution.
        alternative: the one model that does all the work now; None where a mix does it.
        months: the horizon.
        rates: exchange rates, noted when they are used.
    """

    scenario: Scenario
    book: PriceBook
    alternative: tuple[str, Request] | None
    months: tuple[Month, ...]
    rates: dict[str, ExchangeRate]

    @property
    def begin(self) -> datetime:
        """The first instant of the horizon."""
        return self.months[0].start

    @property
    def end(self) -> datetime:
        """The first instant after the horizon."""
        return self.months[-1].end


class _Cut:
    """A rate card that is cut at further instants, so that the cube of a scenario is cut there."""

    def __init__(self, card: RateCard, edges: Edges) -> None:
        self._card, self._edges = card, edges

    def __getattr__(self, name: str) -> Any:
        return getattr(self._card, name)

    def time_cuts(self, begin: datetime, end: datetime) -> Edges:
        """Its own cuts between two instants, and the further ones."""
        inside = self._edges[bisect_right(self._edges, begin) : bisect_right(self._edges, end)]
        return sorted({*self._card.time_cuts(begin, end), *(edge for edge in inside if edge < end)})


def slices(case: Case, stages: Sequence[Stage]) -> tuple[tuple[Slice, ...], tuple[Doubt, ...]]:
    """The work of the horizon, cut at midnight and at every stage; and doubts about token counts.

    Raises:
        FileError: the scenario cannot be computed with, or the new models do other work than the present ones.
        NoPriceError: something has no price.
    """
    edges = _edges(case, stages)
    moved = _moved(case.scenario)
    sides: list[Callable[[], _Side]] = [
        lambda: _side(case, case.scenario, edges, lambda _: True),
        lambda: _side(case, moved, edges, lambda at: _used(case, stages, at)),
    ]
    old, new = all_or_errors(sides, lambda compute: compute())
    _require_same_work(case, old.requests, new.requests)
    found = [
        Slice(start, end, _stage_at(stages, start), requests, before, after)
        for (start, end), requests, before, after in zip(
            pairwise(edges), old.requests, old.entries, new.entries, strict=True
        )
    ]
    return tuple(found), tuple(dict.fromkeys((*old.doubts, *new.doubts)))


def _moved(scenario: Scenario) -> Scenario:
    """The scenario with the new models in place of every mix, as a model that stands alone replaces them."""

    def without_mix(workload: Workload) -> Workload:
        steps = tuple(step.model_copy(update={"mix": None}) for step in workload.steps)
        return workload.model_copy(update={"mix": None, "steps": steps})

    changes: dict[str, Any] = {"mix": scenario.migration.to, "models": None}
    changes["workloads"] = tuple(map(without_mix, scenario.workloads))
    if scenario.workload is not None:
        changes["workload"] = without_mix(scenario.workload)
    return scenario.model_copy(update=changes)


def _edges(case: Case, stages: Sequence[Stage]) -> Edges:
    days = (case.end - case.begin).days
    midnights = {case.begin + timedelta(days=number) for number in range(days + 1)}
    return sorted(midnights | {stage.start for stage in stages if case.begin < stage.start < case.end})


def _stage_at(stages: Sequence[Stage], at: datetime) -> Stage:
    return next(stage for stage in reversed(stages) if stage.start <= at)


def _used(case: Case, stages: Sequence[Stage], at: datetime) -> bool:
    """Whether the new models' price is needed: where they work, and in the last month, which is shown as finished."""
    return bool(_stage_at(stages, at).new_load) or at >= case.months[-1].start


class _Side(NamedTuple):
    requests: list[Fraction]
    entries: list[tuple[Entry, ...]]
    doubts: tuple[Doubt, ...]


def _side(case: Case, scenario: Scenario, edges: Edges, needed: Callable[[datetime], bool]) -> _Side:
    """All the work at one side's models, by the spans between edges."""
    alternative = case.alternative if scenario is case.scenario else None
    cards: dict[str, RateCard] = {}

    def card(name: str) -> RateCard:
        if name not in cards:
            cards[name] = cast("RateCard", _Cut(case.book.card(name), edges))
        return cards[name]

    forecast = replace(forecast_of(scenario, case.book, case.months, alternative), card=card)
    cube, doubts = told(case.scenario, lambda: _placed(forecast.cube, moved=scenario is not case.scenario))
    groups: list[list[Cell]] = [[] for _ in edges[1:]]
    for cell in cube.cells:
        groups[bisect_right(edges, cell.start) - 1].append(cell)
    wanted = [group if needed(start) else [] for start, group in zip(edges, groups, strict=False)]
    entries = _billed(case, wanted)
    return _Side([sum(map(_requests, group), Fraction(0)) for group in groups], entries, doubts)


def _placed(compute: Callable[[], Any], *, moved: bool) -> Any:
    """What is wrong with the new models is told there, and not at the workload."""
    try:
        return compute()
    except SpecError as error:
        raise (SpecError(_TO, error.message) if moved else error) from None


def _billed(case: Case, groups: Sequence[list[Cell]]) -> list[tuple[Entry, ...]]:
    scenario = case.scenario
    terms = Terms(
        lambda currency: exchange_rate(scenario, case.book, currency, case.rates),
        scenario.escalation.prices,
        case.months[0],
    )
    try:
        return [bill(Cube(tuple(group)), case.book.card, terms) for group in groups]
    except NoPriceError:
        bill(Cube(tuple(cell for group in groups for cell in group)), case.book.card, terms)  # names all that have none
        raise
    except UsageError as error:
        raise FileError([scenario.document.mistake((), str(error))]) from None


def _requests(cell: Cell) -> Fraction:
    """Requests of a cell before any are sent again."""
    per_record = cell.factors.requests_per_record if cell.factors else 0
    return Fraction(cell.records * per_record)


def _require_same_work(case: Case, old: Sequence[Fraction], new: Sequence[Fraction]) -> None:
    if old == new:
        return
    before, after = sum(old, Fraction(0)), sum(new, Fraction(0))
    message = (
        f"the new models answer {float(after):,g} requests over the horizon, the present ones {float(before):,g}: "
        "a change of provider moves the same work"
        if before != after
        else "the new models work at other hours than the present ones: write 'hours' at the workload, for both"
    )
    raise FileError([case.scenario.document.mistake(_TO, message, of_key=True)])

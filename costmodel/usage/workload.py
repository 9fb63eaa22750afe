"""From a scenario's workload to the usage cube: records to requests to quantities, cut where a price may change."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import tokens as equations
from costmodel.errors import NoPriceError
from costmodel.prices.schema import GLOBAL, STANDARD
from costmodel.runtimes.operations import known, some
from costmodel.usage.cube import Band, Cell, Cube, Factors
from costmodel.usage.months import Counted, daily_records, first_month, growth_of, time_slices
from costmodel.usage.sizes import Doubt, Sizes, Spec, SpecError, sizes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from costmodel.prices.card import RateCard
    from costmodel.prices.hours import Hours
    from costmodel.quantities import Month
    from costmodel.usage.sizes import SizeBand
    from costmodel.usage.spec import Entry, Mix, Records, Request, Step, Workload

_ONE = Fraction(1)


class Task(NamedTuple):
    """One kind of request in a workload: a step, or the whole of it.

    Attributes:
        path: where the scenario speaks of it.
    """

    workload: Workload
    step: Step | None
    path: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The step's name; empty where there are no steps."""
        return self.step.name if self.step else ""


class Part(NamedTuple):
    """One model's part of a task.

    Attributes:
        share: share of the task's requests.
    """

    card: RateCard
    spec: Spec
    share: Fraction
    sizes: Sizes


class UnpricedModel(Exception):  # noqa: N818 - carries an error to where its place is known
    """A model that has no price, by the name the scenario uses."""

    def __init__(self, error: NoPriceError, name: str) -> None:
        self.error, self.name = error, name
        super().__init__(str(error))


@dataclass(frozen=True)
class Forecast:
    """What is needed to make a cube of a scenario.

    Attributes:
        months: the months of the horizon.
        workloads: each with its path in the scenario.
        top: what the scenario says of all requests.
        mix: the scenario's mix; None where each alternative stands alone.
        alternative: the model that stands alone, in place of every mix, with what is said of it.
        card: finds a rate card by name.
        folder: the scenario's folder, for profiles of its own.
        adoption: share of each month's records that is done with AI; None where all are.
    """

    months: Sequence[Month]
    workloads: Sequence[tuple[Workload, tuple[Any, ...]]]
    top: Request
    mix: Mix | None
    alternative: tuple[str, Request] | None
    card: Callable[[str], RateCard]
    folder: Path | None
    adoption: Sequence[Fraction] | None = None

    def records(self) -> list[Fraction]:
        """Records of each month, those that are not done with AI included.

        Raises:
            SpecError: something in the scenario cannot be computed with.
            NoPriceError: a model is unknown.
        """
        found = [Fraction(0)] * len(self.months)
        for workload, path in self.workloads:
            task = _tasks(workload, path)[0]
            mix, _ = self._mix(task)
            records = self._records(task) if mix is None or mix.shares else self._parts(task)[1]
            for index, month in enumerate(self.months):
                found[index] += _month_records(records, month, index)
        return found

    def cube(self) -> tuple[Cube, tuple[Doubt, ...]]:
        """The cube, and what is doubtful about its token counts.

        Raises:
            SpecError: something in the scenario cannot be computed with.
            NoPriceError: a model is unknown.
        """
        cells: list[Cell] = []
        doubts: dict[Doubt, None] = {}
        for workload, path in self.workloads:
            for task in _tasks(workload, path):
                parts, records = self._parts(task)
                for part in parts:
                    doubts |= dict.fromkeys(part.sizes.doubts)
                    cells += self._cells(task, part, records)
            cells += self._monthly(workload, path)
        return Cube(tuple(cells)), tuple(doubts)

    def parts(self) -> dict[tuple[str, str, str], Part]:
        """What each model does, by workload, step and offer.

        Raises:
            SpecError: something in the scenario cannot be computed with.
            NoPriceError: a model is unknown.
        """
        return {
            (workload.name, task.name, part.card.name): part
            for workload, path in self.workloads
            for task in _tasks(workload, path)
            for part in self._parts(task)[0]
        }

    def _mix(self, task: Task) -> tuple[Mix | None, tuple[str, Request] | None]:
        own = (task.step.mix if task.step else None) or task.workload.mix
        return (None, self.alternative) if self.alternative is not None else (own or self.mix, None)

    def _parts(self, task: Task) -> tuple[list[Part], Records]:
        mix, alternative = self._mix(task)
        if alternative is not None:
            name, entry = alternative
            return [self._part(task, name, self._own_entry(task, name) or entry, _ONE)], self._records(task)
        if mix is None:
            raise SpecError(task.path, "no model is named: add 'mix' (shares of several) or 'models' (each alone)")
        self._require_one_task(task, mix)
        drafts = [self._part(task, name, entry, _ONE) for name, entry in mix.models.items()]
        names = [part.card.name for part in drafts]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise SpecError(task.path, f"the mix names '{twice}' twice, under two names")
        entries = list(mix.models.values())
        silent = [part.card.name for part in drafts if mix.by == "tokens" and some(part.sizes.mean_tokens == 0)]
        if silent:
            raise SpecError(task.path, f"a mix by tokens needs tokens, and requests of '{silent[0]}' have none")
        weights = [_weight(mix, entry, part.sizes) for entry, part in zip(entries, drafts, strict=True)]
        whole = sum(weights, Fraction(0))
        if some(whole == 0):
            raise SpecError(
                task.path,
                "the counts of the mix are all 0"
                if mix.by == "requests"
                else "a mix by tokens needs requests with tokens",
            )
        parts = [Part(p.card, p.spec, weight / whole, p.sizes) for p, weight in zip(drafts, weights, strict=True)]
        return parts, self._records(task) if mix.shares else self._counted(task, whole)

    def _own_entry(self, task: Task, name: str) -> Entry | None:
        """What the mix of the step or workload, which the alternative replaces, says of that model's requests."""
        own = (task.step.mix if task.step else None) or task.workload.mix
        full = self._card(name).name
        return (
            next((entry for other, entry in own.models.items() if self._card(other).name == full), None)
            if own
            else None
        )

    def _require_one_task(self, task: Task, mix: Mix) -> None:
        """Counts say how many requests there are, so they cannot hold for several tasks at once."""
        if mix.shares:
            return
        own = task.workload.mix is mix
        tasks = len(task.workload.steps) or 1 if own else sum(len(item.steps) or 1 for item, _ in self.workloads)
        if tasks > 1 and (task.step is None or task.step.mix is not mix):
            raise SpecError(
                task.path,
                "a mix of counts says how many requests there are, and would count them again for each workload or "
                "step: write it there, or use shares",
            )

    def _part(self, task: Task, name: str, entry: Request | Entry, share: Fraction) -> Part:
        card = self._card(name)
        spec = Spec(entry, task.step, task.workload, self.top)
        return Part(card, spec, share, sizes_of(spec, card, self.folder, task.path))

    def _records(self, task: Task) -> Records:
        if not task.workload.records.stated:
            raise SpecError(
                (*task.path[: 2 if task.path[0] == "workloads" else 1], "records"),
                "no number of records is given: add 'per_day' and 'days_per_month', or 'per_month'",
            )
        return task.workload.records

    def _counted(self, task: Task, requests: Fraction) -> Records:
        """Records that follow from a mix of counts; they must agree with what the scenario says."""
        per_record = Spec(task.step, task.workload, self.top).get("requests_per_record", _ONE)
        stated = task.workload.records
        records = requests / per_record
        if not stated.stated:
            return Counted.model_construct(per_month=records, monthly_growth=stated.monthly_growth)
        first = first_month(stated, self.months[0])
        if some(first != records):
            raise SpecError(
                task.path,
                f"the mix counts {_number(records)} records a month, 'records' says {_number(first)}: "
                "leave one of them out",
            )
        return stated

    def _cells(self, task: Task, part: Part, records: Records) -> Iterator[Cell]:
        bands = part.sizes.bands(part.card)
        tiers: Mapping[str, Fraction] = part.spec.get("service_tier") or {STANDARD: _ONE}
        hours: Hours | None = part.spec.get("hours")
        for index, month in enumerate(self.months):
            if hours is None and part.card.depends_on_hours(month.start, month.end):
                raise SpecError(
                    task.path,
                    f"the price of {part.card.name} depends on the time of day in {month}: add 'hours', such as "
                    "{daily: '08:00-17:00', zone: Asia/Ho_Chi_Minh} ('00:00-24:00' for round the clock)",
                )
            for start, end, time_share in time_slices(part.card, month, hours):
                for tier, tier_share in tiers.items():
                    for band in bands:
                        yield self._cell(
                            task, part, (records, index), (start, end), (time_share, tier, tier_share, band)
                        )

    def _cell(
        self,
        task: Task,
        part: Part,
        when: tuple[Records, int],
        span: tuple[datetime, datetime],
        what: tuple[Fraction, str, Fraction, SizeBand],
    ) -> Cell:
        (records, index), (time_share, tier, tier_share, band) = when, what
        month = self.months[index]
        first = first_month(records, month)
        factors = Factors(
            first_month_records=first,
            counted=isinstance(records, Counted),
            daily=daily_records(records, month),
            monthly_growth=records.monthly_growth,
            months_before=index,
            records=_month_records(records, month, index),
            requests_per_record=part.spec.get("requests_per_record", _ONE),
            model_share=part.share,
            tier_share=tier_share,
            time_share=time_share,
            size_share=band.share,
            resubmitted=part.spec.get("resubmitted", Fraction(0)),
            per_request=band.totals,
            largest=band.largest,
            sources=(part.sizes.source,),
            adoption=None if self.adoption is None else self.adoption[index],
        )
        needed, billed = forecast_requests(factors)
        return Cell(
            month=month,
            workload=task.workload.name,
            step=task.name,
            labels=tuple(sorted(task.workload.labels.items())),
            model=part.card.name,
            tier=tier,
            region=part.spec.get("region", GLOBAL),
            start=span[0],
            end=span[1],
            band=band.band,
            records=needed / factors.requests_per_record,
            requests=billed,
            totals={meter: equations.meter_quantity(billed, units) for meter, units in band.totals.items()},
            shaped={measure: equations.meter_quantity(billed, units) for measure, units in band.shaped.items()},
            factors=factors,
        )

    def _monthly(self, workload: Workload, path: tuple[Any, ...]) -> Iterator[Cell]:
        """Quantities of a month that do not depend on requests: subscriptions, capacity. At the standard tier."""
        spec = Spec(workload, self.top)
        for name, units in workload.monthly.items():
            card = self._card(name)
            cuts = card.size_cuts()
            for month in self.months:
                if card.depends_on_hours(month.start, month.end):
                    message = f"the price of {card.name} depends on the time of day: a quantity of a month has none"
                    raise SpecError((*path, "monthly", name), message)
                for start, end, share in time_slices(card, month, None):
                    totals = {meter: amount * share for meter, amount in units.items()}
                    yield Cell(
                        month=month,
                        workload=workload.name,
                        step="",
                        labels=tuple(sorted(workload.labels.items())),
                        model=card.name,
                        tier=STANDARD,
                        region=spec.get("region", GLOBAL),
                        start=start,
                        end=end,
                        band=Band(None, cuts[0] if cuts else None),
                        records=Fraction(0),
                        requests=Fraction(0),
                        totals=totals,
                        shaped={measure: measure.of(totals) for measure in card.shaped_measures()},
                    )

    def _card(self, name: str) -> RateCard:
        try:
            return self.card(name)
        except NoPriceError as error:
            raise UnpricedModel(error, name) from error


def forecast_requests(factors: Any) -> tuple[Any, Any]:
    """Requests needed, and requests billed, of one cell; for numbers of any runtime."""
    records = factors.records
    if factors.adoption is not None:
        from costmodel.equations.labour import records_with_ai

        records = records_with_ai(records, factors.adoption)
    needed = equations.slice_requests(
        records,
        factors.requests_per_record,
        factors.model_share,
        factors.tier_share,
        factors.time_share,
        factors.size_share,
    )
    return needed, equations.billed_requests(needed, factors.resubmitted)


def _month_records(records: Records, month: Month, index: int) -> Fraction:
    found: Fraction = growth_of(records)(first_month(records, month), records.monthly_growth, index)
    return found


def _tasks(workload: Workload, path: tuple[Any, ...]) -> list[Task]:
    if not workload.steps:
        return [Task(workload, None, path)]
    return [Task(workload, step, (*path, "steps", index)) for index, step in enumerate(workload.steps)]


def _weight(mix: Mix, entry: Entry, sizes: Sizes) -> Fraction:
    stated = entry.count if entry.share is None else entry.share
    amount = Fraction(0) if stated is None else stated
    if mix.by == "requests":
        return amount
    weight: Fraction = equations.requests_of_tokens(amount, sizes.mean_tokens)
    return weight


def _number(number: Fraction) -> str:
    return f"{float(number):,g}" if known(number) else "an uncertain number of"

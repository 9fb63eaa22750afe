"""Each offer doing all of a scenario's work alone; what does not depend on the offer is computed once for all.

Requests of the same sizes make the same usage whatever the offer, but for its name and for the times at which its price
changes. So the cube is made once for each set of size limits; then each offer's times are cut, and times of one price
are taken together. Contracts, minimum charges and offers of which the scenario says something of their own are billed
as `estimate` does it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.billing.bill import Terms, bill
from costmodel.billing.levies import levy_lines, minimum_lines
from costmodel.errors import FileError, NoPriceError, NotInForceError, UsageError
from costmodel.runtimes.operations import known
from costmodel.study.cost import Billed, alternatives, billed, exchange_rate, forecast_of, told
from costmodel.usage.cube import Band, Cube
from costmodel.usage.months import time_slices
from costmodel.usage.sizes import Spec, sizes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.prices.hours import Hours
    from costmodel.prices.schema import Valid
    from costmodel.quantities import Month
    from costmodel.scenario import Scenario
    from costmodel.usage.cube import Cell, Cut
    from costmodel.usage.sizes import Doubt
    from costmodel.usage.spec import Mix, Request


class Alone(NamedTuple):
    """What one offer costs that does all the work.

    Attributes:
        bill: the bill; times of one price stand in the first of their months where they are taken together.
    """

    card: RateCard
    bill: Billed

    @property
    def total(self) -> Any:
        """Cost of the horizon, taxes and fees included, in the reporting currency."""
        costs = [*(entry.cost for entry in self.bill.entries), *(line.cost for line in self.bill.levies)]
        return sum(costs, Fraction(0))

    @property
    def largest(self) -> Fraction:
        """Most input and output tokens together of one request."""
        return max((entry.factors.largest[0] for entry in self.bill.entries if entry.factors), default=Fraction(0))


@dataclass(frozen=True)
class Bench:
    """Prices one offer after the other for the same work.

    Attributes:
        scenario: the work; its numbers may be exact or draws.
        said: each offer by the name asked for, with what the scenario says of its requests.
        adoption: share of each month's records that is done with AI; None where all are.
        together: whether months of one price are taken together.
    """

    scenario: Scenario
    book: PriceBook
    said: Mapping[str, Request]
    adoption: Sequence[Fraction] | None = None
    together: bool = True
    rates: dict[str, ExchangeRate] = field(default_factory=dict, init=False, repr=False)
    _cells: dict[Any, tuple[Cell, ...]] = field(default_factory=dict, init=False, repr=False)
    _whole: dict[int, list[Cell]] = field(default_factory=dict, init=False, repr=False)
    _times: dict[Any, list[Any]] = field(default_factory=dict, init=False, repr=False)
    _doubts: dict[Any, tuple[str, tuple[Doubt, ...]]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, scenario: Scenario, book: PriceBook, names: Sequence[str]) -> Bench:
        """A bench for some offers.

        Raises:
            CommandLineError: one offer is named twice.
        """
        return cls(scenario, book, alternatives(scenario, names, book))

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The horizon."""
        horizon = self.scenario.horizon
        return tuple(horizon.start.later(index) for index in range(horizon.months))

    @cached_property
    def terms(self) -> Terms:
        """What turns charges into reported cost."""
        scenario = self.scenario
        return Terms(
            lambda currency: exchange_rate(scenario, self.book, currency, self.rates),
            scenario.escalation.prices,
            self.months[0],
        )

    def alone(self, name: str) -> Alone:
        """What an offer costs that does all the work.

        Raises:
            FileError, NoPriceError: as `study.estimate`.
        """
        card = self.book.card(name)
        if self._stands_apart(name, card):
            found = billed(self.scenario, self.book, self.months, (name, self.said[name]), self.adoption)
            self.rates.update(found.rates)
            return Alone(card, found)
        try:
            entries = bill(Cube(tuple(self._cells_of(name, card))), self.book.card, self.terms)
        except UsageError as error:
            raise FileError([self.scenario.document.mistake((), str(error))]) from None
        top_ups = minimum_lines(entries)
        partly = Billed(entries, tuple(top_ups), self.rates, self._doubts_about(card))
        bills = zip(self.months, partly.monthly(self.months), strict=True)
        return Alone(card, partly._replace(levies=(*top_ups, *levy_lines(bills, self.scenario.taxes_and_fees))))

    def _stands_apart(self, name: str, card: RateCard) -> bool:
        """Whether an offer's usage or bill is not that of others under another name."""
        own = self.said[name].model_fields_set or self._in_mixes is None or card.name in self._in_mixes
        without_hours = card.depends_on_hours(*self._span) and not all(self._hours.values())
        return bool(own or card.has_contract or without_hours or any(row.minimum_charge for row in card.rows))

    def _cells_of(self, name: str, card: RateCard) -> list[Cell]:
        """An offer's usage, times of one price taken together."""
        shared = self._shared(name, card)
        if card.depends_on_hours(*self._span) or any(self._inside(row.valid) for row in card.rows):
            own = [cell if cell.factors is None else cell._replace(model=card.name) for cell in shared]
            return self._joined((price, part) for cell in own for price, part in self._spans(cell, card))
        if id(shared) not in self._whole:
            self._whole[id(shared)] = self._joined((None, cell) for cell in shared)
        return [cell if cell.factors is None else cell._replace(model=card.name) for cell in self._whole[id(shared)]]

    def _joined(self, parts: Iterable[tuple[Any, Cell]]) -> list[Cell]:
        """Parts of one price and month as one cell, or of one price and year; what no request makes stays as it is."""
        groups: dict[tuple[Any, ...], list[Cell]] = {}
        for index, (price, cell) in enumerate(parts):
            when = self.terms.years(cell.month) if self.together else cell.month
            alike = cell.workload, cell.step, cell.tier, cell.band, when, price
            groups.setdefault((index,) if cell.factors is None else alike, []).append(cell)
        return [_summed(members) for members in groups.values()]

    def _spans(self, cell: Cell, card: RateCard) -> Iterator[tuple[Any, Cell]]:
        """A month's cell by price: what tells the price from others, and its part of the month."""
        if cell.factors is None:
            yield None, cell
            return
        parts: dict[Any, list[tuple[Any, ...]]] = {}
        for span in self._slices(cell, card):
            try:
                price: Any = id(card.tariff(span[0], cell.band.inside, cell.tier, cell.region))
            except NoPriceError as error:
                price = "" if isinstance(error, NotInForceError) else str(error)
            parts.setdefault(price, []).append(span)
        for price, spans in parts.items():
            yield price, _part(cell, spans[0][0], sum((share for *_, share in spans), Fraction(0)))

    def _slices(self, cell: Cell, card: RateCard) -> list[tuple[datetime, datetime, Fraction]]:
        hours, month = self._hours[cell.workload, cell.step], cell.month
        key = month, hours, tuple(card.time_cuts(month.start, month.end))
        if key not in self._times:
            self._times[key] = time_slices(card, month, hours)
        return self._times[key]

    def _inside(self, valid: Valid) -> bool:
        """Whether a price begins or ends in the horizon."""
        begin, end = self._span
        return any(edge is not None and begin < edge < end for edge in (valid.from_, valid.until))

    def _shared(self, name: str, card: RateCard) -> tuple[Cell, ...]:
        """The cells of a usage that is not cut by time, which other offers may share."""
        cuts = tuple(card.size_cuts())
        whole = self._made(name, card, ())
        if not cuts:
            return whole
        if not all(cell.factors is None or _below(cell.factors.largest[0], cuts[0][0]) for cell in whole):
            return self._made(name, card, cuts)
        key = id(whole), cuts[0]
        if key not in self._cells:
            lowest = Band(None, cuts[0])
            self._cells[key] = tuple(cell if cell.factors is None else cell._replace(band=lowest) for cell in whole)
        return self._cells[key]

    def _made(self, name: str, card: RateCard, cuts: tuple[Cut, ...]) -> tuple[Cell, ...]:
        own = card.offer.tokenizer if self._counts_own else None
        key = own, cuts, frozenset(card.shaped_measures())
        if key not in self._cells:
            forecast = forecast_of(self.scenario, self.book, self.months, (name, self.said[name]), self.adoption)
            uncut: Any = _Uncut(card, cuts)
            find = self.book.card
            self._cells[key] = told(
                self.scenario, replace(forecast, card=lambda other: uncut if other == name else find(other)).cube
            )[0].cells
        return self._cells[key]

    def _doubts_about(self, card: RateCard) -> tuple[Doubt, ...]:
        """What is doubtful about the token counts of an offer: the same for all of its vocabulary."""
        key = card.offer.tokenizer
        if key not in self._doubts:
            self._doubts[key] = card.name, tuple(dict.fromkeys(told(self.scenario, lambda: list(self._doubted(card)))))
        other, doubts = self._doubts[key]
        return tuple(doubt._replace(about=card.name + doubt.about.removeprefix(other)) for doubt in doubts)

    def _doubted(self, card: RateCard) -> Iterator[Doubt]:
        for workload, path in self.scenario.all_workloads():
            for step in workload.steps or (None,):
                spec = Spec(step, workload, self.scenario)
                yield from sizes_of(spec, card, self.scenario.folder, path).doubts

    @cached_property
    def _span(self) -> tuple[datetime, datetime]:
        return self.months[0].start, self.months[-1].end

    @cached_property
    def _hours(self) -> dict[tuple[str, str], Hours | None]:
        """Hours in which requests are made, by workload and step."""
        workloads = [workload for workload, _ in self.scenario.all_workloads()]
        tasks = [(workload, step) for workload in workloads for step in workload.steps or (None,)]
        return {
            (workload.name, step.name if step else ""): Spec(step, workload, self.scenario).get("hours")
            for workload, step in tasks
        }

    @cached_property
    def _in_mixes(self) -> frozenset[str] | None:
        """Offers of which a mix of a workload or step says something; None where one of them is unknown."""
        try:
            return frozenset(self.book.card(name).name for mix in own_mixes(self.scenario) for name in mix.models)
        except NoPriceError:
            return None

    @cached_property
    def _counts_own(self) -> bool:
        """Whether token counts depend on the offer's vocabulary."""
        workloads = [workload for workload, _ in self.scenario.all_workloads()]
        layers: list[Request] = [self.scenario, *(layer for item in workloads for layer in (item, *item.steps))]
        return any(layer.tokens is not None and layer.tokens.tokenizer == "own" for layer in layers)


def own_mixes(scenario: Scenario) -> list[Mix]:
    """The mixes of single workloads and steps."""
    workloads = [workload for workload, _ in scenario.all_workloads()]
    found = [mix for item in workloads for mix in (item.mix, *(step.mix for step in item.steps))]
    return [mix for mix in found if mix is not None]


class _Uncut:
    """A rate card whose price does not change with time, and only at some request sizes."""

    def __init__(self, card: Any, sizes: tuple[Cut, ...]) -> None:
        self._card, self._sizes = card, sizes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._card, name)

    def size_cuts(self) -> list[Cut]:
        """Those that are kept."""
        return list(self._sizes)

    def time_cuts(self, *_: datetime) -> list[datetime]:
        """None."""
        return []

    def depends_on_hours(self, *_: datetime) -> bool:
        """It does not."""
        return False


def _below(size: Any, limit: Fraction) -> bool:
    return known(size) and bool(size < limit)


def _part(cell: Cell, start: datetime, share: Any) -> Cell:
    """A share of a cell, standing at the first of its times."""
    return cell._replace(
        start=start,
        records=cell.records * share,
        requests=cell.requests * share,
        totals={meter: units * share for meter, units in cell.totals.items()},
        shaped={measure: units * share for measure, units in cell.shaped.items()},
    )


def _summed(cells: Sequence[Cell]) -> Cell:
    """Cells of one price as one, standing where the first begins: its price holds for all of them."""
    first = cells[0]
    if len(cells) == 1:
        return first._replace(end=first.start)
    return first._replace(
        end=first.start,
        records=sum(cell.records for cell in cells),
        requests=sum(cell.requests for cell in cells),
        totals={meter: sum(cell.totals[meter] for cell in cells) for meter in first.totals},
        shaped={measure: sum(cell.shaped[measure] for cell in cells) for measure in first.shaped},
    )

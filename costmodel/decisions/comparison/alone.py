"""Each offer doing all of a scenario's work alone; what does not depend on the offer is computed once for all.

Requests of the same sizes make the same usage whatever the offer, but for its name and for the times at which its price
changes. So the cube is made once for each set of size limits; then each offer's times are cut, and times of one price
are taken together. Contracts, minimum charges and offers of which the scenario says something of their own are billed
as `estimate` does it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.billing.bill import Terms, bill
from costmodel.billing.levies import levy_lines, minimum_lines
from costmodel.decisions.comparison.cells import Uncut, changes_of, is_below, part_of, summed
from costmodel.decisions.comparison.work import layers, own_entries, own_mixes
from costmodel.errors import FileError, NoPriceError, NotInForceError, UsageError
from costmodel.runtimes.operations import maximum
from costmodel.study.cost import Billed, alternatives, billed, exchange_rate, forecast_of, told
from costmodel.usage.cube import Band, Cube
from costmodel.usage.months import time_slices
from costmodel.usage.sizes import Spec, sizes_of
from costmodel.usage.spec import Request

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


SIZES = frozenset({"tokens", "meters", "images"})
"""Keys that say how large a request is."""
_REQUEST = tuple(Request.model_fields)


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
    def largest(self) -> tuple[Any, Any]:
        """Most input and output tokens together, and most output tokens, of one request."""
        found = [entry.factors.largest for entry in self.bill.entries if entry.factors]
        none: Any = Fraction(0)
        return reduce(maximum, (whole for whole, _ in found), none), reduce(maximum, (out for _, out in found), none)


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
        return [summed(members) for members in groups.values()]

    def _spans(self, cell: Cell, card: RateCard) -> Iterator[tuple[Any, Cell]]:
        """A month's cell by price: what tells the price from others, and its part of the month."""
        if cell.factors is None:
            yield None, cell
            return
        parts: dict[Any, tuple[datetime, Fraction]] = {}
        for start, share in self._alike(cell, card):
            try:
                price: Any = id(card.tariff(start, cell.band.inside, cell.tier, cell.region))
            except NoPriceError as error:
                price = "" if isinstance(error, NotInForceError) else str(error)
            first, before = parts.get(price, (start, Fraction(0)))
            parts[price] = first, before + share
        for price, (start, share) in parts.items():
            yield price, part_of(cell, start, share)

    def _alike(self, cell: Cell, card: RateCard) -> Iterable[tuple[datetime, Fraction]]:
        """Parts of a month under one row in which the same hours of it hold: the first instant, the share of requests.

        There are dozens of spans in a month of prices by the hour, and two or three such parts.
        """
        hours, month = self._hours[cell.workload, cell.step], cell.month
        changes = changes_of(card, month.start, month.end)
        key = month, hours, changes
        if key not in self._times:
            spans = time_slices(card, month, hours)
            states = ([item.holds(begin) for item in changes.windows] for begin, *_ in spans)
            self._times[key] = [(begin, share, held) for (begin, _, share), held in zip(spans, states, strict=True)]
        found: dict[Any, tuple[datetime, Fraction]] = {}
        for begin, share, held in self._times[key]:
            alike = id(card.row_at(begin)), *held
            first, before = found.get(alike, (begin, Fraction(0)))
            found[alike] = first, before + share
        return found.values()

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
        if not all(cell.factors is None or is_below(cell.factors.largest[0], cuts[0][0]) for cell in whole):
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
            uncut: Any = Uncut(card, cuts)
            find = self.book.card
            forecast = replace(forecast, card=lambda other: uncut if other == name else find(other))
            cube, doubts = told(self.scenario, forecast.cube)
            self._cells[key] = cube.cells
            if self._counts_own:
                self._doubts[own] = card.name, doubts
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

    def own_keys(self, card: RateCard) -> list[tuple[str, Any]]:
        """What the scenario says of one offer's requests alone: as one of its models, or in a mix."""
        return self._own.get(card.name, [])

    @cached_property
    def _own(self) -> dict[str, list[tuple[str, Any]]]:
        found: dict[str, list[tuple[str, Any]]] = {}
        mixes = (entry for mix in own_mixes(self.scenario) for entry in mix.models.items())
        for name, entry in (*mixes, *self.said.items()):
            keys = [(key, getattr(entry, key)) for key in _REQUEST if key in entry.model_fields_set]
            if not keys:
                continue
            with suppress(NoPriceError):  # told of with its place, further on
                found.setdefault(self.book.card(name).name, []).extend(keys)
        return found

    @cached_property
    def without_sizes(self) -> list[tuple[Any, ...]]:
        """Paths of workloads that say no size of a request, where models of the scenario do."""
        if not any(entry.tokens for entry in own_entries(self.scenario)):
            return []
        return [
            path
            for item, path in self.scenario.all_workloads()
            if not any(getattr(layer, key) for layer in (self.scenario, item, *item.steps) for key in SIZES)
        ]

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
        return any(layer.tokens is not None and layer.tokens.tokenizer == "own" for layer in layers(self.scenario))

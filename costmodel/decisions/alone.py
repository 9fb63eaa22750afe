"""Each offer doing all of a scenario's work alone; what does not depend on the offer is computed once for all.

Two offers make the same cube of usage where their prices change at the same times and request sizes: the cube of one is
that of the other under another name. Months in which an offer's price cannot change are billed together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.billing.bill import Terms, bill
from costmodel.billing.levies import levy_lines, minimum_lines
from costmodel.errors import FileError, NoPriceError, UsageError
from costmodel.study.cost import Billed, alternatives, billed, exchange_rate, forecast_of, told
from costmodel.usage.cube import Cube

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Month
    from costmodel.scenario import Scenario
    from costmodel.usage.cube import Cell
    from costmodel.usage.sizes import Doubt
    from costmodel.usage.spec import Request


class Alone(NamedTuple):
    """What one offer costs that does all the work.

    Attributes:
        bill: the bill; months at one price stand in the first of them where they are billed together.
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
        together: whether months at one price are billed together.
    """

    scenario: Scenario
    book: PriceBook
    said: Mapping[str, Request]
    adoption: Sequence[Fraction] | None = None
    together: bool = True
    rates: dict[str, ExchangeRate] = field(default_factory=dict, init=False, repr=False)
    _cells: dict[Any, tuple[Cell, ...]] = field(default_factory=dict, init=False, repr=False)
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
        if card.has_contract or any(row.minimum_charge for row in card.rows):
            found = billed(self.scenario, self.book, self.months, (name, self.said[name]), self.adoption)
            self.rates.update(found.rates)
            return Alone(card, found)
        cells = [cell if cell.factors is None else cell._replace(model=card.name) for cell in self._shared(name, card)]
        try:
            entries = bill(Cube(tuple(cells)), self.book.card, self.terms)
        except UsageError as error:
            raise FileError([self.scenario.document.mistake((), str(error))]) from None
        doubts = self._doubts_about(name, card)
        top_ups = minimum_lines(entries)
        partly = Billed(entries, tuple(top_ups), self.rates, doubts)
        bills = list(zip(self.months, partly.monthly(self.months), strict=True))
        return Alone(card, partly._replace(levies=(*top_ups, *levy_lines(bills, self.scenario.taxes_and_fees))))

    def _shared(self, name: str, card: RateCard) -> tuple[Cell, ...]:
        """The cells of an offer's usage, which other offers may share."""
        cuts = tuple(card.time_cuts(self.months[0].start, self.months[-1].end))
        hourly = card.depends_on_hours(self.months[0].start, self.months[-1].end)
        sizes = tuple(card.size_cuts()), frozenset(card.shaped_measures())
        own = card.offer.tokenizer if self._counts_own else None
        key = (self._said_of(name, card), own, cuts, hourly, sizes)
        if key not in self._cells:
            forecast = forecast_of(self.scenario, self.book, self.months, (name, self.said[name]), self.adoption)
            cube, _ = told(self.scenario, forecast.cube)
            joined = self.together and not cuts
            self._cells[key] = tuple(_months_together(cube.cells, self.terms.years)) if joined else cube.cells
        return self._cells[key]

    def _doubts_about(self, name: str, card: RateCard) -> tuple[Doubt, ...]:
        key = self._said_of(name, card), card.offer.tokenizer
        if key not in self._doubts:
            forecast = forecast_of(self.scenario, self.book, (), (name, self.said[name]), None)
            _, doubts = told(self.scenario, forecast.cube)
            self._doubts[key] = card.name, doubts
        other, doubts = self._doubts[key]
        return tuple(doubt._replace(about=card.name + doubt.about.removeprefix(other)) for doubt in doubts)

    def _said_of(self, name: str, card: RateCard) -> str:
        """The offer where the scenario says something of its requests alone; else nothing."""
        special = self.said[name].model_fields_set or self._in_mixes is None or card.name in self._in_mixes
        return card.name if special else ""

    @cached_property
    def _in_mixes(self) -> frozenset[str] | None:
        """Offers of which a mix of a workload or step says something; None where one of them is unknown."""
        workloads = [workload for workload, _ in self.scenario.all_workloads()]
        mixes = [layer.mix for item in workloads for layer in (item, *item.steps) if layer.mix is not None]
        try:
            return frozenset(self.book.card(name).name for mix in mixes for name in mix.models)
        except NoPriceError:
            return None

    @cached_property
    def _counts_own(self) -> bool:
        """Whether token counts depend on the offer's vocabulary."""
        workloads = [workload for workload, _ in self.scenario.all_workloads()]
        layers: list[Request] = [self.scenario, *(layer for item in workloads for layer in (item, *item.steps))]
        return any(layer.tokens is not None and layer.tokens.tokenizer == "own" for layer in layers)


def _months_together(cells: Sequence[Cell], years: Callable[[Month], int]) -> Iterator[Cell]:
    """Cells of one price as one cell; those that do not depend on requests stay as they are."""
    groups: dict[tuple[Any, ...], list[Cell]] = {}
    for index, cell in enumerate(cells):
        alike = (cell.workload, cell.step, cell.tier, cell.region, cell.band, years(cell.month))
        groups.setdefault((index,) if cell.factors is None else alike, []).append(cell)
    for members in groups.values():
        yield members[0] if len(members) == 1 else _summed(members)


def _summed(cells: Sequence[Cell]) -> Cell:
    first = cells[0]
    return first._replace(
        end=cells[-1].end,
        records=sum(cell.records for cell in cells),
        requests=sum(cell.requests for cell in cells),
        totals={meter: sum(cell.totals[meter] for cell in cells) for meter in first.totals},
        shaped={measure: sum(cell.shaped[measure] for cell in cells) for measure in first.shaped},
    )

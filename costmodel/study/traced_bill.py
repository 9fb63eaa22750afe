"""A bill, traced: the same cube, rate cards and levies with cells in place of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.billing.bill import Terms, bill
from costmodel.billing.levies import LevyLine, levy_lines
from costmodel.equations import charges
from costmodel.errors import CommandLineError
from costmodel.runtimes.operations import step
from costmodel.study.cost import Billed, billed, exchange_rate
from costmodel.study.traced_prices import TracedCards
from costmodel.study.traced_usage import Known, TracedForecast
from costmodel.usage.cube import Band, Cell, Cube
from costmodel.usage.workload import Forecast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.prices.book import PriceBook
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Month
    from costmodel.scenario import Scenario
    from costmodel.study.traced_leaves import Leaves
    from costmodel.study.traced_usage import Guard
    from costmodel.usage.spec import Request

    Alternative = tuple[str, Request] | None
    Adoption = tuple[Sequence[Any], Sequence[Any]]


class TracedBill(NamedTuple):
    """A bill with traced numbers.

    Attributes:
        billed: entries and the lines after them.
        exact: the same with plain numbers.
        guards: what must hold for the formulas to be those of the scenario.
    """

    billed: Billed
    exact: Billed
    guards: tuple[Guard, ...]


@dataclass
class Tracing:
    """What all bills of a model share: the scenario twice, with numbers and with cells, prices and exchange rates.

    Attributes:
        exact: the scenario as read.
        traced: the same with cells in place of its numbers.
        book: prices.
        leaves: takes what is no number of the scenario.
    """

    exact: Scenario
    traced: Scenario
    book: PriceBook
    leaves: Leaves
    rates: dict[str, ExchangeRate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cards = TracedCards(self.book.card, self.leaves)

    @property
    def months(self) -> tuple[Month, ...]:
        """The horizon."""
        horizon = self.exact.horizon
        return tuple(horizon.start.later(index) for index in range(horizon.months))

    def forecast(
        self, exact: Alternative, traced: Alternative, adoption: Sequence[Any] | None = None
    ) -> TracedForecast:
        """The forecast of one option, traced, and told of what is asked.

        Args:
            exact: the model that stands alone, with what is said of its requests; None for the mix.
            traced: the same with cells.
            adoption: share of each month's records that is done with AI, as cells.
        """
        made = self._forecast(exact, traced, adoption, Forecast.cube)
        made.cube()
        return made

    def records(self) -> list[Any]:
        """Records of each month, those that are not done with AI included."""
        return self._forecast(None, None, None, Forecast.records).records()

    def _forecast(
        self, exact: Alternative, traced: Alternative, adoption: Sequence[Any] | None, what: Callable[[Forecast], Any]
    ) -> TracedForecast:
        known = Known(**self._said(self.exact, exact))
        what(known)
        said = self._said(self.traced, traced)
        return TracedForecast(**said, adoption=adoption, exact=known.sizes, leaves=self.leaves)

    def _said(self, scenario: Scenario, alternative: Alternative) -> dict[str, Any]:
        return {
            "months": self.months,
            "workloads": scenario.all_workloads(),
            "top": scenario,
            "mix": None if alternative else scenario.mix,
            "alternative": alternative,
            "card": self.book.card,
            "folder": scenario.folder,
        }

    def convert(self, currency: str) -> Any:
        """Reporting currency for one unit of another, as a cell."""
        exact = exchange_rate(self.exact, self.book, currency, self.rates)
        if currency == self.exact.currency:
            return exact
        rate = self.rates[currency]
        words = f"{rate.source}, {rate.on}"
        return self.leaves.other(
            "rate", f"{rate.to} for one {rate.from_}", rate.rate, rate.to, f"{rate.from_} to {rate.to}", words
        )

    def bill(self, exact: Alternative, traced: Alternative, adoption: Adoption | None = None) -> TracedBill:
        """The bill of one option; arguments as of `forecast`, adoption as plain numbers and as cells."""
        shares, cells_of_shares = adoption or (None, None)
        plain = billed(self.exact, self.book, self.months, exact, shares)
        forecast = self.forecast(exact, traced, cells_of_shares)
        groups = list(_groups(plain.entries))
        cells = [cell for group in groups for cell in self._cells(group, forecast)]
        cells.sort(key=lambda cell: (cell.month.year, cell.month.month))
        terms = Terms(self.convert, self.traced.escalation.prices, self.months[0])
        entries = bill(Cube(tuple(cells)), self.cards, terms)
        top_ups = list(self._minimums(plain.entries, entries))
        monthly = Billed(entries, tuple(top_ups), {}, ()).monthly(self.months)
        bills = [
            (month, step("bill", cost, self.exact.currency)) for month, cost in zip(self.months, monthly, strict=True)
        ]
        levies = levy_lines(bills, self.traced.taxes_and_fees)
        made = Billed(entries, (*top_ups, *levies), plain.rates, plain.doubts)
        return TracedBill(made, plain, tuple(forecast.guards))

    def _cells(self, group: dict[int, Entry], forecast: TracedForecast) -> Iterator[Cell]:
        """The traced cells of a group in every month: where its price is not in force, it has no share of the month."""
        example = next(iter(group.values()))
        shares = self._time_shares(group, example)
        for index, month in enumerate(self.months):
            made = (
                self._of_month(example, shares[index])
                if example.factors is None
                else forecast.cell(example, index, shares[index])
            )
            yield made._replace(month=month, start=example.start, end=example.start)

    def _time_shares(self, group: dict[int, Entry], example: Entry) -> list[Any]:
        """The share of each month in which the price of a group is in force: cells, or 1 where it is always."""
        exact = {
            self.months.index(entry.month): entry.factors.time_share if entry.factors else self._share_of(entry)
            for entry in group.values()
        }
        if all(exact.get(index) == 1 for index in range(len(self.months))):
            return [Fraction(1)] * len(self.months)
        words = [entry_words(example), f"prices from {example.tariff.row.valid.from_:%Y-%m-%d %H:%M}Z"]
        words += [example.tariff.contracted.where.partition("; ")[2]]
        return [
            self.leaves.other(
                "time", "share of the month", exact.get(index, Fraction(0)), "", ", ".join(words), str(month)
            )
            for index, month in enumerate(self.months)
        ]

    def _share_of(self, entry: Entry) -> Fraction:
        units = self._units(self.exact, entry)
        return next((Fraction(entry.totals[meter], amount) for meter, amount in units.items() if amount), Fraction(1))

    def _units(self, scenario: Scenario, entry: Entry) -> dict[str, Any]:
        """Units a month that a workload states for an offer."""
        (workload,) = (item for item, _ in scenario.all_workloads() if item.name == entry.workload)
        return next(units for name, units in workload.monthly.items() if self.book.card(name).name == entry.model)

    def _of_month(self, entry: Entry, share: Any) -> Cell:
        totals = {meter: amount * share for meter, amount in self._units(self.traced, entry).items()}
        if self.book.card(entry.model).shaped_measures():
            raise CommandLineError(
                f"'{entry.model}' charges a quantity of a month in increments or brackets: such a price has no formula "
                "in a workbook or page yet; 'costmodel estimate' computes it"
            )
        return Cell(
            entry.month,
            entry.workload,
            "",
            entry.labels,
            entry.model,
            entry.tier,
            entry.region,
            entry.start,
            entry.start,
            Band(entry.band.low, entry.band.high),
            Fraction(0),
            Fraction(0),
            totals,
        )

    def _minimums(self, exact: Sequence[Entry], traced: Sequence[Entry]) -> Iterator[LevyLine]:
        """Top-ups to minimum charges, in each month that has one, whether or not it is reached today."""
        groups: dict[tuple[Month, str], list[Entry]] = {}
        for entry in exact:
            groups.setdefault((entry.month, entry.model), []).append(entry)
        for (month, model), members in groups.items():
            first = min(members, key=lambda entry: entry.start)
            minimum = first.tariff.minimum_charge
            if minimum is None:
                continue
            same = [entry for entry in traced if (entry.month, entry.model) == (month, model)]
            contracted = sum((charge.contracted_cost for entry in same for charge in entry.charges), Fraction(0))
            least = self.leaves.other(
                "minimum", "minimum charge of a month", minimum.amount, first.list_currency, model
            )
            missing = step("top-up", charges.minimum_top_up(contracted, least), first.list_currency)
            priced = next(entry for entry in same if entry.tariff.row.valid == first.tariff.row.valid)
            _, cost = priced.converted(missing)
            yield LevyLine(month, "minimum charge", contracted, None, cost, model)


def _groups(entries: Sequence[Entry]) -> Iterator[dict[int, Entry]]:
    """The entries that differ in their month alone: the same requests at the same tariff."""
    found: dict[tuple[Any, ...], dict[int, Entry]] = {}
    for entry in entries:
        about = (entry.workload, entry.step, entry.labels, entry.model, entry.tier, entry.region, entry.band)
        group = found.setdefault((*about, id(entry.tariff), entry.factors is None), {})
        group[12 * entry.month.year + entry.month.month] = entry
    yield from found.values()


def entry_words(entry: Entry) -> str:
    """What an entry is, in words: what is not the usual is named."""
    words = [entry.workload if entry.workload != "workload" else "", entry.step, entry.model]
    words += [f"service tier {entry.tier}" if entry.tier != "standard" else ""]
    words += [f"region {entry.region}" if entry.region != "global" else ""]
    words += [str(entry.band) if entry.band != Band() else ""]
    return ", ".join(word for word in words if word)

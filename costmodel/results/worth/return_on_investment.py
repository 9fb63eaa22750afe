"""Is it worth it: the finding, the figures behind it, and everything needed to repeat and defend them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.charges import share_of_total
from costmodel.errors import CommandLineError
from costmodel.quantities import grouped, significant
from costmodel.results.estimate import SCHEMA_VERSION, exchange_words, shown_costs
from costmodel.results.labels import money_text, period_text, say
from costmodel.results.lines import fiscal_year
from costmodel.results.notice import Notice, joined, notice_lines
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Money, Month
    from costmodel.results.estimate import BookReference
    from costmodel.results.labels import Said
    from costmodel.results.table import Table
    from costmodel.value.flows import Flow, Flows
    from costmodel.value.measures import Measures
    from costmodel.value.spec import Roi
    from costmodel.value.ways import Ways
    from costmodel.value.work import Work


class Option(NamedTuple):
    """One way of paying for the API.

    Attributes:
        name: model, mix, or that the cost is quoted.
        flows: cash flows.
        measures: what they come to.
        computed: API cost of each month as computed from prices; none where no model is named.
    """

    name: str
    flows: Flows
    measures: Measures
    computed: tuple[Fraction, ...] = ()

    @property
    def computed_total(self) -> Fraction | None:
        """API cost of the horizon as computed from prices."""
        return sum(self.computed, Fraction(0)) if self.computed else None


class Year(NamedTuple):
    """Budget impact of one fiscal year, undiscounted; the one-off cost stands in the first."""

    label: str
    saving: Fraction
    capacity_used: Fraction
    llm_cost: Fraction
    fixed_cost: Fraction
    error_cost: Fraction
    one_off: Fraction
    net: Fraction
    capacity_hours: Fraction
    capacity_value: Fraction


@dataclass(frozen=True)
class ReturnOnInvestment(Shown):
    """Clinicians' work by hand against AI-assisted work that a clinician reviews.

    Attributes:
        title: name of the scenario.
        currency: of every amount.
        months: the horizon.
        roi: what the scenario says, with the mean of each distribution.
        works: each month's work; the same for every option.
        options: ways of paying for the API, in the order given.
        ways: the first month staffed in three ways.
        book, scenario_sha256, exchange, notices: as in an estimate.
        quoted: the API cost that is taken as quoted, a month.
        hangs_on: what the finding hangs on, in words.
        uncertain: how many numbers are stated as distributions.
    """

    title: str
    currency: str
    months: tuple[Month, ...]
    fiscal_year_start: int
    roi: Roi
    works: tuple[Work, ...]
    options: tuple[Option, ...]
    ways: Ways
    book: BookReference
    scenario_sha256: str
    exchange: tuple[ExchangeRate, ...]
    notices: tuple[Notice, ...]
    quoted: Money | None = None
    hangs_on: str = ""
    uncertain: int = 0

    @cached_property
    def best(self) -> Option:
        """The option with the highest net present value; the first of equals."""
        return self.best_options[0]

    @property
    def best_options(self) -> tuple[Option, ...]:
        """The option with the highest net present value, and those that come to exactly the same."""
        highest = max(option.measures.net_present_value for option in self.options)
        return tuple(option for option in self.options if option.measures.net_present_value == highest)

    @property
    def period(self) -> str:
        """The horizon in words."""
        return period_text(self.months[0], self.months[-1])

    @property
    def worth_it(self) -> bool:
        """Whether the best option leaves more cash than it takes, in present value."""
        return bool(self.best.measures.net_present_value > 0)

    @property
    def finding(self) -> str:
        """Worth it or not, by how much, in cash and in capacity, and what it hangs on."""
        from costmodel.results.worth.words import finding

        return finding(self)

    def option(self, name: str) -> Option:
        """The option of a name.

        Raises:
            CommandLineError: there is none.
        """
        for option in self.options:
            if option.name == name:
                return option
        there = ", ".join(option.name for option in self.options)
        raise CommandLineError(f"there is no option '{name}'. There are: {there}")

    def years(self, option: Option) -> list[Year]:
        """Budget impact by fiscal year, undiscounted."""
        found: dict[str, list[Flow]] = {}
        for month, flow in zip(self.months, option.flows.months, strict=True):
            found.setdefault(fiscal_year(month, self.fiscal_year_start), []).append(flow)
        years = []
        for index, (label, flows) in enumerate(found.items()):
            once = option.flows.one_off if index == 0 else Fraction(0)
            named = {name: _sum(flows, name) for name in Year._fields if name not in {"label", "one_off", "net"}}
            years.append(Year(label=label, one_off=once, net=_sum(flows, "net") - once, **named))
        return years

    def with_words(self, hangs_on: str) -> ReturnOnInvestment:
        """The same with what it hangs on."""
        return replace(self, hangs_on=hangs_on)

    def tables(self, *, monthly: bool = False, cheers: bool = False, more: Sequence[Table] = ()) -> list[Table]:
        """The tables shown.

        Args:
            monthly: posts, hours and money month by month too.
            cheers: the summary after CHEERS 2022 too.
            more: tables of sensitivity or simulation, before the notes.
        """
        from costmodel.results.worth import tables as shown

        found = [shown.options_table(self), *shown.years_tables(self), shown.ways_table(self)]
        found += shown.monthly_tables(self) if monthly else []
        found += [shown.cheers_table(self)] if cheers else []
        found += more
        said = {note for table in found for note in table.notes}
        notes = [note for note in self.notes if note not in said]
        return [*found[:-1], found[-1]._replace(notes=(*found[-1].notes, *notes))]

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the tables: price book, exchange rates, quoted cost, warnings."""
        lines = [
            say(
                "Prices: {book}. Amounts in {currency}, wages and costs of {year}.",
                book=self.book.words,
                currency=self.currency,
                year=self.roi.price_year,
            )
        ]
        if self.quoted is not None:
            lines.append(self._quoted_note(self.quoted))
        if any(work.adoption != 1 for work in self.works) and self.best.computed:
            lines.append(
                say("The computed API cost is that of the records done with AI; 'estimate' prices all records.")
            )
        lines += [exchange_text(rate) for rate in self.exchange]
        return (*lines, *notice_lines(self.notices))

    def _quoted_note(self, quoted: Money) -> Said:
        best, months = self.best, len(self.months)
        said = say("API cost as quoted: {cost} a month", cost=money_text(grouped(quoted.amount), quoted.currency))
        if best.computed_total is None:
            return say("{quoted}; no model is named, so no computed bill stands beside it.", quoted=said)
        computed = best.computed_total / months
        times = share_of_total(best.measures.llm_cost / months, computed)
        beside = say("; what is quoted is {times:number} times that", times=grouped(significant(times, 3)))
        return say(
            "{quoted}. Computed from the price book for {option}: {cost} a month{beside}.",
            quoted=said,
            option=best.name,
            cost=money_text(shown_costs([computed], self.currency)[0], self.currency),
            beside=beside if times else "",
        )

    def to_json(self) -> dict[str, Any]:
        """As plain data: money as decimal strings, discounted figures as numbers of 10 significant digits."""
        from costmodel.results.worth.records import record

        return {"schema_version": SCHEMA_VERSION, "kind": "return-on-investment", **record(self)}

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One row for each month and option."""
        from costmodel.results.worth.records import month_records

        return month_records(self, exact=exact)

    def __repr__(self) -> str:
        net = shown_costs([self.best.measures.net], self.currency)[0]
        return f"<ReturnOnInvestment {self.title!r}: {net} {self.currency} net, {self.period}>"


def _sum(flows: Sequence[Flow], name: str) -> Fraction:
    return sum((getattr(flow, name) for flow in flows), Fraction(0))


def exchange_text(rate: ExchangeRate) -> Said:
    """An exchange rate as people know it: so many units of the smaller currency for one of the larger."""
    turned = rate.rate < 1
    shown = grouped(significant(1 / rate.rate if turned else rate.rate, 8))
    one, other = (rate.to, rate.from_) if turned else (rate.from_, rate.to)
    return exchange_words(rate, shown, (other, one))


def all_notices(*found: Sequence[Notice]) -> tuple[Notice, ...]:
    """Notices of several sources, each matter once."""
    return joined(notice for notices in found for notice in notices)

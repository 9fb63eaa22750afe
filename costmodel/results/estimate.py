"""What a scenario costs: the bill, its totals, and everything needed to repeat and defend it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.charges import cost_per_record
from costmodel.prices.policy import places_of, policy
from costmodel.quantities import decimal_text, grouped, half_up, largest_remainder, magnitude, significant
from costmodel.results.labels import Said, labelled, listed, money_text, period_text, say
from costmodel.results.lines import (
    AFTER,
    DIMENSIONS,
    Group,
    Line,
    bill_lines,
    grouped_lines,
    records_served,
    require_dimensions,
    selected,
)
from costmodel.results.notice import Notice, notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.billing.levies import LevyLine
    from costmodel.prices.book import PriceBook
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.prices.meters import Meters
    from costmodel.quantities import Money, Month
    from costmodel.results.explanation import Explanation

SCHEMA_VERSION = "1"
_HUNDRED = 100
_SHOWN_WHOLE = 1_000  # from here on a decimal of a count says nothing to a reader


class BookReference(NamedTuple):
    """Which prices were used."""

    version: str
    sha256: str | None
    overlays: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, book: PriceBook) -> BookReference:
        """The reference of a price book."""
        return cls(book.name, book.sha256, tuple((own.overlay, own.sha256) for own in book.overlays))

    def to_json(self) -> dict[str, Any]:
        """As it stands in a result."""
        own = [{"name": name, "sha256": sha256} for name, sha256 in self.overlays]
        return {"version": self.version, "sha256": self.sha256, **({"overlays": own} if own else {})}

    def __str__(self) -> str:
        return str(self.words)

    @property
    def words(self) -> Said:
        """Version, hash and own prices, for reading."""
        book = (
            say("price book {version}, sha256 {sha256}…", version=self.version, sha256=self.sha256[:12])
            if self.sha256
            else say("price book {version} (not released)", version=self.version)
        )
        own = (say("own prices '{name}' {sha256}…", name=name, sha256=sha256[:12]) for name, sha256 in self.overlays)
        return listed([book, *own])


@dataclass(frozen=True)
class Estimate(Shown):
    """What a scenario costs.

    Attributes:
        title: name of the scenario.
        currency: reporting currency of every cost.
        months: the horizon.
        entries: the bill.
        levies: lines after the bill.
        book: the price book.
        scenario_sha256: hash of the scenario as used, settings included.
        exchange: exchange rates used.
        notices: warnings.
        budget: what it may cost.
        alternative: the model that stands alone here; empty for a mix.
    """

    title: str
    currency: str
    months: tuple[Month, ...]
    fiscal_year_start: int
    entries: tuple[Entry, ...]
    levies: tuple[LevyLine, ...]
    book: BookReference
    scenario_sha256: str
    exchange: tuple[ExchangeRate, ...]
    notices: tuple[Notice, ...]
    meters: Meters
    budget: Money | None = None
    alternative: str = ""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every charge, then every levy."""
        return bill_lines(self.entries, self.levies, self.fiscal_year_start)

    @cached_property
    def total(self) -> Fraction:
        """Cost of the horizon, taxes and fees included, in the reporting currency."""
        return sum((line.cost for line in self.lines), Fraction(0))

    @cached_property
    def records(self) -> Fraction:
        """Records of the horizon."""
        return records_served(self.entries)

    @property
    def cost_per_record(self) -> Fraction:
        """Mean cost of one record, in the reporting currency."""
        return Fraction(cost_per_record(self.total, self.records))

    @property
    def over_budget(self) -> Fraction | None:
        """Money above the budget; None where it is kept or there is none."""
        excess = self.total - self.budget.amount if self.budget else Fraction(0)
        return excess if excess > 0 else None

    @property
    def period(self) -> str:
        """The horizon in words."""
        return period_text(self.months[0], self.months[-1])

    def by(self, *dimensions: str) -> list[Group]:
        """Lines grouped by dimensions such as `month`, `model`, `meter`, or a label.

        Raises:
            CommandLineError: a dimension does not exist.
        """
        require_dimensions(dimensions, self.lines)
        return grouped_lines(self.lines, dimensions)

    def select(self, selection: Mapping[str, str]) -> list[Line]:
        """The lines that a selection such as `{"month": "1", "meter": "input"}` names.

        Raises:
            CommandLineError: an unknown dimension, or a value that no line has.
        """
        return selected(self.lines, {name: str(value) for name, value in selection.items()}, self.months[0])

    def explain(self, **selection: str) -> list[Explanation]:
        """Where figures come from: equation, numbers, price row and source, for each line selected.

        Raises:
            CommandLineError: nothing is selected.
        """
        return [self._explained(line) for line in self.select(selection)]

    def _explained(self, line: Line) -> Explanation:
        from costmodel.results.explanation import explained

        units, pricing_unit = "", ""
        if line.charge is not None:
            units = self.meters[line.charge.meter].units
            price = line.charge.contracted_price
            pricing_unit = f"{grouped(price.per)} {units}" if price else ""
        return explained(line, self.currency, units, pricing_unit, self.exchange)

    def table(self, by: Sequence[str] = ("model",)) -> Table:
        """The cost by dimensions, as a table that a person reads at once."""
        groups = self.by(*by)
        meters = [
            name for name in self.meters.names if any(group.totals.get(name) for group in groups) and name != "request"
        ]
        split = [name for name in meters if self.meters[name].unit == "token"] if "meter" not in by else []
        columns = (
            *(Column(name) for name in by),
            Column("records", numeric=True),
            Column("requests", numeric=True),
            *([Column("billed units", numeric=True)] if "meter" in by else []),
            *(Column(name.replace("_", " ") if name else "", numeric=True) for name in split),
            Column(say("cost {currency}", currency=self.currency), numeric=True),
            Column("share", numeric=True),
            Column("a record", numeric=True),
        )
        costs = shown_costs([group.cost for group in groups], self.currency)
        shares = largest_remainder([group.share * _HUNDRED for group in groups], 1)
        rows = [
            (
                *(_key_text(name, value) for name, value in zip(by, group.key, strict=True)),
                count_text(group.records),
                count_text(group.requests),
                *([count_text(sum(group.quantities.values(), Fraction(0)))] if "meter" in by else []),
                *(count_text(group.totals.get(name, Fraction(0))) for name in split),
                cost,
                f"{decimal_text(share, 1)} %",
                unit_cost_text(group.cost_per_record),
            )
            for group, cost, share in zip(groups, costs, shares, strict=True)
        ]
        return Table(
            say(
                "{title}: cost by {dimensions}, {period}",
                title=self.title,
                dimensions=listed(say(name) if name in DIMENSIONS else name for name in by),
                period=self.period,
            ),
            columns,
            tuple(rows),
            self._totals(by, split),
            self.notes,
        )

    def _totals(self, by: Sequence[str], split: Sequence[str]) -> tuple[str, ...]:
        everything = grouped_lines(self.lines, ())[0]
        return (
            say("total"),
            *[""] * (len(by) - 1),
            count_text(self.records),
            count_text(everything.requests),
            *([""] if "meter" in by else []),
            *(count_text(everything.totals.get(name, Fraction(0))) for name in split),
            shown_costs([self.total], self.currency)[0],
            "100.0 %" if self.total else "",
            unit_cost_text(self.cost_per_record),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below a table: price book, exchange rates, budget, warnings."""
        return (*self.facts, *notice_lines(self.notices))

    @property
    def facts(self) -> tuple[str, ...]:
        """What stands below a table and is no warning: price book, exchange rates, budget."""
        lines = [
            say("Prices: {book}. Amounts in {currency}.", book=self.book.words, currency=self.currency),
            *(
                exchange_words(rate, decimal_text(significant(rate.rate, 8)), (rate.to, rate.from_))
                for rate in self.exchange
            ),
        ]
        return (*lines, self.budget_words(self.budget)) if self.budget is not None else tuple(lines)

    def budget_words(self, budget: Money) -> Said:
        """A budget, and whether it is kept."""
        over = self.over_budget
        return say(
            "Budget {budget:number}{whose}: {kept}.",
            budget=money_text(grouped(budget.amount), budget.currency),
            whose=say(" for {name}", name=self.alternative) if self.alternative else "",
            kept=say("over by {over:number}", over=shown_costs([over], self.currency)[0]) if over else say("kept"),
        )

    def tables(self) -> list[Table]:
        """The tables shown by default: by model, and by month where there are several."""
        by_model = self.table(("model",))
        return [by_model] if len(self.months) == 1 else [self.table(("month",))._replace(notes=()), by_model]

    def to_json(self, by: Sequence[str] = ()) -> dict[str, Any]:
        """As plain data: money as decimal strings, unrounded; the same inputs give the same bytes.

        Args:
            by: dimensions; with them, groups are added.
        """
        from costmodel.results.records import group_records

        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "estimate",
            "title": self.title,
            **({"alternative": self.alternative} if self.alternative else {}),
            "currency": self.currency,
            "period": {"start": str(self.months[0]), "months": len(self.months)},
            "total": decimal_text(self.total),
            "records": decimal_text(self.records),
            "cost_per_record": decimal_text(self.cost_per_record),
            "months": group_records(self.by("month"), ("month",)),
            "lines": self.to_records(),
            "price_book": self.book.to_json(),
            "scenario_sha256": self.scenario_sha256,
            "exchange_rates": [rate.to_json() for rate in self.exchange],
            "budget": str(self.budget) if self.budget else None,
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
            **({"groups": group_records(self.by(*by), by)} if by else {}),
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """The lines."""
        from costmodel.results.records import line_records

        return line_records(self.lines, self.meters, exact=exact)

    def __repr__(self) -> str:
        return (
            f"<Estimate {self.title!r}: {shown_costs([self.total], self.currency)[0]} {self.currency}, {self.period}>"
        )


def _key_text(dimension: str, value: str) -> str:
    """What a group is called; names of meters, and that of taxes and fees, are the program's own."""
    known = dimension == "meter" or value == AFTER
    return Said(value, labelled(value.replace("_", " ")).template) if known else value


def exchange_words(rate: ExchangeRate, shown: str, pair: tuple[str, str]) -> Said:
    """An exchange rate for reading: so many units of the first currency for one of the second."""
    template = "Exchange rate: {rate:number} {to} for one {of} on {day:day} ({source})."
    return say(template, rate=shown, to=pair[0], of=pair[1], day=rate.on, source=rate.source)


def shown_places(costs: Sequence[Fraction], currency: str) -> int:
    """Decimal places that show costs: the currency's, or more where even the largest would show as nothing."""
    largest, places = max((abs(cost) for cost in costs), default=Fraction(0)), places_of(currency)
    while largest and half_up(largest, places) < Fraction(1, 10) and places < 9:  # noqa: PLR2004 - a nano-unit is enough
        places += 1
    return places


def shown_costs(costs: Sequence[Fraction], currency: str) -> list[str]:
    """Costs rounded for display, so that they add up: the total half up, the rows by largest remainder."""
    places = shown_places([sum(costs, Fraction(0))], currency)
    return [grouped(cost, places) for cost in largest_remainder(costs, places)]


def unit_cost_text(cost: Fraction) -> str:
    """A unit cost in four significant digits, trailing zeros kept."""
    digits = policy().shown_record_cost_digits.value
    return grouped(cost, max(digits - magnitude(cost), 0)) if cost else ""


def count_text(count: Fraction) -> str:
    """A count for reading: small fractions of a forecast to one decimal, large ones as whole numbers."""
    if not count:
        return ""
    return grouped(count, 0 if count.denominator == 1 or count >= _SHOWN_WHOLE else 1)

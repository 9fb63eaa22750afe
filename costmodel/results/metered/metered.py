"""What metered usage cost: the bill of a log, what it leaves out, and everything needed to repeat and defend it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.model import did_you_mean
from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text
from costmodel.results.estimate import SCHEMA_VERSION, shown_costs
from costmodel.results.lines import DIMENSIONS, Group, Line, bill_lines, grouped_lines
from costmodel.results.metered.metered_groups import PricedCell, grouped_cells
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from costmodel.billing.bill import Entry
    from costmodel.billing.levies import LevyLine
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.prices.meters import Meters
    from costmodel.quantities import Month
    from costmodel.results.estimate import BookReference
    from costmodel.results.notice import Notice
    from costmodel.results.table import Table
    from costmodel.usage.cube import Cell, Cube

KIND = "metered_usage"


class Unpriced(NamedTuple):
    """Usage that has no price.

    Attributes:
        model: the offer, or the name as logged where none is known.
        why: why it has none, and what to do.
        rows: rows of the log.
        requests: requests.
        units: units by meter.
        months: the first month in which it was used, and the last; empty where that is not known.
    """

    model: str
    why: str
    rows: int
    requests: int
    units: Mapping[str, int]
    months: tuple[str, ...] = ()

    def used_in(self, month: str) -> bool:
        """Whether it may have been used in a month, such as 2026-11."""
        return not self.months or self.months[0] <= month <= self.months[-1]


class Counts(NamedTuple):
    """Where the rows of the log went: every one is counted, or left out for a reason.

    Attributes:
        read: rows of the log.
        left_out: bad rows by reason.
        unpriced: usage that has no price.
        beyond: whether they are of a whole log of which a result shows one month: a bad row has no month that is known.
    """

    read: int
    left_out: Mapping[str, int]
    unpriced: tuple[Unpriced, ...]
    beyond: bool = False

    @property
    def bad(self) -> int:
        """Bad rows."""
        return sum(self.left_out.values())

    @property
    def without_price(self) -> int:
        """Rows that have no price."""
        return sum(item.rows for item in self.unpriced)

    @property
    def priced(self) -> int:
        """Rows that are in the total."""
        return self.read - self.bad - self.without_price


@dataclass(frozen=True)
class Metered(Shown):
    """What metered usage cost.

    Attributes:
        currency: reporting currency of every cost.
        months: from the first month of the log to its last.
        priced: the usage that has a price, with it.
        billed: makes the bill of a cube.
        levies: lines after the bill: what is missing to minimum charges.
        counts: where the rows of the log went.
        book: the price book.
        exchange: exchange rates used.
        notices: warnings.
        meters: what can be counted.
        labels: names of the labels, the day among them where usage was cut by day.
    """

    currency: str
    months: tuple[Month, ...]
    priced: tuple[PricedCell, ...]
    billed: Callable[[Cube], tuple[Entry, ...]]
    levies: tuple[LevyLine, ...]
    counts: Counts
    book: BookReference
    exchange: tuple[ExchangeRate, ...]
    notices: tuple[Notice, ...]
    meters: Meters
    labels: tuple[str, ...] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The bill: each usage at one tariff with its charges; it ends where the last of it was made."""
        from costmodel.usage.cube import Cube

        ends: dict[tuple[object, ...], datetime] = {}
        for item in self.priced:
            key = (*_same_usage(item.cell), id(item.tariff))
            ends[key] = max(ends.get(key, item.until), item.until)
        found = self.billed(Cube(tuple(item.cell for item in self.priced)))
        return tuple(entry._replace(end=ends[*_same_usage(entry), id(entry.tariff)]) for entry in found)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every charge, then every line after the bill."""
        return bill_lines(self.entries, self.levies, 1)

    @cached_property
    def whole(self) -> Group:
        """Everything that has a price, together."""
        found = grouped_cells(self.priced, self.levies, ())
        zero = Fraction(0)
        return found[0] if found else Group((), zero, zero, {}, {}, zero, zero, zero)

    @property
    def total(self) -> Fraction:
        """Cost of everything that has a price, in the reporting currency."""
        return self.whole.cost

    @property
    def complete(self) -> bool:
        """Whether the total leaves nothing out."""
        return not self.counts.bad and not self.counts.without_price

    @property
    def period(self) -> str:
        """The months in words."""
        if not self.months:
            return "no usage"
        first, last = self.months[0], self.months[-1]
        return str(first) if first == last else f"{first} to {last}"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What usage can be grouped by."""
        return (*DIMENSIONS, *self.labels)

    def by(self, *dimensions: str) -> list[Group]:
        """Usage grouped by dimensions such as `month`, `model`, `meter`, or a label.

        Raises:
            CommandLineError: a dimension does not exist.
        """
        for name in dimensions:
            if name not in self.dimensions:
                raise _unknown_dimension(name, self.dimensions)
        if "meter" in dimensions:
            return grouped_lines(self.lines, dimensions) if self.lines else []
        return grouped_cells(self.priced, self.levies, dimensions)

    def table(self, by: Sequence[str] = ("model",)) -> Table:
        """The cost by dimensions, as a table that a person reads at once."""
        from costmodel.results.metered.metered_tables import cost_table

        return cost_table(self, by)

    def tables(self, by: Sequence[str] = ()) -> list[Table]:
        """The cost by dimensions, or by month and by model; then what has no price, and rows that are left out."""
        from costmodel.results.metered.metered_tables import all_tables

        return all_tables(self, by)

    def to_json(self, by: Sequence[str] = ()) -> dict[str, Any]:
        """As plain data: money as decimal strings, unrounded; the same inputs give the same bytes.

        Args:
            by: dimensions; with them, groups are added.
        """
        period = {"start": str(self.months[0]), "months": len(self.months)} if self.months else None
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": KIND,
            "currency": self.currency,
            "period": period,
            "total": decimal_text(self.total),
            "complete": self.complete,
            "requests": decimal_text(self.whole.requests),
            "units": {meter: decimal_text(units) for meter, units in self.whole.totals.items()},
            "usage": usage_record(self.counts),
            "months": self.group_records(("month",)),
            "lines": self.to_records(),
            "price_book": self.book.to_json(),
            "exchange_rates": [rate.to_json() for rate in self.exchange],
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
            **({"groups": self.group_records(by)} if by else {}),
        }

    def group_records(self, by: Sequence[str]) -> list[dict[str, Any]]:
        """Groups by dimensions as plain data."""
        from costmodel.results.records import group_records

        return group_records(self.by(*by), by)

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """The lines."""
        from costmodel.results.records import line_records

        return line_records(self.lines, self.meters, exact=exact)

    def __repr__(self) -> str:
        shown = shown_costs([self.total], self.currency)[0]
        return f"<Metered: {shown} {self.currency}, {self.period}{'' if self.complete else ', incomplete'}>"


def _same_usage(usage: Cell | Entry) -> tuple[object, ...]:
    """What a bill adds up in one entry, beside the tariff."""
    return usage.month, usage.labels, usage.model, usage.tier, usage.region, usage.band


def _unknown_dimension(name: str, there: Sequence[str]) -> CommandLineError:
    hint = did_you_mean(name, there, listed=False)
    return CommandLineError(
        f"there is no dimension '{name}'{hint} There are: {', '.join(there)}. "
        "A column of the log becomes one when the log is read with it, by --label (in Python labels=(…,)); the day by "
        "--by day (in Python by_day=True)"
    )


def usage_record(counts: Counts) -> dict[str, Any]:
    """Where the rows of the log went, as plain data."""
    return {
        "rows": counts.read,
        "priced": counts.priced,
        "left_out": dict(counts.left_out),
        "unpriced": [
            {
                "model": item.model,
                "reason": item.why,
                "rows": item.rows,
                "requests": item.requests,
                "units": dict(item.units),
            }
            for item in counts.unpriced
        ],
    }

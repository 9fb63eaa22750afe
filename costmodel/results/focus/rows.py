"""A bill as rows of the FinOps Open Cost and Usage Specification (FOCUS) 1.2, which cost tools and warehouses read."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.files import write_whole
from costmodel.quantities import decimal_text, grouped, largest_remainder, significant
from costmodel.results.estimate import SCHEMA_VERSION
from costmodel.results.focus.charges import Charges
from costmodel.results.focus.files import csv_text, parquet_bytes, text
from costmodel.results.focus.levies import Bills, levy_rows, minimum_row
from costmodel.results.focus.origin import Origin
from costmodel.results.focus.row import COLUMNS, FOCUS_VERSION, PLACES, number
from costmodel.results.notice import notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from costmodel.billing.bill import Entry
    from costmodel.billing.levies import LevyLine
    from costmodel.quantities import Month
    from costmodel.results.estimate import Estimate
    from costmodel.results.focus.row import Row
    from costmodel.results.metered.metered import Metered
    from costmodel.results.notice import Notice

_SHOWN_PLACES = 2
_COST = "BilledCost"


class Sum(NamedTuple):
    """What the rows of one provider, category and billing currency come to."""

    rows: int = 0
    list_cost: int = 0
    billed_cost: int = 0

    def plus(self, row: Row) -> Sum:
        """With one more row."""
        return Sum(self.rows + 1, self.list_cost + row.ListCost, self.billed_cost + row.BilledCost)


@dataclass(frozen=True)
class Focus(Shown):
    """A bill as FOCUS rows; they are made anew each time they are asked for, so that many take no memory.

    Attributes:
        origin: what the rows are made from.
        entries, levies: the bill, and the lines after it.
        notices: warnings of the result.
    """

    origin: Origin
    entries: tuple[Entry, ...]
    levies: tuple[LevyLine, ...]
    notices: tuple[Notice, ...] = ()

    @classmethod
    def of(cls, estimate: Estimate, accounts: Mapping[str, str] | None = None) -> Focus:
        """The rows of a forecast.

        Args:
            estimate: what a scenario costs.
            accounts: billing account by provider; under the empty name, that of all others.
        """
        origin = Origin(
            "scenario",
            " · ".join(filter(None, (estimate.title, estimate.alternative))),
            estimate.scenario_sha256,
            estimate.currency,
            estimate.book,
            estimate.meters,
            accounts or {},
        )
        return cls(origin, estimate.entries, estimate.levies, estimate.notices)

    @classmethod
    def of_log(cls, metered: Metered, kind: str, sha256: str, accounts: Mapping[str, str] | None = None) -> Focus:
        """The rows of a priced usage log: of each day where days are told apart, else of each month.

        Args:
            metered: the priced log.
            kind: `usage log`, or `usage cube` where a kept cube was priced.
            sha256: hash of its files.
            accounts: billing account by provider; under the empty name, that of all others.
        """
        origin = Origin(kind, None, sha256, metered.currency, metered.book, metered.meters, accounts or {})
        return cls(origin, metered.entries, metered.levies, metered.notices)

    def rows(self) -> Iterator[Row]:
        """Every charge, then every minimum charge, tax and fee.

        Raises:
            UsageError: a number is too large for its column.
        """
        bills, charges = Bills(), Charges(self.origin)
        for entry in self.entries:
            for row in charges.rows(entry):
                bills.add(entry.month, row)
                yield row
        for line in self.levies:
            if line.entry is not None:
                row = minimum_row(self.origin, line)
                bills.add(line.month, row)
                yield row
            else:
                yield from levy_rows(self.origin, line, self._monthly.get(line.month, Fraction(0)), bills)

    @cached_property
    def _monthly(self) -> dict[Month, Fraction]:
        """The bill of each month, minimum charges included, in the reporting currency."""
        found: dict[Month, Fraction] = {}
        minimums = (line for line in self.levies if line.entry is not None)
        for entry in self.entries:
            found[entry.month] = found.get(entry.month, Fraction(0)) + entry.cost
        for line in minimums:
            found[line.month] = found.get(line.month, Fraction(0)) + line.cost
        return found

    @cached_property
    def total(self) -> Fraction:
        """The exact total of the result, in its currency."""
        entries = sum((entry.cost for entry in self.entries), Fraction(0))
        return sum((line.cost for line in self.levies), entries)

    @cached_property
    def sums(self) -> dict[tuple[str, str, str], Sum]:
        """Rows and costs by provider, charge category and billing currency."""
        found: dict[tuple[str, str, str], Sum] = {}
        for row in self.rows():
            key = (row.ProviderName, row.ChargeCategory, row.BillingCurrency)
            found[key] = found.get(key, Sum()).plus(row)
        return found

    def table(self) -> Table:
        """What the rows come to, by provider and charge category."""
        numbers = (Column(name, numeric=True) for name in ("rows", "list cost", "billed cost"))
        columns = (Column("provider"), Column("category"), *numbers, Column("currency"))
        listed, billed = self._shown("list_cost"), self._shown("billed_cost")
        rows = tuple(
            (key[0], key[1], grouped(item.rows), listed[key], billed[key], key[2]) for key, item in self.sums.items()
        )
        return Table(f"{self._title}: FOCUS {FOCUS_VERSION} rows", columns, rows, (), self.notes)

    def _shown(self, column: str) -> dict[tuple[str, str, str], str]:
        """The sums of a column, shown so that those of one currency add up."""
        found: dict[tuple[str, str, str], str] = {}
        for currency in dict.fromkeys(key[2] for key in self.sums):
            keys = [key for key in self.sums if key[2] == currency]
            costs = [number(_COST, getattr(self.sums[key], column)) for key in keys]
            shown = largest_remainder(costs, _SHOWN_PLACES)
            found |= {key: grouped(cost, _SHOWN_PLACES) for key, cost in zip(keys, shown, strict=True)}
        return found

    @property
    def _title(self) -> str:
        return self.origin.name or self.origin.kind.capitalize()

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the table: price book, how far the rows are rounded, warnings."""
        return (f"Prices: {self.origin.book}.", self._rounding, *notice_lines(self.notices))

    @property
    def _rounding(self) -> str:
        """How far the rows are from the exact total, in the billing currency of each."""
        rows = number(_COST, sum(item.billed_cost for item in self.sums.values()))
        currencies = {currency for _, _, currency in self.sums}
        if currencies - {self.origin.currency}:
            return f"Costs are in the billing currency; x_ReportedCost has them in {self.origin.currency}."
        if rows == self.total:
            return "The rows add up to the exact total."
        off = decimal_text(significant(abs(rows - self.total), 2))
        return (
            f"The rows add up to the exact total but for {off} {self.origin.currency}: prices and quantities have 12 "
            "decimals (x_PriceNote says where they are rounded)."
        )

    def tables(self) -> list[Table]:
        """What the rows come to."""
        return [self.table()]

    def to_json(self) -> dict[str, Any]:
        """As plain data: numbers as decimal strings, nulls left out; the same inputs give the same bytes."""
        lines = [{name: value for name, value in row.items() if value is not None} for row in self.to_records()]
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "focus",
            "focus_version": FOCUS_VERSION,
            "currency": self.origin.currency,
            "total": decimal_text(self.total),
            "lines": lines,
            "price_book": self.origin.book.to_json(),
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """Every row by column; None is null."""
        read = _exact if exact else text
        return [{name: read(name, getattr(row, name)) for name in COLUMNS} for row in self.rows()]

    def to_csv(self, path: str | Path | None = None) -> str:
        """The rows as a FOCUS file in CSV, and written to a file if one is named, whole or not at all.

        It has no byte-order mark, which most programs that read such files would take for a part of the first column.
        """
        found = csv_text(self.rows())
        if path is not None:
            write_whole(path, found)
        return found

    def to_parquet(self, path: str | Path) -> None:
        """The rows as a FOCUS file in Parquet, written whole or not at all."""
        write_whole(path, parquet_bytes(self.rows()))

    def __repr__(self) -> str:
        return f"<Focus {self._title!r}: {sum(item.rows for item in self.sums.values())} rows>"


def _exact(column: str, value: Any) -> Any:
    return number(column, value) if column in PLACES and value is not None else value

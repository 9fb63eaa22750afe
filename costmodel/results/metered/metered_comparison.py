"""The same metered usage under several price books, side by side: never added up."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.equations.charges import share_of_total
from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text, grouped, half_up, largest_remainder
from costmodel.results.adding_up import ROUNDED
from costmodel.results.estimate import SCHEMA_VERSION, count_text, shown_places
from costmodel.results.lines import keys_in_order
from costmodel.results.metered.metered import KIND
from costmodel.results.metered.metered_tables import left_out_tables, row_names, unpriced_tables
from costmodel.results.notice import joined, notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.results.lines import Group
    from costmodel.results.metered.metered import Counts, Metered

_HUNDRED = 100


@dataclass(frozen=True)
class MeteredComparison(Shown):
    """One log under several price books.

    Attributes:
        results: in the order in which the books were named.
    """

    results: tuple[Metered, ...]

    def __post_init__(self) -> None:
        currencies = sorted({result.currency for result in self.results})
        if len(currencies) > 1:
            raise CommandLineError(
                f"the price books bill in {' and '.join(currencies)}: say with --currency in which to report, and with "
                "--fx-as-of of which day the exchange rate is"
            )

    @property
    def currency(self) -> str:
        """The common currency."""
        return self.results[0].currency

    @property
    def counts(self) -> Counts:
        """Where the rows went; without a price is what has none under some book."""
        found = {(item.model, item.why): item for result in self.results for item in result.counts.unpriced}
        return self.results[0].counts._replace(unpriced=tuple(found.values()))

    def name_of(self, result: Metered) -> str:
        """What a result is called: the version of its price book."""
        return result.book.version

    def tables(self, by: Sequence[str] = ()) -> list[Table]:
        """The costs side by side, then what has no price under some book, and what was left out."""
        found = [self.table(by or ("model",))]
        for result in self.results:
            found += [
                table._replace(title=f"{table.title}: price book {self.name_of(result)}")
                for table in unpriced_tables(result)
            ]
        return [*found, *left_out_tables(self.counts)]

    def table(self, by: Sequence[str]) -> Table:
        """The cost of each group under each price book."""
        groups = [{group.key: group for group in result.by(*by)} for result in self.results]
        keys = keys_in_order(dict.fromkeys(key for found in groups for key in found), by)
        columns = (
            *(Column(name) for name in by),
            Column("requests", numeric=True),
            *(Column(f"{self.name_of(result)} {self.currency}", numeric=True) for result in self.results),
            Column("change", numeric=True),
            Column("change %", numeric=True),
        )
        shown = [self._shown(found, keys) for found in groups]
        rows = tuple((*row_names(key, by), *self._row(key, index, groups, shown)) for index, key in enumerate(keys))
        totals = (
            "total" if all(result.complete for result in self.results) else "total, incomplete",
            *[""] * (len(by) - 1),
            "",
            *(grouped(result.total, self._places) for result in self.results),
            *_change(self.results[0].total, self.results[-1].total, self._places),
        )
        title = (
            f"Metered usage under {len(self.results)} price books: cost by {', '.join(by)}, {self.results[0].period}"
        )
        own = [
            grouped(found[key].cost, self._places) if key in found else "no price" for found in groups for key in keys
        ]
        rounded = () if own == [text for column in shown for text in column] else (ROUNDED,)
        return Table(title, columns, rows, totals, (*rounded, *self.notes))

    @property
    def _places(self) -> int:
        return shown_places([result.total for result in self.results], self.currency)

    def _shown(self, found: dict[tuple[str, ...], Group], keys: Sequence[tuple[str, ...]]) -> list[str]:
        costs = [found[key].cost if key in found else Fraction(0) for key in keys]
        rounded = largest_remainder(costs, self._places)
        return [
            grouped(cost, self._places) if key in found else "no price" for key, cost in zip(keys, rounded, strict=True)
        ]

    def _row(
        self,
        key: tuple[str, ...],
        index: int,
        groups: Sequence[dict[tuple[str, ...], Group]],
        shown: Sequence[Sequence[str]],
    ) -> tuple[str, ...]:
        there = [found[key] for found in groups if key in found]
        first, last = groups[0].get(key), groups[-1].get(key)
        change = _change(first.cost, last.cost, self._places) if first and last else ("", "")
        requests = count_text(max(group.requests for group in there))
        return (requests, *(column[index] for column in shown), *change)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the table."""
        books = [f"Prices: {result.book}. Amounts in {result.currency}." for result in self.results]
        return (*books, *notice_lines(joined(notice for result in self.results for notice in result.notices)))

    def to_json(self, by: Sequence[str] = ()) -> dict[str, Any]:
        """As plain data. The books are not added up: `total` is null, `totals` has each."""
        whole = [result.to_json() for result in self.results]
        notices = joined(notice for result in self.results for notice in result.notices)
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": f"{KIND}_comparison",
            "currency": self.currency,
            "total": None,
            "totals": {self.name_of(result): decimal_text(result.total) for result in self.results},
            "lines": self.to_records(),
            "price_book": self.results[0].book.to_json(),
            "results": [{key: value for key, value in record.items() if key != "lines"} for record in whole],
            "warnings": [{"code": notice.code, "text": notice.text} for notice in notices],
            **({"groups": self.group_records(by)} if by else {}),
        }

    def group_records(self, by: Sequence[str]) -> list[dict[str, Any]]:
        """Groups under each book, as plain data."""
        return [
            {"prices": self.name_of(result), **record} for result in self.results for record in result.group_records(by)
        ]

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """The lines under each book."""
        return [
            {"prices": self.name_of(result), **record}
            for result in self.results
            for record in result.to_records(exact=exact)
        ]

    def __repr__(self) -> str:
        return f"<MeteredComparison of {len(self.results)} price books>"


def _change(first: Fraction, last: Fraction, places: int) -> tuple[str, str]:
    """From the first book to the last: in money, and in percent of the first."""
    change = half_up(last, places) - half_up(first, places)
    percent = f"{decimal_text(share_of_total(last - first, first) * _HUNDRED, 1)} %" if first else ""
    return grouped(change, places), percent

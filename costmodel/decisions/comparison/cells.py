"""Cells of a usage that several offers share: cut anew where an offer's price changes, added up where it does not."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.runtimes.operations import known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from fractions import Fraction

    from costmodel.prices.card import RateCard
    from costmodel.prices.hours import Hours
    from costmodel.usage.cube import Cell, Cut


class Uncut:
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


class Changes(NamedTuple):
    """When a price may change between two instants: at which rows begin or end, and with which windows of the day.

    Two offers of the same changes are cut in the same way.
    """

    edges: tuple[datetime, ...]
    windows: tuple[Hours, ...]


def changes_of(card: RateCard, begin: datetime, end: datetime) -> Changes:
    """The changes of an offer's list price between two instants."""
    ends = [row.valid.from_ for row in card.rows[1:]]
    spans = [(row.valid.from_, row.valid.until or after, row) for row, after in zip_longest(card.rows, ends)]
    there = [(first, last, row) for first, last, row in spans if first < end and (last is None or last > begin)]
    edges = {edge for first, last, _ in there for edge in (first, last) if edge is not None and begin < edge < end}
    rates = [rate.when for *_, row in there for rate in row.rates or ()]
    stated = [*rates, *(item.when for *_, row in there for item in row.adjustments)]
    windows = dict.fromkeys(when.hours for when in stated if when is not None and when.hours is not None)
    return Changes(tuple(sorted(edges)), tuple(windows))


def is_below(size: Any, limit: Fraction) -> bool:
    """Whether a size is known, and below a limit."""
    return known(size) and bool(size < limit)


def part_of(cell: Cell, start: datetime, share: Any) -> Cell:
    """A share of a cell, standing at the first of its times."""
    return cell._replace(
        start=start,
        records=cell.records * share,
        requests=cell.requests * share,
        totals={meter: units * share for meter, units in cell.totals.items()},
        shaped={measure: units * share for measure, units in cell.shaped.items()},
    )


def summed(cells: Sequence[Cell]) -> Cell:
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

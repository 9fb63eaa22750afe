"""From summed rows of a fine cube to cells; what many cells share is made once."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.prices.meters import REQUEST
from costmodel.quantities import Month
from costmodel.usage.cube import Band, Cell
from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, instant_of, microseconds, scale
from costmodel.usage.logs.cube.query import UNDECIDED
from costmodel.usage.logs.shapes.columns import shown
from costmodel.usage.logs.shapes.families import meter_ranks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from costmodel.prices.card import RateCard
    from costmodel.prices.tariff import Measure
    from costmodel.quantities import Number
    from costmodel.usage.cube import Cut
    from costmodel.usage.logs.cube.fine import Facts
    from costmodel.usage.logs.cube.spans import Span

DAY = "day"
"""The label of the day, where usage is grouped by day."""


class Usage(NamedTuple):
    """Usage that one price holds for, or that none does.

    Attributes:
        cell: the usage; where no offer is known, its model is the name that was logged.
        rows: rows of the log.
        until: the end of the last time that it was made in; the cell's own span is the first of these times.
        unpriced: why it has no price; empty where it may have one.
    """

    cell: Cell
    rows: int
    until: datetime
    unpriced: str = ""


class _Frame(NamedTuple):
    """What all cells of one span and band have in common.

    Attributes:
        band: of request sizes.
        measures: of its card, with their column and scale; no column where the log has no such meter.
        depends: whether the price depends on the size of each request.
    """

    band: Band
    measures: tuple[tuple[Measure, int | None, int], ...]
    depends: bool


_UNSHAPED: Mapping[Measure, Number] = MappingProxyType({})


class CellMaker:
    """Makes cells of rows.

    Args:
        facts: of the cube.
        by_day: whether days are told apart.
    """

    def __init__(self, facts: Facts, *, by_day: bool) -> None:
        self._meters, self._labels, self._by_day = facts.meters, facts.labels, by_day
        known = meter_ranks()
        self._ordered = sorted(enumerate(self._meters, 2), key=lambda item: (known.get(item[1], len(known)), item[1]))
        self._measures = {measure: index for index, measure in enumerate(facts.cuts.measures)}
        self._names = 3 + 2 + len(facts.labels)  # span, own band, used, tier, region, labels; then the sums
        self._frames: dict[tuple[int, int], _Frame] = {}  # cells of one frame share one band, the same object
        self._shown = cache(shown)
        self._label_pairs = cache(self._pairs)
        self._shaped_measures = cache(lambda card: card.shaped_measures())

    def usage(self, row: Sequence[Any], span: Span, card: RateCard) -> Usage:
        """One cell.

        Args:
            row: number of the span, band of the card, meters used, tier, region, labels, then sums in the order of
                `Layout.sums`.
            span: the time it lies in.
            card: its rate card.
        """
        number, own, names, sums = row[0], row[1], row[3 : self._names], row[self._names :]
        frame = self._frames.get((number, own))
        if frame is None:
            frame = self._frames[number, own] = self._frame(own, card)
        totals = self._totals(sums)
        cell = Cell(
            span.month,
            "",
            "",
            self._label_pairs(names[2:], span.day),
            card.name,
            self._shown(names[0]),
            self._shown(names[1]),
            span.start,
            span.end,
            frame.band,
            sums[1],
            sums[1],
            totals,
            self._shaped(frame, sums[2 + len(self._meters) :]) if frame.measures else _UNSHAPED,
        )
        if own != UNDECIDED:
            return Usage(cell, sums[0], span.until)
        depends = frame.depends or any(totals.get(measure.meter) for measure, _, _ in frame.measures)
        return Usage(cell, sums[0], span.until, _UNDECIDED if depends else "")

    def _shaped(self, frame: _Frame, measured: Sequence[int]) -> Mapping[Measure, Number]:
        return {
            measure: Fraction(0 if column is None else measured[column], times)
            for measure, column, times in frame.measures
        }

    def unknown(self, model: str, times: tuple[datetime, datetime], sums: Sequence[Any], why: str) -> Usage:
        """Usage of a model that has no offer.

        Args:
            model: as logged.
            times: the start of its first half-hour, and the end of its last.
            sums: in the order of `Layout.sums`.
            why: why there is no offer.
        """
        start, until = times
        end = instant_of(microseconds(start) + HALF_HOUR_US)
        month, requests = Month(start.year, start.month), sums[1]
        totals = self._totals(sums)
        cell = Cell(month, "", "", (), shown(model), "", "", start, end, Band(), requests, requests, totals)
        return Usage(cell, sums[0], until, why)

    def _frame(self, own: int, card: RateCard) -> _Frame:
        cuts = card.size_cuts()
        measures = tuple(
            (measure, self._measures.get(measure), scale(measure.shape) if measure.shape else 1)
            for measure in sorted(self._shaped_measures(card), key=str)
        )
        return _Frame(Band() if own == UNDECIDED else _band(cuts, own), measures, bool(cuts))

    def _totals(self, sums: Sequence[Any]) -> Mapping[str, int]:
        """Units by meter, of those of which there are any, in one order whatever was read first; and requests."""
        found = {meter: sums[column] for column, meter in self._ordered if sums[column]}
        found[REQUEST] = sums[1]
        return found

    def _pairs(self, values: tuple[str, ...], day: str) -> tuple[tuple[str, str], ...]:
        found = dict(zip(self._labels, map(shown, values), strict=True))
        found |= {DAY: day} if self._by_day else {}
        return tuple(sorted(found.items()))


def _band(cuts: Sequence[Cut], own: int) -> Band:
    return Band(cuts[own - 1] if own else None, cuts[own] if own < len(cuts) else None)


_UNDECIDED = (
    "the log adds up several requests in one row, so the size of each is not known, and the price depends on it: "
    "export one row for each request"
)

# ruff: noqa: S608 - made of names quoted by `layout` and numbers
"""From a fine cube to the cells that a price book prices: few, each in one month (or day) at one price.

The rows of a month in which the same price rows are in force and the same daily windows are open are one cell, whatever
hours they lie in; its span is the first of those times. Models as logged find their offer by name or alias.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING

from costmodel.errors import CommandLineError, CostmodelError, NoPriceError
from costmodel.quantities import Month
from costmodel.usage.logs.cube.cell_maker import CellMaker
from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, instant_of, threshold, uncovered
from costmodel.usage.logs.cube.query import UNDECIDED
from costmodel.usage.logs.cube.spans import spans_of
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.shapes.layout import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    import duckdb

    from costmodel.prices.card import RateCard
    from costmodel.usage.cube import Cut
    from costmodel.usage.logs.cube.cell_maker import Usage
    from costmodel.usage.logs.cube.fine import FineCube
    from costmodel.usage.logs.cube.spans import Span

_TWO_TO_63 = 2**63


def slices(
    cube: FineCube, offers: Callable[[Sequence[str]], Mapping[str, RateCard | str]], *, by_day: bool = False
) -> tuple[Usage, ...]:
    """The cells of a fine cube, in order of months and models.

    Args:
        cube: the fine cube.
        offers: the rate card of each model as logged, or why it has none; the models come with the most used first.
        by_day: a cell for each day, which is its label `day`.

    Raises:
        NoPriceError: the book asks for a cut that the cube does not have.
        CommandLineError: a cube that is counted by month was asked for days.
    """
    if by_day and cube.facts.grain == "month":
        raise CommandLineError(
            "this usage cube is counted by month, so it has no days: make it again from the log with --by day"
        )
    with plain_errors(str(cube.file)), connection() as connected:
        connected.execute(f"CREATE TEMP VIEW fine AS {cube.relation}")
        return _Slicing(cube, connected, by_day=by_day).usage(offers)


class _Slicing:
    def __init__(self, cube: FineCube, connected: duckdb.DuckDBPyConnection, *, by_day: bool) -> None:
        self._facts, self._layout, self._cuts = cube.facts, cube.facts.layout, cube.facts.cuts
        self._sql, self._by_day = connected, by_day

    def usage(self, offers: Callable[[Sequence[str]], Mapping[str, RateCard | str]]) -> tuple[Usage, ...]:
        logged = "SELECT model FROM fine GROUP BY model ORDER BY SUM(requests) DESC, model"
        known = offers([row[0] for row in self._sql.execute(logged).fetchall()])
        cards = {found.name: found for found in known.values() if not isinstance(found, str)}
        whole = self._span()
        for card in cards.values():
            self._require_cut(card, whole)
        order = sorted(cards)
        spans = self._spans([cards[name] for name in order], _whole(whole, by_day=self._by_day))
        self._place(known, [cards[name] for name in order])
        found = (*self._priced([cards[name] for name in order], spans), *self._unknown(known))
        self._check(found)
        return found

    def _span(self) -> tuple[datetime, datetime]:
        row = self._sql.execute("SELECT MIN(bucket), MAX(bucket) FROM fine").fetchone()
        first, last = row if row and row[0] is not None else (0, 0)
        return instant_of(first * HALF_HOUR_US), instant_of((last + 1) * HALF_HOUR_US)

    def _require_cut(self, card: RateCard, whole: tuple[datetime, datetime]) -> None:
        missing = uncovered(self._cuts, self._facts.grain, card, whole, self._facts.meters)
        if missing:
            raise NoPriceError(
                f"The price of '{card.name}' depends on {missing}, and this usage cube is not cut there. "
                "Price the log itself with this price book, which makes a cube that is."
            )

    def _spans(self, cards: Sequence[RateCard], whole: tuple[datetime, datetime]) -> Sequence[Span]:
        """The spans of all cards; when each of them begins stands in the table `spans`."""
        found = spans_of(cards, whole, by_day=self._by_day)
        self._table("spans", ("card", "instant", "span"), found.starts)
        return found.spans

    def _place(self, known: Mapping[str, RateCard | str], cards: Sequence[RateCard]) -> None:
        """Which card each logged model has, and which band of the card each band of the cube lies in."""
        numbers = {card.name: number for number, card in enumerate(cards)}
        offered = {name: numbers[found.name] for name, found in known.items() if not isinstance(found, str)}
        self._sql.execute(
            "CREATE TEMP TABLE names AS SELECT unnest(?::VARCHAR[]) AS model, unnest(?::BIGINT[]) AS card",
            [list(offered), list(offered.values())],
        )
        bands = [
            (number, band, own)
            for number, card in enumerate(cards)
            for band, own in _own_bands(self._cuts.sizes, card.size_cuts())
        ]
        self._table("bands", ("card", "band", "own"), bands)

    def _table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[int]]) -> None:
        self._sql.execute(f"CREATE TEMP TABLE {name} ({', '.join(f'{column} BIGINT' for column in columns)})")
        if rows:
            values = ", ".join("unnest(?::BIGINT[])" for _ in columns)
            self._sql.execute(f"INSERT INTO {name} SELECT {values}", [list(part) for part in zip(*rows, strict=True)])

    def _sums(self) -> str:
        """The sums, in 64 bits where they all fit, which are fetched in a third of the time."""
        names = [quoted(name) for name in self._layout.sums]
        totals = self._sql.execute(f"SELECT {', '.join(f'SUM({name})' for name in names)} FROM fine").fetchone() or ()
        kind = "BIGINT" if all((total or 0) < _TWO_TO_63 for total in totals) else "HUGEINT"
        return ", ".join(f"CAST(SUM({name}) AS {kind})" for name in names)

    def _priced(self, cards: Sequence[RateCard], spans: Sequence[Span]) -> Iterator[Usage]:
        names = ", ".join(self._layout.names[1:])
        rows = self._sql.execute(
            "WITH named AS (SELECT fine.*, names.card, "
            f"CAST(fine.bucket AS BIGINT) * {HALF_HOUR_US} + fine.piece AS instant "
            "FROM fine JOIN names ON names.model = fine.model), "
            "placed AS (SELECT named.*, spans.span FROM named "
            "ASOF JOIN spans ON spans.card = named.card AND named.instant >= spans.instant) "
            f"SELECT span, bands.own, used, {names}, {self._sums()} FROM placed "
            "JOIN bands ON bands.card = placed.card AND bands.band = placed.band "
            f"GROUP BY span, bands.own, used, {names} ORDER BY span, {names}, bands.own, used"
        ).fetchall()
        make = CellMaker(self._facts, by_day=self._by_day)
        for row in rows:
            span = spans[row[0]]
            yield make.usage(row, span, cards[span.card])

    def _unknown(self, known: Mapping[str, RateCard | str]) -> Iterator[Usage]:
        """Usage of models that have no offer, by model."""
        sums = ", ".join(f"CAST(SUM({quoted(name)}) AS HUGEINT)" for name in self._layout.sums)
        rows = self._sql.execute(
            f"SELECT model, MIN(bucket), MAX(bucket), {sums} FROM fine ANTI JOIN names ON names.model = fine.model "
            "GROUP BY model ORDER BY SUM(requests) DESC, model"
        ).fetchall()
        make = CellMaker(self._facts, by_day=False)
        for model, first, last, *found in rows:
            times = instant_of(first * HALF_HOUR_US), instant_of((last + 1) * HALF_HOUR_US)
            yield make.unknown(model, times, found, str(known[model]))

    def _check(self, found: Sequence[Usage]) -> None:
        counted, sliced = self._facts.rows_counted, sum(usage.rows for usage in found)
        if counted != sliced:
            raise CostmodelError(
                f"the cube has {counted:,} rows of the log, and {sliced:,} are in its cells: "
                "this is a fault of costmodel, and nothing was priced. Please report it."
            )


def _whole(whole: tuple[datetime, datetime], *, by_day: bool) -> tuple[datetime, datetime]:
    """The same with whole months, or days where they are told apart: a cell stands for all of its time.

    How fine the cube is counted does not matter: the same log gives the same times with and without labels.
    """
    begin, end = (at.replace(hour=0, minute=0, second=0, microsecond=0) for at in whole)
    end += timedelta(days=end < whole[1])
    if by_day:
        return begin, end
    return begin.replace(day=1), Month(end.year, end.month).later(end.day > 1).start


def _own_bands(sizes: Sequence[int], cuts: Sequence[Cut]) -> Iterator[tuple[int, int]]:
    """Each band of the cube, and the band of a card's own cuts that it lies in."""
    own = [threshold(cut) for cut in cuts]
    for band, smallest in enumerate([0, *(size + 1 for size in sizes)]):
        yield band, bisect_right(own, smallest - 1)
    yield UNDECIDED, UNDECIDED

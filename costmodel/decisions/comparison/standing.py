"""One offer beside others: list prices, terms, how well its price is known, and why it is not eligible."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.comparison.filters import term_of, term_value
from costmodel.errors import NoPriceError
from costmodel.prices.policy import policy
from costmodel.prices.schema import STANDARD, Terms
from costmodel.results.notices import is_stale
from costmodel.results.providers.provider_comparison import PRICES_SHOWN, Fact, PriceState, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from fractions import Fraction

    from costmodel.decisions.comparison.alone import Alone, Bench
    from costmodel.decisions.comparison.filters import Filters
    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.prices.tariff import PriceLine, PriceSheet

_MILLION = 1_000_000
_WEEK = timedelta(days=7)  # prices by the hour may differ by weekday too
_QUOTED, _CONTRACTED, _LIST = "quoted", "contracted", "list"
_DOUBTS = ("factor", "unknown", "other")  # of token counts; see `usage.sizes`


class ListPrice(NamedTuple):
    """A list price of a meter.

    Attributes:
        line: the price.
        sheet: the price sheet that it stands in.
    """

    line: PriceLine
    sheet: PriceSheet

    @property
    def million(self) -> Fraction:
        """For 1,000,000 units, in the list currency."""
        return self.line.unit_price * _MILLION


def standing(item: Alone, bench: Bench, filters: Filters) -> Standing:
    """An offer as it stands beside others."""
    card = item.card
    state, prices = _price_state(item, bench.book), list_prices(item, bench)
    counted = {doubt.kind for doubt in item.bill.doubts}
    highest = {meter: found[-1].million for meter, found in prices.items()}
    lowest = {meter: found[0].million for meter, found in prices.items()}
    large = too_large(card, item.largest)
    return Standing(
        name=card.name,
        total=item.total,
        list_prices=highest,
        lowest_prices={meter: price for meter, price in lowest.items() if price != highest[meter]},
        list_currency=card.currency,
        context_window=card.offer.context_window,
        terms={name: _fact(card, name, quoted=state.kind == _QUOTED) for name in Terms.model_fields},
        price=state,
        list_read=_list_read(state, prices),
        reasons=(*large, *filters.reasons(card)),
        too_large=large,
        token_counts=next((kind for kind in _DOUBTS if kind in counted), ""),
    )


def _fact(card: RateCard, name: str, *, quoted: bool) -> Fact:
    term = term_of(card, name)
    if term is None:
        return Fact(None, None)
    return Fact(term_value(card, name), term.retrieved, term.note or "", term.url or term.title or "", quoted=quoted)


def limits_of(card: RateCard) -> tuple[int | None, int | None]:
    """Most tokens of a request with its answer, and of an answer, that an offer takes; None where not known."""
    return card.offer.context_window, card.offer.max_output


def too_large(card: RateCard, largest: tuple[Fraction, Fraction]) -> tuple[str, ...]:
    """That a request is larger than the model takes, or its answer than it gives, by what the price book knows."""
    (whole, out), (window, most) = largest, limits_of(card)
    found = []
    if window is not None and whole > window:
        found.append(f"a request of {int(whole):,} tokens is more than its context window of {window:,}")
    if most is not None and out > most:
        found.append(f"an answer of {int(out):,} tokens is more than it gives at most, {most:,}")
    return tuple(found)


def list_prices(item: Alone, bench: Bench) -> dict[str, list[ListPrice]]:
    """List prices of tokens, in order: one each, or the lowest and the highest where they depend on the hour.

    They are those of the row in force when the horizon begins, at the standard tier, for the smallest requests; by the
    hour, those of the first week.
    """
    found: dict[str, list[ListPrice]] = {}
    for sheet in _list_sheets(item, bench):
        for line in sheet.lines:
            if line.measure.meter in PRICES_SHOWN and not any(
                known.sheet is sheet for known in found.get(line.measure.meter, [])
            ):
                found.setdefault(line.measure.meter, []).append(ListPrice(line, sheet))
    return {meter: sorted(found[meter], key=lambda price: price.million) for meter in PRICES_SHOWN if meter in found}


def _list_sheets(item: Alone, bench: Bench) -> Iterator[PriceSheet]:
    """The price sheets of the first instant, and of the other hours of the first week under the same row."""
    card, start = item.card, bench.months[0].start
    first = next(entry for entry in item.bill.entries if entry.factors is not None)

    def sheet(at: datetime) -> PriceSheet | None:
        try:
            return card.tariff(at, first.band.inside, STANDARD, first.region).listed
        except NoPriceError:
            return None

    listed = sheet(start)
    if listed is None:
        return
    yield listed
    if card.depends_on_hours(start, start + _WEEK):
        others = (sheet(at) for at in card.time_cuts(start, start + _WEEK))
        yield from (other for other in others if other is not None and other.row is listed.row)


def _list_read(state: PriceState, prices: Mapping[str, list[ListPrice]]) -> date | None:
    """When the list prices were read that stand beside those of a contract; None where none do."""
    sources = [price.sheet.row.source for found in prices.values() for price in found]
    days = [source.retrieved for source in sources if source.kind != _CONTRACTED]
    return min(days) if state.kind == _CONTRACTED and days else None


def _price_state(item: Alone, book: PriceBook) -> PriceState:
    rows = [row for entry in item.bill.entries if entry.factors is not None for row in entry.tariff.rows]
    limit, day = policy().stale_after_days.value, book.date or max((row.recorded for row in rows), default=date.min)
    kinds = [row.source.kind for row in rows]
    kind = next(kind for kind in (_QUOTED, _CONTRACTED, _LIST) if kind in kinds)
    stale = any(row.source.kind != _CONTRACTED and is_stale(row, day, limit) for row in rows)
    return PriceState(kind, min(row.source.retrieved for row in rows), stale)

"""How the list prices of a model moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.prices.tariff import price_lines
from costmodel.quantities import decimal_text, grouped
from costmodel.reports.charts import labels, scale
from costmodel.reports.charts.around import ABOVE_AND_BELOW, spots
from costmodel.reports.charts.page import BEHIND, Heading, Room, book_text, drawn, page, put
from costmodel.reports.charts.style import look
from costmodel.reports.charts.words import SMALL
from costmodel.results.estimate import BookReference
from costmodel.results.providers.provider_comparison import PRICES_SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.prices.meters import Meters
    from costmodel.prices.schema import PriceRow

_TALL = 3.2  # inches
_ABOVE = 1.15  # of the highest price: where the axis ends
_OPEN = timedelta(days=30)  # what is drawn of a price that begins on the last day


class _Span(NamedTuple):
    """A price of one meter while it holds."""

    begin: float
    end: float
    price: Fraction


class _Series(NamedTuple):
    """The prices of one meter, oldest first."""

    meter: str
    spans: tuple[_Span, ...]
    place: int

    @property
    def colour(self) -> str:
        """The colour of its line."""
        return look(self.place).colour

    @property
    def prices(self) -> tuple[Fraction, ...]:
        """Its prices."""
        return tuple(span.price for span in self.spans)


@drawn
def price_history(book: PriceBook, model: str, meters: Sequence[str] = PRICES_SHOWN) -> Figure:
    """A line of steps for each meter of a model: the list price of the standard tier while it is in force.

    Args:
        book: the price book.
        model: `provider/model`, or another name of it.
        meters: whose prices are drawn.

    Raises:
        NoPriceError: there is no such model.
        CommandLineError: none of these meters has a list price.
    """
    card = book.card(model)
    series = _series(card, book, meters)
    if not series:
        raise CommandLineError(
            f"'{card.name}' has no list price for {', '.join(meters)}. It is priced by: {', '.join(_priced(card))}"
        )
    limits = min(item.spans[0].begin for item in series), _end(card.rows, book)
    high = float(max(max(item.prices) for item in series)) * _ABOVE or 1.0
    beside = labels.side([labels.Named(float(item.prices[-1]), _last(item), item.colour) for item in series])
    room = Room(max(_TALL, beside.least), left=scale.upward_width(0, high), right=beside.room, bottom=0.3)
    facts = (f"{card.currency} for {_unit(book.meters, series)}, list price", book_text(BookReference.of(book)))
    heading = Heading(_title(card, series), card.offer.name or card.name, facts, _notes(card, series, limits[1]))
    figure, (axes,) = page(heading, room)
    axes.set_xlim(*limits)
    axes.set_ylim(0, high)
    for item in series:
        _steps(axes, item)
    _prices(axes, series, room)
    scale.upward(axes)
    scale.days(axes, room.wide)
    labels.write(axes, beside, (room.wide, room.body))
    return figure


def _priced(card: RateCard) -> list[str]:
    return list(dict.fromkeys(meter for row in card.rows for rate in row.rates or () for meter in rate.prices or {}))


def _series(card: RateCard, book: PriceBook, meters: Sequence[str]) -> list[_Series]:
    """The prices of the meters that are counted in the unit of the first that has a price."""
    spans = _spans(card, book)
    found: list[_Series] = []
    for meter in meters:
        steps = tuple(_Span(begin, end, prices[meter]) for begin, end, prices in spans if meter in prices)
        if steps and (not found or book.meters[meter].unit == book.meters[found[0].meter].unit):
            found.append(_Series(meter, steps, len(found)))
    return found


def _spans(card: RateCard, book: PriceBook) -> list[tuple[float, float, Mapping[str, Fraction]]]:
    """Begin and end of each row, as days, and its prices; the last is drawn to the day of the book."""
    rows = card.rows
    ends = [*(scale.day(later.valid.from_) for later in rows[1:]), _end(rows, book)] if rows else []
    return [
        (
            scale.day(row.valid.from_),
            min(end, scale.day(row.valid.until)) if row.valid.until else end,
            _row_prices(row, book.meters),
        )
        for row, end in zip(rows, ends, strict=True)
    ]


def _end(rows: Sequence[PriceRow], book: PriceBook) -> float:
    """The last day that is drawn: that of the book, or some days of a price that begins on it or later."""
    known = book.date or max(row.source.retrieved for row in rows)
    day = datetime(known.year, known.month, known.day, tzinfo=UTC)
    return scale.day(max(day, rows[-1].valid.from_ + _OPEN))


def _row_prices(row: PriceRow, meters: Meters) -> dict[str, Fraction]:
    """The price of each meter for its usual number of units: of the last rate, which is the rest."""
    rate = (row.rates or (None,))[-1]
    lines = price_lines(row, rate.prices, (), meters) if rate and rate.prices else ()
    found: dict[str, Fraction] = {}
    for line in lines:
        found.setdefault(line.measure.meter, line.unit_price * meters[line.measure.meter].per)
    return found


def _steps(axes: Axes, item: _Series) -> None:
    for span in item.spans:
        axes.plot((span.begin, span.end), (float(span.price),) * 2, color=item.colour, solid_capstyle="butt")
    for earlier, later in pairwise(item.spans):
        if earlier.end == later.begin:
            axes.plot((later.begin,) * 2, (float(earlier.price), float(later.price)), color=item.colour)


def _prices(axes: Axes, series: Sequence[_Series], room: Room) -> None:
    """The earlier prices, each on its step where there is room; the last one stands at the side."""
    (left, right), (_, high) = axes.get_xlim(), axes.get_ylim()
    per_inch = (right - left) / room.wide, high / room.body
    early = [span for item in series for span in _changes(item)[:-1]]
    at = [((span.begin + span.end - 2 * left) / 2 / per_inch[0], float(span.price) / per_inch[1]) for span in early]
    texts = [_text(span.price) for span in early]
    for spot in spots(at, texts, (room.wide, room.body), ABOVE_AND_BELOW):
        if spot is not None:
            put(axes, (left + spot.x * per_inch[0], spot.y * per_inch[1]), spot.lines, SMALL, ha="center", bbox=BEHIND)


def _changes(item: _Series) -> list[_Span]:
    """Spans of one price, where several rows have the same."""
    found: list[_Span] = []
    for span in item.spans:
        if found and found[-1].price == span.price and found[-1].end == span.begin:
            found[-1] = found[-1]._replace(end=span.end)
        else:
            found.append(span)
    return found


def _text(price: Fraction) -> str:
    """A price with at least two decimals."""
    return grouped(price, max(2, len(decimal_text(price).partition(".")[2])))


def _last(item: _Series) -> str:
    return f"{_name(item)} {_text(item.prices[-1])}"


def _name(item: _Series) -> str:
    return item.meter.replace("_", " ")


def _unit(meters: Meters, series: Sequence[_Series]) -> str:
    meter = meters[series[0].meter]
    return f"{meter.per:,} {meter.units}" if meter.per > 1 else f"one {meter.unit}"


def _title(card: RateCard, series: Sequence[_Series]) -> str:
    since = f"{card.rows[0].valid.from_:%Y-%m-%d}"
    moved = [item for item in series if len(set(item.prices)) > 1]
    if not moved:
        least = " at least" if card.rows[0].valid.start == "observed" else ""
        return f"{card.name}: no list price has changed since{least} {since}"
    return f"{card.name}: {', '.join(_moved(item) for item in moved)} {card.currency} since {since}"


def _moved(item: _Series) -> str:
    first, last = item.prices[0], item.prices[-1]
    if first == last:
        return f"{_name(item)} is back at {_text(last)}"
    return f"{_name(item)} {'rose' if last > first else 'fell'} from {_text(first)} to {_text(last)}"


def _notes(card: RateCard, series: Sequence[_Series], end: float) -> list[str]:
    several = any(len(row.rates or ()) > 1 or row.adjustments for row in card.rows)
    over, until = max(item.spans[-1].end for item in series) < end, card.rows[-1].valid.until
    broken = any(earlier.end != later.begin for item in series for earlier, later in pairwise(item.spans))
    return [
        *(["Prices differ by size, hour, tier or region too: the last rate of each row is drawn."] if several else []),
        *(["Where a line is broken there is no price, or it is not known."] if broken else []),
        *([f"No price is in force from {until:%Y-%m-%d} on."] if over and until else []),
        *(["Contracted prices are not drawn."] if card.has_contract else []),
    ]

"""What each offer costs, the cheapest first; with intervals where the scenario is uncertain."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import grouped, half_up
from costmodel.reports.charts.page import Heading, book_text, drawn
from costmodel.reports.charts.rows import Label, Row, Rows, rows
from costmodel.reports.charts.style import BLUE, FAINT, INK, ORANGE, SKY
from costmodel.reports.charts.words import called
from costmodel.results.labels import money_text, say
from costmodel.results.providers.provider_tables import ESTIMATED_NOTE, cost_text, estimated_text
from costmodel.results.ties import equally_cheap, names_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from costmodel.results.labels import Said
    from costmodel.results.providers.provider_comparison import ProviderComparison, Standing

_BAR = 0.62  # of a row
_TICK = 0.12  # of a row: half of the end of an interval


class Interval(NamedTuple):
    """Between these a cost of the horizon lies with the probability that is told."""

    low: Fraction | float
    high: Fraction | float


class _Bar(NamedTuple):
    name: str
    month: Fraction
    colour: str
    faint: bool
    interval: tuple[float, float] | None
    estimated: bool = False

    @property
    def end(self) -> float:
        """The rightmost point drawn."""
        return max(float(self.month), self.interval[1] if self.interval else 0.0)


@drawn
def provider_costs(
    result: ProviderComparison, intervals: Mapping[str, Interval] | None = None, share: str = "", most: int = 20
) -> Figure:
    """A bar for the mean month of each offer.

    Args:
        result: offers side by side.
        intervals: of the cost of the horizon, by offer, where it is uncertain.
        share: the probability inside the intervals, such as `95 %`.
        most: bars; the present offer is drawn in any case, and what is left out is told of.
    """
    bars = _bars(result, intervals or {}, most)
    mean = say("{currency} a month, mean of {period}", currency=result.currency, period=result.period)
    facts = (mean, book_text(result.book))
    labels = [Label(bar.end, _text(bar, result.places)) for bar in bars]
    names = [Row(bar.name, faint=bar.faint) for bar in bars]
    heading = Heading(_title(result), result.title, facts, _notes(result, bars, share, most))
    sheet = rows(heading, names, [0.0, *_ends(bars)], labels)
    for place, (bar, label) in enumerate(zip(bars, labels, strict=True)):
        _draw(sheet, place, bar)
        sheet.label(place, label)
    return sheet.figure


def _chosen(result: ProviderComparison, most: int) -> list[Standing]:
    """The first offers, and the present one."""
    present = result.present_standing
    return [item for place, item in enumerate(result.ranked) if place < most or item is present]


def _bars(result: ProviderComparison, intervals: Mapping[str, Interval], most: int) -> list[_Bar]:
    bars = [_bar(result, item, intervals.get(item.name)) for item in _chosen(result, most)]
    paid = result.present_beside
    if paid is not None:
        name = say("{name} (present)", name=paid.name)
        bars.append(_Bar(name, result.month(paid.total), ORANGE, faint=bool(paid.reasons), interval=None))
    return bars


def _notes(result: ProviderComparison, bars: list[_Bar], share: str, most: int) -> list[str]:
    left = len(result.standings) - len(_chosen(result, most))
    lines = share and any(bar.interval for bar in bars)
    return [
        *([say("{count} more offers, not drawn, stand in the table.", count=left)] if left else []),
        *([say("Lines: {share:number} of the draws lie between their ends.", share=share)] if lines else []),
        *([say("Grey: not eligible.")] if any(bar.faint for bar in bars) else []),
        *([ESTIMATED_NOTE] if any(bar.estimated for bar in bars) else []),
    ]


def _bar(result: ProviderComparison, item: Standing, interval: Interval | None) -> _Bar:
    paid = item is result.present_standing
    best = item.name in equally_cheap(result)
    colour = ORANGE if paid else FAINT if item.reasons else BLUE if best else SKY
    name = say("{name} (present)", name=item.name) if paid else item.name
    between, estimated = _interval(result, interval), bool(item.token_counts)
    return _Bar(name, result.month(item.total), colour, bool(item.reasons), between, estimated)


def _interval(result: ProviderComparison, found: Interval | None) -> tuple[float, float] | None:
    months = len(result.months)
    return None if found is None else (float(found.low) / months, float(found.high) / months)


def _ends(bars: list[_Bar]) -> list[float]:
    return [end for bar in bars for end in (float(bar.month), *(bar.interval or ()))]


def _text(bar: _Bar, places: int) -> Said:
    """What a bar comes to, and between what it lies."""
    month = estimated_text(grouped(bar.month, places), estimated=bar.estimated)
    if bar.interval is None:
        return say("{amount:number}", amount=month)
    low, high = (grouped(half_up(Fraction(end), places), places) for end in bar.interval)
    template = "{amount:number} ({low:number} to {high:number})"
    return say(template, amount=month, low=low, high=high)


def _draw(sheet: Rows, place: int, bar: _Bar) -> None:
    middle, tall = sheet.middles[place], sheet.heights[place]
    sheet.axes.barh(middle, float(bar.month), min(tall * _BAR, 0.22), color=bar.colour)
    if bar.interval is not None:
        sheet.axes.plot(bar.interval, (middle, middle), color=INK, linewidth=1.2)
        for end in bar.interval:
            sheet.axes.plot((end, end), (middle - _TICK / 2, middle + _TICK / 2), color=INK, linewidth=1.2)


def _title(result: ProviderComparison) -> Said:
    cheapest, present = result.cheapest, result.present
    if cheapest is None:
        return say("None of {count} offers is eligible", count=len(result.standings))
    names = equally_cheap(result)
    found = _cheapest(result, names, cost_text(result, cheapest))
    standing = result.present_standing
    if present is None or (standing is not None and standing.name in names):
        return found
    paid = grouped(result.month(present.total), result.places)
    paid = estimated_text(paid, estimated=standing is not None and bool(standing.token_counts))
    return say("{found}, against {paid:number} at present", found=found, paid=paid)


def _cheapest(result: ProviderComparison, names: Sequence[str], cost: str) -> Said:
    """The cheapest offer, or those that cost the same, and a month of it."""
    count = len(result.eligible)
    parts = {"name": names_text([called(name) for name in names]), "count": count}
    parts["month"] = money_text(cost, result.currency)
    if count == 1:
        return say("{name} is the only eligible offer: {month} a month", **parts)
    if len(names) == count:
        return say("{count} eligible offers cost the same: {month} a month", **parts)
    if len(names) > 1:
        return say("{name} are the cheapest of {count} eligible offers, at the same cost: {month} a month", **parts)
    return say("{name} is the cheapest of {count} eligible offers: {month} a month", **parts)

"""The net present value when its numbers are uncertain: where the draws lie, for each option."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.quantities import grouped, half_up
from costmodel.reports.charts import scale
from costmodel.reports.charts.page import Heading, book_text, drawn, put
from costmodel.reports.charts.rows import Label, Row, Rows, rows
from costmodel.reports.charts.style import BLUE, FAINT, INK, MUTED, ORANGE, PAPER, SKY
from costmodel.reports.charts.words import SMALL, called
from costmodel.results.labels import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from costmodel.results.labels import Said
    from costmodel.results.worth.probabilistic import Histogram, Probabilistic, UncertainOption

_HUNDRED = 100
_ROW = 1.6  # inches
_FOOT, _OVER = 0.2, 0.14  # inches from the line of an option to the foot of its row, and to the label of its mean
_DRAWS = 0.26  # inches from the line to the foot of the draws
_THICK = 4  # points of the line


@drawn
def net_present_value(result: Probabilistic) -> Figure:
    """A line for each option from its low to its high net present value, and its draws over it."""
    labels = [Label(option.high, _amount(option.high)) for option in result.options]
    labels += [Label(option.low, _amount(option.low), before=True) for option in result.options]
    names = [Row(option.name, _chance(option)) for option in result.options]
    ends = [0.0, *(end for option in result.options for end in _ends(option))]
    about = "{currency}, {period}, {draws:number} draws"
    fact = say(about, currency=result.currency, period=result.period, draws=grouped(result.draws))
    facts = (fact, book_text(result.book))
    heading = Heading(_title(result), result.title, facts, _notes(result))
    sheet = rows(heading, names, ends, labels, axis=True, least=_ROW)
    tallest = max(share for option in result.options for share in option.histogram.shares)
    for place, option in enumerate(result.options):
        _draws(sheet, place, option.histogram, tallest)
        _line(sheet, place, option)
    sheet.axes.axvline(0, color=MUTED, linewidth=0.8, linestyle=":", zorder=0)
    scale.across(sheet.axes, sheet.wide)
    return sheet.figure


def _ends(option: UncertainOption) -> tuple[float, ...]:
    return option.low, option.high, option.mean.value, option.histogram.edges[0], option.histogram.edges[-1]


def _draws(sheet: Rows, place: int, found: Histogram, tallest: float) -> None:
    """A bar for each bin, orange where it is a loss; all options by the same measure."""
    unit = (sheet.heights[place] - _FOOT - _DRAWS - 0.1) / tallest
    foot = sheet.middles[place] + sheet.heights[place] / 2 - _FOOT - _DRAWS
    for left, right, share in zip(found.edges, found.edges[1:], found.shares, strict=False):
        colour = ORANGE if right <= 0 else SKY if left >= 0 else FAINT
        look: dict[str, Any] = {"align": "edge", "color": colour, "edgecolor": PAPER, "linewidth": 0.4}
        sheet.axes.bar(left, -share * unit, right - left, foot, **look)


def _line(sheet: Rows, place: int, option: UncertainOption) -> None:
    """From low to high, with the median as a gap and the mean as a diamond that carries its figure."""
    at = sheet.middles[place] + sheet.heights[place] / 2 - _FOOT
    axes, up = sheet.axes, sheet.middles[place] - at
    axes.plot((option.low, option.high), (at, at), color=BLUE, linewidth=_THICK, solid_capstyle="butt")
    axes.plot(option.median, at, "|", color=PAPER, markersize=_THICK + 1, markeredgewidth=2)
    axes.plot(option.mean.value, at, "D", color=INK, markersize=5)
    put(
        axes,
        (option.mean.value, at - _OVER),
        say("mean {amount}", amount=_amount(option.mean.value)),
        SMALL,
        ha="center",
    )
    sheet.label(place, Label(option.low, _amount(option.low), before=True), up=up)
    sheet.label(place, Label(option.high, _amount(option.high)), up=up)


def _amount(value: float) -> Said:
    return say("{amount:number}", amount=grouped(half_up(Fraction(value)), 0))


def _chance(option: UncertainOption) -> Said:
    return say("a gain in {share:number} of draws", share=_percent(option.chance_positive))


def _percent(share: float) -> str:
    return f"{grouped(half_up(Fraction(share) * _HUNDRED, 1), 1)} %"


def _title(result: Probabilistic) -> Said:
    best = max(result.options, key=lambda option: option.mean.value)
    return say(
        "{name} comes to {mean} {currency} on average, and is a gain in {share:number} of draws",
        name=called(best.name),
        mean=_amount(best.mean.value),
        currency=result.currency,
        share=_percent(best.chance_positive),
    )


def _notes(result: Probabilistic) -> list[str]:
    inside = f"{grouped(result.interval * _HUNDRED)} %"
    return [
        say(
            "Line: {share:number} of the draws lie between its ends. Gap: the median. Diamond: the mean. Dotted: 0.",
            share=inside,
        ),
        say("Bars: the share of draws in each range; blue: a gain, orange: a loss."),
    ]

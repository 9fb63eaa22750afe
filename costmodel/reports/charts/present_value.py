"""The net present value when its numbers are uncertain: where the draws lie, for each option."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import grouped, half_up
from costmodel.reports.charts import scale
from costmodel.reports.charts.page import Heading, book_text, drawn, put
from costmodel.reports.charts.rows import Label, Row, Rows, rows
from costmodel.reports.charts.style import BLUE, FAINT, INK, MUTED, ORANGE, PAPER, SKY
from costmodel.reports.charts.words import SMALL, called

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from costmodel.results.probabilistic import Probabilistic, UncertainOption

_HUNDRED = 100
_PLAIN, _WITH_DRAWS = 0.55, 1.6  # inches of a row: without and with its draws
_FOOT, _OVER = 0.2, 0.14  # inches from the line of an option to the foot of its row, and to the label of its mean
_DRAWS = 0.26  # inches from the line to the foot of the draws
_THICK = 4  # points of the line


class Histogram(NamedTuple):
    """How the draws of one option spread.

    Attributes:
        edges: of the bins, ascending; money.
        shares: of all draws in each bin.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]


@drawn
def net_present_value(result: Probabilistic, histograms: Mapping[str, Histogram] | None = None) -> Figure:
    """A line for each option from its low to its high net present value, and its draws over it where they are known.

    Args:
        result: a simulated return on investment.
        histograms: by option, how its draws spread.
    """
    spread = histograms or {}
    labels = [Label(option.high, _amount(option.high)) for option in result.options]
    labels += [Label(option.low, _amount(option.low), before=True) for option in result.options]
    names = [Row(option.name, f"a gain in {_percent(option.chance_positive)} of draws") for option in result.options]
    ends = [0.0, *(end for option in result.options for end in _ends(option, spread))]
    facts = (f"{result.currency}, {result.period}, {grouped(result.draws)} draws", book_text(result.book))
    heading = Heading(_title(result), result.title, facts, _notes(result, spread))
    sheet = rows(heading, names, ends, labels, axis=True, least=_WITH_DRAWS if spread else _PLAIN)
    tallest = max((share for found in spread.values() for share in found.shares), default=0.0) or 1.0
    for place, option in enumerate(result.options):
        _draws(sheet, place, spread.get(option.name), tallest)
        _line(sheet, place, option)
    sheet.axes.axvline(0, color=MUTED, linewidth=0.8, linestyle=":", zorder=0)
    scale.across(sheet.axes, sheet.wide)
    return sheet.figure


def _ends(option: UncertainOption, spread: Mapping[str, Histogram]) -> tuple[float, ...]:
    found = spread.get(option.name)
    return (option.low, option.high, option.mean.value, *((found.edges[0], found.edges[-1]) if found else ()))


def _draws(sheet: Rows, place: int, found: Histogram | None, tallest: float) -> None:
    """A bar for each bin, orange where it is a loss; all options by the same measure."""
    if found is None:
        return
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
    put(axes, (option.mean.value, at - _OVER), f"mean {_amount(option.mean.value)}", SMALL, ha="center")
    sheet.label(place, Label(option.low, _amount(option.low), before=True), up=up)
    sheet.label(place, Label(option.high, _amount(option.high)), up=up)


def _amount(value: float) -> str:
    return grouped(half_up(Fraction(value)), 0)


def _percent(share: float) -> str:
    return f"{grouped(half_up(Fraction(share) * _HUNDRED, 1), 1)} %"


def _title(result: Probabilistic) -> str:
    best = max(result.options, key=lambda option: option.mean.value)
    return (
        f"{called(best.name)} comes to {_amount(best.mean.value)} {result.currency} on average, and is a gain in "
        f"{_percent(best.chance_positive)} of draws"
    )


def _notes(result: Probabilistic, spread: Mapping[str, Histogram]) -> list[str]:
    inside = f"{grouped(result.interval * _HUNDRED)} %"
    return [
        f"Line: {inside} of the draws lie between its ends. Gap: the median. Diamond: the mean. Dotted: 0.",
        *(["Bars: the share of draws in each range; blue: a gain, orange: a loss."] if spread else []),
    ]

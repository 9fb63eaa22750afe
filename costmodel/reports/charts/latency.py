"""Cost against latency, and the offers than which none is both cheaper and faster."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.errors import CommandLineError
from costmodel.reports.charts import scale
from costmodel.reports.charts.around import Spot, spots
from costmodel.reports.charts.page import Heading, Room, book_text, drawn, page, put
from costmodel.reports.charts.style import BLUE, FAINT, INK, SKY
from costmodel.reports.charts.words import SMALL, called
from costmodel.results.providers.provider_comparison import shortened, value_text
from costmodel.results.providers.provider_tables import ESTIMATED_NOTE, cost_text
from costmodel.results.ties import alike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from costmodel.results.providers.provider_comparison import ProviderComparison, Standing

_TALL = 3.8  # inches
_MARGIN = 1.08  # of the largest value: where the axis ends
_MOST_NAMES = 6  # in a note


@drawn
def cost_against_latency(result: ProviderComparison) -> Figure:
    """A mark for each offer of known latency, and a line along the frontier.

    Raises:
        CommandLineError: no latency is known.
    """
    offers = sorted(_known(result), key=lambda item: (item.name not in result.on_frontier, bool(item.reasons)))
    if not offers:
        raise CommandLineError(
            "no offer's latency is known, so that cost cannot be drawn against it: add 'latency_ms' to the terms of an "
            "offer, with its source"
        )
    costs = [result.month(item.total) for item in offers]
    limits = _end(max(item.latency_ms or Fraction(0) for item in offers)), _end(max(costs))
    room = Room(_TALL, left=scale.upward_width(0, limits[1]), right=0.15, bottom=0.5)
    at = [
        (float(item.latency_ms or 0) / limits[0] * room.wide, float(cost) / limits[1] * _TALL)
        for item, cost in zip(offers, costs, strict=True)
    ]
    found = spots(at, [item.name for item in offers], (room.wide, _TALL))
    notes = _notes(result, [item.name for item, spot in zip(offers, found, strict=True) if spot is None])
    facts = (f"{result.currency} a month, mean of {result.period}", book_text(result.book))
    figure, (axes,) = page(Heading(_title(result), result.title, facts, notes), room)
    axes.set_xlim(0, limits[0])
    axes.set_ylim(0, limits[1])
    _marks(axes, result, offers)
    _names(axes, found, (limits[0] / room.wide, limits[1] / _TALL))
    scale.upward(axes)
    scale.across(axes, room.wide, " ms")
    axes.set_xlabel("latency of a request", fontsize=SMALL.points)
    return figure


def _known(result: ProviderComparison) -> list[Standing]:
    return [item for item in result.ranked if item.latency_ms is not None]


def _end(largest: Fraction) -> float:
    return float(largest) * _MARGIN or 1.0


def _marks(axes: Axes, result: ProviderComparison, offers: Sequence[Standing]) -> None:
    line = sorted((float(item.latency_ms or 0), float(result.month(item.total))) for item in result.frontier)
    axes.plot([x for x, _ in line], [y for _, y in line], color=BLUE, linewidth=1.2, drawstyle="steps-post")
    for item in offers:
        colour = BLUE if item.name in result.on_frontier else FAINT if item.reasons else SKY
        axes.plot(float(item.latency_ms or 0), float(result.month(item.total)), "o", color=colour, clip_on=False)


def _names(axes: Axes, found: Sequence[Spot | None], per_inch: tuple[float, float]) -> None:
    for spot in found:
        if spot is not None:
            put(axes, (spot.x * per_inch[0], spot.y * per_inch[1]), spot.lines, SMALL, ha="center", color=INK)


def _title(result: ProviderComparison) -> str:
    line = result.frontier
    if not line:
        return "No eligible offer's latency is known"
    cheapest, fastest = line[0], line[-1]
    said = f"{_cost(result, cheapest)} a month at {_latency(cheapest)}"
    known = sum(not item.reasons for item in _known(result))
    if known == 1:
        return f"The latency of one eligible offer is known, {called(cheapest.name)}: {said}"
    if (cheapest.total, cheapest.latency_ms) == (fastest.total, fastest.latency_ms):
        both = f"{_named(line)} the cheapest and the fastest"
        return f"{both} of {known} offers of known latency: {said}"
    return (
        f"Of {known} offers of known latency {called(cheapest.name)} is the cheapest, {said}; "
        f"{called(fastest.name)} the fastest, {_cost(result, fastest)} at {_latency(fastest)}"
    )


def _named(offers: Sequence[Standing]) -> str:
    """Offers of the same cost and latency, as the subject of what they are."""
    return f"{alike([called(item.name) for item in offers])} {'is' if len(offers) == 1 else 'are'}"


def _cost(result: ProviderComparison, item: Standing) -> str:
    return f"{cost_text(result, item)} {result.currency}"


def _latency(item: Standing) -> str:
    return "" if item.latency_ms is None else f"{value_text(item.latency_ms)} ms"


def _notes(result: ProviderComparison, unnamed: list[str]) -> list[str]:
    missing = [item.name for item in result.ranked if item.latency_ms is None]
    grey = any(item.reasons for item in _known(result))
    estimated = [item for item in result.frontier if item.token_counts]
    return [
        "Dark blue: no eligible offer is both cheaper and faster." + (" Grey: not eligible." if grey else ""),
        *([ESTIMATED_NOTE] if estimated else []),
        *([f"Latency not known: {shortened(missing, _MOST_NAMES)}."] if missing else []),
        *([f"Drawn without a name: {shortened(unnamed, _MOST_NAMES)}."] if unnamed else []),
    ]

"""A change of provider: who gets the requests step by step, what each day costs, and when it has paid back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from costmodel.prices.policy import places_of
from costmodel.quantities import half_up
from costmodel.reports.charts import labels, scale
from costmodel.reports.charts.page import Heading, Room, book_text, drawn, page, put
from costmodel.reports.charts.style import BLUE, GREEN, INK, MUTED, ORANGE
from costmodel.reports.charts.words import SMALL, Size, height, wrapped
from costmodel.results.parameters import money

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from costmodel.results.migration.migration import MigrationResult
    from costmodel.results.migration.parts import Stage

_HUNDRED = 100
_TALL = 1.5  # inches of each drawing
_BAR = 0.7  # of the room of a step
_AIR = 0.08  # of what is drawn, above it
_NAME, _LINES = 0.68, 3  # inches and lines of a step's name
_FILLED = 0.95  # of the room of a name
_TICKS = 4


class _Panel(NamedTuple):
    """One of the drawings.

    Attributes:
        head: what it shows.
        limits: lowest and highest value.
        unit: what stands behind the numbers.
        side: labels at the right.
        bottom: inches below it.
        draw: draws it, on axes of so many inches in width.
    """

    head: str
    limits: tuple[float, float]
    unit: str
    side: labels.Side
    bottom: float
    draw: Callable[[Axes, float], None]


@drawn
def migration_ramp(result: MigrationResult) -> Figure:
    """Three drawings: shares of the requests by step, bills by day, and the saving up to each day."""
    panels = (_steps_panel(result), _bills_panel(result), _saving_panel(result))
    left = max(scale.upward_width(*panel.limits, panel.unit, _TICKS) for panel in panels)
    right = max(panel.side.room for panel in panels)
    rooms = [Room(max(_TALL, panel.side.least), left, right, 0.3, panel.bottom) for panel in panels]
    facts = (f"{result.currency}, {result.period}", book_text(result.book))
    figure, sheets = page(Heading(_title(result), result.title, facts, _notes(result)), *rooms)
    for axes, panel, room in zip(sheets, panels, rooms, strict=True):
        axes.set_ylim(*panel.limits)
        panel.draw(axes, room.wide)
        scale.upward(axes, panel.unit, _TICKS)
        labels.write(axes, panel.side, (room.wide, room.body))
        (begin, end), (low, high) = axes.get_xlim(), axes.get_ylim()
        at = begin - (end - begin) * left / room.wide, high + (high - low) * 0.15 / room.body
        put(axes, at, panel.head, Size(bold=True), ha="left", color=INK)
    return figure


def _limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(0.0, *values), max(0.0, *values)
    air = (high - low) * _AIR or 1.0
    return (low - air if low else 0.0), high + air


def _day(day: date) -> float:
    return scale.day(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _edges(result: MigrationResult) -> list[float]:
    """Midnights from the first day to the end of the last."""
    days = [_day(item.day) for item in result.days]
    return [*days, days[-1] + 1]


def _steps(result: MigrationResult) -> list[Stage]:
    """What happens during the change, and what stands after it."""
    return [stage for stage in result.stages if stage.phase != "before"] or list(result.stages)


def _steps_panel(result: MigrationResult) -> _Panel:
    steps = _steps(result)
    old = [float(stage.old_load * _HUNDRED) for stage in steps]
    new = [float(stage.new_load * _HUNDRED) for stage in steps]

    def draw(axes: Axes, wide: float) -> None:
        places = list(range(len(steps)))
        axes.bar(places, old, _BAR, color=ORANGE)
        axes.bar(places, new, _BAR, bottom=old, color=BLUE)
        axes.set_xlim(-0.5, len(steps) - 0.5)
        axes.set_xticks([])
        every = max(int(-(-len(steps) * _NAME // wide)), 1)
        for place in places[::every]:
            lines = wrapped(steps[place].name, min(wide / len(steps) * every, 2 * _NAME) * _FILLED, SMALL, _LINES)
            put(axes, (place, axes.get_ylim()[1] * -0.06), lines, SMALL, ha="center", va="top", color=MUTED)

    limits = _limits([a + b for a, b in zip(old, new, strict=True)])
    head = "Paid at the old provider (orange) and at the new one (blue), % of the requests, by step"
    return _Panel(head, limits, " %", labels.side([]), _below(steps), draw)


def _below(steps: Sequence[Stage]) -> float:
    """Inches that the names of steps take."""
    return 0.15 + height(max(len(wrapped(stage.name, _NAME * _FILLED, SMALL, _LINES)) for stage in steps), SMALL)


def _bills_panel(result: MigrationResult) -> _Panel:
    old = [float(item.amounts.old_cost) for item in result.days]
    both = [float(item.amounts.old_cost + item.amounts.new_cost) for item in result.days]
    before = [float(item.amounts.unchanged_bills_cost) for item in result.days]
    side = labels.side([labels.Named(before[-1], "had nothing changed", INK)])

    def draw(axes: Axes, _: float) -> None:
        edges = _edges(result)
        axes.stairs(old, edges, fill=True, color=ORANGE)
        axes.stairs(both, edges, baseline=old, fill=True, color=BLUE)
        axes.stairs(before, edges, baseline=None, color=INK, linestyle="--", linewidth=1)
        axes.set_xlim(edges[0], edges[-1])
        axes.set_xticks([])

    head = f"Bills a day, {result.currency}"
    return _Panel(head, _limits([*both, *before]), "", side, 0.1, draw)


def _saving_panel(result: MigrationResult) -> _Panel:
    saved = [float(item.cumulative_saving) for item in result.days]
    last = result.days[-1].cumulative_saving
    text = f"{money(abs(last), result.currency)} {'saved' if last >= 0 else 'lost'}"
    side = labels.side([labels.Named(saved[-1], text, GREEN)])

    def draw(axes: Axes, wide: float) -> None:
        edges = _edges(result)
        axes.stairs(saved, edges, baseline=None, color=GREEN, linewidth=1.8)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xlim(edges[0], edges[-1])
        if result.outlook.break_even is not None:
            axes.plot(_day(result.outlook.break_even), 0, "o", color=GREEN, clip_on=False)
        scale.days(axes, wide)

    return _Panel(f"Saved up to each day, all costs counted, {result.currency}", _limits(saved), "", side, 0.3, draw)


def _title(result: MigrationResult) -> str:
    outlook = result.outlook
    if result.rolled_back:
        total = result.total.saving
        effect = f"costs {money(-total, result.currency)}" if total < 0 else f"saves {money(total, result.currency)}"
        return f"Everything goes back to the old provider; the attempt {effect}"
    year = money(abs(outlook.saving_a_year), result.currency)
    if not outlook.saving_a_year:
        return "The change neither saves nor costs anything a year"
    if outlook.saving_a_year < 0:
        return f"The change costs {year} a year more and {_payback(result)}"
    return f"The change saves {year} a year and {_payback(result)}"


def _payback(result: MigrationResult) -> str:
    outlook = result.outlook
    if outlook.break_even is not None:
        return f"has paid back on {outlook.break_even}"
    return f"would pay back on {outlook.beyond}" if outlook.beyond is not None else "never pays back"


def _notes(result: MigrationResult) -> list[str]:
    twice = result.total.twice_cost
    shown = half_up(twice, places_of(result.currency))
    return [
        *(["Dot: the day from which on it has paid back."] if result.outlook.break_even is not None else []),
        *([f"Paid for requests sent twice, in the bills: {money(twice, result.currency)}."] if shown else []),
        *([f"Paid once: {money(result.total.one_off_cost, result.currency)}."] if result.total.one_off_cost else []),
    ]

"""The net present value for every pair of values of two numbers, and where its sign changes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from costmodel.quantities import grouped, half_up
from costmodel.reports.charts.page import Heading, Room, book_text, drawn, page, put
from costmodel.reports.charts.style import BLUE, INK, MUTED, PAD, PAPER, VERMILION, WIDTH
from costmodel.reports.charts.words import SMALL, height, width, wrapped
from costmodel.results.estimate import shown_places
from costmodel.results.labels import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    from costmodel.results.labels import Said
    from costmodel.results.worth.sensitivity import Axis, TwoWay

_ROW, _TALL = 0.36, 5.5  # inches of a row; of all rows at most
_STRONGEST = 0.75  # of a colour: what is written on it stays readable
_WHOLE, _LARGE = 100, 10_000  # from here on cells may be in whole units, and are
_MARK = 0.07  # inches from the map to a mark beside it
_RIGHT = 0.3  # inches beside the map
_AIR = 1.2  # of the size of a label: how far apart two stand


@drawn
def two_way_map(result: TwoWay) -> Figure:
    """A cell for each pair of values, blue where it is worth it, with the break-even line.

    Args:
        result: two numbers at a time.
    """
    down, across = result.first, result.second
    rows = [down.parameter.shown(value) for value in down.values]
    room = Room(
        min(max(len(rows) * _ROW, 2.0), _TALL),
        left=max(width(text, SMALL) for text in rows) + 0.25,
        right=_RIGHT,
        top=0.35,
        bottom=0.55,
    )
    facts = (f"{result.currency}, net present value of {result.option}, {result.period}", book_text(result.book))
    figure, (axes,) = page(Heading(_title(result), result.title, facts, _notes(result)), room)
    edges = _edges(across), _edges(down)
    _cells(axes, result, edges)
    axes.set_xlim(edges[0][0], edges[0][-1])
    axes.set_ylim(edges[1][0], edges[1][-1])
    _amounts(axes, result, room)
    _turn(axes, result, edges[1])
    _stated(axes, result, room)
    _values(axes, result, room, rows)
    return figure


def _edges(axis: Axis) -> list[float]:
    """The edges of the cells, whose middles are the values."""
    values = [float(value) for value in axis.values]
    inner = [(first + second) / 2 for first, second in pairwise(values)]
    return [2 * values[0] - inner[0], *inner, 2 * values[-1] - inner[-1]]


def _colours() -> LinearSegmentedColormap:
    """From orange over white to blue, pale enough to be written on."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    ends = (tuple(1 - _STRONGEST * (1 - part) for part in to_rgb(colour)) for colour in (VERMILION, PAPER, BLUE))
    return LinearSegmentedColormap.from_list("worth", list(ends))


def _most(result: TwoWay) -> float:
    return max(abs(value) for row in result.outcomes for value in row) or 1.0


def _cells(axes: Axes, result: TwoWay, edges: tuple[list[float], list[float]]) -> None:
    most = _most(result)
    look: dict[str, Any] = {"cmap": _colours(), "vmin": -most, "vmax": most, "edgecolors": PAPER, "linewidth": 0.6}
    axes.pcolormesh(*edges, [list(row) for row in result.outcomes], **look)


def _amounts(axes: Axes, result: TwoWay, room: Room) -> None:
    """What each cell comes to, where all have room; large ones as whole units."""
    columns, rows = len(result.second.values), len(result.first.values)
    colours, most = _colours(), _most(result)
    exact = () if most >= _LARGE else (_places(result),)
    for places in (*exact, *((0,) if most >= _WHOLE else ())):
        texts = [[grouped(half_up(Fraction(value), places), places) for value in row] for row in result.outcomes]
        widest = max(width(text, SMALL) for row in texts for text in row)
        if widest * _AIR < room.wide / columns and height(1, SMALL) < room.body / rows:
            break
    else:
        return
    edges, per_inch = _edges(result.second), (axes.get_xlim()[1] - axes.get_xlim()[0]) / room.wide
    for down, row, values, lines in zip(result.first.values, texts, result.outcomes, result.break_evens, strict=True):
        for place, (text, value) in enumerate(zip(row, values, strict=True)):
            behind = {"facecolor": colours((value / most + 1) / 2), "edgecolor": "none", "pad": 0.5}
            at = _beside([float(line) for line in lines], edges[place : place + 2], width(text, SMALL) * per_inch)
            put(axes, (at, float(down)), text, SMALL, ha="center", bbox=behind)


def _beside(lines: Sequence[float], cell: Sequence[float], wide: float) -> float:
    """Where a text stands in its cell: in the middle, or in the widest part beside break-even lines, if it fits there.

    >>> _beside([8.0], (0.0, 20.0), 8.0), _beside([], (0.0, 20.0), 8.0), _beside([10.0], (0.0, 20.0), 12.0)
    (14.0, 10.0, 10.0)
    """
    middle = sum(cell) / 2
    if not any(abs(line - middle) < wide * _AIR / 2 for line in lines):
        return middle
    ends = sorted([*cell, *(line for line in lines if cell[0] < line < cell[1])])
    low, high = max(pairwise(ends), key=lambda part: part[1] - part[0])
    return (low + high) / 2 if high - low > wide * _AIR else middle


def _turn(axes: Axes, result: TwoWay, edges: list[float]) -> None:
    """The break-even line: in each row where the sign changes, joined where two rows have as many changes."""
    for row, places in enumerate(result.break_evens):
        for place in places:
            axes.plot((float(place),) * 2, (edges[row], edges[row + 1]), color=INK, linewidth=2)
    for row, (first, second) in enumerate(pairwise(result.break_evens), 1):
        if len(first) == len(second):
            for begin, end in zip(first, second, strict=True):
                axes.plot((float(begin), float(end)), (edges[row],) * 2, color=INK, linewidth=2)


def _stated(axes: Axes, result: TwoWay, room: Room) -> None:
    """Two marks beside the map, where the scenario stands, if that is within it."""
    if _inside(result):
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        above, before = _MARK * (high - low) / room.body, _MARK * (right - left) / room.wide
        axes.plot(float(result.second.parameter.value), high + above, "v", color=INK, markersize=5, clip_on=False)
        axes.plot(left - before, float(result.first.parameter.value), ">", color=INK, markersize=5, clip_on=False)


def _inside(result: TwoWay) -> bool:
    return all(axis.values[0] <= axis.parameter.value <= axis.values[-1] for axis in (result.first, result.second))


def _values(axes: Axes, result: TwoWay, room: Room, rows: Sequence[str]) -> None:
    """The values of both numbers beside the map, as many as have room, and the numbers' names."""
    across = [result.second.parameter.shown(value) for value in result.second.values]
    every = _every(max(width(text, SMALL) for text in across), room.wide / len(across))
    axes.set_xticks([float(value) for value in result.second.values[::every]], across[::every])
    every = _every(height(1, SMALL), room.body / len(rows))
    axes.set_yticks([float(value) for value in result.first.values[::every]], rows[::every])
    axes.tick_params(axis="y", pad=_MARK * 2 * 72)
    axes.spines["bottom"].set_visible(False)
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    above = high + (high - low) * 0.24 / room.body
    before = left - (right - left) * room.left / room.wide
    put(axes, (before, above), _line(_towards("↑ {name}", result.first)), SMALL, ha="left", color=MUTED)
    below = low - (high - low) * 0.42 / room.body
    put(axes, (right, below), _line(_towards("{name} →", result.second)), SMALL, ha="right", color=MUTED)


def _towards(arrow: str, axis: Axis) -> Said:
    return say(arrow, name=axis.parameter.words)


def _line(text: str) -> str:
    """A text on one line, cut where it is too long."""
    return wrapped(text, WIDTH - 2 * PAD - _RIGHT, SMALL, lines=1)[0]


def _every(size: float, room: float) -> int:
    return max(int(-(-size * _AIR // room)), 1)


def _places(result: TwoWay) -> int:
    return shown_places([Fraction(value) for row in result.outcomes for value in row], result.currency)


def _title(result: TwoWay) -> str:
    values, places = [value for row in result.outcomes for value in row], _places(result)
    worth = sum(value > 0 for value in values)
    least, most = (grouped(half_up(Fraction(value), places), places) for value in (min(values), max(values)))
    how = "each" if worth == len(values) else "none" if not worth else grouped(worth)
    span = f"a net present value from {least} to {most} {result.currency}"
    return f"Worth it in {how} of {grouped(len(values))} combinations: {span}"


def _notes(result: TwoWay) -> list[str]:
    line = any(result.break_evens)
    return [
        "Blue: a net present value above 0. Orange: below 0."
        + (" Black line: break-even, where the sign changes." if line else "")
        + (" Triangles: as stated." if _inside(result) else "")
    ]

"""A drawing of one row a name: names at the left, bars, and a label at the end of each bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.reports.charts.page import Room, page, put
from costmodel.reports.charts.style import INK, MUTED, TEXT
from costmodel.reports.charts.words import SMALL, Size, height, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from costmodel.reports.charts.page import Heading

_NAMES = 2.7  # inches that names take at most
_BETWEEN = 0.1  # inches between names and bars, and between a bar and its label
_LEAST = 0.27  # inches of a row
_AXIS = 0.3  # inches of the numbers below


class Row(NamedTuple):
    """One row's names.

    Attributes:
        name: what it is.
        under: what stands below it, small.
        faint: whether it stands back.
    """

    name: str
    under: str = ""
    faint: bool = False


class Label(NamedTuple):
    """A text at the end of something that is drawn.

    Attributes:
        at: the end, in units of the axis.
        text: what it says.
        before: whether it stands at the left of the end.
    """

    at: float
    text: str
    before: bool = False


class Rows(NamedTuple):
    """A drawing with rows.

    Attributes:
        figure: all of it.
        axes: its vertical unit is the inch, from the top.
        middles, heights: of each row, in inches.
        wide: width of the drawing in inches.
        gap: the room before a label, in units of the horizontal axis.
    """

    figure: Figure
    axes: Axes
    middles: tuple[float, ...]
    heights: tuple[float, ...]
    wide: float
    gap: float

    def label(self, row: int, label: Label, *, up: float = 0.0, colour: str = INK) -> None:
        """Write at the end of a bar; `up` inches above the middle of the row."""
        side = "right" if label.before else "left"
        at = label.at + (-self.gap if label.before else self.gap), self.middles[row] - up
        put(self.axes, at, label.text, SMALL, ha=side, color=colour)


def rows(
    heading: Heading,
    names: Sequence[Row],
    ends: Iterable[float],
    labels: Iterable[Label],
    *,
    axis: bool = False,
    least: float = _LEAST,
) -> Rows:
    """A drawing with the names written, wide enough for every bar and its label.

    Args:
        heading: what stands around it.
        names: of the rows, from the top.
        ends: everything that is drawn, in units of the horizontal axis; 0 too, if bars begin there.
        labels: what will stand at the ends.
        axis: whether numbers will stand below.
        least: inches of a row.
    """
    written = [(wrapped(row.name, _NAMES, Size(TEXT)), _small(row.under)) for row in names]
    tall = [max(least, height(len(name)) + height(len(under), SMALL) + 0.08) for name, under in written]
    wide = [width(line) for name, _ in written for line in name] + [
        width(line, SMALL) for _, under in written for line in under
    ]
    room = Room(sum(tall), left=max(wide, default=0.0) + _BETWEEN, bottom=_AXIS if axis else 0.0)
    figure, (axes,) = page(heading, room)
    low, high, gap = _limits(list(ends), list(labels), room.wide)
    axes.set_xlim(low, high)
    axes.set_ylim(room.body, 0)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(axis)
    middles = tuple(sum(tall[:place]) + own / 2 for place, own in enumerate(tall))
    for row, (name, under), middle in zip(names, written, middles, strict=True):
        _name(axes, row, (name, under), (low - _BETWEEN / room.wide * (high - low), middle))
    return Rows(figure, axes, middles, tuple(tall), room.wide, gap)


def _small(under: str) -> list[str]:
    return wrapped(under, _NAMES, SMALL, lines=2) if under else []


def _limits(ends: list[float], labels: list[Label], wide: float) -> tuple[float, float, float]:
    """Lowest and highest value of the axis, and the gap before a label, so that all ends and labels fit."""
    before = max((width(label.text, SMALL) + _BETWEEN for label in labels if label.before), default=0.0)
    after = max((width(label.text, SMALL) + _BETWEEN for label in labels if not label.before), default=0.0)
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    unit = (high - low or abs(high) or 1.0) / max(wide - before - after, wide / 4)
    return low - before * unit, max(high, low + unit * wide / 4) + after * unit, _BETWEEN / 2 * unit


def _name(axes: Axes, row: Row, lines: tuple[list[str], list[str]], at: tuple[float, float]) -> None:
    """The lines of a name and those below it, together in the middle of the row."""
    name, under = lines
    colour = MUTED if row.faint else INK
    put(axes, (at[0], at[1] - height(len(under), SMALL) / 2), name, Size(TEXT), ha="right", color=colour)
    if under:
        put(axes, (at[0], at[1] + height(len(name)) / 2), under, SMALL, ha="right", color=MUTED)

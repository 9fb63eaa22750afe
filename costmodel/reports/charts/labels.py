"""Where labels stand beside what they name, so that none covers another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.reports.charts.page import put
from costmodel.reports.charts.style import TEXT
from costmodel.reports.charts.words import Size, height, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_WIDEST = 2.3  # inches of a label at the side
_LEADER = 0.25  # inches of the line from an end to its label
_GAP = 0.06  # inches between two labels


class Named(NamedTuple):
    """The end of a series, and what it is called.

    Attributes:
        at: the end, in units of the vertical axis.
        text: its name.
        colour: of the line that leads to it.
    """

    at: float
    text: str
    colour: str


class Side(NamedTuple):
    """Labels for the right side of a drawing.

    Attributes:
        names: what they name.
        lines: of each label.
        room: inches that they take at the side.
        least: inches that they take from top to bottom.
    """

    names: tuple[Named, ...]
    lines: tuple[tuple[str, ...], ...]
    room: float
    least: float


def side(names: Sequence[Named]) -> Side:
    """How much room labels at the right take."""
    lines = tuple(tuple(wrapped(name.text, _WIDEST, lines=2)) for name in names)
    wide = max((width(line) for label in lines for line in label), default=0.0)
    return Side(tuple(names), lines, _LEADER + wide + 0.05, sum(_tall(label) for label in lines))


def _tall(label: Sequence[str]) -> float:
    return height(len(label)) + _GAP


def write(axes: Axes, labels: Side, inches: tuple[float, float], begin: float | None = None) -> None:
    """Write labels at the right, each as near to its end as the others let it, with a line that leads to it.

    Args:
        axes: with its limits set.
        labels: what is written.
        inches: width and height of the drawing.
        begin: where the lines begin, in units of the horizontal axis; at its right end by default.
    """
    wide, tall = inches
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    per_inch = (high - low) / tall
    wanted = [(name.at - low) / per_inch for name in labels.names]
    found = spread(wanted, [_tall(label) for label in labels.lines], tall)
    out = _LEADER / wide * (right - left)
    for name, lines, place in zip(labels.names, labels.lines, found, strict=True):
        at = low + place * per_inch
        start = right if begin is None else begin
        ends = (start, right, right + out / 3, right + out * 0.85), (name.at, name.at, at, at)
        axes.plot(*ends, color=name.colour, linewidth=0.8, clip_on=False)
        put(axes, (right + out, at), lines, Size(TEXT), ha="left")


def spread(wanted: Sequence[float], sizes: Sequence[float], room: float) -> list[float]:
    """Middles of labels within a height, none over another, in the order of what they want.

    Args:
        wanted: the middle that each label would like, from the bottom.
        sizes: the height of each.
        room: height that there is; where it is too small they stick out at the top.

    >>> spread([1.0, 1.0, 5.0], [1.0, 1.0, 1.0], 10.0)
    [0.5, 1.5, 5.0]
    """
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    blocks: list[tuple[list[int], float, float]] = []  # labels that touch, the bottom and the height of all
    for place in order:
        members, bottom, tall = [place], wanted[place] - sizes[place] / 2, sizes[place]
        bottom = _within(bottom, tall, room)
        while blocks and blocks[-1][1] + blocks[-1][2] > bottom:
            below, _, under = blocks.pop()
            members, tall = below + members, under + tall
            bottom = _within(_middle(members, wanted, sizes) - tall / 2, tall, room)
        blocks.append((members, bottom, tall))
    found = [0.0] * len(wanted)
    for members, bottom, _ in blocks:
        at = bottom
        for place in members:
            found[place] = at + sizes[place] / 2
            at += sizes[place]
    return found


def _within(bottom: float, tall: float, room: float) -> float:
    return max(0.0, min(bottom, room - tall))


def _middle(members: Sequence[int], wanted: Sequence[float], sizes: Sequence[float]) -> float:
    """Where the middle of labels that touch would stand, for each to be as near to its place as can be."""
    at, offsets = 0.0, []
    for place in members:
        offsets.append(wanted[place] - (at + sizes[place] / 2))
        at += sizes[place]
    return sum(offsets) / len(offsets) + at / 2

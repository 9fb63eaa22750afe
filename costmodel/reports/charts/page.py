"""The sheet that every chart is drawn on: the finding as its title, what it is about, and room for every word."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec

from costmodel.reports.charts.style import (
    INK,
    MUTED,
    NOTE,
    PAD,
    PAPER,
    SPACING,
    SUBTITLE,
    TEXT,
    TITLE,
    WIDTH,
    house_style,
)
from costmodel.reports.charts.words import Size, families, height, plain, wrapped
from costmodel.results.labels import listed, local, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from costmodel.results.estimate import BookReference
    from costmodel.results.labels import Said

P = ParamSpec("P")
_GAP = 0.12  # inches between title, subtitle, drawing and notes
_MOST_LINES = 8
BEHIND = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}  # of a text that may stand on a line


class Heading(NamedTuple):
    """What stands around a chart.

    Attributes:
        title: the finding, with its figures.
        about: name of the scenario.
        facts: currency, period, price book.
        notes: what a reader must know, below.
    """

    title: str
    about: str
    facts: Sequence[str]
    notes: Sequence[str] = ()


class Room(NamedTuple):
    """Inches of the drawing, and of what stands around it.

    Attributes:
        body: height of the drawing.
        left, right, top, bottom: room for labels at its sides.
    """

    body: float
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0

    @property
    def wide(self) -> float:
        """Width of the drawing."""
        return WIDTH - 2 * PAD - self.left - self.right


def drawn(make: Callable[P, Figure]) -> Callable[P, Figure]:
    """A chart, made in the house's style whatever the settings of the machine are."""

    @wraps(make)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with house_style():
            return make(*args, **kwargs)

    return styled


def book_text(book: BookReference) -> Said:
    """The price book in a few words."""
    released, made = "price book {version}", "price book {version} (not released)"
    own = (say("own prices '{name}'", name=name) for name, _ in book.overlays)
    return listed([say(released if book.sha256 else made, version=book.version), *own])


def page(heading: Heading, *rooms: Room) -> tuple[Figure, list[Axes]]:
    """A sheet with a heading and one drawing below the other; as high as all of it needs.

    Returns:
        The figure, and the axes of each drawing, empty.
    """
    from costmodel.reports.charts.picture import Picture

    wide = WIDTH - 2 * PAD
    title = wrapped(heading.title, wide, Size(TITLE, bold=True), _MOST_LINES)
    under = [
        line
        for text in (heading.about, " · ".join(local(fact) for fact in heading.facts if fact))
        for line in wrapped(text, wide, Size(SUBTITLE), _MOST_LINES)
    ]
    below = [line for note in heading.notes for line in wrapped(note, wide, Size(NOTE), _MOST_LINES)]
    head = PAD + height(len(title), Size(TITLE)) + height(len(under), Size(SUBTITLE)) + 2 * _GAP
    foot = PAD + (height(len(below), Size(NOTE)) + _GAP if below else 0)
    total = head + sum(room.top + room.body + room.bottom for room in rooms) + foot
    picture = Picture(WIDTH, total, plain(heading.title))
    _write(picture, title, total - PAD, Size(TITLE, bold=True))
    _write(picture, under, total - PAD - height(len(title), Size(TITLE)) - _GAP / 2, Size(SUBTITLE), MUTED)
    _write(picture, below, foot - _GAP, Size(NOTE), MUTED)
    found: list[Axes] = []
    top = total - head
    for room in rooms:
        top -= room.top + room.body
        found.append(picture.add_axes(_rectangle(room, top, total)))
        top -= room.bottom
    return picture, found


def _rectangle(room: Room, bottom: float, total: float) -> tuple[float, float, float, float]:
    return (PAD + room.left) / WIDTH, bottom / total, room.wide / WIDTH, room.body / total


def _write(figure: Figure, lines: Sequence[str], top: float, size: Size, colour: str = INK) -> None:
    """Lines at the left edge, from so many inches above the bottom downwards."""
    if lines:
        text = "\n".join(lines)
        place = PAD / WIDTH, top / figure.get_figheight()
        figure.text(*place, text, va="top", ha="left", color=colour, linespacing=SPACING, **_letters(text, size))


def _letters(text: str, size: Size) -> dict[str, Any]:
    weight = "bold" if size.bold else "normal"
    return {"fontfamily": families(text, bold=size.bold), "fontsize": size.points, "fontweight": weight}


def put(axes: Axes, at: tuple[float, float], text: str | Sequence[str], size: Size = Size(TEXT), **how: Any) -> Text:  # noqa: B008 - a constant
    """Write on a drawing, at a place in its own units; several lines as a list."""
    lines = [text] if isinstance(text, str) else text
    whole = "\n".join(plain(line) for line in lines)
    return axes.text(*at, whole, **{"va": "center", "linespacing": SPACING, **_letters(whole, size), **how})

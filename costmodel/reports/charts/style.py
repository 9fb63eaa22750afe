"""The look of every chart, in one place: colours, sizes, and the settings of matplotlib."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

FACE = "DejaVu Sans"  # comes with matplotlib, Vietnamese included: the same shapes on every machine

# Okabe and Ito, "Color Universal Design" (2008): told apart by people with any kind of colour vision.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW = "#56B4E9", "#CC79A7", "#F0E442"
SERIES = (BLUE, ORANGE, GREEN, SKY, VERMILION, PURPLE, YELLOW)
_HATCHES = ("", "////", "....")  # of the second and third time that a colour is used
_DASHES = ("-", "--", ":")

INK, MUTED, FAINT, PALE, PAPER = "#222222", "#5C5C5C", "#B4B4B4", "#E6E6E6", "#FFFFFF"

WIDTH = 8.0  # inches of a chart: a page of A4 or letter, less its margins
PAD = 0.2  # inches around it
TITLE, SUBTITLE, TEXT, NOTE = 13.0, 9.5, 9.0, 8.0  # points
SPACING = 1.3  # of lines of text

STYLE: dict[str, Any] = {
    "font.family": [FACE],
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "text.hinting": "none",  # the same widths at every resolution
    "figure.facecolor": PAPER,
    "figure.dpi": 100,
    "axes.facecolor": PAPER,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.labelcolor": MUTED,
    "xtick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "ytick.color": FAINT,
    "ytick.labelcolor": MUTED,
    "ytick.major.size": 0,
    "xtick.labelsize": NOTE,
    "ytick.labelsize": NOTE,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "svg.fonttype": "path",  # a page shows the same letters wherever it is opened, whatever fonts are there
    "svg.hashsalt": "costmodel",
}


class Look(NamedTuple):
    """How one of several series is drawn."""

    colour: str
    hatch: str
    dashes: str


def look(place: int) -> Look:
    """The look of the series at a place, from 0: colours first, then patterns.

    >>> look(0).colour == look(7).colour, look(7).hatch
    (True, '////')
    """
    turn = place // len(SERIES) % len(_HATCHES)
    return Look(SERIES[place % len(SERIES)], _HATCHES[turn], _DASHES[turn])


@contextmanager
def house_style() -> Iterator[None]:
    """The settings of matplotlib while a chart is drawn or written, whatever they are on this machine."""
    from matplotlib.style import context

    fonts = logging.getLogger("matplotlib.font_manager")
    before, fonts.disabled = fonts.disabled, True  # a font without a bold face is nothing to be told of
    try:
        with context(STYLE, after_reset=True):
            yield
    finally:
        fonts.disabled = before

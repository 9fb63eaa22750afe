"""What can be wrong with the words on a chart: outside, over each other, or drawn as boxes."""

from __future__ import annotations

import warnings
from functools import cache
from itertools import combinations

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from costmodel.reports.charts.style import house_style

_DUST = 0.5  # pixels


def words(figure):
    """Every text that can be seen, with its rectangle in pixels."""
    with house_style(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that no font has is told of below
        renderer = figure.canvas.get_renderer()
        figure.draw_without_rendering()
        shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
        ticks = {id(label) for axes in figure.axes for label in hidden_ticks(axes)}
        return [(text, text.get_window_extent(renderer)) for text in shown if id(text) not in ticks]


def hidden_ticks(axes):
    """Labels of ticks beyond the ends of an axis, which are not drawn."""
    for axis, (low, high) in ((axes.xaxis, sorted(axes.get_xlim())), (axes.yaxis, sorted(axes.get_ylim()))):
        for tick in axis.get_major_ticks():
            if not low <= tick.get_loc() <= high:
                yield tick.label1
            yield tick.label2


def faults(figure):
    """Words outside of the picture or over others, and letters that no font has."""
    found, page = words(figure), figure.bbox
    outside = [
        f"outside: {text.get_text()!r}"
        for text, box in found
        if box.x0 < -_DUST or box.y0 < -_DUST or box.x1 > page.x1 + _DUST or box.y1 > page.y1 + _DUST
    ]
    over = [
        f"{first.get_text()!r} is over {second.get_text()!r}"
        for (first, one), (second, other) in combinations(found, 2)
        if min(one.x1, other.x1) - max(one.x0, other.x0) > _DUST
        and min(one.y1, other.y1) - max(one.y0, other.y0) > _DUST
    ]
    return outside + over + [f"no letter for {char!r}" for text, _ in found for char in missing(text)]


def missing(text):
    """Characters that none of a text's fonts has."""
    letters = [letters_of(name, text.get_fontweight()) for name in text.get_fontfamily()]
    return [char for char in text.get_text() if char != "\n" and not any(ord(char) in known for known in letters)]


@cache
def letters_of(family, weight):
    """Every character of a font."""
    return frozenset(get_font(findfont(FontProperties(family=family, weight=weight))).get_charmap())


def text_of(figure):
    """Everything that is written."""
    return "\n".join(text.get_text() for text, _ in words(figure))

"""A chart as a file: the same chart gives the same bytes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from costmodel.reports.charts.style import house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS = 144  # an inch: sharp on most screens


def svg(figure: Figure) -> bytes:
    """A chart as SVG, its letters as outlines: it looks the same wherever it is opened.

    Its title stands in it for screen readers; in a page use `figure.get_label()` as the text that stands for it.
    """
    title = str(figure.get_label())
    return _written(figure, "svg", {"Date": None, "Creator": None, "Title": title})


def png(figure: Figure, dots: int = _DOTS) -> bytes:
    """A chart as PNG.

    Args:
        figure: the chart.
        dots: of an inch; a chart is 8 inches wide.
    """
    return _written(figure, "png", {"Software": None}, dots)


def _written(figure: Figure, form: str, metadata: dict[str, str | None], dots: int = _DOTS) -> bytes:
    buffer = BytesIO()
    with house_style():
        figure.savefig(buffer, format=form, dpi=dots, metadata=metadata)
    return buffer.getvalue()

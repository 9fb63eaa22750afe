"""A chart as matplotlib has it. This module alone loads matplotlib; it is imported when a chart is drawn."""

from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from costmodel.reports.charts.images import svg


class Picture(Figure):
    """A figure without a window, which shows itself in Jupyter."""

    def __init__(self, wide: float, tall: float, title: str) -> None:
        super().__init__((wide, tall), label=title)
        FigureCanvasAgg(self)

    def _repr_svg_(self) -> str:
        return svg(self).decode()

"""Charts of the results; their titles name what is shown, because the figures in them are live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.reports.workbook.layout import BEFORE, CALCULATION, FIRST, MONTHS_ROW, RESULTS
from costmodel.reports.workbook.results import TOP, cost_rows
from costmodel.reports.workbook.styles import GREY, SERIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from costmodel.reports.workbook.layout import Layout
    from costmodel.study.traced_rows import Row

_WIDE, _HIGH, _ROWS = 860, 340, 18
_MOST = len(SERIES)
_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}
_SMALL = {"color": GREY, "size": 9}


class Charts:
    """Puts charts below the tables of a sheet.

    Args:
        book: the workbook.
        sheet: the sheet of results.
        layout: places.
        at: the first free row.
    """

    def __init__(self, book: Workbook, sheet: Worksheet, layout: Layout, at: int) -> None:
        self._book, self._sheet, self._layout, self._at = book, sheet, layout, at
        self._money = layout.numbers(layout.model.scenario.currency)

    def costs(self) -> None:
        """Cost by option or by part, and by month."""
        options = self._layout.model.options
        currency = self._layout.model.scenario.currency
        if len(options) > 1:
            self._bars(f"Cost of each option over the horizon, {currency}", TOP, len(options))
        else:
            parts = len(cost_rows(self._layout, options[0]))
            self._bars(f"What the cost over the horizon consists of, {currency}", TOP + 3, parts)
        if self._layout.months > 1:
            self._by_month(options, currency)

    def _bars(self, title: str, first: int, count: int) -> None:
        """Bars of amounts in the second column, named by the first."""
        if not count:
            return
        chart = self._chart("bar", "", title)
        last = first + count - 1
        about = {"categories": [RESULTS, first, 0, last, 0], "values": [RESULTS, first, 1, last, 1]}
        chart.add_series({**about, "name": "cost", "fill": {"color": SERIES[0]}, "gap": 60})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"min": 0, "num_format": self._money, "major_gridlines": _GRID, "num_font": _SMALL})
        self._put(chart)

    def _by_month(self, options: Sequence[str], currency: str) -> None:
        rows = cost_rows(self._layout, options[0])
        if len(options) == 1 and len(rows) <= _MOST:
            chart = self._chart("column", "stacked", f"Cost by month, {currency}")
            named = [(row.key.about if row.key.name == "cost" else row.key.name, row) for row in rows]
        else:
            chart = self._chart("line", "", f"Cost by month, {currency}")
            found = [(option, self._layout.model.cost(option)) for option in options[:_MOST]]
            named = [(option, row) for option, row in found if row is not None]
        chart.set_y_axis({"min": 0, "num_format": self._money, "major_gridlines": _GRID, "num_font": _SMALL})
        for number, (name, row) in enumerate(named):
            self._series(chart, name, (row, 0), SERIES[number])
        self._put(chart)

    def worth(self) -> None:
        """Flows of every option so far, and what the first one's months consist of."""
        model, currency = self._layout.model, self._layout.model.scenario.currency
        if self._layout.months == 1:
            return
        chart = self._chart("line", "", f"Net flow so far, {currency}: above 0 it has paid back")
        for number, option in enumerate(model.options[:_MOST]):
            row = model.flow(option, "net flow so far")
            if row is not None:
                self._series(chart, option, (row, -1), SERIES[number])
        self._put(chart)
        chart = self._chart("column", "", f"Saving and costs by month, {currency}: {model.options[0]}")
        names = ("pay released, less severance and rehiring", "value of the hours freed that is used", "API cost")
        shown = [(name, model.flow(model.options[0], name)) for name in (*names, "fixed cost", "cost of errors")]
        for number, (name, row) in enumerate(shown):
            if row is not None:
                self._series(chart, name, (row, 0), SERIES[number])
        self._put(chart)

    def _chart(self, kind: str, subtype: str, title: str) -> Any:
        chart: Any = self._book.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})
        chart.set_title({"name": title, "name_font": {"size": 12, "bold": True}, "overlay": False})
        chart.set_size({"width": _WIDE, "height": _HIGH})
        chart.set_legend({"position": "bottom", "font": {"size": 9}})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": _GRID, "num_font": _SMALL})
        chart.set_x_axis({"num_font": {"color": GREY, "size": 9, "rotation": -45}, "label_position": "low"})
        return chart

    def _series(self, chart: Any, name: str, what: tuple[Row, int], colour: str) -> None:
        row, first = what
        at, left = self._layout.rows[self._layout.model.rows.number(row)], BEFORE if first < 0 else FIRST
        last = FIRST + self._layout.months - 1
        look: dict[str, Any] = {"line": {"color": colour, "width": 2.25}} if "Line" in type(chart).__name__ else {}
        chart.add_series(
            {
                "name": name,
                "categories": [CALCULATION, MONTHS_ROW, left, MONTHS_ROW, last],
                "values": [CALCULATION, at, left, at, last],
                **(look or {"fill": {"color": colour}, "gap": 60}),
            }
        )

    def _put(self, chart: Any) -> None:
        if not chart.series:  # nothing is used, so nothing costs: a chart of nothing is no chart
            return
        self._sheet.insert_chart(self._at, 0, chart, {"object_position": 2})
        self._at += _ROWS

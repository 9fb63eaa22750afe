"""Makes the workbook: sheets in order, names, and a file that is the same each time."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING

from costmodel.reports.workbook.calculation import write_calculation
from costmodel.reports.workbook.charts import Charts
from costmodel.reports.workbook.checks import write_checks
from costmodel.reports.workbook.cover import write_audit, write_cover
from costmodel.reports.workbook.inputs import write_constants, write_inputs
from costmodel.reports.workbook.layout import (
    AUDIT,
    CALCULATION,
    CHECKS,
    COVER,
    INPUTS,
    PRICE_SHEET,
    RESULTS,
    SHEETS,
    Layout,
)
from costmodel.reports.workbook.limits import limits_of
from costmodel.reports.workbook.pen import Pen
from costmodel.reports.workbook.prices import write_prices
from costmodel.reports.workbook.results import heading, write_costs, write_worth
from costmodel.reports.workbook.solvers import Solver
from costmodel.reports.workbook.styles import Styles

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

    from costmodel.reports.workbook.solvers import Solved
    from costmodel.study.traced import TracedModel

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # no clock: the same model gives the same bytes
_MONTHS_ON_PAGE = 12
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def workbook(model: TracedModel) -> bytes:
    """The workbook of a model, as a file.

    Raises:
        CommandLineError: the model has more months or steps than a sheet has columns or rows.
    """
    import xlsxwriter

    file = BytesIO()
    book = xlsxwriter.Workbook(file, _OPTIONS)
    book.set_properties(
        {"title": model.scenario.scenario[:255], "author": "costmodel", "created": _CREATED.replace(tzinfo=None)}
    )
    book.set_calc_mode("auto")
    styles, layout = Styles(book), Layout(model)
    pens = {name: Pen(book.add_worksheet(name), styles) for name in SHEETS}
    _fill(book, pens, layout)
    for name, place in sorted(layout.defined.items()):
        book.define_name(name, f"={place}")
    for name, pen in pens.items():
        _page(pen, ceil(layout.months / _MONTHS_ON_PAGE) if name == CALCULATION else 1, name)
    book.close()
    return file.getvalue()


def _fill(book: Workbook, pens: dict[str, Pen], layout: Layout) -> None:
    """Write every sheet; formulas collect the constants, so these come last."""
    model = layout.model
    limits = limits_of(layout)
    write_calculation(pens[CALCULATION], layout)
    prices = write_prices(pens[PRICE_SHEET], layout)
    heading(pens[RESULTS], layout)
    if model.scenario.roi is not None:
        at = write_worth(pens[RESULTS], layout, _solved(pens[CALCULATION], layout))
        Charts(book, pens[RESULTS].sheet, layout, at).worth()
    else:
        Charts(book, pens[RESULTS].sheet, layout, write_costs(pens[RESULTS], layout)).costs()
    inputs = write_inputs(pens[INPUTS], layout, limits)
    write_cover(pens[COVER], layout, write_checks(pens[CHECKS], layout, (inputs, prices)))
    write_constants(pens[INPUTS], layout, inputs.last.row + 1)
    write_audit(pens[AUDIT], layout)


def _solved(pen: Pen, layout: Layout) -> dict[str, Solved]:
    """The rates and paybacks of every option, below the calculation."""
    found, at = {}, layout.end
    for option in layout.model.options:
        measures = layout.model.result.option(option).measures  # type: ignore[union-attr]
        solver = Solver(pen, layout, option, measures, at)
        found[option] = solver.write()
        at = solver.next
    return found


def _page(pen: Pen, wide: int, name: str) -> None:
    """How a sheet is printed: across, on A4, so many pages wide; results on one page."""
    pen.sheet.set_landscape()
    pen.sheet.set_paper(9)
    pen.sheet.fit_to_pages(wide, 1 if name == RESULTS else 0)
    pen.sheet.set_footer("&L&A&RPage &P of &N")

"""Tables in an Excel file: figures as they are shown, and the rows behind them with every digit Excel holds."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from costmodel.results.records import flat_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.results.table import Table

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_WIDEST = 60  # characters of a column
_NAME = 31  # characters of a sheet's name, Excel's limit
_DIGITS = 15  # that Excel holds; longer numbers stay text


def workbook(tables: Sequence[Table], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """An Excel file: a sheet for each table, and one for the rows; the same input gives the same bytes."""
    from datetime import datetime

    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no clock in a result, and Excel knows no zone
    for number, table in enumerate(tables, 1):
        _table_sheet(book, f"Table {number}"[:_NAME], table)
    _rows_sheet(book, rows)
    book.close()
    return buffer.getvalue()


def _table_sheet(book: Any, name: str, table: Table) -> None:
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
    sheet.write_string(0, 0, table.title, bold)
    if table.lead:
        sheet.write_string(1, 0, table.lead)
    first = 3
    body = [*table.rows, *([table.totals] if table.totals else [])]
    for index, column in enumerate(table.columns):
        sheet.write_string(first, index, column.heading, book.add_format({"bold": True, "bottom": 1}))
        widest = max((len(row[index]) for row in body), default=0)
        sheet.set_column(index, index, min(max(widest, len(column.heading)) + 2, _WIDEST))
        for place, row in enumerate(body, first + 1):
            _write(sheet, (place, index), row[index], number=column.numeric)
    for place, note in enumerate(table.notes, first + len(body) + 2):
        sheet.write_string(place, 0, note)
    sheet.freeze_panes(first + 1, 1)


def _rows_sheet(book: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    sheet, bold = book.add_worksheet("Rows"), book.add_format({"bold": True, "bottom": 1})
    flat = flat_records(rows)
    for index, name in enumerate(dict.fromkeys(name for record in flat for name in record)):
        sheet.write_string(0, index, name, bold)
        for place, record in enumerate(flat, 1):
            _write(sheet, (place, index), record.get(name, ""), number=True)
    sheet.freeze_panes(1, 0)


def _write(sheet: Any, place: tuple[int, int], text: str, *, number: bool) -> None:
    """A cell: a number where it is one that Excel holds to the last digit, else text that can never run."""
    plain = text.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d+)?", text) else text
    if number and _NUMBER.fullmatch(plain) and len(plain.lstrip("-0.").replace(".", "")) <= _DIGITS:
        sheet.write_number(*place, float(plain))
    else:
        sheet.write_string(*place, text)

"""Writing cells: text that stays text, formulas with the value they have now."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from costmodel.errors import CostmodelError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from costmodel.reports.workbook.styles import Styles

_MOST = 32_767  # characters of a cell
_LINE = 15  # points of a line of text
_CHARACTERS = 1.1  # that fit into a unit of width, in the wider of the fonts that programs take


class Pen:
    """Writes into one sheet.

    Args:
        sheet: the sheet.
        styles: formats.
    """

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet, self._styles = sheet, styles
        self._lines: dict[int, int] = {}

    def text(self, row: int, column: int, text: str, look: str = "text") -> None:
        """A text, whatever it begins with: a name such as `=1+1` from a file never runs."""
        self._done(self.sheet.write_string(row, column, text[:_MOST], self._styles(look)))

    def paragraph(self, row: int, column: int, text: str, width: float, look: str = "wrapped") -> None:
        """A text in as many lines as it needs; the row gets their height.

        Args:
            row: where.
            column: where.
            text: the text.
            width: of the column.
            look: of the text.
        """
        self.text(row, column, text, look)
        lines = sum(max(1, ceil(len(part) / (width * _CHARACTERS))) for part in text.split("\n"))
        self._lines[row] = max(self._lines.get(row, 1), lines)
        if self._lines[row] > 1:
            self.sheet.set_row(row, _LINE * self._lines[row])

    def texts(self, row: int, column: int, texts: Sequence[str], look: str = "text") -> None:
        """Texts beside each other."""
        for offset, text in enumerate(texts):
            self.text(row, column + offset, text, look)

    def number(self, row: int, column: int, value: Any, numbers: str = "", look: str = "fixed") -> None:
        """A number."""
        self._done(self.sheet.write_number(row, column, float(value), self._styles(look, numbers)))

    def formula(
        self, place: tuple[int, int], formula: str, value: Any, numbers: str = "", look: str = "formula"
    ) -> None:
        """A formula, with its value: a preview that does not compute shows it."""
        shown = value if isinstance(value, str) else float(value) if isinstance(value, Fraction | float) else int(value)
        self._done(self.sheet.write_formula(*place, formula, self._styles(look, numbers), shown))

    def head(self, row: int, columns: Sequence[tuple[str, float]], numeric: Collection[int] = ()) -> None:
        """A row of headings, with the widths of their columns; those of numbers stand to the right."""
        for column, (text, width) in enumerate(columns):
            self.sheet.set_column(column, column, width)
            self.text(row, column, text, "head right" if column in numeric else "head")

    def fill(self, colour: str) -> Format:
        """A format for a condition: the cell's ground in a colour."""
        return self._styles.fill(colour)

    @staticmethod
    def _done(code: int | None) -> None:
        if code:
            raise CostmodelError(f"the workbook has no room for a cell ({code}): a fault of costmodel")

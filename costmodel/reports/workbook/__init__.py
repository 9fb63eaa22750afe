"""An Excel workbook with live formulas, traced from the equations of the program."""

from __future__ import annotations

from costmodel.reports.workbook.making import workbook

__all__ = ["workbook"]

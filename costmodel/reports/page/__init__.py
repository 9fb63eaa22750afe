"""A what-if page: one file that computes in the browser, with JavaScript printed from the equations of the program."""

from __future__ import annotations

from costmodel.reports.page.making import whatif_page

__all__ = ["whatif_page"]

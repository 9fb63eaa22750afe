"""Showing results: tables in the terminal; charts, workbook and page."""

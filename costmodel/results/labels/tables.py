"""Tables in a language: headings, labels, sentences, and figures as that language writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.results.labels.locales import ENGLISH, months_in, numbers_in
from costmodel.results.labels.said import Said, in_locale, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.results.labels.locales import Locale
    from costmodel.results.table import Column, Table


def localised(table: Table, locale: Locale) -> Table:
    """A table as a reader of a language sees it.

    A table whose title is in English alone stays English as a whole: half of it would be worse. Warnings stay English
    too. Names that come from files stay as they are.
    """
    if locale == ENGLISH or not is_translated(table):
        return table
    return table._replace(
        title=in_locale(table.title, locale),
        columns=tuple(column._replace(heading=heading_in(column.heading, locale)) for column in table.columns),
        rows=tuple(_row(row, table.columns, locale) for row in table.rows),
        totals=_row(table.totals, table.columns, locale) if table.totals else (),
        notes=tuple(in_locale(note, locale) for note in table.notes),
        lead=in_locale(table.lead, locale),
    )


def is_translated(table: Table) -> bool:
    """Whether a table can be said in other languages."""
    return isinstance(table.title, Said)


def heading_in(heading: str, locale: Locale) -> str:
    """A heading in a language; a user's own label stays as it is."""
    return in_locale(heading, locale) if isinstance(heading, Said) else translated(heading, locale)


def _row(cells: Sequence[str], columns: Sequence[Column], locale: Locale) -> tuple[str, ...]:
    return tuple(_cell(cell, column, locale) for cell, column in zip(cells, columns, strict=True))


def _cell(cell: str, column: Column, locale: Locale) -> str:
    if isinstance(cell, Said):
        return in_locale(cell, locale)
    return numbers_in(cell, locale) if column.numeric else months_in(cell, locale)

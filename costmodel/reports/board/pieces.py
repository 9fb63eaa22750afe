"""Pieces of the report as HTML: tables and charts. Every text is escaped here."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from costmodel.reports.page.markup import tag
from costmodel.results.labels import Said, in_locale, kept_together, localised, speaking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.figure import Figure

    from costmodel.results.labels import Locale
    from costmodel.results.table import Table


def prose(text: str, locale: Locale) -> str:
    """A text in a language, as HTML; no line ends between a figure and its unit."""
    return escape(kept_together(in_locale(text, locale)))


def paragraphs(texts: Iterable[str], locale: Locale, kind: str = "") -> str:
    """Sentences, each in a paragraph of its own; empty ones are left out."""
    attributes = {"class_": kind} if kind else {}
    return "\n".join(tag("p", prose(text, locale), **attributes) for text in texts if text)


def table(made: Table, locale: Locale, kind: str = "", *, titled: bool = False) -> str:
    """A table as a result shows it, without lead and notes.

    Args:
        made: the table.
        locale: the language.
        kind: class of a wide one, which has its title as the heading of its section.
        titled: whether a wide one has its title over it all the same.
    """
    shown = localised(made, locale)
    heads = [column.heading for column in shown.columns]
    classes = ["number" if column.numeric else "" for column in shown.columns]
    rows = [_own(row, said) for row, said in zip(made.rows, shown.rows, strict=True)]
    parts = [
        tag("caption", escape(kept_together(shown.title))) if titled or not kind else "",
        tag("thead", _heads(heads, classes)),
        tag("tbody", "\n".join(_row(row, heads, classes) for row in rows)),
        tag("tfoot", _row(shown.totals, heads, classes)) if shown.totals else "",
    ]
    return tag("table", "\n".join(part for part in parts if part), class_=kind or "result")


def _own(row: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Cells of the program; what a file or a reader writes, such as the command, stays as it can be copied."""
    return [kept_together(text) if isinstance(cell, Said) else text for cell, text in zip(row, shown, strict=True)]


def _heads(heads: Sequence[str], classes: Sequence[str]) -> str:
    cells = zip(heads, classes, strict=True)
    return tag("tr", "".join(tag("th", escape(kept_together(text)), **_class(kind)) for text, kind in cells))


def _row(texts: Sequence[str], heads: Sequence[str], classes: Sequence[str]) -> str:
    """Cells that know their heading: on a narrow screen each stands on a line of its own, behind it."""
    cells = zip(texts, heads, classes, strict=True)
    return tag("tr", "".join(tag("td", escape(text), data_label=head, **_class(kind)) for text, head, kind in cells))


def _class(kind: str) -> dict[str, str]:
    return {"class_": kind} if kind else {}


def chart(draw: Callable[[], Figure], locale: Locale) -> str:
    """A chart as a picture that stands in the file; its title is told to those who cannot see it."""
    from costmodel.reports.charts import svg

    with speaking(locale):
        figure = draw()
    picture = b64encode(svg(figure)).decode("ascii")
    image = f'<img alt="{escape(str(figure.get_label()))}" src="data:image/svg+xml;base64,{picture}">'
    return tag("figure", image)

"""Pieces of the report as HTML: tables and charts. Every text is escaped here."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from costmodel.reports.page.markup import tag
from costmodel.results.labels import in_locale, localised, speaking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.figure import Figure

    from costmodel.results.labels import Locale
    from costmodel.results.table import Table


def paragraphs(texts: Iterable[str], locale: Locale, kind: str = "") -> str:
    """Sentences, each in a paragraph of its own; empty ones are left out."""
    attributes = {"class_": kind} if kind else {}
    return "\n".join(tag("p", escape(in_locale(text, locale)), **attributes) for text in texts if text)


def table(made: Table, locale: Locale, kind: str = "") -> str:
    """A table as a result shows it, without lead and notes; a wide one has its title as the heading of its section."""
    shown = localised(made, locale)
    classes = ["number" if column.numeric else "" for column in shown.columns]
    heads = [column.heading for column in shown.columns]
    parts = [
        "" if kind else tag("caption", escape(shown.title)),
        tag("thead", _row("th", heads, classes)),
        tag("tbody", "\n".join(_row("td", row, classes) for row in shown.rows)),
        tag("tfoot", _row("td", shown.totals, classes)) if shown.totals else "",
    ]
    return tag("table", "\n".join(part for part in parts if part), class_=kind or "result")


def _row(cell: str, texts: Sequence[str], classes: Sequence[str]) -> str:
    return tag(
        "tr",
        "".join(
            tag(cell, escape(text), **({"class_": kind} if kind else {}))
            for text, kind in zip(texts, classes, strict=True)
        ),
    )


def chart(draw: Callable[[], Figure], locale: Locale) -> str:
    """A chart as a picture that stands in the file; its title is told to those who cannot see it."""
    from costmodel.reports.charts import svg

    with speaking(locale):
        figure = draw()
    picture = b64encode(svg(figure)).decode("ascii")
    image = f'<img alt="{escape(str(figure.get_label()))}" src="data:image/svg+xml;base64,{picture}">'
    return tag("figure", image)

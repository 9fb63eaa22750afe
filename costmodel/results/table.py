"""A table of text: what results show, in the terminal, in Jupyter, as Markdown and CSV."""

from __future__ import annotations

import re
import unicodedata
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_LINE = 118  # columns of a finding, where it is printed as plain text
# What stays on one line: a word, or a wide character; each with the marks that may not begin a line.
_WIDE, _CLOSING = "\u2e80-\uffef", "，。；：、）”"
_PIECES = re.compile(f"(?:[{_WIDE}]|[^\\s{_WIDE}]+)[{_CLOSING}]*\\s*")


class Column(NamedTuple):
    """A column: its heading, and whether it holds numbers."""

    heading: str
    numeric: bool = False


class Table(NamedTuple):
    """Rows of text under a title.

    Attributes:
        title: what is shown, with currency and period.
        totals: a last row, or none.
        notes: sentences below.
        lead: the finding, between title and table.
        muted: rows, by their number from 0, that stand back: offers that are not eligible.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lead: str = ""
    muted: frozenset[int] = frozenset()

    def plain(self) -> str:
        """As aligned text."""
        body = [*self.rows, *([self.totals] if self.totals else [])]
        widths = [
            max(width(text) for text in (column.heading, *(row[index] for row in body)))
            for index, column in enumerate(self.columns)
        ]
        rule = "  ".join("-" * wide for wide in widths)
        lead = [*_lines(self.lead), ""] if self.lead else []
        lines = [self.title, "", *lead, self._line([column.heading for column in self.columns], widths), rule]
        lines += [self._line(row, widths) for row in self.rows]
        if self.totals:
            lines += [rule, self._line(self.totals, widths)]
        if self.notes:
            lines += ["", *self.notes]
        return "\n".join(line.rstrip() for line in lines)

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        padded = []
        for text, wide, column in zip(cells, widths, self.columns, strict=True):
            fill = " " * (wide - width(text))
            padded.append(fill + text if column.numeric else text + fill)
        return "  ".join(padded)

    def __str__(self) -> str:
        return self.plain()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """For Jupyter."""
        from costmodel.results.html import table_html

        return {"text/html": table_html(self), "text/plain": self.plain()}

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        """For Jupyter's plain text, where the printer of tuples would come before the bundle."""
        printer.text(self.plain())

    def markdown(self) -> str:
        """As a Markdown table."""
        lead = [_escaped(self.lead), ""] if self.lead else []
        lines = [f"**{_escaped(self.title)}**", "", *lead, _piped(column.heading for column in self.columns)]
        lines.append("|" + "|".join("---:" if column.numeric else "---" for column in self.columns) + "|")
        lines += [_piped(row) for row in self.rows]
        if self.totals:
            lines.append(_joined(f"**{_escaped(cell)}**" if cell else "" for cell in self.totals))
        lines += [line for note in self.notes for line in ("", _escaped(note))]
        return "\n".join(lines)


def width(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


_HELD = "\u00a0%"  # no line begins with a percent sign


def _lines(text: str) -> list[str]:
    """A sentence in lines; where characters are wide, a line may end behind any of them."""
    if width(text) == len(text):
        return [line.replace(_HELD, " %") for line in wrap(text.replace(" %", _HELD), _LINE)]
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and width((lines[-1] + piece).rstrip()) > _LINE:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|" else char for char in text)


def _joined(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _piped(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_escaped(cell).replace("\n", " ") for cell in cells) + " |"


def safe_cell(text: str) -> str:
    """A text for a spreadsheet cell: one that would run as a formula is made text by an apostrophe.

    >>> safe_cell("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text

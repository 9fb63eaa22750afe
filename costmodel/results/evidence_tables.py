"""Published evidence for reading: all items in a table, and some in full."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from costmodel.evidence import WHICH
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.evidence import Item

_WIDE = 100
_NOTES = (
    "read: in its source. secondary: on a page that reports about it. judgement: chosen, not published.",
    "unverified: from general knowledge. not-found: no supporting study or published figure.",
    "'costmodel evidence NAME' shows the source and what to mind. An empty cell: enter a figure of your own.",
)


def evidence_listing(items: Iterable[Item]) -> Table:
    """Items as a table."""
    rows = [(item.name, *(getattr(item, name) or "" for name in WHICH), item.unit, item.verified) for item in items]
    figures = (Column(name, numeric=True) for name in WHICH)
    columns = (Column("name"), *figures, Column("unit"), Column("verified"))
    return Table("Published evidence", columns, tuple(rows), (), _NOTES)


def evidence_records(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Items as plain data; figures are text as a scenario reads it."""
    return [
        {
            "name": item.name,
            "about": item.about,
            **{name: getattr(item, name) for name in WHICH},
            "unit": item.unit,
            "source": item.source,
            "verified": item.verified,
            "caution": item.caution,
            "note": item.note,
        }
        for item in items
    ]


def evidence_text(items: Sequence[Item]) -> str:
    """Everything about items, one below the other."""
    records = evidence_records(items)
    wide = max(len(label) for label in records[0])
    return "\n\n".join("\n".join(_lines(record, wide)) for record in records)


def _lines(record: dict[str, Any], wide: int) -> list[str]:
    lines = []
    for label, text in record.items():
        if label in WHICH or text:
            first, *rest = wrap(text or "none", _WIDE, break_long_words=False, break_on_hyphens=False)
            lines.append(f"{label.ljust(wide)}  {first}")
            lines += [f"{' ' * wide}  {line}" for line in rest]
    return lines

"""Tables as HTML that can be pasted anywhere: style inline, no script, no random name."""

from __future__ import annotations

from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.results.table import Table

_GREY, _PALE, _LINE = "#6B6B6B", "#F5F5F5", "#CFCFCF"
_OPTIONS: dict[str, Any] = {
    "table_font_size": "13px",
    "table_margin_left": "0px",
    "table_border_top_style": "none",
    "table_border_bottom_style": "none",
    "heading_align": "left",
    "heading_title_font_size": "15px",
    "heading_title_font_weight": "bold",
    "heading_subtitle_font_size": "13px",
    "heading_border_bottom_style": "none",
    "column_labels_font_weight": "bold",
    "column_labels_border_bottom_color": "#444444",
    "column_labels_border_top_style": "none",
    "data_row_padding": "3px",
    "data_row_padding_horizontal": "8px",
    "column_labels_padding_horizontal": "8px",
    "table_body_hlines_color": _LINE,
    "table_body_border_bottom_color": "#444444",
    "source_notes_font_size": "12px",
    "source_notes_padding": "2px",
}


def tables_html(tables: Sequence[Table]) -> str:
    """Tables one below the other."""
    return "\n".join(table_html(table) for table in tables)


def table_html(table: Table) -> str:
    """A table, by great_tables: every text is escaped, every style is inline, the id follows from the content."""
    import pandas as pd
    from great_tables import GT, html, loc, style

    names = [str(index) for index in range(len(table.columns))]
    rows = [*table.rows, *([table.totals] if table.totals else [])]
    frame = pd.DataFrame(rows, columns=names, dtype=str)
    made = (
        GT(frame, id=f"costmodel-{sha256(table.plain().encode()).hexdigest()[:12]}")
        .tab_header(html(f"<strong>{escape(table.title)}</strong>"), html(escape(table.lead)) if table.lead else None)
        .cols_label({name: html(escape(column.heading)) for name, column in zip(names, table.columns, strict=True)})
        .cols_align("left")
        .cols_align("right", [name for name, column in zip(names, table.columns, strict=True) if column.numeric])
        .tab_options(**_OPTIONS)
    )
    if table.muted:
        made = made.tab_style(style.text(color=_GREY), loc.body(rows=sorted(table.muted)))
    if table.totals:
        made = made.tab_style([style.text(weight="bold"), style.fill(_PALE)], loc.body(rows=[len(table.rows)]))
    for note in table.notes:
        made = made.tab_source_note(html(escape(note)))
    return made.as_raw_html(inline_css=True)

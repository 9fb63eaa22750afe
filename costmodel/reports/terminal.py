"""Tables in a terminal, with rich: its width, and its colours unless NO_COLOR is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from costmodel.results.table import width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.results.table import Table


def show(tables: Sequence[Table]) -> None:
    """Print tables to the terminal."""
    console = Console(highlight=False)
    for table in tables:
        bare = table._replace(notes=(), lead="")
        if table.lead:
            console.print(Text(table.lead))
            console.print()
        if max(width(line) for line in bare.plain().splitlines()[2:]) + 2 * len(table.columns) > console.width:
            console.print(Text(bare.plain()), soft_wrap=True)  # a number broken over two lines would be misread
            console.print()
            continue
        rich = RichTable(
            title=Text(table.title, style="bold"),
            title_justify="left",
            box=box.SIMPLE_HEAD,
            show_footer=bool(table.totals),
        )
        for index, column in enumerate(table.columns):
            rich.add_column(
                Text(column.heading),
                Text(table.totals[index] if table.totals else ""),
                justify="right" if column.numeric else "left",
                overflow="fold",
            )
        for index, row in enumerate(table.rows):
            rich.add_row(*(Text(cell) for cell in row), style="dim" if index in table.muted else None)
        console.print(rich)
    for note in dict.fromkeys(note for table in tables for note in table.notes):
        console.print(Text(note, style="yellow" if note.startswith("Note:") else "dim"))

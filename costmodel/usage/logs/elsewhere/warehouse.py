"""The query of a usage cube for a data warehouse: what is printed for a person to run there.

Its answer says itself what it is: a further row has the description of the cube in place of a model, and every row says
how many rows there must be, so that an answer that was cut off is not priced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.cube.combined import fixed_names, requests_of
from costmodel.usage.logs.cube.fine import facts_of, facts_text
from costmodel.usage.logs.cube.query import Layout, fine_query
from costmodel.usage.logs.elsewhere.table_cells import TableCells
from costmodel.usage.logs.elsewhere.table_relation import Table, require_columns, require_plain, table_relation
from costmodel.usage.logs.shapes.columns import Source

if TYPE_CHECKING:
    from costmodel.usage.logs.cube.cuts import Cuts, Grain
    from costmodel.usage.logs.cube.dialects import Dialect
    from costmodel.usage.logs.shapes.shape import Shape

ABOUT = "about this cube"
"""The reason of the row that describes the cube."""
LINES, ROWS = "cube_lines", "cube_rows"
"""Columns of how many rows the answer has without that one, and how many rows of the table are in it."""


class Wanted(NamedTuple):
    """What is asked of a table.

    Attributes:
        table: its name, as the warehouse wants it.
        shapes: what the mapping says.
        labels: columns that are kept.
    """

    table: str
    shapes: tuple[Shape, ...]
    labels: tuple[str, ...] = ()

    @property
    def source(self) -> Source:
        """As a file would be read.

        Raises:
            CommandLineError: the mapping is not one of plain columns.
        """
        shape = require_plain(self.shapes, "the query of a warehouse")
        require_columns(shape, self.labels)
        return Source((), "parquet", (shape,), self.labels)


def grain_of(cuts: Cuts) -> Grain:
    """What half-hours are counted as one: those of a day at the same prices, unless prices depend on the hour."""
    return "half-hour" if cuts.windows else "day"


def warehouse_query(wanted: Wanted, cuts: Cuts, dialect: Dialect) -> str:
    """The query, whose answer can be priced.

    Args:
        wanted: of which table.
        cuts: where the cube is cut.
        dialect: of the warehouse.

    Raises:
        CommandLineError: the mapping is not one of plain columns.
    """
    source, grain = wanted.source, grain_of(cuts)
    layout = Layout(
        meters=source.meters,
        labels=len(wanted.labels),
        cuts=cuts,
        requests=requests_of([source]),
        fixed=fixed_names([source]),
    )
    table = Table(wanted.table, TableCells(dialect), day_edges=cuts.edges if grain == "day" else None)
    rows = fine_query(table_relation(source, table), layout, dialect)
    about = facts_text(facts_of(layout, wanted.labels, 0, {}, grain))
    return _told(rows, layout, about, dialect)


def _told(rows: str, layout: Layout, about: str, dialect: Dialect) -> str:
    """The rows, how many there are, and what they are."""
    sums = [dialect.named(name) for name in layout.sums]
    fine = [*layout.keys, "COALESCE(reason, '') AS reason", *sums]
    counts = [f"COUNT(*) OVER () AS {LINES}", f"CAST(SUM(rows_read) OVER () AS BIGINT) AS {ROWS}"]
    texts = {**dict.fromkeys(layout.names, "''"), "model": dialect.literal(about)}
    same = [texts.get(name, "0") for name in layout.keys]
    last = [*same, dialect.literal(ABOUT), *("0" for _ in sums), "0", "0"]
    return f"SELECT {', '.join([*fine, *counts])}\nFROM (\n{rows}\n) AS fine\nUNION ALL\nSELECT {', '.join(last)}"

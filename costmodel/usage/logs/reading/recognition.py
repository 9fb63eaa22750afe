# ruff: noqa: S608 - every name and text is quoted by `layout`
"""Which shape a record is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.usage.logs.reading.cells import Cells
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.reading.read import read_sql
from costmodel.usage.logs.reading.values import present
from costmodel.usage.logs.shapes.layout import JsonLayout
from costmodel.usage.logs.shapes.used import recognising_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.paths import FieldPath
    from costmodel.usage.logs.shapes.shape import Recognise, Shape


def family_sql(shapes: Sequence[Shape], cells: Cells) -> str:
    """The number of the first shape that is recognised; NULL where none is."""
    tests = " ".join(f"WHEN {_recognised(shape, cells)} THEN {number}" for number, shape in enumerate(shapes))
    return f"CASE {tests} END"


def _recognised(shape: Shape, cells: Cells) -> str:
    tests = [_present(shape.rows, cells, None)] if shape.rows else []
    tests += marks_sql(shape.recognise, cells, None) if shape.recognise else []
    return " AND ".join(dict.fromkeys(tests)) or "TRUE"


def marks_sql(told: Recognise, cells: Cells, base: str | None) -> list[str]:
    """What must hold of a record, or of an entry of a list, to be recognised.

    Args:
        told: the marks.
        cells: values of the record.
        base: SQL of the entry; None for the record.
    """
    tests = ["(" + " OR ".join(_present(path, cells, base) for path in paths) + ")" for paths in told.has]
    tests += [f"NOT ({_present(path, cells, base)})" for path in told.lacks]
    tests += [cells.matches(told.where.items(), base)] if told.where else []
    return tests + [f"NOT ({cells.matches([item], base)})" for item in told.unless.items()]


def _present(path: FieldPath, cells: Cells, base: str | None) -> str:
    if path.is_list:
        entries = cells.entries(path, base)
        return "FALSE" if entries is None else f"{entries} IS NOT NULL"
    leaf = cells.leaf(path, base)
    return "FALSE" if leaf is None else present(leaf)


def counted_families(source: Source) -> dict[str, int]:
    """How many records of JSON lines are of each shape, by its name, most first; records of none are left out.

    Raises:
        FileError: a file cannot be read.
    """
    cells = Cells(JsonLayout())
    family = family_sql(source.shapes, cells)
    taken = ", ".join(f"{sql} AS {column}" for column, sql in cells.columns("record").items())
    inner = f"SELECT {taken} FROM ({read_sql(source, recognising_paths(source.shapes))})"
    query = f"SELECT {family} AS family, count(*) FROM ({inner}) GROUP BY 1 ORDER BY 2 DESC, 1"
    found: dict[str, int] = {}
    with connection() as connected, plain_errors(", ".join(map(shown_path, source.files[:1]))):
        rows = connected.execute(query).fetchall()
    for number, count in rows:
        if number is not None:
            found[source.shapes[number].shape] = count
    return found

"""A table as the relation of canonical columns (see `columns`), in any dialect.

The rules are those of `records` and `reasons`, as for a file. Nothing of a bad row is handed on but its reason: what
stands in it may be a prompt in the wrong column, and the rows of a warehouse's answer are seen by people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.usage.logs.reading.cells import NOTHING
from costmodel.usage.logs.reading.reasons import Reasons
from costmodel.usage.logs.reading.records import RecordSql
from costmodel.usage.logs.reading.written import is_order
from costmodel.usage.logs.shapes.families import meters
from costmodel.usage.logs.shapes.used import used_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.usage.logs.elsewhere.table_cells import TableCells
    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.counted import Counted
    from costmodel.usage.logs.shapes.paths import FieldPath
    from costmodel.usage.logs.shapes.shape import Shape

_DAY_US = 86_400_000_000


class Table(NamedTuple):
    """Where the rows are.

    Attributes:
        name: of the table or view, or a SELECT in brackets.
        cells: its values.
        malformed: whether a row could not be read.
        day_edges: instants at which prices change; with them, every time is counted as the first of its day at the
            same prices. None where times are counted as they are.
    """

    name: str
    cells: TableCells
    malformed: str = "FALSE"
    day_edges: tuple[int, ...] | None = None


def table_relation(source: Source, table: Table) -> str:
    """The SELECT of the canonical columns.

    Args:
        source: with one shape of plain columns; see `require_plain`.
        table: where the rows are.
    """
    cells, shape, known = table.cells, source.shapes[0], meters()
    record = RecordSql(cells, shape, None, None)
    names, counts, requests = record.names(source.labels, source.key), record.meters(), record.requests()
    typed, faults = source._replace(format="parquet"), {0: record.faults(known)}  # whose texts are texts
    reasons = Reasons(typed, faults, known, billed=not shape.unbilled, quick=False)
    columns = [f"{sql} AS {column}" for column, sql in cells.columns("record").items()]
    inner = f"SELECT {', '.join([*columns, f'{table.malformed} AS malformed'])}\nFROM {table.name} AS used"
    for layer in ("text", "read"):
        inner = _with_columns(inner, cells.columns(layer), f"as_{layer}")
    found = {f"m_{meter}": counts.get(meter, NOTHING) for meter in source.meters}
    inner = _with_columns(inner, names, "named")
    inner = _with_columns(inner, {**found, "requests": requests}, "numbers")
    return _without_bad_rows(reasons.sql(inner, numbered=False, one=True), source, table)


def _with_columns(inner: str, columns: Mapping[str, str], name: str) -> str:
    further = "".join(f",\n  {sql} AS {column}" for column, sql in columns.items())
    return f"SELECT {name}.*{further}\nFROM ({inner}) AS {name}" if further else inner


def _without_bad_rows(inner: str, source: Source, table: Table) -> str:
    """The same with nothing in bad rows but their reason."""
    dialect = table.cells.dialect
    texts = ["model", "tier", "region", *(f"label_{index}" for index in range(len(source.labels)))]
    columns = {"at_us": f"CASE WHEN reason IS NULL THEN {_at(table)} ELSE 0 END"}
    columns |= {name: f"CASE WHEN reason IS NULL THEN {name} ELSE '' END" for name in texts}
    numbers = [dialect.named(name) for name in (*source.meters, "requests")]
    columns |= {name: f"CASE WHEN reason IS NULL THEN {name} ELSE 0 END" for name in numbers}
    shown = ",\n  ".join(f"{sql} AS {column}" for column, sql in columns.items())
    return f"SELECT\n  {shown},\n  reason\nFROM ({inner}) AS judged"


def _at(table: Table) -> str:
    """The instant; or the first one of its day at the same prices."""
    if table.day_edges is None:
        return "at_us"
    day = f"at_us - {table.cells.dialect.left_over('at_us', _DAY_US)}"
    inside = sorted((edge for edge in table.day_edges if edge % _DAY_US), reverse=True)
    cases = [f"WHEN at_us >= {edge} THEN GREATEST({day}, {edge})" for edge in inside]
    return f"CASE {' '.join(cases)} ELSE {day} END" if cases else day


def require_plain(shapes: Sequence[Shape], where: str) -> Shape:
    """The one shape of a log of plain columns.

    Args:
        shapes: what the mapping says.
        where: what can read nothing else, for the message.

    Raises:
        CommandLineError: it is of several families, has lists, or paths into a column.
    """
    if len(shapes) != 1:
        raise CommandLineError(
            f"{where} reads plain columns of one kind, and the log may be of {len(shapes)}: write a mapping of your own"
        )
    shape = shapes[0]
    if shape.rows is not None or shape.passes is not None or shape.skip is not None or _has_lists(shape):
        raise CommandLineError(
            f"{where} reads plain columns, and '{shape.shape}' looks into lists: "
            "make one row a request first, or price the log on one machine"
        )
    if shape.decimal is not None or any(is_order(time.kind) for time in shape.time):
        raise CommandLineError(
            f"{where} reads numbers and times as they are: '{shape.shape}' may have no `decimal` and no `kind` like "
            "day.month.year. Write them plainly first, or price the log on one machine"
        )
    return shape


def require_columns(shape: Shape, labels: Sequence[str]) -> None:
    """Every path of a table's mapping must be the name of one column.

    Raises:
        CommandLineError: the first one that is not.
    """
    for path in used_paths([shape], labels):
        if len(path.steps) > 1:
            raise CommandLineError(
                f"'{path.text}' is a path into a column, and a table is read by plain columns: name a column. "
                f"One whose name has points is written in quotes twice, as in '\"{path.column}\"'"
            )


def _has_lists(shape: Shape) -> bool:
    counts: list[Counted] = [*shape.meters.values(), *([shape.requests] if shape.requests else [])]
    counts += [item for total in shape.totals for item in (total.whole, total.equals)]
    paths: list[FieldPath] = used_paths([shape])
    return any(number.each for count in counts for number in count.numbers()) or any(
        step.pick for path in paths for step in path.steps
    )

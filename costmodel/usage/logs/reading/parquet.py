# ruff: noqa: S608 - the file is quoted by `layout`
"""The columns of Parquet files, from their footers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.errors import all_or_errors
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.shapes.columns import Column
from costmodel.usage.logs.shapes.layout import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from costmodel.usage.logs.shapes.layout import Kind

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"), "bigint"),
    **dict.fromkeys(("ubigint", "hugeint", "uhugeint", "float", "double", "decimal"), "number"),
    **dict.fromkeys(("varchar", "enum"), "text"),
    **dict.fromkeys(("timestamp", "timestamp_s", "timestamp_ms"), "timestamp"),
    "timestamp_ns": "nanoseconds",
    "timestamp with time zone": "timestamptz",
    "date": "date",
}


def parquet_columns(files: Sequence[Path]) -> dict[Path, tuple[Column, ...]]:
    """The columns of each file; each field of a struct column is one of its own.

    Raises:
        FileError: every file that cannot be read.
    """
    if not files:
        return {}
    with connection() as connected:
        return dict(zip(files, all_or_errors(files, lambda file: _columns(connected, file)), strict=True))


def _columns(connected: duckdb.DuckDBPyConnection, file: Path) -> tuple[Column, ...]:
    query = f"SELECT * FROM read_parquet([{literal(str(file))}], hive_partitioning = false) LIMIT 0"
    with plain_errors(shown_path(file)):
        described = connected.execute(query).description or []
    return tuple(column for item in described for column in _fields(item[0], quoted(item[0]), item[1]))


def _fields(name: str, sql: str, kind: Any) -> Iterator[Column]:
    if kind.id == "struct":
        for field, inside in kind.children:
            yield from _fields(f"{name}.{field}", f"{sql}[{literal(field)}]", inside)
        return
    known = _KINDS.get(str(kind.id), "other")
    yield Column(name, f"CAST({sql} AS VARCHAR)" if str(kind.id) == "enum" else sql, known, str(kind))

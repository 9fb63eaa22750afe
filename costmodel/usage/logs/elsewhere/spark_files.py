"""How Spark reads the files of a source: declared columns, every row, and what it cannot read as DuckDB does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from costmodel.errors import CommandLineError
from costmodel.usage.logs.cube.dialects import SPARK
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.shapes.used import used_paths

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.usage.logs.shapes.columns import Source

_BROKEN = "broken_line"  # the column of a line that has not as many cells as the heading
_NO_TEXT = "\x1ano such text\x1a"
_SPECIAL = re.compile(r"([\\*?\[\]{}])")


def refuse_unread(source: Source) -> None:
    """What Spark would read in another way than DuckDB is not read at all.

    Raises:
        CommandLineError: JSON lines, CSV with quotes, CSV that is not UTF-8, CSV with a line above the heading.
    """
    why = ""
    if source.format == "jsonl":
        why = "Spark reads CSV and Parquet, and this is JSON lines"
    elif source.csv is not None and source.csv.quotes:
        why = "Spark reads CSV whose cells are not quoted, and in this one some are"
    elif source.csv is not None and not source.csv.utf8:
        why = "Spark reads CSV in UTF-8, and this is not"
    elif source.csv is not None and source.csv.skip:
        why = "Spark reads CSV whose first line is the heading, and in this one a line 'sep=' stands above it"
    if why:
        raise CommandLineError(
            f"'{shown_path(source.files[0])}': {why}. Price it without --engine spark, or save it as Parquet first"
        )


def frame_of(session: Any, source: Source) -> Any:
    """The rows of a source as a data frame."""
    paths = [_uri(file) for file in source.files]
    if source.csv is None:
        return session.read.parquet(*paths)
    columns = ", ".join(f"c{index} STRING" for index in range(source.csv.width))
    options = {
        "header": True,
        "sep": source.csv.delimiter,
        "quote": "",
        "encoding": "UTF-8",
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": _BROKEN,
        "nullValue": _NO_TEXT,
        "emptyValue": "",
        "maxCharsPerColumn": -1,
    }
    return session.read.csv(paths, schema=f"{columns}, {_BROKEN} STRING", **options)


def _uri(file: Path) -> str:
    """A path as Spark wants it, which takes some signs for patterns."""
    return "file:" + _SPECIAL.sub(r"\\\1", str(file))


def malformed_sql(source: Source) -> str:
    """Whether a row could not be read: a cell that is used is not there, or there is one too many."""
    if source.csv is None:
        return "FALSE"
    paths = used_paths(source.shapes, source.labels, source.key)
    used = {name for path in paths for name in (path.text, path.column)}
    numbers = [int(column.sql.removeprefix("c")) for column in source.columns if column.name in used]
    cells = f"split({_BROKEN}, {SPARK.literal(re.escape(source.csv.delimiter))}, -1)"
    further = f"coalesce(get({cells}, {source.csv.width}), '') <> ''"
    return f"({_BROKEN} IS NOT NULL AND (size({cells}) <= {max(numbers)} OR {further}))"

# ruff: noqa: S608 - the relation is quoted by `layout`
"""Where the bad rows of a log stand: a second look at the files, only where there are any.

It asks for the same relation, so that a row has the same reason here as in the sums. Nothing of a row itself is told:
it may hold patient data.
"""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from costmodel.files import write_whole
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import opened, shown_path
from costmodel.usage.logs.reading.read import read_sql
from costmodel.usage.logs.reading.relation import relation
from costmodel.usage.logs.shapes.used import used_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from costmodel.usage.logs.shapes.columns import Source

FIRST = 3  # bad rows of each reason that are told of
MOST = 1_000_000  # bad rows that a side file holds
_BLANKS = b" \t\r\n\x0b\x0c"  # a line of these alone is no record to DuckDB


class BadRow(NamedTuple):
    """One bad row.

    Attributes:
        file: as the user knows it.
        line: line in the file from 1, as an editor shows it; None where a file has no lines, or its rows cannot be told
            apart by lines.
        record: its number among the records of the file, from 1; the heading is none.
        reason: one of `columns.REASONS`.
    """

    file: str
    line: int | None
    record: int
    reason: str

    @property
    def place(self) -> str:
        """`log.csv:12`, or the number of the row where there are no lines."""
        return f"{self.file}: row {self.record:,}" if self.line is None else f"{self.file}:{self.line}"


def bad_rows(sources: Iterable[Source], first: int | None = FIRST) -> Iterator[BadRow]:
    """The bad rows of a log, file by file.

    Args:
        sources: files that are read alike.
        first: of each reason only so many, those that come first; all where it is None.

    Raises:
        FileError: a file cannot be read.
    """
    told: dict[str, int] = {}
    for source in sources:
        for file in source.files:
            found = _of_file(source, file, first)
            if first is not None:
                found = [item for item in found if _counted(told, item[1]) <= first]
            lines = lines_of(source, file, [record for record, _ in found])
            for record, reason in found:
                yield BadRow(shown_path(file), lines.get(record), record, reason)


def _counted(told: dict[str, int], reason: str) -> int:
    told[reason] = told.get(reason, 0) + 1
    return told[reason]


def _of_file(source: Source, file: Path, first: int | None) -> list[tuple[int, str]]:
    """Record and reason of the bad rows of one file, in its order."""
    rows = relation(source._replace(files=(file,)), numbered=True)
    query = f"SELECT DISTINCT record, reason FROM ({rows}) WHERE reason IS NOT NULL"
    if first is not None:
        query += f" QUALIFY dense_rank() OVER (PARTITION BY reason ORDER BY record) <= {first}"
    with connection() as connected, plain_errors(shown_path(file)):
        return connected.execute(f"{query} ORDER BY record LIMIT {MOST + 1}").fetchall()


def lines_of(source: Source, file: Path, records: list[int]) -> dict[int, int]:
    """The lines on which records begin; none where lines do not tell the records apart."""
    if source.format == "parquet" or not records:
        return {}
    wanted, found, count = set(records), {}, 0
    with opened(file) as stream:
        above = 1 if source.csv is not None and source.csv.skip else 0
        starts = islice(_csv_starts(stream), above, None) if source.csv is not None else _json_starts(stream)
        for count, line in enumerate(starts, 0 if source.csv is not None else 1):
            if count in wanted:
                found[count] = line
    anything = used_paths(source.shapes)[:1]
    query = f"SELECT count(*) FROM ({read_sql(source._replace(files=(file,)), anything)})"
    with connection() as connected, plain_errors(shown_path(file)):
        (same,) = connected.execute(query).fetchone() or (None,)
    return found if same == count else {}


def _json_starts(stream: BinaryIO) -> Iterator[int]:
    """The lines that hold a record: all but blank ones."""
    for line, text in enumerate(stream, 1):
        if text.strip(_BLANKS):
            yield line


def _csv_starts(stream: BinaryIO) -> Iterator[int]:
    """The lines on which a row begins, the heading first; a quoted cell may hold line ends."""
    quotes = 0
    with io.TextIOWrapper(stream, "latin-1", newline=None) as lines:
        for line, text in enumerate(lines, 1):
            if quotes % 2 == 0 and text != "\n":
                yield line
            quotes += text.count('"')


def write_bad_rows(sources: Iterable[Source], path: Path) -> int:
    """Write file, line and reason of every bad row as CSV.

    Returns:
        How many were written; at most `MOST`.

    Raises:
        FileError: a file cannot be read.
        CommandLineError: the file cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "line", "row", "reason"))
    count = 0
    for row in bad_rows(sources, None):
        if count == MOST:
            break
        name = f"./{row.file}" if row.file[:1] in "=+-@" else row.file  # it must not run as a formula
        writer.writerow((name, "" if row.line is None else row.line, row.record, row.reason))
        count += 1
    write_whole(path, text.getvalue())
    return count

# ruff: noqa: S608 - made of columns of `columns`, and names and files quoted by `layout`
"""Requests told apart by a key: the same one twice, within a file or across files, is counted once and told.

Each file is read into rows of the canonical columns, with a digest of the key in place of the key: MD5, 128 bits. (Two
different keys among 10^10 have the same digest with a probability below 10^-18.) From there on the log itself is not
needed: which keys stand twice is found among the digests, and the rest is counted as any log is. What does not fit into
memory is on disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.cube.combined import requests_of
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.reading.relation import relation
from costmodel.usage.logs.shapes.columns import Column, Source
from costmodel.usage.logs.shapes.families import meters
from costmodel.usage.logs.shapes.layout import literal, quoted
from costmodel.usage.logs.shapes.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import duckdb

    from costmodel.usage.logs.shapes.layout import Kind

DIGEST = "CAST(md5(key) AS UUID)"
TOLD = 3  # keys of which the places are told
_NAMES = ("model", "tier", "region")


def write_rows(source: Source, file: Path, memory: str) -> None:
    """Write the rows of a log, each with the digest of its key.

    Of bad rows there is the reason and nothing else.

    Args:
        source: files that are read alike, with a key.
        file: where to write them; what does not fit into memory goes beside it.
        memory: what DuckDB may take.

    Raises:
        FileError: the file cannot be read.
    """
    names = [*_NAMES, *_labels(source.labels)]
    counts = [*map(quoted, source.meters), *(["requests"] if requests_of([source]) != "one" else [])]
    values = {"key": DIGEST, "made": "make_timestamp(at_us)", **{name: name for name in (*names, *counts)}}
    columns = [f"CASE WHEN reason IS NULL THEN {sql} END AS {name}" for name, sql in values.items()]
    query = f"SELECT {', '.join(columns)}, CAST(reason AS VARCHAR) AS reason FROM ({relation(source)})"
    with _engine(file.parent, memory) as connected, plain_errors(shown_path(source.files[0])):
        connected.execute(f"COPY ({query}) TO {literal(str(file))} (FORMAT parquet)")


class Rows(NamedTuple):
    """The rows of a log, each key once.

    Attributes:
        sources: what they are read as, like any log.
        read: rows that were read of each file, by its number.
        left_out: bad rows by reason.
        bad: the numbers of the files that have bad rows.
        repeated: rows that were left out since their key stands in another one.
        twice: some keys that stand in several rows: the digest, and the numbers of the first files that have it.
    """

    sources: tuple[Source, ...]
    read: dict[int, int]
    left_out: dict[str, int]
    bad: frozenset[int]
    repeated: int
    twice: tuple[tuple[str, tuple[int, ...]], ...]


def rows_once(files: Sequence[Path], labels: Sequence[str], folder: Path, memory: str) -> Rows:
    """The rows of all files, of each key only the first: that of the earliest time.

    Args:
        files: written by `write_rows`, in the order of the log.
        labels: names of the labels.
        folder: for rows that must be written anew, and for what does not fit into memory.
        memory: what DuckDB may take.
    """
    with _engine(folder, memory) as connected, plain_errors(str(folder)):
        return _Once(connected, files, labels, folder).rows()


class _Once:
    def __init__(
        self, connected: duckdb.DuckDBPyConnection, files: Sequence[Path], labels: Sequence[str], folder: Path
    ) -> None:
        self._sql, self._files, self._labels, self._folder = connected, files, tuple(labels), folder
        self._numbers = {str(file): number for number, file in enumerate(files)}
        self._columns = self._columns_of_files()

    def rows(self) -> Rows:
        read, left_out, bad = self._counts()
        twice = f"SELECT key FROM {_read(self._files)} WHERE key IS NOT NULL GROUP BY key HAVING COUNT(*) > 1"
        self._sql.execute(f"CREATE TEMP TABLE twice AS {twice}")
        concerned = self._concerned()
        clean = [file for number, file in enumerate(self._files) if number not in concerned]
        repeated = 0
        if concerned:
            concerned_files = [self._files[number] for number in sorted(concerned)]
            anew, repeated = self._written_anew(concerned_files)
            clean.append(anew)
            self._columns[str(anew)] = tuple(
                dict.fromkeys(name for file in concerned_files for name in self._columns[str(file)])
            )
        return Rows(self._sources(clean), read, left_out, bad, repeated, self._told() if concerned else ())

    def _columns_of_files(self) -> dict[str, tuple[str, ...]]:
        query = f"SELECT file_name, name FROM parquet_schema({_listed(self._files)}) WHERE type IS NOT NULL"
        found: dict[str, tuple[str, ...]] = {}
        for file, name in self._sql.execute(query).fetchall():
            found[file] = (*found.get(file, ()), name)
        return found

    def _counts(self) -> tuple[dict[int, int], dict[str, int], frozenset[int]]:
        """Rows of each file, bad rows by reason, and the files that have some."""
        query = f"SELECT filename, reason, COUNT(*) FROM {_read(self._files)} GROUP BY ALL"
        read, left_out, bad = dict.fromkeys(range(len(self._files)), 0), dict[str, int](), set[int]()
        for file, reason, count in self._sql.execute(query).fetchall():
            read[self._numbers[file]] += count
            if reason is not None:
                left_out[reason] = left_out.get(reason, 0) + count
                bad.add(self._numbers[file])
        return read, left_out, frozenset(bad)

    def _concerned(self) -> set[int]:
        """The files that have a key which stands twice."""
        if not self._number("SELECT COUNT(*) FROM twice"):
            return set()
        rows = f"SELECT DISTINCT filename FROM {_read(self._files)} SEMI JOIN twice USING (key)"
        return {self._numbers[row[0]] for row in self._sql.execute(rows).fetchall()}

    def _written_anew(self, files: Sequence[Path]) -> tuple[Path, int]:
        """The rows of some files, of each key the first; and how many are left out."""
        there = {name for file in files for name in self._columns[str(file)]}
        counts = [name for name in meters().names if name in there]
        filled = [f"COALESCE({quoted(name)}, CASE WHEN reason IS NULL THEN 0 END) AS {quoted(name)}" for name in counts]
        if "requests" in there:
            filled.append("COALESCE(requests, CASE WHEN reason IS NULL THEN 1 END) AS requests")
        names = [*_NAMES, *_labels(self._labels)]
        every = f"SELECT key, made, {', '.join([*names, *filled])}, reason FROM {_read(files)}"
        order = ", ".join(["made", *names, *map(quoted, counts), *(["requests"] if "requests" in there else [])])
        first = f"ROW_NUMBER() OVER (PARTITION BY key ORDER BY {order}) = 1"
        several = f"SELECT * FROM ({every}) SEMI JOIN twice USING (key)"
        anew = self._folder / "once.rows"
        self._sql.execute(
            f"COPY (SELECT * FROM ({every}) ANTI JOIN twice USING (key) UNION ALL {several} QUALIFY {first}) "
            f"TO {literal(str(anew))} (FORMAT parquet)"
        )
        before, after = (self._number(f"SELECT COUNT(*) FROM {_read(group)}") for group in (files, [anew]))
        return anew, before - after

    def _number(self, query: str) -> int:
        row = self._sql.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _told(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The earliest keys that stand twice, and where."""
        rows = self._sql.execute(
            f"SELECT CAST(key AS VARCHAR), list(DISTINCT filename) FROM {_read(self._files)} "
            f"SEMI JOIN twice USING (key) GROUP BY key ORDER BY MIN(made), key LIMIT {TOLD}"
        ).fetchall()
        return tuple((key, tuple(sorted(self._numbers[file] for file in files)[:2])) for key, files in rows)

    def _sources(self, files: Sequence[Path]) -> tuple[Source, ...]:
        alike: dict[tuple[str, ...], list[Path]] = {}
        for file in files:
            alike.setdefault(self._columns[str(file)], []).append(file)
        return tuple(self._source(columns, group) for columns, group in alike.items())

    def _source(self, columns: Sequence[str], files: Sequence[Path]) -> Source:
        counted = [name for name in meters().names if name in columns]
        says: dict[str, object] = {
            "shape": "kept-rows",
            "time": {"path": "made", "zone": "UTC"},
            **{name: name for name in _NAMES},
            "labels": dict(zip(self._labels, _labels(self._labels), strict=True)),
            "meters": {name: name for name in counted},
            **({"requests": "requests"} if "requests" in columns else {}),
        }
        texts = (*_NAMES, *_labels(self._labels))
        kinds: dict[str, Kind] = {"made": "timestamp", **dict.fromkeys(texts, "text")}
        kinds |= dict.fromkeys((*counted, "requests"), "bigint")
        described = tuple(Column(name, quoted(name), kinds[name]) for name in columns if name in kinds)
        return Source(tuple(files), "parquet", (Shape.model_validate(says),), self._labels, None, described)


def places(source: Source, digests: Sequence[str]) -> list[tuple[int, str]]:
    """The records of one file whose key has one of some digests: their number from 1, and the digest; two of each.

    Raises:
        FileError: the file cannot be read.
    """
    wanted = ", ".join(f"CAST({literal(digest)} AS UUID)" for digest in digests)
    query = (
        f"SELECT record, CAST(digest AS VARCHAR) FROM "
        f"(SELECT record, {DIGEST} AS digest FROM ({relation(source, numbered=True)}) WHERE reason IS NULL) "
        f"WHERE digest IN ({wanted}) "
        f"QUALIFY ROW_NUMBER() OVER (PARTITION BY digest ORDER BY record) <= 2 ORDER BY record"
    )
    with connection() as connected, plain_errors(shown_path(source.files[0])):
        return connected.execute(query).fetchall()


def _labels(labels: Sequence[str]) -> list[str]:
    return [f"label_{index}" for index in range(len(labels))]


def _listed(files: Sequence[Path]) -> str:
    return f"[{', '.join(literal(str(file)) for file in files)}]"


def _read(files: Sequence[Path]) -> str:
    return f"read_parquet({_listed(files)}, filename = true, union_by_name = true, hive_partitioning = false)"


def _engine(folder: Path, memory: str) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    settings = {"memory_limit": memory, "temp_directory": str(folder / "spill")}
    return connection(**settings, preserve_insertion_order="false")

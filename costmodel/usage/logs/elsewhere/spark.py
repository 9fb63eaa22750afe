# ruff: noqa: S608 - made of names quoted by `dialects`
"""The scan of a log by Apache Spark: the same query as DuckDB runs, on a cluster.

Files are read with declared columns, so that nothing else of a row becomes a value, and by the workers: each must see
them under the same path. The rows of the cube alone come back.
"""

from __future__ import annotations

import os
import re
import socket
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.errors import CommandLineError, CostmodelError, FileError, Mistake, how_to_install
from costmodel.usage.logs.cube.combined import combined, fixed_names, meters_of, requests_of
from costmodel.usage.logs.cube.cuts import instant_of
from costmodel.usage.logs.cube.dialects import SPARK
from costmodel.usage.logs.cube.fine import facts_of, write_cube
from costmodel.usage.logs.cube.periods import periods
from costmodel.usage.logs.cube.query import Layout, fine_query
from costmodel.usage.logs.elsewhere.spark_cells import SparkCells
from costmodel.usage.logs.elsewhere.spark_files import frame_of, malformed_sql, refuse_unread
from costmodel.usage.logs.elsewhere.table_relation import Table, require_plain, table_relation
from costmodel.usage.logs.reading.engine import connection
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.usage.logs.cube.cuts import Cuts, Grain
    from costmodel.usage.logs.cube.fine import FineCube
    from costmodel.usage.logs.shapes.columns import Source

_MOST_MODELS = 10_000
_PATIENCE_SECONDS = 5.0
_FOLDED = "costmodel_folded_half_hours"
_DAY_US = 86_400_000_000
_AHEAD_US = 2 * 366 * _DAY_US
_MASTER = re.compile(r"spark://([\w.-]+|\[[0-9a-f:]+\]):(\d{1,5})")
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a sum that is too large is an error
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.csv.parser.columnPruning.enabled": "false",  # or cells too few or too many would not be seen
}
_OWN: dict[str, bool | float | str | None] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


class Spark(NamedTuple):
    """A Spark that scans.

    Attributes:
        master: such as `spark://host:7077` or `local[4]`. A session that is there already is taken, whatever this is;
            None where there must be one.
    """

    master: str | None = None


@contextmanager
def spark_scanner(sources: Sequence[Source], folder: Path, engine: Spark) -> Iterator[SparkScanner]:
    """What scans a log on Spark.

    Args:
        sources: files of plain columns; all with the same labels and key.
        folder: an empty folder for the cube; the caller removes it.
        engine: which Spark.

    Raises:
        CommandLineError: there is no Spark, it cannot be reached, or the log is not of plain columns.
        FileError: the cluster cannot read the files.
    """
    for source in sources:
        if source.key is not None:
            raise CommandLineError("keys are looked at on one machine alone: leave --key out, or --engine spark")
        require_plain(source.shapes, "Spark")
        refuse_unread(source)
    with _plain_errors(sources), _session(engine, folder) as session, _settings(session):
        scan = SparkScanner(session, sources, folder)
        try:
            yield scan
        finally:
            scan.close()


class SparkScanner:
    """Scans a log; see `spark_scanner`. Its methods are those of `scan.Scanner`."""

    def __init__(self, session: Any, sources: Sequence[Source], folder: Path) -> None:
        self._session, self._sources, self._folder = session, tuple(sources), folder
        self._views = [f"costmodel_log_{number}" for number in range(len(self._sources))]
        for source, view in zip(self._sources, self._views, strict=True):
            frame_of(session, source).createOrReplaceTempView(view)
        self._relation = combined(self._sources, self._read, SPARK.named)

    @property
    def meters(self) -> tuple[str, ...]:
        """The meters of the log."""
        return meters_of(self._sources)

    def models(self) -> list[str] | None:
        """The models as logged; None where finding them would mean to read the log twice, or there are too many."""
        if any(source.format != "parquet" for source in self._sources):
            return None
        query = f"SELECT DISTINCT model FROM ({self._relation}) AS log WHERE reason IS NULL LIMIT {_MOST_MODELS + 1}"
        found = [str(row[0]) for row in self._session.sql(query).collect()]
        return sorted(found) if len(found) <= _MOST_MODELS else None

    def cube(self, cuts: Cuts, grain: Grain, name: str = "cube") -> FineCube:
        """The fine cube of the log.

        Args:
            cuts: where it is cut.
            grain: what half-hours are counted as one; see `periods`.
            name: of the cube's file.
        """
        if grain != "half-hour":
            self._fold(cuts, grain)
        layout = self._layout(cuts, grain)
        rows = self._session.sql(fine_query(self._relation, layout, SPARK)).toArrow()
        with connection() as connected:
            connected.register("fine", rows)
            counted = connected.execute("SELECT reason, SUM(rows_read) FROM fine GROUP BY reason").fetchall()
            found = {reason: int(count) for reason, count in counted}
            good = found.pop(None, 0)
            self._check(good + sum(found.values()))
            facts = facts_of(layout, self._sources[0].labels, good + sum(found.values()), found, grain)
            kept = "SELECT * FROM fine WHERE reason IS NULL"
            return write_cube(connected, kept, facts, self._folder / f"{name}.parquet")

    def _layout(self, cuts: Cuts, grain: Grain) -> Layout:
        return Layout(
            meters=self.meters,
            labels=len(self._sources[0].labels),
            cuts=cuts,
            requests=requests_of(self._sources),
            fixed=fixed_names(self._sources),
            folded=_FOLDED if grain != "half-hour" else "",
        )

    def close(self) -> None:
        """Leave a session that goes on as it was."""
        for view in (*self._views, _FOLDED):
            self._session.catalog.dropTempView(view)

    def _read(self, source: Source) -> str:
        return table_relation(
            source, Table(self._views[self._sources.index(source)], SparkCells(source), malformed_sql(source))
        )

    def _check(self, counted: int) -> None:
        """Parquet says itself how many rows it has."""
        import pyarrow.parquet as pq

        if any(source.format != "parquet" for source in self._sources):
            return
        there = sum(pq.read_metadata(file).num_rows for source in self._sources for file in source.files)
        if there != counted:
            raise CostmodelError(
                f"the log has {there:,} rows, and Spark counted {counted:,}: nothing was priced. Do all workers see "
                "the same files? If so, this is a fault of costmodel: please report it."
            )

    def _fold(self, cuts: Cuts, grain: Grain) -> None:
        """The table of half-hours that are counted as another one, as in `scan.Scanner`."""
        import pyarrow as pa

        first, last = limits().first_us, max((limits().first_us, *cuts.edges)) + _AHEAD_US
        begin, end = (instant_of(at_us - at_us % _DAY_US) for at_us in (first, last))
        found = [
            (half, item.bucket) for item in periods(cuts, grain, begin, end) for half in range(item.first, item.end)
        ]
        halves, buckets = zip(*found, strict=True)
        columns = {"half_hour": pa.array(halves, pa.int64()), "bucket": pa.array(buckets, pa.int64())}
        self._session.createDataFrame(pa.table(columns)).createOrReplaceTempView(_FOLDED)


@contextmanager
def _session(engine: Spark, folder: Path) -> Iterator[Any]:
    """The session that is there, or one of our own, which ends with us."""
    try:
        with _unheard():
            from pyspark.sql import SparkSession
    except ImportError:
        raise CommandLineError(f"Spark is not installed: {how_to_install('spark')}") from None
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    if engine.master is None:
        raise CommandLineError("name the Spark cluster: --master spark://HOST:7077, or 'local[*]' for this machine")
    _require_answer(engine.master)
    builder = SparkSession.builder.master(engine.master).appName("costmodel").config(map={**_OWN, **_SETTINGS})
    builder = builder.config("spark.sql.warehouse.dir", str(folder / "spark"))  # by default, where one works
    with _unheard():
        session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def _unheard() -> Iterator[None]:
    """Spark writes to the standard error that it is started with, as long as it runs: also rows that it fails at."""
    error = os.dup(2)
    with Path(os.devnull).open("w") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about versions of pandas, which is not used
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(error, 2)
            os.close(error)


def _require_answer(master: str) -> None:
    """A master that is not there is told at once; Spark itself would try for minutes."""
    places = [_MASTER.fullmatch(f"spark://{place}") for place in master.removeprefix("spark://").split(",")]
    if not master.startswith("spark://"):
        if not re.fullmatch(r"local(\[(\*|\d{1,4})\])?|yarn|k8s://.+", master):
            raise CommandLineError(f"--master: '{master[:60]}' is no Spark master: write spark://HOST:7077 or local[*]")
        return
    for place in places:
        if place is None:
            raise CommandLineError(f"--master: '{master[:60]}' is no Spark master: write spark://HOST:7077")
        with suppress(OSError), socket.create_connection((place[1].strip("[]"), int(place[2])), _PATIENCE_SECONDS):
            return
    raise CommandLineError(f"--master: no Spark master answers at {master[:60]}: is it running, and the name right?")


@contextmanager
def _settings(session: Any) -> Iterator[None]:
    """What our query takes for granted, and afterwards what the session's owner does."""
    before = {name: session.conf.get(name, None) for name in _SETTINGS}
    for name, value in _SETTINGS.items():
        session.conf.set(name, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in before.items():
            session.conf.unset(name) if value is None else session.conf.set(name, value)


@contextmanager
def _plain_errors(sources: Sequence[Source]) -> Iterator[None]:
    """What goes wrong inside is told in our words: those of Spark quote the rows, which may hold patient data."""
    try:
        yield
    except CostmodelError:
        raise
    except Exception as error:
        kind, said = type(error), str(error)
        if kind.__module__.split(".")[0] not in {"pyspark", "py4j"}:
            raise
        if "JAVA_GATEWAY_EXITED" in said or "JAVA_HOME" in said:
            raise CommandLineError("Spark cannot start: it needs Java 17 or later (JAVA_HOME)") from None
        files = [file for source in sources for file in source.files]
        words = f"Spark cannot read the log ({kind.__name__})"
        if "FileNotFoundException" in said or "does not exist" in said or "PATH_NOT_FOUND" in said:
            words = "a worker of Spark does not find the file: put it where all of them see it under this path"
        raise FileError([Mistake(shown_path(files[0]), 1, 1, words)]) from None

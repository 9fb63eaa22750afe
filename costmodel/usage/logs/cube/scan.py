# ruff: noqa: S608 - made of the relation of `reading` and the query of `query`
"""The scan of a log by DuckDB: the query of the fine cube over what `reading` makes of the files.

Memory is bounded; what does not fit is spilled to a folder that is removed afterwards. Nothing is fetched.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError, CostmodelError
from costmodel.usage.logs.cube.combined import combined, fixed_names, meters_of, requests_of
from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, instant_of
from costmodel.usage.logs.cube.dialects import DUCKDB
from costmodel.usage.logs.cube.fine import FineCube, facts_of, write_cube
from costmodel.usage.logs.cube.periods import periods
from costmodel.usage.logs.cube.query import Layout, fine_query, good_groups
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.reading.reading import relation
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from costmodel.usage.logs.cube.cuts import Cuts, Grain
    from costmodel.usage.logs.shapes.columns import Source

    Progress = Callable[[int, int], None]

MEMORY = "500MB"
_MOST_MODELS = 10_000
_FIRST_ROWS, _FEW_MODELS = 100_000, 50  # what is looked at first to find the models, and how many are asked for by name
_POLL_SECONDS = 0.25
_FOLDED = "folded_half_hours"
_DAY_US = 86_400_000_000
_AHEAD_US = 2 * 366 * _DAY_US  # after the last change of price: later half-hours are counted one by one


@contextmanager
def scanner(
    sources: Sequence[Source], folder: Path, memory: str = MEMORY, progress: Progress | None = None
) -> Iterator[Scanner]:
    """What scans a log.

    Args:
        sources: the files; all with the same labels and key.
        folder: an empty folder for the cube, and for what does not fit into memory; the caller removes it.
        memory: what DuckDB may take, such as `500MB`.
        progress: told how much is done, of how much; None where nobody watches.

    Raises:
        FileError: a file cannot be read.
        CommandLineError: the memory cannot be that.
    """
    import duckdb

    files = [file for source in sources for file in source.files]
    shown = shown_path(files[0]) + (f" or one of {len(files) - 1} more" if len(files) > 1 else "")
    settings = {"memory_limit": memory, "temp_directory": str(folder / "spill")}
    try:
        with connection(**settings, preserve_insertion_order="false") as connected, plain_errors(shown):
            yield Scanner(connected, sources, folder, progress)
    except (duckdb.ParserException, duckdb.InvalidInputException):
        raise CommandLineError(f"'{memory}' is no amount of memory: write one such as 500MB or 2GB") from None


class _Counts(NamedTuple):
    """Rows of the log that are counted, and bad ones by reason."""

    counted: int
    left_out: dict[str, int]

    @property
    def read(self) -> int:
        return self.counted + sum(self.left_out.values())


class Scanner:
    """Scans a log; see `scanner`."""

    def __init__(
        self,
        connected: duckdb.DuckDBPyConnection,
        sources: Sequence[Source],
        folder: Path,
        progress: Progress | None,
    ) -> None:
        self._sql, self._sources, self._folder, self._progress = connected, tuple(sources), folder, progress
        self._relation = combined(self._sources)
        self._quick = combined(self._sources, lambda source: relation(source, quick=True))
        # Columns are looked at one by one: what is asked of one of them is cheap, and so is the number of rows.
        self._columnar = all(source.format == "parquet" for source in self._sources)
        self._keyed = self._sources[0].key is not None

    @property
    def meters(self) -> tuple[str, ...]:
        """The meters of the log."""
        return meters_of(self._sources)

    def models(self) -> list[str] | None:
        """The models as logged; None where finding them would mean to read the log twice, or there are too many."""
        if not self._columnar:
            return None
        named = f"SELECT model FROM ({self._relation}) WHERE model IS NOT NULL"
        first = self._distinct(f"{named} LIMIT {_FIRST_ROWS}")
        # DuckDB tests a Parquet dictionary once, not row by row: to look for others is cheap, if these are few.
        known = first if len(first) <= _FEW_MODELS else []
        found = {*known, *self._distinct(" AND ".join([named, *["model <> ?"] * len(known)]), known)}
        return sorted(found) if len(found) <= _MOST_MODELS else None

    def _distinct(self, models: str, values: Sequence[str] = ()) -> list[str]:
        query = f"SELECT DISTINCT model FROM ({models}) LIMIT {_MOST_MODELS + 1}"
        return [str(row[0]) for row in self._sql.execute(query, list(values)).fetchall()]

    def cube(self, cuts: Cuts, grain: Grain, name: str = "cube") -> FineCube:
        """The fine cube of the log.

        Args:
            cuts: where it is cut.
            grain: what half-hours are counted as one; see `periods`.
            name: of the cube's file.
        """
        with _watched(self._sql, self._progress):
            if _is_folded(cuts, grain):
                self._fold(cuts, grain)
            layout, counts = self._scanned(cuts, grain)
            facts = facts_of(layout, self._sources[0].labels, counts.read, counts.left_out, grain)
            rows = "SELECT * FROM fine WHERE reason IS NULL"
            return write_cube(self._sql, rows, facts, self._folder / f"{name}.parquet")

    def _scanned(self, cuts: Cuts, grain: Grain) -> tuple[Layout, _Counts]:
        """The table `fine`, of a quick scan if that counts every row.

        To tell why a row is bad slows down what takes seconds, and few logs have bad rows.
        """
        rows_read = None
        if self._columnar and not self._keyed:
            layout = self._layout(cuts, grain, careful=False)
            counts = self._fine(layout)
            rows_read = self._number(f"SELECT COUNT(*) FROM ({self._relation})")
            if counts.read == rows_read:
                return layout, counts
        layout = self._layout(cuts, grain, careful=True)
        counts = self._fine(layout)
        if rows_read not in {None, counts.read}:
            raise CostmodelError(
                f"the log has {rows_read:,} rows, but {counts.counted:,} are counted and "
                f"{counts.read - counts.counted:,} left out: this is a fault of costmodel, and nothing was priced. "
                "Please report it."
            )
        return layout, counts

    def _layout(self, cuts: Cuts, grain: Grain, *, careful: bool) -> Layout:
        return Layout(
            meters=self.meters,
            labels=len(self._sources[0].labels),
            cuts=cuts,
            requests=requests_of(self._sources),
            fixed=fixed_names(self._sources),
            folded=_FOLDED if _is_folded(cuts, grain) else "",
            step=1 if grain == "half-hour" or _is_folded(cuts, grain) else _DAY_US // HALF_HOUR_US,
            reasons=careful,
            key=self._keyed,
        )

    def _fine(self, layout: Layout) -> _Counts:
        rows = self._relation if layout.reasons else self._quick
        self._sql.execute(f"CREATE OR REPLACE TEMP TABLE fine AS {fine_query(rows, layout, DUCKDB)}")
        good = "TRUE" if layout.reasons else good_groups(layout)
        counted = self._sql.execute(f"SELECT reason, SUM(rows_read) FROM fine WHERE {good} GROUP BY reason").fetchall()
        found = {reason: int(count) for reason, count in counted}
        return _Counts(found.pop(None, 0), found)

    def _number(self, query: str) -> int:
        row = self._sql.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _fold(self, cuts: Cuts, grain: Grain) -> None:
        """The table of half-hours that are counted as another one, as far as the prices are known."""
        first, last = limits().first_us, max((limits().first_us, *cuts.edges)) + _AHEAD_US
        begin, end = (instant_of(at_us - at_us % _DAY_US) for at_us in (first, last))
        found = list(periods(cuts, grain, begin, end))
        self._sql.execute(
            f"CREATE OR REPLACE TEMP TABLE {_FOLDED} AS "
            "SELECT unnest(range(first, after)) AS half_hour, bucket FROM ("
            "SELECT unnest(?::BIGINT[]) AS first, unnest(?::BIGINT[]) AS after, unnest(?::BIGINT[]) AS bucket)",
            [[item.first for item in found], [item.end for item in found], [item.bucket for item in found]],
        )


def _is_folded(cuts: Cuts, grain: Grain) -> bool:
    """Whether a table must say what half-hours are counted as one: not where that is all of each day."""
    return grain == "month" or (grain == "day" and bool(cuts.windows or any(edge % _DAY_US for edge in cuts.edges)))


@contextmanager
def _watched(connected: duckdb.DuckDBPyConnection, progress: Callable[[int, int], None] | None) -> Iterator[None]:
    """Tell how much of the queries inside is done."""
    if progress is None:
        yield
        return
    connected.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    done = Event()

    def tell() -> None:
        while not done.wait(_POLL_SECONDS):
            progress(max(0, min(99, int(connected.query_progress()))), 100)

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        progress(100, 100)

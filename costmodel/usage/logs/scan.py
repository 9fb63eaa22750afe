# ruff: noqa: S608 - made of the relation of `reading` and the query of `query`
"""The scan of a log by DuckDB: the query of the fine cube over what `reading` makes of the files.

Memory is bounded; what does not fit is spilled to a folder that is removed afterwards. Nothing is fetched.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Literal, NamedTuple

from costmodel.errors import CommandLineError, CostmodelError
from costmodel.usage.logs.columns import GLOBAL, STANDARD
from costmodel.usage.logs.dialects import DUCKDB
from costmodel.usage.logs.engine import connection, plain_errors
from costmodel.usage.logs.files import shown_path
from costmodel.usage.logs.fine import FineCube, facts_of, write_cube
from costmodel.usage.logs.layout import ColumnLayout, quoted
from costmodel.usage.logs.limits import limits
from costmodel.usage.logs.periods import folded
from costmodel.usage.logs.query import Layout, fine_query
from costmodel.usage.logs.reading import relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from costmodel.usage.logs.columns import Source
    from costmodel.usage.logs.cuts import Cuts, Grain
    from costmodel.usage.logs.shape import Named

MEMORY = "500MB"
_MOST_MODELS = 10_000
_POLL_SECONDS = 0.25
_TABLE = "folded_half_hours"
_YEARS_AHEAD_US = 2 * 366 * 86_400_000_000


class Scan(NamedTuple):
    """What is scanned, and how.

    Attributes:
        sources: the files; all with the same labels.
        cuts: where the cube is cut.
        grain: what half-hours are counted as one; see `periods`.
        memory: what DuckDB may take, such as `500MB`.
        progress: told how much is done, of how much; None where nobody watches.
    """

    sources: tuple[Source, ...]
    cuts: Cuts
    grain: Grain = "half-hour"
    memory: str = MEMORY
    progress: Callable[[int, int], None] | None = None

    @property
    def columnar(self) -> bool:
        """Whether looking at one column is much cheaper than reading everything."""
        return all(source.format == "parquet" for source in self.sources)

    @property
    def layout(self) -> Layout:
        """What the fine cube holds."""
        sources = self.sources
        keyed = any(source.key is not None for source in sources)
        return Layout(
            meters=meters_of(sources),
            labels=len(sources[0].labels),
            cuts=self.cuts,
            requests=_requests(sources),
            fixed=_fixed(sources),
            folded=_TABLE if self.grain != "half-hour" else "",
            # To tell why each row is bad would slow down what takes seconds: if there are any, they are counted after.
            reasons=keyed or not self.columnar,
            key=keyed,
        )


def meters_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """The meters that some source has."""
    return tuple(dict.fromkeys(meter for source in sources for meter in source.meters))


def models_in(scan: Scan, folder: Path) -> list[str] | None:
    """The models as logged, found cheaply; None where that cannot be: the log is not columnar, or has very many."""
    if not scan.columnar:
        return None
    query = f"SELECT DISTINCT model FROM ({_relation(scan)}) WHERE model IS NOT NULL LIMIT {_MOST_MODELS + 1}"
    with _engine(scan, folder) as connected:
        found = [str(row[0]) for row in connected.execute(query).fetchall()]
    return sorted(found) if len(found) <= _MOST_MODELS else None


def fine_cube(scan: Scan, folder: Path, name: str = "cube") -> FineCube:
    """The fine cube of a log.

    Args:
        scan: what is scanned.
        folder: an empty folder for the cube, and for what does not fit into memory; the caller removes it.
        name: of the cube's file there.

    Raises:
        FileError: a file cannot be read.
        CommandLineError: the memory cannot be that.
    """
    layout, relation_ = scan.layout, _relation(scan)
    with _engine(scan, folder) as connected, _watched(connected, scan.progress):
        if layout.folded:
            _fold(connected, scan, relation_)
        connected.execute(f"CREATE TEMP TABLE fine AS {fine_query(relation_, layout, DUCKDB)}")
        rows_read, left_out = _counts(connected, layout, relation_)
        facts = facts_of(layout, scan.sources[0].labels, rows_read, left_out, scan.grain)
        return write_cube(connected, "SELECT * FROM fine WHERE reason IS NULL", facts, folder / f"{name}.parquet")


def _counts(connected: duckdb.DuckDBPyConnection, layout: Layout, relation_: str) -> tuple[int, dict[str, int]]:
    """Rows of the log, and bad ones by reason; all are one or the other."""
    by_reason = connected.execute("SELECT reason, SUM(rows_read) FROM fine GROUP BY reason").fetchall()
    found = {reason: int(rows) for reason, rows in by_reason}
    counted = found.pop(None, 0)
    if layout.reasons:
        return counted + sum(found.values()), found
    row = connected.execute(f"SELECT COUNT(*) FROM ({relation_})").fetchone()
    rows_read = int(row[0]) if row else 0
    if rows_read != counted:
        bad = f"SELECT reason, COUNT(*) FROM ({relation_}) WHERE reason IS NOT NULL GROUP BY reason"
        found = {str(reason): int(rows) for reason, rows in connected.execute(bad).fetchall()}
    if rows_read != counted + sum(found.values()):
        raise CostmodelError(
            f"{rows_read:,} rows were read, but {counted:,} are counted and {sum(found.values()):,} left out: "
            "this is a fault of costmodel, and nothing was priced. Please report it."
        )
    return rows_read, found


def _relation(scan: Scan) -> str:
    """All sources as one relation; a meter that one of them lacks is 0 there."""
    layout = scan.layout
    first = ("at_us", *layout.names)
    last = ("requests", "reason", *(["key"] if layout.key else []))
    texts = []
    for source in scan.sources:
        meters = (
            quoted(name) if name in source.meters else f"CAST(0 AS BIGINT) AS {quoted(name)}" for name in layout.meters
        )
        texts.append(f"SELECT {', '.join([*first, *meters, *last])} FROM ({relation(source)})")
    return " UNION ALL ".join(texts)


def _requests(sources: Sequence[Source]) -> Literal["one", "one at most", "any"]:
    """How many requests a row stands for."""
    shapes = [shape for source in sources for shape in source.shapes]
    if any(shape.requests is not None for shape in shapes):
        return "any"
    return "one at most" if any(shape.passes is not None or shape.unbilled for shape in shapes) else "one"


def _fixed(sources: Sequence[Source]) -> dict[str, str]:
    """The service tier and the region, where every record has the same."""
    found = {}
    for column, otherwise in (("tier", STANDARD), ("region", GLOBAL)):
        said = {
            _only_name(source, getattr(shape, column), otherwise)
            for source in sources
            for shape in source.shapes
            if shape.skip is None
        }
        only = said.pop() if len(said) == 1 else None
        if only is not None:
            found[column] = only
    return found


def _only_name(source: Source, names: Sequence[Named], otherwise: str) -> str | None:
    """The name that every record has; None where the records say it."""
    layout = ColumnLayout(source.columns)
    for named in names:
        if named.is_ is not None:
            return named.is_
        if any(not source.columns or layout.leaf(path) is not None for path in named.path):
            return None
    return otherwise


def _fold(connected: duckdb.DuckDBPyConnection, scan: Scan, relation_: str) -> None:
    """The table of half-hours that are counted as one."""
    first, last = limits().first_us, max([limits().first_us, *scan.cuts.edges]) + _YEARS_AHEAD_US
    if scan.columnar:
        sane = f"at_us >= {first} AND at_us < {limits().last_us}"
        row = connected.execute(f"SELECT MIN(at_us), MAX(at_us) FROM ({relation_}) WHERE {sane}").fetchone()
        first, last = row if row and row[0] is not None else (first, first)
    pairs = list(folded(scan.cuts, scan.grain, first, last))
    connected.execute(
        f"CREATE TEMP TABLE {_TABLE} AS SELECT unnest(?::BIGINT[]) AS half_hour, unnest(?::BIGINT[]) AS bucket",
        [[half_hour for half_hour, _ in pairs], [bucket for _, bucket in pairs]],
    )


@contextmanager
def _engine(scan: Scan, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with bounded memory."""
    import duckdb

    files = [file for source in scan.sources for file in source.files]
    shown = shown_path(files[0]) + (f" or one of {len(files) - 1} more" if len(files) > 1 else "")
    settings = {"memory_limit": scan.memory, "temp_directory": str(folder / "spill")}
    try:
        with connection(**settings, preserve_insertion_order="false") as connected, plain_errors(shown):
            yield connected
    except (duckdb.ParserException, duckdb.InvalidInputException):
        raise CommandLineError(f"'{scan.memory}' is no amount of memory: write one such as 500MB or 2GB") from None


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

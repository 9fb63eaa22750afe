# ruff: noqa: S608 - made of names quoted by `layout`
"""The fine cube: what a usage log comes to, in whole numbers and without any price, as one small Parquet file.

Its columns are those of `query`; what it is cut at stands in the file itself. It can be kept, joined with others, and
priced again under any price book that asks for no further cut.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from costmodel.documents.model import Amount, Model, Positive, Text
from costmodel.errors import FileError, Mistake, UsageError
from costmodel.files import write_whole
from costmodel.prices.hours import Hours
from costmodel.prices.tariff import Measure, Shape
from costmodel.quantities import decimal_text
from costmodel.usage.logs.cube.cuts import Cuts
from costmodel.usage.logs.cube.query import Layout
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.shapes.layout import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    import duckdb

SCHEMA_VERSION = "1"
_KEY = "costmodel_usage_cube"


class MeasureFacts(Model):
    """Units that were counted request by request: the fields of `Measure` and `Shape`."""

    meter: Text
    """The meter."""
    minus: tuple[Text, ...] = ()
    """Parts that are priced apart."""
    increment: Positive | None = None
    """Units of a request are rounded up to whole increments."""
    minimum: Amount | None = None
    """Least units of a request."""
    above: Amount | None = None
    """Lower end of a bracket."""
    up_to: Positive | None = None
    """Upper end of a bracket."""

    def measure(self) -> Measure:
        """As the rate cards know it."""
        return Measure(self.meter, self.minus, Shape(self.increment, self.minimum, self.above, self.up_to))


class Facts(Model):
    """What a fine cube is, as it stands in its file."""

    schema_version: Literal["1"] = "1"
    """Of this description."""
    grain: Literal["half-hour", "day", "month"] = "half-hour"
    """What half-hours are counted as one; see `periods`."""
    meters: tuple[Text, ...]
    """Columns of meters."""
    labels: tuple[Text, ...] = ()
    """Names of the labels, in the order of their columns."""
    sizes: tuple[int, ...] = ()
    """As in `Cuts`."""
    edges: tuple[int, ...] = ()
    """As in `Cuts`."""
    windows: tuple[Hours, ...] = ()
    """As in `Cuts`."""
    measures: tuple[MeasureFacts, ...] = ()
    """As in `Cuts`."""
    apart: tuple[Text, ...] = ()
    """As in `Cuts`."""
    rows_read: int
    """Rows of the log, bad ones included."""
    left_out: dict[Text, int] = Field(default_factory=dict)
    """Bad rows by reason."""

    @property
    def cuts(self) -> Cuts:
        """Where the cube is cut."""
        measures = tuple(item.measure() for item in self.measures)
        return Cuts(self.sizes, self.edges, self.windows, measures, self.apart)

    @property
    def layout(self) -> Layout:
        """The columns."""
        return Layout(self.meters, len(self.labels), self.cuts)

    @property
    def rows_counted(self) -> int:
        """Rows of the log that are in the cube."""
        return self.rows_read - sum(self.left_out.values())


def facts_of(layout: Layout, labels: Sequence[str], rows_read: int, left_out: dict[str, int], grain: Any) -> Facts:
    """The description of a cube."""
    cuts = layout.cuts
    return Facts(
        grain=grain,
        meters=layout.meters,
        labels=tuple(labels),
        sizes=cuts.sizes,
        edges=cuts.edges,
        windows=cuts.windows,
        measures=tuple(_measure_facts(measure) for measure in cuts.measures),
        apart=cuts.apart,
        rows_read=rows_read,
        left_out=dict(sorted(left_out.items())),
    )


def _measure_facts(measure: Measure) -> MeasureFacts:
    steps = measure.shape._asdict() if measure.shape else {}
    return MeasureFacts(meter=measure.meter, minus=measure.minus, **steps)


class FineCube(NamedTuple):
    """A fine cube.

    Attributes:
        file: where its rows are.
        facts: what it is.
    """

    file: Path
    facts: Facts

    @property
    def relation(self) -> str:
        """Its rows, as a SELECT for DuckDB."""
        columns = (quoted(name) for name in (*self.facts.layout.keys, *self.facts.layout.sums))
        return f"SELECT {', '.join(columns)} FROM read_parquet({literal(str(self.file))})"

    def save(self, path: Path) -> None:
        """Keep it in a file, written whole or not at all: smaller, and the same rows give the same bytes.

        Raises:
            CommandLineError: the file cannot be written.
        """
        with TemporaryDirectory(prefix="costmodel-") as folder, connection() as connected:
            order = ", ".join(self.facts.layout.keys)
            kept = Path(folder) / "cube.parquet"
            write_cube(connected, f"{self.relation} ORDER BY {order}", self.facts, kept, "zstd")
            write_whole(path, kept.read_bytes())


def write_cube(
    connected: duckdb.DuckDBPyConnection, rows: str, facts: Facts, file: Path, compression: str = "snappy"
) -> FineCube:
    """Write fine rows as a cube.

    Args:
        connected: a DuckDB that has them.
        rows: a SELECT of them.
        facts: what the cube is.
        file: where to write it.
        compression: a quick one by default.
    """
    keys, sums = facts.layout.keys, facts.layout.sums
    whole = [f"CAST({quoted(name)} AS DECIMAL(38, 0)) AS {quoted(name)}" for name in sums]
    options = f"FORMAT parquet, COMPRESSION {compression}, KV_METADATA {{{_KEY}: {literal(facts_text(facts))}}}"
    connected.execute(f"COPY (SELECT {', '.join([*keys, *whole])} FROM ({rows})) TO {literal(str(file))} ({options})")
    return FineCube(file, facts)


def facts_text(facts: Facts) -> str:
    """The description as JSON; numbers that may have decimals as text."""
    import json

    record = facts.model_dump(mode="json", exclude={"windows", "measures"})
    record["windows"] = [
        {
            "daily": [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in window.daily],
            "zone": window.zone,
            "days": list(window.days),
        }
        for window in facts.windows
    ]
    record["measures"] = [{"meter": item.meter, "minus": list(item.minus), **_steps(item)} for item in facts.measures]
    return json.dumps(record, sort_keys=True, separators=(",", ":"))


def _steps(item: MeasureFacts) -> dict[str, str]:
    found: dict[str, Fraction | None] = {name: getattr(item, name) for name in Shape._fields}
    return {name: decimal_text(value) for name, value in found.items() if value is not None}


def read_cube(path: Path) -> FineCube:
    """Open a cube that was kept.

    Raises:
        FileError: there is no such file, or it is no usage cube of this version.
    """
    if not path.is_file():
        raise FileError([Mistake(str(path), 1, 1, "there is no such file")])
    with plain_errors(str(path)), connection() as connected:
        facts = _facts(path, connected)
        rows = f"read_parquet({literal(str(path))})"
        columns = connected.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
        there = {str(row[0]): str(row[1]) for row in columns}
        keys, sums = facts.layout.keys, facts.layout.sums
        wrong = [name for name in keys if name not in there] + [name for name in sums if there.get(name) not in _WHOLE]
        if not wrong:
            empty = [f"{quoted(name)} IS NULL" for name in (*keys, *sums)]
            negative = [f"{quoted(name)} < 0" for name in sums]
            bad = connected.execute(f"SELECT COUNT(*) FROM {rows} WHERE {' OR '.join(empty + negative)}").fetchone()
            wrong = ["rows_read"] if bad is None or bad[0] else []
    if wrong:
        words = f"{_OTHER}: its column '{wrong[0]}' is missing, or holds other than counts"
        raise FileError([Mistake(str(path), 1, 1, words)])
    return FineCube(path, facts)


_WHOLE = ("DECIMAL(38,0)", "HUGEINT", "BIGINT", "INTEGER")
_OTHER = "this is no usage cube that 'costmodel usage price --save-cube' of this version wrote"


def _facts(path: Path, connected: duckdb.DuckDBPyConnection) -> Facts:
    import json

    query = "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = ?"
    found = connected.execute(query, [str(path), _KEY]).fetchone()
    try:
        return Facts.model_validate(json.loads(found[0] if found else ""))
    except (ValueError, ValidationError, RecursionError):
        raise FileError([Mistake(str(path), 1, 1, f"{_OTHER}: price the log again, or make the cube anew")]) from None


def join(cubes: Iterable[FineCube], file: Path) -> FineCube:
    """Several cubes as one: of several logs, or of a log that grows.

    Args:
        cubes: cut alike, with the same labels; a meter that one of them lacks counts as 0 there.
        file: where to write it.

    Raises:
        UsageError: they are not cut alike, or there is none.
    """
    parts = list(cubes)
    if not parts:
        raise UsageError("no usage cube was given: at least one is needed")
    first = parts[0].facts
    for part in parts[1:]:
        _require_alike(first, part.facts)
    meters = tuple(dict.fromkeys(meter for part in parts for meter in part.facts.meters))
    left_out: dict[str, int] = {}
    for part in parts:
        for reason, rows in part.facts.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + rows
    changed = {"meters": meters, "rows_read": sum(part.facts.rows_read for part in parts)}
    facts = first.model_copy(update={**changed, "left_out": dict(sorted(left_out.items()))})
    with plain_errors(str(parts[0].file)), connection() as connected:
        return write_cube(connected, _joined(parts, facts.layout), facts, file)


def _require_alike(first: Facts, other: Facts) -> None:
    if (first.grain, first.labels, first.cuts) != (other.grain, other.labels, other.cuts):
        raise UsageError(
            "usage cubes can be joined only where they were made with the same labels and cut at the same sizes and "
            "prices: make them anew from their logs, together"
        )


def _joined(parts: Sequence[FineCube], layout: Layout) -> str:
    keys, sums = ", ".join(layout.keys), [quoted(name) for name in layout.sums]
    rows = [
        "SELECT {}, {} FROM ({})".format(
            keys,
            ", ".join(name if name.strip('"') in part.facts.layout.sums else f"0 AS {name}" for name in sums),
            part.relation,
        )
        for part in parts
    ]
    totals = ", ".join(f"SUM({name}) AS {name}" for name in sums)
    return f"SELECT {keys}, {totals} FROM ({' UNION ALL '.join(rows)}) GROUP BY {keys}"

# ruff: noqa: S608 - made of the columns of `columns`, numbers, and names quoted by `dialects`
"""The one query of a usage cube: canonical rows in, sums of whole numbers out. No price is in it.

One row of the result is a *fine* row: all good rows of one half-hour of UTC, model, service tier, region, labels and
band of request sizes. Its columns, in order:

    bucket      half-hours since 1970 UTC
    piece       microseconds after that at which a price changed inside it; 0 where none did
    model, tier, region, label_0 …
    band        how many size limits the requests lie above; -1 where rows add up requests of unknown size
    used        a bit for each meter of `Cuts.apart` that the requests used
    reason      NULL; a row of bad rows says theirs, and nothing else of it may be used
    rows_read   rows of the log
    requests, <meter> …
    shaped_0 …  units of `Cuts.measures` that were counted request by request, times their scale
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, SIZE, Cuts, scale
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.prices.tariff import Measure, Shape
    from costmodel.usage.logs.cube.dialects import Dialect

UNDECIDED = -1
_TWO_TO_31 = 2**31
_TEXTS = ("model", "tier", "region")
DUPLICATE = "duplicate"
"""The reason of a row whose key stood in another row."""


class Layout(NamedTuple):
    """What a fine cube holds.

    Attributes:
        meters: the meters of the log.
        labels: how many labels were asked for.
        cuts: where it is cut.
        requests: how many requests a row of the log stands for: always one, none or one (a request may be made in
            several passes), or any number.
        fixed: columns that are the same in all rows, with their text: they need not be grouped by.
        folded: a table (half_hour, bucket) of the half-hours that are counted as another one, or none; see `periods`.
        step: half-hours in a row that are counted as one, where no table is needed for that.
        reasons: whether bad rows are counted here too, by reason; if not, the relation is a quick one, and names and
            times are looked at afterwards, with `good_groups`.
        key: whether the log has keys, and a row whose key stands in an earlier one is a bad row.
    """

    meters: tuple[str, ...]
    labels: int = 0
    cuts: Cuts = Cuts()
    requests: Literal["one", "one at most", "any"] = "any"
    fixed: Mapping[str, str] = {}
    folded: str = ""
    step: int = 1
    reasons: bool = True
    key: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of names."""
        return (*_TEXTS, *(f"label_{index}" for index in range(self.labels)))

    @property
    def measures(self) -> tuple[str, ...]:
        """Columns of measures."""
        return tuple(f"shaped_{index}" for index in range(len(self.cuts.measures)))

    @property
    def sums(self) -> tuple[str, ...]:
        """Columns that are added up, `rows_read` first."""
        return ("rows_read", "requests", *self.meters, *self.measures)

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that tell fine rows apart."""
        return ("bucket", "piece", *self.names, "band", "used")


def fine_query(relation: str, layout: Layout, dialect: Dialect) -> str:
    """The SELECT of the fine rows of a relation.

    Args:
        relation: a SELECT of the canonical columns (see `columns`).
        layout: what the cube holds.
        dialect: the engine it is for.
    """
    inner = _Keyed(layout, dialect)
    keys = {**inner.keys(), **({"reason": "reason"} if layout.reasons else {})}
    same = {name: sql for name, sql in keys.items() if sql.isdigit()}
    same |= {name: dialect.literal(text) for name, text in layout.fixed.items()}
    grouped = [name for name in keys if name not in same]
    shown = [f"{same[name]} AS {name}" if name in same else name for name in keys]
    shown += [] if layout.reasons else ["NULL AS reason"]
    added = layout.sums[2:] if layout.requests == "one" else layout.sums[1:]
    shown += ["COUNT(*) AS rows_read", *(["COUNT(*) AS requests"] if layout.requests == "one" else [])]
    shown += [f"{dialect.summed(dialect.named(name))} AS {dialect.named(name)}" for name in added]
    columns = [f"{keys[name]} AS {name}" for name in grouped]
    columns += [_counted(dialect.named(name), layout) for name in ("requests", *layout.meters) if name in added]
    columns += [f"{sql} AS {name}" for name, sql in inner.measures().items()]
    read = inner.source(_keyed_once(relation, layout, dialect) if layout.key else relation)
    return (
        f"SELECT {', '.join(shown)}\nFROM (SELECT {', '.join(columns)}\n      FROM {read}) AS keyed\n"
        f"GROUP BY {', '.join(grouped)}"
    )


def _counted(column: str, layout: Layout) -> str:
    """A count as it is added up.

    A quick scan lets no row through whose counts are over the limit of a request, which 32 bits hold. DuckDB adds them
    up faster, and, unlike wider ones, does not keep the dictionaries of the whole Parquet file until the end (DuckDB
    2.0: 160 kB for every 123,000 rows).
    """
    if layout.reasons or layout.requests == "any" or limits().tokens >= _TWO_TO_31:
        return column
    return f"CAST({column} AS INTEGER) AS {column}"


def good_groups(layout: Layout) -> str:
    """Whether the names and the time of a fine row are good: there are far fewer of these than rows of the log.

    A condition on the finished rows: inside the query, DuckDB would look at every row of the log.
    """
    first, last = limits().first_us // HALF_HOUR_US, limits().last_us // HALF_HOUR_US
    names = [f"LENGTH({name}) <= {limits().characters}" for name in layout.names]
    return " AND ".join([f"bucket >= {first} AND bucket < {last}", "LENGTH(model) > 0", *names])


class _Keyed:
    """The keys and measures of one row."""

    def __init__(self, layout: Layout, dialect: Dialect) -> None:
        self._layout, self._cuts, self._dialect = layout, layout.cuts, dialect

    def keys(self) -> dict[str, str]:
        step = self._layout.step
        half_hour = self._dialect.divided("at_us", HALF_HOUR_US * step) + (f" * {step}" if step > 1 else "")
        bucket = "folded.bucket" if self._layout.folded else half_hour
        if self._layout.folded and self._layout.reasons:
            bucket = f"COALESCE(folded.bucket, {half_hour})"
        names = dict(zip(self._layout.names, self._layout.names, strict=True))
        return {"bucket": bucket, "piece": self._piece(), **names, "band": self._band(), "used": self._used()}

    def source(self, relation: str) -> str:
        text = f"({relation}) AS log"
        if self._layout.folded:
            half_hour = self._dialect.divided("at_us", HALF_HOUR_US)
            # A quick scan may leave out rows far in the future, of which the table has no half-hours: see `scan`.
            join = "LEFT JOIN" if self._layout.reasons else "JOIN"
            text += f" {join} {self._layout.folded} AS folded ON folded.half_hour = {half_hour}"
        return text

    def _piece(self) -> str:
        """The last cut at or before the row inside its half-hour: cuts from late to early, the first that applies."""
        within = self._dialect.left_over("at_us", HALF_HOUR_US)
        cases = [(offset, f"{within} >= {offset}") for offset in self._cuts.offsets]
        for at_us in self._cuts.instants:
            offset = at_us % HALF_HOUR_US
            cases.append((offset, f"at_us >= {at_us} AND at_us < {at_us - offset + HALF_HOUR_US}"))
        tests = [f"WHEN {test} THEN {offset}" for offset, test in sorted(cases, reverse=True)]
        return f"CASE {' '.join(tests)} ELSE 0 END" if tests else "0"

    def _band(self) -> str:
        sizes, size = self._cuts.sizes, self._dialect.named(SIZE)
        bands = sizes if SIZE in self._layout.meters else ()
        undecided = [f"{size} > {bands[0]}"] if bands else []
        undecided += [f"{self._dialect.named(measure.meter)} > 0" for measure in self._cuts.measures]
        tests = [f"WHEN requests > 1 AND ({' OR '.join(dict.fromkeys(undecided))}) THEN {UNDECIDED}"]
        tests = tests if self._layout.requests == "any" and undecided else []
        tests += [f"WHEN {size} <= {limit} THEN {band}" for band, limit in enumerate(bands)]
        return f"CASE {' '.join(tests)} ELSE {len(bands)} END" if tests else "0"

    def _used(self) -> str:
        apart = [(1 << bit, name) for bit, name in enumerate(self._cuts.apart) if name in self._layout.meters]
        bits = [f"CASE WHEN {self._dialect.named(name)} > 0 THEN {bit} ELSE 0 END" for bit, name in apart]
        return " + ".join(bits) or "0"

    def measures(self) -> dict[str, str]:
        return {
            name: self._measure(measure)
            for name, measure in zip(self._layout.measures, self._cuts.measures, strict=True)
        }

    def _measure(self, measure: Measure) -> str:
        """The units of one request that are charged, times the scale of their shape."""
        shape = measure.shape
        if shape is None:
            return self._dialect.named(measure.meter)
        parts = [self._dialect.named(part) for part in measure.minus if part in self._layout.meters]
        units = f"({' - '.join([self._dialect.named(measure.meter), *parts])})"
        times = scale(shape)
        return self._billed(shape, f"{units} * {times}" if times > 1 else units, times)

    def _billed(self, shape: Shape, units: str, times: int) -> str:
        """`Shape.billed` in whole numbers, all of them multiplied by the scale."""
        if shape.above is not None:
            above = int(shape.above * times)
            top = (
                f"WHEN {units} >= {int(shape.up_to * times)} THEN {int((shape.up_to - shape.above) * times)} "
                if (shape.up_to is not None)
                else ""
            )
            return f"CASE WHEN {units} <= {above} THEN 0 {top}ELSE {units} - {above} END"
        least = int((shape.minimum or 0) * times)
        billed = f"CASE WHEN {units} < {least} THEN {least} ELSE {units} END" if least else units
        if shape.increment is not None:
            step = int(shape.increment * times)
            billed = f"{self._dialect.divided(f'({billed} + {step - 1})', step)} * {step}"
        return f"CASE WHEN {units} = 0 THEN 0 ELSE {billed} END"


def _keyed_once(relation: str, layout: Layout, dialect: Dialect) -> str:
    """A relation in which only the first good row of each key is good; which is first depends on the rows alone."""
    columns = ("at_us", *layout.names, *layout.meters, "requests")
    order = ", ".join(dialect.named(name) for name in columns)
    number = f"ROW_NUMBER() OVER (PARTITION BY reason, key ORDER BY {order})"
    first = f"SELECT {order}, reason, {number} AS of_its_key FROM ({relation}) AS read"
    repeated = f"CASE WHEN reason IS NULL AND of_its_key > 1 THEN {dialect.literal(DUPLICATE)} ELSE reason END"
    return f"SELECT {order}, {repeated} AS reason FROM ({first}) AS once"

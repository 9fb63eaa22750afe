# ruff: noqa: S608 - every name and text is quoted by `layout`
"""A guess of a mapping for a log that is of no known family, to be reviewed by a person."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.model import Model, Slug, Text, load
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.reading.read import read_sql
from costmodel.usage.logs.shapes.layout import ColumnLayout, JsonLayout, literal
from costmodel.usage.logs.shapes.limits import limits
from costmodel.usage.logs.shapes.paths import FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.shape import Shape, TimeKind

SAMPLE = 2_000  # records that are looked at
_DEEPEST = 6
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_FACTORS: dict[TimeKind, int] = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}


class GuessNames(Model):
    """Names by which columns are guessed."""

    time: tuple[Text, ...]
    """Of the time."""
    model: tuple[Text, ...]
    """Of the model."""
    tier: tuple[Text, ...]
    """Of the service tier."""
    region: tuple[Text, ...]
    """Of the region."""
    requests: tuple[Text, ...]
    """Of the count of requests in a log that is added up already."""
    labels: tuple[Text, ...]
    """Of what one may group by."""
    meters: dict[Slug | Text, tuple[Text, ...]]
    """Of the counts, by meter."""


class GuessFile(Model):
    """`guess.yaml`."""

    names: GuessNames
    """All names."""


class Leaf(NamedTuple):
    """A value that records have.

    Attributes:
        path: as a mapping writes it.
        name: its last name.
    """

    path: str
    name: str


@cache
def guess_names() -> GuessNames:
    """The shipped names."""
    return load(Path(__file__).with_name("guess.yaml"), GuessFile, "guess.yaml").names


def guessed_mapping(source: Source, shapes: Iterable[Shape], *, timed: bool = False) -> str:
    """A mapping as the text of a YAML file with comments; empty where nothing looks like counts.

    Args:
        source: files that are read alike.
        shapes: the known families, one of which may be wrapped in the records.
        timed: whether records of known families have a time: then they need no mapping.

    Raises:
        FileError: a file cannot be read.
    """
    with connection() as connected, plain_errors(shown_path(source.files[0])):
        look = _Look(source, connected)
        return look.mapping(tuple(shapes), timed=timed)


class _Look:
    """Looks at the first records of a log: at names, and of the time and the counts at their form and size."""

    def __init__(self, source: Source, connected: Any) -> None:
        self._source, self._connected = source, connected
        self._layout = ColumnLayout(source.columns) if source.columns else JsonLayout()
        self._leaves = _columns(source) if source.columns else tuple(self._json_leaves())

    def _json_leaves(self) -> Iterator[Leaf]:
        """The values that JSON records have: DuckDB tells their names alone."""
        options = (
            "format = 'newline_delimited', ignore_errors = true, map_inference_threshold = -1, "
            f"field_appearance_threshold = 0, maximum_depth = -1, sample_size = {SAMPLE}, hive_partitioning = false"
        )
        file = literal(str(self._source.files[0]))
        described = self._connected.execute(f"SELECT * FROM read_json([{file}], {options}) LIMIT 0").description
        for name, kind, *_ in described:
            yield from _inside(_step(name), name, kind, 1)

    def mapping(self, shapes: Sequence[Shape], *, timed: bool) -> str:
        """The guess."""
        wrapper = self._wrapper(shapes)
        meters = {meter: path for meter, names in guess_names().meters.items() if (path := self._named(names))}
        known = wrapper is not None
        if (wrapper == "" and timed) or not (known or {"input", "output"} <= meters.keys()):
            return ""
        lines = ["# A guess by names. Check every line before you use it.", "shape: my-log"]
        lines += ["like: any"] if known else []
        lines += [f"under: {wrapper}"] if wrapper else []
        if wrapper:  # its time and labels stand beside the record
            self._leaves = tuple(leaf for leaf in self._leaves if not leaf.path.startswith(f"{wrapper}."))
        lines += [self._time(), *([] if known else [*self._names(), "meters:", *self._meters(meters)])]
        return "\n".join([*lines, *self._labels()]) + "\n"

    def _named(self, names: Iterable[str]) -> str | None:
        """The path of the first value of one of these names."""
        found = {_bare(leaf.name): leaf.path for leaf in reversed(self._leaves)}
        return next((found[name] for name in names if name in found), None)

    def _wrapper(self, shapes: Sequence[Shape]) -> str | None:
        """Where records of a known family begin; empty at the top, None where there are none."""
        paths = {leaf.path for leaf in self._leaves}
        for shape in shapes:
            first = [item[0].text for item in shape.recognise.has] if shape.recognise else []
            if not first or shape.rows or "." not in first[0]:
                continue
            starts = {path[: -len(first[0])] for path in paths if path == first[0] or path.endswith(f".{first[0]}")}
            for start in sorted(starts, key=len):
                if all(start + path in paths for path in first):
                    return start.rstrip(".")
        return None

    def _names(self) -> list[str]:
        names = guess_names()
        model = self._named(names.model)
        if model is not None and not self._first(f"count(*) FILTER ({self._text(model)} <> '')", (model,))[0]:
            model = None
        lines = [
            f"model: {model}" if model else "model: {is: provider/model}   # no record says it: write which it was"
        ]
        lines += [f"{key}: {path}" for key in ("tier", "region") if (path := self._named(getattr(names, key)))]
        requests = self._named(names.requests)
        return lines + ([f"requests: {requests}   # a row stands for several requests"] if requests else [])

    def _labels(self) -> list[str]:
        found = [(name, path) for name in guess_names().labels if (path := self._named([name]))]
        return ["labels:   # what you may group by", *(f"  {name}: {path}" for name, path in found)] if found else []

    def _meters(self, meters: dict[str, str]) -> list[str]:
        lines = [f"  {meter}: {path}" for meter, path in meters.items()]
        parts = [meters[meter] for meter in ("cache_read", "cache_write_5m") if meter in meters]
        if parts and self._larger(parts, meters["input"]):
            said = "   # the cache is larger in some rows: it is not included"
            lines[0] = f"  input: {{sum: [{', '.join([meters['input'], *parts])}]}}{said}"
        elif parts:
            lines[0] += "   # taken to include what is read from or written to a cache"
        return lines

    def _larger(self, parts: Sequence[str], whole: str) -> bool:
        """Whether parts are larger than what would include them, in any of the first records."""
        numbers = [f"TRY_CAST({self._text(path)} AS HUGEINT)" for path in (whole, *parts)]
        total = " + ".join(f"coalesce({number}, 0)" for number in numbers[1:])
        (count,) = self._first(f"count(*) FILTER ({total} > {numbers[0]})", (whole, *parts))
        return bool(count)

    def _time(self) -> str:
        path = self._named(guess_names().time)
        if path is None:
            return "time: {path: timestamp, zone: UTC}   # nothing looks like a time: say where it stands"
        text = self._text(path)
        kinds = (
            f"count(*) FILTER (regexp_matches({text}, '[0-9]:[0-9].*(Z|UTC|[+-][0-9:]+)$'))",
            f"count(*) FILTER (regexp_matches({text}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}'))",
            f"count(*) FILTER (regexp_matches({text}, '^[0-9]{{1,2}}[.][0-9]{{1,2}}[.][0-9]{{4}}'))",
            f"min(TRY_CAST({text} AS DOUBLE))",
        )
        zoned, dated, pointed, least = self._first(", ".join(kinds), (path,))
        if dated and zoned == dated:
            return f"time: {path}"
        if dated:
            return f"time: {{path: {path}, zone: UTC}}   # the times do not say their zone: correct it"
        if pointed:
            return f"time: {{path: {path}, kind: day.month.year, zone: UTC}}   # correct the zone"
        return f"time: {{path: {path}, kind: {_unit(least)}}}   # correct the unit if it is wrong"

    def _text(self, path: str) -> str:
        """The text of a value; of JSON without quotes."""
        leaf = self._layout.leaf(FieldPath.parse(path))
        return "NULL" if leaf is None else f"trim(CAST({leaf.sql} AS VARCHAR), '\"')"

    def _first(self, aggregates: str, paths: Iterable[str]) -> tuple[Any, ...]:
        """Counts over the first records; nothing else leaves the engine."""
        rows = read_sql(self._source, map(FieldPath.parse, paths))
        found = self._connected.execute(f"SELECT {aggregates} FROM (SELECT * FROM ({rows}) LIMIT {SAMPLE})").fetchone()
        return tuple(found or ())


def _unit(number: float | None) -> TimeKind:
    """The unit in which a number is a time within the limits; seconds where none is."""
    for unit, factor in _FACTORS.items():
        if number is not None and limits().first_us <= number * factor < limits().last_us:
            return unit
    return "nanoseconds" if number is not None and number > limits().last_us else "seconds"


def _columns(source: Source) -> tuple[Leaf, ...]:
    return tuple(
        Leaf(column.name if _is_path(column.name) else f'"{column.name}"', column.name.rsplit(".", 1)[-1])
        for column in source.columns
        if '"' not in column.name
    )


def _is_path(name: str) -> bool:
    return all(_PLAIN.fullmatch(step) for step in name.split("."))


def _inside(path: str, name: str, kind: Any, depth: int) -> Iterator[Leaf]:
    """The values inside a value; lists are not entered."""
    if kind.id == "struct" and depth < _DEEPEST:
        for field, inside in kind.children:
            yield from _inside(f"{path}.{_step(field)}", field, inside, depth + 1)
    elif kind.id not in {"struct", "list", "map"} and '"' not in name:
        yield Leaf(path, name)


def _step(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def _bare(name: str) -> str:
    """A name without case and without anything but letters and digits."""
    return re.sub(r"[^a-z0-9]", "", name.lower())

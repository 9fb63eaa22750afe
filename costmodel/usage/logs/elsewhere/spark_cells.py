"""Values of a log of plain columns as SQL for Apache Spark: of Parquet by their types, of CSV out of their texts.

Whatever is a number, a time or a name here is the same one as in `values`, which says it for DuckDB.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from costmodel.errors import CommandLineError
from costmodel.usage.logs.cube.dialects import SPARK
from costmodel.usage.logs.elsewhere.table_cells import TableCells
from costmodel.usage.logs.reading.values import CLOCK, DAY, HUGE, NO_NUMBER, NO_TIME, NO_ZONE, ZONE
from costmodel.usage.logs.reading.written import WHOLE
from costmodel.usage.logs.shapes.layout import ColumnLayout, Leaf, quoted

if TYPE_CHECKING:
    from costmodel.usage.logs.shapes.columns import Column, Source
    from costmodel.usage.logs.shapes.paths import FieldPath
    from costmodel.usage.logs.shapes.shape import TimeKind

_FIELD = re.compile(r"\['((?:[^']|'')*)'\]")
_DIGITS: dict[TimeKind, int] = {"seconds": 6, "milliseconds": 3, "microseconds": 0}  # below the unit of the time
_SINCE = "timestampdiff(MICROSECOND, TIMESTAMP_NTZ '1970-01-01 00:00:00', {x})"
_END = "\\z"  # the very end: `$` stands before a last line end too
_NAMES = ("text", "bigint", "date")  # kinds that all engines write alike as text


class _Layout:
    """Columns by name, as Spark knows them."""

    def __init__(self, source: Source) -> None:
        self._source, self._columns = source, ColumnLayout(source.columns)
        self._named = {column.sql: column for column in source.columns}

    def leaf(self, path: FieldPath, base: str | None = None) -> Leaf | None:
        """The column of a path's name."""
        found = self._columns.leaf(path, base)
        if found is None:
            return None
        column = self._named.get(found.sql)
        if column is None:
            raise CommandLineError(f"Spark reads plain columns, and '{path.text}' is a path into a column of texts")
        return Leaf(column.sql if self._source.csv else _spark_name(column), found.kind)

    def entries(self, path: FieldPath, base: str | None = None) -> str | None:  # noqa: ARG002 - of any layout
        """Plain columns hold no lists."""
        return None


def _spark_name(column: Column) -> str:
    """The name of a Parquet column, or of a field of a struct column."""
    fields = [field.replace("''", "'") for field in _FIELD.findall(column.sql)]
    top = column.name.removesuffix("".join(f".{field}" for field in fields))
    if not column.sql.startswith(quoted(top)):
        raise CommandLineError(f"Spark does not read the column '{column.name}' ({column.type}): make it a text")
    return ".".join(SPARK.quoted(name) for name in (top, *fields))


class SparkCells(TableCells):
    """The values of a source of plain columns."""

    def __init__(self, source: Source) -> None:
        super().__init__(SPARK)
        self._layout = _Layout(source)

    def text_of(self, leaf: Leaf) -> str:
        """A name."""
        if leaf.kind not in _NAMES:
            raise CommandLineError(f"Spark takes names and labels of texts, whole numbers and days, no {leaf.kind}")
        return leaf.sql if leaf.kind == "text" else super().text_of(leaf)

    def count_of(self, leaf: Leaf) -> str:
        """A count: NULL where absent, NO_NUMBER where it is no whole number."""
        if leaf.kind == "text":
            return _from_digits(self.column(f"trim({leaf.sql})", "text", None))
        if leaf.kind in {"bigint", "number"}:
            return super().count_of(leaf)
        return f"CASE WHEN {leaf.sql} IS NOT NULL THEN {NO_NUMBER} END"

    def instant_of(self, leaf: Leaf, kind: TimeKind, zone: str | None) -> str:
        """Microseconds since 1970 UTC; NULL where absent, NO_TIME or NO_ZONE where it is none."""
        x = leaf.sql
        if leaf.kind in {"timestamp", "date"}:
            return self._local(x, f"CAST({x} AS TIMESTAMP_NTZ)", zone)
        if leaf.kind == "timestamptz":
            return SPARK.epoch_us.format(x=x)
        if leaf.kind == "nanoseconds":  # which Spark is told to read as numbers
            at = f"timestampadd(MICROSECOND, {SPARK.divided(x, 1000)}, TIMESTAMP_NTZ '1970-01-01 00:00:00')"
            return self._local(x, at, zone)
        if leaf.kind == "text":
            return self._from_text(x, zone) if kind == "text" else self._from_number_text(x, kind)
        if leaf.kind == "bigint":
            return self._from_text(super().text_of(leaf), zone) if kind == "text" else self.since_1970(x, kind)
        raise CommandLineError(f"Spark takes times of timestamps, texts and whole numbers, no {leaf.kind}")

    def _local(self, x: str, at: str, zone: str | None) -> str:
        """A time without zone, in the zone that the mapping says; `x` tells whether there is any."""
        if zone is None:
            return f"CASE WHEN {x} IS NOT NULL THEN {NO_ZONE} END"
        time = self.column(at, "text", None)
        form = _SINCE if zone == "UTC" else SPARK.local_us
        found = form.format(x=time, zone=SPARK.literal(zone))
        return f"CASE WHEN {x} IS NOT NULL THEN coalesce({found}, {NO_TIME}) END"

    def _from_text(self, x: str, zone: str | None) -> str:
        """A text such as 2026-11-22T08:00:00.1234567Z; what lies below a microsecond is cut off."""
        zoned = f"regexp_extract({x}, {SPARK.literal(f'^{DAY}{CLOCK}{ZONE}{_END}')}, 3)"
        point = f"replace({x}, ',', '.')"
        said = self.column(zoned, "text", None)
        time = self.column(_clock(f"left({point}, length({x}) - length({zoned}))"), "text", None)
        minutes = f"TRY_CAST(concat('0', replace(substr({said}, 4), ':', '')) AS BIGINT)"
        offset = f"(TRY_CAST(substr({said}, 2, 2) AS BIGINT) * 60 + {minutes}) * 60000000"
        offset = f"CASE left({said}, 1) WHEN '+' THEN {offset} WHEN '-' THEN -{offset} ELSE 0 END"
        return (
            f"CASE WHEN {x} IS NULL OR {x} = '' THEN NULL"
            f" WHEN {said} <> '' THEN coalesce({_SINCE.format(x=time)} - {offset}, {NO_TIME})"
            f" WHEN {_matches(x, f'{DAY}({CLOCK})?')} THEN {self._local(x, _clock(point), zone)}"
            f" ELSE {NO_TIME} END"
        )

    def _from_number_text(self, x: str, kind: TimeKind) -> str:
        """A number written with or without a point: 1700000000.1234567 seconds."""
        text = self.column(f"trim({x})", "text", None)
        before, after = f"TRY_CAST(split_part({text}, '.', 1) AS BIGINT)", f"split_part({text}, '.', 2)"
        if kind == "nanoseconds":
            at, most = SPARK.divided(before, 1000), 19
        else:
            digits = _DIGITS[kind]
            part = f" + TRY_CAST(left(rpad({after}, {digits}, '0'), {digits}) AS BIGINT)" if digits else ""
            at, most = f"{before} * {10**digits}{part}", 18 - digits
        return (
            f"CASE WHEN {text} IS NULL OR {text} = '' THEN NULL"
            f" WHEN {_matches(text, f'[0-9]{{1,{most}}}([.][0-9]*)?')} THEN coalesce({at}, {NO_TIME})"
            f" ELSE {NO_TIME} END"
        )


def _matches(x: str, pattern: str) -> str:
    """Whether all of a text is of a pattern."""
    return f"{x} RLIKE {SPARK.literal(f'^(?:{pattern}){_END}')}"


def _clock(text: str) -> str:
    """A text without zone as a time; 24:00:00 is the next midnight, which Spark does not know."""
    midnight = _matches(f"substr({text}, 12)", "24:00(:00([.]0*)?)?")
    return (
        f"CASE WHEN {midnight} THEN TRY_CAST(left({text}, 10) AS TIMESTAMP_NTZ) + INTERVAL '1' DAY"
        f" ELSE TRY_CAST({text} AS TIMESTAMP_NTZ) END"
    )


def _from_digits(x: str) -> str:
    """A count from a text."""
    digits = f"split_part({x}, '.', 1)"
    return (
        f"CASE WHEN {x} IS NULL OR {x} = '' THEN NULL"
        f" WHEN NOT ({_matches(x, WHOLE)}) THEN {NO_NUMBER}"
        f" WHEN length({digits}) <= 15 THEN TRY_CAST({digits} AS BIGINT)"
        f" WHEN {x} < '0' THEN -{HUGE} ELSE {HUGE} END"
    )

"""One value of a record as SQL: a whole number, a text, an instant. Integers only; nothing is rounded or guessed.

What cannot be such a value becomes a number that no record can have, so that each value is read once and the reason is
decided later, in one place (`faults`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.usage.logs.reading.written import WHOLE, WHOLE_NUMBER
from costmodel.usage.logs.shapes.layout import literal

if TYPE_CHECKING:
    from costmodel.usage.logs.shapes.layout import Leaf
    from costmodel.usage.logs.shapes.shape import TimeKind

# A whole number of more than 15 digits is told as this many: it is far over every limit, and sums of it still fit.
HUGE = 10**15
NO_NUMBER = -(10**17)  # stands for what is no whole number
NO_ZONE = -(2**62)  # stands for a time that does not say its zone
NO_TIME = -(2**62) - 1  # stands for what is no time
NO_NAME = "chr(65535)"  # stands for what is no name: an object, a list, or bytes that are no UTF-8

_DIGITS = "[0-9]{1,15}"
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = "[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
ZONE = "(Z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)"
_MICROSECONDS: dict[str, int] = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}


def whole_number(leaf: Leaf, *, bounded: bool, plain: str = "FALSE") -> str:
    """A count: NULL where absent, NO_NUMBER where it is no whole number (12.0 is one).

    Args:
        leaf: the value; of JSON and CSV the `bare` text.
        bounded: never more than HUGE, so that it can be added up; needed of integer columns that enter a sum.
        plain: whether a point can stand before decimals alone, of texts.
    """
    sql = leaf.sql
    if leaf.kind == "bigint":
        number = f"CAST({sql} AS BIGINT)"
        inside = f"CASE WHEN {number} > {HUGE} THEN {HUGE} WHEN {number} < -{HUGE} THEN -{HUGE} ELSE {number} END"
        return inside if bounded else number
    if leaf.kind == "number":
        return _from_number(sql)
    return _from_digits(sql, plain) if leaf.kind == "text" else f"CASE WHEN {sql} IS NOT NULL THEN {NO_NUMBER} END"


def _from_number(sql: str) -> str:
    """A count from a decimal or floating-point column: never rounded."""
    return (
        f"CASE WHEN {sql} IS NULL THEN NULL"
        f" WHEN {sql} <> trunc({sql}) OR isnan(CAST({sql} AS DOUBLE)) THEN {NO_NUMBER}"
        f" WHEN {sql} <= -{HUGE} THEN -{HUGE} WHEN {sql} >= {HUGE} THEN {HUGE} ELSE CAST({sql} AS BIGINT) END"
    )


def _from_digits(sql: str, plain: str) -> str:
    """A count from a text; most are plain digits, which need no pattern."""
    digits = f"split_part({sql}, '.', 1)"
    huge = f"CASE WHEN {sql} < '0' THEN -{HUGE} ELSE {HUGE} END"  # a minus sign sorts before the digits
    return (
        f"CASE WHEN {sql} IS NULL OR {sql} = '' THEN NULL"
        f" WHEN length({sql}) <= 15 AND CAST(TRY_CAST({sql} AS BIGINT) AS VARCHAR) = {sql}"
        f" THEN TRY_CAST({sql} AS BIGINT)"
        f" WHEN regexp_full_match({sql}, '{WHOLE}') OR ({plain} AND regexp_full_match({sql}, '{WHOLE_NUMBER}'))"
        f" THEN CASE WHEN length({digits}) <= 15 THEN TRY_CAST({digits} AS BIGINT) ELSE {huge} END"
        f" ELSE {NO_NUMBER} END"
    )


def bare(leaf: Leaf) -> str:
    """A number as text, without the quotes of JSON and without blanks around it."""
    return f"trim({_raw(leaf)}, ' \"')" if leaf.kind == "json" else f"trim({_raw(leaf)})"


def quoted(leaf: Leaf) -> str:
    """Whether a value is a text: a number of JSON is none unless it stands in quotes."""
    return f"coalesce(left({_raw(leaf)}, 1) = '\"', FALSE)" if leaf.kind == "json" else "TRUE"


def _raw(leaf: Leaf) -> str:
    """The text as it stands in the file: of JSON with its quotes."""
    return leaf.sql if leaf.kind == "text" else f"CAST({leaf.sql} AS VARCHAR)"


def name(leaf: Leaf) -> str:
    """A name: NULL where absent, NO_NAME where an object or a list stands."""
    if leaf.kind != "json":
        return _raw(leaf)
    return (
        f"CASE left({_raw(leaf)}, 1) WHEN '\"' THEN ({leaf.sql} ->> '$')"
        f" WHEN '{{' THEN {NO_NAME} WHEN '[' THEN {NO_NAME} ELSE {_raw(leaf)} END"
    )


def instant(leaf: Leaf, kind: TimeKind, zone: str | None) -> str:
    """Microseconds since 1970 UTC, rounded down; NULL where absent, NO_TIME or NO_ZONE where it is none.

    Args:
        leaf: the value; of JSON and CSV the `name`, or the `bare` text where a number is wanted.
        kind: what it is.
        zone: of times that do not say one.
    """
    sql = leaf.sql
    if leaf.kind in {"timestamp", "date"}:
        return f"CASE WHEN {sql} IS NOT NULL THEN {_local(f'CAST({sql} AS TIMESTAMP)', zone)} END"
    if leaf.kind == "timestamptz":
        return f"epoch_us({sql})"
    if leaf.kind == "nanoseconds":
        at = f"make_timestamp(epoch_ns({sql}) // 1000)"
        return f"CASE WHEN {sql} IS NOT NULL THEN {_local(at, zone)} END"
    if kind == "text":
        return _from_text(_raw(leaf), zone)
    if leaf.kind == "bigint":
        return _from_integer(f"CAST({sql} AS HUGEINT)", kind)
    return _from_number_text(leaf.sql, kind)


def _local(at: str, zone: str | None) -> str:
    """A time without zone as microseconds, in the zone that the mapping says."""
    if zone is None:
        return str(NO_ZONE)
    zoned = at if zone == "UTC" else f"timezone({literal(zone)}, {at})"
    return f"coalesce(epoch_us({zoned}), {NO_TIME})"


def _from_text(text: str, zone: str | None) -> str:
    """A text such as 2026-11-22T08:00:00.1234567Z; DuckDB cuts what lies below a microsecond off."""
    later = f"left({text}, 16) || ':00' || substr({text}, 17)"  # DuckDB 1.5 wants seconds before a zone
    seconds = f"CASE WHEN substr({text}, 17, 1) IN (':', '') THEN {text} ELSE {later} END"
    point = f"replace({seconds}, ',', '.')"
    local = _local(f"TRY_CAST({point} AS TIMESTAMP)", zone)
    return (
        f"CASE WHEN {text} IS NULL OR {text} = '' THEN NULL"
        f" WHEN regexp_full_match({text}, '{DAY}{CLOCK}{ZONE}')"
        f" THEN coalesce(epoch_us(TRY_CAST({point} AS TIMESTAMPTZ)), {NO_TIME})"
        f" WHEN regexp_full_match({text}, '{DAY}({CLOCK})?') THEN {local}"
        f" ELSE {NO_TIME} END"
    )


def _from_integer(number: str, kind: TimeKind) -> str:
    scaled = f"{number} // 1000" if kind == "nanoseconds" else f"{number} * {_MICROSECONDS[kind]}"
    return f"CASE WHEN {number} IS NOT NULL THEN coalesce(TRY_CAST({scaled} AS BIGINT), {NO_TIME}) END"


def _from_number_text(sql: str, kind: TimeKind) -> str:
    """A number written with or without a point: 1700000000.1234567 seconds."""
    before, after = f"TRY_CAST(split_part({sql}, '.', 1) AS BIGINT)", f"split_part({sql}, '.', 2)"
    if kind == "nanoseconds":
        at, most = f"{before} // 1000", 19
    else:
        factor = _MICROSECONDS[kind]
        digits = len(str(factor)) - 1
        part = f" + TRY_CAST(left(rpad({after}, {digits}, '0'), {digits}) AS BIGINT)" if digits else ""
        at, most = f"{before} * {factor}{part}", 18 - digits
    return (
        f"CASE WHEN {sql} IS NULL OR {sql} = '' THEN NULL"
        f" WHEN regexp_full_match({sql}, '[0-9]{{1,{most}}}([.][0-9]*)?') THEN coalesce({at}, {NO_TIME})"
        f" ELSE {NO_TIME} END"
    )


def present(leaf: Leaf) -> str:
    """Whether anything stands there."""
    return f"coalesce({leaf.sql} <> '', FALSE)" if leaf.kind == "text" else f"{leaf.sql} IS NOT NULL"


def sum_of(counts: str) -> str:
    """The sum of a list of counts; what is no number or below 0 is not hidden by the others."""
    return (
        f"CASE WHEN list_min({counts}) < 0 THEN list_min({counts})"
        f" WHEN list_sum({counts}) > {HUGE} THEN {HUGE} ELSE CAST(list_sum({counts}) AS BIGINT) END"
    )

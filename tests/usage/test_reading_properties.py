"""What SQL makes of a record is what a few lines of Python make of it."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from log_rows import AT, log, mapping, rows, written

MOST = 100_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
few = settings(max_examples=25)

# Whole numbers

ODD = [
    "",
    "abc",
    "12.0",
    "12.",
    "12.50",
    "1e3",
    "007",
    "-0",
    "-5",
    "+5",
    "1_000",
    "0x10",
    "--1",
    "NaN",
    "1,5",
    " 8",
    "9 ",
]
ODD += [
    str(10**15 - 1),
    str(10**15),
    str(10**40),
    f"-{10**40}",
    "100000000",
    "100000001",
    "99999999.0000",
    "150.000",
    "0.000",
]
words = st.sampled_from(ODD) | st.integers(-3, 2 * MOST).map(str) | st.text("0123456789.- ", max_size=12)


def whole(text: str, *, is_text: bool = True) -> tuple[str | None, int | None]:
    """The reason or the number that a text stands for, by the rule and not by the query."""
    bare = text.strip(" ")
    if bare == "":
        return "no count", None
    match = re.fullmatch(r"(-?)(\d+)(\.0*)?", bare)
    if match is None or (is_text and match[3] == ".000"):  # which may be thousands
        return "not a whole number", None
    number = int(match[1] + match[2])
    if number < 0:
        return "negative", None
    return ("over the limit", None) if number > MOST else (None, number)


@few
@given(st.lists(words, min_size=1, max_size=40))
def test_whole_numbers_of_csv(texts: list[str]) -> None:
    """A cell is a count exactly where it is a whole number within the limit, by its digits."""
    with tempfile.TemporaryDirectory() as name:
        folder, text = Path(name), io.StringIO()
        writer = csv.writer(text)
        writer.writerows(
            [["time", "model", "input_tokens", "output_tokens"], *([AT, "m", item, "0"] for item in texts)]
        )
        found = [(row["reason"], row["input"]) for row in rows(written(folder, text.getvalue()))]
    assert [(reason, None if reason else count) for reason, count in found] == [whole(item) for item in texts]


@few
@given(st.lists(words, min_size=1, max_size=40), st.booleans())
def test_whole_numbers_of_json(texts: list[str], quoted: bool) -> None:
    """A number of JSON keeps its digits, as a number and as a text; true is no number."""
    literals = [json.dumps(item) if quoted or not _is_json(item) else item.strip() for item in texts] + ["true", "{}"]
    lines = [f'{{"time": "{AT}", "model": "m", "output_tokens": 0, "input_tokens": {item}}}' for item in literals]
    with tempfile.TemporaryDirectory() as name:
        found = [(row["reason"], row["input"]) for row in rows(log(Path(name), *lines))]
    wanted = [_of_json(item, is_text=quoted or not _is_json(item)) for item in texts] + [
        ("not a whole number", None)
    ] * 2
    assert [(reason, None if reason else count) for reason, count in found] == wanted


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text, parse_float=int, parse_constant=str), int)
    except ValueError:
        return False


def _of_json(text: str, *, is_text: bool) -> tuple[str | None, int | None]:
    return whole(text, is_text=is_text) if text.strip(" ") else ("no count", None)


# Times

moments = st.datetimes(datetime(2019, 1, 1), datetime(2101, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
zones = st.sampled_from(["Z", "+00:00", "+0530", "-07", " UTC", "-03:30", "+14:00", "", "", " Europe/Paris", "z"])


@st.composite
def written_times(draw: st.DrawFn) -> str:
    at = draw(moments)
    digits = draw(st.sampled_from(["", ".5", ",979", ".123456", ".1234567", ".999999999"]))
    return f"{at:%Y-%m-%d}{draw(st.sampled_from('T '))}{at:%H:%M:%S}{digits}{draw(zones)}"


odd_times = st.sampled_from(
    [
        "",
        "yesterday",
        "2026-02-30T00:00:00Z",
        "2026-01-02",
        "2026-01-02T03:04Z",
        "03/04/2026",
        "20260102T030405Z",
        "1767323045",
    ]
)


def microseconds(text: str, zone: str | None) -> tuple[str | None, int | None]:
    """The reason or the instant that a text stands for, rounded down to the microsecond."""
    if text == "":
        return "no time", None
    form = r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?(Z| ?UTC|[+-]\d{2}(?::?\d{2})?)?"
    match = re.fullmatch(form, text)
    if match is None or (match[5] and not match[2]):
        return "bad time", None
    try:
        at = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}:{match[3] or '00'}")
    except ValueError:
        return "bad time", None
    at += timedelta(microseconds=int(((match[4] or "") + "000000")[:6]))
    if match[5]:
        at = at.replace(tzinfo=UTC) - _offset(match[5])
    elif zone is None:
        return "no time zone", None
    else:
        at = at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    found = (at - EPOCH) // timedelta(microseconds=1)
    inside = datetime(2020, 6, 11, tzinfo=UTC) <= at < datetime(2100, 1, 1, tzinfo=UTC)
    return (None, found) if inside else ("bad time", None)


def _offset(text: str) -> timedelta:
    if text[0] not in "+-":
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    return timedelta(minutes=int(digits[:2]) * 60 + int(digits[2:])) * (1 if text[0] == "+" else -1)


@few
@given(
    st.lists(written_times() | odd_times, min_size=1, max_size=40), st.sampled_from([None, "UTC", "Asia/Ho_Chi_Minh"])
)
def test_times_as_text(texts: list[str], zone: str | None) -> None:
    """A time is read to the microsecond, rounded down, in its own zone or else in that of the mapping."""
    with tempfile.TemporaryDirectory() as name:
        folder, text = Path(name), io.StringIO()
        csv.writer(text).writerows([["t", "i", "o"], *([item, "1", "0"] for item in texts)])
        said = f", zone: {zone}" if zone else ""
        shape = f"shape: own\ntime: {{path: t{said}}}\nmodel: {{is: m}}\nmeters: {{input: i, output: o}}\n"
        found = rows(written(folder, text.getvalue()), mapping(folder, shape))
    got = [(row["reason"], None if row["reason"] else row["at_us"]) for row in found]
    assert got == [microseconds(item, zone) for item in texts]


UNITS = {"seconds": 10**6, "milliseconds": 10**3, "microseconds": 1, "nanoseconds": Fraction(1, 1_000)}


@few
@given(st.lists(moments, min_size=1, max_size=20), st.sampled_from([*UNITS]), st.booleans(), st.data())
def test_times_as_numbers(at: list[datetime], unit: str, quoted: bool, data: st.DataObject) -> None:
    """A number since 1970 is read by its digits and rounded down; of JSON by those of the number that it stands for."""
    exact = [(item - EPOCH) // timedelta(microseconds=1) for item in at]
    factor = UNITS[unit]
    if factor < 1:
        texts = [str(item * 1_000 + data.draw(st.integers(0, 999))) for item in exact]
    elif quoted:
        width = len(str(factor)) - 1
        texts = [f"{item // factor}.{item % factor:0{width}d}7" if width else str(item) for item in exact]
    else:
        texts = [repr(item / factor) if factor > 1 else str(item) for item in exact]
    wanted = [int(Fraction(text) * factor) for text in texts]
    literals = [json.dumps(text) if quoted else text for text in texts]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shape = f"shape: own\ntime: {{path: t, kind: {unit}}}\nmodel: {{is: m}}\nmeters: {{input: i, output: o}}\n"
        path = log(folder, *(f'{{"t": {text}, "i": 1, "o": 0}}' for text in literals))
        found = rows(path, mapping(folder, shape))
    low, high = ((datetime(year, month, day, tzinfo=UTC) - EPOCH) for year, month, day in ((2020, 6, 11), (2100, 1, 1)))
    inside = [low <= timedelta(microseconds=item) < high for item in wanted]
    assert [row["reason"] for row in found] == [None if good else "bad time" for good in inside]
    assert [row["at_us"] for row in found] == wanted


# Counts

wheres = st.sampled_from([{"k": "x"}, {"k": ["x", "y"]}])
paths = st.sampled_from(["a", "b", "deep.c", "deep.d"])
counted = st.recursive(
    paths
    | st.integers(0, 5).map(str)
    | st.fixed_dictionaries(
        {"each": st.just("entries"), "sum": st.just("n")},
        optional={"where": st.sampled_from([{"k": "x"}, {"k": ["x", "y"]}])},
    ),
    lambda inner: (
        st.fixed_dictionaries({"first": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"sum": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"minus": st.lists(inner, min_size=2, max_size=3)})
    ),
    max_leaves=6,
)
number = st.none() | st.integers(-2, 30) | st.sampled_from([12.5, 10**20, "7", "x", True])
entry = st.fixed_dictionaries({"n": number}, optional={"k": st.sampled_from(["x", "y", "z", None])})
record = st.fixed_dictionaries(
    {}, optional={"a": number, "b": number, "deep": st.fixed_dictionaries({}, optional={"c": number, "d": number}),
                  "entries": st.lists(entry, max_size=3)}
)  # fmt: skip


def value(item: Any, faults: set[str]) -> int | None:
    """One number of a record."""
    if item is None:
        return None
    if item is True or item in {"x", 12.5}:
        faults.add("not a whole number")
        return 0
    if int(item) < 0:
        faults.add("negative")
    return int(item)


def evaluated(expression: Any, record: dict[str, Any], faults: set[str]) -> int | None:
    """What an expression comes to, read straight from the record."""
    if isinstance(expression, str):
        if expression.isdigit():
            return int(expression)
        found: Any = record
        for step in expression.split("."):
            found = (found or {}).get(step)
        return value(found, faults)
    if "each" in expression:
        where = expression.get("where", {}).get("k", ["x", "y", "z", None])
        wanted = where if isinstance(where, list) else [where]
        chosen = [item for item in record.get("entries", []) if item.get("k") in wanted or "where" not in expression]
        inside: set[str] = set()
        counts = [value(item["n"], inside) for item in chosen]
        faults |= inside
        present = [count for count in counts if count is not None]
        return sum(present) if present else None
    ((kind, parts),) = expression.items()
    values = [evaluated(part, record, faults) for part in parts]
    present = [count for count in values if count is not None]
    if kind == "first":
        return present[0] if present else None
    if kind == "sum" or len(values) == 1:
        return sum(present) if present else None
    return None if values[0] is None else values[0] - sum(count or 0 for count in values[1:])


def expected(expression: Any, record: dict[str, Any]) -> tuple[str | None, int | None]:
    faults: set[str] = set()
    count = evaluated(expression, record, faults)
    if count is None:
        return "no count", None
    for fault in ("not a whole number", "negative"):
        if fault in faults:
            return fault, None
    if count > MOST:
        return "over the limit", None
    return ("part over whole", None) if count < 0 else (None, count)


@settings(max_examples=60)
@given(counted, st.lists(record, min_size=1, max_size=12))
def test_counts_are_what_the_mapping_says(expression: Any, records: list[dict[str, Any]]) -> None:
    """`first`, `sum`, `minus` and `each`, in each other: the query and a reading of the record agree."""
    shape = {
        "shape": "own",
        "time": {"path": "t"},
        "model": {"is": "m"},
        "meters": {"input": expression, "output": "0"},
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = log(folder, *({"t": AT} | item for item in records))
        found = rows(path, mapping(folder, json.dumps(shape)))
    assert [(row["reason"], None if row["reason"] else row["input"]) for row in found] == [
        expected(expression, item) for item in records
    ]

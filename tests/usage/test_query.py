"""The query of the fine cube, on relations small enough to be added up by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.prices.hours import Hours
from costmodel.prices.tariff import Measure, Shape
from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, Cuts, microseconds, scale
from costmodel.usage.logs.cube.dialects import DUCKDB
from costmodel.usage.logs.cube.query import DUPLICATE, UNDECIDED, Layout, fine_query, good_groups

METERS = ("input", "cache_read", "output")
NOON = microseconds(datetime(2026, 2, 10, 12, tzinfo=UTC))
GOOD = {
    "at_us": NOON,
    "model": "acme/plain",
    "tier": "standard",
    "region": "global",
    "input": 10,
    "cache_read": 0,
    "output": 1,
    "requests": 1,
    "reason": None,
}


def sql(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else f"CAST({value} AS BIGINT)"


def relation(*rows: dict[str, object]) -> str:
    selects = []
    for row in rows:
        whole = GOOD | row
        selects.append("SELECT " + ", ".join(f"{sql(value)} AS {name}" for name, value in whole.items()))
    return " UNION ALL ".join(selects)


def fine(*rows: dict[str, object], **layout: object) -> list[dict[str, object]]:
    """The fine rows of a relation, in order of their keys."""
    found = fine_query(relation(*rows), Layout(METERS, **layout), DUCKDB)
    with duckdb.connect() as connected:
        result = connected.execute(f"SELECT * FROM ({found}) ORDER BY ALL")
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def test_one_row_a_half_hour():
    """Rows of one half-hour are added up; a microsecond later, or another model, is another row."""
    found = fine({}, {"at_us": NOON + HALF_HOUR_US - 1, "input": 5}, {"at_us": NOON + HALF_HOUR_US}, {"model": "b/c"})
    assert [(row["bucket"], row["model"], row["rows_read"], row["input"], row["output"]) for row in found] == [
        (NOON // HALF_HOUR_US, "acme/plain", 2, 15, 2),
        (NOON // HALF_HOUR_US, "b/c", 1, 10, 1),
        (NOON // HALF_HOUR_US + 1, "acme/plain", 1, 10, 1),
    ]


def test_bands_of_sizes():
    """A request at a limit lies below it, and one token more above."""
    found = fine(*({"input": size} for size in (0, 1000, 1001, 2000, 2001)), cuts=Cuts(sizes=(1000, 2000)))
    assert [(row["band"], row["rows_read"], row["input"]) for row in found] == [
        (0, 2, 1000),
        (1, 2, 3001),
        (2, 1, 2001),
    ]


def test_a_row_of_several_requests_has_no_size():
    """Where requests were added up and one of them may lie above a limit, the row is kept apart."""
    rows = ({"requests": 3, "input": 1001}, {"requests": 3, "input": 1000}, {"requests": 1, "input": 1001})
    found = fine(*rows, cuts=Cuts(sizes=(1000,)))
    assert [(row["band"], row["requests"]) for row in found] == [(UNDECIDED, 3), (0, 3), (1, 1)]


def test_a_price_that_changes_inside_a_half_hour():
    """Rows before the change, and from it on."""
    change = NOON + 7 * 60_000_000 + 21
    found = fine({"at_us": change - 1}, {"at_us": change}, {"at_us": change + 1}, cuts=Cuts(edges=(change,)))
    assert [(row["piece"], row["rows_read"]) for row in found] == [(0, 1), (change - NOON, 2)]
    elsewhere = fine({"at_us": change + HALF_HOUR_US}, cuts=Cuts(edges=(change,)))
    assert [row["piece"] for row in elsewhere] == [0]


def test_a_window_that_opens_inside_a_half_hour():
    """09:15 in New York: the request at the first instant is inside, one a microsecond before is not."""
    opens = NOON + 4 * HALF_HOUR_US + 15 * 60_000_000  # 14:15 UTC in winter
    window = Hours.model_validate({"daily": "09:15-17:45", "zone": "America/New_York"})
    found = fine({"at_us": opens - 1, "input": 1}, {"at_us": opens, "input": 2}, cuts=Cuts(windows=(window,)))
    assert [(row["piece"], row["input"]) for row in found] == [(0, 1), (15 * 60_000_000, 2)]


def test_bad_rows_are_counted_by_reason_and_nothing_of_them_is_added():
    """A bad row is in no sum of good ones."""
    found = fine({}, {"reason": "negative", "input": -7}, {"reason": "no time", "at_us": None}, {"reason": "negative"})
    counted = {row["reason"]: 0 for row in found}
    for row in found:
        counted[row["reason"]] += row["rows_read"]
    assert counted == {None: 1, "negative": 2, "no time": 1}
    assert [row["input"] for row in found if row["reason"] is None] == [10]


def test_meters_that_not_every_offer_prices_are_kept_apart():
    """A bit for each."""
    rows = ({}, {"cache_read": 1}, {"output": 0}, {"cache_read": 2, "output": 0})
    found = fine(*rows, cuts=Cuts(apart=("cache_read", "output")))
    assert sorted((row["used"], row["cache_read"], row["output"]) for row in found) == [
        (0, 0, 0),
        (1, 2, 0),
        (2, 0, 1),
        (3, 1, 1),
    ]


def test_sums_beyond_64_bits_do_not_wrap():
    """Four times 2^62 is 2^64, to the last digit."""
    found = fine(*({"input": 2**62 + 1},) * 4)
    assert [int(row["input"]) for row in found] == [2**64 + 4]


@pytest.mark.parametrize("turned", [False, True])
def test_only_one_row_of_a_key_counts(turned: bool):
    """Which one depends on the rows alone, not on their order; a bad row does not stand for its key."""
    rows = [
        {"key": "a", "input": 3},
        {"key": "a", "input": 2},
        {"key": "b", "reason": "negative"},
        {"key": "b"},
        {"key": "c"},
    ]
    found = fine(*(reversed(rows) if turned else rows), key=True)
    assert {row["reason"]: row["rows_read"] for row in found} == {None: 3, DUPLICATE: 1, "negative": 1}
    assert [row["input"] for row in found if row["reason"] is None] == [2 + 10 + 10]


def test_names_that_are_the_same_in_all_rows():
    """They stand in the result without being grouped by, whatever signs are in them."""
    found = fine({}, {"tier": "x"}, fixed={"tier": "it's"})
    assert [(row["tier"], row["rows_read"]) for row in found] == [("it's", 2)]


@pytest.mark.parametrize(
    "bad", [{"model": ""}, {"model": None}, {"model": "m" * 201}, {"region": "r" * 201}, {"at_us": None}, {"at_us": 0}]
)
def test_a_quick_scan_finds_bad_names_and_times_afterwards(bad: dict[str, object]):
    """In the few rows that are left: fewer are good then than were read, and the scan is made again with care."""
    layout = Layout(METERS, reasons=False)
    query = fine_query(relation({}, bad), layout, DUCKDB)
    with duckdb.connect() as connected:
        good = connected.execute(f"SELECT SUM(rows_read) FROM ({query}) WHERE {good_groups(layout)}").fetchone()
        assert good == (1,)
        assert connected.execute(f"SELECT SUM(rows_read) FROM ({query})").fetchone() == (2,)


def test_days_are_counted_without_a_table():
    """Where no price changes inside a day, its first half-hour stands for all."""
    first = microseconds(datetime(2026, 2, 10, tzinfo=UTC)) // HALF_HOUR_US
    midnight = NOON + 24 * HALF_HOUR_US
    found = fine({}, {"at_us": midnight - 1}, {"at_us": midnight}, step=48)
    assert [(row["bucket"], row["rows_read"]) for row in found] == [(first, 2), (first + 48, 1)]


SHAPES = st.one_of(
    st.tuples(st.fractions(Fraction(1, 8), 300, max_denominator=8), st.fractions(0, 300, max_denominator=4)).map(
        lambda steps: Shape(increment=steps[0], minimum=steps[1])
    ),
    st.integers(1, 300).map(lambda least: Shape(minimum=Fraction(least))),
    st.tuples(st.integers(0, 500), st.integers(0, 500)).map(
        lambda ends: Shape(above=Fraction(ends[0]), up_to=Fraction(sum(ends)) if ends[1] else None)
    ),
)


@settings(max_examples=30, deadline=None)
@given(SHAPES, st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 1200)), min_size=1, max_size=4))
def test_units_counted_request_by_request(shape: Shape, sizes: list[tuple[int, int]]):
    """Increments, minimums and brackets in whole numbers come to what the price sheet has for each request."""
    measure = Measure("input", ("cache_read",), shape)
    requests = [{"input": max(pair), "cache_read": min(pair)} for pair in sizes]
    found = fine(*requests, cuts=Cuts(measures=(measure,)))
    counted = Fraction(sum(int(row["shaped_0"]) for row in found), scale(shape))
    assert counted == sum(Fraction(measure.of(units)) for units in requests)

"""The scan of a log: every row counted or told of, quickly where all are good, with care where some are not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from metered_logs import METERS, OFFERS, book, mapping, random_log, written_csv, written_parquet

from costmodel.errors import CommandLineError, CostmodelError
from costmodel.usage.logs.cube.cuts import Cuts, cuts_of
from costmodel.usage.logs.cube.scan import Scanner, scanner
from costmodel.usage.logs.reading.reading import sources

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.usage.logs.cube.fine import FineCube

ROWS = random_log(400, 3)
BAD = {
    "no time": "time = NULL",
    "bad time": "time = TIMESTAMPTZ '2009-01-01 00:00:00+00'",
    "no model": "model = ''",
    "bad name": "department = repeat('x', 201)",
    "no count": "output = NULL",
    "negative": "output = -1",
    "over the limit": "output = 100000001",
    "part over whole": "cache_read = input + 1",
}


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Cuts:
    prices = book(tmp_path_factory.mktemp("book"))
    return cuts_of([prices.card(name) for name in OFFERS], prices.meters, METERS)


def cube(folder: Path, log: Path, cuts: Cuts, grain="day", **options) -> FineCube:
    read = sources([log], mapping(folder), ("department",))
    with scanner(read, folder, **options) as scan:
        return scan.cube(cuts, grain, log.suffix[1:])


def rows_of(cube: FineCube) -> list[tuple[object, ...]]:
    with duckdb.connect() as connected:
        return connected.execute(f"SELECT * FROM ({cube.relation}) ORDER BY ALL").fetchall()


def changed(log: Path, *changes: str) -> None:
    """One row more for each change of the first row."""
    with duckdb.connect() as connected:
        connected.execute("SET TimeZone = 'UTC'")
        connected.execute(f"CREATE TABLE log AS SELECT * FROM read_parquet('{log}')")
        for change in changes:
            connected.execute("CREATE OR REPLACE TABLE one AS SELECT * FROM log LIMIT 1")
            connected.execute(f"UPDATE one SET {change}")
            connected.execute("INSERT INTO log SELECT * FROM one")
        connected.execute(f"COPY log TO '{log}' (FORMAT parquet)")


@pytest.mark.parametrize("grain", ["half-hour", "day", "month"])
def test_the_same_cube_of_every_format(tmp_path: Path, cuts: Cuts, grain):
    """CSV, JSON lines and Parquet of the same requests."""
    lines = tmp_path / "log.jsonl"
    lines.write_text("".join(json.dumps(row._asdict()) + "\n" for row in ROWS))
    logs = [written_csv(tmp_path, ROWS), lines, written_parquet(tmp_path, ROWS, "log2.parquet")]
    found = [rows_of(cube(tmp_path, log, cuts, grain)) for log in logs]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 100


def test_a_quick_scan_and_a_careful_one_count_the_same(tmp_path: Path, cuts: Cuts, monkeypatch: pytest.MonkeyPatch):
    """Of a log without bad rows one scan is enough, and a second one would find nothing else."""
    log, made = written_parquet(tmp_path, ROWS), []
    fine = Scanner._fine
    monkeypatch.setattr(Scanner, "_fine", lambda self, layout: made.append(layout.reasons) or fine(self, layout))
    quick = rows_of(cube(tmp_path, log, cuts))
    assert made == [False]
    changed(log, "output = -1")
    careful = cube(tmp_path, log, cuts)
    assert made == [False, False, True]
    assert rows_of(careful) == quick
    assert careful.facts.left_out == {"negative": 1}


@pytest.mark.parametrize("grain", ["half-hour", "day"])
@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_is_told_of(tmp_path: Path, reason: str, grain):
    """Whatever is wrong with it, and whether a table of half-hours is made or not."""
    log = written_parquet(tmp_path, ROWS)
    changed(log, BAD[reason])
    facts = cube(tmp_path, log, Cuts(), grain).facts
    assert facts.left_out == {reason: 1}
    assert (facts.rows_read, facts.rows_counted) == (len(ROWS) + 1, len(ROWS))


@pytest.mark.parametrize("grain", ["half-hour", "day", "month"])
def test_counts_wider_than_32_bits_are_told_of(tmp_path: Path, cuts: Cuts, grain):
    """A quick scan adds up 32 bits: what does not fit is over the limit, and no row is lost or refused for it."""
    log = written_parquet(tmp_path, ROWS)
    good = rows_of(cube(tmp_path, log, cuts, grain))
    wide = (2**31, 2**32 + 1, 2**62)
    changed(log, *(f"{name} = {count}" for count in wide for name in ("input", "output")), f"output = -{2**40}")
    found = cube(tmp_path, log, cuts, grain)
    assert found.facts.left_out == {"negative": 1, "over the limit": 6}
    assert rows_of(found) == good


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(BAD)), max_size=6), st.sampled_from(["half-hour", "day", "month"]))
def test_every_row_is_counted_or_left_out(tmp_path: Path, cuts: Cuts, reasons: list[str], grain):
    """Rows read are rows counted and bad rows by reason, and the good ones stay what they are."""
    log = written_parquet(tmp_path, ROWS)
    good = rows_of(cube(tmp_path, log, cuts, grain))
    changed(log, *(BAD[reason] for reason in reasons))
    found = cube(tmp_path, log, cuts, grain)
    assert found.facts.left_out == {reason: reasons.count(reason) for reason in sorted(set(reasons))}
    assert found.facts.rows_read == found.facts.rows_counted + len(reasons) == len(ROWS) + len(reasons)
    assert rows_of(found) == good


def test_a_time_far_ahead_is_counted_with_care(tmp_path: Path, cuts: Cuts):
    """The table of half-hours ends two years after the last price change; later ones are counted one by one."""
    log = written_parquet(tmp_path, ROWS)
    changed(log, "time = TIMESTAMPTZ '2091-05-05 05:05:05+00'")
    facts = cube(tmp_path, log, cuts).facts
    assert (facts.rows_counted, facts.left_out) == (len(ROWS) + 1, {})


def test_a_row_that_is_nowhere_is_a_fault(tmp_path: Path, cuts: Cuts, monkeypatch: pytest.MonkeyPatch):
    """Nothing is priced then."""
    log = written_parquet(tmp_path, ROWS)
    monkeypatch.setattr(Scanner, "_number", lambda *_: len(ROWS) + 1)
    with pytest.raises(CostmodelError, match=r"the log has 401 rows, but 400 are counted .* nothing was priced"):
        cube(tmp_path, log, cuts)


@pytest.mark.parametrize("memory", ["12 parsecs", "much", ""])
def test_an_amount_of_memory_that_is_none(tmp_path: Path, memory: str):
    """Said in words, with an example."""
    log = written_parquet(tmp_path, ROWS)
    with pytest.raises(CommandLineError, match=f"'{memory}' is no amount of memory: write one such as 500MB"):
        cube(tmp_path, log, Cuts(), memory=memory)


def test_models_are_known_before_the_scan_of_columns(tmp_path: Path):
    """In a file of lines, to find them would mean to read it twice."""
    parquet, text = written_parquet(tmp_path, ROWS), written_csv(tmp_path, ROWS)
    with scanner(sources([parquet], mapping(tmp_path)), tmp_path) as scan:
        assert scan.models() == sorted({row.model for row in ROWS})
    with scanner(sources([text], mapping(tmp_path)), tmp_path) as scan:
        assert scan.models() is None


@pytest.mark.parametrize("few", [1, 50])
def test_models_that_the_first_rows_do_not_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int):
    """Whatever characters their names are made of, and however few are asked for by name."""
    log = written_parquet(tmp_path, ROWS)
    changed(log, "model = 'it''s'", "model = 'a' || chr(0) || 'b'", "model = NULL")
    with duckdb.connect() as connected:
        found = connected.execute(f"SELECT DISTINCT model FROM '{log}' WHERE model IS NOT NULL").fetchall()
    monkeypatch.setattr("costmodel.usage.logs.cube.scan._FIRST_ROWS", 5)
    monkeypatch.setattr("costmodel.usage.logs.cube.scan._FEW_MODELS", few)
    with scanner(sources([log], mapping(tmp_path)), tmp_path) as scan:
        assert scan.models() == sorted(name for (name,) in found)


def test_progress_ends_when_all_is_done(tmp_path: Path):
    """However short it took."""
    told: list[tuple[int, int]] = []
    log = written_parquet(tmp_path, ROWS)
    cube(tmp_path, log, Cuts(), progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (100, 100)
    assert all(0 <= done <= of for done, of in told)

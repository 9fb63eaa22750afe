"""The same request twice, within a file and across files: refused or dropped, with a store and without."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "prices")]

from log_rows import log as json_log  # noqa: E402
from store_logs import book, keyed, random_log, run  # noqa: E402

from costmodel.cli import run as main  # noqa: E402
from costmodel.study.usage_log import UsageLog, read_log, usage_cube  # noqa: E402
from costmodel.usage.logs.store import log as store_log  # noqa: E402

ROWS = random_log(300)
STORED = pytest.mark.parametrize("stored", [False, True])


def answer(key: str, at: str = "2026-10-02T10:00:00Z", tokens: int = 100) -> dict[str, object]:
    """One answer of an API, as it came."""
    usage = {"prompt_tokens": tokens, "completion_tokens": 20, "total_tokens": tokens + 20}
    note = {"choices": [{"message": {"content": "Nguyen Van A, diabetes"}}]}
    return {
        "timestamp": at,
        "id": key,
        "object": "chat.completion",
        "model": "gpt-4.1",
        "usage": usage,
        "choices": note,
    }


@STORED
def test_each_key_is_counted_once(tmp_path: Path, stored: bool):
    """As a log without the rows that come later; whatever the files are called, and however often it is run."""
    prices, store = book(tmp_path), tmp_path / "store" if stored else None
    ordered = sorted(ROWS, key=lambda row: row.at)
    keyed(tmp_path / "log", "a.csv", [*ordered[200:], *ordered[:50]], [*range(200, 300), *range(50)])
    keyed(tmp_path / "log", "b.csv", ordered[30:260], [*range(30, 200), *[f"x{n}" for n in range(200, 260)]])
    keyed(tmp_path / "once", "once.csv", [*ordered, *ordered[200:260]], range(360))
    moved = [row._replace(time=ordered[-1].time) for row in ordered[:9]]
    keyed(tmp_path / "log", "c.csv", moved, range(9))
    expected = run(tmp_path / "once", prices, key="id").total
    for _ in range(2 if stored else 1):
        found = run(tmp_path / "log", prices, store, key="id")
        assert found.facts.left_out == {"duplicate": 29}
        assert found.facts.rows_read == 389
        assert found.total == expected


def test_as_the_scan_finds_them(tmp_path: Path):
    """The quick way of the command line leaves out what one query over all rows does."""
    prices = book(tmp_path)
    for number in range(2):
        keyed(tmp_path / "log", f"{number}.csv", ROWS[number::2], [row.input for row in ROWS[number::2]])
    found = run(tmp_path / "log", prices, key="id")
    log = UsageLog((tmp_path / "log",), tmp_path / "mapping.yaml", key="id")
    (tmp_path / "cube").mkdir()
    cube = usage_cube(log, log.sources(), [prices], tmp_path / "cube")
    assert cube.facts == found.facts
    assert found.facts.left_out["duplicate"] > 50


def test_what_is_kept_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The store keeps digests, and no key."""
    prices, store, log = book(tmp_path), tmp_path / "store", tmp_path / "log"
    keyed(log, "a.csv", ROWS[:100], [f"request {number}" for number in range(100)])
    first = run(log, prices, store, key="id")
    real = store_log.sources

    def only_b(paths, *others):
        assert [path.name for path in paths] == ["b.csv"]
        return real(paths, *others)

    monkeypatch.setattr(store_log, "sources", only_b)
    assert run(log, prices, store, key="id").json == first.json
    keyed(log, "b.csv", ROWS[100:], [f"request {number}" for number in range(100, 300)])
    grown = run(log, prices, store, key="id")
    assert grown.said == ("Store: 1 file counted before, 1 counted now.",)
    monkeypatch.undo()
    assert grown.json == run(log, prices, key="id").json
    assert all(b"request 7" not in piece.read_bytes() for piece in store.iterdir() if piece.is_file())


def test_other_meters_and_bad_rows(tmp_path: Path):
    """Families that count other things, rows without a key, and bad rows: each told as what it is."""
    prices, store, log = book(tmp_path), tmp_path / "store", tmp_path / "log"
    log.mkdir()
    json_log(log, answer("1"), answer("2", tokens=-5), answer(""), answer("3"), name="a.jsonl")
    usage = {"input_tokens": 10, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 5, "output_tokens": 3}
    message = {"type": "message", "model": "claude-sonnet-4-5", "timestamp": "2026-10-02T09:00:00Z", "usage": usage}
    json_log(log, message | {"id": "3"}, message | {"id": "4"}, name="b.jsonl")
    for stored in (None, store, store):
        with TemporaryDirectory() as place:
            cube = read_log(UsageLog((log,), key="id", store=stored), [prices], Path(place)).cube
            sums = "SUM(requests), SUM(input), SUM(output), SUM(cache_write_5m)"
            counted = duckdb.sql(f"SELECT {sums} FROM read_parquet('{cube.file}')").fetchall()
        assert cube.facts.left_out == {"duplicate": 1, "negative": 1, "no key": 1}
        assert cube.facts.rows_read == 6
        # One answer of 100 and 20 tokens, and two messages of 22 and 3: they come before the answer of the same key.
        assert counted == [(3, 144, 26, 14)]


@STORED
@pytest.mark.parametrize("drop", [False, True])
def test_refused_or_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, stored, drop):
    """Exit 3 and the first places, or 0; never the key, and nothing of the record."""
    monkeypatch.chdir(tmp_path)
    json_log(tmp_path, answer("secret-1"), answer("secret-2"), answer("secret-1"), name="a.jsonl")
    json_log(tmp_path, answer("secret-3"), answer("secret-2", "2026-10-03T10:00:00Z", 900), name="b.jsonl")
    words = ["usage", "price", "a.jsonl", "b.jsonl", "--key", "id", *(["--store", "store"] if stored else [])]
    for _ in range(2 if stored else 1):
        assert main([*words, *(["--duplicates", "drop"] if drop else [])]) == (0 if drop else 3)
        shown = capsys.readouterr()
        assert (
            "The same key stands at a.jsonl:1 and a.jsonl:3.\nThe same key stands at a.jsonl:2 and b.jsonl:2.\n"
            in shown.err
        )
        assert "2 rows whose key stood in another row" in shown.out
        for secret in ("secret", "Nguyen", "diabetes"):
            assert secret not in shown.out + shown.err
        main([*words, "--quiet", "--format", "json"])
        quiet = capsys.readouterr()
        # 3 x 100 input tokens at 2 USD and 3 x 20 output tokens at 8 USD per million.
        assert (quiet.err, json.loads(quiet.out)["total"]) == ("", "0.00108")


def test_a_key_that_is_the_same_everywhere(tmp_path: Path):
    """A column that tells nothing apart: all but one row are left out, and that is said."""
    prices, log = book(tmp_path), tmp_path / "log"
    keyed(log, "a.csv", ROWS[:50], ["ward"] * 50)
    keyed(log, "b.csv", ROWS[50:99], ["ward"] * 49)
    found = run(log, prices, key="id")
    assert found.facts.left_out == {"duplicate": 98}
    assert found.said == (f"The same key stands at {log / 'a.csv'}:2 and {log / 'a.csv'}:3.",)

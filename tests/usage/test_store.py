"""A store keeps what was counted of each file: the result is that of a run without it, and nothing is read twice."""

from __future__ import annotations

import os
import random
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "prices")]

from books import offer, provider, row, working  # noqa: E402
from metered_logs import written_csv  # noqa: E402
from store_logs import book, part, parts, random_log, run  # noqa: E402

from costmodel.errors import CommandLineError, FileError  # noqa: E402
from costmodel.usage.logs.store import log as store_log  # noqa: E402

if TYPE_CHECKING:
    from costmodel.prices.book import PriceBook

ROWS = random_log(400)


@pytest.fixture
def no_scan(monkeypatch: pytest.MonkeyPatch):
    """From when it is called on, no file of a log can be read."""

    def forbid() -> None:
        def fail(*_: object, **__: object) -> None:
            raise AssertionError("a log is read")

        monkeypatch.setattr(store_log, "scanner", fail)
        monkeypatch.setattr(store_log, "sources", fail)

    return forbid


def pieces(store: Path) -> list[Path]:
    return sorted(path for path in store.iterdir() if path.suffix in {".cube", ".rows"})


@pytest.mark.parametrize(
    ("options", "by"),
    [
        ({}, ("model", "meter")),
        ({"by_day": True}, ("day", "model")),
        ({"labels": ("department",)}, ("month", "department")),
        ({"labels": ("department",), "by_day": True}, ("day", "department")),
    ],
)
def test_the_result_is_that_without_a_store(tmp_path: Path, no_scan, options, by):
    """To the last byte, when the log is read and when it is not."""
    log, prices, store = parts(tmp_path / "log", ROWS, 2), book(tmp_path), tmp_path / "store"
    plain = run(log, prices, by=by, **options)
    first = run(log, prices, store, by, **options)
    assert first.said == ("Store: 0 files counted before, 2 counted now.",)
    no_scan()
    second = run(log, prices, store, by, **options)
    assert second.said == ("Store: 2 files counted before, 0 counted now.",)
    assert first.json == plain.json == second.json
    assert second.facts.rows_read == len(ROWS)


def test_a_log_that_grows(tmp_path: Path):
    """Only what is new is read; changed files are read again, those that vanished are told once."""
    log, prices, store = tmp_path / "log", book(tmp_path), tmp_path / "store"
    part(log, 0, ROWS[:100])
    run(log, prices, store)
    part(log, 1, ROWS[100:200])
    grown = run(log, prices, store)
    assert grown.said == ("Store: 1 file counted before, 1 counted now.",)
    changed = written_csv(log, ROWS[:150], "part0.csv")
    told = run(log, prices, store)
    assert told.said == (
        "Store: 1 file counted before, 1 counted now.",
        f"Counted again, because the content has changed: {changed}.",
    )
    assert told.json == run(log, prices).json
    assert len(pieces(store)) == 2, "what was kept of the old content is removed"
    changed.unlink()
    gone = run(log, prices, store)
    assert gone.said == (
        "Store: 1 file counted before, 0 counted now.",
        f"No longer there since the last run: {changed}. Its 150 rows are not in this total.",
    )
    assert gone.json == run(log, prices).json
    assert run(log, prices, store).said == ("Store: 1 file counted before, 0 counted now.",)


def test_a_file_that_is_renamed_is_not_read_again(tmp_path: Path, no_scan):
    """The content counts, not the name."""
    log, prices, store = parts(tmp_path / "log", ROWS, 2), book(tmp_path), tmp_path / "store"
    before = run(log, prices, store)
    (log / "part0.csv").rename(log / "archived.csv")
    no_scan()
    after = run(log, prices, store)
    assert (after.said, after.total) == (("Store: 2 files counted before, 0 counted now.",), before.total)


def test_two_logs_in_one_store(tmp_path: Path, no_scan):
    """A file of the other log has not vanished."""
    prices, store = book(tmp_path), tmp_path / "store"
    logs = [parts(tmp_path / name, ROWS[start::2], 1) for start, name in enumerate(("east", "west"))]
    for log in logs:
        run(log, prices, store)
    no_scan()
    for log in logs:
        assert run(log, prices, store).said == ("Store: 1 file counted before, 0 counted now.",)


def test_other_settings_are_counted_apart(tmp_path: Path):
    """Labels and mapping decide what is counted."""
    log, prices, store = parts(tmp_path / "log", ROWS, 1), book(tmp_path), tmp_path / "store"
    anew = ("Store: 0 files counted before, 1 counted now.",)
    assert run(log, prices, store).said == anew
    assert run(log, prices, store, labels=("department",)).said == anew
    says = tmp_path / "mapping.yaml"
    says.write_text(says.read_text().replace("output: output", "output: {sum: [output, pages]}"))
    assert run(log, prices, store).said == anew


def test_a_price_book_that_asks_for_more(tmp_path: Path, no_scan):
    """A new limit of request sizes needs a new count of the files that have the model, a new date does not."""
    log, prices, store = tmp_path / "log", limited(tmp_path / "old", 1000), tmp_path / "store"
    part(log, 0, [item._replace(model="acme/limited") for item in ROWS[::2]])
    part(log, 1, [item._replace(model="acme/other") for item in ROWS[1::2]])
    run(log, prices, store)
    other = limited(tmp_path / "new", 1234, "2026-02-03")
    told = run(log, other, store)
    why = "the price of 'acme/limited' depends on a request size of 1_234 input tokens, and it was not counted by that"
    assert told.said == (
        "Store: 1 file counted before, 1 counted now.",
        f"Counted again, because {why}: {log / 'part0.csv'}.",
    )
    assert told.json == run(log, other).json != run(log, prices).json
    no_scan()
    both = ("Store: 2 files counted before, 0 counted now.",)
    assert run(log, other, store).said == both
    assert run(log, prices, store).said == both, "what was counted for the old book is kept"


def limited(folder: Path, size: int, since: str = "2025-06-01") -> PriceBook:
    """A price book with a model of a size limit, and one without."""
    above = f'{{when: {{request_input_tokens: "> {size}"}}, prices: {{input: 4, output: 12}}}}'
    rates = f"{above}\nprices: {{input: 2, output: 6}}"
    plain = row("2025-01-01", "prices: {input: 1, output: 2}"), row(since, "prices: {input: 3, output: 5}")
    return working(folder, provider("acme", offer("limited", row("2025-01-01", rates)), offer("other", *plain)))


def test_days_of_a_count_by_month(tmp_path: Path):
    """With a label, months are counted; days need a new count."""
    log, prices, store = parts(tmp_path / "log", ROWS, 1), book(tmp_path), tmp_path / "store"
    run(log, prices, store, labels=("department",))
    daily = run(log, prices, store, ("day",), labels=("department",), by_day=True)
    assert daily.said[1] == (
        f"Counted again, because days are asked for, and it was counted by month: {log / 'part0.csv'}."
    )
    assert daily.json == run(log, prices, by=("day",), labels=("department",), by_day=True).json


@pytest.mark.parametrize("seed", range(2))
def test_counts_of_different_runs_together(tmp_path: Path, seed: int):
    """Files counted at different times, for different books: as if counted at once."""
    rng, log, store = random.Random(seed), tmp_path / "log", tmp_path / "store"  # noqa: S311 - no secret
    rows, (one, other) = random_log(250, seed), (book(tmp_path / name) for name in ("one", "other"))
    small = working(
        tmp_path / "small", provider("acme", offer("plain", row("2025-01-01", "prices: {input: 2, output: 8}")))
    )
    log.mkdir()
    for number, prices in enumerate(rng.choices((one, small, other), k=3)):
        part(log, number, rows[number::3])
        run(log, prices, store)
    for prices in (one, small, [one, small]):
        assert run(log, prices, store).json == run(log, prices).json


@pytest.mark.parametrize("key", [None, "time"])
def test_damage_is_noticed(tmp_path: Path, key: str | None):
    """Cut off, a bit flipped, empty: told, and counted again."""
    log, prices, store = parts(tmp_path / "log", ROWS, 3), book(tmp_path), tmp_path / "store"
    whole = run(log, prices, store, key=key)
    cut, flipped, empty = pieces(store)
    cut.write_bytes(cut.read_bytes()[:-9])
    data = bytearray(flipped.read_bytes())
    data[len(data) // 2] ^= 4
    flipped.write_bytes(data)
    empty.write_bytes(b"")
    healed = run(log, prices, store, key=key)
    assert healed.said[0] == "Store: 0 files counted before, 3 counted now."
    assert healed.said[1].startswith("Counted again, because what the store kept of it is damaged: ")
    assert healed.json == whole.json
    again = run(log, prices, store, key=key)
    assert again.said[0] == "Store: 3 files counted before, 0 counted now."
    assert (len(again.said), again.json) == (len(whole.said), whole.json)


def test_a_damaged_list_of_files_only_costs_words(tmp_path: Path):
    """It says what changed, nothing that is counted."""
    log, prices, store = parts(tmp_path / "log", ROWS, 2), book(tmp_path), tmp_path / "store"
    whole = run(log, prices, store)
    for text in ("", "{", "[1]", '{"a": 1}', '{"a": ["b"]}', '{"a": [1, null]}', "\x00"):
        (list_of_files,) = store.glob("*.files")
        list_of_files.write_text(text)
        assert run(log, prices, store).json == whole.json


@pytest.mark.parametrize("stored", [False, True])
def test_a_copy_is_counted_once(tmp_path: Path, stored: bool):
    """The same content under another name, with a store or without: once, and said."""
    log, prices, store = parts(tmp_path / "log", ROWS, 2), book(tmp_path), tmp_path / "store" if stored else None
    once = run(log, prices)
    shutil.copy(log / "part0.csv", log / "part0 (copy).csv")
    (log / "empty.csv").touch()
    (log / "also empty.csv").touch()
    told = run(log, prices, store)
    assert told.json == once.json
    if stored:
        same = f"'{log / 'part0.csv'}' has the same content as '{log / 'part0 (copy).csv'}' and is counted once."
        assert told.said == ("Store: 0 files counted before, 2 counted now.", same)


def test_a_store_among_the_files_of_the_log(tmp_path: Path):
    """What it keeps is no log, whatever pattern is given."""
    log, prices = parts(tmp_path / "log", ROWS, 2), book(tmp_path)
    once = run(log, prices)
    for pattern in (log, log / "**", log / "**"):
        assert run(pattern, prices, log / "store", mapped=tmp_path / "mapping.yaml").json == once.json


def test_leftovers_of_killed_runs_are_removed(tmp_path: Path):
    """Whatever a killed run was writing."""
    log, prices, store = parts(tmp_path / "log", ROWS, 1), book(tmp_path), tmp_path / "store"
    left = store / ".run-abc"
    left.mkdir(parents=True)
    (left / "made-0.parquet").write_bytes(b"half")
    run(log, prices, store)
    assert not list(store.glob(".run-*"))


def test_a_run_at_work_is_left_alone(tmp_path: Path):
    """Its folder is no leftover."""
    from costmodel.usage.logs.store.store import opened_store

    log, prices, store = parts(tmp_path / "log", ROWS, 1), book(tmp_path), tmp_path / "store"
    with opened_store(store, "0" * 64) as other:
        run(log, prices, store)
        assert other.run.is_dir()
    assert not list(store.glob(".run-*"))


def test_what_another_run_removes_is_still_there(tmp_path: Path):
    """A run works on links of its own."""
    from costmodel.usage.logs.store.store import opened_store

    store, content = tmp_path / "store", "c" * 64
    with opened_store(store, "0" * 64) as one:
        made = one.run / "made.parquet"
        made.write_bytes(b"counted")
        mine = one.keep(made, content, "cube")
        with opened_store(store, "0" * 64) as other:
            (theirs,) = other.kept(content, "cube")
            (piece,) = pieces(store)
            piece.unlink()
            assert mine.read_bytes() == theirs.read_bytes() == b"counted"
            assert other.kept("d" * 64, "cube") == []


def test_a_file_that_is_written_to_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is counted as it was found; the next run reads it again."""
    log, prices, store = parts(tmp_path / "log", ROWS, 2), book(tmp_path), tmp_path / "store"
    real, moving = store_log.scanner, log / "part0.csv"

    def scanner(sources, *others):
        if sources[0].files == (moving,):
            os.utime(moving, ns=(1, 1))
        return real(sources, *others)

    monkeypatch.setattr(store_log, "scanner", scanner)
    told = run(log, prices, store)
    assert told.said[1:] == (f"Changed while it was read, so that its count is not kept: {moving}.",)
    assert told.json == run(log, prices).json
    assert len(pieces(store)) == 1


def test_all_files_that_are_no_log_are_told(tmp_path: Path):
    """With their names, all at once; what is good is not lost."""
    log, prices, store = parts(tmp_path / "log", ROWS, 1), book(tmp_path), tmp_path / "store"
    (log / "one.json").write_text("[1]")
    (log / "two.json").write_text("[2]")
    with pytest.raises(FileError, match=r"one\.json(.|\n)*two\.json"):
        run(log, prices, store)
    (log / "one.json").write_text("")
    (log / "two.json").write_text("  ")
    assert run(log, prices, store).json == run(log, prices).json
    (log / "part0.csv").unlink()
    with pytest.raises(FileError, match="the file is empty"):
        run(log, prices, store)


@pytest.mark.parametrize("place", ["file", "file/store"])
def test_a_store_that_cannot_be(tmp_path: Path, place: str):
    """A message, no trace."""
    log, prices = parts(tmp_path / "log", ROWS[:9], 1), book(tmp_path)
    (tmp_path / "file").write_text("text")
    with pytest.raises(CommandLineError, match=r"the store '.*' cannot be used: "):
        run(log, prices, tmp_path / place)


def test_bad_rows_are_looked_for_where_they_are(tmp_path: Path):
    """They are counted from the store, and only their files are opened again."""
    from tempfile import TemporaryDirectory

    from costmodel.study.usage_log import UsageLog, read_log

    log, prices, store = parts(tmp_path / "log", ROWS, 2), book(tmp_path), tmp_path / "store"
    bad = written_csv(log, [ROWS[0]._replace(input=-1), *ROWS[1:9]], "bad.csv")
    first = run(log, prices, store)
    assert first.facts.left_out == {"negative": 1}
    with TemporaryDirectory() as place:
        read = read_log(UsageLog((log,), tmp_path / "mapping.yaml", store=store), [prices], Path(place))
    assert [source.files for source in read.files] == [(bad,)]
    assert read.cube.facts.left_out == {"negative": 1}

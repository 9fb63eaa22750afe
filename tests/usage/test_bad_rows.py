"""Where bad rows stand: the line that an editor shows, the reason of the sums, and nothing of the row."""

from __future__ import annotations

import csv
import gzip
import json
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from log_rows import AT, log, rows, written

from costmodel.usage.logs.reading.bad_rows import bad_rows, write_bad_rows
from costmodel.usage.logs.reading.engine import connection
from costmodel.usage.logs.reading.reading import sources

if TYPE_CHECKING:
    from costmodel.usage.logs.reading.bad_rows import BadRow

HEADING = "time,model,input_tokens,output_tokens,note"
GOOD = {"time": AT, "model": "m", "input_tokens": 1, "output_tokens": 2}


def told(*paths: Path, first: int | None = None) -> list[BadRow]:
    return list(bad_rows(sources(list(paths)), first))


def test_lines_of_json(tmp_path: Path) -> None:
    """Blank lines count as lines and are no rows."""
    path = log(tmp_path, GOOD, "", "  ", GOOD | {"input_tokens": -1}, "{broken", "", '{"a": 1}', GOOD, '{"time": "')
    assert [(item.line, item.record, item.reason) for item in told(path)] == [
        (4, 2, "negative"),
        (5, 3, "malformed"),
        (7, 4, "unknown shape"),
        (9, 6, "malformed"),
    ]


def test_lines_of_csv(tmp_path: Path) -> None:
    """A quoted cell may run over lines; a row stands where it begins."""
    text = (
        f'{HEADING}\r\n{AT},m,1,2,"a\r\nb ""c""\r\n"\r\n\r\n{AT},m,-1,2,x\n{AT},m,1,2,"y\n"\n{AT},m,1.5,2,x\r\n{AT},m'
    )
    assert [(item.line, item.reason) for item in told(written(tmp_path, text))] == [
        (6, "negative"),
        (9, "not a whole number"),
        (10, "malformed"),
    ]


@st.composite
def csv_logs(draw: st.DrawFn) -> tuple[str, list[int]]:
    """A CSV log with cells of all kinds, and the lines on which its bad rows begin."""
    text, lines = HEADING + "\n", []
    for bad in draw(st.lists(st.booleans(), max_size=15)):
        end = draw(st.sampled_from(["\n", "\r\n"]))
        text += draw(st.sampled_from(["", "\n", "\r\n"]))
        lines += [text.count("\n") + 1] if bad else []
        note = draw(st.sampled_from(["", "x", '"a, b"', '""', '"c""d"', '"e\nf"', '"g\r\n\r\nh"', '"\n"']))
        text += f"{AT},m,{-1 if bad else 1},2,{note}{end}"
    return text, lines


@settings(max_examples=25)
@given(csv_logs())
def test_lines_of_any_csv(case: tuple[str, list[int]]) -> None:
    """However rows are quoted and spaced, the line told is that on which the row begins."""
    text, lines = case
    with tempfile.TemporaryDirectory() as name:
        assert [item.line for item in told(written(Path(name), text))] == lines


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from(["", " ", "\t", "\r", "{", "{}", "[1]", "\x0b", "\x0c", "\u00a0", "null", "{} {}", "good"])
    )
)
def test_lines_of_any_json(kinds: list[str]) -> None:
    """Whatever stands on the lines, every line but a blank one is a row, and each bad one is told at its line."""
    good = json.dumps(GOOD)
    lines = [good, *(good if kind == "good" else kind for kind in kinds)]
    bad = [number for number, line in enumerate(lines, 1) if line != good and line.strip(" \t\r\x0b\x0c")]
    with tempfile.TemporaryDirectory() as name:
        assert [item.line for item in told(written(Path(name), "\n".join(lines), "log.jsonl"))] == bad


def test_compressed_and_parquet(tmp_path: Path) -> None:
    """A compressed log has the lines of what is in it; Parquet has rows."""
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(f"{HEADING}\n{AT},m,1,2,\n{AT},m,-1,2,\n".encode()))
    table = tmp_path / "log.parquet"
    with connection() as connected:
        connected.execute(
            f"COPY (SELECT TIMESTAMPTZ '{AT}' AS time, 'm' AS model, 2 - range AS input_tokens, 1 AS output_tokens "
            f"FROM range(4)) TO '{table}'"
        )
    assert [item.place.removeprefix(f"{tmp_path}/") for item in told(packed, table)] == [
        "log.csv.gz:3",
        "log.parquet: row 4",
    ]


def test_the_first_of_each_reason(tmp_path: Path) -> None:
    """A few of each reason are told, those that come first, over all files."""
    kinds = {"negative": GOOD | {"input_tokens": -1}, "malformed": '{"', "no model": GOOD | {"model": ""}}
    names = random.Random(1).choices([*kinds, "good"], k=400)  # noqa: S311
    paths = []
    for part in range(2):
        records = [kinds.get(name, GOOD) for name in names[part * 200 : part * 200 + 200]]
        paths.append(log(tmp_path, *records, name=f"{part}.jsonl"))
    wanted = {name: [index for index, item in enumerate(names) if item == name][:5] for name in kinds}
    found: dict[str, list[int]] = {name: [] for name in kinds}
    for item in told(*paths, first=5):
        found[item.reason].append((item.line or 0) - 1 + 200 * item.file.endswith("1.jsonl"))
    assert found == wanted


def test_side_file(tmp_path: Path) -> None:
    """The side file has file, line and reason of every bad row: as many as the sums left out, nothing of the rows."""
    broken = [
        GOOD | {"model": "", "note": "Mary Smith"},
        '{"note": "Mary Smith"',
        GOOD | {"input_tokens": "Mary Smith"},
    ]
    path = log(tmp_path, *(broken * 7), GOOD)
    side = tmp_path / "side.csv"
    assert write_bad_rows(sources([path]), side) == 21
    text = side.read_text(encoding="utf-8")
    assert "Mary" not in text
    table = list(csv.DictReader(text.splitlines()))
    assert [int(item["line"]) for item in table] == list(range(1, 22))
    assert Counter(item["reason"] for item in table) == Counter(
        item["reason"] for item in rows(path) if item["reason"] is not None
    )


def test_a_file_name_is_no_formula(tmp_path: Path, monkeypatch: object) -> None:
    """A name that a spreadsheet would run is written so that it does not."""
    import os

    there = Path.cwd()
    os.chdir(tmp_path)
    try:
        write_bad_rows(sources([log(Path(), '{"', name="=cmd.jsonl")]), Path("side.csv"))
        assert Path("side.csv").read_text(encoding="utf-8").splitlines()[1] == "./=cmd.jsonl,1,1,malformed"
    finally:
        os.chdir(there)

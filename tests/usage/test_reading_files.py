"""Files of a usage log: CSV, JSON lines and Parquet as they are found, whole and damaged."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest
from log_rows import AT, AT_US, DATA, log, mapping, reasons, row, rows, written

from costmodel.errors import FileError
from costmodel.usage.logs.reading.bad_rows import bad_rows
from costmodel.usage.logs.reading.engine import connection
from costmodel.usage.logs.reading.reading import sources
from costmodel.usage.logs.shapes.columns import REASON_NAMES
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from pathlib import Path

HEADING = "time,model,input_tokens,output_tokens"
GOOD = f"{AT},m,1,2"
AZURE = "shape: azure\ntime: {path: TIMESTAMP, zone: UTC}\nmodel: {is: openai/gpt-4.1}\n"
AZURE += "meters: {input: ContextTokens, output: GeneratedTokens}\n"


def sums(found: list[dict[str, Any]]) -> tuple[int, int]:
    return sum(item["input"] for item in found), sum(item["output"] for item in found)


# CSV


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(end: str, last: bool, tmp_path: Path) -> None:
    """Both kinds of line end are read, with or without one at the end of the file, and mixed."""
    text = end.join([HEADING, GOOD, GOOD]) + (end if last else "")
    assert sums(rows(written(tmp_path, text))) == (2, 4)
    assert reasons(written(tmp_path, text + "\n" + GOOD + "\r\n" + GOOD + "\r" + GOOD)) == [None] * 5


def test_seven_digits_are_rounded_down(tmp_path: Path) -> None:
    """A time finer than a microsecond lies in the microsecond that it began."""
    path = written(tmp_path, f"{HEADING}\n2026-01-02 03:04:05.9999999Z,m,1,2\n")
    assert row(path)["at_us"] == AT_US + 999_999


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(delimiter: str, tmp_path: Path) -> None:
    """The delimiter is found from the heading."""
    text = f"{HEADING}\n{GOOD}".replace(",", delimiter)
    assert row(written(tmp_path, text))["reason"] is None


def test_quoted_cells(tmp_path: Path) -> None:
    """A quoted cell may hold delimiters, doubled quotes and line ends; the row after it is the next one."""
    text = f'{HEADING},"note"\n{AT},"m",1,2,"a, ""b""\r\n{AT},m,9,9,no row"\n{GOOD},x\n'
    assert sums(rows(written(tmp_path, text))) == (2, 4)


BROKEN = [
    (f'{HEADING},n\n{GOOD},a "b" c\n', "2:30: a quote stands where none can"),
    (f'{HEADING},n\n{GOOD},"a"b\n{GOOD},"x"\n', "2:30: a quote stands where none can"),
    (f'{HEADING},n\n{GOOD},"a\n{GOOD},x\n', "2:28: the quote that is opened here is never closed"),
    (f"{HEADING},time\n{GOOD},x\n", "1:1: the columns 1 and 5 have the same name"),
    (f"\n{HEADING}\n{GOOD}\n", "1:1: the first line is blank"),
    (f"when,who\n{AT},m\n", "1:1: the columns are those of no known log"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_files_whose_rows_cannot_be_told_apart(text: str, said: str, tmp_path: Path) -> None:
    """Such a file is refused as a whole, with the place: what its rows are could only be guessed."""
    with pytest.raises(FileError) as told:
        rows(written(tmp_path, text))
    assert said in str(told.value)


def test_cells_too_few_and_too_many(tmp_path: Path) -> None:
    """A row with another number of cells than the heading is malformed; an empty cell is a cell."""
    lines = [GOOD, f"{AT},m,1", AT, f"{GOOD},more", f"{GOOD},more,and,more", f"{GOOD},", f"{AT},m,,2", "", " "]
    assert reasons(written(tmp_path, "\n".join([HEADING, *lines]))) == [
        None,
        "malformed",
        "malformed",
        "malformed",
        "malformed",
        None,
        "no count",
        "malformed",
    ]


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 make a name no name; in cells that are not read they do not matter."""
    text = f"{HEADING},team,note\n{GOOD},A,caf\xe9\n{GOOD},caf\xe9,x\n".encode("latin-1")
    path = written(tmp_path, text)
    assert reasons(path) == [None, None]
    assert reasons(path, labels=("team",)) == [None, "bad name"]


def test_a_byte_order_mark_and_utf8(tmp_path: Path) -> None:
    """What a spreadsheet saves as CSV UTF-8 is read; names keep their letters."""
    path = written(tmp_path, "\ufeff" + f"{HEADING},équipe\n{GOOD},Pédiatrie\n")
    assert row(path, labels=("équipe",))["label_0"] == "Pédiatrie"


@pytest.mark.parametrize(("mark", "end"), [("\ufeff", "\r\n"), ("", "\r\n"), ("", "\n")])
def test_a_line_that_tells_excel_the_delimiter_is_read_as_excel_reads_it(tmp_path: Path, mark: str, end: str) -> None:
    """The heading is the line below; lines of bad rows are still those of the file."""
    head, good = HEADING.replace(",", ";"), GOOD.replace(",", ";")
    path = written(tmp_path, f"{mark}sep=;{end}{head}{end}{good}{end};;;{end}")
    assert reasons(path) == [None, "no time"]
    assert [row.line for row in bad_rows(sources([path]))] == [4]
    with pytest.raises(FileError, match=":2:1: the second line is blank"):
        sources([written(tmp_path, f"sep=;\n\n{good}\n", "blank.csv")])


def test_a_flattened_answer(tmp_path: Path) -> None:
    """Columns named as the paths of a family are that family."""
    heading = "timestamp,model,usage.prompt_tokens,usage.completion_tokens,usage.total_tokens"
    text = f"{heading}\n{AT},gpt,5,6,11\n{AT},gpt,5,6,12\n"
    assert reasons(written(tmp_path, text)) == [None, "totals disagree"]


def test_json_inside_a_column(tmp_path: Path) -> None:
    """A column of JSON texts is entered; one that is no JSON has nothing in it."""
    inside = '"{""usage_object"": {""cache_read_input_tokens"": 4, ""cache_creation_input_tokens"": null}}"'
    text = f"startTime,model,prompt_tokens,completion_tokens,metadata\n{AT},m,9,1,{inside}\n{AT},m,9,1,{{broken\n"
    assert [(item["cache_read"], item["reason"]) for item in rows(written(tmp_path, text))] == [(4, None), (0, None)]


@pytest.mark.skipif(not DATA.is_dir(), reason="the measured data do not travel with the project")
def test_azure_code_trace(tmp_path: Path) -> None:
    """8,819 requests as published (Patel et al., Splitwise, ISCA 2024): CRLF, 7 digits, no zone, no model."""
    found = rows(DATA / "AzureLLMInferenceTrace_code.csv", mapping(tmp_path, AZURE))
    assert (len(found), *sums(found)) == (8_819, 18_059_974, 245_896)
    assert {(item["reason"], item["model"]) for item in found} == {(None, "openai/gpt-4.1")}
    assert found[0]["at_us"] == 1_700_158_623_979_960
    without = mapping(tmp_path, AZURE.replace(", zone: UTC", ""))
    assert set(reasons(DATA / "AzureLLMInferenceTrace_code.csv", without)) == {"no time zone"}


# JSON lines


def test_lines_that_are_no_records(tmp_path: Path) -> None:
    """Broken lines are rows with a reason; blank ones are no rows; the last one may be cut off."""
    good = {"time": AT, "model": "m", "input_tokens": 1, "output_tokens": 2}
    lines = ["no json", "[1, 2]", "5", "null", "", "   ", '{"a": 1} {"a": 2}', '{"time": "' + "x" * 10, '{"\x00": 1}']
    path = written(tmp_path, "\n".join(['{"other": 1}', *lines, '{"time": "2026-'])[:-1], "log.jsonl")
    assert reasons(path) == [
        "unknown shape",
        "malformed",
        "unknown shape",
        "unknown shape",
        "malformed",
        *["malformed"] * 4,
    ]
    assert reasons(log(tmp_path, good, '{"time": "2026-')) == [None, "malformed"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"time": None}, "no time"),
        ({"time": {"at": AT}}, "bad time"),
        ({"time": "2026-01-02T03:04:05"}, "no time zone"),
        ({"time": "1999-01-02T03:04:05Z"}, "bad time"),
        ({"time": "tomorrow"}, "bad time"),
        ({"model": ""}, "no model"),
        ({"model": {"name": "m"}}, "bad name"),
        ({"input_tokens": None}, "no count"),
        ({"input_tokens": {"n": 1}}, "not a whole number"),
        ({"input_tokens": -1}, "negative"),
        ({"output_tokens": limits().tokens + 1}, "over the limit"),
        ({"cache_read_tokens": 5}, "part over whole"),
        ({"cache_read_tokens": 1, "cache_write_5m_tokens": 1}, "part over whole"),
        ({"reasoning_tokens": 3}, "part over whole"),
    ],
)
def test_bad_rows_of_counts_and_names(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    """Each way for a row to be wrong has its reason; without the mistake the row is good."""
    good = {"time": AT, "model": "m", "input_tokens": 1, "output_tokens": 2}
    assert reason in REASON_NAMES
    # A record without a count that its family always has is of no known shape; the mapping says it is of this one.
    shape = mapping(tmp_path, "shape: own\nlike: costmodel\n")
    assert reasons(log(tmp_path, good, good | change), shape) == [None, reason]


def test_repeated_and_escaped_keys(tmp_path: Path) -> None:
    """A key may be written with escapes; names that differ in case are other names."""
    text = f'{{"tim\\u0065": "{AT}", "model": "m", "Model": "n", "input_tokens": 1, "output_tokens": 2}}'
    assert row(written(tmp_path, text, "log.jsonl"))["model"] == "m"


# Files


def test_compressed_files_folders_and_globs(tmp_path: Path) -> None:
    """Logs are found in folders and by patterns, compressed or not; what is no log is passed by."""
    folder = tmp_path / "logs" / "deep"
    folder.mkdir(parents=True)
    packed = gzip.compress(f"{HEADING}\n{GOOD}\n".encode())
    (folder / "a.csv.gz").write_bytes(packed)
    (folder / "b.csv").write_text(f"{HEADING}\n{GOOD}\n{GOOD}\n")
    (folder / "c.jsonl").write_text(f'{{"time": "{AT}", "model": "m", "input_tokens": 8, "output_tokens": 1}}\n')
    (folder / "_SUCCESS").write_text("")
    (folder / "readme.md").write_text("no log")
    (folder / "empty.csv").write_text("")
    assert sums(rows(tmp_path / "logs"))[0] == 11
    assert sums(rows(tmp_path / "logs" / "**" / "*.csv*"))[0] == 3
    assert len(sources([tmp_path / "logs"])) == 2


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    """By another path, a link or its folder: it is the same file, and that is said."""
    path = written(tmp_path, f"{HEADING}\n{GOOD}\n")
    link = tmp_path / "same.csv"
    link.hardlink_to(path)
    (source,) = sources([path, tmp_path / "." / path.name, link, tmp_path])
    assert len(source.files) == 1
    assert all("given twice and read once" in note for note in source.notes)
    assert source.notes


def test_names_of_files_are_no_patterns(tmp_path: Path) -> None:
    """A file is read whatever it is called."""
    for name in ("it's.csv", "a[1].csv", "b*.csv", "c?.csv", "d{x}.csv", "'; DROP TABLE x; --.csv"):
        assert sums(rows(written(tmp_path, f"{HEADING}\n{GOOD}\n", name))) == (1, 2), name


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl.gz", gzip.compress(b"{}\n" * 20_000, mtime=0)[:-30], "the compressed file is cut off or damaged"),
        (
            "a.csv.gz",
            gzip.compress(f"{HEADING}\n".encode() + f"{GOOD}\n".encode() * 9_999, mtime=0)[:-30],
            "copy it again",
        ),
        ("a.json", b'[{"a": 1}]', "one JSON document over many lines"),
        ("a.json", b'{\n "a": 1\n}', "one JSON document over many lines"),
        ("a.csv", b"\xff\xfet\x00,\x00", "this is no UTF-8 text"),
        ("a.parquet", b"PAR1 cut off", "the Parquet file is cut off or damaged"),
        ("a.bin", b"nothing known", "this is no log"),
        ("a.csv", b"", "the file is empty"),
        ("a.jsonl", b'{"a": "' + b"x" * 40_000_000 + b'"}\n', "a line is longer than 32 MB"),
    ],
)
def test_files_that_cannot_be_read(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    """What is wrong with a file as a whole is said in plain words, with nothing of what is in it."""
    with pytest.raises(FileError) as told:
        rows(written(tmp_path, content, name))
    assert said in str(told.value)
    assert told.value.exit_code == 3


def test_nothing_there(tmp_path: Path) -> None:
    """All paths at which there is nothing are told at once, with what there is."""
    written(tmp_path, f"{HEADING}\n{GOOD}\n", "there.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError) as told:
        sources([tmp_path / "not.csv", tmp_path / "x*.csv", tmp_path / "empty", tmp_path / "no" / "where.csv"])
    assert [mistake.message.split(".")[0] for mistake in told.value.mistakes][:2] == [
        "there is no such file",
        "no file fits this pattern",
    ]
    assert "In its folder there are: there.csv" in str(told.value)
    assert len(told.value.mistakes) == 4


# Parquet


def parquet(folder: Path, select: str, name: str = "log.parquet") -> Path:
    path = folder / name
    with connection() as connected:
        connected.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def test_parquet(tmp_path: Path) -> None:
    """Columns of Parquet are read by their types; a time without zone gets that of the mapping."""
    columns = "'m' AS model, 5::INTEGER AS input_tokens, 2::UBIGINT AS output_tokens, 3::DOUBLE AS cache_read_tokens"
    for time in (f"TIMESTAMPTZ '{AT}'", f"'{AT}'"):
        found = row(parquet(tmp_path, f"SELECT {time} AS time, {columns}"))
        assert (found["at_us"], found["input"], found["output"], found["cache_read"]) == (AT_US, 5, 2, 3)
    zone = mapping(tmp_path, "shape: own\nlike: costmodel\ntime: {zone: UTC}\n")
    for kind in ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_S", "TIMESTAMP_MS"):
        path = parquet(tmp_path, f"SELECT {kind} '2026-01-02 03:04:05' AS time, {columns}")
        assert reasons(path) == ["no time zone"]
        assert row(path, zone)["at_us"] == AT_US
    day = parquet(tmp_path, f"SELECT DATE '2026-01-02' AS time, {columns}")
    assert row(day, zone)["at_us"] == AT_US - AT_US % 86_400_000_000


MAX = 2**63 - 1
HOSTILE: list[tuple[dict[str, str], str]] = [
    ({"i": "NULL::BIGINT"}, "no count"),
    ({"i": "-1::BIGINT"}, "negative"),
    ({"i": f"{MAX}"}, "over the limit"),
    ({"i": f"(-{MAX} - 1)::BIGINT"}, "negative"),
    ({"i": "1.5::DOUBLE"}, "not a whole number"),
    ({"i": "'nan'::DOUBLE"}, "not a whole number"),
    ({"i": "'inf'::DOUBLE"}, "over the limit"),
    ({"i": "1e30::DOUBLE"}, "over the limit"),
    ({"i": "12.50::DECIMAL(10, 2)"}, "not a whole number"),
    ({"i": "true"}, "not a whole number"),
    ({"i": f"{limits().tokens + 1}"}, "over the limit"),
    ({"c": "6"}, "part over whole"),
    ({"c": "-1"}, "negative"),
    ({"c": "3", "w": "3"}, "part over whole"),
    ({"c": f"{MAX}", "w": f"{MAX}"}, "over the limit"),
    ({"c": f"(-{MAX})::BIGINT", "w": f"(-{MAX})::BIGINT"}, "negative"),
    ({"m": "''"}, "no model"),
    ({"m": "NULL::VARCHAR"}, "no model"),
    ({"m": f"repeat('m', {limits().characters + 1})"}, "bad name"),
    ({"t": "NULL::TIMESTAMPTZ"}, "no time"),
    ({"t": "TIMESTAMPTZ 'infinity'"}, "no time"),
    ({"t": "TIMESTAMPTZ '1999-01-01'"}, "bad time"),
]


@pytest.mark.parametrize(("change", "reason"), HOSTILE)
def test_hostile_parquet(change: dict[str, str], reason: str, tmp_path: Path) -> None:
    """No value of a column, however large, stops the scan or slips through the quick test of good rows."""
    good = {
        "t": f"TIMESTAMPTZ '{AT}'",
        "m": "'m'",
        "i": "5::BIGINT",
        "o": "2::BIGINT",
        "c": "1::BIGINT",
        "w": "1::BIGINT",
    }
    shape = "shape: own\ntime: t\nmodel: m\nmeters: {input: i, output: o, cache_read: c, cache_write_5m: w}\n"
    for columns, wanted in ((good, None), (good | change, reason)):
        select = "SELECT " + ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        assert reasons(parquet(tmp_path, select), mapping(tmp_path, shape)) == [wanted]


def test_nested_parquet(tmp_path: Path) -> None:
    """Fields of struct columns are paths, and lists of them are added up."""
    details = "[{'ttl': '5m', 'inputTokens': 5}, {'ttl': '1h', 'inputTokens': 4}]"
    counts = "'inputTokens': 1, 'outputTokens': 2, 'cacheReadInputTokens': 3, 'cacheWriteInputTokens': 9"
    usage = f"{{{counts}, 'cacheDetails': {details}, 'totalTokens': 15}}"
    select = f"SELECT '{AT}' AS timestamp, 'b' AS modelId, {usage} AS usage"
    found = row(parquet(tmp_path, select))
    assert (found["input"], found["cache_write_5m"], found["cache_write_1h"], found["reason"]) == (13, 5, 4, None)
    assert (
        row(parquet(tmp_path, select.replace("'totalTokens': 15", "'totalTokens': 16")))["reason"] == "totals disagree"
    )

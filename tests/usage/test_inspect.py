"""What a log is: families, models, time, bad rows, and a guess of a mapping that works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from log_rows import AT, AT_US, DATA, log, mapping, rows, written
from test_shape_families import FAMILIES

from costmodel.cli.usage_inspect import command
from costmodel.results.metered.inspection import InspectionResult
from costmodel.usage.logs.reading.engine import connection
from costmodel.usage.logs.reading.inspect import inspect

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"time": AT, "model": "m", "input_tokens": 1, "output_tokens": 2}


def guess(path: Path, tmp_path: Path) -> tuple[str, Path]:
    """The guess, and a file of it."""
    text = inspect([path]).guess
    return text, mapping(tmp_path, text)


def test_what_a_log_is(tmp_path: Path) -> None:
    """Families, models and bad rows are counted; the time is that of the good rows."""
    late = GOOD | {"time": "2026-02-03T04:05:06.7Z", "model": "n\x1b[31m"}
    path = log(
        tmp_path,
        GOOD,
        GOOD,
        late,
        GOOD | {"input_tokens": -1, "time": "2019-01-01T00:00:00Z"},
        "{",
        FAMILIES["cohere"][0],
    )
    seen = inspect([path])
    assert (seen.rows, seen.bad_count, seen.reasons) == (6, 2, {"bad time": 1, "malformed": 1})
    assert seen.families == {"costmodel": 4, "cohere": 1}
    assert seen.models == {"m": 2, "command-a": 1, "n?[31m": 1}
    assert (seen.first_us, seen.last_us) == (AT_US, 1_770_091_506_700_000)
    assert [(row.line, row.reason) for row in seen.bad] == [(4, "bad time"), (5, "malformed")]
    assert seen.guess == ""


CASES = [
    ("when,ContextTokens,GeneratedTokens\n2026-01-02T03:04:05Z,7,3\n", "time: when"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n2026-01-02 03:04:05.1234567,7,3\n", "zone: UTC"),
    ("Created,Prompt tokens,Completion tokens,Model\n1767323045,7,3,m\n", "kind: seconds"),
    ("created_at,inputTokens,outputTokens,model_name\n1767323045123,7,3,m\n", "kind: milliseconds"),
    ("ts,tokens_in,tokens_out,model,department\n1767323045123456,7,3,m,A\n", "department: department"),
    ("ts,tokens_in,tokens_out,calls\n1767323045123456789,7,3,2\n", "requests: calls"),
    ("timestamp,usage.input,usage.output,deployment\n2026-01-02T03:04:05Z,7,3,m\n", "input: usage.input"),
]


@pytest.mark.parametrize(("text", "said"), CASES[1:])
def test_a_guess_of_columns_works(text: str, said: str, tmp_path: Path) -> None:
    """Columns are guessed by their names and what they hold; the guess is a mapping that reads the log."""
    path = written(tmp_path, text)
    found, file = guess(path, tmp_path)
    assert said in found
    (row,) = rows(path, file)
    assert (row["input"], row["output"], row["reason"]) == (7, 3, None)
    assert AT_US <= row["at_us"] < AT_US + 1_000_000


def test_no_guess_without_counts(tmp_path: Path) -> None:
    """Where nothing looks like counts there is no guess, and it is said."""
    seen = inspect([written(tmp_path, "when,who\n1,2\n")])
    assert (seen.guess, seen.families) == ("", {})
    assert "of no known family" in InspectionResult(seen).tables()[0].lead


def test_a_guess_of_what_includes_what(tmp_path: Path) -> None:
    """Where the cache is larger than the input in some row, it is not included in it."""
    heading = "timestamp,model_id,prompt,prompt_toks,input_tokens_n,tokensIn,tokensOut,cached_tokens\n"
    for cached, said in ((9, "input: {sum: [tokensIn, cached_tokens]}"), (2, "input: tokensIn   # taken to include")):
        path = written(tmp_path, f"{heading}{AT},m,x,0,0,7,3,{cached}\n")
        found, file = guess(path, tmp_path)
        assert said in found
        (row,) = rows(path, file)
        assert (row["input"], row["cache_read"], row["reason"]) == (16 if cached == 9 else 7, cached, None)


def test_a_guess_of_a_wrapper(tmp_path: Path) -> None:
    """Records of known families inside one's own are found, with the time beside them."""
    bodies = [FAMILIES["anthropic"][0], FAMILIES["openai-chat"][0]]
    path = log(tmp_path, *({"ts": 1_767_323_045_000, "dept": "A", "data": {"response": body}} for body in bodies))
    found, file = guess(path, tmp_path)
    assert "under: data.response" in found
    assert [(row["input"], row["at_us"], row["reason"]) for row in rows(path, file)] == [
        (79, AT_US, None),
        (100, AT_US, None),
    ]


def test_a_guess_of_a_time(tmp_path: Path) -> None:
    """Answers without a time that is known by its name get a mapping that names it."""
    body = {key: item for key, item in FAMILIES["anthropic"][0].items() if key != "timestamp"}
    path = log(tmp_path, body | {"requestTime": AT})
    found, file = guess(path, tmp_path)
    assert "like: any" in found
    assert "time: requestTime" in found
    assert [row["reason"] for row in rows(path, file)] == [None]


def test_a_guess_of_parquet(tmp_path: Path) -> None:
    """Parquet columns are guessed by name and type."""
    path = tmp_path / "log.parquet"
    counts = "7 AS prompt_tokens, 3 AS completion_tokens"
    select = f"SELECT TIMESTAMP '2026-01-02 03:04:05' AS ts, 'm' AS llm_model, {counts}, '{AT}' AS x"
    with connection() as connected:
        connected.execute(f"COPY ({select}) TO '{path}'")
    found, file = guess(path, tmp_path)
    assert "zone: UTC" in found
    assert [(row["at_us"], row["input"]) for row in rows(path, file)] == [(AT_US, 7)]


@pytest.mark.skipif(not DATA.is_dir(), reason="the measured data do not travel with the project")
def test_a_guess_of_the_azure_trace(tmp_path: Path) -> None:
    """The guess for the Azure trace needs only the model to be right: its tokens are all counted."""
    path = DATA / "AzureLLMInferenceTrace_code.csv"
    _, file = guess(path, tmp_path)
    found = rows(path, file)
    assert (len(found), sum(row["input"] for row in found), sum(row["output"] for row in found)) == (
        8_819,
        18_059_974,
        245_896,
    )


# The command


def test_the_command(tmp_path: Path) -> None:
    """A good log ends with 0; a log with bad rows, or of no known family, with 3, and everything is still shown."""
    good = CliRunner().invoke(command, [str(log(tmp_path, GOOD))], standalone_mode=False)
    assert (good.return_value, "1 row, 0 of them bad" in good.stdout) == (0, True)
    side = tmp_path / "side.csv"
    bad = CliRunner().invoke(command, [str(log(tmp_path, GOOD, "{")), "--bad-rows", str(side)], standalone_mode=False)
    assert bad.return_value == 3
    assert "malformed" in bad.stdout
    assert side.read_text().count("malformed") == 1
    saved = tmp_path / "guess.yaml"
    path = written(tmp_path, CASES[1][0])
    unknown = CliRunner().invoke(command, [str(path), "--save-mapping", str(saved)], standalone_mode=False)
    assert unknown.return_value == 3
    assert saved.read_text() == inspect([path]).guess
    shown = CliRunner().invoke(command, [str(path)], standalone_mode=False)
    assert "input: ContextTokens" in shown.stderr
    quiet = CliRunner().invoke(command, [str(path), "--quiet", "--format", "json"], standalone_mode=False)
    assert "ContextTokens" in quiet.stdout
    assert quiet.stderr == ""


NO_COUNTS = "No mapping is guessed: no column or path is called like input and output tokens. Write a mapping file"
GERMAN = "Zeitpunkt;Modell;Eingabe;Ausgabe;Währung\n01.12.2026;m;1;2;EUR\n"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (GERMAN.encode(), [], NO_COUNTS),
        (GERMAN.encode(), ["--save-mapping", "x.yaml"], NO_COUNTS),
        (GERMAN.encode("cp1252"), [], "No mapping is guessed: the heading is no UTF-8 text"),
        (f"time,model,input_tokens,output_tokens\n{AT},m,1,2\n".encode(), ["--save-mapping", "x"], "none is needed."),
    ],
)
def test_why_no_mapping_is_guessed(tmp_path: Path, text: bytes, options: list[str], said: str) -> None:
    """Which of the reasons it is, and what to do."""
    done = CliRunner().invoke(command, [str(written(tmp_path, text)), *options], standalone_mode=False)
    assert said in done.stderr
    assert not (tmp_path / "x.yaml").exists()


def test_a_guess_of_a_day_that_begins_with_the_day(tmp_path: Path) -> None:
    path = written(tmp_path, "Date,Model,input tokens,output tokens\n01.12.2026,m,1,2\n")
    text, guessed = guess(path, tmp_path)
    assert "time: {path: Date, kind: day.month.year, zone: UTC}" in text
    assert rows(path, guessed)[0]["at_us"] == 1_796_083_200_000_000


MAPPED = """shape: ours
time: {path: time, zone: UTC}
model: {path: model, values: {Haiku 4.5: anthropic/claude-haiku-4-5}}
meters: {input: input_tokens, output: output_tokens}
labels: {department: department}
"""


def test_models_stand_as_logged_and_as_they_are_read(tmp_path: Path) -> None:
    """The name in the log, and what a mapping makes of it; a name that it leaves alone stands once."""
    path = log(tmp_path, GOOD | {"model": "Haiku 4.5"}, GOOD | {"model": "Haiku 4.5"}, GOOD)
    seen = inspect([path], mapping(tmp_path, MAPPED))
    assert seen.models == {"Haiku 4.5": 2, "m": 1}
    assert seen.read_as == {"Haiku 4.5": "anthropic/claude-haiku-4-5"}
    table = InspectionResult(seen).tables()[2]
    assert table.rows == (("Haiku 4.5", "anthropic/claude-haiku-4-5", "2"), ("m", "", "1"))


def test_a_long_name_of_a_mapping_is_not_shown(tmp_path: Path) -> None:
    """What is longer than a name may be is not told, although the mapping names it; the row stays good."""
    long = "x" * 500
    path = log(tmp_path, GOOD | {"model": long})
    seen = inspect([path], mapping(tmp_path, MAPPED.replace("Haiku 4.5", long)))
    assert (seen.models, seen.bad_count) == ({"(a name longer than the limit)": 1}, 0)


def test_text_that_is_no_utf8_is_told_with_the_rows_that_a_label_would_lose(tmp_path: Path) -> None:
    """What is good without the labels of a mapping is not all good with them."""
    rows = f"{AT},m,1,2,Gyn\xe4kologie\n{AT},m,1,2,Chirurgie\n"
    text = "time,model,input_tokens,output_tokens,department\n" + rows
    seen = inspect([written(tmp_path, text.encode("latin-1"))], mapping(tmp_path, MAPPED))
    assert seen.bad_count == 0
    assert "no UTF-8 text" in seen.notes[0]
    assert "1 more row is bad where department is kept" in seen.notes[0]
    assert inspect([written(tmp_path, text)], mapping(tmp_path, MAPPED)).notes == ()

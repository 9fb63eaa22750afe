"""The command line: exit codes, whole files, the same bytes every time, and nothing in them that runs."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from costmodel import Scenario, estimate
from costmodel.cli import run
from costmodel.results.html import tables_html

PRICES = """\
overlay: Clinic
provider: clinic
name: Clinic's own service
currency: USD
offers:
  - model: letters-1
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: "=Contract(4711)", retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates:
          - prices: {input: 2.00, output: 8.00}
"""
SCENARIO = """\
scenario: Letters of a small clinic
prices: {version: working, overlays: [clinic.yaml]}
horizon: {start: 2026-12, months: 2}
currency: USD
workload:
  records: {per_month: 1000}
  tokens: {input: 1500, output: 400}
mix: {clinic/letters-1: 100 %}
expect:
  total: {cost: 12.40 USD}
"""
# Two months of 1,000 records: (1500 x 2 + 400 x 8) / 1,000,000 x 1,000 x 2 = 12.40 USD.
LABELS = """{department: '@SUM(1+9)', site: '-2+3|cmd', team: '+1', floor: "\\tx", note: '<script>'}"""
HOSTILE = (
    ("Letters of a small clinic", "'=HYPERLINK(\"https://example.org\") <script>alert(1)</script> | **x**'"),
    ("workload:", 'workload:\n  name: \'=HYPERLINK("https://example.org","letters")\''),
    ("  records:", f"  labels: {LABELS}\n  records:"),
    ("expect:", "taxes_and_fees:\n  - {name: '=1+1', rate: 19 %}\nexpect:"),
    ("12.40", "14.756"),
)
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7])(?:;\d+)*m")
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_scenario(folder: Path, *changes: tuple[str, str], name: str = "letters.yaml") -> str:
    """A sound scenario beside its own prices, with texts exchanged; its path."""
    text = SCENARIO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "clinic.yaml").write_text(PRICES, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    return write_scenario(tmp_path)


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The real command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "costmodel", *arguments],
        capture_output=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )


# Exit codes


@pytest.mark.parametrize("command", ["estimate", "check"])
def test_done_is_0(command: str, scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was done ends with 0, its data on stdout and nothing on stderr."""
    assert run([command, scenario]) == 0
    output = capsys.readouterr()
    assert "12.40" in output.out
    assert output.err == ""


def test_missed_budget_is_1(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A budget that is missed ends with 1, and the result is still written; one that is kept to the cent with 0."""
    assert run(["estimate", scenario, "--budget", "12.39 USD"]) == 1
    assert "over by" in capsys.readouterr().out
    assert run(["estimate", scenario, "--budget", "12.40 USD"]) == 0


def test_missed_expectation_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An expectation that is missed ends with 1, and both figures are shown."""
    path = write_scenario(tmp_path, ("12.40 USD", "12.41 USD"))
    assert run(["check", path]) == 1
    output = capsys.readouterr().out
    assert "MISSED" in output
    assert "12.41" in output
    assert "12.40" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["estimat", "FILE"], "No such command 'estimat'"),
        (["estimate"], "Missing argument"),
        (["estimate", "FILE", "--colour"], "No such option"),
        (["estimate", "FILE", "--format", "pdf"], "'pdf' is not one of"),
        (
            ["estimate", "FILE", "--budget", "1000"],
            "--budget: expected money such as '91.71 USD', got '1000'",
        ),
        (["estimate", "FILE", "--budget", "1000 EUR"], "the budget is in EUR, the scenario in USD"),
        (["estimate", "FILE", "--set", "horizon.months"], "is not path=value"),
        (["estimate", "FILE", "--set", "currency.code=EUR"], "cannot be set inside the value 'USD'"),
        (["estimate", "FILE", "--prices", "1999.01"], "The price book has no version '1999.01'"),
        (["estimate", "FILE", "--by", "departement"], "there is no dimension 'departement'"),
        (["explain", "FILE", "--at", "month"], "is not name=value"),
        (["explain", "FILE", "--at", "month=3"], "no line has month '3'"),
        (["explain", "FILE", "--at", "month=1", "--format", "csv"], "use --format table, markdown or json"),
    ],
)
def test_wrong_command_line_is_2(
    arguments: list[str], words: str, scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong command line ends with 2 and says what is wrong; nothing is written as data."""
    assert run([scenario if word == "FILE" else word for word in arguments]) == 2
    output = capsys.readouterr()
    assert words in output.err
    assert output.out == ""


def test_wrong_file_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong file ends with 3, at its line and column."""
    path = write_scenario(tmp_path, ("months: 2", "months: two"))
    assert run(["estimate", path]) == 3
    assert capsys.readouterr().err.startswith(f"{path}:3:35: expected a number, got 'two'")


def test_missing_file_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there ends with 3, in words."""
    assert run(["estimate", str(tmp_path / "nothing.yaml")]) == 3
    assert "there is no such file" in capsys.readouterr().err


def test_wrong_setting_is_3(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong value set over a file ends as if it stood in the file, and is told of the setting."""
    assert run(["estimate", scenario, "--set", "horizon.months=0"]) == 3
    assert capsys.readouterr().err.startswith("--set horizon.months=0:1:1: '0' must be more than 0")


def test_missing_price_is_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What has no price ends with 4; nothing is taken as zero, and nothing is written as data."""
    path = write_scenario(tmp_path, ("clinic/letters-1", "clinic/letters-9"))
    assert run(["estimate", path, "--format", "json"]) == 4
    output = capsys.readouterr()
    assert "No offer is called 'clinic/letters-9'" in output.err
    assert output.out == ""


def test_every_missing_price_is_told(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Several models without a price are all named in one run."""
    assert run(["estimate", scenario, "--models", "clinic/a,clinic/letters-1,clinic/b"]) == 4
    output = capsys.readouterr().err
    assert "'clinic/a'" in output
    assert "'clinic/b'" in output


def test_own_fault_is_70(scenario: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault of the program ends with 70 and asks for a report; where it happened is shown on request only."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.delenv("COSTMODEL_DEBUG", raising=False)
    monkeypatch.setattr("costmodel.study.estimate", broken)
    assert run(["estimate", scenario]) == 70
    output = capsys.readouterr()
    assert "This is a fault of costmodel, not of your files (RuntimeError)" in output.err
    assert "secret detail" not in output.err
    assert output.out == ""
    monkeypatch.setenv("COSTMODEL_DEBUG", "1")
    with pytest.raises(RuntimeError):
        run(["estimate", scenario])


@pytest.mark.parametrize("arguments", [["--help"], ["estimate", "--help"], ["check", "-h"], ["--version"]])
def test_help_is_0(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Help and version are answers, not errors."""
    assert run(arguments) == 0
    assert capsys.readouterr().out


def test_exit_code_reaches_the_shell(tmp_path: Path) -> None:
    """The process ends with the exit code, its messages on stderr."""
    path = write_scenario(tmp_path, ("clinic/letters-1", "clinic/letters-9"))
    found = process("estimate", path)
    assert found.returncode == 4
    assert found.stdout == b""
    assert b"letters.yaml:8:7: No offer is called" in found.stderr


# Files are written whole or not at all


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown"])
def test_output_is_what_the_screen_shows(format_: str, scenario: str, tmp_path: Path, capsysbinary) -> None:
    """A file holds the same bytes as the screen, and where it was written is said on stderr."""
    assert run(["estimate", scenario, "--format", format_, "--quiet"]) == 0
    shown = capsysbinary.readouterr().out
    target = tmp_path / "result"
    assert run(["estimate", scenario, "--format", format_, "--output", str(target)]) == 0
    output = capsysbinary.readouterr()
    assert target.read_bytes() == shown
    assert output.out == b""
    assert f"Written: {target}".encode() in output.err


def test_quiet_says_nothing(scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --quiet nothing is said beside the data."""
    assert run(["estimate", scenario, "--format", "csv", "--output", str(tmp_path / "a.csv"), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("place", ["no-such-folder/result.json", "letters.yaml/result.json"])
def test_output_needs_a_folder(place: str, scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in a folder that is not there cannot be written: exit 2, in words."""
    before = sorted(tmp_path.iterdir())
    assert run(["estimate", scenario, "--output", str(tmp_path / place)]) == 2
    assert "cannot be written: no" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("where", "code", "words"),
    [
        ("tempfile.mkstemp", errno.EACCES, "permission denied"),
        ("pathlib.Path.replace", errno.EACCES, "permission denied"),
        ("pathlib.Path.chmod", errno.ENOSPC, "no space left on device"),
    ],
)
def test_output_fails_as_a_whole(
    where: str, code: int, words: str, scenario: str, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    """Where writing fails, the file that was there stays as it was, and nothing half-written is left."""
    target = Path(scenario).with_name("result.json")
    target.write_text("last month's figures", encoding="utf-8")
    before = sorted(target.parent.iterdir())

    def failing(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(where, failing)
    assert run(["estimate", scenario, "--format", "json", "--output", str(target)]) == 2
    assert f"'{target}' cannot be written: {words}" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "last month's figures"
    assert sorted(target.parent.iterdir()) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_output_to_a_locked_folder(scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without permission to write is told in words."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert run(["estimate", scenario, "--output", str(locked / "result.txt")]) == 2
    assert "permission denied" in capsys.readouterr().err


def test_no_file_is_written_where_a_price_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that fails leaves an earlier result untouched."""
    path = write_scenario(tmp_path, ("clinic/letters-1", "clinic/letters-9"))
    target = tmp_path / "result.json"
    target.write_text("last month's figures", encoding="utf-8")
    assert run(["estimate", path, "--output", str(target)]) == 4
    assert target.read_text(encoding="utf-8") == "last month's figures"


def test_a_missed_budget_is_still_written(scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit 1 the file is written all the same."""
    target = tmp_path / "result.json"
    assert run(["estimate", scenario, "--format", "json", "--budget", "1 USD", "--output", str(target)]) == 1
    assert json.loads(target.read_text(encoding="utf-8"))["total"] == "12.4"


# The same bytes every time


def test_json_is_the_same_in_every_process(tmp_path: Path) -> None:
    """JSON has the same bytes in every run, whatever seed Python's hashes have, many labels or few."""
    path = write_scenario(tmp_path, *HOSTILE)
    found = [process("estimate", path, "--format", "json", PYTHONHASHSEED=seed) for seed in ("1", "2", "2")]
    assert found[0].returncode == 0
    assert len({each.stdout for each in found}) == 1
    assert json.loads(found[0].stdout)["total"] == "14.756"


@pytest.mark.parametrize("command", ["estimate", "explain", "check"])
def test_json_does_not_say_where_the_file_lies(command: str, tmp_path: Path, capsysbinary) -> None:
    """JSON has no path in it: the same scenario in another folder gives the same bytes."""
    found = set()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        path = write_scenario(tmp_path / name)
        assert run([command, path, "--format", "json", *(["--at", "month=1"] if command == "explain" else [])]) == 0
        found.add(capsysbinary.readouterr().out)
    assert len(found) == 1


def test_json_says_what_it_is(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON names its form, kind and price book; money is decimal text with every digit."""
    assert run(["estimate", scenario, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out, parse_float=lambda text: pytest.fail(f"{text} is a binary float"))
    assert {"schema_version", "kind", "currency", "total", "lines", "price_book", "warnings"} <= set(found)
    assert found["kind"] == "estimate"
    own = found["price_book"].pop("overlays")
    assert found["price_book"] == {"version": "working", "sha256": None}
    assert [(item["name"], len(item["sha256"])) for item in own] == [("Clinic", 64)]
    assert [line["cost"] for line in found["lines"]] == ["3", "3.2", "3", "3.2"]


# Nothing in a result runs


def test_csv_begins_with_a_byte_order_mark(scenario: str, capsysbinary) -> None:
    """CSV begins with a byte-order mark, so that a spreadsheet reads it as UTF-8, and ends its lines with CR LF."""
    assert run(["estimate", scenario, "--format", "csv"]) == 0
    output = capsysbinary.readouterr().out
    assert output.startswith(b"\xef\xbb\xbfmonth,year,")
    assert output.count(b"\n") == output.count(b"\r\n") == 5


def test_csv_cells_do_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No cell of a CSV runs as a formula, whatever names come from outside; the names stay readable."""
    assert run(["estimate", write_scenario(tmp_path, *HOSTILE), "--format", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    cells = [cell for row in rows for cell in row]
    assert [
        cell for cell in cells if cell.startswith(STARTS_A_FORMULA) and not re.fullmatch(r"-\d+(\.\d+)?", cell)
    ] == []
    for text in (
        '=HYPERLINK("https://example.org","letters")',
        "@SUM(1+9)",
        "-2+3|cmd",
        "+1",
        "\tx",
        "=1+1",
        "=Contract(4711)",
    ):
        assert f"'{text}" in cells


def test_csv_numbers_stay_numbers(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures of a CSV are plain numbers that a spreadsheet adds up."""
    assert run(["estimate", scenario, "--format", "csv"]) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff")))
    assert [row["cost"] for row in rows] == ["3", "3.2", "3", "3.2"]


def test_markdown_title_is_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A title is shown in Markdown as it is written: no tag of it is taken for HTML."""
    assert run(["estimate", write_scenario(tmp_path, *HOSTILE), "--format", "markdown"]) == 0
    title = capsys.readouterr().out.splitlines()[0]
    assert re.search(r"(?<!\\)<", title) is None
    assert r"\<script\>" in title


def test_markdown_cells_are_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names in the cells of a Markdown table are shown as they are written, too."""
    assert run(["estimate", write_scenario(tmp_path, *HOSTILE), "--format", "markdown", "--by", "note"]) == 0
    output = capsys.readouterr().out
    assert re.search(r"(?<!\\)<script", output) is None


def test_markdown_rows_keep_their_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bar in a name does not make a column of its own."""
    assert run(["estimate", write_scenario(tmp_path, *HOSTILE), "--format", "markdown", "--by", "site"]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_html_is_escaped(tmp_path: Path) -> None:
    """What Jupyter shows has no tag that comes from a file."""
    found = estimate(Scenario.load(write_scenario(tmp_path, *HOSTILE)))
    html = tables_html(found.tables())
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<script" not in tables_html([found.table(("note",))])


# The terminal


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What the command shows on a terminal of its own."""
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    variables = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    child = subprocess.Popen(
        [sys.executable, "-m", "costmodel", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.PIPE,
        env=variables | {"TERM": "xterm-256color", "COLUMNS": "160"} | environment,
    )
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 65536):
            shown += chunk
    except OSError:  # Linux says so where the last writer has gone
        pass
    os.close(leader)
    _, messages = child.communicate(timeout=60)
    assert child.returncode == 0, messages
    return shown.decode()


def test_no_color_means_no_colour(scenario: str) -> None:
    """On a terminal notes have a colour, and none with NO_COLOR."""
    assert COLOUR.search(on_a_terminal("estimate", scenario))
    plain = on_a_terminal("estimate", scenario, NO_COLOR="1")
    assert "12.40" in plain
    assert COLOUR.search(plain) is None


def test_a_pipe_gets_plain_text(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes to a pipe or a file has no control characters at all."""
    assert run(["estimate", scenario]) == 0
    assert "\x1b" not in capsys.readouterr().out


def into_a_closed_pipe(*arguments: str) -> tuple[int, bytes]:
    """Exit code and messages of a command whose reader has gone away."""
    child = subprocess.Popen(
        [sys.executable, "-m", "costmodel", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": ""},  # a short result is then written at the end of the process
    )
    child.stdout.close()
    messages = child.stderr.read()
    child.stderr.close()
    return child.wait(timeout=60), messages


def test_broken_pipe_is_no_error(scenario: str) -> None:
    """Where the reader of a pipe goes away, the command ends well and without a word."""
    assert into_a_closed_pipe("estimate", scenario) == (0, b"")


LONG = ("months: 2", "months: 60")


def test_broken_pipe_has_no_traceback(tmp_path: Path) -> None:
    """The same holds in the midst of a long result: not a word on stderr."""
    assert into_a_closed_pipe("estimate", write_scenario(tmp_path, LONG), "--format", "json")[1] == b""


def test_broken_pipe_in_a_long_result_is_no_error(tmp_path: Path) -> None:
    """A reader who has seen enough of a long result has missed no budget: exit 0."""
    assert into_a_closed_pipe("estimate", write_scenario(tmp_path, LONG), "--format", "json")[0] == 0


@pytest.mark.parametrize("columns", ["60", "200"])
def test_numbers_are_never_broken_in_a_terminal(columns: str, scenario: str, monkeypatch, capsys) -> None:
    """However narrow the terminal is, every number of the table stands whole on one line."""
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["estimate", scenario]) == 0
    shown = capsys.readouterr().out
    from costmodel.scenario import Scenario
    from costmodel.study import estimate

    for table in estimate(Scenario.load(scenario)).tables():
        for row in (*table.rows, table.totals):
            assert all(cell in shown for cell in row)

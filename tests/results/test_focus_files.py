"""FOCUS files: the same bytes each time, whole or not at all, no cell that runs, every digit kept."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from focus_checker import faults

import costmodel as cm
from costmodel.cli.usage_focus import command
from costmodel.errors import CommandLineError, NoPriceError, UsageError
from costmodel.results.focus.files import csv_text, parquet_bytes, text
from costmodel.results.focus.row import COLUMNS, INSTANTS, PLACES, Row
from costmodel.results.focus.rows import Focus
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YEAR = shipped_folder("scenarios") / "hospital-year.yaml"
SEVERAL = shipped_folder("scenarios") / "emr-small.yaml"
DANGER = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r\n=1", "＝1", "－1"]


@pytest.fixture(scope="module")
def focus() -> Focus:
    found = cm.estimate(cm.Scenario.load(YEAR))
    assert isinstance(found, cm.Estimate)
    return Focus.of(found)


def parquet(rows: Any) -> pa.Table:
    return pq.read_table(io.BytesIO(parquet_bytes(rows)))


def cells(table: pa.Table) -> list[dict[str, str | None]]:
    """Values of a Parquet file as the text that a CSV file has."""

    def shown(value: Any) -> str | None:
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        plain = f"{value:f}" if isinstance(value, Decimal) else value
        return plain.rstrip("0").rstrip(".") if isinstance(value, Decimal) and "." in plain else plain

    return [{name: shown(value) for name, value in row.items()} for row in table.to_pylist()]


# Values


def test_csv_and_parquet_say_the_same(focus: Focus) -> None:
    """Both files have the same values, digit by digit, and meet the specification."""
    header, *lines = csv.reader(io.StringIO(focus.to_csv()))
    read = [{name: value or None for name, value in zip(header, line, strict=True)} for line in lines]
    table = parquet(focus.rows())
    assert header == list(COLUMNS) == table.column_names
    assert cells(table) == read == focus.to_records()
    assert faults(COLUMNS, cells(table)) == []


def test_parquet_has_exact_types(focus: Focus) -> None:
    """128-bit decimals, instants in UTC, texts; no number is binary."""
    schema = parquet(focus.rows()).schema
    for name in COLUMNS:
        exact = pa.decimal128(38, PLACES[name]) if name in PLACES else pa.string()
        assert schema.field(name).type == (pa.timestamp("us", tz="UTC") if name in INSTANTS else exact)
    assert schema.metadata[b"FocusVersion"] == b"1.2"


def test_digits_are_plain_and_all_there() -> None:
    """No exponent, no grouping, no zeros that say nothing, no digit lost."""
    assert text("BilledCost", 10**37) == "10000000000000"
    assert text("BilledCost", 1) == "0.000000000000000000000001"
    assert text("BilledCost", 0) == "0"
    assert text("PricingQuantity", 10**12 + 1) == "1.000000000001"
    row = next(iter(_rows("a text")))._replace(BilledCost=10**38 - 1)
    assert parquet([row])["BilledCost"][0].as_py() == Decimal("99999999999999.999999999999999999999999")


def test_data_frame_has_exact_numbers(focus: Focus) -> None:
    """A notebook gets the rows as fractions, which add up without rounding."""
    frame = focus.to_pandas()
    assert list(frame.columns) == list(COLUMNS)
    assert (frame["ListUnitPrice"] * frame["PricingQuantity"] == frame["ListCost"])[
        frame["ListUnitPrice"].notna()
    ].all()
    assert isinstance(frame["BilledCost"].sum(), Fraction)


def test_it_shows_itself_as_every_result(focus: Focus, tmp_path: Path) -> None:
    """Jupyter gets a table and a small record, a workbook every row."""
    bundle = focus._repr_mimebundle_()
    assert "3,083.34" in bundle["text/html"]
    assert bundle["text/plain"] == str(focus)
    assert repr(focus).endswith(": 384 rows>")
    focus.to_excel(tmp_path / "rows.xlsx")
    assert openpyxl.load_workbook(tmp_path / "rows.xlsx")["Rows"].max_row == 385


def _rows(hostile: str) -> Iterator[Row]:
    day = datetime(2026, 7, 1, tzinfo=UTC)
    end = datetime(2026, 8, 1, tzinfo=UTC)
    values: dict[str, Any] = {name: 0 if name in PLACES else end if "End" in name else day for name in Row._fields[:25]}
    texts = {name: hostile for name in Row._fields if name not in PLACES and name not in INSTANTS}
    yield Row(**(values | texts))


@pytest.mark.parametrize("hostile", [*DANGER, "a\0b", "a\x1b[2Jb", "a\u202eb", "a\nb", "\ud800"])
def test_no_cell_can_run_or_hide(hostile: str) -> None:
    """What a spreadsheet would run stays text, and what would drive a terminal or reorder a text is shown as such."""
    (_, line) = csv.reader(io.StringIO(csv_text(_rows(hostile)), newline=""))
    for name, cell in zip(COLUMNS, line, strict=True):
        if name not in PLACES and name not in INSTANTS:
            assert cell[:1] not in set("=+-@\t\r＝－")
            assert cell.isprintable()
            assert cell.startswith("'") == (hostile in DANGER)


def test_harmless_texts_stay_as_they_are() -> None:
    """Vietnamese names, hyphens within, braces of JSON: nothing is added."""
    for harmless in ("khoa nội trú", "gpt-4.1", '{"a": "=1"}', "نام‌ها", "a - b"):
        (_, line) = csv.reader(io.StringIO(csv_text(_rows(harmless))))
        assert line[COLUMNS.index("ServiceName")] == harmless


def test_labels_cannot_break_out_of_tags() -> None:
    """Tags are one JSON object, whatever a label is called."""
    data = {
        "scenario": "=cmd|' /C calc'!A1",
        "prices": {"version": "2026.11"},
        "horizon": {"start": "2026-12", "months": "1"},
        "currency": "USD",
        "workload": {
            "records": {"per_month": "10"},
            "tokens": {"input": "1000", "output": "100"},
            "labels": {"department": '=HYPERLINK("x","y")"},{'},
        },
        "mix": {"openai/gpt-4.1": "100 %"},
    }
    found = cm.estimate(cm.Scenario.from_data(data))
    assert isinstance(found, cm.Estimate)
    (header, first, *_) = csv.reader(io.StringIO(Focus.of(found).to_csv()))
    record = dict(zip(header, first, strict=True))
    assert json.loads(record["Tags"]) == data["workload"]["labels"]  # type: ignore[index]
    assert record["x_InputName"] == "'=cmd|' /C calc'!A1"


# Files


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_same_scenario_same_bytes(focus: Focus, tmp_path: Path, name: str) -> None:
    """The same scenario gives the same bytes in another process with another hash seed."""
    write = "to_csv" if name.endswith(".csv") else "to_parquet"
    getattr(focus, write)(tmp_path / name)
    program = (
        "import sys, costmodel as cm\nfrom costmodel.results.focus.rows import Focus\n"
        f"Focus.of(cm.estimate(cm.Scenario.load(sys.argv[1]))).{write}(sys.argv[2])\n"
    )
    other = tmp_path / f"again-{name}"
    environment = os.environ | {"PYTHONHASHSEED": "12345", "TZ": "Asia/Ho_Chi_Minh"}
    subprocess.run([sys.executable, "-c", program, str(YEAR), str(other)], check=True, env=environment)
    assert other.read_bytes() == (tmp_path / name).read_bytes()


def test_many_rows_are_written_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are never held all at once, and batches join without a seam."""
    monkeypatch.setattr("costmodel.results.focus.files._BATCH", 3)
    (row,) = _rows("a text")
    rows = [row._replace(BilledCost=number) for number in range(10)]
    assert parquet(rows)["BilledCost"].to_pylist() == [Decimal(f"{number}e-24") for number in range(10)]
    assert csv_text(rows).count("\r\n") == 11


def test_a_bill_of_nothing_is_a_file_with_columns(focus: Focus, tmp_path: Path) -> None:
    """Without any row both files still have their columns."""
    empty = Focus(focus.origin, (), ())
    empty.to_parquet(tmp_path / "empty.parquet")
    assert pq.read_table(tmp_path / "empty.parquet").column_names == list(COLUMNS)
    assert empty.to_csv() == ",".join(COLUMNS) + "\r\n"
    assert "add up to the exact total" in str(empty)


@pytest.mark.parametrize("write", ["to_csv", "to_parquet"])
def test_nothing_half_written(focus: Focus, tmp_path: Path, write: str) -> None:
    """If making the rows fails, the old file stays, and nothing lies beside it."""
    (entry, *_) = focus.entries
    too_large = entry._replace(charges=(entry.charges[0]._replace(quantity=Fraction(10**40)),))
    old = tmp_path / "rows"
    old.write_text("old")
    with pytest.raises(UsageError):
        getattr(Focus(focus.origin, (entry, too_large), ()), write)(old)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("rows", "old")]


def test_unwritable_place(focus: Focus, tmp_path: Path) -> None:
    """What cannot be written is said in words."""
    with pytest.raises(CommandLineError, match="cannot be written: no such file or directory"):
        focus.to_parquet(tmp_path / "missing" / "rows.parquet")
    assert list(tmp_path.iterdir()) == []


def test_start_up_loads_nothing_heavy() -> None:
    """The rows and their CSV need no heavy library."""
    program = (
        "import sys\nimport costmodel.cli.usage_focus, costmodel.results.focus\n"
        "assert not {'pyarrow', 'pandas', 'numpy', 'duckdb'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# The command


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command, arguments, standalone_mode=False)


def test_command_writes_what_the_ending_says(tmp_path: Path, focus: Focus) -> None:
    """CSV and Parquet by the ending of the name, the sums as a table by default, all as JSON."""
    for name in ("rows.csv", "rows.parquet"):
        assert run("--scenario", str(YEAR), "--output", str(tmp_path / name), "--quiet").return_value == 0
    assert (tmp_path / "rows.csv").read_text("utf-8") == focus.to_csv().replace("\r\n", "\n")
    assert pq.read_table(tmp_path / "rows.parquet").num_rows == sum(1 for _ in focus.rows())
    assert "openai    Usage" in run("--scenario", str(YEAR)).stdout
    record = json.loads(run("--scenario", str(YEAR), "-f", "json").stdout)
    assert (record["kind"], record["focus_version"], record["total"]) == ("focus", "1.2", cm.decimal_text(focus.total))
    assert [dict.fromkeys(COLUMNS) | row for row in record["lines"]] == focus.to_records()


def test_command_says_how_far_rows_are_rounded(tmp_path: Path) -> None:
    """What the rows leave out of the exact total is told."""
    found = run("--scenario", str(YEAR), "--output", str(tmp_path / "rows.csv"))
    assert "The rows add up to the exact total but for 0.0000000000" in found.stderr
    assert f"Written: {tmp_path / 'rows.csv'}" in found.stderr


def test_command_takes_billing_accounts() -> None:
    """An account by provider, and one for all others."""
    found = run("--scenario", str(YEAR), "-f", "csv", "--billing-account", "openai=org-1", "--billing-account", "all-2")
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert {(row["ProviderName"], row["BillingAccountId"]) for row in rows} == {
        ("openai", "org-1"),
        ("google", "all-2"),
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scenario", str(SEVERAL)], "4 models that each do all the work alone"),
        (["--scenario", str(YEAR), "-f", "parquet"], "say --output FILE.parquet"),
        (["--scenario", str(YEAR), "--billing-account", "opnai=1"], "did you mean 'openai'"),
        (["--scenario", str(YEAR), "--billing-account", "openai="], "names no account"),
        (
            ["--scenario", str(YEAR), "--billing-account", "a", "--billing-account", "b"],
            "two accounts for all providers",
        ),
    ],
)
def test_command_refuses_in_words(arguments: list[str], said: str) -> None:
    """What cannot be meant is refused with what to do."""
    found = run(*arguments)
    assert isinstance(found.exception, CommandLineError)
    assert said in str(found.exception)


def test_command_takes_one_model_of_several() -> None:
    """One model of a comparison is a bill."""
    found = run("--scenario", str(SEVERAL), "--model", "openai/gpt-4.1", "-f", "csv")
    assert {row["x_Model"] for row in csv.DictReader(io.StringIO(found.stdout))} == {"openai/gpt-4.1"}


def test_command_without_a_price() -> None:
    """An unknown model is an error with exit code 4, as everywhere."""
    found = run("--scenario", str(SEVERAL), "--model", "openai/gpt-0")
    assert isinstance(found.exception, NoPriceError)
    assert found.exception.exit_code == 4

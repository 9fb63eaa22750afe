"""FOCUS rows of a usage log: they are what `usage price` says, to the last digit."""

from __future__ import annotations

import csv
import io
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from focus_checker import faults

import costmodel as cm
from costmodel.cli import run
from costmodel.results.focus.row import COLUMNS, number
from costmodel.results.focus.rows import Focus
from costmodel.study.metered import metered
from costmodel.study.reported import Report
from costmodel.study.usage_log import UsageLog

sys.path.append(str(Path(__file__).parent.parent / "usage"))

from metered_logs import book, mapping, random_log, written_csv

if TYPE_CHECKING:
    from costmodel.results.metered.metered import Metered

HEADING = "time,model,department,input_tokens,cache_read_tokens,output_tokens"
ROWS = (
    "2026-11-03T08:00:00Z,openai/gpt-4.1,=ward,1000,100,200",
    "2026-11-03T23:59:59Z,openai/gpt-4.1,icu,3000,0,200",
    "2026-11-05T08:00:00Z,google/gemini-2.5-flash,icu,1000,0,200",
    "2026-12-05T08:00:00Z,google/gemini-2.5-flash,icu,1000,0,200",
)


def written(folder: Path, *rows: str) -> Path:
    """A small log."""
    path = folder / "log.csv"
    path.write_text("\n".join((HEADING, *(rows or ROWS))) + "\n")
    return path


def rows_of(text: str) -> list[dict[str, str | None]]:
    """The rows of a CSV file; an empty cell is null."""
    return [{key: value or None for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


@pytest.fixture(scope="module", params=[False, True], ids=["by month", "by day"])
def random_one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Metered:
    """A log that hits every rule of a private price book."""
    folder = tmp_path_factory.mktemp("random")
    log = UsageLog((written_csv(folder, random_log(2_000)),), mapping(folder), ("department",), by_day=request.param)
    (found,) = metered(log, [book(folder)], Report(by_day=request.param))
    return found


def test_rows_add_up_to_the_price_of_the_log(random_one: Metered) -> None:
    """The sum of BilledCost is the total of `usage price`, and each price times its quantity is its cost."""
    focus = Focus.of_log(random_one, "usage log", "0" * 64)
    rows = list(focus.rows())
    assert sum(number("BilledCost", row.BilledCost) for row in rows) == random_one.total > 0
    usage = [row for row in rows if row.ChargeCategory == "Usage"]
    for row in usage:
        quantity = number("PricingQuantity", row.PricingQuantity or 0)
        assert number("ListUnitPrice", row.ListUnitPrice or 0) * quantity == number("ListCost", row.ListCost)
        assert number("ContractedUnitPrice", row.ContractedUnitPrice or 0) * quantity == number(
            "BilledCost", row.BilledCost
        )
    assert faults(COLUMNS, [row for row in rows_of(focus.to_csv()) if row["ChargeCategory"] == "Usage"]) == []


def test_days_are_charge_periods(tmp_path: Path) -> None:
    """With days told apart a row lies in its day, and the day is no tag; else it lies in its month."""
    path = written(tmp_path)
    (daily,) = metered(UsageLog((path,), labels=("department",), by_day=True))
    rows = rows_of(Focus.of_log(daily, "usage log", "0" * 64).to_csv())
    periods = {(row["ChargePeriodStart"], row["ChargePeriodEnd"]) for row in rows}
    assert ("2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z") in periods
    assert {row["Tags"] for row in rows} == {'{"department": "=ward"}', '{"department": "icu"}'}
    (monthly,) = metered(UsageLog((path,)))
    rows = rows_of(Focus.of_log(monthly, "usage log", "0" * 64).to_csv())
    assert {row["BillingPeriodStart"] for row in rows} == {"2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"}
    assert {row["Tags"] for row in rows} == {None}


def focus_of(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any, str]:
    """Exit code, the record of `usage focus --format json`, and messages."""
    code = run(["usage", "focus", *arguments, "--format", "json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_command_of_a_log_and_of_its_cube(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same charges from the log, from the kept cube, and from the log under another name."""
    path, cube = written(tmp_path), tmp_path / "cube.parquet"
    code, found, _ = focus_of(str(path), "--save-cube", str(cube), capsys=capsys)
    assert (code, found["kind"]) == (0, "focus")
    assert {line["x_InputKind"] for line in found["lines"]} == {"usage log"}
    (total,) = metered(UsageLog((path,)))
    assert found["total"] == cm.decimal_text(total.total)
    assert sum(Fraction(line["BilledCost"]) for line in found["lines"]) == total.total
    other = tmp_path / "other.csv"
    other.write_bytes(path.read_bytes())
    assert focus_of(str(other), capsys=capsys)[1] == found
    code, kept, _ = focus_of("--cube", str(cube), "--billing-account", "org-1", capsys=capsys)
    assert code == 0
    assert {line["x_InputKind"] for line in kept["lines"]} == {"usage cube"}
    assert {line["BillingAccountId"] for line in kept["lines"]} == {"org-1"}
    assert [line["BilledCost"] for line in kept["lines"]] == [line["BilledCost"] for line in found["lines"]]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2026-11-03T08:00:00Z,openai/gpt-4.1,,-1,0,0", 3),
        ("2026-11-03T08:00:00Z,nobody/nothing,,1,0,0", 4),
        ("2026-11-03T08:00:00Z,openai/gpt-4.1,,1,0,0", 0),
    ],
)
def test_exit_codes(row: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad rows 3, usage without a price 4, as `usage price`; the rest is written, and says what is missing."""
    path = written(tmp_path, *ROWS, row)
    got, found, _ = focus_of(str(path), capsys=capsys)
    assert got == code
    assert len(found["lines"]) == 7
    codes = [warning["code"] for warning in found["warnings"]]
    assert ("rows-left-out" in codes, "rows-without-price" in codes) == (code == 3, code == 4)


YEAR = "scenarios/hospital-year.yaml"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a usage log, kept usage cubes with --cube, or a --scenario: one of them"),
        (["log.csv", "--scenario", YEAR], "cannot be one bill: name one of the two"),
        (["--cube", "c.parquet", "--scenario", YEAR], "cannot be one bill: name one of the two"),
        (["log.csv", "--cube", "c.parquet"], "name a usage log, or kept usage cubes with --cube: one of the two"),
        (["log.csv", "--model", "openai/gpt-4.1"], "--model is for a scenario"),
        (["log.csv", "--set", "currency=EUR"], "--set is for a scenario"),
        (["--scenario", YEAR, "--daily"], "--daily is for a usage log"),
        (["--scenario", YEAR, "--label", "ward"], "--label is for a usage log"),
        (["--scenario", YEAR, "--currency", "EUR"], "--currency is for a usage log"),
        (["log.csv", "--prices", "2026.11", "--prices", "working"], "FOCUS rows are of one price book"),
    ],
)
def test_one_of_log_and_scenario(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot stand together is said in words, before a file is opened."""
    assert run(["usage", "focus", *arguments]) == 2
    assert words in capsys.readouterr().err

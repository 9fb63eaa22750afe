"""The workbook as a file: sheets, names, formulas, text that never runs, and the same bytes each time."""

from __future__ import annotations

import io
import re
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from workbook_cases import CASES, data_of, roi_of, scenario_of
from workbook_cells import formulas_of, places, values_of

from costmodel.cli.report import command
from costmodel.errors import CommandLineError, FileError, NoPriceError
from costmodel.reports.workbook import workbook
from costmodel.reports.workbook.layout import SHEETS
from costmodel.reports.workbook.names import Names
from costmodel.scenario import Scenario
from costmodel.study.traced import traced_model

ROOT = Path(__file__).parents[2]
SCENARIOS = ("emr-mix", "hospital-roi", "hospital-year", "paid-in-cny", "emr-medium-measured", "vendor-roi-capacity")
VOLATILE = ("NOW", "TODAY", "RAND", "RANDBETWEEN", "OFFSET", "INDIRECT", "CELL", "INFO")
# A number in a formula: not inside a text, not part of a name or of a cell's place.
_TEXT, _NUMBER = re.compile(r'"[^"]*"'), re.compile(r"(?<![A-Za-z0-9_.$])\d+(?:\.\d+)?(?![A-Za-z0-9_.(])")


@pytest.fixture(scope="module", params=SCENARIOS)
def made(request: Any) -> bytes:
    """The workbook of a shipped scenario."""
    return workbook(traced_model(Scenario.load(ROOT / "scenarios" / f"{request.param}.yaml")))


def test_sheets(made: bytes) -> None:
    """Seven sheets in order, each with its title, columns that stay in sight, and no macro."""
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert tuple(book.sheetnames) == SHEETS
    assert all(book[name]["A1"].value for name in SHEETS)
    assert all(book[name].freeze_panes for name in ("Inputs", "Prices", "Calculation", "Checks"))
    assert len(book["Results"]._charts) >= 1
    assert not [name for name in zipfile.ZipFile(io.BytesIO(made)).namelist() if "vba" in name.lower()]


def test_no_number_stands_in_a_formula(made: bytes) -> None:
    """Formulas of steps and prices hold names and places, and no number but 0 and 1."""
    for place, text in formulas_of(made).items():
        numbers = _NUMBER.findall(_TEXT.sub("", text))
        assert set(numbers) <= {"0", "1"}, (place, text)


def test_formulas_are_short_and_not_volatile(made: bytes) -> None:
    """No function that changes by itself, and formulas that fit on a line or two."""
    for place, text in formulas_of(made).items():
        functions = re.findall(r"([A-Z]+)\(", text)
        assert not set(functions) & set(VOLATILE), (place, text)
        assert len(text) < 330 or place[0] == "Checks", (place, text)


def test_every_name_is_defined(made: bytes) -> None:
    """Formulas use names that stand for one cell of inputs or prices, and every input and price is used."""
    there = places(made)
    assert {sheet for sheet, _ in there.values()} <= {"Inputs", "Prices"}
    assert len(set(there.values())) == len(there)
    words = [
        set(re.findall(r"(?<![A-Za-z])[a-z_][a-z0-9_]*", _TEXT.sub("", text))) for text in formulas_of(made).values()
    ]
    assert set().union(*words) == set(there)


def test_values_are_there_before_anything_computes(made: bytes) -> None:
    """Every formula has a value, the checks pass, and the master check says so."""
    values = values_of(made)
    assert all(place in values for place in formulas_of(made))
    cover = [value for (sheet, _), value in values.items() if sheet == "Cover"]
    assert "all checks pass" in cover


def test_inputs_say_unit_source_and_limits(made: bytes) -> None:
    """Each blue cell has a validation; each row says where its number comes from."""
    book = openpyxl.load_workbook(io.BytesIO(made))
    for name in ("Inputs", "Prices"):
        sheet = book[name]
        checked = {str(part) for rule in sheet.data_validations.dataValidation for part in rule.sqref.ranges}
        blue = {
            cell.coordinate
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and cell.font.color is not None and cell.font.color.rgb == "FF0000FF"
        }
        free = {cell for cell in blue - checked if name == "Inputs" and sheet[f"D{cell[1:]}"].value is None}
        rates = {cell for cell in blue - checked - free if name == "Prices"}
        assert blue, name
        assert blue - checked - free - rates == set(), name
        assert all(sheet[f"G{cell[1:]}"].value for cell in blue if name == "Inputs")


def test_same_model_same_bytes(tmp_path: Path) -> None:
    """No clock, no path, no random id: made twice, from two folders, the file is the same."""
    folders = tmp_path / "one", tmp_path / "two"
    found = []
    for folder in folders:
        folder.mkdir()
        found.append(workbook(traced_model(scenario_of(CASES["cache, retries, several requests"], folder))))
    assert found[0] == found[1]
    file = zipfile.ZipFile(io.BytesIO(found[0]))
    assert b"2000-01-01T00:00:00Z" in file.read("docProps/core.xml")
    assert {item.date_time[0] for item in file.infolist()} == {1980}
    assert str(tmp_path).encode() not in b"".join(
        zipfile.ZipFile(io.BytesIO(found[0])).read(name) for name in zipfile.ZipFile(io.BytesIO(found[0])).namelist()
    )


HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", '=HYPERLINK("x")', "{=1}", "https://example.org", "007")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_file_stays_text(text: str, tmp_path: Path) -> None:
    """Names from outside never run, wherever they are shown."""
    data = roi_of(fixed_per_month={text: "10 USD"}, perspective=text) | {
        "scenario": text,
        "description": text,
        "taxes_and_fees": [{"name": text, "rate": "1 %"}],
    }
    data["workload"] = data["workload"] | {"name": text}
    file = workbook(traced_model(scenario_of(data, tmp_path)))
    shown = [place for place, value in values_of(file).items() if isinstance(value, str) and text in value]
    assert len(shown) > 3
    assert not set(shown) & set(formulas_of(file))
    assert text not in places(file)
    sheets = zipfile.ZipFile(io.BytesIO(file))
    assert not [name for name in sheets.namelist() if "hyperlink" in name and b"example.org" in sheets.read(name)]


def test_names_are_taken_by_every_program() -> None:
    """Names look like no cell, start with a letter, and are told apart."""
    names = Names()
    words = (
        "A1",
        "XFD1048576",
        "R1C1",
        "r",
        "C",
        "tax1",
        "2026",
        "Lượt xem",
        "看病",
        "",
        "gpt-4.1",
        "GPT 4 1",
        "x" * 300,
    )
    found = [names.name(item) for item in words]
    assert len(set(found)) == len(found)
    for name in found:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,70}", name)
        assert not re.fullmatch(r"[a-z]{1,3}[0-9]+|[rc][0-9]*|r[0-9]*c[0-9]*", name), name


def test_prices_name_their_row() -> None:
    """Each price stands with its case, its factor, the day it was read, and its source."""
    model = traced_model(Scenario.load(ROOT / "scenarios" / "batch-cache-retries.yaml"))
    book = openpyxl.load_workbook(io.BytesIO(workbook(model)), data_only=True)
    rows = [[cell.value for cell in row] for row in book["Prices"].iter_rows(min_row=4)]
    batch = next(row for row in rows if row[:3] == ["openai/gpt-4.1", "output", "service tier batch"])
    assert (batch[3], batch[5], batch[6], batch[8]) == (8, "batch", 0.5, pytest.approx(4e-6))
    assert "2025-11-01" in batch[10]
    assert any(isinstance(item, str) and "openai.com" in item for item in batch)


def test_audit_says_what_it_was_made_of() -> None:
    """Versions, hashes, warnings, and every figure as delivered."""
    model = traced_model(Scenario.load(ROOT / "scenarios" / "hospital-roi.yaml", {"horizon.months": "3"}))
    audit = [value for (sheet, _), value in values_of(workbook(model)).items() if sheet == "Audit"]
    result: Any = model.result
    assert {"2026.11", result.book.sha256, result.scenario_sha256} <= set(audit)
    assert all(notice.text in audit for notice in result.notices)
    assert float(result.best.measures.net) in [pytest.approx(item) for item in audit if isinstance(item, float)]


def test_records_are_counted_once(tmp_path: Path) -> None:
    """Two kinds of work: their records are those of the horizon, not those and their sum."""
    values = values_of(workbook(traced_model(scenario_of(CASES["two kinds of work"], tmp_path))))
    (row,) = (cell[1:] for (sheet, cell), value in values.items() if (sheet, value) == ("Audit", "records"))
    growing = sum(round(900 * Fraction("1.02") ** month) for month in range(4))
    assert values["Audit", f"C{row}"] == growing + 4 * 400


def test_migration_is_said_to_be_elsewhere() -> None:
    """A scenario with a change of provider: the workbook says that it is not in it."""
    model = traced_model(Scenario.load(ROOT / "scenarios" / "change-of-provider.yaml"))
    cover = " ".join(str(value) for (sheet, _), value in values_of(workbook(model)).items() if sheet == "Cover")
    assert "costmodel migrate" in cover


def test_model_without_months_of_its_own(tmp_path: Path) -> None:
    """One month, one model, no return: the smallest workbook has every sheet too."""
    data = data_of(mix={"openai/gpt-4.1": "100 %"}) | {"horizon": {"start": "2026-12", "months": 1}}
    file = workbook(traced_model(scenario_of(data, tmp_path)))
    assert tuple(openpyxl.load_workbook(io.BytesIO(file)).sheetnames) == SHEETS


def test_budget_is_held_against_the_cost() -> None:
    """A scenario's budget stands beside the cost, and whether it is kept."""
    scenario = Scenario.load(ROOT / "scenarios" / "hospital-year.yaml", {"budget": "4_000 USD"})
    values = values_of(workbook(traced_model(scenario)))
    assert (values["Results", "F5"], values["Results", "G5"]) == (4000, "over")  # it costs 4,265.92 USD


def invoke(*arguments: str) -> Any:
    """The command without the process around it."""
    return command.main(list(arguments), standalone_mode=False)


def test_command_writes_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`report SCENARIO --to model.xlsx` writes it whole, says so on stderr, and takes --set and --models."""
    file, scenario = tmp_path / "model.xlsx", str(ROOT / "scenarios" / "emr-mix.yaml")
    assert invoke(scenario, "--to", str(file), "--set", "workload.records.per_day=500", "--models", "gpt-4.1") == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"Written: {file}\n")
    values = values_of(file.read_bytes())
    assert values["Results", "A5"] == "openai/gpt-4.1"
    per_record = Fraction(128_515 * 2 + 51_028 * 8, 87 * 1_000_000)
    months = [round(15_000 * Fraction("1.02") ** month) for month in range(12)]
    assert values["Results", "B5"] == pytest.approx(float(sum(months) * per_record))
    assert invoke(scenario, "--to", str(file), "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_command_refuses_in_words(tmp_path: Path) -> None:
    """Another ending, a mistake in the scenario, a model without a price: exit 2, 3 and 4, and nothing is written."""
    scenario = str(ROOT / "scenarios" / "emr-mix.yaml")
    for name in ("model.xls", "model.pdf", "model"):
        with pytest.raises(CommandLineError, match=r"is not written\. End the name with one of: \.xlsx"):
            invoke(scenario, "--to", str(tmp_path / name))
    with pytest.raises(FileError, match="per_day"):
        invoke(scenario, "--to", str(tmp_path / "model.xlsx"), "--set", "workload.records.per_day=-1")
    with pytest.raises(NoPriceError, match="No offer is called 'no-such-model'"):
        invoke(scenario, "--to", str(tmp_path / "model.xlsx"), "--models", "no-such-model")
    assert list(tmp_path.iterdir()) == []

"""Every result shows itself in Jupyter, and hands its figures on whole."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest

import costmodel as cm
from costmodel.decisions.comparison.ranges import over
from costmodel.quantities import decimal_text
from costmodel.results.html import table_html
from costmodel.results.shown import RECORD_TYPE, Shown
from costmodel.results.table import Column, Table
from costmodel.shipped import shipped_folder
from costmodel.study import book_for

if TYPE_CHECKING:
    from pathlib import Path

MODELS = ["openai/gpt-4.1", "google/gemini-2.5-flash"]
SCENARIOS = shipped_folder("scenarios")


def _results() -> dict[str, Shown]:
    clinic = cm.Scenario.load(SCENARIOS / "emr-medium-measured.yaml")
    worth = cm.Scenario.load(SCENARIOS / "vendor-roi.yaml")
    one = cm.estimate(clinic, models=MODELS[:1]).estimates[0]
    return {
        "estimate": one,
        "comparison": cm.estimate(clinic, models=MODELS),
        "providers": cm.compare(clinic, MODELS),
        "ranking": over(clinic, MODELS, "workload.records.per_day=1..10000", book_for(clinic)),
        "worth": cm.return_on_investment(worth),
        "one way": cm.one_way_sensitivity(worth),
        "migration": cm.migrate(cm.Scenario.load(SCENARIOS / "vendor-migration.yaml")),
        "variance": cm.variance(one, one),
        "audit": cm.audit(SCENARIOS / "claims" / "example.yaml"),
    }


@pytest.fixture(scope="module")
def results() -> dict[str, Shown]:
    """One result of each kind."""
    return _results()


@pytest.fixture(
    params=["estimate", "comparison", "providers", "ranking", "worth", "one way", "migration", "variance", "audit"]
)
def result(request: pytest.FixtureRequest, results: dict[str, Shown]) -> Shown:
    """Each in turn."""
    return results[request.param]


def test_jupyter(result: Shown) -> None:
    """HTML with every style inline and no random name, aligned text, and a record without lists."""
    bundle = result._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", RECORD_TYPE}
    html = bundle["text/html"]
    assert html == result._repr_mimebundle_()["text/html"]
    assert not re.search(r"<style|<script|on\w+=\"|https?://[^<]*\"", html)
    assert len(re.findall(r"<table", html)) == len(result.tables())
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert bundle["text/plain"] == str(result)
    assert bundle[RECORD_TYPE]["kind"]
    assert not any(isinstance(value, list) for value in bundle[RECORD_TYPE].values())


def test_csv(result: Shown, tmp_path: Path) -> None:
    """A byte-order mark, a row a record, every digit."""
    path = tmp_path / "result.csv"
    text = result.to_csv(path)
    assert path.read_bytes().decode() == text
    assert text.startswith("\ufeff")
    assert len(list(csv.DictReader(io.StringIO(text[1:])))) == len(result.to_records())


def test_excel(result: Shown, tmp_path: Path) -> None:
    """A sheet a table with the cells that are shown, the rows last, the same bytes every time, nothing that runs."""
    path = tmp_path / "result.xlsx"
    result.to_excel(path)
    first = path.read_bytes()
    result.to_excel(path)
    assert path.read_bytes() == first
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == len(result.tables()) + 1
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert book["Rows"].max_row == len(result.to_records()) + 1
    for name, table in zip(book.sheetnames, result.tables(), strict=False):
        sheet = book[name]
        assert sheet.cell(1, 1).value == table.title
        assert [cell.value for cell in sheet[4]] == [
            column.heading for column in table.columns if column.heading
        ] or any(not column.heading for column in table.columns)


def test_frame(result: Shown) -> None:
    """One row a record."""
    assert len(result.to_pandas()) >= min(len(result.to_records()), 1)


def test_money_in_every_form(results: dict[str, Shown]) -> None:
    """The cost of a year is the same in the frame, in CSV and in JSON, to the last digit."""
    estimate = results["estimate"]
    exact = sum(estimate.to_pandas()["cost"])
    rows = csv.DictReader(io.StringIO(estimate.to_csv()[1:]))
    assert decimal_text(exact) == estimate.to_json()["total"]
    assert [row["cost"] for row in rows] == [line["cost"] for line in estimate.to_json()["lines"]]


def test_hostile_text_stays_text() -> None:
    """Tags, formulas, Markdown and entities of a file are shown as they are written."""
    texts = ("<script>alert(1)</script>", "=1+1", "**bold** $x$", "&lt;", "Bệnh viện 病院")
    table = Table("<b>title</b>", (Column("<i>"),), tuple((text,) for text in texts), (), ("<u>note</u>",), "<a>lead")
    html = table_html(table)
    assert not re.search(r"<(script|i|u|a|b)[ >]", html)
    for text in ("&lt;script&gt;alert(1)&lt;/script&gt;", "=1+1", "**bold** $x$", "&amp;lt;", "Bệnh viện 病院"):
        assert text in html


def test_rows_that_stand_back() -> None:
    """A muted row is grey, the others are not."""
    table = Table("title", (Column("a"),), (("one",), ("two",)), muted=frozenset({1}))
    rows = re.findall(r"<td[^>]*>(?:one|two)</td>", table_html(table))
    assert ["color: #6B6B6B" in row for row in rows] == [False, True]


def test_one_table_in_jupyter(results: dict[str, Shown]) -> None:
    """A table that is taken out of a result shows itself as the result does."""
    table = results["estimate"].tables()[0]
    bundle = table._repr_mimebundle_()
    assert bundle["text/plain"] == str(table) == table.plain()
    assert bundle["text/html"] in results["estimate"]._repr_mimebundle_()["text/html"]


def test_one_table_as_ipython_shows_it(results: dict[str, Shown]) -> None:
    """IPython prints tuples its own way, unless told otherwise: the plain text of a table is the table."""
    formatter = pytest.importorskip("IPython.core.formatters").DisplayFormatter()
    table = results["estimate"].tables()[0]
    shown, _ = formatter.format(table)
    assert shown == table._repr_mimebundle_()


def test_no_line_begins_with_a_percent_sign():
    """A number and its percent sign stay on one line, wherever a sentence is broken."""
    for length in range(90, 121):
        text = str(Table("title", (Column("a"),), (("one",),), (), (), f"{'x' * length} 100 % of it"))
        assert "100 %" in text
        assert not any(line.startswith("%") for line in text.splitlines())

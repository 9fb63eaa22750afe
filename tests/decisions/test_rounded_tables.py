"""Tables that are rounded so that they add up say so; a row without a label is not blank."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from priced_logs import log_file, used

import costmodel as cm
from costmodel.cli import run
from costmodel.results.adding_up import ROUNDED
from costmodel.results.metered.metered_comparison import MeteredComparison

if TYPE_CHECKING:
    from pathlib import Path

THIRD = 335_000  # tokens at 1 USD a million: 0.335 USD


@pytest.mark.parametrize(
    ("tokens", "shown", "noted"),
    [
        ([THIRD] * 3, ["0.34", "0.34", "0.33"], True),  # the total is 1.005, shown as 1.01
        ([1_000_000, 1_000_000], ["1.00", "1.00"], False),
        ([2_000_000, 2_000_000, 2_000_000], ["2.00"] * 3, True),  # shares of 33.3 % come to 99.9 %
    ],
)
def test_a_row_that_is_not_its_own_figure_is_noted(
    tmp_path: Path, tokens: list[int], shown: list[str], noted: bool
) -> None:
    """Where a column was made to add up, a note says so."""
    rows = [("2026-11-02", name, count) for name, count in zip("abc", tokens, strict=False)]
    found = used(log_file(tmp_path, rows))
    table = found.table(["department"])
    assert ([row[-3] for row in table.rows], ROUNDED in table.notes) == (shown, noted)
    beside = MeteredComparison((found, found)).table(["department"])
    assert [row[2] for row in beside.rows] == shown
    assert (ROUNDED in beside.notes) == (tokens[0] == THIRD)  # it has no shares


@pytest.mark.parametrize(("head", "noted"), [(10_016_000, True), (10_014_000, False)])
def test_a_variance_notes_it_as_well(tmp_path: Path, head: int, noted: bool) -> None:
    """From 10.004 to 10.016 USD: 0.012 USD is shown as 0.02, the difference of what is shown."""
    (tmp_path / "head").mkdir()
    sides = ((tmp_path, 10_004_000), (tmp_path / "head", head))
    base, other = (used(log_file(folder, [("2026-11-02", "a", tokens)])) for folder, tokens in sides)
    tables = cm.variance(base, other).tables()
    assert tables[0].rows[3][2] == ("+0.02" if noted else "+0.01")
    assert sum(table.notes.count(ROUNDED) for table in tables) == int(noted)


def test_usage_without_a_label_has_a_name(tmp_path: Path) -> None:
    """As in a showback, and under several price books as well."""
    found = used(log_file(tmp_path, [("2026-11-02", "a", THIRD), ("2026-11-02", "", THIRD)]))
    assert [row[0] for row in found.table(["department"]).rows] == ["(no department)", "a"]
    beside = MeteredComparison((found, found)).table(["department", "model"])
    assert [row[:2] for row in beside.rows] == [("(no department)", "own/plain"), ("a", "own/plain")]


@pytest.mark.parametrize("by", [(), ("--by", "department")])
def test_csv_of_a_log_has_no_records(tmp_path: Path, capsys: pytest.CaptureFixture[str], by: tuple[str, ...]) -> None:
    """A log counts requests and knows no records."""
    log = log_file(tmp_path, [("2026-11-02", "a", THIRD)], "openai/gpt-4.1")
    assert run(("usage", "price", str(log), "--format", "csv", *by)) == 0
    columns = next(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert ("records" in columns, "requests" in columns) == (False, True)

"""What is counted once, whose months they are, and what a hole in a log does: cubes, showback, budgets, FOCUS."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from fractions import Fraction
from shutil import copyfile
from typing import TYPE_CHECKING

import pytest
from priced_logs import OWN_PRICES, log_file, own_book, used

from costmodel.cli import run
from costmodel.decisions.metered.budget import budget_status
from costmodel.decisions.metered.showback import showback
from costmodel.errors import FileError
from costmodel.results.focus.rows import Focus
from costmodel.study.metered import metered
from costmodel.study.reported import Report
from costmodel.study.usage_log import UsageLog

if TYPE_CHECKING:
    from pathlib import Path

MILLION = 1_000_000
BUDGET = "budget: Test\nalerts: {projected: 100 %}\nlines:\n  - {name: All, amount: 250 USD}\n"
SUBSCRIPTION = (
    "showback: Test\nshared:\n  - {name: Seats, per_month: 6.00 USD, spread: even}\n"
    "  - {name: Nobody's, cost: unlabelled, spread: even}\n"
)


def priced(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, str, str]:
    prices = folder / "own.yaml"
    prices.write_text(OWN_PRICES, encoding="utf-8")
    code = run(["usage", "price", *arguments, "--overlay", str(prices)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_cube_is_counted_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The same cube named twice, and a copy of it: once, and that is said; another cube is added."""
    log, kept, copy, other = (tmp_path / name for name in ("log", "kept.parquet", "copy.parquet", "other.parquet"))
    log.mkdir()
    wanted = priced(
        capsys, tmp_path, str(log_file(log, [("2026-11-02", "a", 7)])), "--save-cube", str(kept), "-f", "csv"
    )
    priced(capsys, tmp_path, str(log_file(log, [("2026-11-03", "a", 5)])), "--save-cube", str(other))
    copyfile(kept, copy)
    code, text, said = priced(capsys, tmp_path, *(f"--cube={file}" for file in (kept, kept, copy)), "-f", "csv")
    assert (code, text) == wanted[:2]
    assert f"'{kept}' is given twice and is counted once." in said
    assert f"'{copy}' has the same content as '{kept}' and is counted once." in said
    _, text, said = priced(capsys, tmp_path, f"--cube={kept}", f"--cube={other}", "-f", "csv", "--by", "month")
    assert [row["requests"] for row in records(text)] == ["2"]
    assert "counted once" not in said


def test_rows_by_meter_add_up(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each row has the units of its own meter, and no requests, so a column adds up to what was used."""
    log = log_file(tmp_path, [("2026-11-02", "a", 700), ("2026-11-03", "b", 300)])
    _, text, _ = priced(capsys, tmp_path, str(log), "--by", "month,meter", "-f", "csv")
    found = records(text)
    assert {row["meter"] for row in found} == {"input", "output"}
    assert [sum(int(row[name] or 0) for row in found) for name in ("units_input", "units_output")] == [1000, 20]
    assert {row["requests"] for row in found} == {""}
    _, text, _ = priced(capsys, tmp_path, str(log), "--by", "month", "-f", "csv")
    assert [(row["requests"], row["units_output"]) for row in records(text)] == [("2", "20")]


@pytest.mark.parametrize(
    ("heading", "cells", "tiers"),
    [
        ("service_tier", ("batch", "standard", "", "default"), ["batch", "standard"]),
        ("tier", ("batch", "standard", "", "default"), ["batch", "standard"]),
        ("tier,service_tier", ("batch,flex", ",flex", ",auto", "standard,flex"), ["batch", "flex", "standard"]),
    ],
)
def test_the_tier_of_plain_columns(tmp_path: Path, heading: str, cells: tuple[str, ...], tiers: list[str]) -> None:
    """By either name, `tier` first; what OpenAI calls `default` is standard."""
    path = tmp_path / "log.csv"
    lines = [f"2026-11-02T08:00:0{second}Z,openai/gpt-5-mini,10,10,{cell}" for second, cell in enumerate(cells)]
    path.write_text("\n".join([f"time,model,input_tokens,output_tokens,{heading}", *lines, ""]), encoding="utf-8")
    (found,) = metered(UsageLog((path,)), [own_book()])
    assert sorted(group.key[0] for group in found.by("tier")) == tiers


def test_columns_in_one_order(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """To the byte with and without a store, where files of several families are read."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.jsonl").write_text(
        '{"created": 1793865600, "model": "own/plain", "usage": {"prompt_tokens": 9, "completion_tokens": 2, '
        '"total_tokens": 11, "completion_tokens_details": {"reasoning_tokens": 1}}}\n',
        encoding="utf-8",
    )
    (folder / "b.csv").write_text(
        "time,model,output_tokens,input_tokens,cache_read_tokens\n2026-11-05T08:00:00Z,own/plain,5,7,3\n",
        encoding="utf-8",
    )
    for options in (("--by", "month", "-f", "csv"), ("-f", "json")):
        plain = priced(capsys, tmp_path, str(folder), *options)[1]
        for _ in range(2):
            assert priced(capsys, tmp_path, str(folder), *options, "--store", str(tmp_path / "store"))[1] == plain
    assert plain.index('"cache_read"') < plain.index('"output"') < plain.index('"reasoning"')


def test_a_subscription_counts_months_without_a_price(tmp_path: Path) -> None:
    """September and November are of a model without a price, October has one: three months are paid."""
    unknown = log_file(tmp_path, [("2026-09-10", "a", 5), ("2026-11-10", "a", 5)], "own/nobody")
    log = used(unknown, log_file(tmp_path, [("2026-10-10", "a", MILLION)]))
    assert [str(month) for month in log.months] == ["2026-09", "2026-10", "2026-11"]
    rules = tmp_path / "rules.yaml"
    rules.write_text(SUBSCRIPTION, encoding="utf-8")
    assert showback(log, rules, by="department").total == 1 + 18


def test_what_is_left_out_is_of_the_whole_log(tmp_path: Path) -> None:
    """A month, of a log of two, does not take the bad row and the model without a price of the other for its own."""
    log = log_file(tmp_path, [("2026-10-10", "a", MILLION), ("2026-11-10", "a", MILLION), ("2026-10-11", "a", -1)])
    found = used(log, log_file(tmp_path, [("2026-10-12", "a", 5)], "own/nobody"))
    (tmp_path / "rules.yaml").write_text(SUBSCRIPTION, encoding="utf-8")
    (tmp_path / "budget.yaml").write_text(BUDGET, encoding="utf-8")
    by_day = used(log, by_day=True)
    month = showback(found, tmp_path / "rules.yaml", by="department", month="2026-11")
    words = "1 row that cannot be read as usage (in the whole log, whatever their month)"
    for result in (month, budget_status(by_day, tmp_path / "budget.yaml", as_of="2026-11-12")):
        tables = result.tables()
        assert words in str(tables[0].lead)
        assert all("(in the whole log" in table.title for table in tables if "not in the total" in table.title)
    assert "whole log" not in str(showback(found, tmp_path / "rules.yaml", by="department").tables()[0].lead)


def november(hole: frozenset[int]) -> list[tuple[str, str, int]]:
    """16 days from Sunday 1 November: 10 USD on weekdays, 2 on weekend days, but for the days of a hole."""
    days = [date(2026, 11, 1) + timedelta(days=number) for number in range(16)]
    return [(f"{at}", "a", MILLION * (2 if at.weekday() >= 5 else 10)) for at in days if at.day not in hole]


def test_a_hole_in_the_log(tmp_path: Path) -> None:
    """Thursday to Monday are missing: told first, and out of the means, so that the alert still sounds."""
    budget = tmp_path / "budget.yaml"
    budget.write_text(BUDGET.replace("250", "200"), encoding="utf-8")
    found = budget_status(
        used(log_file(tmp_path, november(frozenset(range(5, 10)))), by_day=True), budget, as_of="2026-11-17"
    )
    (line,) = found.lines
    # Used: 2 (the 1st), 3 x 10, 4 x 10, 2 x 2, 10. To come: 10 weekdays of 10 USD and 4 weekend days of 2.
    assert line.used == 86
    assert line.projection is not None
    assert line.projection.cost == 86 + 10 * 10 + 4 * 2
    assert (found.calendar.weekdays_seen, found.calendar.weekend_days_seen) == (8, 3)
    assert "No usage with a price on 2026-11-05 to 2026-11-09: was the log complete?" in found.tables()[0].lead
    assert "days-without-usage" in {notice.code for notice in found.notices}


def test_closed_on_weekends(tmp_path: Path) -> None:
    """A weekend without usage is no hole, nor next to a holiday; the holiday alone is told."""
    budget = tmp_path / "budget.yaml"
    budget.write_text(BUDGET, encoding="utf-8")
    rows = november(frozenset({1, 7, 8, 9, 14, 15}))
    found = budget_status(used(log_file(tmp_path, rows), by_day=True), budget, as_of="2026-11-17")
    (told,) = (notice.about for notice in found.notices if notice.code == "days-without-usage")
    assert told == ("2026-11-09",)
    assert found.lines[0].projection is not None
    assert found.lines[0].projection.cost == 100 + 10 * 10


def test_values_of_a_label_are_not_told(tmp_path: Path) -> None:
    """They may be names of people; those of a model are none."""
    log = used(log_file(tmp_path, [("2026-11-02", "Nguyen Van A 9", MILLION)]), by_day=True)
    budget = tmp_path / "budget.yaml"
    for where, hidden in (("{department: Nguyen Van A}", True), ("{model: own/plane}", False)):
        budget.write_text(BUDGET.replace("250 USD", f"250 USD, where: {where}"), encoding="utf-8")
        with pytest.raises(FileError) as error:
            budget_status(log, budget, as_of="2026-11-03")
        (mistake,) = error.value.mistakes
        assert ("Nguyen Van A 9" in mistake.message) is False
        assert ("'own/plain'" not in mistake.message) is hidden


def test_the_charge_period_of_a_log(tmp_path: Path) -> None:
    """The month, whatever is kept of the log and whenever it begins; the day where days are told apart."""
    log = log_file(tmp_path, [("2026-08-10", "a", MILLION), ("2026-08-20", "a", MILLION)])
    found = set()
    for labels in ((), ("department",)):
        (result,) = metered(UsageLog((log,), labels=labels), [own_book()])
        found |= {(row.ChargePeriodStart, row.ChargePeriodEnd) for row in Focus.of_log(result, "usage log", "0").rows()}
    assert [(f"{start:%F}", f"{end:%F}") for start, end in found] == [("2026-08-01", "2026-09-01")]
    (daily,) = metered(UsageLog((log,), by_day=True), [own_book()], Report(by_day=True))
    rows = [row for row in Focus.of_log(daily, "usage log", "0").rows() if row.BilledCost]
    assert [f"{row.ChargePeriodStart:%F}" for row in rows] == ["2026-08-10", "2026-08-20"]
    assert sum((entry.cost for entry in daily.entries), Fraction(0)) == 2

"""Groups of usage: dates by the calendar, and rows by meter that have the units their cost is for."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

import costmodel as cm
from costmodel.cli import run
from costmodel.results.records import group_records

if TYPE_CHECKING:
    from pathlib import Path

HEADING = "time,model,input_tokens,output_tokens"
LATER_FIRST = (
    "2026-11-02T08:00:00Z,anthropic/claude-haiku-4-5,1000,200",
    "2026-10-30T08:00:00Z,anthropic/claude-haiku-4-5,1000,200",
    "2026-10-10T08:00:00Z,openai/gpt-4.1,1000,200",
    "2026-11-01T08:00:00Z,openai/gpt-4.1,1000,200",
)
DAYS = ["2026-10-10", "2026-10-30", "2026-11-01", "2026-11-02"]
CACHED = """\
scenario: Letters
prices: {version: "2026.11"}
horizon: {start: 2026-11, months: 1}
currency: USD
workload:
  records: {per_month: 10}
  tokens: {input: 1000, output: 200}
cache_read: 30 % of input
service_tier: {batch: 40 %, standard: 60 %}
mix: {by: requests, openai/gpt-4.1: 100 %}
"""


@pytest.mark.parametrize("by", ["day", "day,meter", "day,model"])
@pytest.mark.parametrize("prices", [[], ["--prices", "2026.11", "--prices", "working"]])
def test_days_stand_by_the_calendar(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str, prices: list[str]
) -> None:
    """In the table and in CSV, under one price book or two, though another model was used on the days between."""
    (tmp_path / "log.csv").write_text("\n".join((HEADING, *LATER_FIRST)) + "\n")
    command = ["usage", "price", str(tmp_path / "log.csv"), "--by", by, *prices]
    assert run([*command, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    books = list(dict.fromkeys(row.get("prices") for row in rows))
    for book in books:
        assert list(dict.fromkeys(row["day"] for row in rows if row.get("prices") == book)) == DAYS
    assert run(command) == 0
    shown = [line[:10] for line in capsys.readouterr().out.splitlines() if line[:10] in DAYS]
    assert list(dict.fromkeys(shown)) == DAYS


def test_rows_by_meter_have_the_units_of_their_cost(tmp_path: Path) -> None:
    """3,000 of 10,000 input tokens are read from the cache: 7,000 are input, by meter and by tier and meter."""
    path = tmp_path / "letters.yaml"
    path.write_text(CACHED)
    found = cm.estimate(cm.Scenario.load(path))
    assert isinstance(found, cm.Estimate)
    whole = {row["meter"]: row["units"] for row in group_records(found.by("meter"), ["meter"])}
    assert whole == {"input": {"input": "7000"}, "cache_read": {"cache_read": "3000"}, "output": {"output": "2000"}}
    split = group_records(found.by("tier", "meter"), ["tier", "meter"])
    assert [row["units"]["input"] for row in split if row["meter"] == "input"] == ["2800", "4200"]
    assert group_records(found.by("tier"), ["tier"])[0]["units"]["input"] == "4000"


def test_the_table_by_meter_has_the_units_that_are_paid_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of 10,000 input tokens 3,000 are read from the cache: the rows have 7,000 and 3,000, the total no sum of both."""
    path = tmp_path / "log.csv"
    path.write_text("time,model,input,cache_read,output\n2026-11-02T10:00:00Z,openai/gpt-4.1,10000,3000,2000\n")
    (tmp_path / "map.yaml").write_text(
        "shape: mine\ntime: time\nmodel: model\nmeters: {input: input, cache_read: cache_read, output: output}\n"
    )
    assert run(["usage", "price", str(path), "--mapping", str(tmp_path / "map.yaml"), "--by", "meter"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    units = {row[0]: row[2] for row in rows if row and row[0] in {"input", "cache_read", "output"}}
    assert units == {"input": "7,000", "cache_read": "3,000", "output": "2,000"}
    (total,) = (row for row in rows if row and row[0] == "total")
    assert (total[1], float(total[2])) == ("1", 0.0315)  # 7,000 x 2 + 3,000 x 0.5 + 2,000 x 8, per million

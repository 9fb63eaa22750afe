"""A priced usage log as a side of a variance: budget against actual."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

import costmodel as cm
from costmodel.cli import run
from costmodel.decisions.variance.result_file import spend_of_record
from costmodel.errors import FileError
from costmodel.results.records import json_text
from costmodel.results.variance.variance import Finding
from costmodel.study.metered import metered
from costmodel.study.usage_log import UsageLog

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.results.estimate import Estimate
    from costmodel.results.metered.metered import Metered

PLAN = """\
scenario: Letters, plan
prices: {version: "2026.11"}
horizon: {start: 2026-11, months: 3}
currency: USD
workload:
  records: {per_month: 4}
  tokens: {input: 1000, output: 200}
mix: {by: requests, openai/gpt-4.1: 50 %, google/gemini-2.5-flash: 50 %}
"""
HEADING = "time,model,department,input_tokens,output_tokens"
ROWS = (
    "2026-11-03T08:00:00Z,openai/gpt-4.1,ward,1000,200",
    "2026-11-04T08:00:00Z,openai/gpt-4.1,icu,1000,200",
    "2026-11-05T08:00:00Z,google/gemini-2.5-flash,ward,1000,200",
    "2026-11-06T08:00:00Z,google/gemini-2.5-flash,icu,1000,200",
)


def plan(folder: Path, text: str = PLAN) -> Estimate:
    """The budget."""
    path = folder / "plan.yaml"
    path.write_text(text)
    found: Any = cm.estimate(cm.Scenario.load(path))
    return found


def actual(folder: Path, *rows: str, labels: tuple[str, ...] = ()) -> Metered:
    """What was used."""
    path = folder / "log.csv"
    path.write_text("\n".join((HEADING, *(rows or ROWS))) + "\n")
    (found,) = metered(UsageLog((path,), labels=labels), [cm.PriceBook.load(version="2026.11")])
    return found


def test_what_went_as_planned_is_no_difference(tmp_path: Path) -> None:
    """The requests that were planned, made: nothing moves, in the one month that the log has."""
    found = cm.variance(plan(tmp_path), actual(tmp_path))
    assert found.total == 0
    assert found.base.months == found.head.months == ("2026-11",)
    assert not any(found.effects.values())
    codes = [code for code, _ in found.warnings]
    assert codes[:3] == ["months-of-the-log", "log-without-records", "log-months-may-be-parts"]


@pytest.mark.parametrize(
    ("row", "code", "missing"),
    [
        ("2026-11-07T08:00:00Z,nobody,,1000,200", 4, "1 row that has no price"),
        ("2026-11-07T08:00:00Z,openai/gpt-4.1,,-1,200", 3, "1 row that cannot be read as usage"),
    ],
)
def test_a_side_that_is_incomplete_is_said_first_and_keeps_no_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, code: int, missing: str
) -> None:
    """The cost seems to fall where rows are missing: the lead, the limit, JSON and the exit code say so."""
    base, head = tmp_path / "plan.json", tmp_path / "actual.json"
    base.write_text(json_text(plan(tmp_path).to_json()))
    head.write_text(json_text(actual(tmp_path, *ROWS[1:], row).to_json()))
    command = ("variance", str(base), str(head), "--fail-over", "90 %")
    assert run(command) == code
    shown = " ".join(capsys.readouterr().out.split())
    assert f"HEAD is incomplete: it is without {missing}. As far as it is known, the cost falls" in shown
    assert "HEAD, incomplete" in shown
    assert "Limit 90 % in either direction: this cannot be told, since HEAD is incomplete." in shown
    assert run((*command, "--format", "json")) == code
    found = json.loads(capsys.readouterr().out)
    assert (found["base"]["complete"], found["head"]["complete"], found["limit"]["over"]) == (True, False, None)
    assert (found["head"]["rows_left_out"], found["head"]["rows_without_price"]) == ((1, 0) if code == 3 else (0, 1))
    allowed = (*command[:-1], "1 %", "--allow", "malformed", "--allow", "unpriced")
    assert run(allowed) == 1
    assert "exceeded as far as is known, since HEAD is incomplete" in " ".join(capsys.readouterr().out.split())
    assert run((*allowed, "--fail-over", "90 %")) == 0
    assert run((command[0], str(head), str(head))) == code


def test_rows_that_stood_twice_are_not_missed(tmp_path: Path) -> None:
    """A log without what stood in it twice is whole; what is changed in the counts by hand is refused."""
    record = actual(tmp_path).to_json()
    record["usage"]["left_out"] = {"duplicate": 2}
    found = cm.variance(record, record)
    assert (found.head.complete, found.incomplete) == (True, ())
    for wrong in ({"rows": -1}, {"left_out": {"bad": "1"}}, {"unpriced": [{}]}, {"unpriced": None}):
        changed = record | {"usage": record["usage"] | wrong}
        with pytest.raises(FileError, match="'usage' must count its 'rows'"):
            cm.variance(record, changed)


def test_one_smaller_reason_is_one(tmp_path: Path) -> None:
    """It is not 1 smaller reasons together."""
    used = actual(tmp_path)
    large = (Finding("mix", "", "", "more", Fraction(3)), Finding("volume", "", "", "less", Fraction(-3)))
    small = Finding("price", "", "", "small", Fraction(1, 10**12))
    text = str(replace(cm.variance(used, used), findings=(*large, small)).tables()[1])
    assert ("1 smaller reason " in text, "1 smaller reasons" in text) == (True, False)


@pytest.mark.parametrize("labels", [(), ("department",)])
def test_effects_by_hand(tmp_path: Path, labels: tuple[str, ...]) -> None:
    """One request more, of gpt-4.1: volume and mix; a longer answer of Gemini: intensity. They add up exactly."""
    rows = (*ROWS[:3], ROWS[3].replace("1000,200", "1000,400"), "2026-11-07T08:00:00Z,openai/gpt-4.1,,1000,200")
    found = cm.variance(plan(tmp_path), actual(tmp_path, *rows, labels=labels))
    gpt, gemini = Fraction(36, 10_000), Fraction(8, 10_000)  # of 1,000 + 200 tokens at 2 / 8, and at 0.30 / 2.50
    longer = Fraction(200 * 25, 10 * 1_000_000)
    assert found.base.total == 2 * gpt + 2 * gemini
    assert found.head.total == 3 * gpt + 2 * gemini + longer
    assert sum(found.effects.values()) == found.total == gpt + longer
    assert found.volume == "requests"
    assert (found.base.requests, found.head.requests) == (4, 5)
    assert found.effects["price"] == found.effects["requests"] == 0
    # gpt-4.1 alone moved in volume and mix, Gemini in intensity; nothing of it is told elsewhere.
    by_model = {group.key: group for group in found.by_model}
    assert by_model["openai/gpt-4.1"].effects["intensity"] == 0
    assert by_model["openai/gpt-4.1"].difference == gpt
    assert by_model["google/gemini-2.5-flash"].difference == longer
    assert found.effects["volume"] > 0
    assert found.effects["mix"] > 0
    assert 0 < found.effects["intensity"] < longer * Fraction(5, 4)


def test_a_log_has_no_records(tmp_path: Path) -> None:
    """What a log counts are requests: its records are unknown, not 0 and not as many as the requests."""
    record = cm.variance(plan(tmp_path), actual(tmp_path)).to_json()
    assert record["base"]["records"] == "4"
    assert record["head"]["records"] is None
    assert record["head"]["requests"] == "4"


def test_json_says_the_same_as_the_object(tmp_path: Path) -> None:
    """The kept JSON of a log is read back: same effects, on either side."""
    budget, used = plan(tmp_path), actual(tmp_path, *ROWS, ROWS[0])
    kept = json.loads(json_text(used.to_json()))
    assert cm.variance(budget, kept).effects == cm.variance(budget, used).effects
    assert cm.variance(kept, used).total == 0
    turned = cm.variance(kept, budget)
    assert turned.effects == {name: -amount for name, amount in cm.variance(budget, used).effects.items()}


def test_months_without_usage_are_there(tmp_path: Path) -> None:
    """A month between two in which nothing was used is 0, not left out."""
    used = actual(tmp_path, ROWS[0], ROWS[0].replace("2026-11", "2027-01"))
    kept = json.loads(json_text(used.to_json()))
    found = cm.variance(plan(tmp_path), kept)
    assert found.head.months == ("2026-11", "2026-12", "2027-01")
    assert [group.head for group in found.by_month] == [Fraction(36, 10_000), 0, Fraction(36, 10_000)]


def test_what_a_log_leaves_out_is_told(tmp_path: Path) -> None:
    """Bad rows, and usage without a price, are told of the side that they are of."""
    used = actual(
        tmp_path, *ROWS, "2026-11-07T08:00:00Z,acme/nothing,,1,1", "2026-11-07T08:00:00Z,openai/gpt-4.1,,-1,1"
    )
    texts = dict(cm.variance(plan(tmp_path), used).warnings)
    assert texts["rows-left-out"].startswith("HEAD: ")
    assert texts["rows-without-price"].startswith("HEAD: ")


def test_work_and_steps_are_compared_together(tmp_path: Path) -> None:
    """A plan of several workloads beside a log: all work together, and that is said."""
    text = (
        PLAN[: PLAN.index("workload:")]
        + "workloads:\n"
        + "".join(
            f"  - {{name: {name}, records: {{per_month: 2}}, tokens: {{input: 1000, output: 200}}, "
            f"mix: {{by: requests, {model}: 100 %}}}}\n"
            for name, model in (("letters", "openai/gpt-4.1"), ("notes", "google/gemini-2.5-flash"))
        )
    )
    found = cm.variance(plan(tmp_path, text), actual(tmp_path))
    assert found.total == 0
    assert not any(found.effects.values())
    assert "log-without-work" in dict(found.warnings)


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`variance plan.yaml actual.json`: exit 1 over a limit."""
    plan(tmp_path)
    (tmp_path / "actual.json").write_text(json_text(actual(tmp_path, *ROWS, ROWS[0]).to_json()))
    command = ["variance", str(tmp_path / "plan.yaml"), str(tmp_path / "actual.json"), "--fail-over", "5 %"]
    assert run(command) == 1
    out = capsys.readouterr().out
    assert "requests rose from 4 to 5" in out
    assert "Note: 2026-11 alone is compared: the plan has 3 months" in out


def test_other_lengths_are_refused_in_words(tmp_path: Path) -> None:
    """A log of months that the plan does not have is no actual of it."""
    used = actual(tmp_path, ROWS[0].replace("2026-11", "2026-09"))
    with pytest.raises(cm.CostmodelError, match="or a log of as many"):
        cm.variance(plan(tmp_path), used)
    assert cm.variance(plan(tmp_path), used, per="month").head.months == ("2026-09",)


def test_a_log_that_touches_the_month_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """November in local time begins in October: it is refused with the way out, and a mean month tells of the edge."""
    used = actual(tmp_path, ROWS[0].replace("2026-11-03", "2026-10-31"), *ROWS)
    (tmp_path / "actual.json").write_text(json_text(used.to_json()))
    plan(tmp_path)
    command = ["variance", str(tmp_path / "plan.yaml"), str(tmp_path / "actual.json")]
    assert run(command) == 2
    text = " ".join(capsys.readouterr().err.split())
    assert "BASE has 3 months (2026-11 to 2027-01), HEAD 2 months (2026-10 to 2026-11)" in text
    assert "Both have 2026-11: compare it alone with --month 2026-11." in text
    assert run([*command, "--month", "2026-11"]) == 0
    assert "The cost does not move" in capsys.readouterr().out
    assert run([*command, "--per", "month"]) == 0
    assert "HEAD has 1 request in 2026-10 and 4 requests in 2026-11." in capsys.readouterr().out


def test_rows_left_out_of_one_month_are_of_the_whole_log(tmp_path: Path) -> None:
    """A row that cannot be read has no month that is known."""
    used = actual(tmp_path, ROWS[0].replace("2026-11-03", "2026-10-31"), *ROWS, ROWS[0].replace("1000", "-1"))
    found = cm.variance(plan(tmp_path), used, month="2026-11")
    assert "(in the whole log, whatever their month)" in found.tables()[0].lead


def test_a_long_warning_of_a_file_is_whole(tmp_path: Path) -> None:
    """A note that names many models keeps each with its date; what is without end is cut after a word."""
    record = json.loads(json_text(actual(tmp_path).to_json()))
    text = "Prices are taken to stay: " + ", ".join(f"provider/model-{number} (2026-10-14)" for number in range(60))
    for told, kept in ((text, text), ("word " * 10_000, f"{'word ' * 798}word…")):
        found = spend_of_record(record | {"warnings": [{"code": "x", "text": told}]}, "actual.json")
        assert found.warnings == (("x", kept),)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "metered_usage_comparison"}, "under several price books"),
        ({"kind": "budget"}, "no estimate or priced log, but 'budget'"),
        ({"period": None}, "'period' must say"),
        ({"period": {"start": "2026-13", "months": 1}}, "'period' must say"),
        ({"period": {"start": "2026-10", "months": 1}}, "'period' must say"),
        ({"period": {"start": "2026-11", "months": 10**9}}, "'period' must say"),
        ({"period": {"start": "2026-11", "months": "1"}}, "'period' must say"),
        ({"total": "1"}, "it was changed"),
        ({"lines": None}, "'lines' must be a list"),
        ({"currency": 3}, "'currency' must be a text"),
    ],
)
def test_a_wrong_result_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    """A result that was changed, or cut, is refused in words."""
    record = json.loads(json_text(actual(tmp_path).to_json()))
    with pytest.raises(FileError, match=words):
        spend_of_record(record | change, "actual.json")

"""A made-up log is the forecast, drawn: the same seed gives the same log; its mean and sizes are the forecast's."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from costmodel.errors import CommandLineError
from costmodel.quantities import Month
from costmodel.scenario import Scenario
from costmodel.shipped import shipped_file
from costmodel.study import estimate
from costmodel.study.example_log import example_log
from costmodel.study.metered import metered
from costmodel.study.usage_log import UsageLog
from costmodel.usage.profiles import load_profile


def planned(name: str = "clinic-budget", **settings: str) -> Scenario:
    return Scenario.load(shipped_file(f"scenarios/{name}.yaml"), settings)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_same_seed_gives_the_same_log() -> None:
    """Byte for byte; another seed gives another."""
    assert example_log(planned(), seed=3) == example_log(planned(), seed=3) != example_log(planned(), seed=4)


def test_requests_are_spread_as_a_count_is() -> None:
    """Over 16 seeds, the mean number of requests is the forecast's, and its variance is as large as its mean."""
    counts = [len(rows(example_log(planned(), seed=seed))) for seed in range(16)]
    mean = sum(counts) / len(counts)
    assert abs(mean - 7_590) < 4 * (7_590 / len(counts)) ** 0.5
    spread = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    assert 0.4 < spread / 7_590 < 2


def test_requests_are_made_in_the_hours() -> None:
    """On working days from 7 to 19 of the clinic's clock, in order of time."""
    found = [datetime.fromisoformat(row["time"]) for row in rows(example_log(planned(), seed=1))]
    local = [at.astimezone(ZoneInfo("America/New_York")) for at in found]
    assert found == sorted(found)
    assert {at.weekday() for at in local} == {0, 1, 2, 3, 4}
    assert min(at.hour for at in local) == 7
    assert max(at.hour for at in local) == 18
    assert {at.month for at in found} == {12}


def test_sizes_are_those_of_the_profile() -> None:
    """Each request has the tokens of one of the measured records, in the vocabulary of its model."""
    profile = load_profile("aci-bench/gold-note")
    found = rows(example_log(planned(), seed=1))
    for model, vocabulary in (("openai/gpt-4.1", "o200k_base"), ("google/gemini-2.5-flash", "gemini")):
        measured = {(int(point.input), int(point.output)) for point in profile.points(vocabulary)}
        drawn = Counter((int(row["input_tokens"]), int(row["output_tokens"])) for row in found if row["model"] == model)
        assert set(drawn) == measured


def test_it_costs_about_what_was_planned(tmp_path) -> None:
    """Priced like any log; within four standard deviations of the estimate."""
    (tmp_path / "log.csv").write_text(example_log(planned(), seed=2), encoding="utf-8")
    (found,) = metered(UsageLog((tmp_path / "log.csv",), labels=("department",)))
    plan = estimate(planned())
    assert found.complete
    assert abs(found.total / plan.total - 1) < Fraction(5, 100)
    assert {group.key for group in found.by("department", "model")} == {
        group.key for group in plan.by("department", "model")
    }


def test_another_month_and_larger_requests() -> None:
    """Any month of the horizon; steps, images and growth as in the scenario."""
    text = example_log(planned("hospital-year"), Month(2027, 2), seed=1)
    found = rows(text)
    assert text.startswith("time,model,tier,region,department,site,input_tokens,output_tokens,input_image_tokens\n")
    scanned = [row for row in found if row["input_image_tokens"] == "258"]
    assert {(row["model"], row["input_tokens"]) for row in scanned} == {("google/gemini-2.5-flash-lite", "458")}
    assert abs(len(scanned) - 4_400 * 1.02**2) < 5 * 70


@pytest.mark.parametrize(
    ("name", "month", "settings", "words"),
    [
        ("clinic-budget", Month(2027, 1), {}, "2027-01 is not in the scenario's 1 months from 2026-12"),
        (
            "clinic-budget",
            None,
            {"workloads.0.records.per_day": "100000"},
            "the month has 2,301,840 requests: an example log has 1,000,000 at most",
        ),
        (
            "clinic-budget",
            None,
            {"workloads.0.meters": "{web_fetch: 1}"},
            "an example log has no column for web_fetch: only input, ",
        ),
    ],
)
def test_what_cannot_be_made(name, month, settings, words) -> None:
    """Said in words."""
    with pytest.raises(CommandLineError) as caught:
        example_log(planned(name, **settings), month, seed=1)
    assert words in str(caught.value)

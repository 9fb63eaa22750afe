"""Models that stand alone, several scenarios, and what a newcomer tripped over."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

import costmodel as cm
from costmodel.cli import run

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
MIXED = {
    "scenario": "two mixes",
    "horizon": {"start": "2026-12", "months": "1"},
    "currency": "USD",
    "tokens": {"input": "1000", "output": "500"},
    "workloads": [
        {"name": "a", "records": {"per_month": "1000"}, "mix": {"openai/gpt-4.1": "100 %"}},
        {"name": "b", "records": {"per_month": "1000"}, "mix": {"google/gemini-2.5-flash": "100 %"}},
    ],
}


def test_a_model_alone_takes_the_place_of_every_mix():
    """`--models` replaces the mixes of workloads and steps too: 2,000 x (0.001 x 1 + 0.0005 x 5) = 7.00 on Haiku."""
    result = cm.estimate(cm.Scenario.from_data(MIXED), models=["anthropic/claude-haiku-4-5", "openai/gpt-5-mini"])
    assert [(item.alternative, item.total) for item in result.estimates] == [
        ("anthropic/claude-haiku-4-5", Fraction(7)),
        ("openai/gpt-5-mini", Fraction("2.5")),
    ]


@pytest.mark.parametrize(
    "name", ["emr-mix", "hospital-year", "long-charts", "emr-small", "xray-50000", "batch-cache-retries"]
)
def test_an_alternative_is_billed_by_its_own_model(name):
    """In a comparison every charge is of the model that the alternative is named after."""
    scenario = cm.Scenario.load(ROOT / "scenarios" / f"{name}.yaml")
    result = cm.estimate(scenario, models=["openai/gpt-5-mini", "google/gemini-2.5-pro"])
    for item in result.estimates:
        assert {line.keys["model"] for line in item.lines if line.charge} == {item.alternative}


def test_models_beside_a_mix_of_a_workload_are_refused():
    """A file cannot say both that each model does everything alone, and who shares a workload."""
    data = MIXED | {"models": ["openai/gpt-4.1"]}
    with pytest.raises(cm.FileError, match="leave this mix out"):
        cm.estimate(cm.Scenario.from_data(data))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_line_of_every_scenario_explains_itself(path):
    """Each figure of the shipped scenarios is reproduced by the computation that `explain` shows."""
    result = cm.estimate(cm.Scenario.load(path))
    for item in getattr(result, "estimates", (result,)):
        explained = item.explain(month="1")
        first = str(item.months[0])
        assert sum(one.cost for one in explained) == sum(
            line.cost for line in item.lines if line.keys["month"] == first
        )


def test_monthly_quantities_of_a_model_in_the_mix_are_explained(tmp_path):
    """A subscription beside requests of the same model is a line of its own, and explains itself."""
    (tmp_path / "own.yaml").write_text(
        """overlay: own server
provider: clinic
name: Our server
currency: USD
offers:
  - model: m-1
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates: [{prices: {input: 1, output: 2, capacity_hour: 3}}]
""",
        encoding="utf-8",
    )
    scenario = cm.Scenario.from_data(
        {
            "scenario": "own",
            "prices": {"overlays": ["own.yaml"]},
            "horizon": {"start": "2026-12", "months": "2"},
            "currency": "USD",
            "workload": {
                "records": {"per_month": "1000"},
                "tokens": {"input": "1000", "output": "1000"},
                "mix": {"clinic/m-1": "100 %"},
                "monthly": {"clinic/m-1": {"capacity_hour": "10"}},
            },
        },
        tmp_path,
    )
    result = cm.estimate(scenario)
    assert result.total == 2 * (1 + 2 + 30)
    assert sorted(one.cost for one in result.explain(month=1)) == [1, 2, 30]


def output(*arguments, capsysbinary):
    code = run([str(argument) for argument in arguments])
    return code, capsysbinary.readouterr().out.decode("utf-8-sig")


def test_alternatives_of_several_scenarios_are_told_apart(capsysbinary):
    """The same model in two scenarios is two alternatives, by name and in every line."""
    files = [ROOT / "scenarios" / name for name in ("emr-small.yaml", "emr-large.yaml")]
    code, text = output("estimate", *files, "--models", "openai/gpt-4.1", "--format", "json", capsysbinary=capsysbinary)
    record = json.loads(text)
    assert code == 0
    assert len(record["totals"]) == 2
    assert len({line["alternative"] for line in record["lines"]}) == 2
    _, table = output("estimate", *files, "--models", "openai/gpt-4.1", capsysbinary=capsysbinary)
    assert "x cheapest" not in table


def test_csv_follows_by(capsysbinary):
    """`--by` groups what CSV writes, as it groups the table."""
    path = ROOT / "scenarios" / "hospital-year.yaml"
    _, text = output("estimate", path, "--by", "department", "--format", "csv", "--quiet", capsysbinary=capsysbinary)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["department"] for row in rows] == ["radiology", "outpatients", "taxes and fees"]


def test_the_ending_of_the_file_says_the_format(tmp_path, capsysbinary):
    """`--output e.csv` writes CSV, and `.json` JSON, without `--format`."""
    path = ROOT / "scenarios" / "emr-mix.yaml"
    for name, first in (("e.csv", b"\xef\xbb\xbfmonth"), ("e.json", b"{"), ("e.md", b"**"), ("e.txt", b"EMR")):
        assert output("estimate", path, "--output", tmp_path / name, "--quiet", capsysbinary=capsysbinary)[0] == 0
        assert (tmp_path / name).read_bytes().startswith(first)


def test_a_folder_is_checked_for_its_scenarios_alone(tmp_path, capsysbinary):
    """Overlays and profiles beside the scenarios are no scenarios."""
    (tmp_path / "own.yaml").write_text("overlay: own\n", encoding="utf-8")
    text = (ROOT / "scenarios" / "emr-mix.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    code, shown = output("check", tmp_path, capsysbinary=capsysbinary)
    assert (code, "5 of 5 figures" in shown) == (0, True)


@pytest.mark.parametrize(("path", "value"), [("workload.records.per_month", "1.500"), ("budget", "1.500 USD")])
def test_a_point_between_thousands_is_not_taken_for_a_decimal_point(path, value):
    """`1.500` records or dollars of budget could be fifteen hundred: it is refused with both ways to write it."""
    data = {
        "scenario": "x",
        "horizon": {"start": "2026-12", "months": "1"},
        "currency": "USD",
        "workload": {"records": {"per_month": "10"}, "tokens": {"input": "1", "output": "1"}},
        "mix": {"openai/gpt-4.1": "100 %"},
    }
    with pytest.raises(cm.FileError, match="write 1_500"):
        cm.Scenario.from_data(data).changed({path: value})


def test_a_file_of_another_kind_is_told_what_it_is(tmp_path):
    """An overlay given as a scenario is not scolded for what it lacks."""
    (tmp_path / "own.yaml").write_text("overlay: own\nprovider: openai\n", encoding="utf-8")
    with pytest.raises(cm.FileError, match="this is no scenario, but an overlay"):
        cm.Scenario.load(tmp_path / "own.yaml")

"""A year and a month of a change of provider, explained: of several workloads, with minimum charges and taxes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from costmodel.decisions.move.explained import explained_of, traced_move
from costmodel.quantities import decimal_text
from costmodel.scenario import Scenario
from costmodel.study import book_for

CLINIC = Path(__file__).parents[2] / "scenarios" / "change-of-provider.yaml"
OWN_SERVER = """\
overlay: own server
provider: own
name: Own server
currency: USD
offers:
  - model: server
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: our contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates: [{prices: {input: 0.10, output: 0.10}}]
        minimum_charge: {amount: 100, per: month}
"""
TOKENS = {"input": "1500", "output": "600"}
TWO = [
    {"name": "every day", "records": {"per_day": "1000", "days_per_month": "calendar"}, "tokens": TOKENS},
    {"name": "each month", "records": {"per_month": "9000", "monthly_growth": "1 %"}, "tokens": TOKENS},
]
FIGURES = ("saving_a_year", "unchanged_cost_a_year", "month_before_cost", "month_after_cost", "month_saving_share")
VAT = [{"name": "VAT", "rate": "10 %"}]


@pytest.mark.parametrize("taxes", [[], VAT], ids=["plain", "taxed"])
@pytest.mark.parametrize("workloads", [TWO, TWO[:1], TWO[1:]], ids=["both", "daily", "monthly"])
@pytest.mark.parametrize(("mix", "to"), [("openai/gpt-4.1", "own/server"), ("own/server", "openai/gpt-4.1")])
def test_a_year_is_explained(tmp_path: Path, mix: str, to: str, workloads: list[object], taxes: list[object]) -> None:
    """To or from an own server with a minimum charge: every figure is that of the result, by workload and minimum."""
    (tmp_path / "own.yaml").write_text(OWN_SERVER, encoding="utf-8")
    data = {
        key: value for key, value in Scenario.load(CLINIC).document.data.items() if key not in {"workload", "expect"}
    }
    data |= {"workloads": workloads, "mix": {mix: "100 %"}, "taxes_and_fees": taxes}
    data["migration"] = {"to": {to: "100 %"}, "start": "2026-12-10"}
    scenario = Scenario.from_data(data)
    move = traced_move(scenario, book_for(scenario, [tmp_path / "own.yaml"]))
    record = json.loads(json.dumps(move.result.to_json()))
    found = {name: explained_of(move, {"migration": name})[0] for name in FIGURES}
    assert {name: decimal_text(item.cost) for name, item in found.items()} == {name: record[name] for name in FIGURES}
    last = found["saving_a_year"].steps[-1].symbols
    parts = [f"saving a year: {item['name']}" for item in workloads] + ["saving a year: minimum charges"]  # type: ignore[index]
    assert last == " + ".join(parts)

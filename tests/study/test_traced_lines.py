"""Lines of a traced bill: quantities of a month beside requests, at one tariff; units of the numbers it starts from."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from costmodel.results.estimate import Estimate
from costmodel.scenario import Scenario
from costmodel.study.traced import traced_model
from costmodel.study.traced_lines import COST, VOLUME
from costmodel.study.traced_words import is_share

if TYPE_CHECKING:
    from costmodel.study.traced import TracedModel

OWN = """\
overlay: Our own
provider: ours
name: Our own service
currency: EUR
offers:
  - model: server
    prices:
      - valid: {from: 2026-01-01, until: 2027-01-16}
        recorded: 2026-11-20
        source: {kind: contracted, title: Contract, retrieved: 2026-11-20}
        per: [1_000_000 tokens, 1 hour]
        rates:
          - prices: {input: 0.20, output: 0.50, capacity_hour: 1.50}
      - valid: {from: 2027-01-16}
        recorded: 2026-11-20
        source: {kind: contracted, title: Contract, retrieved: 2026-11-20}
        per: [1_000_000 tokens, 1 hour]
        rates:
          - prices: {input: 0.30, output: 0.60, capacity_hour: 1.70}
exchange_rates:
  - {on: 2026-11-20, from: EUR, to: USD, rate: 1.10, source: House bank}
"""
MONTHS = 3


def scenario_of(folder: Path, units: dict[str, Any], **changes: Any) -> Scenario:
    """Requests to a server that costs something each month too, in one file with its prices."""
    (folder / "own.yaml").write_text(OWN)
    data: dict[str, Any] = {
        "scenario": "A server of our own",
        "prices": {"version": "2026.11", "overlays": ["own.yaml"], "fx_as_of": "2026-11-20"},
        "horizon": {"start": "2026-12", "months": MONTHS},
        "currency": "EUR",
        "workload": {
            "records": {"per_month": 1_000},
            "tokens": {"input": 1_500, "output": 600},
            "monthly": {"ours/server": units},
        },
        "mix": {"ours/server": "100 %"},
    }
    (folder / "case.yaml").write_text(json.dumps(data | changes))
    return Scenario.load(folder / "case.yaml")


def by_meter(model: TracedModel) -> Counter[tuple[str, str]]:
    """What each model's meters cost over the horizon, as the rows have it."""
    found: Counter[tuple[str, str]] = Counter()
    for row in model.rows.rows:
        if (row.key.part, row.key.name) == (COST, "cost"):
            about, _, meter = row.key.about.rpartition(": ")
            found[about.partition(",")[0], meter] += sum(row.cells[at].value for at in range(MONTHS) if at in row.cells)
    return found


def estimated(result: Any) -> Counter[tuple[str, str]]:
    """The same as the estimate has it."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in result.entries:
        for charge in entry.charges:
            found[entry.model, charge.meter] += charge.cost
    return found


MIXED = {"by": "requests", "openai/gpt-4.1": "50 %", "ours/server": "50 %"}


@pytest.mark.parametrize("currency", ["EUR", "USD"])
@pytest.mark.parametrize("mix", [{"ours/server": "100 %"}, MIXED], ids=["alone", "mixed"])
def test_lines_of_requests_and_of_a_month(tmp_path: Path, mix: dict[str, str], currency: str) -> None:
    """Requests and a monthly charge of one model: each meter has its line, and every line says what it is of."""
    model = traced_model(scenario_of(tmp_path, {"capacity_hour": 100}, mix=mix, currency=currency))
    assert isinstance(model.result, Estimate)
    found = by_meter(model)
    assert found == estimated(model.result)
    assert {meter for name, meter in found if name == "ours/server"} == {"input", "output", "capacity_hour"}
    if currency == "EUR":  # 15 of January's 31 days at 1.50, the others at 1.70
        january = 100 * (Fraction(15, 31) * Fraction("1.5") + Fraction(16, 31) * Fraction("1.7"))
        assert found["ours/server", "capacity_hour"] == 150 + january + 170


def test_records_beside_a_monthly_charge(tmp_path: Path) -> None:
    """The records of a model's requests stay in the model: the cost of a record is computed from them."""
    model = traced_model(scenario_of(tmp_path, {"capacity_hour": 100}))
    rows = [row for row in model.rows.rows if (row.key.part, row.key.name) == (VOLUME, "records")]
    assert [row.values(MONTHS) for row in rows] == [[1_000] * MONTHS]


def test_meter_of_requests_and_of_a_month(tmp_path: Path) -> None:
    """A meter that requests use and the month has too: two lines, told apart."""
    model = traced_model(scenario_of(tmp_path, {"input": 5_000_000}))
    assert isinstance(model.result, Estimate)
    assert by_meter(model) == estimated(model.result)
    abouts = {row.key.about for row in model.rows.rows if (row.key.part, row.key.name) == (COST, "cost")}
    assert "ours/server, price 1 of 2: input" in abouts
    assert "ours/server, by the month, price 1 of 2: input" in abouts


def units_of(scenario: Scenario) -> dict[str, str]:
    """The unit of each number of a scenario, by its path."""
    model = traced_model(scenario)
    return {".".join(map(str, leaf.path)): leaf.cell.unit for leaf in (*model.leaves, *model.idle) if leaf.path}


@pytest.mark.parametrize(("read", "loading"), [("30 % of input", "42.3 % of wage"), ("30 %", "42.3 %"), (0.3, 0.423)])
def test_units_of_shares(tmp_path: Path, read: Any, loading: Any) -> None:
    """A share is in percent however it is written; the steepness of an adoption is by the month, and no records."""
    roi = {
        "perspective": "the clinic",
        "price_year": 2026,
        "discount_rate": 0.04,
        "staff": {
            "wage_per_hour": "20 EUR",
            "loading_on_wage": loading,
            "hours_per_day": 8,
            "days_per_month": 20,
            "usable_share": 0.8,
            "staffing": "fractional",
        },
        "manual": {"minutes": 9},
        "with_ai": {"review_share": 0.9, "review_minutes": 2},
        "adoption": {"curve": "logistic", "share": 0.8, "midpoint_months": 2, "steepness_per_month": 0.5},
        "fixed_per_month": {"rate": "100 EUR"},
    }
    mix = {"openai/gpt-4.1": {"share": 1, "cache_read": read}}
    found = units_of(scenario_of(tmp_path, {"capacity_hour": 100}, roi=roi, mix=mix, escalation={"prices": 0.02}))
    shares = {"staff.loading_on_wage", "staff.usable_share", "with_ai.review_share", "discount_rate", "adoption.share"}
    assert {found[f"roi.{name}"] for name in shares} == {"%"}
    assert (found["mix.openai/gpt-4.1.cache_read"], found["escalation.prices"]) == ("%", "%")
    assert found["roi.adoption.steepness_per_month"] == "a month"
    assert (found["roi.manual.minutes"], found["roi.fixed_per_month.rate"]) == ("minutes", "EUR")


def test_every_share_of_a_scenario_is_known() -> None:
    """Fields of the scenario that take a share or a rate, as its schema says, are those that are shown in percent."""
    schema = json.loads((Path(__file__).parents[2] / "docs/schema/scenario.schema.json").read_text())
    apart = {"Canary", "Retries", "Service", "Uncertainty"}  # sections of which no figure here depends
    models = {name: model for name, model in schema["$defs"].items() if name not in apart} | {"": schema}
    fields = {
        field
        for model in models.values()
        for field, said in model.get("properties", {}).items()
        if any(title in json.dumps(said) for title in ('"title": "a share', '"title": "a rate'))
    }
    assert len(fields) > 15
    assert {field for field in fields if not is_share((field, 0) if field == "shares" else (field,))} == set()

"""Figures of a change of provider and of a comparison, explained: each equals the result, and says what it is of."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from costmodel.cli import run
from costmodel.decisions.comparison.explained import explain_comparison
from costmodel.decisions.explained import Figure, explanation
from costmodel.decisions.move import explained_amounts
from costmodel.decisions.move.explained import explained_of, traced_move
from costmodel.errors import CommandLineError, CostmodelError
from costmodel.quantities import decimal_text
from costmodel.runtimes.prose import number_text
from costmodel.runtimes.trace import cell
from costmodel.scenario import Scenario
from costmodel.study import book_for

if TYPE_CHECKING:
    from costmodel.decisions.move.explained_amounts import TracedMove

ROOT = Path(__file__).parents[2]
CLINIC, VENDOR = (ROOT / "scenarios" / f"{name}.yaml" for name in ("change-of-provider", "vendor-migration"))
MEASURED = ROOT / "scenarios" / "emr-medium-measured.yaml"
# What a change can have beside what the shipped ones have: taxes, a share that stays, many steps, a return to the old.
VARIANTS: dict[str, dict[str, object]] = {
    "as shipped": {},
    "rolled back": {"migration.canary.error_rate": "1.5 %"},
    "a share stays": {"migration.canary.highest": "60 %"},
    "many steps": {"migration.canary.step": "2 %"},
    "fallback kept": {"migration.fallback_days": "3"},
    "nothing sent again": {"migration.fallback": "none"},
    "taxed": {
        "taxes_and_fees": [
            {"name": "VAT", "rate": "10 %"},
            {"name": "card fee", "rate": "2 %", "base": "bill and levies above"},
        ]
    },
    "at once, from the first day": {"migration.start": "2026-12-01", "migration.parallel_days": "0"},
    "prices rise": {"horizon.months": "16", "escalation.prices": "3 %"},
}


def move_of(path: Path, **changes: object) -> TracedMove:
    scenario = Scenario.load(path, changes)
    return traced_move(scenario, book_for(scenario))


@pytest.fixture(scope="module", params=[*VARIANTS, "vendor"])
def move(request: pytest.FixtureRequest) -> TracedMove:
    return move_of(VENDOR) if request.param == "vendor" else move_of(CLINIC, **VARIANTS[request.param])


def figure_of(move: TracedMove, name: str, **where: str) -> str:
    """The figure that an explanation gives; its last step says the same."""
    (found,) = explained_of(move, {"migration": name, **where})
    assert found.steps[-1].result.startswith(number_text(found.cost)), name
    return decimal_text(found.cost)


# A change of provider

_NO_FIGURES = {"phase", "name", "start", "end", "day", "provider"}


def test_every_figure_of_the_horizon(move: TracedMove) -> None:
    """Costs, requests, savings, a year, a month, what is quoted: as in JSON, to the last digit."""
    record = json.loads(json.dumps(move.result.to_json()))
    totals = record["totals"] | {"total": record["total"]}
    assert {name: figure_of(move, name) for name in totals} == totals
    others = [name for name in record if name.startswith(("saving_", "unchanged_", "month_", "quoted_"))]
    stated = {name: record[name] for name in others if name != "quoted_source" and record[name] is not None}
    assert len(stated) >= 5
    assert {name: figure_of(move, name) for name in stated} == stated


def test_every_figure_of_phases_and_stages(move: TracedMove) -> None:
    record = move.result.to_json()
    for phase in record["phases"]:
        wanted = {name: value for name, value in phase.items() if name not in _NO_FIGURES}
        assert {name: figure_of(move, name, phase=phase["phase"]) for name in wanted} == wanted
    for stage in record["stages"]:
        wanted = {name: value for name, value in stage.items() if name not in _NO_FIGURES}
        assert {"new_share", "failed", "again", "copied", "old_cost"} <= wanted.keys()
        assert {name: figure_of(move, name, stage=stage["name"]) for name in wanted} == wanted


def test_every_figure_of_days(move: TracedMove) -> None:
    """The first days, those of the ramp, those on which a contract is settled, and the last."""
    lines = move.result.to_json()["lines"]
    settled = [line for line in lines if line["minimum_cost"] != "0" or line["prepaid_lost_cost"] != "0"]
    for line in [*lines[:1], *lines[8:24:3], *settled, lines[-1]]:
        wanted = {name: value for name, value in line.items() if name not in _NO_FIGURES}
        assert {name: figure_of(move, name, day=line["day"]) for name in wanted} == wanted


def test_every_figure_of_the_service(move: TracedMove) -> None:
    for side in move.result.to_json()["service"]:
        wanted = {name: value for name, value in side.items() if name not in _NO_FIGURES and value is not None}
        assert "request_seconds" in wanted
        assert {name: figure_of(move, name, side=side["provider"]) for name in wanted} == wanted
    assert figure_of(move, "attempts", side="after") == figure_of(move, "attempts", side="new")


def test_break_even() -> None:
    """The day after the last one below 0; after the horizon, as long as a day's saving takes; never, and why."""
    clinic = move_of(CLINIC)
    (found,) = explained_of(clinic, {"migration": "break_even_days"})
    assert (found.cost, found.title) == (93, "break even days, 2027-03-13: 93 days after the start")
    assert explained_of(clinic, {"migration": "break_even"})[0].cost == 93
    assert "2027-03-12" in found.steps[-1].symbols
    # 200 USD more: 110.5625 - 200 = -89.4375 on 31 March, day 111; at 5.85 a day that takes 16 days more.
    dearer = move_of(CLINIC, **{"migration.one_off.testing": "250 USD"})
    (later,) = explained_of(dearer, {"migration": "break_even_beyond_horizon"})
    assert later.cost == 127
    assert str(dearer.result.outlook.beyond) in later.title
    with pytest.raises(CommandLineError, match="has not paid back by 2027-03-31; ask for break_even_beyond_horizon"):
        explained_of(dearer, {"migration": "break_even_days"})
    with pytest.raises(CommandLineError, match=r"never pays back.*-7,512\.85 USD on 2026-06-30"):
        explained_of(move_of(VENDOR), {"migration": "break_even_days"})


def test_a_share_is_traced_to_the_ramp() -> None:
    """The bill of a step: the ramp's share, what fails, and the price row behind it."""
    (found,) = explained_of(move_of(CLINIC), {"migration": "old_cost", "stage": "canary 25 %"})
    assert [step.name for step in found.steps] == ["share at the new provider", "share sent again", "old cost"]
    assert found.steps[0].numbers == "smaller of(0.05 + 1 × 0.2, 1)"
    assert found.steps[-1].numbers == "7.8 × (1 - 0.25 + 0.001)"
    facts = dict(found.facts)
    assert facts["old bill"].endswith("--at migration=old_bill,day=2026-12-18,model=…")
    assert "input 2, output 8 USD for 1,000,000" in facts["prices of openai/gpt-4.1"]
    assert "developers.openai.com" in facts["prices of openai/gpt-4.1"]


def test_contract_and_quoted_source_are_facts() -> None:
    (lost,) = explained_of(move_of(CLINIC), {"migration": "prepaid_lost_cost"})
    assert lost.steps[-1].numbers == "larger of(400 - (76.1202 + 153.6798), 0)"
    assert dict(lost.facts)["contract"].startswith("with openai, until 2027-01-31, 400 USD paid in advance")
    (times,) = explained_of(move_of(VENDOR), {"migration": "quoted_after_times"})
    assert dict(times.facts)["quoted"] == "the vendor's article, 30 days after go-live"


@pytest.mark.parametrize(("side", "model", "cost"), [("old", "gpt-4.1", "7.8"), ("new", "gemini-2.5-flash", "1.95")])
def test_the_lines_of_a_bill(side: str, model: str, cost: str) -> None:
    """The bill that a figure is a sum of is explained to its price row, for the new models too."""
    found = explained_of(move_of(CLINIC), {"migration": f"{side}_bill", "day": "2026-12-18", "model": model})
    assert [item.title.split(":")[0].split(", on ")[1] for item in found] == ["2026-12-18"] * 2
    assert decimal_text(sum((item.cost for item in found), Fraction(0))) == cost
    assert all("source" in dict(item.facts) for item in found)


def test_pointers_lead_on() -> None:
    """What a fact says to ask for can be asked for, and gives the number shown."""
    move = move_of(CLINIC)
    (found,) = explained_of(move, {"migration": "cost", "phase": "during"})
    texts = [text for _, text in found.facts if "--at " in text]
    assert len(texts) == 3
    parts = [dict(pair.split("=") for pair in text.split("--at ")[1].split(",")) for text in texts]
    assert sum(explained_of(move, part)[0].cost for part in parts) == found.cost


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"migration": "saving_per_year"}, "no figure 'saving_per_year'. There are, the nearest first: saving_a_year,"),
        ({"migration": "saving_a_year", "phase": "during"}, "no figure of this part 'saving_a_year'"),
        (
            {"migration": "cost", "stage": "canary 26 %"},
            "no stage 'canary 26 %'. There are, the nearest first: canary 25",
        ),
        ({"migration": "cost", "phase": "later"}, "no phase 'later'"),
        ({"migration": "cost", "day": "2027-04-01"}, "write one from 2026-12-01 to 2027-03-31"),
        ({"migration": "cost", "day": "2027-03-01", "phase": "after"}, "select by phase or by day, not by both"),
        ({"migration": "cost", "month": "1"}, "no selection by 'month'"),
        ({"migration": "request_seconds"}, "side=before or side=after"),
        ({"migration": "request_seconds", "side": "left"}, "no side 'left'"),
        ({"migration": "request_second", "side": "old"}, "nearest first: request_seconds,"),
        ({"migration": "quoted_after_cost"}, "the scenario quotes no cost"),
        ({"migration": "new_bill", "day": "2026-12-01"}, "nothing is sent to the new models then"),
        ({"migration": "new_bill", "day": "2026-12-11", "meter": "outputs"}, "no line has meter 'outputs'"),
    ],
)
def test_what_there_is_not_is_told(selection: dict[str, str], words: str) -> None:
    with pytest.raises(CommandLineError) as found:
        explained_of(move_of(CLINIC), selection)
    assert words in str(found.value)


def test_a_computation_that_gives_another_figure_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """An explanation never shows an arithmetic that is not the result's."""
    with pytest.raises(CostmodelError, match="the explanation gives 2, the result 1"):
        explanation(Figure("cost", Fraction(1)), cell("cost", 2), "USD", ())
    move = move_of(CLINIC)
    monkeypatch.setattr(explained_amounts, "ramp_share", lambda *shares: shares[0])
    assert figure_of(move, "old_cost", stage="canary 5 %")
    with pytest.raises(CostmodelError, match="a fault of costmodel"):
        explained_of(move, {"migration": "old_cost", "stage": "canary 25 %"})


OWN_PRICES = """\
overlay: old
provider: old
name: Provider old
currency: CNY
offers:
  - model: minimum
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: our contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates: [{prices: {input: 1, output: free}}]
        minimum_charge: {amount: 500, per: month}
"""


def test_a_minimum_charge_of_an_offer(tmp_path: Path) -> None:
    """In its own currency, then in the reported one, with tax; what is missing counts against money paid in advance."""
    (tmp_path / "own.yaml").write_text(OWN_PRICES, encoding="utf-8")
    changes = {
        "mix": {"old/minimum": "100 %"},
        "prices.fx_as_of": "2026-11-20",
        "taxes_and_fees": [{"name": "VAT", "rate": "10 %"}],
    }
    scenario = Scenario.load(CLINIC, changes)
    move = traced_move(scenario, book_for(scenario, [tmp_path / "own.yaml"]))
    totals = {name: decimal_text(value) for name, value in move.result.total.figures().items()}
    assert {name: figure_of(move, name) for name in totals} == totals
    (found,) = explained_of(move, {"migration": "minimum_cost", "day": "2026-12-31"})
    # 16 days before and with both, and 2.759 on the ramp, 1,500,000 tokens a day: 28.1385 of 500 yuan.
    step = next(step for step in found.steps if step.name.startswith("missing to the minimum charge"))
    assert step.numbers.startswith("larger of(500 - 28.1385, 0) × ")
    assert found.steps[-1].numbers.endswith(" × 1.1")
    assert dict(found.facts)["taxes and fees"] == "VAT: 10 % of the bill"
    assert "for one CNY on 2026-10-30" in dict(found.facts)["exchange rate"]
    assert "our contract" in dict(found.facts)["prices of old/minimum"]


# A comparison

MODELS = ("openai/gpt-4.1", "google/gemini-2.5-flash", "openai/gpt-5-mini")
COMPARISONS = [
    (MEASURED, {}, {}),
    (MEASURED, {}, {"require": "baa", "present": "google/gemini-2.5-flash"}),
    (ROOT / "scenarios" / "emr-mix.yaml", {}, {}),
    (MEASURED, {"currency": "CNY", "prices.fx_as_of": "2026-11-20"}, {"region": "global"}),
    (MEASURED, {"taxes_and_fees": [{"name": "VAT", "rate": "10 %"}]}, {}),
]


@pytest.mark.parametrize(("path", "changes", "asked"), COMPARISONS)
def test_every_figure_of_a_comparison(path: Path, changes: dict[str, object], asked: dict[str, str]) -> None:
    """Costs, differences in money and as a share, list prices, of every offer: as in JSON, to the last digit."""
    from costmodel.decisions.comparison.compare import compare
    from costmodel.decisions.comparison.filters import filters_of

    scenario = Scenario.load(path, changes)
    book = book_for(scenario)
    filters = filters_of([asked["require"]] if "require" in asked else [], None, None, asked.get("region", ""))
    record = compare(scenario, MODELS, present=asked.get("present"), filters=filters, book=book).to_json()

    def explained(name: str, **more: str) -> str:
        (found,) = explain_comparison(scenario, book, MODELS, {"comparison": name, **asked, **more})
        assert found.steps
        return decimal_text(found.cost)

    assert explained("records") == record["records"]
    assert explained("present.cost") == record["present"]["cost"]
    for line in record["lines"]:
        wanted = {name: value for name, value in line.items() if name.startswith("cost")}
        wanted |= {f"list_prices.{meter}": price for meter, price in line["list_prices"].items()}
        for key in ("to_cheapest", "to_present"):
            wanted |= {f"{key}.{name}": line[key][name] for name in ("money_per_month", "share")}
        assert len(wanted) >= 10
        assert {name: explained(name, model=line["offer"]) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"comparison": "cost_a_record", "model": "gpt-4.1"}, "nearest first: cost_per_record,"),
        ({"comparison": "cost"}, "model=…, one of openai/gpt-5-mini, google/gemini-2.5-flash, openai/gpt-4.1"),
        (
            {"comparison": "cost", "model": "google/gemini-2.5-pro"},
            "no offer in this comparison 'google/gemini-2.5-pro'",
        ),
        ({"comparison": "net_present_value", "model": "gpt-4.1"}, "--at roi=net_flow"),
        ({"comparison": "cost", "offer": "gpt-4.1"}, "no selection by 'offer'"),
    ],
)
def test_what_a_comparison_does_not_have_is_told(selection: dict[str, str], words: str) -> None:
    scenario = Scenario.load(MEASURED)
    with pytest.raises(CommandLineError) as found:
        explain_comparison(scenario, book_for(scenario), MODELS, selection)
    assert words in str(found.value)


# The command


def test_the_command(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Same command, same formats, same exit codes as for a line of the bill."""
    arguments = ["explain", str(CLINIC), "--at", "migration=saving_a_year", "--format", "json"]
    assert run(arguments) == 0
    record = json.loads(capsysbinary.readouterr().out)
    assert (record["kind"], record["currency"], record["total"]) == ("explanation", "USD", "2135.25")
    assert record["lines"][0]["steps"][-1]["numbers"] == "40.95 / 7,000 × 365,000"
    assert run(["explain", str(MEASURED), "--at", "comparison=cost_per_month,model=openai/gpt-4.1"]) == 0
    assert b"cost per month of openai/gpt-4.1: 229.397931034" in capsysbinary.readouterr().out
    assert run([*arguments[:3], "migration=savings"]) == 2
    assert run([*arguments[:4], "--models", "openai/gpt-4.1"]) == 2
    assert run(["explain", str(MEASURED), "--at", "migration=saving"]) == 3
    assert b"leave --models out" in capsysbinary.readouterr().err

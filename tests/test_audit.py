"""What an auditor found: each figure that was wrong once, worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import costmodel as cm
from costmodel.study import book_for

ACME = """overlay: acme
provider: acme
name: Acme
currency: USD
offers:
  - model: m
    aliases: [m-latest]
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        PRICE
"""


def estimated(workload, folder=None, overlay="", **keys):
    """An estimate of one workload, with an overlay beside it."""
    prices = {}
    if overlay:
        (folder / "own.yaml").write_text(overlay, encoding="utf-8")
        prices = {"overlays": ["own.yaml"]}
    data = {
        "scenario": "x",
        "horizon": {"start": "2026-12", "months": "1"},
        "currency": "USD",
        "prices": prices | keys.pop("prices", {}),
        "workload": workload,
    }
    return cm.estimate(cm.Scenario.from_data(data | keys, folder))


def acme(price):
    return ACME.replace("PRICE", price)


TOKENS = {"input": "1000", "output": "0"}
GPT = "openai/gpt-4.1"


def test_a_discount_on_the_list_keeps_its_credit_rate(tmp_path):
    """1,000M tokens at 8.00 in yuan credit, less 10 %: 7,200 CNY, at 1.1172 / 7.4326 USD for one yuan."""
    overlay = """overlay: discount
provider: holysheep-a
offers:
  - model: gpt-4.1-cny-credit
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: contract, retrieved: 2026-01-01}
        based_on: list
        adjustments: [{name: tenth, meters: [input, output], multiply: 0.9}]
"""
    result = estimated(
        {"records": {"per_month": "1_000_000"}, "tokens": TOKENS},
        tmp_path,
        overlay,
        horizon={"start": "2026-06", "months": "1"},
        prices={"fx_as_of": "2026-10-31"},
        mix={"holysheep-a/gpt-4.1-cny-credit": "100 %"},
    )
    assert result.total == 7200 * Fraction("1.1172") / Fraction("7.4326")
    assert sum(one.cost for one in result.explain()) == result.total


@pytest.mark.parametrize(
    ("mix", "keys", "cost"),
    [
        ({"by": "tokens", GPT: "10_000_000"}, {"tokens": {"input": "1516", "output": "418"}}, Fraction(31880, 967)),
        ({"by": "requests", GPT: "100"}, {"tokens": TOKENS, "requests_per_record": "3"}, Fraction("0.2")),
        ({"by": "requests", GPT: "0.4"}, {"tokens": TOKENS}, Fraction("0.0008")),
    ],
)
def test_counts_of_a_mix_are_billed_as_they_are_stated(mix, keys, cost):
    """10M tokens are 10M tokens, 100 requests 100 requests, whatever records they make."""
    result = estimated({"mix": mix, **keys})
    assert result.total == cost
    assert sum(one.cost for one in result.explain()) == cost


@pytest.mark.parametrize(
    ("workload", "words"),
    [
        ({"mix": {"by": "requests", GPT: {"count": "1000", "requests_per_record": "2"}}}, "belongs to the workload"),
        (
            {"mix": {"by": "requests", GPT: "500"}, "steps": [{"name": "a"}, {"name": "b"}]},
            "would count them again for each",
        ),
        ({"mix": {GPT: "100 %"}, "steps": [{"name": "a"}, {"name": "a"}]}, "two steps are called 'a'"),
        ({"mix": {GPT: "100 %"}, "meters": {"input": "5"}}, "is no other meter"),
        ({"mix": {GPT: "100 %"}, "meters": {"request": "1"}}, "is no other meter"),
        ({"mix": {"by": "requests", GPT: "30 %", "gpt-4.1": "70 %"}}, "twice, under two names"),
        ({"mix": {GPT: "100 %"}, "labels": {"month": "x"}}, "a label cannot be called 'month'"),
        (
            {
                "mix": {
                    "by": "tokens",
                    GPT: "50 %",
                    "openai/o3": {"share": "50 %", "tokens": {"input": "0", "output": "0"}},
                }
            },
            "requests of 'openai/o3' have none",
        ),
    ],
)
def test_what_would_be_counted_wrongly_is_refused(workload, words):
    """Each of these gave a figure once that nobody had asked for."""
    counts = any("count" in str(entry) or entry == "500" for entry in workload["mix"].values())
    records = {} if counts else {"records": {"per_month": "1000"}}
    with pytest.raises(cm.FileError, match=words):
        estimated({"tokens": TOKENS} | records | workload)


def test_a_model_keeps_what_is_said_of_it_under_any_name():
    """`--models` by an alias or bare name finds the keys that the scenario has for that offer."""
    data = {
        "scenario": "x",
        "horizon": {"start": "2026-12", "months": "1"},
        "currency": "USD",
        "workload": {"records": {"per_month": "1000"}, "tokens": TOKENS},
        "models": {GPT: {"cache_read": "50 %"}},
    }
    scenario = cm.Scenario.from_data(data)
    totals = {
        cm.estimate(scenario, models=[name]).estimates[0].total for name in (GPT, "gpt-4.1", "gpt-4.1-2025-04-14")
    }
    assert totals == {Fraction("1.25")}
    with pytest.raises(cm.CostmodelError, match="the same offer"):
        cm.estimate(scenario, models=[GPT, "gpt-4.1"])


def test_a_minimum_charge_looks_at_the_whole_month(tmp_path):
    """60 USD of charges are above a minimum of 50, though the row with the minimum ends in the middle of the month."""
    rows = """rates: [{prices: {input: 1, output: 1}}]
        minimum_charge: {amount: 50, per: month}
      - valid: {from: 2026-12-16}
        recorded: 2026-01-01
        source: {kind: contracted, title: contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates: [{prices: {input: 1, output: 1}}]"""
    workload = {"records": {"per_month": "60_000"}, "tokens": TOKENS, "mix": {"acme/m": "100 %"}}
    assert estimated(workload, tmp_path, acme(rows)).total == 60
    few = estimated(workload | {"records": {"per_month": "10_000"}}, tmp_path, acme(rows))
    assert few.total == 50
    line = next(line for line in few.lines if line.levy)
    shown = few.explain(meter="minimum charge")[0]
    assert (line.cost, shown.cost) == (40, 40)
    assert "minimum charge - charges of the month" in shown.plain()


def test_free_with_a_surcharge_is_not_free_and_nothing_is_negative(tmp_path):
    """A surcharge on a free meter is charged; an adjustment that would pay the user is refused."""
    workload = {"records": {"per_month": "1000"}, "tokens": TOKENS, "mix": {"acme/m": "100 %"}}
    price = "rates: [{prices: {input: free, output: 1}}]\n        adjustments: [{name: fee, meters: [input], add: ADD}]"
    assert estimated(workload, tmp_path, acme(price.replace("ADD", "3"))).total == 3
    with pytest.raises(cm.NoPriceError, match="negative"):
        estimated(workload, tmp_path, acme(price.replace("ADD", "-3")))


def test_images_read_from_cache_overlap_with_it():
    """Image tokens that have no price of their own may be among those read from cache."""
    workload = {
        "records": {"per_month": "1000"},
        "tokens": {"input": "300", "output": "0"},
        "images": {"per_request": "1", "tokens_each": "1032"},
        "cache_read": "40 %",
        "mix": {"google/gemini-2.5-flash": "100 %"},
    }
    mean = Fraction(1332)
    assert (
        estimated(workload).total
        == (mean * Fraction("0.6") * Fraction("0.3") + mean * Fraction("0.4") * Fraction("0.03")) / 1000
    )


def test_a_contract_without_a_cache_price_counts_units_once(tmp_path):
    """Billed units are those of what is paid; the list side adds its cost, not its units."""
    overlay = (
        acme("rates: [{prices: {input: 1, output: 1}}]")
        .replace("provider: acme", "provider: openai")
        .replace("model: m\n", "model: gpt-4.1\n")
        .replace("[m-latest]", "[]")
    )
    workload = {"records": {"per_month": "1000"}, "tokens": TOKENS, "cache_read": "50 %", "mix": {GPT: "100 %"}}
    result = estimated(workload, tmp_path, overlay)
    assert result.total == 1
    assert sum(group.quantities.get("input", 0) for group in result.by("meter")) == 1_000_000


def test_a_typo_in_a_contract_on_the_list_is_told(tmp_path):
    """A tier, region or meter that the book's offer does not have cannot be meant."""
    overlay = """overlay: discount
provider: openai
offers:
  - model: gpt-4.1
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: contract, retrieved: 2026-01-01}
        based_on: list
        adjustments:
          - {name: batch, when: {service_tier: bacth}, meters: [input, audio_seconds], multiply: 0.9}
"""
    with pytest.raises(cm.FileError) as caught:
        estimated({"records": {"per_month": "1"}, "tokens": TOKENS, "mix": {GPT: "100 %"}}, tmp_path, overlay)
    assert "has no service tier 'bacth'" in str(caught.value)
    assert "no price of 'audio_seconds'" in str(caught.value)


def test_own_exchange_rates_go_by_the_pair(tmp_path):
    """An own rate of the pair goes first; one of another pair does not replace the book's own rate."""
    own = "overlay: bank\nexchange_rates:\n  - {on: 2026-10-20, from: USD, to: GBP, rate: 0.5, source: bank}\n"
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    data = {
        "scenario": "x",
        "prices": {"overlays": ["own.yaml"], "fx_as_of": "2026-10-31"},
        "horizon": {"start": "2026-12", "months": "1"},
        "currency": "EUR",
        "workload": {"records": {"per_month": "1000"}, "tokens": TOKENS},
        "mix": {GPT: "100 %"},
    }
    scenario = cm.Scenario.from_data(data, tmp_path)
    table = book_for(scenario).exchange()
    from datetime import date

    day = date(2026, 10, 31)
    assert table.rate("USD", "EUR", day, 40).rate == 1 / Fraction("1.1172")
    assert table.rate("USD", "GBP", day, 40).rate == Fraction("0.5")
    assert cm.estimate(scenario).total == 2 / Fraction("1.1172")


def test_requests_that_do_not_fit_are_warned_about():
    """Five million input tokens are more than GPT-4.1 takes: the figure stands, with a warning."""
    workload = {"records": {"per_month": "1"}, "tokens": {"input": "5_000_000", "output": "1"}, "mix": {GPT: "100 %"}}
    assert "over-context-window" in {notice.code for notice in estimated(workload).notices}


def test_levies_have_names_of_their_own():
    """A tax called like a meter, or like another tax, could not be told apart in any table."""
    workload = {"records": {"per_month": "1"}, "tokens": TOKENS, "mix": {GPT: "100 %"}}
    for names, words in ((["input"], "name of a meter"), (["VAT", "VAT"], "is taken")):
        with pytest.raises(cm.FileError, match=words):
            estimated(workload, taxes_and_fees=[{"name": name, "rate": "10 %"} for name in names])


def test_an_alternative_can_be_expected_with_its_taxes():
    """`alternative X` selects all of one alternative, taxes included; `model X` its charges alone."""
    from costmodel.expectations import cases_of

    data = {
        "scenario": "x",
        "horizon": {"start": "2026-12", "months": "1"},
        "currency": "USD",
        "workload": {"records": {"per_month": "1000"}, "tokens": TOKENS},
        "models": [GPT],
        "taxes_and_fees": [{"name": "VAT", "rate": "10 %"}],
        "expect": {f"alternative {GPT}": {"cost": "2.20 USD"}, f"model {GPT}": {"cost": "2.00 USD"}},
    }
    assert [case.met for case in cases_of(cm.Scenario.from_data(data))] == [True, True]


def test_scenarios_of_one_name_stay_two(tmp_path, capsys):
    """Two files with the same title side by side are both in the result."""
    import json

    from costmodel.cli import run

    text = (Path(__file__).parent.parent / "scenarios" / "emr-mix.yaml").read_text(encoding="utf-8")
    for name, per_day in (("a.yaml", "1_000"), ("b.yaml", "2_000")):
        (tmp_path / name).write_text(text.replace("1_000", per_day), encoding="utf-8")
    assert run(["estimate", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["totals"]) == 2


ROW = """- valid: {from: FROM}
        recorded: 2026-01-01
        source: {kind: contracted, title: contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates: [{prices: {input: 1, output: 1}}]
        minimum_charge: {amount: LEAST, per: month}
"""


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_minimum_charge_does_not_hang_on_the_order_of_workloads(tmp_path, order):
    """The minimum in force at the month's first request holds, whichever workload is written first."""
    rows = (
        ROW.replace("FROM", "2026-01-01").replace("LEAST", "100")
        + "      "
        + ROW.replace("FROM", "2026-12-02").replace("LEAST", "900")
    )
    overlay = ACME.partition("- valid")[0] + rows
    (tmp_path / "own.yaml").write_text(overlay, encoding="utf-8")
    works = [
        {
            "name": "thursdays",
            "records": {"per_month": "10"},
            "hours": {"daily": "08:00-17:00", "zone": "UTC", "days": ["thu"]},
        },
        {"name": "always", "records": {"per_month": "10"}},
    ]
    data = {
        "scenario": "x",
        "prices": {"overlays": ["own.yaml"]},
        "horizon": {"start": "2026-12", "months": "1"},
        "currency": "USD",
        "tokens": TOKENS,
        "workloads": [works[index] for index in order],
        "mix": {"acme/m": "100 %"},
    }
    assert cm.estimate(cm.Scenario.from_data(data, tmp_path)).total == 100


def contract(model, *spans):
    """An overlay with a contracted price of an OpenAI model for some spans of time."""
    rows = "".join(
        f"""      - valid: {{from: {begins}{f", until: {ends}" if ends else ""}}}
        recorded: 2026-01-01
        source: {{kind: contracted, title: contract, retrieved: 2026-01-01}}
        per: 1_000_000 tokens
        rates: [{{prices: {{input: 1, output: 1}}}}]
"""
        for begins, ends in spans
    )
    return f"overlay: {model}\nprovider: openai\noffers:\n  - model: {model}\n    prices:\n{rows}"


def test_a_contract_used_by_one_alternative_is_used(tmp_path):
    """Own prices of one model are not called unused because another model stands beside it."""
    workload = {"records": {"per_month": "1000"}, "tokens": TOKENS}
    result = estimated(
        workload, tmp_path, contract("gpt-4.1", ("2026-01-01", "")), models=[GPT, "google/gemini-2.5-flash"]
    )
    assert "overlay-not-used" not in {notice.code for notice in result.notices}
    other = estimated(workload, tmp_path, contract("o3", ("2026-01-01", "")), models=[GPT, "google/gemini-2.5-flash"])
    assert "overlay-not-used" in {notice.code for notice in other.notices}
    assert other.to_json()["price_book"]["overlays"][0]["name"] == "o3"


def test_what_a_mix_says_of_a_model_holds_where_it_stands_alone():
    """`--models` keeps the tokens that the workload's mix states for that model."""
    workload = {
        "records": {"per_month": "1000"},
        "mix": {GPT: {"share": "100 %", "tokens": {"input": "100", "output": "50"}}},
    }
    scenario = cm.Scenario.from_data(
        {
            "scenario": "x",
            "horizon": {"start": "2026-12", "months": "1"},
            "currency": "USD",
            "tokens": {"input": "1000", "output": "500"},
            "workload": workload,
        }
    )
    assert cm.estimate(scenario).total == cm.estimate(scenario, models=[GPT]).estimates[0].total == Fraction("0.6")


def test_one_request_too_large_among_many_is_warned_about(tmp_path):
    """A profile's largest request decides whether it fits, not its mean."""
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "our--charts.yaml").write_text(
        """profile: our/charts
title: charts
source: {title: counted, licence: own, measured: 2026-01-01}
requests: 100
measured_with: o200k_base
columns: weight input:o200k_base output:o200k_base
points: |
  99 1000 100
  1 5000000 100
""",
        encoding="utf-8",
    )
    workload = {"records": {"per_month": "100"}, "tokens": {"profile": "our/charts"}, "mix": {GPT: "100 %"}}
    assert "over-context-window" in {notice.code for notice in estimated(workload, tmp_path).notices}


def test_contracts_may_fill_each_others_gaps_but_not_overlap(tmp_path):
    """Two overlays for one offer are read together where their rows do not meet, and refused where they do."""
    (tmp_path / "a.yaml").write_text(
        contract("gpt-4.1", ("2026-12-01", "2026-12-10"), ("2026-12-20", "")), encoding="utf-8"
    )
    workload = {"records": {"per_month": "31"}, "tokens": {"input": "1_000_000", "output": "0"}, "mix": {GPT: "100 %"}}
    for spans, words in (
        (("2026-12-12", "2026-12-15"), ""),
        (("2026-12-09", "2026-12-15"), "stand twice on 2026-12-09"),
    ):
        (tmp_path / "b.yaml").write_text(contract("gpt-4.1", spans), encoding="utf-8")
        prices = {"overlays": ["a.yaml", "b.yaml"]}
        if words:
            with pytest.raises(cm.FileError, match=f"b.yaml.*{words}"):
                estimated(workload, tmp_path, prices=prices)
        else:
            assert estimated(workload, tmp_path, prices=prices).total == 24 * 1 + 7 * 2


def test_taxes_beside_models_are_explained(tmp_path, capsys):
    """`alternative` reaches every line of an alternative, and a line's name need not be a model's."""
    from costmodel.cli import run

    text = """scenario: x
horizon: {start: 2026-12, months: 1}
currency: USD
workload: {records: {per_month: 1000}, tokens: {input: 1000, output: 0}}
models: [openai/gpt-4.1]
taxes_and_fees: [{name: VAT, rate: 10 %}]
"""
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    assert run(["explain", str(tmp_path / "x.yaml"), "--at", "alternative=gpt-4.1,meter=VAT"]) == 0
    assert "VAT in 2026-12: 0.2 USD" in capsys.readouterr().out
    assert run(["explain", str(tmp_path / "x.yaml"), "--at", "alternative=gpt-4.1,model=taxes and fees"]) == 0


def test_a_credit_rate_of_one_is_shown():
    """One yuan for one dollar of credit changes the currency: the step names the rate, though it is 1."""
    path = Path(__file__).parent.parent / "scenarios" / "paid-in-cny.yaml"
    shown = cm.estimate(cm.Scenario.load(path)).explain(model="holysheep-a/gpt-4.1-cny-credit", meter="output")[0]
    billed = next(step for step in shown.steps if step.name == "billed cost")
    assert (billed.symbols, billed.result) == ("cost × CNY paid for one USD of credit", "384 CNY")

"""The work that offers are compared by: own vocabularies, records of a mix of counts, one region; and its words."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from private_offers import Private, letters, overlay

from costmodel import Scenario, estimate, return_on_investment
from costmodel.cli import run
from costmodel.decisions.comparison.compare import compare
from costmodel.decisions.comparison.filters import Filters, filters_of
from costmodel.decisions.comparison.work import compared_work, own_count_settings, rebuilt
from costmodel.decisions.mix.optimise import optimise
from costmodel.documents.model import Model
from costmodel.errors import CommandLineError, FileError
from costmodel.quantities import decimal_text
from costmodel.results.table import width
from costmodel.study import book_for

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MEDIUM, YEAR = SCENARIOS / "emr-medium-measured.yaml", SCENARIOS / "hospital-year.yaml"
OWN = {"workload.tokens.tokenizer": "own"}


def notes(result) -> str:
    return "\n".join(result.tables()[0].notes)


# Vocabularies


def test_each_offer_counts_by_its_own_vocabulary():
    """Opus 4.8: 30,000 x (184,769 x 5.00 + 86,763 x 25.00) / 87 / 1,000,000 = 1,066.52; by o200k_base 661.47."""
    models = ["anthropic/claude-opus-4-8", "openai/gpt-4.1", "deepseek/deepseek-v4-flash"]
    result = compare(Scenario.load(MEDIUM), models)
    assert result.month(result[models[0]].total) == Fraction(30_000 * (184_769 * 5 + 86_763 * 25), 87 * 1_000_000)
    wanted = estimate(Scenario.load(MEDIUM, OWN), models=models)
    assert {name: result[name].total for name in models} == {name: wanted[name].total for name in models}
    assert "counted by each offer's own vocabulary" in notes(result)
    assert result.to_json()["own_token_counts"] is True
    assert result.scenario_sha256 == estimate(Scenario.load(MEDIUM)).estimates[0].scenario_sha256


def test_measured_counts_where_the_scenario_says_so():
    """Then every offer has the profile's counts, and is marked where its vocabulary is another."""
    models = ["anthropic/claude-opus-4-8", "openai/gpt-4.1"]
    result = compare(Scenario.load(MEDIUM, {"workload.tokens.tokenizer": "measured"}), models)
    wanted = estimate(Scenario.load(MEDIUM), models=models)
    assert {name: result[name].total for name in models} == {name: wanted[name].total for name in models}
    assert {name: result[name].token_counts for name in models} == {models[0]: "other", models[1]: ""}
    assert "counted by each offer's own vocabulary" not in notes(result)
    assert "~661.47" in str(result)


def test_estimates_are_marked(tmp_path):
    """By a factor, or by the profile's counts where the vocabulary is not known; typed counts are never adjusted."""
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "ours.yaml").write_text(
        "profile: ours\ntitle: t\nsource: {title: t, licence: ours, measured: 2026-11-01}\nrequests: 1\n"
        'measured_with: o200k_base\ncolumns: "weight input:o200k_base output:o200k_base"\npoints: |\n  1 1000 100\n',
        encoding="utf-8",
    )
    scenario, overlays = letters(tmp_path, {"our/unknown": Private("2.00", "8.00")})
    text = (tmp_path / "work.yaml").read_text(encoding="utf-8").partition("models:")[0]
    (tmp_path / "work.yaml").write_text(text.replace("{input: 600, output: 400}", "{profile: ours}"), encoding="utf-8")
    measured = Scenario.load(tmp_path / "work.yaml")
    models = ["openai/gpt-4.1", "google/gemini-2.5-pro", "our/unknown"]
    result = compare(measured, models, book=book_for(measured, overlays))
    assert {item.name: item.token_counts for item in result.standings} == dict(
        zip(models, ["", "factor", "unknown"], strict=True)
    )
    by_factor = (1000 * Fraction("1.07") * Fraction("1.25") + 100 * Fraction("1.01") * 10) / 1_000_000
    assert result["google/gemini-2.5-pro"].total == 12_000 * by_factor
    assert result["our/unknown"].total == result["openai/gpt-4.1"].total
    assert [line["token_counts"] for line in result.lines()] == ["factor", "exact", "unknown"]
    assert f"~{decimal_text(1000 * by_factor, 2)}" in str(result)
    assert "~ the tokens are an estimate" in notes(result)
    typed = compare(scenario, models, present="openai/gpt-4.1", book=book_for(scenario, overlays))
    assert typed["google/gemini-2.5-pro"].total == 12_000 * Fraction(600 * 125 + 400 * 1000, 100_000_000)
    assert "~" not in str(typed)


def test_what_is_paid_at_present_is_counted_alike():
    """A mix of two, each by its own vocabulary; a single model as in its row."""
    data = {key: value for key, value in Scenario.load(MEDIUM).document.data.items() if key not in {"models", "expect"}}
    made = {"by": "requests", "anthropic/claude-haiku-4-5": "50 %", "openai/gpt-4.1": "50 %"}
    result = compare(Scenario.from_data(data | {"mix": made}, SCENARIOS))
    assert result.present is not None
    assert result.present.total == sum(item.total for item in result.standings) / 2
    alone = compare(Scenario.load(MEDIUM), ["openai/gpt-4.1"], present="anthropic/claude-haiku-4-5")
    assert alone.present is not None
    assert alone.present.total == result["anthropic/claude-haiku-4-5"].total


def test_steps_and_workloads_are_counted_too():
    """A workload of two has a profile, the other typed tokens: the first alone is counted anew."""
    name = "anthropic/claude-haiku-4-5"
    result = compare(Scenario.load(YEAR), [name])
    assert (
        result[name].total
        == estimate(Scenario.load(YEAR, {"workloads.1.tokens.tokenizer": "own"}), models=[name]).estimates[0].total
    )


# Records


def test_records_of_a_mix_of_counts():
    """1.5 million requests are counted model by model: each model alone does as many, with its own tokens."""
    result = compare(Scenario.load(SCENARIOS / "vendor-model-mix.yaml"))
    assert result.records == 1_500_000
    # 1,500,000 x 800 x 1.3 x 8.00 / 1,000,000, one price for all tokens; deepseek 1,500,000 x 500 x 1.3 x 0.42
    assert result["holysheep-a/gpt-4.1"].total == 12_480
    assert result["holysheep-a/deepseek-v3.2"].total == Fraction("409.5")
    assert result.present == ("the mix", Fraction("6165.9"), "", ())
    assert "Not the same work" in notes(result)
    assert "holysheep-a/gpt-4.1 (800 input and 240 output tokens a request)" in notes(result)


def test_counts_are_of_requests():
    """Two requests a record: half as many records, the same requests and cost."""
    changes = {"workload.requests_per_record": "2"}
    result = compare(Scenario.load(SCENARIOS / "vendor-model-mix.yaml", changes))
    assert result.records == 750_000
    assert result["holysheep-a/gpt-4.1"].total == 12_480


def test_a_mix_of_counts_is_optimised_and_billed_again():
    """What is told to be written beside the mix has the records."""
    result = optimise(Scenario.load(SCENARIOS / "vendor-model-mix.yaml"))
    assert (result.month, result.shares) == (Fraction("409.5"), {"workload": {"holysheep-a/deepseek-v3.2": 1}})
    assert result.further == ("records: {per_month: 1500000}",)


@pytest.mark.parametrize("path", ["vendor-migration", "vendor-model-mix"])
def test_an_offer_of_which_no_tokens_are_known(path):
    """Tokens of the models of a mix say nothing of another offer: it is said which, and where to write them."""
    scenario = Scenario.load(SCENARIOS / f"{path}.yaml")
    with pytest.raises(FileError, match="not mistral/mistral-large-2512: add 'tokens' here") as found:
        compare(scenario, ["openai/gpt-4.1" if path == "vendor-migration" else "holysheep-a/gpt-4.1",
                           "mistral/mistral-large-2512"])  # fmt: skip
    (mistake,) = found.value.mistakes
    assert mistake.file.endswith(f"{path}.yaml")


def test_the_same_work_is_no_matter():
    """Where models keep nothing of their own, or all the same, nothing is said."""
    assert "Not the same work" not in notes(compare(Scenario.load(MEDIUM)))
    same = "{openai/gpt-4.1: {cache_read: 10 %}, openai/gpt-5-mini: {cache_read: 10 %}}"
    assert "Not the same work" not in notes(compare(Scenario.load(MEDIUM, {"models": same})))
    other = same.replace("mini: {cache_read: 10 %}", "mini: {cache_read: 20 %}")
    assert "Not the same work" in notes(compare(Scenario.load(MEDIUM, {"models": other})))


# Region


def test_a_region_holds_wherever_another_is_said():
    """At the top, of a workload, of a step and of a model; nothing else is rebuilt."""
    data = dict(Scenario.load(YEAR).document.data)
    one, two = data["workloads"]
    steps = [one["steps"][0] | {"region": "sa-east-1"}, *one["steps"][1:]]
    said = Scenario.from_data(
        data | {"region": "eu-north-1", "workloads": [one | {"steps": steps}, two | {"region": "us-west-2"}]}, SCENARIOS
    )
    work = compared_work(said, "us-east-1")
    assert (work.region, work.workloads[0].steps[0].region, work.workloads[1].region) == ("us-east-1",) * 3
    assert work.workloads[0].steps[1] is said.workloads[0].steps[1]
    untouched = rebuilt(said, lambda model: model)
    assert untouched is said
    assert isinstance(untouched, Model)


@pytest.mark.parametrize("region", ["eu", "mars"])
def test_a_region_that_is_not_there(region):
    """The regions that there are stand in the message."""
    models = ["aws-bedrock/deepseek.v3.2", "openai/gpt-4.1"]
    with pytest.raises(CommandLineError) as found:
        compare(Scenario.load(MEDIUM), models, filters=Filters((), region))
    assert f"sold in region '{region}'" in str(found.value)
    assert "They are sold in: ap-northeast-1, ap-south-1, eu-north-1, global" in str(found.value)


# Prices by the hour


def test_a_list_price_by_the_hour_is_a_range():
    """DeepSeek halves its prices off-peak, at 00:00 UTC too: both are shown, and explained."""
    scenario = Scenario.load(MEDIUM)
    offer = compare(scenario, ["deepseek/deepseek-v4-flash", "openai/gpt-4.1"])["deepseek/deepseek-v4-flash"]
    assert offer.list_prices == {name: Fraction(price) for name, price in
                                 {"input": "0.30", "cache_read": "0.006", "output": "1.20"}.items()}  # fmt: skip
    assert offer.lowest_prices == {meter: price / 2 for meter, price in offer.list_prices.items()}
    result = compare(scenario, ["deepseek/deepseek-v4-flash", "openai/gpt-4.1"])
    assert "0.15 to 0.30" in str(result)
    assert "With 'to': by the hour" in str(result)
    lines = {line["offer"]: line for line in result.lines()}
    assert lines["deepseek/deepseek-v4-flash"]["list_prices_lowest"]["input"] == "0.15"
    assert "list_prices_lowest" not in lines["openai/gpt-4.1"]
    assert "by the hour" not in str(compare(scenario, ["openai/gpt-4.1"]))


def test_prices_by_the_hour_are_explained(capsys):
    """The highest and the lowest, each from its own price row."""
    for name, price in (("list_prices.input", "0.3"), ("list_prices_lowest.input", "0.15")):
        at = f"comparison={name},model=deepseek/deepseek-v4-flash"
        assert run(["explain", str(MEDIUM), "--at", at]) == 0
        assert f": {price} USD" in capsys.readouterr().out.splitlines()[0]


def test_the_lines_behind_a_cost_are_explained_as_they_were_counted(capsys):
    """The hint has the setting with which the bill counts alike, and with it the line is that of the comparison."""
    model = "google/gemini-2.5-flash"
    assert run(["explain", str(MEDIUM), "--models", model, "--at", f"comparison=cost,model={model}"]) == 0
    hint = f"--models {model} --set workload.tokens.tokenizer=own --at month=1,model={model},meter=…"
    assert hint in capsys.readouterr().out
    assert run(["explain", str(MEDIUM), *hint.replace("…", "output").split(), "--format", "json"]) == 0
    # 30,000 x 51,794 / 87 tokens of output at 2.50
    wanted = decimal_text(Fraction(30_000 * 51_794 * 5, 87 * 2_000_000))
    assert json.loads(capsys.readouterr().out)["total"] == wanted
    assert own_count_settings(Scenario.load(YEAR)) == ["workloads.1.tokens.tokenizer=own"]
    assert own_count_settings(Scenario.load(MEDIUM, OWN)) == []


# Words


def test_latencies_are_told_as_quoted():
    """Who said so, and what the price book notes: among the terms and beside the frontier."""
    models = ["holysheep-b/all-models", "holysheep-b/gpt-4.1"]
    result = compare(Scenario.load(MEDIUM), models)
    shown = str(result)
    assert "fast, 50 ms, quoted" in shown
    assert "quoted: a latency that a vendor states" in shown
    assert shown.count("quoted as below 50; article A quotes 180 measured") == 2
    fact = result.to_json()["lines"][0]["terms"]["latency_ms"]
    assert (fact["quoted"], fact["note"]) == (True, "quoted as below 50; article A quotes 180 measured")
    assert fact["source"].startswith("HolySheep AI")


def test_an_own_latency_is_not_quoted(tmp_path):
    """What the user has measured stands as it is."""
    terms = "{latency_ms: {value: 900, title: own, retrieved: 2026-11-20}}"
    scenario, overlays = letters(tmp_path, {"own/a": Private("1", "1", terms), "own2/b": Private("1", "1")})
    shown = str(compare(scenario, ["own/a", "own2/b"], present="own/a", book=book_for(scenario, overlays)))
    assert "medium, 900 ms" in shown
    assert "quoted:" not in shown


def test_the_returns_beside_the_cost():
    """A present value of a part of the records stands beside the cost of all: that is said."""
    scenario = Scenario.load(SCENARIOS / "hospital-roi.yaml")
    assert "present value, pays back: with the part of the records" in notes(compare(scenario))
    everybody = {"roi.adoption": "100 %"}
    whole = Scenario.load(SCENARIOS / "hospital-roi.yaml", everybody)
    assert "with the part of the records" not in notes(compare(whole))
    options = {item.name: item.measures.net_present_value for item in return_on_investment(whole).options}
    assert {item.name: item.net_present_value for item in compare(whole).standings} == options


def test_a_window_that_is_too_small_for_the_answer(tmp_path):
    """Most output tokens count as well as the window."""
    scenario, overlays = letters(tmp_path, {"short/1": Private("1", "1", of_offer="max_output: 399")})
    result = compare(scenario, ["short/1"], present="short/1", book=book_for(scenario, overlays))
    assert result["short/1"].reasons == ("an answer of 400 tokens is more than it gives at most, 399",)
    assert result.rankable == ("short/1",)
    assert (
        compare(
            scenario, ["short/1"], present="short/1", filters=filters_of(["baa"]), book=book_for(scenario, overlays)
        ).rankable
        == ()
    )


@pytest.mark.parametrize("everything", [False, True])
def test_tables_are_narrow(everything):
    """About 140 columns, also with names of 60 characters; but for reasons in words."""
    result = compare(Scenario.load(MEDIUM), everything=everything)
    for table in result.tables():
        if table.columns[-1].heading not in {"why", "as"}:
            head, *_ = (line for line in table.plain().splitlines() if line.startswith("offer"))
            assert width(head) <= 142, table.title


def test_columns_without_anything_are_left_out(tmp_path):
    """No latency, no cache price, nothing but list prices: no columns of them."""
    result = compare(Scenario.load(MEDIUM), ["openai/gpt-5-mini", "openai/gpt-6-sol"])
    heads = [[column.heading for column in table.columns] for table in result.tables()]
    assert heads[1] == ["offer", "input", "cache read", "output", "read"]
    assert heads[2] == ["offer", "context window", "BAA", "retention days"]
    scenario, overlays = letters(tmp_path, {"own/a": Private("1", "1")})
    plain = compare(scenario, ["own/a"], present="own/a", book=book_for(scenario, overlays))
    assert [column.heading for column in plain.tables()[1].columns] == ["offer", "input", "output", "price", "read"]


def test_own_prices_that_were_looked_at_are_not_called_unused(tmp_path, capsys):
    """An own offer that has no price for this work stands in the table; its name is no slip."""
    letters(tmp_path)
    path = overlay("own/later", tmp_path, Private("1", "1", of_offer="regions: [eu]"))
    command = ["compare", str(MEDIUM), "--models", "openai/gpt-4.1,own/later", "--region", "global"]
    assert run([*command, "--overlay", str(path), "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["lines"][1]["reasons"] == ["not sold in region global"]
    assert "overlay-not-used" not in {warning["code"] for warning in record["warnings"]}
    assert run(["compare", str(MEDIUM), "--models", "openai/gpt-4.1", "--overlay", str(path), "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert "overlay-not-used" in {warning["code"] for warning in record["warnings"]}

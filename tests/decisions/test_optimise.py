"""The cheapest mix: what constraints cost, what clashes, what it saves, billed exactly."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest
from private_offers import OFFERS, Private, letters, overlay

from costmodel import Scenario, estimate
from costmodel.cli import run
from costmodel.decisions.comparison.filters import filters_of
from costmodel.decisions.mix.optimise import optimise, with_mix
from costmodel.decisions.mix.wanted import read_constraints
from costmodel.quantities import decimal_text
from costmodel.results.providers.mix_words import price_of
from costmodel.study import book_for

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MEDIUM, YEAR = SCENARIOS / "emr-medium-measured.yaml", SCENARIOS / "hospital-year.yaml"
MODELS = ["openai/gpt-4.1", "google/gemini-2.5-flash", "anthropic/claude-haiku-4-5"]
QUALITY = """\
constraints: Of a test
quality:
  source: Made up
  scores: {openai/gpt-4.1: 92, google/gemini-2.5-flash: 84, anthropic/claude-haiku-4-5: 89}
  at_least: 88
"""


def constraints(folder: Path, text: str = QUALITY):
    path = folder / "constraints.yaml"
    path.write_text(text, encoding="utf-8")
    return read_constraints(path)


def mixed(folder: Path, text: str = QUALITY, scenario: Path = MEDIUM, models=tuple(MODELS), **changes):
    return optimise(
        Scenario.load(scenario, changes.pop("set", None)), models, constraints=constraints(folder, text), **changes
    )


def alone(model: str) -> Fraction:
    """A month's cost of a model that does all the work, tokens counted by its own vocabulary."""
    scenario = Scenario.load(MEDIUM, {"workload.tokens.tokenizer": "own"})
    return estimate(scenario, models=[model]).estimates[0].total / 12


# By hand


def test_two_offers_by_hand(tmp_path):
    """88 = 92 x + 84 (1 - x) at x = 1/2; one more point is 1/8 of the difference of the two costs."""
    text = QUALITY.replace(", anthropic/claude-haiku-4-5: 89", "")
    result = mixed(tmp_path, text, models=["openai/gpt-4.1", "google/gemini-2.5-flash"])
    assert result.shares == {"workload": {name: Fraction(1, 2) for name in MODELS[:2]}}
    dear, cheap = (alone(name) for name in MODELS[:2])
    assert result.month == (dear + cheap) / 2
    assert result.optimum == pytest.approx(float(result.month), rel=1e-12)
    limit = next(item for item in result.limits if item.limit == 88)
    assert limit.costs == pytest.approx((float((dear - cheap) / 8), -float((dear - cheap) / 8)), rel=1e-9)
    assert price_of(result, limit) == "one more point of quality costs 21.31; one less saves 21.31"
    assert result.cheapest_single == ("openai/gpt-4.1", dear)
    assert result.cheapest_of_all == ("google/gemini-2.5-flash", cheap)


def test_without_constraints_the_cheapest_offer_does_it_all():
    """A linear cost has its least in a corner."""
    result = optimise(Scenario.load(MEDIUM))
    assert result.shares == {"workload": {"deepseek/deepseek-v4-flash": 1}}
    assert result.cheapest_single == ("deepseek/deepseek-v4-flash", result.month)


@pytest.mark.parametrize(
    ("text", "shares"),
    [("each_provider_at_most: 60 %", {"google": "0.6", "anthropic": "0.4"}),
     ("providers: {openai: {at_least: 20 %}, google: {at_most: 50 %}}",
      {"google": "0.5", "anthropic": "0.3", "openai": "0.2"}),
     ("providers: {openai: {spend_at_least: 22.90 USD}}", {"google": "0.9", "openai": "0.1"}),
     ("require: [baa]", {"anthropic": "1"}),
     ("providers: {openai: {at_least: 33.33 %}}", {"google": "0.666", "openai": "0.334"})],
)  # fmt: skip
def test_each_kind_of_constraint(tmp_path, text, shares):
    """Shares, commitments by share and by spend (229.40 a month for all), and terms."""
    result = mixed(tmp_path, f"constraints: One\n{text}\n")
    found = {name.partition("/")[0]: share for name, share in result.shares["workload"].items()}
    assert found == {name: Fraction(share) for name, share in shares.items()}


def test_latency_limits(tmp_path):
    """The mean is weighted; an offer whose latency is not known takes no part."""
    quoted = ["holysheep-b/gpt-4.1", "holysheep-b/deepseek-v3.2", "holysheep-b/claude-sonnet-4.5"]
    models = [*quoted, "openai/gpt-5-mini"]
    # 350 ms at 13.59 USD, 800 at 229.40, 1,200 at 396.88: quality 90 = 95 x + 85 (1 - x) of the first and the last.
    scores = ", ".join(f"{name}: {score}" for name, score in zip(models, (90, 85, 95, 99), strict=True))
    text = f"constraints: L\nquality: {{source: x, at_least: 90, scores: {{{scores}}}}}\nlatency: {{LIMIT}}\n"
    slow = mixed(tmp_path, text.replace("LIMIT", "mean_ms: 900"), models=models)
    assert {name.partition("/")[2]: share for name, share in slow.shares["workload"].items()} == {
        "deepseek-v3.2": Fraction(1, 2), "claude-sonnet-4.5": Fraction(1, 2)}  # fmt: skip
    fast = mixed(tmp_path, text.replace("LIMIT", "at_most_ms: 1000"), models=models)
    assert fast.shares == {"workload": {"holysheep-b/gpt-4.1": 1}}
    assert not mixed(tmp_path, text.replace("LIMIT", "mean_ms: 700"), models=models).feasible


# The exact bill


@pytest.mark.parametrize("scenario", [MEDIUM, YEAR, SCENARIOS / "emr-mix.yaml"], ids=lambda path: path.stem)
def test_the_mix_is_billed_exactly(tmp_path, scenario):
    """The exact bill is the sum of the parts: growth, steps, taxes and escalation included."""
    text = QUALITY + "providers: {anthropic: {at_most: 13.7 %}}\n"
    result = mixed(tmp_path, text, scenario)
    assert result.month == sum(part.cost for part in result.parts) + result.fixed
    assert result.month == pytest.approx(result.optimum, rel=2e-3)


def test_the_written_mix_is_the_mix(tmp_path):
    """What a user is told to write comes to the bill that was shown."""
    result = mixed(tmp_path)
    ((_, text),) = result.written().items()
    shares = dict(
        part.rsplit(": ", 1) for part in text.removeprefix("mix: {by: requests, ").removesuffix("}").split(", ")
    )
    assert result.further == ("tokenizer: own (beside each profile)",)
    written = Scenario.load(MEDIUM, {"workload.tokens.tokenizer": "own"}).document.data
    data = {key: value for key, value in written.items() if key not in {"models", "expect"}}
    found = estimate(Scenario.from_data(data | {"mix": {"by": "requests", **shares}}, SCENARIOS))
    assert found.total == result.bill.total


def test_each_workload_has_its_own_quality(tmp_path):
    """90 in one workload of two; the other keeps to the mean of all."""
    text = QUALITY.replace("at_least: 88", "at_least: 85\n  by_workload: {radiology reports: 90}")
    result = mixed(tmp_path, text, YEAR)
    scores = {"openai/gpt-4.1": 92, "google/gemini-2.5-flash": 84, "anthropic/claude-haiku-4-5": 89}
    reached = {
        name: sum(scores[offer] * share for offer, share in shares.items()) for name, shares in result.shares.items()
    }
    assert reached["radiology reports"] >= 90
    assert result.shares["outpatient summaries"] == {"google/gemini-2.5-flash": 1}
    assert all(sum(shares.values()) == 1 for shares in result.shares.values())


def test_shares_are_of_all_records(tmp_path):
    """Quality and a provider's share are means over the records of all workloads, each as large as it is."""
    text = QUALITY.replace("at_least: 88", "at_least: 88.5") + "providers: {google: {at_least: 30 %}}\n"
    result = mixed(tmp_path, text, YEAR)
    entries = estimate(Scenario.load(YEAR), models=["openai/gpt-4.1"]).estimates[0].by("workload")
    records = {group.key[0]: group.records for group in entries if group.records}
    scores = {"openai/gpt-4.1": 92, "google/gemini-2.5-flash": 84, "anthropic/claude-haiku-4-5": 89}
    parts = [(name, offer, share) for name, shares in result.shares.items() for offer, share in shares.items()]
    whole = sum(records.values())
    quality = sum(records[name] * share * scores[offer] for name, offer, share in parts) / whole
    google = sum(records[name] * share for name, offer, share in parts if offer.startswith("google/")) / whole
    reached = {limit.kind: limit.reached for limit in result.limits if limit.reached is not None}
    assert reached == {"quality": quality, "commitment": google}
    assert Fraction("88.5") <= quality < Fraction("88.6")
    assert google >= Fraction("0.3")


def test_what_no_share_changes_is_fixed():
    """A subscription is in the bill, and in no share."""
    changes = {"workload.monthly": "{openai/gpt-4.1: {output: 1_000_000}}"}
    result = optimise(Scenario.load(MEDIUM, changes), MODELS)
    assert result.fixed == 8
    assert result.month == sum(part.cost for part in result.parts) + 8


# Offers that do all the work or none


def minimum(folder: Path, amount: int, **further: Private):
    """An own server at 0.10 USD for a million tokens, at least so much a month, and other private models."""
    offers = {"own/server": Private("0.10", "0.10", of_row=f"minimum_charge: {{amount: {amount}, per: month}}")}
    return letters(folder, offers | {f"{name}/1": offer for name, offer in further.items()})


def of_letters(folder: Path, amount: int, text: str = "", changes: dict[str, str] | None = None):
    """The cheapest of a server and of two models that cost 1.40 and 3 USD a month."""
    _, overlays = minimum(folder, amount, cheap=Private("1", "2"), good=Private("3", "3"))
    scenario = Scenario.load(folder / "work.yaml", changes)
    file = constraints(folder, f"constraints: x\n{text}") if text else None
    models = ["own/server", "cheap/1", "good/1"]
    return optimise(scenario, models, book_for(scenario, [*overlays, *spare(folder)]), constraints=file)


def spare(folder: Path) -> list[Path]:
    """The scenario's own models, which are what is paid at present."""
    return [overlay(name, folder, OFFERS[name]) for name in ("mid/medium-1", "cheap/slow-1") if name[:3] == "mid"]


@pytest.mark.parametrize(("amount", "winner", "cost"), [(1, "own/server", 1), (2, "cheap/1", "1.4")])
def test_a_minimum_charge_competes_as_a_whole(tmp_path, amount, winner, cost):
    """0.10 USD of use and 1 USD at least is less than 1.40; 2 USD is not. It is said that it was tried alone."""
    result = of_letters(tmp_path, amount)
    assert result.shares == {"workload": {winner: 1}}
    assert (result.month, result.cheapest_single) == (Fraction(cost), (winner, Fraction(cost)))
    assert result.optimum == pytest.approx(float(Fraction(cost)))
    assert result.whole == ("own/server",)
    assert "Tried alone, in no mix, because of a minimum charge a month: own/server." in result.finding
    assert f"The cheapest is one offer alone, {winner}: it costs" in result.finding
    assert "overlay-not-used" not in {notice.code for notice in result.bill.notices if "own/server" in notice.about}


def test_a_minimum_charge_under_constraints(tmp_path):
    """Its whole cost counts where money is promised; its quality where quality is asked; and a step can change over."""
    scores = "quality: {source: x, scores: {own/server: 80, cheap/1: 70, good/1: 90}, at_least: LIMIT}\n"
    server = of_letters(tmp_path, 2, scores.replace("LIMIT", "80"))
    assert server.shares == {"workload": {"own/server": 1}}  # half of 1.40 and 3 would cost 2.20
    (limit,) = (item for item in server.limits if item.kind == "quality")
    # At 81 the server is too bad: 0.45 x 1.40 + 0.55 x 3; at 79 it is cheapest: 0.55 x 1.40 + 0.45 x 3 = 2.12.
    assert limit.costs == pytest.approx((0.28, 0.0), abs=1e-9)
    assert of_letters(tmp_path, 2, "providers: {own: {spend_at_least: 2 USD}}").shares == {
        "workload": {"own/server": 1}
    }
    promised = of_letters(tmp_path, 2, "providers: {own: {spend_at_least: 3 USD}}")
    assert promised.clashes == (("own at least 3 USD a month",),)
    assert of_letters(tmp_path, 1, "providers: {own: {at_most: 99 %}}").shares == {"workload": {"cheap/1": 1}}


def test_a_minimum_charge_with_taxes_and_a_fixed_part(tmp_path):
    """1 USD at least, 10 % tax on it, and 1,000 output tokens of another model at 2 USD a million that all pay."""
    changes = {
        "taxes_and_fees": [{"name": "VAT", "rate": "10 %"}],
        "workload.monthly": "{cheap/1: {output: 1000}}",
    }
    result = of_letters(tmp_path, 1, changes=changes)
    assert result.shares == {"workload": {"own/server": 1}}
    assert result.fixed == Fraction("0.0022")
    assert result.month == Fraction("1.1") + result.fixed
    assert [part.cost for part in result.parts] == [Fraction("1.1")]


def test_only_offers_with_a_minimum_charge(tmp_path):
    """Then there is nothing to share."""
    scenario, overlays = minimum(tmp_path, 5)
    book = book_for(scenario, [*overlays, *spare(tmp_path)])
    assert optimise(scenario, ["own/server"], book).month == 5


def test_what_takes_no_part_is_in_the_headline(tmp_path):
    """A request that is too large for one of them."""
    scenario, overlays = letters(tmp_path)
    models = ["cheap/slow-1", "mid/medium-1", "flat/fee-1"]
    result = optimise(scenario, models, book_for(scenario, overlays))
    assert result.left_out == (("flat/fee-1", "a request of 1,000 tokens is more than its context window of 900"),)
    assert "Left out, for the reasons below: flat/fee-1." in result.finding
    assert "Takes no part" in str(result)


# Shares of offers and workloads


def test_shares_of_single_offers(tmp_path):
    """At most and at least, under whatever name the price book knows."""
    text = "constraints: x\nmodels: {gemini-2.5-flash: {at_most: 25 %}, openai/gpt-4.1: {at_least: 15 %}}\n"
    result = mixed(tmp_path, text)
    assert result.shares["workload"] == {
        "openai/gpt-4.1": Fraction("0.15"), "google/gemini-2.5-flash": Fraction("0.25"),
        "anthropic/claude-haiku-4-5": Fraction("0.6")}  # fmt: skip
    # 1 % more for flash takes 1 % from haiku; 1 % more of gpt-4.1 likewise.
    costs = {name: alone(name) for name in MODELS}
    most, least = (limit.costs for limit in result.limits)
    flash = float(costs[MODELS[1]] - costs[MODELS[2]]) / 100
    dear = float(costs[MODELS[0]] - costs[MODELS[2]]) / 100
    assert most == pytest.approx((flash, -flash))
    assert least == pytest.approx((dear, -dear))


def test_shares_within_one_workload(tmp_path):
    """Of one workload alone, by offer and by provider; the other is free."""
    text = """\
constraints: x
by_workload:
  radiology reports:
    models: {openai/gpt-4.1: {at_least: 30 %}}
    providers: {google: {at_most: 20 %}}
"""
    result = mixed(tmp_path, text, YEAR)
    assert result.shares["radiology reports"] == {
        "openai/gpt-4.1": Fraction("0.3"), "google/gemini-2.5-flash": Fraction("0.2"),
        "anthropic/claude-haiku-4-5": Fraction("0.5")}  # fmt: skip
    assert result.shares["outpatient summaries"] == {"google/gemini-2.5-flash": 1}
    assert [limit.name for limit in result.limits] == [
        "google at most 20 % of the records of radiology reports",
        "openai/gpt-4.1 at least 30 % of the records of radiology reports",
    ]


def test_keys_of_single_models_stay_in_a_workload(tmp_path):
    """Tokens of a model's own in a workload's mix, or a step's, go into the mix that is billed."""
    data = dict(Scenario.load(YEAR).document.data)
    one, two = data["workloads"]
    entry = {"openai/gpt-4.1": {"share": "100 %", "tokens": {"input": "10", "output": "20"}}}
    steps = [*one["steps"][:2], one["steps"][2] | {"mix": {"by": "requests", **entry}}]
    scenario = Scenario.from_data(data | {"workloads": [one | {"steps": steps}, two | {"mix": entry}]}, SCENARIOS)
    result = optimise(scenario, MODELS[:1])
    assert result.month == estimate(scenario, models=MODELS[:1]).estimates[0].total / 24
    assert result.month == sum(part.cost for part in result.parts) + result.fixed


# Against what is paid at present


def test_what_the_mix_saves(tmp_path):
    """The first of the models is taken for the present one; another may be named."""
    result = mixed(tmp_path)
    assert result.present.name == "openai/gpt-4.1"
    assert result.saved == alone("openai/gpt-4.1") - result.month
    assert "At present (taken: the first model of the scenario): openai/gpt-4.1, 229.40 a month; this takes" in (
        result.finding
    )
    assert result.to_json()["saved_per_month"] == decimal_text(result.saved)
    scenario = Scenario.load(MEDIUM)
    cheap = mixed(tmp_path, present="deepseek/deepseek-v4-flash")
    assert "At present: deepseek/deepseek-v4-flash, 26.86 a month; this costs" in cheap.finding
    year = mixed(tmp_path, "constraints: x\nrequire: baa\n", YEAR)
    assert "At present: the scenario's own mix (not eligible itself: google/gemini-2.5-flash: baa not known; " in (
        year.finding
    )
    assert "), 180.46 a month; this" in year.finding
    tied = ["azure/gpt-4.1-global", "openai/gpt-4.1"]
    itself = optimise(scenario, tied)
    assert itself.finding.endswith("billed exactly. It is the present one (taken: the first model of the scenario).")
    same = optimise(scenario, tied, present=tied[0])
    assert same.finding.endswith("At present: azure/gpt-4.1-global, 229.40 a month; this costs the same.")


# No mix


def test_a_clash_is_named(tmp_path):
    """The constraints without which there is a mix: each alone, else pairs."""
    one = mixed(tmp_path, QUALITY.replace("88", "91") + "providers: {openai: {at_most: 50 %}}\n")
    assert one.clashes == (("quality at least 91",), ("openai at most 50 % of the records",))
    assert (one.feasible, one.month, one.parts) == (False, None, ())
    assert "There is one without any one of these: 'quality at least 91'; 'openai at most" in one.finding
    assert one.to_json()["total"] is None
    two = mixed(tmp_path, QUALITY.replace("88", "93") + "providers: {mistral: {at_least: 10 %}}\n")
    assert two.clashes == (("quality at least 93", "mistral at least 10 % of the records"),)
    assert "without 'quality at least 93' and 'mistral" in two.finding


def test_one_line_of_the_file_is_one_clash(tmp_path):
    """A limit for each provider is one line, and its sum shows why it clashes."""
    three = mixed(tmp_path, "constraints: x\neach_provider_at_most: 30 %\n")
    assert three.clashes == (("each provider at most 30 % of the records (3 x 30 % = 90 %)",),)
    text = "constraints: x\neach_provider_at_most: 60 %\nproviders: {openai: {at_least: 70 %}}\n"
    assert mixed(tmp_path, text).clashes == (
        ("each provider at most 60 % of the records",), ("openai at least 70 % of the records",))  # fmt: skip


def test_a_single_clash_is_named_alone(tmp_path):
    """A term that no offer has."""
    result = mixed(tmp_path, "constraints: x\nrequire: [latency_ms<=5]\n")
    assert result.clashes == (("every offer has latency_ms <= 5",),)


# Rounding, and steps of limits


def test_rounding_brings_in_no_new_offer(tmp_path):
    """What misses a constraint when it is rounded is rounded within the offers that have a share."""
    text = """\
constraints: two departments
quality:
  source: me
  scores: {openai/gpt-4.1: 92, openai/gpt-5-mini: 86, google/gemini-2.5-flash: 84, google/gemini-2.5-flash-lite: 75}
  at_least: 84
  by_workload: {radiology reports: 88}
each_provider_at_most: 70 %
providers: {google: {spend_at_least: 20 USD}}
"""
    for counts in ("own", "measured"):
        models = ["openai/gpt-4.1", "openai/gpt-5-mini", "google/gemini-2.5-flash", "google/gemini-2.5-flash-lite"]
        result = mixed(tmp_path, text, YEAR, models, set={"workloads.1.tokens.tokenizer": counts})
        assert all(part.optimum > 0 for part in result.parts), counts
        assert all(limit.reached is None or limit.kind == "share" or limit.reached >= limit.limit
                   for limit in result.limits)  # fmt: skip


def test_a_step_holds_for_the_whole_of_it(tmp_path):
    """Quality 88 with five offers: the steps up and down differ, and each is the difference of two mixes."""
    models = ["openai/gpt-4.1", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini", "google/gemini-2.5-flash",
              "deepseek/deepseek-v4-flash"]  # fmt: skip
    text = (SCENARIOS / "constraints" / "cheapest-mix.yaml").read_text(encoding="utf-8")
    costs = {
        least: mixed(tmp_path, text.replace("at_least: 88", f"at_least: {least}"), models=models).optimum
        for least in (87, 88, 89)
    }
    result = mixed(tmp_path, text, models=models)
    limit = next(item for item in result.limits if item.kind == "quality")
    assert limit.costs == pytest.approx((costs[89] - costs[88], costs[87] - costs[88]), rel=1e-9)
    assert abs(limit.costs[0] + limit.costs[1]) > 1  # no straight line through the three


# The command and other forms


def test_formats_and_exit_codes(tmp_path, capsys):
    """0 where there is a mix, 1 where there is none and the result is written, 2 and 3 for mistakes."""
    constraints(tmp_path)
    command = ["compare", str(MEDIUM), "--models", ",".join(MODELS), "--optimise"]
    file = ["--constraints", str(tmp_path / "constraints.yaml")]
    found = {}
    for format_ in ("table", "markdown", "json", "csv", "json"):
        assert run([*command, *file, "--format", format_, "--quiet"]) == 0
        text = capsys.readouterr().out
        assert found.setdefault(format_, text) == text
    record = json.loads(found["json"])
    assert {"schema_version", "kind", "currency", "total", "lines", "price_book", "warnings"} <= record.keys()
    assert (record["kind"], record["feasible"]) == ("optimal-mix", True)
    assert len(list(csv.DictReader(found["csv"].lstrip("\ufeff").splitlines()))) == len(record["lines"])
    assert "Constraints" in found["markdown"]
    assert run([*command, "--require", "latency_ms<=1"]) == 1
    assert "No mix meets every constraint" in capsys.readouterr().out
    assert run([*command, "--over", "ratio=1:1..1:2"]) == 2
    assert run([*command, "--constraints", str(tmp_path / "none.yaml")]) == 3
    assert run(["compare", str(MEDIUM), "--models", "cohere/embed-v4.0", "--optimise"]) == 4
    capsys.readouterr()


def test_frames_and_html(tmp_path):
    """In a notebook."""
    result = mixed(tmp_path)
    assert sum(result.to_pandas()["share"]) == 1
    assert "<table" in result._repr_mimebundle_()["text/html"]
    assert "OptimalMix" in repr(result)


def test_filters_hold_for_every_offer():
    """A filter of the command line is a constraint like others."""
    result = optimise(Scenario.load(MEDIUM), filters=filters_of(["baa"]))
    assert result.shares == {"workload": {"openai/gpt-5-mini": 1}}
    assert result.limits[0].barred == 4


def test_what_a_scenario_says_of_a_model_stays(tmp_path):
    """Tokens of a model's own go into the mix with it."""
    scenario = Scenario.load(
        MEDIUM, {"models": "{openai/gpt-4.1: {tokens: {input: 10, output: 10}}, openai/gpt-5-mini: {}}"}
    )
    result = optimise(scenario)
    assert result.shares == {"workload": {"openai/gpt-4.1": 1}}
    assert result.month == Fraction(30_000 * (20 + 80), 1_000_000)
    made = with_mix(scenario, {("workload", "openai/gpt-4.1"): Fraction(1)}, book_for(scenario))
    assert estimate(made).total == 12 * result.month

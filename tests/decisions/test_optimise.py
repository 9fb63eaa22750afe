"""The cheapest mix: never beaten by a feasible one, what constraints cost, what clashes, billed exactly."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel import Scenario, estimate
from costmodel.cli import run
from costmodel.decisions.constraints import read_constraints
from costmodel.decisions.filters import filters_of
from costmodel.decisions.optimise import optimise, with_mix
from costmodel.decisions.programme import Constraint, Problem, clashes, optimum, pure, rounded
from costmodel.errors import FileError
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


# By hand


def test_two_offers_by_hand(tmp_path):
    """88 = 92 x + 84 (1 - x) at x = 1/2; one more point is 1/8 of the difference of the two costs."""
    text = QUALITY.replace(", anthropic/claude-haiku-4-5: 89", "")
    result = mixed(tmp_path, text, models=["openai/gpt-4.1", "google/gemini-2.5-flash"])
    assert result.shares == {"workload": {name: Fraction(1, 2) for name in MODELS[:2]}}
    dear, cheap = (estimate(Scenario.load(MEDIUM), models=[name]).estimates[0].total / 12 for name in MODELS[:2])
    assert result.month == (dear + cheap) / 2
    assert result.optimum == pytest.approx(float(result.month), rel=1e-12)
    limit = next(item for item in result.limits if item.limit == 88)
    assert limit.cost == pytest.approx(float((dear - cheap) / 8), rel=1e-9)
    assert result.price_of(limit) == "one more point of quality costs 21.51 USD a month"
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
    data = {key: value for key, value in Scenario.load(MEDIUM).document.data.items() if key not in {"models", "expect"}}
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


def test_minimum_charges_are_left_out(tmp_path):
    """A cost that is not in proportion to the share has no place in a linear programme, and it is said."""
    overlay = tmp_path / "own.yaml"
    overlay.write_text(
        "overlay: o\nprovider: own\nname: own\ncurrency: USD\noffers:\n  - model: fee-1\n    prices:\n"
        "      - valid: {from: 2026-01-01}\n        recorded: 2026-01-01\n"
        "        source: {kind: contracted, title: C, retrieved: 2026-01-01}\n        per: 1_000_000 tokens\n"
        "        rates:\n          - prices: {input: 0.01, output: 0.01}\n"
        "        minimum_charge: {amount: 4, per: month}\n",
        encoding="utf-8",
    )
    scenario = Scenario.load(MEDIUM)
    result = optimise(scenario, ["own/fee-1", *MODELS], book_for(scenario, [overlay]))
    assert result.left_out == (("own/fee-1", "a minimum charge a month: its cost is not in proportion to its share"),)
    assert "Takes no part" in str(result)


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


def test_a_single_clash_is_named_alone(tmp_path):
    """A term that no offer has."""
    result = mixed(tmp_path, "constraints: x\nrequire: [latency_ms<=5]\n")
    assert result.clashes == (("every offer has latency_ms <= 5",),)


# Against brute force


def problem_of(seed: int, offers: int = 5, workloads: int = 2) -> Problem:
    random = np.random.default_rng(seed)
    names = [f"p{index % 3}/m{index}" for index in range(offers)]
    works = tuple(f"w{index}" for index in range(workloads))
    weights = [Fraction(int(x), 100) for x in random.integers(10, 50, workloads)]
    costs = {(work, name): Fraction(int(random.integers(1, 1000)), 10) for work in works for name in names}
    quality = {name: Fraction(int(random.integers(60, 100))) for name in names}
    terms = {
        (work, name): quality[name] * weight for work, weight in zip(works, weights, strict=True) for name in names
    }
    cap = {
        (work, name): weight for work, weight in zip(works, weights, strict=True) for name in names if name[:2] == "p0"
    }
    whole = sum(weights)
    return Problem(
        costs,
        works,
        (
            Constraint("quality", "quality", terms, whole * int(random.integers(65, 92))),
            Constraint("cap", "share", cap, whole * Fraction(int(random.integers(1, 9)), 10), least=False),
        ),
    )


@pytest.mark.parametrize("seed", range(12))
def test_no_feasible_mix_is_cheaper(seed):
    """10,000 random mixes and every pure offer: none that meets the constraints is cheaper than the optimum."""
    problem = problem_of(seed)
    best = optimum(problem)
    cells = list(problem.costs)
    random = np.random.default_rng(1000 + seed)
    shares = np.concatenate(
        [random.dirichlet(np.full(len(cells) // 2, 0.4), 10_000) for _ in problem.workloads], axis=1
    )
    shares = np.concatenate([shares, [[float(part.get(cell, 0)) for cell in cells] for part in pure(problem).values()]])
    costs = shares @ np.array([float(problem.costs[cell]) for cell in cells])
    ok = np.ones(len(shares), dtype=bool)
    for item in problem.constraints:
        sums = shares @ np.array([float(item.terms.get(cell, 0)) for cell in cells])
        ok &= sums >= float(item.limit) if item.least else sums <= float(item.limit)
    if best is None:
        assert not ok.any()
        return
    assert not ok.any() or costs[ok].min() >= best.cost - 1e-9
    made = rounded(problem, best)
    assert problem.cost(made) >= Fraction(best.cost) - Fraction(1, 10**9)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_rounded_shares_meet_every_constraint(seed):
    """Shares are whole steps of 0.1 %, add up to 1, meet every constraint exactly, and no pure offer beats them."""
    problem = problem_of(seed, offers=4 + seed % 4, workloads=1 + seed % 3)
    best = optimum(problem)
    if best is None:
        assert clashes(problem)
        return
    made = rounded(problem, best)
    assert problem.holds(made)
    assert all(share * 1000 == int(share * 1000) for share in made.values())
    for work in problem.workloads:
        assert sum(share for (name, _), share in made.items() if name == work) == 1
    alone = [problem.cost(shares) for shares in pure(problem).values() if problem.holds(shares)]
    assert all(problem.cost(made) <= cost for cost in alone)
    # Rounding to a thousandth moves each share by less than that.
    assert problem.cost(made) - Fraction(best.cost) <= Fraction(2, 1000) * sum(problem.costs.values())


def test_a_pure_offer_that_beats_the_rounded_shares_is_taken():
    """0.06 % of b meets 50.03 at 1,000.12; rounded to 0.1 % it costs 1,000.20, and c alone 1,000.15."""
    offers = {"a/1": ("1000", "50"), "b/1": ("1200", "100"), "c/1": ("1000.15", "50.03")}
    costs = {("w", name): Fraction(cost) for name, (cost, _) in offers.items()}
    terms = {("w", name): Fraction(quality) for name, (_, quality) in offers.items()}
    problem = Problem(costs, ("w",), (Constraint("quality", "quality", terms, Fraction("50.03")),))
    best = optimum(problem)
    assert best.cost == pytest.approx(1000.12)
    assert rounded(problem, best) == {("w", "c/1"): 1}


def test_finer_steps_where_a_thousandth_is_too_coarse():
    """Exactly one third of the records is no whole step: the nearest that holds has more digits."""
    costs = {("w", "a/1"): Fraction(1), ("w", "b/1"): Fraction(2)}
    terms = {("w", "b/1"): Fraction(1)}
    low = Constraint("low", "share", terms, Fraction("0.33333"))
    high = Constraint("high", "share", terms, Fraction("0.33336"), least=False)
    problem = Problem(costs, ("w",), (low, high))
    made = rounded(problem, optimum(problem))
    assert problem.holds(made)
    assert made["w", "b/1"] == Fraction("0.33333")


@pytest.mark.parametrize("seed", range(12))
def test_shadow_prices_by_solving_again(seed):
    """A limit moved a little moves the cost by the shadow price."""
    problem = problem_of(seed)
    best = optimum(problem)
    if best is None:
        return
    for index, item in enumerate(problem.constraints):
        step = Fraction(1, 10_000)
        slopes = []
        for change in (step, -step):
            moved = list(problem.constraints)
            moved[index] = item._replace(limit=item.limit + change)
            again = optimum(problem._replace(constraints=tuple(moved)))
            slopes.append(None if again is None else (again.cost - best.cost) / float(change))
        near = [slope for slope in slopes if slope is not None]
        # At a corner the two sides differ: the shadow price is one of them, or lies between.
        assert min(near) - 1e-4 <= best.marginals[item.name] <= max(near) + 1e-4


# The file and the command


@pytest.mark.parametrize(
    ("text", "words"),
    [("constraints: x\nquality: {source: s, scores: {openai/gpt-4.1: 1}}", "scores alone ask for nothing"),
     ("constraints: x\nlatency: {}", "no limit is given"),
     ("constraints: x\nproviders: {openai: {at_most: 10 %, at_least: 20 %}}", "is more than 'at_most'"),
     ("constraints: x\nproviders: {openai: {}}", "no limit is given"),
     ("constraints: x\nrequire: [baaa]", "there is no term 'baaa'"),
     ("constraints: x\neach_provider_at_most: 0 %", "leaves no provider"),
     ("constraints: x\nqualty: 1", "did you mean 'quality'"),
     (QUALITY.replace("gpt-4.1:", "gpt-4.9:"), "no offer is called 'openai/gpt-4.9'"),
     (QUALITY + "  by_workload: {letters: 90}\n", "there is no workload 'letters'"),
     ("constraints: x\nproviders: {openai: {spend_at_least: 5 EUR}}", "this is in EUR")],
)  # fmt: skip
def test_mistakes_in_the_file(tmp_path, text, words):
    """Each is told at its place."""
    with pytest.raises(FileError) as found:
        mixed(tmp_path, text)
    (mistake,) = found.value.mistakes
    assert words in mistake.message
    assert (mistake.file, mistake.line > 0) == (str(tmp_path / "constraints.yaml"), True)


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

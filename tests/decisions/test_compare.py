"""Providers side by side: every figure against `estimate`, filters, the frontier, the ranking over a range."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel import Scenario, estimate, return_on_investment
from costmodel.cli import run
from costmodel.decisions.alone import Bench
from costmodel.decisions.axes import axis
from costmodel.decisions.compare import compare
from costmodel.decisions.filters import Filters, filters_of, requirement
from costmodel.decisions.latency import latency_classes
from costmodel.decisions.ranges import crossing, over
from costmodel.errors import CommandLineError, CostmodelError, FileError, NoPriceError
from costmodel.results.provider_comparison import Fact, PriceState, Standing, frontier
from costmodel.study import book_for
from costmodel.study.cost import billed

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MEDIUM = SCENARIOS / "emr-medium-measured.yaml"
SLOW = """{baa: {value: true, url: 'https://e.org', retrieved: 2026-10-14},
      latency_ms: {value: 1200, url: 'https://e.org', retrieved: 2026-10-15}}"""
MIDDLE = """{retention_days: {value: 30, url: 'https://e.org', retrieved: 2026-10-16},
      latency_ms: {value: 999, url: 'https://e.org', retrieved: 2026-10-16}}"""
FAST = """{baa: {value: false, url: 'https://e.org', retrieved: 2026-10-17},
      latency_ms: {value: 199, url: 'https://e.org', retrieved: 2026-10-17}}"""
OFFERS = {  # price of input and output, terms, context window, and what else its price row says
    "cheap/slow-1": ("1.00", "2.00", SLOW, 8_000, ""),
    "mid/medium-1": ("2.00", "2.00", MIDDLE, 64_000, ""),
    "dear/fast-1": ("4.00", "1.00", FAST, None, ""),
    "flat/fee-1": ("0.10", "0.10", "{}", 900, "        minimum_charge: {amount: 4, per: month}\n"),
}
WORK = """\
scenario: Letters
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 12}
currency: USD
workload:
  records: {per_month: 1000}
  tokens: {input: 600, output: 400}
models: [mid/medium-1, cheap/slow-1]
"""


def overlay(name: str, folder: Path, offer: tuple[str, str, str, int | None, str]) -> Path:
    """A private model of a provider of its own, in a file."""
    provider, _, model = name.partition("/")
    into, out, terms, window, further = offer
    text = (
        f"overlay: {provider}\nprovider: {provider}\nname: {provider}\ncurrency: USD\noffers:\n  - model: {model}\n"
        + (f"    context_window: {window}\n" if window else "")
        + "    prices:\n      - valid: {from: 2026-01-01}\n        recorded: 2026-01-01\n"
        "        source: {kind: contracted, title: Contract, retrieved: 2026-01-01}\n        per: 1_000_000 tokens\n"
        f"        rates:\n          - prices: {{input: {into}, output: {out}}}\n{further}"
        + (f"    terms: {terms}\n" if terms != "{}" else "")
    )
    path = folder / f"{provider}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> tuple[Scenario, list[Path]]:
    """A scenario and four private models: 1.40, 2.00, 2.80 and 0.10 (at least 4) USD a month for it."""
    (tmp_path / "work.yaml").write_text(WORK, encoding="utf-8")
    return Scenario.load(tmp_path / "work.yaml"), [overlay(name, tmp_path, offer) for name, offer in OFFERS.items()]


def compared(own, filters: Filters | None = None, models=tuple(OFFERS)):
    scenario, overlays = own
    return compare(scenario, models, filters=filters, book=book_for(scenario, overlays))


def outcome(compute):
    """A figure, or the words of what went wrong."""
    try:
        return compute()
    except CostmodelError as error:
        return str(error)


# The figures


@pytest.mark.parametrize(
    ("name", "every"),
    [("emr-medium-measured", 1), ("hospital-year", 8), ("long-charts", 3), ("off-peak", 3), ("xray-50000", 8),
     ("batch-cache-retries", 3), ("paid-in-cny", 3), ("emr-mix", 8)],
)  # fmt: skip
def test_each_offer_costs_what_estimate_says(name, every):
    """Sharing work between offers changes no figure, no doubt and no error, over the whole book."""
    scenario = Scenario.load(SCENARIOS / f"{name}.yaml")
    book = book_for(scenario)
    names = [card.name for card in book.offers()]
    bench = Bench.of(scenario, book, names)
    priced = 0
    for model in names[::every]:
        wanted = outcome(lambda model=model: estimate(scenario, models=[model], book=book).estimates[0].total)
        found = outcome(lambda model=model: bench.alone(model).total)
        # A price that is not in force is told of at another instant of the same horizon.
        assert found == wanted or str(wanted).startswith("No price for"), model
        assert type(found) is type(wanted)
        priced += isinstance(found, Fraction)
    assert priced or name == "paid-in-cny"


@pytest.mark.parametrize("counts", ["measured", "own"])
def test_token_counts_of_each_vocabulary(counts):
    """Tokens by an offer's own vocabulary, or by the profile's, and their doubts, as the bill has them."""
    scenario = Scenario.load(MEDIUM, {"workload.tokens": f"{{profile: aci-bench/gold-note, tokenizer: {counts}}}"})
    book = book_for(scenario)
    names = [card.name for card in book.offers() if card.offer.tokenizer and card.row_at(scenario.horizon.start.start)]
    bench = Bench.of(scenario, book, names)
    kinds = set()
    for name in names[::3]:
        wanted = billed(scenario, book, bench.months, (name, bench.said[name]))
        assert bench.alone(name).total == sum(wanted.monthly(bench.months)), name
        assert bench.alone(name).bill.doubts == wanted.doubts
        kinds |= {doubt.kind for doubt in wanted.doubts}
    assert kinds == (set() if counts == "own" else {"other"})  # the profile was counted with every vocabulary


def test_months_apart_are_those_of_the_bill():
    """Without months taken together, each month is that of the estimate: growth, taxes and escalation included."""
    scenario = Scenario.load(SCENARIOS / "hospital-year.yaml")
    book = book_for(scenario)
    bench = Bench(scenario, book, Bench.of(scenario, book, ["openai/gpt-4.1"]).said, together=False)
    wanted = estimate(scenario, models=["openai/gpt-4.1"], book=book).estimates[0]
    months = {
        str(month): cost
        for month, cost in zip(bench.months, bench.alone("openai/gpt-4.1").bill.monthly(bench.months), strict=True)
    }
    assert months == {group.key[0]: group.cost for group in wanted.by("month")}


def test_the_tables_figures():
    """A month, a year and a record by hand, with the differences to the cheapest and the present."""
    result = compare(Scenario.load(MEDIUM))
    total = result["openai/gpt-4.1"].total
    assert total == Fraction(360_000 * (128_515 * 2 + 51_028 * 8), 87 * 1_000_000)
    assert (result.month(total), result.year(total), result.record(total)) == (total / 12, total, total / 360_000)
    assert result.present is not None
    assert (result.present.name, result.cheapest.name) == ("openai/gpt-4.1", "deepseek/deepseek-v4-flash")
    line = next(line for line in result.lines(exact=True) if line["offer"] == "google/gemini-2.5-flash")
    cheapest = result["deepseek/deepseek-v4-flash"].total
    assert line["to_cheapest"]["money_per_month"] == (line["cost"] - cheapest) / 12
    assert line["to_present"]["share"] == (line["cost"] - total) / total
    assert line["list_prices"] == {
        "input": Fraction("0.30"),
        "cache_read": Fraction("0.03"),
        "output": Fraction("2.50"),
    }


def test_a_year_is_twelve_months():
    """Over 24 months a year is half of the whole."""
    result = compare(Scenario.load(SCENARIOS / "hospital-year.yaml"), ["openai/gpt-4.1"])
    assert result.year(result.standings[0].total) == result.standings[0].total / 2


def test_present_is_the_mix_the_first_model_or_the_one_named(own):
    """What is paid at present is the scenario's, unless it is said."""
    mixed = Scenario.load(SCENARIOS / "emr-mix.yaml")
    assert compare(mixed).present == ("the mix", estimate(mixed).total)
    assert compared(own).present == ("mid/medium-1", Fraction(24))
    scenario, overlays = own
    named = compare(scenario, ["cheap/slow-1"], present="dear/fast-1", book=book_for(scenario, overlays))
    assert named.present == ("dear/fast-1", Fraction("33.6"))
    assert "dear/fast-1 (present)" in named.tables()[0].totals
    with pytest.raises(NoPriceError):
        compare(scenario, ["cheap/slow-1"], present="dear/none", book=book_for(scenario, overlays))


def test_returns_join_where_the_scenario_has_them():
    """Net present value and payback of each model are those of the return on investment."""
    scenario = Scenario.load(SCENARIOS / "hospital-roi.yaml")
    models = ["openai/gpt-4.1", "anthropic/claude-haiku-4-5"]
    result, wanted = compare(scenario, models), return_on_investment(scenario, models)
    for option in wanted.options:
        assert result[option.name].net_present_value == option.measures.net_present_value
        assert result[option.name].payback == option.measures.payback
    assert not compare(Scenario.load(MEDIUM)).worth


# Filters and reasons


@pytest.mark.parametrize(
    ("require", "eligible"),
    [("baa", {"cheap/slow-1"}), ("retention_days<=30", {"mid/medium-1"}), ("retention_days<30", set()),
     ("latency_ms<=999", {"mid/medium-1", "dear/fast-1"}), ("context_window>=64000", {"mid/medium-1"}),
     ("baa=no", {"dear/fast-1"}), ("latency_ms=199,baa", set())],
)  # fmt: skip
def test_filters(own, require, eligible):
    """What does not meet a filter, or is not known to, is not eligible, and stands below with the reason."""
    result = compared(own, filters_of(require.split(",")))
    assert {item.name for item in result.eligible} == eligible
    assert [item.name for item in result.ranked][len(eligible) :] == [
        item.name for item in result.ranked if item.reasons
    ]
    assert len(result.standings) == len(OFFERS)


def test_reasons_say_what_is_not_known(own):
    """Not known is not no."""
    result = compared(own, filters_of(["baa"], "500", "10000"))
    assert result["mid/medium-1"].reasons == ("baa not known", "latency 999 ms, wanted <= 500")
    assert result["dear/fast-1"].reasons == ("baa no", "context window not known")
    assert result["flat/fee-1"].reasons[0] == "a request of 1,000 tokens is more than its context window of 900"
    assert str(result["cheap/slow-1"].terms["baa"]) == "yes (2026-10-14)"
    assert str(result["mid/medium-1"].terms["baa"]) == "not known"
    assert "No offer is eligible." in str(result)


@pytest.mark.parametrize("text", ["baaa", "retention_days<=soon", "<=3", "baa!"])
def test_wrong_requirements(text):
    """A term that does not exist is told of, not ignored."""
    with pytest.raises(CommandLineError):
        requirement(text)


def test_every_offer_is_shown_or_told_of():
    """With `everything`, each offer of the book has a cost or a reason."""
    scenario = Scenario.load(MEDIUM)
    book = book_for(scenario)
    result = compare(scenario, everything=True, book=book)
    shown = [*(item.name for item in result.standings), *(item.name for item in result.unpriced)]
    assert sorted(shown) == sorted(card.name for card in book.offers())
    reasons = {item.name: item.reason for item in result.unpriced}
    assert reasons["cohere/embed-v4.0"] == "has no price for the meter 'output'"
    assert reasons["openai/gpt-4"] == "not in force all the time: its prices hold 2024-01-01 to 2026-10-23"
    assert reasons["aws-bedrock/deepseek.v3.2"].startswith("has no region 'global'; it is sold in us-east-1")
    assert "fx_as_of" in reasons["zhipu/glm-5.3"]
    assert any("more than its context window" in " ".join(item.reasons) for item in result.standings)


def test_a_named_offer_without_a_price_is_an_error():
    """All that have none are told of."""
    with pytest.raises(NoPriceError, match=r"(?s)embed-v4.*gpt-4'"):
        compare(Scenario.load(MEDIUM), ["cohere/embed-v4.0", "openai/gpt-4.1", "openai/gpt-4"])


def test_a_region():
    """Work is priced in the region; an offer not sold there is told of."""
    result = compare(
        Scenario.load(MEDIUM), ["openai/gpt-4.1", "aws-bedrock/deepseek.v3.2"], filters=Filters((), "us-east-1")
    )
    assert [item.name for item in result.standings] == ["aws-bedrock/deepseek.v3.2"]
    assert result.unpriced == (("openai/gpt-4.1", "not sold in region us-east-1"),)
    with pytest.raises(CommandLineError, match="mars"):
        compare(Scenario.load(MEDIUM), filters=Filters((), "mars"))


# Latency


@pytest.mark.parametrize(
    ("latency", "word"), [("199.9", "fast"), ("200", "medium"), ("999", "medium"), ("1000", "slow")]
)
def test_latency_classes(own, latency, word):
    """A limit belongs to the slower class."""
    assert compared(own).latency_class(Fraction(latency)) == word
    assert [item.name for item in latency_classes()] == ["fast", "medium", "slow"]


def standing(name: str, total: int, latency: int | None) -> Standing:
    terms = {"latency_ms": Fact(None if latency is None else Fraction(latency), None)}
    return Standing(name, Fraction(total), {}, "USD", None, terms, PriceState("list", date.min, stale=False))


@given(st.lists(st.tuples(st.integers(1, 8), st.none() | st.integers(1, 8)), max_size=12))
def test_the_frontier_is_that_of_brute_force(pairs):
    """No offer on it is at most as good in both and worse in one; every other is."""
    offers = [standing(str(index), *pair) for index, pair in enumerate(pairs)]
    known = [item for item in offers if item.latency_ms is not None]
    wanted = {
        item.name
        for item in known
        if not any(
            other.total <= item.total
            and other.latency_ms <= item.latency_ms
            and (other.total, other.latency_ms) != (item.total, item.latency_ms)
            for other in known
        )
    }
    assert {item.name for item in frontier(offers)} == wanted


# Ranges


def turns_of(path: str, models: list[str], scenario: Path = MEDIUM):
    loaded = Scenario.load(scenario)
    return over(loaded, models, path, book_for(loaded))


def test_a_crossing_over_the_ratio_by_hand():
    """2 s + 8 (1 - s) = 1.25 s + 10 (1 - s) where 0.75 s = 2 (1 - s): at 8 : 3, exactly."""
    result = turns_of("ratio=10:1..1:3", ["openai/gpt-4.1", "google/gemini-2.5-pro"])
    (turn,) = result.turns
    assert (turn.value, turn.kind, turn.text) == (Fraction(8, 11), "exact", "2.66667:1")
    assert (turn.before, turn.after, turn.leads) == ("google/gemini-2.5-pro", "openai/gpt-4.1", True)
    tokens = Fraction(128_515 + 51_028, 87)
    assert turn.cost == 30_000 * tokens * Fraction(2 * 8 + 8 * 3, 11) / 1_000_000


def test_a_range_may_fall_or_rise():
    """From the other end the same turn is found, the other way round."""
    (turn,) = turns_of("ratio=1:3..10:1", ["openai/gpt-4.1", "google/gemini-2.5-pro"]).turns
    assert (turn.value, turn.before) == (Fraction(8, 11), "openai/gpt-4.1")


def test_a_crossing_over_the_cache_by_hand():
    """I (0.25 - 0.225 c) + 2 O = I (0.50 - 0.45 c) + 1.5 O, every request at its own size."""
    (turn,) = turns_of("cache_read=0 %..90 %", ["openai/gpt-5-mini", "mistral/mistral-large-2512"]).turns
    assert turn.value == (Fraction("0.25") * 128_515 - Fraction("0.5") * 51_028) / (Fraction("0.225") * 128_515)
    assert turn.kind == "exact"


def test_the_costs_at_each_step_are_exact():
    """Each figure is that of `estimate` at the value."""
    models = ["openai/gpt-4.1", "google/gemini-2.5-flash"]
    result = turns_of("workload.records.per_day=10..10000:4", models)
    assert [step.text for step in result.steps] == ["10", "3,340", "6,670", "10,000"]
    for step in result.steps:
        changed = Scenario.load(MEDIUM, {"workload.records.per_day": str(int(step.value))})
        found = estimate(changed, models=models)
        assert step.costs == {name: found[name].total / 12 for name in step.costs}
        assert list(step.costs) == ["google/gemini-2.5-flash", "openai/gpt-4.1"]
    assert result.turns == ()


def test_a_minimum_charge_is_met_where_it_is_reached(own):
    """4 USD a month at least: 1.40 USD for 1,000 records are as much at 2,857.14 records, 4 / 0.0014."""
    scenario, overlays = own
    book = book_for(scenario, overlays)
    result = over(scenario, ["cheap/slow-1", "flat/fee-1"], "workload.records.per_month=1000..10000", book)
    (turn,) = result.turns
    assert turn.kind == "step"  # records are whole
    assert turn.value == Fraction("2857.5")
    assert result.finding == "cheap/slow-1 is the cheapest from 1,000, from 2,857.5 on flat/fee-1."


def test_a_third_offer_that_leads_between_two_points(own, tmp_path):
    """1 + s and 2 - s meet at 1.5; one at 1.4999 is cheapest for a sliver there, between two points."""
    scenario, _ = own
    prices = {"a/1": ("2", "1"), "b/1": ("1", "2"), "c/1": ("1.4999", "1.4999")}
    overlays = [overlay(name, tmp_path, (*pair, "{}", None, "")) for name, pair in prices.items()]
    result = over(scenario, list(prices), "ratio=9:1..1:4:3", book_for(scenario, overlays))
    leaders = [(turn.value, turn.before, turn.after) for turn in result.leaders]
    assert leaders == [(Fraction("0.5001"), "b/1", "c/1"), (Fraction("0.4999"), "c/1", "a/1")]
    assert (Fraction(1, 2), "b/1", "a/1") in [(turn.value, turn.before, turn.after) for turn in result.turns]


def test_offers_of_the_same_cost_are_told_of(own, tmp_path):
    """Equal costs are no turns."""
    scenario, _ = own
    overlays = [overlay(name, tmp_path, ("2", "1", "{}", None, "")) for name in ("a/1", "b/1")]
    result = over(scenario, ["a/1", "b/1"], "ratio=3:1..1:3", book_for(scenario, overlays))
    assert (result.equal, result.turns) == ((("a/1", "b/1"),), ())


@given(st.fractions(-5, 5), st.fractions(-5, 5).filter(bool))
def test_a_crossing_of_straight_lines_is_exact(root, slope):
    """The first straight line through two points meets it."""
    found = crossing(lambda x: slope * (x - root), root - 3, root + 2, Fraction(1))
    assert found == (root, "exact")


def test_other_crossings():
    """A curve is known to 12 digits, a jump as such; without a change there is none."""
    curved = crossing(lambda x: x * x - 2, Fraction(0), Fraction(2), Fraction(1))
    assert curved is not None
    assert (abs(float(curved.value) - 2**0.5) < 1e-12, curved.kind) == (True, "crossing")
    jump = crossing(
        lambda x: Fraction(1) if x > Fraction("0.3") else Fraction(-1), Fraction(0), Fraction(1), Fraction(1)
    )
    assert jump == (Fraction("0.3"), "step")
    assert crossing(lambda x: x + 1, Fraction(0), Fraction(1), Fraction(1)) is None
    assert crossing(lambda x: -x, Fraction(0), Fraction(1), Fraction(1)) == (0, "exact")


@pytest.mark.parametrize(
    ("text", "words"),
    [("ratio=1..2", "no ratio"), ("ratio=1:1..2:2", "same ratio"), ("nothing", "is no range"), ("a=1", "is no range"),
     ("horizon.months=1..5", "cannot be varied"), ("workload.records.per_day=5..5", "needs two values"),
     ("workload.records.per_day=5..6:99", "write 2 to 50"), ("workload.tokens.profile=1..2", "no number")],
)  # fmt: skip
def test_wrong_ranges(text, words):
    """What is no range is told in words."""
    with pytest.raises(CommandLineError, match=words):
        axis(Scenario.load(MEDIUM), text)


def test_a_value_that_cannot_stand_there():
    """It is told of as what was given."""
    with pytest.raises(FileError, match="--over cache_read=120 %:1:1"):
        axis(Scenario.load(MEDIUM), "cache_read=0 %..120 %")


# The command


def test_formats_and_exit_codes(own, tmp_path, capsys):
    """Four formats, the same bytes twice; exit 2 and 4 where they belong."""
    overlays = [f"--overlay={path}" for path in own[1]]
    command = [
        "compare",
        str(tmp_path / "work.yaml"),
        "--models",
        ",".join(OFFERS),
        "--over",
        "ratio=3:1..1:3",
        *overlays,
    ]
    found = {}
    for format_ in ("table", "markdown", "json", "csv", "json"):
        assert run([*command, "--format", format_, "--quiet"]) == 0
        text = capsys.readouterr().out
        assert found.setdefault(format_, text) == text
    assert "Where two offers cost the same, over input:output" in found["table"]
    record = json.loads(found["json"])
    assert {"schema_version", "kind", "currency", "total", "lines", "price_book", "warnings"} <= record.keys()
    assert record["kind"] == "provider-comparison"
    assert record["lines"][0]["offer"] == "cheap/slow-1"
    assert record["frontier"] == ["cheap/slow-1", "mid/medium-1", "dear/fast-1"]
    assert len(list(csv.DictReader(found["csv"].lstrip("\ufeff").splitlines()))) == 5 * 3
    assert str(tmp_path) not in found["json"]
    assert run(["compare", str(tmp_path / "work.yaml"), "--models", "a/b", "--all"]) == 2
    assert run(["compare", str(tmp_path / "work.yaml"), "--models", "openai/none"]) == 4
    assert run(["compare", str(MEDIUM), "--constraints", "x.yaml"]) == 2
    capsys.readouterr()


def test_html_and_frames(own):
    """In a notebook."""
    result = compared(own)
    assert result.to_pandas().shape[0] == len(OFFERS)
    assert "<table" in result._repr_mimebundle_()["text/html"]
    assert "of 4" in repr(result)


def test_the_plain_path_is_light(tmp_path):
    """Neither scipy nor numpy nor pandas is loaded where nothing asks for them."""
    code = (
        "import sys; from costmodel.cli import run; run(['compare', sys.argv[1], '--output', sys.argv[2], '--quiet']); "
        "print([name for name in ('scipy', 'numpy', 'pandas', 'matplotlib', 'rich') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(MEDIUM), str(tmp_path / "out.txt")]
    assert subprocess.run(command, capture_output=True, check=True).stdout.decode().strip() == "[]"

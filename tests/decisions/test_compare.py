"""Providers side by side: every figure against `estimate`, filters, the frontier, what is shown."""

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
from private_offers import OFFERS, letters

from costmodel import Scenario, estimate, return_on_investment
from costmodel.cli import run
from costmodel.decisions.comparison.alone import Bench
from costmodel.decisions.comparison.compare import compare
from costmodel.decisions.comparison.filters import Filters, filters_of, requirement
from costmodel.decisions.comparison.latency import latency_classes
from costmodel.decisions.mix.optimise import optimise
from costmodel.errors import CommandLineError, CostmodelError, NoPriceError
from costmodel.results.providers.provider_comparison import Fact, PriceState, Standing, frontier
from costmodel.study import book_for
from costmodel.study.cost import billed

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MEDIUM = SCENARIOS / "emr-medium-measured.yaml"


@pytest.fixture
def own(tmp_path: Path) -> tuple[Scenario, list[Path]]:
    """A scenario and four private models: 1.40, 2.00, 2.80 and 0.10 (at least 4) USD a month for it."""
    return letters(tmp_path)


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
    own_counts = Scenario.load(SCENARIOS / "emr-mix.yaml", {"workload.tokens.tokenizer": "own"})
    assert compare(mixed).present == ("the mix", estimate(own_counts).total, "", ())
    assert compared(own).present == ("mid/medium-1", Fraction(24), "the first model of the scenario", ())
    assert "At present (taken: the first model of the scenario): mid/medium-1, 2.00 a month" in (
        compared(own).tables()[0].lead
    )
    scenario, overlays = own
    named = compare(scenario, ["cheap/slow-1"], present="dear/fast-1", book=book_for(scenario, overlays))
    assert named.present == ("dear/fast-1", Fraction("33.6"), "", ())
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


def test_what_is_paid_at_present_may_not_be_eligible(own, tmp_path):
    """A mix of which one model does not meet the filters is marked, and the model is named."""
    (tmp_path / "mix.yaml").write_text(
        (tmp_path / "work.yaml").read_text().partition("models:")[0]
        + "mix: {by: requests, models: {cheap/slow-1: 60 %, dear/fast-1: 40 %}}\n"
    )
    scenario = Scenario.load(tmp_path / "mix.yaml")
    result = compare(scenario, tuple(OFFERS), filters=filters_of(["baa"]), book=book_for(scenario, own[1]))
    assert result.present.reasons == result.present_reasons == ("dear/fast-1: baa no",)
    costs, reasons = result.tables()[:2]
    assert costs.totals[0] == "the mix (present) *"
    assert "At present: the mix (not eligible itself), 1.96 a month" in costs.lead
    assert reasons.rows[-1] == ("the mix", "dear/fast-1: baa no")
    assert result.to_json()["present"]["reasons"] == ["dear/fast-1: baa no"]
    free = compare(scenario, tuple(OFFERS), book=book_for(scenario, own[1]))
    assert free.present_reasons == ()
    assert free.tables()[0].totals[0] == "the mix (present)"
    named = compare(scenario, ["cheap/slow-1"], present="dear/fast-1", filters=filters_of(["baa"]),
                    book=book_for(scenario, own[1]))  # fmt: skip
    assert named.present_reasons == ("baa no",)
    assert named.tables()[1].rows == (("dear/fast-1", "baa no"),)


REGIONS = """\
overlay: Acme
provider: acme
name: Acme
currency: USD
offers:
  - model: m
    regions: [global, eu]
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-11-20
        source: {kind: contracted, title: Contract, retrieved: 2026-11-20}
        per: 1_000_000 tokens
        rates: [{prices: {input: 1.00, output: 4.00}}]
        adjustments: [{name: EU, when: {region: eu}, meters: [input, output], multiply: 1.2}]
"""


def test_the_present_one_in_another_region_is_another_figure(tmp_path):
    """1,000 x (600 x 1 + 400 x 4) / 1,000,000: 2.20 a month here, 2.64 in the EU, which is not what is paid now."""
    scenario = letters(tmp_path, {})[0].changed({"models": "[acme/m]"})
    (tmp_path / "acme.yaml").write_text(REGIONS)
    book = book_for(scenario, [tmp_path / "acme.yaml"])
    here = compare(scenario, book=book)
    assert "It is the present one" in here.tables()[0].lead
    there = compare(scenario, filters=Filters(region="eu"), book=book)
    table = there.tables()[0]
    assert "At present: acme/m (not eligible itself), 2.20 a month; no eligible offer is cheaper." in table.lead
    assert table.rows[0][:2] == ("acme/m", "2.64")
    assert table.totals[:2] == ("acme/m (present) *", "2.20")
    assert there.present_reasons == ("used in region global",)
    assert not any("This is the list" in note for part in there.tables() for note in part.notes)
    mix = optimise(scenario, filters=Filters(region="eu"), book=book)
    assert mix.finding.endswith(
        "At present: acme/m (not eligible itself: used in region global), 2.20 a month; this costs 0.44 more (+20.0 %)."
    )


def test_a_mix_of_one_offer_is_that_offer(tmp_path):
    """Where all of the scenario's mix is one offer, it is no second row beside it."""
    result = compare(Scenario.load(SCENARIOS / "long-charts.yaml"))
    assert (result.present.name, result.present_beside) == ("google/gemini-2.5-pro", None)
    assert result.tables()[0].totals == ()


def test_a_contracted_price_is_told_apart_from_the_list(tmp_path):
    """The table of list prices says that the costs above are those of the contract."""
    scenario = letters(tmp_path)[0]
    (tmp_path / "discount.yaml").write_text(
        "overlay: Group\nprovider: openai\noffers:\n  - model: gpt-4.1\n    prices:\n"
        "      - valid: {from: 2026-12-01}\n        recorded: 2026-11-20\n"
        "        source: {kind: contracted, title: Contract, retrieved: 2026-11-20}\n        based_on: list\n"
        "        adjustments: [{name: group, meters: [input, output], multiply: 0.9}]\n"
    )
    for overlays, told in (((), False), ((tmp_path / "discount.yaml",), True)):
        result = compare(scenario, ["openai/gpt-4.1"], present="openai/gpt-4.1", book=book_for(scenario, overlays))
        prices = next(table for table in result.tables() if str(table.title).startswith("List prices"))
        assert prices.rows[0][1] == "2.00"
        assert prices.rows[0][-1] == "2025-11-01"  # when the list was read, with a contract too
        assert ("This is the list; the costs above are those of a contract: openai/gpt-4.1." in prices.notes) is told
        assert result["openai/gpt-4.1"].total == 12 * (Fraction("1.2") + Fraction("3.2")) * (
            Fraction("0.9") if told else 1
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [("baaa", "did you mean 'baa'"), ("retention_days<=soon", "no number"), ("<=3", "no requirement"),
     ("baa!", "no requirement"), ("baa=true", "write 'baa', or 'baa=no'"), ("baa=maybe", "write 'baa', or 'baa=no'"),
     ("baa<1", "write 'baa', or 'baa=no'"), ("data_residency<3", "is a text"), ("latency_ms=fast", "no number"),
     ("retention_days<=-1", "write 0 or more"), ("context_window=large", "no number")],
)  # fmt: skip
def test_wrong_requirements(text, words):
    """A term that does not exist, and a condition that no offer could ever meet, are told of, not ignored."""
    with pytest.raises(CommandLineError) as found:
        requirement(text)
    assert words in str(found.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("baa=yes", ("baa", "", "")), ("baa = NO", ("baa", "=", "no")),
     ("data_residency=EU", ("data_residency", "=", "EU")),
     ("sla_percent>=99.9 %", ("sla_percent", ">=", Fraction("99.9"))),
     ("latency_ms<=200 ms", ("latency_ms", "<=", Fraction(200))),
     ("retention_days=0", ("retention_days", "=", Fraction(0)))],
)  # fmt: skip
def test_requirements(text, wanted):
    """Yes or no, a text, or a number with its unit."""
    assert requirement(text) == wanted


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [("--max-latency", "-5", "write milliseconds above 0"), ("--max-latency", "soon", "expected a number"),
     ("--min-context", "0", "write tokens above 0"), ("--require", "baa=true", "write 'baa'"),
     ("--region", "mars", "They are sold in: global"), ("--over", "foo=1..2", "unknown key 'foo'"),
     ("--over", "ratio=3..0.3", "is no ratio of input to output")],
)  # fmt: skip
def test_a_wrong_option_is_an_error_of_the_command_line(option, text, words, capsys):
    """Exit code 2, in words, and nothing written."""
    assert run(["compare", str(MEDIUM), option, text]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


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
    rows = list(csv.DictReader(found["csv"].lstrip("\ufeff").splitlines()))
    assert [sum(row["row"] == kind for row in rows) for kind in ("rank", "turn")] == [5 * 3, 1]
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

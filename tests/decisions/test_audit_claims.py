"""The audit: every verdict, each finding about the vendor's articles worked out by hand, and wrong files."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml

from costmodel import expectations
from costmodel.cli import run
from costmodel.decisions.audit import figures
from costmodel.decisions.audit.audit import audit
from costmodel.decisions.audit.units import Amount, quoted
from costmodel.decisions.audit.verdicts import verdict_on
from costmodel.decisions.move.migrate import migrate
from costmodel.errors import FileError, NoPriceError, QuantityError
from costmodel.results.audit.parts import CONTRADICTED, NOT_COMPUTABLE, REPRODUCED, ROUNDED
from costmodel.scenario import Scenario
from costmodel.schemas import schema_text

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "scenarios" / "claims" / "vendor.yaml"
OUTPUT_ALONE, TEN_TIMES = "output tokens alone", "ten times the volume"

SCENARIO = """\
scenario: A small clinic
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 12}
currency: USD
workload:
  records: {per_day: 100, days_per_month: 30}
  tokens: {total: 2_000, input_to_output: "1:3"}
models: [openai/gpt-4.1, google/gemini-2.5-flash]
"""
HEAD = 'claims: A brochure\nprices: {version: "2026.11"}\n'
ASSUMPTIONS = """\
assumptions:
  output alone: {set: {workload.tokens: {input: 0, output: 2_000}}}
  ten times: {multiply: {workload.records.per_day: 10, given.records: 10}}
  twice: {multiply: {workload.records.per_day: 2}}
  20 days: {set: {workload.records.days_per_month: 20, given.days: 20 days/month}}
  the other model: {models: {openai/gpt-4.1: google/gemini-2.5-flash}}
"""
COST = '{scenario: clinic.yaml, figure: "month 1, model openai/gpt-4.1: cost", source: page 1, claim: c, '


@pytest.fixture(scope="module")
def vendor():
    """The audit of the vendor's articles."""
    return audit(VENDOR)


def claims_file(folder, *items, head=HEAD, assumptions=ASSUMPTIONS):
    """A file of claims beside a scenario."""
    (folder / "clinic.yaml").write_text(SCENARIO, encoding="utf-8")
    path = folder / "claims.yaml"
    path.write_text(f"{head}{assumptions}items:\n" + "".join(f"  - {item}\n" for item in items), encoding="utf-8")
    return path


def audited(folder, *items, **keys):
    """The findings about claims."""
    return audit(claims_file(folder, *items, **keys)).findings


def mistakes(folder, *items, **keys):
    """Line, column and words of every mistake of a file."""
    with pytest.raises(FileError) as caught:
        audited(folder, *items, **keys)
    return [(mistake.line, mistake.column, mistake.message) for mistake in caught.value.mistakes]


def found(result, claim):
    """The finding about a claim."""
    return next(item for item in result.findings if item.claim == claim)


def beside(item):
    """The figures beside a claim, by name."""
    return {name: stated.number for name, stated in item.beside}


# Units


@pytest.mark.parametrize(
    ("text", "base", "powers"),
    [
        ("252 USD/month", 252, {"USD": 1, "month": -1}),
        ("6M tokens", 6_000_000, {"token": 1}),
        ("0.42 USD/1M tokens", Fraction(42, 10**8), {"USD": 1, "token": -1}),
        ("180 ms", Fraction(180, 1000), {"second": 1}),
        ("2 hours", 7200, {"second": 1}),
        ("2 h", 7200, {"second": 1}),
        ("3 min", 180, {"second": 1}),
        ("3 minutes", 180, {"second": 1}),
        ("5 s", 5, {"second": 1}),
        ("2 years", 24, {"month": 1}),
        ("-57 %", Fraction(-57, 100), {}),
        ("12 times", 12, {}),
        ("3 posts", 3, {"post": 1}),
        ("1 CNY/USD", 1, {"CNY": 1, "USD": -1}),
    ],
)
def test_numbers_are_read_with_their_units(text, base, powers):
    """A number keeps its digits, and its unit is made of base units."""
    amount = Amount.parse(text)
    assert (amount.base, dict(amount.unit.powers)) == (base, powers)


def test_units_are_multiplied_with_their_numbers():
    """100 records/day x 10 minutes/record = 1,000 minutes/day; 60M tokens x 0.42 / 1M tokens = 25.20 USD."""
    day = Amount.parse("100 records/day").times(Amount.parse("10 minutes/record"))
    assert day.within(Amount.parse("1 minutes/day").unit).number == 1000
    assert str(Amount.parse("60M tokens").times(Amount.parse("0.42 USD/1M tokens"))) == "25.20 USD"
    assert Amount.parse("1 hour").over(Amount.parse("30 minutes")) == Amount.parse("2")


def test_days_never_become_hours():
    """A working day has 8 hours, a calendar day 24: neither is guessed."""
    assert not Amount.parse("1 day").unit.fits(Amount.parse("24 hours").unit)
    assert not Amount.parse("1 month").unit.fits(Amount.parse("30 days").unit)


@pytest.mark.parametrize(
    "text", ["", "abc", "1,000 USD", "1.500 USD", "$5", "5 USD/", "5 USD/0 tokens", "M tokens", "?"]
)
def test_what_is_no_figure_is_refused(text):
    """Ambiguous thousands, missing numbers and missing units."""
    with pytest.raises(QuantityError):
        quoted(text)


# Verdicts


@pytest.mark.parametrize(
    ("said", "computed", "kind", "why"),
    [
        ("65 USD", "65 USD", REPRODUCED, ""),
        ("65.00 USD", "65 USD", REPRODUCED, ""),
        ("65 USD", "65.4999 USD", ROUNDED, "rounded to 1 USD"),
        ("65 USD", "65.5 USD", CONTRADICTED, ""),  # half up: 66
        ("66 USD", "65.5 USD", ROUNDED, "rounded to 1 USD"),
        ("64.9 USD", "65 USD", CONTRADICTED, ""),
        ("16.7 hours", "1_000 minutes", ROUNDED, "rounded to 0.1 hours"),
        ("-57 %", "-57.1428 %", ROUNDED, "rounded to 1 %"),
        ("-57 %", "-57.5 %", CONTRADICTED, ""),
        ("6M tokens", "6_400_000 tokens", ROUNDED, "rounded to 1,000,000 tokens"),
        ("800 ms", "812 ms", CONTRADICTED, ""),
        ("about 800 ms", "812 ms", ROUNDED, "rounded to 100 ms, as 'about' allows"),
        ("~800 ms", "0.75 s", ROUNDED, "rounded to 100 ms, as 'about' allows"),
        ("~800 ms", "850 ms", CONTRADICTED, ""),
        ("~850 ms", "854 ms", ROUNDED, "rounded to 10 ms, as 'about' allows"),
        ("up to 85 %", "84.6 %", ROUNDED, "rounded to 1 %"),
        ("up to 85 %", "44.75 %", CONTRADICTED, ""),
        ("up to 85 %", "90 %", CONTRADICTED, ""),
        ("< 50 ms", "49 ms", REPRODUCED, ""),
        ("< 50 ms", "50 ms", CONTRADICTED, ""),
        ("<= 50 ms", "50 ms", REPRODUCED, ""),
        ("at least 3 days", "3 days", REPRODUCED, ""),
        ("more than 3 days", "3 days", CONTRADICTED, ""),
        ("800 USD", "800 USD/month", REPRODUCED, ""),  # a quoted figure may leave '/month' out
        ("? ms", "1 s", REPRODUCED, "the unit is right; no figure is quoted"),
        ("? ms", "1 tokens/record", CONTRADICTED, "its formula gives tokens/record, not ms"),
    ],
)
def test_verdicts(said, computed, kind, why):
    """Exact, rounded to the digits or to what the wording allows, or neither."""
    verdict = verdict_on(quoted(said), Amount.parse(computed))
    assert (verdict.kind, verdict.why) == (kind, why)


@pytest.mark.parametrize("computed", ["800 EUR", "800", "800 USD/year", "800 tokens"])
def test_figures_of_other_units_are_not_compared(computed):
    """Dollars against euros is a mistake in the file, not a contradiction."""
    with pytest.raises(QuantityError, match="quoted in USD"):
        verdict_on(quoted("800 USD"), Amount.parse(computed))


# Findings about the vendor's two articles


@pytest.mark.parametrize(
    ("claim", "said", "computed"),
    [
        # 10M tokens at 1:3 are 2.5M input and 7.5M output; ten times the volume at the output price alone is 100M x it.
        ("10M tokens a month on GPT-4.1", 800, 65),  # 2.5 x 2.00 + 7.5 x 8.00; 100 x 8.00 = 800
        ("10M tokens a month on Claude Sonnet 4.5", 1500, 120),  # 2.5 x 3.00 + 7.5 x 15.00; 100 x 15.00
        ("10M tokens a month on Gemini 2.5 Flash", 250, Fraction("19.5")),  # 2.5 x 0.30 + 7.5 x 2.50; 100 x 2.50
        ("10M tokens a month on DeepSeek V3.2", 42, Fraction("3.5")),  # 2.5 x 0.14 + 7.5 x 0.42; 100 x 0.42
        ("10M tokens a month through the vendor", 42, Fraction("3.5")),
        # 6M tokens at 1:3 are 1.5M and 4.5M; the tiers are 10 times each other.
        ("OpenAI, small", 480, 39),  # 1.5 x 2.00 + 4.5 x 8.00; 60 x 8.00 = 480
        ("OpenAI, medium", 4800, 390),
        ("OpenAI, large", 48000, 3900),
        ("the vendor, small", Fraction("25.2"), Fraction("2.1")),  # 1.5 x 0.14 + 4.5 x 0.42; 60 x 0.42 = 25.20
        ("the vendor, medium", 252, 21),
        ("the vendor, large", 2520, 210),
        ("API cost of 60M tokens", 252, 21),  # 252 is 12 times its own rule
    ],
)
def test_costs_hold_for_output_alone_at_ten_times_the_volume(vendor, claim, said, computed):
    """No single assumption gives the quoted costs; output price for all tokens and ten times the volume do."""
    item = found(vendor, claim)
    assert (item.verdict, item.figure.number, item.computed.number) == (CONTRADICTED, said, computed)
    assert item.ratio == Fraction(said) / computed
    assert item.alternative.assumptions == (OUTPUT_ALONE, TEN_TIMES)
    assert item.alternative.computed.number == said


@pytest.mark.parametrize(("tier", "tokens"), [("small", 6), ("medium", 60), ("large", 600)])
def test_tokens_of_the_scale_table_are_right(vendor, tier, tokens):
    """100 records x 30 days x 2,000 tokens = 6M, and ten times as many in each next tier."""
    item = found(vendor, f"tokens a month, {tier}")
    assert (item.verdict, item.computed.number) == (REPRODUCED, tokens * 1_000_000)


@pytest.mark.parametrize("tier", ["small", "medium", "large"])
def test_savings_hold_on_the_output_price_alone(vendor, tier):
    """At 1:3 1 - 2.10 / 39 = 94.615 %; on output alone 1 - 0.42 / 8 = 94.75 %, which is 94.8 %."""
    item = found(vendor, f"saving, {tier}")
    assert (item.verdict, item.computed.number) == (CONTRADICTED, 100 * (1 - Fraction(21, 390)))
    assert item.alternative.assumptions == (OUTPUT_ALONE,)
    assert item.alternative.computed.number == Fraction("94.75")
    assert list(beside(item).values()) == [Fraction("94.75")]  # 1 - 25.20 / 480: its own two figures


def test_the_cost_before_is_at_the_makers_list_prices(vendor):
    """The old provider is not named: 704.00 + 1,350.00 + 294.00 + 60.90 = 2,408.90, as `migrate` has it, and named so.

    At the makers' list prices 160M and 48M tokens of GPT-4.1 cost 320 + 384, 180M and 54M of Claude 540 + 810, 280M and
    84M of Gemini 84 + 210, 150M and 45M of DeepSeek 42 + 18.90.
    """
    item = found(vendor, "API cost a month before")
    assert (item.verdict, item.figure.number, item.computed.number) == (CONTRADICTED, 4200, Fraction("2408.9"))
    assert item.alternative.assumptions == ()
    assert beside(item) == {"its own mix at its own price list": Fraction("6165.9")}
    assert "does not name the old provider" in item.note
    assert any(note.startswith("Claim 18: The article does not name the old provider") for note in vendor.notes)
    move = migrate(Scenario.load(ROOT / "scenarios" / "vendor-migration.yaml"))
    assert item.computed.number == move.outlook.month_before
    assert round(float(item.ratio), 3) == 1.744


def test_no_assumption_gives_the_cost_after(vendor):
    """Its mix at its list: (160 x 8 + 180 x 15 + 280 x 2.50 + 150 x 0.42) x 1.3 = 4,743 x 1.3 = 6,165.90."""
    item = found(vendor, "API cost a month after")
    assert (item.verdict, item.figure.number, item.computed.number) == (CONTRADICTED, 680, Fraction("6165.9"))
    assert item.alternative.assumptions == ()
    assert {TEN_TIMES, "no output tokens", "list prices of the providers"} <= set(item.alternative.tried)
    # 7 assumptions and their pairs, but for three pairs of volumes and three of prices, which speak of the same values.
    assert item.alternative.sets == 7 + 7 * 6 // 2 - 3 - 3
    assert item.words.endswith("none of 7 assumptions, alone or in pairs (22 sets)")


@pytest.mark.parametrize(
    ("said", "with_"),
    [
        ("926.80 USD/month", ()),
        ("712.92 USD/month", ("no output tokens",)),  # / 1.3
        ("92.68 USD/month", ("a tenth of the volume",)),
        ("9_268 USD/month", (TEN_TIMES,)),
        ("926_801 USD/month", ("a thousand times the volume",)),
    ],
)
def test_paid_in_yuan_goes_with_every_assumption_about_the_mix(tmp_path, said, with_):
    """926.80 USD paid in yuan; without output, and with other volumes, as many times as much."""
    text = VENDOR.read_text(encoding="utf-8").partition("items:")[0]
    item = '{claim: c, source: s, scenario: ../vendor-model-mix.yaml, figure: "total: cost", quoted: ' + said + "}"
    (tmp_path / "claims").mkdir()
    for name in ("vendor-model-mix.yaml", "paid-in-cny.yaml"):
        (tmp_path / name).write_text((ROOT / "scenarios" / name).read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "claims" / "claims.yaml"
    path.write_text(f"{text}items:\n  - {item}\n", encoding="utf-8")
    (finding,) = audit(path).findings
    assert finding.alternative.assumptions == (*with_, "paid in yuan at one yuan a dollar")


@pytest.mark.parametrize(
    ("claim", "computed"),
    [
        ("change of latency", Fraction(180, 420) - 1),  # -57.14 %
        ("change of API cost", Fraction(680, 4200) - 1),  # -83.81 %
        ("change of uptime", Fraction(999, 995) - 1),  # +0.402 %
        ("change of the hours to an answer", Fraction(2, 24) - 1),  # -91.67 %
    ],
)
def test_changes_follow_from_its_own_figures(vendor, claim, computed):
    """The four changes are right when rounded."""
    item = found(vendor, claim)
    assert (item.verdict, item.computed.number) == (ROUNDED, 100 * computed)


def test_figures_that_contradict_each_other(vendor):
    """Latency, saving after the migration and output price against its own other figures."""
    for claim in ("latency of the vendor", "latency of the vendor, beside its measurement"):
        item = found(vendor, claim)
        assert (item.verdict, item.figure.number, item.computed.number) == (CONTRADICTED, 50, 180)
        assert item.why.startswith("its own other figure: ")
    saving = found(vendor, "saving after the migration")  # 1 - 680 / 4,200 = 83.81 %, not 85 %
    assert (saving.verdict, saving.computed.number) == (CONTRADICTED, 100 * (1 - Fraction(680, 4200)))
    assert saving.would_need[0][1].number == 630  # 4,200 x 15 %
    price = found(vendor, "output of GPT-4.1 through the vendor")
    assert (price.verdict, price.ratio) == (CONTRADICTED, Fraction("0.42") / 8)


def test_yuan_are_not_dollars(vendor):
    """1.1172 USD and 7.4326 CNY for one euro: 6.6529 yuan for a dollar; 6,165.90 CNY are 926.80 USD."""
    rate = Fraction("7.4326") / Fraction("1.1172")
    for claim in ("one yuan is one dollar", "total of the mix in yuan, over dollars"):
        item = found(vendor, claim)
        assert (item.verdict, item.computed.number) == (CONTRADICTED, rate)


def test_the_saving_of_credit_depends_on_the_exchange_rate(vendor):
    """1 - 1 / 6.6529 = 84.97 %, which is 85 % when rounded; exactly 85 % at 1 / 0.15 = 6.6667."""
    item = found(vendor, "saving: one yuan buys one dollar of credit")
    assert item.verdict == ROUNDED
    assert item.computed.number == 100 * (1 - Fraction("1.1172") / Fraction("7.4326"))
    assert beside(item)["the exchange rate at which it saves exactly 85 %"] == Fraction(20, 3)
    assert round(float(beside(item)["saves, at the exchange rate of 31 December 2025"]), 2) == 85.72  # 1 - 1 / 7.0010


def test_the_api_cost_of_the_example(vendor):
    """252 is quoted once, for 60M tokens; 100 records a day are 6M on 30 days and 4M on 20: 2.10 and 1.40."""
    tokens = found(vendor, "tokens of 100 records a day")  # 6M, not 60M
    assert (tokens.verdict, tokens.computed.number) == (CONTRADICTED, 6_000_000)
    assert tokens.alternative.assumptions == (TEN_TIMES,)
    item = found(vendor, "API cost of 60M tokens")
    assert beside(item) == {
        "60M tokens at ten times its output price": 252,
        "API cost of the example's 100 records a day, on 30 days": Fraction("2.1"),  # 1.5 x 0.14 + 4.5 x 0.42
        "API cost of the same, on its 20 working days": Fraction("1.4"),  # 1 x 0.14 + 3 x 0.42
    }
    scale = [item for item in vendor.findings if item.quoted == "252 USD/month"]
    assert [item.source for item in scale] == ["article B, scale table, row medium", "article B, ROI, after"]


def test_savings_of_money_and_time(vendor):
    """(4,800 - 2,400 - 252) / 4,800 = 44.75 %, not up to 85 %; 1 - 2 / 10 = 80 %, not 70 %."""
    money = found(vendor, "saving of operating cost")
    assert (money.verdict, money.computed.number) == (CONTRADICTED, Fraction("44.75"))
    assert money.alternative.assumptions == ()
    assert "hours in place of posts" in money.alternative.tried  # 74.96 %
    assert money.would_need[0][1].number == 720  # 4,800 x 15 %
    time = found(vendor, "saving of clinicians' working time")
    assert (time.verdict, time.computed.number) == (CONTRADICTED, 80)
    assert time.would_need[0][1].number == 3  # 10 x 30 %: minutes of review
    assert beside(time) == {"saving in posts, two to one": 50}


@pytest.mark.parametrize(
    ("claim", "verdict", "computed"),
    [
        ("minutes by hand a day", REPRODUCED, 1000),  # 100 x 10
        ("hours by hand a day", ROUNDED, Fraction(50, 3)),  # 16.67
        ("minutes of review a day", REPRODUCED, 200),  # 100 x 2
        ("hours of review a day", ROUNDED, Fraction(10, 3)),  # 3.33
        ("staff cost before", REPRODUCED, 4800),  # 2 x 8 x 20 x 15
        ("staff cost after", REPRODUCED, 2400),
        ("requests a month of the mix", REPRODUCED, 1_500_000),
        ("requests a month of 50,000 images a day", REPRODUCED, 1_500_000),  # 50,000 x 30
    ],
)
def test_work_staff_and_volumes(vendor, claim, verdict, computed):
    """Minutes, hours, posts, pay and requests."""
    item = found(vendor, claim)
    assert (item.verdict, item.computed.number) == (verdict, computed)


def test_posts_are_no_claim(vendor):
    """The articles enter two clinicians and one: what is computed of posts stands beside their pay, with its unit."""
    assert not [item for item in vendor.findings if item.claim.startswith("posts")]
    before, after = found(vendor, "staff cost before"), found(vendor, "staff cost after")
    assert [stated.text for _, stated in before.beside] == [
        "2.08333 posts",  # 333.3 hours / 160
        "13.3333 hours/month",
        "7,200.00 USD/month",
        "5,000.00 USD/month",
    ]
    assert beside(after)["posts that the review needs"] == Fraction(5, 12)  # 66.7 hours / 160


def test_figures_are_quoted_as_they_are_written(vendor):
    """No sign that the articles do not write: '<' and 'up to' stand where they do."""
    signs = {item.quoted for item in vendor.findings if item.quoted.startswith(("<", ">", "up to", "about"))}
    assert signs == {"< 50 ms", "< 2 hours", "up to 85 %"}


def test_only_a_contradicted_claim_has_a_remedy(tmp_path, vendor):
    """What is right needs nothing; what is rounded says to what."""
    assert {item.remedy for item in vendor.of(REPRODUCED)} == {""}
    assert all(item.remedy.startswith("rounded to ") for item in vendor.of(ROUNDED))
    assert all(item.remedy for item in vendor.of(CONTRADICTED))
    (right,) = audited(tmp_path, "{claim: c, source: s, quoted: 1, against: 1, would_need: {a: 2}}", assumptions="")
    assert (right.verdict, right.remedy) == (REPRODUCED, "")


def test_records_a_day_at_its_own_concurrency(vendor):
    """20 x 86,400 s / latency: 1.44M at 1.2 s, 34.56M at 50 ms, 9.6M at 180 ms, 57,600 at its timeout of 30 s."""
    item = found(vendor, "records processed in a day")
    assert (item.verdict, item.quoted) == (NOT_COMPUTABLE, "50_000 records/day")
    assert list(beside(item).values()) == [1_440_000, 34_560_000, 9_600_000, 57_600, Fraction("34.56")]


def test_uptime_in_minutes(vendor):
    """0.5 % of 43,200 minutes are 216, 0.1 % are 43.2: 80 % less."""
    assert list(beside(found(vendor, "uptime before")).values()) == [216]
    assert list(beside(found(vendor, "uptime after")).values()) == [Fraction("43.2")]
    assert beside(found(vendor, "change of uptime")) == {"change of downtime": -80}


def test_a_statistic_of_the_wrong_unit(vendor):
    """Tokens over records are no milliseconds, whatever is assumed."""
    item = found(vendor, "latency = total tokens / successful records")
    assert (item.verdict, item.ratio) == (CONTRADICTED, None)
    assert item.remedy == "its formula gives tokens/record, not ms"


def test_what_cannot_be_computed(vendor):
    """No study, no hospitals, no clinics, no measurements."""
    claims = {item.claim for item in vendor.of(NOT_COMPUTABLE)}
    assert {"gain of diagnostic accuracy", "hospitals where it is deployed", "clinics that it serves"} <= claims
    assert all(item.why.startswith("missing: ") and item.computed is None for item in vendor.of(NOT_COMPUTABLE))


def test_every_claim_has_a_verdict(vendor):
    """At least 40 claims, each once, and the counts add up."""
    assert len(vendor.findings) >= 40
    assert len({item.claim for item in vendor.findings}) == len(vendor.findings)
    assert sum(vendor.counts.values()) == len(vendor.findings)
    assert vendor.counts == {REPRODUCED: 9, ROUNDED: 7, CONTRADICTED: 27, NOT_COMPUTABLE: 14}
    assert [notice for notice in vendor.notices if notice.code == "assumption-not-used"] == []


# The search


def test_one_assumption_goes_before_two(tmp_path):
    """1.5 x 2 + 4.5 x 8 = 39; twice is 78; two assumptions come only after every single one."""
    (one,) = audited(tmp_path, COST + "quoted: 78 USD}")
    assert (one.computed.number, one.alternative.assumptions) == (39, ("twice",))
    (two,) = audited(tmp_path, COST + "quoted: 480 USD}")  # 6 x 8 x 10
    assert two.alternative.assumptions == ("output alone", "ten times")


def test_equal_changes_come_in_the_order_of_the_file(tmp_path):
    """Two assumptions that do the same: the first one is named."""
    both = "assumptions:\n  first: {multiply: {workload.records.per_day: 2}}\n"
    both += "  second: {set: {workload.records.per_day: 200}}\n"
    assert audited(tmp_path, COST + "quoted: 78 USD}", assumptions=both)[0].alternative.assumptions == ("first",)
    swapped = "assumptions:\n  second: {set: {workload.records.per_day: 200}}\n"
    swapped += "  first: {multiply: {workload.records.per_day: 2}}\n"
    assert audited(tmp_path, COST + "quoted: 78 USD}", assumptions=swapped)[0].alternative.assumptions == ("second",)


def test_nothing_makes_it_true(tmp_path):
    """One cent is not reached; every single one and every pair was computed."""
    (item,) = audited(tmp_path, COST + "quoted: 0.01 USD}")
    assert item.alternative.assumptions == ()
    assert item.alternative.tried == ("output alone", "ten times", "twice", "20 days", "the other model")
    assert item.alternative.sets == 5 + 10 - 1  # 'ten times' and 'twice' speak of the same value
    assert item.remedy == "none of 5 assumptions, alone or in pairs (14 sets)"


def test_only_what_may_be_tried_is_tried(tmp_path):
    """`try` names the assumptions; none of them: nothing is tried."""
    (item,) = audited(tmp_path, COST + "quoted: 78 USD, try: [ten times, 20 days]}")
    assert item.alternative.tried == ("ten times", "20 days")
    assert item.alternative.assumptions == ()
    (item,) = audited(tmp_path, COST + "quoted: 78 USD, try: []}")
    assert (item.alternative.sets, item.remedy) == (0, "no assumption of the file applies")


def test_models_and_given_numbers_are_exchanged(tmp_path):
    """Gemini costs 1.5 x 0.30 + 4.5 x 2.50 = 11.70; 100 x 20 x 2,000 = 4M, ten times as many 40M."""
    (item,) = audited(tmp_path, COST + "quoted: 11.70 USD}")
    assert item.alternative.assumptions == ("the other model",)
    tokens = "{claim: t, quoted: 40M tokens/month, source: s, given: {records: 100 records/day, days: 30 days/month}, "
    (item,) = audited(tmp_path, tokens + "compute: {product: [records, days, 2_000 tokens/record]}}")
    assert item.alternative.assumptions == ("ten times", "20 days")


def test_models_are_exchanged_after_what_is_said_of_them(tmp_path):
    """A path with the old model's name still leads there: two calls a record at the other model cost 2 x 11.70."""
    calls = "models:\n  openai/gpt-4.1: {requests_per_record: 1}\n"
    (tmp_path / "calls.yaml").write_text(SCENARIO.partition("models:")[0] + calls, encoding="utf-8")
    assumptions = "assumptions:\n  other: {models: {openai/gpt-4.1: google/gemini-2.5-flash}}\n"
    assumptions += "  two calls: {multiply: {models.openai/gpt-4.1.requests_per_record: 2}}\n"
    item = COST.replace("clinic.yaml", "calls.yaml") + "quoted: 23.40 USD}"
    assert audited(tmp_path, item, assumptions=assumptions)[0].alternative.assumptions == ("other", "two calls")


def test_another_scenario_and_a_change_of_it(tmp_path):
    """A scenario in place of another takes the other assumptions with it: 200 records a day on 20 days cost 52."""
    (tmp_path / "other.yaml").write_text(SCENARIO.replace("per_day: 100", "per_day: 200"), encoding="utf-8")
    assumptions = "assumptions:\n  other: {scenarios: {clinic.yaml: other.yaml}}\n"
    assumptions += "  20 days: {set: {workload.records.days_per_month: 20}}\n"
    (item,) = audited(tmp_path, COST + "quoted: 52 USD}", assumptions=assumptions)  # 39 x 2 x 20 / 30
    assert item.alternative.assumptions == ("other", "20 days")


def test_an_assumption_that_changes_nothing_is_told(tmp_path):
    """A misspelt path is seen."""
    path = claims_file(tmp_path, COST + "quoted: 39 USD}", assumptions="assumptions:\n  a: {set: {worklod.x: 1}}\n")
    (notice,) = [notice for notice in audit(path).notices if notice.code == "assumption-not-used"]
    assert notice.about == ("a",)


def test_the_file_is_not_changed_by_a_search(tmp_path):
    """The base figure is the same after a search as before it."""
    items = [COST + "quoted: 480 USD}", COST.replace("claim: c", "claim: d") + "quoted: 39 USD}"]
    first, second = audited(tmp_path, *items)
    assert (first.verdict, second.verdict) == (CONTRADICTED, REPRODUCED)


# What a file can get wrong


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("{claim: c, source: s, quoted: 1}", "say one of: figure"),
        ("{claim: c, source: s, quoted: 1, missing: x, against: 2}", "found against and missing"),
        ("{claim: c, quoted: 1, missing: x}", "the key 'source' is missing"),
        ("{claim: c, source: s, quoted: '1,000 USD', missing: x}", "write thousands as 1_000"),
        ("{claim: c, source: s, quoted: lots, missing: x}", "expected a number with its unit"),
        ("{claim: c, source: s, quoted: 1, figure: 'total: cost'}", "this figure needs a scenario"),
        ("{claim: c, source: s, quoted: 1, compute: {ratio: [1]}}", "'ratio' takes two figures in a list, not 1"),
        ("{claim: c, source: s, quoted: 1, compute: {sum: []}}", "'sum' takes at least one figure"),
        ("{claim: c, source: s, quoted: 1, compute: {ratio: [1, 2], sum: [1]}}", "found ratio and sum"),
        ("{claim: c, source: s, quoted: 1, compute: {ratoi: [1, 2]}}", "did you mean 'ratio'?"),
        ("{claim: c, source: s, quoted: 1, compute: days}", "'days' is neither a number with its unit nor the name"),
        ("{claim: c, source: s, quoted: 1, compute: a, given: {a: b, b: 1}}", "'b' is neither"),
        ("{claim: c, source: s, quoted: 1, compute: a, given: {a: a}}", "'a' is neither"),
        ("{claim: c, source: s, quoted: 1, against: {claim: x}}", "no claim is named 'x'"),
        ("{claim: c, source: s, quoted: 1, against: {exchange: usd to CNY, on: 2026-10-31}}", "such as 'USD to CNY'"),
        ("{claim: c, source: s, quoted: 1, against: {exchange: USD to CNY}}", "an exchange rate needs both"),
        ("{claim: c, source: s, quoted: '? ms', against: 5 ms}", "only a unit"),
        ("{claim: c, source: s, quoted: 1, against: 2, try: [tea times]}", "there is no assumption 'tea times'"),
        ("{claim: c, source: s, quoted: 1, scenario: /etc/passwd, figure: 'total: cost'}", "no path from the folder"),
        ("{claim: c, source: s, quoted: 1, compute: {sum: [1 ms, 1 USD]}}", "cannot be compared: 1 ms and 1.00 USD"),
        ("{claim: c, source: s, quoted: 1, compute: {ratio: [1, 0]}}", "0 is nothing to divide by"),
        ("{claim: c, source: s, quoted: 1 ms, compute: {sum: [1 USD]}}", "quoted in ms, but computed in USD"),
        ("{claim: c, source: s, quoted: 1 ms, compute: {sum: [1 s], in: USD}}", "a figure in s, not in USD"),
        ("{claim: c, source: s, quoted: 1, scenario: no.yaml, figure: 'total: cost'}", "there is no file 'no.yaml'"),
        (COST + "quoted: 1 EUR}", "quoted in EUR, but computed in USD/month"),
        (COST.replace(": cost", ": costs") + "quoted: 1 USD}", "there is no figure 'costs'"),
        (COST.replace("month 1", "month 13") + "quoted: 1 USD}", "no line has month '13'"),
        (
            COST.replace("openai/gpt-4.1", "mistral/mistral-large-2512") + "quoted: 1 USD}",
            "each model stands alone here",
        ),
        (COST.replace("month 1,", "month,") + "quoted: 1 USD}", "'month' selects nothing"),
        (COST.replace("month 1, model openai/gpt-4.1", "roi") + "quoted: 1 USD}", "has no 'roi'"),
        (
            COST.replace("clinic.yaml", "{file: clinic.yaml, set: {horizon.months: 0}}") + "quoted: 1 USD}",
            "more than 0",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, item, says):
    """Each at file, line and column, in words."""
    ((line, column, message),) = mistakes(tmp_path, item, assumptions="")
    assert says in message
    assert line == 4
    assert column > 4


@pytest.mark.parametrize(
    ("assumption", "says"),
    [
        ("{}", "this assumption changes nothing"),
        ("{set: {given.x: many}}", "expected a number with its unit"),
        ("{multiply: {workload.records.per_day: 0}}", "must be more than 0"),
        ("{set: {a: 1}, multiply: {a: 2}}", "both set and multiplied"),
        ("{multiply: {workload.tokens: 2}}", "is no number that could be multiplied"),
        ("{set: {horizon.months: none}}", "under this assumption the claim 'c' cannot be computed"),
        ("{models: {openai/gpt-4.1: google/gemini-2.5-flash}, set: {workload.tokens: 1}}", "under this assumption"),
        ("{scenarios: {clinic.yaml: gone.yaml}}", "there is no file 'gone.yaml'"),
    ],
)
def test_a_mistake_in_an_assumption_is_told_there(tmp_path, assumption, says):
    """Where a claim cannot be computed under an assumption, the assumption's line is named."""
    ((line, _, message),) = mistakes(
        tmp_path, COST + "quoted: 1 USD}", assumptions=f"assumptions:\n  a: {assumption}\n"
    )
    assert says in message
    assert line == 4


def test_all_mistakes_are_told_at_once(tmp_path):
    """Those of reading together, in the order of the file; those of computing together."""
    read = ["{claim: c, source: s, quoted: 1}", "{claim: d, source: s, quoted: x, missing: y}"]
    assert [line for line, _, _ in mistakes(tmp_path, *read, assumptions="")] == [4, 5]
    computed = [
        "{claim: c, source: s, quoted: 1, compute: {ratio: [1, 0]}}",
        COST + "quoted: 1 EUR}",
        COST.replace("clinic.yaml", "{file: clinic.yaml, set: {workload.records.per_day: -5}}") + "quoted: 1 USD}",
    ]
    assert [line for line, _, _ in mistakes(tmp_path, *computed, assumptions="")] == [4, 5, 6]


def test_mistakes_of_reading_and_of_computing_are_told_in_one_round(tmp_path):
    """What is wrong in one claim hides nothing that is wrong in another; to refer to a wrong claim is no mistake."""
    items = [
        "{claim: no source, quoted: 1}",
        "{claim: units, name: units, source: s, quoted: 1 USD, compute: {product: [1 EUR, 1]}}",
        "{claim: nobody, source: s, quoted: 1, compute: {sum: [{claim: nobody}, zzz]}}",
        "{claim: two, source: s, quoted: 1, compute: {ratio: [1, 0]}, beside: {b: {sum: [1 ms, 1 USD]}}}",
        "{claim: no figure, name: broken, source: s, quoted: lots, missing: x}",
        "{claim: refers to it, source: s, quoted: 1 USD, compute: {claim: broken}}",
        COST.replace(": cost", ": costs") + "quoted: 1 USD, try: [tea times]}",
        COST.replace("month 1", "month 13") + "quoted: 1 USD}",
        "{claim: right, source: s, quoted: 1, compute: {sum: [1]}}",
    ]
    assumptions = "assumptions:\n  nothing: {}\n  ten times: {multiply: {workload.records.per_day: 10}}\n"
    found = mistakes(tmp_path, *items, assumptions=assumptions)
    assert [line for line, _, _ in found] == [4, 7, 8, 9, 9, 10, 10, 11, 13, 14]
    words = [
        "this assumption changes nothing", "'source' is missing", "quoted in USD", "no claim is named 'nobody'",
        "'zzz' is neither", "0 is nothing to divide by", "cannot be compared", "expected a number with its unit",
        "no assumption 'tea times'", "no line has month '13'",
    ]  # fmt: skip
    assert all(any(word in message for _, _, message in found) for word in words)


def test_a_file_of_which_nothing_is_right(tmp_path):
    """No claim can be computed: what is wrong is told all the same, and nothing else happens."""
    assert [line for line, _, _ in mistakes(tmp_path, "{claim: c, quoted: 1}", "7", assumptions="")] == [4, 5]
    path = tmp_path / "empty.yaml"
    for text in (
        "claims: x\n",
        "claims: x\nitems: 7\n",
        "claims: x\nitems: []\n",
        "claims: x\nitems: [{}]\nassumptions: 7\n",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FileError):
            audit(path)


def test_names_stand_once(tmp_path):
    """Two claims of one name could mean either."""
    item = "{claim: c, name: n, source: s, quoted: 1, missing: x}"
    ((line, _, message),) = mistakes(tmp_path, item, item, assumptions="")
    assert (line, message) == (5, "the name 'n' stands twice: each claim its own")


def test_an_unknown_model_has_no_price(tmp_path):
    """It is told with its place in the claims, and ends with exit code 4."""
    item = COST.replace("openai/gpt-4.1", "openai/gpt-99").replace(
        "clinic.yaml", "{file: clinic.yaml, set: {models: [openai/gpt-99]}}"
    )
    path = claims_file(tmp_path, item + "quoted: 1 USD}", assumptions="")
    with pytest.raises(NoPriceError, match=r"claims.yaml:4:\d+: No offer is called 'openai/gpt-99'"):
        audit(path)
    assert run(["audit", str(path)]) == 4
    wrong = claims_file(tmp_path, item + "quoted: 1 USD}", "{claim: c, source: s, quoted: 1}", assumptions="")
    assert run(["audit", str(wrong)]) == 3  # a wrong file outweighs a missing price


def test_a_scenario_is_no_file_of_claims(tmp_path, capsys):
    """It is told what it is."""
    assert run(["audit", str(ROOT / "scenarios" / "emr-small.yaml")]) == 3
    assert "this is a scenario, no file of claims" in capsys.readouterr().err


# The command line and what comes out


def test_the_table_says_each_thing_once(vendor):
    """The verdict with its reason in one column, no unit twice, no exchange rate twice, and rows that can be read."""
    claims, beside_them = vendor.tables()
    rows = {row[1]: row for row in claims.rows}
    assert rows["tokens a month, small"][2:] == ("6M tokens/month", "6,000,000", "", "reproduced")
    assert rows["change of latency"][5] == "reproduced when rounded to 1 %"
    assert rows["latency of the vendor"][5] == "contradicted by its own other figure: article A, 30 days after go-live"
    assert rows["one yuan is one dollar"][5] == "contradicted: no assumption of the file applies (note)"
    assert rows["hospitals where it is deployed"][5].startswith("not computable: no names")
    assert max(len(line) for line in claims.plain().splitlines()) <= 177
    assert ("21", "would need a cost after of", "630.00 USD/month") in beside_them.rows
    rates = [line for line in vendor.notes if line.startswith("Exchange rate")]
    assert len(rates) == len({line.partition(" on ")[2][:10] for line in rates}) == 3
    assert sum("As a credit rate" in line for line in vendor.notes) == 1
    assert "Claims 12 and 14: Contradicted as an exchange rate." in "\n".join(vendor.notes)
    assert (claims.notes, bool(beside_them.notes)) == ((), True)


def test_only_notices_that_a_claim_needs(vendor, tmp_path):
    """What a return leaves out is told where a claim is about a net sum; how sources disagree, by name alone."""
    codes = {notice.code for notice in vendor.notices}
    assert not codes & {"one-off-left-out", "errors-left-out"}
    (disagree,) = [notice for notice in vendor.notices if notice.code == "sources-disagree"]
    assert "(" not in disagree.text
    assert len(disagree.text) < 300
    (tmp_path / "roi.yaml").write_text((ROOT / "scenarios" / "vendor-roi.yaml").read_text("utf-8"), encoding="utf-8")
    item = '{claim: n, source: s, quoted: 1 USD/month, scenario: roi.yaml, figure: "roi: net", try: []}'
    path = claims_file(tmp_path, item.replace("1 USD/month", "1 USD"), assumptions="")
    assert {"one-off-left-out", "errors-left-out"} <= {notice.code for notice in audit(path).notices}


def test_exit_codes(tmp_path, capsys):
    """0 when it ran; with --fail-on 1 where a claim has that verdict, and the result is still written."""
    path = str(claims_file(tmp_path, COST + "quoted: 1 USD, try: []}", assumptions=""))
    assert run(["audit", path]) == 0
    out = tmp_path / "result.json"
    assert run(["audit", path, "--fail-on", "contradicted", "--output", str(out), "--quiet"]) == 1
    assert json.loads(out.read_text(encoding="utf-8"))["counts"]["contradicted"] == 1
    assert run(["audit", path, "--fail-on", "not-computable"]) == 0
    assert run(["audit", path, "--fail-on", "nonsense"]) == 2
    assert run(["audit", path, "--prices", "1999.1"]) == 2
    assert run(["audit", str(tmp_path / "gone.yaml")]) == 3
    capsys.readouterr()


def test_the_shipped_claims_are_the_default(capsys):
    """Without a file the vendor's articles are audited; the same bytes each time, and no path in them."""
    assert run(["audit", "--format", "json"]) == 0
    first = capsys.readouterr().out
    assert run(["audit", str(VENDOR), "--format", "json"]) == 0
    assert capsys.readouterr().out == first
    assert str(ROOT) not in first
    record = json.loads(first, parse_float=lambda text: pytest.fail(f"{text} is a binary float"))
    keys = {"schema_version", "kind", "currency", "total", "lines", "price_book", "warnings"}
    assert keys <= set(record)
    assert (record["kind"], len(record["lines"])) == ("audit", sum(record["counts"].values()))
    assert record["price_book"]["version"] == "2026.11"


def test_hostile_text_is_harmless(tmp_path, capsys):
    """HTML is escaped, formulas are text, pipes stay inside their cell."""
    claim = "'=HYPERLINK(\"http://x\") <script>alert(1)</script> | a'"
    path = claims_file(
        tmp_path, f"{{claim: {claim}, source: '@SUM(1)', quoted: -57 %, missing: '+1 <b>'}}", assumptions=""
    )
    result = audit(path)
    assert "<script>" not in result._repr_mimebundle_()["text/html"]
    assert "&lt;script&gt;" in result._repr_mimebundle_()["text/html"]
    assert run(["audit", str(path), "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff")))
    assert all(not cell.startswith(("=", "+", "@")) for cell in row.values())
    assert row["claim"].startswith("'=HYPERLINK")
    assert row["quoted_number"] == "-57"
    assert run(["audit", str(path), "--format", "markdown"]) == 0
    table = [line for line in capsys.readouterr().out.splitlines() if "HYPERLINK" in line]
    assert len(table) == 1
    assert "\\| a" in table[0]


def test_control_characters_are_refused(tmp_path, capsys):
    """A claim cannot drive the terminal."""
    path = claims_file(tmp_path, '{claim: "a\\u001b[31m", source: s, quoted: 1, missing: x}', assumptions="")
    assert run(["audit", str(path)]) == 3
    assert "\x1b" not in capsys.readouterr().err


def test_a_claim_shows_itself(vendor):
    """In a terminal, in Jupyter, as a data frame with exact figures."""
    text = str(vendor)
    assert "57 claims: 9 reproduced, 7 reproduced when rounded, 27 contradicted, 14 not computable." in text
    assert repr(vendor).startswith("<Audit 'Two articles of HolySheep AI, 2026': 9 reproduced")
    frame = vendor.to_pandas()
    assert len(frame) == len(vendor.findings)
    assert frame["computed_number"][0] == Fraction(65)


# Its parts agree with the rest of the house


@pytest.mark.parametrize("key", ["total", "month 1, model openai/gpt-4.1", " department x , month 2027-01"])
def test_figures_are_selected_as_expectations_are(key):
    """One grammar: a figure is written as in `expect:`."""
    assert figures.selection_of(key) == expectations.selection_of(key)


@pytest.mark.parametrize("path", [VENDOR, VENDOR.with_name("example.yaml")], ids=lambda path: path.stem)
def test_shipped_claims_meet_the_editor_schema(path):
    """What an editor would mark as wrong is nothing in the shipped files."""
    data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - makes no objects
    jsonschema.Draft202012Validator(json.loads(schema_text("claims"))).validate(data)


def test_the_guide_shows_the_shipped_example():
    """The file in docs/audit.md is the one that its example runs."""
    (block,) = re.findall(
        r"```yaml\n(claims: .*?)```", (ROOT / "docs" / "audit.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert block in (VENDOR.with_name("example.yaml")).read_text(encoding="utf-8")

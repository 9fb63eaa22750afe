"""Break-evens: every interval in which the work is worth it, held against exact evaluation."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.results.parameters import Parameter
from costmodel.results.worth.break_evens import hangs_on
from costmodel.scenario import Scenario
from costmodel.study.worth import QUOTED, case_of
from costmodel.uncertainty.break_even import _Points, _turns, break_evens, searched
from costmodel.uncertainty.parameters import Outcome, outcomes, parameters
from costmodel.value.returns import internal_rates_of_return, yearly

# The vendor's case: 100 records a day, 20 days, 10 -> 2 minutes, two posts of 160 hours at 15 USD, 252 USD a month.
VENDOR = """\
scenario: vendor
horizon: {start: 2026-12, months: 12}
currency: USD
workload:
  records: {per_day: 100, days_per_month: 20}
roi:
  perspective: the clinic
  price_year: 2026
  discount_rate: 3 %
  staff:
    wage_per_hour: 15 USD
    loading_on_wage: 0 %
    hours_per_day: 8
    days_per_month: 20
    usable_share: 100 %
    staffing: whole_posts
    posts_now: 2
  manual: {minutes: 10}
  with_ai: {review_share: 100 %, review_minutes: 2}
  adoption: 100 %
  llm_cost: {quoted: 252 USD/month}
"""
# Three posts or more, growth, notice, severance and rehiring: the sign changes several times with the records.
GROWING = """\
scenario: growing
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 14}
currency: USD
workload:
  records: {per_month: 2000, monthly_growth: 3 %}
  tokens: {total: 2000, input_to_output: "1:3"}
  cache_read: 40 % of input
  cache_write_5m: 0.2
mix: {by: tokens, openai/gpt-4.1: 60 %, openai/gpt-4.1-mini: 40 %}
taxes_and_fees: [{name: tax, rate: 10 %, kind: withholding_tax, grossed_up: true}]
roi:
  perspective: the clinic
  price_year: 2026
  discount_rate: 3 %
  staff:
    wage_per_hour: USD 15
    loading_on_wage: 42.3 % of wage
    hours_per_day: 8
    days_per_month: 20
    usable_share: 85 %
    staffing: whole_posts
    notice_months: 2
    severance_per_post: 1000 USD
    rehiring_cost_per_post: 500 USD
  manual: {minutes: 10}
  with_ai: {review_share: 100 %, review_minutes: 2}
  adoption: [20 %, 40 %, 60 %, 80 %]
  one_off: {training: 2000 USD, other: {laptops: 1500 USD}}
  fixed_per_month: {support: 100 USD}
  capacity: {share_used: 20 %}
  modified_return: {finance_rate: 5 %}
"""


def scenario(tmp_path, text=VENDOR, **changes):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    return Scenario.load(path, {name.replace("__", "."): value for name, value in changes.items()})


def named(items):
    return {item.parameter.name: item for item in items}


def found(tmp_path, text=VENDOR, option=QUOTED, **changes):
    case = case_of(scenario(tmp_path, text, **changes))
    return case, named(break_evens(case, option))


def exactly_worth(case, option, path, value):
    return case.worth({path: Fraction(value)}).flows[option].net_present_value > 0


def inside(item, value):
    return any(low.value < value < high.value for low, high in item.worth_it)


def near_a_boundary(item, value):
    margin = (item.searched[1] - item.searched[0]) / 10**8
    return any(abs(end.value - value) <= margin for interval in item.worth_it for end in interval)


def test_the_minutes_of_review_at_which_the_second_post_returns(tmp_path):
    """2,000 records x 4.8 minutes / 60 are 160 hours, one post's: beyond it nothing is saved."""
    _, items = found(tmp_path)
    item = items["roi.with_ai.review_minutes"]
    assert item.searched == (0, 20)
    assert [tuple(end) for end in item.worth_it[0]] == [(0, "end"), (Fraction("4.8"), "step")]
    assert item.nearest == ((Fraction("4.8"), "step"), Fraction("1.4"), False)


def test_the_wage_at_which_a_post_pays_for_the_models(tmp_path):
    """160 hours x 1.575 USD are the 252 USD of the models."""
    _, items = found(tmp_path)
    item = items["roi.staff.wage_per_hour"]
    assert item.worth_it == (((Fraction("1.575"), "crossing"), (150, "end")),)
    assert item.nearest.worth_above
    assert items["roi.llm_cost.quoted"].worth_it == (((0, "end"), (2400, "crossing")),)


def test_intervals_agree_with_an_exact_scan(tmp_path):
    """Every value of a fine scan is worth it where an interval holds it, and nowhere else."""
    case, items = found(tmp_path)
    for name in ("roi.with_ai.review_minutes", "roi.adoption", "roi.staff.posts_now", "workload.records.per_day"):
        item = items[name]
        low, high = item.searched
        values = [low + (high - low) * Fraction(2 * step + 1, 502) for step in range(251)]
        for value in values:
            if not near_a_boundary(item, value):
                worth = exactly_worth(case, QUOTED, item.parameter.path, value)
                assert inside(item, value) == worth, (name, float(value))


# Posts as the hours need them, growth, notice and rehiring: the longer a post's day, the fewer can leave.
POSTS_AS_NEEDED = {
    "roi__staff": "{wage_per_hour: 15 USD, loading_on_wage: 0 %, hours_per_day: 8, days_per_month: 20, "
    "usable_share: 100 %, staffing: whole_posts, notice_months: 2, rehiring_cost_per_post: 500 USD}",
    "roi__llm_cost": "{quoted: 2500 USD/month}",
    "workload__records__monthly_growth": "3 %",
}


def test_the_sign_changes_several_times(tmp_path):
    """From a day of 4 hours on: worth it, then not, then again, then not. All of it is told, and what kind it is."""
    case, items = found(tmp_path, **POSTS_AS_NEEDED)
    item = items["roi.staff.hours_per_day"]
    ends = [end for interval in item.worth_it for end in interval if end.value > 4]
    assert [float(end.value) for end in ends] == pytest.approx([25 / 3, 10.0247742, 50 / 3], rel=1e-8)
    assert [end.kind for end in ends] == ["step", "crossing", "step"]
    for end, above in zip(ends, (False, True, False), strict=True):
        path, near = item.parameter.path, Fraction(1, 10**6)
        assert exactly_worth(case, QUOTED, path, end.value + near) == above
        assert exactly_worth(case, QUOTED, path, end.value - near) != above


def test_an_interval_between_two_points_of_the_grid_is_found_where_posts_change(tmp_path):
    """The saving falls slowly up to each change of posts: just before one there is an interval narrower than a step."""
    case, items = found(tmp_path, **POSTS_AS_NEEDED)
    item = items["roi.staff.hours_per_day"]
    step = (item.searched[1] - item.searched[0]) / 2048
    assert len(item.worth_it) == 5  # without the finer points at changes of posts two of them are taken for one
    narrow = [interval for interval in item.worth_it if interval.high.value - interval.low.value < step]
    assert narrow
    for interval in narrow:
        middle = (interval.low.value + interval.high.value) / 2
        assert exactly_worth(case, QUOTED, item.parameter.path, middle)


def test_discount_rates_between_two_rates_of_return(tmp_path):
    """Paid at the start, saved, then paid again: worth it between two internal rates of return, and only there."""
    changes = {
        "roi__staff": "{wage_per_hour: 15 USD, loading_on_wage: 0 %, hours_per_day: 8, days_per_month: 20, "
        "usable_share: 100 %, staffing: fractional}",
        "roi__capacity": "{share_used: 100 %}",
        "roi__llm_cost": "{quoted: 600 USD/month}",
        "workload__records__monthly_growth": "-10 %",
        "roi__one_off": "{training: 15800 USD}",
        "roi__discount_rate": "50 %",
        "horizon__months": "48",
    }
    case, items = found(tmp_path, **changes)
    (interval,) = items["roi.discount_rate"].worth_it
    rates = [yearly(rate) for rate in internal_rates_of_return(case.worth().flows[QUOTED].nets)]
    assert [float(end.value) for end in interval] == pytest.approx(rates, rel=1e-7)
    assert [end.kind for end in interval] == ["crossing", "crossing"]
    assert items["workload.records.monthly_growth"].searched[1] == 0  # of a number below 0, values up to 0
    assert Fraction("-1") < items["workload.records.monthly_growth"].searched[0] < Fraction("-0.99")


def test_a_share_is_searched_up_to_all_however_small_it_is(tmp_path):
    """Ten times 5 % would be half: a share is searched up to 100 %."""
    _, items = found(tmp_path, roi__adoption="5 %")
    assert items["roi.adoption"].searched == (0, 1)
    assert items["roi.adoption"].nearest == ((Fraction("0.65"), "step"), 12, True)


def test_changes_of_sign_too_close_to_be_told_apart_are_one_or_none():
    """What rounding does to a sum near 0 is no break-even."""
    x = np.array([0, 1, 1 + 1e-13, 1 + 2e-13, 2, 3])
    for signs, turns in (([-1, -1, 1, -1, -1, -1], 0), ([-1, -1, 1, -1, 1, 1], 1)):
        outcome = Outcome(np.array(signs, dtype=float), np.ones(6), np.empty((0, 6)))
        assert len(_turns(_Points(x, outcome), 3)) == turns


def test_exactly_nothing_is_not_worth_it(tmp_path):
    """Models that cost nothing and save no post leave exactly 0, which is a plateau and not worth it."""
    case, items = found(tmp_path, roi__llm_cost="{quoted: 0 USD/month}")
    item = items["roi.adoption"]
    assert case.worth({item.parameter.path: Fraction(1, 2)}).flows[QUOTED].net_present_value == 0
    assert item.worth_it == (((Fraction("0.65"), "step"), (1, "end")),)


def test_never(tmp_path):
    """Where the sign never changes there is no nearest boundary, and the sentence says so."""
    _, items = found(tmp_path, roi__llm_cost="{quoted: 100000 USD/month}")
    minutes = items["roi.with_ai.review_minutes"]
    assert minutes.nearest is None
    assert minutes.worth_it == ()
    assert hangs_on([minutes]) == "It hangs on no single number: over every range searched it is not worth it"
    _, items = found(tmp_path)
    assert hangs_on([items["roi.discount_rate"]]).endswith("over every range searched it stays worth it")
    assert items["roi.discount_rate"].worth_it == (((0, "end"), (Fraction("0.3"), "end")),)


def test_shares_are_searched_from_nothing_to_all(tmp_path):
    """Shares lie between 0 and 100 %, or just above 0; other limits are kept as well."""
    _, items = found(tmp_path)
    assert items["roi.adoption"].searched == (0, 1)
    assert items["roi.with_ai.review_share"].searched == (0, 1)
    for name, high in (("roi.staff.usable_share", 1), ("roi.staff.hours_per_day", 24), ("roi.manual.minutes", 100)):
        assert 0 < items[name].searched[0] < Fraction(1, 10**6)
        assert items[name].searched[1] == high


def test_the_nearest_comes_first(tmp_path):
    """Break-evens stand in the order of their distance from today's value, those without any at the end."""
    _, items = found(tmp_path)
    distances = [item.nearest.distance for item in items.values() if item.nearest]
    assert distances == sorted(distances)
    assert [item.nearest is None for item in items.values()] == sorted(item.nearest is None for item in items.values())


def test_in_words(tmp_path):
    """What a reader gets: the two nearest break-evens in the units of the scenario."""
    _, items = found(tmp_path)
    names = ("roi.with_ai.review_minutes", "roi.staff.wage_per_hour")
    assert hangs_on([items[name] for name in names]) == (
        "It hangs on minutes of a review (roi.with_ai.review_minutes: 2 now; worth it up to 4.8) "
        "and wage per hour (roi.staff.wage_per_hour: 15 USD now; worth it from 1.58 USD)"
    )


def test_factors_of_one_product_are_one_break_even(tmp_path):
    """Hours of a day and days of a month say the same twice: the sentence names the first, then something else."""
    _, items = found(tmp_path)
    names = ("roi.staff.hours_per_day", "roi.staff.days_per_month", "roi.with_ai.review_minutes")
    sentence = hangs_on([items[name] for name in names])
    assert "hours_per_day" in sentence
    assert "days_per_month" not in sentence
    assert "review_minutes" in sentence


def test_counts_of_a_mix_are_numbers_like_others(tmp_path):
    """Where a mix of counts makes the records, each count has its break-even; shares of a mix have none."""
    mix = "{by: requests, openai/gpt-4.1: '1500', openai/gpt-4.1-mini: '500'}"
    changes = {
        "mix": mix,
        "workload__tokens": "{input: 500, output: 100}",
        "workload__records": "{monthly_growth: 1 %}",
    }
    case, items = found(tmp_path, option="the mix", **changes)
    item = items['mix."openai/gpt-4.1"']
    assert item.nearest.end.kind == "step"
    for value in (item.nearest.end.value - 1, item.nearest.end.value + 1):
        assert exactly_worth(case, "the mix", item.parameter.path, value) == inside(item, value)


def test_what_is_shown_and_written(tmp_path):
    """The table, the JSON and the data frame tell the same."""
    shown = searched(case_of(scenario(tmp_path)), QUOTED)
    text = str(shown)
    assert "roi.staff.wage_per_hour" in text
    assert "from 1.58 USD" in text
    assert "above 0 to 24" in text
    written = {item["path"]: item for item in shown.to_json()["numbers"]}["roi.with_ai.review_minutes"]
    assert written["worth_it"] == [{"low": {"value": 0.0, "kind": "end"}, "high": {"value": 4.8, "kind": "step"}}]
    assert written["nearest"] == {"value": 4.8, "kind": "step", "distance": 1.4, "worth_it": "below"}
    frame = shown.to_pandas().set_index("path")
    assert frame.loc["roi.llm_cost.quoted", "high"] == 2400


def test_numbers_that_cannot_change_alone_are_named(tmp_path):
    """A mix of counts says how many records there are: the records cannot be others, and the reader is told."""
    changes = {"mix": "{by: requests, openai/gpt-4.1: '2000'}", "workload__tokens": "{input: 500, output: 100}"}
    shown = searched(case_of(scenario(tmp_path, **changes)), "the mix")
    records = {"workload.records.per_day", "workload.records.days_per_month", 'mix."openai/gpt-4.1"'}
    assert {name for name, _ in shown.not_searched} == records
    assert "leave one of them out" in str(shown)
    assert "workload.tokens.input" in named(shown.items)


def test_what_may_not_be_nothing_together_is_searched_from_just_above(tmp_path):
    """A mix by tokens needs tokens: their number is searched all the same."""
    _, items = found(tmp_path, GROWING, "the mix")
    assert 0 <= items["workload.tokens.total"].searched[0] < Fraction(1, 1000)


def test_money_of_nothing_is_searched_up_to_all_flows(tmp_path):
    """A cost of 0 has no multiple: it is searched up to the sum of all flows; 12 x 2,148 USD here."""
    _, items = found(tmp_path, roi__one_off="{training: 0 USD}", roi__discount_rate="0 %")
    item = items["roi.one_off.training"]
    assert item.searched == (0, 25776)
    assert item.nearest == ((25776, "crossing"), None, False)
    assert "roi.staff.loading_on_wage" in items  # 0 %: searched up to 100 %
    assert items["roi.staff.loading_on_wage"].searched == (0, 1)


def test_parameters(tmp_path):
    """Each number in the unit in which it is written, with its limits; what cannot change alone is none of them."""
    items = {item.name: item for item in parameters(case_of(scenario(tmp_path, GROWING)))}
    assert not any(name.startswith(("mix", "horizon", "prices")) for name in items)
    assert "roi.price_year" not in items
    assert "roi.modified_return.finance_rate" not in items  # the net present value knows nothing of it
    assert "roi.staff.notice_months" not in items
    assert items["workload.cache_read"].high == Fraction("0.8")  # with the 20 % that are written to cache
    assert items["workload.cache_write_5m"].high == Fraction("0.6")
    assert items["workload.records.monthly_growth"].low is None
    shown = {name: item.shown(item.value) for name, item in items.items()}
    assert shown["workload.cache_read"] == "40 % of input"
    assert shown["workload.cache_write_5m"] == "20 %"
    assert shown["roi.staff.wage_per_hour"] == "15 USD"
    assert shown["roi.staff.loading_on_wage"] == "42.3 % of wage"
    assert shown["roi.adoption.1"] == "40 %"
    assert shown["workload.tokens.total"] == "2,000"


def test_shares_of_a_mix_are_no_parameters_however_they_are_written(tmp_path):
    """With `models` between, with `share`, and for service tiers: they must add up to 100 %."""
    tiers = "service_tier: {standard: 60 %, batch: 40 %}"
    mix = f"{{by: requests, models: {{openai/gpt-4.1: {{share: 60 %, {tiers}}}, openai/gpt-4.1-mini: 40 %}}}}"
    names = [item.name for item in parameters(case_of(scenario(tmp_path, GROWING, mix=mix)))]
    assert not any("mix" in name for name in names)


def test_small_amounts_of_money_keep_three_digits():
    """0.02184933 USD would be 0.02 in whole cents."""
    wage = Parameter((), "", Fraction(1), unit=" USD")
    assert wage.shown(Fraction("0.02184933")) == "0.0218 USD"
    assert wage.shown(Fraction(1234)) == "1,234 USD"
    assert wage.shown(Fraction(0)) == "0 USD"


def test_a_text_of_a_value_never_reads_as_thousands():
    """Three decimals could be thousands in some countries: a zero is added."""
    assert Parameter((), "", Fraction(1), unit=" USD").text(Fraction("1.575")) == "1.5750 USD"


def test_many_values_of_many_numbers_agree_with_one_value_at_a_time(tmp_path):
    """Numbers that share a call do not touch one another."""
    case = case_of(scenario(tmp_path, GROWING))
    values = [(item, np.array([0.5, 1.0, 0.75]) * float(item.value)) for item in parameters(case)]
    for (item, array), outcome in zip(values, outcomes(case, "the mix", values), strict=True):
        for value, npv in zip(array.tolist(), outcome.npv.tolist(), strict=True):
            exact = case.worth({item.path: Fraction(value)}).flows["the mix"].net_present_value
            assert npv == pytest.approx(float(exact), rel=1e-9, abs=1e-6), item.name


@st.composite
def settings_of_a_scenario(draw):
    staffing = draw(st.sampled_from(["whole_posts", "whole_posts", "fractional", "overtime"]))
    pick = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    staff = {"staffing": staffing, "wage_per_hour": f"{pick(1, 40)} USD", "usable_share": f"{pick(50, 100)} %"}
    staff |= {"loading_on_wage": f"{pick(0, 50)} %", "hours_per_day": "8", "days_per_month": str(pick(15, 22))}
    if staffing == "overtime":
        staff |= {"posts_now": str(pick(1, 3)), "overtime": "{factor: 1.5}"}
    elif staffing == "whole_posts":
        staff |= {"notice_months": str(pick(0, 3)), "severance_per_post": f"{1000 * pick(0, 3)} USD"}
        staff |= {"posts_now": str(pick(1, 4))} if draw(st.booleans()) else {}
        staff |= {"rehiring_cost_per_post": f"{1000 * pick(0, 2)} USD"} if draw(st.booleans()) else {}
    adoption = draw(st.sampled_from(["70 %", "[10 %, 50 %, 90 %]", "{curve: linear, share: 90 %, months_to_reach: 4}"]))
    return {
        "roi.staff": "{" + ", ".join(f"{key}: {value}" for key, value in staff.items()) + "}",
        "workload.records": f"{{per_day: {pick(20, 300)}, days_per_month: 20, monthly_growth: {pick(-5, 10)} %}}",
        "roi.adoption": adoption,
        "roi.with_ai.review_minutes": str(pick(0, 12)),
        "roi.llm_cost": f"{{quoted: {pick(0, 4000)} USD/month}}",
        "roi.one_off": f"{{training: {1000 * pick(0, 9)} USD}}",
        "roi.capacity": f"{{share_used: {pick(0, 10)} %}}",
        "horizon.months": str(pick(1, 8)),
    }


@settings(max_examples=20)
@given(settings_of_a_scenario(), st.integers(0, 2**32))
def test_every_interval_agrees_with_exact_evaluation(tmp_path_factory, changes, seed):
    """Whatever the scenario: at any value, it is worth it exactly where an interval holds the value."""
    folder = tmp_path_factory.mktemp("random")
    (folder / "scenario.yaml").write_text(VENDOR)
    case = case_of(Scenario.load(folder / "scenario.yaml", changes))
    items, chance = break_evens(case, QUOTED), random.Random(seed)  # noqa: S311 - points, no secrets
    for _ in range(50):
        item = chance.choice(items)
        low, high = item.searched
        value = low + (high - low) * Fraction(chance.randrange(1, 10**9), 10**9)
        if not near_a_boundary(item, value):
            worth = exactly_worth(case, QUOTED, item.parameter.path, value)
            assert inside(item, value) == worth, (item.parameter.name, float(value))

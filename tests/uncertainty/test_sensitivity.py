"""One number at a time, two numbers at a time, and named cases."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from costmodel.errors import CommandLineError, FileError
from costmodel.scenario import Scenario
from costmodel.study.worth import QUOTED, case_of
from costmodel.uncertainty.sensitivity import named_cases, one_way, settings_of, two_way

VENDOR = """\
scenario: vendor
horizon: {start: 2026-12, months: 12}
currency: USD
workload:
  records: {per_day: 100, days_per_month: 20}
roi:
  perspective: the clinic
  price_year: 2026
  discount_rate: 0 %
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
WAGE = ("roi.staff.wage_per_hour", "1 USD", "3 USD", 5)
MINUTES = ("roi.with_ai.review_minutes", "2", "6", 5)
UNCERTAIN = {
    "roi.staff.wage_per_hour": "{uniform: [10 USD, 20 USD]}",
    "roi.with_ai.review_minutes": "{triangular: [1, 2, 6]}",
    "roi.manual.minutes": "{uniform: [9, 11]}",
}


@pytest.fixture
def case(tmp_path):
    """Makes a case of the vendor's scenario with other values."""
    (tmp_path / "scenario.yaml").write_text(VENDOR)
    return lambda changes=None: case_of(Scenario.load(tmp_path / "scenario.yaml", changes or {}))


def npv(case, numbers):
    return float(case.worth(numbers).flows[QUOTED].net_present_value)


def test_each_uncertain_number_goes_from_quantile_to_quantile(case):
    """Uniform from 10 to 20 USD: its central 95 % lies between 10.25 and 19.75; 12 x (160 x wage - 252)."""
    found = one_way(case({"roi.staff.wage_per_hour": UNCERTAIN["roi.staff.wage_per_hour"]}), QUOTED)
    (row,) = found.rows
    assert (float(row.low), float(row.high)) == pytest.approx((10.25, 19.75))
    assert (row.outcome_low, row.outcome_base, row.outcome_high) == (16656, 25776, 34896)
    assert row.swing == pytest.approx(18240)
    assert found.notes == ("Low and high of an uncertain number: the ends of its central 95 %.",)


def test_the_interval_is_the_scenarios(case):
    """`uncertainty: {interval: 50 %}` takes the quartiles."""
    changes = {"roi.staff.wage_per_hour": UNCERTAIN["roi.staff.wage_per_hour"], "uncertainty": "{interval: 50 %}"}
    (row,) = one_way(case(changes), QUOTED).rows
    assert (float(row.low), float(row.high)) == pytest.approx((12.5, 17.5))


def test_the_largest_swing_comes_first_and_what_changes_nothing_is_counted(case):
    """Rows by swing; the minutes by hand change nothing here, as two posts are paid in any case."""
    found = one_way(case(UNCERTAIN), QUOTED)
    assert [row.parameter.name for row in found.rows] == ["roi.with_ai.review_minutes", "roi.staff.wage_per_hour"]
    assert found.rows[0].swing > found.rows[1].swing > 0
    assert found.without_effect == ("roi.manual.minutes",)
    assert "1 number changes nothing in its range: roi.manual.minutes." in found.notes


def test_the_swing_is_over_the_whole_range_not_between_its_ends(case):
    """Fewer paid hours save less, until nobody can leave: the outcome between low and high goes beyond both."""
    changes = {
        "roi.staff.hours_per_day": "{uniform: [2, 6]}",
        "roi.staff.posts_now": "2",
    }
    found = one_way(case(changes), QUOTED)
    (row,) = found.rows
    path = ("roi", "staff", "hours_per_day")
    values = [row.low + (row.high - row.low) * Fraction(step, 32) for step in range(33)]
    exact = [npv(case(), {path: value}) for value in values]
    assert (row.least, row.most) == pytest.approx((min(exact), max(exact)))
    assert row.swing == pytest.approx(max(exact) - min(exact))


def test_a_swing_beyond_both_ends_is_said(case):
    """Two posts leave up to a day of 8.33 hours and one beyond it: most is saved in between, and a note says so."""
    changes = {
        "roi.staff": "{wage_per_hour: 15 USD, loading_on_wage: 0 %, hours_per_day: {uniform: [7, 10]}, "
        "days_per_month: 20, usable_share: 100 %, staffing: whole_posts}"
    }
    found = one_way(case(changes), QUOTED)
    (row,) = found.rows
    assert row.beyond_ends
    assert row.most > max(row.outcome_low, row.outcome_high)
    assert any("goes further between its low and high" in note for note in found.notes)


def test_without_uncertain_numbers_each_is_changed_by_a_tenth(case):
    """A scenario without distributions is varied by 10 %, and the reader is told; shares stay below 100 %."""
    found = one_way(case(), QUOTED)
    rows = {row.parameter.name: row for row in found.rows}
    assert rows["roi.staff.wage_per_hour"].low == Fraction("13.5")
    assert rows["roi.staff.wage_per_hour"].high == Fraction("16.5")
    assert found.notes[0] == (
        "No number is uncertain: low and high: 10 % below and above its value, within what may stand there."
    )
    assert any("roi.staff.loading_on_wage" in note for note in found.notes)
    assert [row.swing for row in found.rows] == sorted((row.swing for row in found.rows), reverse=True)


def test_other_numbers_are_varied_only_when_asked(case):
    """Beside uncertain numbers, the others stay unless a share is given; the share is kept within the limits."""
    assert {row.parameter.name for row in one_way(case(UNCERTAIN), QUOTED).rows} <= UNCERTAIN.keys()
    found = one_way(case(UNCERTAIN), QUOTED, Fraction(1, 2))
    rows = {row.parameter.name: row for row in found.rows}
    assert rows["roi.adoption"].low == Fraction(1, 2)
    assert rows["roi.adoption"].high == 1
    assert "Of any other number: 50 % below and above its value" in found.notes[1]
    for share in (Fraction(0), Fraction(1)):
        with pytest.raises(CommandLineError, match="more than 0 % and less than 100 %"):
            one_way(case(), QUOTED, share)


def test_numbers_that_cannot_change_alone_are_named(case):
    """A mix of counts says how many records there are: what cannot be varied is told, not left out."""
    changes = {"mix": "{by: requests, openai/gpt-4.1: '2000'}", "workload.tokens": "{input: 500, output: 100}"}
    found = one_way(case(changes), "the mix")
    records = {"workload.records.per_day", "workload.records.days_per_month", 'mix."openai/gpt-4.1"'}
    assert {name for name, _ in found.not_computed} == records
    assert "Not computed: workload.records.per_day" in str(found)


def test_two_numbers_are_exact_at_every_point(case):
    """Every cell of the table is what the scenario comes to with these two numbers."""
    vendor = case()
    found = two_way(vendor, QUOTED, WAGE, MINUTES)
    assert found.first.values == (1, Fraction(3, 2), 2, Fraction(5, 2), 3)
    for value, row in zip(found.first.values, found.outcomes, strict=True):
        for other, outcome in zip(found.second.values, row, strict=True):
            numbers = {found.first.parameter.path: value, found.second.parameter.path: other}
            assert outcome == pytest.approx(npv(vendor, numbers), rel=1e-12)


def test_the_break_even_of_each_row(case):
    """At 1 and 1.50 USD it is never worth it; above 1.575 USD up to 4.8 minutes, wherever the columns lie."""
    found = two_way(case(), QUOTED, WAGE, MINUTES)
    assert found.break_evens == ((), (), *[(Fraction("4.8"),)] * 3)
    across = two_way(case(), QUOTED, MINUTES, WAGE)
    assert across.break_evens == (*[(Fraction("1.575"),)] * 3, (), ())


def test_a_two_way_table_is_shown_and_written(case):
    """Rows and columns carry the units of the scenario."""
    found = two_way(case(), QUOTED, WAGE, MINUTES)
    text = str(found)
    assert "1.50 USD" in text
    assert "break-even" in text
    written = found.to_json()
    assert written["kind"] == "two_way_sensitivity"
    assert written["second"]["values"] == [2, 3, 4, 5, 6]
    assert written["break_evens"][-1] == [4.8]
    assert found.to_pandas().loc[3.0, 2.0] == 2736


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("roi.staff.wage", "1", "2", 5), MINUTES, "did you mean 'roi.staff.wage_per_hour'"),
        (("roi.perspective", "1", "2", 5), MINUTES, "is no number of this scenario"),
        (("horizon.months", "1", "2", 5), MINUTES, "is no number of this scenario"),
        (("roi.staff.wage_per_hour", "3 USD", "3 USD", 5), MINUTES, "the first value is not below the second"),
        (("roi.staff.wage_per_hour", "1 USD", "3 USD", 1), MINUTES, "has 1 values: write 2 to 50"),
        (("roi.staff.wage_per_hour", "1 USD", "3 USD", 51), MINUTES, "has 51 values: write 2 to 50"),
        (("roi.staff.wage_per_hour", "1", "3 USD", 5), MINUTES, "expected money such as"),
        (("roi.staff.wage_per_hour", "1 USD", "3 EUR", 5), MINUTES, "is in USD in the scenario"),
        (("roi.adoption", "40 %", "140 %", 5), MINUTES, "outside 0 % to 100 %"),
        (MINUTES, MINUTES, "stands twice"),
    ],
)
def test_mistakes_in_a_two_way_table(case, first, second, words):
    """Every mistake says what is wrong and what would be right."""
    with pytest.raises(CommandLineError, match=words):
        two_way(case(), QUOTED, first, second)


def test_two_numbers_that_cannot_be_together(case):
    """Each share of the input alone is possible, both at their highest are not."""
    changes = {
        "mix": "{openai/gpt-4.1: 100 %}",
        "workload.tokens": "{input: 500, output: 100}",
        "workload.cache_read": "40 %",
        "workload.cache_write_5m": "10 %",
    }
    sides = ("workload.cache_read", "0 %", "80 %", 3), ("workload.cache_write_5m", "0 %", "50 %", 3)
    with pytest.raises(CommandLineError, match=r"cannot be together: .*more than 100 % of input"):
        two_way(case(changes), "the mix", *sides)


def test_an_option_that_is_not_there(case):
    """The options that there are stand in the message."""
    for compute in (lambda: one_way(case(), "x"), lambda: two_way(case(), "x", WAGE, MINUTES)):
        with pytest.raises(CommandLineError, match="There are: as quoted"):
            compute()


CASES = "{slow: {roi.with_ai.review_minutes: '5'}, dear: {roi.one_off: {training: 5370 USD}, roi.adoption: 80 %}}"


def test_named_cases_stand_beside_the_scenario(case):
    """Slow reviews save no post; 5,370 USD of training are paid back after 2.5 months of 2,148 USD."""
    found = named_cases(case({"uncertainty.cases": CASES}))
    assert [row[:5] for row in found.rows] == [
        ("as stated", QUOTED, 25776, 25776, 0),
        ("slow", QUOTED, -3024, -3024, None),
        ("dear", QUOTED, 20406, 20406, Fraction(5, 2)),
    ]
    assert found.rows[2].settings == (("roi.one_off.training", "5370 USD"), ("roi.adoption", "80 %"))
    assert "never" in str(found)
    assert "dear: roi.one_off.training 5370 USD, roi.adoption 80 %." in str(found)
    assert found.to_json()["cases"][1]["payback_months"] is None
    assert list(found.to_pandas()["net_total"]) == [25776, -3024, 20406]


def test_named_cases_with_several_models(case):
    """Every option of every case has a row of its own."""
    changes = {
        "uncertainty.cases": "{busy: {workload.records.per_day: '200'}}",
        "workload.tokens": "{input: 500, output: 100}",
    }
    models = ("openai/gpt-4.1", "openai/gpt-4.1-mini")
    found = named_cases(case_of(case(changes).scenario, models), models)
    assert [(row.case, row.option) for row in found.rows] == [
        (name, model) for name in ("as stated", "busy") for model in models
    ]


def test_mistakes_in_named_cases(case):
    """Values that cannot be together name their case; a scenario without cases says how to write them."""
    changes = {
        "mix": "{openai/gpt-4.1: 100 %}",
        "workload.tokens": "{input: 500, output: 100}",
        "uncertainty.cases": "{odd: {workload.cache_read: 80 %, workload.cache_write_5m: 80 %}}",
    }
    with pytest.raises(FileError, match=r"in the case 'odd': .*more than 100 % of input"):
        named_cases(case(changes))
    with pytest.raises(FileError, match="no named cases"):
        named_cases(case())


def test_a_case_may_name_a_preset():
    """The preset's values, and those that the case gives itself."""
    settings = settings_of({"preset": "vendor", "roi.adoption": "40 %"})
    assert settings["roi.adoption"] == "40 %"
    assert "preset" not in settings
    assert len(settings) > 1


def test_shares_of_a_mix_are_named_as_not_changed(case):
    """Shares of a mix move together: none is varied alone, and the reader is told."""
    changes = {
        "mix": "{by: requests, openai/gpt-4.1: {uniform: [40 %, 60 %]}, openai/gpt-4.1-mini: 50 %}",
        "workload.tokens": "{input: 500, output: 100}",
    }
    found = one_way(case(changes), "the mix")
    assert 'Not changed, as no number alone decides them: mix."openai/gpt-4.1".' in found.notes


def test_results_are_plain_data(case):
    """JSON is written from every result; numbers have ten significant digits, exact money is text."""
    made = case({**UNCERTAIN, "uncertainty.cases": CASES})
    one = one_way(made, QUOTED)
    assert json.loads(json.dumps(one.to_json()))["net_present_value"] == "25776"
    assert set(one.to_pandas()["path"]) == {"roi.with_ai.review_minutes", "roi.staff.wage_per_hour"}
    for result in (one, two_way(made, QUOTED, WAGE, MINUTES), named_cases(made)):
        assert result.to_json()["schema_version"] == "1"
        assert result.tables()
        assert "<table" in result._repr_mimebundle_()["text/html"]

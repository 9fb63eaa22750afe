"""The exact runtime against a run of one draw: the same numbers, however they are held, on a post's boundary too."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from costmodel.documents.numbers import numbers_of
from costmodel.runtimes.draws import Draws
from costmodel.scenario import Scenario
from costmodel.study.worth import Worth, case_of

SCENARIOS = sorted(Path(__file__).parents[2].glob("scenarios/*.yaml"))
NEAR = 1e-9
SUMS = ("net_total", "net_present_value", "benefit_total", "benefit_present", "cost_total", "cost_present", "one_off")


def numbers_in(scenario):
    """Every number of the section `roi`, and every number of records, by path."""
    found = numbers_of(scenario, scenario.document.data)
    return {path: value for path, value in found.items() if path[0] == "roi" or "records" in path}


def as_draws(numbers):
    """The same numbers as arrays with one draw."""
    return {path: Draws(np.array([float(value)])) for path, value in numbers.items()}


def plain(value):
    """A number of either runtime as a float."""
    return float(value.values.item() if isinstance(value, Draws) else value)


def all_figures(worth: Worth):
    """Every figure of a worth, by where it stands."""
    found = {}
    for index, work in enumerate(worth.works):
        found |= {(index, name): value for name, value in work._asdict().items() if name not in {"month", "staff"}}
        found |= {(index, name): value for name, value in work.staff._asdict().items() if name != "past"}
    for option, flows in worth.flows.items():
        found |= {(option, name): getattr(flows, name) for name in SUMS}
        for index, flow in enumerate(flows.months):
            found |= {(option, index, name): value for name, value in flow._asdict().items()}
    for option, costs in worth.computed.items():
        found |= {(option, index, "computed"): cost for index, cost in enumerate(costs)}
    return found


def differences(case, numbers):
    """Figures that are not the same in both runtimes; and the exact ones."""
    exact = case.worth(numbers)
    one, other = all_figures(exact), all_figures(case.worth(as_draws(numbers)))
    assert one.keys() == other.keys()
    found = []
    for name, value in one.items():
        wanted, got = plain(value), plain(other[name])
        if not abs(wanted - got) <= NEAR * max(abs(wanted), abs(got), 1):
            found.append((name, wanted, got))
    return found, exact


def test_shipped_scenarios():
    """Every shipped scenario with a return on investment comes to the same in both runtimes."""
    compared = 0
    for path in SCENARIOS:
        scenario = Scenario.load(path)
        if scenario.roi is None:
            continue
        compared += 1
        numbers = numbers_in(scenario)
        assert len(numbers) > 10
        assert differences(case_of(scenario), numbers)[0] == []
    assert compared >= 2


# Random scenarios: some forms, and many values in each


class Shape(NamedTuple):
    """One form of scenario, and what may be drawn for it."""

    staffing: str
    payroll: bool
    adoption: str
    review: str
    quoted: bool
    months: int
    notice: int


CURVES = {
    "constant": "80 %",
    "exponential": {"curve": "exponential", "share": "80 %", "time_constant_months": 3},
    "logistic": {"curve": "logistic", "share": "80 %", "midpoint_months": 2, "steepness_per_month": 1},
    "linear": {"curve": "linear", "share": "80 %", "months_to_reach": 3},
    "table": ["10 %", "90 %", "40 %"],
}
REVIEWS = {
    "plain": {"review_share": "100 %", "review_minutes": 2, "fixed_minutes": "0.5"},
    "saved": {"review_share": "90 %", "time_saved": "18 %"},
    "learned": {"review_share": "100 %", "review_minutes": 2, "first_review_minutes": 4, "learning_rate": "90 %"}
    | {"clinicians": 3},
}


def shape_of(chance):
    """A form: half of them with a constant adoption and plain reviews, where boundaries can be met exactly."""
    simple = chance.random() < 0.5
    return Shape(
        staffing="whole_posts" if chance.random() < 0.7 else chance.choice(["overtime", "fractional"]),
        payroll=chance.random() < 0.4,
        adoption="constant" if simple else chance.choice(list(CURVES)),
        review="plain" if simple else chance.choice(list(REVIEWS)),
        quoted=chance.random() < 0.7,
        months=chance.choice([1, 1, 2, 3]),
        notice=chance.choice([0, 0, 1, 2]),
    )


def scenario_of(shape):
    """A scenario of a form, with every number there is to replace."""
    staff = {"wage_per_hour": "15 USD", "loading_on_wage": "20 %", "hours_per_day": 8, "days_per_month": 20}
    staff |= {"usable_share": "85 %", "staffing": shape.staffing}
    if shape.staffing == "overtime":
        staff |= {"posts_now": 3, "overtime": {"factor": "1.5", "loading": "10 %"}}
    if shape.staffing == "whole_posts":
        staff |= {"least_posts": 1, "notice_months": shape.notice, "severance_per_post": "500 USD"}
        staff |= {"posts_now": 3} if shape.payroll else {}
        staff |= {"rehiring_cost_per_post": "700 USD"} if shape.notice == 1 else {}
    roi = {"perspective": "the clinic", "price_year": 2026, "discount_rate": "3.5 %", "staff": staff}
    roi |= {"manual": {"minutes": 10}, "with_ai": REVIEWS[shape.review], "adoption": CURVES[shape.adoption]}
    roi["errors"] = {
        "with_ai": {"found_per_record": "2.91", "harmful_per_record": "0.02"},
        "by_hand": {"found_per_record": "1.82", "harmful_per_record": "0.01"},
        "review_finds": "80 %",
        "cost_of_correction": "0.5 USD",
        "cost_of_harm": "30 USD",
    }
    roi["capacity"] = {"share_used": "10 %"} | ({"value_per_hour": "30 USD"} if shape.months == 2 else {})
    roi |= {"one_off": {"training": "900 USD", "other": {"lead": "100 USD"}}, "fixed_per_month": {"support": "9 USD"}}
    roi |= {"llm_cost": {"quoted": "252 USD/month"}} if shape.quoted else {}
    return Scenario.from_data(
        {
            "scenario": "A clinic",
            "prices": {"version": "2026.11"},
            "horizon": {"start": "2026-12", "months": shape.months},
            "currency": "USD",
            "workload": {
                "records": {"per_month": 2000, "monthly_growth": "2 %"},
                "tokens": {"input": 1500, "output": 600},
            },
            "roi": roi,
        }
        | ({} if shape.quoted else {"mix": {"openai/gpt-4.1": "100 %"}})
    )


RECORDS, GROWTH = ("workload", "records", "per_month"), ("workload", "records", "monthly_growth")
ROI = {
    "hours": ("roi", "staff", "hours_per_day"),
    "days": ("roi", "staff", "days_per_month"),
    "usable": ("roi", "staff", "usable_share"),
    "minutes": ("roi", "manual", "minutes"),
    "review": ("roi", "with_ai", "review_minutes"),
    "share": ("roi", "with_ai", "review_share"),
    "fixed": ("roi", "with_ai", "fixed_minutes"),
    "least": ("roi", "staff", "least_posts"),
    "adoption": ("roi", "adoption"),
}
SHARES = ("adoption", "share", "shares", "usable_share", "review_finds", "share_used", "learning_rate", "time_saved")


def values_of(chance, numbers):
    """Other values of every number: two in five as written, the others up to half as much again, or as little."""
    found = {}
    for path, value in numbers.items():
        factor = 1 if chance.random() < 0.4 else Fraction(chance.randint(50, 150), 100)
        share = any(name in SHARES for name in path)
        found[path] = min(value * factor, Fraction(1)) if share else value * factor
    growth = [
        Fraction(0),
        Fraction(1, 100),
        Fraction(1, 10),
        Fraction(-1, 20),
        Fraction(1, 2),
        Fraction(chance.random()),
    ]
    found[GROWTH] = chance.choice(growth)
    found[RECORDS] = Fraction(chance.choice([50, 150, 2000, chance.randint(1, 20_000)]))
    if ROI["least"] in found:
        found[ROI["least"]] = Fraction(chance.randint(0, 2))
    if ("roi", "staff", "posts_now") in found:
        found["roi", "staff", "posts_now"] = Fraction(chance.randint(1, 6))
    return found


def put_on_boundary(chance, values, shape):
    """Minutes with which the hours are exactly so many posts, by hand and, where it can be, with AI too.

    Minutes and capacities like these have no end as decimals: 33 exact hours come out as 33.00000000000001 in floats.
    """
    capacity = Fraction(1)
    values |= {ROI["hours"]: Fraction(1), ROI["days"]: Fraction(1), ROI["usable"]: Fraction(1)}
    if chance.random() < 0.8:
        values[ROI["hours"]] = chance.choice([Fraction(8), Fraction(15, 2), Fraction(77, 10), Fraction(1, 10)])
        values[ROI["days"]] = Fraction(chance.choice([20, 21, 22, 7, 3]))
        values[ROI["usable"]] = Fraction(chance.choice([70, 80, 85, 93, 99, 100]), 100)
        capacity = values[ROI["hours"]] * values[ROI["days"]] * values[ROI["usable"]]
    records, posts = values[RECORDS], chance.choice([33, chance.randint(1, 60), chance.randint(1, 9)])
    values[ROI["minutes"]] = posts * capacity * 60 / records  # the hours are then exactly so many posts
    if chance.random() < 0.3:  # very near to it, but not there: a millionth of a post more or less
        values[ROI["minutes"]] *= 1 + Fraction(chance.choice([-1, 1]), 1_000_000)
    share = values.get(ROI["adoption"])
    if share and shape.review == "plain" and values[ROI["share"]]:
        fewer = chance.randint(0, posts)
        left = (fewer * capacity * 60 - records * (1 - share) * values[ROI["minutes"]]) / (records * share)
        review = (left - values[ROI["fixed"]]) / values[ROI["share"]]
        if review >= 0:
            values[ROI["review"]] = review


def on_boundary(worth):
    """Whether the hours of a month are exactly a whole number of posts."""
    pairs = [(work, hours) for work in worth.works for hours in (work.hours_before, work.hours_after) if hours]
    return any((hours / work.staff.capacity_of_post).denominator == 1 for work, hours in pairs)


def compared(seed, forms, each):
    """How many scenarios of so many forms were compared, and how many of whole posts were on a boundary.

    Raises:
        AssertionError: a figure is not the same in both runtimes.
    """
    chance = random.Random(seed)  # noqa: S311 - a fixed seed, no secret
    boundary = 0
    for _ in range(forms):
        shape = shape_of(chance)
        scenario = scenario_of(shape)
        case, numbers = case_of(scenario), numbers_in(scenario)
        for _ in range(each):
            values = values_of(chance, numbers)
            if chance.random() < 0.6:
                put_on_boundary(chance, values, shape)
            found, exact = differences(case, values)
            assert found == [], (shape, values)
            boundary += shape.staffing == "whole_posts" and on_boundary(exact)
    return forms * each, boundary


def test_random_scenarios():
    """500 random scenarios come to the same in both runtimes, at least 50 of them exactly on a boundary of posts."""
    number, boundary = compared(1, 50, 10)
    assert number == 500
    assert boundary >= 50


@pytest.mark.slow
def test_ten_thousand_random_scenarios():
    """10,000 more, at least 1,000 of them exactly on a boundary of posts."""
    number, boundary = compared(2, 200, 50)
    assert number == 10_000
    assert boundary >= 1000

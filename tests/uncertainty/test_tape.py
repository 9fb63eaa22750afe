"""A computation noted once and repeated: the same digits, and never the way of other draws."""

from fractions import Fraction

import numpy as np
import pytest

from costmodel.runtimes.draws import Draws, noted
from costmodel.runtimes.operations import ceil, half_up, maximum, power, real_power, safe_divide, some, where
from costmodel.runtimes.tape import program_of
from costmodel.scenario import Scenario
from costmodel.study.worth import case_of
from costmodel.uncertainty.simulation import Model


def program(function, *inputs):
    """A function noted with draws, and what it gave."""
    drawn = [Draws(np.array(values, dtype=float)) for values in inputs]
    with noted() as note:
        found = function(*drawn)
    return program_of(note, drawn, found)


def everything(x, y):
    """Every operation there is."""
    posts = ceil(x / 7) + half_up(-y) - Fraction(1, 3)
    ratio = safe_divide(x, y - y, 2) * real_power(maximum(x, 1), Fraction(-1, 12)) / 3
    return [posts, ratio + power(y, 2) + power(x, 0), where(x > y, x, 5) - where(x == y, 1, y), Fraction(1, 2), 1 / x]


def test_a_program_gives_the_digits_of_the_computation_for_other_draws():
    made = program(everything, [1.0, 20.0, 3.0], [2.0, 2.0, 3.0])
    x, y = np.random.default_rng(1).uniform(1, 30, (2, 1000))
    before = x.copy(), y.copy()
    found, again, computed = made.run([x, y]), made.run([x, y]), everything(Draws(x), Draws(y))
    for number, repeated, expected in zip(found, again, computed, strict=True):
        assert np.array_equal(number, expected.values if isinstance(expected, Draws) else float(expected))
        assert np.array_equal(number, repeated)
    assert np.array_equal(before, (x, y)), "what went in is left as it was"


def test_what_is_computed_twice_or_for_nothing_is_left_out():
    def wasteful(x):
        _unused = x * 17 + 4
        return [x * 3 + 1, x * 3 + 1]

    made = program(wasteful, [1.0, 2.0])
    assert len(made.steps) == 2
    assert [values.tolist() for values in made.run([np.array([5.0])])] == [[16.0], [16.0]]


def test_a_program_does_not_answer_for_draws_that_take_another_way():
    def choosing(x):
        return [x * 2 if some(x > 10) else x]

    made = program(choosing, [1.0, 2.0])
    assert made.run([np.array([3.0, 4.0])])[0].tolist() == [3.0, 4.0]
    assert made.run([np.array([3.0, 40.0])]) is None


def test_draws_from_nowhere_are_refused():
    other = Draws(np.array([1.0, 2.0]))
    with pytest.raises(KeyError):
        program(lambda x: [x + other], [1.0, 2.0])


def test_a_case_comes_to_the_same_noted_or_not(tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO)
    case = case_of(Scenario.load(path))
    rng = np.random.default_rng(1)
    numbers = {item: dist.draws(5000, rng) for item, dist in case.scenario.distributions.items()}
    # One draw among thousands works so slowly that its hours exceed what the posts can do.
    numbers["roi", "with_ai", "review_minutes"][4000] = 60
    found = Model(case).outcome(numbers)
    flows = case.worth({item: Draws(values) for item, values in numbers.items()}).flows
    for index, item in enumerate(flows.values()):
        assert np.array_equal(found.benefits.present_values[index], item.net_present_value.values)


SCENARIO = """\
scenario: "test"
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 18}
currency: USD
workload:
  records: {per_day: {triangular: [80, 100, 130]}, days_per_month: 20, monthly_growth: 1 %}
  tokens: {input: {lognormal: {mean: 3000, sd: 500}}, output: {triangular: [1000, 1500, 2500]}}
models: [openai/gpt-4.1, anthropic/claude-haiku-4-5]
roi:
  perspective: the clinic
  price_year: 2026
  discount_rate: 3 %
  staff:
    wage_per_hour: {pert: [12 USD, 15 USD, 20 USD]}
    loading_on_wage: 42.3 %
    hours_per_day: 8
    days_per_month: 20
    usable_share: 80 %
    staffing: whole_posts
    posts_now: 4
    notice_months: 2
    severance_per_post: 1000 USD
  manual: {minutes: {normal: [10, 1]}}
  with_ai: {review_share: 100 %, review_minutes: {triangular: [1, 2, 5]}}
  adoption: 80 %
"""

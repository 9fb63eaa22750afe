"""Probabilistic sensitivity: known answers of the mathematics, and of whole scenarios."""

import json
from math import pi
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.errors import FileError
from costmodel.runtimes.draws import Draws
from costmodel.scenario import Scenario
from costmodel.study.worth import case_of
from costmodel.uncertainty import simulation
from costmodel.uncertainty.information import (
    NetBenefits,
    choice_of,
    conditional_means,
    mean_of,
    value_of_knowing,
    variance_shares,
)
from costmodel.uncertainty.probabilistic import probabilistic
from costmodel.value.doubt import Correlations, Uncertainty
from costmodel.value.returns import payback

STANDARD = NormalDist()
DRAWS = 1 << 14


def normal(mean, sd, count=DRAWS, seed=1):
    return np.random.default_rng(seed).normal(mean, sd, count)


def unit_normal_loss(mean, sd):
    """EVPI of a normal incremental net benefit: sd (phi(z) - z Phi(-z)), z = |mean| / sd.

    Source: Raiffa and Schlaifer, Applied Statistical Decision Theory (1961), section 11.2: the unit-normal loss
    integral.
    """
    z = abs(mean) / sd
    return sd * (STANDARD.pdf(z) - z * STANDARD.cdf(-z))


# Raiffa and Schlaifer 1961, the unit-normal loss integral; digits computed outside this project. The last is
# Phi(mean / sd), the probability of a positive net benefit.
NORMAL_CASES = [
    (1000, 2000, 395.593114802612, 0.691462461274013),
    (0, 1000, 398.942280401433, 0.5),
    (-500, 1500, 381.354171448608, 0.369441340181764),
    (3000, 1000, 0.382154317047728, 0.99865010196837),
]


@pytest.mark.parametrize(("mean", "sd", "evpi", "chance"), NORMAL_CASES)
def test_perfect_information_on_a_normal_net_benefit_is_worth_its_normal_loss(mean, sd, evpi, chance):
    assert unit_normal_loss(mean, sd) == pytest.approx(evpi, abs=1e-9)
    count = 1 << 18
    found = choice_of(np.stack([np.zeros(count), normal(mean, sd, count)]))
    assert found.evpi.standard_error < 0.01 * evpi + 0.05
    assert found.evpi.value == pytest.approx(evpi, abs=3 * found.evpi.standard_error)
    assert found.chances[1] == pytest.approx(chance, abs=3 * (chance * (1 - chance) / count) ** 0.5)


def test_perfect_information_by_quantiles_of_the_normal_is_exact_to_four_digits():
    shares = (np.arange(1 << 16) + 0.5) / (1 << 16)
    values = 1000 + 2000 * np.array([STANDARD.inv_cdf(share) for share in shares])
    assert choice_of(np.stack([np.zeros_like(values), values])).evpi.value == pytest.approx(395.5931, abs=0.05)


def ishigami(points):
    """Ishigami's function: sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 with x uniform between -pi and pi."""
    first, second, third = ((2 * points - 1) * pi).T
    return np.sin(first) + 7 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first)


def test_shares_of_the_variance_of_the_ishigami_function():
    """Source: closed form with a = 7, b = 0.1; Sobol and Levitan, Computer Physics Communications 1999;117:52-61."""
    first, total = variance_shares(ishigami, 3, 4096, np.random.default_rng(1))
    assert first == pytest.approx((0.31390519114781146, 0.4424111447900409, 0.0), abs=0.01)
    assert total == pytest.approx((0.5575888552099592, 0.4424111447900409, 0.2436836640621477), abs=0.01)


@pytest.mark.parametrize(("mean", "sd", "rest"), [(300, 1000, 700), (-200, 400, 900), (0, 500, 500)])
def test_knowing_one_of_two_normal_terms_is_worth_its_own_normal_loss(mean, sd, rest):
    """The net benefit is a + b; who knows a expects a + E[b], which is normal with the sd of a alone."""
    count = 1 << 16
    a, b = normal(mean, sd, count, seed=2), normal(0, rest, count, seed=3)
    benefits = NetBenefits((a + b)[None], np.zeros(count))
    for known, spread in ((a, sd), (b, rest)):
        found = value_of_knowing(benefits.expected(known[None]).at(0))
        assert found == pytest.approx(unit_normal_loss(mean, spread), rel=0.02)
    both = value_of_knowing(benefits.expected(np.stack([a, b])).at(0))
    assert both == pytest.approx(choice_of(benefits.at(0)).evpi.value, rel=1e-6)


def test_knowing_a_number_without_effect_is_worth_nothing():
    """A curve that followed the noise of 16,384 draws with sd 1,000 would find some 13 here."""
    benefits = NetBenefits(normal(0, 1000)[None], np.zeros(DRAWS))
    for seed in range(2, 7):
        found = value_of_knowing(benefits.expected(normal(0, 1, seed=seed)[None]).at(0))
        assert found == pytest.approx(0, abs=6)


def test_knowing_one_of_a_few_values_takes_the_mean_of_each():
    """0.25 x 800 - 0.75 x 200 = 50 on average; who knows which of the two it is gains 0.75 x 200 = 150."""
    known = np.repeat([0.0, 1.0], [3 * DRAWS // 4, DRAWS // 4])
    noise = np.tile([500.0, -500.0], DRAWS // 2)
    benefits = NetBenefits((np.where(known == 1, 800, -200) + noise)[None], np.zeros(DRAWS))
    assert value_of_knowing(benefits.expected(known[None]).at(0)) == pytest.approx(150, abs=1e-9)


def test_steps_such_as_those_of_whole_posts_are_followed():
    """+100 and -100 by turns over 30, 25, 25 and 20 % of a uniform number: 55 once it is known, 10 before."""
    x = np.random.default_rng(6).uniform(0, 1, DRAWS)
    steps = np.where((x < 0.3) | ((x > 0.55) & (x < 0.8)), 100.0, -100.0)
    benefits = NetBenefits((steps + normal(0, 50))[None], np.zeros(DRAWS))
    assert value_of_knowing(benefits.expected(x[None]).at(0)) == pytest.approx(45, rel=0.03)


def test_the_value_of_an_hour_enters_what_is_expected():
    """Net benefit -1,000 + lambda x hours, hours normal with mean 100 and sd 30: at 10 it is normal (0, 300)."""
    hours = normal(100, 30, 1 << 16)
    benefits = NetBenefits(np.full((1, len(hours)), -1000.0), hours)
    expected = benefits.expected(hours[None])
    assert value_of_knowing(expected.at(0)) == 0
    assert value_of_knowing(expected.at(10)) == pytest.approx(unit_normal_loss(0, 300), rel=0.02)


@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from([64, 500, 2048]))
def test_the_best_on_average_loses_what_perfect_information_is_worth(options, seed, count):
    rng = np.random.default_rng(seed)
    known = rng.normal(size=(3, count))
    benefits = NetBenefits(rng.normal(size=(options, 3)) @ known, np.abs(known[0]))
    for value in (0.0, 1.5):
        choice = choice_of(benefits.at(value))
        assert sum(choice.chances) == pytest.approx(1)
        assert choice.losses[choice.best] == pytest.approx(choice.evpi.value, abs=1e-12)
        assert choice.evpi.value == pytest.approx(min(choice.losses), abs=1e-12)
        assert value_of_knowing(benefits.expected(known[:1]).at(value)) >= 0


def test_regression_leaves_means_as_they_are_and_follows_a_curve():
    x = np.random.default_rng(4).uniform(-3, 3, DRAWS)
    noisy = np.stack([np.sin(2 * x), x**2]) + normal(0, 0.3, (2, DRAWS), seed=5)
    found = conditional_means(x[None], noisy)
    assert found.mean(axis=1) == pytest.approx(noisy.mean(axis=1), abs=1e-9)
    assert np.abs(found[0] - np.sin(2 * x)).mean() < 0.02
    assert np.abs(found[1] - x**2).mean() < 0.02


def test_the_standard_error_of_random_draws_and_of_scramblings():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 1.0, 0.0])
    assert mean_of(values, 0) == (3.0, pytest.approx((48 / 7 / 8) ** 0.5))  # squares of deviations add up to 48
    assert mean_of(values, 2) == (3.0, pytest.approx(0.5))  # means 2.5 and 3.5: sd root 0.5, by root 2
    assert mean_of(values, 1) == (3.0, None)


# A month of 2,000 records at 10 minutes is 333.3 hours; by review 66.7; the 266.7 hours between are worth 15 USD each
# where all of them replace paid work: 4,000 USD a month. Nothing is discounted, the API costs what is quoted: 0.
PLAIN = """\
scenario: "test"
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 12}
currency: USD
workload:
  records: {per_day: 100, days_per_month: 20}
  tokens: {input: 500, output: 1500}
mix: {openai/gpt-4.1: 100 %}
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
    staffing: fractional
  manual: {minutes: 10}
  with_ai: {review_share: 100 %, review_minutes: 2}
  adoption: 100 %
  capacity: {share_used: 100 %}
  one_off: {integration: {uniform: [0 USD, 96_000 USD]}}
  llm_cost: {quoted: 0 USD/month}
"""
SMOOTH = PLAIN.replace("15 USD", "{pert: [12 USD, 15 USD, 20 USD]}").replace(
    "review_minutes: 2", "review_minutes: {normal: [2, 0.2]}"
)
SMOOTH = SMOOTH.replace("output: 1500", "output: {triangular: [1000, 1500, 2500]}")
SMOOTH = SMOOTH.replace("  llm_cost: {quoted: 0 USD/month}\n", "")
MODELS = SMOOTH.replace("mix: {openai/gpt-4.1: 100 %}", "models: [openai/gpt-4.1, anthropic/claude-haiku-4-5]")
MODELS = (
    MODELS.replace("discount_rate: 0 %", "discount_rate: 3 %")
    .replace("96_000", "80_000")
    .replace("share_used: 100 %", "share_used: 60 %")
)


@pytest.fixture
def case(tmp_path):
    def made(text):
        path = tmp_path / "scenario.yaml"
        path.write_text(text)
        return case_of(Scenario.load(path))

    return made


def run(case, progress=None, **settings):
    return probabilistic(case, Uncertainty(**{"draws": 1 << 12, **settings}), progress)


def test_one_uncertain_cost_gives_the_answers_of_pencil_and_paper(case):
    """NPV = 12 x 4,000 - X, X uniform from 0 to 96,000: uniform between -48,000 and 48,000.

    E[max(NPV, 0)] is 48,000 / 4 = 12,000, and choosing without knowing is worth 0. It pays back within six months
    where X is at most 24,000: in a quarter of all cases.
    """
    found = run(case(PLAIN), payback_months=6, interval="90 %")
    option = found.options[0]
    assert option.mean.value == pytest.approx(0, abs=4 * option.mean.standard_error)
    assert (option.low, option.median, option.high) == pytest.approx((-43_200, 0, 43_200), abs=60)
    assert option.chance_positive == pytest.approx(0.5, abs=0.001)
    assert option.chance_of_payback == pytest.approx(0.25, abs=0.001)
    at = found.values[0]
    assert at.value_of_hour == 0
    assert at.evpi.value == pytest.approx(12_000, rel=0.001)
    assert at.best.chance_best == pytest.approx(0.5, abs=0.001)
    known = found.knowing[0]
    assert known.names == ("roi.one_off.integration",)
    assert known.evppi[0].value == pytest.approx(at.evpi.value, rel=1e-3)  # it is the only number there is to know
    assert (known.first_order, known.total) == (1, 1)


@pytest.mark.parametrize("method", ["sobol", "monte-carlo"])
def test_means_are_the_exact_result_where_no_number_multiplies_itself(case, method):
    """The net present value is a sum of products of independent numbers, so its mean is its value at their means."""
    made = case(SMOOTH)
    exact = float(next(iter(made.worth().flows.values())).net_present_value)
    mean = run(made, method=method).options[0].mean
    assert mean.standard_error > 0
    assert mean.value == pytest.approx(exact, abs=4 * mean.standard_error)


def test_paybacks_are_those_of_exact_flows(case):
    made = case(MODELS)
    costs = np.array([0.0, 10_000, 25_000, 48_000, 60_000, 96_000])
    path = ("roi", "one_off", "integration")
    found = simulation.Model(made).outcome({path: costs}).paybacks
    for place, cost in enumerate(costs):
        flows = made.worth({path: int(cost)}).flows.values()
        exact = [payback(item.nets).whole_months for item in flows]
        assert [simulation.NEVER if months is None else months for months in exact] == found[:, place].tolist()


def test_a_cumulative_flow_of_exactly_nothing_has_paid_back(case):
    """At 15.10 USD an hour 266.7 hours are 4,026.67 USD a month: 12,080 USD are back after three months.

    In float64 the three months fall short of it by 9e-13 USD.
    """
    numbers = {("roi", "one_off", "integration"): np.array([12_080.0, 12_080.01])}
    made = case(PLAIN.replace("15 USD", "15.10 USD"))
    assert simulation.Model(made).outcome(numbers).paybacks.tolist() == [[3, 4]]


def test_knowing_one_number_is_never_worth_more_than_knowing_all(case, monkeypatch):
    """The regression has other draws than the worth of knowing all, and may by chance find more."""
    monkeypatch.setattr(simulation, "REGRESSED", 1 << 8)
    made = case(PLAIN)
    for seed in range(1, 6):
        found = run(made, draws=1 << 10, method="monte-carlo", seed=seed)
        assert found.knowing[0].evppi[0].value <= found.values[0].evpi.value


def test_chances_add_up_and_knowing_less_is_worth_less(case):
    found = run(case(MODELS), draws=1 << 13)
    assert len(found.values) == 5
    assert [len(at.standings) for at in found.values] == [3] * 5
    for index, at in enumerate(found.values):
        assert sum(item.chance_best for item in at.standings) == pytest.approx(1)
        assert at.evpi.value == pytest.approx(at.best.expected_loss)
        assert all(item.expected_loss >= at.evpi.value - 1e-9 for item in at.standings)
        assert all(0 <= item.evppi[index].value <= at.evpi.value for item in found.knowing)
    assert found.values[0].evpi.value > 0
    worth = [item.evppi[0].value for item in found.knowing]
    assert worth == sorted(worth, reverse=True)
    assert found.knowing[0].names == ("roi.one_off.integration",)
    # The first-order shares of a model that is nearly a sum add up to nearly all.
    assert sum(item.first_order for item in found.knowing) == pytest.approx(1, abs=0.05)


def test_doing_nothing_gains_and_costs_nothing(case):
    for at in run(case(MODELS), draws=1 << 10).values:
        assert at.standings[0].option == "do nothing"
        assert at.standings[0].net_benefit == 0


def test_values_of_an_hour_go_up_to_what_a_usable_hour_costs_unless_stated(case):
    made = case(MODELS)
    wage = float(made.worth().works[0].usable_hour_cost)
    found = run(made, draws=1 << 10)
    assert [at.value_of_hour for at in found.values] == pytest.approx([wage * part / 4 for part in range(5)])
    stated = run(made, draws=1 << 10, values_of_hour=("30 USD", "10 USD"))
    assert [at.value_of_hour for at in stated.values] == [10, 30]
    hours = float(next(iter(made.worth().flows.values())).present("capacity_hours"))
    low, high = (at.standings[1].net_benefit for at in stated.values)
    assert high - low == pytest.approx(20 * hours, rel=0.01)


def test_the_same_seed_gives_the_same_result_and_another_seed_another(case):
    made = case(MODELS)
    first, again, other = (json.dumps(run(made, draws=1 << 10, seed=seed).to_json()) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.parametrize("method", ["sobol", "monte-carlo"])
def test_the_size_of_a_chunk_changes_no_digit(case, method, monkeypatch):
    made = case(MODELS)
    whole = run(made, draws=1 << 11, method=method).to_json()
    monkeypatch.setattr(simulation, "chunk_of", lambda *_: 1 << 7)
    assert run(made, draws=1 << 11, method=method).to_json() == whole


def test_numbers_that_move_together_are_worth_knowing_together(case):
    of = ("roi.staff.wage_per_hour", "roi.one_off.integration")
    together = Correlations(of=of, matrix=(("1", "0.8"), ("0.8", "1")))
    made = case(MODELS)
    found, apart = run(made, correlations=together), run(made)
    group = next(item for item in found.knowing if len(item.names) > 1)
    assert set(group.names) == set(of)
    assert (group.first_order, group.total) == (None, None)
    single = {item.name: item for item in found.knowing}
    assert group.evppi[0].value >= single["roi.one_off.integration"].evppi[0].value - group.evppi[0].standard_error
    # What moves together with the cost tells something of it: its own net effect shrinks, that of the wage changes.
    assert found.options[0].high - found.options[0].low < apart.options[0].high - apart.options[0].low
    assert [notice.code for notice in found.notices] == ["indices-as-if-independent"]
    # The indices are those of independent numbers.
    assert single["roi.one_off.integration"].total == next(item.total for item in apart.knowing if item.names == of[1:])


def test_a_number_without_effect_leaves_no_variance_to_divide(case):
    plain = PLAIN.replace("{uniform: [0 USD, 96_000 USD]}", "1000 USD")
    found = run(case(plain.replace("output: 1500", "output: {triangular: [1000, 1500, 2500]}")))
    assert found.indices_of is None
    assert found.knowing[0].first_order is None
    assert found.options[0].mean == (47_000, 0)
    assert found.values[0].evpi.value == 0
    assert "nothing need be measured first" in str(found)
    assert "of the variance" not in str(found)


def test_few_points_tell_no_standard_error(case):
    found = run(case(PLAIN), draws=32)
    assert found.options[0].mean.standard_error is None
    assert found.knowing[0].evppi[0].standard_error is None
    assert "not known" in str(found)
    assert found.to_json()["options"][0]["net_present_value"]["standard_error"] is None


def test_a_payback_beyond_the_horizon_is_said_not_to_count(case):
    assert "payback-beyond-horizon" in {item.code for item in run(case(PLAIN), draws=64, payback_months=24).notices}


def test_a_certain_scenario_is_refused_with_its_file_and_line(case):
    with pytest.raises(FileError, match=r"scenario\.yaml:1:1: no number of this scenario is uncertain") as error:
        run(case(PLAIN.replace("{uniform: [0 USD, 96_000 USD]}", "1000 USD")))
    assert error.value.exit_code == 3


def test_progress_is_told_to_the_end(case):
    told = []
    run(case(MODELS), lambda done, total: told.append((done, total)), draws=1 << 10)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == ((1 << 10) + (1 << 10) * (4 + 2),) * 2  # draws, and base points of four numbers' indices
    without_effect = PLAIN.replace("{uniform: [0 USD, 96_000 USD]}", "0 USD")
    without_effect = without_effect.replace(
        "input: 500, output: 1500", "input: {normal: [500, 10]}, output: {normal: [9, 1]}"
    )
    run(case(without_effect), lambda done, total: told.append((done, total)), draws=1 << 10)
    assert told[-1][0] == told[-1][1]


def test_the_result_names_what_is_needed_to_repeat_it(case):
    found = run(case(MODELS), draws=1 << 10, seed=5)
    data = json.loads(json.dumps(found.to_json()))
    assert (data["kind"], data["method"], data["draws"], data["seed"]) == ("probabilistic", "sobol", 1024, 5)
    assert data["price_book"]["version"] == "2026.11"
    assert len(data["price_book"]["sha256"]) == len(data["scenario_sha256"]) == 64
    value = data["options"][0]["net_present_value"]["value"]
    assert value == float(f"{value:.10g}")
    assert data["what_to_measure_first"][0]["numbers"] == ["roi.one_off.integration"]
    assert "1,024 scrambled Sobol points, seed 5. Prices: price book 2026.11" in str(found)


def test_tables_are_for_people_and_the_frame_has_a_row_for_each_option_and_value(case):
    found = run(case(MODELS), draws=1 << 10)
    options, values, knowing = found.tables()
    assert [row[0] for row in options.rows] == ["openai/gpt-4.1", "anthropic/claude-haiku-4-5"]
    assert options.columns[1].heading == "mean USD"
    assert len(values.rows) == 5 * 3
    assert sum(row[-1] == "best" for row in values.rows) == 5
    assert knowing.totals[0] == "all of them"
    assert "<table" in found._repr_mimebundle_()["text/html"]
    frame = found.to_pandas()
    assert len(frame) == 15
    assert frame.groupby("value_of_hour")["chance_best"].sum().tolist() == pytest.approx([1] * 5)
    assert frame["best"].sum() == 5


def test_a_figure_that_no_uncertain_number_touches_stays_exact_until_the_end(case):
    made = case(PLAIN)
    worth = made.worth({("roi", "one_off", "integration"): Draws(np.array([1.0, 2.0]))})
    flows = next(iter(worth.flows.values()))
    assert not isinstance(flows.months[0].net, Draws)
    found = simulation.Model(made).outcome({("roi", "one_off", "integration"): np.array([1.0, 2.0])})
    assert found.benefits.present_values.tolist() == [[47_999, 47_998]]
    assert found.benefits.hours.tolist() == [0, 0]

"""Draws of uncertain numbers: marginals and rank correlations kept, repeatable, however they are divided."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from costmodel.errors import CommandLineError, FileError
from costmodel.scenario import Scenario
from costmodel.uncertainty.sampling import SCRAMBLINGS, batches_of, sampler_of
from costmodel.value.doubt import Correlations, Uncertainty

SCENARIO = """\
scenario: "test"
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 12}
currency: USD
workload:
  records: {per_day: 100, days_per_month: 20}
  tokens: {input: 500, output: {triangular: [1000, 1500, 2500]}}
mix: {openai/gpt-4.1: 100 %}
roi:
  perspective: the clinic
  price_year: 2026
  discount_rate: 3 %
  staff:
    wage_per_hour: {pert: [12 USD, 15 USD, 20 USD]}
    loading_on_wage: 0 %
    hours_per_day: 8
    days_per_month: 20
    usable_share: 100 %
    staffing: fractional
  manual: {minutes: {normal: [10, 1]}}
  with_ai: {review_share: 100 %, review_minutes: {lognormal: {mean: 2, sd: 0.5}}}
  adoption: {curve: constant, share: {beta: {mean: 80 %, sd: 5 %}}}
  capacity: {share_used: 100 %}
"""
WAGE = ("roi", "staff", "wage_per_hour")
MANUAL = ("roi", "manual", "minutes")
REVIEW = ("roi", "with_ai", "review_minutes")
ADOPTION = ("roi", "adoption", "share")
OUTPUT = ("workload", "tokens", "output")
MATRIX = (("1", "0.7", "-0.3"), ("0.7", "1", "0.2"), ("-0.3", "0.2", "1"))
CORRELATED = Correlations(
    of=("roi.manual.minutes", "roi.with_ai.review_minutes", "workload.tokens.output"), matrix=MATRIX
)
METHODS = pytest.mark.parametrize("method", ["sobol", "monte-carlo"])


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO)
    return Scenario.load(path)


def drawn(scenario, size=1 << 20, **settings):
    """All draws, by path."""
    said = Uncertainty(**settings)
    chunks = [chunk.numbers for chunk in sampler_of(scenario, said).chunks(said, size)]
    return {path: np.concatenate([chunk[path] for chunk in chunks]) for path in chunks[0]}


def test_every_uncertain_number_is_drawn_in_the_unit_in_which_it_is_computed_with(scenario):
    found = drawn(scenario, draws=1 << 12)
    assert set(found) == {WAGE, MANUAL, REVIEW, ADOPTION, OUTPUT}
    assert all(len(values) == 1 << 12 for values in found.values())
    # The share was written as 80 %: it is computed with as 0.8.
    assert found[ADOPTION].mean() == pytest.approx(0.8, abs=1e-4)


@METHODS
@pytest.mark.parametrize("correlations", [None, CORRELATED])
def test_each_number_keeps_its_own_distribution(scenario, method, correlations):
    count = 1 << 15
    found = drawn(scenario, draws=count, method=method, correlations=correlations)
    shares = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    for path, distribution in scenario.distributions.items():
        scale = 0.01 if path == ADOPTION else 1
        # Four standard errors of a share of the draws, sqrt(p (1 - p) / n), which Sobol points stay far below.
        for share, limit in zip(shares, distribution.quantile(shares) * scale, strict=True):
            error = 4 * (share * (1 - share) / count) ** 0.5
            assert np.mean(found[path] <= limit) == pytest.approx(share, abs=error), (path, share)


@METHODS
def test_rank_correlations_are_those_that_were_stated(scenario, method):
    found = drawn(scenario, draws=1 << 16, method=method, correlations=CORRELATED)
    ranks = spearmanr(np.column_stack([found[MANUAL], found[REVIEW], found[OUTPUT]])).statistic
    assert ranks == pytest.approx(np.array(MATRIX, dtype=float), abs=0.01)
    others = spearmanr(np.column_stack([found[WAGE], found[ADOPTION], found[MANUAL]])).statistic
    assert others == pytest.approx(np.eye(3), abs=0.015)


@METHODS
@pytest.mark.parametrize("correlations", [None, CORRELATED])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(scenario, method, correlations):
    first, again, other = (
        drawn(scenario, draws=1 << 10, method=method, correlations=correlations, seed=seed) for seed in (7, 7, 8)
    )
    for path, values in first.items():
        assert values.tobytes() == again[path].tobytes()
        assert values.tobytes() != other[path].tobytes()


@METHODS
@pytest.mark.parametrize("correlations", [None, CORRELATED])
def test_the_size_of_a_chunk_changes_no_draw(scenario, method, correlations):
    whole, parts = (
        drawn(scenario, size, draws=1 << 12, method=method, correlations=correlations) for size in (1 << 20, 1 << 6)
    )
    for path, values in whole.items():
        assert values.tobytes() == parts[path].tobytes(), path


def test_random_draws_need_no_power_of_two(scenario):
    assert len(drawn(scenario, 256, method="monte-carlo", draws=1000)[WAGE]) == 1000


def test_sobol_points_that_are_no_power_of_two_are_refused(scenario):
    said = Uncertainty().model_copy(update={"draws": 1000})  # as an option of the command line may set it
    with pytest.raises(CommandLineError, match="powers of two: 1,000 draws are none"):
        next(sampler_of(scenario, said).chunks(said, 256))


def test_sobol_points_come_in_independent_scramblings_where_there_are_enough():
    assert batches_of(Uncertainty(draws=1 << 14)) == SCRAMBLINGS
    assert batches_of(Uncertainty(draws=1 << 5)) == 1
    assert batches_of(Uncertainty(draws=1 << 14, method="monte-carlo")) == 1


def test_numbers_that_move_together_through_others_are_one_group(scenario):
    of = ("roi.staff.wage_per_hour", "roi.manual.minutes", "roi.with_ai.review_minutes", "workload.tokens.output")
    matrix = (("1", "0", "0.5", "0"), ("0", "1", "0.5", "0"), ("0.5", "0.5", "1", "0"), ("0", "0", "0", "1"))
    said = Uncertainty(correlations=Correlations(of=of, matrix=matrix))
    sampler = sampler_of(scenario, said)
    assert [{sampler.paths[place] for place in group} for group in sampler.groups] == [{WAGE, MANUAL, REVIEW}]


def test_a_scenario_without_an_uncertain_number_says_how_to_write_one(tmp_path):
    path = tmp_path / "certain.yaml"
    certain = SCENARIO.replace("{triangular: [1000, 1500, 2500]}", "1500").replace(
        "{pert: [12 USD, 15 USD, 20 USD]}", "15 USD"
    )
    certain = certain.replace("{normal: [10, 1]}", "10").replace("{lognormal: {mean: 2, sd: 0.5}}", "2")
    path.write_text(certain.replace("{beta: {mean: 80 %, sd: 5 %}}", "80 %"))
    with pytest.raises(
        FileError, match=r"certain.yaml:1:1: no number .* such as 'minutes: \{triangular: \[8, 10, 15\]\}'"
    ):
        sampler_of(Scenario.load(path), Uncertainty())


UNCERTAINTY = """\
uncertainty:
  correlations:
    of: [roi.manual.minutes, roi.with_ai.review_minutes, workload.tokens.output]
    matrix: [[1, 0.7, -0.3], [0.7, 1, 0.2], [-0.3, 0.2, 1]]
"""


def with_correlations(tmp_path, **changed):
    """A scenario with correlations, and its settings changed unchecked, as they may come from elsewhere."""
    path = tmp_path / "together.yaml"
    path.write_text(SCENARIO + UNCERTAINTY)
    scenario = Scenario.load(path)
    correlations = scenario.uncertainty.correlations.model_copy(update=changed)
    return scenario, scenario.uncertainty.model_copy(update={"correlations": correlations})


def test_correlations_of_a_number_that_is_not_uncertain_are_told_at_their_line(tmp_path):
    scenario, said = with_correlations(tmp_path, of=("roi.manual.minutes", "roi.staff.hours_per_day", "mix"))
    with pytest.raises(FileError) as error:
        sampler_of(scenario, said)
    line = SCENARIO.count("\n") + 3
    places = [(mistake.line, mistake.message.partition(".")[0]) for mistake in error.value.mistakes]
    assert [place[0] for place in places] == [line, line]
    assert "'roi.staff.hours_per_day' is no uncertain number of this scenario. There are: " in str(error.value)
    assert "together.yaml" in str(error.value)
    assert error.value.exit_code == 3


def test_correlations_that_no_numbers_can_have_are_told_at_their_line(tmp_path):
    impossible = ((1, 0.9, -0.9), (0.9, 1, 0.9), (-0.9, 0.9, 1))
    scenario, said = with_correlations(tmp_path, matrix=impossible)
    with pytest.raises(FileError, match=r"smallest eigenvalue of the matrix is -0\.8.*nearer to 0") as error:
        sampler_of(scenario, said)
    assert error.value.mistakes[0].line == SCENARIO.count("\n") + 4

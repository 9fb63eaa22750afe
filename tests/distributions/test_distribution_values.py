"""The mathematics of distributions: known moments, and that means, quantiles and draws describe one curve."""

from __future__ import annotations

import math
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from costmodel.distributions import FAMILIES, DistributionError, parse

FEW = settings(max_examples=40)
EXAMPLES = {
    "triangular": {"triangular": ["1", "2", "5"]},
    "pert": {"pert": ["12 USD", "15 USD", "20 USD"]},
    "normal": {"normal": ["10", "2"]},
    "lognormal": {"lognormal": {"mean": "10 min", "sd": "5 min"}},
    "gamma": {"gamma": {"mean": "2", "sd": "1"}},
    "beta": {"beta": {"mean": "30 %", "sd": "5 %"}},
    "uniform": {"uniform": ["9.40 USD", "12 USD"]},
    "discrete": {"discrete": {"20": "30 %", "22": "50 %", "27": "20 %"}},
}


@pytest.mark.parametrize(
    ("bounds", "alpha", "beta", "mean", "variance"),
    [
        (["2", "4", "12"], 1.8, 4.2, 5.0, 3.0),
        (["1", "2", "5"], 2.0, 4.0, 2.3333333333333335, 0.507936507936508),
        (["8", "10", "15"], 2.142857142857143, 3.857142857142857, 10.5, 1.607142857142857),
    ],
)
def test_moments_of_pert(bounds, alpha, beta, mean, variance):
    """Source: R package mc2d, `rpert` with shape 4 (Vose): variance (mean - min) (max - mean) / 7, not (range / 6)²."""
    distribution = parse({"pert": bounds})
    assert float(distribution.curve.alpha) == pytest.approx(alpha, abs=1e-12)
    assert float(distribution.curve.beta) == pytest.approx(beta, abs=1e-12)
    assert float(distribution.mean) == pytest.approx(mean, abs=1e-12)
    assert distribution.sd**2 == pytest.approx(variance, abs=1e-12)


@pytest.mark.parametrize(
    ("bounds", "mean", "variance"),
    [
        (["2", "4", "12"], 6, 4.666666666666667),
        (["1", "2", "5"], 2.6666666666666665, 0.7222222222222222),
        (["8", "10", "15"], 11, 2.1666666666666665),
    ],
)
def test_moments_of_triangular(bounds, mean, variance):
    """Source: Kotz and van Dorp: (a + b + c) / 3 and (a² + b² + c² - ab - ac - bc) / 18."""
    distribution = parse({"triangular": bounds})
    assert float(distribution.mean) == pytest.approx(mean, abs=1e-12)
    assert distribution.sd**2 == pytest.approx(variance, abs=1e-12)


def test_gamma_of_dampack():
    """Source: R package dampack, manual of `gamma_params`: mean 2, sd 1 give shape 4, scale 0.5; exactly."""
    curve = parse({"gamma": {"mean": "2", "sd": "1"}}).curve
    assert (curve.shape, curve.scale) == (4, Fraction(1, 2))


def test_beta_of_dampack():
    """Source: R package dampack, manual of `beta_params`: mean 0.6, sd 0.02 give alpha 359.4, beta 239.6."""
    curve = parse({"beta": {"mean": "0.6", "sd": "0.02"}}).curve
    assert (curve.alpha, curve.beta) == (Fraction("359.4"), Fraction("239.6"))


@pytest.mark.parametrize(
    ("written", "mean"),
    [
        ({"triangular": ["1", "2", "5"]}, Fraction(8, 3)),
        ({"pert": ["1 h", "2 h", "5 h"]}, Fraction(7, 3)),
        ({"uniform": ["1", "2"]}, Fraction(3, 2)),
        ({"gamma": {"shape": "3", "scale": "0.1"}}, Fraction(3, 10)),
        ({"beta": {"alpha": "1", "beta": "2"}}, Fraction(1, 3)),
        ({"lognormal": {"mean": "0.1", "sd": "7"}}, Fraction(1, 10)),
        ({"pert": {"mean": "0.1", "sd": "7"}}, Fraction(1, 10)),
        ({"discrete": {"20": "30 %", "22": "70 %"}}, Fraction(107, 5)),
        ({"uniform": {"quantiles": {"10 %": "1", "70 %": "3"}}}, Fraction(7, 3)),
        # Half of the ramp of 1 to 2 is cut off at 2: what is left has its centre at two thirds.
        ({"triangular": ["1", "2", "5"], "within": ["0", "2"]}, Fraction(5, 3)),
        ({"triangular": ["1", "2", "5"], "within": ["2", "5"]}, Fraction(3)),
        ({"uniform": ["1", "5"], "within": ["3", "9"]}, Fraction(4)),
        ({"normal": ["10", "2"], "within": ["7", "13"]}, Fraction(10)),
    ],
)
def test_exact_means(written, mean):
    """A mean that a formula gives is exact, so that a scenario at its means is exact too."""
    assert parse(written).mean == mean


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "discrete"])
def test_mean_and_sd_give_that_mean_and_sd(family):
    """The curve itself, not the number that was written, has the mean and sd."""
    curve = parse({family: {"mean": "30 %", "sd": "5 %"}}).curve
    assert float(curve.mean) == pytest.approx(30, rel=1e-12)
    assert curve.sd == pytest.approx(5, rel=1e-12)


def scipy_twin(name: str) -> tuple[object, float]:
    """The same distribution in scipy.stats, and its unit."""
    shape = math.sqrt(math.log(1.25))
    return {
        "triangular": stats.triang(0.25, 1, 4),
        "pert": stats.beta(1 + 4 * 3 / 8, 1 + 4 * 5 / 8, 12, 8),
        "normal": stats.norm(10, 2),
        "lognormal": stats.lognorm(shape, scale=10 / math.sqrt(1.25)),
        "gamma": stats.gamma(4, scale=0.5),
        "beta": stats.beta(0.3 * 83, 0.7 * 83, 0, 100),
        "uniform": stats.uniform(9.4, 2.6),
    }[name]


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "discrete"])
def test_against_scipy_stats(family):
    """Quantiles, distribution function, mean, sd, and those of a cut, as scipy.stats has them."""
    ours, theirs = parse(EXAMPLES[family]), scipy_twin(family)
    p = np.linspace(0.0005, 0.9995, 1000)
    np.testing.assert_allclose(ours.quantile(p), theirs.ppf(p), rtol=1e-9)
    assert float(ours.mean) == pytest.approx(theirs.mean(), rel=1e-11)
    assert ours.sd == pytest.approx(theirs.std(), rel=1e-11)
    low, high = (Fraction(f"{theirs.ppf(share):.4g}") for share in (0.1, 0.7))
    cut = parse({**EXAMPLES[family], "within": [ours.text(low), ours.text(high)]})
    inside = theirs.cdf(float(high)) - theirs.cdf(float(low))
    ends = {"a": float(low), "b": float(high), "points": [2.0] if family == "triangular" else None}
    mean = integrate.quad(lambda x: x * theirs.pdf(x), **ends)[0] / inside
    square = integrate.quad(lambda x: (x - mean) ** 2 * theirs.pdf(x), **ends)[0] / inside
    assert float(cut.mean) == pytest.approx(mean, rel=1e-9)
    assert cut.sd == pytest.approx(math.sqrt(square), rel=1e-7)
    np.testing.assert_allclose(theirs.cdf(cut.quantile(p)), theirs.cdf(float(low)) + p * inside, rtol=1e-9)
    assert cut.support == (float(low), float(high))


def ascending(count: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(1, 10_000), min_size=count, max_size=count, unique=True).map(sorted)


@st.composite
def distributions(draw: st.DrawFn, *, cut: bool = True) -> dict[str, object]:
    """A distribution of any family, in one of its forms, of moderate spread, perhaps cut."""
    family = draw(st.sampled_from(FAMILIES))
    low, middle, high = (str(value) for value in draw(ascending(3)))
    if family == "discrete":
        share = draw(st.integers(1, 98))
        return {family: {low: f"{share} %", middle: "1 %", high: f"{99 - share} %"}}
    mean = draw(st.integers(5, 95))
    sd = draw(st.integers(1, max(1, min(mean, 100 - mean) - 1)))
    body: object = {"mean": f"{mean} %", "sd": f"{sd} %"}
    if family in {"triangular", "pert"} and draw(st.booleans()):
        body = [low, middle, high]
    elif family == "uniform" and draw(st.booleans()):
        body = [low, high]
    if not cut or isinstance(body, list) or not draw(st.booleans()):
        return {family: body}
    return {family: body, "within": [f"{mean - sd} %", f"{mean + 2 * sd} %"]}


@FEW
@given(distributions())
def test_the_mean_is_the_integral_of_the_quantiles(written):
    """The mean is the mean of the quantile function over all probabilities; likewise the sd."""
    distribution = parse(written)
    p = (np.arange(50_000) + 0.5) / 50_000
    values = distribution.quantile(p)
    assert float(distribution.mean) == pytest.approx(values.mean(), abs=2e-3 * distribution.sd)
    assert distribution.sd == pytest.approx(values.std(), rel=2e-2)


@FEW
@given(distributions(), st.integers(0, 2**32))
def test_draws_have_the_moments(written, seed):
    """The mean of draws lies within 5 standard errors of the mean; their sd within 10 %."""
    distribution = parse(written)
    values = distribution.draws(40_000, np.random.default_rng(seed))
    assert values.shape == (40_000,)
    assert values.dtype == np.float64
    assert abs(values.mean() - float(distribution.mean)) < 5 * distribution.sd / 200
    spread = (values - float(distribution.mean)) ** 2
    assert abs(spread.mean() - distribution.sd**2) < 5 * spread.std() / 200 + 1e-9 * distribution.sd**2


@FEW
@given(distributions())
def test_quantiles_rise_and_stay_inside(written):
    """The quantile function never falls, stays inside support and ends, and meets the ends at 0 and 1.

    A PERT stops at a probability of 1e-15, where scipy's inverse is still a number; no sampler goes there.
    """
    distribution = parse(written)
    p = np.concatenate([[0.0, 1e-300, 1e-12], np.linspace(1e-6, 1 - 1e-6, 2001), [1 - 1e-12, 1.0]])
    values = distribution.quantile(p)
    low, high = distribution.support
    assert np.all(np.diff(values) >= -1e-12 * np.abs(values[1:]))
    assert values.min() >= float(distribution.ends[0].value)
    assert values.max() <= float(distribution.ends[1].value)
    assert values.min() >= low - 1e-9 * abs(low)
    assert values.max() <= high * (1 + 1e-9)
    ends = [float(end.value) for end in distribution.ends]
    if distribution.family != "pert":
        assert [values[0], values[-1]] == pytest.approx(ends, rel=1e-11, abs=1e-11 * ends[1])


@FEW
@given(distributions(cut=False), st.integers(0, 2**32))
def test_draws_and_quantiles_are_one_distribution(written, seed):
    """By the test of Kolmogorov and Smirnov at one in a million; a discrete one is left to its moments."""
    distribution = parse(written)
    if distribution.family == "discrete":
        return
    first = distribution.draws(20_000, np.random.default_rng(seed))
    second = distribution.quantile((np.arange(20_000) + 0.5) / 20_000)
    assert stats.ks_2samp(first, second, method="asymp").pvalue > 1e-6


def test_draws_of_a_discrete_distribution():
    """Each value comes as often as its share says, and no other value comes."""
    values, counts = np.unique(parse(EXAMPLES["discrete"]).draws(100_000, np.random.default_rng(5)), return_counts=True)
    assert values.tolist() == [20, 22, 27]
    assert (counts / 100_000).tolist() == pytest.approx([0.3, 0.5, 0.2], abs=0.01)
    steps = parse(EXAMPLES["discrete"]).quantile(np.array([0.001, 0.3, 0.3001, 0.8, 0.8001, 1.0]))
    assert steps.tolist() == [20, 20, 22, 22, 27, 27]


@FEW
@given(
    st.sampled_from(["normal", "lognormal", "gamma", "uniform", "beta"]),
    ascending(2),
    st.integers(1, 49),
    st.integers(51, 99),
)
def test_two_quantiles_are_reproduced(family, values, first, second):
    """A curve by two quantiles has these quantiles; where none is found, the message says so."""
    low, high = (Fraction(value, 101) for value in values)  # 101 % would be outside a beta
    low, high = Fraction(round(low, 3)), Fraction(round(high, 3))
    written = {family: {"quantiles": {f"{first} %": f"{float(low)} %", f"{second} %": f"{float(high)} %"}}}
    try:
        distribution = parse(written)
    except DistributionError as error:
        assert family in {"gamma", "lognormal", "beta"}
        assert "so wide" in error.message or "was found" in error.message  # noqa: PT017
        return
    found = distribution.curve.quantile(np.array([first / 100, second / 100]))
    np.testing.assert_allclose(found, [float(low), float(high)], atol=1e-9 * float(high))


@FEW
@given(st.sampled_from(["triangular", "pert"]), ascending(3), st.integers(1, 30), st.integers(60, 99))
def test_three_quantiles_are_reproduced(family, bounds, first, last):
    """The quantiles of some curve are those of the curve that is found from them, or the message says why not."""
    curve = parse({family: [str(bound) for bound in bounds]}).curve
    shares = (first / 100, 0.5, last / 100)
    values = [Fraction(f"{curve.point(share):.12g}") for share in shares]
    points = {f"{share} %": f"{float(value):.12g}" for share, value in zip((first, 50, last), values, strict=True)}
    try:
        distribution = parse({family: {"quantiles": points}})
    except DistributionError as error:
        # A triangular whose mode lies beyond the outer quantiles is not the only one: rounding may leave none.
        assert "lies between" in error.message or "was found" in error.message  # noqa: PT017
        mode = float(curve.below(Fraction(bounds[1])))
        assert not first / 100 < mode < last / 100 or family == "pert"
        return
    np.testing.assert_allclose(
        distribution.curve.quantile(np.array(shares)), [float(value) for value in values], rtol=2e-9
    )


def test_nothing_lies_beyond_the_probed_ends():
    """A sampler that went further than the ends is held there: the field was asked about them, and no further."""

    class Extreme(np.random.Generator):
        def normal(self, *_: object) -> np.ndarray:
            return np.array([-1e9, 10.0, 1e9])

    distribution = parse(EXAMPLES["normal"])
    values = distribution.draws(3, Extreme(np.random.PCG64(1)))
    ends = [float(end.value) for end in distribution.ends]
    assert values.tolist() == [ends[0], 10.0, ends[1]]


def test_the_smallest_probabilities_give_numbers():
    """Scipy's inverse of this beta is not a number at 1e-300; ours is the lower end."""
    distribution = parse({"beta": {"mean": "5 %", "sd": "2 %"}})
    values = distribution.quantile(np.array([0.0, 1e-300]))
    assert values.tolist() == [float(distribution.ends[0].value)] * 2


def test_draws_are_reproducible():
    """The same generator gives the same draws, also of a cut distribution."""
    for written in (EXAMPLES["gamma"], {**EXAMPLES["gamma"], "within": ["1", "3"]}):
        first, second = (parse(written).draws(10, np.random.default_rng(7)) for _ in range(2))
        assert first.tolist() == second.tolist()


def test_speed_is_printed(capsys):
    """Nanoseconds a draw; for the eye, since a loaded machine is no fault of the code."""
    count, lines = 2**18, []
    p = np.random.default_rng(1).random(count)
    for family, written in EXAMPLES.items():
        distribution, generator = parse(written), np.random.default_rng(1)
        distribution.quantile(p[:10])
        start = time.perf_counter()
        distribution.draws(count, generator)
        middle = time.perf_counter()
        distribution.quantile(p)
        spans = (middle - start) / count * 1e9, (time.perf_counter() - middle) / count * 1e9
        lines.append(f"{family:12} draws {spans[0]:6.1f} ns, quantile {spans[1]:7.1f} ns")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert len(lines) == len(FAMILIES)

"""The curve that has the quantiles which were written; gamma, beta, triangular and PERT need a numerical search."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from costmodel.distributions.bounded import Triangular, Uniform
from costmodel.distributions.curves import special
from costmodel.distributions.fitting import lognormal, pert, usable
from costmodel.distributions.smooth import Beta, Gamma, Normal
from costmodel.distributions.written import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from costmodel.distributions.curves import Curve
    from costmodel.distributions.written import Written

TOLERANCE = 1e-9  # relative: a fit reproduces the quantiles to this, or is refused
_LEAST = 1e-300  # a quantile that underflows counts as this, so that its logarithm exists
_SHAPES = (math.log(1e-3), math.log(1e12))  # of a gamma, as the logarithm
_SIZES = (math.log(1e-2), math.log(1e12))  # of alpha + beta, as the logarithm
_LOGITS = (-40.0, 40.0)  # of the mean of a beta: 4e-18 to its complement


def root(gap: Callable[[float], float], ends: tuple[float, float]) -> float | None:
    """Where a function crosses zero between two ends; None where it does not.

    Source: Brent, Algorithms for Minimization Without Derivatives (1973), chapter 4, as in scipy.

    >>> round(root(lambda x: x * x - 2, (1, 2)), 9)
    1.414213562
    """
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    low, high = ends
    if gap(low) * gap(high) > 0:
        return None
    return float(brentq(gap, low, high, xtol=1e-15, rtol=1e-15, maxiter=500))


def _normal(written: Written) -> Curve:
    """Two quantiles of a normal distribution are two equations mean + z sd = value."""
    (first, low), (second, high) = written.points
    z_low, z_high = (NormalDist().inv_cdf(float(share)) for share in (first, second))
    sd = float(high - low) / (z_high - z_low)
    return Normal(float(low) - z_low * sd, sd)


def _lognormal(written: Written) -> Curve:
    """The logarithms of the quantiles are quantiles of a normal distribution."""
    (first, low), (second, high) = written.points
    z_low, z_high = (NormalDist().inv_cdf(float(share)) for share in (first, second))
    sigma = (math.log(high) - math.log(low)) / (z_high - z_low)
    return lognormal(written, math.log(low) - z_low * sigma, sigma)


def _uniform(written: Written) -> Curve:
    """Two quantiles lie on the straight line low + p width, exactly."""
    (first, low), (second, high) = written.points
    width = (high - low) / (second - first)
    return Uniform(low - first * width, low + (1 - first) * width)


def _gamma(written: Written) -> Curve:
    """The ratio of two quantiles falls as the shape rises and does not depend on the scale: one root."""
    (first, low), (second, high) = written.points
    inverse, wanted = special().gammaincinv, math.log(high) - math.log(low)

    def log_quantile(log_shape: float, share: float) -> float:
        return math.log(max(float(inverse(math.exp(log_shape), share)), _LEAST))

    found = root(
        lambda at: log_quantile(at, float(second)) - log_quantile(at, float(first)) - wanted,
        _SHAPES,
    )
    if found is None:
        raise _no_curve(written)
    return _held(written, Gamma(math.exp(found), float(high) / math.exp(log_quantile(found, float(second)))))


def _beta(written: Written) -> Curve:
    """For each size alpha + beta one mean meets the first quantile; the second quantile then gives the size."""
    (first, low), (second, high) = written.points
    betainc, (x_low, x_high) = special().betainc, (float(low / written.unit), float(high / written.unit))

    def shapes(log_size: float) -> tuple[float, float]:
        size = math.exp(log_size)

        def gap(logit: float) -> float:
            parts = size / (1 + math.exp(-logit)), size / (1 + math.exp(logit))
            return float(betainc(*parts, x_low)) - float(first)

        logit = root(gap, _LOGITS)
        if logit is None:
            raise _no_curve(written)
        return size / (1 + math.exp(-logit)), size / (1 + math.exp(logit))

    found = root(lambda at: float(betainc(*shapes(at), x_high)) - float(second), _SIZES)
    if found is None:
        raise _no_curve(written)
    alpha, beta = (usable(written, shape, "") for shape in shapes(found))
    return _held(written, Beta(alpha, beta, 0.0, float(written.unit)))


def _triangular(written: Written) -> Curve:
    """A mode outside the outer quantiles leaves their proportions as they are: one between them is searched."""
    return _three(written, Triangular, (float(written.points[0][0]), float(written.points[-1][0])))


def _pert(written: Written) -> Curve:
    return _three(written, pert, (0.0, 1.0))


def _three(written: Written, make: Callable[[float, float, float], Curve], modes: tuple[float, float]) -> Curve:
    """Three quantiles: their proportions depend on where the mode lies in the range alone, and give it."""
    shares, values = ([float(each) for each in column] for column in zip(*written.points, strict=True))
    wanted = (values[1] - values[0]) / (values[2] - values[0])

    def middle(mode: float) -> float:
        low, centre, high = (make(0.0, mode, 1.0).point(share) for share in shares)
        return (centre - low) / (high - low)

    ends = middle(modes[0]), middle(modes[1])
    mode = root(lambda at: middle(at) - wanted, modes)
    if mode is None:
        raise _outside(written, *(values[0] + end * (values[2] - values[0]) for end in ends))
    unit = make(0.0, mode, 1.0)
    width = (values[2] - values[0]) / (unit.point(shares[2]) - unit.point(shares[0]))
    low = values[0] - width * unit.point(shares[0])
    return _held(written, make(low, low + width * mode, low + width))


def _outside(written: Written, low: float, high: float) -> Exception:
    (first, _), (middle, value), (last, _) = written.points
    between = f"{written.text(float(f'{low:.4g}'))} and {written.text(float(f'{high:.4g}'))}"
    return written.wrong(
        1,
        f"no {written.family} has these quantiles: with such values at {percent(first)} and {percent(last)}, its "
        f"{percent(middle)} quantile lies between {between}, got {written.text(value)}",
    )


def _held(written: Written, curve: Curve) -> Curve:
    """The curve, once its quantiles are those that were written."""
    scale = max(abs(value) for _, value in written.points)
    if all(abs(curve.point(float(share)) - value) <= TOLERANCE * scale for share, value in written.points):
        return curve
    raise _no_curve(written)


def _no_curve(written: Written) -> Exception:
    return written.wrong(
        "", f"no {written.family} with these quantiles was found: check them, or write its mean and sd"
    )


FITS: dict[str, Callable[[Written], Curve]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "gamma": _gamma,
    "beta": _beta,
    "triangular": _triangular,
    "pert": _pert,
}

"""From what was written to a curve: by range, by mean and sd, by shape, or by quantiles."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.distributions.bounded import Discrete, Triangular, Uniform
from costmodel.distributions.smooth import Beta, Gamma, Lognormal, Normal
from costmodel.distributions.written import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from costmodel.distributions.curves import Curve, Number
    from costmodel.distributions.mistake import DistributionError
    from costmodel.distributions.written import Written

# Outside these scipy's inverses lose digits or give nothing; a gamma with such a shape has an sd of a millionth
# of its mean, or of thirty times its mean.
_SMALLEST_SHAPE, _LARGEST_SHAPE = 1e-3, 1e12
_NARROWEST = 1e-9  # width beside the values themselves: below this 64-bit arithmetic has too few digits left
_WIDEST_SIGMA = 10  # of a lognormal: its mean is then e^50 times its median
_POSITIVE = frozenset({"lognormal", "gamma"})


def curve_of(written: Written) -> Curve:
    """The curve that the numbers describe.

    Raises:
        DistributionError: numbers that no distribution of this family has.
    """
    if written.family == "discrete":
        return _discrete(written)
    if written.points:
        from costmodel.distributions.quantile_fits import FITS

        _check_points(written)
        return FITS[written.family](written)
    return _BY_NAMES[written.names](written)


def _by_range(written: Written) -> Curve:
    low, high = written.values("min", "max")
    if low > high:
        order = ", ".join(written.names)
        raise written.wrong(
            "min",
            f"the smallest value, {written.text(low)}, is above the largest, {written.text(high)}: write [{order}]",
        )
    if low == high:
        raise written.wrong(
            "", f"the smallest and the largest value are both {written.text(low)}: write that number alone"
        )
    _check_width(written, "", high - low, max(abs(low), abs(high)))
    if written.family == "uniform":
        return Uniform(low, high)
    (mode,) = written.values("mode")
    if not low <= mode <= high:
        between = f"{written.text(low)} to {written.text(high)}"
        raise written.wrong(
            "mode", f"the most likely value, {written.text(mode)}, lies outside {between}: write [min, mode, max]"
        )
    return Triangular(low, mode, high) if written.family == "triangular" else pert(low, mode, high)


def pert(low: Number, mode: Number, high: Number) -> Beta:
    """The PERT distribution with lambda 4: a beta stretched over its range.

    Source: Vose, Risk Analysis, 3rd edition (2008), section on the PERT distribution:
    alpha = 1 + 4 (mode - min) / (max - min), beta = 1 + 4 (max - mode) / (max - min).

    >>> curve = pert(Fraction(2), Fraction(4), Fraction(12))
    >>> curve.alpha, curve.beta, curve.mean
    (Fraction(9, 5), Fraction(21, 5), Fraction(5, 1))
    """
    width = high - low
    return Beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, width)


def _by_mean_and_sd(written: Written) -> Curve:
    mean, sd = written.values("mean", "sd")
    if sd <= 0:
        raise written.wrong("sd", f"the sd is {written.text(sd)}: it must be more than 0")
    if written.family in _POSITIVE and mean <= 0:
        raise written.wrong("mean", f"the mean is {written.text(mean)}: a {written.family} has a mean above 0")
    _check_width(written, "sd", sd, abs(mean))
    return _MEAN_AND_SD[written.family](written, mean, sd)


def _check_width(written: Written, name: str | int, width: Fraction, size: Fraction) -> None:
    if width < _NARROWEST * size:
        raise too_narrow(written, name)


def too_narrow(written: Written, name: str | int) -> DistributionError:
    """The values lie so near each other that arithmetic cannot tell them apart."""
    return written.wrong(name, f"a {written.family} so narrow cannot be computed: write its mean as a plain number")


def too_wide(written: Written, name: str | int) -> DistributionError:
    """Hardly any value lies near the mean."""
    return written.wrong(
        name, f"a {written.family} so wide has nearly all of its values far from its mean: lower the spread"
    )


def lognormal(written: Written, mu: float, sigma: float) -> Curve:
    """The lognormal, unless it is so wide that its mean says nothing."""
    if sigma > _WIDEST_SIGMA:
        raise too_wide(written, "sd")
    return Lognormal(mu, sigma)


def _lognormal(written: Written, mean: Fraction, sd: Fraction) -> Curve:
    """Mean and sd are of the quantity itself: sigma² = ln(1 + (sd / mean)²), mu = ln(mean) - sigma² / 2.

    Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, section 14.3.
    """
    variance = math.log1p((sd / mean) ** 2)
    return lognormal(written, math.log(mean) - variance / 2, math.sqrt(variance))


def _gamma(written: Written, mean: Fraction, sd: Fraction) -> Curve:
    """Shape = (mean / sd)², scale = sd² / mean.

    Source: R package dampack, `gamma_params`.
    """
    return Gamma(usable(written, (mean / sd) ** 2, "sd"), sd * sd / mean)


def _beta(written: Written, mean: Fraction, sd: Fraction) -> Curve:
    """Alpha = mean (mean (1 - mean) / sd² - 1), beta = (1 - mean) (mean (1 - mean) / sd² - 1).

    Source: R package dampack, `beta_params`.
    """
    whole = written.unit
    if not 0 < mean < whole:
        hint = f": write {written.text(mean)} %" if not written.suffix and 1 < mean < 100 else ""  # noqa: PLR2004
        raise written.wrong("mean", f"the mean of a beta lies between 0 and 100 %, got {written.text(mean)}{hint}")
    if sd * sd >= mean * (whole - mean):
        limit = written.text(float(f"{math.sqrt(mean * (whole - mean)):.3g}"))
        raise written.wrong(
            "sd",
            f"an sd of {written.text(sd)} is too large: with a mean of {written.text(mean)} a beta has "
            f"an sd below {limit}, the root of mean x (1 - mean)",
        )
    size = mean * (whole - mean) / sd**2 - 1
    share = mean / whole
    return Beta(
        usable(written, share * size, "sd"), usable(written, (1 - share) * size, "sd"), Fraction(0), Fraction(whole)
    )


def usable(written: Written, shape: Number, name: str) -> Number:
    """A shape parameter, unless scipy cannot compute with it."""
    if shape > _LARGEST_SHAPE:
        raise too_narrow(written, name)
    if shape < _SMALLEST_SHAPE:
        raise too_wide(written, name)
    return shape


def _symmetric(make: Callable[[float, float, float], Curve], square: int) -> Callable[..., Curve]:
    """A symmetric curve reaches root(square) standard deviations to each side of its mean."""

    def curve(_: Written, mean: Fraction, sd: Fraction) -> Curve:
        reach = float(sd) * math.sqrt(square)
        return make(float(mean) - reach, float(mean), float(mean) + reach)

    return curve


_MEAN_AND_SD: dict[str, Callable[[Written, Fraction, Fraction], Curve]] = {
    "normal": lambda _, mean, sd: Normal(mean, sd),
    "lognormal": _lognormal,
    "gamma": _gamma,
    "beta": _beta,
    # The variance of a width of 2 h: h² / 3 uniform, h² / 6 triangular, h² / 7 for a beta with alpha = beta = 3.
    "uniform": _symmetric(lambda low, _, high: Uniform(low, high), 3),
    "triangular": _symmetric(Triangular, 6),
    "pert": _symmetric(pert, 7),
}


def _by_shape_and_scale(written: Written) -> Curve:
    shape, scale = _positive(written)
    return Gamma(usable(written, shape, "shape"), scale)


def _by_alpha_and_beta(written: Written) -> Curve:
    alpha, beta = (usable(written, value, name) for name, value in zip(written.names, _positive(written), strict=True))
    return Beta(alpha, beta, Fraction(0), Fraction(written.unit))


def _positive(written: Written) -> tuple[Fraction, ...]:
    for name, value in written.parameters:
        if value <= 0:
            raise written.wrong(name, f"the {name} must be more than 0")
    return written.values(*written.names)


_BY_NAMES: dict[tuple[str, ...], Callable[[Written], Curve]] = {
    ("min", "mode", "max"): _by_range,
    ("min", "max"): _by_range,
    ("mean", "sd"): _by_mean_and_sd,
    ("shape", "scale"): _by_shape_and_scale,
    ("alpha", "beta"): _by_alpha_and_beta,
}


def _check_points(written: Written) -> None:
    """Quantiles rise with their probability, and lie where the family has values."""
    for index, (share, value) in enumerate(written.points):
        text = written.text(value)
        if written.family in _POSITIVE and value <= 0:
            raise written.wrong(index, f"{text} is not possible: a {written.family} has values above 0")
        if written.family == "beta" and not 0 < value < written.unit:
            raise written.wrong(index, f"{text} is not possible: a beta has values between 0 and 100 %")
        if index and value <= written.points[index - 1][1]:
            before, lower = written.points[index - 1]
            raise written.wrong(
                index,
                f"the {percent(share)} quantile, {text}, is not above the {percent(before)} quantile, "
                f"{written.text(lower)}: values rise with their probability",
            )
    lowest, highest = written.points[0][1], written.points[-1][1]
    _check_width(written, "", highest - lowest, max(abs(lowest), abs(highest)))


def _discrete(written: Written) -> Curve:
    shares, values = (tuple(column) for column in zip(*written.points, strict=True))
    if len(values) == 1:
        raise written.wrong("", f"there is one value only: write {written.text(values[0])} alone")
    for index in range(1, len(values)):
        if values[index] == values[index - 1]:
            raise written.wrong(index, f"the value {written.text(values[index])} stands twice: add its shares")
    if sum(shares) != 1:
        raise written.wrong("", f"the shares add to {percent(Fraction(sum(shares)))}: they must add to 100 %")
    return Discrete(values, shares)

"""The normal, lognormal, gamma and beta distributions; PERT is a beta."""

# ruff: noqa: D102 - `Curve` says what each method gives; a docstring here says how.

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING

from costmodel.distributions.curves import Curve, special

if TYPE_CHECKING:
    import numpy as np

    from costmodel.distributions.curves import Array, Number

STANDARD = NormalDist()
_LEAST = 1e-15  # some smaller probabilities make scipy's inverse of the beta return no number


@dataclass(frozen=True)
class Normal(Curve):
    """The normal distribution.

    >>> round(Normal(10.0, 2.0).point(0.975), 4)
    13.9199
    """

    centre: Number
    spread: Number

    @property
    def support(self) -> tuple[Number, Number]:
        return -math.inf, math.inf

    @property
    def mean(self) -> Number:
        return self.centre

    @property
    def sd(self) -> float:
        return float(self.spread)

    def below(self, value: Fraction) -> Number:
        return STANDARD.cdf(float((value - self.centre) / self.spread))

    def mean_below(self, value: Fraction) -> Number:
        """Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, section 13.10.1."""
        density = STANDARD.pdf(float((value - self.centre) / self.spread))
        return float(self.centre) * self.below(value) - self.sd * density

    def quantile(self, p: Array) -> Array:
        result: Array = float(self.centre) + self.sd * special().ndtri(p)
        return result

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        return generator.normal(float(self.centre), self.sd, count)

    def point(self, p: float) -> float:
        return float(self.centre) + self.sd * STANDARD.inv_cdf(p)


@dataclass(frozen=True)
class Lognormal(Curve):
    """The distribution whose logarithm is normal with mean mu and standard deviation sigma.

    Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, chapter 14.

    >>> Lognormal(math.log(10), 0.5).point(0.5)
    10.0...
    """

    mu: float
    sigma: float

    @property
    def support(self) -> tuple[Number, Number]:
        return Fraction(0), math.inf

    @property
    def mean(self) -> Number:
        return math.exp(self.mu + self.sigma**2 / 2)

    @property
    def sd(self) -> float:
        return float(self.mean) * math.sqrt(math.expm1(self.sigma**2))

    def _below(self, value: Fraction, shift: float) -> float:
        return STANDARD.cdf((math.log(value) - self.mu) / self.sigma - shift) if value > 0 else 0.0

    def below(self, value: Fraction) -> Number:
        return self._below(value, 0)

    def mean_below(self, value: Fraction) -> Number:
        return self.mean * self._below(value, self.sigma)

    def quantile(self, p: Array) -> Array:
        import numpy as np

        result: Array = np.exp(self.mu + self.sigma * special().ndtri(p))
        return result

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        return generator.lognormal(self.mu, self.sigma, count)

    def point(self, p: float) -> float:
        return math.exp(self.mu + self.sigma * STANDARD.inv_cdf(p))


@dataclass(frozen=True)
class Gamma(Curve):
    """The gamma distribution; mean = shape x scale, sd = root of the shape x scale.

    >>> Gamma(Fraction(4), Fraction(1, 2)).mean, Gamma(Fraction(4), Fraction(1, 2)).sd
    (Fraction(2, 1), 1.0)
    """

    shape: Number
    scale: Number

    @property
    def support(self) -> tuple[Number, Number]:
        return Fraction(0), math.inf

    @property
    def mean(self) -> Number:
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        return math.sqrt(self.shape) * float(self.scale)

    def _below(self, value: Fraction, shape: Number) -> float:
        return float(special().gammainc(float(shape), max(float(value / self.scale), 0.0)))

    def below(self, value: Fraction) -> Number:
        return self._below(value, self.shape)

    def mean_below(self, value: Fraction) -> Number:
        """Here x f(x) is the mean times the density of the next shape."""
        return self.mean * self._below(value, self.shape + 1)

    def quantile(self, p: Array) -> Array:
        result: Array = float(self.scale) * special().gammaincinv(float(self.shape), p)
        return result

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        return generator.gamma(float(self.shape), float(self.scale), count)


@dataclass(frozen=True)
class Beta(Curve):
    """The beta distribution stretched to start at low and be so wide; PERT is one of these.

    >>> Beta(Fraction(2), Fraction(4), Fraction(1), Fraction(4)).mean
    Fraction(7, 3)
    """

    alpha: Number
    beta: Number
    low: Number
    width: Number

    @property
    def support(self) -> tuple[Number, Number]:
        return self.low, self.low + self.width

    @property
    def mean(self) -> Number:
        return self.low + self.width * self.alpha / (self.alpha + self.beta)

    @property
    def sd(self) -> float:
        total = self.alpha + self.beta
        return float(self.width) * math.sqrt(self.alpha * self.beta / (total * total * (total + 1)))

    def _below(self, value: Fraction, alpha: Number) -> float:
        place = float((value - self.low) / self.width)
        return float(special().betainc(float(alpha), float(self.beta), min(max(place, 0.0), 1.0)))

    def below(self, value: Fraction) -> Number:
        return self._below(value, self.alpha)

    def mean_below(self, value: Fraction) -> Number:
        """Here x f(x) is the mean times the density of the next alpha."""
        return self.low * self.below(value) + (self.mean - self.low) * self._below(value, self.alpha + 1)

    def quantile(self, p: Array) -> Array:
        import numpy as np

        inverse = special().betaincinv(float(self.alpha), float(self.beta), np.maximum(p, _LEAST))
        result: Array = float(self.low) + float(self.width) * inverse
        return result

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        return float(self.low) + float(self.width) * generator.beta(float(self.alpha), float(self.beta), count)

"""The triangular, uniform and discrete distributions: simple shapes with exact means."""

# ruff: noqa: D102 - `Curve` says what each method gives; a docstring here says how.

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.distributions.curves import Curve

if TYPE_CHECKING:
    import numpy as np

    from costmodel.distributions.curves import Array, Number


@dataclass(frozen=True)
class Triangular(Curve):
    """The triangular distribution from low to high.

    Source: Kotz and van Dorp, Beyond Beta (2004), chapter 1.

    >>> Triangular(Fraction(2), Fraction(4), Fraction(12)).mean
    Fraction(6, 1)
    """

    low: Number
    mode: Number
    high: Number

    @property
    def support(self) -> tuple[Number, Number]:
        return self.low, self.high

    @property
    def mean(self) -> Number:
        return (self.low + self.mode + self.high) / 3

    @property
    def sd(self) -> float:
        """Root of (a² + b² + c² - ab - ac - bc) / 18, written as squares of differences: nothing cancels."""
        first, second = self.mode - self.low, self.high - self.mode
        return math.sqrt((first * first + first * second + second * second) / 18)

    def below(self, value: Fraction) -> Number:
        if value <= self.low or value >= self.high:
            return Fraction(int(value >= self.high))
        if value <= self.mode:
            return (value - self.low) ** 2 / ((self.high - self.low) * (self.mode - self.low))
        return 1 - (self.high - value) ** 2 / ((self.high - self.low) * (self.high - self.mode))

    def mean_below(self, value: Fraction) -> Number:
        """Each side is a ramp, whose centre of mass lies at two thirds of its length."""
        share = self.below(value)
        if value <= self.mode:
            return share * (self.low + 2 * (value - self.low) / 3)
        return self.mean - (1 - share) * (self.high - 2 * (self.high - value) / 3) if value < self.high else self.mean

    def quantile(self, p: Array) -> Array:
        import numpy as np

        low, mode, high = float(self.low), float(self.mode), float(self.high)
        rising = low + np.sqrt(p * ((high - low) * (mode - low)))
        falling = high - np.sqrt((1 - p) * ((high - low) * (high - mode)))
        result: Array = np.where(p * (high - low) <= mode - low, rising, falling)
        return result

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        return generator.triangular(float(self.low), float(self.mode), float(self.high), count)


@dataclass(frozen=True)
class Uniform(Curve):
    """The uniform distribution from low to high; its sd is the width divided by root 12.

    >>> Uniform(Fraction(2), Fraction(5)).mean
    Fraction(7, 2)
    """

    low: Number
    high: Number

    @property
    def support(self) -> tuple[Number, Number]:
        return self.low, self.high

    @property
    def mean(self) -> Number:
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        return float(self.high - self.low) / math.sqrt(12)

    def below(self, value: Fraction) -> Number:
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)

    def mean_below(self, value: Fraction) -> Number:
        return self.below(value) * (self.low + min(max(value, self.low), self.high)) / 2

    def quantile(self, p: Array) -> Array:
        return float(self.low) + p * float(self.high - self.low)

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        return generator.uniform(float(self.low), float(self.high), count)


@dataclass(frozen=True)
class Discrete(Curve):
    """A few values, ascending, each with its share; the shares add to 1.

    >>> Discrete((Fraction(20), Fraction(22)), (Fraction(3, 10), Fraction(7, 10))).mean
    Fraction(107, 5)
    """

    values: tuple[Fraction, ...]
    shares: tuple[Fraction, ...]

    @property
    def support(self) -> tuple[Number, Number]:
        return self.values[0], self.values[-1]

    @property
    def mean(self) -> Fraction:
        return sum((value * share for value, share in zip(self.values, self.shares, strict=True)), Fraction(0))

    @property
    def sd(self) -> float:
        pairs = zip(self.values, self.shares, strict=True)
        return math.sqrt(sum(share * (value - self.mean) ** 2 for value, share in pairs))

    def below(self, value: Fraction) -> Number:
        return sum((share for each, share in zip(self.values, self.shares, strict=True) if each <= value), Fraction(0))

    def mean_below(self, value: Fraction) -> Number:
        pairs = zip(self.values, self.shares, strict=True)
        return sum((each * share for each, share in pairs if each <= value), Fraction(0))

    def quantile(self, p: Array) -> Array:
        import numpy as np

        steps = [float(self.below(value)) for value in self.values]
        result: Array = np.array(self.values, dtype=np.float64)[np.searchsorted(steps, p)]
        return result

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        import numpy as np

        values = np.array(self.values, dtype=np.float64)
        return generator.choice(values, count, p=np.array(self.shares, dtype=np.float64))

"""A distribution that stands where a number may stand: its moments, its values, and what it must be checked for."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from costmodel.distributions.fitting import curve_of
from costmodel.distributions.mistake import DistributionError, Path
from costmodel.distributions.written import DIGITS, Written

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from costmodel.distributions.curves import Array, Curve, Number

# Values stop at the quantiles of this probability and of its complement, so that every value lies in a range that
# was checked beforehand: of 2^20 draws one meets an end in 1 / (2^20 x 2e-9) = about 500 runs.
TAIL = 1e-9
_LEAST_INSIDE = 1e-6  # of a distribution that is cut: below this its quantiles have lost more than ten digits
_ENDLESS = frozenset({"normal", "lognormal", "gamma", "beta"})
_VALUES = frozenset({"min", "mode", "max", "mean"})


class End(NamedTuple):
    """One end of the range in which all values lie: its value, and the path and text to show for it."""

    value: Fraction
    path: Path
    text: str


class Distribution(Written):
    """A probability distribution in the unit in which it was written.

    >>> minutes = Distribution("triangular", (("min", Fraction(1)), ("mode", Fraction(2)), ("max", Fraction(5))))
    >>> minutes.mean, minutes.support
    (Fraction(8, 3), (1.0, 5.0))
    """

    @cached_property
    def curve(self) -> Curve:
        """The mathematics, before `within` cuts it.

        Raises:
            DistributionError: numbers that no distribution of this family has.
        """
        return curve_of(self)

    @cached_property
    def _inside(self) -> tuple[Number, Number]:
        """The probabilities below the two ends of within."""
        return (Fraction(0), Fraction(1)) if self.within is None else _two(self.curve.below, self.within)

    def checked(self) -> Distribution:
        """The distribution, once it is known to exist.

        Raises:
            DistributionError: numbers that no distribution of this family has, or nothing of it within.
        """
        _ = self.curve
        if self.within is None:
            return self
        low, high = self.within
        if self.family == "discrete":
            raise DistributionError(("within",), "a discrete distribution is not cut: leave values out instead")
        if low >= high:
            raise DistributionError(("within",), f"{self.text(low)} is not below {self.text(high)}: write [low, high]")
        if self._inside[1] - self._inside[0] < _LEAST_INSIDE:
            between = f"between {self.text(low)} and {self.text(high)}"
            raise DistributionError(
                ("within",), f"less than one in a million of this distribution lies {between}: widen the range"
            )
        return self

    @cached_property
    def mean(self) -> Fraction:
        """The expected value; exact where a formula of the written numbers is, else to 12 significant digits."""
        result: Number
        if self.within is not None:
            below, above = _two(self.curve.mean_below, self.within)
            result = (above - below) / (self._inside[1] - self._inside[0])
        else:
            result = dict(self.parameters).get("mean", self.curve.mean)
        return result if isinstance(result, Fraction) else Fraction(f"{result:.{DIGITS}g}")

    @property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that the mathematics allows; infinite where there is none."""
        low, high = self.curve.support
        if self.within is not None:
            low, high = max(low, self.within[0]), min(high, self.within[1])
        return float(low), float(high)

    @cached_property
    def sd(self) -> float:
        """The standard deviation; of a distribution that is cut, the integral of (x - mean)² over probability."""
        if self.within is None:
            return float(dict(self.parameters).get("sd", self.curve.sd))
        from scipy.integrate import quad  # type: ignore[import-untyped]

        mean, low, high = float(self.mean), *(float(share) for share in self._inside)
        ends = [float(end.value) for end in self.ends]

        def square(p: float) -> float:
            return (min(max(self.curve.point(low + p * (high - low)), ends[0]), ends[1]) - mean) ** 2

        return math.sqrt(quad(square, 0, 1, epsabs=0, limit=500, full_output=True)[0])

    @cached_property
    def ends(self) -> tuple[End, End]:
        """The range in which all values lie: bounds, or quantiles so far out that they are hardly ever met."""
        low, high = self._end(0, TAIL), self._end(-1, 1 - TAIL)
        if self.within is not None:
            lowest, highest = self.within
            low = low if low.value > lowest else End(lowest, *self._place("low", lowest))
            high = high if high.value < highest else End(highest, *self._place("high", highest))
        return low, high

    def _end(self, side: int, p: float) -> End:
        if self.names[:1] == ("min",):
            name, number = self.parameters[side]
            return End(number, *self._place(name, number))
        if self.family == "discrete":
            number = self.points[side][1]
            return End(number, *self._place(side % len(self.points), number))
        value = self.curve.point(p) if self.family in _ENDLESS else self.curve.support[side]
        rounded = Fraction(f"{float(value):.{DIGITS}g}")
        return End(rounded, (self.family,), self.text(rounded))

    def _place(self, name: str | int, number: Fraction) -> tuple[Path, str]:
        return self.places.get(name, ((self.family,), self.text(number)))

    @property
    def probes(self) -> tuple[tuple[Path, str], ...]:
        """Values that the field must be able to read, each with its path inside the mapping.

        The two ends; every value that was written between them; and the mean of a continuous distribution. Where the
        field reads all of these and allows what lies between, it allows every value of the distribution.
        """
        low, high = self.ends
        written: list[tuple[str | int, Fraction]] = [item for item in self.parameters if item[0] in _VALUES]
        written += [(index, value) for index, (_, value) in enumerate(self.points)]
        between = [self._place(name, value) for name, value in written if low.value < value < high.value]
        ends = [(end.path, end.text) for end in self.ends]
        centre = [] if self.family == "discrete" else [((self.family,), self.text(self.mean))]
        return tuple(dict.fromkeys([*ends, *between, *centre]))

    def quantile(self, p: Array) -> Array:
        """The values below which these shares lie.

        Args:
            p: probabilities between 0 and 1, an array of any shape.

        Returns:
            Values in the unit that was written, in the shape of p, none beyond `ends`.

        Raises:
            DistributionError: numbers that no distribution of this family has.
        """
        import numpy as np

        p = np.asarray(p, dtype=np.float64)
        low, high = (float(share) for share in self._inside)
        return self._clipped(self.curve.quantile(p if self.within is None else low + p * (high - low)))

    def draws(self, count: int, generator: np.random.Generator) -> Array:
        """Independent values, in the unit that was written, none beyond `ends`; an array of shape (count,).

        By numpy's own samplers; a distribution that is cut is drawn by its quantiles.
        """
        if self.within is not None:
            return self.quantile(generator.random(count))
        return self._clipped(self.curve.draws(count, generator))

    def _clipped(self, values: Array) -> Array:
        import numpy as np

        low, high = self.ends
        return np.clip(values, float(low.value), float(high.value), out=np.asarray(values))


def _two(function: Callable[[Fraction], Number], ends: tuple[Fraction, Fraction]) -> tuple[Number, Number]:
    return function(ends[0]), function(ends[1])

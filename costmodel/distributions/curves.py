"""What every family can do: mean, spread, distribution function, its inverse, and draws.

Numbers that were written stay exact; what needs a root or a logarithm is a float. numpy and scipy are imported where
arrays are made, so that a mean costs no start-up time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Number = Fraction | float


def special() -> Any:
    """The special functions of scipy, imported when first needed."""
    from scipy import special as functions  # type: ignore[import-untyped]

    return functions


class Curve(ABC):
    """One family with its parameters; numbers in the unit in which they were written."""

    @property
    @abstractmethod
    def support(self) -> tuple[Number, Number]:
        """The smallest and the largest value, which may be infinite."""

    @property
    @abstractmethod
    def mean(self) -> Number:
        """The expected value; a Fraction where it is exact."""

    @property
    @abstractmethod
    def sd(self) -> float:
        """The standard deviation."""

    @abstractmethod
    def below(self, value: Fraction) -> Number:
        """The probability of a value at or below this one."""

    @abstractmethod
    def mean_below(self, value: Fraction) -> Number:
        """The part of the mean that values up to this one contribute: the integral of x f(x) up to it."""

    @abstractmethod
    def quantile(self, p: Array) -> Array:
        """The inverse of the distribution function."""

    @abstractmethod
    def draws(self, count: int, generator: np.random.Generator) -> Array:
        """Independent values from numpy's own sampler."""

    def point(self, p: float) -> float:
        """One quantile."""
        import numpy as np

        return float(self.quantile(np.array([p]))[0])

"""A distribution as somebody wrote it: its numbers, their unit, their places, and its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from costmodel.distributions.mistake import DistributionError, Path
from costmodel.quantities import decimal_text, significant

DIGITS = 12  # of a computed value as text: all that 64-bit arithmetic holds after a few operations
_SMALLEST = 1e-24  # what is nearer to zero is written as 0: a text of more digits no field would read
_WORDS = {
    ("min", "max"): "from {0} to {1}",
    ("min", "mode", "max"): "from {0} to {2}, most likely {1}",
}
UNITLESS = frozenset({"shape", "alpha", "beta"})


_THOUSANDS = 3  # digits between points that separate thousands


@dataclass(frozen=True)
class Written:
    """The numbers of a distribution, exact, in the unit in which they were written (30 for `30 %`).

    Attributes:
        family: such as `triangular`.
        parameters: name and number: min, mode, max; mean, sd; shape, scale; alpha, beta.
        points: probability and value, ascending: quantiles, or each value of a discrete distribution with its share.
        suffix: what stands after a number, such as ` %` or ` USD/hour`; empty for a bare number.
        within: the range to which the distribution is cut.
        places: for each parameter by name, each point by index, and `low` and `high` of within: its path inside
            the mapping, and its text.
    """

    family: str
    parameters: tuple[tuple[str, Fraction], ...] = ()
    points: tuple[tuple[Fraction, Fraction], ...] = ()
    suffix: str = ""
    within: tuple[Fraction, Fraction] | None = None
    places: dict[str | int, tuple[Path, str]] = field(default_factory=dict, compare=False, repr=False)

    def text(self, number: Fraction | float) -> str:
        """A value as a field of this unit is written; at most 12 significant digits.

        >>> Written("uniform", suffix=" USD").text(0.1 + 0.2)
        '0.3 USD'
        """
        if isinstance(number, Fraction):
            digits = decimal_text(significant(number, DIGITS))
        else:
            digits = format(Decimal(f"{number if abs(number) >= _SMALLEST else 0.0:.{DIGITS}g}"), "f")
        # 13.625 could be read as thirteen thousand in much of Europe; 13.6250 cannot.
        unclear = len(digits.partition(".")[2]) == _THOUSANDS
        return f"{digits}{'0' if unclear else ''}{self.suffix}"

    def values(self, *names: str) -> tuple[Fraction, ...]:
        """The numbers of these parameters."""
        known = dict(self.parameters)
        return tuple(known[name] for name in names)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters; none where it is given by points."""
        return tuple(name for name, _ in self.parameters)

    @property
    def unit(self) -> int:
        """What the number for the whole is: 100 where shares are written in percent, else 1."""
        return 100 if self.suffix.lstrip().startswith("%") else 1

    def wrong(self, name: str | int, message: str) -> DistributionError:
        """An error at a parameter or point; at the family where the name is neither."""
        return DistributionError(self.places.get(name, ((self.family,), ""))[0], message)

    def _exact_text(self, number: Fraction, name: str = "") -> str:
        return decimal_text(number) + ("" if name in UNITLESS else self.suffix)

    def __str__(self) -> str:
        """In plain words: `triangular from 1 to 5, most likely 2`."""
        texts = [self._exact_text(number, name) for name, number in self.parameters]
        if self.names in _WORDS:
            words = f"{self.family} {_WORDS[self.names].format(*texts)}"
        else:
            points = [(percent(share), self._exact_text(value)) for share, value in self.points]
            parts = [f"{name} {text}" for name, text in zip(self.names, texts, strict=True)]
            parts += [f"{text} ({p})" if self.family == "discrete" else f"{p} below {text}" for p, text in points]
            words = ", ".join([self.family, *parts])
        if self.within is None:
            return words
        return f"{words}, within {' to '.join(self._exact_text(number) for number in self.within)}"

    def to_json(self) -> dict[str, Any]:
        """The mapping that was written, with every number as text; reading it gives an equal distribution.

        >>> Written("normal", (("mean", Fraction(10)), ("sd", Fraction(2)))).to_json()
        {'normal': {'mean': '10', 'sd': '2'}}
        """
        body: Any = {name: self._exact_text(number, name) for name, number in self.parameters}
        if self.names in _WORDS:
            body = list(body.values())
        elif self.family == "discrete":
            body = {self._exact_text(value): percent(share) for share, value in self.points}
        elif self.points:
            body = {"quantiles": {percent(share): self._exact_text(value) for share, value in self.points}}
        cut = {} if self.within is None else {"within": [self._exact_text(number) for number in self.within]}
        return {self.family: body, **cut}


def percent(share: Fraction) -> str:
    """A share in percent, exactly.

    >>> percent(Fraction(1, 40))
    '2.5 %'
    """
    return f"{decimal_text(share * 100)} %"

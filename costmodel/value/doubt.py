"""What a scenario says under `uncertainty`: how many draws, which seed, what moves together, which cases."""

from fractions import Fraction
from math import pi, sin, sqrt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from costmodel.documents.model import Count, Model, PlacedError, Rate, Reads, Text
from costmodel.quantities import exact
from costmodel.value.spec import Cost

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DRAWS = 1 << 24  # beyond it the standard error is under a four-thousandth of the spread, and time is lost
MOST_CORRELATED = 100
_FEWEST = 2
_LEAST_LEFT = 1e-10  # of a variance of 1: below it a number is decided by the others, up to rounding


def _draws(value: int) -> int:
    if value > MAX_DRAWS:
        raise ValueError(f"{value:,} draws are more than {MAX_DRAWS:,}: the error falls only with their square root")
    return value


def _inside(value: Fraction) -> Fraction:
    if not 0 < value < 1:
        raise ValueError("the interval holds more than 0 % and less than 100 %")
    return value


def _correlation(value: Any) -> Fraction:
    number = exact(value)
    if abs(number) > 1:
        raise ValueError(f"a rank correlation lies between -1 and 1, got '{value}'")
    return number


Correlation = Annotated[
    Fraction, Reads(_correlation, {"type": ["number", "string"], "title": "a number between -1 and 1"})
]


def pearson(rank_correlation: float) -> float:
    """The correlation of two normal numbers whose ranks are correlated like this.

    Source: Hotelling and Pabst, Ann Math Stat 1936;7:29-43, after Pearson 1907: rho = 2 sin(pi r / 6).

    >>> pearson(1.0)
    1.0
    """
    return 1.0 if rank_correlation == 1 else 2 * sin(pi * rank_correlation / 6)


def _first_impossible(matrix: "Sequence[Sequence[Fraction]]") -> int | None:
    """The first row at which the Cholesky factor of the normal correlations ends; None where it is whole."""
    rows: list[list[float]] = []
    for size, row in enumerate(matrix):
        made: list[float] = []
        for column in range(size):
            known = sum(made[place] * rows[column][place] for place in range(column))
            made.append((pearson(float(row[column])) - known) / rows[column][column])
        left = 1 - sum(number * number for number in made)
        if left <= _LEAST_LEFT:
            return size
        rows.append([*made, sqrt(left)])
    return None


class Correlations(Model):
    """Uncertain numbers that move together: Spearman's rank correlations."""

    of: tuple[Text, ...] = Field(max_length=MOST_CORRELATED)
    """Their paths, such as roi.manual.minutes."""
    matrix: tuple[tuple[Correlation, ...], ...]
    """A row for each, symmetric, 1 on the diagonal."""

    @model_validator(mode="after")
    def _square(self) -> "Correlations":
        size = len(self.of)
        if size < _FEWEST:
            raise PlacedError("of", "at least two numbers move together: name their paths")
        for path in self.of:
            if self.of.count(path) > 1:
                raise PlacedError("of", f"'{path}' stands twice in 'of'")
        if len(self.matrix) != size or any(len(row) != size for row in self.matrix):
            got = " and ".join(sorted({str(len(row)) for row in self.matrix}))
            raise PlacedError(
                "matrix",
                f"{size} paths need a matrix of {size} rows with {size} numbers each; "
                f"got {len(self.matrix)} rows with {got} numbers",
            )
        for row in range(size):
            if self.matrix[row][row] != 1:
                there = f"{float(self.matrix[row][row]):g}"
                raise PlacedError(
                    "matrix", f"row {row + 1} has {there} on the diagonal: a number's correlation with itself is 1"
                )
            for column in range(row):
                if self.matrix[row][column] != self.matrix[column][row]:
                    raise PlacedError(
                        "matrix",
                        f"the matrix is not symmetric: row {row + 1}, column {column + 1} is "
                        f"{float(self.matrix[row][column]):g}, row {column + 1}, column {row + 1} is "
                        f"{float(self.matrix[column][row]):g}",
                    )
        first = _first_impossible(self.matrix)
        if first is not None:
            raise PlacedError(
                "matrix",
                "the matrix is not positive definite, so no numbers can be correlated like this: the correlations of "
                f"'{self.of[first]}' contradict those of the numbers before it; bring some of them nearer to 0",
            )
        return self


class Uncertainty(Model):
    """How uncertainty is computed."""

    method: Literal["sobol", "monte-carlo"] = "sobol"
    """sobol: scrambled Sobol points, which need fewer draws. monte-carlo: plain random draws."""
    draws: Annotated[Count, AfterValidator(_draws)] = 1 << 14
    """How many; a power of two for sobol."""
    seed: Count = 1
    """Makes the draws repeatable."""
    correlations: Correlations | None = None
    """Uncertain numbers that move together."""
    cases: dict[Text, dict[Text, Any]] = Field(default_factory=dict)
    """Named scenarios: values by path, or 'preset: name'."""
    values_of_hour: tuple[Cost, ...] = ()
    """Values of a freed hour over which the options are compared."""
    payback_months: Count = 12
    """The payback whose probability is shown."""
    interval: Annotated[Rate, AfterValidator(_inside)] = Fraction(95, 100)
    """Probability inside the interval shown."""

    @model_validator(mode="after")
    def _fits(self) -> "Uncertainty":
        if self.method == "sobol" and self.draws & (self.draws - 1):
            lower = 1 << (self.draws.bit_length() - 1)
            raise PlacedError("draws", f"Sobol points come in powers of two: write {lower} or {lower * 2} draws")
        return self

"""What knowing more is worth: mathematics on arrays of net benefits, one row an option and one column a draw.

Net benefits are money; the options stand for what may be chosen, doing nothing among them.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline, make_lsq_spline  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Array: TypeAlias = NDArray[np.float64]

_CUBIC = 3
_PIECES = (1, 4, 16, 64)  # of a cubic spline, between quantiles: one is a cubic polynomial, many follow whole posts
_FEW_VALUES = 10  # a number with so few values is discrete: means of each say all
_MOST_PAIRS = 12  # numbers of a group whose products are looked at, pair by pair
_DRAWS_A_TERM = 8  # fewer draws for each term of a regression would fit their own noise
_NOTHING = 1e-24  # of the square of the largest figure: a variance below it is rounding


class Estimate(NamedTuple):
    """A figure and its standard error; None where it is not known."""

    value: float
    standard_error: float | None


def mean_of(values: Array, batches: int) -> Estimate:
    """The mean of draws, with its standard error.

    Args:
        values: shape (draws,); draws of one batch stand together.
        batches: independent scramblings of Sobol points: the spread of their means gives the error. 0 for random
            draws, whose own spread gives it.
    """
    mean = float(values.mean())
    if batches == 0:
        return Estimate(mean, float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else None)
    if batches == 1:
        return Estimate(mean, None)
    means = values.reshape(batches, -1).mean(axis=1)
    return Estimate(mean, float(means.std(ddof=1)) / batches**0.5)


class Choice(NamedTuple):
    """What choosing among options comes to while it is not known which one is best.

    Attributes:
        means: mean net benefit of each option.
        chances: probability of each of being the best; of equals, the one named first is.
        losses: what each is expected to fall short of the best, which nobody knows beforehand.
        best: the option with the highest mean; of equals, the one named first.
        evpi: expected value of perfect information: the expected loss of `best`.
    """

    means: tuple[float, ...]
    chances: tuple[float, ...]
    losses: tuple[float, ...]
    best: int
    evpi: Estimate


def choice_of(benefits: Array, batches: int = 0) -> Choice:
    """Which option is best on average, how likely it is the best, and what it is worth to know.

    Args:
        benefits: net benefits, shape (options, draws).
        batches: as in `mean_of`.

    Source: Raiffa and Schlaifer, Applied Statistical Decision Theory (1961), chapter 4: EVPI = E[max] - max E.
    Acceptability and its frontier: Fenwick, Claxton and Sculpher, Health Economics 2001;10:779-787.

    >>> found = choice_of(np.array([[0.0, 0.0], [-1.0, 3.0]]))
    >>> found.best, found.chances, found.evpi.value
    (1, (0.5, 0.5), 0.5)
    """
    highest, which = benefits[0].copy(), np.zeros(benefits.shape[1], dtype=np.intp)
    for index, row in enumerate(benefits[1:], start=1):
        which[row > highest] = index
        np.maximum(highest, row, out=highest)
    means = benefits.mean(axis=1)
    counts = np.bincount(which, minlength=len(benefits)) / benefits.shape[1]
    best, top = int(means.argmax()), float(highest.mean())
    highest -= benefits[best]
    return Choice(
        means=tuple(means.tolist()),
        chances=tuple(counts.tolist()),
        losses=tuple(max(top - mean, 0.0) for mean in means.tolist()),
        best=best,
        evpi=mean_of(highest, batches),
    )


class NetBenefits(NamedTuple):
    """Net benefits of all options for every value of a freed hour.

    Attributes:
        present_values: net present value of each option, shape (options, draws).
        hours: present value of freed hours that are in no flow, the same for every option, shape (draws,).
    """

    present_values: Array
    hours: Array

    def at(self, value_of_hour: float) -> Array:
        """Net benefits of doing nothing, which are 0, and of every option; shape (1 + options, draws)."""
        found = np.zeros((len(self.present_values) + 1, len(self.hours)))
        np.add(self.present_values, value_of_hour * self.hours, out=found[1:])
        return found

    def some(self, draws: slice | NDArray[np.intp]) -> NetBenefits:
        """Those of some of the draws."""
        return NetBenefits(self.present_values[:, draws], self.hours[draws])

    def expected(self, known: Array) -> NetBenefits:
        """What is expected by who knows some numbers.

        Args:
            known: their values, shape (numbers, draws).
        """
        first = self.present_values[:1]
        # Options differ by little of what they have in common: the differences are rows of their own.
        found = conditional_means(known, np.vstack([first, self.present_values[1:] - first, self.hours]))
        return NetBenefits(np.vstack([found[:1], found[1:-1] + found[:1]]), found[-1])


def value_of_knowing(benefits: Array) -> float:
    """What a choice is worth that is made once these net benefits are known: E[max] - max E, never below 0.

    Args:
        benefits: as expected by who knows something, shape (options, draws).
    """
    return max(float(benefits.max(axis=0).mean() - benefits.mean(axis=1).max()), 0.0)


def conditional_means(known: Array, figures: Array) -> Array:
    """Figures as expected by who knows some numbers, by regression of every row on the same terms.

    One number: the mean of each of its few values, or a cubic spline between quantiles. Several: straight lines, or
    such splines added up, or these and the products of each pair. Generalised cross-validation decides how many terms
    there are: for one number none but the mean, one cubic, or a spline of up to 64 pieces.

    Args:
        known: the numbers, shape (numbers, draws).
        figures: shape (rows, draws).

    Returns:
        Shape (rows, draws).

    Source: Strong, Oakley and Brennan, Medical Decision Making 2014;34:311-326. Generalised cross-validation: Craven
    and Wahba, Numerische Mathematik 1979;31:377-403.
    """
    middle = figures.mean(axis=1, keepdims=True)
    rows, draws = figures - middle, figures.shape[1]
    spread = (rows**2).mean(axis=1)
    moving = spread > _NOTHING * (figures**2).max(axis=1)
    best, lowest = np.zeros_like(rows), float(moving.sum())  # knowing changes nothing: no term but the mean
    for terms, fitted in _regressions(known, rows):
        left = ((rows - fitted)[moving] ** 2).mean(axis=1)
        score = float((left / spread[moving]).sum()) / (1 - terms / draws) ** 2
        if score < lowest:
            best, lowest = fitted, score
    result: Array = best + middle
    return result


def _regressions(known: Array, rows: Array) -> Iterator[tuple[int, Array]]:
    """Fits of rows with mean 0, each with the number of its terms."""
    most = rows.shape[1] // _DRAWS_A_TERM
    if len(known) > 1:
        yield from _of_several(known, rows, most)
        return
    values, which = np.unique(known[0], return_inverse=True)
    if len(values) <= _FEW_VALUES:
        sums = np.stack([np.bincount(which, weights=row) for row in rows])
        yield len(values), (sums / np.bincount(which))[:, which]
        return
    order = np.argsort(known[0])
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    x, y = known[0][order], np.ascontiguousarray(rows[:, order].T)
    for pieces in _PIECES:
        knots = _knots(x, pieces)
        if len(knots) - _CUBIC - 1 <= most:
            yield len(knots) - _CUBIC - 1, make_lsq_spline(x, y, knots, _CUBIC)(x).T[:, back]


def _knots(x: Array, pieces: int) -> Array:
    """Knots of a cubic spline with so many pieces, as many draws in each."""
    low, high = x.min(), x.max()
    inside = np.unique(np.quantile(x, np.arange(1, pieces) / pieces))
    inside = inside[(inside > low) & (inside < high)]
    return np.concatenate([np.full(_CUBIC + 1, low), inside, np.full(_CUBIC + 1, high)])


def _of_several(known: Array, rows: Array, most: int) -> Iterator[tuple[int, Array]]:
    moving = known[known.std(axis=1) > 0]
    lines = [(x - x.mean()) / x.std() for x in moving]
    splines = [term for x in moving for term in _spline_terms(x)]
    pairs = [a * b for a, b in combinations(lines, 2)] if len(lines) <= _MOST_PAIRS else []
    for terms in (lines, splines, [*splines, *pairs]):
        if 0 < len(terms) < most:
            design = np.column_stack([np.ones(rows.shape[1]), *terms])
            found = np.linalg.lstsq(design, rows.T)[0]
            yield design.shape[1], (design @ found).T


def _spline_terms(x: Array) -> list[Array]:
    """A cubic spline of four pieces without its constant; of a number with few values, which of them it has."""
    values = np.unique(x)
    if len(values) <= _FEW_VALUES:
        return [(x == value).astype(np.float64) for value in values[1:]]
    knots = _knots(x, 4)
    basis = BSpline.design_matrix(x, knots, _CUBIC).toarray()
    return list(basis[:, 1:].T)


def variance_shares(
    function: Callable[[Array], Array], numbers: int, points: int, generator: np.random.Generator
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Shares of a variance that independent numbers explain: Sobol indices, of first order and total.

    Args:
        function: of points of the unit cube, shape (n, numbers); gives shape (n,).
        numbers: how many.
        points: base points, a power of two; the function is computed at (numbers + 2) times as many.
        generator: scrambles them.

    Returns:
        Each alone, and each with all its interactions; estimates, and so perhaps a little below 0.

    Source: Saltelli et al., Computer Physics Communications 2010;181:259-270, by scipy.stats.sobol_indices.
    """
    from scipy.stats import sobol_indices, uniform  # type: ignore[import-untyped]

    found = sobol_indices(
        func=lambda cube: function(np.ascontiguousarray(cube.T)),
        n=points,
        dists=[uniform()] * numbers,
        rng=generator,
    )
    return tuple(found.first_order.tolist()), tuple(found.total_order.tolist())

"""Draws of all uncertain numbers of a scenario together, in chunks: scrambled Sobol points, or plain random draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]
from scipy.stats import qmc  # type: ignore[import-untyped]

from costmodel.documents.settings import path_of, path_text
from costmodel.errors import CommandLineError, FileError
from costmodel.scenario import scale_of
from costmodel.value.doubt import pearson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from costmodel.distributions import Distribution
    from costmodel.scenario import Scenario, Steps
    from costmodel.value.doubt import Correlations, Uncertainty

Array: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = dict["Steps", Array]

# Independent scramblings whose spread gives the standard error. Source: L'Ecuyer, Nakayama, Owen and Tuffin, Confidence
# intervals for randomized quasi-Monte Carlo estimators, Winter Simulation Conference 2023: a few, with Student's t.
SCRAMBLINGS = 8
_LEAST_POINTS = 64  # of one scrambling: fewer draws are not divided, and no standard error is told
_INSIDE = (2.0**-31, 1 - 2.0**-31)  # scipy's Sobol points are multiples of 2^-30, zero among them
_LEAST_EIGENVALUE = 1e-10  # below it, what is left to chance is rounding
_INDICES, _DRAWS = 1, 0  # streams of random numbers that one seed gives


class Chunk(NamedTuple):
    """Some of the draws: values of every uncertain number, by path, in the unit in which it is computed with."""

    numbers: Numbers
    size: int


@dataclass(frozen=True)
class Sampler:
    """All uncertain numbers of a scenario, and which of them move together.

    Attributes:
        distributions: by path, in the order of the file.
        together: places, in that order, of the numbers that are correlated.
        factor: lower triangular; makes correlated normal numbers of independent ones, in the order of `together`.
        groups: places of numbers that move together, directly or through others.
    """

    distributions: Mapping[Steps, Distribution]
    together: tuple[int, ...] = ()
    factor: Array | None = None
    groups: tuple[tuple[int, ...], ...] = ()

    @property
    def paths(self) -> tuple[Steps, ...]:
        """Where the numbers stand."""
        return tuple(self.distributions)

    @property
    def independent(self) -> Sampler:
        """The same numbers, as if none moved with another."""
        return Sampler(self.distributions)

    def values(self, points: Array) -> Numbers:
        """Values of points of the unit cube, by the inverse of each distribution function.

        Args:
            points: independent and uniform between 0 and 1, shape (n, numbers).
        """
        if self.factor is not None:
            points = points.copy()
            normal = ndtri(np.clip(points[:, self.together], *_INSIDE))
            points[:, self.together] = ndtr(normal @ self.factor.T)
        return {
            path: distribution.quantile(points[:, place]) * float(scale_of(distribution))
            for place, (path, distribution) in enumerate(self.distributions.items())
        }

    def chunks(self, settings: Uncertainty, size: int) -> Iterator[Chunk]:
        """All draws, in the same order and with the same values for every size.

        Args:
            settings: method, number of draws and seed.
            size: draws of one chunk at most; a power of two.

        Raises:
            CommandLineError: Sobol points whose number is no power of two.
        """
        return self._sobol(settings, size) if settings.method == "sobol" else self._monte_carlo(settings, size)

    def _sobol(self, settings: Uncertainty, size: int) -> Iterator[Chunk]:
        if settings.draws & (settings.draws - 1):
            raise CommandLineError(f"Sobol points come in powers of two: {settings.draws:,} draws are none")
        batches = batches_of(settings)
        points = settings.draws // batches
        for seed in _seed(settings, _DRAWS).spawn(batches):
            engine = qmc.Sobol(len(self.distributions), scramble=True, rng=np.random.default_rng(seed))
            for start in range(0, points, size):
                count = min(size, points - start)
                yield Chunk(self.values(engine.random(count)), count)

    def _monte_carlo(self, settings: Uncertainty, size: int) -> Iterator[Chunk]:
        """Each number has a generator of its own, so that its values do not depend on how the draws are divided."""
        seeds = _seed(settings, _DRAWS).spawn(len(self.distributions))
        generators = [np.random.Generator(np.random.PCG64(seed)) for seed in seeds]
        for start in range(0, settings.draws, size):
            count = min(size, settings.draws - start)
            yield Chunk(self._random(count, generators), count)

    def _random(self, count: int, generators: list[np.random.Generator]) -> Numbers:
        uniform: dict[int, Array] = {}
        if self.factor is not None:
            normal = np.column_stack([generators[place].standard_normal(count) for place in self.together])
            uniform = dict(zip(self.together, ndtr(normal @ self.factor.T).T, strict=True))
        return {
            path: float(scale_of(distribution))
            * (
                distribution.quantile(uniform[place])
                if place in uniform
                else distribution.draws(count, generators[place])
            )
            for place, (path, distribution) in enumerate(self.distributions.items())
        }


def batches_of(settings: Uncertainty) -> int:
    """Independent scramblings into which the draws are divided; 1 for random draws, and where there are too few."""
    return SCRAMBLINGS if settings.method == "sobol" and settings.draws >= SCRAMBLINGS * _LEAST_POINTS else 1


def index_generator(settings: Uncertainty) -> np.random.Generator:
    """Random numbers for Sobol indices, which come from draws of their own."""
    return np.random.default_rng(_seed(settings, _INDICES))


def _seed(settings: Uncertainty, stream: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(settings.seed, spawn_key=(stream,))


def sampler_of(scenario: Scenario, settings: Uncertainty) -> Sampler:
    """The uncertain numbers of a scenario.

    Raises:
        FileError: none is uncertain; or correlations of numbers that are not, or that no numbers can have.
    """
    distributions = scenario.distributions
    if not distributions:
        message = (
            "no number of this scenario is uncertain: write one as a distribution, such as "
            "'minutes: {triangular: [8, 10, 15]}'"
        )
        raise FileError([scenario.document.mistake((), message)])
    if settings.correlations is None:
        return Sampler(distributions)
    together = _together(scenario, settings.correlations)
    groups = _groups(together, settings.correlations)
    return Sampler(distributions, together, _factor(scenario, settings.correlations), groups)


def _together(scenario: Scenario, correlations: Correlations) -> tuple[int, ...]:
    """Places of the correlated numbers among all that are uncertain."""
    paths, places, mistakes = list(scenario.distributions), [], []
    for index, text in enumerate(correlations.of):
        try:
            places.append(paths.index(path_of(scenario.document, text)))
        except (CommandLineError, ValueError):
            there = ", ".join(path_text(path) for path in paths)
            message = f"'{text}' is no uncertain number of this scenario. There are: {there}"
            mistakes.append(scenario.document.mistake(("uncertainty", "correlations", "of", index), message))
    if mistakes:
        raise FileError(mistakes)
    return tuple(places)


def _groups(together: tuple[int, ...], correlations: Correlations) -> tuple[tuple[int, ...], ...]:
    groups = [{place} for place in together]
    for row, numbers in zip(together, correlations.matrix, strict=True):
        linked = {place for place, number in zip(together, numbers, strict=True) if number}
        joined = [group for group in groups if group & linked]
        groups = [group for group in groups if not group & linked] + [set().union(*joined, {row})]
    return tuple(sorted(tuple(sorted(group)) for group in groups if len(group) > 1))


def _factor(scenario: Scenario, correlations: Correlations) -> Array:
    """The Cholesky factor of the correlations of normal numbers that have these rank correlations.

    Source: Iman and Conover, Communications in Statistics B 1982;11:311-334, for rank correlations as what is stated;
    the normal copula as in Nelsen, An Introduction to Copulas (2006), section 2.3.
    """
    normal = np.array([[pearson(float(number)) for number in row] for row in correlations.matrix])
    least = float(np.linalg.eigvalsh(normal)[0])
    if least < _LEAST_EIGENVALUE:
        message = (
            f"no numbers can be correlated like this (the smallest eigenvalue of the matrix is {least:.3g}, and must "
            "be above 0): two numbers that both follow a third also follow each other. Bring some of the correlations "
            "nearer to 0"
        )
        raise FileError([scenario.document.mistake(("uncertainty", "correlations", "matrix"), message)])
    factor: Array = np.linalg.cholesky(normal)
    return factor

"""Costs of offers over a range of one number, and where on it they take the requests."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from costmodel.decisions.comparison.alone import Bench
from costmodel.decisions.comparison.candidates import reason
from costmodel.decisions.comparison.crossing import crossing
from costmodel.decisions.comparison.standing import limits_of, too_large
from costmodel.decisions.comparison.work import compared_work
from costmodel.errors import CommandLineError, FileError, NoPriceError, SeveralPricesMissingError
from costmodel.results.providers.ranking import Reach
from costmodel.runtimes.draws import Draws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from costmodel.decisions.comparison.alone import Alone
    from costmodel.decisions.comparison.axes import Axis
    from costmodel.prices.book import PriceBook

    _Grid: TypeAlias = dict[str, NDArray[Any]]

_PARTS = 256
ALIKE = 1e-12  # of the cost: what float64 may leave of two equal costs


class _Found(NamedTuple):
    """An offer at a value: a month's mean cost, and the most tokens of one request and of one answer."""

    month: Fraction
    largest: tuple[Fraction, Fraction]


class Part(NamedTuple):
    """A part of the range over which the same offers take the requests.

    Attributes:
        values: from its first to its last, those of the grid between them.
    """

    values: tuple[Fraction, ...]
    able: tuple[str, ...]


class CostsOver:
    """Costs of offers over an axis: floats on a grid, exact anywhere.

    Attributes:
        grid: from the first value to the last.
        costs: a month's mean at each point of the grid, by offer.
        fits: whether the offer takes the requests there.
        left_out: offers without a price somewhere on the range, or that take the requests nowhere, and why.
    """

    def __init__(self, line: Axis, book: PriceBook, names: Sequence[str], region: str) -> None:
        self.line, self._book, self._region = line, book, region
        first, last = line.ends
        even = {first + (last - first) * Fraction(index, _PARTS) for index in range(_PARTS + 1)}
        self.grid = sorted(even | set(line.values), reverse=first > last)
        self._index = {value: index for index, value in enumerate(self.grid)}
        self._vocabularies = {name: book.card(name).offer.tokenizer if line.by_vocabulary else None for name in names}
        self._benches: dict[tuple[Fraction | None, str | None], Bench] = {}
        self._exact: dict[tuple[Fraction, str], _Found] = {}
        self.costs: _Grid = {}
        self.fits: _Grid = {}
        self.left_out: tuple[tuple[str, str], ...] = tuple(self._spread_out(names).items())
        self.names = list(self.costs)

    def _spread_out(self, names: Sequence[str]) -> dict[str, str]:
        """Fill the grid; what is left out, and why."""
        errors: dict[str, FileError | NoPriceError] = {}
        left_out = {}
        for name in names:
            try:
                bench = self._bench(None, name)
                alone = bench.alone(name)
            except (FileError, NoPriceError) as error:
                errors[name], left_out[name] = error, reason(error, self._book.card(name))
                continue
            able = self._taken(alone)
            if able.any():
                self.costs[name], self.fits[name] = self._values(alone.total) / len(bench.months), able
            else:
                left_out[name] = "; ".join(too_large(alone.card, self._at(self.grid[0], name).largest))
        if not self.costs:
            raise _none(errors, left_out)
        return left_out

    def _bench(self, value: Fraction | None, name: str) -> Bench:
        """The bench at a value, or of the whole grid, for offers that count tokens as this one does."""
        vocabulary = self._vocabularies[name]
        key = value, vocabulary
        if key not in self._benches:
            number = Draws(np.array([float(point) for point in self.grid])) if value is None else value
            alike = [other for other in self._vocabularies if self._vocabularies[other] == vocabulary]
            work = compared_work(self.line.at(number, vocabulary), self._region)
            self._benches[key] = Bench.of(work, self._book, alike)
        return self._benches[key]

    def _values(self, number: Any) -> NDArray[Any]:
        values = number.values if isinstance(number, Draws) else np.float64(number)
        return np.broadcast_to(values, (len(self.grid),))

    def _taken(self, alone: Alone) -> NDArray[np.bool_]:
        able = np.ones(len(self.grid), dtype=bool)
        for size, most in zip(alone.largest, limits_of(alone.card), strict=True):
            if most is not None:
                able &= self._values(size) <= most * (1 + ALIKE)
        return able

    def _at(self, value: Fraction, name: str) -> _Found:
        key = value, name
        if key not in self._exact:
            bench = self._bench(value, name)
            alone = bench.alone(name)
            self._exact[key] = _Found(Fraction(alone.total) / len(bench.months), alone.largest)
        return self._exact[key]

    def cost(self, value: Fraction, name: str) -> Fraction:
        """A month's mean cost of an offer at a value, exactly."""
        return self._at(value, name).month

    def near(self, value: Fraction, name: str) -> float:
        """The same in float64."""
        index = self._index.get(value)
        return float(self.cost(value, name) if index is None else self.costs[name][index])

    def ranked(self, value: Fraction, names: Sequence[str] = ()) -> Mapping[str, Fraction]:
        """Exact costs at a value, cheapest first: of the offers named, or of all that take the requests there."""
        able = names or [
            name for name in self.names if not too_large(self._book.card(name), self._at(value, name).largest)
        ]
        costs = {name: self.cost(value, name) for name in able}
        return {name: costs[name] for name in sorted(costs, key=lambda name: (costs[name], name))}

    @cached_property
    def reaches(self) -> tuple[Reach, ...]:
        """Where requests become too large for an offer, or small enough; from the first value to the last."""
        found = []
        for name, fits in self.fits.items():
            for index in np.flatnonzero(fits[1:] != fits[:-1]).tolist():
                value = self._edge(name, self.grid[index], self.grid[index + 1])
                found.append(Reach(value, self.line.text(value), name, takes=bool(fits[index + 1])))
        forward = self.grid[0] < self.grid[-1]
        return tuple(sorted(found, key=lambda reach: reach.value if forward else -reach.value))

    def _edge(self, name: str, low: Fraction, high: Fraction) -> Fraction:
        """The value at which a request is as large as an offer takes, exactly where its size is a straight line."""
        most = limits_of(self._book.card(name))

        def beyond(value: Fraction) -> Fraction:
            sizes = self._at(value, name).largest
            return max(size - limit for size, limit in zip(sizes, most, strict=True) if limit is not None)

        place = crossing(beyond, low, high, Fraction(1))
        return high if place is None else place.value

    def parts(self) -> Iterator[Part]:
        """The range in parts, from the first value to the last."""
        able = {name for name, fits in self.fits.items() if fits[0]}
        edges = dict.fromkeys(reach.value for reach in self.reaches)
        for first, last in pairwise([self.grid[0], *edges, self.grid[-1]]):
            low, high = sorted((first, last))
            inside = (value for value in self.grid if low < value < high)
            yield Part((first, *inside, last), tuple(name for name in self.names if name in able))
            for reach in self.reaches:
                if reach.value == last:
                    able = able | {reach.name} if reach.takes else able - {reach.name}


def _none(errors: Mapping[str, FileError | NoPriceError], left_out: Mapping[str, str]) -> Exception:
    """What is raised where no offer is left."""
    unpriced = [error for error in errors.values() if isinstance(error, NoPriceError)]
    if not errors:
        why = "; ".join(f"{name}: {words}" for name, words in left_out.items())
        return CommandLineError(f"no offer takes these requests. {why}")
    return SeveralPricesMissingError(unpriced) if unpriced else next(iter(errors.values()))

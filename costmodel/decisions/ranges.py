"""The ranking over a range of one number, and where it turns.

Draws over a fine grid find the brackets in which two offers change places; each is then narrowed by exact evaluation.
Where the cost is linear in the bracket the first step is exact; else it is narrowed to 12 digits. Two turns of the same
two offers within one part of the grid (a 256th of the range) are not seen.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from costmodel.decisions.alone import Bench
from costmodel.decisions.axes import axis
from costmodel.decisions.compare import in_region, reason
from costmodel.errors import FileError, NoPriceError, SeveralPricesMissingError
from costmodel.prices.reading import digest
from costmodel.results.estimate import BookReference
from costmodel.results.ranking import Ranking, Step, Turn
from costmodel.runtimes.draws import Draws
from costmodel.uncertainty.parameters import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from costmodel.decisions.axes import Axis
    from costmodel.prices.book import PriceBook
    from costmodel.scenario import Scenario

_PARTS = 256
_ALIKE = 1e-12  # of the cost: what float64 may leave of two equal costs
_NARROW = Fraction(1, 10**13)  # of the value: twelve digits are then known
_CALLS = 100  # of halving: far more than it takes
_MOST_PAIRED = 12  # offers of which every two are looked at
_JUMP = Fraction(1, 10**6)  # of the cost: a change larger than this within a narrowed bracket is a jump


class _Place(NamedTuple):
    """A narrowed turn."""

    value: Fraction
    kind: str


def over(scenario: Scenario, names: Sequence[str], text: str, book: PriceBook, *, region: str = "") -> Ranking:
    """Rank offers over a range of one number.

    Args:
        scenario: the work.
        names: offers that each do it alone, by their full names.
        text: the range, such as `ratio=10:1..1:3` or `workload.records.per_day=10..10000:5`.
        book: prices.
        region: the region in which the work is done, in place of the scenario's.

    Raises:
        CommandLineError: no such range.
        FileError: a value that cannot stand there.
        NoPriceError: no offer has a price over the whole range.
    """
    work = in_region(scenario, region)
    line = axis(work, text)
    search = _Search(line, book, names)
    months = [work.horizon.start.later(index) for index in range(work.horizon.months)]
    steps = tuple(Step(value, line.text(value), search.ranked(value)) for value in line.values)
    pairs = len(search.names) <= _MOST_PAIRED
    leaders = list(search.leading())
    turns = {(turn.value, turn.before, turn.after): turn for turn in [*(search.paired() if pairs else ()), *leaders]}
    forward = line.ends[0] < line.ends[1]
    first, last = months[0], months[-1]
    return Ranking(
        title=work.scenario,
        over=line.name,
        currency=work.currency,
        period=str(first) if first == last else f"{first} to {last}",
        steps=steps,
        turns=tuple(sorted(turns.values(), key=lambda turn: (turn.value if forward else -turn.value, not turn.leads))),
        pairs=pairs,
        equal=tuple(search.equal()) if pairs else (),
        left_out=search.left_out,
        book=BookReference.of(book),
        scenario_sha256=digest(work.document.data),
        notes=line.notes,
    )


class _Search:
    """Costs of offers over an axis: floats on a grid, exact anywhere."""

    def __init__(self, line: Axis, book: PriceBook, names: Sequence[str]) -> None:
        self._line, self._book = line, book
        first, last = line.ends
        even = {first + (last - first) * Fraction(index, _PARTS) for index in range(_PARTS + 1)}
        self.grid = sorted(even | set(line.values), reverse=first > last)
        self._benches: dict[Fraction, Bench] = {}
        self._exact: dict[tuple[Fraction, str], Fraction] = {}
        self.costs, self.left_out = self._on_grid(names)
        self.names = list(self.costs)

    def _on_grid(self, names: Sequence[str]) -> tuple[dict[str, NDArray[np.float64]], tuple[tuple[str, str], ...]]:
        """Cost of every offer at every point of the grid, and offers that have no price somewhere on it."""
        work = self._line.at(Draws(np.array([float(value) for value in self.grid])))
        bench = Bench.of(work, self._book, names)
        costs, errors = {}, {}
        for name in names:
            try:
                total = bench.alone(name).total
            except (FileError, NoPriceError) as error:
                errors[name] = error
                continue
            values = total.values if isinstance(total, Draws) else np.float64(total)
            costs[name] = np.broadcast_to(values, (len(self.grid),))
        if not costs:
            unpriced = [error for error in errors.values() if isinstance(error, NoPriceError)]
            raise SeveralPricesMissingError(unpriced) if unpriced else next(iter(errors.values()))
        left_out = {name: reason(error, self._book.card(name)) for name, error in errors.items()}
        return costs, tuple(left_out.items())

    def exact(self, value: Fraction, name: str) -> Fraction:
        """A month's mean cost of an offer at a value."""
        key = value, name
        if key not in self._exact:
            if value not in self._benches:
                self._benches[value] = Bench.of(self._line.at(value), self._book, self.names)
            bench = self._benches[value]
            self._exact[key] = Fraction(bench.alone(name).total) / len(bench.months)
        return self._exact[key]

    def ranked(self, value: Fraction) -> dict[str, Fraction]:
        """Every offer's cost at a value, cheapest first."""
        costs = {name: self.exact(value, name) for name in self.names}
        return {name: costs[name] for name in sorted(costs, key=lambda name: (costs[name], name))}

    def equal(self) -> Iterator[tuple[str, str]]:
        """Pairs of offers that cost the same everywhere."""
        ends = self._line.ends
        for one, other in combinations(self.names, 2):
            same = all(self.exact(end, one) == self.exact(end, other) for end in ends)
            if same and not self._signs(one, other).any():
                yield one, other

    def _signs(self, one: str, other: str) -> NDArray[np.int_]:
        """On which side of another offer's cost an offer's lies, at each point; 0 where float64 cannot tell."""
        a, b = self.costs[one], self.costs[other]
        near = np.abs(a - b) <= _ALIKE * np.maximum(np.abs(a), np.abs(b))
        return np.where(near, 0, np.sign(a - b)).astype(np.int_)

    def paired(self) -> Iterator[Turn]:
        """Where any two offers change places."""
        for one, other in combinations(self.names, 2):
            signs = self._signs(one, other)
            known = np.flatnonzero(signs)
            for low, high in pairwise(known.tolist()):
                if signs[low] != signs[high]:
                    first, second = (one, other) if signs[low] < 0 else (other, one)
                    yield from self._turn(self.grid[low], first, self.grid[high], second, leads=False)

    def leading(self) -> Iterator[Turn]:
        """Where the cheapest offer changes."""
        every = np.stack([self.costs[name] for name in self.names])
        least = every.min(axis=0)
        leader = self._first_leader()
        low = 0
        for index in range(1, len(self.grid)):
            if every[leader, index] <= least[index] * (1 + _ALIKE):
                low = index
                continue
            found = int(every[:, index].argmin())
            yield from self._between(self.grid[low], self.names[leader], self.grid[index], self.names[found])
            leader, low = found, index

    def _first_leader(self) -> int:
        return self.names.index(next(iter(self.ranked(self.grid[0]))))

    def _between(self, low: Fraction, first: str, high: Fraction, second: str) -> Iterator[Turn]:
        """The turns between two values, each with its cheapest offer; a third may lead in between."""
        for turn in self._turn(low, first, high, second, leads=True):
            costs = self.ranked(turn.value)
            third, cost = next(iter(costs.items()))
            if cost < min(costs[first], costs[second]) and third not in {first, second}:
                yield from self._between(low, first, turn.value, third)
                yield from self._between(turn.value, third, high, second)
            else:
                yield turn

    def _turn(self, low: Fraction, first: str, high: Fraction, second: str, *, leads: bool) -> Iterator[Turn]:
        """Where the second offer becomes cheaper than the first."""

        def ahead(value: Fraction) -> Fraction:
            return self.exact(value, second) - self.exact(value, first)

        place = crossing(ahead, low, high, self.exact(low, first))
        if place is not None:
            cost = self.exact(place.value, first)
            yield Turn(place.value, self._line.text(place.value), place.kind, first, second, cost, leads)


def crossing(difference: Callable[[Fraction], Any], low: Fraction, high: Fraction, size: Fraction) -> _Place | None:
    """Where a difference that is above 0 at one value, and below at another, changes its sign.

    Args:
        difference: exact.
        low: one value.
        high: the other; it may be the lower one.
        size: how large a cost is there: what a jump is measured by.

    Returns:
        The exact value where a straight line through two known points meets 0; else the shortest number within 12
        digits of the change. None where the sign does not change.

    >>> crossing(lambda x: 3 * x - 1, Fraction(0), Fraction(1), Fraction(1))
    _Place(value=Fraction(1, 3), kind='exact')
    """
    ends = [(low, difference(low)), (high, difference(high))]
    for value, found in ends:
        if found == 0:
            return _Place(value, "exact")
    if (ends[0][1] > 0) == (ends[1][1] > 0):
        return None
    for _ in range(_CALLS):
        (a, at_a), (b, at_b) = ends
        if abs(b - a) <= _NARROW * max(abs(a), abs(b)):
            break
        for value in (a + (b - a) * at_a / (at_a - at_b), (a + b) / 2):
            found = difference(value)
            if found == 0:
                return _Place(value, "exact")
            side = 0 if (found > 0) == (ends[0][1] > 0) else 1
            if min(ends[0][0], ends[1][0]) < value < max(ends[0][0], ends[1][0]):
                ends[side] = value, found
    (a, at_a), (b, at_b) = ends
    jump = abs(at_a - at_b) > _JUMP * abs(size)
    return _Place(short(*sorted((a, b))), "step" if jump else "crossing")

"""The ranking over a range of one number, and where it turns.

Draws over a fine grid find the brackets in which two offers change places; each is then narrowed by exact evaluation.
Where the cost is linear in the bracket the first step is exact; else it is narrowed to 12 digits. Two turns of the same
two offers within one part of the grid (a 256th of the range) are not seen.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from costmodel.decisions.comparison.axes import axis
from costmodel.decisions.comparison.costs_over import ALIKE, CostsOver
from costmodel.decisions.comparison.crossing import crossing
from costmodel.prices.reading import digest
from costmodel.results.estimate import BookReference
from costmodel.results.providers.ranking import Ranking, Step, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from costmodel.decisions.comparison.costs_over import Part
    from costmodel.prices.book import PriceBook
    from costmodel.scenario import Scenario

_MOST_PAIRED = 12  # offers of which every two are looked at


def over(scenario: Scenario, names: Sequence[str], text: str, book: PriceBook, *, region: str = "") -> Ranking:
    """Rank offers over a range of one number.

    Args:
        scenario: the work.
        names: offers that each do it alone, by their full names.
        text: the range, such as `ratio=10:1..1:3` or `workload.records.per_day=10..10000:5`.
        book: prices.
        region: the region in which the work is done, in place of the scenario's.

    Raises:
        CommandLineError: no such range, or no offer takes the requests anywhere on it.
        NoPriceError: no offer has a price over the whole range.
    """
    line = axis(scenario, text, book)
    costs = CostsOver(line, book, names, region)
    pairs = len(costs.names) <= _MOST_PAIRED
    found = [*(_paired(costs) if pairs else ()), *_leading(costs)]
    turns = {(turn.value, turn.before, turn.after): turn for turn in found}
    forward = line.ends[0] < line.ends[1]
    months = [scenario.horizon.start.later(index) for index in (0, scenario.horizon.months - 1)]
    return Ranking(
        title=scenario.scenario,
        over=line.name,
        currency=scenario.currency,
        period=" to ".join(dict.fromkeys(map(str, months))),
        steps=tuple(Step(value, line.text(value), costs.ranked(value)) for value in line.values),
        turns=tuple(sorted(turns.values(), key=lambda turn: (turn.value if forward else -turn.value, not turn.leads))),
        reaches=costs.reaches,
        pairs=pairs,
        equal=tuple(_equal(costs)) if pairs else (),
        left_out=costs.left_out,
        book=BookReference.of(book),
        scenario_sha256=digest(scenario.document.data),
        notes=line.notes,
    )


def _equal(costs: CostsOver) -> Iterator[tuple[str, str]]:
    """Pairs of offers that cost the same everywhere."""
    for one, other in combinations(costs.names, 2):
        same = all(costs.cost(end, one) == costs.cost(end, other) for end in costs.line.ends)
        if same and not _signs(costs, one, other).any():
            yield one, other


def _signs(costs: CostsOver, one: str, other: str) -> NDArray[np.int_]:
    """On which side of another offer's cost an offer's lies, at each point.

    0 where float64 cannot tell, or where one of the two does not take the requests.
    """
    a, b = costs.costs[one], costs.costs[other]
    near = np.abs(a - b) <= ALIKE * np.maximum(np.abs(a), np.abs(b))
    both = costs.fits[one] & costs.fits[other]
    return np.where(near | ~both, 0, np.sign(a - b)).astype(np.int_)


def _paired(costs: CostsOver) -> Iterator[Turn]:
    """Where any two offers change places."""
    for one, other in combinations(costs.names, 2):
        signs = _signs(costs, one, other)
        known = np.flatnonzero(signs)
        for low, high in pairwise(known.tolist()):
            if signs[low] != signs[high]:
                first, second = (one, other) if signs[low] < 0 else (other, one)
                yield from _turn(costs, (costs.grid[low], first), (costs.grid[high], second), leads=False)


def _leading(costs: CostsOver) -> Iterator[Turn]:
    """Where the cheapest offer changes: by its cost, or because it takes the requests no more."""
    before: str | None = None
    for part in costs.parts():
        start = next(iter(costs.ranked(part.values[0], part.able))) if part.able else ""
        if before is not None and before != start:
            value = part.values[0]
            cost = costs.cost(value, before or start)
            yield Turn(value, costs.line.text(value), "limit", before, start, cost, leads=True)
        turns = list(_led(costs, part)) if part.able else []
        yield from turns
        before = turns[-1].after if turns else start


def _led(costs: CostsOver, part: Part) -> Iterator[Turn]:
    """Where the cheapest offer changes while the same ones take the requests."""
    values, names = part
    every = np.array([[costs.near(value, name) for value in values] for name in names])
    least = every.min(axis=0)
    leader = names.index(next(iter(costs.ranked(values[0], names))))
    low = 0
    for index in range(1, len(values)):
        if every[leader, index] <= least[index] * (1 + ALIKE):
            low = index
            continue
        found = int(every[:, index].argmin())
        while low > 0 and every[found, low] <= every[leader, low] * (1 + ALIKE):
            low -= 1  # over a stretch both cost the same: it begins before
        yield from _between(costs, names, (values[low], names[leader]), (values[index], names[found]))
        leader, low = found, index


def _between(
    costs: CostsOver, names: Sequence[str], low: tuple[Fraction, str], high: tuple[Fraction, str]
) -> Iterator[Turn]:
    """The turns between two values, each with its cheapest offer; a third may lead in between."""
    for turn in _turn(costs, low, high, leads=True):
        there = costs.ranked(turn.value, names)
        third, cost = next(iter(there.items()))
        if cost < min(there[low[1]], there[high[1]]) and third not in {low[1], high[1]}:
            yield from _between(costs, names, low, (turn.value, third))
            yield from _between(costs, names, (turn.value, third), high)
        else:
            yield turn


def _turn(costs: CostsOver, low: tuple[Fraction, str], high: tuple[Fraction, str], *, leads: bool) -> Iterator[Turn]:
    """Where the offer that is cheaper at one value gives way to that of the other."""
    (start, first), (end, second) = low, high

    def ahead(value: Fraction) -> Fraction:
        return costs.cost(value, second) - costs.cost(value, first)

    place = crossing(ahead, start, end, costs.cost(start, first))
    if place is not None:
        cost = costs.cost(place.value, first)
        yield Turn(place.value, costs.line.text(place.value), place.kind, first, second, cost, leads)

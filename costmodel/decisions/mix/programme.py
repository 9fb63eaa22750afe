"""The cheapest shares under constraints, as a linear programme; what clashes where there is none; shares rounded.

Solved by HiGHS (scipy.optimize.linprog, and milp for whole steps of a share). Offers whose cost is not in proportion to
their share stand beside the programme: each does all the work or none. Everything that is claimed of a rounded mix is
checked again in exact numbers.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from costmodel.quantities import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Cell: TypeAlias = tuple[str, str]
"""A workload, and an offer that may do some of it."""
Shares: TypeAlias = dict[Cell, Fraction]

_PLACES = (3, 4, 5, 6)  # of a rounded share: 0.1 %, then finer where no mix in such steps meets every constraint
_NONE = 1e-9  # a share below this is none
_MOST_DROPPED = 2
_TIGHT = 1e-9  # of a limit: a sum that is not further from it binds
_MARGINS = (0.0, 1e-9, 1e-7)  # by which constraints are tightened where the solver's tolerance missed one


class Unit(NamedTuple):
    """A step of a limit: how large it is, and what one step more and one less are called."""

    more: str
    less: str
    size: Fraction


class Constraint(NamedTuple):
    """One constraint.

    Attributes:
        name: in words.
        terms: what each cell's share adds; none where it bars cells.
        limit: what the sum must come to.
        least: whether it must be at least the limit, or at most.
        barred: cells that may have no share.
        unit: a step of the limit, in which its cost is told.
        kind: what it is about: quality, latency, share, commitment, spend, or offers.
        line: what the user wrote, where that makes several constraints; they are dropped together.
    """

    name: str
    kind: str
    terms: Mapping[Cell, Fraction] = {}
    limit: Fraction = Fraction(0)
    least: bool = True
    barred: frozenset[Cell] = frozenset()
    unit: Unit = Unit("", "", Fraction(1))
    line: str = ""

    @property
    def written(self) -> str:
        """As the user wrote it."""
        return self.line or self.name

    def reached(self, shares: Mapping[Cell, Fraction]) -> Fraction:
        """What the sum comes to."""
        return sum((self.terms.get(cell, Fraction(0)) * share for cell, share in shares.items()), Fraction(0))

    def holds(self, shares: Mapping[Cell, Fraction]) -> bool:
        """Whether shares meet it, exactly."""
        if any(shares.get(cell) for cell in self.barred):
            return False
        if not self.terms:
            return True
        reached = self.reached(shares)
        return reached >= self.limit if self.least else reached <= self.limit


class Problem(NamedTuple):
    """What is to be minimised.

    Attributes:
        costs: a month's cost of doing all of a workload with an offer.
        workloads: in order; the shares of each add up to 1.
        whole: a month's cost of offers that do all the work or none.
    """

    costs: Mapping[Cell, Fraction]
    workloads: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    whole: Mapping[str, Fraction] = {}

    def cost(self, shares: Mapping[Cell, Fraction]) -> Fraction:
        """A month's cost of shares."""
        alone = {name for (_, name), share in shares.items() if share and name in self.whole}
        parts = (self.costs[cell] * share for cell, share in shares.items() if cell in self.costs)
        return sum(parts, Fraction(0)) + sum((self.whole[name] for name in alone), Fraction(0))

    def holds(self, shares: Mapping[Cell, Fraction]) -> bool:
        """Whether shares meet every constraint, exactly."""
        return all(constraint.holds(shares) for constraint in self.constraints)

    def without(self, dropped: Sequence[str]) -> Problem:
        """The same without some constraints, by what the user wrote."""
        return self._replace(constraints=tuple(item for item in self.constraints if item.written not in dropped))

    def moved(self, constraint: Constraint, by: Fraction) -> Problem:
        """The same with one limit moved."""
        changed = constraint._replace(limit=constraint.limit + by)
        return self._replace(constraints=tuple(changed if item is constraint else item for item in self.constraints))


class Optimum(NamedTuple):
    """The cheapest shares.

    Attributes:
        cost: a month; as the solver found it, or that of one offer that does all the work or none.
        shares: before they are rounded.
    """

    cost: float
    shares: dict[Cell, float]


class Steps(NamedTuple):
    """What a month's cost changes by where a limit is one step higher, and one lower; None where no mix is left."""

    more: float | None
    less: float | None


class _Matrices(NamedTuple):
    cells: tuple[Cell, ...]
    costs: Any
    rows: Any
    limits: Any
    wholes: Any
    bounds: list[tuple[float, float]]


def _matrices(problem: Problem) -> _Matrices:
    cells = tuple(problem.costs)
    summed = [item for item in problem.constraints if item.terms]
    signs = [-1.0 if item.least else 1.0 for item in summed]
    rows = [[sign * float(item.terms.get(cell, 0)) for cell in cells] for item, sign in zip(summed, signs, strict=True)]
    barred = frozenset().union(*(item.barred for item in problem.constraints))
    return _Matrices(
        cells,
        np.array([float(problem.costs[cell]) for cell in cells]),
        np.array(rows).reshape(len(rows), len(cells)),
        np.array([sign * float(item.limit) for item, sign in zip(summed, signs, strict=True)]),
        np.array([[float(cell[0] == workload) for cell in cells] for workload in problem.workloads]),
        [(0.0, 0.0 if cell in barred else 1.0) for cell in cells],
    )


def optimum(problem: Problem) -> Optimum | None:
    """The cheapest shares; None where no shares meet every constraint."""
    found = _shared(problem) if problem.costs else None
    alone = [name for name in problem.whole if problem.holds(pure(problem)[name])]
    for name in sorted(alone, key=lambda name: (problem.whole[name], name)):
        if found is None or problem.whole[name] < found.cost:
            found = Optimum(float(problem.whole[name]), {(workload, name): 1.0 for workload in problem.workloads})
    return found


def _shared(problem: Problem) -> Optimum | None:
    """The cheapest shares of offers whose cost is in proportion to them."""
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    made = _matrices(problem)
    found = linprog(
        made.costs,
        A_ub=made.rows if len(made.rows) else None,
        b_ub=made.limits if len(made.rows) else None,
        A_eq=made.wholes,
        b_eq=np.ones(len(problem.workloads)),
        bounds=made.bounds,
        method="highs",
    )
    if not found.success:
        return None
    shares = {cell: float(share) for cell, share in zip(made.cells, found.x, strict=True) if share > _NONE}
    return Optimum(float(found.fun), shares)


def steps(problem: Problem, best: Optimum, constraint: Constraint) -> Steps:
    """What one step more and one less of a limit change, each by finding the cheapest shares again."""
    size = constraint.unit.size
    sums = [float(constraint.terms.get(cell, 0)) * share for cell, share in best.shares.items()]
    slack = abs(sum(sums) - float(constraint.limit))
    if not problem.whole and slack > float(size) + _TIGHT * abs(float(constraint.limit)):
        return Steps(0.0, 0.0)  # in a linear programme a limit that is not reached changes nothing

    def change(by: Fraction) -> float | None:
        found = optimum(problem.moved(constraint, by))
        return None if found is None else found.cost - best.cost

    return Steps(change(size), change(-size))


def clashes(problem: Problem) -> tuple[tuple[str, ...], ...]:
    """What the user wrote without which there is a mix: each line alone, else each pair; none where that is too few."""
    lines = dict.fromkeys(item.written for item in problem.constraints)
    for size in range(1, _MOST_DROPPED + 1):
        found = [dropped for dropped in combinations(lines, size) if optimum(problem.without(dropped)) is not None]
        if found:
            return tuple(found)
    return ()


def rounded(problem: Problem, found: Optimum) -> Shares:
    """Shares in steps of 0.1 % that meet every constraint, exactly; in finer steps where there are no such.

    Rounded by largest remainder. Where that misses a constraint, the cheapest shares in whole steps are searched for:
    of the offers that have a share, and only where there are no such, of all. No offer that may do all the work alone
    is cheaper.
    """
    choices: list[Shares] = []
    for places in _PLACES:
        near = _nearest(problem, found.shares, places)
        made = near if problem.holds(near) else None
        for cells in (frozenset(found.shares), frozenset(problem.costs)):
            made = made or _whole_steps(problem, places, cells)
        if made is not None:
            choices.append(made)
            break
    choices += [shares for shares in pure(problem).values() if problem.holds(shares)]
    if not choices:
        return {cell: Fraction(share) for cell, share in found.shares.items()}
    return min(choices, key=problem.cost)


def _nearest(problem: Problem, shares: Mapping[Cell, float], places: int) -> Shares:
    made: Shares = {}
    for workload in problem.workloads:
        cells = [cell for cell in shares if cell[0] == workload]
        parts = [Fraction(shares[cell]) for cell in cells]
        whole = sum(parts, Fraction(0))
        made |= dict(zip(cells, largest_remainder([part / whole for part in parts], places), strict=True))
    return {cell: share for cell, share in made.items() if share}


def _whole_steps(problem: Problem, places: int, cells: frozenset[Cell]) -> Shares | None:
    """The cheapest shares of some cells in whole steps that meet every constraint; None where none are found."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    made, scale = _matrices(problem), 10**places
    highest = [high * scale * (cell in cells) for cell, (_, high) in zip(made.cells, made.bounds, strict=True)]
    bounds = Bounds(np.zeros(len(highest)), highest)
    whole = LinearConstraint(
        made.wholes, np.full(len(problem.workloads), scale), np.full(len(problem.workloads), scale)
    )
    for margin in _MARGINS:
        limits = made.limits * scale - margin * scale * np.maximum(np.abs(made.limits), 1.0)
        limited = [LinearConstraint(made.rows, -np.inf, limits)] if len(made.rows) else []
        found = milp(made.costs, integrality=np.ones(len(made.cells)), bounds=bounds, constraints=[whole, *limited])
        if not found.success:
            return None
        steps = zip(made.cells, found.x, strict=True)
        shares = {cell: Fraction(round(step), scale) for cell, step in steps if round(step)}
        if problem.holds(shares):
            return shares
    return None


def pure(problem: Problem) -> dict[str, Shares]:
    """Every offer doing all the work alone, by its name."""
    names = dict.fromkeys([*(name for _, name in problem.costs), *problem.whole])
    return {name: {(workload, name): Fraction(1) for workload in problem.workloads} for name in names}

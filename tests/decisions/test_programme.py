"""The linear programme behind the cheapest mix: never beaten by a feasible one, rounded, and moved by a step."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.decisions.mix.programme import Constraint, Problem, Unit, clashes, optimum, pure, rounded, steps


def problem_of(seed: int, offers: int = 5, workloads: int = 2) -> Problem:
    random = np.random.default_rng(seed)
    names = [f"p{index % 3}/m{index}" for index in range(offers)]
    works = tuple(f"w{index}" for index in range(workloads))
    weights = [Fraction(int(x), 100) for x in random.integers(10, 50, workloads)]
    costs = {(work, name): Fraction(int(random.integers(1, 1000)), 10) for work in works for name in names}
    quality = {name: Fraction(int(random.integers(60, 100))) for name in names}
    terms = {
        (work, name): quality[name] * weight for work, weight in zip(works, weights, strict=True) for name in names
    }
    cap = {
        (work, name): weight for work, weight in zip(works, weights, strict=True) for name in names if name[:2] == "p0"
    }
    whole = sum(weights)
    return Problem(
        costs,
        works,
        (
            Constraint("quality", "quality", terms, whole * int(random.integers(65, 92))),
            Constraint("cap", "share", cap, whole * Fraction(int(random.integers(1, 9)), 10), least=False),
        ),
    )


@pytest.mark.parametrize("seed", range(12))
def test_no_feasible_mix_is_cheaper(seed):
    """10,000 random mixes and every pure offer: none that meets the constraints is cheaper than the optimum."""
    problem = problem_of(seed)
    best = optimum(problem)
    cells = list(problem.costs)
    random = np.random.default_rng(1000 + seed)
    shares = np.concatenate(
        [random.dirichlet(np.full(len(cells) // 2, 0.4), 10_000) for _ in problem.workloads], axis=1
    )
    shares = np.concatenate([shares, [[float(part.get(cell, 0)) for cell in cells] for part in pure(problem).values()]])
    costs = shares @ np.array([float(problem.costs[cell]) for cell in cells])
    ok = np.ones(len(shares), dtype=bool)
    for item in problem.constraints:
        sums = shares @ np.array([float(item.terms.get(cell, 0)) for cell in cells])
        ok &= sums >= float(item.limit) if item.least else sums <= float(item.limit)
    if best is None:
        assert not ok.any()
        return
    assert not ok.any() or costs[ok].min() >= best.cost - 1e-9
    made = rounded(problem, best)
    assert problem.cost(made) >= Fraction(best.cost) - Fraction(1, 10**9)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_rounded_shares_meet_every_constraint(seed):
    """Shares are whole steps of 0.1 %, add up to 1, meet every constraint exactly, and no pure offer beats them."""
    problem = problem_of(seed, offers=4 + seed % 4, workloads=1 + seed % 3)
    best = optimum(problem)
    if best is None:
        assert clashes(problem)
        return
    made = rounded(problem, best)
    assert problem.holds(made)
    assert all(share * 1000 == int(share * 1000) for share in made.values())
    for work in problem.workloads:
        assert sum(share for (name, _), share in made.items() if name == work) == 1
    alone = [problem.cost(shares) for shares in pure(problem).values() if problem.holds(shares)]
    assert all(problem.cost(made) <= cost for cost in alone)
    # Rounding to a thousandth moves each share by less than that.
    assert problem.cost(made) - Fraction(best.cost) <= Fraction(2, 1000) * sum(problem.costs.values())


def test_a_pure_offer_that_beats_the_rounded_shares_is_taken():
    """0.06 % of b meets 50.03 at 1,000.12; rounded to 0.1 % it costs 1,000.20, and c alone 1,000.15."""
    offers = {"a/1": ("1000", "50"), "b/1": ("1200", "100"), "c/1": ("1000.15", "50.03")}
    costs = {("w", name): Fraction(cost) for name, (cost, _) in offers.items()}
    terms = {("w", name): Fraction(quality) for name, (_, quality) in offers.items()}
    problem = Problem(costs, ("w",), (Constraint("quality", "quality", terms, Fraction("50.03")),))
    best = optimum(problem)
    assert best.cost == pytest.approx(1000.12)
    assert rounded(problem, best) == {("w", "c/1"): 1}


def test_a_new_offer_where_nothing_else_will_do():
    """Exactly a third of a and of b is no step of any size: c fills the gap between."""
    costs = {("w", name): Fraction(cost) for name, cost in (("a/1", 1), ("b/1", 1), ("c/1", 5))}
    third = Fraction(1, 3)
    problem = Problem(
        costs,
        ("w",),
        (
            Constraint("a", "share", {("w", "a/1"): Fraction(1)}, third * 2, least=False),
            Constraint("b", "share", {("w", "b/1"): Fraction(1)}, third, least=False),
        ),
    )
    made = rounded(problem, optimum(problem))
    assert made == {("w", "a/1"): Fraction("0.666"), ("w", "b/1"): Fraction("0.333"), ("w", "c/1"): Fraction("0.001")}


def test_finer_steps_where_a_thousandth_is_too_coarse():
    """Exactly one third of the records is no whole step: the nearest that holds has more digits."""
    costs = {("w", "a/1"): Fraction(1), ("w", "b/1"): Fraction(2)}
    terms = {("w", "b/1"): Fraction(1)}
    low = Constraint("low", "share", terms, Fraction("0.33333"))
    high = Constraint("high", "share", terms, Fraction("0.33336"), least=False)
    problem = Problem(costs, ("w",), (low, high))
    made = rounded(problem, optimum(problem))
    assert problem.holds(made)
    assert made["w", "b/1"] == Fraction("0.33333")


@pytest.mark.parametrize("seed", range(12))
def test_a_step_more_and_less_by_solving_again(seed):
    """What a step of a limit costs is the difference of the two optima, also where that is not worth solving again."""
    problem = problem_of(seed)
    best = optimum(problem)
    if best is None:
        return
    for item in problem.constraints:
        size = Fraction(1, 3)
        known = item._replace(unit=Unit("more", "less", size))
        problem = problem._replace(
            constraints=tuple(known if other is item else other for other in problem.constraints)
        )
        wanted = [optimum(problem.moved(known, by)) for by in (size, -size)]
        changes = [None if again is None else pytest.approx(again.cost - best.cost, abs=1e-9) for again in wanted]
        assert list(steps(problem, best, known)) == changes


def test_a_limit_that_is_not_reached_may_keep_out_a_whole_offer():
    """Quality 77: a of 80 does all the work for 2; one point less, and b of 76.5 does it for 1."""
    terms = {("w", "a/1"): Fraction(80), ("w", "b/1"): Fraction("76.5")}
    limit = Constraint("quality", "quality", terms, Fraction(77), unit=Unit("more", "less", Fraction(1)))
    problem = Problem({}, ("w",), (limit,), {"a/1": Fraction(2), "b/1": Fraction(1)})
    best = optimum(problem)
    assert best.shares == {("w", "a/1"): 1.0}
    assert rounded(problem, best) == {("w", "a/1"): 1}
    assert steps(problem, best, limit) == (0.0, -1.0)

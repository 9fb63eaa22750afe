"""Offers that cost exactly the same over a range are told as equal, none as the cheapest."""

from __future__ import annotations

from fractions import Fraction

from costmodel.results.estimate import BookReference
from costmodel.results.providers.ranking import Ranking, Step, Turn

BOOK = BookReference("2026.11", "0" * 64)


def ranking(steps, turns=(), equal=(), *, pairs=True):
    made = tuple(
        Step(Fraction(place), str(place), {name: Fraction(cost) for name, cost in costs.items()})
        for place, costs in enumerate(steps, 1)
    )
    return Ranking("Letters", "records", "USD", "2026-12", made, turns, (), pairs, equal, (), BOOK, "0" * 64)


def test_two_at_the_same_cost():
    """Both are named; one that is the same at the steps but not between is not."""
    same = {"a/1": 1, "b/2": 1, "c/3": 2}
    assert ranking([same, same], equal=(("a/1", "b/2"),)).finding == (
        "a/1, b/2 alike are the cheapest over the whole range."
    )
    assert ranking([same, same]).finding == "a/1 is the cheapest over the whole range."
    assert ranking([same, same], pairs=False).finding == "a/1, b/2 alike are the cheapest over the whole range."
    assert ranking([same, {"a/1": 1, "b/2": 2}], pairs=False).finding == "a/1 is the cheapest over the whole range."


def test_a_turn_to_two_at_the_same_cost():
    """So are those that are cheapest from somewhere on."""
    steps = [{"c/3": 1, "a/1": 2, "b/2": 2}, {"a/1": 2, "b/2": 2, "c/3": 3}]
    turn = Turn(Fraction(3, 2), "1.5", "exact", "c/3", "a/1", Fraction(2), leads=True)
    assert ranking(steps, (turn,), (("b/2", "a/1"),)).finding == (
        "c/3 is the cheapest from 1, from 1.5 on a/1, b/2 alike."
    )

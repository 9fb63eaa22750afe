"""From one shared cost to the parts that departments bear.

Every function takes numbers of any runtime (exact, array, traced) and returns one of the same.
"""

from __future__ import annotations

from typing import Any

from costmodel.runtimes.operations import divide, step


def allocated_cost(shared_cost: Any, weight: Any, all_weights: Any, unit: str = "in the reporting currency") -> Any:
    """What one department bears of a shared cost.

    Args:
        shared_cost: money that is spread.
        weight: what the rule counts of the department: its cost, tokens, requests, share, or 1.
        all_weights: the same of all departments that bear a part.
        unit: unit that `explain` shows.

    Returns:
        Money. The parts of all departments add up to the shared cost exactly.

    Source: the direct method of cost allocation: shared cost goes to those who bear it in one step, by one base.

    >>> from fractions import Fraction
    >>> allocated_cost(90, 2, 3), allocated_cost(Fraction(1), 1, 3)
    (Fraction(60, 1), Fraction(1, 3))
    """
    return step("part of the shared cost", divide(shared_cost * weight, all_weights), unit)

"""From two costs to the reasons why they differ.

Every function takes numbers of any runtime (exact, array, traced) and returns one of the same.
The last argument names the unit that `explain` shows; it changes no number.
"""

from __future__ import annotations

from typing import Any

from costmodel.runtimes.operations import step


def factor_effect(base: Any, head: Any, others: Any, unit: str = "in the reporting currency") -> Any:
    """What one factor of a cost adds to the difference, where a cost is a product of factors.

    Args:
        base: the factor before.
        head: the factor after.
        others: product of the other factors. In one order: after for those that move earlier, before for those that
            move later. In the symmetric method: the average of that over all orders.
        unit: unit that `explain` shows.

    Returns:
        Money.

    Source: L. S. Shapley, A value for n-person games, 1953: the average over all orders.

    >>> factor_effect(100, 120, 3)
    60
    """
    return step("effect", (head - base) * others, unit)

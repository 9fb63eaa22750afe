"""How the factors of a product share what they cause together: in all orders in which they can move, or in one."""

from __future__ import annotations

from fractions import Fraction
from math import factorial, lcm, prod
from typing import TYPE_CHECKING

from costmodel.equations.variance import factor_effect

if TYPE_CHECKING:
    from collections.abc import Sequence

_ZERO, _ONE = Fraction(0), Fraction(1)

Pair = tuple[Fraction, Fraction]


def symmetric_effects(pairs: Sequence[Pair]) -> list[Fraction]:
    """What each factor of a product adds to the difference, averaged over all orders in which they can move.

    Factors that do not move have no effect and change nobody else's, so only the others are ordered. A factor that
    moves after k of the other n - 1 is met in k! (n - 1 - k)! of the n! orders for each choice of those k.

    Args:
        pairs: each factor before and after.

    Source: L. S. Shapley, A value for n-person games, 1953.

    >>> symmetric_effects([(Fraction(2), Fraction(3)), (Fraction(10), Fraction(20))])  # 2 x 10 = 20, 3 x 20 = 60
    [Fraction(15, 1), Fraction(25, 1)]
    """
    moving = [place for place, (before, after) in enumerate(pairs) if before != after]
    still = prod((before for before, after in pairs if before == after), start=_ONE)
    scales = {place: lcm(pairs[place][0].denominator, pairs[place][1].denominator) for place in moving}
    whole = {place: tuple(int(number * scales[place]) for number in pairs[place]) for place in moving}
    effects = [_ZERO] * len(pairs)
    for place in moving:
        others = [other for other in moving if other != place]
        sums = _products([whole[other] for other in others])
        weighted = sum(factorial(k) * factorial(len(others) - k) * found for k, found in enumerate(sums))
        scale = factorial(len(moving)) * prod(scales[other] for other in others)
        effects[place] = factor_effect(*pairs[place], Fraction(weighted, scale) * still)
    return effects


def _products(pairs: Sequence[tuple[int, ...]]) -> list[int]:
    """Products of one number of each pair, added up by how many of them are the second."""
    sums = [1]
    for before, after in pairs:
        sums = [before * low + after * high for low, high in zip([*sums, 0], [0, *sums], strict=True)]
    return sums


def sequential_effects(pairs: Sequence[Pair]) -> list[Fraction]:
    """What each factor of a product adds to the difference, where they move one after the other in this order.

    >>> sequential_effects([(Fraction(2), Fraction(3)), (Fraction(10), Fraction(20))])
    [Fraction(10, 1), Fraction(30, 1)]
    """
    moved, waiting = [after for _, after in pairs], [before for before, _ in pairs]
    return [
        factor_effect(*pair, prod(moved[:place], start=_ONE) * prod(waiting[place + 1 :], start=_ONE))
        for place, pair in enumerate(pairs)
    ]

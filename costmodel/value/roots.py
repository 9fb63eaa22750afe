"""Every root of a sum of exponentials: the rates at which a row of flows is worth nothing."""

from __future__ import annotations

import sys
from itertools import pairwise
from math import exp, expm1, fsum, log, nextafter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Exponent t, coefficient a and log |a| of one term a e^(t x).
Term: TypeAlias = tuple[int, float, float]

# A sum nearer to 0 than this share of its terms is 0: rounding the flows to float64 may have moved it that far.
_NOTHING = 64 * sys.float_info.epsilon
# The finest step of the root finder, absolute and relative (the least that scipy.optimize.brentq takes).
_FINEST = 4 * sys.float_info.epsilon
# A flow below this share of the largest cannot show in float64, and its products would leave the range of one.
_LEAST = sys.float_info.min / sys.float_info.epsilon


def rate_of(x: float) -> float:
    """The rate r with 1 / (1 + r) = e^x; the least float64 above -1 where it is nearer to -1 than that."""
    return max(expm1(-x), nextafter(-1, 0))


def roots(terms: Sequence[Term]) -> list[float]:
    """Every x at which a sum of terms is 0, ascending."""
    levels = []
    while (between := _first_change(terms)) is not None:
        levels.append(terms)
        terms = terms_of((t, a * (t - between)) for t, a, _ in terms)
    found: list[float] = []
    for level in reversed(levels):
        found = _roots_between(level, found)
    return found


def terms_of(pairs: Iterable[tuple[int, float]]) -> list[Term]:
    """Terms of exponents and coefficients, the largest scaled to 1, without those that are 0 or cannot show."""
    known = list(pairs)
    largest = max((abs(a) for _, a in known), default=0)
    return [(t, a / largest, log(abs(a / largest))) for t, a in known if abs(a) > _LEAST * largest]


def _first_change(terms: Sequence[Term]) -> float | None:
    """An exponent between the first two neighbours of unlike sign."""
    return next(((t + u) / 2 for (t, a, _), (u, b, _) in pairwise(terms) if (a < 0) != (b < 0)), None)


def _balance(x: float, terms: Sequence[Term]) -> float:
    """A sum of terms as a share of the sum of their sizes; scaled by its largest term, so that nothing overflows."""
    _, middle = max((size + t * x, t) for t, _, size in terms)
    parts = [a * exp((t - middle) * x) for t, a, _ in terms]
    return fsum(parts) / fsum(map(abs, parts))


def _roots_between(terms: Sequence[Term], turning: Sequence[float]) -> list[float]:
    """The roots of a sum of terms, given every x at which it turns (after division by a power of e^x)."""
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    # Cauchy's bound: the largest coefficient is 1, so beyond e^x = 3 / |a_last| the last term outweighs all others.
    # A turning place farther out has the sign of the bound: no root is between the two.
    low, high = terms[0][2] - log(3), log(3) - terms[-1][2]
    places = [low, *turning, high]
    values = [_balance(x, terms) for x in places]
    signs = [0 if abs(value) < _NOTHING else 1 if value > 0 else -1 for value in values]
    found: list[float] = []
    for (x, sign), (next_x, next_sign) in pairwise(zip(places, signs, strict=True)):
        if sign * next_sign < 0:
            found.append(brentq(_balance, x, next_x, args=(terms,), xtol=_FINEST, rtol=_FINEST, maxiter=1000))
        elif sign and not next_sign:
            found.append(next_x)
    return found

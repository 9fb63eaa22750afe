"""Why a bill differs from a priced log: what can be shown to fit, line by line, and nothing that is guessed.

A cause is told of a line only where it leaves no difference of that line but the rounding of the bill's own digits. All
else is said to be not explained. The parts of a line add up to its difference exactly.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.decisions.reconcile.factors import surcharges
from costmodel.decisions.reconcile.moves import moved
from costmodel.results.metered.difference import (
    MONTH,
    NO_PRICE,
    ONLY_BILLED,
    ONLY_LOGGED,
    OTHER_PRICES,
    ROUNDING,
    UNEXPLAINED,
    Line,
    Part,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.decisions.reconcile.known import Known, Prices

_ZERO = Fraction(0)


def explained(lines: Sequence[Line], known: Known) -> tuple[Line, ...]:
    """Lines with the parts of their differences.

    Args:
        lines: what was priced, and what was billed, of each model in each day or month.
        known: what causes are sought with.
    """
    models = _by_model(lines)
    both = {model: found for model, own in models.items() if (found := [line for line in own if line.both])}
    parts: dict[tuple[str, str], Part] = {}
    pending = []
    for own in both.values():
        if not all(known.agrees(line) for line in own):
            priced = _at_other_prices(own, known)
            parts |= priced
            pending += [] if priced else [own]
    parts |= surcharges(pending, len(both), known)
    for own in models.values():
        left = [line for line in own if line.key not in parts and not (line.both and known.agrees(line))]
        priced = {line.key: part for line in left for part in _at_other_prices([line], known).values()}
        parts |= priced | moved((line for line in left if line.key not in priced), known.slack)
    return tuple(_with_parts(line, parts.get(line.key) or _one_sided(line, known), known) for line in lines)


def _by_model(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.model, []).append(line)
    return found


def _at_other_prices(lines: Sequence[Line], known: Known) -> dict[tuple[str, str], Part]:
    """Another price book that fits all of these lines; empty where none does."""
    for name, prices in known.further.items():
        if all(line.both and known.fits(line, prices.get(line.key, line.priced or _ZERO)) for line in lines):
            return {line.key: _other_price(line, name, prices) for line in lines}
    return {}


def _other_price(line: Line, name: str, prices: Prices) -> Part:
    priced = line.priced or _ZERO
    return Part(OTHER_PRICES, name, prices.get(line.key, priced) - priced)


def _one_sided(line: Line, known: Known) -> Part | None:
    """What is on one side alone."""
    if line.both:
        return None
    if line.billed is None:
        return Part(ONLY_LOGGED, "", line.difference)
    without_price = (line.when[:MONTH], line.model) in known.unpriced
    return Part(NO_PRICE if without_price else ONLY_BILLED, "", line.difference)


def _with_parts(line: Line, part: Part | None, known: Known) -> Line:
    """A line with a part, and what is left of its difference."""
    left = line.difference - (part.amount if part else _ZERO)
    rest = Part(ROUNDING if abs(left) <= known.slack([line]) else UNEXPLAINED, "", left)
    return line._replace(parts=tuple(item for item in (part, rest) if item is not None and item.amount))

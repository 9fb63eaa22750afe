"""Why a bill differs from a priced log: what can be shown to fit, line by line, and nothing that is guessed.

A cause is told only where it leaves no difference but the rounding of the bill's own digits. What is left is said to be
not explained. The parts of a line add up to its difference exactly.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import decimal_text
from costmodel.results.metered.reconciliation import (
    DAYS,
    NO_PRICE,
    ONLY_BILLED,
    ONLY_LOGGED,
    OTHER_PRICES,
    ROUNDING,
    SURCHARGE,
    UNEXPLAINED,
    Line,
    Part,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Prices = Mapping[tuple[str, str], Fraction]

_ZERO, _ONE = Fraction(0), Fraction(1)
_FINEST = 12  # decimals; below them a bill that went through a spreadsheet has noise
_MOST_DECIMALS = 3  # of a surcharge in percent
_SURE = 10  # a surcharge that one line alone tells would fit by chance in one of so many cases


class Known(NamedTuple):
    """What causes are sought with.

    Attributes:
        places: decimals of the bill.
        further: costs under other price books, by what they are called.
        unpriced: models of the log that have no price.
    """

    places: int
    further: Mapping[str, Prices]
    unpriced: frozenset[str]

    def slack(self, lines: Iterable[Line]) -> Fraction:
        """How far rounding alone can take a bill from what it rounds."""
        return Fraction(sum(line.rows for line in lines), 2 * 10 ** min(self.places, _FINEST))

    def fits(self, line: Line, expected: Fraction) -> bool:
        """Whether the bill is that amount, but for its rounding."""
        return line.billed is not None and abs(line.billed - expected) <= self.slack([line])


def explained(lines: Sequence[Line], known: Known) -> tuple[Line, ...]:
    """Lines with the parts of their differences.

    Args:
        lines: what was priced, and what was billed, of each model in each day or month.
        known: what causes are sought with.
    """
    parts: dict[tuple[str, str], Part] = {}
    pending: dict[str, list[Line]] = {}
    for model, own in _by_model(lines).items():
        found = _of_model(own, known)
        parts |= found or {}
        if found is None:
            pending[model] = [line for line in own if line.both]
    models = {line.model for line in lines if line.both}
    parts |= _surcharges(
        pending, known, "" if len(pending) == len(models) else f"{len(pending)} of {len(models)} models"
    )
    for line in (line for own in pending.values() for line in own if line.key not in parts):
        parts |= _of_line(line, known)
    return tuple(_with_parts(line, parts.get(line.key) or _one_sided(line, known), known) for line in lines)


def _by_model(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.model, []).append(line)
    return found


def _of_model(own: Sequence[Line], known: Known) -> dict[tuple[str, str], Part] | None:
    """What explains all of a model: nothing but rounding, other days, or another price book; None if none of these."""
    both = [line for line in own if line.both]
    if all(known.fits(line, line.priced or _ZERO) for line in own if line.both) and len(both) == len(own):
        return {}
    if len(own) > 1 and abs(sum((line.difference for line in own), _ZERO)) <= known.slack(own):
        return {line.key: Part(DAYS, "", line.difference) for line in own}
    if all(known.fits(line, line.priced or _ZERO) for line in both):
        return {}
    for name, prices in known.further.items():
        if all(known.fits(line, prices.get(line.key, line.priced or _ZERO)) for line in both):
            return {line.key: _other_price(line, name, prices) for line in both}
    return None


def _of_line(line: Line, known: Known) -> dict[tuple[str, str], Part]:
    """Another price book that fits one line."""
    if known.fits(line, line.priced or _ZERO):
        return {}
    for name, prices in known.further.items():
        if line.key in prices and known.fits(line, prices[line.key]):
            return {line.key: _other_price(line, name, prices)}
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
    return Part(NO_PRICE if line.model in known.unpriced else ONLY_BILLED, "", line.difference)


def _with_parts(line: Line, part: Part | None, known: Known) -> Line:
    """A line with a part, and what is left of its difference."""
    left = line.difference - (part.amount if part else _ZERO)
    rest = Part(ROUNDING if abs(left) <= known.slack([line]) else UNEXPLAINED, "", left)
    return line._replace(parts=tuple(item for item in (part, rest) if item is not None and item.amount))


def _surcharges(pending: Mapping[str, Sequence[Line]], known: Known, several: str) -> dict[tuple[str, str], Part]:
    """One share on everything that is not explained, else one for each model.

    Args:
        pending: the models that are not explained.
        known: what causes are sought with.
        several: which these are in words, where they are not all.
    """
    everything = [line for own in pending.values() for line in own]
    common = constant_factor(everything, known)
    found: dict[tuple[str, str], Part] = {}
    for model, own in pending.items():
        factor = common if common and _most(own, common, known) else constant_factor(own, known)
        if factor is None:
            continue
        on = several if factor == common and len(pending) > 1 else model if several or factor != common else ""
        share = f"{decimal_text(abs(factor - 1) * 100)} %{f' on {on}' if on else ''}"
        detail = f"{'a surcharge' if factor > 1 else 'a discount'} of {share}"
        found |= {line.key: Part(SURCHARGE, detail, (line.priced or _ZERO) * (factor - 1)) for line in own}
    return found


def constant_factor(lines: Sequence[Line], known: Known) -> Fraction | None:
    """What most lines were multiplied by, such as 1.055: the simplest share that fits; None where there is none."""
    told = [line for line in lines if line.priced and line.billed]
    limits = [_limits(line, known) for line in told]
    candidates = {_simple(low, high, sure=True) for low, high in limits}
    if limits:
        low, high = max(low for low, _ in limits), min(high for _, high in limits)
        candidates.add(_simple(low, high, sure=len(limits) <= 2))  # noqa: PLR2004 - three lines do not agree by chance
    fitting = Counter(
        {factor: sum(_fits_times(line, factor, known) for line in told) for factor in candidates if factor is not None}
    )
    best = min(fitting, key=lambda factor: (-fitting[factor], factor.denominator), default=None)
    return best if best not in {None, _ONE} and best is not None and _most(told, best, known) else None


def _limits(line: Line, known: Known) -> tuple[Fraction, Fraction]:
    """The factors that a line allows."""
    slack, priced, billed = known.slack([line]), line.priced or _ONE, line.billed or _ZERO
    return (billed - slack) / priced, (billed + slack) / priced


def _fits_times(line: Line, factor: Fraction, known: Known) -> bool:
    return known.fits(line, (line.priced or _ZERO) * factor)


def _most(lines: Sequence[Line], factor: Fraction, known: Known) -> bool:
    """Whether more than half of the lines are so many times what was priced."""
    told = [line for line in lines if line.priced and line.billed]
    return 2 * sum(_fits_times(line, factor, known) for line in told) > len(told)


def _simple(low: Fraction, high: Fraction, *, sure: bool) -> Fraction | None:
    """The one share in percent with the fewest decimals that lies between; None where several do, or it is chance.

    Args:
        low: the least factor.
        high: the greatest.
        sure: whether it must be unlikely that a share of so few decimals lies there by chance.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        step = Fraction(1, 100 * 10**decimals)
        first, last = ceil(low / step), floor(high / step)
        if first == last and not (sure and (high - low) * _SURE > step):
            return first * step
        if first <= last:
            return None
    return None

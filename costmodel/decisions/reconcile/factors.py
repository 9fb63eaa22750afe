"""What lines of a bill were multiplied by: a surcharge, a discount, another exchange rate."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, significant
from costmodel.results.metered.difference import SURCHARGE, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from costmodel.decisions.reconcile.known import Known
    from costmodel.results.metered.difference import Line

_ZERO, _ONE = Fraction(0), Fraction(1)
_MOST_DECIMALS = 3  # of a surcharge in percent
_SURE = 10  # a surcharge that one line alone tells would fit by chance in one of so many cases
_ENOUGH = 3  # lines: so many do not agree by chance
_FINEST = 24  # decimals of a constant factor
_SHOWN = 8  # digits of it
_MOST_NAMED = 5  # models

Parts = dict[tuple[str, str], Part]


def surcharges(pending: Sequence[Sequence[Line]], models: int, known: Known) -> Parts:
    """One share on everything that is not explained, else one for each model; on the lines that it fits, and no others.

    Args:
        pending: lines on both sides, of each model that is not explained.
        models: how many models there are on both sides.
        known: what causes are sought with.
    """
    everything = [line for own in pending for line in own]
    common = constant_factor(everything, known)
    found: dict[Fraction, list[Line]] = {}
    for own in pending:
        factor = common if common and _most(own, common, known) else constant_factor(own, known)
        if factor is not None:
            found.setdefault(factor, []).extend(line for line in own if _gains(line, factor, known))
    if not found and len(pending) == models:
        return _on_every_line(everything, known)
    return {
        line.key: _times(line, factor, _share(factor) + _on({line.model for line in lines}, models))
        for factor, lines in found.items()
        for line in lines
    }


def _times(line: Line, factor: Fraction, detail: str) -> Part:
    return Part(SURCHARGE, detail, (line.priced or _ZERO) * (factor - 1))


def _share(factor: Fraction) -> str:
    return f"{'a surcharge' if factor > 1 else 'a discount'} of {decimal_text(abs(factor - 1) * 100)} %"


def _on(named: Iterable[str], models: int) -> str:
    """Whose surcharge it is, where it is not that of all models."""
    names = sorted(named)
    if len(names) == models > 1 or not names:
        return ""
    more = len(names) - _MOST_NAMED
    return f" on {', '.join(names[:_MOST_NAMED])}{f' and {more:,} more models' if more > 0 else ''}"


def constant_factor(lines: Sequence[Line], known: Known) -> Fraction | None:
    """What most lines were multiplied by, such as 1.055: the simplest share that fits; None where there is none."""
    limits = [_limits(line, known) for line in _told(lines)]
    candidates = {_simple(low, high, sure=True) for low, high in limits}
    if limits:
        low, high = max(low for low, _ in limits), min(high for _, high in limits)
        candidates.add(_simple(low, high, sure=len(limits) < _ENOUGH))
    fitting = Counter(
        {factor: sum(known.fits_times(line, factor) for line in lines) for factor in candidates if factor is not None}
    )
    best = min(fitting, key=lambda factor: (-fitting[factor], factor.denominator), default=None)
    return best if best not in {None, _ONE} and best is not None and _most(lines, best, known) else None


def _told(lines: Iterable[Line]) -> list[Line]:
    """Lines that tell a factor."""
    return [line for line in lines if line.priced and line.billed]


def _limits(line: Line, known: Known) -> tuple[Fraction, Fraction]:
    """The factors that a line allows."""
    slack, priced, billed = known.slack([line]), line.priced or _ONE, line.billed or _ZERO
    return (billed - slack) / priced, (billed + slack) / priced


def _gains(line: Line, factor: Fraction, known: Known) -> bool:
    """Whether a line is so many times what was priced, and is nearer to it than to what was priced."""
    left = line.difference - (line.priced or _ZERO) * (factor - 1)
    return known.fits_times(line, factor) and abs(left) < abs(line.difference)


def _most(lines: Sequence[Line], factor: Fraction, known: Known) -> bool:
    """Whether more than half of the lines are so many times what was priced, and of those that do not agree without."""
    told = _told(lines)
    off = [line for line in told if not known.agrees(line)]
    fitting = [sum(known.fits_times(line, factor) for line in some) for some in (told, off)]
    return 2 * fitting[0] > len(told) and 2 * fitting[1] > len(off) and fitting[1] >= min(_ENOUGH, len(told))


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


def _on_every_line(lines: Sequence[Line], known: Known) -> Parts:
    """A factor of any decimals that fits all lines; most are off, and it is known to a tenth of what it adds."""
    told = _told(lines)
    if len(told) < len(lines) or sum(not known.agrees(line) for line in lines) < max(_ENOUGH, len(lines) // 2 + 1):
        return {}
    limits = [_limits(line, known) for line in told]
    low, high = max(low for low, _ in limits), min(high for _, high in limits)
    factor = next(_decimals_between(low, high), None)
    if factor is None or (high - low) * _SURE > abs(factor - 1):
        return {}
    why = ": another exchange rate?" if known.exchanged else ""
    detail = f"a constant factor of {decimal_text(significant(factor, _SHOWN))} on every line{why}"
    return {line.key: _times(line, factor, detail) for line in lines}


def _decimals_between(low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """Numbers that lie between, those with the fewest decimals first."""
    for decimals in range(_FINEST + 1):
        found = Fraction(ceil(low * 10**decimals), 10**decimals)
        if found <= high:
            yield found

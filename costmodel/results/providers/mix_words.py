"""What the cheapest mix is, in words: its cost, what it saves, what each constraint costs, what clashes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up, significant
from costmodel.results.estimate import shown_places
from costmodel.results.providers.provider_comparison import MIX, shortened
from costmodel.results.providers.provider_tables import percent_text

if TYPE_CHECKING:
    from costmodel.results.providers.mix import Limit, OptimalMix

_SHOWN = 4  # digits of what a constraint costs
_NOTHING = 1e-9  # of the cost: a constraint that costs less binds nothing
_HUNDRED = 100
_PLACES = 1  # of a share in percent, as long as that shows it
_MOST_NAMES = 3  # of offers that take no part


def finding(result: OptimalMix) -> str:
    """The cheapest mix, what it saves, and what was not tried; or what clashes."""
    return " ".join([*(_found(result) or [_clash(result)]), *_tried(result)])


def _found(result: OptimalMix) -> list[str]:
    if result.month is None or result.optimum is None:
        return []
    places = shown_places([result.month], result.currency)

    def money(cost: Fraction) -> str:
        return grouped(half_up(cost, places), places)

    alone = {part.offer for part in result.parts if part.share}
    what = "The cheapest mix" if len(alone) > 1 else f"The cheapest is one offer alone, {min(alone)}: it"
    words = [f"{what} costs {money(result.month)} {result.currency} a month, billed exactly"]
    words[0] += f"; before its shares were rounded, {money(Fraction(result.optimum))}." if len(alone) > 1 else "."
    if result.cheapest_single is None:
        words.append("No single offer meets every constraint.")
    elif len(alone) > 1:
        name, cost = result.cheapest_single
        words.append(f"The cheapest single offer that meets them, {name}: {money(cost)}.")
    return [*words, *_against_present(result, places)]


def _against_present(result: OptimalMix, places: int) -> list[str]:
    present, saved = result.present, result.saved
    if present is None or saved is None:
        return []
    paid = present.total / len(result.months)
    taken = f" (taken: {present.taken})" if present.taken else ""
    same = {part.offer for part in result.parts if part.share} == {present.name}
    if same and not saved:
        return [f"It is the present one{taken}."]
    name = "the scenario's own mix" if present.name == MIX else present.name
    out = f" (not eligible itself: {'; '.join(present.reasons)})" if present.reasons else ""
    words = f"At present{taken}: {name}{out}, {grouped(half_up(paid, places), places)} a month; this "
    share = f" ({percent_text(-saved / paid)})" if paid else ""
    if not saved:
        return [f"{words}costs the same."]
    if saved < 0:
        return [f"{words}costs {grouped(half_up(-saved, places), places)} more{share}."]
    return [f"{words}takes {grouped(half_up(saved, places), places)} off it{share}."]


def _tried(result: OptimalMix) -> list[str]:
    """Offers that could not share, and those that took no part."""
    found = []
    if result.whole:
        names = shortened(result.whole, _MOST_NAMES)
        found.append(f"Tried alone, in no mix, because of a minimum charge a month: {names}.")
    if result.left_out:
        names = shortened([name for name, _ in result.left_out], _MOST_NAMES)
        found.append(f"Left out, for the reasons below: {names}.")
    return found


def _clash(result: OptimalMix) -> str:
    if not result.clashes:
        return "No mix meets every constraint, nor does any without two of them: loosen several."
    each = [" and ".join(f"'{name}'" for name in names) for names in result.clashes]
    what = "any one of these" if len(result.clashes[0]) == 1 else "the two of any of these pairs"
    only = f"There is one without {each[0]}." if len(each) == 1 else f"There is one without {what}: {'; '.join(each)}."
    return f"No mix meets every constraint. {only}"


def price_of(result: OptimalMix, limit: Limit) -> str:
    """What one step more and one less of a constraint's limit cost or save."""
    if not result.feasible or limit.limit is None:
        return ""
    effects = [_effect(result, cost) for cost in limit.costs]
    if effects == ["changes nothing"] * 2:
        return "does not bind: one step more or less changes nothing"
    return "; ".join(f"{words} {effect}" for words, effect in zip(limit.steps, effects, strict=True))


def _effect(result: OptimalMix, cost: float | None) -> str:
    if cost is None:
        return "cannot be met"
    if abs(cost) <= _NOTHING * max(result.optimum or 0.0, 1e-12):
        return "changes nothing"
    amount = grouped(significant(Fraction(abs(cost)), _SHOWN))
    return f"{'costs' if cost > 0 else 'saves'} {amount}"


def percent(share: Fraction) -> str:
    """A share in percent, to 0.1 % or as finely as it was rounded.

    >>> percent(Fraction(2, 3).limit_denominator(3)), percent(Fraction("0.3333"))
    ('66.666667 %', '33.33 %')
    """
    shown = decimal_text(share * _HUNDRED)
    places = min(max(len(shown.partition(".")[2]), _PLACES), 6)
    return f"{grouped(half_up(share * _HUNDRED, places), places)} %"

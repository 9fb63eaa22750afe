"""The reasons for a difference, in sentences: what moved, from what to what, over all months."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import decimal_text, grouped, half_up, magnitude
from costmodel.results.variance import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.decisions.spend import Key, MeterWords, MonthSpend, Spend, Use
    from costmodel.results.variance import VarianceLine

_MOST_PLACES = 12
_LEAST_DIGITS = 4
_MONEY_PLACES = 2


class _Sides(NamedTuple):
    """Both sides, all their months together."""

    base: MonthSpend
    head: MonthSpend
    currency: str
    words: dict[str, MeterWords]


def findings(lines: Sequence[VarianceLine], base: Spend, head: Spend, volume: str) -> tuple[Finding, ...]:
    """Every reason with what it adds, the largest first; together they are the whole difference.

    Volume is one reason for all; mix is one for each model, intensity and price one for each meter of a model, the
    exchange rate one for each currency.
    """
    sides = _Sides(base.whole, head.whole, base.currency, {**base.meters, **head.meters})
    amounts: dict[tuple[str, str, str], Fraction] = {}
    for line in lines:
        for effect, amount in line.effects.items():
            about = _about(effect, line, sides)
            amounts[about] = amounts.get(about, Fraction(0)) + amount
    found = [
        Finding(effect, model, meter, _sentence(effect, (model, meter), sides, volume, amount), amount)
        for (effect, model, meter), amount in amounts.items()
        if amount
    ]
    return tuple(sorted(found, key=lambda item: -abs(item.amount)))


def _about(effect: str, line: VarianceLine, sides: _Sides) -> tuple[str, str, str]:
    """What an effect of a line is told of: all, a model, a currency, or a meter of a model."""
    if effect in {"volume", "requests"}:
        return effect, "", ""
    if effect == "mix":
        return effect, line.model, ""
    if effect == "exchange":
        return effect, "", _use(sides.base, line.model, line.meter).currency
    return effect, line.model, line.meter


def _sentence(effect: str, about: Key, sides: _Sides, volume: str, amount: Fraction) -> str:
    """What moved, in words."""
    if effect == "volume":
        counts = [side.records if volume == "records" else side.all_requests for side in (sides.base, sides.head)]
        return _moved(volume, counts, amount, plural=True)
    if effect == "requests":
        needed = [_ratio(side.all_requests, side.records) for side in (sides.base, sides.head)]
        return _moved("requests a record", needed, amount, plural=True)
    if effect == "mix":
        return _mix(about[0], sides, amount)
    if effect == "intensity":
        return _intensity(about, sides, amount)
    if effect == "price":
        return _price(about, sides, amount)
    if effect == "exchange":
        return _exchange(about[1], sides, amount)
    return _other(effect, about, sides, amount)


def _mix(model: str, sides: _Sides, amount: Fraction) -> str:
    base, head = (_ratio(side.requests.get(model, Fraction(0)), side.all_requests) for side in sides[:2])
    if not base or not head:
        what = (
            f"new, with {_percent(head)} of the requests" if head else f"gone; it had {_percent(base)} of the requests"
        )
        return f"{model}: {what}"
    return f"{model}: " + _moved("share of the requests", [base * 100, head * 100], amount, unit=" %")


def _intensity(about: Key, sides: _Sides, amount: Fraction) -> str:
    model, meter = about
    counts = [_ratio(_use(side, model, meter).quantity, side.requests.get(model, Fraction(0))) for side in sides[:2]]
    words = sides.words.get(meter)
    return f"{model}: " + _moved(f"{words.name if words else meter} a request", counts, amount, plural=True)


def _price(about: Key, sides: _Sides, amount: Fraction) -> str:
    model, meter = about
    uses = [_use(side, model, meter) for side in sides[:2]]
    apart = uses[0].currency == uses[1].currency  # else the exchange rate is part of the price
    words = sides.words.get(meter)
    per, name = (words.per, words.name) if words and words.per > 1 else (1, words.unit if words else meter)
    prices = [_ratio((use.billed if apart else use.cost) * per, use.quantity) for use in uses]
    currency = (uses[0].currency or sides.currency) if apart else sides.currency
    unit = f" {currency} per " + (f"{per:,} {name}" if per > 1 else name)
    return f"{model}: " + _moved("price paid", prices, amount, unit=unit, least=_MONEY_PLACES)


def _exchange(currency: str, sides: _Sides, amount: Fraction) -> str:
    rates = []
    for side in sides[:2]:
        uses = [use for use in side.uses.values() if use.currency == currency]
        rates.append(
            _ratio(sum((use.cost for use in uses), Fraction(0)), sum((use.billed for use in uses), Fraction(0)))
        )
    return _moved(f"exchange rate of one {currency}", rates, amount, unit=f" {sides.currency}")


def _other(effect: str, about: Key, sides: _Sides, amount: Fraction) -> str:
    model, meter = about
    if effect == "levies":
        costs = [side.levies.get(about, Fraction(0)) for side in sides[:2]]
        lead = f"{model}: {meter}" if model else meter
    else:
        costs = [side.fixed[about].cost if about in side.fixed else Fraction(0) for side in sides[:2]]
        words = sides.words.get(meter)
        lead = f"{model}: {words.name if words else meter}, which does not depend on requests,"
    return _moved(lead, costs, amount, unit=f" {sides.currency}", least=_MONEY_PLACES)


def _use(side: MonthSpend, model: str, meter: str) -> Use:
    from costmodel.decisions.spend import Use

    return side.uses.get((model, meter), Use(Fraction(0), Fraction(0), Fraction(0), ""))


def _ratio(part: Fraction, whole: Fraction) -> Fraction:
    return part / whole if whole else Fraction(0)


def _percent(share: Fraction) -> str:
    return f"{decimal_text(half_up(share * 100, 1), 1)} %"


def _moved(
    what: str, pair: Sequence[Fraction], amount: Fraction, *, unit: str = "", least: int = 0, plural: bool = False
) -> str:
    """`price fell from 2.50 to 2.00 USD`; where the mean moved the other way, the months decide, and that is said."""
    base, head = pair
    if (head - base) * amount > 0:
        return f"{what} {'rose' if head > base else 'fell'} {_from_to(base, head, least)}{unit}"
    mean = f"goes {_from_to(base, head, least)}" if base != head else f"stays at {_number(base, least)}"
    return f"{what} {'move' if plural else 'moves'} from month to month, though the mean {mean}{unit}"


def _from_to(base: Fraction, head: Fraction, least: int) -> str:
    """Two numbers in as few digits as tell them apart, four at least."""
    smaller = min((abs(number) for number in (base, head) if number), default=Fraction(1))
    places = max(_LEAST_DIGITS - magnitude(smaller), least, 0)
    while base != head and half_up(base, places) == half_up(head, places) and places < _MOST_PLACES:
        places += 1
    return f"from {_trimmed(grouped(base, places), least)} to {_trimmed(grouped(head, places), least)}"


def _number(number: Fraction, least: int) -> str:
    return _trimmed(grouped(number, max(_LEAST_DIGITS - magnitude(number), least, 0)), least)


def _trimmed(text: str, least: int) -> str:
    """Without zeros at the end, but so many places at least."""
    whole, _, decimals = text.partition(".")
    kept = decimals.rstrip("0").ljust(least, "0")
    return f"{whole}.{kept}" if kept else whole

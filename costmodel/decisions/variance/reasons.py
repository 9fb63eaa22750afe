"""The reasons for a difference, in sentences: what moved, from what to what, over all months."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.variance.spend import Case, Use
from costmodel.quantities import decimal_text, grouped, half_up, magnitude
from costmodel.results.variance.variance import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from costmodel.decisions.variance.meter_words import MeterWords
    from costmodel.decisions.variance.spend import MonthSpend, Spend
    from costmodel.results.variance.variance import VarianceLine

_MOST_PLACES = 12
_LEAST_DIGITS = 4
_MONEY_PLACES = 2
_ZERO = Fraction(0)


class _About(NamedTuple):
    """What a reason is told of; empty where it is told of all.

    Attributes:
        currency: of an exchange rate.
    """

    effect: str
    workload: str = ""
    step: str = ""
    model: str = ""
    size: str = ""
    meter: str = ""
    currency: str = ""

    @property
    def work(self) -> str:
        """The work in words; a size only where there are several."""
        size = "" if self.size == "any size" else self.size
        return " / ".join(part for part in (self.workload, self.step, size) if part)

    @property
    def matter(self) -> tuple[str, str, str]:
        """What is the same in every work: two reasons of it with one sentence are one reason."""
        return self.effect, self.model, self.meter


class _Sides(NamedTuple):
    """Both sides, all their months together."""

    base: MonthSpend
    head: MonthSpend
    currency: str
    words: Mapping[str, MeterWords]
    volume: str

    @property
    def both(self) -> tuple[MonthSpend, MonthSpend]:
        """BASE and HEAD."""
        return self.base, self.head

    def requests(self, about: _About) -> list[Fraction]:
        """Requests of a model in a step, on both sides."""
        case = Case(about.workload, about.step, about.model)
        return [side.requests.get(case, _ZERO) for side in self.both]

    def requests_of_step(self, about: _About) -> list[Fraction]:
        """Requests of a step, on both sides."""
        return [side.requests_of(about.workload, about.step) for side in self.both]

    def meters(self, about: _About) -> set[str]:
        """Meters of a model in a step that are used on a side: one that is part of another is not counted in it."""
        case = Case(about.workload, about.step, about.model)
        return {key.meter for side in self.both for key, use in side.uses.items() if key.case == case and use.quantity}

    def uses(self, about: _About) -> list[Use]:
        """What is used of a meter, on both sides; of all sizes where none is told of."""
        return [_together(_of(side, about)) for side in self.both]


def findings(lines: Sequence[VarianceLine], base: Spend, head: Spend, volume: str) -> tuple[Finding, ...]:
    """Every reason with what it adds, the largest first; together they are the whole difference.

    Volume is one reason for each workload, requests for each of its steps, mix for each model in a step, intensity and
    price for each meter of it; the exchange rate is one for each currency. What can be said of several in the same
    words is one reason.
    """
    sides = _Sides(base.whole, head.whole, base.currency, {**base.meters, **head.meters}, volume)
    amounts: dict[_About, Fraction] = {}
    everywhere: dict[tuple[str, str, str], dict[str, None]] = {}
    for line in lines:
        for effect in line.effects if line.kind != "usage" else _OF_USAGE:
            about = _about(effect, line, sides)
            amounts[about] = amounts.get(about, _ZERO) + line.effects.get(effect, _ZERO)
            everywhere.setdefault(about.matter, {})[about.work] = None
    found = _merged({about: amount for about, amount in amounts.items() if amount}, everywhere, sides)
    return tuple(sorted(found, key=lambda item: -abs(item.amount)))


def _merged(
    amounts: Mapping[_About, Fraction], everywhere: Mapping[tuple[str, str, str], Iterable[str]], sides: _Sides
) -> list[Finding]:
    """Reasons with the same sentence as one, each with the work it is about where that is not all."""
    groups: dict[tuple[_About, str], dict[str, Fraction]] = {}
    for about, amount in amounts.items():
        key = _About(about.effect, model=about.model, meter=about.meter), _SENTENCES[about.effect](about, sides, amount)
        inside = groups.setdefault(key, {})
        inside[about.work] = inside.get(about.work, _ZERO) + amount
    found = []
    for (about, sentence), inside in groups.items():
        work = () if inside.keys() == set(everywhere[about.matter]) else tuple(inside)
        lead = f"{' and '.join(work)}: " if any(work) else ""
        amount = sum(inside.values(), _ZERO)
        if amount:
            found.append(Finding(about.effect, about.model, about.meter, lead + sentence, amount, work))
    return found


def _about(effect: str, line: VarianceLine, sides: _Sides) -> _About:
    """What an effect of a line is told of."""
    step = "" if effect == "volume" and sides.volume == "records" else line.step
    work = {"workload": line.workload, "step": step}
    if effect in {"volume", "requests"}:
        return _About(effect, **work)
    if effect == "mix":
        return _About(effect, **work, model=line.model)
    if effect == "exchange":
        about = _About(effect, line.workload, line.step, line.model, line.size, line.meter)
        return _About(effect, currency=sides.uses(about)[0].currency)
    size = line.size if effect == "price" else ""
    return _About(effect, **work, model=line.model, size=size, meter=line.meter)


def _volume(about: _About, sides: _Sides, amount: Fraction) -> str:
    if sides.volume == "records":
        return _moved("records", [side.records.get(about.workload, _ZERO) for side in sides.both], amount, plural=True)
    return _moved("requests", sides.requests_of_step(about), amount, plural=True)


def _requests(about: _About, sides: _Sides, amount: Fraction) -> str:
    records = [side.records.get(about.workload, _ZERO) for side in sides.both]
    needed = [_ratio(*pair) for pair in zip(sides.requests_of_step(about), records, strict=True)]
    return _moved("requests a record", needed, amount, plural=True)


def _mix(about: _About, sides: _Sides, amount: Fraction) -> str:
    base, head = (_ratio(*pair) for pair in zip(sides.requests(about), sides.requests_of_step(about), strict=True))
    if not base or not head:
        what = (
            f"new, with {_percent(head)} of the requests" if head else f"gone; it had {_percent(base)} of the requests"
        )
        return f"{about.model}: {what}"
    return f"{about.model}: " + _moved("share of the requests", [base * 100, head * 100], amount, unit=" %")


def _intensity(about: _About, sides: _Sides, amount: Fraction) -> str:
    used = zip(sides.uses(about), sides.requests(about), strict=True)
    counts = [_ratio(use.quantity, requests) for use, requests in used]
    words = sides.words.get(about.meter)
    name = words.without(sides.meters(about)) if words else about.meter
    return f"{about.model}: " + _moved(f"{name} a request", counts, amount, plural=True)


def _price(about: _About, sides: _Sides, amount: Fraction) -> str:
    uses = sides.uses(about)
    apart = uses[0].currency == uses[1].currency  # else the exchange rate is part of the price
    words = sides.words.get(about.meter)
    per, name = (words.per, words.name) if words and words.per > 1 else (1, words.unit if words else about.meter)
    prices = [_ratio((use.billed if apart else use.cost) * per, use.quantity) for use in uses]
    currency = (uses[0].currency or sides.currency) if apart else sides.currency
    unit = f" {currency} per " + (f"{per:,} {name}" if per > 1 else name)
    return f"{about.model}: " + _moved("price paid", prices, amount, unit=unit, least=_MONEY_PLACES)


def _exchange(about: _About, sides: _Sides, amount: Fraction) -> str:
    rates = []
    for side in sides.both:
        uses = [use for use in side.uses.values() if use.currency == about.currency]
        rates.append(_ratio(sum((use.cost for use in uses), _ZERO), sum((use.billed for use in uses), _ZERO)))
    return _moved(f"exchange rate of one {about.currency}", rates, amount, unit=f" {sides.currency}")


def _fixed(about: _About, sides: _Sides, amount: Fraction) -> str:
    of_model = about.model, about.meter
    costs = [side.fixed[of_model].cost if of_model in side.fixed else _ZERO for side in sides.both]
    words = sides.words.get(about.meter)
    lead = f"{about.model}: {words.name if words else about.meter}, which does not depend on requests,"
    return _moved(lead, costs, amount, unit=f" {sides.currency}", least=_MONEY_PLACES)


def _levies(about: _About, sides: _Sides, amount: Fraction) -> str:
    costs = [side.levies.get((about.model, about.meter), _ZERO) for side in sides.both]
    lead = f"{about.model}: {about.meter}" if about.model else about.meter
    return _moved(lead, costs, amount, unit=f" {sides.currency}", least=_MONEY_PLACES)


_SENTENCES: dict[str, Callable[[_About, _Sides, Fraction], str]] = {
    "volume": _volume,
    "requests": _requests,
    "mix": _mix,
    "intensity": _intensity,
    "price": _price,
    "exchange": _exchange,
    "fixed": _fixed,
    "levies": _levies,
}
_OF_USAGE = tuple(_SENTENCES)[:6]


def _of(side: MonthSpend, about: _About) -> list[Use]:
    """What is used of a meter in a step, by size."""
    wanted = (about.workload, about.step, about.model, about.meter)
    return [use for key, use in side.uses.items() if (*key.case, key.meter) == wanted and about.size in {"", key.size}]


def _together(uses: Sequence[Use]) -> Use:
    nothing = Use(_ZERO, _ZERO, _ZERO, uses[0].currency if uses else "")
    return reduce(Use.plus, uses, nothing)


def _ratio(part: Fraction, whole: Fraction) -> Fraction:
    return part / whole if whole else _ZERO


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

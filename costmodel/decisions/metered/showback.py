"""Showback and chargeback: metered usage by department, and shared cost spread by stated rules, exactly.

The direct method: every shared cost is spread in one step, by what each department used itself. No part of one shared
cost goes into the spreading of another, so the order of the rules does not matter.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.decisions.metered.month_edges import month_edges
from costmodel.decisions.metered.sharing_rules import MINIMUMS, UNLABELLED, Rules, named, read_rules
from costmodel.documents.model import did_you_mean, in_order
from costmodel.equations.allocation import allocated_cost
from costmodel.equations.charges import share_of_total
from costmodel.errors import CommandLineError, FileError
from costmodel.quantities import Month
from costmodel.results.estimate import shown_costs
from costmodel.results.metered.showback import Own, Pool, Showback
from costmodel.results.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from costmodel.decisions.metered.sharing_rules import Shared
    from costmodel.errors import Mistake
    from costmodel.results.lines import Group
    from costmodel.results.metered.metered import Metered

_ZERO, _ONE = Fraction(0), Fraction(1)
_NOBODY = ""  # of requests without the label
_TOKENS = ("input", "output")
_MOST_LISTED = 12  # names that a message lists
OTHER_MONTHS = "booked-in-other-months"  # the notice of stated pools of months that are not shown
_NOT_BY = ("meter", "month", "year", "day")


def showback(used: Metered, rules: str | Path | Rules, *, by: str, month: str | Month | None = None) -> Showback:
    """What each department has to bear.

    Args:
        used: metered usage, read with the label.
        rules: the file of rules.
        by: the label, such as `department`; or provider, model and so on.
        month: the one month that is shown, such as `2026-11`; every month of the log, as one, where it is left out.

    Raises:
        FileError: every mistake in the rules; where one month is shown, a stated amount that does not say its own.
        CommandLineError: there is no such label, or no usage in the month.
        QuantityError: the month is none.
    """
    read = rules if isinstance(rules, Rules) else read_rules(rules)
    if by in _NOT_BY:
        raise CommandLineError(f"nobody bears cost by {by}: show it by a label such as department, or by provider")
    if month is None:
        return _Sharing(used, read, by).result()
    one = month if isinstance(month, Month) else Month.parse(month)
    shown = _of_month(used, one)
    _require_months(read, one)
    return _Sharing(shown, read, by).result()


def _require_months(rules: Rules, month: Month) -> None:
    """Where one month is shown, every stated pool says its own: else it is booked again in each month.

    Raises:
        FileError: those that do not.
    """
    found = [
        rules.mistake(
            number,
            ("amount",),
            f"'{item.name}' is booked once, and {month} alone is shown: every other month would book it again. Say in "
            f"which month it is booked: write 'month: {month}' beside it, or another month",
        )
        for number, item in enumerate(rules.file.shared)
        if item.amount is not None and item.month is None
    ]
    if found:
        raise FileError(in_order(found))


def _of_month(used: Metered, month: Month) -> Metered:
    """The usage of one month.

    Raises:
        CommandLineError: there is none.
    """
    priced = tuple(item for item in used.priced if item.cell.month == month)
    levies = tuple(line for line in used.levies if line.month == month)
    if not priced:
        raise CommandLineError(f"the log has no usage with a price in {month}: it is of {used.period}")
    counts = used.counts._replace(beyond=used.months != (month,))
    return replace(used, months=(month,), priced=priced, levies=levies, counts=counts)


class _Sharing:
    def __init__(self, used: Metered, rules: Rules, by: str) -> None:
        self._used, self._rules, self._by = used, rules, by
        self._all = {group.key[0]: _own(group) for group in replace(used, levies=()).by(by)}
        shared = {name for item in rules.file.shared for name in item.usage_of or ()}
        self._own = {name: own for name, own in self._all.items() if name and name not in shared}
        self._idle = frozenset(rules.file.may_have_no_usage)

    def result(self) -> Showback:
        """The result.

        Raises:
            FileError: what the rules say cannot be done with this usage.
        """
        found, mistakes = [], []
        for number, item in enumerate(self._rules.file.shared):
            wrong = list(self._mistakes(number, item)) if self._is_booked(item) else []
            mistakes += wrong
            if not wrong and self._is_booked(item):
                found.append(self._pool(item))
        if mistakes:
            raise FileError(in_order(mistakes))
        own = tuple(self._own.values())
        monthly = [item.name for item in self._rules.file.shared if item.per_month is not None]
        notices = (*month_edges(self._used, monthly), *self._booked_elsewhere(), *self._used.notices)
        used = replace(self._used, notices=notices)
        return Showback(self._rules.file.showback, used, self._by, own, tuple(found), self._rest())

    def _is_booked(self, item: Shared) -> bool:
        """Whether it is booked in the months that are shown."""
        return item.month is None or item.month in self._used.months

    def _booked_elsewhere(self) -> Sequence[Notice]:
        """What a reader must know: stated pools of months that are not shown."""
        pools = [item for item in self._rules.file.shared if not self._is_booked(item)]
        about = tuple(f"'{item.name}' ({item.month})" for item in pools)
        lead = f"Not booked here, since {self._used.period} is shown and the rules state another month"
        return [Notice(OTHER_MONTHS, lead, about)] if about else []

    def _mistakes(self, number: int, item: Shared) -> Iterator[Mistake]:
        """What is wrong with one shared cost, for this usage."""
        unknown = [(name, at) for name, at in named(item) if name not in self._all and name not in self._idle]
        for name, at in unknown:
            there = [known for known in self._all if known]
            hint = did_you_mean(name, there, listed=len(there) <= _MOST_LISTED, label="There are").rstrip(".?")
            message = f"no usage has {self._by} '{name}'{hint}. If it is right, add it under 'may_have_no_usage'"
            yield self._rules.mistake(number, at, message)
        if not unknown:
            yield from self._not_spread(number, item)

    def _not_spread(self, number: int, item: Shared) -> Iterator[Mistake]:
        currency = self._used.currency
        for key in ("per_month", "amount"):
            money = getattr(item, key)
            if money is not None and money.currency != currency:
                message = f"this is in {money.currency}, and the usage in {currency}: say --currency {money.currency}"
                yield self._rules.mistake(number, (key,), f"{message}, or write the amount in {currency}")
                return
        if self._cost(item) and not any(self._weights(item).values()):
            key = "shares" if item.spread is None else "spread"
            words = _COUNTED.get(item.rule, "usage")
            message = f"'{item.name}' cannot be spread {item.rule}: nobody who bears it has any {words} of their own"
            yield self._rules.mistake(number, (key,), f"{message}. Choose another rule, or name them under 'shares'")

    def _pool(self, item: Shared) -> Pool:
        cost, weights = self._cost(item), self._weights(item)
        total = sum(weights.values(), _ZERO)
        shares = {name: Fraction(share_of_total(weight, total)) for name, weight in weights.items() if weight}
        parts = {name: Fraction(allocated_cost(cost, weights[name], total)) for name in shares}
        return Pool(item.name, self._what(item), item.rule, cost, shares, parts)

    def _cost(self, item: Shared) -> Fraction:
        if item.amount is not None:
            return item.amount.amount
        if item.per_month is not None:
            return item.per_month.amount * len(self._used.months)
        if item.cost == MINIMUMS:
            return sum((line.cost for line in self._used.levies), _ZERO)
        names = (_NOBODY,) if item.cost == UNLABELLED else item.usage_of or ()
        return sum((self._all[name].cost for name in names if name in self._all), _ZERO)

    def _what(self, item: Shared) -> str:
        if item.amount is not None:
            what = "credit" if item.amount.amount < 0 else "stated amount"
            return f"{what} of {item.month}" if item.month else what
        if item.per_month is not None:
            months = len(self._used.months)
            (each,) = shown_costs([item.per_month.amount], item.per_month.currency)
            return f"{each} {item.per_month.currency} a month, {months} month{'' if months == 1 else 's'}"
        if item.usage_of:
            return f"usage of {', '.join(item.usage_of)}"
        return "minimum charges of providers" if item.cost == MINIMUMS else f"usage without {self._by}"

    def _weights(self, item: Shared) -> Mapping[str, Fraction]:
        """What the rule counts of everybody who bears a part, in the order of usage."""
        if item.shares is not None:
            return item.shares
        count = _WEIGHTS[item.rule]
        names = item.among or tuple(self._own)
        return {name: count(self._own.get(name) or Own(name, _ZERO, _ZERO, _ZERO)) for name in names}

    def _rest(self) -> tuple[tuple[str, Fraction], ...]:
        """Cost that no rule spreads."""
        spread = {item.cost for item in self._rules.file.shared}
        nobody = self._all.get(_NOBODY)
        levies = sum((line.cost for line in self._used.levies), _ZERO)
        found = [(f"no {self._by}", nobody.cost if nobody else _ZERO)] if UNLABELLED not in spread else []
        found += [(MINIMUMS, levies)] if MINIMUMS not in spread else []
        return tuple((what, cost) for what, cost in found if cost)


def _own(group: Group) -> Own:
    tokens = sum((group.totals.get(meter, _ZERO) for meter in _TOKENS), _ZERO)
    return Own(group.key[0], group.requests, tokens, group.cost)


_WEIGHTS: dict[str, Callable[[Own], Fraction]] = {
    "even": lambda _: _ONE,
    "by cost": lambda own: own.cost,
    "by tokens": lambda own: own.tokens,
    "by requests": lambda own: own.requests,
}
_COUNTED = {"by cost": "cost", "by tokens": "tokens", "by requests": "requests"}

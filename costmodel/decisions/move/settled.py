"""Slices of a change of provider as money: shares of bills, minimums, money paid in advance, what is paid once."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.billing.levies import levy_lines, minimum_lines
from costmodel.equations.charges import minimum_top_up
from costmodel.equations.migration import commitment_of_days, cost_of_share, prepaid_unused
from costmodel.quantities import Month
from costmodel.results.migration.parts import Amounts, Span, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.billing.bill import Entry
    from costmodel.billing.levies import Levy, LevyLine
    from costmodel.decisions.move.moved import Slice
    from costmodel.results.migration.parts import Stage

Loads = Callable[["Stage"], tuple[Fraction, Fraction]]
_NOTHING = Fraction(0)
_ANY_MONTH = Month(2000, 1)  # taxes and fees are the same shares in every month


class Agreed(NamedTuple):
    """What is paid beside the bills, in the reporting currency.

    Attributes:
        start: day of the start.
        one_off: paid then.
        providers: those that the old contract is with.
        ends: its last day.
        balance: paid to them in advance.
        minimum: least that is paid to them for a month.
        levies: taxes and fees on every bill.
    """

    start: date
    one_off: Fraction
    providers: frozenset[str]
    ends: date | None
    balance: Fraction
    minimum: Fraction
    levies: Sequence[Levy]


def moving(stage: Stage) -> tuple[Fraction, Fraction]:
    """What is paid at the old and at the new provider in a stage, as shares of all requests."""
    return stage.old_load, stage.new_load


def staying(_: Stage) -> tuple[Fraction, Fraction]:
    """The same, had nothing changed."""
    return Fraction(1), _NOTHING


def spans_of(slices: Sequence[Slice], agreed: Agreed) -> tuple[Span, ...]:
    """The amounts of every slice; what is paid for a month or once stands where it is paid."""
    with_levies = levied(agreed.levies)
    found = [
        [bills(item.stage, item.requests, *(with_levies(cost(of)) for of in (item.old, item.new)))] for item in slices
    ]
    moved, stayed = Extras(slices, agreed, moving), Extras(slices, agreed, staying)
    for index, missing in moved.minimums().items():
        found[index].append(Amounts(minimum_cost=with_levies(missing)))
    for index, missing in stayed.minimums().items():
        found[index].append(Amounts(unchanged_minimum_cost=with_levies(missing)))
    for index, lost in moved.lapsed():
        found[index].append(Amounts(prepaid_lost_cost=lost))
    for index, lost in stayed.lapsed():
        found[index].append(Amounts(unchanged_prepaid_lost_cost=lost))
    found[moved.first].append(Amounts(one_off_cost=agreed.one_off))
    return tuple(
        Span(item.start, item.end, item.stage, together(parts)) for item, parts in zip(slices, found, strict=True)
    )


def levied(levies: Sequence[Levy]) -> Callable[[Fraction], Fraction]:
    """Adds taxes and fees to a bill: each is a share of it, so every part of a bill has its part of them."""
    lines = levy_lines([(_ANY_MONTH, Fraction(1))], levies)
    factor = 1 + sum((line.cost for line in lines), _NOTHING)
    return lambda bill: bill * factor


def own_minimums(slices: Sequence[Slice], loads: Loads) -> list[LevyLine]:
    """Minimum charges of the offers themselves, as far as the bills of a month do not reach them."""
    return minimum_lines(
        _scaled(entry, load)
        for item in slices
        for entries, load in zip((item.old, item.new), loads(item.stage), strict=True)
        for entry in entries
        if load
    )


def cost(entries: Sequence[Entry]) -> Fraction:
    """The cost of a bill, before taxes and fees."""
    return sum((entry.cost for entry in entries), _NOTHING)


def bills(stage: Stage, requests: Any, old: Any, new: Any) -> Amounts:
    """Requests and bills within a stage, of numbers of any runtime.

    Args:
        stage: its shares.
        requests: all of them, each counted once.
        old: what all of them would cost at the old models.
        new: the same at the new ones.
    """
    return Amounts(
        requests=requests,
        requests_at_new=requests * stage.new_share,
        requests_failed=requests * stage.failed,
        requests_sent_again=requests * stage.again,
        requests_copied=requests * stage.copied,
        old_cost=cost_of_share(old, stage.old_load),
        new_cost=cost_of_share(new, stage.new_load),
        twice_cost=cost_of_share(old, stage.again) + cost_of_share(new, stage.copied),
        unchanged_bills_cost=old,
    )


class Commitment(NamedTuple):
    """A month in which the contract asks for a minimum.

    Attributes:
        place: the slice at whose end it is paid.
        bill: what the contract's providers are paid for the days on which it runs.
        days, length: those days, and all days of the month.
    """

    place: int
    month: Month
    bill: Fraction
    days: int
    length: int


def missing_to_minimum(bill: Any, minimum: Any, days: Any, length: Any) -> Any:
    """What is missing to a contract's minimum in a month; any runtime."""
    return minimum_top_up(bill, commitment_of_days(minimum, days, length))


class Drawn(NamedTuple):
    """What is drawn from money paid in advance until it lapses.

    Attributes:
        place: the slice at whose end it lapses.
        bills, minimums: what is drawn: for requests, and for what is missing to minimums.
    """

    place: int
    bills: Fraction
    minimums: Fraction


class Extras:
    """What is paid beside the bills, with the change or without it.

    Attributes:
        first: the slice in which the change begins.
        commitments: months in which the contract asks for a minimum.
        own: minimum charges of the offers themselves, each with the last slice of its month.
    """

    def __init__(self, slices: Sequence[Slice], agreed: Agreed, loads: Loads) -> None:
        self._slices, self._agreed, self._loads = slices, agreed, loads
        self.first = next(index for index, item in enumerate(slices) if item.start.date() >= agreed.start)
        self._drawn = [self._at_contract(item) for item in slices]
        self.own = self._own_minimums()
        self.commitments = self._commitments()
        missing = {item.place: missing_to_minimum(item.bill, agreed.minimum, *item[-2:]) for item in self.commitments}
        self._committed = {index: money for index, money in missing.items() if money}

    def minimums(self) -> dict[int, Fraction]:
        """What is missing to minimums, before taxes and fees, by the slice at whose end it is paid."""
        found = dict(self._committed)
        for index, line in self.own:
            found[index] = found.get(index, _NOTHING) + line.cost
        return found

    def lapsed(self) -> list[tuple[int, Fraction]]:
        """What of the money paid in advance is lost, and where."""
        drawn = self.drawn()
        return (
            [] if drawn is None else [(drawn.place, prepaid_unused(self._agreed.balance, drawn.bills + drawn.minimums))]
        )

    def drawn(self) -> Drawn | None:
        """What is drawn from money paid in advance; None where there is none, or it stays in use."""
        last = self._last_of(self._agreed.ends) if self._agreed.ends else self._last_use()
        if last is None or not self._agreed.balance:
            return None
        minimums = sum((money for index, money in self._committed.items() if self.first <= index <= last), _NOTHING)
        minimums += sum((line.cost for index, line in self.own if self._counts(line, index, last)), _NOTHING)
        return Drawn(last, sum(self._drawn[self.first : last + 1], _NOTHING), minimums)

    def _counts(self, line: LevyLine, index: int, last: int) -> bool:
        return self.first <= index <= last and _provider(line.model) in self._agreed.providers

    def _at_contract(self, item: Slice) -> Fraction:
        """The bill of a slice at the providers that the contract is with."""
        old, new = self._loads(item.stage)
        of = self._agreed.providers
        return sum(
            (
                cost_of_share(cost([entry for entry in entries if _provider(entry.model) in of]), load)
                for entries, load in ((item.old, old), (item.new, new))
                if load
            ),
            _NOTHING,
        )

    def _own_minimums(self) -> list[tuple[int, LevyLine]]:
        """Minimum charges of the offers themselves, each with the last slice of its month."""
        return [(self._last_of(_last_day(line.month)), line) for line in own_minimums(self._slices, self._loads)]

    def _commitments(self) -> list[Commitment]:
        """The months until the contract ends, where it asks for a minimum."""
        agreed, found = self._agreed, []
        if agreed.ends is None or not agreed.minimum:
            return []
        months = dict.fromkeys((item.start.year, item.start.month) for item in self._slices)
        for year, month in months:
            first, length = date(year, month, 1), monthrange(year, month)[1]
            last = min(agreed.ends, date(year, month, length))
            if last < first:
                continue
            bill = sum(
                (
                    drawn
                    for drawn, item in zip(self._drawn, self._slices, strict=True)
                    if first <= item.start.date() <= last
                ),
                _NOTHING,
            )
            bill += self._own_of(year, month)
            found.append(Commitment(self._last_of(last), Month(year, month), bill, last.day, length))
        return found

    def _own_of(self, year: int, month: int) -> Fraction:
        own = (line for _, line in self.own if (line.month.year, line.month.month) == (year, month))
        return sum((line.cost for line in own if _provider(line.model) in self._agreed.providers), _NOTHING)

    def _last_of(self, day: date) -> int:
        """The last slice of a day."""
        return max(index for index, item in enumerate(self._slices) if item.start.date() <= day)

    def _last_use(self) -> int | None:
        """The first slice after the change, if the contract is not used from there on; None if it still is."""
        after = [(index, item) for index, item in enumerate(self._slices) if item.stage == self._slices[-1].stage]
        used = any(self._drawn[index] for index, _ in after)
        return None if used else after[0][0]


def _provider(model: str) -> str:
    return model.partition("/")[0]


def _last_day(month: Month) -> date:
    return date(month.year, month.month, monthrange(month.year, month.month)[1])


def _scaled(entry: Entry, load: Fraction) -> Entry:
    """An entry with a share of its requests; only what a minimum charge is computed from."""
    charges = tuple(charge._replace(contracted_cost=charge.contracted_cost * load) for charge in entry.charges)
    return entry._replace(charges=charges)

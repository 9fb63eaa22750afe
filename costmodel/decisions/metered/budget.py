"""Budget lines against metered usage, as of a day: used so far, the projected end of the month, alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from costmodel.decisions.metered.budget_days import Days, stretches
from costmodel.decisions.metered.budget_file import Budget, read_budget
from costmodel.decisions.metered.projecting import Kind, projected, too_few
from costmodel.documents.model import did_you_mean, in_order
from costmodel.errors import CommandLineError, FileError
from costmodel.quantities import day
from costmodel.results.estimate import shown_costs
from costmodel.results.metered.budget_lines import HOLES, Alert, BudgetStatus, LineStatus
from costmodel.results.notice import Notice
from costmodel.usage.logs.cube.cell_maker import DAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from costmodel.decisions.metered.budget_file import BudgetLine
    from costmodel.errors import Mistake
    from costmodel.results.metered.metered import Metered

    Daily = Mapping[date, Fraction]

_ZERO = Fraction(0)
_MOST_LISTED = 12  # values that a message lists


def budget_status(used: Metered, budget: str | Path | Budget, *, as_of: str | date) -> BudgetStatus:
    """How the lines of a budget stand.

    Args:
        used: metered usage, read by day and with every label that a line names.
        budget: the file of the budget.
        as_of: days before it are over (UTC), and it may be half over itself. The month is that of the day before.

    Raises:
        FileError: every mistake in the file.
        CommandLineError: the usage is not told apart by day, or none of it has a price.
        QuantityError: `as_of` is no day.
    """
    read = budget if isinstance(budget, Budget) else read_budget(budget)
    if DAY not in used.labels:
        raise CommandLineError(
            "a budget is held against days, and this usage was not read by day: read it with --by day, in Python with "
            "UsageLog(…, by_day=True)"
        )
    if not used.priced:
        raise CommandLineError("no usage of the log has a price, so there is nothing to hold against a budget")
    return _Holding(used, read, as_of if isinstance(as_of, date) else day(as_of)).result()


class _Holding:
    def __init__(self, used: Metered, budget: Budget, as_of: date) -> None:
        counts = used.counts._replace(beyond=len(used.months) > 1)
        self._used, self._file, self._budget = replace(used, levies=(), counts=counts), budget.file, budget
        self._levies = used.levies
        self._series: dict[tuple[str, ...], dict[tuple[str, ...], Daily]] = {}
        self._days = Days.of(as_of, self._all, budget.terms)

    def result(self) -> BudgetStatus:
        """The result.

        Raises:
            FileError: what the lines say does not fit the usage, or none holds for the month.
            CommandLineError: the log has no usage in the month.
        """
        month = self._days.month
        if not self._days.counted & self._all.keys():
            raise CommandLineError(
                f"the log has no usage in the days of {month} up to {self._days.as_of}: it is of {min(self._all)} to "
                f"{max(self._all)}. Choose another --as-of, or give the log of that month"
            )
        held = [item for item in enumerate(self._file.lines) if item[1].month in {None, month}]
        mistakes = [mistake for number, line in held for mistake in self._mistakes(number, line)]
        if not held:
            months = ", ".join(sorted({str(line.month) for line in self._file.lines}))
            message = f"no line holds for {month}, the month of the day before --as-of: there are lines of {months}"
            mistakes.append(self._budget.document.mistake(("lines",), message, of_key=True))
        if mistakes:
            raise FileError(in_order(mistakes))
        return BudgetStatus(
            title=self._file.budget,
            used=self._used,
            calendar=self._days.calendar(max(self._all), self._why_not),
            total=self._sum(self._all, self._days.counted),
            lines=tuple(self._line(line) for _, line in held),
            notices=tuple(self._notices()),
        )

    @cached_property
    def _all(self) -> Daily:
        """Money by day, of all usage."""
        return self._by(())[()]

    def _by(self, dimensions: tuple[str, ...]) -> dict[tuple[str, ...], Daily]:
        """Money by day, of each combination of values."""
        if dimensions not in self._series:
            found: dict[tuple[str, ...], dict[date, Fraction]] = {}
            for group in self._used.by(DAY, *dimensions):
                found.setdefault(group.key[1:], {})[date.fromisoformat(group.key[0])] = group.cost
            self._series[dimensions] = {**found}
        return self._series[dimensions]

    def _mistakes(self, number: int, line: BudgetLine) -> Iterator[Mistake]:
        """What is wrong with one line, for this usage."""
        currency = self._used.currency
        if line.amount.currency != currency:
            message = f"this is in {line.amount.currency}, and the usage in {currency}: say --currency "
            message += f"{line.amount.currency}, or write the amount in {currency}"
            yield self._budget.mistake(number, ("amount",), message)
        for name, values in line.where.items():
            if name not in self._used.dimensions:
                hint = did_you_mean(name, set(self._used.dimensions) - {DAY}, label="There are")
                message = f"usage cannot be told apart by '{name}'{hint} A column of the log becomes one when the log "
                message += "is read with it, by --label (in Python labels=(…,))"
                yield self._budget.mistake(number, ("where", name), message, of_key=True)
            else:
                yield from self._unused(number, name, values)

    def _unused(self, number: int, name: str, values: Sequence[str]) -> Iterator[Mistake]:
        """Values that no usage of the log has."""
        there = {key[0] for key in self._by((name,))} - {""}
        for place, value in enumerate(values):
            if value in there or value in self._file.may_have_no_usage:
                continue
            hint = self._near(name, value, there)
            message = f"no usage has {name} '{value}'{hint}. If it is right, add it under 'may_have_no_usage'"
            yield self._budget.mistake(number, ("where", name, *([place] if len(values) > 1 else [])), message)

    def _near(self, name: str, value: str, there: Collection[str]) -> str:
        """What a value may have been meant for; not those of a column of the log, which may be names of people."""
        if name in self._used.labels:
            return f" (to see those there are, run 'costmodel usage price' with --by {name})"
        return did_you_mean(value, there, listed=len(there) <= _MOST_LISTED, label="There are").rstrip(".?")

    def _line(self, line: BudgetLine) -> LineStatus:
        costs, amount = self._costs(line), line.amount.amount
        weekdays, weekend = self._kind(costs, weekend=False), self._kind(costs, weekend=True)
        used = self._sum(costs, self._days.counted)
        found = None
        if self._days.left and not self._why_not:
            so_far = self._sum(costs, frozenset(self._days.over))
            found = projected((so_far, used), (weekdays, weekend), self._days.terms.level)
        alerts = line.alerts or self._file.alerts
        over = [Alert("actual", share) for share in alerts.actual if used > share * amount]
        over += [Alert("projected", share) for share in alerts.projected if found and found.cost > share * amount]
        return LineStatus(line.name, amount, used, found, tuple(over))

    @cached_property
    def _why_not(self) -> str:
        """Why the month end cannot be projected; it is the same for all lines, since the days are."""
        weekdays, weekend = (self._kind(self._all, weekend=weekend) for weekend in (False, True))
        return too_few(weekdays, weekend, self._days.terms.least_days)

    def _costs(self, line: BudgetLine) -> Daily:
        """Money by day, of the usage that counts."""
        series, found = self._by(tuple(line.where)), dict[date, Fraction]()
        for key in product(*(dict.fromkeys(values) for values in line.where.values())):
            for at, cost in series.get(key, {}).items():
                found[at] = found.get(at, _ZERO) + cost
        return found

    def _sum(self, costs: Daily, days: frozenset[date]) -> Fraction:
        return sum((cost for at, cost in costs.items() if at in days), _ZERO)

    def _kind(self, costs: Daily, *, weekend: bool) -> Kind:
        seen, left = (
            [at for at in days if self._days.is_weekend(at) == weekend] for days in (self._days.seen, self._days.left)
        )
        return Kind("weekend day" if weekend else "weekday", [costs.get(at, _ZERO) for at in seen], len(left))

    def _notices(self) -> Iterator[Notice]:
        """What a reader must know of the days that were counted."""
        days, month = self._days, self._days.month
        begun = self._sum(self._all, frozenset(days.left[:1]))
        if begun:
            about = f"{self._money(begun)} of {days.as_of}"
            yield Notice("day-not-over", "Counted as used, but not as a day", (about,), "That day may not be over.")
        later = frozenset(at for at in self._all if at >= days.as_of) - days.counted
        if later:
            lead = f"Usage after the days of {month} so far is not counted"
            yield Notice("usage-later", lead, (self._money(self._sum(self._all, later)),))
        if max(self._all) < days.as_of - timedelta(days=1):
            yield Notice("log-ends", "The log ends on", (str(max(self._all)),), f"Days after it {_WHOLE}")
        if min(self._all) > month.start.date():
            yield Notice("log-begins", "The log begins on", (str(min(self._all)),), f"Days before it {_WHOLE}")
        if days.missing:
            yield Notice(HOLES, "No usage with a price on", tuple(stretches(days.missing)), _HOLES)
        minimums = sum((line.cost for line in self._levies if line.month == month), _ZERO)
        if minimums:
            after = "They are known when the month is over."
            yield Notice("minimum-charges", "Minimum charges are in no line", (self._money(minimums),), after)

    def _money(self, amount: Fraction) -> str:
        return f"{shown_costs([amount], self._used.currency)[0]} {self._used.currency}"


_HOLES = "Was the log complete? These days add nothing to what is used, and are left out of the means."
_WHOLE = "count as days without use: check that the log is whole."

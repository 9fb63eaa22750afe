"""The cheapest mix under constraints: its shares, its exact bill, what each constraint costs, and what clashes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text, grouped, half_up, significant
from costmodel.results.estimate import SCHEMA_VERSION, shown_costs, shown_places
from costmodel.results.notice import notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.quantities import Month
    from costmodel.results.estimate import BookReference, Estimate

_DIGITS = 10  # of a figure of the solver in JSON
_SHOWN = 4  # digits of what a constraint costs
_NOTHING = 1e-9  # of the cost: a constraint that costs less binds nothing
_HUNDRED = 100
_PLACES = 1  # of a share in percent, as long as that shows it


class Part(NamedTuple):
    """One offer's part of a workload.

    Attributes:
        share: of the workload's records, rounded.
        optimum: the share before rounding.
        cost: a month, taxes and fees included.
    """

    workload: str
    offer: str
    share: Fraction
    optimum: float
    cost: Fraction


class Limit(NamedTuple):
    """One constraint, and what became of it.

    Attributes:
        name: in words.
        kind: quality, latency, share, commitment, spend, or offers.
        limit: what its sum must come to; None where it bars offers.
        reached: what it comes to with the rounded shares.
        barred: offers that it keeps out.
        change: one more of the limit, in words.
        cost: what that adds to a month's cost.
    """

    name: str
    kind: str
    limit: Fraction | None
    reached: Fraction | None
    barred: int
    change: str
    cost: float


@dataclass(frozen=True)
class OptimalMix(Shown):
    """The cheapest shares under constraints.

    Attributes:
        title: name of the scenario.
        months: the horizon.
        parts: offers that have a share; none where no mix meets every constraint.
        optimum: a month's cost before the shares are rounded; None where there is no mix.
        bill: the exact bill of the rounded mix.
        fixed: a month's cost that no share changes.
        limits: the constraints.
        clashes: where there is no mix: constraints without which there is one.
        cheapest_single: the cheapest single offer that meets every constraint, and its cost a month.
        cheapest_of_all: the cheapest single offer, whatever it meets.
        left_out: offers that took no part, and why.
        book, scenario_sha256: as in an estimate.
    """

    title: str
    currency: str
    months: tuple[Month, ...]
    parts: tuple[Part, ...]
    optimum: float | None
    bill: Estimate | None
    fixed: Fraction
    limits: tuple[Limit, ...]
    clashes: tuple[tuple[str, ...], ...]
    cheapest_single: tuple[str, Fraction] | None
    cheapest_of_all: tuple[str, Fraction] | None
    left_out: tuple[tuple[str, str], ...]
    book: BookReference
    scenario_sha256: str
    workloads: tuple[str, ...]

    @property
    def feasible(self) -> bool:
        """Whether a mix meets every constraint."""
        return self.bill is not None

    @property
    def month(self) -> Fraction | None:
        """A month's mean cost of the rounded mix, by its exact bill."""
        return None if self.bill is None else self.bill.total / len(self.months)

    @property
    def period(self) -> str:
        """The horizon in words."""
        first, last = self.months[0], self.months[-1]
        return str(first) if first == last else f"{first} to {last}"

    @property
    def shares(self) -> dict[str, dict[str, Fraction]]:
        """The rounded shares of each workload, by offer."""
        found: dict[str, dict[str, Fraction]] = {name: {} for name in self.workloads}
        for part in self.parts:
            if part.share:
                found[part.workload][part.offer] = part.share
        return found

    @property
    def finding(self) -> str:
        """The cheapest mix in words, or what clashes."""
        if self.month is None or self.optimum is None:
            return self._clash()
        places = shown_places([self.month], self.currency)
        month, before = (grouped(half_up(Fraction(cost), places), places) for cost in (self.month, self.optimum))
        exactly = f"The cheapest mix costs {month} {self.currency} a month, billed exactly"
        words = [f"{exactly}; before its shares were rounded, {before}."]
        if self.cheapest_single is None:
            words.append("No single offer meets every constraint.")
        else:
            name, cost = self.cheapest_single
            words.append(
                f"The cheapest single offer that meets them, {name}: {grouped(half_up(cost, places), places)}."
            )
        return " ".join(words)

    def _clash(self) -> str:
        if not self.clashes:
            return "No mix meets every constraint, nor does any without two of them: loosen several."
        each = [" and ".join(f"'{name}'" for name in names) for names in self.clashes]
        what = "any one of these" if len(self.clashes[0]) == 1 else "the two of any of these pairs"
        only = (
            f"There is one without {each[0]}." if len(each) == 1 else f"There is one without {what}: {'; '.join(each)}."
        )
        return f"No mix meets every constraint. {only}"

    def tables(self) -> list[Table]:
        """Shares, constraints, and offers left out."""
        found = [self._shares_table()] if self.feasible else []
        found += [self._limits_table()] if self.limits else []
        found += [self._left_out_table()] if self.left_out else []
        return [found[0]._replace(lead=self.finding, notes=(*found[0].notes, *self.notes)), *found[1:]]

    def _shares_table(self) -> Table:
        several = len(self.workloads) > 1
        columns = (
            *((Column("workload"),) if several else ()),
            Column("offer"),
            Column("share", numeric=True),
            Column("before rounding", numeric=True),
            Column(f"{self.currency} a month", numeric=True),
        )
        fixed = [self.fixed] if self.fixed else []
        costs = shown_costs([*(part.cost for part in self.parts), *fixed], self.currency)
        rows = [
            (
                *((part.workload,) if several else ()),
                part.offer,
                percent(part.share),
                f"{grouped(half_up(Fraction(part.optimum) * _HUNDRED, 2), 2)} %",
                cost,
            )
            for part, cost in zip(self.parts, costs, strict=False)
        ]
        rows += [(*([""] * several), "what no share changes", "", "", costs[-1])] if fixed else []
        totals = (*([""] * several), "total", "", "", shown_costs([self.month or Fraction(0)], self.currency)[0])
        return Table(f"{self.title}: the cheapest mix, {self.period}", columns, tuple(rows), totals)

    def _limits_table(self) -> Table:
        columns = (
            Column("constraint"),
            Column("comes to", numeric=True),
            Column("keeps out", numeric=True),
            Column(""),
        )
        rows = tuple(
            (limit.name, _reached(limit), str(limit.barred) if limit.barred else "", self.price_of(limit))
            for limit in self.limits
        )
        notes = ("What one more costs holds near these limits alone, and before shares are rounded.",)
        title = "Constraints" if self.feasible else f"{self.title}: no mix meets these constraints, {self.period}"
        return Table(title, columns, rows, (), notes if self.feasible else ())

    def price_of(self, limit: Limit) -> str:
        """What one more of a constraint's limit costs or saves, in words."""
        if not self.feasible or limit.limit is None:
            return ""
        if abs(limit.cost) <= _NOTHING * max(self.optimum or 0.0, 1e-12):
            return "costs nothing: it does not bind"
        amount = grouped(significant(Fraction(abs(limit.cost)), _SHOWN))
        return f"{limit.change} {'costs' if limit.cost > 0 else 'saves'} {amount} {self.currency} a month"

    def _left_out_table(self) -> Table:
        return Table("Takes no part", (Column("offer"), Column("why")), self.left_out)

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the shares."""
        lines = [f"Prices: {self.book}. Amounts in {self.currency}, a month's mean. Shares are of records."]
        if self.cheapest_of_all is not None and self.cheapest_of_all != self.cheapest_single:
            name, cost = self.cheapest_of_all
            shown = shown_costs([cost], self.currency)[0]
            lines.append(f"Cheapest of all, whatever it meets: {name}, {shown} a month.")
        lines += [f"To use it, write in {where}: {text}" for where, text in self.written().items()]
        return (*lines, *(notice_lines(self.bill.notices) if self.bill else ()))

    def written(self) -> Mapping[str, str]:
        """The mix as a scenario writes it, for each workload."""
        found = {}
        for workload, shares in self.shares.items():
            if shares:
                listed = ", ".join(f"{offer}: {decimal_text(share * _HUNDRED)} %" for offer, share in shares.items())
                where = f"the workload '{workload}'" if len(self.workloads) > 1 else "the workload"
                found[where] = f"mix: {{by: requests, {listed}}}"
        return found

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One record a part."""
        number: Any = (lambda value: value) if exact else decimal_text
        return [
            {
                "workload": part.workload,
                "offer": part.offer,
                "share": number(part.share),
                "share_before_rounding": _rounded(part.optimum),
                "cost_per_month": number(part.cost),
            }
            for part in self.parts
        ]

    def to_json(self) -> dict[str, Any]:
        """As plain data: exact money as decimal strings, the solver's figures as numbers of 10 significant digits."""
        bill = self.bill
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "optimal-mix",
            "title": self.title,
            "currency": self.currency,
            "period": {"start": str(self.months[0]), "months": len(self.months)},
            "feasible": self.feasible,
            "total": None if bill is None else decimal_text(bill.total),
            "cost_per_month": None if self.month is None else decimal_text(self.month),
            "optimum_per_month": None if self.optimum is None else _rounded(self.optimum),
            "fixed_per_month": decimal_text(self.fixed),
            "lines": self.to_records(),
            "constraints": [self._limit_record(limit) for limit in self.limits],
            "clashes": [list(names) for names in self.clashes],
            "cheapest_single": _single(self.cheapest_single),
            "cheapest_of_all": _single(self.cheapest_of_all),
            "left_out": [{"offer": name, "reason": why} for name, why in self.left_out],
            "price_book": self.book.to_json(),
            "scenario_sha256": self.scenario_sha256,
            "warnings": [{"code": item.code, "text": item.text} for item in (bill.notices if bill else ())],
        }

    def _limit_record(self, limit: Limit) -> dict[str, Any]:
        return {
            "constraint": limit.name,
            "kind": limit.kind,
            "limit": None if limit.limit is None else decimal_text(limit.limit),
            "reached": None if limit.reached is None else decimal_text(limit.reached),
            "keeps_out": limit.barred,
            "change": limit.change,
            "cost_of_change": _rounded(limit.cost),
        }

    def __repr__(self) -> str:
        return f"<OptimalMix {self.title!r} of {len(self.parts)}>"


def percent(share: Fraction) -> str:
    """A share in percent, to 0.1 % or as finely as it was rounded.

    >>> percent(Fraction(2, 3).limit_denominator(3)), percent(Fraction("0.3333"))
    ('66.666667 %', '33.33 %')
    """
    shown = decimal_text(share * _HUNDRED)
    places = min(max(len(shown.partition(".")[2]), _PLACES), 6)
    return f"{grouped(half_up(share * _HUNDRED, places), places)} %"


def _reached(limit: Limit) -> str:
    if limit.reached is None:
        return ""
    if limit.kind in {"share", "commitment"}:
        return percent(limit.reached)
    return grouped(significant(limit.reached, 6) if limit.reached else limit.reached)


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def _single(found: tuple[str, Fraction] | None) -> dict[str, str] | None:
    return None if found is None else {"offer": found[0], "cost_per_month": decimal_text(found[1])}

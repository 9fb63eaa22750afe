"""The cheapest mix under constraints: its shares, its exact bill, what each constraint costs, and what clashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text
from costmodel.results.estimate import SCHEMA_VERSION
from costmodel.results.providers.provider_records import present_record
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from costmodel.quantities import Month
    from costmodel.results.estimate import BookReference, Estimate
    from costmodel.results.providers.provider_comparison import Present
    from costmodel.results.table import Table

_DIGITS = 10  # of a figure of the solver in JSON
_HUNDRED = 100


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
        steps: one step more of the limit in words, and one less.
        costs: what each adds to a month's cost, before shares are rounded; None where no mix is left, or none was.
    """

    name: str
    kind: str
    limit: Fraction | None
    reached: Fraction | None
    barred: int
    steps: tuple[str, str]
    costs: tuple[float | None, float | None]


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
        present: what is paid at present; None where nobody said.
        whole: offers that were tried alone and in no mix, because a minimum is charged a month.
        left_out: offers that took no part, and why.
        book, scenario_sha256: as in an estimate.
        further: what else a scenario needs, so that `estimate` comes to the same.
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
    present: Present | None
    whole: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    book: BookReference
    scenario_sha256: str
    workloads: tuple[str, ...]
    further: tuple[str, ...] = ()

    @property
    def feasible(self) -> bool:
        """Whether a mix meets every constraint."""
        return self.bill is not None

    @property
    def month(self) -> Fraction | None:
        """A month's mean cost of the rounded mix, by its exact bill."""
        return None if self.bill is None else self.bill.total / len(self.months)

    @property
    def saved(self) -> Fraction | None:
        """What the rounded mix takes off what is paid at present, a month; None where one of the two is not known."""
        if self.month is None or self.present is None:
            return None
        return self.present.total / len(self.months) - self.month

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
        from costmodel.results.providers.mix_words import finding

        return finding(self)

    def tables(self) -> list[Table]:
        """Shares, constraints, and offers left out."""
        from costmodel.results.providers.mix_tables import mix_tables

        return mix_tables(self)

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
            "constraints": [_limit_record(limit) for limit in self.limits],
            "clashes": [list(names) for names in self.clashes],
            "cheapest_single": _single(self.cheapest_single),
            "cheapest_of_all": _single(self.cheapest_of_all),
            "present": None if self.present is None else present_record(self.present),
            "saved_per_month": None if self.saved is None else decimal_text(self.saved),
            "tried_alone": list(self.whole),
            "left_out": [{"offer": name, "reason": why} for name, why in self.left_out],
            "price_book": self.book.to_json(),
            "scenario_sha256": self.scenario_sha256,
            "warnings": [{"code": item.code, "text": item.text} for item in (bill.notices if bill else ())],
        }

    def __repr__(self) -> str:
        return f"<OptimalMix {self.title!r} of {len(self.parts)}>"


def _limit_record(limit: Limit) -> dict[str, Any]:
    more, less = (None if cost is None else _rounded(cost) for cost in limit.costs)
    return {
        "constraint": limit.name,
        "kind": limit.kind,
        "limit": None if limit.limit is None else decimal_text(limit.limit),
        "reached": None if limit.reached is None else decimal_text(limit.reached),
        "keeps_out": limit.barred,
        "step_more": limit.steps[0],
        "cost_of_step_more": more,
        "step_less": limit.steps[1],
        "cost_of_step_less": less,
    }


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def _single(found: tuple[str, Fraction] | None) -> dict[str, str] | None:
    return None if found is None else {"offer": found[0], "cost_per_month": decimal_text(found[1])}

"""Why a cost moved: the effects that add up to the difference between two, and everything needed to defend them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text
from costmodel.results.estimate import SCHEMA_VERSION
from costmodel.results.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from costmodel.results.metered.metered import Counts
    from costmodel.results.table import Table

# In the order in which they are shown; the sequential method moves the first six in this order.
EFFECTS = ("volume", "requests", "mix", "intensity", "price", "exchange", "fixed", "levies")
FACTORS = EFFECTS[:6]
_ZERO = Fraction(0)


class Side(NamedTuple):
    """One of the two costs.

    Attributes:
        title: its name.
        months: its months, in order.
        total: its cost; a mean month's where those are compared.
        records, requests: as many; a usage log does not know its records.
        price_book: version and hash, as in JSON.
        scenario_sha256: hash of the scenario.
        counts: where the rows of a usage log went; None of an estimate.
    """

    title: str
    months: tuple[str, ...]
    total: Fraction
    records: Fraction | None
    requests: Fraction
    price_book: Mapping[str, Any]
    scenario_sha256: str
    counts: Counts | None = None

    @property
    def left_out(self) -> int:
        """Rows of a log that could not be read. One that stood there twice is not missed."""
        return self.counts.bad - self.counts.left_out.get("duplicate", 0) if self.counts else 0

    @property
    def without_price(self) -> int:
        """Rows of a log that have no price."""
        return self.counts.without_price if self.counts else 0

    @property
    def complete(self) -> bool:
        """Whether the total leaves nothing out."""
        return not (self.left_out or self.without_price)

    @property
    def period(self) -> str:
        """Its months in words."""
        return self.months[0] if len(self.months) == 1 else f"{self.months[0]} to {self.months[-1]}"

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "title": self.title,
            "months": list(self.months),
            "total": decimal_text(self.total),
            "complete": self.complete,
            "rows_without_price": self.without_price,
            "rows_left_out": self.left_out,
            "records": None if self.records is None else decimal_text(self.records),
            "requests": decimal_text(self.requests),
            "scenario_sha256": self.scenario_sha256,
        }


class Amounts(NamedTuple):
    """What one side says of a line; None where it says nothing.

    Attributes:
        unit_price: paid for one unit, in the reporting currency.
    """

    requests: Fraction | None
    quantity: Fraction | None
    unit_price: Fraction | None
    cost: Fraction


class VarianceLine(NamedTuple):
    """One meter of one model in a step of the work in one month, or one tax or fee, on both sides.

    Attributes:
        month, head_month: of BASE and of HEAD.
        kind: usage, fixed or levy.
        model: empty for a levy on the whole bill.
        meter: the meter, or the levy's name.
        effects: what moved its cost, by effect; they add up to the difference.
        workload, step, size: the requests it is of; empty where it is not of requests, or where all are taken together.
    """

    month: str
    head_month: str
    kind: str
    model: str
    meter: str
    base: Amounts
    head: Amounts
    effects: Mapping[str, Fraction]
    workload: str = ""
    step: str = ""
    size: str = ""

    @property
    def difference(self) -> Fraction:
        """HEAD less BASE."""
        return self.head.cost - self.base.cost


class Group(NamedTuple):
    """Lines taken together."""

    key: str
    base: Fraction
    head: Fraction
    effects: Mapping[str, Fraction]

    @property
    def difference(self) -> Fraction:
        """HEAD less BASE."""
        return self.head - self.base


class Finding(NamedTuple):
    """One reason, in a sentence.

    Attributes:
        effect: which.
        model, meter: what it is about; empty where it is about all.
        sentence: what moved, from what to what.
        amount: what it adds to the difference.
        work: the workloads and steps it is about; empty where it is about all of them.
    """

    effect: str
    model: str
    meter: str
    sentence: str
    amount: Fraction
    work: tuple[str, ...] = ()


class Change(NamedTuple):
    """One difference between two scenario files: `+` added, `-` removed, `~` changed."""

    sign: str
    path: str
    old: str
    new: str


class Limit(NamedTuple):
    """How large the difference may be in either direction, as it was asked for, and whether it is larger.

    Attributes:
        over: None where it cannot be told, since a side is incomplete.
    """

    text: str
    over: bool | None


@dataclass(frozen=True)
class Variance(Shown):
    """Why the cost of HEAD differs from that of BASE.

    Attributes:
        currency: of every amount.
        base, head: the two costs.
        method: shapley or sequential.
        per: horizon or month.
        volume: what volume is counted in: records, or requests where a side has no records.
        lines: every line on both sides.
        findings: every reason, the largest first; they add up to the difference.
        changes: what changed in the scenario; None where a side is no scenario.
        warnings: code and text of each.
        limit: how large the difference may be.
    """

    currency: str
    base: Side
    head: Side
    method: str
    per: str
    volume: str
    lines: tuple[VarianceLine, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] | None = None
    limit: Limit | None = None

    @property
    def total(self) -> Fraction:
        """The difference: HEAD less BASE."""
        return self.head.total - self.base.total

    @property
    def incomplete(self) -> tuple[str, ...]:
        """The sides that leave something out: BASE, HEAD, or both."""
        return tuple(name for name, side in (("BASE", self.base), ("HEAD", self.head)) if not side.complete)

    @property
    def title(self) -> str:
        """What is compared."""
        same = self.base.title == self.head.title
        return self.base.title if same else f"{self.base.title} → {self.head.title}"

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors of a cost, in their order."""
        return FACTORS if self.volume == "records" else tuple(name for name in FACTORS if name != "requests")

    @cached_property
    def effects(self) -> dict[str, Fraction]:
        """What each effect adds to the difference."""
        return _summed(self.lines)

    @cached_property
    def by_model(self) -> tuple[Group, ...]:
        """By model, the largest difference first; what is on the whole bill under an empty name."""
        found = _grouped(self.lines, lambda line: line.model)
        return tuple(sorted(found, key=lambda group: -abs(group.difference)))

    @cached_property
    def by_month(self) -> tuple[Group, ...]:
        """By month of BASE, in order."""
        return _grouped(self.lines, lambda line: line.month)

    def tables(self, *, monthly: bool = False) -> list[Table]:
        """The bridge from BASE to HEAD, the reasons, by model, by month if asked for, and what changed in the file."""
        from costmodel.results.variance.tables import variance_tables

        return variance_tables(self, monthly=monthly)

    def to_json(self) -> dict[str, Any]:
        """As plain data: money as decimal strings; the same inputs give the same bytes."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "variance",
            "title": self.title,
            "currency": self.currency,
            "total": decimal_text(self.total),
            "base": self.base.to_json(),
            "head": self.head.to_json(),
            "method": self.method,
            "per": self.per,
            "factors": [self.volume if name == "volume" else name for name in self.factors],
            "effects": _texts(self.effects),
            "models": [_group_record("model", group) for group in self.by_model],
            "months": [_group_record("month", group) for group in self.by_month],
            "lines": self.to_records(),
            "findings": [_finding_record(item) for item in self.findings],
            "changes": None if self.changes is None else [item._asdict() for item in self.changes],
            "limit": self.limit._asdict() if self.limit else None,
            "price_book": {"base": dict(self.base.price_book), "head": dict(self.head.price_book)},
            "warnings": [{"code": code, "text": text} for code, text in self.warnings],
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """Every line as plain data.

        Args:
            exact: numbers as `Fraction` instead of decimal strings.
        """
        return [_line_record(line, _as_is if exact else decimal_text) for line in self.lines]

    def to_pandas(self) -> pd.DataFrame:
        """The lines as a data frame, one column for each effect; numbers as exact `Fraction` objects."""
        import pandas as pd

        rows = self.to_records(exact=True)
        return pd.DataFrame([{**row, **row.pop("effects")} for row in rows])

    def __repr__(self) -> str:
        from costmodel.results.estimate import shown_costs

        return f"<Variance {self.title!r}: {shown_costs([self.total], self.currency)[0]} {self.currency}>"


def _as_is(number: Fraction) -> Fraction:
    return number


def _summed(lines: Sequence[VarianceLine]) -> dict[str, Fraction]:
    found = dict.fromkeys(EFFECTS, _ZERO)
    for line in lines:
        for name, amount in line.effects.items():
            found[name] += amount
    return found


def _grouped(lines: Sequence[VarianceLine], key: Callable[[VarianceLine], str]) -> tuple[Group, ...]:
    members: dict[str, list[VarianceLine]] = {}
    for line in lines:
        members.setdefault(key(line), []).append(line)
    return tuple(
        Group(
            name,
            sum((line.base.cost for line in found), _ZERO),
            sum((line.head.cost for line in found), _ZERO),
            _summed(found),
        )
        for name, found in members.items()
    )


def _texts(effects: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: decimal_text(effects.get(name, _ZERO)) for name in EFFECTS}


def _group_record(name: str, group: Group) -> dict[str, Any]:
    return {
        name: group.key,
        "base_cost": decimal_text(group.base),
        "head_cost": decimal_text(group.head),
        "difference": decimal_text(group.difference),
        "effects": _texts(group.effects),
    }


def _finding_record(item: Finding) -> dict[str, Any]:
    return item._asdict() | {"amount": decimal_text(item.amount), "work": list(item.work)}


def _line_record(line: VarianceLine, number: Any) -> dict[str, Any]:
    record: dict[str, Any] = {
        "month": line.month,
        "head_month": line.head_month,
        "kind": line.kind,
        **{name: getattr(line, name) for name in ("workload", "step", "model", "size", "meter")},
    }
    for side, amounts in (("base", line.base), ("head", line.head)):
        record |= {
            f"{side}_{name}": None if value is None else number(value) for name, value in amounts._asdict().items()
        }
    effects = {name: number(line.effects.get(name, _ZERO)) for name in EFFECTS}
    return record | {"difference": number(line.difference), "effects": effects}

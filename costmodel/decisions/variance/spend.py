"""What was or will be spent, by month, work, model and meter: the form in which two costs are compared.

It is made from an estimate, or from the JSON of one. Metered usage that is priced gives the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from costmodel.decisions.variance.meter_words import MeterWords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from costmodel.results.estimate import Estimate
    from costmodel.results.metered.metered import Counts

_ZERO = Fraction(0)
_NO_MODEL = "taxes and fees"  # what a line after the bill says in place of a model
_CASE = ("month", "workload", "step", "model", "tier", "region", "size", "labels", "records", "requests", "price_row")

OfModel = tuple[str, str]
K = TypeVar("K")


class Case(NamedTuple):
    """Requests of one kind: those of a step of a workload that one model answers."""

    workload: str
    step: str
    model: str


class Key(NamedTuple):
    """A meter of a kind of requests, within one band of request sizes."""

    workload: str
    step: str
    model: str
    size: str
    meter: str

    @property
    def case(self) -> Case:
        """The requests that it is used by."""
        return Case(self.workload, self.step, self.model)


class Use(NamedTuple):
    """Units of one meter, and what they cost.

    Attributes:
        quantity: billed units.
        billed: money in the billing currency, after discount, credit rate and escalation.
        cost: money in the reporting currency.
        currency: the billing currency; empty where there are several, and then `billed` is `cost`.
    """

    quantity: Fraction
    billed: Fraction
    cost: Fraction
    currency: str

    def plus(self, other: Use) -> Use:
        """Both together."""
        same = self.currency == other.currency
        cost = self.cost + other.cost
        billed = self.billed + other.billed if same else cost
        return Use(self.quantity + other.quantity, billed, cost, self.currency if same else "")

    def times(self, factor: Fraction) -> Use:
        """A multiple of it."""
        return Use(self.quantity * factor, self.billed * factor, self.cost * factor, self.currency)

    @property
    def unit_price(self) -> Fraction | None:
        """Price paid for one unit, in the reporting currency."""
        return self.cost / self.quantity if self.quantity else None


class MonthSpend(NamedTuple):
    """One month, or several taken together.

    Attributes:
        records: records served, by workload.
        requests: billed requests by workload, step and model.
        uses: by workload, step, model, size and meter, of requests.
        fixed: by model and meter, of quantities of a month that do not depend on requests.
        levies: taxes, fees and minimum charges by model (empty for the whole bill) and name, in the reporting currency.
    """

    records: Mapping[str, Fraction]
    requests: Mapping[Case, Fraction]
    uses: Mapping[Key, Use]
    fixed: Mapping[OfModel, Use]
    levies: Mapping[OfModel, Fraction]

    @property
    def all_records(self) -> Fraction:
        """Records of all workloads."""
        return sum(self.records.values(), _ZERO)

    @property
    def all_requests(self) -> Fraction:
        """Requests of all models."""
        return sum(self.requests.values(), _ZERO)

    def requests_of(self, workload: str, step: str) -> Fraction:
        """Requests of a step of a workload."""
        return sum((count for case, count in self.requests.items() if case[:2] == (workload, step)), _ZERO)

    @property
    def cost(self) -> Fraction:
        """Everything, in the reporting currency."""
        used = sum((use.cost for use in self.uses.values()), _ZERO)
        return used + sum((use.cost for use in self.fixed.values()), _ZERO) + sum(self.levies.values(), _ZERO)

    def times(self, factor: Fraction) -> MonthSpend:
        """A multiple of everything."""
        return MonthSpend(
            {workload: count * factor for workload, count in self.records.items()},
            {case: count * factor for case, count in self.requests.items()},
            {key: use.times(factor) for key, use in self.uses.items()},
            {key: use.times(factor) for key, use in self.fixed.items()},
            {key: cost * factor for key, cost in self.levies.items()},
        )


@dataclass(frozen=True)
class Spend:
    """What was or will be spent in consecutive months.

    Attributes:
        title: what it is.
        currency: reporting currency.
        months: their names, in order.
        slices: what was spent, month by month.
        price_book: version and hash of the prices, as in JSON.
        scenario_sha256: hash of the scenario; empty where there is none.
        warnings: code and text of each.
        meters: words for meters.
        written: whether it has the digits of a JSON file, and not all.
        logged: whether it is a usage log, which knows no records, workloads and steps.
        counts: where the rows of a usage log went; None of an estimate.
    """

    title: str
    currency: str
    months: tuple[str, ...]
    slices: tuple[MonthSpend, ...]
    price_book: Mapping[str, Any]
    scenario_sha256: str
    warnings: tuple[tuple[str, str], ...]
    meters: Mapping[str, MeterWords]
    written: bool = False
    logged: bool = False
    counts: Counts | None = None

    @property
    def whole(self) -> MonthSpend:
        """All months together."""
        return together(self.slices)

    def mean_month(self) -> Spend:
        """The same with one month in place of all: their mean."""
        from dataclasses import replace

        names = self.months[0] if len(self.months) == 1 else f"{self.months[0]} to {self.months[-1]}"
        return replace(self, months=(names,), slices=(self.whole.times(Fraction(1, len(self.months))),))

    @classmethod
    def of(cls, estimate: Estimate) -> Spend:
        """What an estimate says, with every digit."""
        from costmodel.results.records import line_records

        months = {str(month): _ZERO for month in estimate.months}
        months |= {group.key[0]: group.records for group in estimate.by("month")}
        lines = line_records(estimate.lines, estimate.meters, exact=True)
        used = dict.fromkeys(line["meter"] for line in lines if "levy" not in line)
        return cls(
            f"{estimate.title} / {estimate.alternative}" if estimate.alternative else estimate.title,
            estimate.currency,
            tuple(months),
            slices_of(lines, months),
            estimate.book.to_json(),
            estimate.scenario_sha256,
            tuple((notice.code, notice.text) for notice in estimate.notices),
            {name: MeterWords.of(name, estimate.meters) for name in used},
        )


class _Draft(NamedTuple):
    """A month that is being gathered; `served` counts records by workload and step."""

    served: dict[OfModel, Fraction]
    requests: dict[Case, Fraction]
    uses: dict[Key, Use]
    fixed: dict[OfModel, Use]
    levies: dict[OfModel, Fraction]

    @classmethod
    def empty(cls) -> _Draft:
        return cls({}, {}, {}, {}, {})

    def add(self, line: Mapping[str, Any], *, new_case: bool) -> None:
        """Add a line; records and requests of a case stand on each of its lines, and count once."""
        model, meter = line["model"], line["meter"]
        if "levy" in line:
            _count(self.levies, ("" if model == _NO_MODEL else model, meter), line["cost"])
            return
        use = Use(
            line["pricing_quantity"], line["cost"] / line["exchange_rate"], line["cost"], line["billing_currency"]
        )
        if not line["requests"]:
            _use(self.fixed, (model, meter), use)
            return
        case = Case(line.get("workload", ""), line.get("step", ""), model)
        if new_case:
            _count(self.served, case[:2], line["records"])
            _count(self.requests, case, line["requests"])
        _use(self.uses, Key(*case, line.get("size", ""), meter), use)

    def month(self, records: Fraction) -> MonthSpend:
        """The month, with all the records that are said to be served in it.

        Steps of one record count it once. Where there is one workload, all records are its own.
        """
        by_workload: dict[str, Fraction] = {}
        for (workload, _), count in self.served.items():
            by_workload[workload] = max(by_workload.get(workload, _ZERO), count)
        if len(by_workload) <= 1:
            by_workload = {next(iter(by_workload), ""): records}
        return MonthSpend(by_workload, self.requests, self.uses, self.fixed, self.levies)


def _count(found: dict[K, Fraction], key: K, number: Fraction) -> None:
    found[key] = found.get(key, _ZERO) + number


def _use(found: dict[K, Use], key: K, use: Use) -> None:
    found[key] = found[key].plus(use) if key in found else use


def together(slices: Sequence[MonthSpend]) -> MonthSpend:
    """Several months as one."""
    records: dict[str, Fraction] = {}
    draft = _Draft.empty()
    for item in slices:
        for workload, count in item.records.items():
            _count(records, workload, count)
        for case, count in item.requests.items():
            _count(draft.requests, case, count)
        for levy, cost in item.levies.items():
            _count(draft.levies, levy, cost)
        for key, use in item.uses.items():
            _use(draft.uses, key, use)
        for of_model, use in item.fixed.items():
            _use(draft.fixed, of_model, use)
    return MonthSpend(records, *draft[1:])


def slices_of(lines: Iterable[Mapping[str, Any]], records: Mapping[str, Fraction]) -> tuple[MonthSpend, ...]:
    """Lines of an estimate, gathered by month.

    Args:
        lines: as in its JSON, with numbers as `Fraction`.
        records: records by month, in order.
    """
    drafts = {month: _Draft.empty() for month in records}
    before: Mapping[str, Any] | None = None
    seen: set[str] = set()
    for line in lines:
        if "levy" not in line and not line["pricing_quantity"]:
            continue  # what the list alone would have charged for
        # A case ends where another begins, or where a meter returns after others.
        new = before is None or _differs(before, line) or (line["meter"] in seen and before["meter"] != line["meter"])
        seen = {line["meter"]} if new else seen | {line["meter"]}
        drafts[line["month"]].add(line, new_case=new)
        before = line
    return tuple(drafts[month].month(count) for month, count in records.items())


def _differs(before: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    return any(before.get(name) != line.get(name) for name in _CASE)

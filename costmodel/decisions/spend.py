"""What was or will be spent, by month, model and meter: the form in which two costs are compared.

It is made from an estimate, or from the JSON of one. Metered usage that is priced gives the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from costmodel.results.estimate import Estimate

_ZERO = Fraction(0)
_NO_MODEL = "taxes and fees"  # what a line after the bill says in place of a model
_CASE = ("month", "workload", "step", "model", "tier", "region", "size", "labels", "records", "requests", "price_row")

Key = tuple[str, str]


class Use(NamedTuple):
    """Units of one meter of one model, and what they cost.

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
        records: records served.
        requests: billed requests by model.
        uses: by model and meter, of requests.
        fixed: by model and meter, of quantities of a month that do not depend on requests.
        levies: taxes, fees and minimum charges by model (empty for the whole bill) and name, in the reporting currency.
    """

    records: Fraction
    requests: Mapping[str, Fraction]
    uses: Mapping[Key, Use]
    fixed: Mapping[Key, Use]
    levies: Mapping[Key, Fraction]

    @property
    def all_requests(self) -> Fraction:
        """Requests of all models."""
        return sum(self.requests.values(), _ZERO)

    @property
    def cost(self) -> Fraction:
        """Everything, in the reporting currency."""
        used = (use.cost for uses in (self.uses, self.fixed) for use in uses.values())
        return sum(used, _ZERO) + sum(self.levies.values(), _ZERO)

    def times(self, factor: Fraction) -> MonthSpend:
        """A multiple of everything."""
        return MonthSpend(
            self.records * factor,
            {model: count * factor for model, count in self.requests.items()},
            {key: use.times(factor) for key, use in self.uses.items()},
            {key: use.times(factor) for key, use in self.fixed.items()},
            {key: cost * factor for key, cost in self.levies.items()},
        )


class MeterWords(NamedTuple):
    """How a meter is spoken of: its name, one of it, and the units of one pricing unit."""

    name: str
    unit: str
    per: int


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
        words = {name: estimate.meters[name] for name in used}
        return cls(
            f"{estimate.title} / {estimate.alternative}" if estimate.alternative else estimate.title,
            estimate.currency,
            tuple(months),
            slices_of(lines, months),
            estimate.book.to_json(),
            estimate.scenario_sha256,
            tuple((notice.code, notice.text) for notice in estimate.notices),
            {name: MeterWords(meter.name, meter.unit, meter.per) for name, meter in words.items()},
        )


class _Draft(NamedTuple):
    """A month that is being gathered."""

    requests: dict[str, Fraction]
    uses: dict[Key, Use]
    fixed: dict[Key, Use]
    levies: dict[Key, Fraction]

    @classmethod
    def empty(cls) -> _Draft:
        return cls({}, {}, {}, {})

    def add(self, line: Mapping[str, Any], *, new_case: bool) -> None:
        """Add a line; the requests of a case stand on each of its lines, and count once."""
        model, key = line["model"], (line["model"], line["meter"])
        if "levy" in line:
            levy = ("" if model == _NO_MODEL else model, line["meter"])
            self.levies[levy] = self.levies.get(levy, _ZERO) + line["cost"]
            return
        if new_case and line["requests"]:
            self.requests[model] = self.requests.get(model, _ZERO) + line["requests"]
        cost, uses = line["cost"], self.uses if line["requests"] else self.fixed
        use = Use(line["pricing_quantity"], cost / line["exchange_rate"], cost, line["billing_currency"])
        uses[key] = uses[key].plus(use) if key in uses else use


def together(slices: Sequence[MonthSpend]) -> MonthSpend:
    """Several months as one."""
    draft = _Draft.empty()
    for item in slices:
        for model, count in item.requests.items():
            draft.requests[model] = draft.requests.get(model, _ZERO) + count
        for levy, cost in item.levies.items():
            draft.levies[levy] = draft.levies.get(levy, _ZERO) + cost
        for found, added in ((draft.uses, item.uses), (draft.fixed, item.fixed)):
            for key, use in added.items():
                found[key] = found[key].plus(use) if key in found else use
    return MonthSpend(sum((item.records for item in slices), _ZERO), *draft)


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
    return tuple(MonthSpend(count, *drafts[month]) for month, count in records.items())


def _differs(before: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    return any(before.get(name) != line.get(name) for name in _CASE)

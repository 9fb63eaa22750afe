"""Which rows a traced model shows, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.equations.returns import present_value
from costmodel.study.traced_bill import entry_words
from costmodel.study.traced_drafts import TIME
from costmodel.study.traced_rows import CONSTANT, START, Key, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from costmodel.billing.bill import Charge, Entry
    from costmodel.prices.tariff import Measure
    from costmodel.quantities import Month
    from costmodel.study.cost import Billed
    from costmodel.study.traced_leaves import Leaf
    from costmodel.study.traced_prices import PricePoint
    from costmodel.study.traced_worth import TracedWorth
    from costmodel.value.work import Work

PRICES, VOLUME, WORK, COST, FLOWS = "prices", "volume", "work", "cost", "flows"


def by_month(cells: Sequence[Any]) -> dict[int, Any]:
    """Cells by the number of their month."""
    return dict(enumerate(cells))


def time_lines(leaves: Sequence[Leaf], months: Sequence[Month]) -> Iterator[Line]:
    """Shares of the months in which prices are in force: rows of leaves."""
    at = {str(month): index for index, month in enumerate(months)}
    found: dict[str, dict[int, Any]] = {}
    for leaf in leaves:
        if leaf.kind == "time":
            found.setdefault(leaf.about, {})[at[leaf.source]] = leaf.cell
    for words, cells in found.items():
        yield Line(Key(TIME, words, "share of the month's requests"), "of 1", cells)


def price_lines(points: Sequence[PricePoint]) -> Iterator[Line]:
    """The price of one unit, for every price that is used."""
    for number, point in enumerate(points):
        yield Line(Key(PRICES, str(number), "price of one"), point.currency, {CONSTANT: point.unit}, monthly=False)


def volume_lines(bills: Sequence[BillLines], with_ai: Iterable[Line] = ()) -> list[Line]:
    """Records, requests and units of each meter, of all bills: what several of them share stands once.

    Args:
        bills: of all options.
        with_ai: lines between records and requests: which records are done with AI.
    """
    found: dict[tuple[Key, str], Line] = {}
    for line in (line for bill in bills for line in bill.records()):
        found.setdefault((line.key, ""), line)
    for line in with_ai:
        whole = bool(found) and line.key.name == "records"  # records are counted by kind of work already
        key = line.key._replace(name="records of all work") if whole else line.key
        found.setdefault((key, ""), line._replace(key=key))
    for name in ("requests", "units"):
        for bill in bills:
            for line in getattr(bill, name)():
                found.setdefault((line.key, bill.part), line)
    return list(found.values())


class BillLines:
    """The lines of one option's bill.

    Args:
        part: the part of the rows that its costs stand in.
        bill: with traced numbers.
        months: the horizon.
        units: what each meter counts, in the plural.
        currency: reporting currency.
    """

    def __init__(
        self, part: str, bill: Billed, months: Sequence[Month], units: Mapping[str, str], currency: str
    ) -> None:
        self.part, self._bill, self._currency, self._units = part, bill, currency, units
        self._at = {month: index for index, month in enumerate(months)}
        self._groups: dict[tuple[Any, ...], dict[int, Entry]] = {}
        for entry in bill.entries:
            about = (entry.workload, entry.step, entry.labels, entry.model, entry.tier, entry.region, entry.band)
            by_the_month = entry.factors is None  # a month's quantities stand beside requests of the same tariff
            self._groups.setdefault((*about, id(entry.tariff), by_the_month), {})[self._at[entry.month]] = entry

    def records(self) -> Iterator[Line]:
        """Records of each kind of work."""
        for group in self._groups.values():
            first = next(iter(group.values()))
            words = first.workload if first.workload != "workload" else ""
            factors = {at: entry.factors for at, entry in group.items() if entry.factors is not None}
            for name, called in (("first_month_records", "records in the first month"), ("records", "records")):
                cells = {at: getattr(item, name) for at, item in factors.items()}
                yield Line(Key(VOLUME, words, called), "records", cells, monthly=False)

    def requests(self) -> Iterator[Line]:
        """Requests that are billed."""
        for group in self._groups.values():
            cells = {at: entry.requests for at, entry in group.items() if entry.factors is not None}
            yield Line(Key(VOLUME, self._words(group), "billed requests"), "requests", cells, monthly=False)

    def units(self) -> Iterator[Line]:
        """Units of each meter that is priced, and of the parts that are priced apart."""
        for group in self._groups.values():
            words, charges = self._words(group), _charges(group)
            priced = {meter for measure in charges for meter in (measure.meter, *measure.minus)}
            for meter in dict.fromkeys(meter for entry in group.values() for meter in entry.totals if meter in priced):
                cells = {at: entry.totals[meter] for at, entry in group.items() if meter in entry.totals}
                yield Line(Key(VOLUME, words, f"{meter} used"), self._units[meter], cells, monthly=False)
            for measure, found in charges.items():
                cells = {at: charge.quantity for at, charge in found.items()}
                name = f"{_measure(measure, group)} priced"
                yield Line(Key(VOLUME, words, name), self._units[measure.meter], cells, monthly=False)

    def costs(self) -> Iterator[Line]:
        """What each meter costs, in the currencies on the way to the reported one; then the whole and what follows."""
        for name, unit in (("contracted_cost", "list_currency"), ("billed_cost", "billing_currency")):
            for group in self._groups.values():
                currency = getattr(next(iter(group.values())), unit)
                yield from self._each(group, name, name.replace("_", " "), currency, monthly=False)
        for group in self._groups.values():
            yield from self._each(group, "cost", "cost", self._currency)
        yield from self._after()

    def _each(
        self, group: Mapping[int, Entry], name: str, called: str, unit: str, *, monthly: bool = True
    ) -> Iterator[Line]:
        """A line for each measure of a group."""
        for measure, found in _charges(group).items():
            cells = {at: getattr(charge, name) for at, charge in found.items()}
            key = Key(self.part, f"{self._words(group)}: {_measure(measure, group)}", called)
            yield Line(key, unit, cells, monthly=monthly)

    def _after(self) -> Iterator[Line]:
        named: dict[tuple[str, str], dict[int, Any]] = {}
        for line in self._bill.levies:
            named.setdefault((line.name, line.model), {})[self._at[line.month]] = line.cost
        for (name, model), cells in named.items():
            yield Line(Key(self.part, model, name), self._currency, cells)
        monthly = self._bill.monthly(list(self._at))
        yield Line(Key(self.part, "", "cost of the month"), self._currency, by_month(monthly))

    def _words(self, group: Mapping[int, Entry]) -> str:
        """What a group is; several tariffs of the same thing are told apart by the day of their prices."""
        words, by_the_month = _about(group)
        same = [other for other in self._groups.values() if _about(other) == (words, by_the_month)]
        beside = [other for other in self._groups.values() if _about(other) == (words, not by_the_month)]
        if by_the_month and any(_meters(group) & _meters(other) for other in beside):
            words = f"{words}, by the month"
        if len(same) == 1:
            return words
        number = next(index for index, other in enumerate(same) if other is group)
        return f"{words}, price {number + 1} of {len(same)}"


def _about(group: Mapping[int, Entry]) -> tuple[str, bool]:
    """What a group is in words, and whether it is quantities of a month instead of requests."""
    first = next(iter(group.values()))
    return entry_words(first), first.factors is None


def _meters(group: Mapping[int, Entry]) -> set[str]:
    """The meters that a group counts."""
    return {meter for entry in group.values() for meter in entry.totals}


def _charges(group: Mapping[int, Entry]) -> dict[Measure, dict[int, Charge]]:
    """The charges of a group by what is measured, and by month."""
    found: dict[Measure, dict[int, Charge]] = {}
    for at, entry in group.items():
        for charge in entry.charges:
            found.setdefault(charge.measure, {})[at] = charge
    return found


def _measure(measure: Measure, group: Mapping[int, Entry]) -> str:
    """What is priced: a meter, less those of its parts that were used and are priced apart."""
    parts = [part for part in measure.minus if any(part in entry.totals for entry in group.values())]
    less = f" less {', '.join(parts)}" if parts else ""
    return f"{measure.meter}{less}" + (f" ({measure.shape})" if measure.shape else "")


_RECORDS = (
    ("records", "records", "records"),
    ("adoption", "share of records done with AI", "of records"),
    ("ai_records", "records done with AI", "records"),
)
_WORK = (
    ("ai_minutes", "minutes of a record with AI", "minutes"),
    ("hours_before", "hours by hand", "hours"),
    ("hours_after", "hours with AI", "hours"),
    ("hourly_cost", "loaded hourly cost", "an hour"),
    ("usable_hour_cost", "cost of a usable hour", "an hour"),
)
_STAFF = (
    ("paid_hours", "paid hours of a post", "hours"),
    ("capacity_of_post", "capacity of a post", "hours"),
    ("posts_before", "posts by hand", "posts"),
    ("posts_after", "posts with AI", "posts"),
    ("posts_paid", "posts paid with AI", "posts"),
    ("posts_ended", "posts ended", "posts"),
    ("hires_avoided", "hires avoided", "posts"),
    ("beyond_before", "hours beyond the posts by hand", "hours"),
    ("beyond_after", "hours beyond the posts with AI", "hours"),
    ("cost_before", "pay by hand", "money"),
    ("cost_after", "pay with AI", "money"),
    ("cash_saving", "pay released", "money"),
    ("leaving_cost", "severance and rehiring", "money"),
)
_FREED = (
    ("capacity_hours", "hours freed", "hours"),
    ("capacity_value", "value of the hours freed", "money"),
    ("capacity_used", "value of the hours freed that is used", "money"),
    ("error_cost", "cost of errors", "money"),
    ("fixed_cost", "fixed cost", "money"),
)


def ai_lines(works: Sequence[Work]) -> Iterator[Line]:
    """Records, and those of them done with AI: bills and work both start from them."""
    for name, words, unit in _RECORDS:
        cells = by_month([getattr(work, name) for work in works])
        yield Line(Key(VOLUME, "", words), unit, cells, monthly=False)


def work_lines(works: Sequence[Work], currency: str) -> Iterator[Line]:
    """The months of work: the same for every option."""
    for source, names in ((None, _WORK), ("staff", _STAFF), (None, _FREED)):
        for name, words, unit in names:
            cells = [getattr(getattr(work, source) if source else work, name) for work in works]
            yield Line(Key(WORK, "", words), in_currency(unit, currency), by_month(cells), monthly=False)


_FLOWS = (
    ("saving", "pay released, less severance and rehiring"),
    ("capacity_used", "value of the hours freed that is used"),
    ("llm_cost", "API cost"),
    ("fixed_cost", "fixed cost"),
    ("error_cost", "cost of errors"),
)


def flow_lines(option: str, worth: TracedWorth, currency: str) -> Iterator[Line]:
    """The flows of one option, month by month, and what they come to."""
    part = f"{FLOWS}: {option}"
    months = worth.flows.months
    yield Line(Key(part, "", "paid once"), currency, {CONSTANT: worth.flows.one_off}, monthly=False)
    for name, words in _FLOWS:
        yield Line(Key(part, "", words), currency, by_month([getattr(flow, name) for flow in months]))
    yield Line(Key(part, "", "net flow"), currency, {START: worth.net.start, **by_month(worth.net.flows)})
    so_far = {START: worth.net.start, **by_month(worth.net.so_far)}
    yield Line(Key(part, "", "net flow so far"), currency, so_far)
    yield Line(Key(part, "", "discount factor"), "of 1", by_month([flow.factor for flow in months]))
    for name, words in _FLOWS:
        found = [present_value(getattr(flow, name), flow.factor) for flow in months]
        yield Line(Key(part, "", f"present value of {words}"), currency, by_month(found), monthly=False)
    present = {START: worth.present.start, **by_month(worth.present.flows)}
    yield Line(Key(part, "", "present value of the net flow"), currency, present)
    so_far = {START: worth.present.start, **by_month(worth.present.so_far)}
    yield Line(Key(part, "", "present value so far"), currency, so_far)
    for row, name in ((worth.net, "net flow"), (worth.present, "present value")):
        yield Line(Key(part, "", f"share of the month until the {name} so far is 0"), "of a month", by_month(row.share))
    for name, cell in worth.figures.items():
        unit = "hours" if name.endswith("hours") else "of 1" if name in _RATIOS else currency
        yield Line(Key(part, "over the horizon", figure_words(name)), unit, {CONSTANT: cell})


_FIGURES = {
    "llm_cost": "API cost",
    "one_off": "paid once",
    "cash_net": "net, without the hours freed",
    "cash_present_value": "net present value, without the hours freed",
    "capacity_used": "value of the hours freed that is used",
    "capacity_hours": "hours freed that are not used",
    "capacity_value": "value of the hours freed that are not used",
    "error_cost": "cost of errors",
    "saving": "pay released, less severance and rehiring",
    "return_on_api_spend": "return on API spend",
}


def figure_words(name: str) -> str:
    """What a figure of the horizon is called, by its name in `value.measures.Measures`."""
    return _FIGURES.get(name, name.replace("_", " "))


_RATIOS = frozenset({"return_on_all_cost", "return_on_api_spend", "benefit_cost_ratio", "profitability_index"})


def in_currency(unit: str, currency: str) -> str:
    """Equations of work know no currency: it is named where they say money."""
    return {"money": currency, "an hour": f"{currency} an hour", "a record": f"{currency} a record"}.get(unit, unit)

"""Where a figure of a comparison of providers comes from: computed again with traced numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.decisions.comparison.alone import Alone, Bench
from costmodel.decisions.comparison.compare import compare
from costmodel.decisions.comparison.filters import filters_of
from costmodel.decisions.comparison.standing import list_prices
from costmodel.decisions.comparison.work import compared_work, own_count_settings
from costmodel.decisions.explained import (
    Facts,
    Figure,
    explanation,
    named,
    price_facts,
    require_keys,
    shared_facts,
    total,
    unknown,
    words,
)
from costmodel.equations.charges import cost_per_record, share_of_total
from costmodel.errors import CommandLineError
from costmodel.results.explanation import row_facts
from costmodel.results.providers.provider_comparison import MIX, PRICES_SHOWN
from costmodel.runtimes.operations import divide, step
from costmodel.runtimes.trace import cell
from costmodel.study.cost import billed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.billing.levies import Levy
    from costmodel.decisions.comparison.filters import Filters
    from costmodel.prices.book import PriceBook
    from costmodel.results.explanation import Explanation
    from costmodel.results.providers.provider_comparison import Present, ProviderComparison, Standing
    from costmodel.scenario import Scenario
    from costmodel.study.cost import Billed

_YEAR, _MILLION = 12, 1_000_000
_KEYS = ("comparison", "model", "present", "require", "max_latency", "min_context", "region")
_WHOLE = ("records", "present.cost")
_COSTS = ("cost", "cost_per_month", "cost_per_year", "cost_per_record")
_OTHERS = ("cheapest", "present")
_LISTED, _LOWEST = "list_prices.", "list_prices_lowest."
_DISCOUNTED = ("net_present_value", "payback_months")


class TracedComparison:
    """A comparison whose figures can be computed again with traced numbers."""

    def __init__(
        self, scenario: Scenario, book: PriceBook, models: Sequence[str], asked: tuple[str | None, Filters]
    ) -> None:
        present, self._filters = asked
        self._scenario, self._book = scenario, book
        self.result: ProviderComparison = compare(scenario, models, present=present, filters=self._filters, book=book)

    @property
    def region(self) -> str:
        """The region in which the work is done; empty where the scenario says it."""
        return self._filters.region

    @property
    def counts(self) -> str:
        """Options with which other commands count tokens as here."""
        return "".join(f" --set {text}" for text in own_count_settings(self._scenario))

    @property
    def taxes(self) -> Sequence[Levy]:
        """Taxes and fees on every bill."""
        return self._scenario.taxes_and_fees

    def bill(self, name: str) -> Billed:
        """The bill of an offer that does all the work."""
        return self._alone(name).bill

    def _bench(self, name: str) -> Bench:
        return Bench.of(compared_work(self._scenario, self._filters.region), self._book, [name])

    def _alone(self, name: str) -> Alone:
        return self._bench(name).alone(name)

    def present_bill(self) -> Billed:
        """The bill of what is paid at present, in the scenario's own region."""
        present, work = self.result.present, compared_work(self._scenario)
        if present is not None and present.name != MIX:
            return Bench.of(work, self._book, [present.name]).alone(present.name).bill
        return billed(work, self._book, self.result.months, None)

    def list_price(self, name: str, meter: str, *, lowest: bool) -> tuple[Any, Facts]:
        """The list price of a meter for 1,000,000 tokens, the lowest or the highest by the hour, and its row."""
        bench = self._bench(name)
        alone = bench.alone(name)
        price = list_prices(alone, bench)[meter][0 if lowest else -1]
        one = cell("list price of one token", price.line.unit_price, alone.card.currency)
        return one * cell("tokens", _MILLION, "tokens"), row_facts(price.sheet.row)


def explain_comparison(
    scenario: Scenario, book: PriceBook, models: Sequence[str], selection: Mapping[str, str]
) -> list[Explanation]:
    """Explain one figure of a comparison of providers.

    Args:
        scenario: the work.
        book: prices.
        models: offers compared; the scenario's own if none is named.
        selection: `comparison`: the figure's name, as in the JSON of `compare`, what is inside another after a point;
            `model`: the offer; and the options of `compare`: `present`, `region`, `require` (several with `+`) …

    Raises:
        CommandLineError: there is no such figure.
        CostmodelError: the computation shown does not give the figure; a fault of ours.
    """
    require_keys(selection, _KEYS)
    required = [text for text in selection.get("require", "").split("+") if text]
    limits = selection.get("max_latency"), selection.get("min_context")
    filters = filters_of(required, *limits, selection.get("region", ""))
    made = TracedComparison(scenario, book, models, (selection.get("present"), filters))
    name = selection["comparison"]
    if name in _WHOLE:
        return [_of_all(made, name)]
    offer = _offer(made.result, book, selection.get("model"))
    known = _known(offer, made.result)
    if name not in known:
        raise _missing(name, (*known, *_WHOLE))
    if name.startswith((_LISTED, _LOWEST)):
        return [_list_price(made, offer, name)]
    return [_of_offer(made, offer, name)]


def _missing(name: str, known: Sequence[str]) -> CommandLineError:
    if name in _DISCOUNTED:
        text = f"'{name}' is of the return on investment: explain its months with --at roi=net_flow,month=…"
        return CommandLineError(text)
    return unknown(name, known, "figure of an offer")


def _offer(result: ProviderComparison, book: PriceBook, asked: str | None) -> Standing:
    names = [item.name for item in result.ranked]
    if asked is None:
        raise CommandLineError(f"say of which offer: model=…, one of {', '.join(names)}")
    name = book.card(asked).name
    why = next((item.reason for item in result.unpriced if item.name == name), None)
    if why is not None:
        raise CommandLineError(f"{name} has no price for this work: {why}")
    if name not in names:
        raise unknown(name, names, "offer in this comparison")
    return result[name]


def _known(offer: Standing, result: ProviderComparison) -> list[str]:
    """The figures of an offer, by their place in the JSON."""
    found = list(_COSTS)
    for key in _OTHERS:
        other = _other(result, key)
        if other is not None:
            found += [f"to_{key}.money_per_month", *([f"to_{key}.share"] if other.total else [])]
    found += [f"{_LISTED}{meter}" for meter in PRICES_SHOWN if meter in offer.list_prices]
    return found + [f"{_LOWEST}{meter}" for meter in PRICES_SHOWN if meter in offer.lowest_prices]


def _other(result: ProviderComparison, key: str) -> Standing | Present | None:
    return result.cheapest if key == "cheapest" else result.present


def _of_all(made: TracedComparison, name: str) -> Explanation:
    result = made.result
    if name == "records":
        figure = Figure(name, result.records, "", "records")
        facts = [("workload", "explain the records of a month with --at month=1,model=…")]
        return explanation(figure, cell(f"records from {result.period}", result.records, "records"), "", facts)
    present = result.present
    if present is None:
        raise CommandLineError("nobody said what is paid at present: add present=MODEL")
    figure = Figure(name, present.total, f" of {present.name}", result.currency)
    return explanation(figure, _bill(made.present_bill(), result.currency), result.currency, _facts(made, present.name))


def _list_price(made: TracedComparison, offer: Standing, name: str) -> Explanation:
    meter, lowest = name.partition(".")[2], name.startswith(_LOWEST)
    traced, facts = made.list_price(offer.name, meter, lowest=lowest)
    prices = offer.lowest_prices if lowest else offer.list_prices
    figure = Figure(name, prices[meter], f" of {offer.name}", offer.list_currency)
    return explanation(figure, traced, offer.list_currency, facts)


def _of_offer(made: TracedComparison, offer: Standing, name: str) -> Explanation:
    result, currency = made.result, made.result.currency
    unit = "" if name.endswith("share") else currency
    if name.startswith("to_"):
        key, _, what = name.removeprefix("to_").partition(".")
        other = _other(result, key) or offer
        value, traced = _difference(result, offer, other, what)
        where = f" of {offer.name}, against {other.name}"
        further = [(f"cost of {offer.name}", f"explain it with --at comparison=cost,model={offer.name}")]
        there = f"comparison=cost,model={other.name}" if key == "cheapest" else "comparison=present.cost"
        further += [(f"cost of {other.name}", f"explain it with --at {there}")] if other.name != offer.name else []
        return explanation(Figure(name, value, where, unit), traced, currency, further)
    value = {
        "cost": offer.total,
        "cost_per_month": result.month(offer.total),
        "cost_per_year": result.year(offer.total),
        "cost_per_record": result.record(offer.total),
    }[name]
    cost = named("cost", _bill(made.bill(offer.name), currency), currency)
    traced = _per(result, cost, name)
    return explanation(Figure(name, value, f" of {offer.name}", unit), traced, currency, _facts(made, offer.name))


def _per(result: ProviderComparison, cost: Any, name: str) -> Any:
    if name == "cost_per_record":
        return cost_per_record(cost, cell("records", result.records, "records"))
    if name == "cost":
        return cost
    month = step("cost per month", divide(cost, cell("months", len(result.months), "months")), result.currency)
    return month * cell("months of a year", _YEAR, "months") if name == "cost_per_year" else month


def _difference(
    result: ProviderComparison, offer: Standing, other: Standing | Present, what: str
) -> tuple[Fraction, Any]:
    """What an offer costs more than another: a month, or as a share of the other's cost."""
    mine = cell(f"cost of {offer.name}", offer.total, result.currency)
    theirs = cell(f"cost of {other.name}{' (other)' if other.name == offer.name else ''}", other.total, result.currency)
    more = step("costs more", mine - theirs, result.currency)
    exact = offer.total - other.total
    if what == "share":
        return exact / other.total, share_of_total(more, theirs)
    return result.month(exact), divide(more, cell("months", len(result.months), "months"))


def _bill(found: Billed, currency: str) -> Any:
    """A bill as the sum of its meters, taxes and fees."""
    models = {entry.model for entry in found.entries}
    costs: dict[str, Fraction] = {}
    for entry in found.entries:
        for charge in entry.charges:
            name = charge.meter if len(models) == 1 else f"{charge.meter} of {entry.model}"
            costs[name] = costs.get(name, Fraction(0)) + charge.cost
    for line in found.levies:
        costs[line.name] = costs.get(line.name, Fraction(0)) + line.cost
    return total(cell(words(name) if "/" not in name else name, cost, currency) for name, cost in costs.items())


def _facts(made: TracedComparison, name: str) -> Facts:
    """Which selection explains the lines of the bill, and the price rows behind it."""
    result = made.result
    region = f" --set region={made.region}" if made.region else ""
    alone = "" if name == MIX else f" --models {name}"
    at = f"--at month=1,{'' if name == MIX else f'model={name},'}meter=…"
    lines = f"the sum over {result.period}; explain its lines with{alone}{region}{made.counts} {at}"
    facts = [("bill", lines)]
    found = made.present_bill() if name == MIX else made.bill(name)
    return [*facts, *price_facts(found.entries), *shared_facts(made.taxes, result.exchange)]

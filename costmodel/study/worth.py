"""Is it worth it: work, bill and cash flows of a scenario put together, for numbers of any runtime."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.errors import CommandLineError, FileError, all_or_errors
from costmodel.prices.reading import digest
from costmodel.quantities import exact
from costmodel.results.estimate import BookReference
from costmodel.results.labels import say
from costmodel.results.notices import notices, stated_notices, worth_notices
from costmodel.results.worth.return_on_investment import Option, ReturnOnInvestment, all_notices
from costmodel.study.cost import alternatives, billed, book_for, exchange_rate, forecast_of, told
from costmodel.value.flows import Flows, flows_of, quoted_or
from costmodel.value.measures import measures_of
from costmodel.value.plan import Plan
from costmodel.value.ways import ways_of
from costmodel.value.work import adoption_share, works

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from costmodel.prices.book import PriceBook
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Money, Month
    from costmodel.scenario import Scenario, Steps
    from costmodel.study.cost import Billed
    from costmodel.usage.spec import Request
    from costmodel.value.work import Work

QUOTED = say("as quoted")
MIX = say("the mix")


class Worth(NamedTuple):
    """What the work is worth, with one option for each way of paying for the API.

    Attributes:
        months: the horizon.
        works: each month's work; the same for every option.
        flows: cash flows of each option, by name.
        computed: API cost of each month, as computed from prices, by option; beside a quoted cost too.
    """

    months: tuple[Month, ...]
    works: tuple[Work, ...]
    flows: dict[str, Flows]
    computed: dict[str, list[Any]]


@dataclass(frozen=True)
class Case:
    """A scenario with a `roi` section, ready to be computed with other numbers.

    Attributes:
        scenario: as read, with the mean of each distribution.
        book: prices.
        options: models that stand alone, by name; the mix is None.
        rates: exchange rates that were used for wages and costs so far.
    """

    scenario: Scenario
    book: PriceBook
    options: dict[str, tuple[str, Request] | None]
    rates: dict[str, ExchangeRate] = field(default_factory=dict, init=False, repr=False, compare=False)
    _bills: dict[str, Billed] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def months(self) -> tuple[Month, ...]:
        """The horizon."""
        horizon = self.scenario.horizon
        return tuple(horizon.start.later(index) for index in range(horizon.months))

    def worth(self, numbers: Mapping[Steps, Any] | None = None) -> Worth:
        """What the work is worth.

        Args:
            numbers: other numbers than the scenario's, by path: exact, draws, or traced.

        Raises:
            FileError, NoPriceError: as `estimate`.
        """
        numbers = numbers or {}
        scenario, months = self.scenario.with_numbers(numbers), self.months
        plan = self.plan(scenario)
        adoption = [adoption_share(plan.roi.adoption, number + 1) for number in range(len(months))]
        records = told(scenario, forecast_of(scenario, self.book, months, None).records)
        done = tuple(works(plan, months, records))
        computed = self._computed(scenario, numbers, adoption)
        flows = {name: flows_of(plan, done, quoted_or(plan, costs)) for name, costs in computed.items()}
        if not flows:
            flows = {QUOTED: flows_of(plan, done, quoted_or(plan, [0] * len(months)))}
        return Worth(months, done, flows, computed)

    def plan(self, scenario: Scenario) -> Plan:
        """What every month shares."""
        return Plan(scenario.roi, self.converter(scenario), scenario.escalation.wages, self.months[0])

    def converter(self, scenario: Scenario) -> Callable[[Money], Any]:
        """Turns money of a scenario into its reporting currency."""

        def convert(money: Money) -> Any:
            rate = self._rate(scenario, money.currency, self.rates)
            return money.amount if rate == 1 else money.amount * rate

        return convert

    def _rate(self, scenario: Scenario, currency: str, rates: dict[str, ExchangeRate]) -> Any:
        try:
            return exchange_rate(scenario, self.book, currency, rates)
        except FileError:
            path = _first_in(scenario.document.data["roi"], currency, ("roi",))
            message = (
                f"this is in {currency}, and reported in {scenario.currency}: say of which day the exchange rate is, "
                "'fx_as_of' under 'prices'"
            )
            raise FileError([scenario.document.mistake(path, message)]) from None

    def _computed(
        self, scenario: Scenario, numbers: Mapping[Steps, Any], adoption: Sequence[Fraction]
    ) -> dict[str, list[Any]]:
        """The API cost of each month, by option; the bills are kept where nothing in them changes."""
        touched = any(path[0] != "roi" or path[1] == "adoption" for path in numbers)
        bills = self._billed(scenario, adoption) if touched else self.bills
        return {name: bill.monthly(self.months) for name, bill in bills.items()}

    @property
    def bills(self) -> dict[str, Billed]:
        """The bill of each option, for the records done with AI, at the scenario's own numbers."""
        if not self._bills:
            curve, count = self.scenario.roi.adoption, len(self.months)
            adoption = [adoption_share(curve, number + 1) for number in range(count)]
            self._bills.update(self._billed(self.scenario, adoption))
        return self._bills

    def _billed(self, scenario: Scenario, adoption: Sequence[Fraction]) -> dict[str, Billed]:
        def one(request: tuple[str, Request] | None) -> Billed:
            return billed(scenario, self.book, self.months, request, adoption)

        return dict(zip(self.options, all_or_errors(self.options.values(), one), strict=True))


def _first_in(node: Any, currency: str, path: Steps) -> Steps:
    """The first place where an amount in a currency stands."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if isinstance(child, str) and currency in child.split("/")[0].split():
            return (*path, key)
        found = _first_in(child, currency, (*path, key))
        if len(found) > len(path) + 1:
            return found
    return path


def case_of(scenario: Scenario, models: Sequence[str] = (), book: PriceBook | None = None) -> Case:
    """A scenario ready for a return on investment.

    Args:
        scenario: the scenario.
        models: models that each do all the work alone, in place of the scenario's mix.
        book: prices; those that the scenario asks for by default.

    Raises:
        FileError: the scenario has no `roi`, or no API cost.
        CommandLineError: a model is named twice.
    """
    if scenario.roi is None:
        message = "this scenario has no 'roi': say what the work by hand takes and what the review takes"
        raise FileError([scenario.document.mistake((), message)])
    prices = book or book_for(scenario)
    alone = alternatives(scenario, models, prices)
    options: dict[str, tuple[str, Request] | None] = {
        prices.card(name).name: (name, request) for name, request in alone.items()
    }
    if not options and _has_mix(scenario):
        options = {MIX: None}
    if not options and scenario.roi.llm_cost is None:
        message = "no API cost: add 'mix' or 'models', or 'llm_cost: {quoted: ...}' under 'roi'"
        raise FileError([scenario.document.mistake(("roi",), message, of_key=True)])
    if MIX in alone:
        raise CommandLineError(f"'{MIX}' is no model")
    return Case(scenario, prices, options)


def _has_mix(scenario: Scenario) -> bool:
    return scenario.mix is not None or any(
        workload.mix is not None or any(step.mix is not None for step in workload.steps)
        for workload, _ in scenario.all_workloads()
    )


def result_of(case: Case) -> ReturnOnInvestment:
    """The return on investment of a case at its base values, with everything needed to defend it."""
    from costmodel.evidence import evidence_item

    scenario, worth = case.scenario, case.worth()
    roi, plan = scenario.roi, case.plan(scenario)
    options = tuple(
        Option(
            name, flows, measures_of(flows, roi.discount_rate, roi.modified_return), tuple(worth.computed.get(name, ()))
        )
        for name, flows in worth.flows.items()
    )
    best = max(options, key=lambda option: option.measures.net_present_value)
    bills = list(case.bills.values())
    found = [notices(bill.entries, case.book, worth.months, bill.doubts) for bill in bills]
    published = exact(evidence_item("overtime-multiplier").value("base"))
    return ReturnOnInvestment(
        title=scenario.scenario,
        currency=scenario.currency,
        months=worth.months,
        fiscal_year_start=scenario.horizon.fiscal_year_start,
        roi=roi,
        works=worth.works,
        options=options,
        ways=ways_of(plan, worth.works[0], best.flows.months[0], published),
        book=BookReference.of(case.book),
        scenario_sha256=digest(scenario.document.data),
        exchange=tuple((case.rates | {rate.from_: rate for bill in bills for rate in bill.rates.values()}).values()),
        notices=all_notices(
            worth_notices(roi, worth.works),
            *found,
            stated_notices(scenario.distributions, scenario.evidence),
        ),
        quoted=roi.llm_cost.quoted if roi.llm_cost else None,
        uncertain=len(scenario.distributions),
    )

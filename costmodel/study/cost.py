"""What a scenario costs: workload, prices and bill put together."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from costmodel.billing.bill import Terms, bill
from costmodel.billing.levies import levy_lines, minimum_lines
from costmodel.errors import CommandLineError, FileError, NoPriceError, UsageError, all_or_errors
from costmodel.prices.book import PriceBook
from costmodel.prices.policy import policy
from costmodel.prices.reading import digest
from costmodel.results.comparison import Comparison
from costmodel.results.estimate import BookReference, Estimate
from costmodel.results.notices import notices, stated_notices
from costmodel.usage.sizes import SpecError
from costmodel.usage.workload import Forecast, UnpricedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.billing.levies import LevyLine
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.quantities import Money, Month
    from costmodel.scenario import Scenario
    from costmodel.usage.sizes import Doubt
    from costmodel.usage.spec import Request

T = TypeVar("T")


def book_for(scenario: Scenario, overlays: Sequence[str | Path] = (), version: str | None = None) -> PriceBook:
    """The price book that a scenario asks for.

    Args:
        scenario: the scenario.
        overlays: further files of the user's own prices.
        version: a version instead of the scenario's.
    """
    own = [scenario.folder / name if scenario.folder else Path(name) for name in scenario.prices.overlays]
    missing = [index for index, path in enumerate(own) if not path.is_file()]
    if missing:
        path = ("prices", "overlays")
        raise FileError(
            [
                scenario.document.mistake(
                    (*path, index), f"there is no file '{scenario.prices.overlays[index]}' beside the scenario"
                )
                for index in missing
            ]
        )
    try:
        return PriceBook.load(version=version or scenario.prices.version, overlays=[*own, *overlays])
    except CommandLineError as error:
        if version is not None or scenario.prices.version is None:
            raise
        raise FileError([scenario.document.mistake(("prices", "version"), str(error))]) from None


def estimate(
    scenario: Scenario,
    *,
    models: Sequence[str] = (),
    budget: Money | None = None,
    book: PriceBook | None = None,
) -> Estimate | Comparison:
    """What a scenario costs, exactly.

    Args:
        scenario: the scenario.
        models: models that each do all the work alone, in place of the scenario's mix.
        budget: what the horizon may cost, in place of the scenario's.
        book: prices; those that the scenario asks for by default.

    Returns:
        An estimate, or a comparison where the models stand alone.

    Raises:
        FileError: the scenario or a price file cannot be computed with.
        NoPriceError: something has no price; everything that has none is named.
    """
    prices = book or book_for(scenario)
    alone = alternatives(scenario, models, prices)
    if not alone:
        return _estimate(scenario, prices, None, budget or scenario.budget)
    limit = budget or scenario.budget
    found = all_or_errors(alone.items(), lambda item: _estimate(scenario, prices, item, limit))
    return Comparison(scenario.scenario, tuple(found))


def alternatives(scenario: Scenario, models: Sequence[str], book: PriceBook) -> dict[str, Request]:
    """Models that each do all the work alone, with what is said of their requests; none where a mix does it.

    Raises:
        CommandLineError, FileError: a model stands twice, or a mix beside it.
    """
    named: dict[str, Request] = {name: _said_of(scenario, name, book) for name in models}
    alone = named or dict(scenario.models or {})
    _refuse_twice(alone, book)
    if scenario.models and not models:
        _refuse_mixes_beside_models(scenario)
    return alone


def _refuse_mixes_beside_models(scenario: Scenario) -> None:
    """Models that each do all the work alone leave no room for a mix of a workload or step."""
    paths = [(*path, "mix") for workload, path in scenario.all_workloads() if workload.mix is not None]
    for workload, path in scenario.all_workloads():
        paths += [(*path, "steps", index, "mix") for index, step in enumerate(workload.steps) if step.mix is not None]
    if paths:
        message = "'models' says that each model does all the work alone: leave this mix out, or leave 'models' out"
        raise FileError([scenario.document.mistake(path, message, of_key=True) for path in paths])


def _said_of(scenario: Scenario, name: str, book: PriceBook) -> Request:
    """What the scenario says of a model's requests, under whatever name."""
    from costmodel.usage.spec import Request

    said = dict(scenario.models or {}) | dict(scenario.mix.models if scenario.mix else {})
    if name in said or not said:
        return said.get(name, Request())
    try:
        wanted = book.card(name).name
        return next((request for other, request in said.items() if book.card(other).name == wanted), Request())
    except NoPriceError:
        return Request()  # told of with its place, further on


def _refuse_twice(alone: dict[str, Request], book: PriceBook) -> None:
    if len(alone) < 2:  # noqa: PLR2004 - one cannot stand twice
        return
    found: dict[str, str] = {}
    for name in alone:
        try:
            full = book.card(name).name
        except NoPriceError:
            continue  # told of with its place, further on
        if full in found:
            raise CommandLineError(f"'{name}' and '{found[full]}' are the same offer, {full}: name it once")
        found[full] = name


class Billed(NamedTuple):
    """A bill: its entries, the lines after it, exchange rates used, and doubts about token counts."""

    entries: tuple[Entry, ...]
    levies: tuple[LevyLine, ...]
    rates: dict[str, ExchangeRate]
    doubts: tuple[Doubt, ...]

    def monthly(self, months: Sequence[Month]) -> list[Fraction]:
        """Cost of each month, taxes and fees included."""
        costs = dict.fromkeys(months, Fraction(0))
        for entry in self.entries:
            costs[entry.month] += entry.cost
        for line in self.levies:
            costs[line.month] += line.cost
        return list(costs.values())


def _estimate(
    scenario: Scenario, book: PriceBook, alternative: tuple[str, Request] | None, budget: Money | None
) -> Estimate:
    months = [scenario.horizon.start.later(index) for index in range(scenario.horizon.months)]
    if budget is not None and budget.currency != scenario.currency:
        message = (
            f"the budget is in {budget.currency}, the scenario in {scenario.currency}: write it in {scenario.currency}"
        )
        if budget is scenario.budget:
            raise FileError([scenario.document.mistake(("budget",), message)])
        raise CommandLineError(message)
    for index, levy in enumerate(scenario.taxes_and_fees):
        if levy.name in book.meters:
            path = ("taxes_and_fees", index, "name")
            raise FileError([scenario.document.mistake(path, f"'{levy.name}' is the name of a meter: choose another")])
    found = billed(scenario, book, months, alternative)
    return Estimate(
        title=scenario.scenario,
        currency=scenario.currency,
        months=tuple(months),
        fiscal_year_start=scenario.horizon.fiscal_year_start,
        entries=found.entries,
        levies=found.levies,
        book=BookReference.of(book),
        scenario_sha256=digest(scenario.document.data),
        exchange=tuple(found.rates.values()),
        notices=(
            *notices(found.entries, book, months, found.doubts),
            *stated_notices(scenario.distributions, scenario.evidence),
        ),
        meters=book.meters,
        budget=budget,
        alternative=book.card(alternative[0]).name if alternative else "",
    )


def billed(
    scenario: Scenario,
    book: PriceBook,
    months: Sequence[Month],
    alternative: tuple[str, Request] | None,
    adoption: Sequence[Fraction] | None = None,
) -> Billed:
    """The bill of a scenario, for numbers of any runtime.

    Args:
        scenario: the scenario.
        book: prices.
        months: the horizon.
        alternative: the model that stands alone, in place of the mix.
        adoption: share of each month's records that is done with AI.

    Raises:
        FileError, NoPriceError: as `estimate`.
    """
    forecast = forecast_of(scenario, book, months, alternative, adoption)
    cube, doubts = told(scenario, forecast.cube)
    rates: dict[str, ExchangeRate] = {}
    terms = Terms(
        lambda currency: exchange_rate(scenario, book, currency, rates), scenario.escalation.prices, months[0]
    )
    try:
        entries = bill(cube, book.card, terms)
    except UsageError as error:
        raise FileError([scenario.document.mistake((), str(error))]) from None
    top_ups = minimum_lines(entries)
    bills = zip(months, Billed(entries, tuple(top_ups), rates, doubts).monthly(months), strict=True)
    return Billed(entries, (*top_ups, *levy_lines(bills, scenario.taxes_and_fees)), rates, doubts)


def forecast_of(
    scenario: Scenario,
    book: PriceBook,
    months: Sequence[Month],
    alternative: tuple[str, Request] | None,
    adoption: Sequence[Fraction] | None = None,
) -> Forecast:
    """What is needed to make a usage cube of a scenario."""
    return Forecast(
        months=months,
        workloads=scenario.all_workloads(),
        top=scenario,
        mix=None if alternative else scenario.mix,
        alternative=alternative,
        card=book.card,
        folder=scenario.folder,
        adoption=adoption,
    )


def told(scenario: Scenario, compute: Callable[[], T]) -> T:
    """Compute something; what goes wrong is told with its place in the scenario."""
    try:
        return compute()
    except UnpricedModel as found:
        place = scenario.document.find_key(found.name)
        raise (found.error.at(place(str(found.error))) if place else found.error) from None
    except SpecError as error:
        raise FileError([scenario.document.mistake(error.path, error.message, of_key=error.of_key)]) from None


def exchange_rate(scenario: Scenario, book: PriceBook, currency: str, rates: dict[str, ExchangeRate]) -> Fraction:
    """Reporting currency for one unit of another; the rate used is noted in `rates`."""
    if currency == scenario.currency:
        return Fraction(1)
    if currency not in rates:
        as_of = scenario.prices.fx_as_of
        if as_of is None:
            raise FileError(
                [
                    scenario.document.mistake(
                        ("currency",),
                        f"something is billed in {currency} and reported in {scenario.currency}: say of which day the "
                        "exchange rate is, 'fx_as_of' under 'prices'",
                    )
                ]
            )
        limit = scenario.prices.fx_max_age_days or policy().fx_max_age_days.value
        rates[currency] = book.exchange().rate(currency, scenario.currency, as_of, limit)
    return rates[currency].rate

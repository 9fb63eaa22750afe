"""A change of provider: what it costs before, during and after, and what it saves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.move.mistakes import require_over, require_stated
from costmodel.decisions.move.moved import Case, slices
from costmodel.decisions.move.outlook import last_week, outlook_of
from costmodel.decisions.move.ramp import ROLLED_BACK, stages
from costmodel.decisions.move.settled import Agreed, spans_of
from costmodel.decisions.move.throughput import side
from costmodel.errors import FileError
from costmodel.prices.reading import digest
from costmodel.results.estimate import BookReference
from costmodel.results.migration.migration import MigrationResult
from costmodel.results.migration.notices import move_notices
from costmodel.results.migration.parts import Quoted
from costmodel.results.notices import notices, stated_notices
from costmodel.study.cost import alternatives, book_for, exchange_rate, forecast_of, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.decisions.move.moved import Slice
    from costmodel.prices.book import PriceBook
    from costmodel.quantities import Money
    from costmodel.results.migration.parts import Stage
    from costmodel.results.notice import Notice
    from costmodel.scenario import Scenario
    from costmodel.usage.sizes import Doubt

_AT = "migration"


def migrate(scenario: Scenario, book: PriceBook | None = None) -> MigrationResult:
    """Before, during and after a change of provider.

    Args:
        scenario: a scenario with a `migration` section; of each distribution, the mean is taken.
        book: prices; those that the scenario asks for by default.

    Raises:
        FileError: the scenario has no `migration`, or cannot be computed with.
        NoPriceError: something has no price; everything that has none is named.
    """
    return result_of(workings(scenario, book))


class Workings(NamedTuple):
    """Everything that a change of provider is computed from.

    Attributes:
        stages: in order.
        slices: the work, cut at midnight and at every stage.
        agreed: what is paid beside the bills.
        requests_per_record: requests that one record takes, on average.
        doubts: about token counts.
    """

    case: Case
    stages: tuple[Stage, ...]
    slices: tuple[Slice, ...]
    agreed: Agreed
    requests_per_record: Fraction
    doubts: tuple[Doubt, ...]


def workings(scenario: Scenario, book: PriceBook | None = None) -> Workings:
    """What a change of provider is computed from; arguments and errors as `migrate`."""
    require_stated(scenario)
    case = _case(scenario, book or book_for(scenario))
    ramp = stages(scenario.migration, case.begin, case.end)
    work, doubts = slices(case, ramp)
    require_over(scenario, work, ramp[-1].start)
    return Workings(case, ramp, work, _agreed(case, work), _requests_per_record(case, work), doubts)


def result_of(made: Workings) -> MigrationResult:
    """The result of a change of provider."""
    case, ramp, work, agreed, per_record, doubts = made
    scenario, stated = case.scenario, case.scenario.migration
    spans = spans_of(work, agreed)
    return MigrationResult(
        title=scenario.scenario,
        currency=scenario.currency,
        months=case.months,
        stated=stated,
        old_models=_names(entry for item in work for entry in item.old),
        new_models=_names(entry for item in work for entry in item.new),
        stages=ramp,
        spans=spans,
        one_off=_one_off(case),
        outlook=outlook_of(spans, work, scenario),
        service=(side(stated, stated.before, per_record), side(stated, stated.after, per_record)),
        quoted=_quoted(case),
        book=BookReference.of(case.book),
        scenario_sha256=digest(scenario.document.data),
        exchange=tuple(case.rates.values()),
        notices=_notices(case, ramp, work, doubts),
    )


def _case(scenario: Scenario, book: PriceBook) -> Case:
    alone = alternatives(scenario, (), book)
    months = tuple(scenario.horizon.start.later(index) for index in range(scenario.horizon.months))
    return Case(scenario, book, next(iter(alone.items()), None), months, {})


def _agreed(case: Case, work: Sequence[Slice]) -> Agreed:
    """What is paid beside the bills, in the reporting currency."""
    stated, contract = case.scenario.migration, case.scenario.migration.contract
    amounts = {"prepaid_balance": Fraction(0), "minimum_a_month": Fraction(0)}
    for name in amounts:
        stated_money = getattr(contract, name) if contract else None
        if stated_money is not None:
            amounts[name] = _money(case, stated_money, "contract", name)
    return Agreed(
        start=stated.start,
        one_off=sum(_one_off(case).values(), Fraction(0)),
        providers=_providers(case, work),
        ends=contract.ends if contract else None,
        balance=amounts["prepaid_balance"],
        minimum=amounts["minimum_a_month"],
        levies=case.scenario.taxes_and_fees,
    )


def _providers(case: Case, work: Sequence[Slice]) -> frozenset[str]:
    """The providers that the old contract is with."""
    there = {entry.model.partition("/")[0] for item in work for entry in item.old}
    contract = case.scenario.migration.contract
    if contract is None or contract.provider is None:
        return frozenset(there)
    if contract.provider not in there:
        known = ", ".join(sorted(there))
        message = f"no present model is of the provider '{contract.provider}'. There are: {known}"
        raise FileError([case.scenario.document.mistake((_AT, "contract", "provider"), message)])
    return frozenset({contract.provider})


def _one_off(case: Case) -> dict[str, Fraction]:
    return {name: _money(case, cost, "one_off", name) for name, cost in case.scenario.migration.one_off.items()}


def _quoted(case: Case) -> Quoted | None:
    quoted = case.scenario.migration.quoted
    if quoted is None:
        return None
    before, after = (_money(case, getattr(quoted, name), "quoted", name) for name in ("before", "after"))
    return Quoted(before, after, quoted.source or "")


def _money(case: Case, money: Money, *path: Any) -> Fraction:
    """Money of the section in the reporting currency."""
    scenario = case.scenario
    try:
        return money.amount * exchange_rate(scenario, case.book, money.currency, case.rates)
    except FileError:
        message = (
            f"this is in {money.currency}, and reported in {scenario.currency}: say of which day the exchange rate is, "
            "'fx_as_of' under 'prices'"
        )
        raise FileError([scenario.document.mistake((_AT, *path), message)]) from None


def _requests_per_record(case: Case, work: Sequence[Slice]) -> Fraction:
    """Requests that one record takes, on average over the horizon."""
    forecast = forecast_of(case.scenario, case.book, case.months, case.alternative)
    records = sum(told(case.scenario, forecast.records), Fraction(0))
    requests = sum((item.requests for item in work), Fraction(0))
    return requests / records if records else Fraction(1)


def _notices(case: Case, ramp: Sequence[Stage], work: Sequence[Slice], doubts: Sequence[Doubt]) -> tuple[Notice, ...]:
    scenario = case.scenario
    paid = {(entry.month, entry.model, id(entry.tariff), entry.band): entry for entry in _entries(work)}
    passed = {item.stage for item in work if item.requests}
    empty = [stage for stage in ramp if stage.name.startswith("canary") and stage.new_share and stage not in passed]
    changes = () if ramp[-1].name == ROLLED_BACK else _price_changes(last_week(work))
    return (
        *move_notices(scenario.migration, ramp, empty, changes),
        *notices(tuple(paid.values()), case.book, case.months, doubts),
        *stated_notices(scenario.distributions, scenario.evidence),
    )


def _price_changes(week: Sequence[Slice]) -> Iterable[str]:
    """Models whose price begins within a week, each with the day."""
    begins = {(entry.model, entry.tariff.row.valid.from_) for entry in _entries(week)}
    return (f"{model} ({start:%Y-%m-%d})" for model, start in sorted(begins) if start > week[0].start)


def _entries(work: Sequence[Slice]) -> Iterable[Entry]:
    return (entry for side in ("old", "new") for item in work for entry in getattr(item, side))


def _names(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.model for entry in entries))

"""Why the cost moved between two estimates: effects that add up exactly to the difference.

The cost of requests is a product: records x requests a record x share of the model x units a request x unit price x
exchange rate, summed over workloads, steps, models, sizes of requests and meters. The factors are those of the
workload and the step: one department that grows moves its own records, and nobody's mix. Two such products differ
because their factors do. The method of Shapley takes the average over all orders in which the factors can move from
BASE to HEAD, so that no order is preferred; the sequential method takes one order.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.variance.logged_spend import in_months_of_log, log_warnings, spend_of_log
from costmodel.decisions.variance.matched import is_together, matched
from costmodel.decisions.variance.months import in_one_month, month_warnings, one_month_warnings, require_same_length
from costmodel.decisions.variance.orders import sequential_effects, symmetric_effects
from costmodel.decisions.variance.reasons import findings
from costmodel.decisions.variance.result_file import spend_of_record, written_spend
from costmodel.decisions.variance.spend import Spend
from costmodel.errors import CommandLineError
from costmodel.quantities import Money, exact, unambiguous
from costmodel.results.variance.variance import FACTORS, Amounts, Limit, Side, Variance, VarianceLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from costmodel.decisions.variance.orders import Pair
    from costmodel.decisions.variance.spend import Key, MonthSpend, OfModel, Use
    from costmodel.quantities import Month
    from costmodel.results.estimate import Estimate
    from costmodel.results.metered.metered import Metered

    Cost = Estimate | Metered | Mapping[str, Any] | Spend

METHODS = ("shapley", "sequential")
_ZERO, _ONE = Fraction(0), Fraction(1)


def variance(
    base: Cost,
    head: Cost,
    *,
    method: str = "shapley",
    per: str = "horizon",
    month: str | Month | None = None,
) -> Variance:
    """Why the cost of HEAD differs from that of BASE.

    Args:
        base: an estimate or a priced usage log, or the JSON of one; where a side is JSON, both are taken at its digits.
        head: the other, in the same form or not.
        method: shapley (the average over all orders) or sequential (one order).
        per: horizon (month by month, matched by position) or month (the mean months of both).
        month: the one month of both sides that is compared, such as `2026-11`.

    Raises:
        CommandLineError: currencies differ, or the numbers of months; a side does not have the month.
        QuantityError: the month is none.
        FileError: the JSON is neither.
    """
    first, second = asked = spends(base, head)
    if first.currency != second.currency:
        raise CommandLineError(
            f"BASE is in {first.currency}, HEAD in {second.currency}: two costs are compared in one currency. "
            f"Set 'currency: {first.currency}' in HEAD, or the other in BASE"
        )
    if month is not None:
        first, second = in_one_month(first, second, month)
    given = (first, second)
    if per == "horizon":
        first, second = in_months_of_log(first, second)
        require_same_length(first, second)
    sides = (_side(first, per), _side(second, per))
    warnings = (*log_warnings(*given, (first, second)), *_warnings(first, second, per))
    warnings = (*one_month_warnings(asked, given), *warnings)
    if per == "month":
        first, second = first.mean_month(), second.mean_month()
    first, second = matched(first, second)
    by_records = _have_records(first) and _have_records(second)
    effects = symmetric_effects if method == "shapley" else sequential_effects
    lines = tuple(
        line
        for place, months in enumerate(zip(first.months, second.months, strict=True))
        for line in _month_lines(months, (first.slices[place], second.slices[place]), effects, by_records=by_records)
    )
    volume = "records" if by_records else "requests"
    return Variance(
        first.currency, *sides, method, per, volume, lines, findings(lines, first, second, volume), warnings
    )


def spends(base: Cost, head: Cost) -> tuple[Spend, Spend]:
    """Both sides in one form: exact, or at the digits of JSON where one of them is JSON."""
    from costmodel.results.estimate import Estimate
    from costmodel.results.metered.metered import Metered

    results = (Estimate, Metered)
    as_written = any(
        side.written if isinstance(side, Spend) else not isinstance(side, results) for side in (base, head)
    )

    def spend(side: Any, name: str) -> Spend:
        if isinstance(side, Spend):
            return side
        if isinstance(side, Estimate):
            return written_spend(side) if as_written else Spend.of(side)
        if isinstance(side, Metered):
            return written_spend(side) if as_written else spend_of_log(side)
        if not isinstance(side, Mapping):
            raise CommandLineError(
                f"{name} is a {type(side).__name__}: a variance needs one estimate or priced log, or the JSON of one"
            )
        return spend_of_record(side, name)

    return spend(base, "BASE"), spend(head, "HEAD")


def limit_of(text: str, found: Variance, *, as_it_is: bool = False) -> Limit:
    """Whether the difference is larger, in either direction, than `5 %` of BASE or `1000 USD`.

    Args:
        text: the limit.
        found: the variance.
        as_it_is: hold the limit against a side that is incomplete, too; else that cannot be told.

    Raises:
        QuantityError: it is none of these.
        CommandLineError: it is a number alone, negative, or in another currency.
    """
    text = text.strip()
    if text.startswith("-"):
        raise CommandLineError(
            f"the limit '{text}' is negative: it holds in both directions, write it without the sign"
        )
    if text.endswith("%"):
        amount = exact(text[:-1].rstrip()) / 100 * found.base.total
    elif " " in text:
        amount, currency = Money.parse(unambiguous(text))
        if currency != found.currency:
            raise CommandLineError(f"the limit is in {currency}, the costs in {found.currency}: write {found.currency}")
    else:
        exact(unambiguous(text))
        raise CommandLineError(
            f"--fail-over: '{text}' may be a share or money: write '{text} %' or '{text} {found.currency}'"
        )
    return Limit(text, abs(found.total) > amount if as_it_is or not found.incomplete else None)


def _month_lines(
    months: tuple[str, str],
    pair: tuple[MonthSpend, MonthSpend],
    effects: Callable[[Sequence[Pair]], list[Fraction]],
    *,
    by_records: bool,
) -> Iterator[VarianceLine]:
    base, head = pair
    for key in dict.fromkeys((*base.uses, *head.uses)):
        work = _work(key, pair, by_records=by_records)
        moved = zip(FACTORS, effects([*work, *_use_factors(key, pair)]), strict=True)
        found = {name: effect for name, effect in moved if effect}
        before, after = (_amounts(item, key) for item in pair)
        where = (key.workload, key.step, key.size)
        yield VarianceLine(*months, "usage", key.model, key.meter, before, after, found, *where)
    for of_model in dict.fromkeys((*base.fixed, *head.fixed)):
        costs = [Amounts(None, *_quantity(item.fixed.get(of_model))) for item in pair]
        yield _other(months, "fixed", of_model, costs, "fixed")
    for of_model in dict.fromkeys((*base.levies, *head.levies)):
        costs = [Amounts(None, None, None, item.levies.get(of_model, _ZERO)) for item in pair]
        yield _other(months, "levy", of_model, costs, "levies")


def _other(
    months: tuple[str, str], kind: str, of_model: OfModel, costs: Sequence[Amounts], effect: str
) -> VarianceLine:
    """A line of what does not depend on requests: all of its difference is one effect."""
    before, after = costs
    return VarianceLine(*months, kind, *of_model, before, after, {effect: after.cost - before.cost})


def _work(key: Key, pair: tuple[MonthSpend, MonthSpend], *, by_records: bool) -> list[Pair]:
    """Records of the workload, and requests a record of the step; or requests of the step alone."""
    requests = [item.requests_of(key.workload, key.step) for item in pair]
    if not by_records:
        return [(requests[0], requests[1]), (_ONE, _ONE)]
    records = [item.records.get(key.workload, _ZERO) for item in pair]
    return [(records[0], records[1]), _own(*(_ratio(*each) for each in zip(requests, records, strict=True)))]


class _Terms(NamedTuple):
    """Factors of one meter of one model in one step on one side; None where the side does not have it."""

    share: Fraction | None
    intensity: Fraction | None
    price: Fraction | None
    exchange: Fraction | None


def _use_factors(key: Key, pair: tuple[MonthSpend, MonthSpend]) -> list[Pair]:
    """Share of the model, units a request, unit price and exchange rate, on both sides."""
    uses = [item.uses.get(key) for item in pair]
    several = len({use.currency for use in uses if use is not None}) > 1  # then there is no one exchange rate
    base, head = (_terms(key, use, item, several=several) for use, item in zip(uses, pair, strict=True))
    return [_own(before, after) for before, after in zip(base, head, strict=True)]


def _terms(key: Key, use: Use | None, side: MonthSpend, *, several: bool) -> _Terms:
    """The units of one size are taken over the model's requests of all sizes: more long requests is intensity."""
    requests = side.requests.get(key.case, _ZERO)
    share = _ratio(requests, side.requests_of(key.workload, key.step))
    intensity = _ratio(use.quantity if use else _ZERO, requests)
    if use is None:
        return _Terms(share, intensity, None, None)
    if several:
        return _Terms(share, intensity, use.unit_price, _ONE)
    return _Terms(share, intensity, _ratio(use.billed, use.quantity), _ratio(use.cost, use.billed))


def _ratio(part: Fraction, whole: Fraction) -> Fraction | None:
    """A mean; None where there is nothing to take it of."""
    return part / whole if whole else None


def _own(base: Fraction | None, head: Fraction | None) -> Pair:
    """A factor on both sides; what one side does not have is taken from the other, so that it moves nothing."""
    found = base if base is not None else head if head is not None else _ONE
    return found if base is None else base, found if head is None else head


def _amounts(side: MonthSpend, key: Key) -> Amounts:
    return Amounts(side.requests.get(key.case, _ZERO), *_quantity(side.uses.get(key)))


def _quantity(use: Use | None) -> tuple[Fraction, Fraction | None, Fraction]:
    return (use.quantity, use.unit_price, use.cost) if use else (_ZERO, None, _ZERO)


def _have_records(spend: Spend) -> bool:
    """Whether every workload that has requests in a month has records in it, too."""
    return all(
        item.records.get(case.workload) for item in spend.slices for case, count in item.requests.items() if count
    )


def _side(spend: Spend, per: str) -> Side:
    whole = spend.whole.times(Fraction(1, len(spend.months))) if per == "month" else spend.whole
    requests = whole.all_requests
    records = None if spend.logged else whole.all_records
    of = (spend.price_book, spend.scenario_sha256, spend.counts)
    return Side(spend.title, spend.months, whole.cost, records, requests, *of)


def _warnings(base: Spend, head: Spend, per: str) -> tuple[tuple[str, str], ...]:
    """What a reader must know: of both sides, and of how they are matched."""
    found = list(month_warnings(base, head, per))
    if is_together(base, head) and not (base.logged or head.logged):
        text = "No workload has the same name on both sides, so all work is compared together. Name them alike."
        found.append(("work-together", text))
    for warning in dict.fromkeys((*base.warnings, *head.warnings)):
        sides = [name for name, side in (("BASE", base), ("HEAD", head)) if warning in side.warnings]
        found.append((warning[0], warning[1] if len(sides) > 1 else f"{sides[0]}: {warning[1]}"))
    return tuple(found)

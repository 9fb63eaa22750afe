"""A comparison of providers as plain data."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.equations.charges import share_of_total
from costmodel.quantities import decimal_text

if TYPE_CHECKING:
    from costmodel.results.providers.provider_comparison import Fact, Present, ProviderComparison, Standing

_DIGITS = 10  # of a discounted figure


def record(result: ProviderComparison) -> dict[str, Any]:
    """Everything; money as decimal strings."""
    present = result.present
    return {
        "title": result.title,
        "currency": result.currency,
        "period": {"start": str(result.months[0]), "months": len(result.months)},
        "total": None,
        "records": decimal_text(result.records),
        "present": None if present is None else present_record(present),
        "required": list(result.required),
        "own_token_counts": result.own_counts,
        "lines": line_records(result),
        "frontier": [item.name for item in result.frontier],
        "price_book": result.book.to_json(),
        "scenario_sha256": result.scenario_sha256,
        "exchange_rates": [rate.to_json() for rate in result.exchange],
        "warnings": [{"code": notice.code, "text": notice.text} for notice in result.notices],
    }


def line_records(result: ProviderComparison, *, exact: bool = False) -> list[dict[str, Any]]:
    """One record an offer, those without a price at the end.

    Args:
        result: the comparison.
        exact: numbers as `Fraction` instead of decimal strings.
    """
    number: Any = (lambda value: value) if exact else decimal_text
    known = [_line(result, item, number) for item in result.ranked]
    return known + [{"offer": item.name, "eligible": False, "reasons": [item.reason]} for item in result.unpriced]


def _line(result: ProviderComparison, item: Standing, number: Any) -> dict[str, Any]:
    return {
        "offer": item.name,
        "eligible": not item.reasons,
        "reasons": list(item.reasons),
        "cost": number(item.total),
        "cost_per_month": number(result.month(item.total)),
        "cost_per_year": number(result.year(item.total)),
        "cost_per_record": number(result.record(item.total)),
        "to_cheapest": _difference(result, item, result.cheapest, number),
        "to_present": _difference(result, item, result.present, number),
        "list_prices": {meter: number(price) for meter, price in item.list_prices.items()},
        **_by_the_hour(item, number),
        "list_currency": item.list_currency,
        "token_counts": item.token_counts or "exact",
        "latency_class": result.latency_class(item.latency_ms),
        "on_frontier": item.name in result.on_frontier,
        "context_window": item.context_window,
        "terms": {name: _fact_record(fact, number) for name, fact in item.terms.items()},
        "price": {"kind": item.price.kind, "retrieved": item.price.checked.isoformat(), "stale": item.price.stale},
        **_worth(item, number),
    }


def present_record(present: Present) -> dict[str, Any]:
    """What is paid at present, what it was taken for where nobody said, and what it does not meet."""
    taken = {"taken": present.taken} if present.taken else {}
    reasons = {"reasons": list(present.reasons)} if present.reasons else {}
    return {"offer": present.name, "cost": decimal_text(present.total), **taken, **reasons}


def _by_the_hour(item: Standing, number: Any) -> dict[str, Any]:
    """The lowest list prices, where the hour decides; `list_prices` are the highest then."""
    found = {meter: number(price) for meter, price in item.lowest_prices.items()}
    return {"list_prices_lowest": found} if found else {}


def csv_records(result: ProviderComparison, *, exact: bool = False) -> list[dict[str, Any]]:
    """One record an offer, its reasons as one text."""
    return [line | {"reasons": "; ".join(line["reasons"])} for line in line_records(result, exact=exact)]


def _worth(item: Standing, number: Any) -> dict[str, Any]:
    if item.net_present_value is None or item.payback is None:
        return {}
    months = item.payback.months
    return {
        "net_present_value": float(f"{float(item.net_present_value):.{_DIGITS}g}"),
        "payback_months": None if months is None else number(Fraction(months)),
    }


def _difference(
    result: ProviderComparison, item: Standing, other: Standing | Present | None, number: Any
) -> dict[str, Any] | None:
    """What an offer costs more than another in a month, and as a share of the other's cost."""
    if other is None:
        return None
    more = item.total - other.total
    share = share_of_total(more, other.total) if other.total else None
    return {
        "offer": other.name,
        "money_per_month": number(result.month(more)),
        "share": None if share is None else number(share),
    }


def _fact_record(fact: Fact, number: Any) -> dict[str, Any]:
    value = fact.value if fact.value is None or isinstance(fact.value, bool | str) else number(fact.value)
    more = {"note": fact.note, "source": fact.source, "quoted": fact.quoted} if fact.value is not None else {}
    return {"value": value, "retrieved": fact.on.isoformat() if fact.on else None, **more}

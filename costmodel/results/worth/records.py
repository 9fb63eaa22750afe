"""A return on investment as plain data; and its figures by name, as `expect:` and `explain` use them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text
from costmodel.value.measures import share_of_pay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.results.worth.return_on_investment import Option, ReturnOnInvestment
    from costmodel.value.ways import Ways

_DIGITS = 10


def month_figures(result: ReturnOnInvestment, option: Option, index: int) -> dict[str, Any]:
    """Every figure of one month, by name; exact."""
    work, flow = result.works[index], option.flows.months[index]
    staff = work.staff
    return {
        "records": work.records,
        "adoption": work.adoption,
        "ai_records": work.ai_records,
        "manual_minutes": work.manual_minutes,
        "ai_minutes": work.ai_minutes,
        "hours_before": work.hours_before,
        "hours_after": work.hours_after,
        "capacity_of_post": staff.capacity_of_post,
        "posts_before": staff.posts_before,
        "posts_after": staff.posts_after,
        "posts_paid": staff.posts_paid,
        "posts_ended": staff.posts_ended,
        "posts_idle": staff.posts_idle,
        "hires_avoided": staff.hires_avoided,
        "hires_avoided_cost": staff.hires_avoided_cost,
        "hours_beyond_before": staff.beyond_before,
        "hours_beyond_after": staff.beyond_after,
        "idle_hours_before": staff.idle_before,
        "idle_hours_after": staff.idle_after,
        "loaded_hourly_cost": work.hourly_cost,
        "usable_hour_cost": work.usable_hour_cost,
        "record_cost_before": work.record_cost_before,
        "record_cost_after": work.record_cost_after,
        "staff_cost_before": staff.cost_before,
        "staff_cost_after": staff.cost_after,
        "cash_saving": staff.cash_saving,
        "leaving_cost": staff.leaving_cost,
        "capacity_hours": work.capacity_hours,
        "capacity_value": work.capacity_value,
        "capacity_used": work.capacity_used,
        "llm_cost": flow.llm_cost,
        **({"computed_llm_cost": option.computed[index]} if option.computed else {}),
        "fixed_cost": flow.fixed_cost,
        "error_cost": flow.error_cost,
        "net_flow": flow.net,
        "net_share_of_pay": share_of_pay(flow.net, staff.cost_before),
    }


def way_figures(ways: Ways) -> dict[str, Any]:
    """The first month staffed in three ways, by name; exact."""
    found = {"posts_worth": ways.posts_worth}
    for name in ("fractional", "whole_posts", "needed", "overtime"):
        way = getattr(ways, name)
        if way is not None:
            found |= {f"{name}_cost_before": way.staff.cost_before, f"{name}_cost_after": way.staff.cost_after}
            found |= {f"{name}_net": way.net, f"{name}_net_share_of_pay": way.share_of_pay}
    return found


def figures(option: Option) -> dict[str, Any]:
    """Every figure of the horizon that there is, by name; exact, or float where it is a root."""
    measures = option.measures
    found = {
        name: value
        for name, value in measures._asdict().items()
        if name not in {"rates", "payback", "discounted_payback"}
    }
    found |= {
        "internal_rate_of_return": measures.rates.unique,
        "payback_months": measures.payback.months,
        "payback_whole_months": measures.payback.whole_months,
        "discounted_payback_months": measures.discounted_payback.months,
        "computed_llm_cost": option.computed_total,
    }
    return found


def worth_figures(result: ReturnOnInvestment, selection: Mapping[str, str]) -> dict[str, Any]:
    """The figures that a selection names: of the horizon, of one `month`, or of the first month's `staffing` ways.

    Args:
        result: the return on investment.
        selection: `month` (1 for the first, or 2026-12) and `option` (the best if not said).

    Raises:
        CommandLineError: it names none.
    """
    unknown = sorted(selection.keys() - {"month", "option"})
    if unknown:
        raise CommandLineError(f"a return on investment is selected by month and option, not by '{unknown[0]}'")
    option = result.option(selection["option"]) if "option" in selection else result.best
    if "month" not in selection:
        return figures(option) | way_figures(result.ways)
    labels = {str(month): index for index, month in enumerate(result.months)}
    labels |= {str(index + 1): index for index in range(len(result.months))}
    if selection["month"] not in labels:
        raise CommandLineError(f"there is no month '{selection['month']}': write 1 to {len(result.months)}")
    return month_figures(result, option, labels[selection["month"]])


_MONEY = ("cost", "saving", "value", "net", "one_off", "capacity_used")
_NO_MONEY = ("share", "hours", "return_on", "ratio", "rate", "months")


def is_money(name: str) -> bool:
    """Whether a figure of that name is an amount of money.

    >>> is_money("staff_cost_before"), is_money("benefit_cost_ratio")
    (True, False)
    """
    return any(word in name for word in _MONEY) and not any(word in name for word in _NO_MONEY)


def month_records(result: ReturnOnInvestment, *, exact: bool = False) -> list[dict[str, Any]]:
    """One row for each option and month."""
    number: Any = (lambda value: value) if exact else decimal_text
    return [
        {"option": option.name, "month": str(month)}
        | {name: number(value) for name, value in month_figures(result, option, index).items()}
        for option in result.options
        for index, month in enumerate(result.months)
    ]


def record(result: ReturnOnInvestment) -> dict[str, Any]:
    """A result as plain data, without its head."""
    from costmodel.results.worth.summary import cheers_rows

    best = result.best
    return {
        "title": result.title,
        "finding": result.finding,
        "worth_it": result.worth_it,
        "best": best.name,
        "currency": result.currency,
        "perspective": result.roi.perspective,
        "price_year": result.roi.price_year,
        "discount_rate": decimal_text(result.roi.discount_rate),
        "period": {"start": str(result.months[0]), "months": len(result.months)},
        "total": decimal_text(best.measures.llm_cost),
        "options": [_option(result, option) for option in result.options],
        "three_ways": {name: decimal_text(value) for name, value in way_figures(result.ways).items()},
        "lines": month_records(result),
        "cheers": dict(cheers_rows(result)),
        "price_book": result.book.to_json(),
        "scenario_sha256": result.scenario_sha256,
        "exchange_rates": [rate.to_json() for rate in result.exchange],
        "warnings": [{"code": notice.code, "text": notice.text} for notice in result.notices],
    }


def _option(result: ReturnOnInvestment, option: Option) -> dict[str, Any]:
    rates = option.measures.rates
    return {
        "name": option.name,
        **{name: _plain(name, value) for name, value in figures(option).items()},
        "internal_rates_of_return": [ten_digits(root) for root in rates.roots],
        "sign_changes": rates.sign_changes,
        "years": [
            {"year": year.label}
            | {name: decimal_text(value) for name, value in year._asdict().items() if name != "label"}
            for year in result.years(option)
        ],
    }


_MONEY_EXACT = frozenset(
    {
        "saving", "capacity_used", "cash_net", "llm_cost", "fixed_cost", "error_cost", "one_off", "cost", "net",
        "capacity_hours", "capacity_value", "computed_llm_cost",
    }
)  # fmt: skip


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return None
    return decimal_text(value) if name in _MONEY_EXACT else ten_digits(value)


def ten_digits(value: Any) -> Any:
    """A discounted, simulated or derived figure: a number of ten significant digits."""
    if isinstance(value, int) or (isinstance(value, Fraction) and value.denominator == 1):
        return int(value)
    return float(f"{float(value):.{_DIGITS}g}")

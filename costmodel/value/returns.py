"""Rates of return and payback of a row of flows. Money in is positive, money out negative.

The first flow stands at t = 0 and is not discounted; one flow a period follows, each at the end of its period. A rate
is that of one period, as a fraction of 1. No rate is picked out of several: `internal_rates_of_return` gives them all.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise
from math import expm1, isfinite, log, log1p, nextafter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from costmodel.equations.returns import payback_fraction
from costmodel.value.roots import rate_of, roots, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Number: TypeAlias = float | Fraction

PERIODS_PER_YEAR = 12
DAYS_PER_YEAR = 365  # as XIRR and XNPV count, leap years too


def _growth(rate: Number) -> Number:
    """What one unit of money becomes in a period, 1 + rate."""
    if not rate > -1:
        raise ValueError(f"a rate of {rate} loses everything: rates are above -1, and 0.05 is 5 %")
    return 1 + rate


def _finite(flows: Sequence[Number]) -> list[float]:
    """Flows as float64."""
    amounts = [float(flow) for flow in flows]
    if not all(map(isfinite, amounts)):
        raise ValueError("every flow must be a finite number")
    return amounts


def net_present_value(flows: Sequence[Number], rate: Number, *, first: int = 0) -> Number:
    """What a row of flows is worth today. Exact where flows and rate are.

    Args:
        flows: money, one flow a period.
        rate: discount rate of a period, of 1.
        first: periods until the first flow: 0 is today; 1 is how spreadsheets' NPV counts.

    Returns:
        Money of today.

    Raises:
        ValueError: the rate is -1 or less.

    Source: Microsoft, NPV function: the sum of values / (1 + rate)^t; its flows begin at t = 1.

    >>> net_present_value([-100, 110, 121], Fraction(10, 100))
    Fraction(100, 1)
    """
    growth = _growth(rate)
    value: Number = Fraction(0)
    for flow in reversed(flows):
        value = flow + value / growth
    return value / growth**first


def yearly(rate_per_month: Number) -> float:
    """The yearly rate that twelve months at a monthly rate come to: (1 + r)^12 - 1, of 1.

    Raises:
        ValueError: the rate is -1 or less.

    >>> round(yearly(0.01), 6)
    0.126825
    """
    _growth(rate_per_month)
    return expm1(log1p(rate_per_month) * PERIODS_PER_YEAR)


def monthly(rate_per_year: Number) -> float:
    """The monthly rate that comes to a yearly one in twelve months: (1 + r)^(1/12) - 1, of 1.

    Raises:
        ValueError: the rate is -1 or less.

    >>> round(monthly(0.126825), 6)
    0.01
    """
    _growth(rate_per_year)
    return expm1(log1p(rate_per_year) / PERIODS_PER_YEAR)


def sign_changes(flows: Sequence[Number]) -> int:
    """How often a row of flows turns from negative to positive or back; flows of 0 are passed over.

    >>> sign_changes([-100, 0, 230, -132])
    2
    """
    return sum((a < 0) != (b < 0) for a, b in pairwise(flow for flow in flows if flow))


def internal_rates_of_return(flows: Sequence[Number]) -> tuple[float, ...]:
    """Every rate above -1 at which the net present value of the flows is 0.

    With v = 1 / (1 + r) = e^x the net present value is a sum of terms c_t e^(t x). Between two terms of unlike sign
    stands an exponent k: divided by e^(k x), the sum has a derivative with one change of sign less, and its own roots
    lie between those of the derivative. So a row of sums leads down to one without a change, which has no root.

    Args:
        flows: money, one flow a period. A rate where the value touches 0 without changing sign counts too.

    Returns:
        Rates of a period, of 1, ascending, each once, and at most as many as the flows change sign; none where they do
        not, as in no flows at all, or in flows of 0, where any rate would do. A flow too small to show beside the
        largest in float64 counts as none.

    Raises:
        ValueError: a flow is not a finite number.

    Source: Jameson, Counting zeros of generalised polynomials: Descartes' rule of signs and Laguerre's extensions,
    The Mathematical Gazette 90 (518), 2006, 223-234.

    >>> [round(rate, 12) for rate in internal_rates_of_return([-100, 230, -132])]
    [0.1, 0.2]
    """
    return tuple(sorted({rate_of(x) for x in roots(terms_of(enumerate(_finite(flows))))}))


class Rates(NamedTuple):
    """Internal rates of return of a row of flows, of 1 a period.

    Attributes:
        unique: the internal rate of return where the flows change sign exactly once and so have one; else None.
        roots: every rate at which the net present value is 0, ascending.
        sign_changes: how often the flows change sign, which is the most roots there can be.
    """

    unique: float | None
    roots: tuple[float, ...]
    sign_changes: int


def rates_of_return(flows: Sequence[Number]) -> Rates:
    """Internal rates of return, and whether there is one that may be called the rate: never one of several.

    Args:
        flows: money, one flow a period.

    Raises:
        ValueError: a flow is not a finite number.

    Source: see `internal_rates_of_return`.

    >>> rates_of_return([-100, 110]).unique is None, rates_of_return([-100, 230, -132]).unique is None
    (False, True)
    """
    roots, changes = internal_rates_of_return(flows), sign_changes(flows)
    return Rates(roots[0] if changes == 1 and roots else None, roots, changes)


def modified_internal_rate_of_return(
    flows: Sequence[Number], finance_rate: Number, reinvest_rate: Number
) -> float | None:
    """The rate at which what is paid in would grow into what comes out, each valued at a stated rate.

    Args:
        flows: money, one flow a period.
        finance_rate: rate of a period at which money out is discounted to t = 0, of 1.
        reinvest_rate: rate of a period at which money in grows until the last period, of 1.

    Returns:
        Of 1 a period; None where no flow is negative or none is positive.

    Raises:
        ValueError: a rate is -1 or less.

    Source: Microsoft, MIRR function: (future value of the positive flows / present value of the negative ones)^(1/n)
    - 1 with n periods between the first flow and the last.

    >>> round(modified_internal_rate_of_return([-100, 0, 144], 0.1, 0.1), 12)
    0.2
    """
    paid = -net_present_value([min(flow, 0) for flow in flows], finance_rate)
    earned = net_present_value([max(flow, 0) for flow in flows], reinvest_rate)
    if not paid or not earned:
        return None
    rate = expm1(log(earned / paid) / (len(flows) - 1) + log(_growth(reinvest_rate)))
    return max(rate, nextafter(-1, 0))  # a loss of nearly everything is not more than everything


def _by_day(dates: Sequence[date], flows: Sequence[Number]) -> tuple[list[date], list[float]]:
    """Days in order, each with the sum of its flows."""
    sums: dict[date, float] = {}
    for day, flow in sorted(zip(dates, _finite(flows), strict=True)):
        sums[day] = sums.get(day, 0.0) + flow
    return list(sums), list(sums.values())


def irregular_present_value(rate: Number, dates: Sequence[date], flows: Sequence[Number]) -> float:
    """What flows on dates are worth on the first of these days: the sum of flows / (1 + rate)^(days / 365).

    Args:
        rate: discount rate of a year of 365 days, of 1.
        dates: day of each flow, in any order.
        flows: money, one flow a date.

    Returns:
        Money of the first day; 0 where there are no flows.

    Raises:
        ValueError: the rate is -1 or less or so near to it that no number holds the value; a flow is not finite; there
            are not as many dates as flows.

    Source: Microsoft, XNPV function; computed by pyxirr.

    >>> from datetime import date
    >>> irregular_present_value(0.1, [date(2026, 1, 1), date(2027, 1, 1)], [-100, 121])
    10.0
    """
    from pyxirr import xnpv

    _growth(rate)
    days, amounts = _by_day(dates, flows)
    value = xnpv(float(rate), days, amounts) if days else 0.0
    if value is None:
        raise ValueError(f"at a rate of {rate} these flows are worth more than a number can hold")
    return value


def irregular_rate_of_return(dates: Sequence[date], flows: Sequence[Number]) -> float | None:
    """The rate at which flows on dates are worth nothing on the first of these days.

    Args:
        dates: day of each flow, in any order; flows of one day count as their sum.
        flows: money, one flow a date.

    Returns:
        Of 1 a year of 365 days; None where the flows do not change sign.

    Raises:
        ValueError: the flows change sign more than once; a flow is not finite; there are not as many dates as flows.

    Source: Microsoft, XIRR function; computed by pyxirr.

    >>> from datetime import date
    >>> round(irregular_rate_of_return([date(2026, 1, 1), date(2027, 1, 1)], [-100, 110]), 12)
    0.1
    """
    from pyxirr import xirr

    days, amounts = _by_day(dates, flows)
    changes = sign_changes(amounts)
    if changes > 1:
        raise ValueError(
            f"the flows change sign {changes} times, so that several rates of return are possible: "
            "judge them by their present value, or put them in months and see every rate"
        )
    if not changes:
        return None
    found = xirr(days, amounts)
    if found is not None and found > -1:
        return found
    # Where nearly everything is lost the library gives up or says -1, though one change of sign has one rate above it.
    terms = terms_of(((day - days[0]).days, amount) for day, amount in zip(days, amounts, strict=True))
    return next((rate_of(DAYS_PER_YEAR * x) for x in roots(terms)), None)


class Payback(NamedTuple):
    """When flows have paid back; None where they never do.

    Attributes:
        months: months from t = 0, the month that pays back counted by the share of it that was needed.
        whole_months: the first month's end at which they have.
    """

    months: Number | None
    whole_months: int | None


def payback(flows: Sequence[Number]) -> Payback:
    """The first time from which on the cumulative flow stays at or above 0, until the flows end.

    Args:
        flows: money, one flow a month; for the discounted payback the flows are discounted ones. Fractions and whole
            numbers are added exactly; binary floats may miss a cumulative flow of exactly 0.

    Returns:
        Months, exact where the flows are: 0 where the cumulative flow is never below 0, None where it is at the end.

    Raises:
        ValueError: a flow is not a finite number.

    Source: the project's own definition, docs/method.md; within a month the flow is spread evenly.

    >>> payback([-100, 40, 40, 40])
    Payback(months=Fraction(5, 2), whole_months=3)
    """
    _finite(flows)
    totals = list(accumulate(flows, initial=Fraction(0)))[1:]
    last = max((month for month, total in enumerate(totals) if total < 0), default=None)
    if last is None:
        return Payback(0, 0)
    if last == len(flows) - 1:
        return Payback(None, None)
    return Payback(last + payback_fraction(totals[last], flows[last + 1]), last + 1)

"""The finding of a return on investment, in sentences; and the summary after CHEERS 2022."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up, magnitude
from costmodel.results.estimate import shown_costs

if TYPE_CHECKING:
    from costmodel.results.return_on_investment import ReturnOnInvestment
    from costmodel.value.measures import Measures
    from costmodel.value.returns import Payback

_HUNDRED = 100


def finding(result: ReturnOnInvestment) -> str:
    """Worth it or not, by how much, in cash and in capacity, and what it hangs on."""
    return " ".join(part for part in (_cash(result), _capacity(result), result.hangs_on) if part)


def _cash(result: ReturnOnInvestment) -> str:
    best, currency, measures = result.best, result.currency, result.best.measures
    among = f" with {best.name}, the best of {len(result.options)} options," if len(result.options) > 1 else ""
    present = f"{_money(measures.net_present_value, currency)} in present value at {percent(result.roi.discount_rate)}"
    quoted = " (the API cost as quoted)" if result.quoted else ""
    return (
        f"{'Worth it' if result.worth_it else 'Not worth it'}{among} {_how(result)}: over {_period(result)} "
        f"{_released(result)}{_used(result)}{_avoided(result)}, "
        f"{_money(measures.cost, currency)} is spent{quoted}, a net {_gain(measures.net)} of "
        f"{_money(abs(measures.net), currency)} ({present})."
    )


def _how(result: ReturnOnInvestment) -> str:
    """In which sense it is worth it or not, and before what."""
    share, errors = result.roi.capacity.share_used, result.roi.errors
    alone = result.best.measures.cash_present_value > 0
    how = "in cash alone" if share and alone else "in cash"
    if share and not alone:
        how = f"if {percent(share)} of the freed hours replace paid work, as the scenario states"
    how += " and avoided errors" if result.best.flows.errors_avoided else ""
    missing = ["costs paid once"] if result.roi.one_off is None else []
    missing += ["the cost of errors"] if errors is None else []
    how += f", before {' and '.join(missing)}, which are not stated" if missing else ""
    return f"{how}, with work left undone" if _undone(result) else how


def _used(result: ReturnOnInvestment) -> str:
    used, currency = result.best.measures.capacity_used, result.currency
    if not used:
        return ""
    return f", hours worth {_money(abs(used), currency)} are {'used' if used > 0 else 'needed beside'}"


def _avoided(result: ReturnOnInvestment) -> str:
    avoided = result.best.flows.errors_avoided
    return f", errors worth {_money(avoided, result.currency)} are avoided" if avoided else ""


def _released(result: ReturnOnInvestment) -> str:
    saving, currency = result.best.measures.saving, result.currency
    leaving = sum((work.staff.leaving_cost for work in result.works), Fraction(0))
    after = f", severance and rehiring of {_money(leaving, currency)} taken off" if leaving else ""
    if saving < 0:
        return f"{_money(-saving, currency)} more is paid for staff{after}"
    return f"{_money(saving, currency)} of pay is released{after}" if saving else f"no pay is released{after}"


def _period(result: ReturnOnInvestment) -> str:
    return "one month" if len(result.months) == 1 else f"{len(result.months)} months"


def _gain(net: Fraction) -> str:
    return "gain" if net >= 0 else "loss"


def _capacity(result: ReturnOnInvestment) -> str:
    measures, currency = result.best.measures, result.currency
    cash = measures.cash_net
    alone = f"In cash alone it is a net {_gain(cash)} of {_money(abs(cash), currency)}. "
    alone = alone if result.roi.capacity.share_used else ""
    hours = measures.capacity_hours
    if hours < 0:
        return f"{alone}The work takes {count(-hours)} hours more than before.{_hires(result)}{_undone(result)}"
    if not hours:
        return (alone or "No hours are freed beyond that.").strip() + _hires(result) + _undone(result)
    value, cleared = _money(measures.capacity_value, currency), _cleared(result)
    stated = result.roi.capacity.value_per_hour
    at = f"at {grouped(stated.amount)} {stated.currency} an hour, as stated" if stated else "at their cost"
    of_these = f" ({count(cleared)} of them were unpaid work beyond what the posts can do)" if cleared else ""
    return (
        f"{alone}{count(hours)} hours are freed that no post leaves with{of_these}, worth {value} {at}: "
        f"this is no cash.{_hires(result)}{_undone(result)}"
    )


def _hires(result: ReturnOnInvestment) -> str:
    """Pay of posts that would have been added, and are not: nobody is paid less than today for them."""
    pay = sum((work.staff.hires_avoided_cost for work in result.works), Fraction(0))
    return f" Hires worth {_money(pay, result.currency)} of pay are avoided: not counted either." if pay else ""


def _cleared(result: ReturnOnInvestment) -> Fraction:
    """Hours beyond the posts' capacity that AI does away with, where nobody is paid for them."""
    if result.roi.staff.staffing != "whole_posts":
        return Fraction(0)
    return sum((max(work.staff.beyond_before - work.staff.beyond_after, 0) for work in result.works), Fraction(0))


def _undone(result: ReturnOnInvestment) -> str:
    """Work that the posts which are kept cannot do, beyond what the posts before could not."""
    if result.roi.staff.staffing != "whole_posts":
        return ""
    more = [max(work.staff.beyond_after - work.staff.beyond_before, 0) for work in result.works]
    if not any(more):
        return ""
    worth = sum((hours * work.usable_hour_cost for hours, work in zip(more, result.works, strict=True)), Fraction(0))
    months = sum(1 for hours in more if hours)
    return (
        f" But in {months} of {len(more)} months the posts that are kept cannot do all the work: "
        f"{count(sum(more, Fraction(0)))} hours, worth {_money(worth, result.currency)}, that nobody is paid for here."
    )


def why_ways_differ(result: ReturnOnInvestment) -> str:
    """Why hours at their cost and a payroll are two figures."""
    ways, work, currency = result.ways, result.works[0], result.currency
    capacity, hours = ways.fractional.staff.capacity_of_post, work.hours_before
    hour = (
        f"An hour costs {_money(work.hourly_cost, currency)}, a usable hour {_money(work.usable_hour_cost, currency)}."
    )
    worth = f"{_posts(ways.posts_worth)} posts of {count(capacity)} usable hours"
    text = f"{hour} {count(hours)} hours of work a month are {worth}."
    staff, posts = ways.whole_posts.staff, result.roi.staff.posts_now
    if posts is None:
        return text
    if not staff.beyond_before:
        idle = f", {count(staff.idle_before)} of their hours without work" if staff.idle_before else ""
        return f"{text} There are {_posts(posts)}{idle}."
    text += f" There are {_posts(posts)}, already {count(staff.beyond_before)} hours short"
    more = (
        f"{_posts(ways.needed.staff.posts_before)} posts cost {_plain(ways.needed.staff.cost_before, currency)}"
        if ways.needed
        else ""
    )
    extra = ""
    if ways.overtime:
        pay = _plain(ways.overtime.staff.cost_before, currency)
        extra = f"overtime at {decimal_text(ways.overtime_factor)} x makes it {pay}"
    return f"{text}: {more}, {extra} {currency} a month."


def cheers_rows(result: ReturnOnInvestment) -> list[tuple[str, str]]:
    """What CHEERS 2022 asks of an economic evaluation, filled from what is known.

    Source: Husereau et al., Consolidated Health Economic Evaluation Reporting Standards 2022, BMJ 2022;376:e067975.
    """
    roi, best = result.roi, result.best
    uncertain = (
        f"{result.uncertain} numbers are stated as distributions: --probabilistic computes with them"
        if result.uncertain
        else "no number is stated as a distribution; break-even values show what would change the finding"
    )
    compared = ", ".join(option.name for option in result.options)
    return [
        ("title", result.title),
        ("setting and work", f"{count(result.works[0].records)} records in the first month"),
        ("comparators", f"work by hand; work with AI reviewed by a clinician ({compared})"),
        ("perspective", roi.perspective),
        ("time horizon", f"{len(result.months)} months, {result.period}"),
        ("discount rate", f"{percent(roi.discount_rate)} a year, at month ends; budget impact undiscounted"),
        ("outcomes", "cash released, capacity freed, net present value; no health outcome is valued"),
        ("measurement of time", _minutes(result)),
        ("currency and price year", f"{result.currency}, {roi.price_year}"),
        ("valuation of resources", f"API by {result.book}; pay at the loaded hourly cost, {roi.staff.staffing}"),
        ("main result", f"net present value {_money(best.measures.net_present_value, result.currency)}"),
        ("uncertainty", uncertain),
        ("funding, conflicts of interest", "not known to the program: to be stated by the author"),
    ]


def _minutes(result: ReturnOnInvestment) -> str:
    first, last = result.works[0], result.works[-1]
    after = (
        count(first.ai_minutes)
        if first.ai_minutes == last.ai_minutes
        else (f"{count(first.ai_minutes)}, later {count(last.ai_minutes)}")
    )
    return f"{count(first.manual_minutes)} minutes a record by hand, {after} with AI"


def percent(rate: Fraction | float) -> str:
    """A share in percent, for reading.

    >>> percent(Fraction("0.4475"))
    '44.75 %'
    """
    number = half_up(Fraction(rate) * _HUNDRED, 2)
    return f"{grouped(number)} %"


def count(number: Fraction) -> str:
    """Hours, minutes or records for reading: one decimal where there is one, none from a thousand on.

    >>> count(Fraction(1000, 3)), count(Fraction(2))
    ('333.3', '2')
    """
    places = 0 if magnitude(number) > 3 else 1  # noqa: PLR2004 - digits before the point
    shown = half_up(number, places)
    return grouped(shown, 0 if shown.denominator == 1 else 1)


def months_text(payback: Payback) -> str:
    """A payback for reading."""
    return "never" if payback.months is None else decimal_text(half_up(Fraction(payback.months), 1), 1)


def rate_text(measures: Measures) -> str:
    """The internal rate of return, or why there is none."""
    rates = measures.rates
    if rates.unique is not None:
        return percent(rates.unique)
    if not rates.roots:
        return "none: the flows do not change sign" if not rates.sign_changes else "none"
    roots = ", ".join(percent(root) for root in rates.roots)
    return f"several or uncertain ({roots}): the flows change sign {rates.sign_changes} times"


def _posts(number: Fraction) -> str:
    return grouped(half_up(number, 3))


def _plain(amount: Fraction, currency: str) -> str:
    return shown_costs([amount], currency)[0]


def _money(amount: Fraction, currency: str) -> str:
    return f"{_plain(amount, currency)} {currency}"

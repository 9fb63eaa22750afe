"""The finding of a return on investment, in sentences; figures of it as text."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up, magnitude
from costmodel.results.estimate import shown_costs
from costmodel.results.labels import money_text, say, sentences
from costmodel.results.ties import alike, names_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.results.labels import Said
    from costmodel.results.worth.return_on_investment import ReturnOnInvestment
    from costmodel.value.measures import Measures
    from costmodel.value.returns import Payback

_HUNDRED = 100


def finding(result: ReturnOnInvestment) -> Said:
    """Worth it or not, by how much, in cash and in capacity, and what it hangs on."""
    return sentences((_cash(result), *_capacity(result), result.hangs_on))


def _cash(result: ReturnOnInvestment) -> Said:
    currency, measures = result.currency, result.best.measures
    present = money(measures.net_present_value, currency)
    return say(
        "{verdict}{among} {how}: over {period} {released}{used}{avoided}, {cost} is spent{quoted}, a net {gain} of "
        "{net} ({present} in present value at {rate:number}).",
        verdict=say("Worth it") if result.worth_it else say("Not worth it"),
        among=_among(result),
        how=_how(result),
        period=_period(result),
        released=_released(result),
        used=_used(result),
        avoided=_avoided(result),
        cost=money(measures.spent, currency),
        quoted=say(" (the API cost as quoted)") if result.quoted else "",
        gain=_gain(measures.net),
        net=money(abs(measures.net), currency),
        present=present,
        rate=percent(result.roi.discount_rate),
    )


def _among(result: ReturnOnInvestment) -> str:
    """With which of several options; those that come to exactly the same are named together."""
    names, count = [option.name for option in result.best_options], len(result.options)
    if count == 1:
        return ""
    if len(names) == count:
        return say(" with each of {count} options alike ({names}),", names=names_text(names), count=count)
    return say(" with {option}, the best of {count} options,", option=alike(names), count=count)


def _how(result: ReturnOnInvestment) -> Said:
    """In which sense it is worth it or not, and before what."""
    share, errors = result.roi.capacity.share_used, result.roi.errors
    alone = result.best.measures.cash_present_value > 0
    sense = say("in cash alone") if share and alone else say("in cash")
    if share and not alone:
        used = percent(share)
        sense = say("if {share:number} of the freed hours replace paid work, as the scenario states", share=used)
    once, wrong = result.roi.one_off is None, errors is None
    missing = {
        (True, True): say(", before costs paid once and the cost of errors, which are not stated"),
        (True, False): say(", before costs paid once, which are not stated"),
        (False, True): say(", before the cost of errors, which are not stated"),
    }
    return say(
        "{sense}{errors}{missing}{undone}",
        sense=sense,
        errors=say(" and avoided errors") if result.best.flows.errors_avoided else "",
        missing=missing.get((once, wrong), ""),
        undone=say(", with work left undone") if _undone(result) else "",
    )


def _used(result: ReturnOnInvestment) -> str:
    used = result.best.measures.capacity_used
    worth = money(abs(used), result.currency)
    if not used:
        return ""
    return say(", hours worth {worth} are used" if used > 0 else ", hours worth {worth} are needed beside", worth=worth)


def _avoided(result: ReturnOnInvestment) -> str:
    avoided = result.best.flows.errors_avoided
    return say(", errors worth {worth} are avoided", worth=money(avoided, result.currency)) if avoided else ""


def _released(result: ReturnOnInvestment) -> Said:
    saving, currency = result.best.measures.saving, result.currency
    leaving = sum((work.staff.leaving_cost for work in result.works), Fraction(0))
    taken = say(", severance and rehiring of {cost} taken off", cost=money(leaving, currency)) if leaving else ""
    if saving < 0:
        return say("{pay} more is paid for staff{taken}", pay=money(-saving, currency), taken=taken)
    if saving:
        return say("{pay} of pay is released{taken}", pay=money(saving, currency), taken=taken)
    return say("no pay is released{taken}", taken=taken)


def _period(result: ReturnOnInvestment) -> Said:
    months = len(result.months)
    return say("one month") if months == 1 else say("{months:number} months", months=months)


def _gain(net: Fraction) -> Said:
    return say("gain") if net >= 0 else say("loss")


def _capacity(result: ReturnOnInvestment) -> Iterator[str]:
    """In cash alone; hours that are freed without cash, or needed; hires avoided; work left undone."""
    measures, currency = result.best.measures, result.currency
    hours = sum((work.capacity_hours for work in result.works), Fraction(0))
    if result.roi.capacity.share_used:
        cash = money(abs(measures.cash_net), currency)
        yield say("In cash alone it is a net {gain} of {cash}.", gain=_gain(measures.cash_net), cash=cash)
    elif not hours:
        yield say("No hours are freed beyond that.")
    if hours < 0:
        yield _needed(result, -hours)
    elif measures.capacity_hours:
        yield _freed(result)
    yield _hires(result)
    yield _undone(result)


def _needed(result: ReturnOnInvestment, hours: Fraction) -> Said:
    """Hours that are missing, all of them: whether or not a share of them enters the net flow."""
    more = sum((work.hours_after - work.hours_before for work in result.works), Fraction(0))
    if more > 0:
        return say("The work takes {hours:number} hours more than before.", hours=count(more))
    return say(
        "Posts and overtime that end take {hours:number} hours more with them than are freed.",
        hours=count(hours),
    )


def _freed(result: ReturnOnInvestment) -> Said:
    measures, cleared = result.best.measures, _cleared(result)
    stated = result.roi.capacity.value_per_hour
    of_these = "{hours:number} hours are freed that no post leaves with{unpaid}, worth {value} {at}: this is no cash."
    unpaid = say(" ({hours:number} of them were unpaid work beyond what the posts can do)", hours=count(cleared))
    return say(
        of_these,
        hours=count(measures.capacity_hours),
        unpaid=unpaid if cleared else "",
        value=money(measures.capacity_value, result.currency),
        at=say("at {rate} an hour, as stated", rate=money_text(grouped(stated.amount), stated.currency))
        if stated
        else say("at their cost"),
    )


def _hires(result: ReturnOnInvestment) -> str:
    """Pay of posts that would have been added, and are not: nobody is paid less than today for them."""
    pay = sum((work.staff.hires_avoided_cost for work in result.works), Fraction(0))
    if not pay:
        return ""
    return say("Hires worth {pay} of pay are avoided: not counted either.", pay=money(pay, result.currency))


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
    already = any(work.staff.beyond_before for work in result.works)
    return say(
        "But in {short:number} of {months:number} months the posts that are kept are short of more hours than by hand: "
        "{hours:number} hours more, worth {worth}, that nobody is paid for here."
        if already
        else "But in {short:number} of {months:number} months the posts that are kept cannot do all the work: "
        "{hours:number} hours, worth {worth}, that nobody is paid for here.",
        short=sum(1 for hours in more if hours),
        months=len(more),
        hours=count(sum(more, Fraction(0))),
        worth=money(worth, result.currency),
    )


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


def payback_text(payback: Payback) -> Said:
    """A payback for reading, with its unit."""
    text = months_text(payback)
    if payback.months is None:
        return say("never")
    return say("at once") if text == "0.0" else say("{months:number} months", months=text)


def rate_text(measures: Measures) -> str:
    """The internal rate of return, or why there is none."""
    rates = measures.rates
    if rates.unique is not None:
        return percent(rates.unique)
    if not rates.roots:
        return say("none") if rates.sign_changes else say("none: the flows do not change sign")
    roots = ", ".join(percent(root) for root in rates.roots)
    times = rates.sign_changes
    template = "several or uncertain ({roots:number}): the flows change sign {times} times"
    return say(template, roots=roots, times=times)


def posts_text(number: Fraction) -> str:
    """A number of posts for reading, to a thousandth."""
    return grouped(half_up(number, 3))


def plain(amount: Fraction, currency: str) -> str:
    """An amount for reading, without its currency."""
    return shown_costs([amount], currency)[0]


def money(amount: Fraction, currency: str) -> Said:
    """An amount for reading, with its currency."""
    return money_text(plain(amount, currency), currency)

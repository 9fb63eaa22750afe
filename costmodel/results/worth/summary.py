"""Why hours at their cost and a payroll are two figures; and the summary after CHEERS 2022."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text
from costmodel.results.labels import Said, say, sentences
from costmodel.results.worth.words import count, money, percent, plain, posts_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.results.worth.return_on_investment import ReturnOnInvestment


def why_ways_differ(result: ReturnOnInvestment) -> Said:
    """Why hours at their cost and a payroll are two figures."""
    ways, work, currency = result.ways, result.works[0], result.currency
    hour = say(
        "An hour costs {cost}, a usable hour {usable}.",
        cost=money(work.hourly_cost, currency),
        usable=money(work.usable_hour_cost, currency),
    )
    worth = say(
        "{hours:number} hours of work a month are {posts:number} posts of {capacity:number} usable hours.",
        hours=count(work.hours_before),
        posts=posts_text(ways.posts_worth),
        capacity=count(ways.fractional.staff.capacity_of_post),
    )
    return sentences((hour, worth, _payroll(result)))


def _payroll(result: ReturnOnInvestment) -> str:
    """Today's posts against the hours: too many of them, or too few."""
    staff, posts = result.ways.whole_posts.staff, result.roi.staff.posts_now
    if posts is None:
        return ""
    shown = posts_text(posts)
    if staff.beyond_before:
        return _short_of_hours(result, shown)
    if staff.idle_before:
        idle = count(staff.idle_before)
        return say("There are {posts:number}, {hours:number} of their hours without work.", posts=shown, hours=idle)
    return say("There are {posts:number}.", posts=shown)


def _short_of_hours(result: ReturnOnInvestment, posts: str) -> Said:
    """What the hours would cost that today's posts are short of."""
    ways, currency = result.ways, result.currency
    short = count(ways.whole_posts.staff.beyond_before)
    text = say("There are {posts:number}, already {hours:number} hours short", posts=posts, hours=short)
    more = extra = ""
    if ways.needed:
        more = say(
            "{posts:number} posts cost {pay:number}",
            posts=posts_text(ways.needed.staff.posts_before),
            pay=plain(ways.needed.staff.cost_before, currency),
        )
    if ways.overtime:
        extra = say(
            "overtime at {factor:number} x makes it {pay:number}",
            factor=decimal_text(ways.overtime_factor),
            pay=plain(ways.overtime.staff.cost_before, currency),
        )
    return say("{text}: {more}, {extra} {currency} a month.", text=text, more=more, extra=extra, currency=currency)


def cheers_rows(result: ReturnOnInvestment) -> list[tuple[str, str]]:
    """What CHEERS 2022 asks of an economic evaluation, filled from what is known.

    Source: Husereau et al., Consolidated Health Economic Evaluation Reporting Standards 2022, BMJ 2022;376:e067975.
    """
    return [*_scope(result), *_outcome(result)]


def _scope(result: ReturnOnInvestment) -> Iterator[tuple[str, str]]:
    """What is compared, from whose view, over what time."""
    rate, first = percent(result.roi.discount_rate), count(result.works[0].records)
    compared = ", ".join(option.name for option in result.options)
    months = say("{months:number} months, {period}", months=len(result.months), period=result.period)
    yield say("title"), result.title
    yield say("setting and work"), say("{records:number} records in the first month", records=first)
    yield (
        say("comparators"),
        say("work by hand; work with AI reviewed by a clinician ({options})", options=compared),
    )
    yield say("perspective"), result.roi.perspective
    yield say("time horizon"), months
    yield (
        say("discount rate"),
        say("{rate:number} a year, at month ends; budget impact undiscounted", rate=rate),
    )


def _outcome(result: ReturnOnInvestment) -> Iterator[tuple[str, str]]:
    """What is measured, how it is valued, and what it comes to."""
    roi, npv = result.roi, money(result.best.measures.net_present_value, result.currency)
    staffing = Said(roi.staff.staffing, roi.staff.staffing.replace("_", " "))
    resources = "API by {book}; pay at the loaded hourly cost, {staffing}"
    uncertain = (
        say("{count} numbers are stated as distributions: --probabilistic computes with them", count=result.uncertain)
        if result.uncertain
        else say("no number is stated as a distribution; break-even values show what would change the finding")
    )
    yield say("outcomes"), say("cash released, capacity freed, net present value; no health outcome is valued")
    yield say("measurement of time"), _minutes(result)
    yield say("currency and price year"), f"{result.currency}, {roi.price_year}"
    yield say("valuation of resources"), say(resources, book=result.book.words, staffing=staffing)
    yield say("main result"), say("net present value {amount}", amount=npv)
    yield say("uncertainty"), uncertain
    yield say("funding, conflicts of interest"), say("not known to the program: to be stated by the author")


def _minutes(result: ReturnOnInvestment) -> Said:
    first, last = result.works[0], result.works[-1]
    by_hand, after, later = count(first.manual_minutes), count(first.ai_minutes), count(last.ai_minutes)
    if first.ai_minutes == last.ai_minutes:
        return say("{by_hand:number} minutes a record by hand, {after:number} with AI", by_hand=by_hand, after=after)
    return say(
        "{by_hand:number} minutes a record by hand, {after:number}, later {later:number} with AI",
        by_hand=by_hand,
        after=after,
        later=later,
    )

"""Posts, overtime and pay of one month, in the three ways a department can be staffed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import labour
from costmodel.runtimes.operations import maximum, minimum, step

if TYPE_CHECKING:
    from costmodel.value.plan import Plan

_ZERO = Fraction(0)


class Past(NamedTuple):
    """What a month needs to know of the posts of the months before it.

    Attributes:
        kept: posts of the payroll kept with AI in each month so far, after those on it before it all began.
        by_hand: of these, the posts that the hours without AI need.
    """

    kept: tuple[Any, ...] = ()
    by_hand: tuple[Any, ...] = ()


class Staffing(NamedTuple):
    """Staff of one month, without AI (before) and with it (after).

    Attributes:
        paid_hours, capacity_of_post: hours a post is paid for, and can work on records.
        posts_before, posts_after: posts; exactly the hours' worth where staffing is fractional.
        posts_paid: posts that are paid with AI: those kept, and those that still have notice.
        posts_ended: posts on today's payroll whose pay has ended because of AI.
        posts_idle: posts that end beside these: the hours do not need them without AI either.
        hires_avoided: posts that would have been added without AI, and are not.
        beyond_before, beyond_after: hours of work beyond the posts' capacity: overtime, or unpaid shortfall.
        idle_before, idle_after: usable hours that no work fills.
        overtime_ended: hours of paid overtime that end.
        cost_before, cost_after: pay.
        cash_saving: pay that really falls.
        leaving_cost: severance, and the cost of filling posts again.
        hires_avoided_cost: pay of the hires avoided; shown apart, never part of the saving.
        past: what the next month needs to know.
    """

    paid_hours: Any
    capacity_of_post: Any
    posts_before: Any
    posts_after: Any
    posts_paid: Any
    cost_before: Any
    cost_after: Any
    posts_ended: Any = _ZERO
    posts_idle: Any = _ZERO
    hires_avoided: Any = _ZERO
    beyond_before: Any = _ZERO
    beyond_after: Any = _ZERO
    idle_before: Any = _ZERO
    idle_after: Any = _ZERO
    overtime_ended: Any = _ZERO
    cash_saving: Any = _ZERO
    leaving_cost: Any = _ZERO
    hires_avoided_cost: Any = _ZERO
    past: Past = Past()


def staffing_of(plan: Plan, hours: tuple[Any, Any], pay: tuple[Any, Any], past: Past) -> Staffing:
    """Staff of one month.

    Args:
        plan: what every month shares.
        hours: of work, before and after.
        pay: wage, and loaded cost, of an hour.
        past: posts of the months before.
    """
    staff = plan.roi.staff
    paid = labour.post_hours(staff.hours_per_day, staff.days_per_month)
    post = paid, labour.post_capacity(paid, staff.usable_share)
    if staff.staffing == "fractional":
        return _fractional(staff.usable_share, hours, pay[1], post)
    if staff.staffing == "overtime":
        return _overtime(plan, hours, pay, post)
    return _whole_posts(plan, hours, pay[1], (post, past))


def _fractional(usable_share: Any, hours: tuple[Any, Any], hourly: Any, post: tuple[Any, Any]) -> Staffing:
    before, after = hours
    posts = before / post[1], after / post[1]
    return Staffing(
        paid_hours=post[0],
        capacity_of_post=post[1],
        posts_before=posts[0],
        posts_after=posts[1],
        posts_paid=posts[1],
        cost_before=labour.pay_of_hours(before, usable_share, hourly),
        cost_after=labour.pay_of_hours(after, usable_share, hourly),
    )


def _overtime(plan: Plan, hours: tuple[Any, Any], pay: tuple[Any, Any], post: tuple[Any, Any]) -> Staffing:
    staff, (before, after), (wage, hourly), (paid, capacity) = plan.roi.staff, hours, pay, post
    posts, terms = staff.posts_now, staff.overtime
    beyond = labour.hours_beyond(before, posts, capacity), labour.hours_beyond(after, posts, capacity)
    factor, loading = (terms.factor, terms.loading) if terms else (_ZERO, _ZERO)
    extra = [labour.overtime_pay(number, wage, factor, loading) for number in beyond]
    regular = labour.pay_of_posts(posts, paid, hourly)
    return Staffing(
        paid_hours=paid,
        capacity_of_post=capacity,
        posts_before=posts,
        posts_after=posts,
        posts_paid=posts,
        cost_before=regular + extra[0],
        cost_after=regular + extra[1],
        beyond_before=beyond[0],
        beyond_after=beyond[1],
        idle_before=labour.idle_hours(before, posts, capacity),
        idle_after=labour.idle_hours(after, posts, capacity),
        overtime_ended=beyond[0] - beyond[1],
        cash_saving=step("pay released", extra[0] - extra[1], "money"),
    )


def _whole_posts(plan: Plan, hours: tuple[Any, Any], hourly: Any, known: tuple[tuple[Any, Any], Past]) -> Staffing:
    staff, (before, after), ((paid_hours, capacity), past) = plan.roi.staff, hours, known
    least = staff.least_posts
    needed = (
        labour.posts_needed(before, capacity, least, "posts needed by hand"),
        labour.posts_needed(after, capacity, least, "posts needed with AI"),
    )
    posts_before = needed[0] if staff.posts_now is None else staff.posts_now
    payroll = past.kept[0] if past.kept else posts_before
    given = labour.posts_after(posts_before, needed[1])
    now = Past((*(past.kept or (payroll,)), payroll), (*(past.by_hand or (payroll,)), minimum(payroll, needed[0])))
    now = now._replace(kept=(*now.kept[:-1], _kept(plan, payroll, given, now)))
    hired, named = labour.posts_gone(given, payroll), _still_paid(now.kept, staff.notice_months)
    ended = labour.posts_ended(now.by_hand[-1], named)
    avoided = labour.hires_avoided(payroll, posts_before, needed[1])
    posts = now.kept[-1] + hired
    return Staffing(
        paid_hours=paid_hours,
        capacity_of_post=capacity,
        posts_before=posts_before,
        posts_after=posts,
        posts_paid=named + hired,
        posts_ended=ended,
        hires_avoided=avoided,
        posts_idle=labour.posts_gone(minimum(payroll, posts_before), maximum(now.by_hand[-1], named)),
        beyond_before=labour.hours_beyond(before, posts_before, capacity),
        beyond_after=labour.hours_beyond(after, posts, capacity),
        idle_before=labour.idle_hours(before, posts_before, capacity),
        idle_after=labour.idle_hours(after, posts, capacity),
        cost_before=labour.pay_of_posts(posts_before, paid_hours, hourly),
        cost_after=labour.pay_of_posts(named + hired, paid_hours, hourly),
        cash_saving=step("pay released", labour.pay_of_posts(ended, paid_hours, hourly), "money"),
        leaving_cost=_leaving_cost(plan, now),
        hires_avoided_cost=labour.pay_of_posts(avoided, paid_hours, hourly),
        past=now,
    )


def _kept(plan: Plan, payroll: Any, given: Any, now: Past) -> Any:
    """Posts of the payroll kept this month; they come back where filling one again has a cost, or by hand too."""
    if plan.roi.staff.rehiring_cost_per_post is not None:
        return minimum(payroll, given)
    filled = labour.posts_gone(now.by_hand[-1], now.by_hand[-2])
    return labour.posts_kept(payroll, given, now.kept[-2], filled)


def _leaving_cost(plan: Plan, now: Past) -> Any:
    """Severance of posts that leave because of AI, and the cost of posts that are filled again because of it."""
    staff, total = plan.roi.staff, _ZERO
    if staff.severance_per_post is not None:
        left = _left(now.kept, staff.notice_months) - _left(now.by_hand, staff.notice_months)
        total = total + left * plan.money(staff.severance_per_post)
    if staff.rehiring_cost_per_post is not None:
        filled = labour.posts_gone(now.kept[-1], now.kept[-2]) - labour.posts_gone(now.by_hand[-1], now.by_hand[-2])
        total = total + filled * plan.money(staff.rehiring_cost_per_post)
    return total


def _left(history: tuple[Any, ...], notice: int) -> Any:
    """Posts whose pay ends this month."""
    return labour.posts_gone(_still_paid(history[:-1], notice), _still_paid(history, notice))


def _still_paid(history: tuple[Any, ...], notice: int) -> Any:
    """Posts of the payroll that are paid: those kept, and those whose notice still runs."""
    most = history[-1]
    for posts in history[max(len(history) - 1 - notice, 0) : -1]:
        most = maximum(most, posts)
    return most

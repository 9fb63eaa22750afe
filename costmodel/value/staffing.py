"""Posts, overtime and pay of one month, in the three ways a department can be staffed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import labour
from costmodel.runtimes.operations import maximum, minimum, step

if TYPE_CHECKING:
    from costmodel.value.work import Plan

_ZERO = Fraction(0)


class Staffing(NamedTuple):
    """Staff of one month, without AI (before) and with it (after).

    Attributes:
        paid_hours, capacity_of_post: hours a post is paid for, and can work on records.
        posts_before, posts_after: posts; exactly the hours' worth where staffing is fractional.
        posts_paid: posts that are paid with AI: those kept, and those that still have notice.
        posts_ended: posts on today's payroll whose pay has ended.
        hires_avoided: posts that would have been added without AI, and are not.
        beyond_before, beyond_after: hours of work beyond the posts' capacity: overtime, or unpaid shortfall.
        idle_before, idle_after: usable hours that no work fills.
        overtime_ended: hours of paid overtime that end.
        cost_before, cost_after: pay.
        cash_saving: pay that really falls.
        leaving_cost: severance, and the cost of filling posts again.
        hires_avoided_cost: pay of the hires avoided; shown apart, never part of the saving.
        kept: posts kept in each month so far.
    """

    paid_hours: Any
    capacity_of_post: Any
    posts_before: Any
    posts_after: Any
    posts_paid: Any
    cost_before: Any
    cost_after: Any
    posts_ended: Any = _ZERO
    hires_avoided: Any = _ZERO
    beyond_before: Any = _ZERO
    beyond_after: Any = _ZERO
    idle_before: Any = _ZERO
    idle_after: Any = _ZERO
    overtime_ended: Any = _ZERO
    cash_saving: Any = _ZERO
    leaving_cost: Any = _ZERO
    hires_avoided_cost: Any = _ZERO
    kept: tuple[Any, ...] = ()


def staffing_of(plan: Plan, hours: tuple[Any, Any], pay: tuple[Any, Any], kept: tuple[Any, ...]) -> Staffing:
    """Staff of one month.

    Args:
        plan: what every month shares.
        hours: of work, before and after.
        pay: wage, and loaded cost, of an hour.
        kept: posts kept so far, month by month, after those on the payroll before the first month.
    """
    staff = plan.roi.staff
    paid = labour.post_hours(staff.hours_per_day, staff.days_per_month)
    post = paid, labour.post_capacity(paid, staff.usable_share)
    if staff.staffing == "fractional":
        return _fractional(staff.usable_share, hours, pay[1], post)
    if staff.staffing == "overtime":
        return _overtime(plan, hours, pay, post)
    return _whole_posts(plan, hours, pay[1], (post, kept))


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


def _whole_posts(
    plan: Plan, hours: tuple[Any, Any], hourly: Any, known: tuple[tuple[Any, Any], tuple[Any, ...]]
) -> Staffing:
    staff, (before, after), ((paid, capacity), kept) = plan.roi.staff, hours, known
    needed = [labour.posts_needed(number, capacity, staff.least_posts) for number in hours]
    posts_before = needed[0] if staff.posts_now is None else staff.posts_now
    payroll, last = (kept[0], kept[-1]) if kept else (posts_before, posts_before)
    returns = staff.rehiring_cost_per_post
    now = (
        labour.posts_kept(posts_before, needed[1], last)
        if returns is None
        else labour.posts_with_rehiring(posts_before, needed[1])
    )
    history = (*(kept or (payroll,)), now)
    notice = staff.notice_months
    posts_paid, paid_last = _back(history, notice), _back(history, notice + 1)
    if returns is not None and notice:
        posts_paid, paid_last = maximum(now, posts_paid), maximum(last, paid_last)
    ended = labour.posts_ended(payroll, posts_before, posts_paid)
    avoided = labour.hires_avoided(payroll, posts_before, needed[1])
    leaving: Any = _ZERO
    if staff.severance_per_post is not None:
        leaving = leaving + labour.posts_gone(paid_last, posts_paid) * plan.money(staff.severance_per_post)
    if returns is not None:
        leaving = leaving + labour.posts_gone(minimum(now, payroll), last) * plan.money(returns)
    cost_before = labour.pay_of_posts(posts_before, paid, hourly)
    return Staffing(
        paid_hours=paid,
        capacity_of_post=capacity,
        posts_before=posts_before,
        posts_after=now,
        posts_paid=posts_paid,
        posts_ended=ended,
        hires_avoided=avoided,
        beyond_before=labour.hours_beyond(before, posts_before, capacity),
        beyond_after=labour.hours_beyond(after, now, capacity),
        idle_before=labour.idle_hours(before, posts_before, capacity),
        idle_after=labour.idle_hours(after, now, capacity),
        cost_before=cost_before,
        cost_after=labour.pay_of_posts(posts_paid, paid, hourly),
        cash_saving=step("pay released", labour.pay_of_posts(ended, paid, hourly), "money"),
        leaving_cost=leaving,
        hires_avoided_cost=labour.pay_of_posts(avoided, paid, hourly),
        kept=history,
    )


def _back(history: tuple[Any, ...], months: int) -> Any:
    """The entry so many months before the last one; the first where there is none."""
    return history[max(len(history) - 1 - months, 0)]

"""One month of work, by hand and with AI: minutes, hours, posts, pay, and what really becomes free.

Everything here takes numbers of any runtime: the scenario's own (exact), draws, or traced cells.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import labour
from costmodel.equations.charges import escalated_charge
from costmodel.runtimes.operations import some, step
from costmodel.value.staffing import Past, Staffing, staffing_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.quantities import Month
    from costmodel.value.plan import Plan
    from costmodel.value.spec import Adoption, Errors, Roi

_ZERO = Fraction(0)


class State(NamedTuple):
    """What a month needs to know of the months before it.

    Attributes:
        ai_records: records done with AI so far.
        posts: posts of the months before.
    """

    ai_records: Any = _ZERO
    posts: Past = Past()


class Work(NamedTuple):
    """One month.

    Attributes:
        records, ai_records: records, and those of them done with AI.
        adoption: share done with AI.
        manual_minutes, ai_minutes: clinician's minutes for one record.
        hours_before, hours_after: hours of work by hand, and with AI.
        hourly_cost: loaded cost of a paid hour.
        usable_hour_cost: the same of an hour that can be used.
        staff: posts and pay.
        capacity_hours: hours freed that no post leaves with.
        capacity_value, capacity_used: their value, and the part of it that enters the net flow.
        error_cost: of errors, beyond those of work by hand.
        fixed_cost: monthly costs beside the API.
        record_cost_before, record_cost_after: time-driven cost of a record by hand, and of one done with AI.
    """

    month: Month
    records: Any
    ai_records: Any
    adoption: Any
    manual_minutes: Any
    ai_minutes: Any
    hours_before: Any
    hours_after: Any
    hourly_cost: Any
    usable_hour_cost: Any
    staff: Staffing
    capacity_hours: Any
    capacity_value: Any
    capacity_used: Any
    error_cost: Any
    fixed_cost: Any
    record_cost_before: Any
    record_cost_after: Any


def adoption_share(adoption: Adoption, month: int) -> Any:
    """Share of a month's records done with AI.

    Args:
        adoption: what the scenario says.
        month: 1 for the first month.
    """
    share: Any = adoption.share
    if adoption.curve == "exponential":
        return labour.exponential_adoption(share, adoption.time_constant_months, month)
    if adoption.curve == "logistic":
        return labour.logistic_adoption(share, adoption.midpoint_months, adoption.steepness_per_month, month)
    if adoption.curve == "linear":
        return labour.linear_adoption(share, adoption.months_to_reach, month)
    return share if adoption.curve == "constant" else adoption.shares[min(month, len(adoption.shares)) - 1]


def works(plan: Plan, months: Sequence[Month], records: Sequence[Any]) -> list[Work]:
    """Every month, one after the other."""
    found: list[Work] = []
    state = State()
    for month, count in zip(months, records, strict=True):
        work, state = month_of_work(plan, month, len(found) + 1, (count, state))
        found.append(work)
    return found


def month_of_work(plan: Plan, month: Month, number: int, given: tuple[Any, State]) -> tuple[Work, State]:
    """One month.

    Args:
        plan: what every month shares.
        month: which.
        number: 1 for the first.
        given: records of the month, and what happened before.
    """
    (records, before), roi = given, plan.roi
    share = adoption_share(roi.adoption, number)
    ai_records = labour.records_with_ai(records, share)
    manual, ai_minutes = roi.manual.minutes, _ai_minutes(roi, before.ai_records)
    hours = labour.hours_by_hand(records, manual), labour.hours_with_ai(records, ai_records, manual, ai_minutes)
    wage = _wage(plan, month)
    hourly = labour.loaded_hourly_cost(wage, roi.staff.loading_on_wage)
    usable = labour.capacity_cost_rate(hourly, roi.staff.usable_share)
    staff = staffing_of(plan, hours, (wage, hourly), before.posts)
    capacity = labour.capacity_freed(
        hours[0] - hours[1], staff.posts_ended + staff.hires_avoided, staff.capacity_of_post, staff.overtime_ended
    )
    rate = usable if roi.capacity.value_per_hour is None else plan.money(roi.capacity.value_per_hour)
    value = labour.value_of_hours(capacity, rate)
    work = Work(
        month=month,
        records=records,
        ai_records=ai_records,
        adoption=share,
        manual_minutes=manual,
        ai_minutes=ai_minutes,
        hours_before=hours[0],
        hours_after=hours[1],
        hourly_cost=hourly,
        usable_hour_cost=usable,
        staff=staff,
        capacity_hours=capacity,
        capacity_value=value,
        capacity_used=_used(value, roi.capacity.share_used),
        error_cost=_ZERO if roi.errors is None else _error_cost(plan, roi.errors, ai_records),
        fixed_cost=sum((plan.money(cost) for cost in roi.fixed_per_month.values()), _ZERO),
        record_cost_before=labour.time_driven_cost(manual, usable),
        record_cost_after=labour.time_driven_cost(ai_minutes, usable),
    )
    return work, State(before.ai_records + ai_records, staff.past)


def _used(value: Any, share: Any) -> Any:
    return step("capacity used", value * share, "money") if some(share) else _ZERO


def _wage(plan: Plan, month: Month) -> Any:
    wage, years = plan.money(plan.roi.staff.wage_per_hour), plan.years(month)
    return escalated_charge(wage, plan.wage_rise, years, "an hour") if years else wage


def _ai_minutes(roi: Roi, done: Any) -> Any:
    said = roi.with_ai
    if said.time_saved is not None:
        return labour.minutes_after_saving(roi.manual.minutes, said.time_saved)
    minutes: Any = said.review_minutes
    if said.first_review_minutes is not None:
        among = roi.staff.posts_now if said.clinicians is None else said.clinicians
        practice = labour.experience(done, among)
        minutes = labour.learned_minutes(said.first_review_minutes, minutes, practice, said.learning_rate)
    return labour.minutes_with_ai(said.review_share, minutes, said.fixed_minutes)


def _error_cost(plan: Plan, errors: Errors, ai_records: Any) -> Any:
    reviewed, finds = plan.roi.with_ai.review_share, errors.review_finds
    total: Any = _ZERO
    if errors.cost_of_correction is not None and errors.with_ai.found_per_record is not None:
        found = labour.errors_found(reviewed, finds, errors.with_ai.found_per_record)
        cost = plan.money(errors.cost_of_correction)
        total = total + labour.incremental_error_cost(ai_records, found, errors.by_hand.found_per_record, cost)
    if errors.cost_of_harm is not None and errors.with_ai.harmful_per_record is not None:
        left = labour.harm_left(reviewed, finds, errors.with_ai.harmful_per_record)
        cost = plan.money(errors.cost_of_harm)
        total = total + labour.incremental_error_cost(ai_records, left, errors.by_hand.harmful_per_record, cost)
    return total

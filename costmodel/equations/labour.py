"""From records to minutes, hours, posts and pay; and from reviewed work to errors.

Every function takes numbers of any runtime (exact, array, draws, traced) and returns one of the same, for one month.
Shares and rates are fractions of 1, money is in one currency. Method: the project's own definitions, docs/method.md,
where no other source is named.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costmodel.runtimes.operations import (
    ceil,
    divide,
    doublings,
    maximum,
    minimum,
    real_power,
    safe_divide,
    step,
)

MINUTES_PER_HOUR = 60
EULER = Fraction("2.718281828459045")
# e^-50 is 2e-22: beyond it a curve of shares has no digit left that is kept.
_FLAT = 50


def loaded_hourly_cost(wage_per_hour: Any, loading_on_wage: Any) -> Any:
    """What an hour of paid work costs the employer.

    Args:
        wage_per_hour: money an hour.
        loading_on_wage: benefits and payroll taxes as a share of the wage; never of total compensation, which is
            smaller: a share s of compensation is s / (1 - s) on the wage.

    Returns:
        Money an hour.

    Source: US Bureau of Labor Statistics, Employer Costs for Employee Compensation, June 2025 (USDL-25-1358):
    wages 32.07 USD, benefits 13.58 USD an hour: 13.58 / 32.07 = 0.423 on the wage, published as 0.298 of compensation.

    >>> loaded_hourly_cost(20, Fraction("0.423"))
    Fraction(1423, 50)
    """
    return step("loaded hourly cost", wage_per_hour * (1 + loading_on_wage), "an hour")


def exponential_adoption(highest_share: Any, time_constant_months: Any, month: int) -> Any:
    """Share of records done with AI, rising fast at first: a(1 - e^(-t/tau)).

    Args:
        highest_share: share reached in the end.
        time_constant_months: months after which 63.2 % of it is reached.
        month: 1 for the first month.

    Returns:
        Share of the month's records.

    >>> float(exponential_adoption(Fraction(1, 2), 3, 3))
    0.3160602794145
    """
    fallen = real_power(EULER, maximum(divide(-month, time_constant_months), -_FLAT))
    return step("adoption", highest_share * (1 - fallen), "of records")


def logistic_adoption(highest_share: Any, midpoint_months: Any, steepness: Any, month: int) -> Any:
    """Share of records done with AI, slow, then fast, then slow: a / (1 + e^(-k(t - m))).

    Args:
        highest_share: share reached in the end.
        midpoint_months: month in which half of it is reached.
        steepness: k, a month.
        month: 1 for the first month.

    Returns:
        Share of the month's records.

    Source: the logistic curve of the diffusion of innovations (Griliches, Econometrica 1957;25:501-522).

    >>> logistic_adoption(Fraction(4, 5), 6, 1, 6)
    Fraction(2, 5)
    """
    exponent = minimum(maximum(steepness * (midpoint_months - month), -_FLAT), _FLAT)
    return step("adoption", divide(highest_share, 1 + real_power(EULER, exponent)), "of records")


def linear_adoption(highest_share: Any, months_to_reach: Any, month: int) -> Any:
    """Share of records done with AI, rising by the same step each month until it is reached.

    >>> linear_adoption(Fraction(4, 5), 4, 1)
    Fraction(1, 5)
    """
    return step("adoption", highest_share * minimum(divide(month, months_to_reach), 1), "of records")


def records_with_ai(records: Any, adoption_share: Any) -> Any:
    """Records of a month that are done with AI.

    >>> int(records_with_ai(2000, Fraction(60, 100)))
    1200
    """
    return step("records done with AI", records * adoption_share, "records")


def experience(records_before: Any, clinicians: Any) -> Any:
    """Records that each clinician has done with AI before this month.

    >>> experience(1200, 4)
    Fraction(300, 1)
    """
    return step("records done with AI by each clinician before", divide(records_before, clinicians), "records")


def learned_minutes(first_minutes: Any, settled_minutes: Any, practice: Any, learning_rate: Any) -> Any:
    """Minutes of one review after some practice: m + (m0 - m) Q^(log2 b), with Q of at least 1.

    Args:
        first_minutes: of the first review.
        settled_minutes: of a review in the end.
        practice: records done before, Q.
        learning_rate: b: what is left of the excess each time the number of records doubles.

    Returns:
        Minutes.

    Source: Wright, Factors affecting the cost of airplanes, J Aeronautical Sciences 1936;3:122-128, applied to the
    excess over the settled time. Q^(log2 b) is computed as b^(log2 Q), which is the same number.

    >>> int(learned_minutes(4, 2, 8, Fraction(1, 2)) * 4)
    9
    """
    left = real_power(learning_rate, doublings(maximum(practice, 1)))
    return step("minutes of a review", settled_minutes + (first_minutes - settled_minutes) * left, "minutes")


def minutes_with_ai(review_share: Any, review_minutes: Any, fixed_minutes: Any) -> Any:
    """Clinician's minutes for a record done with AI.

    Args:
        review_share: share of such records that a clinician reviews.
        review_minutes: minutes of one review.
        fixed_minutes: minutes for every such record, reviewed or not.

    Returns:
        Minutes a record.

    >>> minutes_with_ai(Fraction(1, 2), 4, 1)
    Fraction(3, 1)
    """
    return step("minutes with AI", review_share * review_minutes + fixed_minutes, "minutes")


def minutes_after_saving(manual_minutes: Any, time_saved_share: Any) -> Any:
    """Clinician's minutes for a record done with AI, where a study states the share of time saved.

    >>> int(minutes_after_saving(10, Fraction(18, 100)) * 10)
    82
    """
    return step("minutes with AI", manual_minutes * (1 - time_saved_share), "minutes")


def hours_by_hand(records: Any, manual_minutes: Any) -> Any:
    """Hours of work in a month when every record is done by hand.

    >>> hours_by_hand(2000, 10)
    Fraction(1000, 3)
    """
    return step("hours before", divide(records * manual_minutes, MINUTES_PER_HOUR), "hours")


def hours_with_ai(records: Any, ai_records: Any, manual_minutes: Any, ai_minutes: Any) -> Any:
    """Hours of work in a month in which some records are done with AI.

    >>> hours_with_ai(2000, 2000, 10, 2)
    Fraction(200, 3)
    """
    minutes = (records - ai_records) * manual_minutes + ai_records * ai_minutes
    return step("hours after", divide(minutes, MINUTES_PER_HOUR), "hours")


def post_hours(hours_per_day: Any, days_per_month: Any) -> Any:
    """Hours that one post is paid for in a month.

    >>> post_hours(8, 20)
    160
    """
    return step("paid hours of a post", hours_per_day * days_per_month, "hours")


def post_capacity(paid_hours: Any, usable_share: Any) -> Any:
    """Hours of work that one post can do in a month: its practical capacity.

    Source: Kaplan and Anderson, Time-Driven Activity-Based Costing, HBR November 2004.

    >>> post_capacity(160, Fraction(85, 100))
    Fraction(136, 1)
    """
    return step("capacity of a post", paid_hours * usable_share, "hours")


def capacity_cost_rate(cost: Any, practical_capacity: Any) -> Any:
    """What one unit of time that can be used costs, in the unit of the capacity.

    Source: Kaplan and Anderson, HBR November 2004: 560,000 USD over 700,000 minutes is 0.80 USD a minute.

    >>> capacity_cost_rate(560000, 700000)
    Fraction(4, 5)
    """
    return step("cost of a usable hour", divide(cost, practical_capacity), "an hour")


def time_driven_cost(minutes: Any, cost_of_hour: Any) -> Any:
    """What the time for one record costs, at the cost of a usable hour.

    Source: Kaplan and Anderson, HBR November 2004.

    >>> time_driven_cost(10, 15)
    Fraction(5, 2)
    """
    return step("time-driven cost of a record", divide(minutes, MINUTES_PER_HOUR) * cost_of_hour, "a record")


def posts_needed(hours: Any, capacity_of_post: Any, least_posts: Any, name: str = "posts needed") -> Any:
    """Whole posts that the hours need.

    Args:
        hours: of work in the month.
        capacity_of_post: hours of work that one post can do.
        least_posts: posts that must stay whatever the hours are.
        name: that `explain` shows.

    Returns:
        Posts.

    >>> int(posts_needed(Fraction(1000, 3), 160, 1))
    3
    """
    return step(name, maximum(least_posts, ceil(divide(hours, capacity_of_post))), "posts")


def posts_kept(payroll: Any, after: Any, kept_last_month: Any, filled_by_hand: Any) -> Any:
    """Posts of the payroll that are kept when work is done with AI: a post that ended because of AI never returns.

    Args:
        payroll: posts before it all began.
        after: posts that the work with AI is given: never more than without AI.
        kept_last_month: posts of the payroll kept in the month before.
        filled_by_hand: posts of the payroll that are filled again this month without AI too, after a short month.

    Returns:
        Posts.

    >>> posts_kept(3, 1, 2, 0), posts_kept(3, 2, 1, 0), posts_kept(3, 2, 1, 1)
    (1, 1, 2)
    """
    return step("posts kept", minimum(minimum(payroll, after), kept_last_month + filled_by_hand), "posts")


def posts_after(posts_before: Any, needed: Any) -> Any:
    """Posts that the work with AI is given: as many as its hours need, and never more than without AI.

    >>> posts_after(3, 2), posts_after(2, 3)
    (2, 2)
    """
    return step("posts after", minimum(posts_before, needed), "posts")


def posts_gone(more: Any, fewer: Any) -> Any:
    """Posts by which one number exceeds another; 0 where it does not. Of two months: posts that went.

    >>> posts_gone(3, 1), posts_gone(1, 3)
    (2, 0)
    """
    return maximum(more - fewer, 0)


def posts_ended(needed_by_hand: Any, posts_paid: Any) -> Any:
    """Posts on the payroll whose pay has ended because of AI.

    Args:
        needed_by_hand: posts of the payroll that the hours without AI need; one that they do not is no saving of AI.
        posts_paid: posts of the payroll that are paid with AI.

    Returns:
        Posts.

    >>> posts_ended(3, 1), posts_ended(1, 2)
    (2, 0)
    """
    return step("posts ended", maximum(needed_by_hand - posts_paid, 0), "posts")


def hires_avoided(payroll: Any, posts_before: Any, needed: Any) -> Any:
    """Posts that would have been added without AI and are not: beyond the payroll, and beyond what AI work needs.

    >>> hires_avoided(2, 4, 1), hires_avoided(2, 4, 3)
    (2, 1)
    """
    return step("hires avoided", maximum(posts_before - maximum(payroll, needed), 0), "posts")


def pay_of_posts(posts: Any, paid_hours: Any, hourly_cost: Any) -> Any:
    """Pay of posts in a month, whether their hours are used or not.

    >>> pay_of_posts(2, 160, 15)
    4800
    """
    return posts * paid_hours * hourly_cost


def pay_of_hours(hours: Any, usable_share: Any, hourly_cost: Any) -> Any:
    """Pay of exactly the hours of work, as if a post could be divided at will; unused paid time is in it.

    >>> pay_of_hours(Fraction(1000, 3), 1, 15)
    Fraction(5000, 1)
    """
    return divide(hours, usable_share) * hourly_cost


def hours_beyond(hours: Any, posts: Any, capacity_of_post: Any) -> Any:
    """Hours of work that the posts cannot do: overtime where it is paid, else an unpaid shortfall.

    >>> hours_beyond(Fraction(1000, 3), 2, 160)
    Fraction(40, 3)
    """
    return maximum(hours - posts * capacity_of_post, 0)


def idle_hours(hours: Any, posts: Any, capacity_of_post: Any) -> Any:
    """Usable hours of the posts that no work fills.

    >>> idle_hours(100, 1, 160)
    60
    """
    return maximum(posts * capacity_of_post - hours, 0)


def utilisation(hours: Any, posts: Any, capacity_of_post: Any) -> Any:
    """Work as a share of what the posts can do; 0 where there are none.

    >>> utilisation(80, 1, 160)
    Fraction(1, 2)
    """
    return safe_divide(hours, posts * capacity_of_post)


def overtime_pay(overtime_hours: Any, wage_per_hour: Any, overtime_factor: Any, overtime_loading: Any) -> Any:
    """Pay of overtime hours: on the wage, not on the loaded cost, with a loading of its own.

    >>> overtime_pay(Fraction(40, 3), 15, Fraction(3, 2), 0)
    Fraction(300, 1)
    """
    return step("overtime pay", overtime_hours * wage_per_hour * overtime_factor * (1 + overtime_loading), "money")


def capacity_freed(hours_saved: Any, posts_ended: Any, capacity_of_post: Any, overtime_ended: Any) -> Any:
    """Hours freed that no post and no overtime leaves with; negative where the work takes longer with AI.

    Args:
        hours_saved: hours before less hours after.
        posts_ended: posts that end.
        capacity_of_post: usable hours of one.
        overtime_ended: hours of paid overtime that end.

    Returns:
        Hours.

    >>> capacity_freed(Fraction(800, 3), 1, 160, 0)
    Fraction(320, 3)
    """
    released = posts_ended * capacity_of_post + overtime_ended
    return step("capacity freed", hours_saved - minimum(maximum(hours_saved, 0), released), "hours")


def value_of_hours(hours: Any, value_of_hour: Any) -> Any:
    """What hours are worth, whether or not anybody pays less for them.

    >>> value_of_hours(Fraction(320, 3), 15)
    Fraction(1600, 1)
    """
    return step("value of capacity freed", hours * value_of_hour, "money")


def errors_found(review_share: Any, detection_share: Any, errors_per_record: Any) -> Any:
    """Errors found and corrected in one record done with AI.

    Args:
        review_share: share of records reviewed.
        detection_share: share of errors that a review finds.
        errors_per_record: errors in one record before review.

    Returns:
        Errors a record.

    >>> errors_found(1, Fraction(1, 2), 3)
    Fraction(3, 2)
    """
    return review_share * detection_share * errors_per_record


def harm_left(review_share: Any, detection_share: Any, harmful_per_record: Any) -> Any:
    """Harmful errors that remain in one record done with AI, after review.

    >>> harm_left(1, Fraction(3, 4), Fraction(1, 100))
    Fraction(1, 400)
    """
    return harmful_per_record * (1 - review_share * detection_share)


def incremental_error_cost(ai_records: Any, errors_with_ai: Any, errors_by_hand: Any, cost_of_one: Any) -> Any:
    """Cost of errors of the records done with AI, beyond what the same records cost when done by hand.

    Args:
        ai_records: records done with AI.
        errors_with_ai: errors a record.
        errors_by_hand: errors a record.
        cost_of_one: money for one.

    Returns:
        Money; negative where there are fewer errors than by hand.

    Source: incremental as in cost-effectiveness analysis; that both are needed shows Williams et al., JAMA Intern Med
    2025;185:818-825: 2.91 errors in a summary by a model, 1.82 in one by a physician.

    >>> incremental_error_cost(100, 3, 2, 5)
    500
    """
    return step("error cost", ai_records * (errors_with_ai - errors_by_hand) * cost_of_one, "money")

"""A second return on investment, written from the rules alone, to hold the first against.

Plain functions over the plain data of a section `roi`: Fractions where the model is exact, floats where it has a power
or an exponential. Nothing of `costmodel` is imported. Every function says in one sentence which rule it writes down.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

ZERO = Fraction(0)
EXCESS = Fraction(1, 10**9)


def ceiling(value):
    """ceil(x) = ceil(x - 1e-9): what floating-point numbers leave behind is no post."""
    return math.ceil(value - EXCESS if isinstance(value, Fraction) else value - 1e-9)


def records_of(first, growth, month):
    """N_t = half-up(N_1 (1+g)^(t-1)), never compounding a rounded value; month 1 is the first."""
    return math.floor(Fraction(first) * (1 + Fraction(growth)) ** (month - 1) + Fraction(1, 2))


def adoption_of(adoption, month):
    """a_t: constant, exponential, logistic, linear or a table of which the last share stays."""
    curve = adoption.get("curve", "constant")
    if curve == "table":
        return adoption["shares"][min(month, len(adoption["shares"])) - 1]
    share = adoption["share"]
    if curve == "exponential":
        return share * (1 - math.exp(-month / adoption["time_constant_months"]))
    if curve == "logistic":
        return share / (1 + math.exp(-adoption["steepness_per_month"] * (month - adoption["midpoint_months"])))
    if curve == "linear":
        return share * min(Fraction(month) / adoption["months_to_reach"], 1)
    return share


def minutes_with_ai(roi, records_before):
    """Manual x (1 - time saved), or review share x [m + (m0 - m) Q^(log2 b)] + fixed minutes, Q = max(1, records)."""
    ai = roi["with_ai"]
    if "time_saved" in ai:
        return roi["manual"]["minutes"] * (1 - ai["time_saved"])
    review = ai["review_minutes"]
    if "learning_rate" in ai:
        clinicians = ai.get("clinicians", roi["staff"].get("posts_now"))
        practice = max(1, records_before / clinicians)
        if practice != 1:
            review = float(review) + float(ai["first_review_minutes"] - review) * float(practice) ** math.log2(
                ai["learning_rate"]
            )
        else:
            review = ai["first_review_minutes"]
    return ai["review_share"] * review + ai.get("fixed_minutes", ZERO)


def error_cost(roi, ai_records):
    """A[(r s e_ai - e_manual) c_correct + (q_ai (1 - r s) - q_manual) c_harm]; what has no cost is left out."""
    errors = roi.get("errors")
    if not errors:
        return ZERO
    ai, hand = errors.get("with_ai", {}), errors.get("by_hand", {})
    seen = roi["with_ai"]["review_share"] * errors.get("review_finds", ZERO)
    found = harm = ZERO
    if "found_per_record" in ai and "cost_of_correction" in errors:
        found = (seen * ai["found_per_record"] - hand["found_per_record"]) * errors["cost_of_correction"]
    if "harmful_per_record" in ai and "cost_of_harm" in errors:
        harm = (ai["harmful_per_record"] * (1 - seen) - hand["harmful_per_record"]) * errors["cost_of_harm"]
    return ai_records * (found + harm)


def whole_years(month):
    """Wages escalate by whole years since the start: from the 13th month, and again from the 25th."""
    return (month - 1) // 12


def worked(roi, first, growth, months):
    """Records, records done with AI, minutes and hours of each month."""
    rows, done = [], ZERO
    for month in range(1, months + 1):
        n = records_of(first, growth, month)
        share = adoption_of(roi["adoption"], month)
        a = n * share
        manual = roi["manual"]["minutes"]
        minutes = minutes_with_ai(roi, done)
        rows.append(
            {
                "records": n,
                "adoption": share,
                "ai_records": a,
                "manual_minutes": manual,
                "ai_minutes": minutes,
                "hours_before": Fraction(n) * manual / 60,
                "hours_after": ((n - a) * manual + a * minutes) / 60,
                "error_cost": error_cost(roi, a),
            }
        )
        done = done + a
    return rows


def posts(roi, rows):
    """Posts before, after, paid and ended, hires avoided, severance and filling again, of each month of whole posts.

    Before = posts_now if given, else max(least, ceil(H/K)). After = min(before, max(least, ceil(H_after/K))). A post
    that ended never returns unless rehiring is costed. A post is paid for its notice. A post that would have gone or
    come anyway is no saving of AI: ended are those of the payroll that work by hand would still have.
    """
    staff = roi["staff"]
    k = staff["hours_per_day"] * staff["days_per_month"] * staff["usable_share"]
    least = staff.get("least_posts", ZERO)
    need_before = [max(least, ceiling(row["hours_before"] / k)) for row in rows]
    before = [staff.get("posts_now", need) for need in need_before]
    payroll = before[0]
    notice = staff.get("notice_months", 0)
    kept, history = [], [payroll] * (notice + 1)
    for row, posts_before in zip(rows, before, strict=True):
        after = min(posts_before, max(least, ceiling(row["hours_after"] / k)))
        if "rehiring_cost_per_post" not in staff:
            after = min(after, history[-1])
        history.append(after)
        kept.append(after)
    paid = [max(history[index + 1 : index + 2 + notice]) for index in range(len(rows))]
    return before, kept, paid, payroll

"""A second return on investment, written from the written rules alone, to hold the first against.

Plain functions over the plain data of a scenario: Fractions where the model is exact, floats where it has a power or an
exponential. Nothing of `costmodel` is imported. Each function says in its first line which rule it writes down. Money
is taken to be in one currency.
"""

from __future__ import annotations

import calendar
import math
from fractions import Fraction
from itertools import pairwise

ZERO, ONE = Fraction(0), Fraction(1)
MISSED = Fraction(1, 10**9)


def number(text):
    """A number as a scenario writes it: 10, '1_000', '30 %', '15 USD', '252 USD/month'."""
    if isinstance(text, int | Fraction):
        return Fraction(text)
    digits = "".join(sign for sign in text.partition("/")[0] if sign in "0123456789.-")
    return Fraction(digits) / (100 if "%" in text else 1)


def at(section, name, otherwise=None):
    """The number of a key, or something else where the key is left out."""
    return number(section[name]) if name in section else otherwise


def round_up(value):
    """Ceil(x) = ceil(x - 1e-9): 33 exact hours at one an hour are 33 posts, in floating point too."""
    return Fraction(math.ceil(value - MISSED))


def half_up(value):
    """The nearest whole number, a half upwards."""
    return Fraction(math.floor(value + Fraction(1, 2)))


# Work


def records_in(records, start, month):
    """N_t = half-up(N_1 (1+g)^(t-1)), never compounding a rounded value; calendar months have their own days."""
    first = at(records, "per_month")
    if first is None:
        year, index = int(start[:4]), int(start[5:]) + month - 2
        days = calendar.monthrange(year + index // 12, index % 12 + 1)[1]
        said = records["days_per_month"]
        first = number(records["per_day"]) * (days if said == "calendar" else number(said))
    return half_up(first * (1 + at(records, "monthly_growth", ZERO)) ** (month - 1))


def adoption_in(adoption, month):
    """A share from the first month on; a list, of which the last share stays; or a curve, in floating point."""
    if isinstance(adoption, list):
        return number(adoption[min(month, len(adoption)) - 1])
    if not isinstance(adoption, dict):
        return number(adoption)
    curve = adoption.get("curve", "constant")
    if curve == "table":
        return adoption_in(adoption["shares"], month)
    share = number(adoption["share"])
    if curve == "exponential":
        return float(share) * (1 - math.exp(-month / float(number(adoption["time_constant_months"]))))
    if curve == "logistic":
        midpoint, steepness = number(adoption["midpoint_months"]), number(adoption["steepness_per_month"])
        return float(share) / (1 + math.exp(float(steepness * (midpoint - month))))
    if curve == "linear":
        return share * min(month / number(adoption["months_to_reach"]), ONE)
    return share


def ai_minutes_after(roi, done):
    """Manual x (1 - time saved); or review share x [m + (m0 - m) Q^(log2 b)] + fixed, Q = max(1, records before)."""
    said = roi["with_ai"]
    if "time_saved" in said:
        return number(roi["manual"]["minutes"]) * (1 - number(said["time_saved"]))
    minutes = number(said["review_minutes"])
    if "learning_rate" in said:
        practice = done / at(said, "clinicians", at(roi["staff"], "posts_now"))
        excess, left = number(said["first_review_minutes"]) - minutes, number(said["learning_rate"])
        if practice <= 1 or left == 1:
            minutes += excess
        else:
            minutes = float(minutes) + float(excess) * float(practice) ** math.log2(left)
    return number(said["review_share"]) * minutes + at(said, "fixed_minutes", ZERO)


def error_cost_of(roi, ai_records):
    """A[(r s e_ai - e_manual) c_correct + (q_ai (1 - r s) - q_manual) c_harm]; what has no cost is left out."""
    errors = roi.get("errors", {})
    ai, hand = errors.get("with_ai", {}), errors.get("by_hand", {})
    seen = at(roi["with_ai"], "review_share", ZERO) * at(errors, "review_finds", ZERO)
    total = ZERO
    if "found_per_record" in ai and "cost_of_correction" in errors:
        more = seen * number(ai["found_per_record"]) - number(hand["found_per_record"])
        total += ai_records * more * number(errors["cost_of_correction"])
    if "harmful_per_record" in ai and "cost_of_harm" in errors:
        more = number(ai["harmful_per_record"]) * (1 - seen) - number(hand["harmful_per_record"])
        total += ai_records * more * number(errors["cost_of_harm"])
    return total


# Staff: one row for each month, with what the three ways have in common


def post_of(staff):
    """Paid hours of a post, and its capacity K = hours a day x days x usable share."""
    paid = number(staff["hours_per_day"]) * number(staff["days_per_month"])
    return paid, paid * number(staff["usable_share"])


def fractional(staff, rows):
    """Fractional staff costs W H / u, and no named post ends: no cash."""
    paid, capacity = post_of(staff)
    found = []
    for row in rows:
        posts = row["hours_before"] / capacity, row["hours_after"] / capacity
        pay = [row["loaded_hourly_cost"] * paid * number_of for number_of in posts]
        found.append(
            {"posts_before": posts[0], "posts_after": posts[1], "posts_paid": posts[1]}
            | {"staff_cost_before": pay[0], "staff_cost_after": pay[1]}
        )
    return found


def overtime(staff, rows):
    """P x hours x days x W + max(H - P K, 0) x wage x factor x (1 + overtime loading); what ends of it is cash."""
    paid, capacity = post_of(staff)
    posts, terms = number(staff["posts_now"]), staff["overtime"]
    factor = number(terms["factor"]) * (1 + at(terms, "loading", ZERO))
    found = []
    for row in rows:
        over = [max(row[name] - posts * capacity, ZERO) for name in ("hours_before", "hours_after")]
        pay = [posts * paid * row["loaded_hourly_cost"] + hours * row["wage"] * factor for hours in over]
        found.append(
            {"posts_before": posts, "posts_after": posts, "posts_paid": posts}
            | {"staff_cost_before": pay[0], "staff_cost_after": pay[1], "cash_saving": pay[0] - pay[1]}
            | {"hours_beyond_before": over[0], "hours_beyond_after": over[1], "overtime_ended": over[0] - over[1]}
            | {"idle_hours_before": max(posts * capacity - row["hours_before"], ZERO)}
            | {"idle_hours_after": max(posts * capacity - row["hours_after"], ZERO)}
        )
    return found


def whole_posts(staff, rows):
    """Before = posts_now, else max(least, ceil(H/K)); after = min(before, max(least, ceil(H_after/K))).

    The payroll is that of the first month. Of it a post that AI ended never returns unless rehiring is costed; posts
    that by hand come back come back with AI too. A post no longer needed is paid for its notice, and costs severance
    when its pay ends, unless by hand it would have cost that then. Cash is the pay of the payroll's posts that by hand
    would still be needed and are paid no more. Posts beyond the payroll are hires: those that do not come are avoided.
    """
    paid, capacity = post_of(staff)
    least, notice = at(staff, "least_posts", ZERO), int(at(staff, "notice_months", 0))
    needs = [[max(least, round_up(row[name] / capacity)) for name in ("hours_before", "hours_after")] for row in rows]
    before = [at(staff, "posts_now", need[0]) for need in needs]
    payroll = before[0]
    hand, kept = [payroll], [payroll]  # of the payroll: by hand, and with AI, after those before the first month
    for posts, need in zip(before, needs, strict=True):
        given = min(payroll, posts, need[1])
        if "rehiring_cost_per_post" not in staff:
            given = min(given, kept[-1] + max(min(payroll, need[0]) - hand[-1], ZERO))
        hand.append(min(payroll, need[0]))  # a post that the hours by hand do not need either is no saving of AI
        kept.append(given)
    found = []
    for index, (row, posts, need) in enumerate(zip(rows, before, needs, strict=True), 1):
        hires = max(min(posts, need[1]) - payroll, ZERO)
        after = kept[index] + hires
        ended = max(hand[index] - noticed(kept, index, notice), ZERO)
        avoided = max(posts - max(payroll, need[1]), ZERO)
        gone = [max(noticed(side, index - 1, notice) - noticed(side, index, notice), ZERO) for side in (kept, hand)]
        back = [max(side[index] - side[index - 1], ZERO) for side in (kept, hand)]
        wage = paid * row["loaded_hourly_cost"]
        found.append(
            {"posts_before": posts, "posts_after": after, "posts_paid": noticed(kept, index, notice) + hires}
            | {"posts_ended": ended, "hires_avoided": avoided, "hires_avoided_cost": avoided * wage}
            | {"posts_idle": max(min(payroll, posts) - max(hand[index], noticed(kept, index, notice)), ZERO)}
            | {"hours_beyond_before": max(row["hours_before"] - posts * capacity, ZERO)}
            | {"hours_beyond_after": max(row["hours_after"] - after * capacity, ZERO)}
            | {"idle_hours_before": max(posts * capacity - row["hours_before"], ZERO)}
            | {"idle_hours_after": max(after * capacity - row["hours_after"], ZERO)}
            | {"staff_cost_before": posts * wage}
            | {"staff_cost_after": (noticed(kept, index, notice) + hires) * wage}
            | {"cash_saving": ended * wage}
            | {
                "leaving_cost": (gone[0] - gone[1]) * at(staff, "severance_per_post", ZERO)
                + (back[0] - back[1]) * at(staff, "rehiring_cost_per_post", ZERO)
            }
        )
    return found


def noticed(posts, index, notice):
    """Posts that are paid: those needed, and those needed at some time within the notice."""
    return max(posts[max(index - notice, 0) : index + 1])


STAFFING = {"fractional": fractional, "overtime": overtime, "whole_posts": whole_posts}
NONE = dict.fromkeys(
    (
        *("posts_ended", "hires_avoided", "hires_avoided_cost", "hours_beyond_before", "hours_beyond_after"),
        *("idle_hours_before", "idle_hours_after", "cash_saving", "leaving_cost", "overtime_ended", "posts_idle"),
    ),
    ZERO,
)


# Months


def months_of(data, bill_of_record=None, known=None):
    """Every figure of every month, by name.

    Args:
        data: the scenario.
        bill_of_record: what the API costs for one record; None where only a quote is known.
        known: `adoption`, `ai_minutes` and `factor` of each month where these are roots and powers: to be taken as
            they are, so that everything that follows from them can be compared exactly.
    """
    roi, staff = data["roi"], data["roi"]["staff"]
    rows, done = [], ZERO
    for index in range(data["horizon"]["months"]):
        given = known[index] if known else {}
        count = records_in(data["workload"]["records"], data["horizon"]["start"], index + 1)
        share = given.get("adoption", adoption_in(roi["adoption"], index + 1))
        ai_records, manual = count * share, number(roi["manual"]["minutes"])
        minutes = given.get("ai_minutes", ai_minutes_after(roi, done))
        wage = number(staff["wage_per_hour"]) * (1 + at(data.get("escalation", {}), "wages", ZERO)) ** (index // 12)
        loaded = wage * (1 + number(staff["loading_on_wage"]))
        usable = loaded / number(staff["usable_share"])
        rows.append(
            {"records": count, "adoption": share, "ai_records": ai_records, "manual_minutes": manual}
            | {"ai_minutes": minutes, "hours_before": count * manual / 60}
            | {"hours_after": ((count - ai_records) * manual + ai_records * minutes) / 60}
            | {"capacity_of_post": post_of(staff)[1], "wage": wage, "loaded_hourly_cost": loaded}
            | {"usable_hour_cost": usable, "record_cost_before": manual * usable / 60}
            | {"record_cost_after": minutes * usable / 60, "error_cost": error_cost_of(roi, ai_records)}
            | {"fixed_cost": sum(map(number, roi.get("fixed_per_month", {}).values()), ZERO)}
            | {"factor": given.get("factor", (1 + float(number(roi["discount_rate"]))) ** (-(index + 1) / 12))}
        )
        if bill_of_record is not None:
            rows[-1]["computed_llm_cost"] = bill_of_record * ai_records
        done += ai_records
    staffed = STAFFING[staff["staffing"]](staff, rows)
    return [money_of(roi, row | NONE | staff_row) for row, staff_row in zip(rows, staffed, strict=True)]


def money_of(roi, row):
    """Capacity freed, what of it is used, and the net flow of a month."""
    said, saved = roi.get("capacity", {}), row["hours_before"] - row["hours_after"]
    released = (row["posts_ended"] + row["hires_avoided"]) * row["capacity_of_post"] + row["overtime_ended"]
    hours = saved - min(max(saved, ZERO), released)
    value = hours * at(said, "value_per_hour", row["usable_hour_cost"])
    used = value * at(said, "share_used", ZERO)
    quoted = roi.get("llm_cost")
    api = number(quoted["quoted"]) if quoted else row["computed_llm_cost"]
    net = row["cash_saving"] - row["leaving_cost"] + used - api - row["fixed_cost"] - row["error_cost"]
    pay = row["staff_cost_before"]
    return row | {
        "capacity_hours": hours,
        "capacity_value": value,
        "capacity_used": used,
        "llm_cost": api,
        "net_flow": net,
        "net_share_of_pay": net / pay if pay else ZERO,
    }


# Horizon


def totals_of(data, rows):
    """Every figure of the horizon that is a sum, or a ratio of sums; present values by the factor of each month."""
    roi = data["roi"]
    once = sum((number(cost) for cost in one_off_costs(roi)), ZERO)
    left = 1 - at(roi.get("capacity", {}), "share_used", ZERO)

    def total(name):
        return sum((row[name] for row in rows), ZERO)

    def present(name):
        return sum((row[name] * row["factor"] for row in rows), ZERO)

    api, errors, present_errors = total("llm_cost"), total("error_cost"), present("error_cost")
    # What staff, hours or errors cost more than by hand is a cost, not a negative benefit.
    lost = [total("leaving_cost") - total("cash_saving"), -total("capacity_used"), errors]
    present_lost = [present("leaving_cost") - present("cash_saving"), -present("capacity_used"), present_errors]
    costs = once + api + total("fixed_cost") + sum(max(loss, ZERO) for loss in lost)
    present_costs = once + present("llm_cost") + present("fixed_cost") + sum(max(loss, ZERO) for loss in present_lost)
    net, worth = total("net_flow") - once, present("net_flow") - once
    found = {
        "saving": total("cash_saving") - total("leaving_cost"),
        "capacity_used": total("capacity_used"),
        "llm_cost": api,
        "fixed_cost": total("fixed_cost"),
        "error_cost": errors,
        "one_off": once,
        "cost": costs,
        "net": net,
        "cash_net": net - total("capacity_used"),
        "capacity_hours": total("capacity_hours") * left,
        "capacity_value": total("capacity_value") * left,
        "net_present_value": worth,
        "cash_present_value": worth - present("capacity_used"),
        "capacity_present_value": present("capacity_value") * left,
        "return_on_all_cost": net / costs if costs else None,
        "return_on_api_spend": net / api if api else None,
        "benefit_cost_ratio": (worth + present_costs) / present_costs if present_costs else None,
        "profitability_index": (worth + once) / once if once else None,
        "computed_llm_cost": total("computed_llm_cost") if "computed_llm_cost" in rows[0] else None,
    }
    flows = [-once, *(row["net_flow"] for row in rows)]
    found["payback_months"], found["payback_whole_months"] = payback(flows)
    found["discounted_payback_months"] = payback([-once, *(row["net_flow"] * row["factor"] for row in rows)])[0]
    found["internal_rate_of_return"] = rate_of_return(flows)
    found["modified_rate"] = modified_rate(flows, roi)
    return found


def one_off_costs(roi):
    """What is paid once, before the first month: integration, training, compliance, security, and others by name."""
    said = roi.get("one_off", {})
    return [cost for name, cost in said.items() if name != "other"] + list(said.get("other", {}).values())


def payback(flows):
    """The first time the cumulative flow stays at or above 0: interpolated and as whole months; none if never."""
    sums = [sum(flows[: month + 1], ZERO) for month in range(len(flows))]
    for month in range(len(flows)):
        if all(value >= 0 for value in sums[month:]):
            return (month - 1 + -sums[month - 1] / flows[month], month) if month else (ZERO, 0)
    return None, None


def rate_of_return(flows):
    """The yearly rate at which the flows are worth nothing, by bisection; None unless they change sign just once."""
    signs = [flow > 0 for flow in flows if flow]
    if sum(one != other for one, other in pairwise(signs)) != 1:
        return None
    exact = [float(flow) if signs[0] else -float(flow) for flow in flows]

    def worth(power):  # of flows that start above 0; the month's discount factor is e^power
        last = len(exact) - 1 if power > 0 else 0
        return math.fsum(flow * math.exp(power * (month - last)) for month, flow in enumerate(exact))

    low, high = -300.0, 300.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) > 0 else (low, middle)
    return math.expm1(-12 * low) if -12 * low < 700 else math.inf


def modified_rate(flows, roi):
    """Money out discounted at the finance rate, money in grown at the reinvestment rate until the end; by the year."""
    said, rate = roi.get("modified_return", {}), number(roi["discount_rate"])
    finance, reinvest = (1 + float(at(said, name, rate)) for name in ("finance_rate", "reinvest_rate"))
    end = len(flows) - 1
    paid = math.fsum(-float(flow) * finance ** (-month / 12) for month, flow in enumerate(flows) if flow < 0)
    earned = math.fsum(float(flow) * reinvest ** ((end - month) / 12) for month, flow in enumerate(flows) if flow > 0)
    return (earned / paid) ** (12 / end) - 1 if paid and earned else None


def years_of(data, rows):
    """Net flows of each fiscal year, undiscounted, in order; what is paid once stands in the first."""
    first, found = int(data["horizon"].get("fiscal_year_start", 1)), {}
    year, month = int(data["horizon"]["start"][:4]), int(data["horizon"]["start"][5:])
    for row in rows:
        key = year - (month < first)
        found[key] = found.get(key, ZERO) + row["net_flow"]
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    nets = list(found.values())
    return [nets[0] - sum(map(number, one_off_costs(data["roi"])), ZERO), *nets[1:]]


def ways_of(data, row, overtime_factor):
    """The first month staffed in other ways: pay before and after, and the difference less what AI costs.

    Hours at their cost; the posts there are; the posts that the hours need where that is another number; these posts
    and overtime for the rest. Nobody has a notice here.
    """
    said = {name: value for name, value in data["roi"]["staff"].items() if name != "notice_months"}
    without = {name: value for name, value in said.items() if name != "posts_now"}
    kinds = {"fractional": fractional(said, [row]), "whole_posts": whole_posts(said, [row])}
    if "posts_now" in said:
        needed = whole_posts(without, [row])
        if needed[0]["posts_before"] != number(said["posts_now"]):
            kinds["needed"] = needed
        kinds["overtime"] = overtime({"overtime": {"factor": overtime_factor}} | said, [row])
    found = {"posts_worth": row["hours_before"] / row["capacity_of_post"]}
    for name, (way,) in kinds.items():
        before, after = way["staff_cost_before"], way["staff_cost_after"]
        net = before - after - row["llm_cost"] - row["fixed_cost"] - row["error_cost"]
        found |= {f"{name}_cost_before": before, f"{name}_cost_after": after, f"{name}_net": net}
        found[f"{name}_net_share_of_pay"] = net / before if before else ZERO
    return found

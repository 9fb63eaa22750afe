"""Rates of return and payback: known answers from outside, and what holds for every row of flows."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from costmodel.equations.returns import discount_factor
from costmodel.value.returns import (
    Payback,
    internal_rates_of_return,
    irregular_present_value,
    irregular_rate_of_return,
    modified_internal_rate_of_return,
    monthly,
    net_present_value,
    payback,
    rates_of_return,
    sign_changes,
    yearly,
)

# Known answers from outside

NPV = {
    # Microsoft Excel, NPV function, example 1 (1,188.44); digits as in many public test suites
    "excel 1": ([-10000, 3000, 4200, 6800], 0.1, 1, 1188.4434123352207, 1e-9),
    # Microsoft Excel, NPV function, example 2 (1,922.06)
    "excel 2": ([-40000, 8000, 9200, 10000, 12000, 14500], 0.08, 0, 1922.0615549323647, 1e-8),
    # Microsoft Excel, NPV function, example 2 with a sixth year of -9,000 (-3,749.47)
    "excel 3": ([-40000, 8000, 9200, 10000, 12000, 14500, -9000], 0.08, 0, -3749.4650870155765, 1e-8),
    # numpy-financial, documentation of npv (3065.22267)
    "numpy-financial, t = 0": ([-40000, 5000, 8000, 12000, 30000], 0.08, 0, 3065.2226681795255, 1e-8),
    # the tests of pyxirr: Anexen/pyxirr, its file tests/test_periodic.rs: 2838.169137203
    "pyxirr, t = 1": ([-40000, 5000, 8000, 12000, 30000], 0.08, 1, 2838.169137203, 1e-8),
    # Adobe LiveCycle Designer, FormCalc reference, NPV (11529.60863329007)
    "FormCalc": ([500, 1500, 4000, 10000], 0.1, 1, 11529.60863329007, 1e-8),
}
IRR = {
    # Microsoft Excel, IRR function, the examples of five, four and two years (8.7 %, -2.1 %, -44.4 %)
    "excel, 5 years": ([-70000, 12000, 15000, 18000, 21000, 26000], 0.08663094803653162, 1e-12),
    "excel, 4 years": ([-70000, 12000, 15000, 18000, 21000], -0.021244848273411, 1e-12),
    "excel, 2 years": ([-70000, 12000, 15000], -0.44350694133474056, 1e-12),
    # numpy/numpy-financial, its file tests/test_financial.py: 0.0524, -0.0955, 0.28095, -0.0833, 0.06206, 0.0886
    "numpy-financial 1": ([-150000, 15000, 25000, 35000, 45000, 60000], 0.05243288885941, 1e-9),
    "numpy-financial 2": ([-100, 0, 0, 74], -0.09549583034897, 1e-9),
    "numpy-financial 3": ([-100, 39, 59, 55, 20], 0.28094842115996, 1e-9),
    "numpy-financial 4": ([-100, 100, 0, -7], -0.08329966618495, 1e-9),
    "numpy-financial 5": ([-100, 100, 0, 7], 0.06205848562216, 1e-9),
    "numpy-financial 6": ([-5, 10.5, 1, -8, 1], 0.08859833852439, 1e-9),
}
MIRR = {
    # Microsoft Excel, MIRR function, the examples of five and three years (13 %, -5 %)
    "excel, 5 years": ([-120000, 39000, 30000, 21000, 37000, 46000], 0.1260941303659051),
    "excel, 3 years": ([-120000, 39000, 30000, 21000], -0.048044655249980917),
}
# Microsoft Excel, XNPV and XIRR functions: the same five flows in both
DATES = [date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1)]
AMOUNTS = [-10000, 2750, 4250, 3250, 2750]


@pytest.mark.parametrize(("flows", "rate", "first", "expected", "within"), NPV.values(), ids=NPV)
def test_present_value_known(flows, rate, first, expected, within):
    """Published net present values, the first flow today or after one period."""
    assert net_present_value(flows, rate, first=first) == pytest.approx(expected, rel=0, abs=within)


@pytest.mark.parametrize(("flows", "expected", "within"), IRR.values(), ids=IRR)
def test_rate_of_return_known(flows, expected, within):
    """Published rates are among the roots; where others are too, none is called the rate."""
    found = rates_of_return(flows)
    assert min(abs(root - expected) for root in found.roots) <= within
    assert found.unique == (found.roots[0] if len(found.roots) == 1 else None)


def test_published_rates_that_are_not_alone():
    """Two of the published rates are one of several, which the library that gives them does not say."""
    several = {name: len(internal_rates_of_return(flows)) for name, (flows, *_) in IRR.items()}
    assert {name: count for name, count in several.items() if count > 1} == {
        "numpy-financial 4": 2,
        "numpy-financial 6": 3,
    }


def test_two_rates():
    """By algebra: -100 (x - 1.1) (x - 1.2) with x = 1 + r. Both are told, and that neither is the rate."""
    found = rates_of_return([-100, 230, -132])
    assert found.roots == pytest.approx((0.1, 0.2), rel=0, abs=1e-12)
    assert (found.unique, found.sign_changes) == (None, 2)


@pytest.mark.parametrize("flows", [[1, 2, 3], [-1, -2], [5], [], [0, 0, 0], [0], [0, 7, 0]])
def test_no_rate(flows):
    """No rate where nothing changes sign (numpy/numpy issue 6744), nor where there are no flows or all are 0."""
    assert rates_of_return(flows) == (None, (), 0)


@pytest.mark.parametrize(("flows", "expected"), MIRR.values(), ids=MIRR)
def test_modified_rate_known(flows, expected):
    """Published modified rates: financed at 10 %, reinvested at 12 %."""
    assert modified_internal_rate_of_return(flows, 0.1, 0.12) == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize("flows", [[], [0, 0], [1, 2], [-1, -2], [-1]])
def test_no_modified_rate(flows):
    """None where nothing is paid in or nothing comes out."""
    assert modified_internal_rate_of_return(flows, 0.1, 0.1) is None


def test_irregular_known():
    """Excel's XNPV at 9 % (2,086.65; 2086.647602031541657 in a public decimal test suite) and XIRR (0.373362535)."""
    assert irregular_present_value(0.09, DATES, AMOUNTS) == pytest.approx(2086.6476020315417, rel=0, abs=1e-9)
    assert irregular_rate_of_return(DATES, AMOUNTS) == pytest.approx(0.37336253351883136, rel=0, abs=1e-9)
    backwards = (DATES[::-1], AMOUNTS[::-1])
    assert irregular_present_value(0.09, *backwards) == irregular_present_value(0.09, DATES, AMOUNTS)
    assert irregular_rate_of_return(*backwards) == irregular_rate_of_return(DATES, AMOUNTS)


# Every root, and only roots


def flows_with(growths, scale=1):
    """Flows, in whole numbers, whose net present value is 0 where 1 + r is one of these tenths."""
    flows = [scale]
    for growth in growths:
        flows = [10 * a - growth * b for a, b in zip([*flows, 0], [0, *flows], strict=True)]
    return flows


def sizes(flows, rate):
    """What the flows would be worth if all of them came in."""
    return net_present_value([abs(flow) for flow in flows], rate)


TENTHS = st.dictionaries(st.integers(3, 25), st.integers(1, 2), min_size=1, max_size=3)
MONEY = st.integers(-1_000_000, 1_000_000)
POSITIVE = st.integers(1, 1_000_000)


@given(TENTHS, st.sampled_from([1, -1, 700]))
@example({10: 3}, -1)
@example({5: 1, 11: 2, 20: 1}, 1)
def test_chosen_roots_come_back(growths, scale):
    """Flows built from chosen rates have exactly these, those included where the value only touches 0."""
    found = internal_rates_of_return(flows_with(Counter(growths).elements(), scale))
    assert found == pytest.approx([growth / 10 - 1 for growth in sorted(growths)], rel=0, abs=1e-7)


def test_nearly_touching():
    """A value that comes within a ten-thousandth of 0 has no root there; one that goes beyond has two."""
    assert internal_rates_of_return([-100, 220, -121]) == pytest.approx((0.1,), rel=0, abs=1e-12)
    assert internal_rates_of_return([-100, 220, -121.0001]) == ()
    apart = 1e-3  # 100 (x - 1.1)^2 = 0.0001
    assert internal_rates_of_return([-100, 220, -120.9999]) == pytest.approx(
        (0.1 - apart, 0.1 + apart), rel=0, abs=1e-9
    )


def test_roots_that_cannot_be_told_apart():
    """Four roots at 0.3 and five at 0.4: between them the value is 0 in every digit of float64, so they count once."""
    flows = flows_with([13] * 4 + [14] * 5)
    between = Fraction(35, 100)
    assert 0 < abs(net_present_value(flows, between)) < Fraction(1e-15) * sizes(flows, between)
    (found,) = internal_rates_of_return(flows)
    assert 0.3 - 1e-6 < found < 0.4 + 1e-6


@pytest.mark.parametrize("flows", [[-100, 220, -121], [-100, 50, -1, 100]])
def test_one_root_is_not_the_rate_where_more_were_possible(flows):
    """Flows that change sign more than once have no rate, even if one root alone is found."""
    found = rates_of_return(flows)
    assert (len(found.roots), found.unique) == (1, None)
    assert found.sign_changes > 1


@given(st.lists(MONEY, max_size=40))
@example([80296, -1])
def test_value_is_nothing_at_each_root(flows):
    """At each rate found the value is 0 as near as a rate in float64 can be; never more rates than changes of sign."""
    found = rates_of_return(flows)
    assert list(found.roots) == sorted(set(found.roots))
    assert len(found.roots) <= found.sign_changes == sign_changes(flows)
    for root in found.roots:
        rate = Fraction(root)
        last_digit = Fraction(2**-52) / (1 + rate)  # one in the last digit of the rate, for each period
        within = Fraction(1e-12) + len(flows) * last_digit
        assert abs(net_present_value(flows, rate)) <= within * sizes(flows, rate)


@given(st.lists(POSITIVE, min_size=1, max_size=30), st.lists(POSITIVE, min_size=1, max_size=30), st.booleans())
def test_one_change_of_sign_has_one_rate(paid, earned, lent):
    """Flows that change sign once have exactly one rate: the value is above 0 on one side of it, below on the other."""
    flows = [-flow for flow in paid] + earned
    found = rates_of_return([-flow for flow in flows] if lent else flows)
    assert found.roots == (found.unique,)
    rate = Fraction(found.unique)
    step = (1 + rate) / 1_000_000
    assert net_present_value(flows, rate - step) > 0 > net_present_value(flows, rate + step)


def test_roots_against_eigenvalues():
    """Short random flows have the same rates as the companion matrix of their polynomial (numpy.roots)."""
    chance = random.Random(7)  # noqa: S311 - a fixed seed, no secret
    compared = 0
    for _ in range(1500):
        flows = [chance.randint(-9, 9) for _ in range(chance.randint(2, 8))]
        growths = np.roots(flows)
        growths = growths[growths.real > 1e-9]
        near = [abs(a - b) for a, b in pairwise(sorted(growths, key=lambda x: x.real))]
        if min(near, default=1) < 1e-2 or any(0 < abs(x.imag) < 1e-2 for x in growths):
            continue  # roots so near to one another are not told apart by eigenvalues
        compared += 1
        expected = sorted(x.real - 1 for x in growths if not x.imag)
        assert internal_rates_of_return(flows) == pytest.approx(expected, rel=1e-9, abs=1e-9), flows
    assert compared > 1200


@pytest.mark.parametrize(
    ("flows", "rate"),
    [([-1, 1e12], 1e12 - 1), ([-1e12, 1], 1e-12 - 1), ([0, 0, -4, 5, 0], 0.25), ([-1e-200, 3e-200], 2)],
)
def test_rates_far_out(flows, rate):
    """Rates near -1 and very large ones, flows of 0 at both ends, tiny flows."""
    assert rates_of_return(flows).unique == pytest.approx(rate, rel=1e-12, abs=1e-12)
    assert -1 < rates_of_return([-1e20, 1]).unique < -1 + 1e-15
    assert rates_of_return([-1e20, 1e-320]) == (None, (), 1)


def test_exact_flows_have_rates():
    """Fractions are taken as they are."""
    assert internal_rates_of_return([Fraction(-100), Fraction(110)]) == pytest.approx((0.1,), rel=0, abs=1e-14)


@pytest.mark.parametrize(("rows", "changes", "seconds"), [(600, 1, 0.1), (600, 5, 1.0)])
def test_time_of_long_rows(rows, changes, seconds):
    """Fifty years of months take a moment: processor time of the fastest of three, the library already loaded."""
    length = rows // (changes + 1) if changes > 1 else 1
    signs = [-1 if min(month // length, changes) % 2 == 0 else 1 for month in range(rows)]
    flows = [sign * (4000 + month) * (300 if month == 0 else 1) for month, sign in enumerate(signs)]
    assert sign_changes(flows) == changes
    assert internal_rates_of_return(flows)
    taken = []
    for _ in range(3):
        start = time.process_time()
        internal_rates_of_return(flows)
        taken.append(time.process_time() - start)
    assert min(taken) < seconds


# Present values


@given(st.lists(MONEY, max_size=30))
def test_value_at_no_rate_is_the_sum(flows):
    """At a rate of 0 a present value is the sum of its flows, exactly."""
    assert net_present_value(flows, 0) == sum(flows)
    assert net_present_value([Fraction(flow, 3) for flow in flows], 0, first=1) == Fraction(sum(flows), 3)


@given(st.lists(MONEY, max_size=24), st.integers(0, 100))
def test_value_by_discount_factors(flows, percent):
    """The value of yearly flows is their sum under the factors of the equations, exactly."""
    rate = Fraction(percent, 100)
    factors = [discount_factor(rate, 12 * year) for year in range(len(flows) + 1)]
    by_factors = [sum(a * b for a, b in zip(flows, factors[first:], strict=False)) for first in (0, 1)]
    assert [net_present_value(flows, rate, first=first) for first in (0, 1)] == by_factors


@given(st.floats(-0.9, 10))
def test_monthly_and_yearly(rate):
    """A yearly rate cut into months and put together again is itself; a month has at most a twelfth of it."""
    assert yearly(monthly(rate)) == pytest.approx(rate, rel=1e-12, abs=1e-12)
    assert monthly(rate) <= rate / 12 + 1e-15
    for months in (1, 18, 25):
        assert discount_factor(rate, months) == pytest.approx((1 + monthly(rate)) ** -months, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("rate", [-1, -1.5, Fraction(-3, 2), float("nan")])
def test_rates_that_lose_everything(rate):
    """At -1 and below nothing has a value: each function says so."""
    calls = (
        lambda: net_present_value([1, 2], rate),
        lambda: yearly(rate),
        lambda: monthly(rate),
        lambda: modified_internal_rate_of_return([-1, 2], rate, 0.1),
        lambda: modified_internal_rate_of_return([-1, 2], 0.1, rate),
        lambda: irregular_present_value(rate, DATES, AMOUNTS),
    )
    for call in calls:
        with pytest.raises(ValueError, match="rates are above -1"):
            call()


@given(st.lists(MONEY, min_size=2, max_size=30))
def test_modified_rate_balances(flows):
    """What is paid in, grown at the modified rate, is what comes out, grown at the rate of reinvestment."""
    found = modified_internal_rate_of_return(flows, 0.08, 0.03)
    assume(found is not None)
    end = len(flows) - 1
    paid = sum(-flow * 1.08**-time for time, flow in enumerate(flows) if flow < 0)
    earned = sum(flow * 1.03 ** (end - time) for time, flow in enumerate(flows) if flow > 0)
    assert paid * (1 + found) ** end == pytest.approx(earned, rel=1e-9)


# Flows on dates


def test_irregular_with_several_changes_of_sign():
    """Where several rates are possible none is given, and the words say why."""
    days = [date(2026, 1, 1), date(2027, 1, 1), date(2028, 1, 1)]
    with pytest.raises(ValueError, match="change sign 2 times, so that several rates of return are possible"):
        irregular_rate_of_return(days, [-100, 230, -132])
    with pytest.raises(ValueError, match="change sign 2 times"):
        irregular_rate_of_return([days[1], days[0], days[2]], [230, -100, -132])


def test_irregular_days_count_once():
    """The flows of one day are one flow: their order within it does not count, and may add up to no change of sign."""
    days = [date(2026, 1, 1), date(2026, 1, 1), date(2027, 1, 1)]
    assert irregular_rate_of_return(days, [50, -150, 110]) == pytest.approx(0.1, rel=0, abs=1e-9)
    assert irregular_rate_of_return(days, [150, -50, 110]) is None


def test_irregular_without_a_rate():
    """No flows, or flows of one sign, have no rate but a value."""
    assert irregular_rate_of_return([], []) is None
    assert irregular_rate_of_return(DATES[:2], [1, 2]) is None
    assert irregular_present_value(0.1, [], []) == 0
    assert irregular_present_value(0, DATES[:2], [1, 2]) == 3


def test_irregular_losses():
    """Rates near -1, where the library finds none: 99 % a year by algebra, and nearly all of it in a day."""
    days = [date(2021, 1, 1) + timedelta(days=365 * year) for year in range(7)]
    paid = [-200, -600, -300, -300, -200, -400]
    back = -sum(flow * 0.01 ** (6 - year) for year, flow in enumerate(paid))
    assert irregular_rate_of_return(days, [*paid, back]) == pytest.approx(-0.99, rel=0, abs=1e-12)
    assert -1 < irregular_rate_of_return([days[0], days[0] + timedelta(days=1)], [-100, 10]) < -1 + 1e-15


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 1000)), min_size=1, max_size=8), st.integers(1, 1000))
def test_irregular_value_at_its_rate(later, paid):
    """The rate of an outlay and later receipts is where the value of both is 0."""
    days = [date(2020, 1, 1), *(date(2020, 7, 1) + timedelta(days=day) for day, _ in later)]
    flows = [-paid, *(flow for _, flow in later)]
    rate = irregular_rate_of_return(days, flows)
    assert irregular_present_value(rate, days, flows) == pytest.approx(0, abs=1e-7 * paid)


# Payback


@pytest.mark.parametrize(
    ("flows", "months", "whole"),
    [
        ([-100, 40, 40, 40], Fraction(5, 2), 3),
        ([-100, 50, 50, 50], 2, 2),
        ([-100, 120, -40, 30], Fraction(8, 3), 3),
        ([100, -150, 75], Fraction(5, 3), 2),
        ([-100, 0, 0, 400], Fraction(9, 4), 3),
        ([-100, 120, -40], None, None),
        ([-100, 99], None, None),
        ([-1], None, None),
        ([0, 10], 0, 0),
        ([100, -100], 0, 0),
        ([], 0, 0),
    ],
)
def test_payback_by_hand(flows, months, whole):
    """The first time after which the cumulative flow is never below 0 again: exact for whole numbers and fractions."""
    assert payback(flows) == (months, whole)
    assert payback([Fraction(flow, 7) for flow in flows]) == (months, whole)
    assert payback([float(flow) for flow in flows]) == pytest.approx((months, whole))


@given(st.lists(MONEY, min_size=1, max_size=30))
def test_payback_stays(flows):
    """Before it the cumulative flow was below 0, from it on it never is; and it is none where the flows end below 0."""
    found, totals = payback(flows), list(accumulate(flows))
    assert (found.months is None) == (found.whole_months is None) == (totals[-1] < 0)
    assume(found.whole_months is not None)
    whole = found.whole_months
    assert all(total >= 0 for total in totals[whole:])
    if whole:
        assert totals[whole - 1] < 0
        assert whole - 1 < found.months <= whole
        assert totals[whole - 1] + (found.months - whole + 1) * flows[whole] == 0
    else:
        assert found == Payback(0, 0)


@given(st.lists(MONEY, min_size=1, max_size=30), POSITIVE)
def test_payback_is_never_later_with_more_money(flows, more):
    """Money added at the start never delays payback; discounting conventional flows never hastens it."""
    late = float("inf")
    before, after = (payback(row).months for row in (flows, [flows[0] + more, *flows[1:]]))
    assert (late if after is None else after) <= (late if before is None else before)
    conventional = [-more, *map(abs, flows)]
    discounted = [Fraction(flow) / Fraction(11, 10) ** month for month, flow in enumerate(conventional)]
    plain, slower = (payback(row).months for row in (conventional, discounted))
    assert (late if plain is None else plain) <= (late if slower is None else slower)


@pytest.mark.parametrize("flow", [float("nan"), float("inf")])
def test_flows_that_are_no_numbers(flow):
    """What is not a finite number is refused, not passed over."""
    for call in (internal_rates_of_return, rates_of_return, payback, lambda row: irregular_rate_of_return(DATES, row)):
        with pytest.raises(ValueError, match="finite"):
            call([-1, flow, 1, 1, 1])


def test_values_beyond_float64():
    """A value that no number holds is refused in words, and so are dates that lack a flow."""
    century = [date(2020, 1, 1), date(2120, 1, 1)]
    with pytest.raises(ValueError, match="more than a number can hold"):
        irregular_present_value(-1 + 1e-9, century, [-1, 1])
    with pytest.raises(ValueError, match="shorter"):
        irregular_rate_of_return(century, [-1])

"""From savings and costs to flows, present values and returns.

Every function takes numbers of any runtime (exact, array, draws, traced) and returns one of the same. Money is in one
currency; a saving is positive, and so is a cost until it becomes part of a flow. Rates and shares are fractions of 1.
Rates of return and the payback of a whole row of flows: `costmodel.value.returns`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costmodel.runtimes.operations import divide, power, real_power, safe_divide, step

MONTHS_PER_YEAR = 12


def discount_factor(yearly_rate: Any, months: int) -> Any:
    """What one unit of money after some months is worth today: 1 / (1 + r)^(months / 12).

    Whole years are exact; any other time has a root in it and is rounded to twelve decimals.

    Args:
        yearly_rate: effective discount rate of a year, of 1.
        months: whole months from today; 0 is today and gives 1.

    Returns:
        Of 1.

    Source: Brealey, Myers and Allen, Principles of Corporate Finance, chapter 2: DF_t = 1 / (1 + r)^t.

    >>> discount_factor(Fraction(10, 100), 12), discount_factor(Fraction(10, 100), 0)
    (Fraction(10, 11), Fraction(1, 1))
    >>> float(discount_factor(Fraction(44, 100), 6))  # 1 / 1.2
    0.833333333333
    """
    years, rest = divmod(months, MONTHS_PER_YEAR)
    if rest:
        factor = real_power(1 + yearly_rate, Fraction(-months, MONTHS_PER_YEAR))
    else:
        factor = divide(1, power(1 + yearly_rate, years))
    return step("discount factor", factor, "of 1")


def present_value(flow: Any, factor: Any) -> Any:
    """A flow in money of today.

    Args:
        flow: money at the end of its month.
        factor: discount factor of that month, of 1.

    Returns:
        Money of today.

    Source: Brealey, Myers and Allen, Principles of Corporate Finance, chapter 2: PV = DF_t x C_t.

    >>> present_value(1100, Fraction(10, 11))
    Fraction(1000, 1)
    """
    return step("present value", flow * factor, "money")


def net_flow(saving: Any, llm_cost: Any, fixed_cost: Any, error_cost: Any) -> Any:
    """What a month leaves: its saving less everything it costs.

    Args:
        saving: money no longer paid in the month.
        llm_cost: bill for the models.
        fixed_cost: money paid whatever the volume, one-off costs among it in their month.
        error_cost: money that errors cost more than before; negative where they cost less.

    Returns:
        Money; negative where the month costs more than it saves.

    Source: the project's own definition, docs/method.md.

    >>> net_flow(5000, 252, 1000, 48)
    3700
    """
    return step("net flow", saving - llm_cost - fixed_cost - error_cost, "money")


def return_on_cost(benefits: Any, costs: Any) -> Any:
    """Benefits less costs for one unit of cost, undiscounted; 0 where there is no cost, which then has no return.

    Args:
        benefits: money over the horizon.
        costs: money over the horizon.

    Returns:
        Of 1: 0.5 is a return of 50 %.

    Source: Phillips and Phillips, Return on Investment (ROI) Basics, ASTD Press 2005: net benefits / costs.

    >>> return_on_cost(150, 100)
    Fraction(1, 2)
    """
    return safe_divide(benefits - costs, costs)


def benefit_cost_ratio(pv_benefits: Any, pv_costs: Any) -> Any:
    """Present value of the benefits for one unit of the present value of the costs; 0 where there is no cost.

    Args:
        pv_benefits: money of today.
        pv_costs: money of today.

    Returns:
        Of 1; above 1 where the benefits are more than the costs.

    Source: Phillips and Phillips, Return on Investment (ROI) Basics, ASTD Press 2005: benefits / costs; here of
    present values.

    >>> benefit_cost_ratio(3000, 2000)
    Fraction(3, 2)
    """
    return safe_divide(pv_benefits, pv_costs)


def profitability_index(pv_net_flows: Any, one_off_cost: Any) -> Any:
    """Present value of the net flows for one unit of what is paid once; 0 where nothing is.

    Args:
        pv_net_flows: money of today, without what is paid once.
        one_off_cost: money paid once, at the start.

    Returns:
        Of 1; above 1 where the flows are worth more than what is paid once.

    Source: Association of Corporate Treasurers, wiki.treasurers.org, "Profitability index": present value of all cash
    flows except the initial investment / initial investment. (Its alternative definition, NPV / investment, is 1 less.)

    >>> profitability_index(12000, 8000)
    Fraction(3, 2)
    """
    return safe_divide(pv_net_flows, one_off_cost)


def payback_fraction(cumulative_before: Any, flow: Any) -> Any:
    """Share of a month after which the cumulative flow reaches 0, the flow spread evenly; 0 where there is no flow.

    Args:
        cumulative_before: money, cumulative at the start of the month: at most 0.
        flow: money of the month.

    Returns:
        Of a month; between 0 and 1 where the month is the one that pays back.

    Source: the project's own definition, docs/method.md.

    >>> payback_fraction(-300, 1200)
    Fraction(1, 4)
    """
    return safe_divide(0 - cumulative_before, flow)

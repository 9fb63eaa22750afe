"""What the flows of one option come to: the figures that a board asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import charges
from costmodel.equations import returns as equations
from costmodel.runtimes.operations import maximum
from costmodel.value import returns

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.value.flows import Flows
    from costmodel.value.returns import Payback, Rates
    from costmodel.value.spec import ModifiedReturn


class Measures(NamedTuple):
    """Figures of one option over the horizon; money in the reporting currency.

    Attributes:
        saving, capacity_used, llm_cost, fixed_cost, error_cost, one_off, cost, net: undiscounted sums; all
            cost counts a saving or capacity below 0 too.
        cash_net, cash_present_value: net without the capacity used.
        capacity_hours, capacity_value: freed, and in no flow.
        net_present_value, capacity_present_value: discounted.
        return_on_all_cost: net over everything that is spent; None where nothing is.
        return_on_api_spend: net over what the API costs; None where it costs nothing.
        benefit_cost_ratio: present value of the savings over that of the costs; None where nothing is spent.
        profitability_index: present value of the months' net flows over what is paid once; None where nothing is.
        rates: internal rates of return, by the year.
        modified_rate: modified internal rate of return, by the year; None where flows of one sign are missing.
        payback, discounted_payback: months until the cumulative flow stays at or above 0.
    """

    saving: Any
    capacity_used: Any
    llm_cost: Any
    fixed_cost: Any
    error_cost: Any
    one_off: Any
    cost: Any
    net: Any
    cash_net: Any
    capacity_hours: Any
    capacity_value: Any
    net_present_value: Any
    cash_present_value: Any
    capacity_present_value: Any
    return_on_all_cost: Any
    return_on_api_spend: Any
    benefit_cost_ratio: Any
    profitability_index: Any
    rates: Rates
    modified_rate: float | None
    payback: Payback
    discounted_payback: Payback

    @property
    def spent(self) -> Any:
        """Money that is spent: all cost but more pay and hours than by hand, which are negative savings."""
        return self.one_off + self.llm_cost + self.fixed_cost + maximum(self.error_cost, 0)


def measures_of(flows: Flows, discount_rate: Any, modified: ModifiedReturn) -> Measures:
    """The figures of exact flows.

    Args:
        flows: of one option.
        discount_rate: a year.
        modified: rates of the modified internal rate of return; the discount rate where they are not said.
    """
    benefits, costs, api = flows.benefit_total, flows.cost_total, flows.total("llm_cost")
    one_off, cost_present = flows.one_off, flows.cost_present
    finance, reinvest = (
        returns.monthly(discount_rate if rate is None else rate)
        for rate in (modified.finance_rate, modified.reinvest_rate)
    )
    monthly_modified = returns.modified_internal_rate_of_return(flows.nets, finance, reinvest)
    discounted = [-one_off, *(equations.present_value(flow.net, flow.factor) for flow in flows.months)]
    return Measures(
        saving=flows.total("saving"),
        capacity_used=flows.total("capacity_used"),
        llm_cost=api,
        fixed_cost=flows.total("fixed_cost"),
        error_cost=flows.total("error_cost"),
        one_off=one_off,
        cost=costs,
        net=flows.net_total,
        cash_net=flows.net_total - flows.total("capacity_used"),
        capacity_hours=flows.total("capacity_hours"),
        capacity_value=flows.total("capacity_value"),
        net_present_value=flows.net_present_value,
        cash_present_value=flows.net_present_value - flows.present("capacity_used"),
        capacity_present_value=flows.present("capacity_value"),
        return_on_all_cost=equations.return_on_cost(benefits, costs) if costs else None,
        return_on_api_spend=charges.share_of_total(flows.net_total, api) if api else None,
        benefit_cost_ratio=equations.benefit_cost_ratio(flows.benefit_present, cost_present) if cost_present else None,
        profitability_index=equations.profitability_index(flows.present("net"), one_off) if one_off else None,
        rates=_by_the_year(returns.rates_of_return(flows.nets)),
        modified_rate=None if monthly_modified is None else returns.yearly(monthly_modified),
        payback=returns.payback(flows.nets),
        discounted_payback=returns.payback(discounted),
    )


def _by_the_year(rates: Rates) -> Rates:
    roots = tuple(returns.yearly(root) for root in rates.roots)
    return rates._replace(unique=roots[0] if rates.unique is not None else None, roots=roots)


def share_of_pay(net: Any, staff_cost_before: Any) -> Fraction:
    """A month's net flow as a share of the pay without AI, as vendors state a saving; 0 where there is no pay."""
    share: Fraction = charges.share_of_total(net, staff_cost_before)
    return share

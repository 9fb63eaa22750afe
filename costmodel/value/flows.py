"""Cash flows of one way of doing the work, and what they come to."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import returns as equations
from costmodel.runtimes.operations import maximum, some

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.value.plan import Plan
    from costmodel.value.work import Work

_ZERO = Fraction(0)


class Flow(NamedTuple):
    """One month's money; costs are positive here and negative in the net flow.

    Attributes:
        saving: pay that really falls, less severance and rehiring.
        capacity_used: value of the freed capacity that the scenario states is used.
        llm_cost, fixed_cost, error_cost: of the month.
        net: the month's net flow.
        factor: what one unit of money at the month's end is worth at the start.
        capacity_hours, capacity_value: hours freed, and their value, that are in no flow.
    """

    saving: Any
    capacity_used: Any
    llm_cost: Any
    fixed_cost: Any
    error_cost: Any
    net: Any
    factor: Any
    capacity_hours: Any
    capacity_value: Any


class Flows(NamedTuple):
    """All flows of one option.

    Attributes:
        one_off: paid before the first month.
        months: in order.
    """

    one_off: Any
    months: tuple[Flow, ...]

    @property
    def nets(self) -> list[Any]:
        """Net flows, the one before the first month included."""
        return [-self.one_off, *(flow.net for flow in self.months)]

    def total(self, name: str) -> Any:
        """Sum of one of the months' figures, undiscounted."""
        return sum((getattr(flow, name) for flow in self.months), _ZERO)

    def present(self, name: str) -> Any:
        """Present value of one of the months' figures."""
        return sum((equations.present_value(getattr(flow, name), flow.factor) for flow in self.months), _ZERO)

    @property
    def net_total(self) -> Any:
        """Sum of all net flows, undiscounted."""
        return self.total("net") - self.one_off

    @property
    def net_present_value(self) -> Any:
        """Present value of all net flows."""
        return self.present("net") - self.one_off

    @property
    def errors_avoided(self) -> Any:
        """What fewer errors than by hand save, undiscounted: a benefit, where the cost of errors is negative."""
        return maximum(-self.total("error_cost"), 0)

    @property
    def benefit_total(self) -> Any:
        """Pay released, capacity used, and errors avoided, undiscounted."""
        return self._benefits(self.total)

    @property
    def benefit_present(self) -> Any:
        """Present value of pay released, capacity used and errors avoided."""
        return self._benefits(self.present)

    @property
    def cost_total(self) -> Any:
        """All costs, undiscounted: one-off, API, fixed, and what staff, hours and errors cost more than by hand."""
        return self._costs(self.total)

    @property
    def cost_present(self) -> Any:
        """Present value of all costs."""
        return self._costs(self.present)

    def _benefits(self, of: Callable[[str], Any]) -> Any:
        gains = of("saving"), of("capacity_used"), -of("error_cost")
        return sum((maximum(gain, 0) for gain in gains), _ZERO)

    def _costs(self, of: Callable[[str], Any]) -> Any:
        losses = -of("saving"), -of("capacity_used"), of("error_cost")
        more = sum((maximum(loss, 0) for loss in losses), _ZERO)
        return self.one_off + of("llm_cost") + of("fixed_cost") + more


def flows_of(plan: Plan, works: Sequence[Work], llm_costs: Sequence[Any]) -> Flows:
    """The flows of one option.

    Args:
        plan: what every month shares.
        works: the months of work.
        llm_costs: API cost of each month, in the reporting currency.
    """
    one_off = plan.roi.one_off
    once = [] if one_off is None else [plan.money(cost) for cost in one_off.costs.values()]
    found = []
    for index, (work, llm_cost) in enumerate(zip(works, llm_costs, strict=True)):
        saving, used = work.staff.cash_saving - work.staff.leaving_cost, work.capacity_used
        found.append(
            Flow(
                saving=saving,
                capacity_used=used,
                llm_cost=llm_cost,
                fixed_cost=work.fixed_cost,
                error_cost=work.error_cost,
                net=equations.net_flow(
                    saving + used if some(used) else saving, llm_cost, work.fixed_cost, work.error_cost
                ),
                factor=equations.discount_factor(plan.roi.discount_rate, index + 1),
                capacity_hours=work.capacity_hours * (1 - plan.roi.capacity.share_used),
                capacity_value=work.capacity_value - work.capacity_used,
            )
        )
    return Flows(sum(once, _ZERO), tuple(found))


def quoted_or(plan: Plan, computed: Sequence[Any]) -> list[Any]:
    """The quoted API cost for every month where there is one, else the computed."""
    quoted = plan.roi.llm_cost
    return list(computed) if quoted is None else [plan.money(quoted.quoted)] * len(computed)

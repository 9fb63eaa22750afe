"""Is it worth it, traced: every month of work and every option's flows with cells in place of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations import charges
from costmodel.equations import returns as equations
from costmodel.runtimes.operations import step
from costmodel.runtimes.trace import Cell
from costmodel.value.flows import Flow, Flows, flows_of, quoted_or
from costmodel.value.plan import Plan
from costmodel.value.staffing import Past
from costmodel.value.work import State, adoption_share, month_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.quantities import Money, Month
    from costmodel.study.traced_bill import Tracing
    from costmodel.value.work import Work


class Years(int):
    """Whole years that count where there are none too, so that the first year has the formula of the others."""

    def __bool__(self) -> bool:
        return True


class TracedPlan(Plan):
    """What every month shares, with the same formulas in each."""

    __slots__ = ()

    def years(self, month: Month) -> int:
        """Whole years since the first month."""
        return Years(super().years(month))


def plan_of(tracing: Tracing) -> TracedPlan:
    """What every month shares, with traced numbers."""

    def money(amount: Money) -> Any:
        return amount.amount * tracing.convert(amount.currency)

    return TracedPlan(tracing.traced.roi, money, tracing.traced.escalation.wages, tracing.months[0])


def adoption_of(plan: Plan, months: int) -> list[Any]:
    """Share of each month's records that is done with AI."""
    return [adoption_share(plan.roi.adoption, number + 1) for number in range(months)]


def works_of(plan: Plan, months: Sequence[Month], records: Sequence[Any]) -> list[Work]:
    """Every month of work; what one hands on to the next has a name."""
    found: list[Work] = []
    state = State()
    for month, count in zip(months, records, strict=True):
        work, state = month_of_work(plan, month, len(found) + 1, (count, state))
        found.append(work)
        state = State(
            step("records done with AI so far", state.ai_records, "records"),
            Past(
                _named("posts kept", state.posts.kept),
                _named("posts of the payroll needed by hand", state.posts.by_hand),
            ),
        )
    return found


def _named(name: str, history: tuple[Any, ...]) -> tuple[Any, ...]:
    last = history[-1:]
    if last and isinstance(last[0], Cell) and last[0].kind == "operation":
        return (*history[:-1], step(name, last[0], "posts"))
    return history


class Signed(Cell):
    """A cell that may be turned round, as sums of flows are."""

    __slots__ = ()
    __module__ = Cell.__module__  # operations know a traced cell by the module of its type

    def __neg__(self) -> Cell:
        return 0 - self


def signed(value: Any) -> Any:
    """A cell that may be turned round; a number may as it is."""
    if not isinstance(value, Cell):
        return value
    return Signed(value.kind, value.name, value.value, value.unit, value.arguments)


class TracedFlows(Flows):
    """Flows of traced cells."""

    __slots__ = ()

    def total(self, name: str) -> Any:
        """Sum of one of the months' figures, undiscounted."""
        return signed(super().total(name))

    def present(self, name: str) -> Any:
        """Present value of one of the months' figures."""
        return signed(super().present(name))


class Row(NamedTuple):
    """A row of flows and what accumulates of it.

    Attributes:
        start: before the first month.
        flows: of each month.
        so_far: their running total, the start included.
        share: of each month, the share of it after which the running total reaches 0.
    """

    start: Any
    flows: list[Any]
    so_far: list[Any]
    share: list[Any]


@dataclass(frozen=True)
class TracedWorth:
    """One option's flows and what they come to.

    Attributes:
        flows: as traced; net flows have the same formula in each month.
        net, present: net flows, and their present values.
        figures: sums and ratios of the horizon, by the name that `Measures` has for them.
    """

    flows: Flows
    net: Row
    present: Row
    figures: dict[str, Any]


def worth_of(plan: Plan, works: Sequence[Work], llm_costs: Sequence[Any]) -> TracedWorth:
    """The flows of one option.

    Args:
        plan: what every month shares.
        works: every month of work.
        llm_costs: computed API cost of each month; the quoted one takes its place.
    """
    plain = flows_of(plan, works, quoted_or(plan, llm_costs))
    flows = TracedFlows(plain.one_off, tuple(map(_whole, plain.months)))
    start = 0 - signed(flows.one_off)
    net = _row(start, [flow.net for flow in flows.months], "net flow")
    discounted = [equations.present_value(flow.net, flow.factor) for flow in flows.months]
    return TracedWorth(flows, net, _row(start, discounted, "present value"), _figures(flows))


def _whole(flow: Flow) -> Flow:
    """A flow whose net has the value of the capacity used in it where that is 0 today too."""
    saving = flow.saving + flow.capacity_used
    return flow._replace(net=equations.net_flow(saving, flow.llm_cost, flow.fixed_cost, flow.error_cost))


def _row(start: Any, flows: list[Any], name: str) -> Row:
    so_far, shares = [], []
    total = start
    for flow in flows:
        shares.append(
            step(f"share of the month until the {name} so far is 0", equations.payback_fraction(total, flow), "")
        )
        total = step(f"{name} so far", total + flow, "money")
        so_far.append(total)
    return Row(start, flows, so_far, shares)


def _figures(flows: Flows) -> dict[str, Any]:
    named = ("saving", "capacity_used", "llm_cost", "fixed_cost", "error_cost", "capacity_hours", "capacity_value")
    benefits, costs = flows.benefit_total, flows.cost_total
    return {
        **{name: flows.total(name) for name in named},
        "one_off": flows.one_off,
        "benefits": benefits,
        "cost": costs,
        "net": flows.net_total,
        "cash_net": flows.net_total - flows.total("capacity_used"),
        "benefits_at_present_value": flows.benefit_present,
        "cost_at_present_value": flows.cost_present,
        "net_present_value": flows.net_present_value,
        "cash_present_value": flows.net_present_value - flows.present("capacity_used"),
        "return_on_all_cost": equations.return_on_cost(benefits, costs),
        "return_on_api_spend": charges.share_of_total(flows.net_total, flows.total("llm_cost")),
        "benefit_cost_ratio": equations.benefit_cost_ratio(flows.benefit_present, flows.cost_present),
        "profitability_index": equations.profitability_index(flows.present("net"), flows.one_off),
    }

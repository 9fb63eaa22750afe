"""The same work staffed in three ways, side by side: why hours at their cost and a payroll are two figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.returns import net_flow
from costmodel.value.measures import share_of_pay
from costmodel.value.spec import Overtime
from costmodel.value.staffing import Past, staffing_of

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.value.flows import Flow
    from costmodel.value.plan import Plan
    from costmodel.value.spec import Staff
    from costmodel.value.staffing import Staffing
    from costmodel.value.work import Work


class Way(NamedTuple):
    """One way.

    Attributes:
        staff: posts and pay.
        net: difference in pay, less what AI costs in the month.
        share_of_pay: the same as a share of the pay before.
    """

    staff: Staffing
    net: Any
    share_of_pay: Any


class Ways(NamedTuple):
    """One month's staff, in three ways.

    Attributes:
        posts_worth: posts that the hours without AI are worth, undivided.
        fractional: hours at their cost.
        whole_posts: posts on the payroll; as many as the hours need where none are stated.
        needed: posts that the hours need, whatever the payroll is; None where that is the same.
        overtime: fixed posts, the rest as overtime; None where no posts are stated.
        overtime_factor: pay of an overtime hour as a multiple of the wage.
        stated: whether that factor is the scenario's; else it is published evidence.
    """

    posts_worth: Any
    fractional: Way
    whole_posts: Way
    needed: Way | None
    overtime: Way | None
    overtime_factor: Any
    stated: bool


def ways_of(plan: Plan, work: Work, flow: Flow, published_factor: Fraction) -> Ways:
    """Three ways of staffing one month.

    Args:
        plan: what every month shares.
        work: the month.
        flow: its money.
        published_factor: overtime pay as a multiple of the wage, where the scenario states none.
    """
    staff = plan.roi.staff
    hours = work.hours_before, work.hours_after
    pay = plan.money(staff.wage_per_hour), work.hourly_cost
    terms = staff.overtime or Overtime.model_construct(factor=published_factor)
    posts = staff.posts_now

    def staffed(**changes: Any) -> Way:
        way = staffing_of(_with(plan, staff, changes), hours, pay, Past())
        net = net_flow(way.cost_before - way.cost_after, flow.llm_cost, flow.fixed_cost, flow.error_cost)
        return Way(way, net, share_of_pay(net, way.cost_before))

    fractional = staffed(staffing="fractional", posts_now=None)
    needed = staffed(staffing="whole_posts", posts_now=None)
    return Ways(
        posts_worth=fractional.staff.posts_before,
        fractional=fractional,
        whole_posts=staffed(staffing="whole_posts"),
        needed=None if posts is None or posts == needed.staff.posts_before else needed,
        overtime=None if posts is None else staffed(staffing="overtime", overtime=terms),
        overtime_factor=terms.factor,
        stated=staff.overtime is not None,
    )


def _with(plan: Plan, staff: Staff, changes: dict[str, Any]) -> Plan:
    now = {"notice_months": 0} | changes
    return plan._replace(roi=plan.roi.model_copy(update={"staff": staff.model_copy(update=now)}))

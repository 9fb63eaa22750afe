"""Settings of a what-if page, drawn within its sliders, and what Python computes for them."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.equations.returns import return_on_cost
from costmodel.study.cost import estimate
from costmodel.study.worth import Case, case_of
from costmodel.uncertainty.parameters import parameters

if TYPE_CHECKING:
    import random

    from costmodel.reports.page.fields import Field
    from costmodel.scenario import Scenario
    from costmodel.study.traced import TracedModel

PARTS = ("input part of the tokens", "output part of the tokens")


TIED = ("azure/gpt-4.1-global", "openai/gpt-4.1")  # they cost the same


def cost_of(models: tuple[str, ...] = TIED, months: int = 3, **workload: Any) -> dict[str, Any]:
    """A scenario that asks for cost alone: 100 records a day, of 2,000 and 1,000 tokens."""
    usual = {"records": {"per_day": 100, "days_per_month": 20}, "tokens": {"input": 2000, "output": 1000}}
    return {
        "scenario": "cost alone",
        "prices": {"version": "2026.11"},
        "horizon": {"start": "2026-12", "months": months},
        "currency": "USD",
        "workload": usual | workload,
        "models": list(models),
    }


def undone_of(**staff: Any) -> dict[str, Any]:
    """Two posts that are kept only as far as the work with AI needs them, and months in which AI is not used again."""
    pay = {"wage_per_hour": "15 USD", "loading_on_wage": "0 %", "usable_share": "100 %"}
    posts = {"hours_per_day": 8, "days_per_month": 20, "staffing": "whole_posts", "posts_now": 2}
    roi = {
        "perspective": "the clinic",
        "price_year": 2026,
        "discount_rate": "0 %",
        "staff": pay | posts | staff,
        "manual": {"minutes": 10},
        "with_ai": {"review_share": "100 %", "review_minutes": 2},
        "adoption": ["0 %", "0 %", "100 %", "100 %", "0 %", "50 %"],
    }
    return cost_of(months=6) | {"roi": roi}


def data_of(page: str) -> Any:
    """The numbers that stand in a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def drawn(fields: tuple[Field, ...], chance: random.Random) -> dict[int, Fraction]:
    """Some of the numbers at a step of their slider, as the page shows them, by their place."""
    found = {}
    for place, field in enumerate(fields):
        if field.slider is not None and chance.random() < 0.5:
            first, last, step = field.slider
            found[place] = first + step * chance.randrange(int((last - first) / step) + 1)
    return found


def written(model: TracedModel, fields: tuple[Field, ...], setting: dict[int, Fraction]) -> dict[str, str]:
    """The same numbers as `--set` has them."""
    known = {item.path: item for item in parameters(Case(model.scenario, model.book, {}))}
    found = {}
    parts = {field.leaf.cell.name: field.leaf.cell.value for field in fields if field.leaf.cell.name in PARTS}
    for place, shown in setting.items():
        field = fields[place]
        if field.leaf.cell.name in PARTS:
            parts[field.leaf.cell.name] = shown
        else:
            parameter = known[field.leaf.path]
            found[parameter.name] = parameter.text(shown * field.scale)
    if parts:
        ratio = ":".join(f"{float(parts[name]):.10g}" for name in PARTS)
        found["workload.tokens.input_to_output"] = ratio
    return found


def expected(scenario: Scenario, model: TracedModel) -> dict[str, list[Fraction]]:
    """The figures of the page as Python has them, by name and option."""
    if scenario.roi is None:
        result: Any = estimate(scenario, book=model.book)
        totals = [sum((group.cost for group in item.by("month")), Fraction(0)) for item in result.estimates]
        return {"total": totals, "month": [total / len(model.months) for total in totals]}
    worth = case_of(scenario, book=model.book).worth()
    flows = [worth.flows[option] for option in model.options]
    return {
        "total": [sum(worth.computed[option], Fraction(0)) for option in model.options],
        "saving": [of.total("saving") for of in flows],
        "llm_cost": [of.total("llm_cost") for of in flows],
        "benefits": [of.benefit_total for of in flows],
        "cost": [of.cost_total for of in flows],
        "net": [of.net_total for of in flows],
        "net_present_value": [of.net_present_value for of in flows],
        "return_on_all_cost": [return_on_cost(of.benefit_total, of.cost_total) for of in flows],
        "capacity_value": [of.total("capacity_value") for of in flows],
        **{name: [number] * len(flows) for name, number in _undone(scenario, worth.works).items()},
    }


def _undone(scenario: Scenario, works: Any) -> dict[str, Fraction]:
    """Hours beyond the posts, more than by hand, and their worth at the cost of a usable hour."""
    assert scenario.roi is not None
    if scenario.roi.staff.staffing != "whole_posts":
        return {}
    more = [max(work.staff.beyond_after - work.staff.beyond_before, Fraction(0)) for work in works]
    worth = [hours * work.usable_hour_cost for hours, work in zip(more, works, strict=True)]
    return {"undone_hours": sum(more, Fraction(0)), "undone_value": sum(worth, Fraction(0))}

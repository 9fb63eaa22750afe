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
    }

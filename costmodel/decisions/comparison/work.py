"""The work that offers are compared by: in one region, its records counted, each vocabulary's own token counts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar, cast

from costmodel.documents.model import Model
from costmodel.documents.settings import path_text
from costmodel.usage.months import Counted
from costmodel.usage.spec import Request, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from costmodel.scenario import Scenario
    from costmodel.usage.spec import Mix, Workload

T = TypeVar("T")
NOT_WORK = frozenset({"roi", "migration", "uncertainty", "expect", "budget", "prices", "horizon", "labels"})


def compared_work(scenario: Scenario, region: str = "") -> Scenario:
    """The work that every offer is compared by.

    Token counts of a profile are those of each offer's own vocabulary, unless the scenario says `tokenizer: measured`.
    A mix of counts says how many records there are, where nothing else does: each offer alone has as many.

    Args:
        scenario: the work as it is written; its numbers may be exact or draws.
        region: the region in which all of it is done; the scenario's own if empty.
    """

    def told(model: Model) -> Model:
        if isinstance(model, Tokens):
            return _counted_by_each(model)
        if region and isinstance(model, Request) and model.region is not None:
            return model.model_copy(update={"region": region})
        return model

    work = rebuilt(scenario, told)
    if region and work.region is None:
        work = work.model_copy(update={"region": region})
    return _with_records(work)


def own_mixes(scenario: Scenario) -> list[Mix]:
    """The mixes of single workloads and steps."""
    workloads = [workload for workload, _ in scenario.all_workloads()]
    found = [mix for item in workloads for mix in (item.mix, *(step.mix for step in item.steps))]
    return [mix for mix in found if mix is not None]


def layers(scenario: Scenario) -> Iterator[Request]:
    """Everything that speaks of requests: scenario, workloads, steps, and models with keys of their own."""
    workloads = [workload for workload, _ in scenario.all_workloads()]
    yield scenario
    yield from workloads
    yield from (step for workload in workloads for step in workload.steps)
    yield from own_entries(scenario)


def own_entries(scenario: Scenario) -> Iterator[Request]:
    """What a scenario says of the requests of single models."""
    yield from (scenario.models or {}).values()
    yield from (entry for mix in (scenario.mix, *own_mixes(scenario)) if mix for entry in mix.models.values())


def own_count_settings(scenario: Scenario) -> list[str]:
    """What `--set` takes, so that every other command counts tokens as offers are compared."""
    return [f"{path_text(path)}.tokenizer=own" for path in _profiles(scenario.document.data, ())]


def _profiles(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Paths of tokens that name a profile, and no vocabulary to count by."""
    if isinstance(node, dict) and path[-1:] == ("tokens",):
        if "profile" in node and "tokenizer" not in node:
            yield path
        return
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key not in NOT_WORK:
            yield from _profiles(child, (*path, key))


def rebuilt(node: T, change: Callable[[Model], Model]) -> T:
    """The same with other models in it, unchecked; what does not change stays the object it is.

    Args:
        node: a model, or a mapping or list of some; sections that are no work are left as they are.
        change: gives a model, or another in its place; its parts are changed before it.
    """
    found: Any = node
    if isinstance(node, Model):
        inside = {name: getattr(node, name) for name in node.model_fields_set if name not in NOT_WORK}
        made = {name: rebuilt(child, change) for name, child in inside.items()}
        new = {name: child for name, child in made.items() if child is not inside[name]}
        found = change(node.model_copy(update=new) if new else node)
    elif isinstance(node, dict):
        made = {key: rebuilt(child, change) for key, child in node.items()}
        found = node if all(made[key] is node[key] for key in node) else made
    elif type(found) is tuple:
        items = tuple(rebuilt(child, change) for child in found)
        found = found if all(one is other for one, other in zip(items, found, strict=True)) else items
    return cast("T", found)


def _counted_by_each(tokens: Tokens) -> Tokens:
    if tokens.profile is None or "tokenizer" in tokens.model_fields_set:
        return tokens
    return tokens.model_copy(update={"tokenizer": "own"})


def with_records_of(work: Scenario, made: Scenario) -> Scenario:
    """A scenario with the records of another of the same workloads."""
    if work.workload is not None and made.workload is not None:
        return made.model_copy(update={"workload": made.workload.model_copy(update={"records": work.workload.records})})
    pairs = zip(made.workloads, work.workloads, strict=True)
    return made.model_copy(
        update={"workloads": tuple(item.model_copy(update={"records": like.records}) for item, like in pairs)}
    )


def _with_records(work: Scenario) -> Scenario:
    """Workloads whose mix counts requests, with the records that follow from it."""
    if work.workload is not None:
        return work.model_copy(update={"workload": _recorded(work, work.workload)})
    return work.model_copy(update={"workloads": tuple(_recorded(work, item) for item in work.workloads)})


def _recorded(work: Scenario, workload: Workload) -> Workload:
    """A workload with its records; counts of several workloads, steps or of tokens do not say how many there are."""
    mix = workload.mix or (work.mix if work.workload is not None else None)
    if workload.records.stated or workload.steps or mix is None or mix.shares or mix.by == "tokens":
        return workload
    each = workload.requests_per_record or work.requests_per_record or Fraction(1)
    requests = sum((entry.count for entry in mix.models.values() if entry.count is not None), Fraction(0))
    stated = Counted.model_construct(per_month=requests / each, monthly_growth=workload.records.monthly_growth)
    return workload.model_copy(update={"records": stated})

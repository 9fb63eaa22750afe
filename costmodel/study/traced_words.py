"""What the numbers of a scenario are called where people read them: label, unit, what they are about, source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costmodel.scenario import Scenario, Steps

_LABELS = {
    "per_day": "records a day",
    "per_month": "records a month",
    "days_per_month": "days a month",
    "monthly_growth": "growth a month",
    "cache_read": "share of input read from cache",
    "cache_write_5m": "share of input written to a five-minute cache",
    "cache_write_1h": "share of input written to a one-hour cache",
    "resubmitted": "share sent again",
    "requests_per_record": "requests a record",
    "output_per_input": "output tokens for one input token",
    "tokens_each": "tokens of an image",
    "per_request": "images a request",
    "share_used": "share of the freed hours that is used",
    "quoted": "API cost as quoted",
}
_TOKENS = {"input": "input tokens a request", "output": "output tokens a request", "total": "tokens a request"}
_SECTIONS = {
    "one_off": "paid once: ",
    "fixed_per_month": "paid every month: ",
    "errors": "errors ",
    "adoption": "adoption: ",
    "manual": "by hand: ",
    "with_ai": "with AI: ",
    "capacity": "freed hours: ",
    "overtime": "overtime: ",
    "by_hand": "by hand: ",
    "escalation": "yearly change of ",
    "service_tier": "share in service tier ",
    "meters": "a request: ",
}
# Words of a name, and the unit that they tell.
_UNITS = (
    ("minutes", "minutes"),
    ("hours_per_day", "hours"),
    ("hours", "hours"),
    ("days", "days"),
    ("posts", "posts"),
    ("clinicians", "people"),
    ("months", "months"),
    ("per_day", "records"),
    ("per_month", "records"),
    ("per_record", "a record"),
    ("tokens", "tokens"),
)
_MONEY = re.compile(r"(?:^|\s)([A-Z]{3})(?:/(\w+))?$")


def label(scenario: Scenario, path: Steps) -> str:
    """What a number is called.

    Args:
        scenario: the scenario.
        path: where it stands.
    """
    last = path[-1]
    if path[0] == "taxes_and_fees":
        return f"rate of {scenario.taxes_and_fees[path[1]].name}"
    if "mix" in path and (last in {"share", "count"} or path[-2] in {"mix", "models"}):
        offer = path[-2] if last in {"share", "count"} else last
        return f"{'share' if last == 'share' or _written(scenario, path).endswith('%') else 'count'} of {offer}"
    if "monthly" in path:
        return f"{path[-2]}: {path[-1]} a month".replace("_", " ")
    if "tokens" in path and last in _TOKENS:
        return _TOKENS[last]
    if path == ("roi", "staff", "days_per_month"):
        return "working days a month"
    if path[:2] == ("roi", "adoption"):
        return _adoption(path)
    inside = "".join(_SECTIONS.get(str(part), "") for part in path[:-1])
    return inside + _LABELS.get(str(last), str(last).replace("_", " "))


def _adoption(path: Steps) -> str:
    last = path[-1]
    if isinstance(last, int):
        return f"adoption: share of records in month {last + 1}"
    return "adoption: share of records" if last in {"adoption", "share"} else f"adoption: {last}".replace("_", " ")


def unit(scenario: Scenario, path: Steps) -> str:
    """The unit of a number: as the scenario writes it, else as its name tells."""
    written = _written(scenario, path)
    if written.endswith("%"):
        return "%"
    money = _MONEY.search(written)
    if money is not None:
        of = {"wage_per_hour": " an hour", "value_per_hour": " an hour"}.get(str(path[-1]), "")
        return money[1] + (f" a {money[2]}" if money[2] else of)
    names = [str(part) for part in path]
    return next((found for word, found in _UNITS if any(word in name for name in names[-2:])), "")


def _written(scenario: Scenario, path: Steps) -> str:
    """The text of a number in the file, or of the published figure that stands for it."""
    if path in scenario.distributions:
        return str(scenario.distributions[path].suffix).strip()
    for use in scenario.evidence:
        if use.path == path:
            return use.text.strip()
    node: Any = scenario.document.data
    for part in path:
        node = node[part] if isinstance(node, list) or part in node else ""
    return str(node).strip()


def about(scenario: Scenario, path: Steps) -> str:
    """The workload, step or model that a number is of; empty where it is of the whole."""
    words: list[str] = []
    rest = list(path)
    if path[0] == "workloads":
        workload, rest = scenario.workloads[path[1]], list(path[2:])
        words.append(workload.name)
    elif path[0] == "workload":
        workload, rest = scenario.workload, list(path[1:])  # type: ignore[assignment]
    if rest[0] == "steps":
        words.append(workload.steps[rest[1]].name)
        rest = rest[2:]
    if rest[0] in {"mix", "models"} and len(rest) > 2 and rest[-1] not in {"share", "count"}:  # noqa: PLR2004 - the section, the offer, and what is said of it
        words.append(str(rest[2] if rest[1] == "models" else rest[1]))
    return ", ".join(words)


def source(scenario: Scenario, path: Steps) -> str:
    """Where a number comes from: published evidence, a distribution, or the scenario alone."""
    distribution = scenario.distributions.get(path)
    uses = [use for use in scenario.evidence if use.path == path]
    words = [f"mean of {distribution}"] if distribution is not None else []
    words += [f"{use.item.source}{f' ({use.item.caution})' if use.item.caution else ''}" for use in uses]
    if path[:2] == ("roi", "llm_cost") and scenario.roi.llm_cost.source:
        words.append(scenario.roi.llm_cost.source)
    return "; ".join(words) or "the scenario"

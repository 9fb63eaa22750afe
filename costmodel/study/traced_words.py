"""What the numbers of a scenario are called where people read them: label, unit, what they are about, source."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any

from costmodel.distributions.written import UNITLESS, percent
from costmodel.quantities import grouped
from costmodel.results.labels import labelled, listed, say

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.distributions import Distribution
    from costmodel.results.labels import Said
    from costmodel.scenario import Scenario, Steps

_LABELS = {
    "per_day": "records a day",
    "per_month": "records a month",
    "days_per_month": "days a month",
    "monthly_growth": "growth a month",
    "cache_read": "input read from cache",
    "cache_write_5m": "input written to a five-minute cache",
    "cache_write_1h": "input written to a one-hour cache",
    "resubmitted": "share sent again",
    "requests_per_record": "requests a record",
    "output_per_input": "output tokens for one input token",
    "tokens_each": "tokens of an image",
    "per_request": "images a request",
    "share_used": "share of the freed hours that is used",
    "quoted": "API cost as quoted",
}
_TOKENS = {"input": "input tokens a request", "output": "output tokens a request", "total": "tokens a request"}
_OF_WORK = {
    ("manual", "minutes"): "minutes of a record by hand",
    ("with_ai", "review_share"): "share of records that are reviewed",
    ("with_ai", "review_minutes"): "minutes of a review",
    ("with_ai", "first_review_minutes"): "minutes of the first review",
    ("with_ai", "fixed_minutes"): "other minutes of a record with AI",
    ("with_ai", "time_saved"): "time saved with AI",
    ("staff", "usable_share"): "usable share of paid hours",
    ("by_hand", "found_per_record"): "errors found in a record by hand",
    ("by_hand", "harmful_per_record"): "harmful errors of a record by hand",
    ("with_ai", "found_per_record"): "errors of a record with AI, before review",
    ("with_ai", "harmful_per_record"): "harmful errors of a record with AI, before review",
    ("errors", "review_finds"): "share of errors that a review finds",
    ("errors", "cost_of_correction"): "cost of correcting an error",
    ("errors", "cost_of_harm"): "cost of a harmful error",
}
_SECTIONS = {
    "one_off": "paid once: {name}",
    "fixed_per_month": "paid every month: {name}",
    "errors": "errors {name}",
    "adoption": "adoption: {name}",
    "manual": "by hand: {name}",
    "with_ai": "with AI: {name}",
    "capacity": "freed hours: {name}",
    "overtime": "overtime: {name}",
    "by_hand": "by hand: {name}",
    "escalation": "yearly change of {name}",
    "service_tier": "share in service tier {name}",
    "meters": "a request: {name}",
}
_BY_THE_HOUR = frozenset({"wage_per_hour", "value_per_hour"})
# Fields of the scenario that are shares and rates, whether they are written in percent or as 0.3.
_SHARES = frozenset(
    {
        "adoption", "cache_read", "cache_write_5m", "cache_write_1h", "discount_rate", "finance_rate", "learning_rate",
        "loading", "loading_on_wage", "monthly_growth", "prices", "rate", "reinvest_rate", "resubmitted",
        "review_finds", "review_share", "share", "share_used", "time_saved", "usable_share", "wages",
    }
)  # fmt: skip
_OF_SHARES = frozenset({"service_tier", "shares"})  # all of whose entries are shares
_PERCENT = re.compile(r"%(\s+of\s+\w+)?$")
# Words of a name, and the unit that they tell.
_UNITS = (
    ("steepness_per_month", "a month"),
    ("minutes", "minutes"),
    ("hours_per_day", "hours"),
    ("hours", "hours"),
    ("capacity_hour", "hours"),
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
        return say("rate of {name}", name=scenario.taxes_and_fees[path[1]].name)
    if "mix" in path and (last in {"share", "count"} or path[-2] in {"mix", "models"}):
        offer = path[-2] if last in {"share", "count"} else last
        share = last == "share" or _written(scenario, path).endswith("%")
        return say("share of {name}" if share else "count of {name}", name=offer)
    if "monthly" in path:
        meter, case = (labelled(str(part).replace("_", " ")) for part in path[-2:])
        return say("{meter}: {case} a month", meter=meter, case=case)
    if "tokens" in path and last in _TOKENS:
        return _TOKENS[last]
    if path == ("roi", "staff", "days_per_month"):
        return "working days a month"
    if path[0] == "roi" and path[-2:] in _OF_WORK:
        return labelled(_OF_WORK[path[-2:]])
    if path[:2] == ("roi", "adoption"):
        return _adoption(scenario, path)
    name = labelled(_LABELS.get(str(last), str(last).replace("_", " ")))
    for part in reversed(path[:-1]):
        if str(part) in _SECTIONS:
            name = say(_SECTIONS[str(part)], name=name)
    return name


def _adoption(scenario: Scenario, path: Steps) -> str:
    last = path[-1]
    if isinstance(last, int):
        if last + 1 == len(scenario.document.data["roi"]["adoption"]):
            return say("adoption: share of records from month {month} on", month=last + 1)
        return say("adoption: share of records in month {month}", month=last + 1)
    if last in {"adoption", "share"}:
        return say("adoption: share of records")
    return say("adoption: {name}", name=labelled(str(last).replace("_", " ")))


def unit(scenario: Scenario, path: Steps) -> str:
    """The unit of a number: as the scenario writes it, else as its name tells."""
    written = _written(scenario, path)
    if _PERCENT.search(written):
        return "%"
    money = _MONEY.search(written)
    if money is not None:
        if money[2]:
            return say("{currency} a {period}", currency=money[1], period=labelled(money[2]))
        return say("{currency} an hour", currency=money[1]) if path[-1] in _BY_THE_HOUR else money[1]
    if is_share(path):
        return "%"
    names = [str(part) for part in path]
    return next((found for word, found in _UNITS if any(word in name for name in names[-2:])), "")


def called(scenario: Scenario, path: Steps) -> str:
    """A number in words, with what it is about."""
    whose, name = about(scenario, path), labelled(label(scenario, path))
    return say("{whose}: {name}", whose=whose, name=name) if whose else name


def whole_of(path: Steps) -> Steps:
    """The path of what a share is a part of: service tiers or a mix; empty where it is no such share.

    >>> whole_of(("mix", "models", "openai/gpt-4.1", "share")), whole_of(("roi", "adoption", "share"))
    (('mix', 'models'), ())
    """
    if path[:1] == ("roi",):
        return ()  # amounts have names of their own there
    if "service_tier" in path[:-1]:
        return path[: path.index("service_tier") + 1]
    if "mix" not in path[:-1]:
        return ()
    end = path.index("mix") + 1
    end += path[end] == "models"  # the long form of a mix
    return path[:end] if path[end + 1 :] in {(), ("share",)} else ()


def is_share(path: Steps) -> bool:
    """Whether a field takes a share or rate: a bare 0.3 there is 30 %."""
    last, inside = path[-1], path[-2] if len(path) > 1 else ""
    listed_share = inside == "adoption" and isinstance(last, int)
    return last in _SHARES or listed_share or inside in _OF_SHARES


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
    words: list[str] = [say("mean of {distribution}", distribution=_doubt(distribution))] if distribution else []
    words += [f"{use.item.source}{f' ({use.item.caution})' if use.item.caution else ''}" for use in uses]
    if path[:2] == ("roi", "llm_cost") and scenario.roi.llm_cost.source:
        words.append(scenario.roi.llm_cost.source)
    return reduce(_both, words) if words else "the scenario"


def _both(first: str, rest: str) -> str:
    return say("{first}; {rest}", first=first, rest=rest)


def _doubt(found: Distribution) -> Said:
    """A distribution in plain words, which each language has its own of, with its numbers as people read them."""

    def number(value: Fraction, name: str = "") -> str:
        return grouped(value) + ("" if name in UNITLESS else found.suffix)

    texts = {name: number(value, name) for name, value in found.parameters}
    if "min" in texts:
        words = _range(found.family, texts)
    else:
        below = "{share:number} below {value:number}"
        once = "{value:number} ({share:number})" if found.family == "discrete" else below
        parts = [say("{name} {value:number}", name=labelled(name), value=text) for name, text in texts.items()]
        parts += [say(once, share=percent(share), value=number(value)) for share, value in found.points]
        words = listed([found.family, *parts])
    if found.within is None:
        return words
    low, high = (number(value) for value in found.within)
    return say("{words}, within {low:number} to {high:number}", words=words, low=low, high=high)


def _range(family: str, texts: dict[str, str]) -> Said:
    ends = {"family": family, "low": texts["min"], "high": texts["max"]}
    if "mode" not in texts:
        return say("{family} from {low:number} to {high:number}", **ends)
    return say("{family} from {low:number} to {high:number}, most likely {mode:number}", mode=texts["mode"], **ends)

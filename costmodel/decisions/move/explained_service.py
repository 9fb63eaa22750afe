"""How a provider answers, computed again with traced numbers: seconds of a request, records a day, downtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.decisions.explained import (
    Facts,
    Figure,
    explanation,
    require_keys,
    stated_facts,
    unknown,
    used_names,
)
from costmodel.decisions.move.throughput import side
from costmodel.errors import CommandLineError
from costmodel.results.migration.parts import Side
from costmodel.runtimes.trace import cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.decisions.move.explained_amounts import TracedMove
    from costmodel.results.explanation import Explanation

_SIDES = {"before": "before", "after": "after", "old": "before", "new": "after"}
_STATED = "as the scenario says under 'migration'; service stands beside the money and is never turned into money"
_UNITS = {
    "latency_ms": "ms",
    "sla": "of the time",
    "support_hours": "hours",
    "concurrency": "requests",
    "attempts": "attempts",
    "waiting_seconds": "seconds",
    "lost_seconds": "seconds",
    "request_seconds": "seconds",
    "given_up": "of requests",
    "records_a_day": "records a day",
    "backlog_hours": "hours",
    "downtime_30": "minutes",
    "downtime_mean": "minutes",
}


def is_service(selection: Mapping[str, str]) -> bool:
    """Whether a selection asks how a provider answers."""
    return "side" in selection or selection["migration"] in Side._fields


def service_explained(move: TracedMove, selection: Mapping[str, str]) -> Explanation:
    """One figure of one provider's service.

    Raises:
        CommandLineError: there is no such figure, or the scenario does not say what it is computed from.
    """
    require_keys(selection, ("migration", "side"))
    name, asked = selection["migration"], selection.get("side")
    if asked is None:
        raise CommandLineError(f"say of which provider: --at migration={name},side=before or side=after")
    if asked not in _SIDES:
        raise unknown(asked, _SIDES, "side")
    if name not in Side._fields:
        raise unknown(name, Side._fields, "figure of a provider's service")
    when = _SIDES[asked]
    exact = getattr(move.result.service[0 if when == "before" else 1], name)
    if exact is None:
        raise CommandLineError(f"there is no '{name}' {when}: the scenario does not state what it is computed from")
    traced = _traced(move, when, name)
    facts: Facts = [("service", _STATED)]
    facts += stated_facts(move.made.case.scenario, "migration", used_names(traced))
    return explanation(Figure(name, exact, f" {when} the change", _UNITS[name]), traced, move.currency, facts)


def _traced(move: TracedMove, when: str, name: str) -> Any:
    stated = move.stated
    per_record = cell("requests a record", move.made.requests_per_record)
    return getattr(side(stated, getattr(stated, when), per_record), name)

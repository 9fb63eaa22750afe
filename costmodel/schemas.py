"""Which file has which JSON schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from costmodel.decisions.audit.claims import ClaimsFile
from costmodel.decisions.metered.budget_file import BudgetFile
from costmodel.decisions.metered.sharing_rules import SharingRules
from costmodel.decisions.mix.constraints import Constraints
from costmodel.decisions.reconcile.shape import BillShape
from costmodel.documents.json_schema import json_schema
from costmodel.evidence import EvidenceFile
from costmodel.prices.meters import MeterFile
from costmodel.prices.overlay import OverlayFile
from costmodel.prices.schema import ProviderFile
from costmodel.scenario import Scenario, section_model
from costmodel.usage.logs.shapes.counted import Counted
from costmodel.usage.logs.shapes.shape import Named, Shape, Time

if TYPE_CHECKING:
    from costmodel.documents.model import Model

SCHEMAS: dict[str, tuple[type[Model], str]] = {
    "provider": (ProviderFile, "A provider's price table (pricing/providers/*.yaml)"),
    "overlay": (OverlayFile, "Your own prices over the shipped book"),
    "scenario": (Scenario, "A scenario (scenarios/*.yaml)"),
    "meters": (MeterFile, "What can be counted and priced (pricing/meters.yaml)"),
    "claims": (ClaimsFile, "Quoted figures to audit (scenarios/claims/*.yaml)"),
    "constraints": (Constraints, "What a mix must meet (scenarios/constraints/*.yaml)"),
    "evidence": (EvidenceFile, "Published evidence (scenarios/evidence/*.yaml)"),
    "showback": (SharingRules, "Shared cost and how it is spread (usage showback --rules)"),
    "budget": (BudgetFile, "A budget to hold metered usage against (usage budget --budget)"),
    "mapping": (Shape, "What is in a usage log (your own mapping file)"),
    "bill": (BillShape, "What is in a bill (your own mapping file)"),
}


def schema_text(kind: str) -> str:
    """The JSON schema of a kind of file, as text."""
    model, title = SCHEMAS[kind]
    sections = {name: section_model(name) for name in ("roi", "migration", "uncertainty")} if model is Scenario else {}
    text = json_schema(model, title, sections)
    return _with_short_forms(text) if kind in _WITH_SHORT_FORMS else text


_WITH_SHORT_FORMS = ("mapping", "bill")
_PATHS = frozenset(item.__name__ for item in (Counted, Named, Time))  # which may be written as a path alone


def _with_short_forms(text: str) -> str:
    """A schema that lets a path stand for what is read there, and one entry for a list of it."""
    schema = json.loads(text)

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        found = {key: walk(item) for key, item in node.items() if key != "minLength"}
        if found.get("title") == "text":  # what an editor takes for a truth value is read as the text that it is
            found["type"] = ["string", "number", "boolean"]
        if found.get("$ref", "").rpartition("/")[2] in _PATHS:
            return {"anyOf": [{"type": "string"}, found]}
        if found.get("type") != "array":
            return found
        about = {key: found.pop(key) for key in ("default", "description", "title") if key in found}
        return {"anyOf": [found["items"], found], **about}

    return json.dumps(walk(schema), indent=2, ensure_ascii=False, sort_keys=True) + "\n"

"""Which file has which JSON schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.decisions.claims import ClaimsFile
from costmodel.decisions.constraints import Constraints
from costmodel.documents.json_schema import json_schema
from costmodel.evidence import EvidenceFile
from costmodel.prices.meters import MeterFile
from costmodel.prices.overlay import OverlayFile
from costmodel.prices.schema import ProviderFile
from costmodel.scenario import Scenario, section_model

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
}


def schema_text(kind: str) -> str:
    """The JSON schema of a kind of file, as text."""
    model, title = SCHEMAS[kind]
    sections = {name: section_model(name) for name in ("roi", "migration", "uncertainty")} if model is Scenario else {}
    return json_schema(model, title, sections)

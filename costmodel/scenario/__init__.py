"""The scenario file: what is to be estimated."""

from __future__ import annotations

from costmodel.scenario.model import MAX_MONTHS, Scenario, Steps
from costmodel.scenario.reading import base, case_settings, scale_of, section_model, shared_out

__all__ = ["MAX_MONTHS", "Scenario", "Steps", "base", "case_settings", "scale_of", "section_model", "shared_out"]

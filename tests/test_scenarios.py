"""Every figure that a shipped scenario must come to, one item a figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from costmodel.expectations import cases_of
from costmodel.scenario import Scenario

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
CASES = [(path, case) for path in SCENARIOS for case in cases_of(Scenario.load(path))]


@pytest.mark.parametrize(("path", "case"), CASES, ids=[f"{path.stem}: {case.name}" for path, case in CASES])
def test_a_scenario_comes_to_what_it_expects(path, case):
    """The figure agrees with the expectation to the digits written."""
    assert case.actual == case.expected, f"{path.name}: {case.name}"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_shipped_scenario_expects_something(path):
    """A scenario without an expectation would test nothing."""
    assert Scenario.load(path).expect


def test_the_issue_of_a_missed_expectation_is_seen(tmp_path):
    """One wrong digit in an expectation is a miss."""
    text = (SCENARIOS[0].parent / "ten-million-tokens.yaml").read_text(encoding="utf-8").replace("65.00", "65.01")
    file = tmp_path / "changed.yaml"
    file.write_text(text, encoding="utf-8")
    missed = [case for case in cases_of(Scenario.load(file)) if not case.met]
    assert [(case.expected, case.actual) for case in missed] == [("65.01", "65.00")]

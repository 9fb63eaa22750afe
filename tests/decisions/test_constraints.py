"""The file of constraints: every mistake at its place, those of form and those of names in one run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from private_offers import Private, letters

from costmodel import Scenario
from costmodel.cli import run
from costmodel.decisions.mix.optimise import optimise
from costmodel.decisions.mix.wanted import read_constraints
from costmodel.errors import FileError
from costmodel.schemas import schema_text
from costmodel.study import book_for

ROOT = Path(__file__).parents[2]
MEDIUM = ROOT / "scenarios" / "emr-medium-measured.yaml"
QUALITY = """\
constraints: Of a test
quality:
  source: Made up
  scores: {openai/gpt-4.1: 92, google/gemini-2.5-flash: 84, anthropic/claude-haiku-4-5: 89}
  at_least: 88
"""


def mixed(folder: Path, text: str, models: tuple[str, ...] = ()):
    path = folder / "constraints.yaml"
    path.write_text(text, encoding="utf-8")
    return optimise(Scenario.load(MEDIUM), models, constraints=read_constraints(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [("constraints: x\nquality: {source: s, scores: {openai/gpt-4.1: 1}}", "scores alone ask for nothing"),
     ("constraints: x\nlatency: {}", "no limit is given"),
     ("constraints: x\nproviders: {openai: {at_most: 10 %, at_least: 20 %}}", "is more than 'at_most'"),
     ("constraints: x\nproviders: {openai: {}}", "no limit is given: add 'at_most', 'at_least' or 'spend_at_least'"),
     ("constraints: x\nmodels: {openai/gpt-4.1: {}}", "no limit is given: add 'at_most' or 'at_least'"),
     ("constraints: x\nby_workload: {workload: {}}", "no limit is given: add 'providers', or 'models'"),
     ("constraints: x\nrequire: [baaa]", "there is no term 'baaa'"),
     ("constraints: x\nrequire: baa=true", "write 'baa', or 'baa=no'"),
     ("constraints: x\neach_provider_at_most: 0 %", "leaves no provider"),
     ("constraints: x\nqualty: 1", "did you mean 'quality'"),
     (QUALITY.replace("gpt-4.1:", "gpt-4.9:"), "no offer is called 'openai/gpt-4.9': did you mean 'openai/gpt-4"),
     (QUALITY.replace("openai/gpt-4.1:", "gpt-4.11:"), "no offer is called 'gpt-4.11': did you mean 'openai/gpt-4.1'"),
     (QUALITY.replace("openai/gpt-4.1: 92", "openai/gpt-4.1: 92, gpt-4.1: 91"), "are the same offer, openai/gpt-4.1"),
     (QUALITY + "  by_workload: {letters: 90}\n", "there is no workload 'letters'"),
     ("constraints: x\nby_workload: {letters: {models: {openai/gpt-4.1: {at_most: 1 %}}}}", "no workload 'letters'"),
     ("constraints: x\nproviders: {mistal: {at_most: 20 %}}", "there is no provider 'mistal': did you mean 'mistral'?"),
     ("constraints: x\nby_workload: {workload: {providers: {opena: {at_most: 1 %}}}}", "did you mean 'openai'?"),
     ("constraints: x\nproviders: {openai: {spend_at_least: 5 EUR}}", "this is in EUR")],
)  # fmt: skip
def test_mistakes_in_the_file(tmp_path, text, words):
    """Each is told at its place."""
    with pytest.raises(FileError) as found:
        mixed(tmp_path, text)
    (mistake,) = found.value.mistakes
    assert words in mistake.message
    assert (mistake.file, mistake.line > 0) == (str(tmp_path / "constraints.yaml"), True)


def test_every_mistake_in_one_run(tmp_path, capsys):
    """Form and names together, in the order of the file, exit code 3."""
    text = """\
constraints: bad
quality: {source: me, scores: {openai/gpt-9: 92, gpt-4.1: x}, at_least: 85}
foo: 1
providers: {nobody: {at_least: 120 %}, openai: {spend_at_least: 5 EUR}, mistral: {}}
each_provider_at_most: 0 %
require: baaa
"""
    with pytest.raises(FileError) as found:
        mixed(tmp_path, text)
    told = [(item.line, item.message.partition(":")[0].partition(".")[0]) for item in found.value.mistakes]
    assert told == [
        (2, "no offer is called 'openai/gpt-9'"),
        (2, "expected a number, got 'x'"),
        (3, "unknown key 'foo'"),
        (4, "there is no provider 'nobody'"),
        (4, "'120 %' is outside 0 % to 100 %"),
        (4, "this is in EUR, the scenario in USD"),
        (4, "no limit is given"),
        (5, "a share of 0 % leaves no provider"),
        (6, "there is no term 'baaa'"),
    ]
    path = str(tmp_path / "constraints.yaml")
    assert run(["compare", str(MEDIUM), "--optimise", "--constraints", path]) == 3
    assert capsys.readouterr().err.count(f"{path}:") == len(told)


def test_mistakes_of_scenario_and_constraints_in_one_run(tmp_path, capsys):
    """What is wrong with both files is told together, as far as one can be read without the other."""
    (tmp_path / "work.yaml").write_text(MEDIUM.read_text(encoding="utf-8").replace("horizon:", "horizn:"), "utf-8")
    (tmp_path / "limits.yaml").write_text("constraints: x\nfoo: 1\n", encoding="utf-8")
    command = ["compare", str(tmp_path / "work.yaml"), "--optimise", "--constraints", str(tmp_path / "limits.yaml")]
    assert run(command) == 3
    told = capsys.readouterr().err
    assert "work.yaml:4:1: unknown key 'horizn'" in told
    assert "limits.yaml:2:1: unknown key 'foo'" in told


def test_names_are_those_of_the_price_book(tmp_path):
    """A bare name, an alias, and the score of an offer that is not compared."""
    text = QUALITY.replace("openai/gpt-4.1:", "gpt-4.1:").replace("}", ", openai/gpt-5: 99}")
    result = mixed(tmp_path, text, ("openai/gpt-4.1", "google/gemini-2.5-flash"))
    assert result.shares == {"workload": {"openai/gpt-4.1": Fraction(1, 2), "google/gemini-2.5-flash": Fraction(1, 2)}}


def test_a_bare_name_of_two_providers(tmp_path):
    """It must say which."""
    scenario, overlays = letters(tmp_path, {"one/same": Private("1", "1"), "two/same": Private("1", "1")})
    path = tmp_path / "constraints.yaml"
    path.write_text("constraints: x\nmodels: {same: {at_most: 10 %}}\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"more than one provider: one/same, two/same\. Write provider/model"):
        optimise(scenario, ["one/same"], book_for(scenario, overlays), constraints=read_constraints(path))


def test_a_provider_that_takes_no_part_may_be_named(tmp_path):
    """It is in the price book: a limit on it holds, a promise to it cannot be kept."""
    models = ("openai/gpt-4.1", "google/gemini-2.5-flash")
    assert mixed(tmp_path, "constraints: x\nproviders: {mistral: {at_most: 5 %}}\n", models).feasible
    assert not mixed(tmp_path, "constraints: x\nproviders: {mistral: {at_least: 5 %}}\n", models).feasible


def test_the_schema_is_the_one_that_is_shipped():
    """`make schemas` was run."""
    assert (ROOT / "docs" / "schema" / "constraints.schema.json").read_text(encoding="utf-8") == schema_text(
        "constraints"
    )

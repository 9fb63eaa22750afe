"""Values set over a document: by path, as if they stood in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from costmodel import Scenario
from costmodel.documents.reader import Document, parse_document
from costmodel.documents.settings import split_setting, with_settings
from costmodel.errors import CommandLineError, FileError

TEXT = """\
scenario: Letters
horizon: {start: 2026-12, months: 12}
currency: USD
workloads:
  - {name: letters, records: {per_month: 100}, tokens: {input: 1500, output: 400}}
  - {name: scans, records: {per_month: 50}, tokens: {input: 900, output: 90}}
mix: {by: requests, openai/gpt-4.1: 20 %, openai/gpt-4.1-mini: 80 %}
"""


def document() -> Document:
    return parse_document(TEXT.encode(), "letters.yaml")


def with_one(path: str, value: object) -> Document:
    return with_settings(document(), {path: value})


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("currency", ("currency",)),
        ("horizon.months", ("horizon", "months")),
        ("workloads.1.records.per_month", ("workloads", 1, "records", "per_month")),
        ("mix.openai/gpt-4.1", ("mix", "openai/gpt-4.1")),
        ("mix.openai/gpt-4.1-mini", ("mix", "openai/gpt-4.1-mini")),
        ('mix."openai/gpt-4.1"', ("mix", "openai/gpt-4.1")),
        ('mix."acme/large-1.5"', ("mix", "acme/large-1.5")),
        ('mix."acme/large-1.5".share', ("mix", "acme/large-1.5", "share")),
        ("models.acme/small", ("models", "acme/small")),
    ],
)
def test_a_path_finds_its_value(path: str, found: tuple[object, ...]) -> None:
    """Steps are separated by points; a name with points is found, or quoted; lists start at 0."""
    node = with_one(path, "7").data
    for step in found:
        node = node[step]
    assert node == "7"


def test_a_model_that_is_not_there_keeps_its_points() -> None:
    """A model's name may hold points: with a slash in it, the rest of the path is the name, unless quoted."""
    assert with_one("mix.acme/large-1.5", "7").data["mix"]["acme/large-1.5"] == "7"
    assert with_one('mix."acme/large-1.5".share', "7 %").data["mix"]["acme/large-1.5"] == {"share": "7 %"}


def test_the_longest_name_is_taken() -> None:
    """Where one name is the beginning of another, a path means the longest that it spells."""
    both = parse_document(b"mix: {acme/large-1: {share: 40 %}, acme/large-1.5: {share: 60 %}}", "letters.yaml")
    found = with_settings(both, {"mix.acme/large-1.5.share": "70 %", "mix.acme/large-1.share": "30 %"})
    assert found.data == {"mix": {"acme/large-1": {"share": "30 %"}, "acme/large-1.5": {"share": "70 %"}}}


def test_the_original_stays() -> None:
    """Setting a value changes neither the document it is set over nor what it does not name."""
    original = document()
    changed = with_settings(original, {"workloads.1.records.per_month": "7"})
    assert original.data == document().data
    assert changed.data["workloads"][0] == original.data["workloads"][0]
    assert changed.data["workloads"][1]["tokens"] == original.data["workloads"][1]["tokens"]


def test_values_are_yaml_or_data() -> None:
    """A value is YAML text, whose digits are kept, or plain data."""
    assert with_one("budget", "{a: [0.30, NO]}").data["budget"] == {"a": ["0.30", "NO"]}
    assert with_one("budget", ["x"]).data["budget"] == ["x"]
    assert with_one("scenario", "a, b").data["scenario"] == "a, b"


def test_later_settings_go_over_earlier_ones() -> None:
    """Settings hold in the order given; the last word wins."""
    data = with_settings(document(), {"horizon": "{start: 2027-01, months: 3}", "horizon.months": "5"}).data
    assert data["horizon"] == {"start": "2027-01", "months": "5"}


@pytest.mark.parametrize("path", ["workloads.2.name", "workloads.first.name", "workloads.-1.name"])
def test_a_list_has_only_its_entries(path: str) -> None:
    """A number beyond the list, or a word in its place, leads nowhere; what there is is named."""
    with pytest.raises(CommandLineError, match="write 0 to 1"):
        with_one(path, "x")


def test_nothing_can_be_set_inside_a_value() -> None:
    """A path that goes on below a single value leads nowhere."""
    with pytest.raises(CommandLineError, match="'code' cannot be set inside the value 'USD'"):
        with_one("currency.code", "EUR")


def test_a_mistake_in_a_setting_is_told_of_the_setting() -> None:
    """A wrong value is told of `--set`, not of a line of the file that does not say it."""
    with pytest.raises(FileError) as caught:
        Scenario.of(document(), settings={"horizon.months": "010", "workloads.0.records.per_mnth": "5"})
    told = [(mistake.file, mistake.line) for mistake in caught.value.mistakes]
    assert sorted(told) == [("--set horizon.months=010", 1), ("--set workloads.0.records.per_mnth=5", 1)]


@pytest.mark.parametrize("path", ["horizn.months", "workloads.0.recrds.per_month"])
def test_an_unknown_step_is_told_of_the_setting(path: str) -> None:
    """A path whose midst is no key of the file is told of `--set`, too: no line of the file says it."""
    with pytest.raises(FileError) as caught:
        Scenario.of(document(), settings={path: "5"})
    assert {mistake.file for mistake in caught.value.mistakes} == {f"--set {path}=5"}


def test_a_mistake_beside_a_setting_is_told_of_the_file() -> None:
    """What the file itself says wrongly keeps its line, though a value was set near it."""
    wrong = parse_document(TEXT.replace("per_month: 50", "per_month: 050").encode(), "letters.yaml")
    with pytest.raises(FileError) as caught:
        Scenario.of(wrong, settings={"workloads.1.name": "pictures"})
    assert str(caught.value).startswith("letters.yaml:6:40: '050' starts with a zero")


def test_a_setting_that_is_not_yaml_is_told_of_the_setting() -> None:
    """A value that is not YAML is told of the setting."""
    with pytest.raises(FileError, match=r"^--set currency=\[USD:\d+:\d+: this is not valid YAML"):
        with_one("currency", "[USD")


def test_a_scenario_is_changed_by_path() -> None:
    """A scenario gives another with values set, and stays itself."""
    scenario = Scenario.of(document(), Path())
    assert scenario.changed({"horizon.months": "3"}).horizon.months == 3
    assert scenario.horizon.months == 12


@pytest.mark.parametrize(
    ("text", "found"),
    [("a.b=5", ("a.b", "5")), (" a = b = c ", ("a", "b = c")), ('mix."x=y"=1', ('mix."x', 'y"=1'))],
)
def test_a_setting_is_cut_at_its_first_equals_sign(text: str, found: tuple[str, str]) -> None:
    """The path ends at the first equals sign; spaces round both sides do not matter."""
    assert split_setting(text) == found


@pytest.mark.parametrize("text", ["a.b", "=5", "a.b=", " = ", ""])
def test_a_setting_without_path_or_value_is_refused(text: str) -> None:
    """What is not path=value is refused with an example."""
    with pytest.raises(CommandLineError, match=r"write --set workload\.records\.per_day=2000"):
        split_setting(text)

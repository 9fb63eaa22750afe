"""Published evidence: what ships is well formed, says how it was seen, and holds the figures of its sources."""

from __future__ import annotations

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml

from costmodel.cli import run
from costmodel.cli.check import scenario_files
from costmodel.errors import FileError
from costmodel.evidence import (
    WHICH,
    EvidenceError,
    NoEvidenceValueError,
    UnknownEvidenceError,
    evidence,
    evidence_item,
    read_evidence,
)
from costmodel.quantities import Money, exact, half_up, rate, share
from costmodel.schemas import schema_text
from costmodel.shipped import shipped_folder

FOLDER = shipped_folder("scenarios") / "evidence"
ITEMS = list(evidence().values())
SOUND = """\
evidence: Two figures
collected: 2026-11
items:
  - {name: one, about: One thing., base: 18 %, unit: share, source: A study, verified: read}
  - {name: two, about: Another thing., low: 10 USD, high: 20 USD, unit: USD an hour, source: Page, verified: secondary}
"""
# Every name that the collection began with; one that held several quantities became several items.
PARAMETERS = """\
chart-review-time physician-written-summary-time time-reduction-chart-review time-reduction-ambient-note-trial
time-reduction-ambient-documentation time-reduction-note-providence time-saved-per-encounter-tpmg
time-saved-per-day-abridge-uw time-reduction-ehr-penn inbox-draft-reply-time-change time-reduction-vendor-claim
utilisation-adoption-share-of-volume hallucination-rate-per-sentence omission-rate-per-sentence errors-per-summary-llm
hallucinations-per-generation-deployed share-of-summaries-with edit-share-of-llm-text review-minutes-ai-output
diagnostic-accuracy-change diagnostic-error-relative-reduction diagnostic-accuracy-vendor-claim
benefits-share-of-total-comp-private benefits-loading-on-wage wage-medical-records-specialist-us
wage-registered-nurse-us wage-physician-us wage-vendor-example wage-all-employees-vietnam wage-doctor-vietnam
overtime-multiplier practical-capacity-share realisation-cash-releasing-share scribe-subscription one-off-cost
discount-rate time-horizon coding-intensity-revenue-effect vendor-claim-dax-northwestern risk-adjustment-tei"""


def number(text):
    """A figure as the fields of a scenario read it: a rate, money or a plain number."""
    if text.endswith("%"):
        return rate(text)
    return Money.parse(text).amount if " " in text else exact(text)


def figures(name):
    item = evidence_item(name)
    return tuple(getattr(item, which) for which in WHICH)


def of(text):
    return "%" if text.endswith("%") else text.partition(" ")[2]


# What ships


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_items_are_well_formed(item):
    """Each figure can be read, is of one kind with the others of its item, and lies between its ends."""
    there = [text for text in (item.low, item.base, item.high) if text is not None]
    assert [number(text) for text in there] == sorted(number(text) for text in there)
    assert len({of(text) for text in there}) <= 1
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", item.name)
    assert item.source.strip()
    assert item.about.endswith(".")
    assert item.unit.strip()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_what_was_not_read_in_its_source_says_so(item):
    """Only a figure that was read in its source goes without a caution."""
    assert bool(item.caution) == (item.verified != "read")
    assert ("unverified" in item.caution) == (item.verified == "unverified")


def kind_by_unit(unit):
    """What figures of a unit must be of: a currency, a percentage, or plain numbers."""
    relative = unit.startswith(("share", "percentage", "per sentence", "a year"))
    return "%" if relative else unit[:3] if unit[:3] in {"USD", "VND"} else ""


def test_figures_look_like_their_unit():
    """A unit of money has amounts in that currency, a share percentages, anything else plain numbers."""
    for item in ITEMS:
        there = [getattr(item, which) for which in WHICH if getattr(item, which) is not None]
        assert {of(text) for text in there} <= {kind_by_unit(item.unit)}, item.name
        assert all(share(text) >= 0 for text in there if of(text) == "%" and not text.startswith("-")), item.name


def test_every_parameter_is_there():
    """Nothing that was collected is missing, those without a figure included."""
    assert [name for name in PARAMETERS.split() if not any(item.startswith(name) for item in evidence())] == []
    assert {item.verified for item in ITEMS} == {"read", "secondary", "judgement", "unverified", "not-found"}


def test_names_of_other_items_in_notes_exist():
    """A note that sends its reader to another item names one that is there."""
    named = {
        word
        for item in ITEMS
        for word in re.findall(r"\b[a-z]+(?:-[a-z0-9]+){2,}\b", item.note or "")
        if word.split("-")[0] in {name.split("-")[0] for name in evidence()}
    }
    assert {"errors-per-summary-excess", "benefits-loading-on-wage"} <= named
    assert named - set(evidence()) == set()


KNOWN = {
    "time-reduction-chart-review": ("0 %", "18 %", None, "read"),  # Chi et al. 2021
    "time-reduction-ambient-note-trial-dax": ("-5.9 %", "1.7 %", "9.4 %", "read"),  # Lukac et al. 2025
    "time-reduction-ambient-note-trial-nabla": ("1.8 %", "9.5 %", "17.2 %", "read"),  # the same
    "time-reduction-vendor-claim": (None, "70 %", None, "not-found"),
    "inbox-draft-reply-time-change": (None, "0 %", None, "read"),  # Tai-Seale et al. 2024
    "review-minutes-ai-output": ("1", "2", "5", "judgement"),
    "diagnostic-accuracy-change": ("-4 %", "2 %", "8 %", "read"),  # Goh et al. 2024
    "wage-physician-us": (None, "115 USD", None, "unverified"),
    "wage-all-employees-vietnam": (None, "9_400_000 VND", None, "secondary"),
    "scribe-subscription": ("200 USD", None, "600 USD", "read"),
    "one-off-cost": (None, None, None, "not-found"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_figures(name):
    """The figures of the sources, with the sign that a reduction is positive."""
    assert (*figures(name), evidence_item(name).verified) == KNOWN[name]


def test_figures_that_come_from_others():
    """What was divided or subtracted by us comes out again.

    Source: BLS ECEC June 2025 (wages 32.07, benefits 13.58, total 45.65; state and local 39.31 and 24.63).
    """
    base = {name: number(item.base) for name, item in evidence().items() if item.base is not None}
    wage, benefits, total = (Fraction(text) for text in ("32.07", "13.58", "45.65"))
    assert base["benefits-loading-on-wage"] == half_up(benefits / wage, 3) == Fraction("0.423")
    assert rate(evidence_item("benefits-loading-on-wage").value("high")) == half_up(
        Fraction("24.63") / Fraction("39.31"), 3
    )
    assert wage + benefits == total
    # A share of the total, not of the wage; the amounts as rounded to cents give 29.7 %.
    assert abs(base["benefits-share-of-total-comp-private"] - benefits / total) < Fraction(1, 1000)
    assert base["chart-review-time-per-encounter"] == half_up(Fraction(5 * 60 + 22, 60), 2)
    assert base["ehr-time-per-encounter"] == half_up(Fraction(16 * 60 + 14, 60), 2)
    assert base["documentation-time-per-encounter"] == half_up(Fraction(3 * 60 + 51, 60), 2)
    assert base["time-reduction-note-providence"] == half_up(Fraction(71 - 61, 71), 2)
    assert base["time-saved-per-encounter-tpmg"] == half_up(Fraction(15_791 * 60, 2_580_000), 2)
    assert base["errors-per-summary-excess"] == base["errors-per-summary-llm"] - base["errors-per-summary-physician"]
    assert base["wage-medical-records-specialist-us"] == half_up(Fraction(50_250, 2_080), 2)
    assert base["wage-registered-nurse-us-2024"] == Fraction(93_600, 2_080)
    assert base["wage-physician-us"] == Fraction(239_200, 2_080)


def test_check_passes_over_evidence():
    """`costmodel check scenarios` takes no evidence for a scenario."""
    assert [path for path in scenario_files([FOLDER.parent]) if "evidence" in path.parts] == []


# Reading


def test_the_shipped_file_meets_the_editor_schema():
    """What an editor would mark as wrong is nothing in the shipped file, and its first line finds the schema."""
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - reads text alone, makes no objects
        jsonschema.Draft202012Validator(json.loads(schema_text("evidence"))).validate(data)
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
        assert named is not None
        assert (path.parent / named[1]).resolve() == FOLDER.parents[1] / "docs" / "schema" / "evidence.schema.json"


def folder_with(tmp_path, text, name="own.yaml"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_is_read(tmp_path):
    """A sound file gives its items by name."""
    items = read_evidence(folder_with(tmp_path, SOUND))
    assert list(items) == ["one", "two"]
    assert items["two"].value("high") == "20 USD"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("18 %", "a lot", "expected money such as '91.71 USD', got 'a lot'; a figure is written as in a scenario"),
        ("low: 10 USD", "low: 30 USD", "own.yaml:5:5: 'two': low, base and high are not in this order"),
        ("low: 10 USD", "low: 10 EUR", "are not of one kind"),
        ("verified: read", "verified: seen", "'seen'"),
        ("source: A study, ", "", "the key 'source' is missing"),
        ("source: A study", "sauce: A study", "did you mean 'source'?"),
        ("name: two", "name: one", "own.yaml:5:12: 'one' stands twice"),
        ("2026-11", "November", "expected a month such as '2026-12'"),
    ],
)
def test_mistakes_are_told_at_their_place(tmp_path, old, new, says):
    """What is wrong in a file is said with its line, in plain words."""
    assert old in SOUND
    with pytest.raises(FileError) as caught:
        read_evidence(folder_with(tmp_path, SOUND.replace(old, new, 1)))
    assert says in str(caught.value)


def test_a_name_stands_in_one_file_only(tmp_path):
    """Two files may not use one name for two quantities."""
    folder_with(tmp_path, SOUND, "a.yaml")
    with pytest.raises(FileError, match=re.escape("evidence/b.yaml:4:12: 'one' stands twice")):
        read_evidence(folder_with(tmp_path, SOUND, "b.yaml"))


def test_an_unknown_name_says_what_there_is():
    """The nearest names are told, and where all of them are."""
    with pytest.raises(UnknownEvidenceError) as caught:
        evidence_item("time-reduction-chart-reviews")
    assert isinstance(caught.value, EvidenceError)
    assert isinstance(caught.value, ValueError)
    assert "did you mean 'time-reduction-chart-review'?" in str(caught.value)
    with pytest.raises(
        EvidenceError, match=r"there is no evidence called 'zzz'\. 'costmodel evidence' lists all names"
    ):
        evidence_item("zzz")
    with pytest.raises(EvidenceError, match=r"Nearest names: .*wage-physician-us"):
        evidence_item("wage-doctor-us")
    with pytest.raises(EvidenceError, match=r"Nearest names: .*wage-medical-records-specialist-us"):
        evidence_item("wage")


def test_a_value_that_is_not_there_is_no_zero():
    """An item without the figure says what it has, and who must enter one."""
    with pytest.raises(NoEvidenceValueError, match="'one-off-cost' has no base value, no figure was found: write a"):
        evidence_item("one-off-cost").value("base")
    with pytest.raises(NoEvidenceValueError, match="has no base value, it has low and high only"):
        evidence_item("scribe-subscription").value("base")


# The command


def output_of(capfdbinary, *arguments, code=0):
    assert run(["evidence", *arguments]) == code
    out, err = capfdbinary.readouterr()
    return out.decode(), err.decode()


def test_table_has_every_item(capfdbinary):
    """Without names: one row an item, with how it was seen."""
    text, _ = output_of(capfdbinary)
    rows = [line.split() for line in text.splitlines() if line.split("  ")[0] in evidence()]
    assert [row[0] for row in rows] == list(evidence())
    assert [row[-1] for row in rows] == [item.verified for item in ITEMS]


def test_json_and_csv_have_everything(capfdbinary):
    """Each item with its source and what must be said of it; a figure that is not there is null."""
    record = json.loads(output_of(capfdbinary, "--format", "json")[0])
    assert (record["schema_version"], record["kind"]) == ("1", "evidence")
    items = {item["name"]: item for item in record["items"]}
    assert list(items) == list(evidence())
    assert items["wage-physician-us"]["caution"] == "from general knowledge, unverified"
    assert items["one-off-cost"]["base"] is None
    rows = list(csv.DictReader(io.StringIO(output_of(capfdbinary, "--format", "csv")[0].lstrip("\ufeff"))))
    assert [row["source"] for row in rows] == [item.source for item in ITEMS]


@pytest.mark.parametrize("format_", ["table", "markdown", "json", "csv"])
def test_names_show_everything_about_them(capfdbinary, format_):
    """With names: the items asked for, each once, with source, caution and note, in every format."""
    names = ("wage-physician-us", "time-reduction-chart-review", "wage-physician-us")
    text, _ = output_of(capfdbinary, *names, "--format", format_)
    assert text.count("115 USD") == 1
    assert "from general knowledge, unverified" in text
    assert "Chi et al., JAMA Netw Open 2021" in text
    assert "discount-rate" not in text


def test_an_unknown_name_ends_with_2(capfdbinary):
    """Every unknown name is told of at once, and nothing is printed as data."""
    out, err = output_of(capfdbinary, "one-of-cost", "zzz", "discount-rate", code=2)
    assert out == ""
    assert "did you mean 'one-off-cost'?" in err
    assert "no evidence called 'zzz'" in err


def test_output_goes_to_a_file(capfdbinary, tmp_path):
    """The ending decides the format; `--quiet` says nothing."""
    out, err = output_of(capfdbinary, "one-off-cost", "--output", str(tmp_path / "one.json"), "--quiet")
    assert (out, err) == ("", "")
    assert json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))["items"][0]["name"] == "one-off-cost"


def test_the_example_in_the_documents_is_sound(tmp_path):
    """The file shown in docs/formats.md loads, and shows figures that ship."""
    document = Path(__file__).resolve().parent.parent / "docs" / "formats.md"
    block = re.search(r"```yaml\n(evidence: .*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    for name, item in read_evidence(folder_with(tmp_path, block[1])).items():
        assert (item.low, item.base, item.high, item.verified) == (*figures(name), evidence_item(name).verified)

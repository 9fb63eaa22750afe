"""Results in other languages: every label has its words, figures stay, files for programs do not change."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locale_messages import constants, has_words, placeholders, templates
from rich.cells import cell_len

import costmodel as cm
from costmodel.cli import run
from costmodel.documents.reader import read_document
from costmodel.errors import CommandLineError
from costmodel.quantities import grouped
from costmodel.reports.page import words
from costmodel.results.labels import (
    LOCALES,
    Said,
    in_locale,
    labelled,
    listed,
    localised,
    period_text,
    require_locale,
    say,
    sentences,
)
from costmodel.results.labels.catalogue import catalogue, messages
from costmodel.results.labels.locales import days_in, months_in, numbers_in
from costmodel.results.labels.tables import is_translated
from costmodel.results.table import Column, Table
from costmodel.study.traced_leaves import Leaves

SCENARIOS = Path(__file__).parents[2] / "scenarios"
OTHERS = [locale for locale in LOCALES if locale != "en"]
LABELS = Path(cm.__file__).parent / "results" / "labels"
LEVIES = {"VAT that cannot be recovered", "withholding tax paid on top", "card payment fee"}  # named by a scenario
NAMES = {"names.yaml"}  # labels that come from data too: the names of meters, units and numbers of a scenario


def scenario(name: str) -> cm.Scenario:
    return cm.Scenario.load(SCENARIOS / f"{name}.yaml")


def shown() -> list[Table]:
    """Tables of every translated kind, of shipped scenarios."""
    found: list[Table] = []
    for name in ("emr-mix", "emr-medium", "hospital-year", "paid-in-cny"):
        result = cm.estimate(scenario(name))
        found += [*result.tables(), result.table(("month", "model", "meter"))]
    for name in ("vendor-roi", "vendor-roi-capacity", "hospital-roi"):
        found += cm.return_on_investment(scenario(name)).tables(monthly=True, cheers=True)
        found += cm.one_way_sensitivity(scenario(name)).tables()
    found.append(cm.compare(scenario("emr-medium")).tables()[0])
    return found


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return shown()


def test_every_message_has_its_words():
    """What the package says, and each heading of a table that can be said, stands in the catalogue."""
    known = {message.en for message in messages()}
    assert {text: path for text, path in templates().items() if text not in known} == {}
    assert [text for text in words._WORDS.values() if has_words(text) and text not in known] == []


def test_no_message_is_left_over():
    """A sentence that nothing says any more does not stay in the catalogue."""
    said = constants()
    stale = [
        message["en"]
        for path in LABELS.glob("*.yaml")
        if path.name not in NAMES
        for message in read_document(path).data["messages"]
        if message["en"] not in said
    ]
    assert stale == []


def test_each_message_once_and_filled_alike():
    """No message stands twice; every language has the same placeholders, written in the same way, and words."""
    found = [message.en for message in messages()]
    assert len(found) == len(set(found))
    for message in messages():
        for locale in OTHERS:
            text = getattr(message, locale)
            assert placeholders(text) == placeholders(message.en), message.en
            assert text.strip(), message.en
            assert (text[:1] == " ") <= (message.en[:1] == " "), message.en


@pytest.mark.parametrize("locale", OTHERS)
def test_shown_tables_are_in_one_language(tables, locale):
    """No heading, title, note or label of the program's is left in English; warnings and names from files are."""
    known = catalogue(locale)
    for table in tables:
        assert is_translated(table), table.title
        for column in table.columns:
            heading = column.heading.template if isinstance(column.heading, Said) else column.heading
            assert heading in known or heading in {"", "%", "department", "site"}, heading
        notes = [note for note in table.notes if not isinstance(note, Said)]
        assert all(note.startswith("Note: ") for note in notes), notes
        for text in (
            table.title,
            table.lead,
            *table.notes,
            *table.totals,
            *(cell for row in table.rows for cell in row),
        ):
            assert set(untranslated(text, locale)) <= LEVIES


def untranslated(text: str, locale: str) -> list[str]:
    """Templates with words, of a text and its parts, that the catalogue does not have."""
    if not isinstance(text, Said):
        return []
    own = [text.template] if has_words(text.template) and text.template not in catalogue(locale) else []
    return own + [found for part in text.parts.values() for found in untranslated(part, locale)]


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_numbers_of_a_scenario_have_names(path):
    """Every number of a shipped scenario, and its unit, is named in every language."""
    leaves = Leaves()
    leaves.of_scenario(cm.Scenario.load(path))
    for leaf in leaves.made:
        for text in (leaf.cell.name, leaf.cell.unit):
            own = [part for part in untranslated(labelled(text), "vi") if part not in {"USD", "CNY", "EUR"}]
            assert own == []


@given(st.fractions(min_value=-(10**12), max_value=10**12), st.integers(0, 6))
def test_a_number_keeps_its_digits(number, places):
    """Only the marks change: Vietnamese has the point for thousands and the comma for decimals."""
    text = grouped(Fraction(round(number * 10**places), 10**places), places)
    assert numbers_in(text, "vi").translate(str.maketrans(".,", ",.")) == text
    assert numbers_in(text, "zh") == text
    assert numbers_in(text, "en") == text


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("1,234.50 USD", "1.234,50 USD"),
        ("-0.0125", "-0,0125"),
        ("+1,250 %", "+1.250 %"),
        ("openai/gpt-4.1", "openai/gpt-4.1"),
        ("google/gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("2026", "2026"),
        ("2026-12-01", "2026-12-01"),
        ("price book 2026.11, sha256 0dfcd1d", "price book 2026,11, sha256 0dfcd1d"),  # why a version is no `:number`
        ("1.2.3", "1.2.3"),
        ("", ""),
    ],
)
def test_numbers_within_a_text(english, vietnamese):
    """A number is changed, part of a name or a date is not."""
    assert numbers_in(english, "vi") == vietnamese


def test_months_and_days():
    """By the calendar words of each language; what only looks like a date stays."""
    assert [months_in("2026-12", locale) for locale in LOCALES] == ["2026-12", "12/2026", "2026年12月"]
    assert [days_in("2026-11-02", locale) for locale in LOCALES] == ["2026-11-02", "2 thg 11, 2026", "2026年11月2日"]
    assert months_in("2026-13", "vi") == "2026-13"
    assert days_in("2026-02-30", "zh") == "2026-02-30"


def test_what_is_said_is_english_text():
    """To Python it is the text itself; parts are said too; lists and sentences are joined as each language does."""
    text = say("{title}: each alone, {period}", title="A: {period}", period=period_text("2026-12", "2027-11"))
    assert text == "A: {period}: each alone, 2026-12 to 2027-11"
    assert in_locale(text, "en") == str(text)
    assert in_locale(text, "zh") == "A: {period}：各自单独，2026年12月至2027年11月"
    assert in_locale(text, "vi") == "A: {period}: từng phương án riêng, 12/2026 đến 11/2027"
    both = sentences([say("There are none."), "", say("There are none.")])
    assert (both, in_locale(both, "zh")) == ("There are none. There are none.", "没有。没有。")
    assert in_locale(listed([say("month"), "ward"]), "zh") == "月份、ward"
    assert in_locale(labelled("{0} {x"), "vi") == "{0} {x"
    assert in_locale("month", "vi") == "month"  # nobody said it: it may be a user's own word


def test_a_table_stays_whole():
    """Cells from files stay as they are, whatever they say; a table without words in a language stays English."""
    columns = Column("month"), Column("cost", numeric=True), Column("department")
    rows = (("2026-12", "1,234.50", "total"),)
    plain = Table("Own", columns, rows)
    assert localised(plain, "vi") == plain
    found = localised(Table(say("Not eligible"), columns, rows, (say("total"), "1.5", "")), "vi")
    assert found.rows == (("12/2026", "1.234,50", "total"),)
    assert found.totals == ("tổng cộng", "1,5", "")
    assert [column.heading for column in found.columns] == ["tháng", "chi phí", "department"]


def test_wide_characters_stand_in_columns(tables):
    """In a terminal a Chinese character takes two columns: every cell begins under its heading, no line is too wide."""
    for table in tables:
        made = localised(table, "zh")
        lines = made.plain().splitlines()
        rule = next(place for place, line in enumerate(lines) if re.fullmatch(r"-+(  -+)*", line))
        whole = cell_len(lines[rule])
        starts = [match.start() for match in re.finditer(r"(?<=  )-", lines[rule])]
        for line in (lines[rule - 1], *lines[rule + 1 : rule + 1 + len(made.rows)]):
            assert cell_len(line) <= whole
            assert all(at(line, start - 2) in {"  ", " ", ""} for start in starts), line
        assert all(cell_len(line) <= 118 for line in lines[2 : rule - 2] if made.lead)


def at(line: str, column: int) -> str:
    """The two columns of a terminal from one on."""
    found, place = "", 0
    for char in line:
        if column <= place < column + 2:
            found += char
        place += cell_len(char)
    return found


@pytest.mark.parametrize("form", ["json", "csv"])
def test_files_for_programs_do_not_change(capsysbinary, form):
    """JSON and CSV are the same bytes in every language."""
    for command in (["estimate", "emr-mix"], ["roi", "vendor-roi"], ["compare", "emr-medium"]):
        found = set()
        for locale in LOCALES:
            name = f"{SCENARIOS}/{command[1]}.yaml"
            assert run([command[0], name, "--format", form, "--locale", locale, "--quiet"]) == 0
            found.add(capsysbinary.readouterr().out)
        assert len(found) == 1


def test_the_command_line_speaks(capsys):
    """Tables and Markdown are in the language; what has no words in it yet is told of, and stays English."""
    run(["estimate", f"{SCENARIOS}/emr-mix.yaml", "--locale", "vi", "--format", "markdown"])
    found = capsys.readouterr()
    assert "chi phí USD" in found.out
    assert "1.2" in found.out
    assert found.err == ""
    run(["compare", f"{SCENARIOS}/emr-medium.yaml", "--locale", "zh"])
    found = capsys.readouterr()
    assert "供应商比较" in found.out
    assert found.err.startswith("Not in Chinese yet, so in English: ")
    assert run(["estimate", f"{SCENARIOS}/emr-mix.yaml", "--locale", "fr"]) == 2


def test_there_is_no_such_locale():
    with pytest.raises(CommandLineError, match=r"there is no locale 'fr'. There are: en, vi, zh"):
        require_locale("fr")

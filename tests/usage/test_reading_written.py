"""Numbers and days as people write them: read as the mapping says, and never guessed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_rows import AT, log, mapping, reasons, row, rows, written

from costmodel.errors import CommandLineError
from costmodel.usage.logs.elsewhere.table_relation import require_plain
from costmodel.usage.logs.reading.engine import connection
from costmodel.usage.logs.reading.reading import sources
from costmodel.usage.logs.reading.written import pointed
from costmodel.usage.logs.shapes.layout import literal

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.usage.logs.shapes.shape import Decimal

BERLIN = "Europe/Berlin"
WHOLE = "not a whole number"
SIGNS: list[tuple[Decimal, str]] = [(",", "."), (",", " "), (".", ","), (".", "'"), (",", "\u202f"), (",", "")]


def shape(decimal: str = "", kind: str = "text") -> str:
    said = f'decimal: "{decimal}"\n' if decimal else ""
    return f"""\
shape: own
time: {{path: Zeit, kind: {kind}, zone: {BERLIN}}}
model: Modell
meters: {{input: Eingabe, output: Ausgabe}}
{said}"""


def counted(folder: Path, text: str, decimal: str = "") -> int | str:
    """What a cell is read as, or the reason why not."""
    path = written(folder, f"Zeit;Modell;Eingabe;Ausgabe\n2026-12-01;m;{text};0\n")
    found = row(path, mapping(folder, shape(decimal)))
    read: int | str = found["reason"] or found["input"]
    return read


@pytest.mark.parametrize(
    ("text", "unsaid", "comma", "point"),
    [
        ("150", 150, 150, 150),
        ("150.000", WHOLE, 150_000, 150),
        ("150,000", WHOLE, 150, 150_000),
        ("-1.000", WHOLE, "negative", "negative"),
        ("1.234", WHOLE, 1234, WHOLE),
        ("1.234.567", WHOLE, 1_234_567, WHOLE),
        ("1.234.567,0", WHOLE, 1_234_567, WHOLE),
        ("1.234,5", WHOLE, WHOLE, WHOLE),
        ("1,234.0", WHOLE, WHOLE, 1234),
        ("12.0", 12, WHOLE, 12),
        ("12,0", WHOLE, 12, WHOLE),
        ("1 234", WHOLE, 1234, 1234),
        ("1\u00a0234", WHOLE, 1234, 1234),
        ("1\u2019234", WHOLE, 1234, 1234),
        ("1.23", WHOLE, WHOLE, WHOLE),
        ("12.34.567", WHOLE, WHOLE, WHOLE),
        ("1.234 567", WHOLE, WHOLE, WHOLE),
        ("0.123", WHOLE, WHOLE, WHOLE),
        ("1.2345", WHOLE, WHOLE, WHOLE),
        (".000", WHOLE, WHOLE, WHOLE),
        ("150.000 EUR", WHOLE, WHOLE, WHOLE),
        ("", "no count", "no count", "no count"),
    ],
)
def test_thousands_are_read_as_the_mapping_says(
    tmp_path: Path, text: str, unsaid: int | str, comma: int | str, point: int | str
) -> None:
    """Where the mapping does not say, what may be thousands is a bad row: never a thousandth of the tokens."""
    assert [counted(tmp_path, text, decimal) for decimal in ("", ",", ".")] == [unsaid, comma, point]


def test_a_number_of_json_is_no_text(tmp_path: Path) -> None:
    """150.000 without quotes is 150 to every reader of JSON, whatever holds for texts."""
    lines = [f'{{"Zeit": "{AT}", "Modell": "m", "Ausgabe": 0, "Eingabe": {item}}}' for item in ("150.000", '"150.000"')]
    path = log(tmp_path, *lines)
    found = {
        said: [item["reason"] or item["input"] for item in rows(path, mapping(tmp_path, shape(said)))]
        for said in ("", ",", ".")
    }
    assert found == {"": [150, WHOLE], ",": [150, 150_000], ".": [150, 150]}


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(-(10**14), 10**14), st.integers(0, 999)), min_size=1, max_size=20),
    st.sampled_from(SIGNS),
)
def test_amounts_keep_their_digits(numbers: list[tuple[int, int]], signs: tuple[Decimal, str]) -> None:
    """A number written with any thousands is the same number with a point."""
    decimal, thousands = signs
    with connection() as connected:
        for whole, rest in numbers:
            text = f"{whole:,}".replace(",", thousands) + f"{decimal}{rest:03}"
            (found,) = connected.execute(f"SELECT {pointed(literal(text), decimal)}").fetchone() or (None,)
            assert found == f"{whole}.{rest:03}"


@pytest.mark.parametrize(
    ("kind", "form"),
    [("day.month.year", "%d.%m.%Y"), ("day/month/year", "%d/%m/%Y"), ("month/day/year", "%m/%d/%Y")],
)
def test_days_are_read_in_the_order_of_the_mapping(tmp_path: Path, kind: str, form: str) -> None:
    """Every day of a year, with a clock and without, with two digits and with one, in the zone of the mapping."""
    days = [datetime(2026, 1, 1, tzinfo=ZoneInfo(BERLIN)) + timedelta(days=day) for day in range(365)]
    texts, wanted = [], []
    for place, day in enumerate(days):
        at = day.replace(hour=place % 24, minute=25) if place % 2 else day
        text = at.strftime(form + (" %H:%M" if place % 2 else ""))
        texts.append(text.replace("/0", "/").replace(".0", ".").removeprefix("0") if place % 3 == 0 else text)
        wanted.append(int(at.timestamp()) * 1_000_000)
    path = written(tmp_path, "Zeit;Modell;Eingabe;Ausgabe\n" + "".join(f"{text};m;1;0\n" for text in texts))
    found = rows(path, mapping(tmp_path, shape(kind=kind)))
    assert [item["reason"] or item["at_us"] for item in found] == wanted


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "01.12.2026"),
        ("day.month.year", "2026-12-01"),
        ("day.month.year", "31.11.2026"),
        ("day.month.year", "01/12/2026"),
        ("day.month.year", "01.12.26"),
        ("day.month.year", "01.12.20261"),
        ("month/day/year", "13/12/2026"),
        ("day.month.year", "1796083200"),
    ],
)
def test_other_days_are_bad(tmp_path: Path, kind: str, text: str) -> None:
    """What is not written as the mapping says is no time."""
    path = written(tmp_path, f"Zeit;Modell;Eingabe;Ausgabe\n{text};m;1;0\n;m;1;0\n")
    assert reasons(path, mapping(tmp_path, shape(kind=kind))) == ["bad time", "no time"]


def test_days_of_json(tmp_path: Path) -> None:
    record = {"Zeit": "01.12.2026 00:25", "Modell": "m", "Eingabe": 1, "Ausgabe": 0}
    found = row(log(tmp_path, json.dumps(record)), mapping(tmp_path, shape(kind="day.month.year")))
    assert (found["reason"], found["at_us"]) == (None, 1_796_081_100_000_000)


@pytest.mark.parametrize("said", [shape(","), shape(kind="day.month.year")])
def test_what_other_engines_do_not_read_is_refused(tmp_path: Path, said: str) -> None:
    """Before anything starts, in words."""
    path = written(tmp_path, "Zeit;Modell;Eingabe;Ausgabe\n01.12.2026;m;1;0\n")
    (source,) = sources([path], mapping(tmp_path, said))
    with pytest.raises(CommandLineError, match="Spark reads numbers and times as they are: 'own' may have no"):
        require_plain(source.shapes, "Spark")

"""Bills as a spreadsheet writes them: commas, days before years, other encodings; refused in words where not said."""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import costmodel as cm
from costmodel.decisions.reconcile.shape import load_bill_mapping
from costmodel.errors import CommandLineError, FileError

if TYPE_CHECKING:
    from collections.abc import Sequence

GERMAN = """\
bill: rechnung
time: {path: Datum, kind: day.month.year, zone: UTC}
model: Produkt
amount: Betrag
currency: Währung
decimal: ','
"""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reconcile.md"


def bill(folder: Path, *rows: str, heading: str = "Datum;Produkt;Betrag;Währung", encoding: str = "utf-8") -> str:
    path = folder / "rechnung.csv"
    path.write_text("\n".join([heading, *rows]) + "\n", encoding=encoding)
    return str(path)


def mapped(folder: Path, text: str = GERMAN) -> str:
    path = folder / "rechnung.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_german_bill(tmp_path: Path) -> None:
    """Amounts with a comma and points between thousands, exactly; days of the year before."""
    path = bill(tmp_path, "01.12.2026;m;0,4221;EUR", "2.12.2026;m;1.234,50;EUR", "03.12.2026;m;-1.234.567,8;EUR")
    found = cm.read_bill(path, mapped(tmp_path))
    assert [(line.day, line.amount) for line in found.lines] == [
        ("2026-12-01", Fraction("0.4221")),
        ("2026-12-02", Fraction("1234.5")),
        ("2026-12-03", Fraction("-1234567.8")),
    ]
    assert (found.places, found.currency, found.by_month) == (4, "EUR", False)


@pytest.mark.parametrize(("decimal", "amount"), [(",", "1.234"), (".", "1,234")])
def test_thousands_of_an_amount(tmp_path: Path, decimal: str, amount: str) -> None:
    """What groups thousands is no decimal; without a word in the mapping a comma is refused."""
    path = bill(tmp_path, f"01.12.2026;m;{amount};EUR")
    assert cm.read_bill(path, mapped(tmp_path, GERMAN.replace("','", f"'{decimal}'"))).lines[0].amount == 1234
    unsaid = GERMAN.replace("decimal: ','\n", "")
    if decimal == ".":
        with pytest.raises(FileError, match=r"Where the bill writes 1.234,50, say `decimal: ','`"):
            cm.read_bill(path, mapped(tmp_path, unsaid))


def test_the_end_of_a_period_is_read_like_its_begin(tmp_path: Path) -> None:
    """A month in German days is a month: else days would be compared with sums of a month."""
    path = bill(tmp_path, "01.12.2026;m;1,5;EUR;31.12.2026", heading="Datum;Produkt;Betrag;Währung;Bis")
    assert cm.read_bill(path, mapped(tmp_path, GERMAN + "until: Bis\n")).by_month
    path = bill(tmp_path, "01.12.2026;m;1,5;EUR;2026-12-31", heading="Datum;Produkt;Betrag;Währung;Bis")
    with pytest.raises(FileError, match="the end of the period is no day that can be read: correct `until`"):
        cm.read_bill(path, mapped(tmp_path, GERMAN + "until: Bis\n"))


def test_the_same_mistake_in_every_row_is_told_once(tmp_path: Path) -> None:
    """What to write, with the first row of it and how many more; nothing of a row is told."""
    days = [date(2026, 12, 1) + timedelta(days=day) for day in range(31)]
    rows = [f"{day:%d.%m.%Y};JANE DOE;0,4221;EUR" for day in days]
    path = bill(tmp_path, "2026-11-30;JANE DOE;1;EUR", *rows)
    with pytest.raises(FileError) as caught:
        cm.read_bill(path, mapped(tmp_path, GERMAN.replace("kind: day.month.year, ", "").replace("','", "'.'")))
    (only,) = caught.value.mistakes
    assert (only.line, only.message.split(":")[0]) == (3, "row 2 and 30 more")
    assert "`kind: day.month.year`" in only.message
    with pytest.raises(FileError) as caught:
        cm.read_bill(path.replace("2026-11-30", "30.11.2026"), mapped(tmp_path, GERMAN.replace("','", "'.'")))
    assert ["`decimal: ','`" in mistake.message for mistake in caught.value.mistakes] == [False, True]
    assert "JANE" not in str(caught.value)


def test_a_plain_bill_says_where_its_mapping_is(tmp_path: Path) -> None:
    """Without a mapping the words name the option, and a mapping like the plain one says the kind alone."""
    path = bill(tmp_path, "01.12.2026,m,1.5,USD,Usage", heading="day,model,amount,currency,kind")
    with pytest.raises(FileError, match=r"`kind: day.month.year`. The mapping of a bill is the file of --bill-mapping"):
        cm.read_bill(path)
    like = mapped(tmp_path, "bill: ours\nlike: plain\ntime: {kind: day.month.year}\n")
    assert cm.read_bill(path, like).lines[0].day == "2026-12-01"


@pytest.mark.parametrize("text", [GERMAN, ""])
def test_a_heading_that_is_not_utf8(tmp_path: Path, text: str) -> None:
    """What to do, rather than that there is no such column."""
    path = bill(tmp_path, "01.12.2026;m;0,4221;EUR", encoding="cp1252")
    with pytest.raises(FileError, match=r"the heading is no UTF-8 text, .* save the file as UTF-8"):
        cm.read_bill(path, mapped(tmp_path, text) if text else None)


def test_the_german_mapping_of_the_page(tmp_path: Path) -> None:
    text = next(
        block for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if "','" in block
    )
    found = load_bill_mapping(Path(mapped(tmp_path, text)))
    assert (found.decimal, found.time[0].kind) == (",", "day.month.year")
    path = bill(tmp_path, "03.11.2026;GPT-4.1;1.234,50;EUR")
    (line,) = cm.read_bill(path, mapped(tmp_path, text)).lines
    assert (*line[:2], line.amount) == ("2026-11-03", "openai/gpt-4.1", Fraction("1234.5"))


def test_texts_and_paths_name_a_log(tmp_path: Path) -> None:
    """One file alone, several, as texts or paths: the same log; a mapping and a store as texts too."""
    log = tmp_path / "log.csv"
    log.write_text("Zeit,model,input_tokens,output_tokens\n2026-11-03 08:00:00,openai/gpt-4.1,1000,100\n")
    said = mapped(tmp_path, "shape: own\nlike: costmodel\ntime: {path: Zeit, zone: UTC}\n")
    asked: list[Path | str | Sequence[Path | str]] = [str(log), log, (str(log),), [log]]
    (wanted, *others) = [cm.metered(cm.UsageLog(paths, said))[0].total for paths in asked]
    assert wanted == Fraction("0.0028")
    assert others == [wanted] * 3
    store = str(tmp_path / "store")
    assert cm.metered(cm.UsageLog(str(log), said, store=store))[0].total == wanted
    with pytest.raises(
        CommandLineError, match=r"by --label \(in Python labels=\(…,\)\); the day by --by day \(in Python by"
    ):
        cm.metered(cm.UsageLog(str(log), said))[0].by("ward")

"""Cells of a workbook file: read, changed and emptied of their values; and two programs that compute them anew."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Cells = dict[tuple[str, str], Any]
_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"( s="\d+")?(?: t="\w+")?>(<f>[^<]*</f>)<v>[^<]*</v></c>')
# LibreOffice trusts the values in a file of XlsxWriter unless it is told to compute them on loading, always.
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def _edited(data: bytes, edit: Callable[[str, str], str]) -> bytes:
    """The file with each part changed: given its name and text."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name in source.namelist():
            file.writestr(name, edit(name, source.read(name).decode()))
    return target.getvalue()


def emptied(data: bytes) -> bytes:
    """The file with 0 as the value of every formula: what is not computed anew is seen at once."""

    def edit(name: str, text: str) -> str:
        return _FORMULA.sub(r'<c r="\1"\2>\3<v>0</v></c>', text) if "worksheets/sheet" in name else text

    return _edited(data, edit)


def places(data: bytes) -> dict[str, tuple[str, str]]:
    """Sheet and cell of each name."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {name: (sheet, cell) for name, item in book.defined_names.items() for sheet, cell in item.destinations}


def with_values(data: bytes, values: Mapping[str, Any]) -> bytes:
    """The file with other numbers in named cells."""
    there = places(data)
    sheets = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    wanted: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        sheet, cell = there[name]
        wanted.setdefault(f"sheet{sheets.index(sheet) + 1}.xml", {})[cell.replace("$", "")] = value

    def edit(name: str, text: str) -> str:
        for cell, value in wanted.get(name.rpartition("/")[2], {}).items():
            text, count = re.subn(rf'(<c r="{cell}"[^>]*>)<v>[^<]*</v>', rf"\g<1><v>{float(value)!r}</v>", text)
            assert count == 1, f"{name} has {count} cells {cell}"
        return text

    return _edited(data, edit)


def formulas_of(data: bytes) -> dict[tuple[str, str], str]:
    """Every formula."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def values_of(data: bytes) -> Cells:
    """Every value, those of formulas as the file has them."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


class Computed:
    """A file computed by the `formulas` package, from no values at all; other numbers can be put in."""

    def __init__(self, data: bytes, folder: Path) -> None:
        import formulas

        file = folder / "book.xlsx"
        file.write_bytes(emptied(data))
        self._cells, self._places = list(formulas_of(data)), places(data)
        self._model: Any = formulas.ExcelModel().loads(str(file)).finish()

    @property
    def names(self) -> list[str]:
        """Names that numbers can be put into."""
        return list(self._places)

    def values(self, changes: Mapping[str, Any] | None = None) -> Cells:
        """The value of every formula, with other numbers in named cells."""
        given = {
            self._key(*self._places[name]): value if isinstance(value, str) else float(value)
            for name, value in (changes or {}).items()
        }
        found = self._model.calculate(inputs=given)
        return {place: found[self._key(*place)].value[0, 0] for place in self._cells}

    @staticmethod
    def _key(sheet: str, cell: str) -> str:
        return f"'[book.xlsx]{sheet.upper()}'!{cell.replace('$', '')}"


def computed_by_libreoffice(files: Sequence[bytes], folder: Path) -> list[Cells]:
    """Files computed by LibreOffice, from no values at all."""
    profile, given, made = folder / "profile", folder / "given", folder / "made"
    for path in (profile / "user", given, made):
        path.mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS)
    names = [given / f"{number}.xlsx" for number in range(len(files))]
    for name, data in zip(names, files, strict=True):
        name.write_bytes(emptied(data))
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(made), *map(str, names)], check=True, capture_output=True, timeout=600)
    return [values_of((made / name.name).read_bytes()) for name in names]


def different(got: Cells, wanted: Cells, formulas: Mapping[tuple[str, str], str]) -> list[Any]:
    """Formulas whose value is another one, by more than binary numbers leave behind."""
    return [
        (place, text, got.get(place), wanted.get(place))
        for place, text in formulas.items()
        if not same(got.get(place), wanted.get(place))
    ]


def same(got: Any, wanted: Any) -> bool:
    """Whether two values are the same, up to what binary numbers leave behind."""
    try:
        return abs(float(got) - float(wanted)) <= 1e-9 * max(1.0, abs(float(wanted)))
    except (TypeError, ValueError):
        return str(got) == str(wanted)

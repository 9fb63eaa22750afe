"""How a CSV file is written: delimiter, heading, quotes. Rows that cannot be told apart are refused as a whole.

DuckDB reads a file in parallel only where every line is a row, and guesses where a quote stands in a wrong place. So
each file is looked through first: whether it has quotes, whether each stands where one can, whether it is UTF-8. A
first line such as `sep=;`, which tells Excel the delimiter, is read as Excel reads it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import FileError, Mistake
from costmodel.usage.logs.reading.files import head_of, opened, shown_path
from costmodel.usage.logs.reading.values import NO_NAME
from costmodel.usage.logs.shapes.columns import Column, CsvForm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from costmodel.usage.logs.shapes.columns import Source

DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 24
_EXCEL = re.compile("sep=([,;\t|])[ \t]*\r?\n", re.IGNORECASE)
NOT_UTF8 = "\ufffd"  # stands for bytes that are no UTF-8
_MISPLACED = (
    "a quote stands where none can, so that the rows cannot be told apart: put the whole cell in quotes and double "
    "those inside it"
)
_OPEN = "the quote that is opened here is never closed: the file is cut off, or a quote is missing. Remove the row"


class Heading(NamedTuple):
    """The first row of a CSV file.

    Attributes:
        delimiter: between the cells.
        names: of the columns.
        skip: line ends above it, as DuckDB counts them: a carriage return and a line feed are two.
    """

    delimiter: str
    names: tuple[str, ...]
    skip: int = 0


def heading(file: Path, delimiter: str | None) -> Heading:
    """The first row of a CSV file: the second line where the first tells Excel what separates the cells (`sep=;`).

    Raises:
        FileError: it is blank, or two columns have the same name.
    """
    text = head_of(file).decode("utf-8-sig", "replace")
    told = _EXCEL.match(text)
    text = text[told.end() :] if told else text
    if not text or not text.splitlines()[0].strip():
        line, which = (2, "second") if told else (1, "first")
        raise FileError([Mistake(shown_path(file), line, 1, f"the {which} line is blank: it must be the heading")])
    chosen = delimiter or (told and told[1]) or max(DELIMITERS, key=text.splitlines()[0].count)
    cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=chosen))
    names = tuple(cell.strip() for cell in cells)
    for index, name in enumerate(names):
        if name and name in names[:index]:
            same = f"the columns {names.index(name) + 1} and {index + 1} have the same name"
            raise FileError([Mistake(shown_path(file), 1, 1, f"{same}: give each its own")])
    return Heading(chosen, names, told[0].count("\r") + 1 if told else 0)


def csv_columns(names: Sequence[str], *, utf8: bool) -> tuple[Column, ...]:
    """The columns of a CSV file; DuckDB knows them by their number.

    What is not UTF-8 throughout is read byte by byte: then only plain ASCII is a text, and anything else no name.
    """
    ascii_only = (
        "CASE WHEN regexp_full_match(c{0}, '[\\x00-\\x7f]*') OR c{0} IS NULL THEN c{0} ELSE " + NO_NAME + " END"
    )
    sql = "c{0}" if utf8 else ascii_only
    return tuple(Column(name, sql.format(index), "text") for index, name in enumerate(names) if name)


def csv_form(file: Path, first: Heading) -> CsvForm:
    """How a file is written, having looked through all of it.

    Raises:
        FileError: quotes that do not tell where a row ends, at their line and column.
    """
    look = _Look(first.delimiter.encode())
    with opened(file) as stream:
        while chunk := stream.read(_CHUNK):
            look.take(chunk)
    misplaced, never_closed = look.finish()
    if misplaced is not None:
        line, column = _place(file, misplaced)
        raise FileError([Mistake(shown_path(file), line, column, _OPEN if never_closed else _MISPLACED)])
    return CsvForm(first.delimiter, look.quotes, look.utf8, len(first.names), first.skip)


def not_utf8(source: Source) -> str:
    """What to do about files whose heading is no UTF-8, so that its names are not known; empty where it is."""
    if not any(NOT_UTF8 in column.name for column in source.columns if source.csv is not None):
        return ""
    return (
        "the heading is no UTF-8 text, so the names of its columns cannot be read: save the file as UTF-8 "
        "(in a spreadsheet: Save as, CSV UTF-8)"
    )


class _Look:
    """Looks through a file chunk by chunk.

    Every other quote opens a cell, the next one closes it. What lies outside, from a closing quote to the next opening
    one, is nothing (then the two are a doubled quote), or begins and ends at the edge of a cell.
    """

    def __init__(self, delimiter: bytes) -> None:
        edge = re.escape(b"\r\n" + delimiter)
        self._wrong = re.compile(b'"[^"' + edge + b']|[^"' + edge + b']"')
        self._edges = b"\r\n" + delimiter
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._offset = 0  # of the next chunk
        self._outside = b"\n"  # first and last byte of what lies outside since the last closing quote
        self._inside = False
        self._last = 0  # offset of the last quote
        self._misplaced: int | None = None
        self.quotes, self.utf8 = False, True

    def take(self, chunk: bytes) -> None:
        """Look through the next bytes."""
        self._decode(chunk, final=False)
        if self._offset == 0 and chunk.startswith(codecs.BOM_UTF8):
            self._offset = len(codecs.BOM_UTF8)
            chunk = chunk[self._offset :]
        parts = chunk.split(b'"')
        outside = parts[self._inside :: 2]
        if not self._inside:
            outside[0] = self._outside + outside[0]
        ends_inside = bool((self._inside + len(parts) - 1) % 2)
        tail = b"" if ends_inside else outside.pop()
        if outside and self._misplaced is None and self._wrong.search(b'"' + b'"'.join(outside) + b'"'):
            self._misplaced = self._place_of(parts, outside)
        if len(parts) > 1:
            self.quotes, self._last = True, self._offset + len(chunk) - len(parts[-1]) - 1
        self._inside, self._outside = ends_inside, tail[:1] + tail[1:][-1:]
        self._offset += len(chunk)

    def _place_of(self, parts: list[bytes], outside: list[bytes]) -> int:
        """The offset of the first quote in a wrong place: the one before or after what lies outside."""
        before, begin = self._last, self._offset
        for number, part in enumerate(parts):
            if (number + self._inside) % 2 == 0 and (text := outside[number // 2]):
                if text[0] not in self._edges:
                    return before
                if text[-1] not in self._edges:
                    return begin + len(part)
            before = begin + len(part)
            begin = before + 1
        return before

    def finish(self) -> tuple[int | None, bool]:
        """The offset of the first quote in a wrong place, None where all is well; and whether it is never closed."""
        self._decode(b"", final=True)
        if self._misplaced is None and self.quotes and self._outside[:1] and self._outside[0] not in self._edges:
            self._misplaced = self._last
        if self._misplaced is None and self._inside:
            return self._last, True
        return self._misplaced, False

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        if self.utf8:
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self.utf8 = False


def _place(file: Path, offset: int) -> tuple[int, int]:
    """Line and column of a byte, from 1."""
    line, start, seen = 1, 0, 0
    with opened(file) as stream:
        while seen < offset and (chunk := stream.read(min(_CHUNK, offset - seen))):
            ends = chunk.count(b"\n")
            if ends:
                line, start = line + ends, seen + chunk.rfind(b"\n") + 1
            seen += len(chunk)
    return line, offset - start + 1

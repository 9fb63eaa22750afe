"""Records of JSON lines and of CSV, one at a time, as the parts that are counted."""

from __future__ import annotations

import csv
import json
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.counting.fields import Message, NoTextError, messages_at
from costmodel.usage.counting.sources import MOST_CHARACTERS, Part, decoded_lines

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Iterator, Sequence

    from costmodel.usage.counting.sources import Source

_SEPARATORS = ",;\t"
_CSV_WORDS = (
    ("unexpected end of data", "a quote that opens in this record is never closed"),
    ("field larger than", f"a text of more than {MOST_CHARACTERS:,} characters begins here: is a quote not closed?"),
    ("expected after", "a quote inside a text must be written twice, and the whole text stand in quotes"),
)


def _unread(_: str) -> int:
    return 0


_DECODER = json.JSONDecoder(parse_int=_unread, parse_float=_unread)  # no number is needed, however long


class Texts(NamedTuple):
    """A column of texts.

    Attributes:
        name: the column of a CSV, or the path in a record of JSON lines, as it was asked for; `text` for plain text.
        output: whether its texts come back; all else is sent.
        chat: whether its texts are messages of a chat.
    """

    name: str
    output: bool = False
    chat: bool = False


def json_parts(source: Source, columns: Sequence[Texts]) -> Iterator[Part]:
    """The records of JSON lines; empty lines are passed over, what is wrong is noted."""
    for number, line in decoded_lines(source):
        if not line.strip():
            continue
        record, wrong = _parsed(line)
        if wrong is not None:
            source.mistake(number, *wrong)
            continue
        found = []
        for column in columns:
            try:
                found.append(messages_at(record, column.name, chat=column.chat))
            except NoTextError as error:
                source.mistake(number, 1, str(error))
        if len(found) == len(columns):
            yield from _parts(found)


def _parsed(line: str) -> tuple[object, tuple[int, str] | None]:
    """A line read, or the column and the words of what is wrong with it.

    The words are those of the parser before its first colon, after which it might repeat the text.
    """
    try:
        return _DECODER.decode(line), None
    except json.JSONDecodeError as error:
        return None, (error.colno, f"this is no record of JSON: {error.msg.partition(':')[0].lower()}")
    except RecursionError:
        return None, (1, "this record of JSON is nested too deep")


def _parts(columns: Sequence[Sequence[Message]]) -> Iterator[Part]:
    rows = list(zip_longest(*columns, fillvalue=Message("")))
    for number, row in enumerate(rows, 1):
        yield Part(tuple(item.text for item in row), tuple(item.role for item in row), ends=number == len(rows))


def csv_parts(source: Source, columns: Sequence[Texts]) -> Iterator[Part]:
    """The records of a CSV with a heading, separated by commas, semicolons or tabs; what is wrong is noted."""
    lines = (line for _, line in decoded_lines(source))
    limit = csv.field_size_limit(MOST_CHARACTERS)
    try:
        names, separator = _heading(next(lines, ""), [column.name for column in columns])
        missing = [column.name for column in columns if names.count(column.name) != 1]
        for name in missing:
            source.mistake(1, 1, _no_column(name, names))
        if not missing:
            yield from _rows(source, csv.reader(lines, delimiter=separator, strict=True), names, columns)
    finally:
        csv.field_size_limit(limit)


def _heading(line: str, wanted: Sequence[str]) -> tuple[list[str], str]:
    """The names in the first line, and the separator: the first one that gives the names that are asked for."""
    found = {separator: _cells(line, separator) for separator in _SEPARATORS}
    fits = (separator for separator, names in found.items() if set(wanted) <= set(names))
    separator = next(fits, max(_SEPARATORS, key=lambda item: len(found[item])))
    return found[separator], separator


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _no_column(name: str, names: Sequence[str]) -> str:
    if name in names:
        return f"the column '{name}' stands twice in the first line: rename one"
    near = [place for place, item in enumerate(names, 1) if item.strip().casefold() == name.strip().casefold()]
    hint = f" Column {near[0]} is called so but for blanks or capitals." if near else ""
    return f"there is no column '{name}' among the {len(names)} that the first line names.{hint}"


def _rows(source: Source, reader: Reader, names: Sequence[str], columns: Sequence[Texts]) -> Iterator[Part]:
    places = [names.index(column.name) for column in columns]
    roles = tuple("user" if column.chat else "" for column in columns)
    begins = 2
    try:
        for row in reader:
            if row and len(row) != len(names):
                source.mistake(begins, 1, f"columns of this record: {len(row)}; of the first line: {len(names)}")
            elif row:
                yield Part(tuple(row[place] for place in places), roles)
            begins = reader.line_num + 2
    except csv.Error as error:
        words = next((words for start, words in _CSV_WORDS if start in str(error)), "this record is no sound CSV")
        source.mistake(begins, 1, f"{words}; nothing after it was read")

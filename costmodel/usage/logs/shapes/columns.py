"""The canonical columns of a usage log, and why a row of it is not counted.

Whatever a log looks like, `reading.relation` makes one row of each request, with these columns:

    at_us       BIGINT   microseconds since 1970 in UTC, rounded down; never NULL in a good row
    model       VARCHAR  as logged, or as the mapping renames it
    tier        VARCHAR  service tier; 'standard' where the log has none
    region      VARCHAR  'global' where the log has none
    label_0 …   VARCHAR  the labels asked for, in order; '' where the record has none
    <meter> …   BIGINT   one column for each of `Source.meters`, parts included in their wholes; 0 where absent
    requests    BIGINT   1, or the count column of a log that is added up already
    reason      VARCHAR  NULL in a good row, else the name of the first of REASONS that applies
    key         VARCHAR  only where a key was asked for

Where `reason` is not NULL, nothing else of the row may be used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.usage.logs.shapes.layout import Kind
    from costmodel.usage.logs.shapes.shape import Shape

Format = Literal["jsonl", "csv", "parquet"]

# Control characters could drive a terminal; bidirectional overrides could make a text read as another.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\uffff]")

STANDARD = "standard"
GLOBAL = "global"


class Reason(NamedTuple):
    """Why a row is not counted.

    Attributes:
        name: what `reason` says.
        means: what is wrong with the row.
        remedy: what to do about it.
    """

    name: str
    means: str
    remedy: str


REASONS = (
    Reason(
        "malformed",
        "the line is no JSON object, or its row has not as many cells as the heading, or it is cut off",
        "export the log again; the last line of a file that was still being written is cut off",
    ),
    Reason(
        "unknown shape",
        "the record looks like none of the known families",
        "write a mapping file; `usage inspect` guesses one",
    ),
    Reason("no time", "there is no time in the record", "name the column under `time` in a mapping file"),
    Reason(
        "no time zone",
        "the time does not say in which zone it is",
        "say it in a mapping file: `time: {path: …, zone: UTC}`",
    ),
    Reason(
        "bad time",
        "the time cannot be read, or lies outside the years of the limits",
        "correct `time` in the mapping; of 22.11.2026 it needs `kind: day.month.year`",
    ),
    Reason(
        "no model", "there is no model in the record", "name the column, or write `model: {is: …}` in a mapping file"
    ),
    Reason(
        "bad name",
        "a name or label is longer than the limit, or is no text in UTF-8",
        "choose another column for it; save the file as UTF-8",
    ),
    Reason("no count", "a count that the family always has is missing", "correct `meters` in the mapping"),
    Reason(
        "not a whole number",
        "a count is no whole number, or a text such as 150.000, which may be thousands",
        "export counts, not rates or texts; of 150.000, say `decimal: ','` or `decimal: '.'` in a mapping file that "
        "does not say it yet",
    ),
    Reason("negative", "a count is below 0", "export what was used; corrections are no usage"),
    Reason(
        "over the limit", "a count is larger than any request can be", "check the unit; raise no limit without a reason"
    ),
    Reason(
        "part over whole",
        "a part is larger than its whole, such as more cached input than input",
        "say in the mapping what includes what",
    ),
    Reason(
        "totals disagree",
        "counts of the record do not add up to its own total",
        "say in the mapping what includes what",
    ),
    Reason("no key", "the record has no value of the key column", "choose a key that every record has"),
    Reason("duplicate", "the key of the row stands in an earlier row", "leave the row out: `--duplicates drop`"),
)
REASON_NAMES = tuple(reason.name for reason in REASONS)


class Column(NamedTuple):
    """A column of a CSV or Parquet file.

    Attributes:
        name: its name; a field of a struct column has the names with points between.
        sql: its value.
        kind: of its values.
        type: as the file declares it: files of other types are not read together.
    """

    name: str
    sql: str
    kind: Kind
    type: str = ""


class CsvForm(NamedTuple):
    """How a CSV file is written.

    Attributes:
        delimiter: between the cells.
        quotes: whether any cell is quoted; if none is, every line is a row and the file can be read in parallel.
        utf8: whether it is UTF-8 throughout.
        width: cells of the heading.
        skip: line ends above the heading, as DuckDB counts them; of one line at most.
    """

    delimiter: str
    quotes: bool
    utf8: bool
    width: int
    skip: int = 0


class Source(NamedTuple):
    """Files that are read alike.

    Attributes:
        files: absolute paths, each once, in the order given.
        format: of all of them.
        shapes: what may be in a record, the most specific first.
        labels: names of the labels asked for, in order.
        key: path of the value that tells requests apart; None where none was asked for.
        columns: of CSV and Parquet files; empty for JSON lines.
        csv: how CSV files are written; None for others.
        notes: what a reader should know, such as a file that was given twice.
    """

    files: tuple[Path, ...]
    format: Format
    shapes: tuple[Shape, ...]
    labels: tuple[str, ...] = ()
    key: str | None = None
    columns: tuple[Column, ...] = ()
    csv: CsvForm | None = None
    notes: tuple[str, ...] = ()

    @property
    def meters(self) -> tuple[str, ...]:
        """The meters of which the relation has a column, in order."""
        return tuple(dict.fromkeys(meter for shape in self.shapes for meter in shape.meters))


def shown(name: str) -> str:
    r"""A name out of a log, safe to print: what would drive a terminal, or reorder the text, is a question mark.

    >>> shown("gpt\x1b[31m")
    'gpt?[31m'
    """
    return _UNSAFE.sub("?", name)

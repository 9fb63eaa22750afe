# ruff: noqa: S608 - made of names quoted by `layout`
"""The answer of a warehouse to the query of `warehouse`, as a fine cube: checked, and refused where it is not whole.

Everything is read as text and looked at before it is a number: a spreadsheet or an export that made `1.2E+09` of a
count has lost digits.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from costmodel.errors import FileError, Mistake
from costmodel.usage.logs.cube.cuts import HALF_HOUR_US
from costmodel.usage.logs.cube.fine import Facts, FineCube, write_cube
from costmodel.usage.logs.cube.query import UNDECIDED
from costmodel.usage.logs.elsewhere.warehouse import ABOUT, LINES, ROWS
from costmodel.usage.logs.reading.csv_form import heading
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.shapes.columns import REASON_NAMES
from costmodel.usage.logs.shapes.layout import literal, quoted
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

_WHOLE = "-?[0-9]{1,38}([.]0*)?"
_SHOWN = 5  # lines that a message names
_INEXACT = ("FLOAT", "DOUBLE")
_NO_ANSWER = "this is no answer to the query of 'costmodel usage sql': "
_AGAIN = "save the whole answer, with its heading, as CSV or Parquet"
_SAVE = f"S{_AGAIN[1:]}"


def is_answer(file: Path) -> bool:
    """Whether a file may be the answer of a warehouse: CSV, or Parquet that has the column of lines."""
    if file.suffix.lower() not in {".parquet", ".pq"}:
        return file.is_file()
    if not file.is_file():
        return False
    with plain_errors(str(file)), connection() as connected:
        names = [name.lower() for name, _ in _columns(connected, f"read_parquet({literal(str(file))})")]
    return LINES in names


def read_answer(file: Path, into: Path) -> FineCube:
    """The answer of a warehouse as a cube.

    Args:
        file: CSV or Parquet, columns in any order and in capitals or not.
        into: the file of the cube.

    Raises:
        FileError: a column is missing, a number is none, or rows are missing.
    """
    with plain_errors(str(file)), connection() as connected:
        return _Answer(file, connected).cube(into)


class _Answer:
    def __init__(self, file: Path, connected: duckdb.DuckDBPyConnection) -> None:
        self._file, self._sql = file, connected
        relation = self._relation()
        columns = _columns(connected, relation)
        self._names = {name.lower(): name for name, _ in columns}
        inexact = [name for name, kind in columns if kind in _INEXACT]
        if inexact:
            raise self._refusal(f"its column '{inexact[0]}' has binary fractions, which hold no exact counts: {_AGAIN}")
        self._require([*_FIRST, LINES, ROWS])
        texts = (
            f"coalesce(CAST({quoted(name)} AS VARCHAR), '') AS {quoted(lower)}" for lower, name in self._names.items()
        )
        connected.execute(
            f"CREATE TEMP TABLE answer AS SELECT row_number() OVER () + 1 AS line, {', '.join(texts)} FROM {relation}"
        )

    def cube(self, into: Path) -> FineCube:
        facts = self._facts()
        layout = facts.layout
        self._require([*layout.keys, *layout.sums])
        self._check(facts)
        left_out, rows = self._totals()
        whole = facts.model_copy(update={"rows_read": rows, "left_out": left_out})
        # Parquet would hold a HUGEINT as a binary float.
        numbers = [f"CAST({_number(name)} AS BIGINT) AS {name}" for name in layout.keys if name not in layout.names]
        columns = [*layout.names, *numbers, *(f"{_number(name)} AS {quoted(name)}" for name in layout.sums)]
        return write_cube(self._sql, f"SELECT {', '.join(columns)} FROM answer WHERE reason = ''", whole, into)

    def _relation(self) -> str:
        file = literal(str(self._file))
        if self._file.suffix.lower() in {".parquet", ".pq"}:
            return f"read_parquet({file})"
        first = heading(self._file, None)
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in first.names)
        return (
            f"read_csv({file}, columns = {{{columns}}}, auto_detect = false, header = true, nullstr = '\x1a', "
            f"delim = {literal(first.delimiter)}, quote = '\"', escape = '\"', max_line_size = 32000000)"
        )

    def _refusal(self, words: str) -> FileError:
        return FileError([Mistake(str(self._file), 1, 1, words)])

    def _require(self, names: list[str]) -> None:
        missing = [name for name in names if name not in self._names]
        if missing:
            raise self._refusal(f"{_NO_ANSWER}it has no column '{missing[0]}'. {_SAVE}")

    def _facts(self) -> Facts:
        """The description, from the row that has it."""
        import json

        rows = self._sql.execute("SELECT model FROM answer WHERE reason = ?", [ABOUT]).fetchall()
        if len(rows) != 1:
            raise self._refusal(f"{_NO_ANSWER}{len(rows)} rows have the reason '{ABOUT}', and one must. {_SAVE}")
        with suppress(ValueError, ValidationError, RecursionError, TypeError):
            return Facts.model_validate(json.loads(rows[0][0]))
        raise self._refusal(f"{_NO_ANSWER}its row '{ABOUT}' was changed: run the query again")

    def _check(self, facts: Facts) -> None:
        """Every cell is what it must be.

        Raises:
            FileError: the first lines of each column that has others.
        """
        wrong = {
            name: f"NOT coalesce(regexp_full_match({quoted(name)}, '{_WHOLE}') "
            f"AND TRY_{_number(name)} BETWEEN {least} AND {most}, FALSE)"
            for name, (least, most) in _ranges(facts).items()
        }
        wrong |= {name: f"length({quoted(name)}) > {limits().characters}" for name in facts.layout.names}
        wrong["model"] = f"reason = '' AND ({wrong['model']} OR model = '')"
        wrong["reason"] = f"reason NOT IN ({', '.join(literal(name) for name in ('', *REASON_NAMES))})"
        mistakes = [
            Mistake(str(self._file), line, 1, f"the column '{name}' has no value that the query can give: {_AGAIN}")
            for name, test in wrong.items()
            for line in self._lines(f"({test}) AND reason <> {literal(ABOUT)}")
        ]
        if mistakes:
            raise FileError(sorted(mistakes))

    def _lines(self, test: str) -> list[int]:
        rows = self._sql.execute(f"SELECT line FROM answer WHERE {test} ORDER BY line LIMIT {_SHOWN}").fetchall()
        return [int(row[0]) for row in rows]

    def _totals(self) -> tuple[dict[str, int], int]:
        """Bad rows by reason, and rows of the table; every row of the answer must be there."""
        lines, rows, said_lines, said_rows, kinds = self._one(
            f"SELECT COUNT(*), SUM({_number('rows_read')}), MAX({_number(LINES)}), MAX({_number(ROWS)}), "
            f"COUNT(DISTINCT ({LINES}, {ROWS})) FROM answer WHERE reason <> {literal(ABOUT)}"
        )
        if (lines, rows or 0) != (said_lines or 0, said_rows or 0) or kinds > 1:
            raise self._refusal(
                f"the answer is not whole: it has {lines:,} rows that stand for {rows or 0:,} of the table, and must "
                f"have {said_lines or 0:,} that stand for {said_rows or 0:,}. {_SAVE}"
            )
        found = self._sql.execute(
            f"SELECT reason, SUM({_number('rows_read')}) FROM answer WHERE reason NOT IN ('', {literal(ABOUT)}) "
            "GROUP BY reason ORDER BY reason"
        ).fetchall()
        return {reason: int(count) for reason, count in found}, int(rows or 0)

    def _one(self, query: str) -> tuple[Any, ...]:
        return self._sql.execute(query).fetchone() or ()


def _ranges(facts: Facts) -> dict[str, tuple[int, int]]:
    """The least and the largest number that each column can have."""
    return {
        "bucket": (0, limits().last_us // HALF_HOUR_US),
        "piece": (0, HALF_HOUR_US - 1),
        "band": (UNDECIDED, len(facts.sizes)),
        "used": (0, (1 << len(facts.apart)) - 1),
        **dict.fromkeys((*facts.layout.sums, LINES, ROWS), (0, 10**37)),
    }


_FIRST = ("bucket", "piece", "model", "reason", "rows_read")


def _number(name: str) -> str:
    return f"CAST(split_part({quoted(name)}, '.', 1) AS HUGEINT)"


def _columns(connected: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    """Names and types."""
    return [(str(row[0]), str(row[1])) for row in connected.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]

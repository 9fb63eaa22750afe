"""Values of a table whose columns have types, as SQL of any dialect: a whole number, a text, an instant.

What cannot be such a value becomes the same number that no record can have as in `values`, so that a row that is wrong
has the same reason whoever reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.usage.logs.reading.cells import NOTHING, Cells
from costmodel.usage.logs.reading.values import HUGE, NO_NUMBER, NO_TIME
from costmodel.usage.logs.shapes.layout import Leaf
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.usage.logs.cube.dialects import Dialect
    from costmodel.usage.logs.shapes.counted import Number
    from costmodel.usage.logs.shapes.paths import FieldPath
    from costmodel.usage.logs.shapes.shape import Decimal, TimeKind

_A_SECOND: dict[TimeKind, int] = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
_US = 1_000_000  # microseconds in a second
_LONG = 9_000_000_000_000_000_000  # nearly the largest 64-bit number


class TableLayout:
    """A table: columns by name."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def leaf(self, path: FieldPath, base: str | None = None) -> Leaf | None:  # noqa: ARG002 - of any layout
        """The column of a path's name."""
        return Leaf(self._dialect.quoted(path.column), "other")

    def entries(self, path: FieldPath, base: str | None = None) -> str | None:  # noqa: ARG002 - of any layout
        """A table has no lists."""
        return None


class TableCells(Cells):
    """The values of a table: counts are numbers, names are texts, and times are what the mapping says."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(TableLayout(dialect))
        self.dialect = dialect

    def literal(self, text: str) -> str:
        """A text as the dialect writes it."""
        return self.dialect.literal(text)

    def name(self, path: FieldPath, base: str | None = None) -> str | None:
        """The name in a column."""
        leaf = self.leaf(path, base)
        return leaf and self.column(self.text_of(leaf), "text", base)

    def instant(self, path: FieldPath, base: str | None, kind: TimeKind, zone: str | None) -> str | None:
        """The time in a column, in microseconds."""
        leaf = self.leaf(path, base)
        return leaf and self.column(self.instant_of(leaf, kind, zone), "read", base)

    def number(  # all are bounded, and no text
        self,
        number: Number,
        base: str | None,
        *,
        bounded: bool,  # noqa: ARG002
        decimal: Decimal | None = None,  # noqa: ARG002
    ) -> str:
        """The count in a column."""
        leaf = self.leaf(number.path, base)
        return self.column(self.count_of(leaf), "read", base) if leaf else NOTHING

    def matches(self, where: Iterable[tuple[str, Iterable[str]]], base: str | None) -> str:
        """Whether one of the texts stands in each column."""
        from costmodel.usage.logs.shapes.paths import FieldPath

        tests = []
        for path, texts in where:
            leaf = self.leaf(FieldPath.parse(path), base)
            wanted = ", ".join(self.dialect.literal(text) for text in texts)
            tests.append(f"coalesce({self.text_of(leaf)} IN ({wanted}), FALSE)" if leaf else "FALSE")
        return " AND ".join(tests) or "TRUE"

    def text_of(self, leaf: Leaf) -> str:
        """A name."""
        return f"CAST({leaf.sql} AS {self.dialect.text})"

    def count_of(self, leaf: Leaf) -> str:
        """A count: NULL where absent, NO_NUMBER where it is no whole number (12.0 is one)."""
        x = leaf.sql
        no_number = f"upper(CAST({x} AS {self.dialect.text})) = 'NAN'"
        return (
            f"CASE WHEN {x} >= 0 AND {x} <= {HUGE} AND {x} = FLOOR({x}) THEN CAST({x} AS BIGINT)"
            f" WHEN {x} IS NULL THEN NULL"
            f" WHEN {no_number} OR ({x} BETWEEN -{_LONG} AND {_LONG} AND {x} <> FLOOR({x})) THEN {NO_NUMBER}"
            f" WHEN {x} < 0 THEN -{HUGE} ELSE {HUGE} END"
        )

    def instant_of(self, leaf: Leaf, kind: TimeKind, zone: str | None) -> str:
        """Microseconds since 1970 UTC, rounded down; NULL where absent, NO_TIME where it is none."""
        if kind != "text":
            return self.since_1970(leaf.sql, kind)
        if zone is None:
            at = self.dialect.epoch_us.format(x=leaf.sql)
        else:
            at = self.dialect.local_us.format(x=leaf.sql, zone=self.dialect.literal(zone))
        return f"CASE WHEN {leaf.sql} IS NOT NULL THEN coalesce({at}, {NO_TIME}) END"  # NULL of an infinite one

    def since_1970(self, x: str, kind: TimeKind) -> str:
        """The instant that is so many seconds (or parts of one) after the start of 1970."""
        a_second = _A_SECOND[kind]
        number = f"CAST({x} AS BIGINT)"
        at = self.dialect.divided(number, 1000) if kind == "nanoseconds" else f"{number} * {_US // a_second}"
        last = limits().last_us // _US * a_second
        return (
            f"CASE WHEN {x} >= 0 AND {x} <= {last} AND {x} = FLOOR({x}) THEN {at}"
            f" WHEN {x} IS NOT NULL THEN {NO_TIME} END"
        )

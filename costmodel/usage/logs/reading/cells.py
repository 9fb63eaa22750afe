"""Every value of a record is taken out and read once: a column for it, by which everything else knows it.

Without this the query would say where each value stands wherever it uses it, and take seconds to be planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from costmodel.usage.logs.reading import values
from costmodel.usage.logs.reading.written import is_order, pointed, year_first
from costmodel.usage.logs.shapes.layout import Leaf, literal
from costmodel.usage.logs.shapes.paths import FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.usage.logs.shapes.counted import Number
    from costmodel.usage.logs.shapes.layout import Layout
    from costmodel.usage.logs.shapes.shape import Decimal, TimeKind

Layer = Literal["record", "entry", "text", "read"]
NOTHING = "CAST(NULL AS BIGINT)"


class Cells:
    """The values that are asked for, in layers: taken out of the record or an entry, made texts, read as numbers."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._layers: dict[Layer, dict[str, str]] = {"record": {}, "entry": {}, "text": {}, "read": {}}

    def literal(self, text: str) -> str:
        """A text as SQL."""
        return literal(text)

    def columns(self, layer: Layer) -> dict[str, str]:
        """The columns of a layer: SQL by name."""
        return {column: sql for sql, column in self._layers[layer].items()}

    def column(self, sql: str, layer: Layer, base: str | None) -> str:
        """The column of a value.

        Args:
            sql: the value.
            layer: the one in which it is had; of the first two that which fits the base.
            base: what it is taken out of: the record, an entry, or the variable of a lambda, which has no columns.
        """
        if base is not None and not base.endswith("[item]"):
            return sql
        if layer == "record" and base is not None:
            layer = "entry"
        known = self._layers[layer]
        return known.setdefault(sql, f"{layer}_{len(known)}")

    def leaf(self, path: FieldPath, base: str | None = None) -> Leaf | None:
        """The value at a path; None where the file cannot have it."""
        leaf = self._layout.leaf(path, base)
        return leaf and Leaf(self.column(leaf.sql, "record", base), leaf.kind)

    def entries(self, path: FieldPath, base: str | None = None) -> str | None:
        """The list at a path; None where the file cannot have it."""
        sql = self._layout.entries(path, base)
        return sql and self.column(sql, "record", base)

    def name(self, path: FieldPath, base: str | None = None) -> str | None:
        """The name at a path; None where the file cannot have it."""
        leaf = self.leaf(path, base)
        return leaf and self.column(values.name(leaf), "text", base)

    def instant(self, path: FieldPath, base: str | None, kind: TimeKind, zone: str | None) -> str | None:
        """The time at a path, in microseconds; None where the file cannot have it."""
        leaf = self.leaf(path, base)
        if leaf is None:
            return None
        if leaf.kind in {"json", "text"}:
            text = values.name(leaf) if kind == "text" or is_order(kind) else values.bare(leaf)
            text = year_first(f"trim({text})", kind) if is_order(kind) else text
            leaf = Leaf(self.column(text, "text", base), "text")
        kind = "text" if is_order(kind) else kind
        return self.column(values.instant(leaf, kind, zone), "read", base)

    def number(self, number: Number, base: str | None, *, bounded: bool, decimal: Decimal | None = None) -> str:
        """A number; NULL where the file cannot have it.

        Of a list it is the sum over its entries. Where an entry is no whole number, or below 0, the sum is that: it
        must not be hidden by the others.

        Args:
            number: where it stands.
            base: SQL of the object that its path starts from; None for the record.
            bounded: whether it enters a sum.
            decimal: what stands before the decimals of texts; None where the mapping does not say.
        """
        if number.each is None:
            leaf = self.leaf(number.path, base)
            if leaf is None:
                return NOTHING
            return self.column(self._whole_number(leaf, base, decimal, bounded=bounded), "read", base)
        entries, leaf = self.entries(number.each, base), self.leaf(number.path, "x")
        if entries is None or leaf is None:
            return NOTHING
        if number.where:
            entries = f"list_filter({entries}, lambda x: {self.matches(number.where, 'x')})"
        number_sql = self._whole_number(leaf, "x", decimal, bounded=True)
        each = f"list_transform({entries}, lambda x: {number_sql})"
        return self.column(values.sum_of(self.column(each, "text", base)), "read", base)

    def _whole_number(self, leaf: Leaf, base: str | None, decimal: Decimal | None, *, bounded: bool) -> str:
        """A count: of JSON or CSV out of its text; other values are numbers already."""
        if leaf.kind not in {"json", "text"}:
            return values.whole_number(leaf, bounded=bounded)
        text, is_text = values.bare(leaf), values.quoted(leaf)
        if decimal is not None:
            text = f"CASE WHEN {is_text} THEN {pointed(text, decimal)} ELSE {text} END"
        plain = f"NOT {is_text}" if decimal is None else "TRUE"
        return values.whole_number(Leaf(self.column(text, "text", base), "text"), bounded=bounded, plain=plain)

    def matches(self, where: Iterable[tuple[str, Iterable[str]]], base: str | None) -> str:
        """Whether one of the texts stands at each path."""
        tests = []
        for path, texts in where:
            leaf = self.leaf(FieldPath.parse(path), base)
            wanted = ", ".join(literal(text) for text in texts)
            tests.append("FALSE" if leaf is None else f"coalesce({values.name(leaf)} IN ({wanted}), FALSE)")
        return " AND ".join(tests) or "TRUE"

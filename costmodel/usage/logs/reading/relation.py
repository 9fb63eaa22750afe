# ruff: noqa: S608 - the queries are made of shapes, whose every name and text is quoted by `layout`
"""Usage logs as one relation of the canonical columns (see `columns`): SQL for DuckDB, in layers.

- the files, of JSON only the declared paths
- every value of a record, taken out once
- the family: which shape a record is of
- one row for each request, where a record holds several, and the values of its entry
- texts, then numbers and times
- time and names of a row
- its counts
- what is wrong with it, in one place
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from costmodel.usage.logs.reading.cells import NOTHING, Cells
from costmodel.usage.logs.reading.expressions import by_family
from costmodel.usage.logs.reading.passes import PassesSql
from costmodel.usage.logs.reading.read import read_sql, unread
from costmodel.usage.logs.reading.reasons import Reasons
from costmodel.usage.logs.reading.recognition import family_sql, marks_sql
from costmodel.usage.logs.reading.records import RecordSql
from costmodel.usage.logs.shapes.families import meters
from costmodel.usage.logs.shapes.layout import ColumnLayout, JsonLayout
from costmodel.usage.logs.shapes.used import used_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.shape import Shape


def relation(source: Source, *, numbered: bool = False, quick: bool = False) -> str:
    """The SELECT of a source's canonical columns, for DuckDB.

    Args:
        source: files that are read alike.
        numbered: with a further column `record`, the number of the record in its file from 1; of one file only.
        quick: only rows that are surely good, but for their names and time, which are not looked at row by row.
    """
    several = [number for number, shape in enumerate(source.shapes) if _holds_several(shape)]
    single = [number for number in range(len(source.shapes)) if number not in several]
    if not several or not single:
        return _Relation(source, several or single, numbered=numbered).sql("", quick=quick)
    # Making several rows of a record is slow: records that are one row each do not take part in it.
    rest = f"family IS NULL OR family IN ({', '.join(map(str, single))})"
    apart = f"family IN ({', '.join(map(str, several))})"
    parts = [
        _Relation(source, families, numbered=numbered).sql(f" WHERE {which}", quick=quick)
        for families, which in ((single, rest), (several, apart))
    ]
    return " UNION ALL ".join(parts)


class _Relation:
    """The layers; each is written when all that it must hold is known."""

    def __init__(self, source: Source, families: Sequence[int], *, numbered: bool) -> None:
        self._source, self._known, self._numbered = source, meters(), numbered
        self._cells = Cells(ColumnLayout(source.columns) if source.columns else JsonLayout())
        self._shapes = {family: source.shapes[family] for family in families}
        self._several = {family: shape for family, shape in self._shapes.items() if _holds_several(shape)}
        self._lists: dict[tuple[str, str], str] = {}
        self._records = {family: self._record(shape) for family, shape in self._shapes.items() if shape.skip is None}

    def _record(self, shape: Shape) -> RecordSql:
        entries = self._list_name(shape)
        base = f"{entries}[item]" if shape.rows else None
        passes = PassesSql(self._cells, shape.passes, entries, self._known) if shape.passes else None
        return RecordSql(self._cells, shape, base, passes)

    def _list_name(self, shape: Shape) -> str:
        """The column of the list of a shape's requests or passes; shapes with the same list share it."""
        path = shape.rows or (shape.passes.each if shape.passes else None)
        return self._lists.setdefault((path.text if path else "", repr(shape.only)), f"entries_{len(self._lists)}")

    @cached_property
    def _one(self) -> bool:
        """Whether every record is taken for one of the same shape."""
        only = self._source.shapes[0] if len(self._source.shapes) == 1 else None
        return only is not None and only.rows is None and (bool(self._source.columns) or only.recognise is None)

    def sql(self, where: str, *, quick: bool) -> str:
        """The whole SELECT, of the records of which a condition on their family holds; see `relation`."""
        source, records = self._source, self._records
        family = "" if self._one else family_sql(source.shapes, self._cells)
        lists = self._entries()
        names = {number: record.names(source.labels, source.key) for number, record in records.items()}
        counts = {number: record.meters() for number, record in records.items()}
        requests = {number: record.requests() for number, record in records.items()}
        faults = {number: record.faults(self._known) for number, record in records.items()}
        billed = not any(shape.unbilled for shape in self._shapes.values())
        reasons = Reasons(source, faults, self._known, billed)
        paths = used_paths(source.shapes, source.labels, source.key)
        inner = self._taken(read_sql(source, paths, numbered=self._numbered))
        inner = f"SELECT * FROM (SELECT *, {family} AS family FROM ({inner})){where}" if family else inner
        inner = self._rows(inner, lists) if self._several else inner
        for layer in ("text", "read"):
            inner = _with_columns(inner, self._cells.columns(layer))
        inner = self._values(inner, names)
        found = {
            f"m_{meter}": by_family({number: sql.get(meter, NOTHING) for number, sql in counts.items()})
            for meter in source.meters
        }
        inner = _with_columns(inner, {**found, "requests": by_family(requests)})
        if quick:
            return reasons.quick_sql(inner, one=self._one)
        return reasons.sql(inner, numbered=self._numbered, one=self._one)

    def _taken(self, inner: str) -> str:
        taken = [f"{sql} AS {column}" for column, sql in self._cells.columns("record").items()]
        taken += [f"{unread(self._source)} AS malformed", *(["record"] if self._numbered else [])]
        return f"SELECT {', '.join(taken)} FROM ({inner})"

    def _entries(self) -> dict[str, str]:
        """The lists of requests and passes, by name; NULL where the record is of another shape."""
        found: dict[str, str] = {}
        families: dict[str, list[str]] = {}
        for family, shape in self._several.items():
            path = shape.rows or (shape.passes.each if shape.passes else None)
            entries = self._cells.entries(path) if path else None
            if entries is not None and shape.only:
                marks = " AND ".join(marks_sql(shape.only, self._cells, "z"))
                entries = f"list_filter({entries}, lambda z: {marks})"
            if not shape.skip:
                found[self._list_name(shape)] = entries or "NULL"
                families.setdefault(self._list_name(shape), []).append(str(family))
        if self._one:
            return found
        return {
            name: f"CASE WHEN family IN ({', '.join(families[name])}) THEN {sql} END" for name, sql in found.items()
        }

    def _rows(self, inner: str, lists: dict[str, str]) -> str:
        """One row for each request of a record; none for a record that is passed over."""
        counts = dict.fromkeys(self._shapes, "1")
        for family, shape in self._several.items():
            least = "0" if shape.rows else "1"
            counts[family] = "0" if shape.skip else f"greatest({least}, coalesce(len({self._list_name(shape)}), 0))"
        inner = _with_columns(inner, lists)
        unknown = "malformed" if self._one else "malformed OR family IS NULL"  # a bad row is a row
        count = f"CASE WHEN {unknown} THEN 1 ELSE {by_family(counts, '1')} END"
        inner = f"SELECT *, unnest(generate_series(1, {count})) AS item FROM ({inner})"
        return _with_columns(inner, self._cells.columns("entry"))

    def _values(self, inner: str, names: dict[int, dict[str, str]]) -> str:
        columns = dict.fromkeys(column for found in names.values() for column in found)
        values = {
            column: by_family({family: found.get(column, "FALSE") for family, found in names.items()})
            for column in columns
        }
        return _with_columns(inner, values)


def _with_columns(inner: str, columns: Mapping[str, str]) -> str:
    """Another layer, with further columns."""
    further = "".join(f", {sql} AS {column}" for column, sql in columns.items())
    return f"SELECT *{further} FROM ({inner})" if further else inner


def _holds_several(shape: Shape) -> bool:
    """Whether a record of the shape may stand for no row, or for several."""
    return bool(shape.rows or shape.passes or shape.skip)

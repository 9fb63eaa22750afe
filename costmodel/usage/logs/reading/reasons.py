# ruff: noqa: S608 - every name and text is quoted by `layout`
"""Why a row is not counted: the one definition, for the sums and for the list of bad rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.reading.expressions import by_family, either
from costmodel.usage.logs.reading.values import NO_NAME, NO_ZONE
from costmodel.usage.logs.shapes.columns import REASON_NAMES
from costmodel.usage.logs.shapes.layout import literal
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.prices.meters import Meters
    from costmodel.usage.logs.shapes.columns import Source


class Reasons(NamedTuple):
    """The last layer: the canonical columns with the first reason that applies.

    Attributes:
        source: files that are read alike.
        faults: tests of what is wrong with the counts, by reason, of each shape.
        known: the meters.
        billed: whether all records are billed; if not, `unbilled` says which are not.
        quick: whether DuckDB reads it, for which there is a quicker test of nearly all rows.
    """

    source: Source
    faults: Mapping[int, Mapping[str, str]]
    known: Meters
    billed: bool
    quick: bool = True

    def sql(self, inner: str, *, numbered: bool, one: bool) -> str:
        """The SELECT over the counts.

        Args:
            inner: the layer below.
            numbered: whether `record` is carried.
            one: whether every record is of the same shape.
        """
        columns = [*self._columns(), f"{self._reason(one=one)} AS reason"]
        columns += ["key"] if self.source.key is not None else []
        columns += ["record"] if numbered else []
        return f"SELECT {', '.join(columns)} FROM ({inner}) AS counted"

    def quick_sql(self, inner: str, *, one: bool) -> str:
        """The SELECT of rows that are surely good, but for their names and time, as far as there is a quick test.

        Args:
            inner: the layer below.
            one: whether every record is of the same shape.
        """
        good = " AND ".join(self._good_counts()) if one else ""
        where = good or f"({self._reason(one=one)}) IS NULL"
        return f"SELECT {', '.join([*self._columns(), 'NULL AS reason'])} FROM ({inner}) AS counted WHERE {where}"

    def _columns(self) -> list[str]:
        source = self.source
        columns = ["at_us", *self._names]
        for meter in (*source.meters, "requests"):
            value = "requests" if meter == "requests" else f"coalesce(m_{meter}, 0)"
            columns.append(f"{value if self.billed else f'CASE WHEN unbilled THEN 0 ELSE {value} END'} AS {meter}")
        return columns

    @property
    def _names(self) -> Sequence[str]:
        return ["model", "tier", "region", *(f"label_{index}" for index in range(len(self.source.labels)))]

    def _reason(self, *, one: bool) -> str:
        tests = {
            "malformed": "malformed",
            "unknown shape": "FALSE" if one else "family IS NULL",
            "no time": "at_us IS NULL",
            "no time zone": f"at_us = {NO_ZONE}",
            "bad time": f"at_us < {limits().first_us} OR at_us >= {limits().last_us}",
            "no model": "model IS NULL OR model = ''",
            "bad name": self._bad_names(),
            "no key": "key IS NULL OR key = ''" if self.source.key is not None else "FALSE",
        }
        for reason in {reason for faults in self.faults.values() for reason in faults}:
            tests[reason] = by_family({family: faults[reason] for family, faults in self.faults.items()}, "FALSE")
        told = {name: tests[name] for name in REASON_NAMES if tests.get(name, "FALSE") != "FALSE"}
        cases = [f"WHEN {test} THEN {literal(name)}" for name, test in told.items()]
        every = f"CASE {' '.join(cases)} END"
        quick = self._surely_good() if one and self.quick else ""
        return f"CASE WHEN {quick} THEN NULL ELSE {every} END" if quick else every

    def _bad_names(self) -> str:
        """Whether a name is longer than the limit, or none."""
        names = [*self._names, *(["key"] if self.source.key is not None else [])]
        tests = [f"length({name}) > {limits().characters}" for name in names]
        if self.source.format != "parquet":  # whose texts are texts
            tests += [f"{name} = {NO_NAME}" for name in names]
        return either(tests)

    def _surely_good(self) -> str:
        """A quick test that holds for nearly all rows, and for none that has a reason; empty where there is none.

        The scan of columns of numbers must not be slowed down by what is wrong with few rows.
        """
        counts = self._good_counts()
        tests = [f"at_us >= {limits().first_us} AND at_us < {limits().last_us}", "strlen(model) > 0"]
        tests += [f"strlen({name}) <= {limits().characters}" for name in self._names]
        return " AND ".join([*tests, *counts]) if counts else ""

    def _good_counts(self) -> list[str]:
        """The part of it about counts. DuckDB skips a test of one column where the file's own figures prove it."""
        source, shape = self.source, self.source.shapes[0]
        plain = all(counted.path is not None for counted in shape.meters.values())
        further = shape.totals or shape.requests or shape.passes or shape.rows or source.key
        if source.format != "parquet" or further or not plain:
            return []
        tests = []
        for meter in shape.meters:
            whole = self.known[meter].part_of
            most = f"m_{whole}" if whole in shape.meters else str(limits().tokens)
            parts = [f"coalesce(m_{part}, 0)" for part in self.known.parts(meter) if part in shape.meters]
            required = bool(self.known.parts(meter))  # NULL is between nothing
            tests.append(f"{f'm_{meter}' if required else f'coalesce(m_{meter}, 0)'} BETWEEN 0 AND {most}")
            tests += [f"TRY({' + '.join(parts)}) <= m_{meter}"] if len(parts) > 1 else []
        return tests

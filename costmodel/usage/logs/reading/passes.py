"""A request that was made in several passes, some perhaps by another model: one row a pass.

Each pass is of its own size, which decides its price. The record's own counts add up some of the passes: they must
agree. What the record counts and its passes do not is shared out: a part, such as reasoning, over the passes in their
order, as far as the whole of each goes; everything else to the first pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.reading.expressions import counted_sql, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.prices.meters import Meters
    from costmodel.usage.logs.reading.cells import Cells
    from costmodel.usage.logs.shapes.counted import Number
    from costmodel.usage.logs.shapes.shape import Passes


class PassesSql(NamedTuple):
    """The SQL of a shape's passes.

    Attributes:
        cells: values of the record.
        passes: what is in a pass.
        entries: column of the list of passes; `item` says which of them a row is.
        known: the meters.
    """

    cells: Cells
    passes: Passes
    entries: str
    known: Meters

    @property
    def _entry(self) -> str:
        return f"{self.entries}[item]"

    @property
    def _none(self) -> str:
        return f"coalesce(len({self.entries}), 0) = 0"

    def model(self) -> str:
        """The model of the pass; NULL where it is that of the record."""
        return self.cells.name(self.passes.model, self._entry) or "CAST(NULL AS VARCHAR)"

    def once(self, value: str) -> str:
        """A count of the record, in the row of its first pass alone."""
        return f"CASE WHEN item = 1 THEN {value} ELSE 0 END"

    def meters(self, own: Mapping[str, str]) -> dict[str, str]:
        """The counts of the row, from those of the record."""
        return {meter: self._meter(meter, sql) for meter, sql in own.items()}

    def _meter(self, meter: str, own: str) -> str:
        if meter in self.passes.meters:
            return f"CASE WHEN {self._none} THEN {own} ELSE {counted_sql(self.passes.meters[meter], self._number)} END"
        whole = self.known[meter].part_of
        if whole is None or whole not in self.passes.meters:
            return self.once(own)
        wholes = self._of_own(whole)
        before = f"coalesce(list_sum({wholes}[1:item - 1]), 0)"
        shared = f"greatest(0, least({wholes}[item], coalesce({own}, 0) - {before}))"
        return f"CASE WHEN {self._none} THEN {own} ELSE CAST({shared} AS BIGINT) END"

    def broken(self, own: Mapping[str, str]) -> list[str]:
        """Counts of the record that are not the sum of its own passes."""
        return [
            f"NOT ({self._none}) AND coalesce({own[meter]}, 0) <> list_sum({self._of_own(meter)})"
            for meter in self.passes.meters
            if meter in own
        ]

    def columns(self) -> list[str]:
        """The columns of all numbers of a pass."""
        return [sql for counted in self.passes.meters.values() for sql in leaves(counted, self._number, alone=False)]

    def _number(self, number: Number, bounded: bool) -> str:  # noqa: ARG002, FBT001 - a callback
        return self.cells.number(number, self._entry, bounded=True)

    def _of_own(self, meter: str) -> str:
        """A list of a meter's counts, one a pass: 0 for the passes that the record's counts leave out."""
        own = self.cells.matches(self.passes.own.items(), "y")

        def inside(number: Number, bounded: bool) -> str:  # noqa: ARG001, FBT001 - a callback
            return self.cells.number(number, "y", bounded=True)

        count = counted_sql(self.passes.meters[meter], inside)
        counts = f"list_transform({self.entries}, lambda y: CASE WHEN {own} THEN coalesce({count}, 0) ELSE 0 END)"
        return self.cells.column(counts, "text", self._entry)

"""One shape as SQL: the canonical columns of its records, and what is wrong with a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.reading.cells import NOTHING
from costmodel.usage.logs.reading.expressions import counted_sql, either, leaves
from costmodel.usage.logs.reading.values import NO_NUMBER
from costmodel.usage.logs.shapes.columns import GLOBAL, STANDARD
from costmodel.usage.logs.shapes.limits import limits
from costmodel.usage.logs.shapes.paths import FieldPath
from costmodel.usage.logs.shapes.shape import Named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.prices.meters import Meters
    from costmodel.usage.logs.reading.cells import Cells
    from costmodel.usage.logs.reading.passes import PassesSql
    from costmodel.usage.logs.shapes.counted import Counted, Number
    from costmodel.usage.logs.shapes.shape import Shape


class RecordSql(NamedTuple):
    """The SQL of one shape.

    Attributes:
        cells: values of the record.
        shape: what is in a record.
        base: SQL of the object that the shape's paths start from; None for the whole record.
        passes: where a record lists the passes of a request.
    """

    cells: Cells
    shape: Shape
    base: str | None
    passes: PassesSql | None

    def names(self, labels: Sequence[str], key: str | None) -> dict[str, str]:
        """Time, model, tier, region, labels and key, by column."""
        model = self._name(self.shape.model)
        if self.passes is not None:
            model = f"coalesce({self.passes.model()}, {model})"
        found = {
            "at_us": self._time(),
            "model": self._of_provider(model),
            "tier": self._name(self.shape.tier, STANDARD),
            "region": self._name(self.shape.region, GLOBAL),
        }
        for index, label in enumerate(labels):
            found[f"label_{index}"] = self._name(self.shape.labels.get(label) or [_by_path(label)], "")
        if key is not None:
            found["key"] = self._name([_by_path(key)])
        if self.shape.unbilled:
            found["unbilled"] = self.cells.matches(self.shape.unbilled.items(), self.base)
        return found

    def _time(self) -> str:
        times = [
            instant
            for time in self.shape.time
            for path in time.path
            if (instant := self.cells.instant(path, self.base, time.kind, time.zone)) is not None
        ]
        return f"coalesce({', '.join(times)})" if len(times) > 1 else (times or [NOTHING])[0]

    def _name(self, names: Sequence[Named], otherwise: str | None = None) -> str:
        """The first name that the record has; NULL where it has none and nothing else holds."""
        found = [sql for named in names for sql in self._alternatives(named)]
        found += [self.cells.literal(otherwise)] if otherwise is not None else []
        if len(found) > 1:
            not_empty = [f"nullif({sql}, '')" for sql in found[:-1]]
            return f"coalesce({', '.join(not_empty)}, {found[-1]})"
        return found[0] if found else "CAST(NULL AS VARCHAR)"

    def _alternatives(self, named: Named) -> list[str]:
        if named.is_ is not None:
            return [self.cells.literal(named.is_)]
        found = [name for path in named.path if (name := self.cells.name(path, self.base)) is not None]
        if named.only:
            wanted = ", ".join(map(self.cells.literal, named.only))
            found = [f"CASE WHEN {name} IN ({wanted}) THEN {name} END" for name in found]
        if not named.values:
            return found
        cases = " ".join(
            f"WHEN {self.cells.literal(old)} THEN {self.cells.literal(new)}" for old, new in named.values.items()
        )
        return [f"CASE {name} {cases} ELSE {name} END" for name in found]

    def _of_provider(self, model: str) -> str:
        if self.shape.provider is None:
            return model
        prefix = self.cells.literal(f"{self.shape.provider}/")
        begins = f"substr({model}, 1, {len(self.shape.provider) + 1}) = {prefix}"
        return f"CASE WHEN {begins} THEN {model} ELSE {prefix} || nullif({model}, '') END"

    def meters(self) -> dict[str, str]:
        """The count of each meter; NULL where the record has nothing of it."""
        found = {meter: self._counted(counted) for meter, counted in self.shape.meters.items()}
        return found if self.passes is None else self.passes.meters(found)

    def requests(self) -> str:
        """How many requests the row stands for."""
        own = self._counted(self.shape.requests) if self.shape.requests else "CAST(1 AS BIGINT)"
        return own if self.passes is None else self.passes.once(own)

    def _counted(self, counted: Counted, *, alone: bool = True) -> str:
        return counted_sql(counted, self._number, alone=alone)

    def _number(self, number: Number, bounded: bool) -> str:  # noqa: FBT001 - a callback
        return self.cells.number(number, self.base, bounded=bounded, decimal=self.shape.decimal)

    def faults(self, known: Meters) -> dict[str, str]:
        """Tests of what is wrong with the counts of a record, by reason."""
        columns, shape = self._columns(), self.shape
        most = str(limits().tokens)
        if shape.requests:
            most += f" * least(greatest(requests, 1), {limits().requests})"
        wholes = [meter for meter in shape.meters if known.parts(meter)]
        derived = [meter for meter, counted in shape.meters.items() if counted.number is None]
        missing = [f"m_{meter} IS NULL" for meter in wholes]
        over = [f"m_{meter} > {most}" for meter in shape.meters]
        if shape.requests:
            missing, over = [*missing, "requests IS NULL"], [*over, f"requests > {limits().requests}"]
        return {
            "no count": either(missing),
            "not a whole number": either(f"{column} = {NO_NUMBER}" for column in columns),
            "negative": either(f"{column} < 0" for column in columns),
            "over the limit": either(over),
            "part over whole": either([*self._parts(wholes, known), *(f"m_{meter} < 0" for meter in derived)]),
            "totals disagree": either(self._broken()),
        }

    def _columns(self) -> list[str]:
        """The columns of all numbers of the shape."""
        counts = [*self.shape.meters.values(), *([self.shape.requests] if self.shape.requests else [])]
        found = [column for counted in counts for column in leaves(counted, self._number)]
        for total in self.shape.totals:
            found += leaves(total.whole, self._number, alone=False) + leaves(total.equals, self._number, alone=False)
        found += self.passes.columns() if self.passes else []
        return [column for column in dict.fromkeys(found) if column != NOTHING]

    def _parts(self, wholes: Sequence[str], known: Meters) -> list[str]:
        """Tests of wholes that are smaller than their parts; no sum overflows, since each part is within its limit."""
        tests = []
        for whole in wholes:
            parts = [f"coalesce(m_{part}, 0)" for part in known.parts(whole) if part in self.shape.meters]
            tests += [f"{' + '.join(parts)} > m_{whole}"] if parts else []
        return tests

    def _broken(self) -> list[str]:
        tests = [
            f"{self._counted(total.whole, alone=False)} <> {self._counted(total.equals, alone=False)}"
            for total in self.shape.totals
        ]
        if self.passes is not None:
            tests += self.passes.broken({meter: self._counted(item) for meter, item in self.shape.meters.items()})
        return tests


def _by_path(path: str) -> Named:
    return Named.model_construct(path=(FieldPath.parse(path),), only=(), is_=None, values={})

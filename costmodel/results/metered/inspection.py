"""What `usage inspect` shows of a log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from costmodel.results.table import Column, Table
from costmodel.usage.logs.shapes.columns import REASONS

if TYPE_CHECKING:
    from costmodel.usage.logs.reading.inspect import Inspection

MODELS_SHOWN = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class InspectionResult:
    """A log that was looked at."""

    seen: Inspection

    def tables(self) -> list[Table]:
        """Summary, families, models, bad rows."""
        seen = self.seen
        tables = [self._summary()]
        if seen.families:
            tables.append(_counts("Families", ("family", "records"), seen.families))
        if seen.models:
            shown = dict(list(seen.models.items())[:MODELS_SHOWN])
            rest = len(seen.models) - len(shown)
            notes = (f"{rest:,} more models are not shown: --format json has all.",) if rest else ()
            tables.append(self._models(shown)._replace(notes=notes))
        return [*tables, *([self._bad()] if seen.reasons else [])]

    def _summary(self) -> Table:
        seen = self.seen
        rows = [(item.name, item.format) for item in seen.files]
        lead = f"{seen.rows:,} row{'' if seen.rows == 1 else 's'}, {seen.bad_count:,} of them bad."
        if seen.first_us is not None and seen.last_us is not None:
            lead += f" The good ones are from {_instant(seen.first_us)} to {_instant(seen.last_us)}."
        if not seen.families:
            lead = "The records are of no known family."
        return Table("Usage log", (Column("file"), Column("format")), tuple(rows), notes=seen.notes, lead=lead)

    def _models(self, shown: dict[str, int]) -> Table:
        """Models as logged, and what they are read as where a mapping says another name."""
        title, read_as = "Models as logged, of good rows", self.seen.read_as
        if not read_as:
            return _counts(title, ("model", "rows"), shown)
        rows = tuple((name, read_as.get(name, ""), f"{count:,}") for name, count in shown.items())
        return Table(title, (Column("model"), Column("read as"), Column("rows", numeric=True)), rows)

    def _bad(self) -> Table:
        told = {reason.name: reason for reason in REASONS}
        first: dict[str, list[str]] = {}
        for row in self.seen.bad:
            first.setdefault(row.reason, []).append(row.place)
        rows = tuple(
            (name, f"{count:,}", ", ".join(first.get(name, [])), told[name].remedy)
            for name, count in self.seen.reasons.items()
        )
        columns = (Column("reason"), Column("rows", numeric=True), Column("first"), Column("what to do"))
        return Table("Bad rows", columns, rows)

    def to_json(self) -> dict[str, Any]:
        """Everything, for a program."""
        seen = self.seen
        return {
            "schema_version": "1",
            "kind": "usage_log",
            "files": [item._asdict() for item in seen.files],
            "rows": seen.rows,
            "families": seen.families,
            "models": seen.models,
            "read_as": seen.read_as,
            "from": None if seen.first_us is None else _instant(seen.first_us),
            "to": None if seen.last_us is None else _instant(seen.last_us),
            "bad_rows": seen.reasons,
            "first_bad_rows": [row._asdict() for row in seen.bad],
            "notes": list(seen.notes),
            "guessed_mapping": seen.guess or None,
        }

    def to_records(self) -> list[dict[str, Any]]:
        """Models and bad rows with their counts, for CSV."""
        models = [{"what": "model", "name": name, "rows": count} for name, count in self.seen.models.items()]
        return models + [{"what": "bad rows", "name": name, "rows": count} for name, count in self.seen.reasons.items()]


def _counts(title: str, headings: tuple[str, str], counts: dict[str, int]) -> Table:
    rows = tuple((key, f"{count:,}") for key, count in counts.items())
    return Table(title, (Column(headings[0]), Column(headings[1], numeric=True)), rows)


def _instant(at_us: int) -> str:
    """An instant in UTC, without what lies below a second.

    >>> _instant(1_700_000_000_000_000)
    '2023-11-14T22:13:20Z'
    """
    return f"{_EPOCH + timedelta(microseconds=at_us):%Y-%m-%dT%H:%M:%SZ}"

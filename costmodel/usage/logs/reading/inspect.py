# ruff: noqa: S608 - the relation is quoted by `layout`
"""What a log is: its families, models, time and bad rows, and a guess of a mapping where it is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.errors import FileError
from costmodel.usage.logs.reading.bad_rows import BadRow, bad_rows
from costmodel.usage.logs.reading.csv_form import not_utf8
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.files import shown_path
from costmodel.usage.logs.reading.guess import guessed_mapping
from costmodel.usage.logs.reading.reading import read_alike, sources
from costmodel.usage.logs.reading.recognition import counted_families
from costmodel.usage.logs.reading.relation import relation
from costmodel.usage.logs.shapes.columns import shown
from costmodel.usage.logs.shapes.families import shipped_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from costmodel.usage.logs.shapes.columns import Source

_GUESS = ("unknown shape", "no time", "no model", "no count")  # reasons that a mapping is the remedy of


_NOT_NEEDED = "none is needed"
_NO_COUNTS = (
    "no column or path is called like input and output tokens. Write a mapping file that says where time, model and "
    "counts stand: docs/usage-logs.md, 'Your own columns', has one to start from"
)


class FileSeen(NamedTuple):
    """One file of a log.

    Attributes:
        name: as the user knows it.
        format: jsonl, csv or parquet.
    """

    name: str
    format: str


class Inspection(NamedTuple):
    """What a log is.

    Attributes:
        files: the files.
        families: how many records are of each shape, by its name.
        rows: rows in all.
        models: rows of each model as logged, most first; of good rows alone.
        first_us, last_us: microseconds since 1970 UTC of the first and last good row; None where there is none.
        reasons: how many rows are bad, by reason.
        bad: the first bad rows of each reason.
        notes: what a reader should know.
        guess: a mapping to review; empty where there is none.
        no_guess: why no mapping is guessed; empty where one is.
    """

    files: tuple[FileSeen, ...]
    families: dict[str, int]
    rows: int
    models: dict[str, int]
    first_us: int | None
    last_us: int | None
    reasons: dict[str, int]
    bad: tuple[BadRow, ...]
    notes: tuple[str, ...]
    guess: str
    no_guess: str = ""

    @property
    def bad_count(self) -> int:
        """Bad rows in all."""
        return sum(self.reasons.values())


def inspect(paths: Sequence[Path], mapping: Path | None = None) -> Inspection:
    """Look at a log.

    Args:
        paths: files, folders and globs.
        mapping: the user's own shape.

    Raises:
        FileError: a file is missing or cannot be read, or the mapping is wrong.
    """
    try:
        found = sources(paths, mapping)
    except FileError:
        if mapping is not None:
            raise
        return _unknown(read_alike(paths, shipped_shapes()))
    return _inspection(found, guess=mapping is None)


def _inspection(found: Sequence[Source], *, guess: bool) -> Inspection:
    counted = [_counted(source) for source in found]
    reasons = _added(item["reasons"] for item in counted)
    firsts, lasts = ([item[key] for item in counted if item[key] is not None] for key in ("first", "last"))
    wanted = guess and any(reason in reasons for reason in _GUESS)
    guessed = _guess(found, timed="no time" not in reasons) if wanted else ""
    return Inspection(
        files=_files(found),
        families=_added(_families(source) for source in found),
        rows=sum(item["rows"] for item in counted),
        models=_added(item["models"] for item in counted),
        first_us=min(firsts, default=None),
        last_us=max(lasts, default=None),
        reasons=reasons,
        bad=tuple(bad_rows(found)) if reasons else (),
        notes=found[0].notes,
        guess=guessed,
        no_guess="" if guessed else _NO_COUNTS if wanted else _NOT_NEEDED,
    )


def _guess(found: Iterable[Source], *, timed: bool) -> str:
    shapes = shipped_shapes()
    return next((text for source in found if (text := guessed_mapping(source, shapes, timed=timed))), "")


def _unknown(found: Sequence[Source]) -> Inspection:
    """A log whose columns are those of no family: only its files and a guess."""
    guess = _guess(found, timed=False)
    why = "" if guess else next(filter(None, map(not_utf8, found)), _NO_COUNTS)
    return Inspection(_files(found), {}, 0, {}, None, None, {}, (), found[0].notes, guess, why)


def _files(found: Iterable[Source]) -> tuple[FileSeen, ...]:
    return tuple(FileSeen(shown_path(file), source.format) for source in found for file in source.files)


def _families(source: Source) -> dict[str, int]:
    if not source.columns:
        return counted_families(source)
    return {source.shapes[0].shape: _counted(source)["rows"]} if len(source.shapes) == 1 else {}


def _counted(source: Source) -> dict[str, Any]:
    query = (
        "SELECT CASE WHEN reason IS NULL THEN model END, reason, count(*), "
        f"min(at_us), max(at_us) FROM ({relation(source)}) GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    )
    with connection() as connected, plain_errors(shown_path(source.files[0])):
        rows = connected.execute(query).fetchall()
    good, bad = [row for row in rows if row[1] is None], [row for row in rows if row[1] is not None]
    return {
        "rows": sum(row[2] for row in rows),
        "models": _added({shown(row[0]): row[2]} for row in good),
        "reasons": {row[1]: row[2] for row in bad},
        "first": min((row[3] for row in good), default=None),
        "last": max((row[4] for row in good), default=None),
    }


def _added(parts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Counts by name, added up, most first."""
    found: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            found[name] = found.get(name, 0) + count
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

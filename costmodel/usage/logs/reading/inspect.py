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
from costmodel.usage.logs.shapes.limits import limits
from costmodel.usage.logs.shapes.used import recognising_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.shape import Named, Shape

_GUESS = ("unknown shape", "no time", "no model", "no count")  # reasons that a mapping is the remedy of


_NAME = "bad name"
_LOGGED = "model as logged"
_LONG = "(a name longer than the limit)"
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
        read_as: what a model as logged is read as, where a mapping says another name or a provider.
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
    read_as: dict[str, str] = {}  # noqa: RUF012 - never changed

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
        read_as={name: model for item in counted for name, model in item["read_as"].items()},
        first_us=min(firsts, default=None),
        last_us=max(lasts, default=None),
        reasons=reasons,
        bad=tuple(bad_rows(found)) if reasons else (),
        notes=(*found[0].notes, *(note for source in found if (note := _encoding(source)))),
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
    if not source.columns and recognising_paths(source.shapes):
        return counted_families(source)
    return {source.shapes[0].shape: _counted(source)["rows"]} if len(source.shapes) == 1 else {}


def _encoding(source: Source) -> str:
    """What a reader should know of files that are no UTF-8, and of labels in them; empty where they are."""
    if source.csv is None or source.csv.utf8:
        return ""
    files = " and ".join(f"'{shown_path(file)}'" for file in source.files)
    said = f"{files}: no UTF-8 text, so a name or label with a letter such as ä cannot be read"
    labels = tuple(dict.fromkeys(name for shape in source.shapes for name in shape.labels))
    more = _reasons(source._replace(labels=labels)).get(_NAME, 0) - _reasons(source).get(_NAME, 0) if labels else 0
    if more:
        rows = "row is" if more == 1 else "rows are"
        said += f": {more:,} more {rows} bad where {', '.join(map(shown, labels))} is kept"
    return f"{said}. Save it as UTF-8 (in a spreadsheet: Save as, CSV UTF-8)."


def _reasons(source: Source) -> dict[str, int]:
    counted: dict[str, int] = _counted(source)["reasons"]
    return counted


def _with_logged(source: Source) -> Source:
    """A source whose last label is the model as it is logged: a name that is too long for one is not told."""

    def plain(named: Named) -> Named:
        long = {name: _LONG for name in named.values if len(name) > limits().characters}
        return named.model_copy(update={"values": long})

    def with_logged(shape: Shape) -> Shape:
        return shape.model_copy(update={"labels": {**shape.labels, _LOGGED: tuple(map(plain, shape.model))}})

    return source._replace(shapes=tuple(map(with_logged, source.shapes)), labels=(*source.labels, _LOGGED))


def _counted(source: Source) -> dict[str, Any]:
    passes = any(shape.passes for shape in source.shapes)  # each has a model of its own
    name = "model" if passes else f"coalesce(nullif(label_{len(source.labels)}, ''), model)"
    query = (
        f"SELECT CASE WHEN reason IS NULL THEN model END, reason, count(*), min(at_us), max(at_us), "
        f"CASE WHEN reason IS NULL THEN {name} END FROM ({relation(source if passes else _with_logged(source))}) "
        "GROUP BY ALL ORDER BY 3 DESC, 1, 2, 6"
    )
    with connection() as connected, plain_errors(shown_path(source.files[0])):
        rows = connected.execute(query).fetchall()
    good, bad = [row for row in rows if row[1] is None], [row for row in rows if row[1] is not None]
    return {
        "rows": sum(row[2] for row in rows),
        "models": _added({shown(row[5]): row[2]} for row in good),
        "read_as": {shown(row[5]): shown(row[0]) for row in good if row[5] != row[0]},
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

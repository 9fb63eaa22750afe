"""Usage logs as one relation of canonical columns: what is to be read, and the SQL that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.documents.model import did_you_mean
from costmodel.errors import CommandLineError, FileError, Mistake, all_or_errors
from costmodel.usage.logs.reading.csv_form import csv_columns, csv_form, heading, not_utf8
from costmodel.usage.logs.reading.files import format_of, found_files, shown_path
from costmodel.usage.logs.reading.parquet import parquet_columns
from costmodel.usage.logs.reading.recognition import counted_families
from costmodel.usage.logs.reading.relation import relation
from costmodel.usage.logs.shapes.columns import Source
from costmodel.usage.logs.shapes.families import load_mapping, shipped_shapes
from costmodel.usage.logs.shapes.layout import ColumnLayout
from costmodel.usage.logs.shapes.paths import FieldPath
from costmodel.usage.logs.shapes.used import required_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from costmodel.usage.logs.shapes.columns import Column, CsvForm, Format
    from costmodel.usage.logs.shapes.shape import Shape

__all__ = ["relation", "sources"]


class _Alike(NamedTuple):
    """What files that are read alike have in common."""

    format: Format
    columns: tuple[Column, ...]
    csv: CsvForm | None


def sources(
    paths: Sequence[Path], mapping: Path | None = None, labels: Sequence[str] = (), key: str | None = None
) -> tuple[Source, ...]:
    """What is to be read: files that are read alike, together.

    Args:
        paths: files, folders and globs.
        mapping: the user's own shape; by default the shipped families are recognised.
        labels: names of the labels that are kept: labels of the mapping, columns or paths.
        key: column or path that tells requests apart.

    Raises:
        FileError: a file is missing, of no known format, or the mapping is wrong.
        CommandLineError: a label or key that is not there.
    """
    mapped = load_mapping(mapping) if mapping else None
    shapes = _most_specific_first(mapped.shapes if mapped else shipped_shapes())
    for name in (*labels, *([key] if key is not None else [])):
        _checked_path(name)
    groups = [group._replace(labels=tuple(labels), key=key) for group in read_alike(paths, shapes)]
    return tuple(all_or_errors(groups, lambda source: _with_shapes(source, mapped and mapped.own)))


def read_alike(paths: Sequence[Path], shapes: tuple[Shape, ...]) -> tuple[Source, ...]:
    """Files that are read alike, together, whatever is in them.

    Args:
        paths: files, folders and globs.
        shapes: what may be in them.

    Raises:
        FileError: a file is missing or of no known format, or all are empty.
    """
    found = found_files(paths)
    delimiter = next((shape.delimiter for shape in shapes if shape.delimiter), None)
    groups: dict[_Alike, list[Path]] = {}
    for file, how in _how_they_are_read(found.files, delimiter).items():
        groups.setdefault(how, []).append(file)
    if not groups:
        raise FileError([Mistake(shown_path(path), 1, 1, "the file is empty") for path in found.files])
    return tuple(
        Source(tuple(files), how.format, shapes, (), None, how.columns, how.csv, found.notes)
        for how, files in groups.items()
    )


def _how_they_are_read(files: Sequence[Path], delimiter: str | None) -> dict[Path, _Alike]:
    """How each file is read; empty ones are left out."""
    formats = dict(zip(files, all_or_errors(files, format_of), strict=True))
    columns = parquet_columns([file for file in files if formats[file] == "parquet"])
    read = [file for file in files if formats[file] is not None]

    def alike(file: Path) -> _Alike:
        form = formats[file] or "jsonl"
        return _csv(file, delimiter) if form == "csv" else _Alike(form, columns.get(file, ()), None)

    return dict(zip(read, all_or_errors(read, alike), strict=True))


def _csv(file: Path, delimiter: str | None) -> _Alike:
    first = heading(file, delimiter)
    csv = csv_form(file, first)
    return _Alike("csv", csv_columns(first.names, utf8=csv.utf8), csv)


def _most_specific_first(shapes: Iterable[Shape]) -> tuple[Shape, ...]:
    """Shapes of more conditions first, so that a special family is not taken for the general one."""
    return tuple(
        sorted(shapes, key=lambda shape: (-(shape.recognise.conditions if shape.recognise else 0), shape.shape))
    )


def _checked_path(name: str) -> None:
    try:
        FieldPath.parse(name)
    except ValueError as error:
        raise CommandLineError(f"a label or key is a column or a path: {error}") from None


def _with_shapes(source: Source, own: Shape | None) -> Source:
    """A source with the shapes that are in it: that its columns can be, or that a record of JSON lines is of.

    Looking for these first takes a small part of the time that reading a record as any of all families would.
    """
    if not source.columns:
        if len(source.shapes) == 1:
            return source
        there = counted_families(source)
        found = tuple(shape for shape in source.shapes if shape.shape in there)
        if all(shape.skip for shape in found):  # then any shape will do, for the reasons of bad rows
            found = (*found, *[shape for shape in source.shapes if not shape.skip][-1:])
        return source._replace(shapes=found)
    layout = ColumnLayout(source.columns)
    fitting = tuple(shape for shape in source.shapes if _fits(shape, layout))
    if own is not None:
        _check_columns(source, own, layout)
        fitting = source.shapes if len(source.shapes) == 1 else fitting
    if not fitting:
        raise FileError([Mistake(shown_path(file), 1, 1, not_utf8(source) or _UNKNOWN) for file in source.files])
    for name in (*source.labels, *([source.key] if source.key is not None else [])):
        if not any(name in shape.labels for shape in fitting) and layout.leaf(FieldPath.parse(name)) is None:
            hint = did_you_mean(name, [column.name for column in source.columns], listed=False)
            raise CommandLineError(f"'{shown_path(source.files[0])}' has no column '{name}'{hint}")
    return source._replace(shapes=fitting)


_UNKNOWN = (
    "the columns are those of no known log: write a mapping file ('costmodel usage inspect' guesses one); "
    "the first line must be a heading"
)


def _fits(shape: Shape, layout: ColumnLayout) -> bool:
    """Whether a file of such columns can hold the shape."""
    if shape.rows is not None:
        return False
    if shape.recognise is None:
        return True
    wanted = (*shape.recognise.has, *((FieldPath.parse(key),) for key in shape.recognise.where))
    return all(any(layout.leaf(path) is not None for path in paths) for paths in wanted)


def _check_columns(source: Source, shape: Shape, layout: ColumnLayout) -> None:
    """Every column that a mapping names must be there.

    Raises:
        FileError: all that are not, for each file.
    """
    names = [column.name for column in source.columns]
    missing = [path for path in required_paths(shape) if layout.leaf(path) is None and layout.entries(path) is None]
    if missing:
        hints = [(path.text, did_you_mean(path.text, names, listed=False).rstrip(".")) for path in missing]
        words = "; ".join(f"there is no column '{name}'{hint}" for name, hint in hints)
        said = f"the mapping '{shape.shape}' does not fit: {words}"
        raise FileError([Mistake(shown_path(file), 1, 1, not_utf8(source) or said) for file in source.files])

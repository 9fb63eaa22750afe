"""A log whose requests have a key, as a usage cube in which each of them is counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CostmodelError
from costmodel.usage.logs.cube.cuts import cuts_of
from costmodel.usage.logs.cube.keys import places, rows_once, write_rows
from costmodel.usage.logs.cube.query import DUPLICATE
from costmodel.usage.logs.cube.scan import scanner
from costmodel.usage.logs.reading.bad_rows import lines_of
from costmodel.usage.logs.reading.files import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from costmodel.usage.logs.cube.cuts import Grain
    from costmodel.usage.logs.cube.fine import FineCube
    from costmodel.usage.logs.cube.keys import Rows
    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.store.cubes import Prices


class Keyed(NamedTuple):
    """What a log with keys comes to.

    Attributes:
        cube: its usage cube.
        rows: the rows it was made of.
        said: where keys stand twice.
    """

    cube: FineCube
    rows: Rows
    said: tuple[str, ...]


class Way(NamedTuple):
    """How the cube is made.

    Attributes:
        prices: what cuts it.
        grain: what half-hours may be counted as one.
        memory: what DuckDB may take.
        progress: told how much is done, of how much; None where nobody watches.
    """

    prices: Prices
    grain: Grain
    memory: str
    progress: Callable[[int, int], None] | None


def keyed_log(sources: Sequence[Source], way: Way, folder: Path) -> Keyed:
    """The usage cube of a log, each key counted once.

    Args:
        sources: the files, with a key.
        way: how the cube is made.
        folder: an empty folder, which the caller removes.

    Raises:
        FileError: a file cannot be read.
    """
    files = [folder / f"{number}.rows" for number in range(len(sources))]
    for source, file in zip(sources, files, strict=True):
        write_rows(source, file, way.memory)
    return keyed_rows(files, sources[0].labels, lambda number: [sources[number]], way, folder)


def keyed_rows(
    files: Sequence[Path], labels: Sequence[str], read: Callable[[int], Iterable[Source]], way: Way, folder: Path
) -> Keyed:
    """The usage cube of rows that were written by `write_rows`, each key counted once.

    Args:
        files: of the rows.
        labels: names of the labels.
        read: what the rows of a file were read from, by its number; only asked for to tell where keys stand twice.
        way: how the cube is made.
        folder: an empty folder, which the caller removes.

    Raises:
        FileError: a file cannot be read.
    """
    rows = rows_once(files, labels, folder, way.memory)
    with scanner(rows.sources, folder, way.memory, way.progress) as scan:
        models = scan.models()
        found = way.prices.of(models) if models is not None else {"": way.prices.every()}
        cards = [card for model in sorted(found) for card in found[model]]
        cube = scan.cube(cuts_of(cards, way.prices.meters, scan.meters), way.grain)
    return Keyed(_with_left_out(cube, rows), rows, tuple(_places(rows, read)))


def _with_left_out(cube: FineCube, rows: Rows) -> FineCube:
    """The cube of the rows, with what was left out before.

    Raises:
        CostmodelError: rows were lost or counted twice, which is a fault of ours.
    """
    repeated = {DUPLICATE: rows.repeated} if rows.repeated else {}
    left_out = dict(sorted({**rows.left_out, **repeated}.items()))
    facts = cube.facts.model_copy(update={"rows_read": sum(rows.read.values()), "left_out": left_out})
    if facts.rows_counted != cube.facts.rows_counted:
        raise CostmodelError(
            f"{facts.rows_counted:,} rows should have been counted, but {cube.facts.rows_counted:,} were: "
            "this is a fault of costmodel, and nothing was priced. Please report it."
        )
    return cube._replace(facts=facts)


class _Place(NamedTuple):
    """Where a key stands: the number of its file, its record, and both as a reader knows them."""

    file: int
    record: int
    text: str


def _places(rows: Rows, read: Callable[[int], Iterable[Source]]) -> Iterator[str]:
    """Where the first keys that stand twice are; never what they are."""
    told: dict[str, list[_Place]] = {digest: [] for digest, _ in rows.twice}
    concerned = sorted({number for _, numbers in rows.twice for number in numbers})
    files = (source._replace(files=(file,)) for number in concerned for source in read(number) for file in source.files)
    for position, source in enumerate(files):
        wanted = [digest for digest, found in told.items() if len(found) < _TWICE]
        if not wanted:
            break
        found = places(source, wanted)
        lines, name = lines_of(source, source.files[0], [record for record, _ in found]), shown_path(source.files[0])
        for record, digest in found:
            text = f"{name}:{lines[record]}" if record in lines else f"{name}: row {record:,}"
            told[digest].append(_Place(position, record, text))
    for pair in sorted(found[:_TWICE] for found in told.values()):
        yield f"The same key stands at {' and '.join(place.text for place in pair)}."


_TWICE = 2

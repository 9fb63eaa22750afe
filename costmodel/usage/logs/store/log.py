"""A log counted file by file, with what a store keeps of it: what is new is read, the rest is not.

Without a key the store keeps a usage cube of each file; with one, its rows and the digests of their keys.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import FileError, Mistake, all_or_errors
from costmodel.usage.logs.cube.cuts import cuts_of
from costmodel.usage.logs.cube.keys import write_rows
from costmodel.usage.logs.cube.scan import scanner
from costmodel.usage.logs.reading.files import format_of, shown_path
from costmodel.usage.logs.reading.reading import sources
from costmodel.usage.logs.store.cubes import Part, models_of, parts_of, too_coarse
from costmodel.usage.logs.store.files import contents
from costmodel.usage.logs.store.join import joined
from costmodel.usage.logs.store.keyed import Way, keyed_rows
from costmodel.usage.logs.store.settings import settings_of
from costmodel.usage.logs.store.store import Seen, opened_store
from costmodel.usage.logs.store.words import Happened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.usage.logs.cube.cuts import Cuts, Grain
    from costmodel.usage.logs.cube.fine import FineCube
    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.store.cubes import Prices
    from costmodel.usage.logs.store.files import LogFile
    from costmodel.usage.logs.store.store import Kind, Store

    Make = Callable[[Source, Path], None]


class Asked(NamedTuple):
    """A log, and how it is counted.

    Attributes:
        paths: files, folders and globs.
        mapping: the user's own mapping file, if any.
        labels: names of the labels that are kept.
        key: what tells requests apart; None where rows are not looked at for that.
        grain: what half-hours may be counted as one.
        by_day: whether days must be told apart.
        memory: what DuckDB may take.
        progress: told how much is done, of how much; None where nobody watches.
    """

    paths: tuple[Path, ...]
    mapping: Path | None
    labels: tuple[str, ...]
    key: str | None
    grain: Grain
    by_day: bool
    memory: str
    progress: Callable[[int, int], None] | None


class Counted(NamedTuple):
    """What a log comes to.

    Attributes:
        cube: its usage cube.
        again: files that have bad rows, to look where they stand.
        said: what a reader should know: of copies, and of keys that stand twice.
        happened: what was read now, and why.
    """

    cube: FineCube
    again: tuple[Source, ...]
    said: tuple[str, ...]
    happened: Happened


def counted_with_store(asked: Asked, prices: Prices, store: Path, folder: Path) -> Counted:
    """The usage cube of a log, of which a store keeps what was counted before.

    Args:
        asked: the log.
        prices: what cuts the cube.
        store: the folder of the store; made where there is none.
        folder: an empty folder for the cube, which the caller removes.

    Raises:
        FileError: a file cannot be read, or the mapping is wrong.
        CommandLineError: what was asked for cannot be done, or the store cannot be written to.
    """
    found = contents(asked.paths, store)
    with opened_store(store, settings_of(asked.mapping, asked.labels, asked.key)) as opened:
        run = _Run(asked, prices, opened, found.files)
        cube, said = run.keyed(folder) if asked.key is not None else (run.plain(folder), ())
        again = run.again()
        happened = run.finish()
    return Counted(cube, again, (*found.notes, *said), happened)


class _Run:
    """One run over the files of a log."""

    def __init__(self, asked: Asked, prices: Prices, store: Store, files: Sequence[LogFile]) -> None:
        self._asked, self._prices, self._store = asked, prices, store
        self._names, self._done = count(), 0
        self._seen = store.seen()
        self._files = self._not_empty(files)
        self._anew: list[LogFile] = []
        self._coarse: dict[Path, str] = {}
        self._moving: list[Path] = []
        self._rows: dict[LogFile, int] = {}
        self._bad: list[LogFile] = []

    def _not_empty(self, files: Sequence[LogFile]) -> list[LogFile]:
        """The files that hold anything.

        Raises:
            FileError: none does, or one is no log.
        """
        formats = all_or_errors(files, lambda file: format_of(file.path))
        found = [file for file, form in zip(files, formats, strict=True) if form is not None]
        if not found:
            raise FileError([Mistake(shown_path(file.path), 1, 1, "the file is empty") for file in files])
        return found

    def plain(self, folder: Path) -> FineCube:
        """The cubes of all files, as one."""
        kept = self._kept_parts()
        cuts: dict[tuple[str, ...], Cuts] = {}

        def make(source: Source, into: Path) -> None:
            if source.meters not in cuts:
                cuts[source.meters] = self._prices.all_cuts(source.meters)
            with scanner([source], into.parent, self._asked.memory, self._progress()) as scan:
                scan.cube(cuts[source.meters], self._asked.grain, into.stem).save(into)

        made = self._made([file for file in self._files if file not in kept], "cube", make)
        parts = kept | dict(zip(made, parts_of(list(made.values())), strict=True))
        for file in self._files:
            self._note(file, parts[file].cube.facts.rows_read, bad=bool(parts[file].cube.facts.left_out))
        every = [parts[file] for file in self._files]
        meters = tuple(dict.fromkeys(meter for part in every for meter in part.cube.facts.meters))
        cards = self._prices.of(models_of(every))
        used = [card for model in sorted(cards) for card in cards[model]]
        cuts_wanted = cuts_of(used, self._prices.meters, meters)
        return joined([part.cube for part in every], cuts_wanted, folder / "cube.parquet", self._asked.memory)

    def _kept_parts(self) -> dict[LogFile, Part]:
        """The kept cubes that are cut wherever these prices need it."""
        there = [(file, path) for file in self._files for path in self._store.kept(file.content, "cube")]
        parts = parts_of([path for _, path in there])
        cards = self._prices.of(models_of(parts))
        coarse = too_coarse(parts, cards, by_day=self._asked.by_day)
        found = {file: parts[number] for number, (file, _) in enumerate(there) if number not in coarse}
        self._coarse = {there[number][0].path: why for number, why in coarse.items() if there[number][0] not in found}
        return found

    def keyed(self, folder: Path) -> tuple[FineCube, tuple[str, ...]]:
        """The rows of all files, each key once, as one cube; and where keys stand twice."""
        memory = self._asked.memory
        kept = {file: there[0] for file in self._files if (there := self._store.kept(file.content, "rows"))}
        missing = [file for file in self._files if file not in kept]
        paths = kept | self._made(missing, "rows", lambda source, into: write_rows(source, into, memory))
        way = Way(self._prices, self._asked.grain, memory, None)
        found = keyed_rows(
            [paths[file] for file in self._files],
            self._asked.labels,
            lambda number: self._sources([self._files[number]]),
            way,
            folder,
        )
        for number, file in enumerate(self._files):
            self._note(file, found.rows.read[number], bad=number in found.rows.bad)
        return found.cube, found.said

    def _made(self, files: Sequence[LogFile], kind: Kind, make: Make) -> dict[LogFile, Path]:
        """What is made of files that are read now, and kept at once; files that are still written to are not kept."""
        self._anew = list(files)
        found: dict[LogFile, Path] = {}
        by_path = {file.path: file for file in files}
        for source in self._sources(files):
            for path in source.files:
                file, into = by_path[path], self._store.run / f"made-{next(self._names)}.parquet"
                make(source._replace(files=(path,)), into)
                if file.changed:
                    self._moving.append(path)
                    found[file] = into
                else:
                    found[file] = self._store.keep(into, file.content, kind)
                self._done += 1
        return found

    def _progress(self) -> Callable[[int, int], None] | None:
        """Progress within one file, as that of all."""
        tell, files, done = self._asked.progress, len(self._anew), self._done
        return tell and (lambda part, whole: tell(done * whole + part, files * whole))

    def _sources(self, files: Sequence[LogFile]) -> tuple[Source, ...]:
        asked = self._asked
        return sources([file.path for file in files], asked.mapping, asked.labels, asked.key) if files else ()

    def _note(self, file: LogFile, rows: int, *, bad: bool) -> None:
        self._rows[file] = rows
        self._bad += [file] if bad else []

    def again(self) -> tuple[Source, ...]:
        """The files in which bad rows may stand."""
        return self._sources(self._bad)

    def finish(self) -> Happened:
        """Note what was read, for the next run; and what is to be said."""
        now = {str(file.path): Seen(file.content, self._rows[file]) for file in self._files}
        here, held = set(now), {seen.content for seen in now.values()}
        missing = {path: seen for path, seen in self._seen.items() if path not in here}
        away = {path: seen for path, seen in missing.items() if not Path(path).exists()}
        self._store.remember({**{path: seen for path, seen in missing.items() if path not in away}, **now})
        before = {path: seen.content for path, seen in self._seen.items()}
        changed = [file.path for file in self._anew if before.get(str(file.path), file.content) != file.content]
        return Happened(
            files=len(self._files),
            anew=tuple(file.path for file in self._anew),
            changed=tuple(changed),
            damaged=tuple(file.path for file in self._anew if file.content in self._store.damaged),
            coarse=self._coarse,
            moving=tuple(self._moving),
            gone={Path(path): seen for path, seen in away.items() if seen.content not in held},
        )

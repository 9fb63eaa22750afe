"""From the files of a usage log to a fine cube, cut wherever a price book may need it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError, NoPriceError, all_or_errors
from costmodel.results.lines import DIMENSIONS
from costmodel.usage.logs.cube.cell_maker import DAY
from costmodel.usage.logs.cube.cuts import cuts_of
from costmodel.usage.logs.cube.fine import join, read_cube
from costmodel.usage.logs.cube.scan import MEMORY, scanner
from costmodel.usage.logs.elsewhere.answer import is_answer, read_answer
from costmodel.usage.logs.reading.reading import sources
from costmodel.usage.logs.shapes.columns import shown
from costmodel.usage.logs.store.cubes import Prices
from costmodel.usage.logs.store.files import named_once, without_copies
from costmodel.usage.logs.store.keyed import Way, keyed_log
from costmodel.usage.logs.store.log import Asked, counted_with_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.usage.logs.cube.cuts import Grain
    from costmodel.usage.logs.cube.fine import FineCube
    from costmodel.usage.logs.cube.scan import Scanner
    from costmodel.usage.logs.elsewhere.spark import Spark, SparkScanner
    from costmodel.usage.logs.shapes.columns import Source

_NO_LINES = "Spark knows no lines: to see those of the rows that are left out, run 'costmodel usage inspect' on a file"
_NEAREST = 20  # unknown models for which like names are looked up, which takes a moment each


class UsageLog(NamedTuple):
    """A usage log, and what of it is kept.

    Attributes:
        paths: files, folders and globs, as paths or texts; one alone needs no tuple.
        mapping: the user's own mapping file; None where the shipped families are recognised.
        labels: names of the labels that are kept.
        key: column that tells requests apart; None where rows are not looked at for that.
        by_day: whether days must be told apart.
        kept: whether the cube is kept, for price books that are not known yet.
        memory: what the scan may take, such as `500MB`.
        progress: told how much is done, of how much; None where nobody watches.
        store: a folder that keeps what was counted of each file; None where nothing is kept.
        spark: what scans the log; None where DuckDB does, on this machine.
    """

    paths: Path | str | Sequence[Path | str]
    mapping: Path | str | None = None
    labels: tuple[str, ...] = ()
    key: str | None = None
    by_day: bool = False
    kept: bool = False
    memory: str = MEMORY
    progress: Callable[[int, int], None] | None = None
    store: Path | str | None = None
    spark: Spark | None = None

    @property
    def places(self) -> tuple[Path, ...]:
        """The files, folders and globs."""
        if isinstance(self.paths, str | Path):
            return (Path(self.paths),)
        return tuple(Path(path) for path in self.paths)

    @property
    def mapping_file(self) -> Path | None:
        """The user's own mapping file."""
        return None if self.mapping is None else Path(self.mapping)

    @property
    def grain(self) -> Grain:
        """What half-hours may be counted as one.

        None, where the cube is kept: a later price book may ask for any of them. But with labels there would be nearly
        as many cells as the log has rows.
        """
        if self.labels and not self.by_day:
            return "month"
        return "half-hour" if self.kept and not self.labels else "day"

    def sources(self) -> tuple[Source, ...]:
        """The files, each content once, and how they are read.

        Raises:
            FileError: a file is missing or of no known format, or the mapping is wrong.
            CommandLineError: a label or key that is not there, or a label with the name of a dimension.
        """
        self.check_labels()
        found = without_copies(self.places)
        read = sources(found.files, self.mapping_file, self.labels, self.key)
        return tuple(source._replace(notes=found.notes) for source in read)

    def check_labels(self) -> None:
        """What a label cannot be called.

        Raises:
            CommandLineError: it has the name of a dimension.
        """
        taken = [name for name in self.labels if name in {*DIMENSIONS, DAY}]
        if taken:
            raise CommandLineError(
                f"a label cannot be called '{taken[0]}': usage is grouped by that already. "
                "Give the column another name under 'labels' in a mapping file"
            )


class Read(NamedTuple):
    """A usage log, read.

    Attributes:
        cube: its fine cube.
        files: those in which bad rows may stand.
        said: what a reader should know of how it was read.
    """

    cube: FineCube
    files: tuple[Source, ...]
    said: tuple[str, ...] = ()


def read_log(log: UsageLog, books: Sequence[PriceBook], folder: Path) -> Read:
    """The fine cube of a log; what its store keeps is not read again.

    Args:
        log: what is kept of the log.
        books: price books.
        folder: an empty folder, which the caller removes.
    """
    if log.spark is not None:
        return _read_by_spark(log, books, folder)
    if log.store is None:
        files = log.sources()
        if log.key is None:
            return Read(usage_cube(log, files, books, folder), files)
        keyed = keyed_log(files, Way(_prices(books), log.grain, log.memory, log.progress), folder)
        return Read(keyed.cube, files, keyed.said)
    log.check_labels()
    grain = log.grain if log.key is not None else log._replace(kept=True).grain
    asked = Asked(log.places, log.mapping_file, log.labels, log.key, grain, log.by_day, log.memory, log.progress)
    found = counted_with_store(asked, _prices(books), Path(log.store), folder)
    return Read(found.cube, found.again, (*found.happened.lines(), *found.said))


def _read_by_spark(log: UsageLog, books: Sequence[PriceBook], folder: Path) -> Read:
    """The same on a cluster, which does not know lines: no file is read again for those of bad rows."""
    files = log.sources()
    cube = usage_cube(log, files, books, folder)
    notes = tuple(note for source in files for note in source.notes)
    return Read(cube, (), (*notes, *([_NO_LINES] if cube.facts.left_out else [])))


def _prices(books: Sequence[PriceBook]) -> Prices:
    def of(models: Sequence[str]) -> dict[str, list[RateCard]]:
        known = [offers_of(book, models) for book in books]
        return {name: [card for found in known if not isinstance(card := found[name], str)] for name in models}

    return Prices(books[0].meters, lambda: [card for book in books for card in book.offers()], of)


def usage_cube(log: UsageLog, files: Sequence[Source], books: Sequence[PriceBook], folder: Path) -> FineCube:
    """The fine cube of a log, cut wherever one of the price books may need it.

    Args:
        log: what is kept of the log.
        files: its files, from `UsageLog.sources`.
        books: price books.
        folder: an empty folder, which the caller removes.
    """
    with _scanned(log, files, folder) as scan:
        models = scan.models()
        cards = [card for book in books for card in _cards(book, models)]
        return scan.cube(cuts_of(cards, books[0].meters, scan.meters), log.grain)


def _scanned(
    log: UsageLog, files: Sequence[Source], folder: Path
) -> AbstractContextManager[Scanner] | AbstractContextManager[SparkScanner]:
    if log.spark is None:
        return scanner(files, folder, log.memory, log.progress)
    from costmodel.usage.logs.elsewhere.spark import spark_scanner

    return spark_scanner(files, folder, log.spark)


def read_kept(files: Sequence[Path], folder: Path) -> Read:
    """Cubes that were kept, and answers of a warehouse, as one: a copy of another one is not counted again.

    Args:
        files: their files.
        folder: an empty folder, which the caller removes.

    Raises:
        FileError: every file that is neither.
        UsageError: they cannot be joined.
    """
    once = named_once(files)
    cubes = all_or_errors(enumerate(once.files), lambda item: _opened(item[1], folder / f"answer-{item[0]}.parquet"))
    return Read(cubes[0] if len(cubes) == 1 else join(cubes, folder / "joined.parquet"), (), once.notes)


def kept_cube(files: Sequence[Path], folder: Path) -> FineCube:
    """The cube of `read_kept`."""
    return read_kept(files, folder).cube


def _opened(file: Path, into: Path) -> FineCube:
    """A cube that was kept, or the answer of a warehouse as one."""
    return read_answer(file, into) if is_answer(file) else read_cube(file)


def _cards(book: PriceBook, models: Sequence[str] | None) -> list[RateCard]:
    """The rate cards of the models in a log; of all offers where the models are not known before it is read."""
    if models is None:
        return book.offers()
    return [found for found in offers_of(book, models).values() if not isinstance(found, str)]


def offers_of(book: PriceBook, models: Sequence[str]) -> Mapping[str, RateCard | str]:
    """The rate card of each model as logged, or why it has none."""
    found: dict[str, RateCard | str] = {}
    unknown = 0
    for name in models:
        safe = shown(name)
        known = safe == name and book.knows(name)
        unknown += not known
        if not known and (unknown > _NEAREST or safe != name):
            found[name] = f"No offer is called '{safe}' in price book {book.name}. Names are exact."
            continue
        try:
            found[name] = book.card(name)
        except NoPriceError as error:
            found[name] = str(error)
    return found

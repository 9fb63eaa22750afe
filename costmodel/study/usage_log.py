"""From the files of a usage log to a fine cube, cut wherever a price book may need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError, NoPriceError, all_or_errors
from costmodel.results.lines import DIMENSIONS
from costmodel.usage.logs.cell_maker import DAY
from costmodel.usage.logs.columns import shown
from costmodel.usage.logs.cuts import cuts_of
from costmodel.usage.logs.fine import join, read_cube
from costmodel.usage.logs.reading import sources
from costmodel.usage.logs.scan import MEMORY, scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.usage.logs.columns import Source
    from costmodel.usage.logs.cuts import Grain
    from costmodel.usage.logs.fine import FineCube

_NEAREST = 20  # unknown models for which like names are looked up, which takes a moment each


class Log(NamedTuple):
    """A usage log, and what of it is kept.

    Attributes:
        paths: files, folders and globs.
        mapping: the user's own mapping file; None where the shipped families are recognised.
        labels: names of the labels that are kept.
        key: column that tells requests apart; None where rows are not looked at for that.
        by_day: whether days must be told apart.
        kept: whether the cube is kept, for price books that are not known yet.
        memory: what the scan may take, such as `500MB`.
        progress: told how much is done, of how much; None where nobody watches.
    """

    paths: tuple[Path, ...]
    mapping: Path | None = None
    labels: tuple[str, ...] = ()
    key: str | None = None
    by_day: bool = False
    kept: bool = False
    memory: str = MEMORY
    progress: Callable[[int, int], None] | None = None

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
        """The files, and how they are read.

        Raises:
            FileError: a file is missing or of no known format, or the mapping is wrong.
            CommandLineError: a label or key that is not there, or a label with the name of a dimension.
        """
        taken = [name for name in self.labels if name in {*DIMENSIONS, DAY}]
        if taken:
            raise CommandLineError(
                f"a label cannot be called '{taken[0]}': usage is grouped by that already. "
                "Give the column another name under 'labels' in a mapping file"
            )
        return sources(self.paths, self.mapping, self.labels, self.key)


def usage_cube(log: Log, files: Sequence[Source], books: Sequence[PriceBook], folder: Path) -> FineCube:
    """The fine cube of a log, cut wherever one of the price books may need it.

    Args:
        log: what is kept of the log.
        files: its files, from `Log.sources`.
        books: price books.
        folder: an empty folder, which the caller removes.
    """
    with scanner(files, folder, log.memory, log.progress) as scan:
        models = scan.models()
        cards = [card for book in books for card in _cards(book, models)]
        return scan.cube(cuts_of(cards, books[0].meters, scan.meters), log.grain)


def kept_cube(files: Sequence[Path], folder: Path) -> FineCube:
    """Cubes that were kept, as one.

    Args:
        files: their files.
        folder: an empty folder, which the caller removes.

    Raises:
        FileError: every file that is no usage cube.
        UsageError: they cannot be joined.
    """
    cubes = all_or_errors(files, read_cube)
    return cubes[0] if len(cubes) == 1 else join(cubes, folder / "joined.parquet")


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

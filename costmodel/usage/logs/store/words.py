"""What a run with a store says: what was counted anew, why, and what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.reading.files import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from costmodel.usage.logs.store.store import Seen

_MOST_NAMED = 3


class Happened(NamedTuple):
    """What a run did.

    Attributes:
        files: how many files the log has.
        anew: the files that were counted now.
        changed: those of them that had another content when they were last counted.
        damaged: those of which something damaged was kept.
        coarse: those that were kept, but not as prices need it now: with the reason.
        moving: those that were written to while they were counted.
        gone: files that were counted last time and are no longer there.
    """

    files: int
    anew: tuple[Path, ...]
    changed: tuple[Path, ...]
    damaged: tuple[Path, ...]
    coarse: Mapping[Path, str]
    moving: tuple[Path, ...]
    gone: Mapping[Path, Seen]

    def lines(self) -> Iterator[str]:
        """A line for each thing that a reader should know."""
        before, anew = self.files - len(self.anew), len(self.anew)
        yield f"Store: {_files(before)} counted before, {anew:,} counted now."
        if self.changed:
            yield f"Counted again, because the content has changed: {_named(self.changed)}."
        if self.damaged:
            yield f"Counted again, because what the store kept of it is damaged: {_named(self.damaged)}."
        for why in dict.fromkeys(self.coarse.values()):
            yield f"Counted again, because {why}: {_named(path for path, said in self.coarse.items() if said == why)}."
        if self.moving:
            yield f"Changed while it was read, so that its count is not kept: {_named(self.moving)}."
        if self.gone:
            rows = sum(seen.rows for seen in self.gone.values())
            yield (
                f"No longer there since the last run: {_named(self.gone)}. "
                f"{'Its' if len(self.gone) == 1 else 'Their'} {rows:,} rows are not in this total."
            )


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"


def _named(files: Iterable[Path]) -> str:
    """The first names, and how many more there are."""
    names = [shown_path(file) for file in files]
    further = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + further

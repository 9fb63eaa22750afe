"""A store: a folder that keeps what was counted of each file of a log, so that a growing log is read once.

It is a help and never a source: a result is the same with it, without it, or with an empty one. Its files:

    <content>.<settings>.<own>.cube    the usage cube of one file of a log
    <content>.<settings>.<own>.rows    where requests have a key: its rows, each with the digest of its key
    <settings>.files                   which files were read last, to tell what has changed or gone
    .lock, .run-…                      which runs are at work, and what they are writing

`content` is the SHA-256 of the file that was read, `settings` that of everything else that decides what is counted,
`own` that of the kept file itself, so that damage is noticed. Each is written aside and then renamed: a run that is
killed leaves nothing that another one takes for whole. A run works on links of its own, so that what others write or
remove meanwhile does not matter.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Literal, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.usage.logs.store.files import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["cube", "rows"]
_RUN = ".run-"
_DIGITS = 32  # of SHA-256, where 128 bits tell enough things apart


class Seen(NamedTuple):
    """A file as it was when a log was last read.

    Attributes:
        content: its SHA-256.
        rows: how many it had.
    """

    content: str
    rows: int


class Store:
    """A store in use by one run; see `opened_store`.

    Attributes:
        run: a folder of this run alone, removed afterwards.
        damaged: contents of which something damaged was found and removed.
    """

    def __init__(self, folder: Path, run: Path, settings: str) -> None:
        self._folder, self.run, self._settings = folder, run, settings[:_DIGITS]
        self.damaged: set[str] = set()
        self._there: dict[tuple[str, str], list[str]] = {}
        for name in sorted(path.name for path in folder.iterdir()):
            parts = name.split(".")
            if len(parts) == 4 and parts[1] == self._settings:  # noqa: PLR2004 - content, settings, own, kind
                self._there.setdefault((parts[0], parts[3]), []).append(name)

    def kept(self, content: str, kind: Kind) -> list[Path]:
        """What is kept of a content: links of this run's own, whole and undamaged."""
        found = []
        for name in self._there.get((content, kind), ()):
            own = self.run / name
            if not own.exists():
                with suppress(FileNotFoundError):  # another run has removed it
                    _link(self._folder / name, own)
            if own.exists() and sha256(own).startswith(name.split(".")[2]):
                found.append(own)
            elif own.exists():
                self.damaged.add(content)
                own.unlink()
                (self._folder / name).unlink(missing_ok=True)
        return found

    def keep(self, made: Path, content: str, kind: Kind) -> Path:
        """Keep a file that was made in the folder of this run.

        Returns:
            Where this run has it now.
        """
        name = f"{content}.{self._settings}.{sha256(made)[:_DIGITS]}.{kind}"
        own = made.replace(self.run / name)
        aside = self.run / f"{name}.new"
        _link(own, aside)
        self._publish(aside, name)
        return own

    def seen(self) -> dict[str, Seen]:
        """The files that were read last, by path."""
        try:
            record = json.loads((self._folder / f"{self._settings}.files").read_bytes())
            return {str(path): Seen(str(content), int(rows)) for path, (content, rows) in record.items()}
        except (OSError, ValueError, TypeError, AttributeError):  # it only serves to tell what has changed
            return {}

    def remember(self, files: Mapping[str, Seen]) -> None:
        """Note which files were read, and remove what is kept of any other content."""
        aside = self.run / "files"
        aside.write_text(json.dumps(files, sort_keys=True, indent=0))
        self._publish(aside, f"{self._settings}.files")
        used = {seen.content for seen in files.values()}
        for (content, _), names in self._there.items():
            for name in names if content not in used else ():
                (self._folder / name).unlink(missing_ok=True)

    def _publish(self, aside: Path, name: str) -> None:
        """Give a whole file its name; after that it stays, even if the power fails."""
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(self._folder / name)
        if os.name == "posix":
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


@contextmanager
def opened_store(folder: Path, settings: str) -> Iterator[Store]:
    """A store, made if there is none; what killed runs have left is removed.

    Args:
        folder: where it is.
        settings: SHA-256 of everything but the files that decides what is counted.

    Raises:
        CommandLineError: it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _at_work(folder):
            run = Path(mkdtemp(prefix=_RUN, dir=folder))
            try:
                yield Store(folder, run, settings)
            finally:
                shutil.rmtree(run, ignore_errors=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise CommandLineError(f"the store '{folder}' cannot be used: {reason}") from None


@contextmanager
def _at_work(folder: Path) -> Iterator[None]:
    """A lock that all runs share: who has it alone for a moment knows that no other run is at work, and cleans up.

    The system lets go of it when a run is killed. Where there are no such locks, nothing is cleaned up.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / ".lock").open("ab") as lock:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in folder.glob(f"{_RUN}*"):
                shutil.rmtree(left, ignore_errors=True)
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _link(file: Path, link: Path) -> None:
    """The same file under another name; a copy where the disk has no links."""
    try:
        link.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(file, link)

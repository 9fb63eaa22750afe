"""The content of log files: what tells them apart, whatever they are called."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import FileError, Mistake
from costmodel.usage.logs.reading.files import Found, found_files, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

State = tuple[int, int, int]
_THREADS = 4  # hashing lets other threads run


class LogFile(NamedTuple):
    """A file of a log.

    Attributes:
        path: absolute.
        content: SHA-256 of its bytes.
        state: size, time of the last change and number of the file when it was looked at.
    """

    path: Path
    content: str
    state: State

    @property
    def changed(self) -> bool:
        """Whether the file was written to, or went away, since its content was looked at."""
        try:
            return _state(self.path) != self.state
        except OSError:
            return True


class Contents(NamedTuple):
    """Files of a log, each content once.

    Attributes:
        files: in the order given.
        notes: what a reader should know, such as a copy that is counted once.
    """

    files: tuple[LogFile, ...]
    notes: tuple[str, ...]


def contents(paths: Iterable[Path], outside: Path) -> Contents:
    """The files that paths, folders and globs mean; a copy of another one is left out, in words.

    Args:
        paths: files, folders and globs.
        outside: a folder whose files are none of the log.

    Raises:
        FileError: every path at which there is nothing, every file that cannot be read.
    """
    found = found_files(paths)
    there = hashed([file for file in found.files if not file.is_relative_to(outside.resolve())])
    return _once(there, found.notes)


def without_copies(paths: Iterable[Path]) -> Found:
    """The files that paths, folders and globs mean; a copy of another one is left out, in words.

    Only files of the same size are looked at.

    Raises:
        FileError: every path at which there is nothing, every file that cannot be read.
    """
    found = found_files(paths)
    sizes = [file.stat().st_size for file in found.files]
    alike = hashed([file for file, size in zip(found.files, sizes, strict=True) if size and sizes.count(size) > 1])
    once = _once(alike, found.notes)
    left_out = {file.path for file in alike} - {file.path for file in once.files}
    return Found(tuple(file for file in found.files if file not in left_out), once.notes)


def named_once(files: Sequence[Path]) -> Found:
    """Files that were named one by one, each content once; a copy of another one is left out, in words.

    A file that is not there is kept: whoever opens it says so.

    Raises:
        FileError: every file that cannot be read.
    """
    once = _once(hashed([file for file in files if file.is_file()]), ())
    kept = {file.path for file in once.files}
    return Found(tuple(dict.fromkeys(file for file in files if file in kept or not file.is_file())), once.notes)


def _once(files: Iterable[LogFile], notes: Iterable[str]) -> Contents:
    first: dict[str, LogFile] = {}
    said = list(notes)
    for file in files:
        same = first.setdefault(file.content, file)
        if same is not file and file.state[0]:
            twice = f"has the same content as '{shown_path(same.path)}'" if file.path != same.path else "is given twice"
            said.append(f"'{shown_path(file.path)}' {twice} and is counted once.")
    return Contents(tuple(first.values()), tuple(said))


def hashed(files: Sequence[Path]) -> list[LogFile]:
    """The content of each file.

    Raises:
        FileError: every file that cannot be read.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(_hashed, files))
    mistakes = [item for item in found if isinstance(item, Mistake)]
    if mistakes:
        raise FileError(mistakes)
    return [item for item in found if isinstance(item, LogFile)]


def _hashed(file: Path) -> LogFile | Mistake:
    try:
        state = _state(file)
        return LogFile(file, sha256(file), state)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        return Mistake(shown_path(file), 1, 1, f"the file cannot be read: {reason}")


def sha256(file: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _state(file: Path) -> State:
    status = file.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino

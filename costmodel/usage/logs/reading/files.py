"""The files of a usage log: found, each once, and told apart by their content."""

from __future__ import annotations

import glob
import gzip
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from costmodel.errors import FileError, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from costmodel.usage.logs.shapes.columns import Format

ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".parquet", ".pq")
DAMAGED = "the compressed file is cut off or damaged: copy it again"
_GZIP = b"\x1f\x8b"
_HEAD = 65_536  # bytes that are looked at to tell a format


class Found(NamedTuple):
    """Files of a log.

    Attributes:
        files: absolute paths, each once, in the order given.
        notes: what a reader should know, such as a file that was given twice.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def found_files(paths: Iterable[Path]) -> Found:
    """The files that paths, folders and globs mean.

    Raises:
        FileError: every path at which there is nothing.
    """
    mistakes: list[Mistake] = []
    files: dict[tuple[int, int], Path] = {}
    notes: list[str] = []
    for path in paths:
        inside = _inside(path)
        if not inside:
            mistakes.append(Mistake(str(path), 1, 1, _nothing_there(path)))
        for file in inside:
            status = file.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in files:
                notes.append(f"'{shown_path(file.resolve())}' is given twice and read once.")
            files.setdefault(identity, file.resolve())
    if mistakes:
        raise FileError(mistakes)
    return Found(tuple(files.values()), tuple(dict.fromkeys(notes)))


def _inside(path: Path) -> list[Path]:
    """What a path stands for: a file, the logs in a folder, or what a glob finds."""
    if path.is_file():
        return [path]
    if path.is_dir():
        return [file for file in sorted(path.rglob("*")) if _is_log(file, path)]
    if glob.has_magic(str(path)):
        names = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        return [Path(name) for name in names if Path(name).is_file()]
    return []


def _is_log(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
    return file.is_file() and not hidden and file.name.lower().removesuffix(".gz").endswith(ENDINGS)


def _nothing_there(path: Path) -> str:
    if path.is_dir():
        return f"no log is in this folder: files that end in {', '.join(ENDINGS)}, or those with .gz"
    if glob.has_magic(str(path)):
        return "no file fits this pattern"
    there = path.parent
    if not there.is_dir():
        return f"there is no such file, nor the folder '{there}'"
    near = sorted(file.name for file in there.iterdir() if _is_log(file, there))[:5]
    return "there is no such file" + (f". In its folder there are: {', '.join(near)}" if near else "")


def shown_path(file: Path) -> str:
    """A file as a reader knows it: from the working folder, where it lies below it."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """A file for reading, unpacked where it is compressed.

    Raises:
        FileError: it cannot be read, on opening or inside.
    """
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == _GZIP
        with gzip.open(file, "rb") if packed else file.open("rb") as stream:
            yield cast("BinaryIO", stream)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FileError([Mistake(shown_path(file), 1, 1, DAMAGED)]) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise FileError([Mistake(shown_path(file), 1, 1, f"the file cannot be read: {reason}")]) from None


def head_of(file: Path) -> bytes:
    """The beginning of a file, unpacked.

    Raises:
        FileError: it cannot be read.
    """
    with opened(file) as stream:
        return stream.read(_HEAD)


def format_of(file: Path) -> Format | None:
    """JSON lines, CSV or Parquet, by the name of the file and how it begins; None for an empty file.

    Raises:
        FileError: it is none of these.
    """
    head = head_of(file)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return None
    if head.startswith(b"PAR1"):
        return "parquet"
    problem = _not_readable(head, text)
    if problem:
        raise FileError([Mistake(shown_path(file), 1, 1, problem)])
    ending = Path(file.name.lower().removesuffix(".gz")).suffix
    if ending in {".jsonl", ".ndjson", ".json"} or (ending not in {".csv", ".tsv"} and text.startswith(b"{")):
        return "jsonl"
    if ending in {".csv", ".tsv", ".txt"} or any(mark in text.splitlines()[0] for mark in (b",", b";", b"\t")):
        return "csv"
    raise FileError(
        [Mistake(shown_path(file), 1, 1, "this is no log: expected JSON lines, CSV with a heading, or Parquet")]
    )


def _not_readable(head: bytes, text: bytes) -> str:
    """What is wrong with a file as a whole; empty where nothing is."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 4:
        return "this is no UTF-8 text: save it as UTF-8 (in a spreadsheet: CSV UTF-8)"
    if text.startswith(b"[") or text.splitlines()[0].strip() == b"{":
        return "this is one JSON document over many lines: write one record a line (jq -c '.[]' does it)"
    return ""

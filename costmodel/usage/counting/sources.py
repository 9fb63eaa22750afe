"""Files of text as they are read: bytes in, lines or blocks out, mistakes told by their place and never by their text.

What stands in these files may be about patients. So no message repeats any of it: not a line, not a word, not even the
name of a column, which in a file without a heading is the first patient's.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError, FileError, Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

STDIN = "-"
MOST_CHARACTERS = 64 * 2**20  # of one record, so that a file without line ends cannot fill the memory
NO_TEXT = "a byte of 0 stands here: this is no text, or it is UTF-16 (save it as UTF-8)"
_TOLD = 20  # mistakes of one file that are told one by one

_ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv"}
_OTHER_FORMS = {
    b"\x1f\x8b": "is compressed: unpack it first",
    b"PK\x03\x04": "is a ZIP, Excel or Word file: save it as text or as CSV (UTF-8)",
    b"%PDF": "is a PDF: save its text first",
    b"\xff\xfe": "is UTF-16: save it as UTF-8",
    b"\xfe\xff": "is UTF-16: save it as UTF-8",
}


class Part(NamedTuple):
    """A piece of a record: a whole one, a message of a chat, or a stretch of a long text.

    Attributes:
        texts: the text of each column.
        roles: the role of each column's message in a chat; empty where it is none.
        ends: whether the record ends with it.
    """

    texts: tuple[str, ...]
    roles: tuple[str, ...]
    ends: bool = True


class Mistakes:
    """The mistakes of a run: the first ones of each file, and how many more there are."""

    def __init__(self) -> None:
        self._found: dict[str, list[Mistake]] = {}
        self._more: dict[str, int] = {}

    def add(self, file: str, place: tuple[int, int], message: str) -> None:
        """Note a mistake at a line and column."""
        found = self._found.setdefault(file, [])
        if len(found) < _TOLD:
            found.append(Mistake(file, *place, message))
        else:
            self._more[file] = self._more.get(file, 0) + 1

    def raise_if_any(self) -> None:
        """End here if there is a mistake.

        Raises:
            FileError: all of them.
        """
        found = []
        for file, mistakes in self._found.items():
            found += mistakes
            if file in self._more:
                last = mistakes[-1]
                found.append(Mistake(file, last.line, last.column, f"and {self._more[file]:,} more mistakes after it"))
        if found:
            raise FileError(found)


def shown_name(name: str) -> str:
    """What a file is called in a message."""
    return "stdin" if name == STDIN else name


class Source:
    """A file or the standard input, open, counting what is read of it."""

    def __init__(self, name: str, stream: BinaryIO, mistakes: Mistakes, progress: Callable[[int], None]) -> None:
        self.name = shown_name(name)
        self._stream, self._mistakes, self._progress = stream, mistakes, progress
        self._start = b""

    def mistake(self, line: int, column: int, message: str) -> None:
        """Note a mistake in this file."""
        self._mistakes.add(self.name, (line, column), message)

    def block(self, size: int) -> bytes:
        """The next bytes; none at the end."""
        return self._noted(self._stream.read(size))

    def line(self) -> bytes:
        """The next line with its end; none at the end of the file."""
        return self._noted(self._stream.readline(MOST_CHARACTERS + 1))

    def _noted(self, raw: bytes) -> bytes:
        self._start = (self._start + raw[:4])[:4]
        self._progress(len(raw))
        return raw

    def not_utf8(self, line: int, column: int, byte: int) -> None:
        """Note that the text is not UTF-8, and what the file is where its first bytes tell."""
        for first, words in _OTHER_FORMS.items():
            if self._start.startswith(first):
                self.mistake(1, 1, f"this {words}")
                return
        self.mistake(line, column, f"the byte 0x{byte:02x} is not UTF-8: save the file as UTF-8")


@contextmanager
def opened(name: str, stdin: BinaryIO, mistakes: Mistakes, progress: Callable[[int], None]) -> Iterator[Source | None]:
    """A source to read from; None where it cannot be opened, which is noted as a mistake."""
    if name == STDIN:
        yield Source(name, stdin, mistakes, progress)
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        mistakes.add(name, (1, 1), f"the file cannot be read: {_reason(error)}")
        yield None
        return
    with stream:
        yield Source(name, stream, mistakes, progress)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return "it is a folder" if isinstance(error, IsADirectoryError) else (error.strerror or "unknown reason").lower()


def decoded_lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines of a source with their numbers, from 1.

    A line that is not UTF-8 is noted, and given with the bad bytes replaced, so that the lines after it are read too.
    """
    number = 0
    while raw := source.line():
        number += 1
        if len(raw) > MOST_CHARACTERS:
            source.mistake(number, 1, f"this line has more than {MOST_CHARACTERS:,} bytes: nothing after it was read")
            return
        raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            line = raw.decode("utf-8", "replace")
            source.not_utf8(number, len(raw[: error.start].decode()) + 1, raw[error.start])
        else:
            if "\0" in line:
                source.mistake(number, line.index("\0") + 1, NO_TEXT)
        yield number, line


def kind_of(name: str, said: str | None) -> str:
    """What a file is: text, jsonl or csv; by what was said, or else by its ending.

    Raises:
        CommandLineError: the ending leaves it open.
    """
    if said is not None:
        return said
    ending = Path(name).suffix.lower()
    if ending == ".json":
        raise CommandLineError(
            f"'{name}' may be one document or one record a line: say --as jsonl for records, or --as text"
        )
    return _ENDINGS.get(ending, "text")


def total_bytes(names: Sequence[str]) -> int | None:
    """Bytes of all files together; None where it is not known before reading."""
    paths = [Path(name) for name in names]
    if STDIN in names or not all(path.is_file() for path in paths):
        return None
    return sum(path.stat().st_size for path in paths)

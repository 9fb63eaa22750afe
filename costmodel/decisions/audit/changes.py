"""What an assumption changes in a scenario: values, factors, models; always as if it stood in the file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from costmodel.decisions.audit.claims import GIVEN
from costmodel.documents.settings import path_of, with_settings, with_value
from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text, exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from costmodel.decisions.audit.claims import Assumption
    from costmodel.documents.reader import Document

Steps = tuple[Any, ...]
_NUMBER = re.compile(r"(?P<number>[+-]?\d[\d_.]*)(?P<rest>\s*\D*)")


def changed_document(document: Document, assumption: Assumption) -> Document:
    """A scenario file under an assumption; the same data where the assumption speaks of nothing in it.

    Raises:
        CommandLineError: a factor stands where there is no number.
        FileError: a value is not valid YAML.
    """
    for text, value in assumption.set.items():
        if _there(document, text):
            document = with_settings(document, {text: value})
    for text, factor in assumption.multiply.items():
        found = _there(document, text)
        if found:
            document = with_value(document, found, _multiplied(_at(document.data, found), factor, text))
    if assumption.models:
        places = dict(document.places)
        data = _renamed(document.data, assumption.models, places)
        document = replace(document, data=data, places=places)
    return document


def paths_there(document: Document, assumption: Assumption) -> list[Steps]:
    """The paths of a scenario file that an assumption sets or multiplies."""
    found = [_there(document, text) for text in (*assumption.set, *assumption.multiply)]
    return [path for path in found if path]


def overlap(some: Iterable[Steps], others: Iterable[Steps]) -> bool:
    """Whether two assumptions speak of the same value, or one of a value inside the other's."""
    pairs = [(one, other) for one in some for other in others]
    return any(one[: len(other)] == other[: len(one)] for one, other in pairs)


def _there(document: Document, text: str) -> Steps:
    """The path that a text means, where something stands there; else nothing."""
    if text.startswith(GIVEN):
        return ()
    try:
        path = path_of(document, text)
        _at(document.data, path)
    except (CommandLineError, KeyError, IndexError, TypeError):
        return ()
    return path


def _at(node: Any, path: Steps) -> Any:
    for step in path:
        node = node[step]
    return node


def _multiplied(value: Any, factor: Fraction, text: str) -> str:
    """A number times a factor, with the unit that stands behind it."""
    match = None if isinstance(value, dict | list) or value is None else _NUMBER.fullmatch(str(value).strip())
    if match is None:
        raise CommandLineError(f"'{text}' is no number that could be multiplied")
    return f"{decimal_text(exact(match['number']) * factor)}{match['rest']}"


def _renamed(node: Any, names: Mapping[str, str], places: dict[int, Any]) -> Any:
    """A copy with models under other names, wherever they stand in the mix or among the models."""
    if isinstance(node, dict):
        made: Any = {
            names.get(key, key): child if key in _WORDS else _renamed(child, names, places)
            for key, child in node.items()
        }
        if len(made) != len(node):
            taken = next(new for old, new in names.items() if old in node and new in node)
            raise CommandLineError(f"'{taken}' stands there already: it cannot take the place of another")
    elif isinstance(node, list):
        made = []
        for item in node:
            new = names.get(item, item) if isinstance(item, str) else _renamed(item, names, places)
            made += [] if isinstance(new, str) and new in made else [new]
    else:
        return node
    places[id(made)] = places.get(id(node), {})
    return made


# Parts of a scenario in which a text is no model's name.
_WORDS = frozenset({"scenario", "description", "labels", "name", "expect", "prices", "source"})

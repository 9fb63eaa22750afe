"""Numbers inside frozen models, found and replaced by the path at which they stand in the file."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from costmodel.documents.model import Model
from costmodel.quantities import Money

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


def number_at(node: Any, path: tuple[Any, ...]) -> Fraction:
    """The number at a path of a model.

    Raises:
        KeyError: there is none, or it is a whole number that is no quantity.
    """
    if not path:
        if isinstance(node, Fraction):
            return node
        if isinstance(node, Money):
            return node.amount
        shorthand = _shorthand(node)
        if shorthand is None:
            raise KeyError(path)
        return number_at(getattr(node, shorthand), ())
    _, child, rest = _child(node, path)
    return number_at(child, rest)


def paths_of(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a document that may be a number: single values, and numbers stated otherwise."""
    if isinstance(data, dict):
        if path:
            yield path  # a distribution, evidence; of other mappings there is no number at their path
        for key, child in data.items():
            yield from paths_of(child, (*path, key))
    elif isinstance(data, list):
        for index, child in enumerate(data):
            yield from paths_of(child, (*path, index))
    else:
        yield path


def numbers_of(model: Any, data: Any) -> dict[tuple[Any, ...], Fraction]:
    """Every number of a model that the document states, by path."""
    found = {}
    for path in paths_of(data):
        with suppress(KeyError):
            found[path] = number_at(model, path)
    return found


def with_number(node: T, path: tuple[Any, ...], number: Any) -> T:
    """A copy of a model with another number at a path, unchecked.

    Raises:
        KeyError: no number stands there.
    """
    made: Any = _with(node, path, number)
    return made  # type: ignore[no-any-return]


def _with(node: Any, path: tuple[Any, ...], number: Any) -> Any:
    if not path:
        if isinstance(node, Money):
            return node._replace(amount=number)
        shorthand = _shorthand(node)
        return number if shorthand is None else node.model_copy(update={shorthand: number})
    name, child, rest = _child(node, path)
    changed = _with(child, rest, number)
    if isinstance(node, Model):
        return node.model_copy(update={name: changed})
    if isinstance(node, tuple):
        return (*node[: path[0]], changed, *node[path[0] + 1 :])
    return {**node, path[0]: changed}


# Fields that may be written without their key: a mix names its models directly, an adoption lists its shares.
_WITHOUT_KEY = {"models": dict, "shares": tuple}


def _child(node: Any, path: tuple[Any, ...]) -> tuple[Any, Any, tuple[Any, ...]]:
    """Name and value of a model's field, an entry or an item, and what is left of the path."""
    step, rest = path[0], path[1:]
    if isinstance(node, Model):
        fields = {(field.alias or name): name for name, field in type(node).model_fields.items()}
        if step in fields and getattr(node, fields[step]) is not None:
            return fields[step], getattr(node, fields[step]), rest
        for name, kind in _WITHOUT_KEY.items():
            if step not in fields and isinstance(getattr(node, name, None), kind):
                return name, getattr(node, name), path
    if isinstance(node, dict) and step in node:
        return step, node[step], rest
    if isinstance(node, tuple) and isinstance(step, int) and step < len(node):
        return step, node[step], rest
    raise KeyError(step)


def _shorthand(node: Any) -> str | None:
    """The field that a bare number in place of a model stands for."""
    for name in ("share", "count"):
        if isinstance(node, Model) and isinstance(getattr(node, name, None), Fraction):
            return name
    return None

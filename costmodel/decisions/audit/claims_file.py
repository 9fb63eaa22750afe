"""Reads a file of claims: what is right in it can be computed although something else is wrong, so that all is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.audit.claims import Assumption, Claim, ClaimsFile
from costmodel.documents.model import did_you_mean, in_order, validated
from costmodel.documents.reader import read_document
from costmodel.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from costmodel.decisions.audit.claims import Figure, Steps
    from costmodel.documents.model import Model
    from costmodel.documents.reader import Document
    from costmodel.errors import Mistake


class Claims(NamedTuple):
    """A file of claims as it was read.

    Attributes:
        file: what is right in it.
        places: where each of its claims stands among all items.
        mistakes: what is wrong, in the order of the file.
    """

    file: ClaimsFile
    document: Document
    places: tuple[int, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def sound(self) -> list[tuple[int, Claim]]:
        """The claims that can be computed, each with its place: every name in it stands for something that is right."""
        wrong, named = {index for index, _ in _wrong_names(self)}, _named(self)
        return [
            (index, item)
            for index, item in zip(self.places, self.file.items, strict=True)
            if index not in wrong and all(named.get(figure.claim or "", item) for figure, _ in item.figures())
        ]


def read_claims(path: str | Path, name: str | None = None) -> Claims:
    """Read a file of claims, with every mistake in it that can be seen without computing.

    Raises:
        FileError: nothing in it can be computed.
    """
    document = read_document(path, name)
    data = document.data
    if isinstance(data, dict) and "claims" not in data and "scenario" in data:
        message = "this is a scenario, no file of claims: a claim names it under 'scenario'"
        raise FileError([document.mistake(("scenario",), message, of_key=True)])
    found = _read(document)
    names = [mistake for _, mistake in _wrong_names(found)]
    return found._replace(mistakes=tuple(in_order([*found.mistakes, *names])))


def _read(document: Document) -> Claims:
    """The file, or what is right in it."""
    try:
        file = validated(document, ClaimsFile)
        return Claims(file, document, tuple(range(len(file.items))), ())
    except FileError as error:
        data = document.data
        if not (isinstance(data, dict) and isinstance(data.get("items"), list)):
            raise
        items = {index: item for index, item in enumerate(data["items"]) if _right(Claim, document, ("items", index))}
        names = [name for name in _assumptions(document) if _right(Assumption, document, ("assumptions", name))]
        kept = {name: data["assumptions"][name] for name in names}
        try:
            file = validated(document, ClaimsFile, {**data, "items": list(items.values()), "assumptions": kept})
        except FileError:
            raise error from None
        return Claims(file, document, tuple(items), tuple(error.mistakes))


def _right(model: type[Model], document: Document, at: Steps) -> bool:
    """Whether a part of a file is right by itself."""
    data: Any = document.data
    for step in at:
        data = data[step]
    try:
        validated(document, model, data, at)
    except FileError:
        return False
    return data is not None


def _wrong_names(found: Claims) -> Iterator[tuple[int, Mistake]]:
    """Names that stand twice or for nothing: of claims, assumptions and given numbers; each with the claim's place."""
    named = _named(found)
    seen: set[str] = set()
    for index, item in zip(found.places, found.file.items, strict=True):
        at: Steps = ("items", index)
        if item.name is not None and item.name in seen:
            message = f"the name '{item.name}' stands twice: each claim its own"
            yield index, found.document.mistake((*at, "name"), message)
        seen.add(item.name or "")
        for path, message in _unknown_names(item, named, _assumptions(found.document)):
            yield index, found.document.mistake((*at, *path), message)


def _named(found: Claims) -> dict[str, Claim | None]:
    """Claims by name; None for those that are wrong themselves."""
    written = found.document.data["items"]
    names = (item.get("name") for item in written if isinstance(item, dict))
    return {str(name): None for name in names if name} | {item.name: item for item in found.file.items if item.name}


def _assumptions(document: Document) -> list[str]:
    """Names of all assumptions, right or wrong."""
    stated = document.data.get("assumptions")
    return list(stated) if isinstance(stated, dict) else []


def _unknown_names(
    item: Claim, named: Mapping[str, Claim | None], assumptions: list[str]
) -> Iterator[tuple[Steps, str]]:
    for position, wanted in enumerate(item.try_ or ()):
        if wanted not in assumptions:
            hint = did_you_mean(wanted, assumptions, label="There are")
            yield ("try", position), f"there is no assumption '{wanted}'{hint}"
    for figure, path in item.figures():
        message = _nothing_named(figure, path, item, named)
        if message:
            yield path, message


def _nothing_named(figure: Figure, path: Steps, item: Claim, named: Mapping[str, Claim | None]) -> str:
    if figure.claim is not None:
        if figure.claim not in named:
            return f"no claim is named '{figure.claim}'{did_you_mean(figure.claim, named, label='There are')}"
        other = named[figure.claim]
        if other is not None and other.quoted.amount is None:
            return f"the claim '{figure.claim}' quotes no figure"
    known = list(item.given)
    if path[:1] == ("given",):
        known = known[: known.index(path[1])]  # those above it: no number can depend on itself
    if figure.own is not None and figure.own not in known:
        hint = did_you_mean(figure.own, known, label="There are")
        return f"'{figure.own}' is neither a number with its unit nor the name of one under 'given'{hint}"
    if figure.figure is not None and figure.scenario is None and item.scenario is None:
        return "this figure needs a scenario: say 'scenario' in the claim"
    return ""

"""Numbers as a scenario states them: plain, from published evidence, or as a probability distribution.

`{evidence: name}` becomes the figure of that name. A distribution becomes one of its values, so that the file can be
read as any other; the distribution itself is kept with its path. Both are found wherever a number may stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.settings import with_value
from costmodel.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.distributions import Distribution
    from costmodel.documents.reader import Document
    from costmodel.errors import Mistake
    from costmodel.evidence import Item

Path = tuple[Any, ...]
# Texts and names: what looks like a distribution there is none.
_NO_NUMBERS = frozenset({"labels", "expect", "description", "prices", "uncertainty"})
_FAMILIES = frozenset({"triangular", "pert", "normal", "lognormal", "gamma", "beta", "uniform", "discrete"})
_RANGES = {"triangular": ("low", "base", "high"), "pert": ("low", "base", "high"), "uniform": ("low", "high")}


class Use(NamedTuple):
    """A published figure that a scenario uses.

    Attributes:
        path: where.
        item: what is known of it.
        which: which of its values: low, base, high, or all.
    """

    path: Path
    item: Item
    which: str


class Stated(NamedTuple):
    """A document whose numbers are all plain.

    Attributes:
        document: the document, with one value of each distribution.
        distributions: by path.
        evidence: published figures used.
    """

    document: Document
    distributions: dict[Path, Distribution]
    evidence: tuple[Use, ...]


def stated(document: Document) -> Stated:
    """Take evidence and distributions out of a document.

    Raises:
        FileError: an unknown name, or a distribution that cannot be; each at its place.
    """
    plain, distributions, uses = document, {}, []
    mistakes: list[Mistake] = []
    for path, node in list(_stated_otherwise(document.data, ())):
        try:
            value, distribution, used = _resolved(document, path, node)
        except FileError as error:
            mistakes += error.mistakes
            continue
        plain = with_value(plain, path, value)
        uses += used
        if distribution is not None:
            distributions[path] = distribution
    if mistakes:
        raise FileError(mistakes)
    return Stated(plain, distributions, tuple(uses))


def _stated_otherwise(node: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(node, dict):
        if path and ("evidence" in node or _FAMILIES & node.keys()):
            yield path, node
            return
        for key, child in node.items():
            if key not in _NO_NUMBERS:
                yield from _stated_otherwise(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _stated_otherwise(child, (*path, index))


def _resolved(document: Document, path: Path, node: dict[str, Any]) -> tuple[str, Distribution | None, list[Use]]:
    if "evidence" in node:
        use, text = _evidence(document, path, node)
        return text, None, [use]
    from costmodel.distributions import DistributionError, parse

    mapping, uses = dict(node), []
    for family, body in node.items():
        if isinstance(body, dict) and "evidence" in body:
            use, mapping[family] = _range(document, (*path, family), body, family)
            uses.append(use)
    try:
        distribution = parse(mapping)
    except DistributionError as error:
        raise FileError([document.mistake((*path, *error.path), error.message)]) from None
    return distribution.probes[-1][1], distribution, uses


def _evidence(document: Document, path: Path, node: dict[str, Any]) -> tuple[Use, str]:
    from costmodel.documents.model import did_you_mean
    from costmodel.evidence import EvidenceError, evidence_item

    unknown = sorted(node.keys() - {"evidence", "take"})
    if unknown:
        hint = did_you_mean(unknown[0], ("evidence", "take"))
        raise FileError([document.mistake((*path, unknown[0]), f"unknown key '{unknown[0]}'{hint}", of_key=True)])
    which = str(node.get("take", "base"))
    if which not in {"low", "base", "high"}:
        raise FileError([document.mistake((*path, "take"), f"'{which[:20]}' is none of low, base, high")])
    try:
        item = evidence_item(str(node["evidence"]))
        return Use(path, item, which), item.value(which)  # type: ignore[arg-type]
    except EvidenceError as error:
        raise FileError([document.mistake((*path, "evidence"), str(error))]) from None


def _range(document: Document, path: Path, body: dict[str, Any], family: str) -> tuple[Use, list[str]]:
    if family not in _RANGES or set(body) != {"evidence"}:
        what = f"evidence gives low, base and high: write {{{', '.join(_RANGES)}: {{evidence: name}}}}"
        raise FileError([document.mistake(path, what)])
    first, _ = _evidence(document, path, body)
    from costmodel.evidence import EvidenceError

    try:
        return first._replace(which="all"), [first.item.value(which) for which in _RANGES[family]]  # type: ignore[arg-type]
    except EvidenceError as error:
        raise FileError([document.mistake((*path, "evidence"), str(error))]) from None

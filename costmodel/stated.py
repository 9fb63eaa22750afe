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
    from costmodel.evidence import Item, Which

Path = tuple[Any, ...]
# Texts and names: what looks like a distribution there is none.
_NO_NUMBERS = frozenset({"labels", "expect", "description", "prices", "uncertainty"})
_FAMILIES = frozenset({"triangular", "pert", "normal", "lognormal", "gamma", "beta", "uniform", "discrete"})
# Mappings whose keys are names that the user chose: a cost may be called 'evidence'.
_NAMES = frozenset({"fixed_per_month", "other", "meters"})
_RANGES: dict[str, tuple[Which, ...]] = {
    "triangular": ("low", "base", "high"),
    "pert": ("low", "base", "high"),
    "uniform": ("low", "high"),
}
_STAND_IN = "1"  # for what cannot be understood, so that the rest of the file can be read


class Use(NamedTuple):
    """A published figure that a scenario uses.

    Attributes:
        path: where.
        item: what is known of it.
        which: which of its values: low, base, high, or all.
        text: the value, as the scenario reads it.
    """

    path: Path
    item: Item
    which: str
    text: str


class Stated(NamedTuple):
    """A document whose numbers are all plain.

    Attributes:
        document: the document, with one value of each distribution.
        distributions: by path.
        written: the value that took a distribution's place, and where in it that stands.
        evidence: published figures used.
        mistakes: what cannot be understood.
        broken: where these stand; something else was put there, so that the rest can be read.
    """

    document: Document
    distributions: dict[Path, Distribution]
    written: dict[Path, tuple[str, Path]]
    evidence: tuple[Use, ...]
    mistakes: tuple[Mistake, ...]
    broken: tuple[Path, ...]


def stated(document: Document) -> Stated:
    """Take evidence and distributions out of a document; what is wrong with them is told with the rest of it."""
    plain, distributions, written = document, {}, {}
    uses: list[Use] = []
    mistakes: list[Mistake] = []
    broken: list[Path] = []
    for path, node in list(_stated_otherwise(document.data, ())):
        try:
            (value, place), found, used = _resolved(document, path, node)
        except FileError as error:
            mistakes += error.mistakes
            broken.append(path)
            plain = with_value(plain, path, _STAND_IN)
            continue
        plain = with_value(plain, path, value)
        uses += used
        if found is not None:
            distributions[path], written[path] = found, (value, place)
    return Stated(plain, distributions, written, tuple(uses), tuple(mistakes), tuple(broken))


def _stated_otherwise(node: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(node, dict):
        if path and _is_stated(node, path[-1]):
            yield path, node
            return
        for key, child in node.items():
            if key not in _NO_NUMBERS:
                yield from _stated_otherwise(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _stated_otherwise(child, (*path, index))


def _is_stated(node: dict[str, Any], key: Any) -> bool:
    """Whether a mapping states a number: a cost called 'beta' has a plain value, a distribution has parameters."""
    if "evidence" in node:
        return key not in _NAMES
    return any(not isinstance(node[family], str) for family in _FAMILIES & node.keys())


def _resolved(
    document: Document, path: Path, node: dict[str, Any]
) -> tuple[tuple[str, Path], Distribution | None, list[Use]]:
    if "evidence" in node:
        use = _evidence(document, path, node, path[-1])
        return (use.text, ()), None, [use]
    from costmodel.distributions import DistributionError, parse

    if None in node.values():
        raise FileError([])  # that nothing stands there is told of with the rest of the file
    mapping, uses = dict(node), []
    for family, body in node.items():
        if isinstance(body, dict) and "evidence" in body:
            use, mapping[family] = _range(document, (*path, family), body, family)
            uses.append(use._replace(path=path))
    try:
        distribution = parse(mapping)
        stand_in = _stand_in(distribution, path)
    except DistributionError as error:
        of_key = error.path[-1:] == ("[key]",)
        inside = error.path[:-1] if of_key else error.path
        raise FileError([document.mistake((*path, *inside), error.message, of_key=of_key)]) from None
    return stand_in, distribution, uses


def _stand_in(distribution: Distribution, path: Path) -> tuple[str, Path]:
    """A value of a distribution and where it was written; the mean of a share, which others complete to 100 %."""
    probes = distribution.probes
    if path[-2:-1] in {("mix",), ("service_tier",)} or path[-3:-1] == ("mix", "models") or path[-1] == "share":
        return distribution.text(distribution.mean), ()
    return next(((text, inside) for inside, text in probes if len(inside) > 1), (probes[-1][1], ()))


def _evidence(document: Document, path: Path, node: dict[str, Any], field: Any) -> Use:
    from costmodel.documents.model import did_you_mean
    from costmodel.evidence import EvidenceError, evidence_item

    unknown = sorted(node.keys() - {"evidence", "take"})
    if unknown:
        hint = did_you_mean(unknown[0], ("evidence", "take"))
        raise FileError([document.mistake((*path, unknown[0]), f"unknown key '{unknown[0]}'{hint}", of_key=True)])
    name, which = node["evidence"], node.get("take", "base")
    if not isinstance(name, str) or not name:
        empty = [] if name is None else [document.mistake((*path, "evidence"), "expected the name of one item")]
        raise FileError(empty)
    if which not in {"low", "base", "high"}:
        empty = (
            []
            if which is None
            else [document.mistake((*path, "take"), f"'{str(which)[:20]}' is none of low, base, high")]
        )
        raise FileError(empty)
    try:
        item = evidence_item(name)
        text = item.value(which)
    except EvidenceError as error:
        raise FileError([document.mistake((*path, "evidence"), str(error))]) from None
    if not _same_unit(str(field), item.unit):
        message = f"the evidence '{name}' is in {item.unit}: that is not what '{field}' is"
        raise FileError([document.mistake((*path, "evidence"), message)])
    return Use(path, item, str(which), text)


# What a field is named after, and a word that the unit of its evidence must have.
_UNITS = {"minutes": "minute", "per_hour": "hour", "months": "month"}


def _same_unit(field: str, unit: str) -> bool:
    return all(word in unit for name, word in _UNITS.items() if name in field)


def _range(document: Document, path: Path, body: dict[str, Any], family: str) -> tuple[Use, list[str]]:
    if family not in _RANGES or set(body) != {"evidence"}:
        what = "evidence gives low, base and high: write {triangular: {evidence: name}}, or pert or uniform"
        raise FileError([document.mistake(path, what)])
    first = _evidence(document, path, body, path[-2])
    from costmodel.evidence import EvidenceError

    try:
        values = [first.item.value(which) for which in _RANGES[family]]
    except EvidenceError as error:
        raise FileError([document.mistake((*path, "evidence"), str(error))]) from None
    return first._replace(which="all", text=" to ".join(values)), values

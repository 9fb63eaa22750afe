"""Published evidence for the parameters of a return on investment: figures, sources, and how each was seen."""

from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import model_validator

from costmodel.documents.model import Model, MonthField, Reads, Slug, Text, did_you_mean, validated
from costmodel.documents.reader import read_document
from costmodel.errors import FileError, QuantityError
from costmodel.quantities import Money, exact, rate
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Which = Literal["low", "base", "high"]
WHICH: tuple[Which, ...] = ("low", "base", "high")

_CAUTIONS = {
    "read": "",
    "secondary": "read on a secondary page, not in the source",
    "judgement": "a judgement, no source for the figure",
    "unverified": "from general knowledge, unverified",
    "not-found": "no supporting study or published figure found",
}


class EvidenceError(ValueError):
    """Evidence was asked for that there is not."""


class UnknownEvidenceError(EvidenceError):
    """No item of that exact name."""

    def __init__(self, name: str, known: "Iterable[str]") -> None:
        from difflib import get_close_matches

        names = list(known)
        near = get_close_matches(name, names, n=3, cutoff=0.5) or [each for each in names if name in each][:5]
        hint = did_you_mean(name, near, label="Nearest names")
        end = "" if hint.endswith(".") else "."
        super().__init__(f"there is no evidence called '{name}'{hint}{end} 'costmodel evidence' lists all names")


class NoEvidenceValueError(EvidenceError):
    """The item has no such value."""

    def __init__(self, item: "Item", which: Which) -> None:
        there = [name for name in WHICH if getattr(item, name) is not None]
        has = f"it has {' and '.join(there)} only" if there else "no figure was found"
        super().__init__(f"the evidence '{item.name}' has no {which} value, {has}: write a figure of your own")


class _Reading(NamedTuple):
    """A figure as a scenario reads it.

    Attributes:
        of: `%`, a currency, or empty for a plain number: only figures of the same can be compared.
    """

    number: Fraction
    of: str


def _reading(text: str) -> _Reading:
    if text.endswith("%"):
        return _Reading(rate(text), "%")
    if " " in text:
        money = Money.parse(text)
        return _Reading(money.amount, money.currency)
    return _Reading(exact(text), "")


def _figure(value: Any) -> str:
    text = str(value).strip()
    try:
        _reading(text)
    except QuantityError as error:
        raise ValueError(f"{error}; a figure is written as in a scenario: 18 %, 5.37 or 24.16 USD") from None
    return text


FigureText = Annotated[
    str, Reads(_figure, {"type": ["number", "string"], "title": "a figure such as 18 %, 5.37 or 24.16 USD"})
]


class Item(Model):
    """One quantity with its figures, their source, and how they were seen."""

    name: Slug
    """What a scenario calls it."""
    about: Text
    """What it measures, in one sentence."""
    low: FigureText | None = None
    """Lower end, written as a field of a scenario reads it."""
    base: FigureText | None = None
    """The figure to start from; absent where you must enter your own."""
    high: FigureText | None = None
    """Upper end."""
    unit: Text
    """Unit in words."""
    source: Text
    """Authors, journal, year, figures."""
    verified: Literal["read", "secondary", "judgement", "unverified", "not-found"]
    """How the figures were seen; the weakest of them."""
    note: Text | None = None
    """What to mind when using it."""

    @property
    def caution(self) -> str:
        """What must be said wherever the figure is used; empty where it was read in its source."""
        return _CAUTIONS[self.verified]

    def value(self, which: Which) -> str:
        """One of its figures, as a field of a scenario reads it.

        Raises:
            NoEvidenceValueError: the item has no such figure.
        """
        found: str | None = getattr(self, which)
        if found is None:
            raise NoEvidenceValueError(self, which)
        return found

    @model_validator(mode="after")
    def _in_order(self) -> "Item":
        found = [_reading(text) for text in (self.low, self.base, self.high) if text is not None]
        if len({reading.of for reading in found}) > 1:
            raise ValueError(f"'{self.name}': low, base and high are not of one kind: all shares, or one currency")
        if found != sorted(found):
            raise ValueError(f"'{self.name}': low, base and high are not in this order")
        return self


class EvidenceFile(Model):
    """Evidence as a file: `scenarios/evidence/<name>.yaml`."""

    evidence: Text
    """What the figures are about."""
    collected: MonthField
    """The month in which they were collected."""
    items: tuple[Item, ...]
    """The figures."""


def read_evidence(folder: "Path") -> "Mapping[str, Item]":
    """Every item of a folder by name, in the order of the files.

    Raises:
        FileError: a file is wrong, or a name stands twice.
    """
    found: dict[str, Item] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = read_document(path, f"evidence/{path.name}")
        for index, item in enumerate(validated(document, EvidenceFile).items):
            if item.name in found:
                message = f"'{item.name}' stands twice: one name, one quantity"
                raise FileError([document.mistake(("items", index, "name"), message)])
            found[item.name] = item
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def evidence() -> "Mapping[str, Item]":
    """The shipped items by name."""
    return read_evidence(shipped_folder("scenarios") / "evidence")


def evidence_item(name: str) -> "Item":
    """The shipped item of an exact name.

    Raises:
        UnknownEvidenceError: there is none.

    >>> evidence_item("time-reduction-chart-review").value("base")
    '18 %'
    """
    if name not in evidence():
        raise UnknownEvidenceError(name, evidence())
    return evidence()[name]

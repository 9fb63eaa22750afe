"""One provider's file: which names it has, and each offer when it is asked for.

A released version is recognised by its hash: its rows were checked when it was released, so only the offers that are
needed are read into models. Anything else is checked whole before a price is taken from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.documents.model import validated
from costmodel.errors import FileError, QuantityError
from costmodel.prices import reading
from costmodel.prices.schema import Offer

if TYPE_CHECKING:
    from datetime import date

    from costmodel.documents.reader import Document
    from costmodel.prices.meters import Meters


class Provider:
    """A provider's offers, as of a day.

    Attributes:
        name: its short name.
        currency: currency of its price list.
        names: index of each offer by its model and aliases.
        models: models in the order of the file.
    """

    def __init__(self, name: str, document: Document, on: date) -> None:
        self.name, self._document, self._on = name, document, on
        self.currency = str(document.data["currency"])
        self.names: dict[str, int] = {}
        self.models: list[str] = []
        self._offers: dict[int, Offer] = {}
        for index, offer in enumerate(document.data["offers"]):
            if reading.offer_content(offer, on) is not None:
                self.models.append(str(offer["model"]))
                self.names |= dict.fromkeys(reading.names_of(offer, on), index)

    def offer(self, name: str) -> Offer:
        """The offer of a model or alias.

        Raises:
            FileError: it is written wrongly.
        """
        index = self.names[name]
        if index not in self._offers:
            self._offers[index] = validated(
                self._document, Offer, self._document.data["offers"][index], ("offers", index)
            )
        return self._offers[index]

    def is_quoted(self, name: str) -> bool:
        """Whether its prices are quoted ones alone, and no list prices."""
        content = reading.offer_content(self._document.data["offers"][self.names[name]], self._on)
        return content is not None and all(row["source"]["kind"] == "quoted" for row in content["prices"])


def excerpt(raw: bytes, model: str) -> bytes | None:
    """One offer of a file, under the file's head and on its own lines; None where it is not plainly there.

    For files known to be as they were released: reading one offer is then enough, and four times as fast.
    """
    head, offers, rest = raw.partition(b"\noffers:\n")
    marker = b"  - model: "
    begin = (b"\n" + rest).find(b"\n" + marker + model.encode() + b"\n")
    if not offers or begin < 0:
        return None
    end = rest.find(b"\n" + marker, begin)
    return head + offers + b"\n" * rest.count(b"\n", 0, begin) + rest[begin : end + 1 or None]


def content_hash(document: Document, on: date) -> str | None:
    """The hash of what a provider's file says, read on a day; None where it says nothing, or cannot be read so."""
    try:
        content = reading.provider_content(document.data, on)
    except (KeyError, TypeError, AttributeError, QuantityError):
        return None
    return None if content is None else reading.digest(content)


def check_provider(document: Document, meters: Meters, name: str, on: date) -> None:
    """Check a whole file.

    Raises:
        FileError: every mistake in it.
    """
    from costmodel.prices.mistakes import provider_mistakes
    from costmodel.prices.schema import ProviderFile

    mistakes = provider_mistakes(document, validated(document, ProviderFile), meters, name, on)
    if mistakes:
        raise FileError(mistakes)

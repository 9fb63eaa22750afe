"""A user's own prices over the shipped book, as a file."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import Field, model_validator

from costmodel.documents.model import Currency, Day, Model, Positive, Slug, Text, validated
from costmodel.documents.reader import Document, read_document
from costmodel.errors import FileError, Mistake
from costmodel.prices.meters import Meters
from costmodel.prices.mistakes import names_twice, offer_mistakes, placed
from costmodel.prices.reading import names_of
from costmodel.prices.schema import Offer


class OwnRate(Model):
    """An exchange rate of the user's own."""

    on: Day
    """The day it holds for."""
    from_: Currency = Field(alias="from")
    """Currency that is changed."""
    to: Currency
    """Currency that is got."""
    rate: Positive
    """Units of `to` for one unit of `from`."""
    source: Text
    """Where the rate was read."""


class OverlayFile(Model):
    """A user's own prices over the shipped book: contracted prices, private models, exchange rates."""

    overlay: Text
    """What it is called in results."""
    provider: Slug | None = None
    """The provider whose offers stand here."""
    name: Text | None = None
    """Name of a provider that the book does not have."""
    currency: Currency | None = None
    """Currency of a provider that the book does not have."""
    offers: tuple[Offer, ...] = ()
    """Contracted prices of offers in the book, or private offers."""
    exchange_rates: tuple[OwnRate, ...] = ()
    """Exchange rates of the user's own; they go before the book's."""

    @model_validator(mode="after")
    def _complete(self) -> "OverlayFile":
        if self.offers and self.provider is None:
            raise ValueError("an overlay with offers needs 'provider'")
        return self


def read_overlays(paths: Iterable[str | Path], folder: Path, shown: str) -> list[OverlayFile]:
    """Read all overlays; every mistake of every file at once."""
    files: list[OverlayFile] = []
    mistakes: list[Mistake] = []
    meters = None
    for path in paths:
        meters = meters or Meters.of(read_document(folder / "meters.yaml", f"{shown}/meters.yaml"))
        try:
            document = read_document(path)
            files.append(validated(document, OverlayFile))
            models = _models_in(folder / "providers" / f"{files[-1].provider}.yaml")
            mistakes += overlay_mistakes(document, files[-1], meters, date.max, models)
        except FileError as error:
            mistakes += error.mistakes
    if mistakes:
        raise FileError(mistakes)
    return files


def overlay_mistakes(
    document: Document, overlay: OverlayFile, meters: Meters, on: date, book_models: frozenset[str] | None
) -> list[Mistake]:
    """All mistakes in an overlay file.

    Args:
        document: the file as read, for the lines.
        overlay: the file as a model.
        meters: what can be priced.
        on: the day the book is read as of, for overlaps.
        book_models: the models that the book has of its provider; None where it does not have the provider.
    """
    found = list(names_twice(overlay.offers))
    if overlay.offers and book_models is None and (overlay.currency is None or overlay.name is None):
        found.append(
            (
                ("provider",),
                f"the book has no provider '{overlay.provider}': give its 'name' and 'currency' here",
            )
        )
    for index, offer in enumerate(overlay.offers):
        found += offer_mistakes(("offers", index), offer, meters, on)
        if offer.model not in (book_models or ()):
            found += [
                (
                    ("offers", index, "prices", number, "based_on"),
                    f"the book has no list price of '{overlay.provider}/{offer.model}' to base it on: write 'rates'",
                )
                for number, row in enumerate(offer.prices)
                if row.based_on is not None
            ]
    return placed(document, found)


def _models_in(path: Path) -> frozenset[str] | None:
    """The models and aliases that a provider's file names; None where there is no such file."""
    if not path.is_file():
        return None
    data = read_document(path).data
    offers = data.get("offers") if isinstance(data, dict) else None
    named = [offer for offer in offers or () if isinstance(offer, dict) and "model" in offer]
    return frozenset(name for offer in named for name in names_of(offer, date.max))

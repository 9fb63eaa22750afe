"""A user's own prices over the shipped book, as a file."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, model_validator

from costmodel.documents.model import Currency, Day, Model, Positive, Slug, Text, validated
from costmodel.documents.reader import Document, read_document
from costmodel.errors import FileError, Mistake
from costmodel.prices.meters import Meters
from costmodel.prices.mistakes import conditions_of, names_twice, offer_mistakes, placed
from costmodel.prices.reading import digest, names_of
from costmodel.prices.schema import GLOBAL, STANDARD, Offer, PriceRow


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

    _file: str = PrivateAttr(default="")
    _sha256: str = PrivateAttr(default="")

    @property
    def file(self) -> str:
        """The file it was read from."""
        return self._file

    @property
    def sha256(self) -> str:
        """Hash of what it says, as written."""
        return self._sha256

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
            files[-1]._file, files[-1]._sha256 = str(path), digest(document.data)  # noqa: SLF001 - its own attributes
            models = _models_in(folder / "providers" / f"{files[-1].provider}.yaml")
            mistakes += overlay_mistakes(document, files[-1], meters, date.max, models)
        except FileError as error:
            mistakes += error.mistakes
    if mistakes:
        raise FileError(mistakes)
    return files


def overlay_mistakes(
    document: Document, overlay: OverlayFile, meters: Meters, on: date, book_models: dict[str, Any] | None
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
        at = ("offers", index)
        found += offer_mistakes(at, offer, meters, on)
        listed = (book_models or {}).get(offer.model)
        for number, row in enumerate(offer.prices):
            if row.based_on is not None:
                found += _based_on((*at, "prices", number), row, f"{overlay.provider}/{offer.model}", listed)
    return placed(document, found)


def _models_in(path: Path) -> dict[str, Any] | None:
    """Each offer of a provider's file by its model and aliases; None where there is no such file."""
    if not path.is_file():
        return None
    data = read_document(path).data
    offers = data.get("offers") if isinstance(data, dict) else None
    named = [offer for offer in offers or () if isinstance(offer, dict) and "model" in offer]
    return {name: offer for offer in named for name in names_of(offer, date.max)}


def _based_on(at: tuple[Any, ...], row: PriceRow, name: str, listed: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What a row based on the list can get wrong: there is no list price, or no such tier, region or meter in it."""
    if listed is None:
        yield (*at, "based_on"), f"the book has no list price of '{name}' to base it on: write 'rates'"
        return
    tiers = [_name(item) for item in listed.get("service_tiers") or [STANDARD]]
    regions = [_name(item) for item in listed.get("regions") or [GLOBAL]]
    priced = {
        meter
        for item in listed.get("prices", ())
        for rate in item.get("rates", ())
        for meter in rate.get("prices") or ()
    }
    for path, when in conditions_of(row):
        for key, asked, there in (("service_tier", when.service_tier, tiers), ("region", when.region, regions)):
            if asked is not None and asked not in there:
                yield (
                    (*at, *path, key),
                    f"'{name}' has no {key.replace('_', ' ')} '{asked}'. Listed: {', '.join(there)}",
                )
    for number, adjustment in enumerate(row.adjustments):
        for position, meter in enumerate(adjustment.meters):
            if meter not in priced:
                path = ("adjustments", number, "meters", position)
                yield (*at, *path), f"the list has no price of '{meter}' for '{name}', so there is nothing to adjust"


def _name(item: Any) -> str:
    return str(item["name"]) if isinstance(item, dict) else str(item)

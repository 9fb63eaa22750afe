"""What a price table can get wrong beyond its schema; every mistake at its line."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from costmodel.documents.model import did_you_mean
from costmodel.errors import Mistake, QuantityError, UsageError
from costmodel.prices.card import in_reading
from costmodel.prices.schema import STANDARD
from costmodel.prices.tariff import pricing_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from costmodel.documents.reader import Document
    from costmodel.prices.conditions import When
    from costmodel.prices.meters import Meters
    from costmodel.prices.schema import Offer, PriceRow, ProviderFile

    Found = Iterator[tuple["Path", str]]

Path = tuple[Any, ...]


def provider_mistakes(document: Document, file: ProviderFile, meters: Meters, name: str, on: date) -> list[Mistake]:
    """All mistakes in a provider's file.

    Args:
        document: the file as read, for the lines.
        file: the file as a model.
        meters: what can be priced.
        name: the name of the file without its ending.
        on: the day the book is read as of, for overlaps.
    """
    found: list[tuple[Path, str]] = []
    if file.provider != name:
        found.append((("provider",), f"the provider is '{file.provider}', but the file is called '{name}.yaml'"))
    found += names_twice(file.offers)
    for index, offer in enumerate(file.offers):
        found += offer_mistakes(("offers", index), offer, meters, on)
        for number, row in enumerate(offer.prices):
            if row.based_on is not None:
                found.append(
                    (
                        ("offers", index, "prices", number, "based_on"),
                        "only an overlay may say 'based_on: list'",
                    )
                )
    return placed(document, found)


def placed(document: Document, found: Iterable[tuple[Path, str]]) -> list[Mistake]:
    """Messages at paths as mistakes at lines, in the order of the file."""
    mistakes = [
        document.mistake(path, message, of_key=message.startswith("there is no meter")) for path, message in found
    ]
    return sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column))


def names_twice(offers: Iterable[Offer]) -> Found:
    """Models and aliases that stand for two offers."""
    owner: dict[str, str] = {}
    for index, offer in enumerate(offers):
        for path, name in _names(offer):
            if name in owner:
                yield (
                    ("offers", index, *path),
                    f"the name '{name}' already stands for the offer '{owner[name]}'",
                )
            owner.setdefault(name, offer.model)


def _names(offer: Offer) -> Iterator[tuple[Path, str]]:
    yield ("model",), offer.model
    for number, alias in enumerate(offer.aliases):
        yield ("aliases", number), alias.name


def offer_mistakes(at: Path, offer: Offer, meters: Meters, on: date) -> Found:
    """All mistakes of one offer, at their paths."""
    yield from _overlaps(at, offer, on)
    for number, row in enumerate(offer.prices):
        yield from _row((*at, "prices", number), offer, row, meters)
    spoken = {when.service_tier for row in offer.prices for _, when in conditions_of(row)}
    based_on_list = any(row.based_on for row in offer.prices)
    tiers = [tier.name for tier in offer.service_tiers]
    for number, tier in enumerate(tiers):
        if tier != STANDARD and len(tiers) > 1 and tier not in spoken and not based_on_list:
            yield (
                (*at, "service_tiers", number),
                f"the service tier '{tier}' is listed, but no rate or adjustment says what it costs",
            )


def _overlaps(at: Path, offer: Offer, on: date) -> Found:
    rows = [
        (number, row)
        for number, row in enumerate(offer.prices)
        if in_reading(row.recorded, row.withdrawn.on if row.withdrawn else None, on)
    ]
    for (_, earlier), (number, later) in itertools.pairwise(rows):
        path = (*at, "prices", number, "valid", "from")
        if later.valid.from_ < earlier.valid.from_:
            yield (
                path,
                f"rows stand oldest first: this one starts before the row above it ({earlier.valid.from_:%Y-%m-%d})",
            )
        elif later.valid.from_ == earlier.valid.from_:
            yield path, "two rows start at the same instant: withdraw one, or change its start"
        elif earlier.valid.until is not None and later.valid.from_ < earlier.valid.until:
            yield (
                path,
                (
                    f"overlaps the row above it, which ends {earlier.valid.until:%Y-%m-%dT%H:%MZ}: "
                    "at any instant one row holds"
                ),
            )


def _row(at: Path, offer: Offer, row: PriceRow, meters: Meters) -> Found:
    units = None
    try:
        units = pricing_units(row, meters)
    except (UsageError, QuantityError) as error:
        yield (*at, "per"), str(error)
    for number, rate in enumerate(row.rates or ()):
        for meter in rate.prices or {}:
            path = (*at, "rates", number, "prices", meter)
            if meter not in meters:
                yield path, f"there is no meter '{meter}'{did_you_mean(meter, meters.names, label='Meters')}"
            elif units is not None and meters[meter].unit == "token" and "token" not in units:
                yield path, "say for how many tokens the price is: add 'per: 1_000_000 tokens' to the row"
    yield from _adjustments(at, row, meters)
    yield from _uncovered(at, offer, row)
    if row.based_on is None:
        yield from _unlisted(at, offer, row)


def _unlisted(at: Path, offer: Offer, row: PriceRow) -> Found:
    """Conditions on tiers and regions that the offer does not list; what it lists holds in an overlay too."""
    tiers, regions = ([item.name for item in items] for items in (offer.service_tiers, offer.regions))
    for path, when in conditions_of(row):
        for key, asked, there in (("service_tier", when.service_tier, tiers), ("region", when.region, regions)):
            if asked is not None and asked not in there:
                hint = did_you_mean(asked, there, label="Listed")
                words = f"'{asked}' is none of the offer's {key.replace('_', ' ')}s{hint}"
                add = f"Where it is meant, list it in the offer: '{key}s: [{', '.join((*there, asked))}]'"
                yield (*at, *path, key), f"{words}. {add}"


def _uncovered(at: Path, offer: Offer, row: PriceRow) -> Found:
    """Every tier and region must come to a rate, whatever the size and the hour."""
    whens = [rate.when for rate in row.rates or ()]
    if not whens or None in whens:
        return
    always = [when for when in whens if when is not None and not when.request_input_tokens and when.hours is None]
    for tier in offer.service_tiers:
        for region in offer.regions:
            if not any(when.holds(tier.name, region.name, frozenset(), frozenset()) for when in always):
                yield (
                    (*at, "rates", len(whens) - 1, "when"),
                    (
                        f"no rate covers the rest of service tier '{tier.name}' in region '{region.name}': "
                        "add a last rate without 'when', or refuse it there"
                    ),
                )
                return


def _adjustments(at: Path, row: PriceRow, meters: Meters) -> Found:
    priced = {meter for rate in row.rates or () for meter in rate.prices or {}}
    for number, adjustment in enumerate(row.adjustments):
        for position, meter in enumerate(adjustment.meters):
            path = (*at, "adjustments", number, "meters", position)
            if meter not in meters:
                yield path, f"there is no meter '{meter}'{did_you_mean(meter, meters.names, label='Meters')}"
            elif row.rates is not None and meter not in priced:
                yield path, f"no rate of this row prices '{meter}', so there is nothing to adjust"
        if adjustment.multiply == 1 and adjustment.add == 0:
            yield (*at, "adjustments", number), "the adjustment changes nothing: give 'multiply' or 'add'"


def conditions_of(row: PriceRow) -> Iterator[tuple[Path, When]]:
    """Every condition of a row, with its path."""
    for number, rate in enumerate(row.rates or ()):
        if rate.when is not None:
            yield ("rates", number, "when"), rate.when
    for number, adjustment in enumerate(row.adjustments):
        if adjustment.when is not None:
            yield ("adjustments", number, "when"), adjustment.when

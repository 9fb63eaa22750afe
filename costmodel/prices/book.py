"""The price book: finds an offer by its exact name, as of a version, with the user's overlays on top."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from costmodel.documents.model import did_you_mean, validated
from costmodel.documents.reader import Document, parse_document, read_document
from costmodel.errors import (
    AmbiguousModelError,
    FileError,
    Mistake,
    UnknownMeterError,
    UnknownModelError,
    UsageError,
)
from costmodel.prices import reading
from costmodel.prices.card import RateCard, Reading, names_read, spans_of
from costmodel.prices.meters import REQUEST, Meters
from costmodel.prices.provider import Provider, check_provider, content_hash, excerpt
from costmodel.prices.versions import WORKING, Version, find_version, read_versions
from costmodel.quantities import instant
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from fractions import Fraction

    from costmodel.prices.exchange import ExchangeTable
    from costmodel.prices.overlay import OverlayFile
    from costmodel.prices.schema import Offer, PriceRow
    from costmodel.prices.tokenizers import Factor, TokenizerFile

T = TypeVar("T")
_LAST_DAY = date.max
_LAST_INSTANT = datetime.max.replace(tzinfo=UTC)


class RequestPrice(NamedTuple):
    """What one request costs.

    Attributes:
        cost: contracted cost, exact, in `currency`; the list cost where there is no contract.
        list_cost: list cost, exact; None where the list has no known price for something used.
        currency: currency of the price list.
        row: the price row that is paid by.
    """

    cost: Fraction
    list_cost: Fraction | None
    currency: str
    row: PriceRow


class PriceBook:
    """All prices, as of one version.

    >>> from costmodel.quantities import instant
    >>> book = PriceBook.load()
    >>> book.price("openai/gpt-4.1", instant("2026-01-15T12:00:00Z"), input=100_000, output=5_000).cost
    Fraction(6, 25)
    """

    def __init__(
        self, folder: Path, name: str, version: Version | None, overlays: Sequence[OverlayFile], shown: str
    ) -> None:
        self.folder, self.name, self.overlays = folder, name, tuple(overlays)
        self._version, self._shown = version, shown
        self.date = version.date if version else None
        self._on = version.date if version else _LAST_DAY
        self.meters = self._dated("meters", Meters.of)
        self._providers: dict[str, Provider] = {}
        self._cards: dict[str, RateCard] = {}
        self._tokenizers: TokenizerFile | None = None
        self._names: list[str] | None = None

    @classmethod
    def load(
        cls, folder: str | Path | None = None, version: str | None = None, overlays: Iterable[str | Path] = ()
    ) -> PriceBook:
        """Open a price book; provider files are read when they are first needed.

        Args:
            folder: the folder of the price tables; the shipped one by default.
            version: a released version, `working` for all rows, or None for the newest released version.
            overlays: files of the user's own prices.

        Raises:
            CommandLineError: there is no such version.
            FileError: files are wrong.
        """
        place = shipped_folder("pricing") if folder is None else Path(folder)
        shown = "pricing" if folder is None else str(folder)
        files = _read_overlays(list(overlays), place, shown)
        if version == WORKING:
            return cls(place, WORKING, None, files, shown)
        found = find_version(read_versions(read_document(place / "versions.yaml", f"{shown}/versions.yaml")), version)
        return cls(place, found.version, found, files, shown)

    def _document(self, file: str) -> Document:
        return read_document(self.folder / file, f"{self._shown}/{file}")

    @property
    def sha256(self) -> str | None:
        """The hash of the version; None for the working state."""
        return self._version.sha256 if self._version else None

    def provider_names(self) -> list[str]:
        """Every provider of the book and of the overlays."""
        if self._names is None:
            shipped = {path.stem for path in (self.folder / "providers").glob("*.yaml")}
            self._names = sorted(shipped | {overlay.provider for overlay in self.overlays if overlay.provider})
        return list(self._names)

    def exchange(self) -> ExchangeTable:
        """The exchange rates, the user's own before the book's."""
        from costmodel.prices.exchange import ExchangeTable

        own = [rate for overlay in self.overlays for rate in overlay.exchange_rates]
        return self._dated("fx", lambda document: ExchangeTable.of(document, own, self._on), "rates")

    def tokenizer_factor(self, measured_with: str, tokenizer: str) -> Factor | None:
        """The factor from the vocabulary of a measurement to another; None where there is none."""
        from costmodel.prices.tokenizers import TokenizerFile

        if self._tokenizers is None:
            self._tokenizers = self._dated("tokenizers", lambda document: validated(document, TokenizerFile), "factors")
        return self._tokenizers.factor(measured_with, tokenizer, self._on)

    def _dated(self, part: str, read: Callable[[Document], T], key: str = "") -> T:
        """A file of dated entries, read, and held against the version's hash."""
        document = self._document(f"{part}.yaml")
        found = read(document)
        self._verify(part, reading.digest(reading.recorded_content(document.data[key or part], self._on)), document)
        return found

    def card(self, name: str) -> RateCard:
        """The rate card of an offer, by `provider/model`, alias, or a bare name that is unique.

        Raises:
            NoPriceError: unknown, or a bare name of several providers.
            FileError: a price file is wrong.
        """
        found = self._cards.get(name) or self._alone(name)
        if found is None:
            provider, model = self._find(name)
            full = f"{provider}/{model}"
            if full not in self._cards:
                self._cards[full] = self._compiled(provider, model)
            found = self._cards[name] = self._cards[full]
        return found

    def knows(self, name: str) -> bool:
        """Whether a name means an offer, or several; quicker than asking for a rate card that is not there."""
        if name in self._cards or self._alone(name) is not None:
            return True
        provider, _, model = name.partition("/")
        if model and provider in self.provider_names():
            return self._named(provider, model) is not None
        return bool(self._bare(name))

    def _alone(self, name: str) -> RateCard | None:
        """An offer read alone, out of a file that lies there as it was released; None where that cannot be."""
        provider, _, model = name.partition("/")
        path = self.folder / "providers" / f"{provider}.yaml"
        released = self._version.files.get(provider) if self._version else None
        if released is None or provider in self._providers or any(item.provider == provider for item in self.overlays):
            return None
        raw = path.read_bytes() if path.is_file() else b""
        part = excerpt(raw, model) if sha256(raw).hexdigest() == released else None
        if part is None:
            return None
        found = Provider(provider, parse_document(part, f"{self._shown}/providers/{provider}.yaml"), self._on)
        if model not in found.names:
            return None
        how = Reading(self._on, self.meters, self.tokenizer_factor)
        return self._cards.setdefault(name, RateCard(name, found.offer(model), found.currency, how))

    def price(
        self,
        model: str,
        at: datetime | str,
        *,
        service_tier: str = "standard",
        region: str = "global",
        **quantities: int,
    ) -> RequestPrice:
        """Price one request, exactly, at the instant it was made.

        Args:
            model: `provider/model`, alias, or a bare name that is unique.
            at: the instant, zoned.
            service_tier: service tier.
            region: region.
            quantities: whole units by meter: `input` (all of it, cache included), `cache_read`, `output` …

        Raises:
            NoPriceError: there is no such price; nothing is ever taken as zero.
            UsageError: negative, or parts larger than their whole.
        """
        moment = at if isinstance(at, datetime) else instant(at)
        if moment.tzinfo is None:
            raise UsageError(
                f"the instant {at} has no time zone: a request is priced at the instant it was made, in UTC"
            )
        card = self._cards.get(model) or self.card(model)
        tariff = card.tariff(moment, quantities.get("input", 0), service_tier, region)
        quantities.setdefault(REQUEST, 1)
        sheet = tariff.contracted
        if not quantities.keys() <= self.meters.name_set:
            raise _unknown_meter(quantities, self.meters)
        sheet.require(quantities)
        cost = sheet.cost(quantities)
        listed = cost if tariff.listed is sheet else tariff.list_cost(quantities)
        return RequestPrice(cost, listed, card.currency, sheet.row)

    def offers(self) -> list[RateCard]:
        """Every offer of the book, in order of provider and model."""
        return [
            self.card(f"{provider}/{model}") for provider in self.provider_names() for model in self._models(provider)
        ]

    def _models(self, provider: str) -> list[str]:
        """The models of a provider: those of the book, then private ones."""
        loaded = self._provider(provider)
        known = list(loaded.models) if loaded else []
        return known + [
            name for name, offer in self._own_offers(provider) if loaded is None or name not in loaded.names
        ]

    def _own_offers(self, provider: str) -> list[tuple[str, Offer]]:
        """The user's own offers at a provider; one that names an alias of the book stands for its model."""
        loaded = self._provider(provider)

        def model(name: str) -> str:
            return loaded.offer(name).model if loaded is not None and name in loaded.names else name

        own = (overlay for overlay in self.overlays if overlay.provider == provider)
        return [(model(offer.model), offer) for overlay in own for offer in overlay.offers]

    def unused_own_offers(self, used: Iterable[str]) -> list[str]:
        """The user's own offers that are not among the models used."""
        names = set(used)
        providers = dict.fromkeys(overlay.provider for overlay in self.overlays if overlay.provider)
        found = [f"{provider}/{model}" for provider in providers for model, _ in self._own_offers(provider)]
        return [name for name in found if name not in names]

    def _find(self, name: str) -> tuple[str, str]:
        """The provider and the model of a name."""
        provider, _, model = name.partition("/")
        if model and provider in self.provider_names():
            found = self._named(provider, model)
            if found is not None:
                return provider, found
        elif candidates := self._bare(name):
            if len(candidates) > 1:
                raise AmbiguousModelError(name, [f"{owner}/{found}" for owner, found in candidates])
            return candidates[0]
        raise UnknownModelError(name, self._nearest(name), self.name)

    def _named(self, provider: str, name: str) -> str | None:
        """The model that a name or alias stands for at a provider."""
        loaded = self._provider(provider)
        if loaded is not None and name in loaded.names:
            return loaded.offer(name).model
        for model, offer in self._own_offers(provider):
            if name == model or name in names_read(offer.aliases, self._on):
                return model
        return None

    def _bare(self, name: str) -> list[tuple[str, str]]:
        found = []
        for provider in self.provider_names():
            model = self._named(provider, name)
            loaded = self._provider(provider)
            quoted = loaded is not None and name in loaded.names and loaded.is_quoted(name)
            if model is not None and not quoted:
                found.append((provider, model))
        return found

    def _nearest(self, name: str) -> list[str]:
        from costmodel.prices.nearest import Offered, nearest_names

        def offered(provider: str, model: str) -> Offered:
            loaded = self._provider(provider)
            return Offered(provider, model, loaded is not None and model in loaded.names and loaded.is_quoted(model))

        names = self.provider_names()
        return nearest_names(name, [offered(provider, model) for provider in names for model in self._models(provider)])

    def _compiled(self, provider: str, model: str) -> RateCard:
        loaded, own = self._provider(provider), self._own_offers(provider)
        contracts = [offer for name, offer in own if name == model]
        self._refuse_two_contracts(f"{provider}/{model}", contracts)
        full = f"{provider}/{model}"
        if loaded is not None and model in loaded.names:
            how = Reading(self._on, self.meters, self.tokenizer_factor)
            return RateCard(full, loaded.offer(model), loaded.currency, how, contracts)
        offer = next(offer for name, offer in own if name == model)
        stated = next((item.currency for item in self.overlays if item.provider == provider and item.currency), None)
        currency = loaded.currency if loaded else str(stated)
        return RateCard(full, offer, currency, Reading(_LAST_DAY, self.meters, self.tokenizer_factor), private=True)

    def _refuse_two_contracts(self, name: str, contracts: list[Offer]) -> None:
        """Own prices of one offer, written twice, must not hold at the same time."""
        written = [spans_of(row for row in offer.prices if row.withdrawn is None) for offer in contracts]
        spans = sorted((begins, ends or _LAST_INSTANT) for found in written for begins, ends in found)
        for (_, ends), (begins, _) in pairwise(spans):
            if begins < ends:
                file = self.overlays[-1].file or self.overlays[-1].overlay
                message = (
                    f"own prices of '{name}' stand twice on {begins:%Y-%m-%d}: give one, or end the first with 'until'"
                )
                raise FileError([Mistake(file, 1, 1, message)])

    def _provider(self, name: str) -> Provider | None:
        found = self._providers.get(name)
        if found is None and (self.folder / "providers" / f"{name}.yaml").is_file():
            document = self._document(f"providers/{name}.yaml")
            got = content_hash(document, self._on) if self._version else None
            if got is None or self._version is None or got != self._version.parts.get(name):
                check_provider(document, self.meters, name, self._on)
                self._verify(name, got, document)
            found = self._providers[name] = Provider(name, document, self._on)
        return found

    def _verify(self, part: str, got: str | None, document: Document) -> None:
        """A released version is read only as it was released."""
        if self._version is not None and self._version.parts.get(part) != got:
            raise FileError([document.mistake((), _CHANGED.format(date=self._version.date, name=self.name))])


_CHANGED = (
    "what this file says as of {date} is not what version {name} was released with: rows are never edited. "
    "Undo the change; add a new row recorded after that day, and withdraw a wrong one "
    "('costmodel prices check' shows every file)"
)


def _read_overlays(paths: list[str | Path], folder: Path, shown: str) -> list[OverlayFile]:
    if not paths:
        return []
    from costmodel.prices.overlay import read_overlays

    return read_overlays(paths, folder, shown)


def _unknown_meter(quantities: Iterable[str], meters: Meters) -> UnknownMeterError:
    name = next(item for item in quantities if item not in meters)
    return UnknownMeterError(name, did_you_mean(name, meters.names, label="Meters"))

"""A file of constraints, read: its form, and every name in it held against the price book and the scenario at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.mix.constraints import Constraints
from costmodel.documents.model import did_you_mean, in_order, validated
from costmodel.documents.reader import Document, read_document
from costmodel.errors import AmbiguousModelError, FileError, Mistake, NoPriceError, QuantityError, UnknownModelError
from costmodel.quantities import Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    from costmodel.decisions.mix.constraints import ShareLimit
    from costmodel.prices.book import PriceBook

_Path = tuple[str, ...]


class Resolved(NamedTuple):
    """Constraints whose names are all there.

    Attributes:
        file: as it is written.
        names: the full name of each offer, by the name that the file uses.
    """

    file: Constraints
    names: dict[str, str]

    @property
    def scores(self) -> dict[str, Fraction]:
        """Scores by the full names of offers."""
        quality = self.file.quality
        return {} if quality is None else {self.names[name]: score for name, score in quality.scores.items()}

    def limits(self) -> Iterator[tuple[str, str, ShareLimit]]:
        """Limits on shares: workload (empty for all), provider or full name of an offer, limit."""
        yield from (("", provider, limit) for provider, limit in self.file.providers.items())
        yield from (("", self.names[name], limit) for name, limit in self.file.models.items())
        for workload, inside in self.file.by_workload.items():
            yield from ((workload, provider, limit) for provider, limit in inside.providers.items())
            yield from ((workload, self.names[name], limit) for name, limit in inside.models.items())


class Wanted(NamedTuple):
    """A file of constraints as it was read.

    Attributes:
        file: None where its form is wrong.
        mistakes: what is wrong with its form.
    """

    document: Document
    file: Constraints | None
    mistakes: tuple[Mistake, ...]

    def resolved(self, book: PriceBook, workloads: Sequence[str], currency: str) -> Resolved:
        """The constraints, with everything named there.

        Args:
            book: has every offer and provider that may be named.
            workloads: names of the scenario's workloads.
            currency: of the scenario.

        Raises:
            FileError: every mistake in it, those of form and those of names.
        """
        names: dict[str, str] = {}
        found = [*self._offers(book, names), *self._others(book, workloads), *self._money(currency)]
        if found or self.file is None:
            raise FileError(in_order(dict.fromkeys([*self.mistakes, *found])))
        return Resolved(self.file, names)

    def _keys(self, *path: str) -> Iterator[_Path]:
        """The paths of the keys of a mapping; `*` in the path stands for every key."""
        places: list[tuple[_Path, Any]] = [((), self.document.data)]
        for step in path:
            mappings = [(place, node) for place, node in places if isinstance(node, dict)]
            places = [
                ((*place, key), child) for place, node in mappings for key, child in node.items() if step in {"*", key}
            ]
        return (place for place, _ in places)

    def _offers(self, book: PriceBook, names: dict[str, str]) -> Iterator[Mistake]:
        """Offers that are not there, or stand twice in one mapping; those that are there are noted in `names`."""
        taken: dict[tuple[_Path, str], str] = {}
        for path in (
            *self._keys("quality", "scores", "*"),
            *self._keys("models", "*"),
            *self._keys("by_workload", "*", "models", "*"),
        ):
            name = path[-1]
            try:
                full = names[name] = book.card(name).name
            except NoPriceError as error:
                yield self.document.mistake(path, _no_offer(name, error), of_key=True)
                continue
            other = taken.setdefault((path[:-1], full), name)
            if other != name:
                message = f"'{name}' and '{other}' are the same offer, {full}: name it once"
                yield self.document.mistake(path, message, of_key=True)

    def _others(self, book: PriceBook, workloads: Sequence[str]) -> Iterator[Mistake]:
        """Providers and workloads that are not there."""
        providers = book.provider_names()
        for path in (*self._keys("providers", "*"), *self._keys("by_workload", "*", "providers", "*")):
            if path[-1] not in providers:
                message = f"there is no provider '{path[-1]}'{did_you_mean(path[-1], providers, label='There are')}"
                yield self.document.mistake(path, message, of_key=True)
        for path in (*self._keys("quality", "by_workload", "*"), *self._keys("by_workload", "*")):
            if path[-1] not in workloads:
                message = f"there is no workload '{path[-1]}'{did_you_mean(path[-1], workloads, label='There are')}"
                yield self.document.mistake(path, message, of_key=True)

    def _money(self, currency: str) -> Iterator[Mistake]:
        """Money in another currency than the scenario's."""
        for path in self._keys("providers", "*", "spend_at_least"):
            try:
                spend = Money.parse(self.document.data["providers"][path[1]]["spend_at_least"])
            except (QuantityError, TypeError):
                continue  # told of as a mistake of form
            if spend.currency != currency:
                message = f"this is in {spend.currency}, the scenario in {currency}: write it in {currency}"
                yield self.document.mistake(path, message)


def _no_offer(name: str, error: NoPriceError) -> str:
    if isinstance(error, UnknownModelError):
        near = f": did you mean '{error.nearest[0]}'?" if error.nearest else "."
        return f"no offer is called '{name}'{near} 'costmodel prices list' shows every name"
    return str(error) if isinstance(error, AmbiguousModelError) else f"'{name}': {error}"


def read_constraints(path: str | Path) -> Wanted:
    """Read a file of constraints; what is wrong with its form is told together with names that are not there.

    Raises:
        FileError: the file cannot be read.
    """
    document = read_document(path)
    try:
        return Wanted(document, validated(document, Constraints), ())
    except FileError as error:
        return Wanted(document, None, error.mistakes)

"""Dated exchange rates: the last rate on or before a day, with a stated maximum age."""

import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from costmodel.documents.model import Currency, Day, Model, Positive, Text, validated
from costmodel.errors import FileError, NoExchangeRateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.documents.reader import Document
    from costmodel.errors import Mistake
    from costmodel.prices.overlay import OwnRate


class FxSource(Model):
    """Where the shipped exchange rates were read."""

    title: Text
    """Name of the publication."""
    url: Text | None = None
    """Address of the page."""
    retrieved: Day
    """The day of the last rate read."""
    via: Text | None = None
    """The collection through which they were read."""


class DatedRates(BaseModel):
    """Units of each currency for one unit of the base, on a day."""

    model_config = ConfigDict(frozen=True, extra="allow")
    on: Day
    """The day."""
    recorded: Day
    """The day they entered the table."""
    __pydantic_extra__: dict[str, Positive]


class FxFile(Model):
    """`pricing/fx.yaml`."""

    source: FxSource
    """Where they were read."""
    base: Currency
    """The currency of which one unit is changed."""
    rates: tuple[DatedRates, ...]
    """Oldest first."""


class ExchangeRate(NamedTuple):
    """A rate as used, with the day and source it comes from.

    Attributes:
        rate: units of `to` for one unit of `from_`.
    """

    from_: str
    to: str
    rate: Fraction
    on: date
    source: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in a result."""
        from costmodel.quantities import decimal_text

        return {
            "from": self.from_,
            "to": self.to,
            "rate": decimal_text(self.rate),
            "on": self.on.isoformat(),
            "source": self.source,
        }


def fx_mistakes(document: "Document", file: FxFile) -> "list[Mistake]":
    """What a table of exchange rates can get wrong beyond its schema."""
    found, days = [], set()
    for index, row in enumerate(file.rates):
        if row.on in days:
            message = (
                f"a row of {row.on} stands already above: a correction is a row of another day, never a second one"
            )
            found.append(document.mistake(("rates", index, "on"), message))
        days.add(row.on)
        for key in row.__pydantic_extra__ or {}:
            if re.fullmatch("[A-Z]{3}", key) is None:
                message = f"'{key}' is not a currency code such as USD"
                found.append(document.mistake(("rates", index, key), message, of_key=True))
    return found


class ExchangeTable:
    """Rates of the book and of the user."""

    def __init__(self, file: "FxFile | None", own: "Iterable[OwnRate]" = (), recorded_by: date | None = None) -> None:
        self._file, self._own = file, tuple(own)
        rows = file.rates if file else ()
        self._rows = sorted(
            (row for row in rows if recorded_by is None or row.recorded <= recorded_by),
            key=lambda row: row.on,
        )

    @classmethod
    def of(cls, document: "Document", own: "Iterable[OwnRate]", recorded_by: date | None) -> "ExchangeTable":
        """Read the shipped table.

        Raises:
            FileError: a key is no currency code, or a day stands twice.
        """
        file = validated(document, FxFile)
        mistakes = fx_mistakes(document, file)
        if mistakes:
            raise FileError(mistakes)
        return cls(file, own, recorded_by)

    def rate(self, from_: str, to: str, as_of: date, max_age_days: int) -> "ExchangeRate":
        """The last rate on or before a day.

        Raises:
            NoExchangeRateError: there is none, or it is older than the limit.
        """
        if from_ == to:
            return ExchangeRate(from_, to, Fraction(1), as_of, "same currency")
        fresh = [item for item in self._own if item.on <= as_of and (as_of - item.on).days <= max_age_days]
        own = sorted(fresh, key=lambda item: item.on, reverse=True)
        found = _direct(own, from_, to) or self._crossed(from_, to, as_of) or self._chained(own, from_, to, as_of)
        pair = f"{from_} to {to}"
        if found is None:
            old = [item for item in self._own if {item.from_, item.to} == {from_, to} and item.on <= as_of]
            yours = f" Yours of {max(item.on for item in old)} is older than {max_age_days} days." if old else ""
            raise NoExchangeRateError(pair, as_of.isoformat(), f"The book has no earlier one.{yours}")
        age = (as_of - found.on).days
        if age > max_age_days:
            raise NoExchangeRateError(
                pair,
                as_of.isoformat(),
                f"The last is of {found.on}, {age} days before; at most {max_age_days} are allowed.",
            )
        return found

    def _chained(self, own: "list[OwnRate]", from_: str, to: str, as_of: date) -> ExchangeRate | None:
        """One of the user's rates and one of the book's, for a pair that neither has."""
        for item in own:
            for leg in _both_ways(item):
                before, after = self._crossed(from_, leg.from_, as_of), self._crossed(leg.to, to, as_of)
                if leg.from_ == from_ and after is not None:
                    return _chain(leg, after)
                if leg.to == to and before is not None:
                    return _chain(before, leg)
        return None

    def _crossed(self, from_: str, to: str, as_of: date) -> ExchangeRate | None:
        """The book's last rate, crossed through the base of its table."""
        if self._file is None:
            return None
        for row in reversed(self._rows):
            quotes = {self._file.base: Fraction(1), **(row.__pydantic_extra__ or {})}
            if row.on <= as_of and from_ in quotes and to in quotes:
                return ExchangeRate(from_, to, quotes[to] / quotes[from_], row.on, self._file.source.title)
        return None


def _chain(first: ExchangeRate, second: ExchangeRate) -> ExchangeRate:
    """Two rates one after the other; as old as the older of them."""
    source = f"{first.source}; {second.source}"
    return ExchangeRate(first.from_, second.to, first.rate * second.rate, min(first.on, second.on), source)


def _both_ways(item: "OwnRate") -> tuple[ExchangeRate, ExchangeRate]:
    """A rate of the user's, as stated and the other way round."""
    return (
        ExchangeRate(item.from_, item.to, item.rate, item.on, item.source),
        ExchangeRate(item.to, item.from_, 1 / item.rate, item.on, item.source),
    )


def _direct(own: "list[OwnRate]", from_: str, to: str) -> ExchangeRate | None:
    """The user's newest own rate of the very pair: it goes before the book's."""
    return next((leg for item in own for leg in _both_ways(item) if (leg.from_, leg.to) == (from_, to)), None)

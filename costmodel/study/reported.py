"""The currency that metered usage is reported in, and what turns other currencies into it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.prices.policy import policy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.prices.tariff import Tariff

_ONE = Fraction(1)


class Report(NamedTuple):
    """How costs are reported.

    Attributes:
        currency: reporting currency; None for the one in which everything is billed.
        fx_as_of: the day of exchange rates; None where none is needed.
        fx_max_age_days: their greatest age; None for the limit of the policy.
        by_day: whether days are told apart.
    """

    currency: str | None = None
    fx_as_of: date | None = None
    fx_max_age_days: int | None = None
    by_day: bool = False


def paid_in(tariff: Tariff, card: RateCard) -> str:
    """The currency in which a tariff is paid."""
    return tariff.credit.pays if tariff.credit is not None else card.currency


class Exchange:
    """The reporting currency, and the exchange rates used."""

    def __init__(self, book: PriceBook, report: Report, paid: Iterable[str]) -> None:
        self._book, self._report = book, report
        self.used: dict[str, ExchangeRate] = {}
        currencies = sorted(set(paid))
        if report.currency is None and len(currencies) > 1:
            raise CommandLineError(
                f"this usage is billed in {' and '.join(currencies)}: say with --currency in which of them to report, "
                "and with --fx-as-of of which day the exchange rate is"
            )
        self._factors: dict[int, Fraction] = {}
        self.currency = report.currency or (currencies[0] if currencies else "USD")

    def rate(self, currency: str) -> Fraction:
        """Reporting currency for one unit of another.

        Raises:
            NoExchangeRateError: none is known for that day.
            CommandLineError: no day was said.
        """
        if currency == self.currency:
            return _ONE
        if currency not in self.used:
            as_of = self._report.fx_as_of
            if as_of is None:
                raise CommandLineError(
                    f"something is billed in {currency} and reported in {self.currency}: say with --fx-as-of of which "
                    "day the exchange rate is, such as --fx-as-of 2026-11-20"
                )
            limit = self._report.fx_max_age_days or policy().fx_max_age_days.value
            self.used[currency] = self._book.exchange().rate(currency, self.currency, as_of, limit)
        return self.used[currency].rate

    def factor(self, model: str, tariff: Tariff) -> Fraction:
        """Reporting currency for one unit of an offer's list currency: credit, then exchange."""
        known = self._factors.get(id(tariff))
        if known is None:
            credit = tariff.credit.per_list_unit if tariff.credit is not None else _ONE
            known = self._factors[id(tariff)] = credit * self.rate(paid_in(tariff, self._book.card(model)))
        return known

"""What FOCUS rows are made from, and what each row says because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.prices.meters import Meters
    from costmodel.quantities import Month
    from costmodel.results.estimate import BookReference

_SERVICE = {"ServiceCategory": "AI and Machine Learning", "ServiceSubcategory": "Generative AI"}


class Origin(NamedTuple):
    """What the rows are made from.

    Attributes:
        kind: `scenario`, `usage log` or `usage cube`.
        name: the scenario's; None for a log.
        sha256: hash of the scenario, or of the files of the log.
        currency: of the result.
        book, meters: the prices used.
        accounts: billing account by provider; under the empty name, that of all others.
    """

    kind: str
    name: str | None
    sha256: str
    currency: str
    book: BookReference
    meters: Meters
    accounts: Mapping[str, str]

    def account(self, provider: str) -> str:
        """The billing account: the user's, or one named by the scenario or log, as no provider has issued a bill."""
        own = self.accounts.get(provider) or self.accounts.get("")
        return own or f"costmodel:{self.kind.replace(' ', '-')}:{self.sha256[:16]}"

    def parts(self, model: str, month: Month) -> dict[str, Any]:
        """Whose a row is, of which month, and what it was made from.

        Args:
            model: `provider/model`, or a provider for what concerns all its models.
            month: billing period.
        """
        provider, _, offer = model.partition("/")
        return _SERVICE | {
            "BillingAccountId": self.account(provider),
            "BillingPeriodStart": month.start,
            "BillingPeriodEnd": month.end,
            "InvoiceIssuerName": provider,
            "ProviderName": provider,
            "PublisherName": provider,
            "ServiceName": offer or provider,
            "x_InputKind": self.kind,
            "x_InputName": self.name,
            "x_InputSha256": self.sha256,
            "x_OwnPrices": "; ".join(f"{name} {sha256}" for name, sha256 in self.book.overlays) or None,
            "x_PriceBookSha256": self.book.sha256,
            "x_PriceBookVersion": self.book.version,
            "x_ReportingCurrency": self.currency,
        }

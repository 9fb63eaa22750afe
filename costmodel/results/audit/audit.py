"""An audit: quoted figures, what they come to when they are computed again, and what would make them true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costmodel.quantities import decimal_text, grouped, significant
from costmodel.results.audit.parts import CONTRADICTED, NOT_COMPUTABLE, REPRODUCED, ROUNDED, VERDICTS, Stated
from costmodel.results.estimate import SCHEMA_VERSION
from costmodel.results.notice import notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.prices.exchange import ExchangeRate
    from costmodel.results.audit.parts import Finding
    from costmodel.results.estimate import BookReference
    from costmodel.results.notice import Notice

_RATIO_DIGITS = 4


@dataclass(frozen=True)
class Audit(Shown):
    """Every claim of a file with its verdict.

    Attributes:
        title: whose claims they are.
        findings: in the order of the file.
        books: price books used.
        exchange: exchange rates used.
        claims_sha256: hash of the file of claims.
        notices: warnings of the scenarios used.
    """

    title: str
    findings: tuple[Finding, ...]
    books: tuple[BookReference, ...]
    exchange: tuple[ExchangeRate, ...]
    claims_sha256: str
    notices: tuple[Notice, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many claims there are of each verdict."""
        return {verdict: len(self.of(verdict)) for verdict in VERDICTS}

    def of(self, verdict: str) -> tuple[Finding, ...]:
        """The claims of a verdict."""
        return tuple(item for item in self.findings if item.verdict == verdict)

    @property
    def finding(self) -> str:
        """How many claims of each verdict, and what the contradicted ones would need."""
        count = self.counts
        words = (
            f"{len(self.findings)} claims: {count[REPRODUCED]} reproduced, {count[ROUNDED]} reproduced when rounded, "
            f"{count[CONTRADICTED]} contradicted, {count[NOT_COMPUTABLE]} not computable."
        )
        mended = sum(bool(item.alternative.assumptions) for item in self.findings)
        if not count[CONTRADICTED]:
            return words
        return f"{words} {mended} of the {count[CONTRADICTED]} contradicted would be true under other assumptions."

    def table(self) -> Table:
        """One row a claim."""
        columns = (
            Column("", numeric=True),
            Column("claim"),
            Column("quoted", numeric=True),
            Column("computed", numeric=True),
            Column("ratio", numeric=True),
            Column("verdict, and why or what would make it true"),
        )
        rows = tuple(self._row(number, item) for number, item in enumerate(self.findings, 1))
        return Table(f"{self.title}: audit", columns, rows, (), (), self.finding)

    def _row(self, number: int, item: Finding) -> tuple[str, ...]:
        ratio = item.ratio if item.verdict == CONTRADICTED else None
        shown = "" if ratio is None else grouped(significant(ratio, _RATIO_DIGITS))
        return (str(number), item.claim, item.quoted, item.computed_beside(), shown, item.words)

    def tables(self) -> list[Table]:
        """The claims; then figures beside them, where there are some; the notes below the last."""
        beside = [
            (str(number), name, stated.text)
            for number, item in enumerate(self.findings, 1)
            for name, stated in (*_needed(item), *item.beside)
        ]
        columns = (Column("", numeric=True), Column("beside the claim of that number"), Column("is", numeric=True))
        more = [Table("Figures beside the claims", columns, tuple(beside))] if beside else []
        *first, last = [self.table(), *more]
        return [*first, last._replace(notes=self.notes)]

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the table."""
        prices = (f"Prices: {book}." for book in self.books)
        return (
            "Ratio: quoted over computed. A computed figure without a unit has that of the quoted one.",
            *self._notes_on_claims(),
            *prices,
            *(_rate_text(rate) for rate in self._rates()),
            *notice_lines(self.notices),
        )

    def _notes_on_claims(self) -> list[str]:
        """What a reader should know of claims; what is to be said of several, once."""
        found: dict[str, list[str]] = {}
        for number, item in enumerate(self.findings, 1):
            if item.note:
                found.setdefault(item.note, []).append(str(number))
        return [f"Claim{'s' * (len(of) > 1)} {' and '.join(of)}: {note}" for note, of in found.items()]

    def _rates(self) -> list[ExchangeRate]:
        """Exchange rates, each pair of currencies once a day, whichever way round it was used first."""
        found: dict[Any, ExchangeRate] = {}
        for rate in self.exchange:
            found.setdefault((frozenset((rate.from_, rate.to)), rate.on), rate)
        return list(found.values())

    def to_json(self) -> dict[str, Any]:
        """As plain data: figures as decimal strings; the same inputs give the same bytes."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "audit",
            "title": self.title,
            "finding": self.finding,
            "currency": None,
            "total": None,
            "counts": self.counts,
            "lines": [item.to_json() for item in self.findings],
            "price_book": self.books[0].to_json() if len(self.books) == 1 else None,
            "price_books": [book.to_json() for book in self.books],
            "claims_sha256": self.claims_sha256,
            "exchange_rates": [rate.to_json() for rate in self.exchange],
            "warnings": [{"code": notice.code, "text": notice.text} for notice in self.notices],
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One flat record a claim, as for a spreadsheet.

        Args:
            exact: numbers as `Fraction` instead of decimal strings.
        """
        return [_flat(number, item, exact=exact) for number, item in enumerate(self.findings, 1)]

    def __repr__(self) -> str:
        return f"<Audit {self.title!r}: {', '.join(f'{count} {name}' for name, count in self.counts.items())}>"


def _needed(item: Finding) -> list[tuple[str, Stated]]:
    """What a contradicted claim would need, as figures beside it."""
    named = item.would_need if item.verdict == CONTRADICTED else ()
    return [(f"would need {name}", stated) for name, stated in named]


def _rate_text(rate: ExchangeRate) -> str:
    shown = decimal_text(significant(rate.rate, 8))
    return f"Exchange rate: {shown} {rate.to} for one {rate.from_} on {rate.on} ({rate.source})."


def _flat(number: int, item: Finding, *, exact: bool) -> dict[str, Any]:
    def shown(value: Fraction | None) -> Any:
        return value if exact or value is None else decimal_text(value)

    return {
        "number": number,
        "claim": item.claim,
        "quoted": item.quoted,
        "quoted_number": shown(item.figure.number if item.figure else None),
        "computed_number": shown(item.computed.number if item.computed else None),
        "unit": (item.computed or item.figure or Stated("", significant(0, 1), "")).unit,
        "verdict": item.verdict,
        "ratio": shown(item.ratio),
        "true_with": " + ".join(item.alternative.assumptions),
        "why": item.remedy,
        "source": item.source,
    }

"""An audit: quoted figures, what they come to when they are computed again, and what would make them true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text, grouped, significant
from costmodel.results.estimate import SCHEMA_VERSION
from costmodel.results.notice import notice_lines
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from fractions import Fraction

    from costmodel.prices.exchange import ExchangeRate
    from costmodel.results.estimate import BookReference
    from costmodel.results.notice import Notice

REPRODUCED = "reproduced"
ROUNDED = "reproduced when rounded"
CONTRADICTED = "contradicted"
NOT_COMPUTABLE = "not computable"
VERDICTS = (REPRODUCED, ROUNDED, CONTRADICTED, NOT_COMPUTABLE)
_RATIO_DIGITS = 4


class Stated(NamedTuple):
    """A figure with its unit.

    Attributes:
        text: as it is shown, with its unit.
        number: exact, in the unit.
        unit: in words; empty for a plain number.
    """

    text: str
    number: Fraction
    unit: str

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"number": decimal_text(self.number), "unit": self.unit}


class Used(NamedTuple):
    """A scenario that a claim was computed from."""

    file: str
    sha256: str


class Alternative(NamedTuple):
    """What came of trying other assumptions.

    Attributes:
        assumptions: the smallest change that makes the claim true; none where there is none.
        computed: the figure under it.
        tried: assumptions that change anything in the claim.
        sets: how many sets of them were computed.
    """

    assumptions: tuple[str, ...] = ()
    computed: Stated | None = None
    tried: tuple[str, ...] = ()
    sets: int = 0


class Finding(NamedTuple):
    """One claim with its verdict.

    Attributes:
        claim, source, note: as written.
        quoted: the figure as written.
        figure: the same, exact; None where only a unit is claimed.
        computed: what it comes to; None where it cannot be computed.
        verdict: one of `VERDICTS`.
        why: to what it was rounded, what is missing, what it stands against.
        alternative: what would make it true, where it is contradicted.
        would_need, beside: further figures by name.
        scenarios: what it was computed from.
    """

    claim: str
    source: str
    quoted: str
    figure: Stated | None
    computed: Stated | None
    verdict: str
    why: str = ""
    alternative: Alternative = Alternative()
    would_need: tuple[tuple[str, Stated], ...] = ()
    beside: tuple[tuple[str, Stated], ...] = ()
    scenarios: tuple[Used, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> Fraction | None:
        """Quoted over computed; None where there is nothing to divide."""
        if self.figure is None or self.computed is None or not self.computed.number:
            return None
        return self.figure.number / self.computed.number

    @property
    def remedy(self) -> str:
        """What would make a contradicted claim true; why another has its verdict."""
        if self.verdict != CONTRADICTED:
            return self.why
        parts = [self.why, self._change(), *(f"needs {name} {stated.text}" for name, stated in self.would_need)]
        return "; ".join(part for part in parts if part)

    def _change(self) -> str:
        if self.alternative.assumptions:
            return f"true with: {' + '.join(self.alternative.assumptions)}"
        if self.alternative.tried:
            tried = len(self.alternative.tried)
            several = f"none of {tried} assumptions, alone or in pairs"
            return several if tried > 1 else "the one assumption tried does not"
        return "" if self.why else "no assumption tried changes it"

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        tried = self.alternative
        return {
            "claim": self.claim,
            "source": self.source,
            "quoted": self.quoted,
            "quoted_figure": self.figure.to_json() if self.figure else None,
            "computed": self.computed.to_json() if self.computed else None,
            "verdict": self.verdict,
            "ratio": None if self.ratio is None else decimal_text(self.ratio),
            "why": self.why,
            "true_with": list(tried.assumptions) if tried.assumptions else None,
            "computed_then": tried.computed.to_json() if tried.computed else None,
            "assumptions_tried": list(tried.tried),
            "sets_tried": tried.sets,
            "would_need": {name: stated.to_json() for name, stated in self.would_need},
            "beside": {name: stated.to_json() for name, stated in self.beside},
            "scenarios": [used._asdict() for used in self.scenarios],
            "note": self.note or None,
        }


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
            Column("verdict"),
            Column("ratio", numeric=True),
            Column("why, or what would make it true"),
        )
        rows = tuple(self._row(number, item) for number, item in enumerate(self.findings, 1))
        return Table(f"{self.title}: audit", columns, rows, (), self.notes, self.finding)

    def _row(self, number: int, item: Finding) -> tuple[str, ...]:
        ratio = item.ratio if item.verdict == CONTRADICTED else None
        return (
            str(number),
            item.claim,
            item.quoted,
            item.computed.text if item.computed else "",
            item.verdict,
            "" if ratio is None else grouped(significant(ratio, _RATIO_DIGITS)),
            item.remedy,
        )

    def tables(self) -> list[Table]:
        """The claims; then figures beside them, where there are some."""
        rows = tuple(
            (str(number), name, stated.text)
            for number, item in enumerate(self.findings, 1)
            for name, stated in item.beside
        )
        if not rows:
            return [self.table()]
        columns = (Column("", numeric=True), Column("beside the claim of that number"), Column("is", numeric=True))
        return [self.table(), Table("Figures beside the claims", columns, rows)]

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the table."""
        lines = ["Ratio: quoted over computed.", *(f"Prices: {book}." for book in self.books)]
        for rate in self.exchange:
            shown = decimal_text(significant(rate.rate, 8))
            lines.append(f"Exchange rate: {shown} {rate.to} for one {rate.from_} on {rate.on} ({rate.source}).")
        return (*lines, *notice_lines(self.notices))

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

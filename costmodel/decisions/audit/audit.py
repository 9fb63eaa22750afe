"""Recomputes quoted figures, and says which assumption would be needed to make a contradicted one true."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costmodel.decisions.audit.alternatives import smallest_change, unused
from costmodel.decisions.audit.claims_file import read_claims
from costmodel.decisions.audit.computing import Computation
from costmodel.decisions.audit.figures import Figures
from costmodel.decisions.audit.verdicts import verdict_on
from costmodel.errors import FileError, NoPriceError, QuantityError, all_or_errors
from costmodel.prices.book import PriceBook
from costmodel.prices.reading import digest
from costmodel.results.audit.audit import Audit
from costmodel.results.audit.parts import CONTRADICTED, NOT_COMPUTABLE, OWN, Alternative, Finding, Stated, Used
from costmodel.results.notice import Notice, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from costmodel.decisions.audit.alternatives import Named
    from costmodel.decisions.audit.claims import Claim, Figure
    from costmodel.decisions.audit.claims_file import Claims
    from costmodel.decisions.audit.units import Amount
    from costmodel.decisions.audit.verdicts import Verdict
    from costmodel.errors import Mistake

NOT_USED = "assumption-not-used"


def audit(
    path: str | Path,
    *,
    overlays: Sequence[str | Path] = (),
    version: str | None = None,
    name: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Audit:
    """Recompute every figure of a file of claims.

    Args:
        path: the file.
        overlays: files of the user's own prices.
        version: of the price book, in place of the file's.
        name: what to call the file in messages; its path by default.
        progress: told how many claims are done, and of how many.

    Raises:
        FileError: every mistake in the claims and in the scenarios they name.
        NoPriceError: something that a claim is computed from has no price.
        CommandLineError: there is no such version of the price book.
    """
    claims = read_claims(path, name)
    wanted = version or claims.file.prices.version
    figures = Figures(Path(path).parent, wanted, tuple(Path(item) for item in overlays))
    auditor = _Auditor(claims, figures, PriceBook.load(version=wanted, overlays=overlays))
    if claims.mistakes:
        own = claims.document.name
        found = dict.fromkeys((*claims.mistakes, *auditor.mistakes()))
        raise FileError(sorted(found, key=lambda item: (item.file != own, item.file, item.line, item.column)))
    return auditor.audit(progress)


@dataclass(frozen=True)
class _Auditor:
    """A file of claims, ready to be audited."""

    claims: Claims
    figures: Figures
    book: PriceBook

    def audit(self, progress: Callable[[int, int], None]) -> Audit:
        """Every claim with its verdict."""
        bases = self._bases()

        def one(base: Computation) -> Finding:
            found = self.finding(base)
            progress(base.at[1] + 1, len(bases))
            return found

        findings = all_or_errors(bases, one)
        figures = self.figures
        return Audit(
            title=self.claims.file.claims,
            findings=tuple(findings),
            books=tuple(figures.books.values()),
            exchange=tuple(figures.rates.values()),
            claims_sha256=digest(self.claims.document.data),
            notices=(*joined(figures.notices), *self._unused(bases)),
        )

    def mistakes(self) -> tuple[Mistake, ...]:
        """What is met in computing the claims that can be computed."""
        try:
            all_or_errors(self._bases(), self.finding)
        except FileError as error:
            return error.mistakes
        except NoPriceError:
            return ()  # where files are wrong too, they are told
        return ()

    def _bases(self) -> list[Computation]:
        claims = self.claims
        quoted: Mapping[str, Amount] = {
            item.name: item.quoted.amount for item in claims.file.items if item.name and item.quoted.amount
        }
        return [
            Computation(item, ("items", index), claims.document, self.figures, quoted, self.book)
            for index, item in claims.sound
        ]

    def _unused(self, bases: Sequence[Computation]) -> list[Notice]:
        """Assumptions that change nothing anywhere: perhaps a path is misspelt."""
        names = unused(bases, list(self.claims.file.assumptions.items()))
        lead, after = "assumptions that change nothing in any claim", "Check their paths and names."
        return [Notice(NOT_USED, lead, tuple(names), after)] if names else []

    def finding(self, base: Computation) -> Finding:
        """One claim with its verdict.

        Raises:
            FileError, NoPriceError: it cannot be computed as it says.
        """
        claim = base.claim
        figure = None if claim.quoted.amount is None else _stated(claim.quoted.amount)
        found = Finding(claim.claim, claim.source, claim.quoted.text, figure, None, NOT_COMPUTABLE)
        would_need, beside, verdict = _computed(base)
        found = found._replace(would_need=would_need, beside=beside, note=claim.note or "")
        if verdict is None:
            return found._replace(why=f"missing: {claim.missing}")
        return found._replace(
            computed=_stated(verdict.computed),
            verdict=verdict.kind,
            why=verdict.why or _whose(claim, verdict),
            alternative=self._alternative(base, verdict),
            scenarios=tuple(Used(view.file, self.figures.sha256(view)) for view in base.views()),
        )

    def _alternative(self, base: Computation, verdict: Verdict) -> Alternative:
        if verdict.kind != CONTRADICTED or base.claim.quoted.amount is None:
            return Alternative()
        search = smallest_change(
            base, self._to_try(base.claim), lambda amount: _verdict(base, amount).kind != CONTRADICTED
        )
        computed = None if search.computed is None else _stated(_verdict(base, search.computed).computed)
        return Alternative(search.found, computed, search.tried, search.sets)

    def _to_try(self, claim: Claim) -> list[Named]:
        assumptions = self.claims.file.assumptions
        names = assumptions if claim.try_ is None else claim.try_
        return [(name, item) for name, item in assumptions.items() if name in names]


def _computed(base: Computation) -> Any:
    """Further figures, and the verdict, if there is one; whatever cannot be computed is told together."""
    parts: tuple[Callable[[], Any], ...] = (
        lambda: _named(base, "would_need"),
        lambda: _named(base, "beside"),
        lambda: None if base.claim.missing is not None else _verdict(base, base.computed()),
    )
    return all_or_errors(parts, lambda compute: compute())


def _verdict(base: Computation, computed: Amount) -> Verdict:
    try:
        return verdict_on(base.claim.quoted, computed)
    except QuantityError as error:
        raise FileError([base.document.mistake((*base.at, "quoted"), str(error))]) from None


def _stated(amount: Amount) -> Stated:
    return Stated(str(amount), amount.number, amount.unit.text)


def _named(base: Computation, section: str) -> tuple[tuple[str, Stated], ...]:
    """Further figures of a claim."""
    figures: Mapping[str, Figure] = getattr(base.claim, section)
    return tuple((name, _stated(base.amount(figure, (section, name)))) for name, figure in figures.items())


def _whose(claim: Claim, verdict: Verdict) -> str:
    """Whose figure a contradicted one stands against."""
    against = claim.against
    if verdict.kind != CONTRADICTED or against is None:
        return ""
    return f"{OWN}: {against.source}" if against.source else f"{OWN}s"

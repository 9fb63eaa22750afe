"""What an audit is made of: figures with their units, what came of trying assumptions, a claim with its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text

if TYPE_CHECKING:
    from fractions import Fraction

REPRODUCED = "reproduced"
ROUNDED = "reproduced when rounded"
CONTRADICTED = "contradicted"
NOT_COMPUTABLE = "not computable"
VERDICTS = (REPRODUCED, ROUNDED, CONTRADICTED, NOT_COMPUTABLE)
OWN = "its own other figure"
_SHORT = 3  # characters of a unit that is repeated: %, ms, USD


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
        return "; ".join((*self._reasons(), *(f"needs {name} {stated.text}" for name, stated in self.would_need)))

    @property
    def words(self) -> str:
        """The verdict with its reason, in short: what a contradicted claim would need in figures stands beside it."""
        return self._verdict_and_why() + (" (note)" if self.note else "")

    def _verdict_and_why(self) -> str:
        if self.verdict == CONTRADICTED:
            by = " by " if self.why.startswith(OWN) else ": "
            return f"{self.verdict}{by}{'; '.join(self._reasons())}"
        if self.verdict == ROUNDED:
            return f"reproduced when {self.why}"
        return f"{self.verdict}: {self.why.removeprefix('missing: ')}" if self.why else self.verdict

    def _reasons(self) -> list[str]:
        """Whose figure it stands against, and what came of trying assumptions."""
        return [part for part in (self.why, self._change()) if part]

    def _change(self) -> str:
        found = self.alternative
        if found.assumptions:
            return f"true with {' + '.join(found.assumptions)}"
        if found.tried:
            several = f"none of {len(found.tried)} assumptions, alone or in pairs ({found.sets} sets)"
            return several if len(found.tried) > 1 else "the one assumption tried does not help"
        return "" if self.why else "no assumption of the file applies"

    def computed_beside(self) -> str:
        """The computed figure; a long unit only where it is not that of the quoted one."""
        if self.computed is None:
            return ""
        unit = self.computed.unit
        same = self.figure is not None and self.figure.unit == unit and len(unit) > _SHORT
        return self.computed.text.removesuffix(unit).rstrip() if same else self.computed.text

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

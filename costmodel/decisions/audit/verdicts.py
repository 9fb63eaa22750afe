"""What is to be said of a quoted figure, once it has been computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.audit.units import EQUAL, Amount, Quoted, Unit, step_text
from costmodel.errors import QuantityError
from costmodel.quantities import half_up
from costmodel.results.audit.parts import CONTRADICTED, REPRODUCED, ROUNDED

if TYPE_CHECKING:
    from fractions import Fraction

_ROUGH = ("about", "up to")


class Verdict(NamedTuple):
    """A verdict.

    Attributes:
        kind: reproduced, reproduced when rounded, or contradicted.
        why: to what it was rounded, or what does not fit; empty where nothing is to be said.
        computed: the figure in the unit of the quoted one.
    """

    kind: str
    why: str
    computed: Amount


def verdict_on(quoted: Quoted, computed: Amount) -> Verdict:
    """Compare a quoted figure with the computed one.

    Raises:
        QuantityError: they cannot be compared.

    >>> from costmodel.decisions.audit.units import quoted
    >>> hours = Amount.parse("1_000 minutes/day")
    >>> verdict_on(quoted("16.7 hours/day"), hours)[:2]
    ('reproduced when rounded', 'rounded to 0.1 hours/day')
    """
    if quoted.amount is None:
        return _on_unit(quoted, computed)
    found = _within(computed, quoted.unit)
    claimed, actual = quoted.amount.number, found.number
    if quoted.wording in {"<", "<=", ">", ">="}:
        return Verdict(REPRODUCED if _holds(quoted.wording, actual, claimed) else CONTRADICTED, "", found)
    if actual == claimed:
        return Verdict(REPRODUCED, "", found)
    steps = [quoted.step] if quoted.wording == EQUAL else [quoted.step, quoted.rough_step]
    for step in steps:
        if half_up(actual / step) * step == claimed:
            said = f", as '{quoted.wording}' allows" if quoted.wording in _ROUGH and step != quoted.step else ""
            return Verdict(ROUNDED, f"rounded to {step_text(step, quoted.unit)}{said}", found)
    return Verdict(CONTRADICTED, "", found)


def _holds(wording: str, actual: Fraction, claimed: Fraction) -> bool:
    if actual == claimed:
        return wording in {"<=", ">="}
    return (actual < claimed) == wording.startswith("<")


def _on_unit(quoted: Quoted, computed: Amount) -> Verdict:
    if quoted.unit.fits(computed.unit):
        return Verdict(REPRODUCED, "the unit is right; no figure is quoted", computed.within(quoted.unit))
    found = computed.unit.text or "a plain number"
    return Verdict(CONTRADICTED, f"its formula gives {found}, not {quoted.unit.text}", computed)


def _within(computed: Amount, unit: Unit) -> Amount:
    """The computed figure in the unit quoted; a quoted figure may leave '/month' out."""
    if unit.fits(computed.unit):
        return computed.within(unit)
    monthly = tuple(sorted((*unit.powers, ("month", -1))))
    if monthly == computed.unit.powers and "/month" in computed.unit.text:
        return Amount(computed.base / unit.scale, unit)
    raise QuantityError(f"quoted in {unit.text or 'plain numbers'}, but computed in {computed.unit.text or 'times'}")

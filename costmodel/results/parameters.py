"""A number of a scenario as sensitivity shows it, and what its results have in common."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from costmodel.prices.policy import places_of
from costmodel.quantities import decimal_text, grouped, half_up, magnitude, significant
from costmodel.results.estimate import SCHEMA_VERSION, shown_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.distributions import Distribution

Number: TypeAlias = Fraction | float
_WRITTEN_DIGITS = 12  # of a value as text: what 64-bit arithmetic holds after a few operations
_EXACT_DIGITS, _SHOWN_DIGITS = 6, 4  # a number of up to six digits is shown as it is, a longer one with four
JSON_DIGITS = 10
_AMBIGUOUS_PLACES = 3  # one to three digits, a point and three more could be thousands: a zero behind them says no
_SMALL, _SMALL_DIGITS = Fraction(1, 10), 3  # an amount of money below a tenth is shown with three digits


class Parameter(NamedTuple):
    """A number of a scenario, and how it is written there.

    Attributes:
        path: where it stands.
        name: the path as text, as for `--set`.
        value: today's, in the unit in which it is computed with: 0.02 for 2 %.
        distribution: what it may be instead; None where one number is stated.
        low, high: the least and the greatest value that may stand there; None where no limit was met.
        above_low: whether it must be more than `low`.
        unit: what stands after the number, with the space before it.
        scale: what the number written is multiplied by to compute with it: a hundredth for percent.
        called: what it is called in words; empty where it has no words.
    """

    path: tuple[Any, ...]
    name: str
    value: Fraction
    distribution: Distribution | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    above_low: bool = False
    unit: str = ""
    scale: Fraction = Fraction(1)
    called: str = ""

    @property
    def words(self) -> str:
        """What it is called, or the path where it has no words."""
        return self.called or self.name

    @property
    def currency(self) -> str:
        """The currency of an amount of money; empty for anything else."""
        code = self.unit.strip()[:3]
        return code if len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() else ""  # noqa: PLR2004

    def text(self, value: Fraction) -> str:
        """A value as it may be written in a scenario.

        >>> Parameter((), "", Fraction(1), unit=" %", scale=Fraction(1, 100)).text(Fraction("0.425"))
        '42.5 %'
        """
        digits = decimal_text(significant(value / self.scale, _WRITTEN_DIGITS))
        return digits + "0" * (len(digits.partition(".")[2]) == _AMBIGUOUS_PLACES) + self.unit

    def shown(self, value: Number) -> str:
        """A value for reading, in the unit that was written.

        >>> Parameter((), "", Fraction(15), unit=" USD").shown(Fraction("1.575"))
        '1.58 USD'
        """
        written = Fraction(value) / self.scale
        if self.currency:
            small = written and abs(written) < _SMALL
            places = _SMALL_DIGITS - magnitude(written) if small else places_of(self.currency)
            rounded = half_up(written, places)
            return grouped(rounded, 0 if rounded.denominator == 1 else places) + self.unit
        if significant(written, _EXACT_DIGITS) != written:
            written = half_up(written, max(_SHOWN_DIGITS - magnitude(written), 0))
        return grouped(written) + self.unit


def head(kind: str, title: str, option: str, currency: str) -> dict[str, Any]:
    """The first fields of every result about numbers."""
    return {"schema_version": SCHEMA_VERSION, "kind": kind, "title": title, "option": option, "currency": currency}


def parameter_json(parameter: Parameter) -> dict[str, Any]:
    """A number as JSON has it."""
    return {"path": parameter.name, "value": digits(parameter.value), "shown": parameter.shown(parameter.value)}


def reasons(items: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Numbers that were left out, and why."""
    return [{"path": name, "reason": why} for name, why in items]


def digits(value: Number) -> float:
    """A number of ten significant digits, as JSON has it."""
    return float(f"{float(value):.{JSON_DIGITS}g}")


def money(value: Number, currency: str) -> str:
    """An amount for reading, with its currency."""
    amount = Fraction(value)
    places = shown_places([amount], currency) if amount else places_of(currency)
    return f"{grouped(half_up(amount, places), places)} {currency}"

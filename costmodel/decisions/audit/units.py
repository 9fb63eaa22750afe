"""Numbers with units: `252 USD/month`, `100 records/day`, `180 ms`, `94.8 %`; multiplied and divided with their units.

Any word is a unit. Only units whose relation is fixed by definition turn into one another: milliseconds to hours,
months to years. A day is not turned into hours, nor a month into days: how many there are is an assumption, and is
written out, `30 days/month`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import QuantityError
from costmodel.quantities import decimal_text, exact, grouped, half_up, magnitude, significant, unambiguous

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Definitions: how many of its base unit one unit is; a base of None is a plain number.
_SECOND, _MINUTE, _HOUR = "second", Fraction(60), Fraction(3_600)
_DEFINED: dict[str, tuple[Fraction, str | None]] = {
    "ms": (Fraction(1, 1_000), _SECOND),
    "s": (Fraction(1), _SECOND),
    "min": (_MINUTE, _SECOND),
    "minute": (_MINUTE, _SECOND),
    "h": (_HOUR, _SECOND),
    "hour": (_HOUR, _SECOND),
    "year": (Fraction(12), "month"),
    "%": (Fraction(1, 100), None),
    "time": (Fraction(1), None),
}
_SCALES = {"k": 1_000, "M": 1_000_000, "bn": 1_000_000_000}
_PART = re.compile(r"(?P<number>[+-]?\d[\d_.,]*)?\s*(?:(?P<scale>k|M|bn)(?![^\W_]))?\s*(?P<unit>[^\W\d_]+|%)?")
_SHOWN_DIGITS = 6  # of a figure that is no money
_CENTS, _PERCENT_PLACES, _PERCENT_DIGITS = 2, 2, 4


class Unit(NamedTuple):
    """A unit.

    Attributes:
        scale: base units in one of it.
        powers: exponent of each base unit, none of them 0, by name.
        text: as it is shown.
    """

    scale: Fraction
    powers: tuple[tuple[str, int], ...]
    text: str

    @classmethod
    def of(cls, powers: Mapping[str, int]) -> Unit:
        """The unit of base units."""
        kept = tuple(sorted((name, power) for name, power in powers.items() if power))
        above = " ".join(_plural(name, power) for name, power in kept if power > 0)
        below = "".join(f"/{_power(name, -power)}" for name, power in kept if power < 0)
        return cls(Fraction(1), kept, (above or ("1" if below else "")) + below)

    @property
    def money(self) -> bool:
        """Whether it is money, or money for each of something; an exchange rate is none."""
        currencies = [power for name, power in self.powers if re.fullmatch(r"[A-Z]{3}", name)]
        return currencies == [1]

    def fits(self, other: Unit) -> bool:
        """Whether figures of the two can be compared."""
        return self.powers == other.powers


PLAIN = Unit(Fraction(1), (), "")


def _plural(name: str, power: int) -> str:
    return _power(name, power) if name.isupper() else _power(f"{name}s", power)


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


class Amount(NamedTuple):
    """An exact number of a unit.

    >>> hours = Amount.parse("100 records/day").times(Amount.parse("10 minutes/record"))
    >>> hours.within(Amount.parse("16.7 hours/day").unit).number == Fraction(50, 3)
    True
    """

    number: Fraction
    unit: Unit

    @classmethod
    def parse(cls, value: object) -> Amount:
        """Read `252 USD/month`, `6M tokens`, `94.8 %`, `0.42 USD/1M tokens` or a plain number.

        Raises:
            QuantityError: no number, or one that could mean two things.
        """
        return _written(str(value)).amount

    @property
    def base(self) -> Fraction:
        """The number in base units."""
        return self.number * self.unit.scale

    def within(self, unit: Unit) -> Amount:
        """The same amount in another unit that fits."""
        return Amount(self.base / unit.scale, unit)

    def times(self, other: Amount) -> Amount:
        """The product."""
        return self._combined(other, 1)

    def over(self, other: Amount) -> Amount:
        """The quotient; of two like figures a plain number.

        Raises:
            ZeroDivisionError: the other is 0.
        """
        return self._combined(other, -1)

    def _combined(self, other: Amount, sign: int) -> Amount:
        powers = dict(self.unit.powers)
        for name, power in other.unit.powers:
            powers[name] = powers.get(name, 0) + sign * power
        return Amount(self.base * other.base if sign > 0 else self.base / other.base, Unit.of(powers))

    def __str__(self) -> str:
        """For reading: money to the cent, percent to a hundredth, other figures to six digits."""
        return f"{_shown(self)} {self.unit.text}".strip()


class Written(NamedTuple):
    """An amount as it was written, with the places after the point and the factor behind the digits."""

    amount: Amount
    places: int
    scale: int


def _written(text: str) -> Written:
    first, *rest = (part.strip() for part in text.strip().split("/"))
    number, scale, unit = _parts(first, text)
    if number is None:
        raise QuantityError(f"expected a number with its unit such as '252 USD/month', got '{text[:60]}'")
    value, powers, size = exact(unambiguous(number)) * scale, dict(unit.powers), unit.scale
    for part in rest:
        per, per_scale, below = _parts(part, text)
        if not below.text:
            raise QuantityError(f"'{text[:60]}' has no unit behind a '/': write such as '252 USD/month'")
        count = exact(unambiguous(per)) if per is not None else Fraction(1)
        if count <= 0:
            raise QuantityError(f"'{text[:60]}' divides by {per}: write how many {below.text} it is for, 1 or more")
        size /= below.scale * per_scale * count
        for name, power in below.powers:
            powers[name] = powers.get(name, 0) - power
    shown = "/".join((unit.text, *rest))
    kept = tuple(sorted((name, power) for name, power in powers.items() if power))
    return Written(Amount(value, Unit(size, kept, shown)), len(number.partition(".")[2]), scale)


def _parts(part: str, text: str) -> tuple[str | None, int, Unit]:
    """Number, scale and unit of what stands between two '/'."""
    match = _PART.fullmatch(part)
    if match is None or (match["scale"] and not match["number"]):
        raise QuantityError(
            f"'{text[:60]}' is no number with a unit: write such as '252 USD/month', '94.8 %' or '180 ms'"
        )
    return match["number"], _SCALES.get(match["scale"], 1), _unit(match["unit"])


def _unit(word: str | None) -> Unit:
    if word is None:
        return PLAIN
    name = word[:-1] if len(word) > 2 and word.endswith("s") and not word.isupper() else word  # noqa: PLR2004 - 'ms', 's'
    scale, base = _DEFINED.get(name, (Fraction(1), name))
    return Unit(scale, ((base, 1),) if base else (), word)


def unit_of(text: str) -> Unit:
    """A unit as it is written, such as `minutes/month`.

    Raises:
        QuantityError: it is none.

    >>> unit_of("USD/month").powers
    (('USD', 1), ('month', -1))
    """
    if not re.match(r"[^\W\d_]|%", text.strip()):
        raise QuantityError(f"'{text[:40]}' is no unit: write such as minutes, % or USD/month")
    return _written(f"1 {text.strip()}").amount.unit


def _shown(amount: Amount) -> str:
    number = amount.number
    if amount.unit.text == "%" and number:
        return grouped(half_up(number, max(_PERCENT_PLACES, _PERCENT_DIGITS - magnitude(number))))
    if amount.unit.money and abs(number) >= 1:
        return grouped(number, _CENTS)
    if magnitude(number) >= _SHOWN_DIGITS:
        return grouped(half_up(number))
    return grouped(significant(number, _SHOWN_DIGITS)) if number else "0"


# What a wording says about a figure, longest first.
_WORDINGS: tuple[tuple[str, str], ...] = (
    ("approximately ", "about"), ("at least ", ">="), ("at most ", "<="), ("more than ", ">"), ("less than ", "<"),
    ("about ", "about"), ("up to ", "up to"), ("above ", ">"), ("below ", "<"), ("under ", "<"), ("over ", ">"),
    ("<=", "<="), (">=", ">="), ("≤", "<="), ("≥", ">="), ("~", "about"), ("≈", "about"), ("<", "<"), (">", ">"),
)  # fmt: skip
EQUAL = ""


class Quoted(NamedTuple):
    """A figure as it is quoted.

    Attributes:
        text: as written.
        wording: `<`, `<=`, `>`, `>=`, `about`, `up to`; empty where the figure stands alone.
        amount: the figure; None where only a unit is claimed (`? ms`).
        unit: of the figure.
        step: precision of the digits written, in that unit: 0.1 for `16.7 hours`.
    """

    text: str
    wording: str
    amount: Amount | None
    unit: Unit
    step: Fraction

    @property
    def rough_step(self) -> Fraction:
        """Precision where the wording says about: zeros at the end of a whole number do not count."""
        step = self.step
        while self.amount and self.amount.number and step >= 1 and (self.amount.number / (step * 10)).denominator == 1:
            step *= 10
        return step


def quoted(value: object) -> Quoted:
    """Read a figure as it is quoted.

    Raises:
        QuantityError: it cannot be read.

    >>> quoted("~1200 ms").wording, quoted("~1200 ms").rough_step, quoted("16.7 hours").step
    ('about', Fraction(100, 1), Fraction(1, 10))
    """
    text = str(value).strip()
    wording, rest = next(
        ((kind, text[len(start) :].strip()) for start, kind in _WORDINGS if text.startswith(start)), (EQUAL, text)
    )
    if rest.startswith("?"):
        unit = unit_of(rest[1:].strip()) if rest[1:].strip() else PLAIN
        if wording or not unit.text:
            raise QuantityError(f"'{text[:60]}' claims nothing: write a figure, or '?' and its unit, such as '? ms'")
        return Quoted(text, EQUAL, None, unit, Fraction(1))
    written = _written(rest)
    step = Fraction(written.scale) / 10**written.places
    return Quoted(text, wording, written.amount, written.amount.unit, step)


def summed(amounts: Iterable[Amount]) -> Amount:
    """The sum, in the unit of the first; all of units that fit."""
    first, *others = amounts
    return first._replace(
        number=first.number + sum(((other.within(first.unit)).number for other in others), Fraction(0))
    )


def ratio_text(ratio: Fraction) -> str:
    """How many times, in four significant digits.

    >>> ratio_text(Fraction(160, 13))
    '12.31'
    """
    return grouped(significant(ratio, 4)) if ratio else "0"


def step_text(step: Fraction, unit: Unit) -> str:
    """The precision of a figure, such as `0.1 hours`."""
    return f"{decimal_text(step) if step < 1 else grouped(step)} {unit.text}".strip()

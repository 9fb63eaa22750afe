"""Exact numbers as people write them: digits, shares, money, months, instants; and rounding for display.

Everything here is exact: text becomes a `Fraction`, never a binary float. What could mean two things is refused.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import QuantityError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"([+-]?)(\d+(?:_\d{3})*|\d+)(\.\d+)?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MAX_DIGITS = 40  # longer than any price or quantity; keeps a hostile exponent from filling memory
_MAX_EXPONENT = 30
_JSON_PLACES = 18  # of a decimal that does not end; see decimal_text

Number = int | Fraction


def exact(value: object) -> Fraction:
    """The number that was written, exactly.

    Args:
        value: text such as `0.30`, `1_000_000`, `1e-6`, or an int, Fraction or Decimal. A float is refused,
            because its digits are no longer those that somebody wrote.

    Raises:
        QuantityError: not a number, or one that could mean two things (`010`, `1,000`).

    >>> exact("0.30")
    Fraction(3, 10)
    """
    if isinstance(value, bool):
        raise QuantityError(f"expected a number, got {str(value).lower()}")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        raise QuantityError(f"a binary float ({value!r}) is not exact: write it as text, '{value!r}'")
    text = str(value).strip()
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise QuantityError(_not_a_number(text))
    sign, whole, decimals, exponent = match.groups()
    digits = whole.replace("_", "")
    if len(digits) > 1 and digits.startswith("0"):
        meant = sign + re.sub(r"^0+(?=\d)", "", text.lstrip("+-"))
        raise QuantityError(f"'{text}' starts with a zero, which some programs read as octal: write {meant}")
    if len(text) > _MAX_DIGITS or abs(int(exponent or 0)) > _MAX_EXPONENT:
        raise QuantityError(f"'{text[:20]}…' has too many digits")
    return Fraction(sign + digits + (decimals or "")) * Fraction(10) ** int(exponent or 0)


def _not_a_number(text: str) -> str:
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return f"'{text}' could be read in two ways: write thousands as {text.replace(',', '_')}"
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+", text):
        plain = text.replace(".", "_").replace(",", ".")
        return f"'{text}' has points between thousands and a decimal comma: write {plain}"
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return f"'{text}' has a comma: write the decimal point as a point, {text.replace(',', '.')}"
    if re.fullmatch(r"[+-]?\.\d+", text):
        return f"'{text}' has no digit before the point: write {text.replace('.', '0.')}"
    if text.lower() in {".nan", "nan", ".inf", "inf", "-.inf", "-inf"}:
        return f"'{text}' is not a number that money can be computed with"
    percent = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*%", text)
    if percent:
        return f"expected a number, got '{text}': write {decimal_text(Fraction(percent[1]) / 100)}"
    return f"expected a number, got '{text[:60]}'"


def unambiguous(value: object) -> object:
    """The value, unless a point in it may stand between thousands, as it does in much of Europe and Asia.

    For counts and budgets; a price may well have three decimals.

    Raises:
        QuantityError: such as `1.500`.
    """
    found = re.search(r"(?<![0-9.])[1-9][0-9]{0,2}(\.[0-9]{3})+(?![0-9.,])", str(value))
    if found:
        whole = found[0].replace(".", "_")
        raise QuantityError(
            f"'{found[0]}' could be read in two ways: write {whole}, or {found[0]}0 for the smaller number"
        )
    return value


def share(value: object) -> Fraction:
    """A share between 0 and 1, from `40 %` or `0.4`.

    Raises:
        QuantityError: not a share, or outside 0 to 100 %.

    >>> share("40 %")
    Fraction(2, 5)
    """
    result = rate(value)
    if not 0 <= result <= 1:
        raise QuantityError(f"'{value}' is outside 0 % to 100 %")
    return result


def rate(value: object) -> Fraction:
    """A relative change or rate, from `2 %`, `-1.5 %` or `0.02`; above 1 only with the percent sign.

    Raises:
        QuantityError: not a number, or a bare number above 1, which could be percent or times.

    >>> rate("2 %")
    Fraction(1, 50)
    """
    text = str(value).strip()
    if text.endswith("%"):
        return exact(text[:-1].rstrip()) / 100
    result = exact(value)
    if abs(result) > 1:
        raise QuantityError(f"'{text}' could mean {text} % or {text} times: write '{text} %'")
    return result


class Money(NamedTuple):
    """An exact amount in one currency.

    >>> str(Money(Fraction(9171, 100), "USD"))
    '91.71 USD'
    """

    amount: Fraction
    currency: str

    @classmethod
    def parse(cls, value: object) -> Money:
        """Read `91.71 USD` or `USD 91.71`.

        Raises:
            QuantityError: no number, no currency code, or neither order.
        """
        words = str(value).split()
        if len(words) == 2:  # noqa: PLR2004 - an amount and a currency
            first, second = words
            if _is_currency(second):
                return cls(exact(first), second)
            if _is_currency(first):
                return cls(exact(second), first)
        raise QuantityError(f"expected money such as '91.71 USD', got '{value}'")

    def __str__(self) -> str:
        return f"{decimal_text(self.amount)} {self.currency}"


def _is_currency(word: str) -> bool:
    return re.fullmatch(r"[A-Z]{3}", word) is not None


class Month(NamedTuple):
    """A calendar month, UTC.

    >>> str(Month(2026, 12).later(2))
    '2027-02'
    """

    year: int
    month: int

    @classmethod
    def parse(cls, value: object) -> Month:
        """Read `2026-12`.

        Raises:
            QuantityError: not a year and a month.
        """
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", str(value).strip())
        if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1:  # noqa: PLR2004 - months of a year
            raise QuantityError(f"expected a month such as '2026-12', got '{value}'")
        return cls(int(match[1]), int(match[2]))

    def later(self, months: int) -> Month:
        """The month so many months later."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    @property
    def start(self) -> datetime:
        """The first instant of the month."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first instant after the month."""
        return self.later(1).start

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def day(value: object) -> date:
    """A calendar day, from `2026-11-22`.

    Raises:
        QuantityError: not a day of the calendar.
    """
    text = str(value).strip()
    if re.fullmatch(_DAY, text) is None:
        raise QuantityError(f"expected a day such as '2026-11-22', got '{text[:40]}'")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise QuantityError(f"'{text}' is not a day of the calendar") from None


def instant(value: object) -> datetime:
    """A zoned instant in UTC, from `2025-02-08T16:00:00Z`, an offset, or a bare day (00:00 UTC).

    Raises:
        QuantityError: no time zone, or not an instant.

    >>> instant("2025-02-08").isoformat()
    '2025-02-08T00:00:00+00:00'
    """
    if isinstance(value, datetime):
        result = value
    else:
        text = str(value).strip()
        if re.fullmatch(_DAY, text):
            midnight = day(text)
            return datetime(midnight.year, midnight.month, midnight.day, tzinfo=UTC)
        if re.search(r"\.[0-9]{7}", text):
            raise QuantityError(f"'{text[:40]}' is finer than a microsecond: leave the last digits out")
        try:
            result = datetime.fromisoformat(text)
        except ValueError:
            raise QuantityError(
                f"expected an instant such as '2025-02-08T16:00:00Z' or a day, got '{text[:40]}'"
            ) from None
    if result.tzinfo is None:
        raise QuantityError(f"'{value}' has no time zone: write Z for UTC, or an offset such as +07:00")
    return result.astimezone(UTC)


def seconds(span: timedelta) -> Fraction:
    """A span of time in seconds, exactly.

    >>> seconds(timedelta(days=1))
    Fraction(86400, 1)
    """
    return Fraction(span // timedelta(microseconds=1), 1_000_000)


def half_up(value: Number, places: int = 0) -> Fraction:
    """Rounded half away from zero, as spreadsheets and accountants do.

    >>> half_up(Fraction(5, 2))
    Fraction(3, 1)
    """
    number = Fraction(value)
    return (
        Fraction(_units_half_up(number, places)) / Fraction(10) ** places
        if places
        else Fraction(_units_half_up(number, 0))
    )


def _units_half_up(number: Fraction, places: int) -> int:
    """The number in units of its last shown place, rounded half away from zero; whole numbers throughout."""
    top, bottom = number.numerator, number.denominator
    if places >= 0:
        top *= 10**places
    else:
        bottom *= 10**-places
    whole = (2 * abs(top) + bottom) // (2 * bottom)
    return whole if top >= 0 else -whole


def magnitude(value: Number) -> int:
    """Digits before the decimal point; 0 for 0.5, negative for smaller: the number is under 10 to that power.

    >>> magnitude(1234), magnitude(Fraction("0.5")), magnitude(Fraction("0.003"))
    (4, 0, -2)
    """
    found, size = 0, abs(Fraction(value))
    while size >= 1:
        size, found = size / 10, found + 1
    while 0 < size < Fraction(1, 10):
        size, found = size * 10, found - 1
    return found


def significant(value: Number, digits: int) -> Fraction:
    """Rounded half up to so many significant digits.

    >>> decimal_text(significant(Fraction("0.00305684"), 4))
    '0.003057'
    """
    return half_up(value, digits - magnitude(value))


def decimal_text(value: Number, places: int | None = None) -> str:
    """The number as decimal digits, with an ASCII minus and no grouping.

    Args:
        value: an exact number.
        places: digits after the point; None for as many as it has. One that does not end (a third) is rounded
            half up at 18 places.

    >>> decimal_text(Fraction(9171, 100)), decimal_text(Fraction(2, 3), 2)
    ('91.71', '0.67')
    """
    number = Fraction(value)
    shown = _ending_places(number) if places is None else places
    units = _units_half_up(number, shown)
    digits = str(abs(units)).rjust(shown + 1, "0")
    sign = "-" if units < 0 else ""
    return sign + (f"{digits[:-shown]}.{digits[-shown:]}" if shown else digits)


def _ending_places(number: Fraction) -> int:
    denominator, twos, fives = number.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else _JSON_PLACES


def grouped(value: Number, places: int | None = None) -> str:
    """The number with thousands separated by commas, for reading.

    >>> grouped(Fraction(1234567, 10), 2)
    '123,456.70'
    """
    text = decimal_text(value, places)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = text.partition(".")
    return sign + f"{int(whole):,}" + (f".{decimals}" if decimals else "")


def largest_remainder(parts: Sequence[Number], places: int) -> list[Fraction]:
    """The parts rounded for display so that they add up to their rounded total.

    The total is rounded half up; each part is rounded down, and the units left over go to the parts with the
    largest remainders, ties in order.

    Source: Hamilton's method of apportionment (largest remainder).

    >>> [str(part) for part in largest_remainder([Fraction(1, 3)] * 3, 2)]
    ['17/50', '33/100', '33/100']
    """
    scale = 10**places
    scaled = [Fraction(part) * scale for part in parts]
    floors = [part.numerator // part.denominator for part in scaled]
    total = half_up(sum(scaled, Fraction(0)))
    left = int(total) - sum(floors)
    order = sorted(range(len(parts)), key=lambda index: (floors[index] - scaled[index], index))
    for index in order[:left]:
        floors[index] += 1
    return [Fraction(part, scale) for part in floors]

"""Numbers as people write them: exact, unambiguous, and rounded as accountants do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.errors import QuantityError
from costmodel.quantities import (
    Money,
    Month,
    day,
    decimal_text,
    exact,
    grouped,
    half_up,
    instant,
    largest_remainder,
    rate,
    seconds,
    share,
    significant,
)

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=9)
fractions = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**6)
places = st.integers(0, 8)


def decimal_half_up(value: Decimal, digits: int) -> Decimal:
    """The same rounding by Python's `decimal`, as an answer from outside."""
    with localcontext() as context:
        context.prec = 60
        return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0.30", Fraction(3, 10)),
        ("0.1", Fraction(1, 10)),
        ("0", Fraction(0)),
        ("-0.5", Fraction(-1, 2)),
        ("+7", Fraction(7)),
        (" 7 ", Fraction(7)),
        ("1_000_000", Fraction(1_000_000)),
        ("1_000.50", Fraction(2001, 2)),
        ("1e-6", Fraction(1, 1_000_000)),
        ("2.5E3", Fraction(2500)),
        ("0.000000000001", Fraction(1, 10**12)),
        (7, Fraction(7)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Decimal("0.10"), Fraction(1, 10)),
    ],
)
def test_numbers_are_exact(written: object, value: Fraction) -> None:
    """A number is what was written, to the last digit."""
    assert exact(written) == value


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("010", "write 10"),
        ("00", "write 0"),
        ("1,000", "write thousands as 1_000"),
        ("1,000,000.50", "write thousands as 1_000_000.50"),
        ("1,5", "write the decimal point as a point, 1.5"),
        (".5", "write 0.5"),
        ("-.5", "write -0.5"),
        (".nan", "is not a number that money can be computed with"),
        ("-.inf", "is not a number that money can be computed with"),
        ("Infinity", "expected a number"),
        ("1.", "expected a number"),
        ("1.000,50", "write 1_000.50"),
        ("1 000", "expected a number"),
        ("1_00", "expected a number"),
        ("_1", "expected a number"),
        ("0x10", "expected a number"),
        ("1/3", "expected a number"),
        ("$5", "expected a number"),
        ("5 %", "expected a number"),
        ("", "expected a number"),
        ("1e31", "too many digits"),
        ("1e999", "too many digits"),
        ("1" * 41, "too many digits"),
        (True, "expected a number, got true"),
        (None, "expected a number"),
        (0.1, "a binary float (0.1) is not exact: write it as text, '0.1'"),
    ],
)
def test_doubtful_numbers_are_refused(written: object, words: str) -> None:
    """What could mean two things, or is no number, is refused with what would be right."""
    with pytest.raises(QuantityError) as caught:
        exact(written)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (exact, "\u0661\u0662"),
        (exact, "1\uff12"),
        (Month.parse, "2026-1\uff12"),
        (share, "\u0665 %"),
    ],
)
def test_digits_of_other_scripts_are_refused(read, written: str) -> None:
    """Only the digits 0 to 9 make a number: a look-alike from another script is no digit."""
    with pytest.raises(QuantityError):
        read(written)


@pytest.mark.parametrize(("written", "right"), [("08.50", "8.50"), ("-010", "-10"), ("00.5", "0.5"), ("007e2", "7e2")])
def test_a_number_with_a_zero_before_it_is_corrected_whole(written: str, right: str) -> None:
    """What is offered for a number with a needless zero is the same number without it."""
    with pytest.raises(QuantityError, match=f"write {right}$"):
        exact(written)


@given(decimals)
def test_decimal_digits_are_kept(value: Decimal) -> None:
    """Any decimal text is read without loss, with or without an exponent."""
    assert exact(f"{value:f}") == Fraction(value)
    assert exact(f"{value:E}") == Fraction(value)


@given(st.integers(0, 10**15))
def test_underscores_separate_thousands(value: int) -> None:
    """Thousands may be separated by underscores, as in 1_000_000."""
    assert exact(f"{value:_}") == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """No text makes reading a number fail in another way."""
    found: object = Fraction(0)
    try:
        found = exact(text)
    except QuantityError:
        return
    assert isinstance(found, Fraction)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("40 %", "2/5"),
        ("40%", "2/5"),
        ("0.4", "2/5"),
        ("100 %", "1"),
        ("0", "0"),
        ("1", "1"),
        ("0.5 %", "1/200"),
    ],
)
def test_shares_are_percentages_or_parts_of_one(written: str, value: str) -> None:
    """A share is written with a percent sign, or as a part of 1."""
    assert share(written) == Fraction(value)


@pytest.mark.parametrize("written", ["101 %", "-1 %", "-0.1", "40", "1.01", "forty %", "% 40", "40 %%"])
def test_shares_lie_between_nothing_and_all(written: str) -> None:
    """A share below 0 or above 100 %, or without its percent sign, is refused."""
    with pytest.raises(QuantityError):
        share(written)


@given(st.integers(0, 10_000))
def test_a_share_is_the_same_either_way(hundredths: int) -> None:
    """25.5 % and 0.255 are the same share."""
    part = Decimal(hundredths) / 10_000
    assert share(f"{part * 100:f} %") == share(f"{part:f}") == Fraction(hundredths, 10_000)


@pytest.mark.parametrize(("written", "value"), [("2 %", "1/50"), ("-1.5 %", "-3/200"), ("150 %", "3/2"), ("-1", "-1")])
def test_rates_may_be_negative_or_large(written: str, value: str) -> None:
    """A rate may be negative, and above 100 % with its percent sign."""
    assert rate(written) == Fraction(value)


@pytest.mark.parametrize("written", ["2", "-2", "1.5", "1.0001"])
def test_a_bare_rate_above_one_is_refused(written: str) -> None:
    """2 could be 2 % or twice: the percent sign must be written."""
    with pytest.raises(QuantityError, match=f"'{written}' could mean {written} % or {written} times"):
        rate(written)


@pytest.mark.parametrize("written", ["91.71 USD", "USD 91.71", " 91.71   USD "])
def test_money_is_an_amount_and_a_currency(written: str) -> None:
    """Money is written with its currency on either side."""
    assert Money.parse(written) == Money(Fraction(9171, 100), "USD")


@pytest.mark.parametrize(
    "written", ["91.71", "USD", "91.71 usd", "$91.71", "91.71 USD net", "1,000 USD", "USD EUR", ""]
)
def test_money_without_amount_or_currency_is_refused(written: str) -> None:
    """An amount alone, a currency alone or a symbol is no money."""
    with pytest.raises(QuantityError):
        Money.parse(written)


@given(decimals, st.sampled_from(["USD", "EUR", "VND"]))
def test_money_comes_back(value: Decimal, currency: str) -> None:
    """What money prints is read back as the same money."""
    money = Money(Fraction(value), currency)
    assert Money.parse(str(money)) == money


@pytest.mark.parametrize(
    "written",
    ["2026-13", "2026-00", "2026-1", "26-12", "2026/12", "2026-12-01", "December 2026", "0000-01", ""],
)
def test_a_month_is_a_year_and_a_month(written: str) -> None:
    """Only a year of four digits and one of its twelve months is a month."""
    with pytest.raises(QuantityError, match="expected a month such as '2026-12'"):
        Month.parse(written)


@given(st.integers(1, 9000), st.integers(1, 12), st.integers(0, 600))
def test_months_go_on_through_years(year: int, month: int, later: int) -> None:
    """A month so many months later begins where the one before it ends, and prints as it is read."""
    found = Month(year, month).later(later)
    assert (found.year - year) * 12 + found.month - month == later
    assert found.end == found.later(1).start
    assert Month.parse(str(found)) == found


def test_a_month_is_cut_in_utc() -> None:
    """A month begins at its first midnight in UTC; February ends where March begins."""
    assert Month(2028, 2).start == datetime(2028, 2, 1, tzinfo=UTC)
    assert Month(2028, 2).end - Month(2028, 2).start == timedelta(days=29)


@pytest.mark.parametrize(
    "written", ["2026-02-30", "2026-2-3", "20260203", "30.10.2026", "2026-11-22T00:00:00Z", "2026-11-2\u0662"]
)
def test_a_day_is_a_day_of_the_calendar(written: str) -> None:
    """Only a day that exists, written year first, is a day."""
    with pytest.raises(QuantityError):
        day(written)


def test_a_leap_day_exists_in_leap_years() -> None:
    """29 February is a day in 2028 and none in 2026."""
    assert day("2028-02-29") == date(2028, 2, 29)
    with pytest.raises(QuantityError, match="is not a day of the calendar"):
        day("2026-02-29")


@pytest.mark.parametrize(
    "written",
    ["2025-02-08T16:00:00Z", "2025-02-08T23:00:00+07:00", "2025-02-08T16:00Z", "2025-02-08T09:30:00-06:30"],
)
def test_an_instant_is_the_same_in_every_zone(written: str) -> None:
    """An instant is taken to UTC, whatever offset it is written with."""
    found = instant(written)
    assert found == datetime(2025, 2, 8, 16, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


def test_a_bare_day_is_its_midnight_in_utc() -> None:
    """A day without a time begins at 00:00 UTC."""
    assert instant("2025-02-08") == datetime(2025, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2025-02-08T16:00:00", "2025-02-08 16:00"])
def test_an_instant_without_zone_is_refused(written: str) -> None:
    """A time without a zone could be any of twenty-four hours."""
    with pytest.raises(QuantityError, match="has no time zone: write Z for UTC"):
        instant(written)


def test_an_instant_of_python_is_taken_with_its_zone() -> None:
    """A zoned datetime is an instant; one without zone is refused."""
    hanoi = timezone(timedelta(hours=7))
    assert instant(datetime(2025, 2, 8, 23, tzinfo=hanoi)) == datetime(2025, 2, 8, 16, tzinfo=UTC)
    with pytest.raises(QuantityError):
        instant(datetime(2025, 2, 8, 23))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("written", ["2025-02-30", "2025-02-08T25:00:00Z", "noon", "1739030400", ""])
def test_what_is_no_instant_is_refused(written: str) -> None:
    """Neither days that do not exist, nor hours, nor seconds since 1970."""
    with pytest.raises(QuantityError):
        instant(written)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=100_000)))
def test_seconds_are_exact(span: timedelta) -> None:
    """A span is its seconds, to the microsecond."""
    assert seconds(span) * 1_000_000 == span // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("0.125", 2, "0.13"),
        ("0.135", 2, "0.14"),
        ("1250", -2, "1300"),
        ("0.5", 0, "1"),
    ],
)
def test_halves_go_up(value: str, digits: int, rounded: str) -> None:
    """Halves go away from zero, as in a spreadsheet, and not to the even digit."""
    assert half_up(Fraction(value), digits) == Fraction(rounded)


@given(decimals, places)
def test_rounding_agrees_with_decimal(value: Decimal, digits: int) -> None:
    """Rounding agrees with Python's ROUND_HALF_UP on any decimal."""
    assert half_up(Fraction(value), digits) == Fraction(decimal_half_up(value, digits))


@given(fractions, places)
def test_rounding_is_near_and_symmetric(value: Fraction, digits: int) -> None:
    """A rounded number is within half a unit, and rounding minus x is minus rounding x."""
    rounded = half_up(value, digits)
    assert abs(rounded - value) <= Fraction(1, 2 * 10**digits)
    assert half_up(-value, digits) == -rounded
    assert half_up(rounded, digits) == rounded


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        ("0.00305684", 4, "0.003057"),
        ("12345", 2, "12000"),
        ("9.9996", 4, "10"),
        ("-0.0125", 2, "-0.013"),
        ("0", 4, "0"),
    ],
)
def test_significant_digits(value: str, digits: int, shown: str) -> None:
    """A number is rounded half up to so many digits from its first one on."""
    assert decimal_text(significant(Fraction(value), digits)) == shown


@given(fractions.filter(bool), st.integers(1, 10))
def test_significant_digits_are_near(value: Fraction, digits: int) -> None:
    """Rounding to so many digits moves a number by at most half a unit of the last of them."""
    assert abs(significant(value, digits) - value) * 2 * 10 ** (digits - 1) <= abs(value)


@given(decimals)
def test_decimal_text_comes_back(value: Decimal) -> None:
    """A number whose digits end is written with all of them, and read back as the same number."""
    text = decimal_text(Fraction(value))
    assert exact(text) == Fraction(value)
    assert Decimal(text) == value
    assert not ("." in text and text.endswith("0"))


@given(fractions, places)
def test_decimal_text_has_the_places_asked_for(value: Fraction, digits: int) -> None:
    """With places given, the text has so many digits after the point and says the number rounded half up."""
    text = decimal_text(value, digits)
    assert len(text.partition(".")[2]) == digits
    assert Fraction(text) == half_up(value, digits)
    assert text.isascii()


def test_zero_has_no_sign() -> None:
    """What rounds to nothing is written without a minus."""
    assert decimal_text(Fraction(-1, 1000), 2) == "0.00"


def test_digits_that_do_not_end_are_cut_at_eighteen_places() -> None:
    """Two thirds are written with eighteen places, rounded half up."""
    assert decimal_text(Fraction(2, 3)) == "0." + "6" * 17 + "7"


@given(fractions, places)
def test_grouped_text_differs_by_commas_only(value: Fraction, digits: int) -> None:
    """Thousands are separated by commas for reading; the digits are the same."""
    text = grouped(value, digits)
    assert text.replace(",", "") == decimal_text(value, digits)
    whole = text.lstrip("-").partition(".")[0].split(",")
    assert all(len(part) == 3 for part in whole[1:])
    assert 1 <= len(whole[0]) <= 3


@given(st.lists(fractions, min_size=1, max_size=12), places)
def test_shown_parts_add_up(parts: list[Fraction], digits: int) -> None:
    """Rounded parts add up to the total rounded half up; each is less than a unit from its own value."""
    shown = largest_remainder(parts, digits)
    assert sum(shown) == half_up(sum(parts), digits)
    assert all(abs(left - right) < Fraction(1, 10**digits) for left, right in zip(shown, parts, strict=True))
    assert all((part * 10**digits).denominator == 1 for part in shown)


@given(st.lists(st.fractions(min_value=0, max_value=1000, max_denominator=1000), min_size=2, max_size=8))
def test_the_largest_remainders_go_up(parts: list[Fraction]) -> None:
    """A part with a smaller remainder never goes up where one with a larger does not; ties go in order."""
    up = [shown > part for shown, part in zip(largest_remainder(parts, 0), parts, strict=True)]
    rest = [part - part // 1 for part in parts]
    for left in range(len(parts)):
        for right in range(left + 1, len(parts)):
            if rest[left] >= rest[right] > 0:
                assert up[left] or not up[right]


def test_equal_remainders_go_up_in_order() -> None:
    """Of three thirds of a cent the first takes the cent; nothing is made of nothing."""
    assert [decimal_text(part, 2) for part in largest_remainder([Fraction(1, 300)] * 3, 2)] == [
        "0.01",
        "0.00",
        "0.00",
    ]
    assert largest_remainder([], 2) == []

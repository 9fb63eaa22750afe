"""Languages that results are shown in, and how each writes numbers, months and days (by Babel)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal, TypeAlias

from costmodel.errors import CommandLineError

Locale: TypeAlias = Literal["en", "vi", "zh"]
LOCALES: tuple[Locale, ...] = ("en", "vi", "zh")
LANGUAGES = {"en": "English", "vi": "Vietnamese", "zh": "Chinese"}
ENGLISH: Locale = "en"
# What stands between two sentences, and between two words of a list, where a language has it otherwise.
GAPS: dict[str, dict[str, str]] = {" ": {"zh": ""}, ", ": {"zh": "、"}}

# A number as English writes it, standing alone: no part of a name, a version, a date or a hash.
_NUMERAL = re.compile(r"(?<![\w.,/-])-?\d+(?:,\d{3})*(?:\.\d+)?(?![\w/-]|[.,]\d)")
_UNIT = re.compile(r"(?<=\d) (?=%|[A-Z]{3}\b)")
_MONTH = re.compile(r"(?<![\w-])(\d{4})-(\d{2})(?![\w-])")
_DAY = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_MONTH_SKELETONS = {"vi": "yM", "zh": "yMMM"}  # CLDR's names of "12/2026" and "2026年12月"


def require_locale(locale: str) -> Locale:
    """A locale that there is.

    Raises:
        CommandLineError: none that there is.
    """
    if locale not in LOCALES:
        raise CommandLineError(f"there is no locale '{locale}'. There are: {', '.join(LOCALES)}")
    return locale


def numbers_in(text: str, locale: Locale) -> str:
    """A text whose numbers stand as a language writes them; their digits stay as they were rounded.

    >>> numbers_in("1,234.50 USD for gpt-4.1", "vi")
    '1.234,50 USD for gpt-4.1'
    """
    return text if locale == ENGLISH else _NUMERAL.sub(lambda found: _number(found[0], locale), text)


@cache
def _number(numeral: str, locale: Locale) -> str:
    from babel.numbers import format_decimal

    places = len(numeral.partition(".")[2])
    whole = "#,##0" if "," in numeral else "0"  # a year is no count of years
    pattern = whole + ("." + "0" * places if places else "")
    return format_decimal(Decimal(numeral.replace(",", "")), format=pattern, locale=locale)


def kept_together(text: str) -> str:
    r"""A text in which no line ends between a figure and its percent sign or currency.

    >>> kept_together("74.4 % of 20 USD")
    '74.4\xa0% of 20\xa0USD'
    """
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def months_in(text: str, locale: Locale) -> str:
    """A text whose months stand as a language writes them.

    >>> months_in("2026-12", "vi"), months_in("2026-12", "zh"), months_in("2026-12", "en")
    ('12/2026', '2026年12月', '2026-12')
    """
    if locale == ENGLISH:
        return text
    return _MONTH.sub(lambda found: _month(int(found[1]), int(found[2]), locale) or found[0], text)


def days_in(text: str, locale: Locale) -> str:
    """A text whose days stand as a language writes them.

    >>> days_in("2026-11-22", "vi"), days_in("2026-11-22", "zh")
    ('22 thg 11, 2026', '2026年11月22日')
    """
    return text if locale == ENGLISH else _DAY.sub(lambda found: _day(found[0], locale), text)


@cache
def _month(year: int, month: int, locale: Locale) -> str:
    from babel.dates import format_skeleton

    if not (1 <= month <= 12 and year):  # noqa: PLR2004 - a number that only looks like a month
        return ""
    return str(format_skeleton(_MONTH_SKELETONS[locale], date(year, month, 1), locale=locale))


@cache
def _day(text: str, locale: Locale) -> str:
    from babel.dates import format_date

    try:
        return format_date(date.fromisoformat(text), format="medium", locale=locale)
    except ValueError:  # a number that only looks like a day
        return text

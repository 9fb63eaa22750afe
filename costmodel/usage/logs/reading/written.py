"""Numbers and days as people write them, made what the rest reads: 1.234,50 is 1234.50, and 01.12.2026 is 2026-12-01.

Only what a mapping says is done: 150.000 is a hundred and fifty to one reader, and a thousand times that to another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.usage.logs.shapes.layout import literal

if TYPE_CHECKING:
    from costmodel.usage.logs.shapes.shape import Decimal, TimeKind

WHOLE = "-?[0-9]+([.](0{0,2}|0000+))?"
"""A count in a text. Not 150.000: that may be thousands."""
WHOLE_NUMBER = "-?[0-9]+([.]0*)?"
"""A count that is a number, or one in a text whose mapping says what a point means."""

_GROUPED_BY = " '\u2019\u00a0\u202f"  # beside the point or comma; the last two are blanks at which no line ends
_OTHER: dict[Decimal, str] = {",": ".", ".": ","}
_NO_NUMBER = "no number"
_DAYS: dict[TimeKind, tuple[str, str]] = {  # the sign between, and where year, month and day stand
    "day.month.year": ("[.]", r"\3-\2-\1"),
    "day/month/year": ("/", r"\3-\2-\1"),
    "month/day/year": ("/", r"\3-\1-\2"),
}


def pointed(text: str, decimal: Decimal) -> str:
    """A number with a point before its decimals and nothing between its thousands, as SQL.

    What is empty stays so. What is no number becomes a text that is none: nothing is left out of it in silence.

    Args:
        text: SQL of the number as it is written, without blanks around it.
        decimal: what stands before its decimals.
    """
    signs = _OTHER[decimal] + _GROUPED_BY
    groups = "|".join(f"([{sign}][0-9]{{3}})+" for sign in signs)
    number = f"-?([0-9]+|[1-9][0-9]{{0,2}}({groups}))([{decimal}][0-9]*)?([eE][+-]?[0-9]+)?"
    bare = f"regexp_replace({text}, {literal(f'[{signs}]')}, '', 'g')"
    return (
        f"CASE WHEN {text} IS NULL OR {text} = '' THEN {text}"
        f" WHEN regexp_full_match({text}, {literal(number)}) THEN replace({bare}, {literal(decimal)}, '.')"
        f" ELSE {literal(_NO_NUMBER)} END"
    )


def is_order(kind: TimeKind) -> bool:
    """Whether the kind of a time says in which order day, month and year stand."""
    return kind in _DAYS


def year_first(text: str, kind: TimeKind) -> str:
    """A time whose day stands before its year as one that begins with the year, as SQL.

    What is empty stays so; what is not written in the order becomes no time.

    Args:
        text: SQL of the time as it is written.
        kind: the order.
    """
    sign, order = _DAYS[kind]
    turned = _replaced(text, f"^([0-9]){sign}", r"0\1/")  # a day or month of one digit gets a second one
    turned = _replaced(turned, "^([0-9]{2})[./]([0-9])[./]", r"\1/0\2/")
    turned = _replaced(turned, "^([0-9]{2})[./]([0-9]{2})[./]([0-9]{4})", order)
    pattern = f"^[0-9]{{1,2}}{sign}[0-9]{{1,2}}{sign}[0-9]{{4}}([^0-9]|$)"
    inside = f"regexp_matches({text}, {literal(pattern)})"
    return f"CASE WHEN {text} IS NULL OR {text} = '' THEN {text} WHEN {inside} THEN {turned} ELSE 'no time' END"


def _replaced(text: str, pattern: str, by: str) -> str:
    return f"regexp_replace({text}, {literal(pattern)}, {literal(by)})"

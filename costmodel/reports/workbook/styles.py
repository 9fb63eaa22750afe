"""How cells look: one place for colours and number formats."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.prices.policy import places_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

BLUE, GREY, DARK, LINE = "#0000FF", "#595959", "#1F3864", "#BFBFBF"
INPUT_FILL, HEAD_FILL, PART_FILL, GOOD_FILL, BAD_FILL = "#FFF9E5", "#1F3864", "#DCE6F1", "#E2F0D9", "#F8CBAD"
# Okabe and Ito's colours, which people who see colours otherwise can tell apart.
SERIES = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000")

_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": DARK},
    "subtitle": {"font_color": GREY, "italic": True},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD_FILL, "text_wrap": True, "valign": "vcenter"},
    "head right": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": HEAD_FILL,
        "text_wrap": True,
        "align": "right",
        "valign": "vcenter",
    },
    "part": {"bold": True, "bg_color": PART_FILL},
    "text": {"valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "note": {"font_color": GREY, "valign": "top"},
    "note wrapped": {"font_color": GREY, "text_wrap": True, "valign": "top"},
    "bold": {"bold": True, "valign": "top"},
    "input": {"font_color": BLUE, "bg_color": INPUT_FILL, "border": 1, "border_color": LINE, "valign": "top"},
    "formula": {"valign": "top"},
    "fixed": {"font_color": GREY, "valign": "top"},
    "result": {"bold": True, "align": "right", "valign": "top", "top": 1, "top_color": LINE},
    "bold number": {"bold": True, "align": "right", "valign": "top"},
    "solved": {"align": "right", "valign": "top"},
    "unit": {"font_color": GREY, "align": "left", "valign": "top", "indent": 1},
    "check": {"align": "center", "valign": "top"},
}
# Number formats by the unit: how many digits say something.
_SHARE, _WHOLE, _ONE, _FEW, _MANY = (
    "#,##0.0##%",
    "#,##0",
    "#,##0.0",
    "#,##0.00",
    "0.000000",
)
_UNITS = {
    "%": _SHARE,
    "a record": "General",
    "of 1": _MANY,
    "of a month": "0.00",
    "of records": _SHARE,
    "of requests": _SHARE,
    "records": _WHOLE,
    "requests": _WHOLE,
    "tokens": _WHOLE,
    "hours": _ONE,
    "posts": _FEW,
    "minutes": _FEW,
    "months": _FEW,
    "years": "0.0000",
    "days": _FEW,
    "times": "0.00",
    "": "General",
}
NO_FIGURE = "none"  # where a number is divided by nothing
UNIT_PRICE = "0.000000000###"
RATE = "#,##0.00######"


def is_money(unit: str) -> bool:
    """Whether a unit is a currency, or money for something, such as `USD an hour`."""
    return unit not in _UNITS and unit[:3].isupper()


def input_format(unit: str, value: Fraction = Fraction(0)) -> str:
    """The number format of something that people change: every digit they type is seen.

    A whole amount of a currency without decimals has none.

    >>> input_format("days"), input_format("%"), input_format("USD"), input_format("VND")
    ('General', '#,##0.0##%', '#,##0.00##', '#,##0')
    """
    if unit == "%" or not is_money(unit):
        return _SHARE if unit == "%" else "General"
    return _WHOLE if not places_of(unit[:3]) and value.denominator == 1 else "#,##0.00##"


def number_format(unit: str, places: int | None = None) -> str:
    """The number format of a unit; money with as many decimals as its currency, unless they are given.

    >>> number_format("USD an hour"), number_format("VND"), number_format("hours")
    ('#,##0.00;-#,##0.00', '#,##0;-#,##0', '#,##0.0')
    """
    if not is_money(unit):
        return _UNITS.get(unit, _WHOLE)
    decimals = decimals_format(places_of(unit[:3]) if places is None else places)
    return f"{decimals};-{decimals}"


def decimals_format(places: int) -> str:
    """The number format of so many decimals.

    >>> decimals_format(0), decimals_format(4)
    ('#,##0', '#,##0.0000')
    """
    return "#,##0" + ("." + "0" * places if places else "")


class Styles:
    """Formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str], Format] = {}

    def fill(self, colour: str) -> Format:
        """A format with a ground of a colour."""
        key = "fill", colour
        if key not in self._made:
            self._made[key] = self._book.add_format({"bg_color": colour})
        return self._made[key]

    def __call__(self, look: str, numbers: str = "") -> Format:
        """The format of a look, with a number format."""
        key = look, numbers
        if key not in self._made:
            about = dict(_LOOKS[look]) | ({"num_format": numbers} if numbers else {})
            self._made[key] = self._book.add_format(about)
        return self._made[key]

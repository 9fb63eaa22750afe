"""What is wrong with a bill, in words, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.decisions.reconcile.shape import AMOUNT, CURRENCY, KIND, UNTIL
from costmodel.usage.logs.shapes.columns import REASONS

if TYPE_CHECKING:
    from costmodel.usage.logs.shapes.shape import Decimal

MAPPING = "the file of --bill-mapping (in Python, mapping=FILE)"
KINDS = ("tax", "credit", "purchase", "adjustment")  # beside usage: what FOCUS 1.2 has as ChargeCategory
EMPTY = "no amount"  # why, beside the labels that a row has wrong

UNKNOWN = (
    "the columns are those of no known bill (FOCUS, or day, model, amount and currency): say in a mapping file "
    "(--bill-mapping FILE, in Python mapping=FILE) where day, model, amount and currency stand"
)
_PLAIN = "no sign of a currency and at most 24 decimals"
_AMOUNTS = {
    None: (
        f"write digits with a point, {_PLAIN}, 1234.50. Where the bill writes 1.234,50, say `decimal: ','` in {MAPPING}"
    ),
    ",": (
        f"the mapping says `decimal: ','`, so write 1234,50 or 1.234,50, {_PLAIN}. Where the bill writes 1,234.50, say "
        f"`decimal: '.'` in {MAPPING}"
    ),
    ".": (
        f"the mapping says `decimal: '.'`, so write 1234.50 or 1,234.50, {_PLAIN}. Where the bill writes 1.234,50, say "
        f"`decimal: ','` in {MAPPING}"
    ),
}
_WRONG = {
    EMPTY: "the amount is empty: write it, 0 where nothing is charged, or remove the row",
    CURRENCY: "the currency is no code such as USD",
    KIND: (
        f"the kind of charge is not known. It may be usage, {', '.join(KINDS[:-1])} or {KINDS[-1]}: say which of "
        f"these yours is, under `values` of `kind` in {MAPPING}, such as {{API charge: usage}}"
    ),
    UNTIL: f"the end of the period is no day that can be read: correct `until` in {MAPPING}",
}


def why(name: str, *, mapped: bool, decimal: Decimal | None) -> str:
    """What is wrong with a row, and what to do.

    Args:
        name: a reason of `REASONS`, or what of the row is wrong.
        mapped: whether there is a mapping of the bill.
        decimal: what it says of amounts.
    """
    if name == AMOUNT:
        return f"the amount is no plain number: {_AMOUNTS[decimal]}"
    if name in _WRONG:
        return _WRONG[name]
    reason = next(reason for reason in REASONS if reason.name == name)
    where = "" if mapped or "mapping" not in reason.remedy else f". The mapping of a bill is {MAPPING}"
    return f"{reason.means}: {reason.remedy}{where}"


def in_another_currency(record: int, code: str, first: str) -> str:
    """That a bill is in several currencies, at the first row in another one."""
    return f"row {record:,}: in {code}, and the rows above in {first}: a bill is held against a log in one. Divide it"

"""A decimal comma between braces: `{output: 1,5}` holds the entries `output: 1` and `5`, and not one and a half."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costmodel.documents.reader import Document, Place

_GROUP = 3  # digits between the marks of thousands
_BEFORE = re.compile(r"[+-]?[0-9][0-9_.]*")
_AFTER = re.compile(r"([0-9]+)( ?%| .*)?")


def split_number(before: Any, key: str) -> str:
    """What to write where a key without a value is the rest of a number; empty where it is none.

    Args:
        before: the value of the entry before it.
        key: the key.

    >>> split_number("1", "5 %")
    "a comma between braces separates entries, so '5 %' is read as a key: write the decimal point as a point, 1.5 %"
    """
    rest = _AFTER.fullmatch(key)
    if rest is None or not isinstance(before, str) or not _BEFORE.fullmatch(before):
        return ""
    digits, unit = rest[1], key[len(rest[1]) :]
    said = f"a comma between braces separates entries, so '{key[:40]}' is read as a key: write"
    if re.fullmatch(r"[+-]?[1-9][0-9]{0,2}(_[0-9]{3})*", before) and len(digits) == _GROUP:
        return f"{said} thousands as {before}_{digits}{unit}, or {before}.{digits}0{unit} for the smaller number"
    return f"{said} the decimal point as a point, {before.replace('.', '_')}.{digits}{unit}"


def split_number_at(document: Document, place: Place) -> str:
    """`split_number` of the key at a place of a document."""
    for data in document.containers():
        places = document.places.get(id(data), {})
        for before, key in pairwise(data if isinstance(data, dict) else ()):
            if key in places and places[key][0] == place and data[key] is None:
                return split_number(data[before], key)
    return ""

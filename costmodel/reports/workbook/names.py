"""Names for cells: what formulas call a number, as every spreadsheet program takes it."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 60  # programs take 255 characters; people do not
# What looks like a cell (A1, XFD12, tax1) or like a row and column (R1C1) is no name.
_A_CELL = re.compile(r"[a-z]{1,3}[0-9]+|r[0-9]*(c[0-9]*)?|c[0-9]*", re.ASCII)


class Names:
    """Hands out names, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, *words: str) -> str:
        """A name of letters, digits and underscores.

        >>> names = Names()
        >>> names.name("records a day"), names.name("records a day"), names.name("tax 1"), names.name("Chi phí")
        ('records_a_day', 'records_a_day_2', 'tax_1', 'chi_phi')
        """
        plain = unicodedata.normalize("NFKD", " ".join(word for word in words if word)).replace("đ", "d")
        kept = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode().lower()).strip("_")[:_LONGEST]
        first = kept.rstrip("_") or "number"
        if not first[0].isalpha() or _A_CELL.fullmatch(first):
            first = f"the_{first}"
        found, count = first, 1
        while found in self._taken:
            count += 1
            found = f"{first}_{count}"
        self._taken.add(found)
        return found

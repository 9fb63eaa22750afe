"""What causes are sought with, and how far rounding can take a bill."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.results.metered.difference import rounding_bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from costmodel.results.metered.difference import Line

    Prices = Mapping[tuple[str, str], Fraction]

_ZERO = Fraction(0)


class Known(NamedTuple):
    """What causes are sought with.

    Attributes:
        places: decimals of the bill.
        further: costs under other price books, by what they are called.
        unpriced: models of the log that have no price, with the months of the bill in which they were used.
        exchanged: whether prices went through an exchange rate.
    """

    places: int
    further: Mapping[str, Prices]
    unpriced: frozenset[tuple[str, str]]
    exchanged: bool = False

    def slack(self, lines: Iterable[Line]) -> Fraction:
        """How far rounding alone can take a bill from what it rounds."""
        return rounding_bound(lines, self.places)

    def fits(self, line: Line, expected: Fraction) -> bool:
        """Whether the bill is that amount, but for its rounding."""
        return line.billed is not None and abs(line.billed - expected) <= self.slack([line])

    def agrees(self, line: Line) -> bool:
        """Whether the bill is what was priced, but for its rounding."""
        return self.fits(line, line.priced or _ZERO)

    def fits_times(self, line: Line, factor: Fraction) -> bool:
        """Whether the bill is so many times what was priced, but for its rounding."""
        return self.fits(line, (line.priced or _ZERO) * factor)

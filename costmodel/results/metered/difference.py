"""What a bill and a priced log have of a model on a day, and what their difference is made of."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

OTHER_PRICES, SURCHARGE, DAYS = "other prices", "surcharge", "other days"
ONLY_BILLED, ONLY_LOGGED, NO_PRICE = "only in the bill", "only in the log", "no price"
ROUNDING, UNEXPLAINED = "rounding", "not explained"
CAUSES = (OTHER_PRICES, SURCHARGE, DAYS, ONLY_BILLED, ONLY_LOGGED, NO_PRICE, ROUNDING, UNEXPLAINED)
MONTH = len("2026-11")  # of a day, what tells the month
_ZERO = Fraction(0)
_FINEST = 12  # decimals; below them a bill that went through a spreadsheet has noise


class Part(NamedTuple):
    """A part of a difference.

    Attributes:
        cause: one of CAUSES.
        detail: what it is in words, where the cause is not all.
        amount: what it adds to the priced cost.
    """

    cause: str
    detail: str
    amount: Fraction


class Line(NamedTuple):
    """One model on one day, or in one month.

    Attributes:
        when: the day or month.
        model: `provider/model`, or as it is called on the one side that has it.
        requests: of the log.
        priced: cost of the log; None where the log has no such usage with a price.
        billed: what was billed for it; None where the bill has none.
        rows: rows of the bill.
        parts: what the difference is made of.
    """

    when: str
    model: str
    requests: Fraction
    priced: Fraction | None
    billed: Fraction | None
    rows: int
    parts: tuple[Part, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Which line it is."""
        return self.when, self.model

    @property
    def both(self) -> bool:
        """Whether it is on both sides."""
        return self.priced is not None and self.billed is not None

    @property
    def difference(self) -> Fraction:
        """Billed less priced."""
        return (self.billed or _ZERO) - (self.priced or _ZERO)

    @property
    def unrounded(self) -> Fraction:
        """The difference, without the rounding of the bill and what it counts on another day."""
        return sum((part.amount for part in self.parts if part.cause not in {ROUNDING, DAYS}), _ZERO)


def rounding_bound(lines: Iterable[Line], places: int) -> Fraction:
    """How far rounding alone can take a bill from what it rounds: half of its last decimal in each row."""
    return Fraction(sum(line.rows for line in lines), 2 * 10 ** min(places, _FINEST))


class Beside(NamedTuple):
    """What the bill itself says is for no usage of tokens, such as a tax or a search."""

    kind: str
    rows: int
    amount: Fraction


class ModelSum(NamedTuple):
    """All lines of a model; None where one side has nothing of it."""

    model: str
    requests: Fraction
    priced: Fraction | None
    billed: Fraction | None
    parts: tuple[Part, ...]

    @property
    def difference(self) -> Fraction:
        """Billed less priced."""
        return (self.billed or _ZERO) - (self.priced or _ZERO)


def added(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts of each cause and detail, added up, in the order of the causes."""
    found: dict[tuple[str, str], Fraction] = {}
    for part in parts:
        found[part[:2]] = found.get(part[:2], _ZERO) + part.amount
    order = {cause: place for place, cause in enumerate(CAUSES)}
    rows = [Part(cause, detail, amount) for (cause, detail), amount in found.items()]
    return tuple(sorted(rows, key=lambda part: (order[part.cause], part.detail)))


def model_sum(model: str, lines: list[Line]) -> ModelSum:
    """All lines of a model."""
    return ModelSum(
        model,
        sum((line.requests for line in lines), _ZERO),
        _sum(line.priced for line in lines),
        _sum(line.billed for line in lines),
        added(part for line in lines for part in line.parts),
    )


def _sum(amounts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum of what there is; None where there is nothing."""
    there = [amount for amount in amounts if amount is not None]
    return sum(there, _ZERO) if there else None

"""What may stand in a cell that people change, and whether what stands there may."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.reports.workbook.layout import INPUTS, PRICE_SHEET
from costmodel.study.traced_tree import walked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.reports.workbook.layout import Layout
    from costmodel.runtimes.sheet import Spot
    from costmodel.study.traced import TracedModel
    from costmodel.study.traced_leaves import Leaf
    from costmodel.usage.cube import Band

_FINEST, _SHOWN = 10**6, 10**4  # steps between 0 and 1: a limit with finer ones is shown with these
_NOT_USAGE = frozenset({"roi", "escalation", "taxes_and_fees"})
_WORDS = {
    INPUTS: "inputs that are no number, or outside the limits that the scenario has for them",
    PRICE_SHEET: "prices and rates that are no number, or 0 or less where they were more",
}


class Limits(NamedTuple):
    """What may stand in an input.

    Attributes:
        low, high: None where there is no limit.
        above_low: whether it must be more than `low`.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    above_low: bool = False

    def hold(self, value: Fraction) -> bool:
        """Whether a value may stand there."""
        low, high = self.low, self.high
        above = low is None or (value > low if self.above_low else value >= low)
        return above and (high is None or value <= high)

    def outside(self, name: str, low: str, high: str) -> str:
        """A formula, without the sign of equality: 1 where what stands in a cell may not, as it may be pasted.

        Args:
            name: of the cell.
            low: where the lower limit stands, or what it is.
            high: the same of the upper one.
        """
        below = f"{name}{'<=' if self.above_low else '<'}{low}" if self.low is not None else ""
        above = f"{name}>{high}" if self.high is not None else ""
        broken = f"OR({below},{above})" if below and above else below or above
        # Text and an empty cell count as 0 in some functions and are left out by others.
        return f"IF(ISNUMBER({name}),{f'IF({broken},1,0)' if broken else 0},1)"


class Outside(NamedTuple):
    """Numbers of a sheet that may not stand there.

    Attributes:
        sheet: its name.
        first, last: cells of the column in which they are counted.
        now: how many there are now.
    """

    sheet: str
    first: Spot
    last: Spot
    now: int

    @property
    def words(self) -> str:
        """What is counted."""
        return _WORDS[self.sheet]

    @property
    def span(self) -> str:
        """The cells, seen from another sheet."""
        first, last = (spot._replace(fixed=True, sheet="") for spot in (self.first, self.last))
        return f"{self.sheet}!{first}:{last}"


def limits_of(layout: Layout) -> dict[int, Limits]:
    """What may stand in each input, by the id of its cell: as the scenario takes it."""
    from costmodel.study.worth import Case
    from costmodel.uncertainty.parameters import parameters

    model = layout.model
    known = {item.path: item for item in parameters(Case(model.scenario, model.book, {}))}
    found = {}
    for leaf in model.leaves:
        parameter, value = known.get(leaf.path), leaf.cell.value
        if parameter is not None:
            low, high = _shown(parameter.low, value, up=True), _shown(parameter.high, value)
            found[id(leaf.cell)] = Limits(low, high, parameter.above_low)
        elif leaf.cell.unit == "%":
            found[id(leaf.cell)] = Limits(Fraction(0), Fraction(1))
        else:
            found[id(leaf.cell)] = Limits(Fraction(0))
    for leaf in _stuck(model):
        found[id(leaf.cell)] = Limits(Fraction(0), Fraction(0))
    for guard in model.guards:
        if id(guard.cell) in found:
            found[id(guard.cell)] = _inside(found[id(guard.cell)], guard.band)
    return found


def _stuck(model: TracedModel) -> Iterator[Leaf]:
    """What is used 0 times and has no row of cost, such as 0 records: what more of it would cost, no formula says."""
    rows = [model.cost(option) for option in model.options]
    quoted = model.scenario.roi is not None and model.scenario.roi.llm_cost is not None
    if quoted and not any(rows):
        return
    costed = {id(part) for part in walked(cell for row in rows if row is not None for cell in row.cells.values())}
    for leaf in model.leaves:
        if leaf.path and leaf.path[0] not in _NOT_USAGE and not leaf.cell.value and id(leaf.cell) not in costed:
            yield leaf


def _shown(limit: Fraction | None, value: Fraction, *, up: bool = False) -> Fraction | None:
    """A limit with few digits, on the side of the value: one that is found by halving has twenty."""
    if limit is None or (limit * _FINEST).denominator == 1:
        return limit
    steps = limit * _SHOWN
    rounded = Fraction(-(-steps // 1) if up else steps // 1, _SHOWN)
    return rounded if (rounded < value if up else rounded > value) else limit


def price_limits(leaf: Leaf) -> Limits:
    """What may stand in place of a price, a rate, or what is added to a price.

    A price or rate is above 0, unless the price book has 0 there; a surcharge or minimum charge may go.
    """
    value = leaf.cell.value
    if value < 0:
        return Limits()
    return Limits(Fraction(0), above_low=value > 0 and leaf.kind not in {"addition", "minimum"})


def _inside(limits: Limits, band: Band) -> Limits:
    """Limits within a band of request sizes, whose price holds for no other."""
    low, above_low = limits.low, limits.above_low
    if band.low is not None and (low is None or band.low[0] >= low):
        low, above_low = band.low
    highs = [limit for limit in (limits.high, band.high and band.high[0]) if limit is not None]
    return Limits(low, min(highs, default=None), above_low)

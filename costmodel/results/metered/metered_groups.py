"""Metered usage grouped by what it is: month, model, a label. Quick, for there may be many cells.

A cell's cost is its units times the prices of its tariff, in whole numbers; the charges of a bill one by one come to
the same, and are made only where they are asked for.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from costmodel.billing.tariffs import contracted_cost
from costmodel.equations.charges import cost_per_record, share_of_total
from costmodel.results.lines import Group, bill_lines, fiscal_year, keys_in_order
from costmodel.usage.logs.shapes.families import meter_ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from costmodel.billing.levies import LevyLine
    from costmodel.prices.tariff import Measure, Tariff
    from costmodel.quantities import Number
    from costmodel.usage.cube import Cell

    Key = tuple[str, ...]

K = TypeVar("K")
_ZERO = Fraction(0)


class PricedCell(NamedTuple):
    """Usage with its price.

    Attributes:
        cell: the usage.
        tariff: its prices.
        factor: reporting currency for one unit of the list currency: credit and exchange.
        until: the end of the last time that the usage was made in; the cell's own span is the first of these times.
    """

    cell: Cell
    tariff: Tariff
    factor: Fraction
    until: datetime


class _Units:
    """Cells that come together at one tariff."""

    __slots__ = ("first", "shaped", "totals")

    def __init__(self, first: PricedCell) -> None:
        self.first = first
        self.totals: dict[str, Number] = {}
        self.shaped: dict[Measure, Number] = {}


class _Sum:
    """What comes together under one key."""

    __slots__ = ("extra", "requests", "units")

    def __init__(self) -> None:
        self.requests: Number = 0
        self.units: dict[int, _Units] = {}  # by identity of their tariff
        self.extra = _ZERO

    def add(self, item: PricedCell) -> None:
        cell = item.cell
        self.requests += cell.requests
        units = self.units.get(id(item.tariff))
        if units is None:
            units = self.units[id(item.tariff)] = _Units(item)
        add_units(units.totals, cell.totals)
        if cell.shaped:
            add_units(units.shaped, cell.shaped)

    @property
    def totals(self) -> dict[str, Number]:
        found: dict[str, Number] = {}
        for units in self.units.values():
            add_units(found, units.totals)
        return found

    @property
    def cost(self) -> Fraction:
        """In the reporting currency: a price multiplies the sum of the units, so there is one product for all cells."""
        costs: dict[tuple[Fraction, int], Number] = {}
        for units in self.units.values():
            cost = contracted_cost(units.totals, units.shaped, units.first.tariff)
            key = (units.first.factor, cost.denominator)
            costs[key] = costs.get(key, 0) + cost.numerator
        found = (factor * Fraction(cost) / denominator for (factor, denominator), cost in costs.items())
        return sum(found, self.extra)


def add_units(total: dict[K, Number], more: Mapping[K, Number]) -> None:
    """Add counts to a total in place."""
    for key, units in more.items():
        total[key] = total.get(key, 0) + units


def grouped_cells(priced: Iterable[PricedCell], levies: Iterable[LevyLine], by: Sequence[str]) -> list[Group]:
    """Cells and the lines after the bill, grouped by dimensions: dates by the calendar, others as they first appear.

    Args:
        priced: the cells.
        levies: lines after the bill, such as minimum charges.
        by: dimensions that exist; not `meter`, which needs the charges one by one.
    """
    reads = [_reader(name) for name in by]
    sums: dict[Key, _Sum] = {}
    for item in priced:
        key = tuple([read(item.cell) for read in reads])
        found = sums.get(key)
        if found is None:
            found = sums[key] = _Sum()
        found.add(item)
    for line in bill_lines((), levies, 1):
        sums.setdefault(tuple(line.key(name) for name in by), _Sum()).extra += line.cost
    costs = {key: found.cost for key, found in sums.items()}
    total = sum(costs.values(), _ZERO)
    return [_group(key, sums[key], costs[key], total) for key in keys_in_order(sums, by)]


def _group(key: Key, found: _Sum, cost: Fraction, total: Fraction) -> Group:
    requests = Fraction(found.requests)
    return Group(
        key=key,
        records=requests,
        requests=requests,
        totals={meter: Fraction(units) for meter, units in sorted(found.totals.items(), key=_rank)},
        quantities={},
        cost=cost,
        share=Fraction(share_of_total(cost, total)),
        cost_per_record=Fraction(cost_per_record(cost, requests)),
    )


def _rank(item: tuple[str, Number]) -> int:
    ranks = meter_ranks()
    return ranks.get(item[0], len(ranks))


def _reader(name: str) -> Callable[[Cell], str]:
    """What reads a dimension of a cell, as the lines of a bill have it."""
    read = _FIXED.get(name)
    return read if read is not None else lambda cell: next((value for key, value in cell.labels if key == name), "")


_FIXED: dict[str, Callable[[Cell], str]] = {
    "month": lambda cell: str(cell.month),
    "year": lambda cell: fiscal_year(cell.month, 1),
    "workload": lambda cell: cell.workload,
    "step": lambda cell: cell.step,
    "model": lambda cell: cell.model,
    "provider": lambda cell: cell.model.partition("/")[0],
    "tier": lambda cell: cell.tier,
    "region": lambda cell: cell.region,
    "size": lambda cell: str(cell.band),
}

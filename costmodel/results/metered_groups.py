"""Metered usage grouped by what it is: month, model, a label. Quick, for there may be many cells.

A cell's cost is its units times the prices of its tariff, in whole numbers; the charges of a bill one by one come to
the same, and are made only where they are asked for.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.billing.bill import contracted_cost
from costmodel.equations.charges import cost_per_record, share_of_total
from costmodel.results.lines import Group, bill_lines, fiscal_year

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from costmodel.billing.levies import LevyLine
    from costmodel.prices.tariff import Tariff
    from costmodel.quantities import Number
    from costmodel.usage.cube import Cell

    Key = tuple[str, ...]

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


class _Sum:
    """What comes together under one key."""

    __slots__ = ("costs", "extra", "requests", "totals")

    def __init__(self) -> None:
        self.requests: Number = 0
        self.totals: dict[str, Number] = {}
        self.costs: dict[Fraction, Fraction] = {}  # in list currency, by what turns it into the reporting currency
        self.extra = _ZERO

    def add(self, item: PricedCell) -> None:
        self.requests += item.cell.requests
        for meter, units in item.cell.totals.items():
            self.totals[meter] = self.totals.get(meter, 0) + units
        cost = contracted_cost(item.cell, item.tariff)
        self.costs[item.factor] = self.costs.get(item.factor, _ZERO) + cost

    @property
    def cost(self) -> Fraction:
        return sum((factor * cost for factor, cost in self.costs.items()), self.extra)


def grouped_cells(priced: Iterable[PricedCell], levies: Iterable[LevyLine], by: Sequence[str]) -> list[Group]:
    """Cells and the lines after the bill, grouped by dimensions; values in order of first appearance.

    Args:
        priced: the cells.
        levies: lines after the bill, such as minimum charges.
        by: dimensions that exist; not `meter`, which needs the charges one by one.
    """
    reads = [_reader(name) for name in by]
    sums: dict[Key, _Sum] = {}
    for item in priced:
        key = tuple(read(item.cell) for read in reads)
        sums.setdefault(key, _Sum()).add(item)
    for line in bill_lines((), levies, 1):
        sums.setdefault(tuple(line.key(name) for name in by), _Sum()).extra += line.cost
    costs = {key: found.cost for key, found in sums.items()}
    total = sum(costs.values(), _ZERO)
    return [_group(key, sums[key], costs[key], total) for key in _ordered(sums, len(by))]


def _ordered(keys: Iterable[Key], length: int) -> list[Key]:
    seen: list[dict[str, int]] = [{} for _ in range(length)]
    found = list(keys)
    for key in found:
        for value, rank in zip(key, seen, strict=True):
            rank.setdefault(value, len(rank))
    return sorted(found, key=lambda key: tuple(rank[value] for value, rank in zip(key, seen, strict=True)))


def _group(key: Key, found: _Sum, cost: Fraction, total: Fraction) -> Group:
    requests = Fraction(found.requests)
    return Group(
        key=key,
        records=requests,
        requests=requests,
        totals={meter: Fraction(units) for meter, units in found.totals.items()},
        quantities={},
        cost=cost,
        share=Fraction(share_of_total(cost, total)),
        cost_per_record=Fraction(cost_per_record(cost, requests)),
    )


def _reader(name: str) -> Callable[[Cell], str]:
    """What reads a dimension of a cell, as the lines of a bill have it."""
    read = _FIXED.get(name)
    return read if read is not None else lambda cell: dict(cell.labels).get(name, "")


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

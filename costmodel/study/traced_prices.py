"""Prices, traced: the rate cards of a book with a cell in place of each price that is used."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.charges import adjusted_price, unit_price
from costmodel.prices.tariff import Tariff
from costmodel.runtimes.operations import step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from costmodel.prices.card import RateCard
    from costmodel.prices.schema import Credit, PriceRow
    from costmodel.prices.tariff import PriceLine, PriceSheet
    from costmodel.study.traced_leaves import Leaves

ADJUSTED = "adjusted price"  # a step of the equations that gets no row of its own


class PricePoint(NamedTuple):
    """One price that is used.

    Attributes:
        offer: `provider/model`.
        line: as the book has it.
        where: the case it holds in: row, tier, region, size, hours.
        row: the row it was written in, and which of it is paid by, where a contract is based on a list.
        currency: of the price.
        price: cell of the price as written.
        changes: of each adjustment its name and the cells of its factor and of what it adds.
        unit: cell of the price of one unit, after the adjustments.
    """

    offer: str
    line: PriceLine
    where: str
    row: PriceRow
    currency: str
    price: Any
    changes: tuple[tuple[str, Any, Any], ...]
    unit: Any


class TracedCards:
    """Rate cards by name, with traced prices.

    Args:
        card: finds a rate card.
        leaves: takes the prices.
    """

    def __init__(self, card: Callable[[str], RateCard], leaves: Leaves) -> None:
        self._card, self._leaves = card, leaves
        self._made: dict[str, TracedCard] = {}
        self.points: list[PricePoint] = []

    def __call__(self, name: str) -> Any:
        """The rate card of a name."""
        found = self._card(name)
        if found.name not in self._made:
            self._made[found.name] = TracedCard(found, self._leaves, self.points)
        return self._made[found.name]


class TracedCard:
    """A rate card whose tariffs have traced prices; else as the one that it is made of."""

    def __init__(self, card: RateCard, leaves: Leaves, points: list[PricePoint]) -> None:
        self._card, self._leaves, self._points = card, leaves, points
        self._made: dict[int, Tariff] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._card, name)

    def tariff(self, at: datetime, size: Any, tier: str, region: str) -> Tariff:
        """See `RateCard.tariff`."""
        exact = self._card.tariff(at, size, tier, region)
        if id(exact) not in self._made:
            self._made[id(exact)] = self._traced(exact)
        return self._made[id(exact)]

    def _traced(self, exact: Tariff) -> Tariff:
        contracted = self._sheet(exact.contracted)
        contracted.lines = tuple(self._line(line, exact.contracted) for line in contracted.lines)
        if exact.listed is exact.contracted:
            return Tariff(contracted, contracted)
        return Tariff(exact.listed and self._sheet(exact.listed), contracted)

    def _sheet(self, sheet: PriceSheet) -> PriceSheet:
        made = copy(sheet)
        if sheet.row.credit is not None:
            made.row = sheet.row.model_copy(update={"credit": self._credit(sheet.row.credit)})
        return made

    def _credit(self, credit: Credit) -> Credit:
        name = f"{credit.pays} paid for one {self._card.currency} of credit"
        rate = self._leaves.other("rate", name, credit.per_list_unit, credit.pays, self._card.name, "the price table")
        return credit.model_copy(update={"per_list_unit": rate})

    def _line(self, line: PriceLine, sheet: PriceSheet) -> PriceLine:
        name, meter = self._card.name, line.measure.meter
        apart = f"{name}, {meter}" + (f", {line.measure.shape}" if line.measure.shape else "")
        key = f"{apart}, from {sheet.row.valid.from_:%Y-%m-%d}"
        price = self._leaves.other("price", f"price of {meter}", line.price, self._card.currency, key)
        changes, adjusted = [], price
        for item in line.adjustments:
            factor = self._leaves.other("factor", f"factor for {item.name}", item.multiply, "", key)
            added = self._leaves.other("addition", f"added for {item.name}", item.add, "", key) if item.add else 0
            adjusted = adjusted_price(adjusted, factor, added)
            changes.append((item.name, factor, added))
        one = step("price of one", unit_price(adjusted, line.per), self._card.currency)
        self._points.append(
            PricePoint(name, line, sheet.where, sheet.row, self._card.currency, price, tuple(changes), one)
        )
        return line._replace(unit_price=one)

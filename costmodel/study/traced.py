"""The traced model of a scenario: what it starts from, every step of every month, and what it comes to.

It is made by running the equations once more, with cells that remember what is done with them. A workbook and a what-if
page print it; no formula is typed a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.errors import CommandLineError, CostmodelError
from costmodel.study.cost import alternatives, book_for, estimate
from costmodel.study.traced_bill import Tracing
from costmodel.study.traced_leaves import Leaves
from costmodel.study.traced_lines import (
    COST,
    FLOWS,
    BillLines,
    ai_lines,
    figure_words,
    flow_lines,
    in_currency,
    price_lines,
    time_lines,
    volume_lines,
    work_lines,
)
from costmodel.study.traced_prices import ADJUSTED
from costmodel.study.traced_rows import Key, rows_of
from costmodel.study.traced_tree import Trees, walked
from costmodel.study.traced_worth import adoption_of, plan_of, works_of, worth_of
from costmodel.study.worth import QUOTED, case_of, result_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.prices.book import PriceBook
    from costmodel.quantities import Month
    from costmodel.results.comparison import Comparison
    from costmodel.results.estimate import Estimate
    from costmodel.results.worth.return_on_investment import ReturnOnInvestment
    from costmodel.scenario import Scenario, Steps
    from costmodel.study.traced_bill import Alternative, TracedBill
    from costmodel.study.traced_leaves import Leaf
    from costmodel.study.traced_prices import PricePoint
    from costmodel.study.traced_rows import Line, Row, Rows
    from costmodel.study.traced_usage import Guard

THE_MODEL = "models together"


@dataclass(frozen=True)
class TracedModel:
    """A scenario with its computation.

    Attributes:
        scenario, book: what it was made of.
        result: what it comes to, exactly; for the words, sources and warnings around the figures.
        months: the horizon.
        options: ways of paying for the API, never added up: each a model alone, or the mix.
        leaves: every number that a figure depends on.
        idle: numbers that the scenario states and no figure here depends on.
        prices: prices that are used, each with its row.
        guards: what must hold for the formulas to be those of the scenario.
        rows: every step, in the order of computation.
    """

    scenario: Scenario
    book: PriceBook
    result: Estimate | Comparison | ReturnOnInvestment
    months: tuple[Month, ...]
    options: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    idle: tuple[Leaf, ...]
    prices: tuple[PricePoint, ...]
    guards: tuple[Guard, ...]
    rows: Rows

    def cost(self, option: str) -> Row | None:
        """The row of an option's API cost, month by month, taxes and fees included; None where no model is named."""
        return self.rows.find(Key(part_of(COST, option, self.options), "", "cost of the month"))

    def flow(self, option: str, name: str) -> Row | None:
        """A row of an option's flows; None where it is 0 throughout, or the scenario has no `roi`."""
        return self.rows.find(Key(f"{FLOWS}: {option}", "", name))

    @property
    def wholes(self) -> dict[Steps, list[Leaf]]:
        """Shares of a mix, or of service tiers, by the path of what they are shares of."""
        found: dict[Steps, list[Leaf]] = {}
        for leaf in self.leaves:
            if leaf.whole:
                found.setdefault(leaf.whole, []).append(leaf)
        return found

    def figure(self, option: str, name: str) -> Row | None:
        """A figure of the horizon, as in `value.measures.Measures`; None where it is 0."""
        return self.rows.find(Key(f"{FLOWS}: {option}", "over the horizon", figure_words(name)))


def part_of(part: str, option: str, options: Sequence[str]) -> str:
    """The part of the rows that an option has of its own."""
    return f"{part}: {option}" if len(options) > 1 else part


def traced_model(scenario: Scenario, models: Sequence[str] = (), book: PriceBook | None = None) -> TracedModel:
    """The traced model of a scenario.

    Args:
        scenario: the scenario.
        models: models that each do all the work alone, in place of the scenario's mix.
        book: prices; those that the scenario asks for by default.

    Raises:
        FileError, NoPriceError: as `estimate`.
        CommandLineError: the scenario has something that has no formula yet.
        CostmodelError: what was traced does not give the figures of the result; a fault of ours.
    """
    prices = book or book_for(scenario)
    maker = _Maker(scenario, models, prices)
    try:
        return maker.model(Leaves())
    except CommandLineError:
        raise
    except (CostmodelError, ZeroDivisionError):
        # What is 0 today cannot be another number, such as a share of a cache that has no price: zeros stay zeros.
        return maker.model(Leaves(zeros=False))


class _Maker:
    """Makes the model of a scenario, with leaves of one kind or another."""

    def __init__(self, scenario: Scenario, models: Sequence[str], book: PriceBook) -> None:
        self._scenario, self._models, self._book = scenario, models, book
        self._case = case_of(scenario, models, book) if scenario.roi is not None else None
        self._result: Any = result_of(self._case) if self._case else estimate(scenario, models=models, book=book)

    def model(self, leaves: Leaves) -> TracedModel:
        """The model, traced with these leaves."""
        traced = self._scenario.with_numbers(leaves.of_scenario(self._scenario))
        tracing = Tracing(self._scenario, traced, self._book, leaves)
        exact = self._options(self._scenario)
        pairs = {name: (exact[name], of) for name, of in self._options(traced).items()}
        if self._case is None:
            bills = {name: tracing.bill(*pair) for name, pair in pairs.items()}
            return self._made(tracing, tuple(bills), bills, self._bill_lines(bills, tuple(bills)))
        return self._with_worth(tracing, pairs)

    def _with_worth(self, tracing: Tracing, pairs: dict[str, tuple[Alternative, Alternative]]) -> TracedModel:
        """The model of a scenario that asks whether it is worth it."""
        plan, months, currency = plan_of(tracing), tracing.months, self._scenario.currency
        works = works_of(plan, months, tracing.records())
        adoption = [work.adoption for work in self._result.works], adoption_of(plan, len(months))
        bills = {name: tracing.bill(*pair, adoption) for name, pair in pairs.items()}
        costs = {name: bill.billed.monthly(months) for name, bill in bills.items()}
        costs = costs or {QUOTED: [Fraction(0)] * len(months)}
        worths = {name: worth_of(plan, works, cost) for name, cost in costs.items()}
        lines = [*self._bill_lines(bills, tuple(worths), ai_lines(works)), *work_lines(works, currency)]
        for name, worth in worths.items():
            lines += flow_lines(name, worth, currency)
        return self._made(tracing, tuple(worths), bills, lines)

    def _options(self, scenario: Scenario) -> dict[str, Alternative]:
        """The options of a scenario: models that stand alone, by name, or the mix."""
        if self._case is not None:
            return dict(case_of(scenario, self._models, self._book).options)
        alone = alternatives(scenario, self._models, self._book)
        named: dict[str, Alternative] = {self._book.card(name).name: (name, said) for name, said in alone.items()}
        return named or {THE_MODEL: None}

    def _bill_lines(
        self, bills: dict[str, TracedBill], options: tuple[str, ...], with_ai: Iterable[Line] = ()
    ) -> list[Line]:
        units = {name: self._book.meters[name].units for name in self._book.meters.names}
        horizon = self._scenario.horizon
        months = [horizon.start.later(index) for index in range(horizon.months)]
        made = [
            BillLines(part_of(COST, name, options), bill.billed, months, units, self._scenario.currency)
            for name, bill in bills.items()
        ]
        return [*volume_lines(made, with_ai), *(line for item in made for line in item.costs())]

    def _made(
        self, tracing: Tracing, options: tuple[str, ...], bills: dict[str, TracedBill], shown: Sequence[Line]
    ) -> TracedModel:
        lines = [*time_lines(tracing.leaves.made, tracing.months), *shown]
        trees = Trees(tracing.leaves.values, frozenset({ADJUSTED}))
        used = {id(part) for part in walked(trees.plain(cell) for line in lines for cell in line.cells.values())}
        points = [point for point in tracing.cards.points if id(trees.plain(point.unit)) in used]
        rows = rows_of([*price_lines(points), *lines], trees, len(tracing.months))
        for row in list(rows.rows):
            rows.put(row._replace(unit=in_currency(row.unit, self._scenario.currency)))
        leaves = [leaf._replace(cell=trees.plain(leaf.cell)) for leaf in tracing.leaves.made]
        model = TracedModel(
            self._scenario,
            self._book,
            self._result,
            tracing.months,
            options,
            *_used(leaves, rows),
            tuple(_plain_point(point, trees) for point in points),
            tuple(_plain_guard(guard, trees) for bill in bills.values() for guard in bill.guards),
            rows,
        )
        _require_same(model, bills)
        return model


def _plain_point(point: PricePoint, trees: Trees) -> PricePoint:
    changes = tuple((name, trees.plain(factor), trees.plain(added)) for name, factor, added in point.changes)
    return point._replace(price=trees.plain(point.price), changes=changes, unit=trees.plain(point.unit))


def _plain_guard(guard: Guard, trees: Trees) -> Guard:
    return guard._replace(cell=trees.plain(guard.cell), other=None if guard.other is None else trees.plain(guard.other))


def _used(leaves: Sequence[Leaf], rows: Rows) -> tuple[tuple[Leaf, ...], tuple[Leaf, ...]]:
    """Leaves on which some row depends, and those of the scenario on which none does."""
    cells = [cell for row in rows.rows for cell in row.cells.values()]
    found = {id(part) for part in walked(cells) if part.kind == "input"}
    idle = [leaf for leaf in leaves if leaf.kind == "scenario" and id(leaf.cell) not in found]
    seen = {(leaf.cell.name, leaf.about) for leaf in leaves if id(leaf.cell) in found}
    return (
        tuple(leaf for leaf in leaves if id(leaf.cell) in found),
        tuple(leaf for leaf in idle if (leaf.cell.name, leaf.about) not in seen),
    )


def _require_same(model: TracedModel, bills: dict[str, TracedBill]) -> None:
    """What was traced must come to what was computed."""
    for name, bill in bills.items():
        _require(name, model.cost(name), bill.exact.monthly(model.months))
    if model.scenario.roi is not None:
        for option in model.result.options:  # type: ignore[union-attr]
            _require(option.name, model.flow(option.name, "net flow"), [flow.net for flow in option.flows.months])
            for name in ("net_present_value", "cost", "net", "return_on_all_cost"):
                row, expected = model.figure(option.name, name), getattr(option.measures, name)
                if row is not None and expected is not None and row.values(1)[0] != expected:
                    raise _fault(f"{name} of {option.name}", row.values(1)[0], expected)


def _require(name: str, row: Row | None, expected: Sequence[Fraction]) -> None:
    found = row.values(len(expected)) if row is not None else [0] * len(expected)
    for index, (shown, computed) in enumerate(zip(found, expected, strict=True)):
        if shown != computed:
            raise _fault(f"{name}, month {index + 1}", shown, computed)


def _fault(what: str, shown: Any, computed: Any) -> CostmodelError:
    return CostmodelError(f"{what}: the formulas give {shown}, the result has {computed}: a fault of costmodel")

"""The figures that the page shows, as traced cells: made with the equations of the program, then printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.charges import cost_per_record, share_of_total
from costmodel.equations.returns import MONTHS_PER_YEAR
from costmodel.reports.page.words import say
from costmodel.runtimes.exact import CEILING_TOLERANCE
from costmodel.runtimes.operations import divide, maximum, minimum, where
from costmodel.runtimes.trace import as_cell
from costmodel.study.traced_lines import VOLUME, WORK
from costmodel.study.traced_rows import CONSTANT, Key
from costmodel.study.worth import QUOTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from costmodel.study.traced import TracedModel
    from costmodel.study.traced_rows import Row
    from costmodel.study.traced_usage import Guard

_WORTH = (
    ("saving", "money"),
    ("capacity_used", "money"),
    ("benefits", "money"),
    ("llm_cost", "money"),
    ("fixed_cost", "money"),
    ("one_off", "money"),
    ("error_cost", "money"),
    ("cost", "money"),
    ("net", "money"),
    ("net_present_value", "money"),
    ("cash_present_value", "money"),
    ("return_on_all_cost", "share"),
    ("return_on_api_spend", "share"),
    ("benefit_cost_ratio", "ratio"),
    ("capacity_hours", "hours"),
    ("capacity_value", "money"),
)
_UNDONE = (("undone_hours", "hours"), ("undone_value", "money"))
# What a ratio is divided by: where that is 0 there is no ratio.
_BELOW = {
    "return_on_all_cost": "cost",
    "return_on_api_spend": "llm_cost",
    "benefit_cost_ratio": "cost_at_present_value",
}
_CHIEF = frozenset({"benefits", "cost", "net", "net_present_value"})


class Figure(NamedTuple):
    """A figure of every option.

    Attributes:
        name: as the words have it.
        kind: how it is shown: `money`, `share`, `ratio`, `hours` or `record`.
        cells: of each option; None where it is 0 whatever is changed.
        below: of each option what it is divided by; where that is 0 there is no figure.
    """

    name: str
    kind: str
    cells: tuple[Any, ...]
    below: tuple[Any, ...] = ()


class Condition(NamedTuple):
    """What must hold, 1 where it does; and what to say where it does not."""

    cell: Any
    words: str


class Figures(NamedTuple):
    """Everything that the page computes.

    Attributes:
        costs: figures of the API's bill; none where no model is named.
        worth: figures of the return on investment; none where the scenario asks for none.
        outcome: what the chart shows of each option.
        months: of each option its cost, and its net flow, of each month; by the name of the words.
        conditions: what must hold.
        undone: of work that nobody does and nobody is paid for: in how many months, hours, their worth.
    """

    costs: tuple[Figure, ...]
    worth: tuple[Figure, ...]
    outcome: tuple[Any, ...]
    months: dict[str, tuple[tuple[Any, ...], ...]]
    conditions: tuple[Condition, ...]
    undone: tuple[Any, ...] = ()


def figures_of(model: TracedModel) -> Figures:
    """The figures of a model."""
    undone = _undone(model)
    costs, worth = tuple(_costs(model)), (*_worth(model), *_undone_figures(model, undone))
    months = {"api_cost": [model.cost(option) for option in model.options]}
    if worth:
        months["month_flow"] = [model.flow(option, "net flow") for option in model.options]
    shown = {name: tuple(_monthly(row, model) for row in rows) for name, rows in months.items() if any(rows)}
    outcome = next((item.cells for item in worth if item.name == "net_present_value"), costs[0].cells if costs else ())
    conditions = (*(item for guard in model.guards for item in _held(guard)), *_wholes(model), *_none(model))
    return Figures(costs, worth, outcome, shown, conditions, undone)


def _monthly(row: Row | None, model: TracedModel) -> tuple[Any, ...]:
    """The cells of a row, month by month."""
    if row is None:
        return tuple(0 for _ in model.months)
    return tuple(row.cells[index if index in row.cells else CONSTANT] for index in range(len(model.months)))


def _costs(model: TracedModel) -> Iterator[Figure]:
    rows = [model.cost(option) for option in model.options]
    if not any(rows) and QUOTED in model.options:
        return  # no model is named
    totals = tuple(_sum(_monthly(row, model)) for row in rows)
    month = tuple(divide(total, len(model.months)) for total in totals)
    yield Figure("total", "money", totals)
    yield Figure("month", "money", month)
    yield Figure("year", "money", tuple(cost * MONTHS_PER_YEAR for cost in month))
    done = model.rows.find(Key(VOLUME, "", "records done with AI"))  # what is billed, where only a part of them is
    name, records = ("record", _records(model)) if done is None else ("ai_record", _sum(_monthly(done, model)))
    if records is not None:
        yield Figure(
            name, "record", tuple(cost_per_record(total, records) for total in totals), (records,) * len(totals)
        )
    if len(totals) > 1:
        least = _least(totals)
        yield Figure("times", "ratio", tuple(share_of_total(total, least) for total in totals), (least,) * len(totals))


def _records(model: TracedModel) -> Any:
    """All records of the horizon; None where the scenario counts none."""
    counted = [row for row in model.rows.rows if (row.key.part, row.key.name) == (VOLUME, "records")]
    return _sum([_sum(_monthly(row, model)) for row in counted]) if counted else None


def _none(model: TracedModel) -> Iterator[Condition]:
    """Without any record nothing is billed, and no row has what a record would cost."""
    records = _records(model)
    if records is not None and not records.value and not any(model.cost(option) for option in model.options):
        yield Condition(_same(records, as_cell(0)), say("no_records"))


def _undone(model: TracedModel) -> tuple[Any, ...]:
    """Work that the posts which are kept cannot do, beyond what the posts before could not; as `results/worth` says it.

    The same for every option; none where overtime is paid.
    """
    roi = model.scenario.roi
    if roi is None or roi.staff.staffing != "whole_posts":
        return ()
    names = ("hours beyond the posts by hand", "hours beyond the posts with AI", "cost of a usable hour")
    before, after, cost = (_monthly(model.rows.find(Key(WORK, "", name)), model) for name in names)
    least = [CEILING_TOLERANCE * maximum(1, hours) for hours in after]  # less is what floats leave behind
    more = [maximum(a - b, 0) for a, b in zip(after, before, strict=True)]
    short = [where(hours > floor, 1, 0) for hours, floor in zip(more, least, strict=True)]
    hours = [one * some for one, some in zip(more, short, strict=True)]
    worth = [one * rate for one, rate in zip(hours, cost, strict=True)]
    return _sum(short), _sum(hours), _sum(worth)


def _undone_figures(model: TracedModel, undone: tuple[Any, ...]) -> Iterator[Figure]:
    for (name, kind), cell in zip(_UNDONE, undone[1:], strict=False):
        yield Figure(name, kind, (cell,) * len(model.options))


def _worth(model: TracedModel) -> Iterator[Figure]:
    if model.scenario.roi is None:
        return
    used = any(cell is not None for cell in _figure_cells(model, "capacity_used"))
    for name, kind in _WORTH:
        if name == "cash_present_value" and not used:
            continue  # it is the net present value
        cells = _figure_cells(model, name)
        if any(cell is not None for cell in cells) or name in _CHIEF:
            yield Figure(name, kind, cells, _figure_cells(model, _BELOW[name]) if name in _BELOW else ())


def _figure_cells(model: TracedModel, name: str) -> tuple[Any, ...]:
    rows = [model.figure(option, name) for option in model.options]
    return tuple(None if row is None else row.cells[CONSTANT] for row in rows)


def _sum(cells: Sequence[Any]) -> Any:
    total = as_cell(0)
    for cell in cells:
        total = total + cell
    return total


def _least(cells: Sequence[Any]) -> Any:
    least = cells[0]
    for cell in cells[1:]:
        least = minimum(least, cell)
    return least


def _held(guard: Guard) -> Iterator[Condition]:
    if guard.other is not None:
        yield Condition(_same(guard.cell, guard.other), say("guard", about=guard.about))
        return
    low, high = guard.band.low, guard.band.high
    words = say("guard", about=f"{guard.about} ({guard.band})")
    if low is not None:
        yield Condition(where(guard.cell > low[0] if low[1] else guard.cell >= low[0], 1, 0), words)
    if high is not None:
        yield Condition(where(guard.cell <= high[0] if high[1] else guard.cell < high[0], 1, 0), words)


def _same(cell: Any, other: Any) -> Any:
    """1 where two numbers are the same, but for what floats leave behind."""
    distance = maximum(cell - other, other - cell)
    return where(distance <= CEILING_TOLERANCE * maximum(1, other), 1, 0)


def _wholes(model: TracedModel) -> Iterator[Condition]:
    """Shares of a mix, and of service tiers, come to 100 %."""
    for shares in model.wholes.values():
        if sum(leaf.cell.value for leaf in shares) != 1:
            continue  # they are parts of something else
        names = ", ".join(f"{leaf.about}: {leaf.cell.name}" if leaf.about else leaf.cell.name for leaf in shares)
        yield Condition(_same(_sum([leaf.cell for leaf in shares]), as_cell(1)), say("shares", about=names))

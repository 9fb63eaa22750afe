"""The tables of a change of provider."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.prices.policy import places_of
from costmodel.quantities import grouped, half_up, largest_remainder, significant
from costmodel.results.estimate import count_text, shown_costs
from costmodel.results.migration.words import change_text, instant_text, percent, times_text
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.results.migration.migration import MigrationResult
    from costmodel.results.migration.parts import Amounts, Stage

_MOST_ROWS = 40
_ENDS = 15  # rows shown of either end where there are more
_SMALL_CHANGE = 10  # of a unit of money


class _Head(NamedTuple):
    """Amounts: their heading, the figure, and whether it is money, shown where there is none, and shown of each day."""

    name: str
    of: Callable[[Amounts], Fraction]
    money: bool = True
    always: bool = True
    daily: bool = True


def _twice(amounts: Amounts) -> Fraction:
    return amounts.requests_sent_again + amounts.requests_copied


_REQUESTS = (
    _Head("requests", lambda amounts: amounts.requests, money=False),
    _Head("at the new", lambda amounts: amounts.requests_at_new, money=False),
    _Head("failed there", lambda amounts: amounts.requests_failed, money=False, always=False, daily=False),
    _Head("sent twice", _twice, money=False, always=False),
)
_BILLS = (
    _Head("old bill", lambda amounts: amounts.old_cost),
    _Head("new bill", lambda amounts: amounts.new_cost),
    _Head("of both, twice", lambda amounts: amounts.twice_cost, always=False, daily=False),
)
_RESULT = (
    _Head("minimums", lambda amounts: amounts.minimum_cost, always=False),
    _Head("prepaid lost", lambda amounts: amounts.prepaid_lost_cost, always=False),
    _Head("paid once", lambda amounts: amounts.one_off_cost, always=False),
    _Head("cost", lambda amounts: amounts.cost),
    _Head("unchanged", lambda amounts: amounts.unchanged_cost),
    _Head("saving", lambda amounts: amounts.saving),
)


def phases_table(result: MigrationResult) -> Table:
    """Before, during and after the change, side by side; what is saved in the last row."""
    stages = {name: [stage for stage in result.stages if stage.phase == name] for name in ("before", "during", "after")}
    named = [(name, found[0], found[-1]) for name, found in stages.items() if found]
    amounts = [*(result.phase(name) for name, _, _ in named), result.total]
    heads = _shown((*_REQUESTS, *_BILLS, *_RESULT), amounts)
    places = _places(amounts[:-1], result.currency)
    phases, total = _cells(heads, amounts[:-1], places), _cells(heads, amounts[-1:], places)
    figures = zip((head.name for head in heads), *phases, *total, strict=True)
    *rows, saving = (tuple(row) for row in figures)
    times = (
        ("from", *(instant_text(first.start) for _, first, _ in named), ""),
        ("until, UTC", *(instant_text(last.end) for _, _, last in named), ""),
    )
    columns = (Column(""), *(Column(name, numeric=True) for name in (*(name for name, _, _ in named), "total")))
    title = f"{result.title}: before, during and after, in {result.currency}"
    return Table(title, columns, (*times, *rows), saving, lead=result.finding)


def stages_tables(result: MigrationResult) -> list[Table]:
    """The way there, step by step, each until the next begins; none where everything moves at once."""
    during = [stage for stage in result.stages if stage.phase == "during"]
    if not during:
        return []
    amounts = [result.stage(stage) for stage in during]
    heads = _shown((*_REQUESTS, *_BILLS), amounts)
    cells = _cells(heads, amounts, _places(amounts, result.currency))
    rows = [_stage_row(stage, row) for stage, row in zip(during, cells, strict=True)]
    columns = (Column("step"), Column("from, UTC"), Column("share", numeric=True))
    body = tuple(_shortened(rows))
    return [Table(f"The way there, in {result.currency}", (*columns, *_columns(heads)), body)]


def _stage_row(stage: Stage, cells: Sequence[str]) -> tuple[str, ...]:
    return (stage.name, instant_text(stage.start), percent(stage.new_share), *cells)


def _shortened(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    if len(rows) <= _MOST_ROWS:
        return rows
    return [*rows[:_ENDS], ("…", *[""] * (len(rows[0]) - 1)), *rows[-_ENDS:]]


def further_tables(result: MigrationResult) -> list[Table]:
    """What is paid once, what is quoted, and how both providers answer; each where there is something."""
    return [table for table in (_once_table(result), _quoted_table(result), _service_table(result)) if table.rows]


def _once_table(result: MigrationResult) -> Table:
    names = list(result.one_off) if len(result.one_off) > 1 else []
    shown = shown_costs([result.one_off[name] for name in names], result.currency)
    rows = tuple(zip(names, shown, strict=True))
    return Table("Paid once, on the day of the start", (Column(""), Column(result.currency, numeric=True)), rows)


def _quoted_table(result: MigrationResult) -> Table:
    quoted, found, currency = result.quoted, result.outlook, result.currency
    columns = [Column(""), *(Column(name, numeric=True) for name in ("before", "after", "change"))]
    title = f"A month, quoted and computed, in {currency}"
    if quoted is None:
        return Table(title, tuple(columns), ())
    rows = [
        (name, *(shown_costs([money], currency)[0] for money in (before, after)), change_text(before, after))
        for name, before, after in (
            ("quoted", quoted.before, quoted.after),
            ("computed", found.month_before, found.month_after),
        )
    ]
    pairs = ((quoted.before, found.month_before), (quoted.after, found.month_after))
    rows.append(("quoted / computed", *(times_text(*pair) for pair in pairs), ""))
    source = f"Quoted by: {quoted.source}. " if quoted.source else ""
    finished = f"Computed: bills of {result.months[-1]}, with the change finished; taxes and fees included."
    return Table(title, tuple(columns), tuple(rows), notes=(source + finished,))


_SERVICE: tuple[tuple[str, str, Callable[[Fraction], str]], ...] = (
    ("latency_ms", "latency, ms", lambda number: grouped(half_up(number, 1))),
    ("attempts", "attempts of a request", lambda number: grouped(significant(number, 5))),
    ("waiting_seconds", "waiting after refusals, s", lambda number: grouped(significant(number, 4))),
    ("lost_seconds", "lost in timeouts, s", lambda number: grouped(significant(number, 4))),
    ("request_seconds", "a request takes, s", lambda number: grouped(significant(number, 4))),
    ("given_up", "given up after all retries", lambda number: f"{grouped(significant(number * 100, 3))} %"),
    ("concurrency", "requests at the same time", grouped),
    ("records_a_day", "records possible a day", lambda number: grouped(half_up(number))),
    ("backlog_hours", "", lambda number: grouped(significant(number, 4))),
    ("sla", "up, as promised (SLA)", percent),
    ("downtime_30", "minutes down in 30 days", lambda number: grouped(half_up(number, 2))),
    ("downtime_mean", "minutes down in 30.4375 days", lambda number: grouped(half_up(number, 2))),
    ("support_hours", "support answers after, hours", grouped),
)


def _service_table(result: MigrationResult) -> Table:
    rows = []
    for name, label, text in _SERVICE:
        found = [getattr(side, name) for side in result.service]
        if any(value is not None for value in found):
            shown = ("" if value is None else text(Fraction(value)) for value in found)
            rows.append((label or _backlog(result), *shown))
    columns = (Column("service"), Column("before", numeric=True), Column("after", numeric=True))
    notes = ("Service stands beside the money: none of it is turned into money.",)
    return Table("How they answer", columns, tuple(rows), notes=notes)


def _backlog(result: MigrationResult) -> str:
    return f"hours for {grouped(result.stated.records_to_work_through or 0)} records"


def days_table(result: MigrationResult) -> Table:
    """Every day, with the saving so far; what fails, and the part of the bills paid for it, are in JSON."""
    amounts = [day.amounts for day in result.days]
    heads = [head for head in _shown((*_REQUESTS, *_BILLS, *_RESULT), amounts) if head.daily]
    places = _places(amounts, result.currency)
    sums = [grouped(day.cumulative_saving, places) for day in result.days]
    rows = tuple(
        (str(day.day), day.phase, *row, total)
        for day, row, total in zip(result.days, _cells(heads, amounts, places), sums, strict=True)
    )
    columns = (Column("day, UTC"), Column(""), *_columns(heads), Column("saving so far", numeric=True))
    return Table(f"Day by day, in {result.currency}", columns, rows)


def _shown(heads: Sequence[_Head], amounts: Sequence[Amounts]) -> list[_Head]:
    """The columns in which something stands."""
    return [head for head in heads if head.always or any(head.of(item) for item in amounts)]


def _columns(heads: Sequence[_Head]) -> tuple[Column, ...]:
    return tuple(Column(head.name, numeric=True) for head in heads)


def _cells(heads: Sequence[_Head], amounts: Sequence[Amounts], places: int) -> list[tuple[str, ...]]:
    """Rows of text; money is rounded so that each column adds up."""
    columns = []
    for head in heads:
        values = [head.of(item) for item in amounts]
        texts = [grouped(value, places) for value in largest_remainder(values, places)]
        columns.append(texts if head.money else [count_text(value) or "0" for value in values])
    return [tuple(row) for row in zip(*columns, strict=True)]


def _places(amounts: Sequence[Amounts], currency: str) -> int:
    """Decimal places of a table: the currency's, and two more where all of it is small change."""
    bills = sum((item.old_cost + item.new_cost for item in amounts), Fraction(0))
    return places_of(currency) + (2 if bills < _SMALL_CHANGE else 0)

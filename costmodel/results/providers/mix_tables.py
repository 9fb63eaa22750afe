"""The tables of the cheapest mix: shares, constraints, offers left out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import grouped, half_up, significant
from costmodel.results.estimate import shown_costs
from costmodel.results.notice import notice_lines
from costmodel.results.providers.mix_words import percent, price_of
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from costmodel.results.providers.mix import Limit, OptimalMix

_HUNDRED = 100


def mix_tables(result: OptimalMix) -> list[Table]:
    """Shares, constraints, and offers left out; the first has the finding and the notes."""
    found = [_shares_table(result)] if result.feasible else []
    found += [_limits_table(result)] if result.limits else []
    found += [Table("Takes no part", (Column("offer"), Column("why")), result.left_out)] if result.left_out else []
    return [found[0]._replace(lead=result.finding, notes=(*found[0].notes, *_notes(result))), *found[1:]]


def _shares_table(result: OptimalMix) -> Table:
    several = len(result.workloads) > 1
    columns = (
        *((Column("workload"),) if several else ()),
        Column("offer"),
        Column("share", numeric=True),
        Column("before rounding", numeric=True),
        Column(f"{result.currency} a month", numeric=True),
    )
    fixed = [result.fixed] if result.fixed else []
    costs = shown_costs([*(part.cost for part in result.parts), *fixed], result.currency)
    rows = [
        (
            *((part.workload,) if several else ()),
            part.offer,
            percent(part.share),
            f"{grouped(half_up(Fraction(part.optimum) * _HUNDRED, 2), 2)} %",
            cost,
        )
        for part, cost in zip(result.parts, costs, strict=False)
    ]
    rows += [(*([""] * several), "what no share changes", "", "", costs[-1])] if fixed else []
    totals = (*([""] * several), "total", "", "", shown_costs([result.month or Fraction(0)], result.currency)[0])
    return Table(f"{result.title}: the cheapest mix, {result.period}", columns, tuple(rows), totals)


def _limits_table(result: OptimalMix) -> Table:
    columns = (
        Column("constraint"),
        Column("comes to", numeric=True),
        Column("keeps out", numeric=True),
        Column(f"one step more, one step less: {result.currency} a month"),
    )
    rows = tuple(
        (limit.name, _reached(limit), str(limit.barred) if limit.barred else "", price_of(result, limit))
        for limit in result.limits
    )
    if not result.feasible:
        title = f"{result.title}: no mix meets these constraints, {result.period}"
        shown = (0, 2) if any(limit.barred for limit in result.limits) else (0,)
        found = tuple(tuple(row[index] for index in shown) for row in rows)
        return Table(title, tuple(columns[index] for index in shown), found)
    note = "A step more or less is the cheapest mix found again with that limit moved, before shares are rounded."
    return Table("Constraints", columns, rows, (), (note,))


def _reached(limit: Limit) -> str:
    if limit.reached is None:
        return ""
    if limit.kind in {"share", "commitment"}:
        return percent(limit.reached)
    return grouped(significant(limit.reached, 6) if limit.reached else limit.reached)


def _notes(result: OptimalMix) -> tuple[str, ...]:
    lines = [f"Prices: {result.book}. Amounts in {result.currency}, a month's mean. Shares are of records."]
    if result.cheapest_of_all is not None and result.cheapest_of_all != result.cheapest_single:
        name, cost = result.cheapest_of_all
        shown = shown_costs([cost], result.currency)[0]
        lines.append(f"Cheapest of all, whatever it meets: {name}, {shown} a month.")
    lines += [f"To use it, write in {where}: {text}" for where, text in result.written().items()]
    lines += [f"Write too: {text}" for text in result.further] if result.feasible else []
    return (*lines, *(notice_lines(result.bill.notices) if result.bill else ()))

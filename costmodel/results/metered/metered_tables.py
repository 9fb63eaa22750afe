"""Metered usage as tables: the cost, what has no price, and what was left out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, half_up, largest_remainder, significant
from costmodel.results.adding_up import ROUNDED
from costmodel.results.estimate import count_text, shown_costs, shown_places, unit_cost_text
from costmodel.results.notice import notice_lines
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.results.lines import Group
    from costmodel.results.metered.metered import Counts, Metered

_HUNDRED = 100
_MOST_UNPRICED = 20  # models without a price that are shown; all are in the JSON


def all_tables(result: Metered, by: Sequence[str]) -> list[Table]:
    """The tables of a result, notes below the last cost."""
    shown = [cost_table(result, by)] if by else _default(result)
    return [*shown, *unpriced_tables(result), *left_out_tables(result.counts)]


def _default(result: Metered) -> list[Table]:
    by_model = cost_table(result, ("model",))
    if len(result.months) <= 1:
        return [by_model]
    return [cost_table(result, ("month",))._replace(notes=()), by_model._replace(lead="")]


def cost_table(result: Metered, by: Sequence[str]) -> Table:
    """The cost by dimensions."""
    groups = result.by(*by)
    meters = [] if "meter" in by else _token_meters(result)
    columns = (
        *(Column(name) for name in by),
        Column("requests", numeric=True),
        *([Column("billed units", numeric=True)] if "meter" in by else []),
        *(Column(name.replace("_", " "), numeric=True) for name in meters),
        Column(f"cost {result.currency}", numeric=True),
        Column("share", numeric=True),
        Column("a request", numeric=True),
    )
    costs = shown_costs([group.cost for group in groups], result.currency)
    shares = largest_remainder([group.share * _HUNDRED for group in groups], 1)
    rows = tuple(
        _row(
            group,
            row_names(group.key, by),
            (*_billed_units(group, by), *_units(group, meters)),
            (cost, f"{decimal_text(share, 1)} %" if result.total else ""),
        )
        for group, cost, share in zip(groups, costs, shares, strict=True)
    )
    total = shown_costs([result.total], result.currency)[0]
    key = ("total" if result.complete else "total, incomplete", *[""] * (len(by) - 1))
    units = (*([""] if "meter" in by else []), *_units(result.whole, meters))
    totals = _row(result.whole, key, units, (total, "100.0 %" if result.total else ""))
    title = f"Metered usage: cost by {', '.join(by)}, {result.period}"
    rounded = _rounded(result, groups, (costs, shares))
    return Table(title, columns, rows, totals, (*rounded, *notes(result)), lead(result))


def _rounded(
    result: Metered, groups: Sequence[Group], shown: tuple[Sequence[str], Sequence[Fraction]]
) -> tuple[str, ...]:
    """The note below a table in which a row is not its own figure, rounded; none where all are."""
    costs, shares = shown
    places = shown_places([result.total], result.currency)
    own = all(grouped(group.cost, places) == cost for group, cost in zip(groups, costs, strict=True))
    of_total = all(half_up(group.share * _HUNDRED, 1) == share for group, share in zip(groups, shares, strict=True))
    return () if own and of_total else (ROUNDED,)


def row_names(key: Sequence[str], by: Sequence[str]) -> list[str]:
    """What a row is called: usage that has no such label is not left blank."""
    return [value or f"(no {name})" for value, name in zip(key, by, strict=True)]


def _billed_units(group: Group, by: Sequence[str]) -> tuple[str, ...]:
    """Units that were paid for, where a row is one meter's: tokens that are priced apart stand in their own row."""
    return (count_text(sum(group.quantities.values(), Fraction(0))),) if "meter" in by else ()


def _units(group: Group, meters: Sequence[str]) -> tuple[str, ...]:
    return tuple(count_text(group.totals[meter]) if meter in group.totals else "" for meter in meters)


def _row(group: Group, key: Sequence[str], units: Sequence[str], cost: tuple[str, str]) -> tuple[str, ...]:
    return (*key, count_text(group.requests), *units, *cost, unit_cost_text(group.cost_per_record))


def _token_meters(result: Metered) -> list[str]:
    used = result.whole.totals
    return [name for name in result.meters.names if used.get(name) and result.meters[name].unit == "token"]


def lead(result: Metered) -> str:
    """The total, and what it leaves out."""
    total = f"{shown_costs([result.total], result.currency)[0]} {result.currency}"
    left = without(result.counts)
    return f"{total}, without {left}." if left else ""


def without(counts: Counts) -> str:
    """What a total leaves out, in words; empty where it is nothing."""
    parts = []
    if counts.without_price:
        parts.append(f"{_rows(counts.without_price)} that {_have(counts.without_price)} no price")
    duplicates = counts.left_out.get("duplicate", 0)
    if counts.bad - duplicates:
        parts.append(f"{_rows(counts.bad - duplicates)} that cannot be read as usage")
    if duplicates:
        parts.append(f"{_rows(duplicates)} whose key stood in another row")
    words = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return words and f"{words}{_where(counts)}"


def _rows(count: int) -> str:
    return f"{count:,} row" + ("" if count == 1 else "s")


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def unpriced_tables(result: Metered) -> list[Table]:
    """What has no price, the largest first, if there is any."""
    found = sorted(result.counts.unpriced, key=lambda item: (-item.rows, item.model, item.why))
    if not found:
        return []
    meters = [name for name in result.meters.names if any(item.units.get(name) for item in found) and name != "request"]
    columns = (
        Column("model"),
        Column("rows", numeric=True),
        Column("requests", numeric=True),
        *(Column(name.replace("_", " "), numeric=True) for name in meters),
    )
    rows = tuple(
        (
            item.model,
            grouped(item.rows),
            grouped(item.requests),
            *(grouped(item.units[name]) if item.units.get(name) else "" for name in meters),
        )
        for item in found[:_MOST_UNPRICED]
    )
    more = len(found) - _MOST_UNPRICED
    said = [f"{item.model}: {item.why}" for item in found[:_MOST_UNPRICED]]
    said += [f"And {more:,} more: all of them are in the JSON."] if more > 0 else []
    return [Table(f"Without a price, and not in the total{_where(result.counts)}", columns, rows, (), tuple(said))]


def left_out_tables(counts: Counts) -> list[Table]:
    """Bad rows by reason, if there are any."""
    if not counts.left_out:
        return []
    from costmodel.usage.logs.shapes.columns import REASONS

    known = {reason.name: reason for reason in REASONS}
    columns = (Column("reason"), Column("rows", numeric=True), Column("what is wrong"), Column("what to do"))
    rows = tuple(
        (
            name,
            grouped(count),
            known[name].means if name in known else _DUPLICATE[0],
            known[name].remedy if name in known else _DUPLICATE[1],
        )
        for name, count in sorted(counts.left_out.items(), key=lambda item: (-item[1], item[0]))
    )
    title = f"Left out, and not in the total: {_rows(counts.bad)} of {counts.read:,}{_where(counts)}"
    return [Table(title, columns, rows)]


def _where(counts: Counts) -> str:
    return " (in the whole log, whatever their month)" if counts.beyond else ""


_DUPLICATE = (
    "its key stood in another row, so the same request is in the log twice",
    "drop them with --duplicates drop, or choose another key",
)


def notes(result: Metered) -> tuple[str, ...]:
    """What stands below a table: price book, exchange rates, warnings."""
    lines = [f"Prices: {result.book}. Amounts in {result.currency}."]
    for rate in result.exchange:
        shown = decimal_text(significant(rate.rate, 8))
        lines.append(f"Exchange rate: {shown} {rate.to} for one {rate.from_} on {rate.on} ({rate.source}).")
    return (*lines, *notice_lines(result.notices))

"""What each department has to bear, as tables."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import decimal_text, grouped, largest_remainder
from costmodel.results.estimate import count_text
from costmodel.results.metered.metered_tables import left_out_tables, notes, unpriced_tables, without
from costmodel.results.metered.showback import EDGES, NOT_SPREAD, OWN
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.results.metered.showback import Part, Row, Showback

_HUNDRED = 100
_ZERO = Fraction(0)
_OWN_COUNTS = "Requests and tokens (input and output) are each one's own; those of shared usage are not among them."


def all_tables(result: Showback) -> list[Table]:
    """The tables of a result, notes below the first."""
    shared = [_pools(result), _parts(result)] if result.pools else []
    return [_charges(result), *shared, *unpriced_tables(result.used), *_left_out(result)]


def _left_out(result: Showback) -> list[Table]:
    return left_out_tables(result.used.counts)


def _charges(result: Showback) -> Table:
    """What each one bears."""
    money = f" {result.currency}"
    columns = (
        Column(result.dimension),
        Column("requests", numeric=True),
        Column("tokens", numeric=True),
        Column(OWN, numeric=True),
        Column("shared cost", numeric=True),
        Column(f"charge{money}", numeric=True),
        Column("share", numeric=True),
    )
    rest = [part for part in result.parts if _is_rest(part)]
    costs = [row.cost for row in result.rows] + [part.cost for part in rest]
    shares = iter(_percent(costs, result.total))
    rows = [(*_row(result, row), next(shares)) for row in result.rows]
    rows += [(f"({part.of})", "", "", "", "", _money(result, part.charge), next(shares)) for part in rest]
    return Table(
        f"{result.title}: showback by {result.dimension}, {result.used.period}",
        columns,
        tuple(rows),
        _totals(result, sum((part.charge for part in result.parts), _ZERO)),
        (_OWN_COUNTS, *notes(result.used)),
        _lead(result),
    )


def _is_rest(part: Part) -> bool:
    return part.rule == NOT_SPREAD and not part.name


def _row(result: Showback, row: Row) -> tuple[str, ...]:
    charges = (row.own_charge, row.shared_charge, row.charge)
    return (row.name, count_text(row.requests), count_text(row.tokens), *(_money(result, item) for item in charges))


def _totals(result: Showback, total: Fraction) -> tuple[str, ...]:
    own = sum((row.own_charge for row in result.rows), _ZERO)
    shared = sum((row.shared_charge for row in result.rows), _ZERO)
    counts = (sum((getattr(row, name) for row in result.rows), _ZERO) for name in ("requests", "tokens"))
    name = "total" if result.used.complete else "total, incomplete"
    money = (_money(result, amount) for amount in (own, shared, total))
    return (name, *map(count_text, counts), *money, "100.0 %" if result.total else "")


def _lead(result: Showback) -> str:
    """What is spread, what is not, and what is missing."""
    spread = sum((part.charge for part in result.parts if part.share is not None), _ZERO)
    left = sum((part.charge for part in result.parts if _is_rest(part)), _ZERO)
    words = f"{_money(result, spread)} {result.currency} of shared cost is spread"
    words += (
        f"; {_money(result, left)} {result.currency} is not, and nobody bears it" if left else "; nothing is left over"
    )
    if any(notice.code == EDGES for notice in result.used.notices):
        words += f". What is paid by the month is booked for {len(result.used.months)} months: see the note"
    missing = without(result.used.counts)
    return f"{words}. The usage is without {missing}." if missing else f"{words}."


def _pools(result: Showback) -> Table:
    """Every shared cost."""
    columns = (
        Column("shared cost"),
        Column("what it is"),
        Column("rule"),
        Column("borne by", numeric=True),
        Column(f"cost {result.currency}", numeric=True),
    )
    charges = {pool.name: _ZERO for pool in result.pools}
    for part in result.parts:
        if part.share is not None:
            charges[part.of] += part.charge
    rows = tuple(
        (pool.name, pool.what, pool.rule, grouped(len(pool.parts)), _money(result, charges[pool.name]))
        for pool in result.pools
    )
    totals = ("total", "", "", "", _money(result, sum(charges.values(), _ZERO)))
    return Table("Shared cost, and the rule by which it is spread", columns, rows, totals)


def _parts(result: Showback) -> Table:
    """Every part of a shared cost."""
    columns = (
        Column(result.dimension),
        Column("shared cost"),
        Column("rule"),
        Column("share", numeric=True),
        Column(f"charge {result.currency}", numeric=True),
    )
    order = {row.name: place for place, row in enumerate(result.rows)}
    found = [(part, part.share) for part in result.parts if part.share is not None]
    rows = tuple(
        (part.name, part.of, part.rule, f"{decimal_text(share * _HUNDRED, 1)} %", _money(result, part.charge))
        for part, share in sorted(found, key=lambda item: order[item[0].name])
    )
    return Table("Each part, and its rule", columns, rows)


def _percent(amounts: Sequence[Fraction], total: Fraction) -> list[str]:
    """Shares of a total that add up as shown; nothing where there is no total."""
    if not total:
        return [""] * len(amounts)
    rounded = largest_remainder([amount / total * _HUNDRED for amount in amounts], 1)
    return [f"{decimal_text(share, 1)} %" for share in rounded]


def _money(result: Showback, amount: Fraction) -> str:
    return grouped(amount, result.places)

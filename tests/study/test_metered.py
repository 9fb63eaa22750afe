"""A log of everything, priced: equal to the last digit to a plain loop of decimals that shares no code with it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from metered_logs import ALIASES, UNKNOWN, book, mapping, random_log, written_csv, written_parquet
from oracle import EXACT, Oracle, Request

from costmodel.study.metered import metered
from costmodel.study.usage_log import UsageLog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from metered_logs import Logged

    from costmodel.results.metered.metered import Metered

Key = tuple[str, str, str]


def loop(rows: Iterable[Logged], folder: Path) -> tuple[dict[Key, Decimal], dict[str, int]]:
    """Cost by month, offer and department, and rows without a price by offer: one row after another."""
    oracle, costs, unpriced = Oracle(folder / "pricing"), defaultdict(Decimal), defaultdict(int)
    with localcontext(EXACT):
        for row in rows:
            name = ALIASES.get(row.model, row.model)
            answer = None
            if row.model not in UNKNOWN:
                answer = oracle.answer(name, Request(row.at, row.tier, row.region, row.units))
            if answer is None or answer.cost is None:
                unpriced[name] += 1
            else:
                costs[row.time[:7], name, row.department] += answer.cost
    return dict(costs), dict(unpriced)


def grouped(result: Metered) -> dict[Key, Fraction]:
    return {group.key: group.cost for group in result.by("month", "model", "department")}


def assert_equal(result: Metered, rows: list[Logged], folder: Path) -> None:
    costs, unpriced = loop(rows, folder)
    assert grouped(result) == {key: Fraction(str(cost)) for key, cost in costs.items()}
    found = defaultdict(int)
    for item in result.counts.unpriced:
        found[item.model] += item.rows
    assert dict(found) == unpriced
    assert result.counts.read == len(rows) == result.counts.priced + sum(unpriced.values())
    assert result.total == sum(costs.values()) == sum(line.cost for line in result.lines)


@pytest.mark.parametrize("write", [written_csv, written_parquet])
@pytest.mark.parametrize("by_day", [False, True])
def test_equal_to_a_plain_loop(tmp_path: Path, write, by_day: bool):
    """Every request at its price, to the last digit; every row priced, or told of."""
    rows = random_log(4_000)
    log = UsageLog((write(tmp_path, rows),), mapping(tmp_path), ("department",), by_day=by_day)
    (result,) = metered(log, [book(tmp_path)])
    assert_equal(result, rows, tmp_path)


@pytest.mark.slow
def test_equal_to_a_plain_loop_over_100_000_rows(tmp_path: Path):
    """The same, over a hundred thousand rows."""
    rows = random_log(100_000, 7)
    log = UsageLog((written_parquet(tmp_path, rows),), mapping(tmp_path), ("department",))
    (result,) = metered(log, [book(tmp_path)])
    assert_equal(result, rows, tmp_path)

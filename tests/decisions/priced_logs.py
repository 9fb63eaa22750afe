"""Usage logs with round prices: a million input tokens of `own/plain` cost 1 USD, output is free."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from costmodel import PriceBook
from costmodel.study.metered import metered
from costmodel.study.reported import Report
from costmodel.study.usage_log import UsageLog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from costmodel.results.metered.metered import Metered

OWN_PRICES = """\
overlay: own
provider: own
name: Own
currency: USD
offers:
  - model: plain
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: Contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates: [{prices: {input: 1, output: free}}]
  - model: least
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: Contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        rates: [{prices: {input: 1, output: free}}]
        minimum_charge: {amount: 5, per: month}
"""
Row = tuple[str, str, int]


@cache
def own_book() -> PriceBook:
    """The shipped price book with these prices over it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.yaml"
        path.write_text(OWN_PRICES, encoding="utf-8")
        return PriceBook.load(overlays=[path])


def log_file(folder: Path, rows: Iterable[Row], model: str = "own/plain") -> Path:
    """A log of requests: day, department and input tokens of each."""
    path = folder / f"{model.replace('/', '-')}.csv"
    lines = [f"{day}T12:00:00Z,{model},{department},{tokens},10" for day, department, tokens in rows]
    heading = "time,model,department,input_tokens,output_tokens"
    path.write_text("\n".join([heading, *lines, ""]), encoding="utf-8")
    return path


def used(*logs: Path, by_day: bool = False) -> Metered:
    """What logs cost, by department."""
    (found,) = metered(UsageLog(logs, labels=("department",), by_day=by_day), [own_book()], Report(by_day=by_day))
    return found

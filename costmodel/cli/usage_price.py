"""`costmodel usage price`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from costmodel.cli.log_options import log_options
from costmodel.cli.options import listed, output_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.cli.log_options import Logged
    from costmodel.cli.output import Out
    from costmodel.results.metered.metered import Metered
    from costmodel.results.metered.metered_comparison import MeteredComparison

_BY = "Group by month, day, year, model, provider, tier, region, size, meter or a column of the log."


@click.command("price")
@log_options
@click.option("--by", metavar="DIMENSIONS", help=_BY)
@output_options
def command(logged: Logged, by: str | None, out: Out) -> int:
    """What metered usage cost, exactly: each request at the price in force at its instant.

    Exit 3 where rows cannot be read as usage, 4 where usage has no price; the result is printed first.
    """
    dimensions = listed(by)
    found = logged.found(dimensions, out)
    result = _one_or_beside(found.results)
    out.emit(result.tables(dimensions), lambda: result.to_json(dimensions), lambda: _rows(result, dimensions))
    logged.tell(found, out)
    return logged.exit_code(*(each.counts for each in found.results))


def _one_or_beside(results: Sequence[Metered]) -> Metered | MeteredComparison:
    from costmodel.results.metered.metered_comparison import MeteredComparison

    return results[0] if len(results) == 1 else MeteredComparison(tuple(results))


def _rows(result: Metered | MeteredComparison, by: Sequence[str]) -> list[dict[str, Any]]:
    """The groups asked for, or every line; a log counts requests and knows no records."""
    found = result.group_records(by) if by else result.to_records()
    return [{name: value for name, value in record.items() if name != "records"} for record in found]

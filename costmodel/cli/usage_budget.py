"""`costmodel usage budget`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.log_options import log_options
from costmodel.cli.options import output_options
from costmodel.errors import CommandLineError, QuantityError

if TYPE_CHECKING:
    from datetime import date

    from costmodel.cli.log_options import Logged
    from costmodel.cli.output import Out


@click.command("budget")
@log_options
@click.option("--budget", required=True, type=click.Path(path_type=Path), help="File of the budget: lines and alerts.")
@click.option("--as-of", "as_of", required=True, metavar="DAY", help="Days before it are over; it may be half over.")
@output_options
def command(logged: Logged, budget: Path, as_of: str, out: Out) -> int:
    """How a budget stands: used so far, the projected end of the month with an interval, and alerts.

    The month is that of the day before --as-of. Exit 1 where a line alerts, 3 where rows cannot be read as usage, 4
    where usage has no price; the result is printed first.
    """
    from costmodel.cli.usage_showback import one_book
    from costmodel.decisions.metered.budget import budget_status
    from costmodel.decisions.metered.budget_file import read_budget

    day, read = _day(as_of), read_budget(budget)
    found = logged.found(("day", *read.dimensions), out)
    result = budget_status(one_book(found), read, as_of=day)
    out.emit(result.tables(), result.to_json, result.to_records)
    logged.tell(found, out)
    return logged.exit_code(result.used.counts) or (1 if result.alerts else 0)


def _day(text: str) -> date:
    from costmodel.quantities import day

    try:
        return day(text)
    except QuantityError as error:
        raise CommandLineError(f"--as-of: {error}") from None

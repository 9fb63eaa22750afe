"""`costmodel usage showback`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.log_options import log_options
from costmodel.cli.options import listed, output_options
from costmodel.errors import CommandLineError, QuantityError

if TYPE_CHECKING:
    from costmodel.cli.log_options import Found, Logged
    from costmodel.cli.output import Out
    from costmodel.quantities import Month
    from costmodel.results.metered.metered import Metered


@click.command("showback")
@log_options
@click.option("--by", required=True, metavar="NAME", help="Who bears cost: a column of the log, such as department.")
@click.option(
    "--rules", required=True, type=click.Path(path_type=Path), help="File of shared cost and how it is spread."
)
@click.option("--month", "month_", metavar="YYYY-MM", help="One month; by default all months of the log, as one.")
@output_options
def command(logged: Logged, by: str, rules: Path, month_: str | None, out: Out) -> int:
    """What each department has to bear: its own usage, and shared cost spread by stated rules.

    CSV and JSON have every amount twice: `cost` with every digit, and `charge` as it is booked, rounded so that
    everything adds up. Exit 3 where rows cannot be read as usage, 4 where usage has no price.
    """
    from costmodel.decisions.metered.sharing_rules import read_rules
    from costmodel.decisions.metered.showback import showback

    names = listed(by)
    if len(names) != 1:
        raise CommandLineError(f"--by names one column, such as department: '{by}' names {len(names)}")
    month, read = _month(month_), read_rules(rules)
    monthly = month is None and any(item.per_month is not None for item in read.file.shared)
    # By day, to see a month that the log only touches; a kept cube has the days that it has.
    found = logged.found([*names, "day"] if monthly and not logged.cubes else names, out)
    result = showback(one_book(found), read, by=names[0], month=month)
    out.emit(result.tables(), result.to_json, result.to_records)
    logged.tell(found, out)
    return logged.exit_code(result.used.counts)


def one_book(found: Found) -> Metered:
    """The usage under the one price book.

    Raises:
        CommandLineError: there are several.
    """
    if len(found.results) > 1:
        raise CommandLineError("this command prices the log once: name one version with --prices")
    return found.results[0]


def _month(text: str | None) -> Month | None:
    from costmodel.quantities import Month

    try:
        return Month.parse(text) if text is not None else None
    except QuantityError as error:
        raise CommandLineError(f"--month: {error}") from None

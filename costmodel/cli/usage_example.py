"""`costmodel usage example`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import scenario_options

if TYPE_CHECKING:
    from costmodel.cli.options import Given


@click.command("example")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same log.")
@click.option("--month", "month_", metavar="YYYY-MM", help="A month of the horizon; by default its first.")
@scenario_options
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="The file, such as log.csv.")
def command(scenario: Path, seed: int, month_: str | None, given: Given, output: Path | None) -> int:
    """A made-up usage log, to try things on: one month of a scenario, request by request, drawn with a fixed seed.

    With --set, what happened differs from what was planned: --set workload.records.per_day=1200.
    """
    from costmodel.cli.output import write_text
    from costmodel.errors import CommandLineError, QuantityError
    from costmodel.quantities import Month
    from costmodel.study.example_log import example_log

    try:
        wanted = Month.parse(month_) if month_ is not None else None
    except QuantityError as error:
        raise CommandLineError(f"--month: {error}") from None
    read = given.scenario(scenario)
    write_text(example_log(read, wanted, seed=seed, book=given.book(read)), output)
    return 0

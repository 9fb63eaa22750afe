"""`costmodel migrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import output_options, scenario_options

if TYPE_CHECKING:
    from costmodel.cli.options import Given
    from costmodel.cli.output import Out


@click.command("migrate")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option("--daily", is_flag=True, help="Every day too: requests, cost, saving so far.")
@scenario_options
@output_options
def command(
    scenario: Path,
    daily: bool,
    given: Given,
    out: Out,
) -> int:
    """Before, during (canary ramp, fallback paid twice) and after a change of provider."""
    from costmodel.decisions.move.migrate import migrate

    loaded = given.scenario(scenario)
    result = migrate(loaded, given.book(loaded))
    out.emit(result.tables(daily=daily), result.to_json, result.to_records)
    return 0

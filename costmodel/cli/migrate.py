"""`costmodel migrate`."""

from __future__ import annotations

from pathlib import Path

import click

from costmodel.cli.options import load_scenario, output_options, scenario_options


@click.command("migrate")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option("--daily", is_flag=True, help="Every day too: requests, cost, saving so far.")
@scenario_options
@output_options
def command(
    scenario: Path,
    daily: bool,
    settings: tuple[str, ...],
    overlays: tuple[Path, ...],
    version: str | None,
    format_: str | None,
    output: Path | None,
    quiet: bool,
) -> int:
    """Before, during (canary ramp, fallback paid twice) and after a change of provider."""
    from costmodel.cli.output import emit
    from costmodel.decisions.migrate import migrate
    from costmodel.study import book_for

    loaded = load_scenario(scenario, settings)
    result = migrate(loaded, book_for(loaded, overlays, version))
    emit(format_, output, result.tables(daily=daily), result.to_json, result.rows, quiet=quiet)
    return 0

"""`costmodel roi`."""

from __future__ import annotations

from pathlib import Path

import click

from costmodel.cli.options import listed, load_scenario, output_options, scenario_options


@click.command("roi")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option("--models", metavar="A,B,…", help="These models, each alone, in place of the scenario's mix.")
@click.option(
    "--preset", metavar="NAME", help="Named values over the scenario's: vendor, chart-review-study, trial-nabla …"
)
@click.option("--monthly", is_flag=True, help="Posts, hours and money month by month too.")
@click.option("--cheers", is_flag=True, help="A summary after CHEERS 2022 too.")
@scenario_options
@output_options
def command(
    scenario: Path,
    models: str | None,
    preset: str | None,
    monthly: bool,
    cheers: bool,
    settings: tuple[str, ...],
    overlays: tuple[Path, ...],
    version: str | None,
    format_: str | None,
    output: Path | None,
    quiet: bool,
) -> int:
    """Is it worth it: clinicians' work by hand against AI-assisted work that a clinician reviews."""
    from costmodel.cli.output import emit
    from costmodel.results.worth_records import month_records
    from costmodel.study import book_for
    from costmodel.study.worth import case_of, result_of

    loaded = load_scenario(scenario, settings, preset)
    case = case_of(loaded, listed(models), book_for(loaded, overlays, version))
    result = result_of(case)
    tables = result.tables(monthly=monthly, cheers=cheers)
    emit(format_, output, tables, result.to_json, lambda: month_records(result), quiet=quiet)
    return 0

"""`costmodel explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from costmodel.cli.options import listed, load_scenario, output_options, scenario_options, selection

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 12


@click.command("explain")
@click.argument("scenario", type=click.Path(), metavar="SCENARIO")
@click.option(
    "--at",
    required=True,
    metavar="month=…,model=…,meter=…",
    help="Which figure; what is left out is all of it.",
)
@click.option("--models", metavar="A,B,…", help="These models, each alone, in place of the scenario's mix.")
@scenario_options
@output_options
def command(
    scenario: Path,
    at: str,
    models: str | None,
    settings: tuple[str, ...],
    overlays: tuple[Path, ...],
    version: str | None,
    format_: str | None,
    output: Path | None,
    quiet: bool,
) -> int:
    """Where a figure comes from: equation with names and numbers, price row, source, validity, adjustments."""
    from costmodel.cli.output import emit_text
    from costmodel.results.explanation import explanation_record, explanation_text
    from costmodel.study import book_for, estimate

    loaded = load_scenario(scenario, settings)
    book = book_for(loaded, overlays, version)
    result = estimate(loaded, models=listed(models), book=book)
    chosen = selection(at)
    if "model" in chosen:
        chosen["model"] = book.card(chosen["model"]).name
    found = result.explain(**chosen)
    currency = loaded.currency
    emit_text(
        format_,
        output,
        explanation_text(found, currency, _SHOWN),
        explanation_record(found, currency),
        quiet=quiet,
    )
    return 0

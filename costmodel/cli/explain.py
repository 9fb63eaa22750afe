"""`costmodel explain`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from costmodel.cli.options import listed, load_scenario, output_options, scenario_options, selection

_SHOWN = 12


@click.command("explain")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
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
    from costmodel.errors import NoPriceError
    from costmodel.results.explanation import explanation_record, explanation_text
    from costmodel.study import book_for, estimate

    loaded = load_scenario(scenario, settings)
    book = book_for(loaded, overlays, version)
    chosen = selection(at)
    if "roi" in chosen:
        from costmodel.study.worth import case_of
        from costmodel.study.worth_explained import explain_worth

        found = [explain_worth(case_of(loaded, listed(models), book), chosen)]
        emit_text(format_, output, found[0].plain(), explanation_record(found, loaded.currency), quiet=quiet)
        return 0
    result = estimate(loaded, models=listed(models), book=book)
    for key in {"model", "alternative"} & chosen.keys():
        with suppress(NoPriceError):  # what is no model's name may still be a line's, such as taxes and fees
            chosen[key] = book.card(chosen[key]).name
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

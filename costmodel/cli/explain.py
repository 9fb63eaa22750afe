"""`costmodel explain`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import listed, output_options, scenario_options, selection

_SHOWN = 12

if TYPE_CHECKING:
    from costmodel.cli.options import Given
    from costmodel.cli.output import Out


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
    given: Given,
    out: Out,
) -> int:
    """Where a figure comes from: equation with names and numbers, price row, source, validity, adjustments."""
    from costmodel.errors import NoPriceError
    from costmodel.results.explanation import explanation_record, explanation_text
    from costmodel.study import estimate

    loaded = given.scenario(scenario)
    book = given.book(loaded)
    chosen = selection(at)
    if "roi" in chosen:
        from costmodel.study.worth import case_of
        from costmodel.study.worth_explained import explain_worth

        found = [explain_worth(case_of(loaded, listed(models), book), chosen)]
        out.emit_text(found[0].plain(), explanation_record(found, loaded.currency))
        return 0
    result = estimate(loaded, models=listed(models), book=book)
    for key in {"model", "alternative"} & chosen.keys():
        with suppress(NoPriceError):  # what is no model's name may still be a line's, such as taxes and fees
            chosen[key] = book.card(chosen[key]).name
    found = result.explain(**chosen)
    currency = loaded.currency
    out.emit_text(explanation_text(found, currency, _SHOWN), explanation_record(found, currency))
    return 0

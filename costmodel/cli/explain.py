"""`costmodel explain`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from costmodel.cli.options import listed, output_options, scenario_options, selection

_SHOWN = 12

if TYPE_CHECKING:
    from collections.abc import Callable

    from costmodel.cli.options import Given
    from costmodel.cli.output import Out
    from costmodel.prices.book import PriceBook
    from costmodel.results.explanation import Explanation
    from costmodel.scenario import Scenario

    Explains = Callable[[Scenario, PriceBook, list[str], dict[str, str]], list[Explanation]]


@click.command("explain")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option(
    "--at",
    required=True,
    metavar="month=…,model=…,meter=…",
    help="Which figure; what is left out is all of it. Or roi=…, migration=…, comparison=… and a figure's name.",
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
    from costmodel.results.explanation import explanation_record, explanation_text

    loaded = given.scenario(scenario)
    chosen = selection(at)
    explains = next((explains for key, explains in _RESULTS.items() if key in chosen), _line)
    found = explains(loaded, given.book(loaded), listed(models), chosen)
    text = explanation_text(found, loaded.currency, _SHOWN)
    out.emit_text(text, explanation_record(found, loaded.currency))
    return 0


def _line(loaded: Scenario, book: PriceBook, models: list[str], chosen: dict[str, str]) -> list[Explanation]:
    """Lines of the bill."""
    from costmodel.errors import NoPriceError
    from costmodel.study import estimate

    result = estimate(loaded, models=models, book=book)
    for key in {"model", "alternative"} & chosen.keys():
        with suppress(NoPriceError):  # what is no model's name may still be a line's, such as taxes and fees
            chosen[key] = book.card(chosen[key]).name
    return result.explain(**chosen)


def _worth(loaded: Scenario, book: PriceBook, models: list[str], chosen: dict[str, str]) -> list[Explanation]:
    """A figure of the return on investment."""
    from costmodel.study.worth import case_of
    from costmodel.study.worth_explained import explain_worth

    return [explain_worth(case_of(loaded, models, book), chosen)]


def _migration(loaded: Scenario, book: PriceBook, models: list[str], chosen: dict[str, str]) -> list[Explanation]:
    """A figure of a change of provider."""
    from costmodel.decisions.move.explained import explain_migration
    from costmodel.errors import CommandLineError

    if models:
        raise CommandLineError("a change of provider has its models in the scenario: leave --models out")
    return explain_migration(loaded, book, chosen)


def _comparison(loaded: Scenario, book: PriceBook, models: list[str], chosen: dict[str, str]) -> list[Explanation]:
    """A figure of a comparison of providers."""
    from costmodel.decisions.comparison.explained import explain_comparison

    return explain_comparison(loaded, book, models, chosen)


# By the key that names the figure; a selection with none of them is of lines of the bill.
_RESULTS: dict[str, Explains] = {"roi": _worth, "migration": _migration, "comparison": _comparison}

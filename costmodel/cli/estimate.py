"""`costmodel estimate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from costmodel.cli.options import SCENARIOS, listed, output_options, scenario_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from costmodel.cli.options import Given
    from costmodel.cli.output import Out
    from costmodel.quantities import Money
    from costmodel.results.comparison import Comparison
    from costmodel.results.estimate import Estimate


@click.command("estimate")
@SCENARIOS
@click.option(
    "--by",
    metavar="DIMENSIONS",
    help="Group by month, year, workload, step, model, provider, tier, region, size, meter or a label.",
)
@click.option("--models", metavar="A,B,…", help="These models, each alone, in place of the scenario's mix.")
@click.option("--budget", metavar="MONEY", help="Exit 1 if the horizon costs more, such as '1000 USD'.")
@scenario_options
@output_options
def command(
    scenarios: tuple[Path, ...],
    by: str | None,
    models: str | None,
    budget: str | None,
    given: Given,
    out: Out,
) -> int:
    """What scenarios cost: by month and model, exactly, at dated and sourced prices."""
    from costmodel.errors import all_or_errors
    from costmodel.results.comparison import Comparison
    from costmodel.study import estimate

    money = _money(budget)

    def computed(path: Path) -> Estimate | Comparison:
        scenario = given.scenario(path)
        return estimate(scenario, models=listed(models), budget=money, book=given.book(scenario))

    found = all_or_errors(scenarios, computed)
    result = (
        found[0]
        if len(found) == 1
        else Comparison("Scenarios side by side", _named_apart(_flat(found)), several_scenarios=True)
    )
    tables = [result.table(listed(by))] if by else result.tables()
    out.emit(tables, lambda: result.to_json(listed(by)), lambda: _rows(result, listed(by)))
    return 1 if any(item.over_budget for item in _flat(found)) else 0


def _money(text: str | None) -> Money | None:
    from costmodel.errors import CommandLineError, QuantityError
    from costmodel.quantities import Money, unambiguous

    if text is None:
        return None
    try:
        return Money.parse(unambiguous(text))
    except QuantityError as error:
        raise CommandLineError(f"--budget: {error}") from None


def _flat(results: Sequence[Estimate | Comparison]) -> list[Estimate]:
    from costmodel.results.comparison import Comparison

    return [item for result in results for item in (result.estimates if isinstance(result, Comparison) else (result,))]


def _named_apart(estimates: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Scenarios of the same name get numbers, so that none hides another."""
    from dataclasses import replace

    found: list[Estimate] = []
    for item in estimates:
        title, count = item.title, 1
        while any((title, item.alternative) == (other.title, other.alternative) for other in found):
            count += 1
            title = f"{item.title} ({count})"
        found.append(replace(item, title=title))
    return tuple(found)


def _rows(result: Estimate | Comparison, by: Sequence[str]) -> list[dict[str, Any]]:
    record = result.to_json(by)
    rows: list[dict[str, Any]] = record["groups" if by else "lines"]
    return rows

"""`costmodel compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from costmodel.cli.options import listed, output_options, scenario_options

if TYPE_CHECKING:
    from costmodel.cli.options import Given
    from costmodel.cli.output import Out
    from costmodel.decisions.comparison.filters import Filters
    from costmodel.decisions.mix.wanted import Wanted
    from costmodel.prices.book import PriceBook
    from costmodel.results.providers.mix import OptimalMix
    from costmodel.results.providers.provider_comparison import ProviderComparison
    from costmodel.scenario import Scenario


@click.command("compare")
@click.argument("scenario", type=click.Path(path_type=Path), metavar="SCENARIO")
@click.option("--models", metavar="A,B,…", help="These offers, each alone; the scenario's own if not said.")
@click.option("--all", "everything", is_flag=True, help="Every offer of the price book.")
@click.option("--present", metavar="MODEL", help="What is paid at present; the scenario's mix or first model.")
@click.option("--require", metavar="TERMS", help="Terms that an offer must have, such as 'baa,retention_days<=30'.")
@click.option("--max-latency", metavar="MS", help="Longest latency of a request, in milliseconds.")
@click.option("--min-context", metavar="TOKENS", help="Smallest context window.")
@click.option("--region", metavar="NAME", help="The region in which the work is done.")
@click.option("--over", metavar="PATH=LOW..HIGH", multiple=True, help="The ranking over a range; repeatable.")
@click.option("--optimise", is_flag=True, help="The cheapest mix under constraints.")
@click.option("--constraints", type=click.Path(path_type=Path), metavar="FILE", help="With --optimise: constraints.")
@scenario_options
@output_options
def command(
    scenario: Path,
    given: Given,
    out: Out,
    **asked: Any,
) -> int:
    """Providers side by side: cost, terms and latency; the ranking over a range; the cheapest mix."""
    question = _Asked(**asked)
    question.check()
    loaded, limits = question.read(scenario, given)
    book = given.book(loaded)
    if question.optimise:
        mix = _cheapest_mix(loaded, book, question, limits)
        out.emit(mix.tables(), mix.to_json, mix.to_records)
        return 0 if mix.feasible else 1
    result, ranges = _compared(loaded, book, question)
    tables = [*result.tables(), *(table for item in ranges for table in item.tables())]

    def record() -> dict[str, Any]:
        return result.to_json() | ({"ranges": [item.to_json() for item in ranges]} if ranges else {})

    def rows() -> list[dict[str, Any]]:
        return [row for item in ranges for row in item.to_records()] if ranges else result.to_records()

    out.emit(tables, record, rows)
    return 0


class _Asked(NamedTuple):
    """What is asked for."""

    models: str | None
    everything: bool
    present: str | None
    require: str | None
    max_latency: str | None
    min_context: str | None
    region: str | None
    over: tuple[str, ...]
    optimise: bool
    constraints: Path | None

    @property
    def names(self) -> list[str]:
        """Offers named."""
        return listed(self.models)

    def check(self) -> None:
        """Options that do not go together.

        Raises:
            CommandLineError: two of them.
        """
        from costmodel.errors import CommandLineError

        if self.everything and self.models is not None:
            raise CommandLineError("--all is every offer of the price book: leave --models out, or --all")
        if self.optimise and self.over:
            raise CommandLineError("--optimise finds one mix: leave --over out")
        if self.constraints is not None and not self.optimise:
            raise CommandLineError("--constraints are those of --optimise: add it")

    def filters(self) -> Filters:
        """What an offer must meet."""
        from costmodel.decisions.comparison.filters import filters_of

        return filters_of(listed(self.require), self.max_latency, self.min_context, self.region or "")

    def read(self, scenario: Path, given: Given) -> tuple[Scenario, Wanted | None]:
        """The scenario, and the constraints if there are any.

        Raises:
            FileError: what is wrong with both, in one run.
        """
        if self.constraints is None:
            return given.scenario(scenario), None
        from costmodel.decisions.mix.wanted import read_constraints
        from costmodel.errors import FileError

        try:
            loaded = given.scenario(scenario)
        except FileError as error:
            try:
                mistakes = read_constraints(self.constraints).mistakes
            except FileError as other:
                mistakes = other.mistakes
            raise FileError([*error.mistakes, *mistakes]) from None
        return loaded, read_constraints(self.constraints)


def _cheapest_mix(loaded: Scenario, book: PriceBook, asked: _Asked, limits: Wanted | None) -> OptimalMix:
    from costmodel.decisions.mix.optimise import optimise

    return optimise(
        loaded,
        asked.names,
        book,
        everything=asked.everything,
        filters=asked.filters(),
        constraints=limits,
        present=asked.present or None,
    )


def _compared(loaded: Scenario, book: PriceBook, asked: _Asked) -> tuple[ProviderComparison, list[Any]]:
    from costmodel.decisions.comparison.compare import compare

    filters = asked.filters()
    result = compare(
        loaded, asked.names, everything=asked.everything, present=asked.present, filters=filters, book=book
    )
    if not asked.over:
        return result, []
    from costmodel.decisions.comparison.ranges import over

    names = result.rankable
    return result, [over(loaded, names, text, book, region=asked.region or "") for text in asked.over]

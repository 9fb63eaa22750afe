"""`costmodel variance`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from costmodel.cli.log_options import MALFORMED, UNPRICED
from costmodel.cli.options import output_options, scenario_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.cli.options import Given
    from costmodel.cli.output import Out
    from costmodel.decisions.variance.spend import Spend
    from costmodel.quantities import Month
    from costmodel.results.estimate import Estimate
    from costmodel.results.variance.variance import Limit, Variance


@click.command("variance")
@click.argument("base", type=click.Path(path_type=Path), metavar="BASE")
@click.argument("head", type=click.Path(path_type=Path), metavar="HEAD")
@click.option(
    "--method",
    type=click.Choice(["shapley", "sequential"]),
    default="shapley",
    help="The mean over all orders, or one order: volume, mix, intensity, price.",
)
@click.option(
    "--per",
    type=click.Choice(["horizon", "month"]),
    default="horizon",
    help="Month by month over the horizon, or the mean months where the horizons differ in length.",
)
@click.option("--month", "month_", metavar="YYYY-MM", help="One month of both sides alone.")
@click.option("--by-month", "monthly", is_flag=True, help="Every month, too.")
@click.option(
    "--fail-over",
    "limit",
    metavar="LIMIT",
    help="Exit 1 if the difference is larger in either direction, such as '5 %' or '1000 USD'.",
)
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice([MALFORMED, UNPRICED]),
    help="Take a priced log without these rows as it is: exit 0, or 1 by --fail-over.",
)
@scenario_options
@output_options
def command(
    base: Path,
    head: Path,
    method: str,
    per: str,
    month_: str | None,
    monthly: bool,
    limit: str | None,
    allow: tuple[str, ...],
    given: Given,
    out: Out,
) -> int:
    """Why the cost moved between two scenarios, or results kept as JSON; --set changes HEAD alone.

    Exit 1 where the difference is over --fail-over. Where a priced log is incomplete, exit 3 for rows that could not be
    read and 4 for usage without a price, as `usage price`; the result is printed first.
    """
    from costmodel.decisions.variance.document_diff import changes
    from costmodel.decisions.variance.variance import variance
    from costmodel.errors import CommandLineError, all_or_errors

    month = _month(month_, per)
    asked = [(base, given._replace(settings=())), (head, given)]
    first, second = all_or_errors(asked, lambda item: _read(*item))
    if first.data is None and second.data is None and (given.overlays or given.version):
        raise CommandLineError("both are results, and their prices are in them: leave --prices and --overlay out")
    result = variance(first.spend, second.spend, method=method, per=per, month=month)
    if first.data is not None and second.data is not None:
        result = replace(result, changes=changes(first.data, second.data))
    if limit is not None:
        result = replace(result, limit=_limit(limit, result, as_it_is=not _incomplete(result, allow)))
    out.emit(result.tables(monthly=monthly), result.to_json, result.to_records)
    return _incomplete(result, allow) or (1 if result.limit and result.limit.over else 0)


def _incomplete(result: Variance, allow: Sequence[str]) -> int:
    """3 for rows that could not be read, 4 for usage without a price, unless they are allowed."""
    sides = (result.base, result.head)
    if any(side.left_out for side in sides) and MALFORMED not in allow:
        return 3
    return 4 if any(side.without_price for side in sides) and UNPRICED not in allow else 0


def _month(text: str | None, per: str) -> Month | None:
    """The one month that is compared."""
    from costmodel.errors import CommandLineError, QuantityError
    from costmodel.quantities import Month

    if text is not None and per == "month":
        raise CommandLineError("--month compares one month, and --per month the mean of all: leave one of them out")
    try:
        return None if text is None else Month.parse(text)
    except QuantityError as error:
        raise CommandLineError(f"--month: {error}") from None


class _Read(NamedTuple):
    """One side: an estimate or the JSON of one, and the scenario's data where it is a scenario."""

    spend: Estimate | Spend
    data: Any


def _read(path: Path, given: Given) -> _Read:
    from costmodel.decisions.variance.result_file import result_record, spend_of_record
    from costmodel.errors import CommandLineError
    from costmodel.results.comparison import Comparison
    from costmodel.study import estimate

    record = result_record(path)
    if record is not None:
        if given.settings:
            raise CommandLineError(f"'{path}' is a result, and --set changes a scenario: give the scenario as HEAD")
        return _Read(spend_of_record(record, str(path)), None)
    scenario = given.scenario(path)
    found = estimate(scenario, book=given.book(scenario))
    if isinstance(found, Comparison):
        if len(found.estimates) > 1:
            raise CommandLineError(
                f"'{path}' compares {len(found.estimates)} models, each alone: there is no one cost. Give a scenario "
                "with a mix, or the result of one model: costmodel estimate SCENARIO --models MODEL --format json"
            )
        found = found.estimates[0]
    return _Read(found, scenario.document.data)


def _limit(text: str, result: Variance, *, as_it_is: bool) -> Limit:
    from costmodel.decisions.variance.variance import limit_of
    from costmodel.errors import CommandLineError, QuantityError

    try:
        return limit_of(text, result, as_it_is=as_it_is)
    except QuantityError as error:
        raise CommandLineError(f"--fail-over: {error}") from None

"""What follows from the days of a change of provider, computed again: a year, a month, break-even, what is quoted."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.decisions.explained import named, total, with_taxes, words
from costmodel.decisions.move.explained_amounts import Scope
from costmodel.decisions.move.outlook import (
    Work,
    as_in,
    calendar_workloads,
    of_workload,
    requests_of,
    works,
    year_of,
)
from costmodel.decisions.move.ramp import finished
from costmodel.decisions.move.settled import Loads, own_minimums, staying
from costmodel.equations.charges import share_of_total
from costmodel.equations.migration import (
    DAYS_PER_YEAR,
    cost_of_share,
    requests_of_calendar_year,
    requests_of_twelve_months,
    yearly_minimums,
)
from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text, grouped, half_up
from costmodel.runtimes.operations import step
from costmodel.runtimes.trace import as_cell, cell, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from costmodel.decisions.move.explained_amounts import TracedMove

_NOTHING = Fraction(0)


def last_week(move: TracedMove) -> Scope:
    """The week whose prices a year is computed with."""
    first = move.result.outlook.priced_from
    spans = enumerate(move.result.spans)
    return Scope(tuple(place for place, span in spans if span.start.date() >= first), written=f",day={first}")


def last_month(move: TracedMove) -> Scope:
    """The last month of the horizon."""
    first = move.result.months[-1].start
    spans = enumerate(move.result.spans)
    return Scope(tuple(place for place, span in spans if span.start >= first), written=f",day={first.date()}")


def outlook_figure(move: TracedMove, name: str) -> Any:
    """One figure that follows from the days.

    Raises:
        CommandLineError: there is no such figure in this scenario.
    """
    return _FIGURES[name](move, name)


def _year(move: TracedMove, name: str) -> Any:
    """Every workload's year, and what is missing to minimum charges of offers."""
    which = 0 if name == "saving_a_year" else 1
    parts = [(f"{words(name)}: {work.name}", year_of(work)[which]) for work in _works(move)]
    before, after = (_minimums(move, loads) for loads in (staying, as_in(move.made.slices[-1].stage)))
    missing = as_cell(before if which else before - after)
    if missing.value or missing.kind != "constant":
        parts.append((f"{words(name)}: minimum charges", yearly_minimums(missing)))
    if len(parts) == 1:
        return parts[0][1]
    return total(named(title, part, f"{move.currency} a year") for title, part in parts)


def _works(move: TracedMove) -> Iterator[Work]:
    """Every workload in the last week, its bills and requests traced."""
    made, outlook, last = move.made, move.result.outlook, move.result.months[-1]
    scenario = made.case.scenario
    month, calendar = last_month(move).places, calendar_workloads(scenario)
    days = cell(f"days of {last}", (made.slices[-1].end - made.slices[month[0]].start).days, "days")
    week = f"requests from {outlook.priced_from} to {outlook.priced_until}"
    for work in works(made.slices, calendar, scenario.taxes_and_fees):
        old, after = _week_bills(move, work.name)
        billed = requests_of(of_workload((made.slices[place] for place in month), "old", work.name))
        in_month = cell(f"requests in {last}", billed, "requests")
        yearly = (
            requests_of_calendar_year(in_month, days) if work.name in calendar else requests_of_twelve_months(in_month)
        )
        yield Work(work.name, cell(week, work.requests, "requests"), old, after, yearly)


def _week_bills(move: TracedMove, workload: str) -> tuple[Any, Any]:
    """A workload's bill of the last week had nothing changed, and with the change finished."""
    places, stage = last_week(move).places, move.shares(move.made.slices[-1].stage)
    old, new = (move.bill(side, places, workload=workload) for side in ("old", "new"))
    shared = [(old, stage.old_load), (new, stage.new_load)]
    costs = [cost_of_share(bill, load) for bill, load in shared if as_cell(load).value and as_cell(bill).value]
    return old, total(costs)


def _minimums(move: TracedMove, loads: Loads) -> Any:
    """What is missing to minimum charges of offers in the last month, with taxes and fees."""
    slices = [move.made.slices[place] for place in last_month(move).places]
    missing = total(move.own_minimum(line) for line in own_minimums(slices, loads))
    return with_taxes(missing, move.levied, move.currency) if as_cell(missing).value else _NOTHING


def _month(move: TracedMove, name: str) -> Any:
    places = last_month(move).places
    if name == "month_before_cost":
        missing = _minimums(move, staying)
        bill = move.bill("old", places)
        return total([named("bills", bill, move.currency), missing]) if as_cell(missing).value else bill
    done = finished(move.result.stated)
    stage = move.shares(done)
    loads = {"old": stage.old_load, "new": stage.new_load}
    costs = {side: cost_of_share(move.bill(side, places), load) for side, load in loads.items()}
    parts = [named(f"cost at the {side} models", money, move.currency) for side, money in costs.items()]
    return total([*parts, _minimums(move, as_in(done))])


def _share(move: TracedMove, name: str) -> Any:
    kind = name.removesuffix("_saving_share")
    _require_quoted(move, kind)
    before, after = (_known(move, f"{kind}_{when}_cost") for when in ("before", "after"))
    return share_of_total(before - after, before)


def _times(move: TracedMove, name: str) -> Any:
    _require_quoted(move, name)
    when = name.split("_")[1]
    quoted, computed = _known(move, f"quoted_{when}_cost"), _known(move, f"month_{when}_cost")
    if not computed.value:
        raise CommandLineError(f"'{name}' has no value: the computed cost is 0, and nothing is a multiple of it")
    return quoted / computed


def _quoted(move: TracedMove, name: str) -> Any:
    _require_quoted(move, name)
    return cell("as quoted", _known(move, name).value, move.currency)


def _require_quoted(move: TracedMove, name: str) -> None:
    if name.startswith("quoted") and move.result.quoted is None:
        raise CommandLineError("the scenario quotes no cost: write 'quoted' under 'migration'")


def _known(move: TracedMove, name: str) -> Any:
    outlook, quoted = move.result.outlook, move.result.quoted
    values = {"month_before_cost": outlook.month_before, "month_after_cost": outlook.month_after}
    if quoted is not None:
        values |= {"quoted_before_cost": quoted.before, "quoted_after_cost": quoted.after}
    return cell(words(name), values[name], move.currency)


def _break_even(move: TracedMove, _: str) -> Any:
    """One day after the last one on which the saving so far is below 0, in days after the start."""
    start, days = move.result.stated.start, move.result.days
    if move.result.outlook.break_even is None:
        raise CommandLineError(_never(move))
    below = [day for day in days if day.day >= start and day.cumulative_saving < 0]
    if not below:
        return cell("days after the start until the saving so far is 0 or above", 0, "days")
    last = below[-1]
    so_far = f"{decimal_text(last.cumulative_saving)} {move.currency}"
    name = f"days from the start to {last.day}, the last day on which the saving so far ({so_far}) is below 0"
    return cell(name, (last.day - start).days, "days") + cell("the day after", 1, "days")


def _beyond(move: TracedMove, _: str) -> Any:
    """As many days after the horizon as the saving of a day needs to make good what is missing."""
    if move.result.outlook.beyond is None:
        raise CommandLineError("it pays back in the horizon, or never: ask for break_even_days")
    last, saved = move.result.days[-1], cell("saving a year", move.result.outlook.saving_a_year, move.currency)
    daily = step("saving a day", saved / DAYS_PER_YEAR, move.currency)
    missing = _NOTHING - cell(f"saving so far on {last.day}", last.cumulative_saving, move.currency)
    more = step(
        "days until it is made good", operation("round up", lambda x: Fraction(-(-x // 1)), missing / daily), "days"
    )
    return cell(f"days from the start to {last.day}", (last.day - move.result.stated.start).days, "days") + more


def _never(move: TracedMove) -> str:
    last, outlook = move.result.days[-1], move.result.outlook
    if outlook.beyond is not None:
        return f"it has not paid back by {last.day}; ask for break_even_beyond_horizon, {outlook.beyond}"
    yearly, sofar = (grouped(half_up(money, 2), 2) for money in (outlook.saving_a_year, last.cumulative_saving))
    return (
        f"it never pays back, so there is no break-even: the saving so far is {sofar} {move.currency} on {last.day}, "
        f"and {yearly} {move.currency} a year from then on. Ask for saving_a_year, or day={last.day} of saving"
    )


def break_even_day(move: TracedMove, name: str) -> date | None:
    """The day that a number of days after the start stands for."""
    outlook = move.result.outlook
    return outlook.beyond if name == "break_even_beyond_horizon" else outlook.break_even


_FIGURES: dict[str, Callable[[TracedMove, str], Any]] = {
    "saving_a_year": _year,
    "unchanged_cost_a_year": _year,
    "break_even": _break_even,
    "break_even_days": _break_even,
    "break_even_beyond_horizon": _beyond,
    "month_before_cost": _month,
    "month_after_cost": _month,
    "month_saving_share": _share,
    "quoted_before_cost": _quoted,
    "quoted_after_cost": _quoted,
    "quoted_before_times": _times,
    "quoted_after_times": _times,
    "quoted_saving_share": _share,
}
OUTLOOK = tuple(_FIGURES)

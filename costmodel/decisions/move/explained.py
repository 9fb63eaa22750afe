"""Where a figure of a change of provider comes from: its equations run again with traced numbers."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.decisions.explained import (
    Facts,
    Figure,
    all_requests,
    bill_name,
    explanation,
    price_facts,
    require_keys,
    shared_facts,
    stated_facts,
    unit_of,
    unknown,
    used_names,
    words,
)
from costmodel.decisions.move.explained_amounts import BY_STAGE, EXTRAS, PARTS, Scope, TracedMove
from costmodel.decisions.move.explained_outlook import OUTLOOK, break_even_day, last_month, last_week, outlook_figure
from costmodel.decisions.move.explained_service import is_service, service_explained
from costmodel.decisions.move.migrate import result_of, workings
from costmodel.errors import CommandLineError
from costmodel.quantities import grouped
from costmodel.results.explanation import explained
from costmodel.results.lines import bill_lines, selected
from costmodel.results.migration.parts import Amounts, Side
from costmodel.results.migration.records import outlook_figures
from costmodel.results.migration.words import year_text
from costmodel.runtimes.trace import cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from costmodel.prices.book import PriceBook
    from costmodel.results.explanation import Explanation
    from costmodel.results.lines import Line
    from costmodel.scenario import Scenario

_BILLS = ("old_bill", "new_bill")
_SHARES = ("new_share", "failed", "again", "copied")
_PHASES = ("before", "during", "after")
_WHERE = ("phase", "stage", "day")
_OF_A_MONTH = ("month_before_cost", "month_after_cost")
_OF_A_YEAR = ("saving_a_year", "unchanged_cost_a_year")


def explain_migration(scenario: Scenario, book: PriceBook, selection: Mapping[str, str]) -> list[Explanation]:
    """Explain one figure of a change of provider.

    Args:
        scenario: a scenario with a `migration` section.
        book: prices.
        selection: `migration`: the figure's name, as in the JSON of `migrate`; then `phase`, `stage`, `day` or `side`
            if it is not of the horizon. `old_bill` and `new_bill` explain the lines of a bill, by `model` and `meter`.

    Raises:
        CommandLineError: there is no such figure.
        CostmodelError: the computation shown does not give the figure; a fault of ours.
    """
    return explained_of(traced_move(scenario, book), selection)


def traced_move(scenario: Scenario, book: PriceBook) -> TracedMove:
    """A change of provider, ready to be explained; arguments and errors as `migrate`."""
    made = workings(scenario, book)
    return TracedMove(made, result_of(made))


def explained_of(move: TracedMove, selection: Mapping[str, str]) -> list[Explanation]:
    """As `explain_migration`, of a change that is computed already."""
    if is_service(selection):
        return [service_explained(move, selection)]
    if selection["migration"] in _BILLS:
        return _bill_explained(move, selection)
    require_keys(selection, ("migration", *_WHERE, "side"))
    scope = _scope(move, selection)
    figure, traced = _figure(move, selection["migration"], scope)
    return [explanation(figure, traced, move.currency, _facts(move, figure.name, scope, traced))]


def _scope(move: TracedMove, selection: Mapping[str, str]) -> Scope:
    """The part of the horizon that is selected.

    Raises:
        CommandLineError: there is none such.
    """
    keys = [key for key in _WHERE if key in selection]
    if len(keys) > 1:
        raise CommandLineError(f"select by {keys[0]} or by {keys[1]}, not by both")
    spans = move.result.spans
    if not keys:
        return Scope(tuple(range(len(spans))))
    key, asked = keys[0], selection[keys[0]]
    of: dict[str, Any] = {
        "phase": lambda span: span.stage.phase,
        "stage": lambda span: span.stage.name,
        "day": lambda span: str(span.start.date()),
    }
    there = dict.fromkeys((*(_PHASES if key == "phase" else ()), *(of[key](span) for span in spans)))
    if key == "day" and asked not in there:
        raise CommandLineError(
            f"there is no day '{asked}': write one from {spans[0].start:%Y-%m-%d} to {list(there)[-1]}"
        )
    if asked not in there:
        raise unknown(asked, there, key)
    places = tuple(place for place, span in enumerate(spans) if of[key](span) == asked)
    said = f" on {asked}" if key == "day" else f", {key} '{asked}'"
    return Scope(places, said, f",{key}={asked}")


def _figure(move: TracedMove, name: str, scope: Scope) -> tuple[Figure, Any]:
    """A figure of the result, and the same traced.

    Raises:
        CommandLineError: there is none such.
    """
    exact = move.exact(scope) | ({} if scope.words else {"total": move.result.total.cost})
    if name in exact:
        return Figure(name, exact[name], scope.words, unit_of(name, move.currency)), move.figure(name, scope)
    if name in OUTLOOK and not scope.words:
        traced = outlook_figure(move, name)
        return _outlook(move, name), traced
    if name in _SHARES and scope.written.startswith(",stage"):
        stage = move.result.spans[scope.places[0]].stage
        shown = getattr(move.shares(stage), name)
        return Figure(name, getattr(stage, name), scope.words, "of requests"), shown
    if name == "cumulative_saving" and scope.written.startswith(",day"):
        return _cumulative(move, scope)
    raise unknown(name, _known(scope), f"figure{' of this part' if scope.words else ''}")


def _known(scope: Scope) -> tuple[str, ...]:
    amounts = tuple(Amounts().figures())
    if not scope.words:
        return (*amounts, "total", *OUTLOOK, *_BILLS, *Side._fields)
    if scope.written.startswith(",stage"):
        return (*amounts, *_SHARES, *_BILLS)
    return (*amounts, "cumulative_saving", *_BILLS) if scope.written.startswith(",day") else (*amounts, *_BILLS)


def _outlook(move: TracedMove, name: str) -> Figure:
    if not name.startswith("break_even"):
        value = outlook_figures(move.result)[name]
        return Figure(name, value, "", unit_of(name, move.currency))
    day = break_even_day(move, name)
    days = Fraction((day - move.result.stated.start).days) if day else Fraction(0)
    return Figure(name, days, f", {day}", "days after the start")


def _cumulative(move: TracedMove, scope: Scope) -> tuple[Figure, Any]:
    days = move.result.days
    asked = move.result.spans[scope.places[0]].start.date()
    index = next(index for index, day in enumerate(days) if day.day == asked)
    before = days[index - 1] if index else None
    traced: Any = cell(f"saving of {asked}", days[index].amounts.saving, move.currency)
    if before is not None:
        traced = cell(f"saving so far on {before.day}", before.cumulative_saving, move.currency) + traced
    return Figure("cumulative_saving", days[index].cumulative_saving, scope.words, move.currency), traced


def _facts(move: TracedMove, name: str, scope: Scope, traced: Any) -> Facts:
    """Where the numbers come from, and how those that are sums are explained further."""
    within = last_month(move) if name in _OF_A_MONTH else last_week(move) if name in _OF_A_YEAR else scope
    used, scenario = used_names(traced), move.made.case.scenario
    facts = [*_further(move, name, scope), *stated_facts(scenario, "migration", used)]
    bills = [fact for side in ("old", "new") for fact in _bill_facts(move, side, within, used)]
    bills += _minimum_facts(move, within) if name.endswith("minimum_cost") else []
    if bills:
        facts += [*bills, *shared_facts(move.made.agreed.levies, move.result.exchange)]
    if any(item.startswith("canary") for item in used):
        facts.append(("shares", "as the scenario says under 'migration.canary'"))
    if name in EXTRAS and scenario.migration.contract is not None:
        facts.append(("contract", _contract(move)))
    if name.startswith("quoted") and move.result.quoted is not None:
        facts.append(("quoted", move.result.quoted.source or "no source is given"))
    if name in _OF_A_YEAR:
        facts.append(("a year", year_text(move.result)))
    return facts


def _bill_facts(move: TracedMove, side: str, scope: Scope, used: set[str]) -> Iterator[tuple[str, str]]:
    """How a bill is explained further, and the prices behind it; nothing where the figure has no such bill."""
    slices = [move.made.slices[place] for place in scope.places]
    entries = [entry for item in slices for entry in getattr(item, side)]
    if not used & {all_requests(side), *(bill_name(entry.model) for entry in entries)}:
        return
    day = next((item.start for item in slices if getattr(item, side)), slices[0].start)
    yield f"{side} bill", f"of all requests; explain it with --at migration={side}_bill,day={day:%Y-%m-%d},model=…"
    yield from price_facts(entries)


def _minimum_facts(move: TracedMove, scope: Scope) -> Facts:
    """The rows with minimum charges of the offers themselves."""
    lines = [line for extras in (move.moving, move.staying) for place, line in extras.own if place in scope.places]
    return [fact for line in lines if line.entry is not None for fact in price_facts([line.entry])]


def _further(move: TracedMove, name: str, scope: Scope) -> Iterator[tuple[str, str]]:
    if name in PARTS:
        exact = move.exact(scope)
        for part in PARTS[name]:
            if exact[part]:
                yield words(part), f"explain it with --at migration={part}{scope.written}"
    elif not scope.words and name in BY_STAGE:
        yield "stages", f"explain one with --at migration={name},stage=…"
    elif name == "cumulative_saving":
        yield "saving of a day", f"explain it with --at migration=saving{scope.written}"
    elif name.startswith("break_even"):
        yield "saving so far", "explain it with --at migration=cumulative_saving,day=…"
    elif name.startswith(("month_saving", "quoted")):
        yield "computed cost", "explain it with --at migration=month_before_cost and month_after_cost"
    elif name == "one_off_cost":
        yield "paid once", f"on {move.result.stated.start}, as the scenario says under 'migration.one_off'"


def _contract(move: TracedMove) -> str:
    agreed = move.made.agreed
    parts = [f"with {', '.join(sorted(agreed.providers))}"]
    parts += [f"until {agreed.ends}"] if agreed.ends else []
    parts += [f"{grouped(agreed.balance)} {move.currency} paid in advance"] if agreed.balance else []
    parts += [f"at least {grouped(agreed.minimum)} {move.currency} a month"] if agreed.minimum else []
    return ", ".join(parts)


def _bill_explained(move: TracedMove, selection: Mapping[str, str]) -> list[Explanation]:
    """The lines of the bill of all requests at one side's models, each by its day."""
    require_keys(selection, ("migration", *_WHERE, "model", "meter"))
    side, case = selection["migration"].removesuffix("_bill"), move.made.case
    wanted = {key: selection[key] for key in ("model", "meter") if key in selection}
    if "model" in wanted:
        wanted["model"] = case.book.card(wanted["model"]).name
    found: list[tuple[str, Line]] = []
    for place in _scope(move, selection).places:
        item = move.made.slices[place]
        day = f" on {item.start:%Y-%m-%d}"
        whole = item.end - item.start == timedelta(days=1)
        when = day if whole else f"{day} from {item.start:%H:%M:%S} to {item.end:%H:%M:%S} UTC"
        found += [(when, line) for line in bill_lines(getattr(item, side), (), 1)]
    if not found:
        raise CommandLineError(f"nothing is sent to the {side} models then: there is no bill")
    kept = {id(line) for line in selected([line for _, line in found], wanted, case.months[0])}
    return [_line_explained(move, when, line) for when, line in found if id(line) in kept]


def _line_explained(move: TracedMove, when: str, line: Line) -> Explanation:
    units, pricing_unit = "", ""
    if line.charge is not None:
        units = move.made.case.book.meters[line.charge.meter].units
        price = line.charge.contracted_price
        pricing_unit = f"{grouped(price.per)} {units}" if price else ""
    made = explained(line, move.currency, units, pricing_unit, move.result.exchange)
    return made._replace(title=f"{made.title.replace(':', f',{when}:', 1)}")

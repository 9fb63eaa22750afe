"""Where a figure of a return on investment comes from: one month computed again with traced numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.documents.numbers import numbers_of
from costmodel.errors import CommandLineError, CostmodelError
from costmodel.results.explanation import Explanation
from costmodel.results.worth.records import month_figures
from costmodel.results.worth.return_on_investment import Option
from costmodel.runtimes.operations import step
from costmodel.runtimes.prose import Sentence, number_text, sentences
from costmodel.runtimes.trace import Cell, cell, inputs
from costmodel.study.worth import result_of
from costmodel.value.flows import flows_of
from costmodel.value.staffing import Past
from costmodel.value.work import State, month_of_work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.results.worth.return_on_investment import ReturnOnInvestment
    from costmodel.scenario import Scenario
    from costmodel.study.worth import Case
    from costmodel.value.work import Work

_UNITS = {"minutes": "minutes", "hours": "hours", "days": "days", "posts": "posts"}


def explain_worth(case: Case, selection: Mapping[str, str]) -> Explanation:
    """Explain one figure of one month.

    Args:
        case: the scenario.
        selection: `roi`: the figure's name, as in `expect:`; `month`: 1 for the first; `option`, if there are several.

    Raises:
        CommandLineError: there is no such figure.
        CostmodelError: the computation shown does not give the figure; a fault of ours.
    """
    result = result_of(case)
    option = result.option(selection["option"]) if "option" in selection else result.best
    index = _index(result, selection.get("month", ""))
    name = selection["roi"]
    exact = month_figures(result, option, index)
    if name not in exact:
        raise CommandLineError(f"there is no figure '{name}' of a month. There are: {', '.join(exact)}")
    traced = _traced(case, result, option, index)[name]
    shown = step(name.replace("_", " "), traced, _unit(name, result.currency)) if not _is_step(traced) else traced
    if Fraction(shown.value) != Fraction(exact[name]):
        raise CostmodelError(f"the explanation gives {shown.value}, the result {exact[name]}: a fault of costmodel")
    title = (
        f"{name.replace('_', ' ')} in {result.months[index]}: {number_text(exact[name])} {_unit(name, result.currency)}"
    )
    return Explanation(
        title.rstrip(),
        Fraction(exact[name]),
        tuple(_in(sentence, result.currency) for sentence in sentences(shown)),
        _facts(case.scenario, shown, option),
    )


def _in(sentence: Sentence, currency: str) -> Sentence:
    """Equations of work know no currency: it is named where they say money."""
    number, _, unit = sentence.result.partition(" ")
    named = {"money": currency, "an hour": f"{currency} an hour", "a record": f"{currency} a record"}.get(unit, unit)
    return sentence._replace(result=f"{number} {named}".rstrip())


def _is_step(value: Any) -> bool:
    return isinstance(value, Cell) and value.kind == "step"


def _index(result: ReturnOnInvestment, month: str) -> int:
    labels = {str(month): index for index, month in enumerate(result.months)}
    labels |= {str(number + 1): number for number in range(len(result.months))}
    if month not in labels:
        raise CommandLineError(f"name a month of the return on investment: month=1 to month={len(result.months)}")
    return labels[month]


def _traced(case: Case, result: ReturnOnInvestment, option: Option, index: int) -> dict[str, Any]:
    """The figures of one month as traced cells; what the months before left enters as numbers."""
    scenario = case.scenario
    names = numbers_of(scenario.roi, scenario.document.data["roi"])
    cells = {path: cell(_label(path), number, _unit(str(path[-1]), "")) for path, number in names.items()}
    plan = case.plan(scenario.with_numbers({("roi", *path): made for path, made in cells.items()}))
    month, before = result.months[index], _state(case, result, index)
    records = cell("records", result.works[index].records, "records")
    work, _ = month_of_work(plan, month, index + 1, (records, before))
    cost = cell("API cost", option.flows.months[index].llm_cost, result.currency)
    flows = flows_of(plan, [work], [cost])
    one = Option(option.name, flows, option.measures, (option.computed[index],) if option.computed else ())
    return month_figures(_Month(result, work), one, 0)  # type: ignore[arg-type]


class _Month:
    """One month of a result, for `month_figures`."""

    def __init__(self, result: ReturnOnInvestment, work: Work) -> None:
        self.works, self.months = (work,), result.months


def _state(case: Case, result: ReturnOnInvestment, index: int) -> State:
    if index == 0:
        return State()
    state, plan = State(), case.plan(case.scenario)
    for number in range(index):
        _, state = month_of_work(plan, result.months[number], number + 1, (result.works[number].records, state))
    names = ("posts on the payroll", "posts kept before"), ("posts on the payroll", "posts needed by hand before")
    kept, by_hand = (
        tuple(cell(words[min(position, 1)], posts, "posts") for position, posts in enumerate(history))
        for words, history in zip(names, (state.posts.kept, state.posts.by_hand), strict=True)
    )
    return State(cell("records done with AI before", state.ai_records, "records"), Past(kept, by_hand))


def _label(path: tuple[Any, ...]) -> str:
    words = [str(part).replace("_", " ") for part in path if part not in {"staff", "shares"}]
    return ": ".join(words)


def _unit(name: str, currency: str) -> str:
    for word, unit in _UNITS.items():
        if word in name:
            return unit
    return currency if any(word in name for word in ("cost", "value", "saving", "flow", "used")) else ""


def _facts(scenario: Scenario, shown: Cell, option: Option) -> tuple[tuple[str, str], ...]:
    """Where the numbers that were used come from."""
    used = {item.name for item in inputs(shown)}
    facts = [("option", option.name)] if "API cost" in used else []
    quoted = scenario.roi.llm_cost
    if quoted is not None and "API cost" in used:
        facts.append(("API cost", f"as quoted: {quoted.source or 'no source is given'}"))
    elif "API cost" in used:
        facts.append(("API cost", "the bill of the month: explain it with --at month=…,model=…"))
    for use in scenario.evidence:
        if use.path[:1] == ("roi",) and _label(use.path[1:]) in used:
            doubt = f" ({use.item.caution})" if use.item.caution else ""
            facts.append((_label(use.path[1:]), f"{use.item.source}{doubt}"))
    for path, distribution in scenario.distributions.items():
        if path[:1] == ("roi",) and _label(path[1:]) in used:
            facts.append((_label(path[1:]), f"mean of {distribution}"))
    return tuple(facts)

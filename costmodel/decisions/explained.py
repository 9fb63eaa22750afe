"""What every explanation of a decision's figure needs: its name, its unit, and a value that equals the result."""

from __future__ import annotations

from difflib import SequenceMatcher
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.errors import CommandLineError, CostmodelError
from costmodel.quantities import decimal_text, grouped
from costmodel.results.explanation import Explanation, row_facts
from costmodel.runtimes.operations import step
from costmodel.runtimes.prose import number_text, sentences
from costmodel.runtimes.trace import Cell, as_cell, inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.billing.levies import Levy
    from costmodel.prices.exchange import ExchangeRate
    from costmodel.scenario import Scenario

Facts = list[tuple[str, str]]
_NOTHING = Fraction(0)
_UNITS = (
    ("_share", ""),
    ("_times", "times"),
    ("requests", "requests"),
    ("seconds", "seconds"),
    ("downtime", "minutes"),
)


class Figure(NamedTuple):
    """A figure of a result.

    Attributes:
        name: as in the JSON of the result.
        value: in the result.
        where: of what it is the figure, in words; empty for all of it.
        unit: as shown.
    """

    name: str
    value: Fraction
    where: str = ""
    unit: str = ""

    @property
    def words(self) -> str:
        """Its name for reading."""
        return words(self.name)


def words(name: str) -> str:
    """A name of the JSON for reading.

    >>> words("to_cheapest.money_per_month"), words("saving_a_year")
    ('to cheapest: money per month', 'saving a year')
    """
    return name.replace(".", ": ").replace("_", " ")


def unit_of(name: str, currency: str) -> str:
    """The unit of a figure, by its name.

    >>> unit_of("saving_a_year", "USD"), unit_of("month_saving_share", "USD"), unit_of("requests_copied", "USD")
    ('USD a year', '', 'requests')
    """
    for part, unit in _UNITS:
        if part in name:
            return unit
    money = any(part in name for part in ("cost", "saving", "money"))
    return "" if not money else f"{currency} a year" if name.endswith("_a_year") else currency


def named(name: str, value: Any, unit: str) -> Cell:
    """A value as a step with a name of its own; a step gets the new name."""
    made = simplified(as_cell(value))
    return Cell("step", name, made.value, unit, made.arguments if made.kind == "step" else (made,))


def renamed(name: str, value: Any, unit: str) -> Cell:
    """As `named`, but a plain number stays one, under the new name."""
    made = as_cell(value)
    return Cell("input", name, made.value, unit) if made.kind == "input" else named(name, made, unit)


def total(parts: Iterable[Any]) -> Any:
    """The sum of parts; those that are nothing are left out."""
    some = [part for part in parts if as_cell(part).value]
    return reduce(add, some) if some else _NOTHING


def simplified(node: Cell) -> Cell:
    """The same computation without what adds nothing, and with a plain division where the divisor is not 0."""
    done: dict[int, Cell] = {}

    def walk(node: Cell) -> Cell:
        if id(node) not in done:
            arguments = tuple(walk(argument) for argument in node.arguments)
            done[id(node)] = _plainer(Cell(node.kind, node.name, node.value, node.unit, arguments))
        return done[id(node)]

    return walk(node)


def _plainer(node: Cell) -> Cell:
    parts = node.arguments
    if node.kind != "operation":
        return node
    if node.name == "+":
        left, right = parts
        if not right.value and right.kind != "input":
            return left
        return right if not left.value and left.kind != "input" else node
    if node.name == "*" and _is_one(parts[0]):
        return parts[1]
    if node.name == "*" and _is_one(parts[1]):
        return parts[0]
    if node.name == "safe_divide" and parts[1].value:
        return Cell("operation", "/", node.value, "", parts[:2])
    return node


def _is_one(node: Cell) -> bool:
    return node.kind == "constant" and node.value == 1


def explanation(figure: Figure, traced: Any, currency: str, facts: Iterable[tuple[str, str]]) -> Explanation:
    """A figure with the computation that gives it.

    Args:
        figure: the figure as it stands in the result.
        traced: the same, computed again with traced numbers.
        currency: of the money in it.
        facts: sources and further explanations, as label and text.

    Raises:
        CostmodelError: the computation shown does not give the figure; a fault of ours.
    """
    shown = named(figure.words, traced, figure.unit)
    if shown.value != figure.value:
        raise CostmodelError(f"the explanation gives {shown.value}, the result {figure.value}: a fault of costmodel")
    title = f"{figure.words}{figure.where}: {number_text(figure.value)} {figure.unit}".rstrip()
    said = [
        item._replace(result=item.result.replace(" money", f" {currency}", 1)) if " money" in item.result else item
        for item in sentences(shown)
    ]
    return Explanation(title, figure.value, tuple(said), tuple(_merged(facts)))


def _merged(facts: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Each label once, as JSON needs it."""
    found: dict[str, dict[str, None]] = {}
    for label, text in facts:
        found.setdefault(label, {})[text] = None
    return [(label, "; ".join(texts)) for label, texts in found.items()]


def unknown(asked: str, known: Iterable[str], what: str) -> CommandLineError:
    """The error for a name that there is not: it lists what there is, the nearest first."""
    near = sorted(known, key=lambda name: -SequenceMatcher(None, asked, name).ratio())
    return CommandLineError(f"there is no {what} '{asked}'. There are, the nearest first: {', '.join(near)}")


def require_keys(selection: Mapping[str, str], known: Iterable[str]) -> None:
    """Nothing else may be selected by.

    Raises:
        CommandLineError: something is.
    """
    names = tuple(known)
    for key in selection:
        if key not in names:
            raise unknown(key, names, "selection by")


def bill_name(model: str) -> str:
    """What the bill of a model is called."""
    return f"bill of {model}"


def all_requests(side: str) -> str:
    """What the bill of all requests at the old or new models is called."""
    return f"bill of all requests at the {side} models"


def bill_of(entries: Sequence[Entry], currency: str) -> Any:
    """A bill before taxes and fees, as the sum of its models' bills."""
    costs: dict[str, Fraction] = {}
    for entry in entries:
        costs[entry.model] = costs.get(entry.model, _NOTHING) + entry.cost
    return total(Cell("input", bill_name(model), cost, currency) for model, cost in costs.items())


def used_names(traced: Any) -> set[str]:
    """The names of all numbers that went into a figure."""
    return {item.name for item in inputs(as_cell(traced))}


def price_facts(entries: Iterable[Entry]) -> Facts:
    """The prices behind bills, each with its row's validity and source."""
    found = {(entry.model, id(entry.tariff)): entry for entry in entries if entry.factors is not None}
    return [(f"prices of {entry.model}", _prices_text(entry)) for entry in found.values()]


def _prices_text(entry: Entry) -> str:
    row = dict(row_facts(entry.tariff.row))
    lines = [charge.contracted_price for charge in entry.charges if charge.contracted_price]
    units = {line.per for line in lines}
    prices = ", ".join(
        f"{line.measure.meter} {decimal_text(line.unit_price * line.per)}"
        + (f" for {grouped(line.per)}" if len(units) > 1 else "")
        for line in lines
    )
    each = f" for {grouped(next(iter(units)))}" if len(units) == 1 else ""
    return f"{prices} {entry.list_currency}{each}, in force {row['in force']}, {row['source']}".lstrip()


def shared_facts(levies: Sequence[Levy], exchange: Sequence[ExchangeRate]) -> Facts:
    """Taxes and fees on the bills, and exchange rates."""
    found = [
        ("taxes and fees", f"{levy.name}: {decimal_text(levy.rate * 100)} % of the {levy.base}") for levy in levies
    ]
    return found + [
        ("exchange rate", f"{decimal_text(rate.rate, 8)} {rate.to} for one {rate.from_} on {rate.on}, {rate.source}")
        for rate in exchange
    ]


def stated_facts(scenario: Scenario, section: str, used: set[str]) -> Facts:
    """Where numbers that the scenario states in a section come from: evidence, distributions."""
    facts: Facts = []
    for use in scenario.evidence:
        if use.path[:1] == (section,) and label(use.path[1:]) in used:
            doubt = f" ({use.item.caution})" if use.item.caution else ""
            facts.append((label(use.path[1:]), f"{use.item.source}{doubt}"))
    for path, distribution in scenario.distributions.items():
        if path[:1] == (section,) and label(path[1:]) in used:
            facts.append((label(path[1:]), f"mean of {distribution}"))
    return facts


def label(path: tuple[Any, ...]) -> str:
    """A number of the scenario in words.

    >>> label(("canary", "error_rate"))
    'canary: error rate'
    """
    return ": ".join(str(part).replace("_", " ") for part in path)


def with_taxes(bill: Any, factor: Fraction, currency: str) -> Any:
    """A bill with its taxes and fees.

    Args:
        bill: before taxes and fees.
        factor: what is paid for one of a bill.
        currency: of the bill.
    """
    if factor == 1:
        return bill
    return step("bill with taxes and fees", bill * Cell("input", "paid for one of a bill", factor, currency), currency)

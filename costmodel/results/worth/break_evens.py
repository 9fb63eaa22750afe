"""Where the sign of a result turns: break-evens of every number, and what the result hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text, grouped, half_up
from costmodel.results.labels import say
from costmodel.results.parameters import Parameter, digits, head, money, parameter_json, reasons
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.results.labels import Said


_HUNDRED = 100
_ALIKE = Fraction(1, 1_000_000)  # distances no farther apart than this are one


class End(NamedTuple):
    """One end of an interval: its value, and `crossing` (through 0), `step` (a jump), or `end` of the search."""

    value: Fraction
    kind: str


class Interval(NamedTuple):
    """Values of a number between two ends."""

    low: End
    high: End


class Nearest(NamedTuple):
    """The boundary nearest to today's value.

    Attributes:
        end: where it lies, and what happens there.
        distance: from today's value, as a share of it; None where that is 0.
        worth_above: whether it is worth it above the boundary, rather than below.
    """

    end: End
    distance: Fraction | None
    worth_above: bool


class BreakEven(NamedTuple):
    """For which values of one number the work is worth it.

    Attributes:
        parameter: the number.
        searched: lowest and highest value that were looked at.
        worth_it: intervals in which the net present value is above 0, ascending.
        nearest: the boundary nearest to today's value; None where the sign never changes.
    """

    parameter: Parameter
    searched: tuple[Fraction, Fraction]
    worth_it: tuple[Interval, ...]
    nearest: Nearest | None


@dataclass(frozen=True)
class BreakEvens(Shown):
    """Break-evens of every number of a scenario, the nearest first.

    Attributes:
        title: name of the scenario.
        option: model or mix.
        currency: of the outcome.
        outcome: net present value of the scenario as it stands.
        items: one for each number.
        not_searched: numbers that could not be searched, with the reason.
    """

    title: str
    option: str
    currency: str
    outcome: Fraction
    items: tuple[BreakEven, ...]
    not_searched: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> Said:
        """What the result hangs on."""
        return hangs_on(self.items)

    def tables(self) -> list[Table]:
        """One row for each number at which the sign changes."""
        headings = ("number", "now", "break-even", "away", "how", "worth it", "searched")
        columns = tuple(Column(name, numeric=name in {"now", "break-even", "away"}) for name in headings)
        changing = [item for item in self.items if item.nearest is not None]
        notes = [
            say("{sentence}.", sentence=self.sentence),
            say("Worth it: a net present value above 0. Each number alone, all others as stated."),
        ]
        if len(changing) < len(self.items):
            same = _names(item for item in self.items if item.nearest is None)
            notes.append(say("Never changes the sign: {names}.", names=same))
        notes += [say("Not searched: {name}: {why}", name=name, why=why) for name, why in self.not_searched]
        title = say(
            "{title}: break-evens, {option}, net present value {amount:number}",
            title=self.title,
            option=self.option,
            amount=money(self.outcome, self.currency),
        )
        rows = [_break_even_row(item, item.nearest) for item in changing if item.nearest is not None]
        return [Table(title, columns, tuple(rows), (), tuple(notes))]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            **head("break_even", self.title, self.option, self.currency),
            "net_present_value": decimal_text(self.outcome),
            "hangs_on": self.sentence,
            "numbers": [_break_even_json(item) for item in self.items],
            "not_searched": reasons(self.not_searched),
        }

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:  # noqa: ARG002 - ends of intervals are floats
        """One row for each interval in which it is worth it."""
        return [
            {
                "path": item.parameter.name,
                "value": digits(item.parameter.value),
                "low": digits(low.value),
                "low_kind": low.kind,
                "high": digits(high.value),
                "high_kind": high.kind,
            }
            for item in self.items
            for low, high in item.worth_it
        ]


def hangs_on(break_evens: Sequence[BreakEven]) -> Said:
    """What the result hangs on: the two nearest break-evens in words, without a full stop.

    Args:
        break_evens: the nearest first.
    """
    near = [item for item in break_evens if item.nearest is not None]
    if near:
        told = [_told(item) for item in (near[0], *[item for item in near[1:] if not _same(near[0], item)][:1])]
        if len(told) == 1:
            return say("It hangs on {number}", number=told[0])
        return say("It hangs on {first} and {second}", first=told[0], second=told[1])
    if not break_evens:
        return say("It hangs on no number of the scenario: none could be changed")
    if any(item.worth_it for item in break_evens):
        return say("It hangs on no single number: over every range searched it stays worth it")
    return say("It hangs on no single number: over every range searched it is not worth it")


def _told(item: BreakEven) -> Said:
    called, name, words = item.parameter.called, item.parameter.name, _in_words(item)
    if not called:
        return say("{name} ({words})", name=name, words=words)
    return say("{called} ({name}: {words})", called=called, name=name, words=words)


def _same(first: BreakEven, second: BreakEven) -> bool:
    """Whether two numbers are factors of one product, such as records a day and days: their break-evens are one."""
    if first.parameter.path[:-1] != second.parameter.path[:-1] or first.nearest is None or second.nearest is None:
        return False
    near, other = first.nearest.distance, second.nearest.distance
    return near is not None and other is not None and abs(near - other) < _ALIKE


def _in_words(item: BreakEven) -> Said:
    now, nearest = say("{now:number} now", now=item.parameter.shown(item.parameter.value)), item.nearest
    if nearest is None:
        return now
    around = _around(item, nearest)
    low, high = (item.parameter.shown(end.value) for end in around)
    more = len(item.worth_it) - 1
    others = say(", and in {more} other ranges", more=more) if more > 1 else say(", and in 1 other range")
    parts = {"now": now, "low": low, "high": high, "others": others if more else ""}
    if "end" not in {around.low.kind, around.high.kind}:
        return say("{now}; worth it only between {low:number} and {high:number}{others}", **parts)
    if around.high.kind == "end":
        return say("{now}; worth it from {low:number}{others}", **parts)
    return say("{now}; worth it up to {high:number}{others}", **parts)


def _around(item: BreakEven, nearest: Nearest) -> Interval:
    """The values for which it is worth it that end at the boundary nearest to today's."""
    return next(interval for interval in item.worth_it if nearest.end in interval)


_HOW = {"crossing": say("gradually"), "step": say("in one step")}


def _break_even_row(item: BreakEven, nearest: Nearest) -> tuple[str, ...]:
    shown = item.parameter.shown
    return (
        item.parameter.name,
        shown(item.parameter.value),
        shown(nearest.end.value),
        "" if nearest.distance is None else f"{grouped(half_up(nearest.distance * _HUNDRED, 1), 1)} %",
        _HOW[nearest.end.kind],
        _ranges(item, nearest),
        say("{low} to {high:number}", low=_from(item), high=shown(item.searched[1])),
    )


def _ranges(item: BreakEven, nearest: Nearest) -> Said:
    """Where it is worth it: the range nearest to today's value, and how many others there are."""
    more = len(item.worth_it) - 1
    found = _range(item, _around(item, nearest))
    return say("{range}, and {more} more", range=found, more=more) if more else found


def _from(item: BreakEven) -> Said:
    parameter, (low, _) = item.parameter, item.searched
    just_above = parameter.above_low and parameter.low is not None and parameter.low < low
    if just_above:
        return say("above {low:number}", low=parameter.shown(parameter.low or Fraction(0)))
    return say("{low:number}", low=parameter.shown(low))


def _range(item: BreakEven, interval: Interval) -> Said:
    """An interval in words; an end of the search is none of the scenario's, and is left open."""
    low, high = (item.parameter.shown(end.value) for end in interval)
    if interval.low.kind == "end":
        return say("up to {high:number}", high=high)
    if interval.high.kind == "end":
        return say("from {low:number}", low=low)
    return say("{low:number} to {high:number}", low=low, high=high)


def _break_even_json(item: BreakEven) -> dict[str, Any]:
    nearest = item.nearest
    return {
        **parameter_json(item.parameter),
        "searched": [digits(value) for value in item.searched],
        "worth_it": [
            {name: {"value": digits(end.value), "kind": end.kind} for name, end in interval._asdict().items()}
            for interval in item.worth_it
        ],
        "nearest": None
        if nearest is None
        else {
            "value": digits(nearest.end.value),
            "kind": nearest.end.kind,
            "distance": None if nearest.distance is None else digits(nearest.distance),
            "worth_it": "above" if nearest.worth_above else "below",
        },
    }


def _names(items: Iterable[BreakEven]) -> str:
    return ", ".join(item.parameter.name for item in items)

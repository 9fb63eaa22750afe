"""The ranking of offers over a range of one number: who is cheapest where, and where that turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.quantities import decimal_text, grouped
from costmodel.results.estimate import SCHEMA_VERSION, shown_places
from costmodel.results.shown import Shown
from costmodel.results.table import Column, Table
from costmodel.results.ties import alike

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from costmodel.results.estimate import BookReference

_SHOWN = 3  # offers in a ranking
_HOW = {"exact": "exact", "crossing": "to 12 digits", "step": "at a step"}
_NOBODY = "no offer"


class Step(NamedTuple):
    """One value of the range.

    Attributes:
        text: the value for reading.
        costs: a month's mean by offer, cheapest first.
    """

    value: Fraction
    text: str
    costs: Mapping[str, Fraction]


class Turn(NamedTuple):
    """A value at which one offer becomes cheaper than another, going from the first value to the last.

    Attributes:
        kind: `exact`: both cost the same there, exactly; `crossing`: the same, to 12 digits; `step`: the cost jumps;
            `limit`: from there on requests are too large for one of the two, or no longer.
        before, after: the cheaper offer before the value, and after it; empty where none takes the requests.
        cost: a month's mean of the offer that was cheaper, there.
        leads: whether the two are the cheapest of all there.
    """

    value: Fraction
    text: str
    kind: str
    before: str
    after: str
    cost: Fraction
    leads: bool


class Reach(NamedTuple):
    """The value at which a request is as large as an offer takes.

    Attributes:
        takes: whether it takes the requests after the value, going from the first to the last; else before it.
    """

    value: Fraction
    text: str
    name: str
    takes: bool


@dataclass(frozen=True)
class Ranking(Shown):
    """Offers over a range of one number.

    Attributes:
        title: name of the scenario.
        over: the number.
        period: the horizon in words.
        steps: values that are shown, from the first to the last.
        turns: in that order.
        reaches: where requests become too large for an offer, or small enough; in that order.
        pairs: whether every two offers were looked at, or the cheapest alone.
        equal: offers that cost the same over the whole range.
        left_out: offers without a price over the range, and why.
        book, scenario_sha256: as in an estimate.
        notes: what a reader must know.
    """

    title: str
    over: str
    currency: str
    period: str
    steps: tuple[Step, ...]
    turns: tuple[Turn, ...]
    reaches: tuple[Reach, ...]
    pairs: bool
    equal: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    book: BookReference
    scenario_sha256: str
    notes: tuple[str, ...] = ()

    @property
    def leaders(self) -> tuple[Turn, ...]:
        """The turns at which the cheapest offer changes."""
        return tuple(turn for turn in self.turns if turn.leads)

    @property
    def finding(self) -> str:
        """Which offer is cheapest where."""
        if not self.leaders:
            return f"{self._alike(next(iter(self.steps[0].costs)))} the cheapest over the whole range."
        words = [f"{self._alike(self.leaders[0].before)} the cheapest from {self.steps[0].text}"]
        words += [self._change(turn) for turn in self.leaders]
        return f"{', '.join(words)}."

    def _alike(self, name: str) -> str:
        """An offer and those that cost exactly the same over the range, as the subject of what they are."""
        shown = [step.costs for step in self.steps if name in step.costs]
        same = [other for other in (shown[0] if shown else ()) if all(at.get(other) == at[name] for at in shown)]
        if self.pairs:  # every two were looked at, between the steps too
            known = {frozenset(pair) for pair in self.equal}
            same = [other for other in same if other == name or {name, other} in known]
        return f"{alike(sorted(same))} are" if len(same) > 1 else f"{name or _NOBODY} is"

    def _change(self, turn: Turn) -> str:
        """Which offer is cheapest after a turn, and why where that is no matter of cost."""
        gone = turn.kind == "limit" and any(
            reach.name == turn.before and reach.value == turn.value and not reach.takes for reach in self.reaches
        )
        where = f"beyond {turn.text}, where requests are too large for it," if gone else f"from {turn.text} on"
        return f"{where} {self._alike(turn.after).rpartition(' ')[0]}"

    def tables(self) -> list[Table]:
        """The ranking at each value, and where it turns."""
        crossings = [turn for turn in self.turns if turn.kind != "limit"]
        return [self._ranking(), *([self._turns(crossings)] if crossings else [])]

    def _places(self) -> int:
        return shown_places([cost for step in self.steps for cost in step.costs.values()], self.currency)

    def _ranking(self) -> Table:
        count, places = min(_SHOWN, max(len(step.costs) for step in self.steps)), self._places()
        heads = [(Column(f"{rank}."), Column(self.currency, numeric=True)) for rank in range(1, count + 1)]
        columns = (Column(self.over, numeric=True), *(column for pair in heads for column in pair))
        rows = []
        for step in self.steps:
            cells = [(name, grouped(cost, places)) for name, cost in list(step.costs.items())[:count]]
            cells += [("", "")] * (count - len(cells))
            rows.append((step.text, *(cell for pair in cells for cell in pair)))
        title = f"{self.title}: cheapest first over {self.over}, {self.currency} a month, {self.period}"
        return Table(title, columns, tuple(rows), (), (*self.notes, *self._said()), self.finding)

    def _said(self) -> list[str]:
        same = ", ".join(f"{a} and {b}" for a, b in self.equal)
        left = "; ".join(f"{name} ({why})" for name, why in self.left_out)
        return [
            *([f"The same cost over the whole range: {same}."] if same else []),
            *(f"{reach.name}: requests are too large for it {_side(reach)} {reach.text}." for reach in self.reaches),
            *([f"Left out: {left}."] if left else []),
            *([] if self.pairs else ["Turns are those of the cheapest offer; of two named offers, name fewer."]),
        ]

    def _turns(self, turns: Sequence[Turn]) -> Table:
        places = self._places()
        columns = (
            Column(self.over, numeric=True),
            Column("cheaper before"),
            Column("cheaper after"),
            Column(f"{self.currency} a month", numeric=True),
            Column("cheapest of all"),
            Column("known"),
        )
        rows = tuple(
            (
                turn.text,
                turn.before,
                turn.after,
                grouped(turn.cost, places),
                "yes" if turn.leads else "",
                _HOW[turn.kind],
            )
            for turn in turns
        )
        return Table(f"Where two offers cost the same, over {self.over}", columns, rows)

    def lines(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One record for each value and offer that takes the requests there."""
        number: Any = (lambda value: value) if exact else decimal_text
        return [
            {"over": self.over, "value": step.text, "rank": rank, "offer": name, "cost_per_month": number(cost)}
            for step in self.steps
            for rank, (name, cost) in enumerate(step.costs.items(), 1)
        ]

    def to_records(self, *, exact: bool = False) -> list[dict[str, Any]]:
        """One record for each value and offer, then one for each turn: `row` says which."""
        number: Any = (lambda value: value) if exact else decimal_text
        turns = [
            {
                "row": "turn",
                "over": self.over,
                "value": turn.text,
                "offer": turn.after,
                "cost_per_month": number(turn.cost),
                "before": turn.before,
                "kind": turn.kind,
                "leads": turn.leads,
            }
            for turn in self.turns
        ]
        return [*({"row": "rank", **line} for line in self.lines(exact=exact)), *turns]

    def to_json(self) -> dict[str, Any]:
        """As plain data; money as decimal strings."""
        return {
            "schema_version": SCHEMA_VERSION,
            "kind": "ranking",
            "title": self.title,
            "over": self.over,
            "currency": self.currency,
            "total": None,
            "lines": self.lines(),
            "turns": [
                turn._asdict() | {"value": decimal_text(turn.value), "cost": decimal_text(turn.cost)}
                for turn in self.turns
            ],
            "reaches": [
                {
                    "offer": reach.name,
                    "value": decimal_text(reach.value),
                    "text": reach.text,
                    "takes_after": reach.takes,
                }
                for reach in self.reaches
            ],
            "equal": [list(pair) for pair in self.equal],
            "left_out": [{"offer": name, "reason": why} for name, why in self.left_out],
            "price_book": self.book.to_json(),
            "scenario_sha256": self.scenario_sha256,
            "warnings": [],
        }

    def __repr__(self) -> str:
        return f"<Ranking {self.title!r} over {self.over}>"


def _side(reach: Reach) -> str:
    return "before" if reach.takes else "beyond"

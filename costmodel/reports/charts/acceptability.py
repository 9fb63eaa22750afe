"""How likely each option is the best, by what a freed hour is worth."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import grouped, half_up
from costmodel.reports.charts import labels, scale
from costmodel.reports.charts.page import Heading, Room, book_text, drawn, page
from costmodel.reports.charts.style import MUTED, PAPER, look
from costmodel.reports.charts.words import SMALL, called
from costmodel.results.parameters import money
from costmodel.results.worth.probabilistic import DO_NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from costmodel.results.worth.probabilistic import AtValue, Probabilistic

_HUNDRED = 100
_TALL = 3.2  # inches
_MARGIN = 0.02  # of the width, so that no mark stands on a number


@drawn
def acceptability(result: Probabilistic) -> Figure:
    """A curve for each option, doing nothing among them; filled where it is the best on average."""
    names = [item.option for item in result.values[0].standings]
    last = {item.option: item.chance_best * _HUNDRED for item in result.values[-1].standings}
    beside = labels.side([labels.Named(last[name], name, _colour(name, names)) for name in names])
    left = scale.upward_width(0, _HUNDRED, " %")
    room = Room(max(_TALL, beside.least), left=left + 0.05, right=beside.room, top=0.1, bottom=0.5)
    facts = (f"{result.currency}, {result.period}, {grouped(result.draws)} draws", book_text(result.book))
    figure, (axes,) = page(Heading(_title(result), result.title, facts, _NOTES), room)
    values = [at.value_of_hour for at in result.values]
    axes.set_xlim(values[0] - (values[-1] - values[0]) * _MARGIN, values[-1] if len(values) > 1 else values[0] + 1)
    axes.set_ylim(0, _HUNDRED)
    scale.upward(axes, " %")
    for name in names:
        _curve(axes, result.values, name, names)
    scale.across(axes, room.wide)
    axes.set_xlabel(f"a freed hour is worth, {result.currency}", fontsize=SMALL.points)
    labels.write(axes, beside, (room.wide, room.body))
    return figure


_NOTES = ("Filled marks: the best on average at that value of an hour. Lines between marks are there to lead the eye.",)


def _colour(name: str, names: Sequence[str]) -> str:
    return MUTED if name == DO_NOTHING else look(names.index(name) - (DO_NOTHING in names)).colour


def _curve(axes: Axes, values: Sequence[AtValue], name: str, names: Sequence[str]) -> None:
    colour, dashes = _colour(name, names), look(max(names.index(name) - 1, 0)).dashes
    chances = [next(item.chance_best for item in at.standings if item.option == name) * _HUNDRED for at in values]
    axes.plot([at.value_of_hour for at in values], chances, dashes, color=colour, clip_on=False)
    for at, chance in zip(values, chances, strict=True):
        inside = colour if at.best.option == name else PAPER
        axes.plot(at.value_of_hour, chance, "o", color=colour, markerfacecolor=inside, clip_on=False)


def _title(result: Probabilistic) -> str:
    first, last = result.values[0], result.values[-1]
    best = called(first.best.option)
    if len(result.values) == 1:
        return f"At {_hour(result, first)} an hour {best} is the best on average, and in {_chance(first)}"
    if len({at.best.option for at in result.values}) == 1:
        chances = f"in {_chance(first)} at {_hour(result, first)}, in {_chance(last)} at {_hour(result, last)}"
        return f"{best} is the best on average at every value of a freed hour: {chances}"
    return (
        f"At {_hour(result, first)} an hour {best} is the best on average, and in {_chance(first)}; "
        f"at {_hour(result, last)} {called(last.best.option)}, in {_chance(last)}"
    )


def _hour(result: Probabilistic, at: AtValue) -> str:
    return money(at.value_of_hour, result.currency) if at.value_of_hour else f"0 {result.currency}"


def _chance(at: AtValue) -> str:
    return f"{grouped(half_up(Fraction(at.best.chance_best) * _HUNDRED, 1), 1)} % of draws"

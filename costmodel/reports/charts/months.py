"""What each month costs, by what is paid for."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.errors import CommandLineError
from costmodel.quantities import decimal_text, grouped, half_up, largest_remainder
from costmodel.reports.charts import labels, scale
from costmodel.reports.charts.page import Heading, Room, book_text, drawn, page, put
from costmodel.reports.charts.style import INK, PAPER, Look, look
from costmodel.reports.charts.words import SMALL, called, families, width
from costmodel.results.estimate import shown_costs, shown_places
from costmodel.results.labels import labelled, local, local_numbers, money_text, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from costmodel.results.estimate import Estimate
    from costmodel.results.labels import Said
    from costmodel.results.lines import Group

_HUNDRED = 100
_TALL = 3.2  # inches
_BAR = 0.8  # of the room of a month
_CLOSE = 0.95  # of the room of a month, for the figure over it
_ABOVE = 0.06  # of the height: room for the figure over a month
_LEAST = 4  # months: fewer do not fill the drawing


_MOST_PLACES = 9  # decimals: a nano-unit is enough
_BY_ITSELF = say(
    "The figure of a month is rounded by itself; in the table the last digit may differ, so that the column adds up."
)


class _Layer(NamedTuple):
    """One meter: its cost in each month, and how it is drawn."""

    group: Group
    costs: tuple[Fraction, ...]
    look: Look
    text: str


@drawn
def monthly_cost(result: Estimate, basis: str = "") -> Figure:
    """A bar for each month, stacked by meter, taxes and fees.

    Args:
        result: the bill.
        basis: what the bill is of, for the title, where it is not that of all records.

    Raises:
        CommandLineError: the bill is empty.
    """
    if not result.lines:
        raise CommandLineError("there is no cost to draw: the bill of the scenario is empty")
    layers = _layers(result)
    tops = _tops(layers)
    high, low = max(0.0, *(top for top, _ in tops)), min(0.0, *(bottom for _, bottom in tops))
    high = high if high > low else 1.0
    limits = low - (high - low) * (_ABOVE if low else 0), high + (high - low) * _ABOVE
    beside = labels.side(_named(layers))
    room = Room(max(_TALL, beside.least), left=scale.upward_width(*limits), right=beside.room, bottom=0.3)
    facts = (say("{currency}, {period}", currency=result.currency, period=result.period), book_text(result.book))
    title = _title(result, layers)
    title = say("{basis}: {finding}", basis=basis, finding=title) if basis else title
    figure, (axes,) = page(Heading(title, result.title, facts, _notes(result)), room)
    axes.set_ylim(*limits)
    count = len(result.months)
    middle, room_of = (count - 1) / 2, max(count, _LEAST) / 2
    axes.set_xlim(middle - room_of, middle + room_of)
    _stack(axes, layers)
    _totals(axes, result, [top for top, _ in tops], room.wide)
    scale.upward(axes)
    _months(axes, [local(say("{month:month}", month=month)) for month in result.months], room.wide)
    labels.write(axes, beside, (room.wide, room.body), count - 1 + _BAR / 2)
    return figure


def _layers(result: Estimate) -> list[_Layer]:
    meters = result.by("meter")
    costs = {group.key: group.cost for group in result.by("month", "meter")}
    money = shown_costs([group.cost for group in meters], result.currency)
    shares = largest_remainder([group.share * _HUNDRED for group in meters], 1)
    return [
        _Layer(
            group,
            tuple(costs.get((str(month), *group.key), Fraction(0)) for month in result.months),
            look(place),
            _layer_text(group, cost, share),
        )
        for place, (group, cost, share) in enumerate(zip(meters, money, shares, strict=True))
        if group.cost or len(meters) == 1
    ] or [_Layer(meters[0], (Fraction(0),) * len(result.months), look(0), say("nothing is charged"))]


def _layer_text(group: Group, cost: str, share: Fraction) -> Said:
    template = "{name} {cost:number} ({share:number} %)"
    return say(template, name=_name(group), cost=cost, share=decimal_text(share, 1))


def _name(group: Group) -> Said:
    return labelled(group.key[0].replace("_", " ")) if group.key[0] else say("requests")


def _tops(layers: Sequence[_Layer]) -> list[tuple[float, float]]:
    """The upper and the lower end of each month's bar."""
    columns = list(zip(*(layer.costs for layer in layers), strict=True))
    return [
        (float(sum(cost for cost in column if cost > 0)), float(sum(cost for cost in column if cost < 0)))
        for column in columns
    ]


def _stack(axes: Axes, layers: Sequence[_Layer]) -> None:
    months = range(len(layers[0].costs))
    above, below = [Fraction(0)] * len(months), [Fraction(0)] * len(months)
    for layer in layers:
        bottoms = [(above if cost >= 0 else below)[month] for month, cost in enumerate(layer.costs)]
        axes.bar(
            list(months),
            [float(cost) for cost in layer.costs],
            _BAR,
            [float(bottom) for bottom in bottoms],
            color=layer.look.colour,
            hatch=layer.look.hatch,
            edgecolor=PAPER,
            linewidth=0.5,
        )
        for month, cost in enumerate(layer.costs):
            (above if cost >= 0 else below)[month] += cost


def _named(layers: Sequence[_Layer]) -> list[labels.Named]:
    """Each meter at the middle of its part of the last month's bar."""
    above, below, found = Fraction(0), Fraction(0), []
    for layer in layers:
        cost = layer.costs[-1]
        start = above if cost >= 0 else below
        found.append(labels.Named(float(start + cost / 2), layer.text, layer.look.colour))
        above, below = (above + cost, below) if cost >= 0 else (above, below + cost)
    return found


def _totals(axes: Axes, result: Estimate, tops: Sequence[float], wide: float) -> None:
    """What each month costs, over its bar, where all of them have room."""
    texts, (low, high), (begin, end) = _monthly(result), axes.get_ylim(), axes.get_xlim()
    if len(texts) == len(tops) and max(width(text, SMALL) for text in texts) < wide / (end - begin) * _CLOSE:
        for month, (top, text) in enumerate(zip(tops, texts, strict=True)):
            put(
                axes,
                (month, top + (high - low) * 0.01),
                local_numbers(text),
                SMALL,
                ha="center",
                va="bottom",
                color=INK,
            )


def _costs(result: Estimate) -> list[Fraction]:
    """What each month costs; nothing where the bill has no line of it."""
    found = {group.key[0]: group.cost for group in result.by("month")}
    return [found.get(str(month), Fraction(0)) for month in result.months]


def _monthly(result: Estimate) -> list[str]:
    """What each month costs, each rounded by itself: equal bars bear equal figures, and none that is drawn bears 0."""
    costs = _costs(result)
    places = shown_places([result.total], result.currency)
    least = min((abs(cost) for cost in costs if cost), default=Fraction(1))
    while not half_up(least, places) and places < _MOST_PLACES:
        places += 1
    return [grouped(half_up(cost, places), places) for cost in costs]


def _months(axes: Axes, months: Sequence[str], wide: float) -> None:
    """The months below, as many as have room."""
    fitting = max(int(wide / (max(width(month, SMALL) for month in months) * 1.2)), 1)
    every = -(-len(months) // fitting)
    axes.set_xticks(range(0, len(months), every), months[::every], fontfamily=families("".join(months)))


def _title(result: Estimate, layers: Sequence[_Layer]) -> Said:
    largest = max(layers, key=lambda layer: abs(layer.group.cost))
    most = say(
        ", {share:number} of it for {name}",
        share=largest.text.rpartition(" (")[2].rstrip(")"),
        name=_called(largest.group),
    )
    count = len(result.months)
    return say(
        "{total} in {count}{most}{course}",
        total=money_text(shown_costs([result.total], result.currency)[0], result.currency),
        count=say("{months:number} months", months=count) if count > 1 else say("one month"),
        most=most if result.total and len(layers) > 1 else "",
        course=_course(result),
    )


def _called(group: Group) -> Said:
    return labelled(called(group.key[0].replace("_", " "))) if group.key[0] else _name(group)


def _course(result: Estimate) -> str:
    """How the months differ."""
    costs, texts = set(_costs(result)), _monthly(result)
    if len(texts) < 2:  # noqa: PLR2004 - a course needs two
        return ""
    if len(costs) == 1:
        return say("; {cost:number} each month", cost=texts[0])
    return say("; {first:number} in the first month, {last:number} in the last", first=texts[0], last=texts[-1])


def _notes(result: Estimate) -> list[str]:
    differs = _monthly(result) != shown_costs(_costs(result), result.currency)
    return [
        *([_BY_ITSELF] if differs else []),
        *([result.budget_words(result.budget)] if result.budget is not None else []),
    ]

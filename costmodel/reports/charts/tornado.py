"""What one number alone does to the net present value: the largest swing first."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.errors import CommandLineError
from costmodel.quantities import grouped, half_up
from costmodel.reports.charts import scale
from costmodel.reports.charts.page import Heading, book_text, drawn
from costmodel.reports.charts.rows import Label, Row, Rows, rows
from costmodel.reports.charts.style import BLUE, FAINT, INK, MUTED, ORANGE
from costmodel.reports.charts.words import called
from costmodel.results.estimate import shown_places
from costmodel.results.labels import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from costmodel.results.labels import Said
    from costmodel.results.worth.sensitivity import OneWay, Swing

_HALF = 0.15  # inches of each of the two bars of a row
_TALL = 0.4  # inches of a row


@drawn
def tornado(result: OneWay, most: int = 12) -> Figure:
    """Two bars for each number: to the net present value at its low value, and at its high value.

    Args:
        result: one number at a time.
        most: numbers drawn; what is left out is told of.

    Raises:
        CommandLineError: no number changes the net present value.
    """
    if not result.rows:
        raise CommandLineError("no number changes the net present value between its low and its high: none is drawn")
    chosen = result.rows[:most]
    pairs = [_labels(row, first=place == 0) for place, row in enumerate(chosen)]
    names = [Row(row.parameter.words, _stated(row)) for row in chosen]
    ends = [float(result.outcome), *(end for row in chosen for end in (row.least, row.most))]
    about = "{currency}, net present value of {option}, {period}"
    fact = say(about, currency=result.currency, option=result.option, period=result.period)
    facts = (fact, book_text(result.book))
    heading = Heading(_title(result), result.title, facts, _notes(result, most))
    sheet = rows(heading, names, ends, [label for pair in pairs for label in pair], axis=True, least=_TALL)
    for place, (row, pair) in enumerate(zip(chosen, pairs, strict=True)):
        _draw(sheet, place, row)
        for label, up in zip(pair, (_HALF / 2, -_HALF / 2), strict=True):
            sheet.label(place, label, up=up)
    _lines(sheet, float(result.outcome))
    scale.across(sheet.axes, sheet.wide)
    return sheet.figure


def _stated(row: Swing) -> Said:
    return say("{value:number} as stated", value=row.parameter.shown(row.parameter.value))


def _labels(row: Swing, *, first: bool) -> tuple[Label, Label]:
    """The low and the high value, each at the end of its bar; the first row says which is which."""
    base = float(row.outcome_base)
    low, high = row.parameter.shown(row.low), row.parameter.shown(row.high)
    template = ("low {value:number}", "high {value:number}") if first else ("{value:number}", "{value:number}")
    words = say(template[0], value=low), say(template[1], value=high)
    outcomes = row.outcome_low, row.outcome_high
    below, above = Label(outcomes[0], words[0], outcomes[0] < base), Label(outcomes[1], words[1], outcomes[1] < base)
    return below, above


def _draw(sheet: Rows, place: int, row: Swing) -> None:
    base, middle = float(row.outcome_base), sheet.middles[place]
    if row.beyond_ends:
        sheet.axes.plot((row.least, row.most), (middle, middle), color=FAINT, linewidth=1.2, zorder=1)
    for end, colour, up in ((row.outcome_low, ORANGE, _HALF / 2), (row.outcome_high, BLUE, -_HALF / 2)):
        sheet.axes.barh(middle - up, end - base, _HALF, left=base, color=colour)


def _lines(sheet: Rows, base: float) -> None:
    """The net present value as stated; and 0, below which it is not worth it."""
    sheet.axes.axvline(base, color=INK, linewidth=0.8)
    low, high = sheet.axes.get_xlim()
    if low < 0 < high:
        sheet.axes.axvline(0, color=MUTED, linewidth=0.8, linestyle=":")


def _title(result: OneWay) -> Said:
    row = result.rows[0]
    values = [Fraction(value) for other in result.rows for value in (other.least, other.most)]
    places = shown_places(values, result.currency)
    least, most, base = (
        grouped(half_up(Fraction(value), places), places) for value in (row.least, row.most, result.outcome)
    )
    return say(
        "The net present value moves most with {name}: from {least:number} to {most:number} {currency} "
        "({base:number} as stated)",
        name=called(row.parameter.words),
        least=least,
        most=most,
        base=base,
        currency=result.currency,
    )


def _notes(result: OneWay, most: int) -> list[str]:
    left = len(result.rows) - most
    grey = any(row.beyond_ends for row in result.rows[:most])
    return [
        say("Orange: at the low value of a number. Blue: at its high value. Full line: all as stated. Dotted: 0."),
        *([say("Grey lines: how far it goes for values between low and high.")] if grey else []),
        *result.how,
        *([say("{count} more numbers with smaller swings stand in the table.", count=left)] if left > 0 else []),
    ]

"""Why a cost moved: the bridge from one cost to the other."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.reports.charts import scale
from costmodel.reports.charts.page import Heading, drawn
from costmodel.reports.charts.rows import Label, Row, Rows, rows
from costmodel.reports.charts.style import BLUE, MUTED, VERMILION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from costmodel.results.table import Table
    from costmodel.results.variance.variance import Variance

_BAR, _ROW = 0.22, 0.42  # inches of a bar, and of a row
_NEAR = Fraction(1, 6)  # of the highest level: levels no farther apart are drawn from a number nearer to them than 0
_NUMBERS = 4  # round numbers from which the beginning is chosen
_REASONS = 3


class _Step(NamedTuple):
    """One row: from one level to another."""

    name: Row
    begin: Fraction
    end: Fraction
    text: str
    colour: str


@drawn
def variance_bridge(result: Variance) -> Figure:
    """From BASE, effect by effect, to HEAD; what each bar says is what the table says."""
    table = result.tables()[0]
    steps = _steps(result, table)
    begin = _begin(steps)
    ends = [float(end) for step in steps for end in (step.begin or begin, step.end)]
    labels = [Label(float(max(step.begin, step.end)), step.text) for step in steps]
    facts = (f"{result.currency}, {table.title.partition(': ')[2]}", _books(result))
    heading = Heading(table.lead.rstrip("."), result.title, facts, _notes(result, begin))
    sheet = rows(heading, [step.name for step in steps], ends, labels, axis=True, least=_ROW)
    for place, (step, label) in enumerate(zip(steps, labels, strict=True)):
        start = float(step.begin or begin)
        sheet.axes.barh(sheet.middles[place], float(step.end) - start, _BAR, left=start, color=step.colour)
        sheet.label(place, label)
    _join(sheet, steps)
    scale.across(sheet.axes, sheet.wide)
    return sheet.figure


def _steps(result: Variance, table: Table) -> list[_Step]:
    """BASE, the effects that the table shows, and HEAD."""
    first, *effects = table.rows
    base, head = result.base.total, result.head.total
    found = [_Step(Row(first[0], first[1]), Fraction(0), base, first[2], MUTED)]
    level = base
    for name, words, amount, _ in effects:
        moved = level + result.effects[name]
        found.append(_Step(Row(name, words), level, moved, amount, VERMILION if moved > level else BLUE))
        level = moved
    return [*found, _Step(Row(table.totals[0], table.totals[1]), Fraction(0), head, table.totals[2], MUTED)]


def _begin(steps: Sequence[_Step]) -> Fraction:
    """Where the bars of BASE and HEAD begin: at 0, unless what moved would be too small to be seen."""
    levels = [step.end for step in steps]
    low, high = min(levels), max(levels)
    if low <= 0 or low == high or high - low > high * _NEAR:
        return Fraction(0)
    return scale.round_numbers(float(low - (high - low)), float(low), _NUMBERS)[0]


def _join(sheet: Rows, steps: Sequence[_Step]) -> None:
    """Thin lines from the end of a bar to the beginning of the next."""
    for place, (step, _) in enumerate(pairwise(steps)):
        at = sheet.middles[place] + _BAR / 2, sheet.middles[place + 1] - _BAR / 2
        sheet.axes.plot((float(step.end),) * 2, at, color=MUTED, linewidth=0.8)


def _books(result: Variance) -> str:
    base, head = (_version(side.price_book) for side in (result.base, result.head))
    return f"price book {base}" if base == head else f"price books {base} → {head}"


def _version(book: Mapping[str, Any]) -> str:
    own = "".join(f", own prices '{item['name']}'" for item in book.get("overlays", ()))
    return f"{book.get('version')}{'' if book.get('sha256') else ' (not released)'}{own}"


def _notes(result: Variance, begin: Fraction) -> list[str]:
    return [
        *([f"The axis begins at {scale.shown([begin])[0]}: the bars of BASE and HEAD are cut."] if begin else []),
        "Orange: adds to the cost. Blue: takes off it.",
        *_reasons(result),
    ]


def _reasons(result: Variance) -> list[str]:
    """The largest reasons, in the words of the table."""
    if not result.findings:
        return []
    rows = result.tables()[1].rows[: min(_REASONS, len(result.findings))]
    return [f"Largest reasons, {result.currency}: " + "; ".join(f"{words} {amount}" for words, amount in rows) + "."]

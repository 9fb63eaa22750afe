"""Round numbers beside an axis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from costmodel.quantities import Month, decimal_text, grouped, magnitude
from costmodel.reports.charts.style import PAD
from costmodel.reports.charts.words import SMALL, width
from costmodel.results.labels import local_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_STEPS = (1, 2, 5, 10)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)  # between two dates on an axis
_DAYS_OF_MONTH = 28
_DAY = timedelta(days=1)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_BEFORE = 0.3  # inches that a label may begin before the drawing: names or numbers stand there, higher up
_MOST_ACROSS = 8  # numbers
_APART = 1.25  # of the width of a number: from the middle of one to that of the next


def round_numbers(low: float, high: float, most: int) -> list[Fraction]:
    """At most so many multiples of 1, 2 or 5 times a power of ten that lie between two numbers; 0 where it does.

    >>> [str(number) for number in round_numbers(-3, 10, 5)]
    ['0', '5', '10']
    """
    first, last = Fraction(low), Fraction(high)
    if first >= last:
        return [first]
    power = Fraction(10) ** (magnitude((last - first) / most) - 1)
    for turn in range(3):
        for step in _STEPS:
            size = step * power * 10**turn
            found = [size * number for number in range(-(-first // size), last // size + 1)]
            if len(found) <= most:
                return found
    return []


def shown(numbers: Sequence[Fraction], unit: str = "") -> list[str]:
    """Round numbers as text, all with as many decimals."""
    places = max((_places(number) for number in numbers), default=0)
    return [local_numbers(grouped(number, places)) + unit for number in numbers]


def _places(number: Fraction) -> int:
    return len(decimal_text(number).partition(".")[2])


def across(axes: Axes, inches: float, unit: str = "") -> None:
    """Number the horizontal axis, as densely as its labels fit.

    Args:
        axes: with its limits set.
        inches: its width.
        unit: what stands behind each number.
    """
    low, high = sorted(axes.get_xlim())
    per_unit = inches / (high - low)
    for most in range(_MOST_ACROSS, 0, -1):
        numbers = round_numbers(low, high, most)
        wide = [width(text, SMALL) for text in shown(numbers, unit)]
        step = float(numbers[1] - numbers[0]) * per_unit if len(numbers) > 1 else inches
        if max(wide, default=0.0) * _APART < step:
            break
    inside = [_fits((float(number) - low) * per_unit, size, inches) for number, size in zip(numbers, wide, strict=True)]
    texts = [text if fits else "" for text, fits in zip(shown(numbers, unit), inside, strict=True)]
    axes.set_xticks([float(number) for number in numbers], texts)


def upward(axes: Axes, unit: str = "", most: int = 6) -> None:
    """Number the vertical axis, with lines across."""
    low, high = sorted(axes.get_ylim())
    numbers = round_numbers(low, high, most)
    axes.set_yticks([float(number) for number in numbers], shown(numbers, unit))
    axes.grid(axis="y")


def upward_width(low: float, high: float, unit: str = "", most: int = 6) -> float:
    """Inches that the numbers of a vertical axis take."""
    return max((width(text, SMALL) for text in shown(round_numbers(low, high, most), unit)), default=0.0) + 0.1


def day(instant: datetime) -> float:
    """An instant on an axis of days."""
    return (instant - _FIRST) / _DAY


def days(axes: Axes, inches: float) -> None:
    """Name months below an axis of days, as many as have room."""
    low, high = axes.get_xlim()
    per_day, size = inches / (high - low), width("2000-00", SMALL)
    first, last = (Month(at.year, at.month) for at in (_FIRST + low * _DAY, _FIRST + high * _DAY))
    for step in _MONTHS:
        start = first.later(-((first.year * 12 + first.month - 1) % step))
        count = ((last.year - start.year) * 12 + last.month - start.month) // step + 1
        months = [start.later(place * step) for place in range(count)]
        if size * _APART < step * _DAYS_OF_MONTH * per_day:
            break
    places = [(day(month.start), month) for month in months]
    inside = [(at, month) for at, month in places if _fits((at - low) * per_day, size, inches)]
    if not inside:  # less than a month is drawn
        inside = [(low, first)]
    axes.set_xticks([at for at, _ in inside], [str(month) for _, month in inside])


def _fits(place: float, size: float, inches: float) -> bool:
    """Whether a label in the middle of a place stays beside a drawing."""
    return place >= 0 and place - size / 2 >= -_BEFORE and place + size / 2 <= inches + PAD / 2

"""The numbers that a reader may change: names, limits, and how far a slider goes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.settings import path_text
from costmodel.quantities import decimal_text, magnitude, significant
from costmodel.reports.page.words import named

if TYPE_CHECKING:
    from costmodel.results.parameters import Parameter
    from costmodel.study.traced import TracedModel
    from costmodel.study.traced_leaves import Leaf

MAIN = frozenset({"scenario", "size"})  # kinds of leaves with a slider; all others are prices and rates
FIXED = "time"  # the kind that follows from dates, which a page cannot change
REACH = 3  # a slider goes up to so many times today's value: finer than the ten times that a search looks at
_STEPS = 150  # at least so many steps of a slider
_SHOWN_DIGITS = 6  # of a value in a field; the value itself is kept until somebody writes another one
_PERCENT = Fraction(1, 100)


class Field(NamedTuple):
    """A number that may be changed; limits and steps in the unit in which it is shown.

    Attributes:
        leaf: as traced.
        key: its name in the address of the page.
        scale: what a shown number is multiplied by to compute with it: a hundredth for percent.
        low, high: the least and the greatest number that may be written; None where there is no limit.
        above_low: whether it must be more than `low`.
        slider: first and last number and step of its slider; None where it has none.
    """

    leaf: Leaf
    key: str
    scale: Fraction = Fraction(1)
    low: Fraction | None = None
    high: Fraction | None = None
    above_low: bool = False
    slider: tuple[Fraction, Fraction, Fraction] | None = None

    @property
    def step(self) -> Fraction:
        """How far a key moves it: as far as its slider, else a tenth of its first digit."""
        if self.slider is not None:
            return self.slider[2]
        value = abs(self.leaf.cell.value / self.scale)
        return Fraction(10) ** (magnitude(value) - 2) if value else Fraction(1)

    @property
    def label(self) -> str:
        """What it is called, with what it is about."""
        return ": ".join(word for word in (self.leaf.about, named(self.leaf.cell.name)) if word)

    @property
    def unit(self) -> str:
        """Its unit as shown."""
        return named(self.leaf.cell.unit)

    @property
    def shown(self) -> str:
        """Its number as a field shows it."""
        return decimal_text(significant(self.leaf.cell.value / self.scale, _SHOWN_DIGITS))

    def to_json(self) -> dict[str, Any]:
        """As the script of the page reads it."""
        return {
            "key": self.key,
            "label": self.label,
            "unit": self.unit,
            "value": float(self.leaf.cell.value),
            "today": float(self.leaf.cell.value / self.scale),
            "shown": self.shown,
            "per": int(1 / self.scale),
            "low": None if self.low is None else float(self.low),
            "high": None if self.high is None else float(self.high),
            "above": self.above_low,
            "step": float(self.step),
            "slider": None if self.slider is None else [float(number) for number in self.slider],
        }


def fields_of(model: TracedModel) -> tuple[Field, ...]:
    """Every number that may be changed, in the order of the scenario; prices and rates last."""
    from costmodel.study.worth import Case
    from costmodel.uncertainty.parameters import parameters

    known = {item.path: item for item in parameters(Case(model.scenario, model.book, {}))}
    leaves = [leaf for leaf in model.leaves if leaf.kind != FIXED]
    leaves.sort(key=lambda leaf: leaf.kind not in MAIN)
    taken: dict[str, int] = {}
    return tuple(_field(leaf, _key(leaf, taken), known.get(leaf.path)) for leaf in leaves)


def _key(leaf: Leaf, taken: dict[str, int]) -> str:
    """A name that stays the same as long as the scenario does; a second of the same name gets a number."""
    name = path_text(leaf.path) if leaf.path else " ".join(word for word in (leaf.cell.name, leaf.about) if word)
    taken[name] = taken.get(name, 0) + 1
    return name if taken[name] == 1 else f"{name} ({taken[name]})"


def _field(leaf: Leaf, key: str, parameter: Parameter | None) -> Field:
    percent = leaf.cell.unit == "%"
    scale = _PERCENT if percent else Fraction(1)
    if parameter is not None:
        low, high, above = parameter.low, parameter.high, parameter.above_low
    else:
        low, high, above = Fraction(0), Fraction(1) if percent else None, False
    lowest, highest = (None if limit is None else limit / scale for limit in (low, high))
    field = Field(leaf, key, scale, lowest, highest, above)
    return field._replace(slider=_slider(field)) if leaf.kind in MAIN else field


def _slider(field: Field) -> tuple[Fraction, Fraction, Fraction] | None:
    value, share = field.leaf.cell.value / field.scale, field.unit == "%"
    if share and (not value or field.high == 1 / field.scale):
        first, last = Fraction(0), 1 / field.scale
    elif value:
        first, last = sorted((Fraction(0), value * REACH))
    else:
        return None
    first = first if field.low is None else max(first, field.low)
    last = last if field.high is None else min(last, field.high)
    step = _step(last - first)
    last = last // step * step  # a slider ends on a step
    return (first + step if field.above_low and first == field.low else first // step * step, last, step)


def _step(span: Fraction) -> Fraction:
    """The largest of 1, 2 and 5 and their tens that divides a span into enough steps.

    >>> _step(Fraction(3000)), _step(Fraction(1))
    (Fraction(20, 1), Fraction(1, 200))
    """
    ten = Fraction(10) ** (magnitude(span / _STEPS) - 1)
    return next((ten * times for times in (5, 2, 1) if ten * times <= span / _STEPS), ten)

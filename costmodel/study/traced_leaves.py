"""The leaves of a traced model: every number that it starts from, with where it comes from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.numbers import numbers_of
from costmodel.runtimes.trace import Cell, cell
from costmodel.study.traced_words import about, label, source, unit, whole_of

if TYPE_CHECKING:
    from costmodel.scenario import Scenario, Steps

# Sections of a scenario with numbers on which no figure depends.
_NO_NUMBERS = frozenset({"budget", "expect", "migration", "prices", "uncertainty"})
# Stands in for 0 while the computation is traced: what is 0 today is left out of a bill, and may not be 0 tomorrow.
_STAND_IN = Fraction(1, 1024)


class Leaf(NamedTuple):
    """One number that the model starts from.

    Attributes:
        cell: as formulas name it; `name`, `value` and `unit` stand there.
        kind: `scenario`; `size` (of requests, as measured); `price`, `factor` or `addition` (of an adjustment of a
            price); `rate` (of exchange or credit); `minimum` (charge of a month); `time` (share of a month, which
            follows from the dates of prices).
        path: where the scenario states it; empty where it does not.
        about: what it is about: a workload, a model; empty for the whole.
        source: where it comes from, in words.
    """

    cell: Cell
    kind: str
    path: Steps = ()
    about: str = ""
    source: str = ""

    @property
    def whole(self) -> Steps:
        """The path of what this is a share of: the service tiers or the mix; empty where it is no such share."""
        return whole_of(self.path) if self.cell.unit == "%" else ()


class Leaves:
    """Makes leaves, and knows the value of each.

    Args:
        zeros: whether numbers that a scenario states as 0 are leaves too; else they stay 0.
    """

    def __init__(self, *, zeros: bool = True) -> None:
        self._zeros = zeros
        self.made: list[Leaf] = []
        self.values: dict[int, Fraction] = {}
        self._others: dict[tuple[Any, ...], Cell] = {}

    def made_of(self, leaf: Leaf) -> Cell:
        """The cell with which a leaf is computed: it may hold another number than the leaf's, never 0."""
        value = Fraction(leaf.cell.value)
        traced = leaf.cell if value else cell(leaf.cell.name, _STAND_IN, leaf.cell.unit)
        self.values[id(traced)] = value
        self.made.append(leaf._replace(cell=traced))
        return traced

    def of_scenario(self, scenario: Scenario) -> dict[Steps, Cell]:
        """A cell for every number that a scenario states, by path."""
        stated = numbers_of(scenario, scenario.document.data)
        made = {path: self._stated(scenario, path) for path in stated if path[0] not in _NO_NUMBERS}
        return {path: traced for path, traced in made.items() if self._zeros or stated[path]}

    def _stated(self, scenario: Scenario, path: Steps) -> Cell:
        named = cell(label(scenario, path), scenario.number(path), unit(scenario, path))
        return self.made_of(Leaf(named, "scenario", path, about(scenario, path), source(scenario, path)))

    def other(self, kind: str, name: str, value: Any, unit_: str = "", about_: str = "", source_: str = "") -> Cell:
        """A cell for a number that no scenario states; the same number asked for again is the same cell."""
        key = kind, name, Fraction(value), unit_, about_, source_ if kind == "time" else ""
        if key not in self._others:
            self._others[key] = self.made_of(Leaf(cell(name, value, unit_), kind, (), about_, source_))
        return self._others[key]

"""Prints traced cells as sentences of arithmetic: first with names, then with numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.quantities import decimal_text, grouped, significant
from costmodel.runtimes.trace import Cell, steps

if TYPE_CHECKING:
    from collections.abc import Callable

_BINDING = {"=": 0, "<>": 0, "<": 0, "<=": 0, ">": 0, ">=": 0, "+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_SIGNS = {"*": "×", "/": "/", "^": "^"}
_NAMES = {"ceil": "round up", "half_up": "round", "maximum": "larger of", "minimum": "smaller of"}
_SHOWN_DIGITS = 12


class Sentence(NamedTuple):
    """One step of a computation, printed.

    Attributes:
        name: what is computed.
        symbols: the equation with names.
        numbers: the equation with numbers.
        result: the value, grouped and with its unit; an ellipsis marks digits left out.
    """

    name: str
    symbols: str
    numbers: str
    result: str

    def __str__(self) -> str:
        return f"{self.name} = {self.symbols}\n  = {self.numbers}\n  = {self.result}"


def sentences(result: Cell) -> list[Sentence]:
    """Every step of a result, in the order of computation."""
    return [
        Sentence(
            step.name,
            _expression(step.arguments[0], _name),
            _expression(step.arguments[0], lambda cell: number_text(cell.value)),
            f"{number_text(step.value)} {step.unit}".rstrip(),
        )
        for step in steps(result)
    ]


def number_text(value: Fraction) -> str:
    """A number for reading: all its digits where they are few, else 12 significant ones and an ellipsis."""
    exact = decimal_text(value)
    if Fraction(exact) == value and len(exact.replace(".", "").lstrip("-0")) <= _SHOWN_DIGITS:
        return grouped(value)
    shown = significant(value, _SHOWN_DIGITS)
    return grouped(shown) + ("" if shown == value else "…")


def _name(cell: Cell) -> str:
    return cell.name if cell.kind != "constant" else number_text(cell.value)


def _expression(cell: Cell, leaf: Callable[[Cell], str]) -> str:
    if cell.kind != "operation":
        return leaf(cell)
    if cell.name not in _BINDING:
        parts = ", ".join(_expression(part, leaf) for part in cell.arguments)
        return f"{_NAMES.get(cell.name, cell.name)}({parts})"
    binding = _BINDING[cell.name]
    left, right = cell.arguments
    if cell.name == "*" and (_is_one(left) or _is_one(right)):
        return _expression(right if _is_one(left) else left, leaf)
    if cell.name == "-" and _is_nothing(right):
        return _expression(left, leaf)
    if cell.name == "+" and (_is_nothing(left) or _is_nothing(right)):
        return _expression(right if _is_nothing(left) else left, leaf)
    if cell.name == "^":
        return f"{_wrapped(left, leaf, binding + 1)}^{_expression(right, leaf)}"
    tighter = binding + 1 if cell.name in {"-", "/"} else binding
    return f"{_wrapped(left, leaf, binding)} {_SIGNS.get(cell.name, cell.name)} {_wrapped(right, leaf, tighter)}"


def _is_one(cell: Cell) -> bool:
    """A share of 1 changes nothing, and is left out so that the others can be read; a rate with a unit does."""
    return cell.kind == "input" and cell.value == 1 and not cell.unit


def _is_nothing(cell: Cell) -> bool:
    """A sum starts with 0, which changes nothing."""
    return cell.kind == "constant" and cell.value == 0


def _wrapped(cell: Cell, leaf: Callable[[Cell], str], binding: int) -> str:
    text = _expression(cell, leaf)
    loose = cell.kind == "operation" and _BINDING.get(cell.name, 9) < binding
    return f"({text})" if loose else text

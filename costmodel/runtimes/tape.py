"""A computation with draws, noted once and repeated for others: what is computed twice, or for nothing, is left out.

Python's own work (prices looked up, models copied, months gone through) is then done once and not for every chunk of
draws, and arrays may be small enough for the processor's cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from costmodel.runtimes.draws import Draws, Note, noted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = ["Program", "Step", "noted", "program_of"]


class Step(NamedTuple):
    """One operation: on which places, or constants; where its result goes; and whose places are free after it."""

    operation: Callable[..., Any]
    operands: tuple[tuple[int, Any], ...]
    place: int
    freed: tuple[int, ...]


class Program(NamedTuple):
    """Steps that lead from some numbers to others.

    Attributes:
        inputs: how many numbers go in; they stand at the first places.
        steps: in order.
        outputs: for each result its place, or -1 and the number that it always is.
        checks: places of conditions, and whether they held for any draw when this was noted.
    """

    inputs: int
    steps: tuple[Step, ...]
    outputs: tuple[tuple[int, Any], ...]
    checks: tuple[tuple[int, bool], ...]

    def run(self, inputs: Sequence[NDArray[np.float64]]) -> list[Any] | None:
        """The results for other draws; arrays, or floats of what does not depend on them.

        Returns:
            None where a check comes out otherwise than it did: then the computation would have gone another way.
        """
        held: dict[int, Any] = dict(enumerate(inputs))
        spare: list[NDArray[np.float64]] = []
        for operation, operands, place, freed in self.steps:
            values = [held[at] if at >= 0 else constant for at, constant in operands]
            if spare and operation.__class__ is np.ufunc and operation not in _CONDITIONS:
                held[place] = operation(*values, out=spare.pop())
            else:
                held[place] = operation(*values)
            for at in freed:
                array = held.pop(at)
                if at >= self.inputs and array.dtype == np.float64:
                    spare.append(array)
        if any(bool(held[place].any()) != holds for place, holds in self.checks):
            return None
        return [held[place] if place >= 0 else constant for place, constant in self.outputs]


_CONDITIONS = frozenset({np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal})


def program_of(note: Note, inputs: Sequence[Draws], outputs: Sequence[Any]) -> Program:
    """What was noted, as a program.

    Args:
        note: operations noted while the outputs were computed from the inputs.
        inputs: draws that went in.
        outputs: draws, or numbers that do not depend on any, that are wanted.

    Raises:
        KeyError: draws that neither went in nor were computed.
    """
    places = {id(number): place for place, number in enumerate(inputs)}
    known: dict[Any, int] = {}
    found: list[tuple[Any, tuple[tuple[int, Any], ...], int]] = []
    for operation, operands, result in note.steps:
        key = operation, tuple((places[id(x)], None) if x.__class__ is Draws else (-1, float(x)) for x in operands)
        if key not in known:
            known[key] = len(inputs) + len(found)
            found.append((*key, known[key]))
        places[id(result)] = known[key]
    wanted = tuple((places[id(x)], None) if x.__class__ is Draws else (-1, float(x)) for x in outputs)
    checks = tuple(dict.fromkeys((places[id(condition)], holds) for condition, holds in note.checks))
    kept = {place for place, _ in (*wanted, *checks)}
    return Program(len(inputs), _needed(found, kept), wanted, checks)


def _needed(found: Sequence[Any], kept: set[int]) -> tuple[Step, ...]:
    """The steps on which what is kept depends, each with the places that nothing later needs."""
    needed, steps = set(kept), []
    for operation, operands, place in reversed(found):
        if place in needed:
            last = {at for at, _ in operands if at >= 0} - needed
            needed |= last
            steps.append(Step(operation, operands, place, tuple(last)))
    return tuple(reversed(steps))

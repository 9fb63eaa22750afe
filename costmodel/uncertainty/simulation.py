"""A case computed for many draws of its uncertain numbers, chunk by chunk; only what results need is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from costmodel.runtimes.draws import Draws, noted
from costmodel.runtimes.tape import program_of
from costmodel.uncertainty.information import NetBenefits, variance_shares
from costmodel.uncertainty.sampling import batches_of, index_generator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.runtimes.tape import Program
    from costmodel.study.worth import Case, Worth
    from costmodel.uncertainty.sampling import Array, Numbers, Sampler
    from costmodel.value.doubt import Uncertainty

    Progress: TypeAlias = Callable[[int], None]

Paybacks: TypeAlias = NDArray[np.int16]
NEVER = np.iinfo(np.int16).max
REGRESSED = 1 << 14  # draws on which regressions are done: more would change their digits, not their meaning
INDEX_POINTS = 1 << 12  # base points of Sobol indices: within about 0.01 on the Ishigami function
_LEAST_INDEX_POINTS = 1 << 6
# What is held while one chunk is computed: arrays for each month, and for each month and option.
_ARRAYS_A_MONTH, _ARRAYS_AN_OPTION = 8, 2
_BYTES = 96 << 20
_SMALLEST_CHUNK, _LARGEST_CHUNK = 1 << 9, 1 << 14  # smaller is slower; larger does not fit the processor's cache
_NOTED = 1 << 9  # draws with which a computation is noted: all that is computed is held at once
_MOST_PROGRAMS = 16  # ways that a computation may go; further ones are not noted
_ROUNDING = 1e-12  # of all flows: a cumulative flow nearer to 0 is 0


class Outcome(NamedTuple):
    """What some draws come to.

    Attributes:
        benefits: net present values, and present value of freed hours that are in no flow.
        paybacks: whole months until the cumulative flow stays at or above 0, or NEVER; shape (options, draws).
    """

    benefits: NetBenefits
    paybacks: Paybacks


class Drawn(NamedTuple):
    """All draws.

    Attributes:
        outcome: of all.
        known: numbers of those draws on which regressions are done, shape (numbers, regressed draws).
        regressed: net benefits of the same draws.
    """

    outcome: Outcome
    known: Array
    regressed: NetBenefits


class Shares(NamedTuple):
    """Sobol indices of the net present value of one option: of each number alone, and with all interactions."""

    option: int
    first: tuple[float, ...]
    total: tuple[float, ...]


def chunk_of(months: int, options: int) -> int:
    """Draws that are computed at once, a power of two, so that what they need fits in memory.

    >>> chunk_of(36, 4), chunk_of(12, 1), chunk_of(600, 20)
    (16384, 16384, 512)
    """
    bytes_per_draw = 8 * months * (_ARRAYS_A_MONTH + _ARRAYS_AN_OPTION * options)
    fitting = 1 << max((_BYTES // bytes_per_draw).bit_length() - 1, 0)
    return min(max(fitting, _SMALLEST_CHUNK), _LARGEST_CHUNK)


class Model:
    """A case as a function of its uncertain numbers, for many draws at once."""

    def __init__(self, case: Case) -> None:
        base = case.worth().flows.values()
        self._case = case
        self._programs: list[Program] = []
        # The same for every chunk, so that a draw comes to the same in any of them.
        self._nothing = [_ROUNDING * sum(abs(float(net)) for net in flows.nets) for flows in base]

    @property
    def chunk(self) -> int:
        """Draws that are best computed at once."""
        return chunk_of(len(self._case.months), len(self._nothing))

    def outcome(self, numbers: Numbers) -> Outcome:
        """What the case comes to.

        Args:
            numbers: values of its uncertain numbers by path, in the unit in which they are computed with, each of
                shape (draws,).
        """
        values, options = list(numbers.values()), len(self._nothing)
        size = len(values[0])
        found = next((found for program in self._programs if (found := program.run(values)) is not None), None)
        if found is None and size > _NOTED:
            halves = slice(size // 2), slice(size // 2, None)
            return _joined([self.outcome({path: array[half] for path, array in numbers.items()}) for half in halves])
        *figures, hours = self._figures(numbers) if found is None else found
        each = len(figures) // options
        present = np.empty((options, size))
        paybacks = np.empty((options, size), dtype=np.int16)
        for index, nothing in enumerate(self._nothing):
            present[index], *nets = figures[index * each : (index + 1) * each]
            paybacks[index] = _months_until_paid(nets, size, nothing)
        return Outcome(NetBenefits(present, np.array(np.broadcast_to(hours, (size,)))), paybacks)

    def _figures(self, numbers: Numbers) -> list[Any]:
        """Net present value and net flows of each option, and freed hours: arrays, or floats of what is certain.

        How they come about is noted, and is repeated for other draws without Python's own work.
        """
        inputs = {path: Draws(values) for path, values in numbers.items()}
        with noted() as note:
            figures = _wanted(self._case.worth(inputs))
        if len(self._programs) < _MOST_PROGRAMS:
            self._programs.insert(0, program_of(note, list(inputs.values()), figures))
        return [figure.values if isinstance(figure, Draws) else float(figure) for figure in figures]


def _wanted(worth: Worth) -> list[Any]:
    options = list(worth.flows.values())
    found = [figure for flows in options for figure in (flows.net_present_value, *flows.nets)]
    return [*found, options[0].present("capacity_hours")]


def _months_until_paid(nets: Sequence[Any], size: int, nothing: float) -> Paybacks:
    """The first month from which on the cumulative flow stays at or above 0; NEVER where it ends below.

    Source: costmodel.value.returns.payback, for draws: with room for the rounding of float64.
    """
    total, last = np.zeros(size), np.full(size, -1, dtype=np.int16)
    for month, net in enumerate(nets):
        total += net
        np.copyto(last, np.int16(month), where=total < -nothing)
    last += 1
    last[last == len(nets)] = NEVER
    return last


def drawn(model: Model, sampler: Sampler, settings: Uncertainty, progress: Progress) -> Drawn:
    """Every draw computed.

    Args:
        model: the case.
        sampler: of its uncertain numbers.
        settings: method, number of draws and seed.
        progress: told how many draws have been computed since it was told last.
    """
    count, batches = settings.draws, batches_of(settings)
    kept = min(REGRESSED, count) // batches  # of each batch
    outcomes, known, places, done = [], [], [], 0
    for part in sampler.chunks(settings, model.chunk):
        outcomes.append(model.outcome(part.numbers))
        take = min(max(kept - done % (count // batches), 0), part.size)
        if take:
            known.append(np.stack([values[:take] for values in part.numbers.values()]))
            places.append(np.arange(done, done + take))
        done += part.size
        progress(part.size)
    whole, chosen = _joined(outcomes), np.concatenate(places)
    return Drawn(whole, np.concatenate(known, axis=1), whole.benefits.some(chosen))


def _joined(outcomes: Sequence[Outcome]) -> Outcome:
    if len(outcomes) == 1:
        return outcomes[0]
    present, hours = zip(*(item.benefits for item in outcomes), strict=True)
    return Outcome(
        NetBenefits(np.concatenate(present, axis=1), np.concatenate(hours)),
        np.concatenate([item.paybacks for item in outcomes], axis=1),
    )


def index_points(settings: Uncertainty) -> int:
    """Base points of Sobol indices: a power of two, about as many as draws, but not endlessly many."""
    fitting = 1 << (settings.draws.bit_length() - 1)
    return min(max(fitting, _LEAST_INDEX_POINTS), INDEX_POINTS)


def shares_of_variance(
    model: Model, sampler: Sampler, settings: Uncertainty, option: int, progress: Progress
) -> Shares:
    """Sobol indices of the net present value of one option, as if all numbers were independent.

    Args:
        model: the case.
        sampler: of its uncertain numbers.
        settings: number of draws and seed.
        option: which, from 0.
        progress: told how many computations have been done since it was told last.
    """
    alone = sampler.independent

    def net_present_value(points: Array) -> Array:
        found = np.empty(len(points))
        for start in range(0, len(points), model.chunk):
            part = points[start : start + model.chunk]
            found[start : start + len(part)] = model.outcome(alone.values(part)).benefits.present_values[option]
            progress(len(part))
        return found

    generator = index_generator(settings)
    return Shares(option, *variance_shares(net_present_value, len(alone.paths), index_points(settings), generator))

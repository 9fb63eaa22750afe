"""A case computed for many draws of its uncertain numbers, chunk by chunk; only what results need is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from costmodel.runtimes.draws import Draws
from costmodel.uncertainty.information import NetBenefits
from costmodel.uncertainty.sampling import batches_of, index_generator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.study.worth import Case
    from costmodel.uncertainty.sampling import Array, Numbers, Sampler
    from costmodel.value.doubt import Uncertainty

    Progress: TypeAlias = Callable[[int], None]

Paybacks: TypeAlias = NDArray[np.int16]
NEVER = np.iinfo(np.int16).max
REGRESSED = 1 << 14  # draws on which regressions are done: more would change their digits, not their meaning
INDEX_POINTS = 1 << 12  # base points of Sobol indices: within 0.01 on the Ishigami function
_LEAST_INDEX_POINTS = 1 << 6
# What is held while one chunk is computed: arrays for each month, and for each month and option (measured).
_ARRAYS_A_MONTH, _ARRAYS_AN_OPTION = 25, 9
_BYTES = 288 << 20
_SMALLEST_CHUNK, _LARGEST_CHUNK = 1 << 10, 1 << 15
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
    (16384, 32768, 1024)
    """
    bytes_per_draw = 8 * months * (_ARRAYS_A_MONTH + _ARRAYS_AN_OPTION * options)
    fitting = 1 << max((_BYTES // bytes_per_draw).bit_length() - 1, 0)
    return min(max(fitting, _SMALLEST_CHUNK), _LARGEST_CHUNK)


def computed(case: Case, numbers: Numbers, size: int) -> Outcome:
    """What a case comes to for values of its uncertain numbers.

    Args:
        case: the case.
        numbers: by path, in the unit in which they are computed with, each of shape (size,).
        size: how many.
    """
    flows = list(case.worth({path: Draws(values) for path, values in numbers.items()}).flows.values())
    present = np.empty((len(flows), size))
    paybacks = np.empty((len(flows), size), dtype=np.int16)
    for index, item in enumerate(flows):
        present[index] = _plain(item.net_present_value)
        paybacks[index] = _months_until_paid([_plain(net) for net in item.nets], size)
    hours = np.array(np.broadcast_to(_plain(flows[0].present("capacity_hours")), (size,)))
    return Outcome(NetBenefits(present, hours), paybacks)


def _plain(number: Any) -> Any:
    """An array of draws, or the float of a number that does not depend on any."""
    return number.values if isinstance(number, Draws) else float(number)


def _months_until_paid(nets: Sequence[Any], size: int) -> Paybacks:
    """The first month from which on the cumulative flow stays at or above 0; NEVER where it ends below.

    Source: costmodel.value.returns.payback, for draws: with room for the rounding of float64.
    """
    total, last = np.zeros(size), np.full(size, -1, dtype=np.int16)
    nothing = -_ROUNDING * sum(float(np.max(np.abs(net))) for net in nets)
    for month, net in enumerate(nets):
        total += net
        np.copyto(last, np.int16(month), where=total < nothing)
    last += 1
    last[last == len(nets)] = NEVER
    return last


def drawn(case: Case, sampler: Sampler, settings: Uncertainty, progress: Progress) -> Drawn:
    """Every draw computed.

    Args:
        case: the case.
        sampler: of its uncertain numbers.
        settings: method, number of draws and seed.
        progress: told how many draws have been computed since it was told last.
    """
    count, batches = settings.draws, batches_of(settings)
    chunk = chunk_of(len(case.months), max(len(case.options), 1))
    kept = min(REGRESSED, count) // batches  # of each batch
    outcomes, known, places, done = [], [], [], 0
    for part in sampler.chunks(settings, chunk):
        outcomes.append(computed(case, part.numbers, part.size))
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


def shares_of_variance(case: Case, sampler: Sampler, settings: Uncertainty, option: int, progress: Progress) -> Shares:
    """Sobol indices of the net present value of one option, as if all numbers were independent.

    Args:
        case: the case.
        sampler: of its uncertain numbers.
        settings: number of draws and seed.
        option: which, from 0.
        progress: told how many computations have been done since it was told last.

    Source: Saltelli et al., Computer Physics Communications 2010;181:259-270, as in scipy.stats.sobol_indices.
    """
    from scipy.stats import sobol_indices, uniform  # type: ignore[import-untyped]

    alone, chunk = sampler.independent, chunk_of(len(case.months), max(len(case.options), 1))

    def net_present_value(cube: Array) -> Array:
        found = np.empty(cube.shape[1])
        for start in range(0, len(found), chunk):
            part = np.ascontiguousarray(cube[:, start : start + chunk].T)
            outcome = computed(case, alone.values(part), len(part))
            found[start : start + len(part)] = outcome.benefits.present_values[option]
            progress(len(part))
        return found

    found = sobol_indices(
        func=net_present_value,
        n=index_points(settings),
        dists=[uniform()] * len(alone.paths),
        rng=index_generator(settings),
    )
    return Shares(option, tuple(found.first_order.tolist()), tuple(found.total_order.tolist()))

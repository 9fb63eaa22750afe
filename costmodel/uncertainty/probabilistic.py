"""A return on investment computed for many draws of its uncertain numbers, and what they say."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from costmodel.documents.settings import path_text
from costmodel.prices.reading import digest
from costmodel.results.estimate import BookReference
from costmodel.results.notice import Notice
from costmodel.results.notices import stated_notices
from costmodel.results.probabilistic import (
    DO_NOTHING,
    AtValue,
    Figure,
    Knowing,
    Probabilistic,
    Standing,
    UncertainOption,
)
from costmodel.runtimes.draws import Draws
from costmodel.uncertainty.information import Choice, NetBenefits, choice_of, mean_of, value_of_knowing
from costmodel.uncertainty.sampling import batches_of, index_generator, sampler_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.study.worth import Case, Worth
    from costmodel.uncertainty.sampling import Array, Numbers, Sampler
    from costmodel.value.doubt import Uncertainty

    Progress: TypeAlias = Callable[[int, int], None]

Paybacks: TypeAlias = NDArray[np.int16]
NEVER = np.iinfo(np.int16).max
_REGRESSED = 1 << 14  # draws on which a regression is done: more would change its digits, not its meaning
_INDEX_POINTS = 1 << 12  # base points of Sobol indices: within 0.01 on the Ishigami function
_LEAST_INDEX_POINTS = 1 << 6
_GROUPS = 8  # of draws, each regressed alone: their spread is the standard error of a value of knowing
_LEAST_GROUP = 128
_QUARTERS = 4  # of the cost of a usable hour, as values of a freed hour where none are stated
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


class _Run(NamedTuple):
    """What every step needs."""

    case: Case
    settings: Uncertainty
    sampler: Sampler
    base: Worth
    report: Progress
    total: int

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self.base.flows)

    @property
    def chunk(self) -> int:
        return chunk_of(len(self.base.months), len(self.options))

    @property
    def batches(self) -> int:
        """As in `mean_of`."""
        return batches_of(self.settings) if self.settings.method == "sobol" else 0


def probabilistic(case: Case, settings: Uncertainty, progress: Progress | None = None) -> Probabilistic:
    """What a return on investment comes to when its numbers are uncertain.

    Args:
        case: a scenario with a `roi` section.
        settings: method, draws, seed, correlations, values of an hour, payback, interval.
        progress: told how many computations are done, of how many.

    Raises:
        FileError: no number is uncertain, or correlations that cannot be.
        NoPriceError: as `estimate`.
    """
    sampler = sampler_of(case.scenario, settings)
    numbers, points = len(sampler.paths), _index_points(settings)
    total = settings.draws + (points * (numbers + 2) if numbers > 1 else 0)
    run = _Run(case, settings, sampler, case.worth(), progress or (lambda _done, _total: None), total)
    drawn = _drawn(run)
    hours = _values_of_hour(run)
    choices = [choice_of(drawn.outcome.benefits.at(value), run.batches) for value in hours]
    option, shares = _indices(run, drawn, points)
    knowing = _singles(run, drawn, (hours, choices), shares) + _groups(run, drawn, (hours, choices))
    return Probabilistic(
        title=case.scenario.scenario,
        currency=case.scenario.currency,
        months=run.base.months,
        book=BookReference.of(case.book),
        scenario_sha256=digest(case.scenario.document.data),
        method=settings.method,
        draws=settings.draws,
        seed=settings.seed,
        interval=settings.interval,
        payback_months=settings.payback_months,
        options=_options(run, drawn.outcome),
        values=tuple(_at_value(run, value, choice) for value, choice in zip(hours, choices, strict=True)),
        knowing=tuple(sorted(knowing, key=_order, reverse=True)),
        indices_of=option,
        notices=_notices(run),
        explained=_explained(run, drawn),
    )


def chunk_of(months: int, options: int) -> int:
    """Draws that are computed at once, a power of two, so that what they need fits in memory.

    >>> chunk_of(36, 4), chunk_of(12, 1), chunk_of(600, 20)
    (16384, 32768, 1024)
    """
    bytes_per_draw = 8 * months * (_ARRAYS_A_MONTH + _ARRAYS_AN_OPTION * options)
    fitting = 1 << max((_BYTES // bytes_per_draw).bit_length() - 1, 0)
    return min(max(fitting, _SMALLEST_CHUNK), _LARGEST_CHUNK)


def outcome_of(case: Case, numbers: Numbers, size: int, months_of_payback: bool = True) -> Outcome:
    """What a case comes to for values of its uncertain numbers.

    Args:
        case: the case.
        numbers: by path, in the unit in which they are computed with, each of shape (size,).
        size: how many.
        months_of_payback: whether they are wanted.
    """
    flows = list(case.worth({path: Draws(values) for path, values in numbers.items()}).flows.values())
    present = np.empty((len(flows), size))
    paybacks = np.empty((len(flows) if months_of_payback else 0, size), dtype=np.int16)
    for index, item in enumerate(flows):
        present[index] = _plain(item.net_present_value)
        if months_of_payback:
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


def _drawn(run: _Run) -> Drawn:
    """Every draw computed, chunk by chunk; only what the results need is kept."""
    settings, count = run.settings, run.settings.draws
    batches = batches_of(settings)
    kept = min(_REGRESSED, count) // batches  # of each batch
    outcome = _empty(len(run.options), count)
    known, places, done = np.empty((len(run.sampler.paths), kept * batches)), [], 0
    for chunk in run.sampler.chunks(settings, run.chunk):
        here = slice(done, done + chunk.size)
        found = outcome_of(run.case, chunk.numbers, chunk.size)
        outcome.benefits.present_values[:, here] = found.benefits.present_values
        outcome.benefits.hours[here] = found.benefits.hours
        outcome.paybacks[:, here] = found.paybacks
        take = min(max(kept - done % (count // batches), 0), chunk.size)
        at = sum(len(place) for place in places)
        for row, values in enumerate(chunk.numbers.values()):
            known[row, at : at + take] = values[:take]
        places.append(np.arange(done, done + take))
        done += chunk.size
        run.report(done, run.total)
    chosen, benefits = np.concatenate(places), outcome.benefits
    return Drawn(outcome, known, NetBenefits(benefits.present_values[:, chosen], benefits.hours[chosen]))


def _empty(options: int, count: int) -> Outcome:
    return Outcome(NetBenefits(np.empty((options, count)), np.empty(count)), np.empty((options, count), dtype=np.int16))


def _options(run: _Run, outcome: Outcome) -> tuple[UncertainOption, ...]:
    tail = float((1 - run.settings.interval) / 2)
    found = []
    for name, values, months in zip(run.options, outcome.benefits.present_values, outcome.paybacks, strict=True):
        low, median, high = np.quantile(values, [tail, 0.5, 1 - tail]).tolist()
        found.append(
            UncertainOption(
                name=name,
                mean=Figure(*mean_of(values, run.batches)),
                low=low,
                median=median,
                high=high,
                chance_positive=float(np.mean(values > 0)),
                chance_of_payback=float(np.mean(months <= run.settings.payback_months)),
            )
        )
    return tuple(found)


def _values_of_hour(run: _Run) -> list[float]:
    """Values of a freed hour, ascending: those stated, or up to what a usable hour costs in the first month."""
    stated = run.settings.values_of_hour
    if stated:
        convert = run.case.converter(run.case.scenario)
        return sorted({float(convert(money)) for money in stated})
    whole = Fraction(run.base.works[0].usable_hour_cost)
    return sorted({float(whole * part / _QUARTERS) for part in range(_QUARTERS + 1)})


def _at_value(run: _Run, value: float, choice: Choice) -> AtValue:
    names = (DO_NOTHING, *run.options)
    standings = tuple(Standing(*item) for item in zip(names, choice.means, choice.chances, choice.losses, strict=True))
    return AtValue(value, standings, standings[choice.best], Figure(*choice.evpi))


def _singles(
    run: _Run, drawn: Drawn, asked: tuple[list[float], list[Choice]], shares: Sequence[tuple[float, float]]
) -> list[Knowing]:
    distributions = list(run.sampler.distributions.items())
    return [
        Knowing(
            (path_text(path),),
            (str(distribution),),
            _worth_knowing(run, drawn, [place], asked),
            *(shares[place] if shares else (None, None)),
        )
        for place, (path, distribution) in enumerate(distributions)
    ]


def _groups(run: _Run, drawn: Drawn, asked: tuple[list[float], list[Choice]]) -> list[Knowing]:
    """Numbers that move together, directly or through others: who measures one learns of all."""
    distributions = list(run.sampler.distributions.items())
    return [
        Knowing(
            tuple(path_text(distributions[place][0]) for place in places),
            tuple(str(distributions[place][1]) for place in places),
            _worth_knowing(run, drawn, places, asked),
        )
        for places in run.sampler.groups
    ]


def _worth_knowing(
    run: _Run, drawn: Drawn, places: Sequence[int], asked: tuple[list[float], list[Choice]]
) -> tuple[Figure, ...]:
    """Expected value of partial perfect information of some numbers, between 0 and that of knowing all."""
    hours, choices = asked
    known, benefits = drawn.known[places], drawn.regressed
    expected = benefits.expected(known)
    size = known.shape[1] // _GROUPS
    parts = [slice(at * size, (at + 1) * size) for at in range(_GROUPS)] if size >= _LEAST_GROUP else []
    alone = [benefits.some(part).expected(known[:, part]) for part in parts]
    found = []
    for value, choice in zip(hours, choices, strict=True):
        spread = [value_of_knowing(item.at(value)) for item in alone]
        error = float(np.std(spread, ddof=1)) / _GROUPS**0.5 if spread else None
        found.append(Figure(min(value_of_knowing(expected.at(value)), choice.evpi.value), error))
    return tuple(found)


def _order(item: Knowing) -> tuple[float, ...]:
    """What is worth the most at the lowest value of an hour; then at any; then what moves the result the most."""
    return item.evppi[0].value, max(figure.value for figure in item.evppi), item.total or 0.0


def _index_points(settings: Uncertainty) -> int:
    fitting = 1 << (settings.draws.bit_length() - 1)
    return min(max(fitting, _LEAST_INDEX_POINTS), _INDEX_POINTS)


def _indices(run: _Run, drawn: Drawn, points: int) -> tuple[str | None, list[tuple[float, float]]]:
    """First-order and total Sobol indices of the best option's net present value, as if all were independent.

    Source: Saltelli et al., Computer Physics Communications 2010;181:259-270, as in scipy.stats.sobol_indices.
    """
    present = drawn.outcome.benefits.present_values
    best = int(present.mean(axis=1).argmax())
    if float(np.ptp(present[best])) <= _ROUNDING * float(np.max(np.abs(present[best]))):
        return None, []
    if len(run.sampler.paths) == 1:
        return run.options[best], [(1.0, 1.0)]
    from scipy.stats import sobol_indices, uniform  # type: ignore[import-untyped]

    alone, done = replace(run.sampler, together=(), factor=None), run.settings.draws

    def model(cube: Array) -> Array:
        nonlocal done
        found = np.empty(cube.shape[1])
        for start in range(0, cube.shape[1], run.chunk):
            part = np.ascontiguousarray(cube[:, start : start + run.chunk].T)
            numbers = alone.values(np.clip(part, *_INSIDE))
            outcome = outcome_of(run.case, numbers, len(part), months_of_payback=False)
            found[start : start + len(part)] = outcome.benefits.present_values[best]
            done += len(part)
            run.report(done, run.total)
        return found

    dists = [uniform()] * len(alone.paths)
    result = sobol_indices(func=model, n=points, dists=dists, rng=index_generator(run.settings))
    return run.options[best], list(zip(result.first_order.tolist(), result.total_order.tolist(), strict=True))

"""What many draws of the uncertain numbers of a return on investment say: chances, and what knowing more is worth."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from costmodel.documents.settings import path_text
from costmodel.prices.reading import digest
from costmodel.quantities import grouped
from costmodel.results.estimate import BookReference
from costmodel.results.labels import say
from costmodel.results.notice import Notice
from costmodel.results.notices import stated_notices
from costmodel.results.worth.probabilistic import (
    DO_NOTHING,
    AtValue,
    Figure,
    Histogram,
    Knowing,
    Probabilistic,
    Standing,
    UncertainOption,
)
from costmodel.uncertainty.information import choice_of, mean_of, value_of_knowing
from costmodel.uncertainty.sampling import batches_of, sampler_of
from costmodel.uncertainty.simulation import Model, Shares, drawn, index_points, shares_of_variance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.study.worth import Case, Worth
    from costmodel.uncertainty.sampling import Array, Sampler
    from costmodel.uncertainty.simulation import Drawn, Outcome
    from costmodel.value.doubt import Uncertainty

    Progress: TypeAlias = Callable[[int, int], None]

_GROUPS = 8  # of draws, each regressed alone: their spread is the standard error of a value of knowing
_LEAST_GROUP = 128
_QUARTERS = 4  # of the cost of a usable hour, as values of a freed hour where none are stated
_BINS = 40  # of a histogram: what an eye can tell apart on a chart
_ROUNDING = 1e-12  # of a net present value: it does not vary if it varies by less


class _Run(NamedTuple):
    """What every step needs."""

    case: Case
    settings: Uncertainty
    sampler: Sampler
    base: Worth
    drawn: Drawn

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self.base.flows)

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
    sampler, model, base = sampler_of(case.scenario, settings), Model(case), case.worth()
    told = _Told(progress, settings.draws + _index_computations(sampler, settings))
    run = _Run(case, settings, sampler, base, drawn(model, sampler, settings, told))
    shares = _shares(run, model, told)
    told.end()
    values = tuple(_at_value(run, value) for value in _values_of_hour(run))
    knowing = _knowing(run, values, shares)
    return Probabilistic(
        title=case.scenario.scenario,
        currency=case.scenario.currency,
        months=base.months,
        book=BookReference.of(case.book),
        scenario_sha256=digest(case.scenario.document.data),
        method=settings.method,
        draws=settings.draws,
        seed=settings.seed,
        interval=settings.interval,
        payback_months=settings.payback_months,
        options=_options(run, run.drawn.outcome),
        values=values,
        knowing=tuple(sorted(knowing, key=_order, reverse=True)),
        indices_of=None if shares is None else run.options[shares.option],
        notices=_notices(run, shares),
        explained=_explained(run),
    )


class _Told:
    """Adds up what is done, and passes it on."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._done, self._total = progress, 0, total

    def __call__(self, count: int) -> None:
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._total)

    def end(self) -> None:
        """All is done, also where it took less than was thought."""
        if self._done < self._total:
            self(self._total - self._done)


def _index_computations(sampler: Sampler, settings: Uncertainty) -> int:
    numbers = len(sampler.paths)
    return index_points(settings) * (numbers + 2) if numbers > 1 else 0


def _shares(run: _Run, model: Model, told: _Told) -> Shares | None:
    """Sobol indices of the option with the highest net present value; None where it does not vary."""
    present = run.drawn.outcome.benefits.present_values
    best = int(present.mean(axis=1).argmax())
    if float(np.ptp(present[best])) <= _ROUNDING * float(np.max(np.abs(present[best]))):
        return None
    if len(run.sampler.paths) == 1:
        return Shares(best, (1.0,), (1.0,))
    return shares_of_variance(model, run.sampler, run.settings, best, told)


def _options(run: _Run, outcome: Outcome) -> tuple[UncertainOption, ...]:
    tail = float((1 - run.settings.interval) / 2)
    edges = _edges(outcome.benefits.present_values)
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
                histogram=_histogram(values, edges),
            )
        )
    return tuple(found)


def _histogram(values: Array, edges: Array) -> Histogram:
    counts, _ = np.histogram(values, edges)
    return Histogram(tuple(edges.tolist()), tuple((counts / len(values)).tolist()))


def _edges(values: Array) -> Array:
    """Edges of bins over the draws of all options: multiples of one width, so that gains and losses lie apart."""
    low, high = float(values.min()), float(values.max())
    width = (high - low) / _BINS or 1.0
    return width * np.arange(np.floor(low / width), np.floor(high / width) + 2)


def _values_of_hour(run: _Run) -> list[float]:
    """Values of a freed hour, ascending: those stated, or up to what a usable hour costs in the first month."""
    stated = run.settings.values_of_hour
    if stated:
        convert = run.case.converter(run.case.scenario)
        return sorted({float(convert(money)) for money in stated})
    whole = Fraction(run.base.works[0].usable_hour_cost)
    return sorted({float(whole * part / _QUARTERS) for part in range(_QUARTERS + 1)})


def _at_value(run: _Run, value: float) -> AtValue:
    choice = choice_of(run.drawn.outcome.benefits.at(value), run.batches)
    names = (DO_NOTHING, *run.options)
    standings = tuple(Standing(*item) for item in zip(names, choice.means, choice.chances, choice.losses, strict=True))
    return AtValue(value, standings, standings[choice.best], Figure(*choice.evpi))


def _knowing(run: _Run, values: Sequence[AtValue], shares: Shares | None) -> list[Knowing]:
    """Each number; and those that move together, for who measures one of them learns of all."""
    stated = [(path_text(path), str(distribution)) for path, distribution in run.sampler.distributions.items()]
    places = [*((place,) for place in range(len(stated))), *run.sampler.groups]
    found = []
    for chosen in places:
        names, words = zip(*(stated[place] for place in chosen), strict=True)
        alone = shares is not None and len(chosen) == 1
        of_variance = (shares.first[chosen[0]], shares.total[chosen[0]]) if shares is not None and alone else ()
        found.append(Knowing(names, words, _worth_knowing(run, list(chosen), values), *of_variance))
    return found


def _worth_knowing(run: _Run, places: list[int], values: Sequence[AtValue]) -> tuple[Figure, ...]:
    """Expected value of partial perfect information of some numbers, between 0 and that of knowing all."""
    known, benefits = run.drawn.known[places], run.drawn.regressed
    expected = benefits.expected(known)
    size = known.shape[1] // _GROUPS
    parts = [slice(at * size, (at + 1) * size) for at in range(_GROUPS)] if size >= _LEAST_GROUP else []
    alone = [benefits.some(part).expected(known[:, part]) for part in parts]
    found = []
    for at in values:
        spread = [value_of_knowing(item.at(at.value_of_hour)) for item in alone]
        error = float(np.std(spread, ddof=1)) / _GROUPS**0.5 if spread else None
        found.append(Figure(min(value_of_knowing(expected.at(at.value_of_hour)), at.evpi.value), error))
    return tuple(found)


def _order(item: Knowing) -> tuple[float, ...]:
    """What is worth the most at the lowest value of an hour; then at any; then what moves the result the most."""
    return item.evppi[0].value, max(figure.value for figure in item.evppi), item.total or 0.0


def _notices(run: _Run, shares: Shares | None) -> tuple[Notice, ...]:
    correlated = tuple(path_text(run.sampler.paths[place]) for group in run.sampler.groups for place in group)
    found = []
    if correlated and shares is not None:
        lead = "Shares of the variance assume independent numbers, and are computed as if these were"
        found.append(
            Notice("indices-as-if-independent", lead, correlated, "The value of knowing takes it into account.")
        )
    if run.settings.payback_months > len(run.base.months):
        lead = "A payback after the horizon is not counted, which ends before the months asked for"
        found.append(Notice("payback-beyond-horizon", lead, (f"{len(run.base.months)} months",)))
    return (*found, *stated_notices({}, run.case.scenario.evidence))


def _explained(run: _Run) -> tuple[str, ...]:
    """How standard errors and values of knowing were computed."""
    batches, draws = run.batches, run.drawn.known.shape[1]
    each = grouped(run.settings.draws // max(batches, 1))
    errors = {
        0: say("Standard errors of means: the standard deviation of the draws by the square root of their number."),
        1: say("Standard errors of means are not known: so few points are not divided into independent scramblings."),
    }.get(
        batches,
        say(
            "Standard errors of means: from the spread of {batches} independent scramblings of {each:number} points.",
            batches=batches,
            each=each,
        ),
    )
    regressed = say(
        "What knowing a number is worth: regression by splines on {draws:number} draws, between 0 and the worth of "
        "knowing all; its standard error from {groups} parts of them, each regressed alone.",
        draws=grouped(draws),
        groups=_GROUPS,
    )
    return errors, regressed

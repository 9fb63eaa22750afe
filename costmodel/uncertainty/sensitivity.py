"""How the outcome depends on the numbers: one at a time, two at a time, and in named cases."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from costmodel.documents.model import did_you_mean
from costmodel.documents.settings import path_of, path_text
from costmodel.errors import CommandLineError, FileError
from costmodel.results.estimate import BookReference
from costmodel.results.labels import period_text, say
from costmodel.results.worth.sensitivity import Axis, NamedCase, NamedCases, OneWay, Swing, TwoWay
from costmodel.scenario.reading import case_settings, scale_of, without_uncertainty
from costmodel.study.worth import case_of
from costmodel.uncertainty.break_even import NOTHING
from costmodel.uncertainty.parameters import (
    Array,
    Fields,
    Outcome,
    Parameter,
    only,
    outcome_of,
    parameter_at,
    parameters,
    possible,
    short,
)
from costmodel.value.doubt import Uncertainty
from costmodel.value.returns import payback

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from costmodel.scenario import Scenario
    from costmodel.study.worth import Case

__all__ = ["named_cases", "one_way", "settings_of", "two_way"]

# A number, its lowest and highest value as written, and how many values there are with both.
Side: TypeAlias = tuple[str, str, str, int]

AS_STATED = say("as stated")
USUAL_CHANGE = Fraction(1, 10)
_POINTS = 33  # between low and high: a step function need not rise all the way
_LEAST_STEPS, _MOST_STEPS = 2, 50
_PARTS, _CALLS = 64, 5  # a cell of a two-way table is narrowed to a billionth of it
_KNOWN = Fraction(2, 1_000_000_000)  # of the largest value: rounding up to whole posts ignores a billionth of a post


class _Span(NamedTuple):
    """A number between a low and a high value."""

    parameter: Parameter
    low: Fraction
    high: Fraction


def one_way(case: Case, option: str, vary: Fraction | None = None) -> OneWay:
    """Each number alone between a low and a high value, all others at their base (the mean of a distribution).

    Args:
        case: the case.
        option: model or mix.
        vary: share by which numbers without a distribution are changed down and up, within what may stand there; they
            stay as they are where it is None, but for a scenario in which no number is uncertain: a tenth.

    Raises:
        CommandLineError: there is no such option, or `vary` does not lie between 0 and 1.
        FileError, NoPriceError: as `estimate`.
    """
    if vary is not None and not 0 < vary < 1:
        raise CommandLineError("numbers are varied by more than 0 % and less than 100 %: write a share such as 10 %")
    (alone, flows), numbers = only(case, option), parameters(case)
    uncertain = [parameter for parameter in numbers if parameter.distribution is not None]
    change = USUAL_CHANGE if vary is None and not uncertain else vary
    spans = [_quantiles(case.scenario, parameter) for parameter in uncertain]
    others = [] if change is None else [item for item in numbers if item.distribution is None]
    spans += [_varied(item, change) for item in others if change is not None and item.value]
    rows, still, refused = _swings(alone, option, spans, Fraction(flows.net_present_value))
    scenario = case.scenario
    together = [path_text(path) for path in scenario.distributions.keys() - {item.path for item in numbers}]
    how = [*_how(scenario, len(uncertain), change, said=vary is not None), *_zeros(others), *_shares(together)]
    base = Fraction(flows.net_present_value)
    return OneWay(*_about(case, option), base, rows, tuple(how), still, refused)


def _about(case: Case, option: str) -> tuple[str, str, str, str, BookReference]:
    """Title, option, currency, period and prices: the first fields of a result."""
    scenario, first, last = case.scenario, case.months[0], case.months[-1]
    return scenario.scenario, option, scenario.currency, period_text(first, last), BookReference.of(case.book)


def _zeros(numbers: Sequence[Parameter]) -> list[str]:
    names = [parameter.name for parameter in numbers if not parameter.value]
    return [say("A share of 0 is 0, so that these are not varied: {names}.", names=", ".join(names))] if names else []


def _shares(names: Sequence[str]) -> list[str]:
    told = "Not changed, as no number alone decides them: {names}."
    return [say(told, names=", ".join(sorted(names)))] if names else []


def _how(scenario: Scenario, uncertain: int, change: Fraction | None, *, said: bool) -> tuple[str, ...]:
    notes = []
    if uncertain:
        inside = f"{float(_interval(scenario) * 100):g} %"
        notes.append(say("Low and high of an uncertain number: the ends of its central {share:number}.", share=inside))
    if change is not None:
        other, nothing = say("Of any other number"), say("No number is uncertain: low and high")
        notes.append(
            say(
                "{why}: {share:number} below and above its value, within what may stand there.",
                why=other if uncertain else say("Low and high") if said else nothing,
                share=f"{float(change * 100):g} %",
            )
        )
    return tuple(notes)


def _interval(scenario: Scenario) -> Fraction:
    found: Uncertainty = scenario.uncertainty or Uncertainty()
    return found.interval


def _quantiles(scenario: Scenario, parameter: Parameter) -> _Span:
    distribution = parameter.distribution
    if distribution is None:
        return _Span(parameter, parameter.value, parameter.value)
    outside = float((1 - _interval(scenario)) / 2)
    low, high = distribution.quantile(np.array([outside, 1 - outside])).tolist()
    scale = scale_of(distribution)
    return _Span(parameter, Fraction(low) * scale, Fraction(high) * scale)


def _varied(parameter: Parameter, change: Fraction) -> _Span:
    low, high = sorted((parameter.value * (1 - change), parameter.value * (1 + change)))
    low = low if parameter.low is None else max(low, parameter.low)
    return _Span(parameter, low, high if parameter.high is None else min(high, parameter.high))


def _swings(
    case: Case, option: str, spans: Sequence[_Span], base: Fraction
) -> tuple[tuple[Swing, ...], tuple[str, ...], tuple[tuple[str, str], ...]]:
    """A row for each number that changes the outcome, the largest first; the others; those that cannot change."""
    found, refused = possible(case, option, [(span.parameter, _values(span)) for span in spans])
    rows, still = [], []
    for span, outcome in zip(spans, found, strict=True):
        if outcome is None:
            continue
        row = _swing(span, outcome, base)
        if row.swing > NOTHING * float(outcome.size.max()):
            rows.append(row)
        else:
            still.append(span.parameter.name)
    return tuple(sorted(rows, key=lambda row: row.swing, reverse=True)), tuple(still), tuple(refused)


def _values(span: _Span) -> Array:
    """Values from low to high; the base last."""
    return np.append(np.linspace(float(span.low), float(span.high), _POINTS), float(span.parameter.value))


def _swing(span: _Span, outcome: Outcome, base: Fraction) -> Swing:
    inside = span.low <= span.parameter.value <= span.high
    looked_at = outcome.npv if inside else outcome.npv[:-1]
    return Swing(
        span.parameter,
        span.low,
        span.high,
        outcome_low=float(outcome.npv[0]),
        outcome_base=base,
        outcome_high=float(outcome.npv[_POINTS - 1]),
        least=float(looked_at.min()),
        most=float(looked_at.max()),
    )


def two_way(case: Case, option: str, first: Side, second: Side) -> TwoWay:
    """The outcome for every pair of values of two numbers, all others at their base.

    Args:
        case: the case.
        option: model or mix.
        first: path, lowest and highest value as the scenario writes them, and how many values: one row each.
        second: the same: one column each.

    Raises:
        CommandLineError: no such option; a path that is no number; a value that cannot stand there; a lowest value
            that is not below the highest; a number of values outside 2 to 50.
        FileError, NoPriceError: as `estimate`.
    """
    alone, _ = only(case, option)
    fields = Fields(case.scenario)
    rows, columns = (_axis(case, fields, side) for side in (first, second))
    if rows.parameter.path == columns.parameter.path:
        raise CommandLineError(f"'{rows.parameter.name}' stands twice: a two-way table needs two numbers")
    _require_together(fields, rows, columns)
    pairs = np.array([[float(value) for value in pair] for pair in product(rows.values, columns.values)])
    found = _together(alone, option, (rows, columns), pairs)
    shape = len(rows.values), len(columns.values)
    turns = _turns(alone, option, (rows, columns), (found.npv > NOTHING * found.size).reshape(shape))
    npv = found.npv.reshape(shape).tolist()
    return TwoWay(*_about(case, option), rows, columns, tuple(map(tuple, npv)), turns)


def _together(case: Case, option: str, axes: tuple[Axis, Axis], pairs: Array) -> Outcome:
    """The outcome for pairs of values, of shape (n, 2)."""
    return outcome_of(case, option, {axis.parameter.path: pairs[:, index] for index, axis in enumerate(axes)})


def _turns(
    case: Case, option: str, axes: tuple[Axis, Axis], worth: NDArray[np.bool_]
) -> tuple[tuple[Fraction, ...], ...]:
    """Values of the second number where the sign changes, for each row: all cells with a change are narrowed together.

    A cell in which it changes three times gives one of them.
    """
    row, cell = np.nonzero(worth[:, 1:] != worth[:, :-1])
    down, across = (np.array([float(value) for value in axis.values]) for axis in axes)
    low, high, rising = across[cell], across[cell + 1], worth[row, cell + 1]
    for _ in range(_CALLS if len(row) else 0):
        x = low[:, None] + (high - low)[:, None] * (np.arange(1, _PARTS) / _PARTS)
        found = _together(case, option, axes, np.column_stack([np.repeat(down[row], _PARTS - 1), x.ravel()]))
        beyond = (found.npv > NOTHING * found.size).reshape(x.shape) == rising[:, None]
        first = np.where(beyond.any(axis=1), beyond.argmax(axis=1), _PARTS - 1)
        edges = np.column_stack([low, x, high])
        low, high = (edges[np.arange(len(row)), first + offset] for offset in (0, 1))
    margin = max(map(abs, axes[1].values)) * _KNOWN
    places = [
        short(Fraction(a) - margin, Fraction(b) + margin) for a, b in zip(low.tolist(), high.tolist(), strict=True)
    ]
    return tuple(
        tuple(place for place, at in zip(places, row, strict=True) if at == index) for index in range(len(down))
    )


def _axis(case: Case, fields: Fields, side: Side) -> Axis:
    text, lowest, highest, steps = side
    if not _LEAST_STEPS <= steps <= _MOST_STEPS:
        raise CommandLineError(f"'{text}' has {steps} values: write {_LEAST_STEPS} to {_MOST_STEPS}")
    path = path_of(case.scenario.document, text)
    try:
        parameter = parameter_at(case.scenario, fields, path, lowest)
    except KeyError:
        raise _no_number(case, text) from None
    low, high = (_read(fields, parameter, value) for value in (lowest, highest))
    if low >= high:
        raise CommandLineError(f"'{text}' from {lowest} to {highest}: the first value is not below the second")
    return Axis(parameter, tuple(low + (high - low) * step / (steps - 1) for step in range(steps)))


def _no_number(case: Case, text: str) -> CommandLineError:
    names = [parameter.name for parameter in parameters(case)]
    hint = did_you_mean(text, names, label="Numbers of this scenario")
    return CommandLineError(f"'{text}' is no number of this scenario that can be changed{hint}")


def _read(fields: Fields, parameter: Parameter, text: str) -> Fraction:
    try:
        found = fields.numbers({parameter.path: text})[parameter.path]
    except FileError as error:
        raise CommandLineError(f"'{parameter.name}' cannot be {text}: {error.mistakes[0].message}") from None
    if parameter.currency and parameter.currency not in text:
        currency = parameter.currency
        raise CommandLineError(
            f"'{parameter.name}' is in {currency} in the scenario, not {text}: write it in {currency}"
        )
    return found


def _require_together(fields: Fields, rows: Axis, columns: Axis) -> None:
    """Values that may stand there one by one, such as two shares of one whole, must be possible together too."""
    for pair in product(rows.values[:: len(rows.values) - 1], columns.values[:: len(columns.values) - 1]):
        sides = list(zip((rows.parameter, columns.parameter), pair, strict=True))
        try:
            fields.numbers({parameter.path: parameter.text(value) for parameter, value in sides})
        except FileError as error:
            both = " and ".join(f"{parameter.name} {parameter.shown(value)}" for parameter, value in sides)
            raise CommandLineError(f"{both} cannot be together: {error.mistakes[0].message}") from None


def named_cases(case: Case, models: Sequence[str] = ()) -> NamedCases:
    """The scenario as it stands beside each of its named cases, exactly.

    Args:
        case: the case.
        models: models that each do all the work alone, in place of the scenario's mix.

    Raises:
        FileError: a case sets what cannot be, or there is none.
        NoPriceError: as `estimate`.
    """
    scenario = case.scenario
    cases = (scenario.uncertainty or Uncertainty()).cases
    if not cases:
        message = "no named cases: write them under 'uncertainty', such as 'cases: {slow: {roi.adoption: 40 %}}'"
        raise FileError([scenario.document.mistake(("uncertainty",), message, of_key=True)])
    rows = _figures(AS_STATED, case, {})
    plain = without_uncertainty(scenario.document)
    for name, said in cases.items():
        settings = settings_of(said)
        same_prices = all(path_of(plain, path)[0] != "prices" for path in settings)
        try:
            changed = type(scenario).of(plain, scenario.folder, settings)
            rows += _figures(name, case_of(changed, models, case.book if same_prices else None), settings)
        except FileError as error:
            words = [mistake._replace(message=f"in the case '{name}': {mistake.message}") for mistake in error.mistakes]
            raise FileError(words) from None
    return NamedCases(scenario.scenario, scenario.currency, tuple(rows))


def settings_of(said: dict[str, Any]) -> dict[str, Any]:
    """What a named case sets, by path.

    Args:
        said: what the scenario says of it: values by path, as text of YAML or plain data, and the name of a preset.

    Raises:
        CommandLineError: there is no such preset.
    """
    return case_settings(said)


def _figures(name: str, case: Case, settings: Mapping[str, Any]) -> list[NamedCase]:
    said = tuple(item for path, value in settings.items() for item in _said(path, value))
    return [
        NamedCase(
            case=name,
            option=option,
            net_present_value=Fraction(flows.net_present_value),
            net_total=Fraction(flows.net_total),
            payback_months=payback(flows.nets).months,
            settings=said,
        )
        for option, flows in case.worth().flows.items()
    ]


def _said(path: str, value: Any) -> list[tuple[str, str]]:
    """A setting in words: a mapping key by key."""
    if isinstance(value, dict):
        return [item for key, child in value.items() for item in _said(f"{path}.{path_text([key])}", child)]
    return [(path, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]

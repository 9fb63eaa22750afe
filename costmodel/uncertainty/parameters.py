"""The numbers of a scenario that may be others, and what it comes to for other values of them."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from costmodel.documents.model import validated
from costmodel.documents.numbers import number_at
from costmodel.documents.settings import path_text, with_value
from costmodel.errors import CommandLineError, CostmodelError, FileError
from costmodel.results.parameters import Parameter
from costmodel.runtimes.draws import Draws
from costmodel.scenario import Scenario
from costmodel.scenario.reading import section_model
from costmodel.stated import stated
from costmodel.study.traced_words import called, whole_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from costmodel.scenario import Steps
    from costmodel.study.worth import Case
    from costmodel.value.flows import Flows

__all__ = [
    "REACH",
    "Fields",
    "Outcome",
    "Parameter",
    "only",
    "outcome_of",
    "outcomes",
    "parameter_at",
    "parameters",
    "possible",
    "short",
]

Array: TypeAlias = NDArray[np.float64]

_NO_NUMBERS = frozenset({"prices", "expect", "budget", "labels", "horizon", "uncertainty", "migration"})
_WITHOUT_EFFECT = frozenset({("roi", "price_year"), ("roi", "modified_return")})  # on the net present value
_WRITTEN = re.compile(r"(?:([A-Z]{3})\s+)?([-+0-9._]+(?:[eE][-+]?[0-9]+)?)\s*(.*)")
_PERCENT = Fraction(1, 100)
# Beyond a limit by this much: near enough to tell whether it is one, far enough to be written in twelve digits.
_BEYOND = Fraction(1, 1_000_000)
_HALVINGS = 14  # a limit between one and ten times a value is found to a thousandth of it, and then its round number
REACH = 10  # values up to so many times today's are looked at
# Elements of one array, times months, that are computed at once: more than fits the processor's cache is slower.
_AT_ONCE = 1 << 18


class Fields:
    """Reads texts as the fields of a scenario read them."""

    def __init__(self, scenario: Scenario) -> None:
        self._document = stated(scenario.document).document

    @property
    def data(self) -> Any:
        """The scenario's data with one plain value in place of each distribution and each published figure."""
        return self._document.data

    def numbers(self, texts: Mapping[Steps, str]) -> dict[Steps, Fraction]:
        """What texts mean at their paths, all of them set together, in the unit in which it is computed with.

        Raises:
            FileError: a text that cannot stand there.
            KeyError: no number stands there.
        """
        document = self._document
        for path, text in texts.items():
            document = with_value(document, path, text)
        found: dict[Steps, Fraction] = {}
        for in_roi in {path[0] == "roi" for path in texts}:
            if in_roi:
                model: Any = validated(document, section_model("roi"), document.data["roi"], ("roi",))
            else:
                rest = {key: value for key, value in document.data.items() if key not in {"roi", "uncertainty"}}
                model = validated(document, Scenario, rest)
            paths = [path for path in texts if (path[0] == "roi") == in_roi]
            found |= {path: number_at(model, path[1:] if in_roi else path) for path in paths}
        return found

    def accepts(self, parameter: Parameter, value: Fraction) -> bool:
        """Whether a value may stand there."""
        try:
            self.numbers({parameter.path: parameter.text(value)})
        except (FileError, KeyError):
            return False
        return True


def parameters(case: Case) -> tuple[Parameter, ...]:
    """Every number of a scenario on which its outcome may depend, in the order of the file.

    Shares of a mix and of service tiers are none of them: they must add up to 100 %, and cannot change alone. Nor are
    whole numbers that decide the model, such as months.
    """
    fields = Fields(case.scenario)
    leaves = [leaf for leaf in _leaves(fields.data, ()) if leaf[0][:2] not in _WITHOUT_EFFECT]
    found = (_parameter(case.scenario, fields, path, text) for path, text in leaves)
    return tuple(_limited(fields, item) for item in found if item is not None and not _part_of_whole(item))


def parameter_at(scenario: Scenario, fields: Fields, path: Steps, text: str) -> Parameter:
    """The number at a path, in the unit in which the scenario writes it; of a default, in that of a text.

    Raises:
        KeyError: no number stands there.
    """
    written = dict(_leaves(fields.data, ())).get(path, text)
    found = _parameter(scenario, fields, path, written)
    if found is None:
        raise KeyError(path)
    return found


def _leaves(node: Any, path: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(node, dict):
        for key, child in node.items():
            if path or key not in _NO_NUMBERS:
                yield from _leaves(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _leaves(child, (*path, index))
    elif node is not None:
        yield path, str(node)


def _part_of_whole(parameter: Parameter) -> bool:
    """Whether it is a share of a mix or of service tiers."""
    return bool(whole_of(parameter.path)) and (parameter.scale == _PERCENT or "service_tier" in parameter.path)


def _parameter(scenario: Scenario, fields: Fields, path: Steps, text: str) -> Parameter | None:
    match = _WRITTEN.fullmatch(text.strip())
    try:
        value = scenario.number(path)
    except KeyError:
        return None
    if match is None:
        return None
    currency, _, after = match.groups()
    unit = f"{currency}{after}" if currency else after
    bare = Parameter(path, path_text(path), value, scenario.distributions.get(path), called=called(scenario, path))
    if unit:
        return bare._replace(unit=f" {unit}", scale=_PERCENT if unit.startswith("%") else Fraction(1))
    percent = bare._replace(unit=" %", scale=_PERCENT)
    return percent if fields.accepts(percent, value) else bare


def _limited(fields: Fields, parameter: Parameter) -> Parameter:
    """A number with the least and the greatest value that may stand there, as far as they matter."""
    value = parameter.value
    step = max(abs(value), Fraction(1)) * _BEYOND
    low, above_low = None, False
    if value < 0:
        low = _limit(fields, parameter, value * REACH)
    elif not fields.accepts(parameter, -step):
        low, above_low = Fraction(0), not fields.accepts(parameter, Fraction(0))
    return parameter._replace(low=low, high=_high(fields, parameter, step), above_low=above_low)


def _high(fields: Fields, parameter: Parameter, step: Fraction) -> Fraction | None:
    if parameter.currency:
        return None
    if parameter.scale == _PERCENT and parameter.value <= 1 and not fields.accepts(parameter, 1 + step):
        if fields.accepts(parameter, Fraction(1)):
            return Fraction(1)
        return _limit(fields, parameter, Fraction(1))
    return _limit(fields, parameter, max(parameter.value * REACH, Fraction(0)))


def _limit(fields: Fields, parameter: Parameter, far: Fraction) -> Fraction | None:
    """The last value towards one far away that may stand there; None where that one may."""
    inside, outside = parameter.value, far
    if inside == outside or fields.accepts(parameter, outside):
        return None
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if fields.accepts(parameter, middle) else (inside, middle)
    rounded = short(*sorted((inside, outside)))
    return rounded if fields.accepts(parameter, rounded) else inside


def short(low: Fraction, high: Fraction) -> Fraction:
    """The number with the fewest digits between two.

    >>> short(Fraction("4.7999999"), Fraction("4.8000001"))
    Fraction(24, 5)
    """
    middle = float((low + high) / 2)
    for digits in range(1, 18):
        found = Fraction(f"{middle:.{digits}g}")
        if low <= found <= high:
            return found
    return (low + high) / 2


class Outcome(NamedTuple):
    """What a scenario comes to, for each element of arrays of its numbers.

    Attributes:
        npv: net present value, money; shape (n,).
        size: sum of the absolute present values that it is made of; shape (n,).
        posts: posts paid in each month, where they are whole; shape (months, n), or (0, n).
    """

    npv: Array
    size: Array
    posts: Array

    def part(self, start: int, end: int) -> Outcome:
        """The outcomes of some of the elements."""
        return Outcome(self.npv[start:end], self.size[start:end], self.posts[:, start:end])


def only(case: Case, option: str) -> tuple[Case, Flows]:
    """A case with one of its options alone, so that no other is computed; and its flows with every number at its base.

    Raises:
        CommandLineError: there is no such option.
        FileError, NoPriceError: as `estimate`.
    """
    if option in case.options:
        case = replace(case, options={option: case.options[option]})
    flows = case.worth().flows
    if option not in flows:
        there = ", ".join(case.options or flows)
        raise CommandLineError(f"there is no option '{option}' here. There are: {there}")
    return case, flows[option]


def outcome_of(case: Case, option: str, numbers: Mapping[Steps, Array]) -> Outcome:
    """What one option of a case comes to for numbers that change together.

    Args:
        case: the case.
        option: model or mix.
        numbers: values by path, in the unit in which they are computed with; all of shape (n,).

    Raises:
        FileError, NoPriceError: as `estimate`.
    """
    count = len(next(iter(numbers.values())))
    limit = max(_AT_ONCE // len(case.months), 1)
    starts = range(0, count, limit)
    return _joined(
        [_computed(case, option, {path: a[at : at + limit] for path, a in numbers.items()}) for at in starts]
    )


def outcomes(case: Case, option: str, values: Sequence[tuple[Parameter, Array]]) -> list[Outcome]:
    """What one option of a case comes to for values of several numbers, each changed alone; few calls for all.

    Args:
        case: the case.
        option: model or mix.
        values: numbers with their values, each array of any length.

    Raises:
        FileError, NoPriceError: as `estimate`.
    """
    found: dict[int, Outcome] = {}
    touched = [_in_bill(parameter.path) for parameter, _ in values]
    for group in (False, True):  # the bill is computed once for all numbers that are not in it
        chosen = [index for index, inside in enumerate(touched) if inside == group and len(values[index][1])]
        if chosen:
            found |= dict(zip(chosen, _alone(case, option, [values[index] for index in chosen]), strict=True))
    empty = Outcome(np.empty(0), np.empty(0), np.empty((0, 0)))
    return [found.get(index, empty) for index in range(len(values))]


def possible(
    case: Case, option: str, values: Sequence[tuple[Parameter, Array]]
) -> tuple[list[Outcome | None], list[tuple[str, str]]]:
    """As `outcomes`, but None for a number that cannot be changed alone, or not so far; and the reason, by its name.

    A mix of counts may say how many records there are; a provider may refuse requests of some sizes.
    """
    if not values:
        return [], []
    try:
        return list(outcomes(case, option, values)), []
    except CostmodelError as error:
        if len(values) == 1:
            why = error.mistakes[0].message if isinstance(error, FileError) else str(error)
            return [None], [(values[0][0].name, why)]
    half = len(values) // 2
    first, second = (possible(case, option, part) for part in (values[:half], values[half:]))
    return [*first[0], *second[0]], [*first[1], *second[1]]


def _in_bill(path: Steps) -> bool:
    return bool(path[0] != "roi" or path[1] == "adoption")


def _alone(case: Case, option: str, values: Sequence[tuple[Parameter, Array]]) -> list[Outcome]:
    """Each number changed alone: an array for each, with its values in a stretch of its own and its base elsewhere."""
    ends = np.cumsum([len(array) for _, array in values]).tolist()
    starts = [0, *ends[:-1]]
    limit = max(_AT_ONCE // len(case.months), 1)
    parts = []
    for start in range(0, ends[-1], limit):
        stop = min(start + limit, ends[-1])
        numbers = {}
        for (parameter, array), first, last in zip(values, starts, ends, strict=True):
            low, high = max(first, start), min(last, stop)
            if low < high:
                numbers[parameter.path] = np.full(stop - start, float(parameter.value))
                numbers[parameter.path][low - start : high - start] = array[low - first : high - first]
        parts.append(_computed(case, option, numbers))
    whole = _joined(parts)
    return [whole.part(start, end) for start, end in zip(starts, ends, strict=True)]


def _joined(parts: Sequence[Outcome]) -> Outcome:
    if len(parts) == 1:
        return parts[0]
    return Outcome(*(np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)))


def _computed(case: Case, option: str, numbers: Mapping[Steps, Array]) -> Outcome:
    count = len(next(iter(numbers.values())))
    with np.errstate(all="ignore"):  # numbers far off may leave the range of a float64: their outcomes are not finite
        worth = case.worth({path: Draws(array) for path, array in numbers.items()})
        flows = worth.flows[option]
        npv = _values(flows.net_present_value, count)
        size = _size(flows, count)
    whole = case.scenario.roi.staff.staffing == "whole_posts"
    posts = [_values(work.staff.posts_paid, count) for work in worth.works] if whole else []
    return Outcome(npv, size, np.stack(posts) if posts else np.empty((0, count)))


def _size(flows: Flows, count: int) -> Array:
    total = np.abs(_values(flows.one_off, count))
    for flow in flows.months:
        parts = (flow.saving, flow.llm_cost, flow.fixed_cost, flow.error_cost)
        total = total + sum(np.abs(_values(part, count)) for part in parts) * _values(flow.factor, count)
    return total


def _values(number: Any, count: int) -> Array:
    """A figure as an array: one that depends on nothing that changes is one number."""
    return np.broadcast_to(number.values if isinstance(number, Draws) else np.float64(number), (count,))

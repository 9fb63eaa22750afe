"""For which values of a number the work is worth it: every change of sign of the net present value, and which kind.

With whole posts the outcome is a step function: it may rise and fall several times, so that one root would tell half
the truth. What is found are intervals in which the net present value is above 0; exactly 0 is not worth it.

Resolution: 2,048 steps over the range searched, and finer ones where the number of posts changes. An interval narrower
than a step that lies between two of its points, with no change of posts beside it, is not seen. A boundary is found to
1e-12 of the range; a step of posts only to 1e-9, as rounding up to whole posts ignores a billionth of a post.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from costmodel.results.worth.break_evens import BreakEven, BreakEvens, End, Interval, Nearest
from costmodel.uncertainty.parameters import (
    REACH,
    Array,
    Outcome,
    Parameter,
    only,
    outcomes,
    parameters,
    possible,
    short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from costmodel.study.worth import Case
    from costmodel.value.flows import Flows

__all__ = ["NOTHING", "BreakEven", "End", "Interval", "Nearest", "break_evens", "searched"]

_STEPS = 2048
_JUST_ABOVE = 1e-9  # of the range: where a number must be more than its lowest value
_FINEST = 1e-12  # of the range: a boundary is known to it
_STEP_KNOWN = 1e-9  # of the range: what rounding up to whole posts ignores
# Of the absolute flows. A sum nearer to 0 than the first is 0, as rounding its parts to float64 may have moved it that
# far; a change larger than the second within `_FINEST` of the range is a jump.
NOTHING, _JUMP = 64 * np.finfo(np.float64).eps, 1e-9
# Into so many parts a bracket is divided in one call, so many brackets at once, in so many calls: four are enough.
_PARTS, _BRACKETS, _CALLS = 256, 64, 12
_POST_PARTS, _POST_CELLS, _POST_CALLS = 16, 32, 4  # the same of a change of posts; of how many at once; how many calls


class _Points(NamedTuple):
    """What is known of one number: values ascending, and the outcome at each."""

    x: Array
    outcome: Outcome

    @property
    def worth(self) -> NDArray[np.bool_]:
        """Whether it is worth it, at each value."""
        return self.outcome.npv > NOTHING * self.outcome.size

    @property
    def turns(self) -> NDArray[np.intp]:
        """The last value before each change of sign, by index."""
        return np.flatnonzero(self.worth[1:] != self.worth[:-1])

    @property
    def post_changes(self) -> NDArray[np.intp]:
        """The last value before each change of posts without a change of sign, nearest to 0 first."""
        posts = self.outcome.posts
        changed = (posts[:, 1:] != posts[:, :-1]).any(axis=0) & (self.worth[1:] == self.worth[:-1])
        near = np.minimum(np.abs(self.outcome.npv[1:]), np.abs(self.outcome.npv[:-1]))
        found = np.flatnonzero(changed)
        return found[np.argsort(near[found], kind="stable")[:_POST_CELLS]]

    def with_more(self, x: Array, outcome: Outcome) -> _Points:
        """These and others, ascending."""
        every = np.concatenate([self.x, x])
        order = np.argsort(every, kind="stable")
        joined = (np.concatenate(pair, axis=-1)[..., order] for pair in zip(self.outcome, outcome, strict=True))
        return _Points(every[order], Outcome(*joined))


class _Turn(NamedTuple):
    """A change of sign between two values that lie close together."""

    low: float
    high: float
    worth_above: bool
    jump: bool


def break_evens(case: Case, option: str) -> tuple[BreakEven, ...]:
    """The break-evens of every number of a scenario, the nearest to today's value first.

    Each number alone, all others at their base. Searched are shares from 0 to 100 %, others from 0 to ten times their
    value, both within what may stand there; of a value of 0, money up to the sum of all flows, and rates up to 100 %.

    Args:
        case: the case.
        option: model or mix.

    Raises:
        CommandLineError: there is no such option.
        FileError, NoPriceError: as `estimate`.
    """
    return searched(case, option).items


def searched(case: Case, option: str) -> BreakEvens:
    """The break-evens of every number, with the outcome, ready to be shown.

    Raises:
        CommandLineError: there is no such option.
        FileError, NoPriceError: as `estimate`.
    """
    alone, flows = only(case, option)
    spans = [(parameter, _range(parameter, flows)) for parameter in parameters(case)]
    known = [(parameter, span) for parameter, span in spans if span is not None]
    found, refused = _found(alone, option, known)
    scenario = case.scenario
    items = tuple(sorted(found, key=_order))
    return BreakEvens(scenario.scenario, option, scenario.currency, Fraction(flows.net_present_value), items, refused)


def _order(item: BreakEven) -> tuple[int, Fraction]:
    if item.nearest is None:
        return 2, Fraction(0)
    return (1, Fraction(0)) if item.nearest.distance is None else (0, item.nearest.distance)


def _range(parameter: Parameter, flows: Flows) -> tuple[float, float] | None:
    """The values to search."""
    value, share = parameter.value, parameter.low == 0 and parameter.high == 1
    if share or (not value and parameter.unit.startswith(" %")):
        low, high = Fraction(0), Fraction(1)
    elif value:
        low, high = sorted((Fraction(0), value * REACH))
    elif parameter.currency:
        low, high = Fraction(0), sum((abs(net) for net in flows.nets), Fraction(0))
    else:
        return None
    low = low if parameter.low is None else max(low, parameter.low)
    high = high if parameter.high is None else min(high, parameter.high)
    start = float(low) + (float(high - low) * _JUST_ABOVE if parameter.above_low else 0)
    return (start, float(high)) if start < high else None


def _found(
    case: Case, option: str, spans: Sequence[tuple[Parameter, tuple[float, float]]]
) -> tuple[list[BreakEven], tuple[tuple[str, str], ...]]:
    """The break-evens of several numbers, and those that cannot be searched; each step is one call for all of them."""
    grids = [(parameter, _grid(float(parameter.value), *span)) for parameter, span in spans]
    first, refused = possible(case, option, grids)
    if refused:  # what can be 0 by itself may not be 0 with the other numbers, such as tokens in a mix by tokens
        doubtful = [index for index, outcome in enumerate(first) if outcome is None]
        for index in doubtful:
            grids[index] = grids[index][0], _just_above(grids[index][1])
        again, refused = possible(case, option, [grids[index] for index in doubtful])
        first = [again[doubtful.index(index)] if index in doubtful else item for index, item in enumerate(first)]
    known = [(*pair, outcome) for pair, outcome in zip(grids, first, strict=True) if outcome is not None]
    names = [parameter for parameter, *_ in known]
    points = [_finite(x, outcome, float(parameter.value)) for parameter, x, outcome in known]
    points = _refined(case, option, names, points)
    return [_break_even(*item) for item in zip(names, points, strict=True)], tuple(refused)


def _grid(value: float, low: float, high: float) -> Array:
    return np.unique(np.append(np.linspace(low, high, _STEPS + 1), np.clip(value, low, high)))


def _just_above(x: Array) -> Array:
    return x if x[0] else np.append(x[-1] * _JUST_ABOVE, x[1:])


def _finite(x: Array, outcome: Outcome, value: float) -> _Points:
    """The values around today's up to those, on either side, for which no number holds the outcome."""
    bad = ~(np.isfinite(outcome.npv) & np.isfinite(outcome.size))
    low = int(np.max(np.flatnonzero(bad & (x < value)), initial=-1)) + 1
    high = int(np.min(np.flatnonzero(bad & (x > value)), initial=len(x)))
    return _Points(x[low:high], outcome.part(low, high))


def _divided(points: _Points, cells: NDArray[np.intp], parts: int) -> Array:
    """Values inside the cells after some points."""
    low, high = points.x[cells], points.x[cells + 1]
    inside = low[:, None] + (high - low)[:, None] * (np.arange(1, parts) / parts)
    return np.setdiff1d(inside.ravel(), points.x)


def _refined(case: Case, option: str, names: Sequence[Parameter], points: list[_Points]) -> list[_Points]:
    """More points where the sign changes, as close as it can be known; and where posts change.

    Just before a jump the outcome may be on the other side of 0 for less than a step of the first points.
    """
    reach = [known.x[-1] - known.x[0] for known in points]
    for call in range(_CALLS):
        inner = [_divided(known, _wide(known, span), _PARTS) for known, span in zip(points, reach, strict=True)]
        if call < _POST_CALLS:
            cells = [_divided(known, known.post_changes, _POST_PARTS) for known in points]
            inner = [np.concatenate(pair) for pair in zip(inner, cells, strict=True)]
        if not any(map(len, inner)):
            break
        found = outcomes(case, option, list(zip(names, inner, strict=True)))
        points = [
            known.with_more(x, outcome) if len(x) else known
            for known, x, outcome in zip(points, inner, found, strict=True)
        ]
    return points


def _wide(points: _Points, reach: float) -> NDArray[np.intp]:
    """Changes of sign between values that are not yet close enough."""
    turns = points.turns
    first = _clusters(points.x[turns], reach * _STEP_KNOWN)
    chosen = turns[[cluster[0] for cluster in first if len(cluster) % 2]]
    width = points.x[chosen + 1] - points.x[chosen]
    finest = np.maximum(reach * _FINEST, 4 * np.spacing(np.abs(points.x[chosen + 1])))
    wide: NDArray[np.intp] = chosen[width > finest][:_BRACKETS]
    return wide


def _turns(points: _Points, reach: float) -> list[_Turn]:
    found = []
    turns, npv, size = points.turns, points.outcome.npv, points.outcome.size
    for cluster in _clusters(points.x[turns], reach * _STEP_KNOWN):
        if len(cluster) % 2:  # an even number of changes so close together is noise, or nothing anybody can meet
            first, last = int(turns[cluster[0]]), int(turns[cluster[-1]]) + 1
            jump = abs(npv[last] - npv[first]) > _JUMP * max(size[first], size[last])
            found.append(_Turn(points.x[first], points.x[last], bool(points.worth[last]), bool(jump)))
    return found


def _clusters(places: Array, near: float) -> list[list[int]]:
    """Indices of places, those nearer to one another than that together."""
    found: list[list[int]] = []
    for index, place in enumerate(places):
        if found and place - places[found[-1][-1]] < near:
            found[-1].append(index)
        else:
            found.append([index])
    return found


def _break_even(parameter: Parameter, points: _Points) -> BreakEven:
    reach = points.x[-1] - points.x[0]
    turns = _turns(points, reach)
    low, high = (_exactly(float(end), reach) for end in (points.x[0], points.x[-1]))
    places = [(_boundary(turn, reach), turn.worth_above) for turn in turns]
    starts_worth = not places[0][1] if places else bool(points.worth[0])
    starts = [End(low, "end")] if starts_worth else []
    starts += [end for end, above in places if above]
    ends = [end for end, above in places if not above]
    if len(ends) < len(starts):
        ends.append(End(high, "end"))
    intervals = tuple(Interval(*pair) for pair in zip(starts, ends, strict=True))
    return BreakEven(parameter, (low, high), intervals, _nearest(parameter.value, places))


def _exactly(value: float, reach: float) -> Fraction:
    """The shortest number so near to a value that the search cannot tell them apart."""
    margin = Fraction(reach * _FINEST)
    return short(Fraction(value) - margin, Fraction(value) + margin)


def _boundary(turn: _Turn, reach: float) -> End:
    """A change of sign as one number: the shortest within what is known of it."""
    margin = Fraction(reach * (_STEP_KNOWN if turn.jump else _FINEST))
    return End(short(Fraction(turn.low) - margin, Fraction(turn.high) + margin), "step" if turn.jump else "crossing")


def _nearest(value: Fraction, places: Iterable[tuple[End, bool]]) -> Nearest | None:
    near = min(places, key=lambda place: abs(place[0].value - value), default=None)
    if near is None:
        return None
    end, above = near
    return Nearest(end, abs(end.value - value) / abs(value) if value else None, above)

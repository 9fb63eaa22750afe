"""Sizes of requests: from a scenario's words to exact points, split into the size bands of a rate card."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.equations.tokens import input_of_total, output_of_input, part_of_each
from costmodel.runtimes.operations import known, maximum, safe_divide, some, where
from costmodel.usage.cube import Band

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from costmodel.prices.card import RateCard
    from costmodel.prices.tariff import Measure
    from costmodel.usage.cube import Cut
    from costmodel.usage.profiles import Profile
    from costmodel.usage.spec import Request, Tokens


class SpecError(Exception):
    """Something in the scenario cannot be computed with; carries the path of the key it is about."""

    def __init__(self, path: Sequence[Any], message: str, *, of_key: bool = True) -> None:
        self.path, self.message, self.of_key = tuple(path), message, of_key
        super().__init__(message)


class Doubt(NamedTuple):
    """A doubt about token counts: which kind, and about what."""

    kind: str
    about: str


class Spec:
    """What requests look like: the nearest layer that says something holds (model, step, workload, scenario)."""

    def __init__(self, *layers: Request | None) -> None:
        self._layers = [layer for layer in layers if layer is not None]

    def get(self, name: str, otherwise: Any = None) -> Any:
        """What the nearest layer says."""
        for layer in self._layers:
            value = getattr(layer, name)
            if value is not None:
                return value
        return otherwise


class SizeBand(NamedTuple):
    """Requests of one band.

    Attributes:
        share: share of all requests.
        totals: mean units of each meter in one request.
        shaped: mean billed units of the measures taken request by request.
        largest: most input and output tokens together, and most output tokens, of any request.
    """

    band: Band
    share: Fraction
    totals: Mapping[str, Fraction]
    shaped: Mapping[Measure, Fraction]
    largest: tuple[Fraction, Fraction]


class Sizes(NamedTuple):
    """All points of a request's size: weight (they add up to 1) and units by meter."""

    points: tuple[tuple[Fraction, Mapping[str, Fraction]], ...]
    source: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def mean_tokens(self) -> Fraction:
        """Mean input and output tokens of one request."""
        return sum((weight * (units["input"] + units["output"]) for weight, units in self.points), Fraction(0))

    def bands(self, card: RateCard) -> list[SizeBand]:
        """The points split at the rate card's limits: each request is priced at its own size."""
        cuts, measures = card.size_cuts(), card.shaped_measures()
        if cuts and not all(known(units["input"]) for _, units in self.points):
            every = [_band(cuts, index) for index in range(len(cuts) + 1)]
            found = [_size_band(band, _within(self.points, band), measures) for band in every]
            return [band for band in found if some(band.share)]
        groups: dict[int, list[tuple[Fraction, Mapping[str, Fraction]]]] = {}
        for weight, units in self.points:
            groups.setdefault(_band_index(cuts, units["input"]), []).append((weight, units))
        return [_size_band(_band(cuts, index), groups[index], measures) for index in sorted(groups)]


def _band_index(cuts: Sequence[Cut], size: Fraction) -> int:
    limits = [limit for limit, _ in cuts]
    low, high = bisect_left(limits, size), bisect_right(limits, size)
    return low + sum(1 for _, limit_below in cuts[low:high] if not limit_below)


def _band(cuts: Sequence[Cut], index: int) -> Band:
    return Band(cuts[index - 1] if index > 0 else None, cuts[index] if index < len(cuts) else None)


def _within(
    points: Sequence[tuple[Fraction, Mapping[str, Fraction]]], band: Band
) -> list[tuple[Fraction, Mapping[str, Fraction]]]:
    """The points with the weight that each has inside a band, draw by draw."""
    found = []
    for weight, units in points:
        size: Any = units["input"]
        inside: Any = weight
        if band.low is not None:
            inside = where(size > band.low[0] if band.low[1] else size >= band.low[0], inside, 0)
        if band.high is not None:
            inside = where(size <= band.high[0] if band.high[1] else size < band.high[0], inside, 0)
        found.append((inside, units))
    return found


def _size_band(
    band: Band, points: Sequence[tuple[Fraction, Mapping[str, Fraction]]], measures: set[Measure]
) -> SizeBand:
    share = sum((weight for weight, _ in points), Fraction(0))
    meters = dict.fromkeys(meter for _, units in points for meter in units)

    def mean(of: Any) -> Fraction:
        total = sum((weight * of(units) for weight, units in points), Fraction(0))
        return total / share if known(share) else safe_divide(total, share)

    def most(*meters: str) -> Fraction:
        sums = (sum((units[meter] for meter in meters), Fraction(0)) for _, units in points)
        return reduce(maximum, sums)

    totals = {meter: mean(lambda units, meter=meter: units.get(meter, 0)) for meter in meters}
    largest = most("input", "output"), most("output")
    return SizeBand(band, share, totals, {measure: mean(measure.of) for measure in measures}, largest)


def sizes_of(spec: Spec, card: RateCard, folder: Path | None, path: Sequence[Any]) -> Sizes:
    """The sizes of a model's requests.

    Args:
        spec: what the scenario says.
        card: the model's rate card, for its tokenizer.
        folder: the scenario's folder, for profiles of its own.
        path: where the scenario speaks of it, for messages.

    Raises:
        SpecError: tokens are not given, or a profile is unknown.
    """
    tokens: Tokens | None = spec.get("tokens")
    if tokens is None:
        if spec.get("meters") is None and spec.get("images") is None:
            raise SpecError(path, "no tokens are given: add 'tokens', such as {profile: aci-bench/gold-note}")
        return Sizes(((Fraction(1), _units(Fraction(0), Fraction(0), spec)),), "no tokens")
    if tokens.profile is not None:
        return _measured(tokens, spec, card, folder, path)
    pair, source = _typed(tokens)
    return Sizes(((Fraction(1), _units(*pair, spec)),), source)


def _typed(tokens: Tokens) -> tuple[tuple[Fraction, Fraction], str]:
    if tokens.total is not None and tokens.input_to_output is not None:
        left, right = tokens.input_to_output
        into = input_of_total(tokens.total, left, right)
        return (
            into,
            tokens.total - into,
        ), f"{int(left)}:{int(right)} of {_shown(tokens.total)} tokens, as stated"
    into = Fraction(0) if tokens.input is None else tokens.input
    if tokens.output_per_input is not None:
        return (
            into,
            output_of_input(into, tokens.output_per_input),
        ), "input and output for one input, as stated"
    return (into, Fraction(0) if tokens.output is None else tokens.output), "input and output, as stated"


def _shown(number: Fraction) -> str:
    return f"{float(number):g}" if known(number) else "an uncertain number of"


def _measured(tokens: Tokens, spec: Spec, card: RateCard, folder: Path | None, path: Sequence[Any]) -> Sizes:
    from costmodel.errors import UsageError
    from costmodel.usage.profiles import load_profile

    try:
        profile = load_profile(str(tokens.profile), folder)
    except UsageError as error:
        raise SpecError((*path, "tokens", "profile"), str(error), of_key=False) from None
    vocabulary, left, right, doubts = vocabulary_for(profile, card, own=tokens.tokenizer == "own")
    requests = Fraction(profile.file.requests)
    points = tuple(
        (point.weight / requests, _units(point.input * left, point.output * right, spec))
        for point in profile.points(vocabulary)
    )
    source = f"profile {tokens.profile}: {profile.file.requests:,} measured requests, counted with {vocabulary}"
    return Sizes(points, source, doubts)


def vocabulary_for(
    profile: Profile,
    card: RateCard,
    *,
    own: bool,
) -> tuple[str, Fraction, Fraction, tuple[Doubt, ...]]:
    """The vocabulary whose columns count, factors on them, and what is doubtful about that."""
    measured, wanted, one = profile.file.measured_with, card.offer.tokenizer, Fraction(1)
    if wanted == measured:
        return measured, one, one, ()
    if wanted is None:
        return measured, one, one, ((Doubt("unknown", card.name),) if own else ())
    if not own:
        return measured, one, one, (Doubt("other", f"{card.name} ({wanted})"),)
    if wanted in profile.vocabularies:
        return str(wanted), one, one, ()
    factor = card.tokenizer_factor(measured)
    if factor is None:
        return measured, one, one, (Doubt("unknown", f"{card.name} ({wanted})"),)
    by = f"x {float(factor.input):g} input, x {float(factor.output):g} output"
    return measured, factor.input, factor.output, (Doubt("factor", f"{card.name} ({by})"),)


def _units(into: Fraction, out: Fraction, spec: Spec) -> dict[str, Fraction]:
    units: dict[str, Fraction] = {"request": Fraction(1), "input": into, "output": out}
    images = spec.get("images")
    if images is not None and images.tokens_each is not None:
        units["input_image"] = images.per_request * images.tokens_each
        units["input"] = into + units["input_image"]
    elif images is not None:
        units["image"] = images.per_request
    for part in ("cache_read", "cache_write_5m", "cache_write_1h"):
        share = spec.get(part)
        if share is not None and some(share):
            units[part] = part_of_each(units["input"], share)
    for meter, amount in (spec.get("meters") or {}).items():
        units[meter] = units.get(meter, Fraction(0)) + amount
    return units

"""The same text with other shares of input and output: tokens of a request at a ratio, by each vocabulary."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.comparison.work import compared_work, rebuilt
from costmodel.equations.tokens import input_of_total, output_of_input
from costmodel.errors import CommandLineError
from costmodel.quantities import grouped, significant
from costmodel.usage.profiles import load_profile
from costmodel.usage.spec import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from costmodel.documents.model import Model
    from costmodel.prices.tokenizers import Factor
    from costmodel.scenario import Scenario
    from costmodel.usage.profiles import Profile

_OWN = "own"
_DIGITS = 6  # of tokens for reading
_SAME = (Fraction(1), Fraction(1))


class _Whole(NamedTuple):
    """Input and output tokens of a request together, by the vocabulary they were measured with.

    Attributes:
        profile: the profile whose mean they are, where other vocabularies count on their own.
    """

    tokens: Fraction
    profile: Profile | None


class Ratio:
    """A scenario at other ratios of input to output, all tokens of a request together staying the same.

    By another vocabulary the text is counted as its profile says: input and output each in the proportion of their
    means, or by the factor of the price book where the profile has no such counts.
    """

    def __init__(self, scenario: Scenario, factor: Callable[[str, str], Factor | None]) -> None:
        self._work, self._factor = compared_work(scenario), factor
        self._wholes: dict[Tokens, _Whole] = {}
        rebuilt(self._work, self._noted)
        if not self._wholes:
            raise CommandLineError("'--over ratio' needs 'tokens' in the scenario")

    def _noted(self, model: Model) -> Model:
        if isinstance(model, Tokens):
            self._wholes[model] = _whole(model, self._work.folder)
        return model

    def at(self, share: Any, vocabulary: str | None) -> Scenario:
        """The scenario at a share of input in all tokens, exact or draws, as a vocabulary counts it."""

        def replaced(model: Model) -> Model:
            if not isinstance(model, Tokens):
                return model
            whole, profile = self._wholes[model]
            left, right = _SAME if profile is None else self._proportion(profile, vocabulary)
            into = input_of_total(whole, share, 1 - share)
            return Tokens.model_construct(input=into * left, output=(whole - into) * right)

        return rebuilt(self._work, replaced)

    def _proportion(self, profile: Profile, vocabulary: str | None) -> tuple[Fraction, Fraction]:
        """Tokens of input and of output that a vocabulary counts where the profile's counts one."""
        measured = profile.file.measured_with
        if vocabulary in {None, measured}:
            return _SAME
        if vocabulary in profile.vocabularies:
            own, base = _means(profile, vocabulary), _means(profile, measured)
            return own[0] / base[0], own[1] / base[1]
        found = self._factor(measured, str(vocabulary))
        return _SAME if found is None else (found.input, found.output)

    @cached_property
    def by_vocabulary(self) -> bool:
        """Whether vocabularies count on their own."""
        return any(whole.profile is not None for whole in self._wholes.values())

    @property
    def note(self) -> str:
        """What stays the same, in words."""
        sums = dict.fromkeys(whole.tokens for whole in self._wholes.values())
        said = f"Input and output together stay the same: {', '.join(map(_shown, sums))} tokens a request"
        if not any(tokens.profile is not None for tokens in self._wholes):
            return f"{said}."
        mean = f"{said} (the mean of the profile, by the vocabulary it was measured with; every request at that size)."
        each = " Each offer's own vocabulary counts the text in the proportion that the profile measured."
        return mean + each * self.by_vocabulary


def _shown(tokens: Fraction) -> str:
    return grouped(significant(tokens, _DIGITS))


def _means(profile: Profile, vocabulary: str | None) -> tuple[Fraction, Fraction]:
    points, requests = profile.points(vocabulary), Fraction(profile.file.requests)
    return (
        sum(point.weight * point.input for point in points) / requests,
        sum(point.weight * point.output for point in points) / requests,
    )


def _whole(tokens: Tokens, folder: Path | None) -> _Whole:
    if tokens.profile is not None:
        profile = load_profile(str(tokens.profile), folder)
        return _Whole(sum(_means(profile, None), Fraction(0)), profile if tokens.tokenizer == _OWN else None)
    if tokens.total is not None:
        return _Whole(tokens.total, None)
    into = tokens.input or Fraction(0)
    if tokens.output_per_input is not None:
        return _Whole(into + Fraction(output_of_input(into, tokens.output_per_input)), None)
    return _Whole(into + (tokens.output or 0), None)

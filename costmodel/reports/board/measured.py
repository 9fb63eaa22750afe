"""The measured requests that a cost is computed from: which profile, counted how, and their sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.study.cost import alternatives, forecast_of, told
from costmodel.usage.profiles import load_profile
from costmodel.usage.sizes import vocabulary_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from costmodel.prices.book import PriceBook
    from costmodel.scenario import Scenario
    from costmodel.usage.profiles import ProfileFile
    from costmodel.usage.spec import Request
    from costmodel.usage.workload import Part


class Measured(NamedTuple):
    """Requests of a profile, as one offer counts them.

    Attributes:
        offer: the model.
        profile: name, requests and source.
        vocabulary: that they are counted with.
        factors: on its counts, of input and of output; 1 where they are counts.
        tokens: input and output of all measured requests together, images not counted.
    """

    offer: str
    profile: ProfileFile
    vocabulary: str
    factors: tuple[Fraction, Fraction]
    tokens: tuple[Fraction, Fraction]


def measured_requests(scenario: Scenario, models: Sequence[str], book: PriceBook) -> tuple[Measured, ...]:
    """What each model counts of each profile that the scenario names, each once; none where all tokens are stated.

    Args:
        scenario: the scenario.
        models: models that each do all the work alone, in place of the scenario's mix.
        book: prices, which know each model's vocabulary.
    """
    months = [scenario.horizon.start]
    found: dict[tuple[str, str, str], Measured] = {}
    options: list[tuple[str, Request] | None] = [*alternatives(scenario, models, book).items()]
    for alone in options or [None]:
        parts = told(scenario, forecast_of(scenario, book, months, alone).parts)
        made = [one for part in parts.values() for one in _of(part, scenario)]
        found |= {(one.offer, one.profile.profile, one.vocabulary): one for one in made}
    return tuple(found.values())


def _of(part: Part, scenario: Scenario) -> Iterator[Measured]:
    tokens = part.spec.get("tokens")
    if tokens is None or tokens.profile is None:
        return
    profile = load_profile(tokens.profile, scenario.folder)
    vocabulary, left, right, _ = vocabulary_for(profile, part.card, own=tokens.tokenizer == "own")
    points = profile.points(vocabulary)
    sums = (
        left * sum(point.weight * point.input for point in points),
        right * sum(point.weight * point.output for point in points),
    )
    yield Measured(part.card.name, profile.file, vocabulary, (left, right), sums)

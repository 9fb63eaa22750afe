"""What text is counted with: a vocabulary that is at hand, or an estimate by factor where a model's own is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.documents.model import did_you_mean, load
from costmodel.errors import CommandLineError
from costmodel.prices.tokenizers import TokenizerFile
from costmodel.usage.counting.vocabularies import Vocabulary, shipped, vocabulary_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from costmodel.prices.book import PriceBook
    from costmodel.prices.tokenizers import Factor

DEFAULT = "o200k_base"


class Estimate(NamedTuple):
    """How the counts of a vocabulary become those of another.

    Attributes:
        factor: on input and on output, tokens for one token of the counted vocabulary.
        elsewhere: the least and the largest factor on other text than English; None where none was measured.
        source: where the factor was measured.
    """

    factor: Factor
    elsewhere: tuple[Fraction, Fraction] | None
    source: str

    @property
    def english(self) -> tuple[Fraction, Fraction]:
        """The least and the largest factor on English text."""
        return min(self.factor.input, self.factor.output), max(self.factor.input, self.factor.output)


class Measure(NamedTuple):
    """A vocabulary that was asked for.

    Attributes:
        name: its name.
        counted: the vocabulary that really counts.
        estimate: how its counts are made of the counted ones; None where it counts itself.
        models: the models asked for that use it.
    """

    name: str
    counted: Vocabulary
    estimate: Estimate | None = None
    models: tuple[str, ...] = ()


def measures(vocabularies: Sequence[str], models: Sequence[str], book: Callable[[], PriceBook]) -> list[Measure]:
    """The vocabularies asked for by name, then those of models; o200k_base where none is asked for.

    Args:
        vocabularies: names.
        models: `provider/model`, as the price book names them.
        book: opens the price book, where it is needed.

    Raises:
        CommandLineError: a vocabulary is not known, or the price book does not say which one a model uses.
        NoPriceError: there is no such model.
    """
    users: dict[str, list[str]] = {name: [] for name in vocabularies or ([] if models else [DEFAULT])}
    for model in models:
        card = book().card(model)
        if card.offer.tokenizer is None:
            raise CommandLineError(
                f"the price book does not say with which vocabulary '{card.name}' counts. Ask for one by name, such as "
                f"--vocabulary {DEFAULT}, and take it for an estimate"
            )
        users.setdefault(card.offer.tokenizer, []).append(card.name)
    return [_measure(name, tuple(dict.fromkeys(names)), book) for name, names in users.items()]


def _measure(name: str, models: tuple[str, ...], book: Callable[[], PriceBook]) -> Measure:
    own = shipped(name)
    if own is not None:
        return Measure(name, own, None, models)
    prices = book()
    table = load(prices.folder / "tokenizers.yaml", TokenizerFile, "tokenizers.yaml")
    factor, base = prices.tokenizer_factor(table.base, name), shipped(table.base)
    if factor is None or base is None:
        known = [item.vocabulary for item in vocabulary_file().vocabularies]
        raise CommandLineError(
            f"there is no vocabulary '{name}' and no factor for one"
            f"{did_you_mean(name, [*known, *(item.tokenizer for item in table.factors)], label='There are')}"
        )
    spans = vocabulary_file().elsewhere.factors
    elsewhere = next(((span.low, span.high) for span in spans if span.vocabulary == name), None)
    return Measure(name, base, Estimate(factor, elsewhere, table.source), models)

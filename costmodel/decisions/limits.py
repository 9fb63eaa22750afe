"""What a mix must meet, as constraints of a linear programme."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.filters import term_value
from costmodel.decisions.programme import Constraint
from costmodel.quantities import decimal_text, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from costmodel.decisions.alone import Bench
    from costmodel.decisions.constraints import Constraints
    from costmodel.decisions.filters import Requirement
    from costmodel.decisions.programme import Cell
    from costmodel.prices.card import RateCard

_HUNDREDTH = Fraction(1, 100)


class Offers(NamedTuple):
    """Offers that may take part.

    Attributes:
        weights: each workload's share of all records.
        costs: a month's cost of all of a workload, taxes and fees included, by workload and offer.
        fixed: a month's cost that no share changes.
        left_out: offers that take no part, and why.
    """

    bench: Bench
    cards: dict[str, RateCard]
    weights: dict[str, Fraction]
    costs: dict[Cell, Fraction]
    fixed: Fraction
    left_out: tuple[tuple[str, str], ...]


def constraints_of(offers: Offers, file: Constraints | None, conditions: Sequence[Requirement]) -> Iterator[Constraint]:
    """Everything that a mix must meet, in the order of the file; conditions on offers come first."""
    for condition in dict.fromkeys(conditions):
        unmet = {name for name, card in offers.cards.items() if condition.unmet(card)}
        yield _barring(offers, f"every offer has {condition}", unmet)
    if file is None:
        return
    if file.quality is not None:
        yield from _quality(offers, file)
    if file.latency is not None:
        yield from _latency(offers, file)
    providers = dict.fromkeys(name.partition("/")[0] for name in offers.cards)
    for provider in providers if file.each_provider_at_most is not None else ():
        yield _share_of(offers, provider, file.each_provider_at_most or Fraction(1), least=False)
    for provider, limit in file.providers.items():
        if limit.at_most is not None:
            yield _share_of(offers, provider, limit.at_most, least=False)
        if limit.at_least is not None:
            yield _share_of(offers, provider, limit.at_least, least=True)
        if limit.spend_at_least is not None:
            amount, currency = limit.spend_at_least.amount, limit.spend_at_least.currency
            terms = {cell: cost for cell, cost in offers.costs.items() if _provider(cell) == provider}
            name = f"{provider} at least {grouped(amount)} {currency} a month"
            yield _sum(
                name, "spend", terms, amount, (f"one more {currency} a month promised to {provider}", Fraction(1))
            )


def _provider(cell: Cell) -> str:
    return cell[1].partition("/")[0]


def _barring(offers: Offers, name: str, unmet: set[str]) -> Constraint:
    return Constraint(name, "offers", barred=frozenset(cell for cell in offers.costs if cell[1] in unmet))


def _sum(
    name: str,
    kind: str,
    terms: Mapping[Cell, Fraction],
    limit: Fraction,
    unit: tuple[str, Fraction],
    *,
    least: bool = True,
) -> Constraint:
    # Without a term that is not 0, it is met by no share or by all: a term of 0 keeps it a condition on a sum.
    return Constraint(name, kind, terms or {("", ""): Fraction(0)}, limit, least, unit=unit)


def _weighted(offers: Offers, value: Callable[[str], Fraction], workload: str = "") -> dict[Cell, Fraction]:
    """What a full share of each cell adds to the mean over all records, or over those of one workload."""
    return {
        cell: value(cell[1]) * (1 if workload else offers.weights[cell[0]])
        for cell in offers.costs
        if workload in {"", cell[0]}
    }


def _quality(offers: Offers, file: Constraints) -> Iterator[Constraint]:
    quality = file.quality
    if quality is None:
        return
    scores = {offers.bench.book.card(name).name: score for name, score in quality.scores.items()}
    yield _barring(offers, "every offer has a quality score", set(offers.cards) - set(scores))

    def score(name: str) -> Fraction:
        return scores.get(name, Fraction(0))

    if quality.at_least is not None:
        words = f"quality at least {decimal_text(quality.at_least)}"
        yield _sum(
            words, "quality", _weighted(offers, score), quality.at_least, ("one more point of quality", Fraction(1))
        )
    for workload, least in quality.by_workload.items():
        words, unit = (
            f"quality of {workload} at least {decimal_text(least)}",
            f"one more point of quality in {workload}",
        )
        yield _sum(words, "quality", _weighted(offers, score, workload), least, (unit, Fraction(1)))


def _latency(offers: Offers, file: Constraints) -> Iterator[Constraint]:
    limits = file.latency
    if limits is None:
        return
    found = {name: term_value(card, "latency_ms") for name, card in offers.cards.items()}
    known = {
        name: Fraction(value)
        for name, value in found.items()
        if value is not None and not isinstance(value, bool | str)
    }
    yield _barring(offers, "every offer has a known latency", set(offers.cards) - set(known))
    if limits.at_most_ms is not None:
        slow = {name for name, value in known.items() if value > limits.at_most_ms}
        yield _barring(offers, f"latency of every offer at most {grouped(limits.at_most_ms)} ms", slow)
    if limits.mean_ms is not None:
        terms = _weighted(offers, lambda name: known.get(name, Fraction(0)))
        words, unit = f"mean latency at most {grouped(limits.mean_ms)} ms", "100 ms more of mean latency"
        yield _sum(words, "latency", terms, limits.mean_ms, (unit, Fraction(100)), least=False)


def _share_of(offers: Offers, provider: str, limit: Fraction, *, least: bool) -> Constraint:
    terms = {cell: offers.weights[cell[0]] for cell in offers.costs if _provider(cell) == provider}
    words = f"{provider} at {'least' if least else 'most'} {decimal_text(limit * 100)} % of the records"
    unit = f"1 % more of the records {'promised to' if least else 'allowed to'} {provider}"
    return _sum(words, "commitment" if least else "share", terms, limit, (unit, _HUNDREDTH), least=least)

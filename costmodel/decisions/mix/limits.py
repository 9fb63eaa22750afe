"""What a mix must meet, as constraints of a linear programme."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.comparison.filters import term_value
from costmodel.decisions.mix.programme import Constraint, Unit
from costmodel.quantities import decimal_text, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from costmodel.decisions.comparison.alone import Bench
    from costmodel.decisions.comparison.filters import Requirement
    from costmodel.decisions.mix.constraints import Constraints
    from costmodel.decisions.mix.programme import Cell
    from costmodel.decisions.mix.wanted import Resolved
    from costmodel.prices.card import RateCard
    from costmodel.quantities import Money

_HUNDREDTH = Fraction(1, 100)


class Offers(NamedTuple):
    """Offers that may take part.

    Attributes:
        weights: each workload's share of all records.
        costs: a month's cost of all of a workload, taxes and fees included, by workload and offer.
        whole: a month's cost of offers whose cost is not in proportion to their share, doing all the work.
        fixed: a month's cost that no share changes.
        left_out: offers that take no part, and why.
    """

    bench: Bench
    cards: dict[str, RateCard]
    weights: dict[str, Fraction]
    costs: dict[Cell, Fraction]
    whole: dict[str, Fraction]
    fixed: Fraction
    left_out: tuple[tuple[str, str], ...]

    @property
    def spend(self) -> dict[Cell, Fraction]:
        """What a full share of each cell costs a month; of an offer that does all or none, by the records."""
        alone = {
            (workload, name): cost * weight
            for name, cost in self.whole.items()
            for workload, weight in self.weights.items()
        }
        return self.costs | alone


def constraints_of(offers: Offers, wanted: Resolved | None, conditions: Sequence[Requirement]) -> Iterator[Constraint]:
    """Everything that a mix must meet, in the order of the file; conditions on offers come first."""
    for condition in dict.fromkeys(conditions):
        unmet = {name for name, card in offers.cards.items() if condition.unmet(card)}
        yield _barring(offers, f"every offer has {condition}", unmet)
    if wanted is None:
        return
    yield from _quality(offers, wanted)
    yield from _latency(offers, wanted.file)
    yield from _each_provider(offers, wanted.file)
    for workload, owner, limit in wanted.limits():
        if limit.at_most is not None:
            yield _share_of(offers, (workload, owner), limit.at_most, least=False)
        if limit.at_least is not None:
            yield _share_of(offers, (workload, owner), limit.at_least, least=True)
    for provider, promised in wanted.file.providers.items():
        if promised.spend_at_least is not None:
            yield _spend(offers, provider, promised.spend_at_least)


def _provider(cell: Cell) -> str:
    return cell[1].partition("/")[0]


def _barring(offers: Offers, name: str, unmet: set[str]) -> Constraint:
    return Constraint(name, "offers", barred=frozenset(cell for cell in offers.spend if cell[1] in unmet))


def _sum(
    about: tuple[str, str], terms: Mapping[Cell, Fraction], limit: Fraction, unit: Unit, *, least: bool = True
) -> Constraint:
    # Without a term that is not 0, it is met by no share or by all: a term of 0 keeps it a condition on a sum.
    name, kind = about
    return Constraint(name, kind, terms or {("", ""): Fraction(0)}, limit, least, unit=unit)


def _weighted(offers: Offers, value: Callable[[str], Fraction], workload: str = "") -> dict[Cell, Fraction]:
    """What a full share of each cell adds to the mean over all records, or over those of one workload."""
    return {
        cell: value(cell[1]) * (1 if workload else offers.weights[cell[0]])
        for cell in offers.spend
        if workload in {"", cell[0]}
    }


def _quality(offers: Offers, wanted: Resolved) -> Iterator[Constraint]:
    quality, scores = wanted.file.quality, wanted.scores
    if quality is None:
        return
    yield _barring(offers, "every offer has a quality score", set(offers.cards) - set(scores))

    def limit(words: str, least: Fraction, workload: str = "") -> Constraint:
        terms = _weighted(offers, lambda name: scores.get(name, Fraction(0)), workload)
        unit = Unit(f"one more point of {words}", "one less", Fraction(1))
        return _sum((f"{words} at least {decimal_text(least)}", "quality"), terms, least, unit)

    if quality.at_least is not None:
        yield limit("quality", quality.at_least)
    for workload, least in quality.by_workload.items():
        yield limit(f"quality of {workload}", least, workload)


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
        unit = Unit("100 ms more of mean latency", "100 ms less", Fraction(100))
        words = f"mean latency at most {grouped(limits.mean_ms)} ms"
        yield _sum((words, "latency"), terms, limits.mean_ms, unit, least=False)


def _each_provider(offers: Offers, file: Constraints) -> Iterator[Constraint]:
    """One limit for every provider: a constraint each, dropped together."""
    most = file.each_provider_at_most
    if most is None:
        return
    providers = list(dict.fromkeys(name.partition("/")[0] for name in offers.cards))
    line = f"each provider at most {decimal_text(most * 100)} % of the records"
    if most * len(providers) < 1:
        shown = decimal_text(most * 100)
        line += f" ({len(providers)} x {shown} % = {decimal_text(most * len(providers) * 100)} %)"
    for provider in providers:
        yield _share_of(offers, ("", provider), most, least=False)._replace(line=line)


def _share_of(offers: Offers, whose: tuple[str, str], limit: Fraction, *, least: bool) -> Constraint:
    """A limit on the share of a provider, or of an offer, in all records or in those of one workload."""
    workload, owner = whose
    of_offer = "/" in owner
    terms = {
        cell: Fraction(1) if workload else offers.weights[cell[0]]
        for cell in offers.spend
        if owner == (cell[1] if of_offer else _provider(cell)) and workload in {"", cell[0]}
    }
    records = f"the records of {workload}" if workload else "the records"
    words = f"{owner} at {'least' if least else 'most'} {decimal_text(limit * 100)} % of {records}"
    unit = Unit(f"1 % more of {records} {'promised to' if least else 'allowed to'} {owner}", "1 % less", _HUNDREDTH)
    return _sum((words, "commitment" if least else "share"), terms, limit, unit, least=least)


def _spend(offers: Offers, provider: str, promised: Money) -> Constraint:
    terms = {cell: cost for cell, cost in offers.spend.items() if _provider(cell) == provider}
    unit = Unit(f"one more {promised.currency} a month promised to {provider}", "one less", Fraction(1))
    words = f"{provider} at least {grouped(promised.amount)} {promised.currency} a month"
    return _sum((words, "spend"), terms, promised.amount, unit)

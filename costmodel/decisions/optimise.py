"""The cheapest mix of offers under constraints."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.billing.levies import levy_lines
from costmodel.decisions.alone import Alone
from costmodel.decisions.compare import candidates, in_region, own_models, too_large
from costmodel.decisions.filters import Filters, requirement, term_value
from costmodel.decisions.programme import Constraint, Problem, clashes, optimum, pure, rounded
from costmodel.errors import CommandLineError
from costmodel.prices.reading import digest
from costmodel.quantities import decimal_text, grouped
from costmodel.results.estimate import BookReference, Estimate
from costmodel.results.lines import records_served
from costmodel.results.mix import Limit, OptimalMix, Part
from costmodel.study.cost import book_for, estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from costmodel.decisions.alone import Bench
    from costmodel.decisions.constraints import Constraints, Wanted
    from costmodel.decisions.programme import Cell, Optimum, Shares
    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.scenario import Scenario

_HUNDREDTH = Fraction(1, 100)
_NOT_OF_A_MIX = ("models", "mix", "expect", "uncertainty", "roi", "budget")


class _Offers(NamedTuple):
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


def optimise(
    scenario: Scenario,
    models: Sequence[str] = (),
    book: PriceBook | None = None,
    *,
    everything: bool = False,
    filters: Filters | None = None,
    constraints: Wanted | None = None,
) -> OptimalMix:
    """The cheapest shares of offers in each workload, and what they cost.

    Args:
        scenario: the work.
        models: offers that may take part; the scenario's own if none is named.
        book: prices; those that the scenario asks for by default.
        everything: every offer of the price book may take part, in place of `models`.
        filters: what every offer must meet.
        constraints: what the mix must meet.

    Raises:
        FileError: the scenario, the constraints or a price file cannot be computed with.
        NoPriceError: an offer that was named has no price.
        CommandLineError: no offer may take part.
    """
    prices, wanted = book or book_for(scenario), filters or Filters()
    file = constraints.file if constraints else None
    work = in_region(scenario, wanted.region)
    names = [] if everything else models or own_models(scenario)
    offers = _offers(work, prices, names, wanted)
    if constraints is not None:
        known = {name: card.name for card in offers.cards.values() for name in _names(card)} | _others(offers.left_out)
        constraints.require_names(known, tuple(offers.weights), work.currency)
    conditions = (*wanted.requirements, *(requirement(text) for text in (file.require if file else ())))
    problem = Problem(offers.costs, tuple(offers.weights), tuple(_constraints(offers, file, conditions)))
    best = optimum(problem)
    shares = {} if best is None else rounded(problem, best)
    bill = None if best is None else _billed(work, prices, shares)
    return _result(work, prices, offers, problem, (best, shares, bill))


def _names(card: RateCard) -> list[str]:
    return [card.name, *(f"{card.name.partition('/')[0]}/{alias.name}" for alias in card.offer.aliases)]


def _others(left_out: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {name: name for name, _ in left_out}


def _offers(work: Scenario, prices: PriceBook, names: Sequence[str], filters: Filters) -> _Offers:
    """What each offer costs in each workload; those whose cost is not in proportion to their share are left out."""
    bench, found = candidates(work, prices, names, filters)
    workloads = [workload.name for workload, _ in work.all_workloads()]
    left_out = [(item.name, item.found) for item in found if isinstance(item.found, str)]
    cards, costs, fixed, records = {}, {}, Fraction(0), {}
    for item in found:
        if isinstance(item.found, str):
            continue
        why = _out_of_proportion(item.found)
        if why:
            left_out.append((item.name, why))
            continue
        cards[item.name] = item.found.card
        by_workload, fixed = _monthly(item.found, bench, workloads)
        costs |= {(workload, item.name): cost for workload, cost in by_workload.items()}
        entries = item.found.bill.entries
        records = {name: records_served(entry for entry in entries if entry.workload == name) for name in workloads}
    if not cards:
        raise CommandLineError(f"no offer may take part: {'; '.join(f'{name}: {why}' for name, why in left_out)}")
    whole = sum(records.values(), Fraction(0))
    weights = {name: records[name] / whole if whole else Fraction(1, len(records)) for name in workloads}
    return _Offers(bench, cards, weights, costs, fixed, tuple(left_out))


def _out_of_proportion(item: Alone) -> str:
    """Why an offer cannot stand in a linear programme; empty where it can."""
    if any(entry.tariff.minimum_charge is not None for entry in item.bill.entries if entry.factors is not None):
        return "a minimum charge a month: its cost is not in proportion to its share"
    return next(iter(too_large(item)), "")


def _monthly(item: Alone, bench: Bench, workloads: Sequence[str]) -> tuple[dict[str, Fraction], Fraction]:
    """A month's cost of each workload, and of what does not depend on requests; taxes and fees included."""
    months, taxes = len(bench.months), bench.scenario.taxes_and_fees
    added = sum((line.cost for line in levy_lines([(bench.months[0], Fraction(1))], taxes)), Fraction(0))
    found = dict.fromkeys(workloads, Fraction(0))
    for entry in item.bill.entries:
        if entry.factors is not None:
            found[entry.workload] += entry.cost * (1 + added) / months
    return found, item.total / months - sum(found.values(), Fraction(0))


def _constraints(offers: _Offers, file: Constraints | None, conditions: Sequence[Any]) -> Iterator[Constraint]:
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


def _barring(offers: _Offers, name: str, unmet: set[str]) -> Constraint:
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


def _weighted(offers: _Offers, value: Callable[[str], Fraction], workload: str = "") -> dict[Cell, Fraction]:
    """What a full share of each cell adds to the mean over all records, or over those of one workload."""
    return {
        cell: value(cell[1]) * (1 if workload else offers.weights[cell[0]])
        for cell in offers.costs
        if workload in {"", cell[0]}
    }


def _quality(offers: _Offers, file: Constraints) -> Iterator[Constraint]:
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


def _latency(offers: _Offers, file: Constraints) -> Iterator[Constraint]:
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


def _share_of(offers: _Offers, provider: str, limit: Fraction, *, least: bool) -> Constraint:
    terms = {cell: offers.weights[cell[0]] for cell in offers.costs if _provider(cell) == provider}
    words = f"{provider} at {'least' if least else 'most'} {decimal_text(limit * 100)} % of the records"
    unit = f"1 % more of the records {'promised to' if least else 'allowed to'} {provider}"
    return _sum(words, "commitment" if least else "share", terms, limit, (unit, _HUNDREDTH), least=least)


def _billed(work: Scenario, prices: PriceBook, shares: Shares) -> Estimate:
    """The exact bill of a mix, through the same door as any other."""
    found = estimate(with_mix(work, shares, prices), book=prices)
    if not isinstance(found, Estimate):
        raise CommandLineError("a mix was asked for, and alternatives were found")
    return found


def with_mix(work: Scenario, shares: Shares, prices: PriceBook) -> Scenario:
    """The scenario with a mix in each workload, in place of its mixes and alternatives."""
    data = {key: value for key, value in work.document.data.items() if key not in _NOT_OF_A_MIX}
    said = _said(work, prices)

    def mixed(raw: dict[str, Any], name: str) -> dict[str, Any]:
        models: dict[str, Any] = {
            offer: {"share": f"{decimal_text(share * 100)} %", **said.get(offer, {})}
            for (workload, offer), share in shares.items()
            if workload == name
        }
        steps = [{key: value for key, value in step.items() if key != "mix"} for step in raw.get("steps", ())]
        return {**raw, **({"steps": steps} if steps else {}), "mix": {"by": "requests", "models": models}}

    if work.workload is not None:
        data["workload"] = mixed(data["workload"], work.workload.name)
    else:
        pairs = zip(data["workloads"], work.workloads, strict=True)
        data["workloads"] = [mixed(raw, workload.name) for raw, workload in pairs]
    document = replace(work.document, data=data, lines=(), places={}, empty=())
    return type(work).of(document, work.folder)


def _said(work: Scenario, prices: PriceBook) -> dict[str, dict[str, Any]]:
    """What the scenario says of the requests of single offers at the top, as it is written."""
    data = work.document.data
    mix = data.get("mix") or {}
    written = [data.get("models"), mix.get("models", mix)]
    named = [(name, entry) for node in written if isinstance(node, dict) for name, entry in node.items()]
    return {
        prices.card(name).name: {key: value for key, value in entry.items() if key not in {"share", "count"}}
        for name, entry in named
        if isinstance(entry, dict) and name != "by"
    }


def _result(
    work: Scenario,
    prices: PriceBook,
    offers: _Offers,
    problem: Problem,
    solved: tuple[Optimum | None, Shares, Estimate | None],
) -> OptimalMix:
    best, shares, bill = solved
    alone = {name: problem.cost(cells) + offers.fixed for name, cells in pure(problem).items()}
    feasible = {name: cost for name, cost in alone.items() if problem.holds(pure(problem)[name])}
    months = offers.bench.months
    return OptimalMix(
        title=work.scenario,
        currency=work.currency,
        months=months,
        parts=tuple(_parts(problem, best, shares)),
        optimum=None if best is None else best.cost + float(offers.fixed),
        bill=bill,
        fixed=offers.fixed,
        limits=tuple(_limit(constraint, best, shares) for constraint in problem.constraints),
        clashes=clashes(problem) if best is None else (),
        cheapest_single=_cheapest(feasible),
        cheapest_of_all=_cheapest(alone),
        left_out=offers.left_out,
        book=BookReference.of(prices),
        scenario_sha256=digest(work.document.data),
        workloads=problem.workloads,
    )


def _cheapest(costs: Mapping[str, Fraction]) -> tuple[str, Fraction] | None:
    return min(costs.items(), key=lambda item: (item[1], item[0])) if costs else None


def _parts(problem: Problem, best: Optimum | None, shares: Shares) -> Iterator[Part]:
    for cell in problem.costs:
        share = shares.get(cell, Fraction(0))
        exactly = best.shares.get(cell, 0.0) if best else 0.0
        if share or exactly:
            yield Part(*cell, share, exactly, problem.costs[cell] * share)


def _limit(constraint: Constraint, best: Optimum | None, shares: Shares) -> Limit:
    words, unit = constraint.unit
    slope = best.marginals.get(constraint.name, 0.0) if best else 0.0
    return Limit(
        name=constraint.name,
        kind=constraint.kind,
        limit=constraint.limit if constraint.terms else None,
        reached=constraint.reached(shares) if constraint.terms and shares else None,
        barred=len({name for _, name in constraint.barred}),
        change=words,
        cost=slope * float(unit),
    )

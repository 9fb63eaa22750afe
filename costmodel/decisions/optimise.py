"""The cheapest mix of offers under constraints."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.billing.levies import levy_lines
from costmodel.decisions.compare import candidates, in_region, own_models, too_large
from costmodel.decisions.filters import Filters, requirement
from costmodel.decisions.limits import Offers, constraints_of
from costmodel.decisions.programme import Problem, clashes, optimum, pure, rounded
from costmodel.errors import CommandLineError
from costmodel.prices.reading import digest
from costmodel.quantities import decimal_text
from costmodel.results.estimate import BookReference, Estimate
from costmodel.results.lines import records_served
from costmodel.results.mix import Limit, OptimalMix, Part
from costmodel.study.cost import book_for, estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from costmodel.decisions.alone import Alone, Bench
    from costmodel.decisions.constraints import Wanted
    from costmodel.decisions.programme import Cell, Constraint, Optimum, Shares
    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.scenario import Scenario

_NOT_OF_A_MIX = ("models", "mix", "expect", "uncertainty", "roi", "budget")


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
    problem = Problem(offers.costs, tuple(offers.weights), tuple(constraints_of(offers, file, conditions)))
    best = optimum(problem)
    shares = {} if best is None else rounded(problem, best)
    bill = None if best is None else _billed(work, prices, shares)
    return _result(work, prices, offers, problem, (best, shares, bill))


def _names(card: RateCard) -> list[str]:
    return [card.name, *(f"{card.name.partition('/')[0]}/{alias.name}" for alias in card.offer.aliases)]


def _others(left_out: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {name: name for name, _ in left_out}


def _offers(work: Scenario, prices: PriceBook, names: Sequence[str], filters: Filters) -> Offers:
    """What each offer costs in each workload; those whose cost is not in proportion to their share are left out."""
    bench, found = candidates(work, prices, names, filters)
    workloads = [workload.name for workload, _ in work.all_workloads()]
    left_out = [(item.name, item.found) for item in found if isinstance(item.found, str)]
    cards: dict[str, RateCard] = {}
    costs: dict[Cell, Fraction] = {}
    fixed, records = Fraction(0), dict.fromkeys(workloads, Fraction(0))
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
    return Offers(bench, cards, weights, costs, fixed, tuple(left_out))


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
    offers: Offers,
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
    for cell in sorted(problem.costs, key=lambda cell: problem.workloads.index(cell[0])):
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

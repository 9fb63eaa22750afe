"""The cheapest mix of offers under constraints."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.billing.levies import levy_lines
from costmodel.decisions.comparison.alone import Alone
from costmodel.decisions.comparison.candidates import candidates, own_models, present_cost, used
from costmodel.decisions.comparison.filters import Filters, requirement
from costmodel.decisions.comparison.standing import too_large
from costmodel.decisions.comparison.work import compared_work, layers, with_records_of
from costmodel.decisions.mix.limits import Offers, constraints_of
from costmodel.decisions.mix.programme import Problem, clashes, optimum, pure, rounded, steps
from costmodel.errors import CommandLineError
from costmodel.prices.reading import digest
from costmodel.quantities import decimal_text
from costmodel.results.estimate import BookReference, Estimate
from costmodel.results.lines import records_served
from costmodel.results.providers.mix import Limit, OptimalMix, Part
from costmodel.study.cost import book_for, estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from costmodel.decisions.comparison.alone import Bench
    from costmodel.decisions.comparison.candidates import Candidate
    from costmodel.decisions.mix.programme import Cell, Constraint, Optimum, Shares
    from costmodel.decisions.mix.wanted import Wanted
    from costmodel.prices.book import PriceBook
    from costmodel.results.providers.provider_comparison import Present
    from costmodel.scenario import Scenario

_MINIMUM = "minimum_charge"
_NOT_OF_A_MIX = ("models", "mix", "expect", "uncertainty", "roi", "budget")


def optimise(  # noqa: PLR0913 - as `compare`, and the constraints
    scenario: Scenario,
    models: Sequence[str] = (),
    book: PriceBook | None = None,
    *,
    everything: bool = False,
    filters: Filters | None = None,
    constraints: Wanted | None = None,
    present: str | None = None,
) -> OptimalMix:
    """The cheapest shares of offers in each workload, and what they cost.

    Args:
        scenario: the work.
        models: offers that may take part; the scenario's own if none is named.
        book: prices; those that the scenario asks for by default.
        everything: every offer of the price book may take part, in place of `models`.
        filters: what every offer must meet.
        constraints: what the mix must meet.
        present: what is paid at present; by default the scenario's mix, or the first of its models.

    Raises:
        FileError: the scenario, the constraints or a price file cannot be computed with.
        NoPriceError: an offer that was named has no price.
        CommandLineError: no offer may take part.
    """
    prices, wanted = book or book_for(scenario), filters or Filters()
    work = compared_work(scenario, wanted.region)
    workloads = [workload.name for workload, _ in work.all_workloads()]
    asked = None if constraints is None else constraints.resolved(prices, workloads, work.currency)
    bench, found = candidates(work, prices, [] if everything else models or own_models(scenario), wanted)
    offers = _offers(bench, found, workloads)
    conditions = (*wanted.requirements, *(requirement(text) for text in (asked.file.require if asked else ())))
    limits = tuple(constraints_of(offers, asked, conditions))
    problem = Problem(offers.costs, tuple(workloads), limits, offers.whole)
    best = optimum(problem)
    shares = {} if best is None else rounded(problem, best)
    bill = None if best is None else _billed(work, prices, shares, wanted.region)
    paid = present_cost(scenario, prices, present, found, wanted._replace(requirements=conditions))
    return _result(scenario, work, (offers, problem, paid), (best, shares, bill))


def _offers(bench: Bench, found: Sequence[Candidate], workloads: Sequence[str]) -> Offers:
    """What each offer costs in each workload; those whose cost is not in proportion to their share, as a whole."""
    left_out = [(item.name, item.found) for item in found if isinstance(item.found, str)]
    left_out += [
        (item.name, why)
        for item in found
        if isinstance(item.found, Alone)
        for why in too_large(item.found.card, item.found.largest)[:1]
    ]
    gone = {name for name, _ in left_out}
    taking = {item.name: item.found for item in found if isinstance(item.found, Alone) and item.name not in gone}
    if not taking:
        raise CommandLineError(f"no offer may take part: {'; '.join(f'{name}: {why}' for name, why in left_out)}")
    costs: dict[Cell, Fraction] = {}
    whole: dict[str, Fraction] = {}
    fixed = Fraction(0)
    for name, item in taking.items():
        by_workload, fixed = _monthly(item, bench, workloads)
        if _in_proportion(item):
            costs |= {(workload, name): cost for workload, cost in by_workload.items()}
        else:
            whole[name] = item.total / len(bench.months) - fixed
    cards = {name: item.card for name, item in taking.items()}
    return Offers(bench, cards, _weights(item, workloads), costs, whole, fixed, tuple(left_out))


def _in_proportion(item: Alone) -> bool:
    """Whether half of the work costs half as much; not so where a minimum is charged a month."""
    return all(entry.tariff.minimum_charge is None for entry in item.bill.entries if entry.factors is not None)


def _weights(item: Alone, workloads: Sequence[str]) -> dict[str, Fraction]:
    """Each workload's share of all records."""
    entries = item.bill.entries
    records = {name: records_served(entry for entry in entries if entry.workload == name) for name in workloads}
    all_records = sum(records.values(), Fraction(0))
    return {name: records[name] / all_records if all_records else Fraction(1, len(records)) for name in workloads}


def _monthly(item: Alone, bench: Bench, workloads: Sequence[str]) -> tuple[dict[str, Fraction], Fraction]:
    """A month's cost of each workload, and of what does not depend on the offer; taxes and fees included."""
    months, taxes = len(bench.months), bench.scenario.taxes_and_fees
    added = sum((line.cost for line in levy_lines([(bench.months[0], Fraction(1))], taxes)), Fraction(0))
    found = dict.fromkeys(workloads, Fraction(0))
    for entry in item.bill.entries:
        if entry.factors is not None:
            found[entry.workload] += entry.cost * (1 + added) / months
    own = [line.cost for line in item.bill.levies if line.kind == _MINIMUM and line.model == item.card.name]
    return found, (item.total - sum(own, Fraction(0)) * (1 + added)) / months - sum(found.values(), Fraction(0))


def _billed(work: Scenario, prices: PriceBook, shares: Shares, region: str) -> Estimate:
    """The exact bill of a mix, through the same door as any other."""
    made = with_records_of(work, compared_work(with_mix(work, shares, prices), region))
    found = estimate(made, book=prices)
    if not isinstance(found, Estimate):
        raise CommandLineError("a mix was asked for, and alternatives were found")
    return found


def with_mix(work: Scenario, shares: Shares, prices: PriceBook) -> Scenario:
    """The scenario with a mix in each workload, in place of its mixes and alternatives."""
    data = {key: value for key, value in work.document.data.items() if key not in _NOT_OF_A_MIX}
    top = _said(work.document.data.get("models"), prices) | _said(work.document.data.get("mix"), prices)

    def mix(own: Any, name: str) -> dict[str, Any]:
        said = top | _said(own, prices)
        models = {
            offer: {"share": f"{decimal_text(share * 100)} %", **said.get(offer, {})}
            for (workload, offer), share in shares.items()
            if workload == name
        }
        return {"by": "requests", "models": models}

    def mixed(raw: dict[str, Any], name: str) -> dict[str, Any]:
        steps = [step | ({"mix": mix(step["mix"], name)} if "mix" in step else {}) for step in raw.get("steps", ())]
        return {**raw, **({"steps": steps} if steps else {}), "mix": mix(raw.get("mix"), name)}

    if work.workload is not None:
        data["workload"] = mixed(data["workload"], work.workload.name)
    else:
        pairs = zip(data["workloads"], work.workloads, strict=True)
        data["workloads"] = [mixed(raw, workload.name) for raw, workload in pairs]
    document = replace(work.document, data=data, lines=(), places={}, empty=())
    return type(work).of(document, work.folder)


def _said(written: Any, prices: PriceBook) -> dict[str, dict[str, Any]]:
    """What a mix or a list of models says of the requests of single offers, as it is written."""
    node = written.get("models", written) if isinstance(written, dict) else {}
    named = node.items() if isinstance(node, dict) else ()
    return {
        prices.card(name).name: {key: value for key, value in entry.items() if key not in {"share", "count"}}
        for name, entry in named
        if isinstance(entry, dict)
    }


def _result(
    scenario: Scenario,
    work: Scenario,
    known: tuple[Offers, Problem, Present | None],
    solved: tuple[Optimum | None, Shares, Estimate | None],
) -> OptimalMix:
    (offers, problem, paid), (best, shares, bill) = known, solved
    alone = {name: problem.cost(cells) + offers.fixed for name, cells in pure(problem).items()}
    feasible = {name: cost for name, cost in alone.items() if problem.holds(pure(problem)[name])}
    looked_at = [*offers.cards, *(name for name, _ in offers.left_out)]
    return OptimalMix(
        title=scenario.scenario,
        currency=scenario.currency,
        months=offers.bench.months,
        parts=tuple(_parts(offers, best, shares)),
        optimum=None if best is None else best.cost + float(offers.fixed),
        bill=None if bill is None else replace(bill, notices=used(bill.notices, looked_at)),
        fixed=offers.fixed,
        limits=tuple(_limit(problem, constraint, best, shares) for constraint in problem.constraints),
        clashes=clashes(problem) if best is None else (),
        cheapest_single=_cheapest(feasible),
        cheapest_of_all=_cheapest(alone),
        present=paid,
        whole=tuple(offers.whole),
        left_out=offers.left_out,
        book=BookReference.of(offers.bench.book),
        scenario_sha256=digest(scenario.document.data),
        workloads=problem.workloads,
        further=tuple(_further(scenario, work)),
    )


def _cheapest(costs: Mapping[str, Fraction]) -> tuple[str, Fraction] | None:
    return min(costs.items(), key=lambda item: (item[1], item[0])) if costs else None


def _further(scenario: Scenario, work: Scenario) -> Iterator[str]:
    """What else must be written with the mix, so that `estimate` comes to the same."""
    if any(layer.tokens and layer.tokens.tokenizer == "own" for layer in layers(work)):
        said = [layer.tokens for layer in layers(scenario) if layer.tokens and layer.tokens.profile is not None]
        if any("tokenizer" not in tokens.model_fields_set for tokens in said):
            yield "tokenizer: own (beside each profile)"
    if work.region != scenario.region:
        yield f"region: {work.region}"
    for (now, _), (before, _) in zip(work.all_workloads(), scenario.all_workloads(), strict=True):
        if not before.records.stated and now.records.per_month is not None:
            yield f"records: {{per_month: {decimal_text(now.records.per_month)}}}"


def _parts(offers: Offers, best: Optimum | None, shares: Shares) -> Iterator[Part]:
    spend, workloads = offers.spend, list(offers.weights)
    for cell in sorted(spend, key=lambda cell: workloads.index(cell[0])):
        share = shares.get(cell, Fraction(0))
        exactly = best.shares.get(cell, 0.0) if best else 0.0
        if share or exactly:
            yield Part(*cell, share, exactly, spend[cell] * share)


def _limit(problem: Problem, constraint: Constraint, best: Optimum | None, shares: Shares) -> Limit:
    summed = bool(constraint.terms)
    found = steps(problem, best, constraint) if best is not None and summed else None
    return Limit(
        name=constraint.name,
        kind=constraint.kind,
        limit=constraint.limit if summed else None,
        reached=constraint.reached(shares) if summed and shares else None,
        barred=len({name for _, name in constraint.barred}),
        steps=(constraint.unit.more, constraint.unit.less),
        costs=(None, None) if found is None else (found.more, found.less),
    )

"""Providers side by side: each offer doing all of a scenario's work alone."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.alone import Alone, Bench, own_mixes
from costmodel.decisions.filters import Filters, term_day, term_value
from costmodel.decisions.latency import latency_classes
from costmodel.documents.settings import path_text
from costmodel.errors import CommandLineError, FileError, NoPriceError, NotInForceError, all_or_errors
from costmodel.prices.card import spans_of
from costmodel.prices.policy import policy
from costmodel.prices.reading import digest
from costmodel.prices.schema import STANDARD, Terms
from costmodel.results.estimate import BookReference
from costmodel.results.lines import records_served
from costmodel.results.notices import is_stale, notices, stated_notices
from costmodel.results.provider_comparison import (
    PRICES_SHOWN,
    Fact,
    Present,
    PriceState,
    ProviderComparison,
    Standing,
    Unpriced,
    shortened,
)
from costmodel.study.cost import billed, book_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.scenario import Scenario
    from costmodel.value.flows import Flows

MIX = "the mix"
_MILLION = 1_000_000
_MOST_NAMES = 3  # of regions, in a reason
_WHERE = re.compile(r" \((?:row from )?[^()]*service tier [^()]*\)")


class Candidate(NamedTuple):
    """An offer to be compared: what it costs, or why it has no price."""

    name: str
    found: Alone | str


def compare(
    scenario: Scenario,
    models: Sequence[str] = (),
    *,
    everything: bool = False,
    present: str | None = None,
    filters: Filters | None = None,
    book: PriceBook | None = None,
) -> ProviderComparison:
    """Compare offers that each do all the work alone.

    Args:
        scenario: the work; of each distribution, the mean is taken.
        models: offers by name; the scenario's own if none is named.
        everything: every offer of the price book, in place of `models`; those without a price are told of.
        present: what is paid at present; by default the scenario's mix, or the first of its models.
        filters: what an offer must meet to be eligible.
        book: prices; those that the scenario asks for by default.

    Raises:
        FileError: the scenario or a price file cannot be computed with.
        NoPriceError: an offer that was named has no price.
        CommandLineError: no offer, or one of them twice.
    """
    prices, wanted = book or book_for(scenario), filters or Filters()
    work = in_region(scenario, wanted.region)
    bench, found = candidates(work, prices, [] if everything else models or own_models(scenario), wanted)
    paid = _present(scenario, prices, present, found)
    returns = None if scenario.roi is None else _returns(work, bench)
    priced = [item.found for item in found if isinstance(item.found, Alone)]
    made = tuple(_standing(item, bench, wanted, returns) for item in priced)
    entries = [entry for item in priced for entry in item.bill.entries]
    doubts = [doubt for item in priced for doubt in item.bill.doubts]
    return ProviderComparison(
        title=scenario.scenario,
        currency=scenario.currency,
        months=bench.months,
        records=records_served(priced[0].bill.entries),
        standings=made,
        unpriced=tuple(Unpriced(item.name, item.found) for item in found if isinstance(item.found, str)),
        present=paid,
        classes=latency_classes(),
        required=wanted.words,
        book=BookReference.of(prices),
        scenario_sha256=digest(work.document.data),
        exchange=tuple(bench.rates.values()),
        notices=(
            *notices(entries, prices, bench.months, doubts),
            *stated_notices(scenario.distributions, scenario.evidence),
        ),
        worth=returns is not None,
        quoted=scenario.roi is not None and scenario.roi.llm_cost is not None,
    )


def own_models(scenario: Scenario) -> list[str]:
    """The models that a scenario names itself.

    Raises:
        CommandLineError: it names none.
    """
    mixes = [*([scenario.mix] if scenario.mix else []), *own_mixes(scenario)]
    named = [*(scenario.models or {}), *(name for mix in mixes for name in mix.models)]
    if not named:
        raise CommandLineError("no model is named: write --models A,B, or --all for every offer of the price book")
    return list(dict.fromkeys(named))


def in_region(scenario: Scenario, region: str) -> Scenario:
    """The same work done in a region, wherever the scenario names another."""
    if not region:
        return scenario
    paths = {("region",), *_regions(scenario.document.data, ())}
    return scenario.changed({path_text(path): region for path in sorted(paths, key=str)})


def _regions(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key == "region" and isinstance(child, str):
            yield (*path, key)
        elif key not in {"labels", "expect", "uncertainty", "roi"}:
            yield from _regions(child, (*path, key))


def candidates(
    work: Scenario, prices: PriceBook, models: Sequence[str], filters: Filters
) -> tuple[Bench, list[Candidate]]:
    """What each offer costs alone; every offer of the book where no model is named.

    Raises:
        FileError, NoPriceError: an offer that was named has no price, or no offer at all has one.
    """
    names = list(models) or [card.name for card in prices.offers()]
    bench = Bench.of(work, prices, names)

    def strictly(name: str) -> Candidate:
        card = prices.card(name)
        sold = not filters.region or filters.region in card.regions
        return Candidate(card.name, bench.alone(name) if sold else f"not sold in region {filters.region}")

    failed: list[FileError | NoPriceError] = []

    def leniently(name: str) -> Candidate:
        try:
            return strictly(name)
        except (FileError, NoPriceError) as error:
            failed.append(error)
            return Candidate(name, reason(error, prices.card(name)))

    found = all_or_errors(names, strictly if models else leniently)
    if not any(isinstance(item.found, Alone) for item in found):
        raise failed[0] if failed else CommandLineError(f"none of these offers is sold in region '{filters.region}'")
    return bench, found


def reason(error: FileError | NoPriceError, card: RateCard) -> str:
    """Why an offer has no price, in a few words."""
    if isinstance(error, FileError):
        return error.mistakes[0].message
    if isinstance(error, NotInForceError):
        spans = [
            f"{start:%Y-%m-%d} to {f'{end:%Y-%m-%d}' if end else 'further notice'}"
            for start, end in spans_of(card.rows)
        ]
        return f"not in force all the time: its prices hold {', '.join(spans)}"
    first = str(error).splitlines()[0].removeprefix(f"'{card.name}' ")
    words = _WHERE.sub("", first).split(". ")[0].rstrip(".")
    there = card.regions if words.startswith("has no region") else ()
    return f"{words}; it is sold in {shortened(there, _MOST_NAMES)}" if there else words


def _present(scenario: Scenario, prices: PriceBook, named: str | None, found: Sequence[Candidate]) -> Present | None:
    """What is paid at present, as the scenario says it."""
    if named is None and scenario.models is None and (scenario.mix is not None or own_mixes(scenario)):
        months = [scenario.horizon.start.later(index) for index in range(scenario.horizon.months)]
        return Present(MIX, sum(billed(scenario, prices, months, None).monthly(months), Fraction(0)))
    name = named or next(iter(scenario.models or ()), None)
    if name is None:
        return None
    try:
        alone = Bench.of(scenario, prices, [name]).alone(name)
    except (FileError, NoPriceError):
        if named is None and any(item.name == prices.card(name).name for item in found):
            return None  # it is told of with the others that have no price
        raise
    return Present(alone.card.name, alone.total)


def _standing(item: Alone, bench: Bench, filters: Filters, returns: Mapping[str, Flows] | None) -> Standing:
    card = item.card
    flows = None if returns is None else returns[card.name]
    net, back = _worth(flows) if flows is not None else (None, None)
    return Standing(
        name=card.name,
        total=item.total,
        list_prices=list_prices(item, bench),
        list_currency=card.currency,
        context_window=card.offer.context_window,
        terms={name: Fact(term_value(card, name), term_day(card, name)) for name in Terms.model_fields},
        price=_price_state(item, bench.book),
        reasons=(*too_large(item), *filters.reasons(card)),
        net_present_value=net,
        payback=back,
    )


def _worth(flows: Flows) -> tuple[Any, Any]:
    from costmodel.value.returns import payback

    return flows.net_present_value, payback(flows.nets)


def too_large(item: Alone) -> list[str]:
    """That a request is larger than the model takes, by what the price book knows."""
    window, largest = item.card.offer.context_window, item.largest
    if window is None or largest <= window:
        return []
    return [f"a request of {int(largest):,} tokens is more than its context window of {window:,}"]


def list_prices(item: Alone, bench: Bench) -> dict[str, Fraction]:
    """List prices of tokens in the first instant of the horizon, at the standard tier, for 1,000,000 of them."""
    first = next(entry for entry in item.bill.entries if entry.factors is not None)
    try:
        tariff = item.card.tariff(bench.months[0].start, first.band.inside, STANDARD, first.region)
    except NoPriceError:
        return {}
    lines = tariff.listed.lines if tariff.listed is not None else ()
    prices = {line.measure.meter: line.unit_price * _MILLION for line in reversed(lines)}
    return {meter: prices[meter] for meter in PRICES_SHOWN if meter in prices}


def _price_state(item: Alone, book: PriceBook) -> PriceState:
    rows = [row for entry in item.bill.entries if entry.factors is not None for row in entry.tariff.rows]
    limit, day = policy().stale_after_days.value, book.date or max((row.recorded for row in rows), default=date.min)
    kinds = [row.source.kind for row in rows]
    kind = next(kind for kind in ("quoted", "contracted", "list") if kind in kinds)
    stale = any(row.source.kind != "contracted" and is_stale(row, day, limit) for row in rows)
    return PriceState(kind, min(row.source.retrieved for row in rows), stale)


def _returns(work: Scenario, bench: Bench) -> dict[str, Flows]:
    """Cash flows of the work done with each offer that has a price, at the offer's own bill."""
    from costmodel.study.cost import forecast_of, told
    from costmodel.study.worth import Case
    from costmodel.value.flows import flows_of
    from costmodel.value.work import adoption_share, works

    plan, months = Case(work, bench.book, {}).plan(work), bench.months
    done = works(plan, months, told(work, forecast_of(work, bench.book, months, None).records))
    adoption = [adoption_share(plan.roi.adoption, number + 1) for number in range(len(months))]
    apart = Bench(work, bench.book, bench.said, adoption, together=False)
    found = {}
    for name in bench.said:
        try:
            alone = apart.alone(name)
        except (FileError, NoPriceError):
            continue
        found[alone.card.name] = flows_of(plan, done, alone.bill.monthly(months))
    return found

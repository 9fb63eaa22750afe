"""Providers side by side: each offer doing all of a scenario's work alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.comparison.alone import Alone, Bench
from costmodel.decisions.comparison.candidates import candidates, own_models, own_requests, present_cost, used
from costmodel.decisions.comparison.filters import Filters
from costmodel.decisions.comparison.latency import latency_classes
from costmodel.decisions.comparison.standing import standing
from costmodel.decisions.comparison.work import compared_work, layers
from costmodel.errors import FileError, NoPriceError
from costmodel.prices.reading import digest
from costmodel.results.estimate import BookReference
from costmodel.results.lines import records_served
from costmodel.results.notice import Notice
from costmodel.results.notices import notices, stated_notices
from costmodel.results.providers.provider_comparison import ProviderComparison, Unpriced
from costmodel.study.cost import book_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from costmodel.prices.book import PriceBook
    from costmodel.results.providers.provider_comparison import Standing
    from costmodel.scenario import Scenario
    from costmodel.value.flows import Flows

_OWN_WORK = "own-requests"


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

    Tokens of a measured profile are counted by each offer's own vocabulary, unless the scenario says
    `tokenizer: measured`.

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
    work = compared_work(scenario, wanted.region)
    bench, found = candidates(work, prices, [] if everything else models or own_models(scenario), wanted)
    paid = present_cost(scenario, prices, present, found, wanted)
    priced = [item.found for item in found if isinstance(item.found, Alone)]
    worth = None if scenario.roi is None else _worth(bench)
    return ProviderComparison(
        title=scenario.scenario,
        currency=scenario.currency,
        months=bench.months,
        records=records_served(priced[0].bill.entries),
        standings=_standings(priced, bench, wanted, worth),
        unpriced=tuple(Unpriced(item.name, item.found) for item in found if isinstance(item.found, str)),
        present=paid,
        classes=latency_classes(),
        required=wanted.words,
        book=BookReference.of(prices),
        scenario_sha256=digest(scenario.document.data),
        exchange=tuple(bench.rates.values()),
        notices=(
            *_different_work(bench, priced),
            *used(_notices(priced, bench), (item.name for item in found)),
            *stated_notices(scenario.distributions, scenario.evidence),
        ),
        worth=worth is not None,
        quoted=scenario.roi is not None and scenario.roi.llm_cost is not None,
        adopted=worth is not None and any(share != 1 for share in worth.adoption),
        own_counts=any(layer.tokens and layer.tokens.tokenizer == "own" for layer in layers(work)),
    )


def _notices(priced: Sequence[Alone], bench: Bench) -> tuple[Notice, ...]:
    entries = [entry for item in priced for entry in item.bill.entries]
    doubts = [doubt for item in priced for doubt in item.bill.doubts]
    return notices(entries, bench.book, bench.months, doubts)


def _different_work(bench: Bench, priced: Sequence[Alone]) -> Iterator[Notice]:
    """That offers keep requests of their own, so that they do not do the same work."""
    about = []
    for item in own_requests(bench, priced):
        cells = [entry for entry in item.bill.entries if entry.factors is not None]
        requests = sum(entry.requests for entry in cells)
        sums = [sum(entry.totals.get(meter, 0) for entry in cells) for meter in ("input", "output")]
        sizes = [f"{round(total / requests):,}" for total in sums] if requests else []
        shown = f" ({' input and '.join(sizes)} output tokens a request)" if sizes else ""
        about.append(item.card.name + shown)
    if about:
        lead = "Not the same work: each of these keeps what the scenario says of its own requests"
        yield Notice(_OWN_WORK, lead, tuple(about), "To compare like with like, say it of the workload instead.")


class _Worth(NamedTuple):
    """What the scenario's return on investment says: cash flows by offer, and the share of records done with AI."""

    flows: Mapping[str, Flows]
    adoption: Sequence[Fraction]


def _standings(priced: Sequence[Alone], bench: Bench, filters: Filters, worth: _Worth | None) -> tuple[Standing, ...]:
    made = [standing(item, bench, filters) for item in priced]
    if worth is None:
        return tuple(made)
    from costmodel.value.returns import payback

    flows = [worth.flows[item.name] for item in made]
    return tuple(
        item._replace(net_present_value=flow.net_present_value, payback=payback(flow.nets))
        for item, flow in zip(made, flows, strict=True)
    )


def _worth(bench: Bench) -> _Worth:
    """Cash flows of the work done with each offer that has a price, at the offer's own bill."""
    from costmodel.study.cost import forecast_of, told
    from costmodel.study.worth import Case
    from costmodel.value.flows import flows_of
    from costmodel.value.work import adoption_share, works

    work, months = bench.scenario, bench.months
    plan = Case(work, bench.book, {}).plan(work)
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
    return _Worth(found, adoption)

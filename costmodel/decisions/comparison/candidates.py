"""Which offers are compared, what each costs alone or why it has no price, and what is paid at present."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.comparison.alone import SIZES, Alone, Bench
from costmodel.decisions.comparison.work import compared_work, own_mixes
from costmodel.documents.model import did_you_mean
from costmodel.errors import CommandLineError, FileError, NoPriceError, NotInForceError, all_or_errors
from costmodel.prices.card import spans_of
from costmodel.results.labels import say
from costmodel.results.notice import NOT_USED
from costmodel.results.providers.provider_comparison import MIX, Present, shortened
from costmodel.study.cost import Billed, billed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.decisions.comparison.filters import Filters
    from costmodel.prices.book import PriceBook
    from costmodel.prices.card import RateCard
    from costmodel.results.notice import Notice
    from costmodel.scenario import Scenario

_MOST_NAMES = 3  # of regions, in a reason
_WHERE = re.compile(r" \((?:row from )?[^()]*service tier [^()]*\)")


class Candidate(NamedTuple):
    """An offer to be compared: what it costs, or why it has no price."""

    name: str
    found: Alone | str


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


def candidates(
    work: Scenario, prices: PriceBook, models: Sequence[str], filters: Filters
) -> tuple[Bench, list[Candidate]]:
    """What each offer costs alone; every offer of the book where no model is named.

    Args:
        work: as offers are compared by it, in the region of the filters.
        prices: the price book.
        models: offers by name; those of the whole book if none is named.
        filters: their region alone; what else an offer must meet is for the caller.

    Raises:
        FileError, NoPriceError: an offer that was named has no price, or no offer at all has one.
        CommandLineError: none of them is sold in the region.
    """
    names = list(models) or [card.name for card in prices.offers()]
    bench = Bench.of(work, prices, names)

    def strictly(name: str) -> Candidate:
        card = prices.card(name)
        _require_tokens(bench, card)
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
        raise failed[0] if failed else _not_sold(filters.region, [prices.card(name) for name in names])
    return bench, found


def _not_sold(region: str, cards: Iterable[RateCard]) -> CommandLineError:
    there = sorted({name for card in cards for name in card.regions})
    near = did_you_mean(region, there, label="They are sold in")
    return CommandLineError(f"none of these offers is sold in region '{region}'{near}")


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


def present_cost(
    scenario: Scenario, prices: PriceBook, named: str | None, found: Sequence[Candidate], filters: Filters
) -> Present | None:
    """What is paid at present, as the scenario says it, in its own region.

    Args:
        scenario: as it is written.
        prices: the price book.
        named: the offer that is paid at present; the scenario's mix, or the first of its models, if None.
        found: the offers compared.
        filters: what an offer must meet; whether what is paid at present does is told.

    Returns:
        None where nobody said, or where the one taken has no price, which is told of with the others.
    """
    work = compared_work(scenario)
    if named is None and scenario.models is None and (scenario.mix is not None or own_mixes(scenario)):
        return _present_mix(work, prices, found, filters)
    name = named or next(iter(scenario.models or ()), None)
    if name is None:
        return None
    try:
        alone = Bench.of(work, prices, [name]).alone(name)
    except (FileError, NoPriceError):
        if named is None and any(item.name == prices.card(name).name for item in found):
            return None  # it is told of with the others that have no price
        raise
    only = len(scenario.models or ()) == 1
    taken = "" if named or only else say("the first model of the scenario")
    return Present(alone.card.name, alone.total, taken, _unmet(alone.bill, prices, filters).get(alone.card.name, ()))


def _present_mix(work: Scenario, prices: PriceBook, found: Sequence[Candidate], filters: Filters) -> Present:
    """The scenario's mix; where all of it is one of the offers, that offer."""
    months = [work.horizon.start.later(index) for index in range(work.horizon.months)]
    bill = billed(work, prices, months, None)
    total, unmet = sum(bill.monthly(months), Fraction(0)), _unmet(bill, prices, filters)
    for item in found:
        if {item.name} == unmet.keys() and isinstance(item.found, Alone) and item.found.total == total:
            return Present(item.name, total, reasons=unmet[item.name])
    reasons = tuple(f"{name}: {reason}" for name, why in unmet.items() for reason in why)
    return Present(MIX, total, reasons=reasons)


def _unmet(bill: Billed, prices: PriceBook, filters: Filters) -> dict[str, tuple[str, ...]]:
    """Models that are paid for, and why each is not eligible: what it is, and the region in which it is used."""
    regions: dict[str, set[str]] = {}
    for entry in bill.entries:
        regions.setdefault(entry.model, set()).add(entry.region)
    wanted, terms = {filters.region} if filters.region else set(), filters._replace(region="")
    return {
        name: (
            *(f"used in region {region}" for region in sorted(regions[name] - wanted) if wanted),
            *terms.reasons(prices.card(name)),
        )
        for name in sorted(regions)
    }


def own_requests(bench: Bench, found: Iterable[Alone]) -> list[Alone]:
    """Offers whose requests the scenario describes, where those of the others are not the same."""
    said = [(item, bench.own_keys(item.card)) for item in found]
    alike = all(keys == said[0][1] for _, keys in said)
    return [] if alike else [item for item, keys in said if keys]


def _require_tokens(bench: Bench, card: RateCard) -> None:
    """Where the scenario says the size of requests of some models alone, others have none."""
    silent = bench.without_sizes
    if silent and not {key for key, _ in bench.own_keys(card)} & SIZES:
        message = f"only models of the scenario have tokens, not {card.name}: add 'tokens' here, for every offer alike"
        raise FileError([bench.scenario.document.mistake(path, message) for path in silent])


def used(notices: Iterable[Notice], names: Iterable[str]) -> tuple[Notice, ...]:
    """Notices without the word that own prices are not used, about offers that were looked at."""
    seen = frozenset(names)
    found = [
        notice._replace(about=tuple(name for name in notice.about if name not in seen))
        if notice.code == NOT_USED
        else notice
        for notice in notices
    ]
    return tuple(notice for notice in found if notice.about)

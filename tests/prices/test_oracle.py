"""The engine against an oracle that was written apart from it: exact, over the whole book."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pytest
from books import flat, offer, provider, released, row, written
from oracle import DAYS, Oracle, Request, limits, window_edges

from costmodel.errors import (
    NoMeterPriceError,
    NoPriceError,
    NotInForceError,
    NotOfferedError,
    RefusedRequestError,
    UnknownPriceError,
    UsageError,
)
from costmodel.prices.book import PriceBook
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle import Answer

SEED = 20261122
CASES = 10_000
MICROSECOND = timedelta(microseconds=1)
LATEST = datetime(2027, 6, 1, tzinfo=UTC)
REASONS = {
    NotInForceError: "not in force",
    NotOfferedError: "not offered",
    RefusedRequestError: "refused",
    UnknownPriceError: "unknown",
    NoMeterPriceError: "no meter price",
    UsageError: "usage",
}
PARTS = ("cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "cache_read_audio", "input_image")


class Given(NamedTuple):
    """What the engine answers."""

    cost: Fraction | None
    refusal: str | None
    start: datetime | None


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle(shipped_folder("pricing"))


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook.load(version="working")


def given(book: PriceBook, name: str, request: Request) -> Given:
    try:
        price = book.price(name, request.at, service_tier=request.tier, region=request.region, **dict(request.units))
    except (NoPriceError, UsageError) as error:
        return Given(None, REASONS[type(error)], None)
    assert price.list_cost == price.cost
    return Given(price.cost, None, price.row.valid.from_)


def assert_agreed(book: PriceBook, oracle: Oracle, name: str, request: Request) -> Answer:
    """The same cost to the last digit out of the same row, or a refusal for the same reason."""
    answer, found = oracle.answer(name, request), given(book, name, request)
    cost = None if answer.cost is None else Fraction(str(answer.cost))
    assert (found.cost, found.refusal) == (cost, answer.refusal), f"{name}: {request}"
    if found.start is not None:
        assert found.start in {start for start, _, at in oracle.timelines[name] if at == answer.row}
    return answer


class Draw:
    """Random requests that lie where mistakes do: on the edges of rows, windows and size limits."""

    def __init__(self, oracle: Oracle, seed: int) -> None:
        self.oracle, self.random = oracle, random.Random(seed)  # noqa: S311 - a fixed seed, no secret
        self.names = sorted(oracle.offers)

    def case(self) -> tuple[str, Request]:
        """An offer and a request."""
        name = self.random.choice(self.names)
        start, end, at = self.random.choice(self.oracle.timelines[name])
        row = self.oracle.offers[name]["prices"][at]
        instant = self._instant(start, min(end or LATEST, LATEST), row)
        tier = self._listed(name, "service_tiers", "standard")
        region = self._listed(name, "regions", "global")
        return name, Request(instant, tier, region, self._units(row))

    def _instant(self, start: datetime, end: datetime, row: dict[str, object]) -> datetime:
        chance = self.random.random()
        inside = start + (end - start) * self.random.random()
        edges = window_edges(row, inside.date())
        if edges and chance < 0.6:
            return self.random.choice(edges) - self.random.choice((timedelta(0), MICROSECOND))
        if chance < 0.3:
            return start
        return self.random.choice((start, end)) - MICROSECOND if chance < 0.4 else inside

    def _listed(self, name: str, key: str, usual: str) -> str:
        there = self.oracle.listed(name, key)
        if usual in there and self.random.random() < 0.4:
            return usual
        if self.random.random() < 0.04:
            wrong = self.random.choice(there)
            return self.random.choice(("bacth", "", wrong.upper(), f"{wrong} ", wrong[:-1], "eu", "priority"))
        return self.random.choice(there)

    def _units(self, row: dict[str, object]) -> dict[str, int]:
        """Units of meters that the row prices in some case, seldom of another."""
        priced = {meter for rate in row["rates"] for meter in rate.get("prices", {})}  # type: ignore[attr-defined]
        if self.random.random() < 0.06:
            priced.add(self.random.choice(sorted(self.oracle.meters)))
        size = self._size(row)
        units = {"input": size, "output": self.random.choice((0, 1, self.random.randrange(100_000)))}
        for meter in (meter for meter in self.oracle.meters if meter in priced):
            if meter in PARTS:
                taken = sum(units.get(part, 0) for part in PARTS)
                units[meter] = self.random.choice((0, self.random.randint(0, size - taken), size - taken))
            elif meter == "reasoning" or meter.startswith("output_"):
                units[meter] = (units["output"] - units.get("reasoning", 0)) // self.random.choice((1, 2, 3))
            elif meter not in units:
                units[meter] = self.random.choice((0, 1, self.random.randrange(5_000)))
        usable = priced & {"input", "output"} or self.random.random() < 0.05
        return {meter: units[meter] for meter in self.oracle.meters if meter in units and (usable or meter in priced)}

    def _size(self, row: dict[str, object]) -> int:
        there = limits(row)
        if there and self.random.random() < 0.7:
            return self.random.choice(there) + self.random.choice((-1, 0, 1))
        return self.random.choice((0, 1, self.random.randrange(3_000), self.random.randrange(400_000)))


def test_random_requests(book: PriceBook, oracle: Oracle) -> None:
    """Ten thousand random requests cost the same to the last digit, or have no price for the same reason."""
    draw, outcomes = Draw(oracle, SEED), []
    for _ in range(CASES):
        answer = assert_agreed(book, oracle, *draw.case())
        outcomes.append(answer.refusal or "priced")
    assert outcomes.count("priced") >= 0.6 * CASES
    assert set(outcomes) == {"priced", *REASONS.values()} - {"usage"}


def sweep(oracle: Oracle, name: str, place: int) -> Iterator[Request]:
    """Requests in every case that a row tells apart, at its start and around its windows for a week."""
    start, end, at = oracle.timelines[name][place]
    row = oracle.offers[name]["prices"][at]
    days = [start + timedelta(days=day) for day in range(len(DAYS))] if window_edges(row, start.date()) else []
    edges = [
        edge - late for day in days for edge in window_edges(row, day.date()) for late in (timedelta(0), MICROSECOND)
    ]
    instants = [start, *(edge for edge in edges if start <= edge and (end is None or edge < end))]
    sizes = sorted({limit + step for limit in limits(row) for step in (-1, 0, 1)} | {1_000})
    meters = list(dict.fromkeys(meter for rate in row["rates"] for meter in rate.get("prices", {})))
    tiers, regions = oracle.listed(name, "service_tiers"), oracle.listed(name, "regions")
    for instant, tier, region, size in product(instants, tiers, regions, sizes):
        units = dict.fromkeys(meters, 7) | {"input": size if "input" in meters else 0}
        yield Request(instant, tier, region, units)
        yield Request(instant, tier, region, {meter: units[meter] for meter in ("input", "output") if units.get(meter)})


def test_every_row_and_rate(book: PriceBook, oracle: Oracle) -> None:
    """Every rate of every row of the book is met by some request, and priced alike on both sides."""
    met = set()
    for name in oracle.offers:
        for place in range(len(oracle.timelines[name])):
            for request in sweep(oracle, name, place):
                answer = assert_agreed(book, oracle, name, request)
                met.add((name, answer.row, answer.rate))
    rows = {(name, at) for name in oracle.offers for _, _, at in oracle.timelines[name]}
    assert {(name, row) for name, row, rate in met if rate is not None} == rows
    rates = {(name, at, rate) for name, at in rows for rate in range(len(oracle.offers[name]["prices"][at]["rates"]))}
    assert rates - met == set(), "no request meets these rates: the rates above them take every case"


def test_edges_between_rows(book: PriceBook, oracle: Oracle) -> None:
    """At the instant a row begins its prices hold; a microsecond earlier those before it do, or none."""
    for name, timeline in oracle.timelines.items():
        units = {"input": 1_000, "output": 100}
        for start, end, at in timeline:
            tier, region = oracle.listed(name, "service_tiers")[0], oracle.listed(name, "regions")[0]
            assert assert_agreed(book, oracle, name, Request(start, tier, region, units)).row == at
            assert assert_agreed(book, oracle, name, Request(start - MICROSECOND, tier, region, units)).row != at
            if end is not None:
                assert assert_agreed(book, oracle, name, Request(end - MICROSECOND, tier, region, units)).row == at
                assert assert_agreed(book, oracle, name, Request(end, tier, region, units)).row != at


def test_same_offers(book: PriceBook, oracle: Oracle) -> None:
    """The engine knows the offers that the files hold, no more and no fewer."""
    assert [card.name for card in book.offers()] == sorted(oracle.offers)


def test_parts_larger_than_the_whole(book: PriceBook, oracle: Oracle) -> None:
    """More tokens from cache than there are input tokens cannot be, and are refused on both sides."""
    for name, timeline in oracle.timelines.items():
        tier, region = oracle.listed(name, "service_tiers")[0], oracle.listed(name, "regions")[0]
        units = {"input": 10, "cache_read": 11, "output": 1}
        answer = assert_agreed(book, oracle, name, Request(timeline[-1][0], tier, region, units))
        assert answer.cost is None


HOURLY = """
{when: {hours: {daily: "22:00-06:00", zone: Europe/Berlin, days: [fri, sun]}}, prices: {input: 1, output: 2}}
{when: {hours: {daily: ["09:00-12:30", "13:00-24:00"], zone: Asia/Ho_Chi_Minh}, service_tier: batch}, refused: no}
{prices: {input: 3, cache_read: free, output: 4, reasoning: 9}}
"""
SHAPED = """
{when: {request_input_tokens: ["> 100", "<= 300"]}, prices: {input: {brackets: [{up_to: 120, price: 3}, {price: 1}]}}}
{when: {region: eu}, prices: {input: 4, audio_seconds: {price: 0.5, increment: 15, minimum: 20}, request: 2}}
{prices: {input: 2, cache_read: 0.125, audio_seconds: {price: 0.25, minimum: 10}, pages: free, output: unknown}}
"""
ADJUSTED = """[
  {name: a, meters: [input], when: {service_tier: batch}, multiply: 0.5, add: 0.01},
  {name: b, meters: [input, cache_read, request], when: {region: eu}, multiply: 1.1},
  {name: c, meters: [input], when: {request_input_tokens: "< 50"}, add: 5}]"""
EVERYTHING = provider(
    "every",
    offer(
        "hourly",
        row("2026-01-01T05:30:00+05:30", HOURLY),
        flat("2026-03-29", "7", until="2026-06-01"),
        row("2026-07-01", "prices: {input: 2, cache_write_5m: unknown, output: 1}", recorded="2026-08-01"),
        service_tiers="[standard, {name: batch, recorded: 2026-02-01}]",
    ),
    offer(
        "shaped",
        row("2026-01-01", SHAPED, per="[1_000 tokens, 50 seconds, 10 requests, 1 pages]", adjustments=ADJUSTED),
        row("2026-05-01", "prices: {input: 1}", withdrawn="{on: 2026-09-01, why: wrong}"),
        service_tiers="[standard, batch]",
        regions="[global, eu]",
    ),
)


def test_every_feature(tmp_path: Path) -> None:
    """On a small book of everything that the format can say, as of any version, both sides agree."""
    place, outcomes = written(tmp_path, EVERYTHING), []
    released(place, v1="2026-01-31", v2="2026-08-01")
    for version, on in (("working", None), ("v1", date(2026, 1, 31)), ("v2", date(2026, 8, 1))):
        small, exact = PriceBook.load(place, version), Oracle(place, on)
        draw = Draw(exact, SEED)
        answers = [assert_agreed(small, exact, *draw.case()) for _ in range(1_500)]
        outcomes += [answer.refusal or "priced" for answer in answers]
    assert outcomes.count("priced") >= 0.3 * len(outcomes)
    assert set(outcomes) == {"priced", *REASONS.values()} - {"usage"}

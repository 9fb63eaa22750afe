"""Published prices, copied by hand from the sources named, and what a correct book answers to hard questions.

Gathered in November 2026 from genai-prices 0.2.3, LiteLLM 1.106, llm-prices, tokencost and copies of provider
pages. Every case is literal: a change of the price files that changes one of these answers must fail here.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import pytest

from costmodel.errors import (
    NoPriceError,
    NotInForceError,
    NotOfferedError,
    RefusedRequestError,
    UnknownModelError,
)
from costmodel.prices.book import PriceBook
from costmodel.quantities import instant

if TYPE_CHECKING:
    from datetime import datetime

MICROSECOND = timedelta(microseconds=1)
MILLION = 1_000_000
GPT = "openai/gpt-4.1"
SONNET = "anthropic/claude-sonnet-4-5"
FLASH = "google/gemini-2.5-flash"
PRO = "google/gemini-2.5-pro"
O3 = "openai/o3"
DEEPSEEK = "deepseek/deepseek-chat"


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook.load(version="working")


# Model, instant, units, cost of the request in USD.   What other tools answer.
PRICED = [
    (SONNET, "2026-01-15T12:00:00Z", {"input": 250_000, "output": 5_000}, "1.6125"),
    #   LiteLLM 0.825; tokencost KeyError
    (PRO, "2026-01-15T12:00:00Z", {"input": 250_000, "output": 5_000}, "0.70"),
    #   tokencost 0.3625
    (DEEPSEEK, "2025-01-20T12:00:00Z", {"input": 100_000, "output": 5_000}, "0.0154"),
    #   genai-prices 0.0325
    (DEEPSEEK, "2025-01-20T20:00:00Z", {"input": 100_000, "output": 5_000}, "0.0154"),
    #   no off-peak price yet; genai-prices 0.01625
    (DEEPSEEK, "2025-03-10T20:00:00Z", {"input": 100_000, "output": 5_000}, "0.01625"),
    #   off-peak
    (DEEPSEEK, "2025-09-20T20:00:00Z", {"input": 100_000, "output": 5_000}, "0.0644"),
    #   all others wrong
    (DEEPSEEK, "2025-12-15T20:00:00Z", {"input": 100_000, "output": 5_000}, "0.0301"),
    (DEEPSEEK, "2025-12-15T20:00:00Z", {"input": 100_000, "cache_read": 60_000, "output": 5_000}, "0.01498"),
    (O3, "2025-05-15T12:00:00Z", {"input": 100_000, "output": 5_000}, "1.20"),
    #   LiteLLM 0.24
    (O3, "2025-07-15T12:00:00Z", {"input": 100_000, "output": 5_000}, "0.24"),
    #   llm-prices 1.20
]

# Model, instant, units, service tier, why there is no price.   What other tools answer.
UNPRICED = [
    (SONNET, "2026-06-15T12:00:00Z", 250_000, "standard", RefusedRequestError),
    #   the long-context beta was retired; genai-prices 1.6125, LiteLLM 0.825
    (O3, "2010-01-01T00:00:00Z", 100_000, "standard", NotInForceError),
    #   genai-prices 1.20
    (f"{SONNET}-nonsense-xyz", "2026-01-15T12:00:00Z", 100_000, "standard", UnknownModelError),
    #   genai-prices prices it
    ("claude-sonnet-4-5-nonsense-xyz", "2026-01-15T12:00:00Z", 100_000, "standard", UnknownModelError),
    (GPT, "2026-01-15T12:00:00Z", 100_000, "bacth", NotOfferedError),
    #   genai-prices: full price
]


@pytest.mark.parametrize(("model", "at", "units", "cost"), PRICED)
def test_request_costs(book: PriceBook, model: str, at: str, units: dict[str, int], cost: str) -> None:
    """A request costs what the price in force at its instant says, exactly."""
    assert book.price(model, instant(at), **units).cost == Fraction(cost)


@pytest.mark.parametrize(("model", "at", "size", "tier", "error"), UNPRICED)
def test_request_has_no_price(
    book: PriceBook, model: str, at: str, size: int, tier: str, error: type[NoPriceError]
) -> None:
    """Where there is no price there is an error of its own kind, never a figure."""
    with pytest.raises(error):
        book.price(model, instant(at), service_tier=tier, input=size, output=5_000)


class Fact(NamedTuple):
    """Prices of 1,000,000 tokens in USD, in one interval, for requests of one size, at one time of day."""

    model: str
    start: str
    end: str | None
    prices: dict[str, str]
    size: int = 1_000
    hours: str = ""


FACTS = [
    # developers.openai.com/api/docs/pricing, checked 2025-07-04; high
    Fact(GPT, "2025-04-14", None, {"input": "2.00", "cache_read": "0.50", "output": "8.00"}),
    # platform.claude.com prompt-caching#pricing, checked 2026-07-29; high
    Fact(
        SONNET,
        "2025-09-29",
        None,
        {
            "input": "3.00",
            "cache_read": "0.30",
            "cache_write_5m": "3.75",
            "cache_write_1h": "6.00",
            "output": "15.00",
        },
        200_000,
    ),
    # long-context beta above 200,000 input tokens, retired 2026-04-30; medium
    Fact(
        SONNET,
        "2025-09-29",
        "2026-04-30",
        {
            "input": "6.00",
            "cache_read": "0.60",
            "cache_write_5m": "7.50",
            "cache_write_1h": "12.00",
            "output": "22.50",
        },
        200_001,
    ),
    # ai.google.dev/gemini-api/docs/pricing, checked 2025-10-31; high; first day observed
    Fact(
        FLASH,
        "2025-06-17",
        None,
        {"input": "0.30", "cache_read": "0.03", "input_audio": "1.00", "output": "2.50"},
    ),
    Fact(PRO, "2025-06-17", None, {"input": "1.25", "cache_read": "0.125", "output": "10.00"}, 200_000),
    Fact(PRO, "2025-06-17", None, {"input": "2.50", "cache_read": "0.25", "output": "15.00"}, 200_001),
    # cache_read 2.50 by LiteLLM's map of May 2025; genai-prices says 0.50; medium; first day observed
    Fact(O3, "2025-04-16", "2025-06-10", {"input": "10.00", "cache_read": "2.50", "output": "40.00"}),
    Fact(O3, "2025-06-10", None, {"input": "2.00", "cache_read": "0.50", "output": "8.00"}),
    # the model behind the name changed: V3 at its promotional price; medium; first day observed
    Fact(
        DEEPSEEK,
        "2024-12-26",
        "2025-02-08T16:00:00Z",
        {"input": "0.14", "cache_read": "0.014", "output": "0.28"},
    ),
    Fact(
        DEEPSEEK,
        "2025-02-08T16:00:00Z",
        "2025-09-05T16:00:00Z",
        {"input": "0.27", "cache_read": "0.07", "output": "1.10"},
        hours="00:30-16:30",
    ),
    # off-peak 16:30 to 00:30 UTC; its exact first day is not confirmed (late February 2025); medium
    Fact(
        DEEPSEEK,
        "2025-02-26",
        "2025-09-05T16:00:00Z",
        {"input": "0.135", "cache_read": "0.035", "output": "0.55"},
        hours="16:30-00:30",
    ),
    # V3.1, off-peak ended; high
    Fact(
        DEEPSEEK,
        "2025-09-05T16:00:00Z",
        "2025-09-29",
        {"input": "0.56", "cache_read": "0.07", "output": "1.68"},
    ),
    # V3.2, exact hour not confirmed, retired 2026-07-24 by LiteLLM; medium
    Fact(DEEPSEEK, "2025-09-29", "2026-07-24", {"input": "0.28", "cache_read": "0.028", "output": "0.42"}),
]
ROWS = [(fact, meter) for fact in FACTS for meter in fact.prices]
NAMES = [f"{fact.model}-{fact.start[:10]}-{fact.size}{fact.hours[:5]}-{meter}" for fact, meter in ROWS]


def instants(fact: Fact) -> list[datetime]:
    """Inside the interval and at both of its edges; where the hour matters, at both edges of the window."""
    start = instant(fact.start)
    end = instant(fact.end) if fact.end else instant("2026-11-22")
    if not fact.hours:
        return [start, start + (end - start) / 2, end - MICROSECOND]
    opens, closes = (instant(f"{(start + timedelta(days=9)):%Y-%m-%d}T{edge}Z") for edge in fact.hours.split("-"))
    closes += timedelta(days=closes < opens)
    first = max(start, instant(f"{start:%Y-%m-%d}T{fact.hours[:5]}Z"))
    last = min(end, instant(f"{end:%Y-%m-%d}T{fact.hours[-5:]}Z"))
    return [first, opens, opens + (closes - opens) / 2, closes - MICROSECOND, last - MICROSECOND]


def unit_price(book: PriceBook, model: str, at: datetime, meter: str, size: int) -> Fraction:
    """USD for 1,000,000 units, by what one more unit of the meter adds to a request of a size."""
    units = {"input": size, "output": 10, meter: 1 if meter not in {"input", "output"} else 0}
    if meter == "input":
        whole = book.price(model, at, input=size).cost
        return whole / size * MILLION
    less = book.price(model, at, **(units | {meter: 1})).cost
    more = book.price(model, at, **(units | {meter: 2})).cost
    own = (more - less) * MILLION
    return own if meter == "output" else own + unit_price(book, model, at, "input", size)


@pytest.mark.parametrize(("fact", "meter"), ROWS, ids=NAMES)
def test_meter_price(book: PriceBook, fact: Fact, meter: str) -> None:
    """A meter costs what its source says, inside the interval and at its edges."""
    for at in instants(fact):
        assert unit_price(book, fact.model, at, meter, fact.size) == Fraction(fact.prices[meter]), at


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.end], ids=lambda fact: f"{fact.model}-{fact.end}")
def test_price_ends(book: PriceBook, fact: Fact) -> None:
    """At the end of an interval its price no longer holds: another does, or none."""
    try:
        found = unit_price(book, fact.model, instant(fact.end), "input", fact.size)
    except NoPriceError:
        return
    assert found != Fraction(fact.prices["input"])


@pytest.mark.parametrize("model", [GPT, SONNET])
def test_nothing_before_the_first_row(book: PriceBook, model: str) -> None:
    """A microsecond before the first known day there is no price."""
    start = min(instant(fact.start) for fact in FACTS if fact.model == model)
    with pytest.raises(NotInForceError):
        book.price(model, start - MICROSECOND, input=1)


def test_size_limit_counts_the_cache(book: PriceBook) -> None:
    """All input decides the tariff, cache included: 200,001 tokens are above the limit, cached or not."""
    at = instant("2026-01-15T12:00:00Z")
    assert book.price(PRO, at, input=200_001, cache_read=150_000).cost == Fraction(
        50_001 * 250 + 150_000 * 25, 100 * MILLION
    )

"""Where a cube is cut, and what price books a cube is cut finely enough for."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from metered_logs import METERS, book

from costmodel.errors import NoPriceError
from costmodel.prices.tariff import Shape
from costmodel.usage.logs.cube.cuts import Cuts, cuts_of, microseconds, scale, uncovered

if TYPE_CHECKING:
    from costmodel.prices.book import PriceBook

SPAN = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> PriceBook:
    return book(tmp_path_factory.mktemp("cuts"))


def cuts(prices: PriceBook, *names: str, meters: tuple[str, ...] = METERS) -> Cuts:
    return cuts_of([prices.card(f"acme/{name}") for name in names], prices.meters, meters)


def test_sizes_say_what_lies_below(prices: PriceBook):
    """`> 2000` cuts after 2000, `>= 2000` before it."""
    assert cuts(prices, "edged").sizes == (1999, 2000)
    assert cuts(prices, "limited").sizes == (1000, 1999, 2900)
    assert cuts(prices, "limited", "edged").sizes == (1000, 1999, 2000, 2900)


def test_instants_are_those_inside_half_hours(prices: PriceBook):
    """A price row that begins at 13:37:21."""
    change = microseconds(datetime(2026, 2, 10, 13, 37, 21, tzinfo=UTC))
    assert change in cuts(prices, "plain").edges
    assert cuts(prices, "plain").instants == (change,)


@pytest.mark.parametrize(("name", "minutes"), [("nightly", []), ("local", [15]), ("nepal", [15])])
def test_offsets_of_windows(prices: PriceBook, name: str, minutes: list[int]):
    """Where windows open and close inside half-hours of UTC: in New York a quarter past, in Kathmandu by its zone."""
    assert list(cuts(prices, name).offsets) == [minute * 60_000_000 for minute in minutes]


def test_measures_and_meters_kept_apart(prices: PriceBook):
    """Brackets and increments are counted request by request; an unknown price of a part keeps its requests apart."""
    found = cuts(prices, "bracketed")
    assert {measure.meter for measure in found.measures} == {"input", "output"}
    assert {measure.meter for measure in cuts(prices, "bracketed", meters=("input",)).measures} == {"input"}
    searching = cuts_of([prices.card("bolt/searching")], prices.meters, METERS)
    assert "cache_read" in searching.apart


@pytest.mark.parametrize("shape", [Shape(increment=Fraction(1, 1_000_001)), Shape(minimum=Fraction(10**9))])
def test_steps_that_do_not_fit_whole_numbers_are_refused(shape: Shape):
    """Rather than rounded."""
    with pytest.raises(NoPriceError, match=r"steps .* that cannot be counted in whole numbers"):
        scale(shape, "audio_seconds")
    assert scale(Shape(increment=Fraction(5, 2), minimum=Fraction(1, 4))) == 4


def test_a_cube_covers_the_cards_it_was_cut_for(prices: PriceBook):
    """At each grain, and none of it without its cuts."""
    names = ["bracketed", "edged", "limited", "local", "nepal", "nightly", "plain"]
    whole = cuts(prices, *names)
    for name in names:
        for grain in ("half-hour", "day", "month"):
            assert uncovered(whole, grain, prices.card(f"acme/{name}"), SPAN, METERS) == ""


@pytest.mark.parametrize(
    ("name", "grain", "words"),
    [
        ("edged", "half-hour", "a request size of 2_000 input tokens"),
        ("bracketed", "half-hour", "the units of 'input' of each request"),
        ("plain", "half-hour", "2026-02-10T13:37:21Z, when a price changes"),
        ("nightly", "day", "the hours 16:30-00:30 UTC"),
        ("nightly", "half-hour", ""),
        ("local", "half-hour", "2026-01-01T14:15:00Z, when a price changes"),
        ("gone", "day", ""),
        ("gone", "month", "2026-02-15T00:00:00Z, when a price changes"),
    ],
)
def test_what_a_cube_without_cuts_lacks(prices: PriceBook, name: str, grain, words: str):
    """In words that a person can act on."""
    assert uncovered(Cuts(), grain, prices.card(f"acme/{name}"), SPAN, METERS).startswith(words)
    assert bool(uncovered(Cuts(), grain, prices.card(f"acme/{name}"), SPAN, METERS)) == bool(words)


def test_only_meters_of_the_log_matter(prices: PriceBook):
    """A log without sizes needs no cut by size."""
    assert uncovered(Cuts(), "half-hour", prices.card("acme/edged"), SPAN, ("output",)) == ""

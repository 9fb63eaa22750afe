"""Exchange rates: the last on or before a day, not too old, crossed through the euro, own rates first."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from books import flat, offer, overlay, provider, released, working, written

from costmodel.errors import FileError, NoExchangeRateError
from costmodel.prices.book import PriceBook
from costmodel.quantities import day

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.prices.exchange import ExchangeRate

ACME = provider("acme", offer("m", flat("2026-01-01", "1")))


def rate(folder: Path, pair: str, on: str, age: int = 40, own: str = "") -> ExchangeRate:
    overlays = (overlay(exchange_rates=f"[{own}]"),) if own else ()
    from_, to = pair.split("/")
    return working(folder, ACME, overlays=overlays).exchange().rate(from_, to, day(on), age)


@pytest.mark.parametrize(
    ("on", "expected", "of"),
    [
        ("2025-12-31", "1.10", "2025-12-31"),
        ("2026-01-29", "1.10", "2025-12-31"),
        ("2026-01-30", "1.20", "2026-01-30"),
    ],
)
def test_last_rate_on_or_before(tmp_path: Path, on: str, expected: str, of: str) -> None:
    """The last rate on or before the day is used, and says of which day it is."""
    found = rate(tmp_path, "EUR/USD", on)
    assert (found.rate, found.on.isoformat()) == (Fraction(expected), of)


def test_never_a_later_rate(tmp_path: Path) -> None:
    """Before the first rate there is none: a later one is never used."""
    with pytest.raises(NoExchangeRateError, match="no earlier one"):
        rate(tmp_path, "EUR/USD", "2025-12-30")


def test_age_has_a_limit(tmp_path: Path) -> None:
    """A rate may be as old as the limit says, and not a day older; the message says how old it is."""
    assert rate(tmp_path, "EUR/USD", "2026-02-09", age=10).rate == Fraction("1.20")
    with pytest.raises(NoExchangeRateError, match="of 2026-01-30, 11 days before; at most 10"):
        rate(tmp_path, "EUR/USD", "2026-02-10", age=10)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("EUR/CNY", "8.40"),
        ("CNY/EUR", "5/42"),
        ("USD/CNY", "7"),
        ("CNY/USD", "1/7"),
        ("JPY/USD", "1/150"),
        ("USD/USD", "1"),
    ],
)
def test_crossing_through_the_euro(tmp_path: Path, pair: str, expected: str) -> None:
    """Any pair is crossed through the euro, exactly, from rates of one day."""
    assert rate(tmp_path, pair, "2026-02-01").rate == Fraction(expected)


def test_both_rates_of_one_day(tmp_path: Path) -> None:
    """A cross never mixes the rates of two days: a day without one of them is passed over."""
    book = working(tmp_path, ACME)
    fx = book.folder / "fx.yaml"
    fx.write_text(fx.read_text() + "  - {on: 2026-02-27, recorded: 2026-02-28, USD: 1.30}\n")
    found = book.exchange().rate("USD", "CNY", day("2026-03-01"), 40)
    assert (found.rate, found.on) == (7, day("2026-01-30"))
    assert book.exchange().rate("EUR", "USD", day("2026-03-01"), 40).rate == Fraction("1.30")


def test_unknown_currency(tmp_path: Path) -> None:
    """A currency that the book has no rate for is an error that names the pair."""
    with pytest.raises(NoExchangeRateError, match="USD to VND"):
        rate(tmp_path, "USD/VND", "2026-02-01")


@pytest.mark.parametrize(("pair", "expected"), [("USD/VND", "26000"), ("VND/USD", "1/26000")])
def test_own_rate_works_both_ways(tmp_path: Path, pair: str, expected: str) -> None:
    """A rate of the user's own holds in both directions, and brings its source."""
    own = "{on: 2026-02-01, from: USD, to: VND, rate: 26_000, source: Our bank}"
    found = rate(tmp_path, pair, "2026-02-01", own=own)
    assert (found.rate, found.source) == (Fraction(expected), "Our bank")


@pytest.mark.parametrize("on", ["2026-01-30", "2026-01-31"])
def test_own_rate_goes_first(tmp_path: Path, on: str) -> None:
    """A rate of the user's own of the same day or a later one goes before the book's."""
    own = f"{{on: {on}, from: USD, to: CNY, rate: 7.7, source: Our bank}}"
    assert rate(tmp_path, "USD/CNY", "2026-02-01", own=own).rate == Fraction("7.7")


def test_older_own_rate_goes_first(tmp_path: Path) -> None:
    """A rate of the user's own goes before the book's even where the book has a newer one."""
    own = "{on: 2026-01-15, from: USD, to: CNY, rate: 7.7, source: Our bank}"
    assert rate(tmp_path, "USD/CNY", "2026-02-01", own=own).rate == Fraction("7.7")


def test_own_rate_of_a_later_day_is_not_used(tmp_path: Path) -> None:
    """A rate of the user's own is used from its day on, not before."""
    own = "{on: 2026-02-02, from: USD, to: CNY, rate: 7.7, source: Our bank}"
    assert rate(tmp_path, "USD/CNY", "2026-02-01", own=own).rate == 7


def test_own_rate_is_crossed(tmp_path: Path) -> None:
    """A rate of the user's own to a currency that the book lacks serves every currency of the book."""
    own = "{on: 2026-01-30, from: USD, to: VND, rate: 26_000, source: Our bank}"
    assert rate(tmp_path, "CNY/VND", "2026-02-01", own=own).rate == Fraction(26_000, 7)


def test_version_reads_the_rates_recorded_by_then(tmp_path: Path) -> None:
    """A released version knows no rate that was recorded after its day, and notices an edited one."""
    place = written(tmp_path / "pricing", ACME)
    released(place, v1="2026-02-01", v2="2026-03-01")
    early, late = (PriceBook.load(place, version).exchange() for version in ("v1", "v2"))
    assert early.rate("EUR", "USD", day("2026-02-01"), 40).rate == Fraction("1.10")
    assert late.rate("EUR", "USD", day("2026-02-01"), 40).rate == Fraction("1.20")
    fx = place / "fx.yaml"
    fx.write_text(fx.read_text().replace("USD: 1.20", "USD: 1.25"))
    assert PriceBook.load(place, "v1").exchange()
    with pytest.raises(FileError, match="never edited"):
        PriceBook.load(place, "v2").exchange()

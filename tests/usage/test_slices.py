"""From a fine cube to cells and a bill: what is counted together costs what it costs apart."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import duckdb
import pytest
from books import offer, provider, row, working
from metered_logs import METERS, OFFERS, PER, UNKNOWN, book, mapping, random_log, written_parquet

from costmodel.errors import CommandLineError, CostmodelError, NoPriceError
from costmodel.study.metered import priced
from costmodel.study.reported import Report
from costmodel.study.usage_log import offers_of
from costmodel.usage.logs.cube.cuts import Cuts, cuts_of
from costmodel.usage.logs.cube.fine import FineCube, facts_of, write_cube
from costmodel.usage.logs.cube.query import Layout
from costmodel.usage.logs.cube.scan import scanner
from costmodel.usage.logs.cube.slices import slices
from costmodel.usage.logs.cube.spans import spans_of
from costmodel.usage.logs.reading.reading import sources

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.prices.book import PriceBook

BEGIN, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> PriceBook:
    return book(tmp_path_factory.mktemp("book"))


def cuts_for(prices: PriceBook) -> Cuts:
    return cuts_of([prices.card(name) for name in OFFERS], prices.meters, METERS)


def cube(folder: Path, rows, cuts: Cuts, grain="day") -> FineCube:
    log = written_parquet(folder, rows)
    with scanner(sources([log], mapping(folder), ("department",)), folder) as scan:
        return scan.cube(cuts, grain, grain)


def made(folder: Path, *rows: tuple[str, int, int], sizes: tuple[int, ...] = (), requests: int = 1) -> FineCube:
    """A cube by hand, of (model, band, input); all in the half-hour of 2026-02-10 12:00."""
    bucket = int(datetime(2026, 2, 10, 12, tzinfo=UTC).timestamp()) // 1800
    values = " UNION ALL ".join(
        f"SELECT {bucket} AS bucket, 0 AS piece, '{model}' AS model, 'standard' AS tier, 'global' AS region, {band} "
        f"AS band, 0 AS used, 1 AS rows_read, {requests} AS requests, CAST('{tokens}' AS DECIMAL(38, 0)) AS input"
        for model, band, tokens in rows
    )
    facts = facts_of(Layout(("input",), 0, Cuts(sizes=sizes)), (), len(rows), {}, "day")
    with duckdb.connect() as connected:
        return write_cube(connected, values, facts, folder / "made.parquet")


@pytest.mark.parametrize("seed", [1, 2])
def test_folding_never_changes_a_bill(tmp_path: Path, prices: PriceBook, seed: int):
    """By half-hour, by day and by month, to the last digit, in total and by every dimension."""
    rows, cuts = random_log(800, seed), cuts_for(prices)
    found = [priced(cube(tmp_path, rows, cuts, grain), prices) for grain in ("half-hour", "day", "month")]
    for by in (("month", "model", "department"), ("tier", "region", "size"), ("meter",)):
        costs = [
            {group.key: (group.cost, group.requests, dict(group.totals)) for group in one.by(*by)} for one in found
        ]
        assert costs[0] == costs[1] == costs[2]
    unpriced = [sorted((item.model, item.why, item.rows) for item in one.counts.unpriced) for one in found]
    assert unpriced[0] == unpriced[1] == unpriced[2] != []
    assert len({one.total for one in found}) == 1


def test_the_lines_of_a_bill_come_to_the_groups(tmp_path: Path, prices: PriceBook):
    """What is added up in whole numbers, tariff by tariff, is the sum of the charges one by one."""
    result = priced(cube(tmp_path, random_log(500, 5), cuts_for(prices)), prices)
    for name in ("model", "department"):
        charged: dict[str, Fraction] = {}
        for line in result.lines:
            charged[line.key(name)] = charged.get(line.key(name), Fraction(0)) + line.cost
        assert {group.key[0]: group.cost for group in result.by(name)} == charged
    assert result.whole.totals == {
        meter: sum(group.totals.get(meter, 0) for group in result.by("month")) for meter in result.whole.totals
    }


def test_days_are_months_cut_further(tmp_path: Path, prices: PriceBook):
    """The days of a month come to the month; a cube by month has none, and says so."""
    rows, cuts = random_log(300, 9), cuts_for(prices)
    by_day = priced(cube(tmp_path, rows, cuts), prices, Report(by_day=True))
    months: dict[str, Fraction] = {}
    for group in by_day.by("day"):
        months[group.key[0][:7]] = months.get(group.key[0][:7], Fraction(0)) + group.cost
    assert months == {group.key[0]: group.cost for group in by_day.by("month")}
    with pytest.raises(CommandLineError, match="counted by month, so it has no days"):
        priced(cube(tmp_path, rows, cuts, "month"), prices, Report(by_day=True))


def other_book(folder: Path, rates: str) -> PriceBook:
    return working(folder / "other", provider("acme", offer("plain", row("2025-01-01", rates, per=PER))))


LARGE = '{when: {request_input_tokens: "> 77"}, prices: {input: 9}}\nprices: {input: 1}'
NIGHTLY = '{when: {hours: {daily: "01:00-02:00", zone: UTC}}, prices: {input: 9}}\nprices: {input: 1}'
STEPPED = "prices: {input: {price: 1, increment: 10}}"


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (LARGE, "a request size of 77 input"),
        (NIGHTLY, "the hours 01:00"),
        (STEPPED, "the units of 'input' of each request"),
    ],
)
def test_a_book_that_asks_for_another_cut_is_refused(tmp_path: Path, rates: str, words: str):
    """It says which, and what to do; a cube that is cut there is priced."""
    other = other_book(tmp_path, rates)
    with pytest.raises(NoPriceError, match=f"'acme/plain' depends on {words}") as refused:
        priced(made(tmp_path, ("acme/plain", 0, 100)), other)
    assert "Price the log itself with this price book" in str(refused.value)


def test_a_book_without_further_cuts_prices_any_cube(tmp_path: Path, prices: PriceBook):
    """Sizes, windows and steps of the first book do not matter to it."""
    rows = [item for item in random_log(400, 4) if item.model == "acme/plain" and not item.web_search]
    other = other_book(tmp_path, "prices: {input: 2, output: 3}")
    result = priced(cube(tmp_path, rows, cuts_for(prices)), other)
    assert result.total == Fraction(sum(2 * item.input + 3 * item.output for item in rows), 1_000_000)


@pytest.mark.parametrize("tokens", [2**62, 2**63, 2**64 + 1])
def test_more_tokens_than_64_bits_are_priced_exactly(tmp_path: Path, tokens: int):
    """One token more is one token's price more."""
    other = other_book(tmp_path, "prices: {input: 2}")
    result = priced(made(tmp_path, ("acme/plain", 0, tokens), ("acme/plain", 0, 1)), other)
    assert result.total == Fraction(2 * (tokens + 1), 1_000_000)


def test_bands_of_the_cube_lie_in_bands_of_the_card(tmp_path: Path):
    """A cube may be cut at more sizes than a card asks for."""
    rates = '{when: {request_input_tokens: "> 1000"}, prices: {input: 5}}\nprices: {input: 1}'
    found = made(tmp_path, *(("acme/plain", band, 10**band) for band in range(4)), sizes=(500, 1000, 2000))
    result = priced(found, other_book(tmp_path, rates))
    assert result.total == Fraction(1 + 10 + 5 * (100 + 1000), 1_000_000)


def test_requests_of_unknown_size_have_no_price_where_it_matters(tmp_path: Path):
    """Where the price depends on the size; elsewhere they are priced."""
    rates = '{when: {request_input_tokens: "> 1000"}, prices: {input: 5}}\nprices: {input: 1}'
    summed = made(tmp_path, ("acme/plain", -1, 3000), ("acme/plain", 0, 10), sizes=(1000,), requests=7)
    result = priced(summed, other_book(tmp_path, rates))
    assert result.total == Fraction(10, 1_000_000)
    assert [(item.rows, item.requests) for item in result.counts.unpriced] == [(1, 7)]
    assert "export one row for each request" in result.counts.unpriced[0].why
    flat = priced(summed, other_book(tmp_path / "flat", "prices: {input: 1}"))
    assert flat.total == Fraction(3010, 1_000_000)


def test_models_without_an_offer_are_told_of(tmp_path: Path, prices: PriceBook):
    """With their rows and units, the most used first; nothing of them is in the total."""
    found = made(tmp_path, (UNKNOWN[0], 0, 5), (UNKNOWN[1], 0, 7), (UNKNOWN[0], 0, 6), ("acme/plain", 0, 1))
    result = priced(found, prices)
    assert [(item.model, item.rows, item.units["input"]) for item in result.counts.unpriced] == [
        (UNKNOWN[0], 2, 11),
        (UNKNOWN[1], 1, 7),
    ]
    assert not result.complete


def test_a_row_of_the_log_that_is_in_no_cell_is_a_fault(tmp_path: Path, prices: PriceBook):
    """Nothing is priced then."""
    found = made(tmp_path, ("acme/plain", 0, 1))
    wrong = found._replace(facts=found.facts.model_copy(update={"rows_read": 2}))
    with pytest.raises(CostmodelError, match=r"2 rows of the log, and 1 are in its cells.*nothing was priced"):
        slices(wrong, lambda models: offers_of(prices, models))


@pytest.mark.parametrize("by_day", [False, True])
def test_spans_cover_all_time_and_tell_every_price_apart(prices: PriceBook, by_day: bool):
    """From each of their starts on a card is in one situation, until the next one."""
    cards = [prices.card(name) for name in OFFERS]
    found = spans_of(cards, (BEGIN, END), by_day=by_day)
    for number, card in enumerate(cards):
        starts = sorted((at, span) for owner, at, span in found.starts if owner == number)
        assert starts[0][0] == BEGIN.timestamp() * 1_000_000
        edges = {BEGIN, *card.time_cuts(BEGIN, END)}
        there = {datetime.fromtimestamp(at // 1_000_000, UTC) for at, _ in starts}
        assert edges <= there
        for at, span in starts:
            instant = datetime.fromtimestamp(at // 1_000_000, UTC)
            item = found.spans[span]
            assert card.situation(instant) == card.situation(item.start)
            assert (item.card, item.month.month) == (number, instant.month)
            assert item.day == (f"{instant:%Y-%m-%d}" if by_day else "")
            assert item.start <= instant < item.until
    assert list(found.spans) == sorted(found.spans, key=lambda item: (item.month, item.card, item.start))

"""Price rows: which one is read, when it holds, what it charges; and by which names an offer is found."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from books import flat, offer, provider, released, row, working, written

from costmodel.errors import (
    AmbiguousModelError,
    CommandLineError,
    CostmodelError,
    FileError,
    NoMeterPriceError,
    NotInForceError,
    NotOfferedError,
    RefusedRequestError,
    UnknownModelError,
    UnknownPriceError,
    UsageError,
)
from costmodel.prices.book import PriceBook
from costmodel.quantities import instant
from costmodel.results.explanation import row_facts

if TYPE_CHECKING:
    from pathlib import Path

QUOTED = "{kind: quoted, title: A brochure, retrieved: 2026-01-01}"
MILLION = 1_000_000
MARCH = "2026-03-01"


def cost(book: PriceBook, model: str = "acme/m", at: str = MARCH, **keys: Any) -> Fraction:
    return book.price(model, instant(at), **keys).cost


def one(folder: Path, rates: str, **keys: str) -> PriceBook:
    """A book of one row with these rates."""
    outer = {key: keys.pop(key) for key in ("service_tiers", "regions") if key in keys}
    return working(folder, provider("acme", offer("m", row("2026-01-01", rates, **keys), **outer)))


def mistakes(folder: Path, *rows: str) -> str:
    with pytest.raises(FileError) as caught:
        cost(working(folder, provider("acme", offer("m", *rows))), input=1)
    return str(caught.value)


# Rows and time


def test_row_ends_where_the_next_begins(tmp_path: Path) -> None:
    """A row without an end holds until the instant at which the next one begins, and not a moment longer."""
    book = working(tmp_path, provider("acme", offer("m", flat("2026-01-01", "1"), flat("2026-02-01T16:00:00Z", "2"))))
    assert cost(book, at="2026-02-01T15:59:59.999999Z", input=MILLION) == 1
    assert cost(book, at="2026-02-01T16:00:00Z", input=MILLION) == 2
    assert cost(book, at="2099-01-01", input=MILLION) == 2


def test_row_ends_at_until(tmp_path: Path) -> None:
    """An end of its own leaves a gap without a price; what came before is not stretched over it."""
    rows = flat("2026-01-01", "1", until="2026-02-01"), flat("2026-03-01", "2")
    book = working(tmp_path, provider("acme", offer("m", *rows)))
    assert cost(book, at="2026-01-31T23:59:59Z", input=MILLION) == 1
    for gap in ("2025-12-31T23:59:59Z", "2026-02-01", "2026-02-28T23:59:59Z"):
        with pytest.raises(NotInForceError, match="2026-01-01T00:00Z to 2026-02-01T00:00Z; 2026-03-01"):
            cost(book, at=gap, input=MILLION)


def test_bare_date_is_midnight_utc(tmp_path: Path) -> None:
    """A row from a bare date begins at 00:00 UTC, whatever zone the request's instant is written in."""
    book = working(tmp_path, provider("acme", offer("m", flat("2026-02-01", "1"))))
    assert cost(book, at="2026-02-01T07:00:00+07:00", input=MILLION) == 1
    with pytest.raises(NotInForceError):
        cost(book, at="2026-02-01T06:59:59+07:00", input=MILLION)


def test_observed_start_holds_from_its_day_and_says_so(tmp_path: Path) -> None:
    """A row first seen on a day has no price before it, and every explanation says that it may be earlier."""
    book = working(tmp_path, provider("acme", offer("m", flat("2026-02-01", "1", start="observed"))))
    price = book.price("acme/m", instant("2026-02-01"), input=1)
    assert "the true start may be earlier" in dict(row_facts(price.row))["in force"]
    with pytest.raises(NotInForceError):
        cost(book, at="2026-01-31", input=1)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((flat("2026-01-01", "1", until="2026-03-01"), flat("2026-02-01", "2")), "overlaps the row above"),
        ((flat("2026-01-01", "1"), flat("2026-01-01", "2")), "two rows start at the same instant"),
        ((flat("2026-02-01", "1"), flat("2026-01-01", "2")), "rows stand oldest first"),
        ((flat("2026-01-01", "1", until="2026-01-01"),), "'until' must lie after 'from'"),
        ((flat("2026-01-01", "1", withdrawn="{on: 2026-01-01, why: typo}"),), "withdrawn after the day"),
    ],
)
def test_rows_that_contradict_each_other(tmp_path: Path, rows: tuple[str, ...], words: str) -> None:
    """At any instant one row holds: anything else is a mistake at its line."""
    assert words in mistakes(tmp_path, *rows)


# As of


def history(folder: Path) -> Path:
    """A price of 1, found wrong on 15 March and put right to 2; versions before and after."""
    wrong = flat("2026-01-01", "1", recorded="2026-01-10", withdrawn="{on: 2026-03-15, why: typo}")
    right = flat("2026-01-01", "2", recorded="2026-03-15")
    later = flat("2026-04-01", "3", recorded="2026-05-01")
    place = written(folder / "pricing", provider("acme", offer("m", wrong, right, later)))
    released(place, v0="2026-01-09", v1="2026-02-01", v2="2026-03-15", v3="2026-06-01")
    return place


@pytest.mark.parametrize(
    ("version", "march", "april"), [("v1", 1, 1), ("v2", 2, 2), ("v3", 2, 3), ("working", 2, 3), (None, 2, 3)]
)
def test_as_of(tmp_path: Path, version: str | None, march: int, april: int) -> None:
    """A version reads the rows recorded on or before its day and not withdrawn on or before it."""
    book = PriceBook.load(history(tmp_path), version)
    assert (cost(book, input=MILLION), cost(book, at="2026-04-01", input=MILLION)) == (march, april)


def test_offer_does_not_exist_before_it_was_recorded(tmp_path: Path) -> None:
    """An offer without a row in a version's reading is unknown to it."""
    with pytest.raises(UnknownModelError, match="price book v0"):
        cost(PriceBook.load(history(tmp_path), "v0"), input=1)


def test_unknown_version_names_those_there_are(tmp_path: Path) -> None:
    """A version that was never released is an error that lists the released ones."""
    with pytest.raises(CommandLineError, match="Released: v0, v1, v2, v3"):
        PriceBook.load(history(tmp_path), "v9")


def test_released_row_cannot_be_edited(tmp_path: Path) -> None:
    """A version whose file says something else than at its release is refused; a withdrawal is no edit."""
    place = history(tmp_path)
    file = place / "providers" / "acme.yaml"
    text = file.read_text()
    file.write_text(text.replace("withdrawn: {on: 2026-03-15, why: typo}", "withdrawn: {on: 2026-03-14, why: other}"))
    assert cost(PriceBook.load(place, "v1"), input=MILLION) == 1
    file.write_text(text.replace("{input: 1}", "{input: 1.01}"))
    with pytest.raises(FileError, match="rows are never edited"):
        cost(PriceBook.load(place, "v1"), input=1)


def test_released_meters_cannot_be_edited(tmp_path: Path) -> None:
    """What a meter is charged as belongs to a released version, and cannot change unseen."""
    place = history(tmp_path)
    file = place / "meters.yaml"
    file.write_text(file.read_text("utf-8").replace("without_price: parent and say so", "without_price: error"))
    with pytest.raises(FileError):
        cost(PriceBook.load(place, "v1"), input=10, cache_read=5)


def test_names_added_later_are_not_read_earlier(tmp_path: Path) -> None:
    """An alias, tier or region with a recording day of its own belongs to versions from that day on."""
    rates = "{when: {service_tier: batch}, prices: {input: 1}}\n{prices: {input: 2}}"
    late = "{name: %s, recorded: 2026-05-01}"
    keys = {
        "aliases": f"[old, {late % 'new'}]",
        "service_tiers": f"[standard, {late % 'batch'}]",
        "regions": f"[global, {late % 'eu'}]",
    }
    place = written(tmp_path / "pricing", provider("acme", offer("m", row("2026-01-01", rates), **keys)))
    released(place, v1="2026-02-01", v2="2026-05-01")
    early, late_book = PriceBook.load(place, "v1"), PriceBook.load(place, "v2")
    asked = {"service_tier": "batch", "region": "eu", "input": MILLION}
    assert cost(late_book, "acme/new", **asked) == 1
    assert cost(early, "acme/old", input=MILLION) == 2
    with pytest.raises(UnknownModelError):
        cost(early, "acme/new", input=1)
    for key in ("service_tier", "region"):
        with pytest.raises(NotOfferedError):
            cost(early, **{key: asked[key]}, input=1)


# What a price is


def test_first_matching_rate_is_the_whole_tariff(tmp_path: Path) -> None:
    """The first rate that matches decides every meter: nothing is taken from the rates below it."""
    book = one(
        tmp_path,
        '{when: {request_input_tokens: ">= 10"}, prices: {input: 2}}\n{prices: {input: 1, output: 1}}',
    )
    assert cost(book, input=9, output=1) == Fraction(10, MILLION)
    assert cost(book, input=10) == Fraction(20, MILLION)
    with pytest.raises(NoMeterPriceError):
        cost(book, input=10, output=1)


@pytest.mark.parametrize(("limit", "low", "at", "high"), [("> 9", 1, 1, 2), (">= 9", 1, 2, 2)])
def test_limit_says_on_which_side_it_lies(tmp_path: Path, limit: str, low: int, at: int, high: int) -> None:
    """A request of exactly the limit belongs where the operator puts it."""
    book = one(
        tmp_path,
        f'{{when: {{request_input_tokens: "{limit}"}}, prices: {{input: 2}}}}\n{{prices: {{input: 1}}}}',
    )
    assert [cost(book, input=size) * MILLION / size for size in (8, 9, 10)] == [low, at, high]


def test_conditions_and_together(tmp_path: Path) -> None:
    """Limits, tier and region of one condition must all hold."""
    when = '{request_input_tokens: ["> 10", "<= 20"], service_tier: batch, region: eu}'
    book = one(
        tmp_path,
        f"{{when: {when}, prices: {{input: 5}}}}\n{{prices: {{input: 1}}}}",
        service_tiers="[standard, batch]",
        regions="[global, eu]",
    )
    inside = {"service_tier": "batch", "region": "eu", "input": 20}
    assert cost(book, **inside) == Fraction(100, MILLION)
    for change in ({"input": 10}, {"input": 21}, {"service_tier": "standard"}, {"region": "global"}):
        asked = inside | change
        assert cost(book, **asked) == Fraction(asked["input"], MILLION)


def test_refused_range_has_no_price(tmp_path: Path) -> None:
    """A range that the provider refuses is an error with the provider's reason."""
    book = one(tmp_path, '{when: {request_input_tokens: "> 10"}, refused: too long}\n{prices: {input: 1}}')
    assert cost(book, input=10) > 0
    with pytest.raises(RefusedRequestError, match="too long"):
        cost(book, input=11)


def test_free_unknown_and_missing_are_three_things(tmp_path: Path) -> None:
    """Free costs nothing, unknown and missing are errors, and none matters where nothing is used."""
    book = one(tmp_path, "prices: {input: free, output: unknown}")
    assert cost(book, input=MILLION) == 0
    assert cost(book, input=MILLION, output=0, web_search=0) == 0
    with pytest.raises(UnknownPriceError, match="output"):
        cost(book, output=1)
    with pytest.raises(NoMeterPriceError, match="web_search"):
        cost(book, web_search=1)


def test_free_part_is_not_charged_as_its_whole(tmp_path: Path) -> None:
    """Tokens of a free part cost nothing, and are not charged with the rest."""
    assert cost(one(tmp_path, "prices: {input: 1, cache_read: free}"), input=10, cache_read=4) == Fraction(6, MILLION)


def test_unknown_part_is_not_charged_as_its_whole(tmp_path: Path) -> None:
    """A part whose price is unknown is never charged at the price of the whole."""
    with pytest.raises(UnknownPriceError, match="cache_read"):
        cost(one(tmp_path, "prices: {input: 1, cache_read: unknown}"), input=10, cache_read=4)


def test_zero_is_not_a_price(tmp_path: Path) -> None:
    """A price of 0 is refused: it could mean free or not known."""
    assert "write 'free' if nothing is charged" in mistakes(tmp_path, flat("2026-01-01", "0"))


def test_parts_are_priced_apart_once(tmp_path: Path) -> None:
    """Cached and audio tokens at their own prices, and only the rest at the plain price."""
    book = one(tmp_path, "prices: {input: 10, cache_read: 1, input_audio: 100, output: 20, reasoning: 30}")
    units = {"input": 100, "cache_read": 30, "input_audio": 20, "output": 50, "reasoning": 5}
    assert cost(book, **units) * MILLION == 50 * 10 + 30 * 1 + 20 * 100 + 45 * 20 + 5 * 30


def test_cache_without_price_is_charged_as_input(tmp_path: Path) -> None:
    """A model without a cache price charges cached tokens as input; audio without a price is an error."""
    book = one(tmp_path, "prices: {input: 10, output: 1}")
    assert cost(book, input=100, cache_read=60, cache_write_5m=40) == Fraction(1000, MILLION)
    with pytest.raises(NoMeterPriceError):
        cost(book, input=100, input_audio=1)


@pytest.mark.parametrize(
    "units", [{"input": -1}, {"input": 5, "cache_read": 3, "input_audio": 3}, {"output": 1, "reasoning": 2}]
)
def test_impossible_usage(tmp_path: Path, units: dict[str, int]) -> None:
    """Negative units, and parts larger than their whole, are refused."""
    book = one(tmp_path, "prices: {input: 1, cache_read: 1, input_audio: 1, output: 1, reasoning: 1}")
    with pytest.raises(UsageError):
        cost(book, **units)


def test_unknown_meter_and_unzoned_instant(tmp_path: Path) -> None:
    """A meter that does not exist is named with the nearest one; an instant without a zone is refused."""
    book = one(tmp_path, "prices: {input: 1}")
    with pytest.raises(CostmodelError, match="did you mean 'input'"):
        cost(book, inputs=1)
    with pytest.raises(UsageError, match="no time zone"):
        book.price("acme/m", instant(MARCH).replace(tzinfo=None), input=1)


def test_increment_and_minimum(tmp_path: Path) -> None:
    """Units of a request are rounded up to whole increments, of at least the minimum if there are any."""
    book = one(tmp_path, "prices: {audio_seconds: {price: 0.5, increment: 15, minimum: 20}}", per="1 seconds")
    billed = {0: 0, 1: 30, 20: 30, 30: 30, 31: 45, 60: 60}
    assert {seconds: cost(book, audio_seconds=seconds) * 2 for seconds in billed} == billed


def test_brackets_are_marginal(tmp_path: Path) -> None:
    """Units of a request are charged bracket by bracket; one more unit changes nothing before it."""
    prices = "prices: {pages: {brackets: [{up_to: 10, price: 3}, {up_to: 15, price: 2}, {price: 1}]}}"
    book = one(tmp_path, prices, per="1 pages")
    assert [cost(book, pages=pages) for pages in (0, 9, 10, 11, 15, 16, 20)] == [0, 27, 30, 32, 40, 41, 45]


@pytest.mark.parametrize(
    "brackets",
    ["[{price: 1}]", "[{up_to: 5, price: 1}, {up_to: 5, price: 2}, {price: 1}]", "[{up_to: 5, price: 1}]"],
)
def test_brackets_must_cover_every_quantity(tmp_path: Path, brackets: str) -> None:
    """Brackets rise and end with one that is open."""
    assert "brackets" in mistakes(tmp_path, row("2026-01-01", f"prices: {{pages: {{brackets: {brackets}}}}}"))


def test_request_fee(tmp_path: Path) -> None:
    """A fee for each request is charged once a request, with or without tokens; no fee is not an error."""
    book = one(tmp_path, "prices: {input: 1, request: 5}", per="[1_000_000 tokens, 1_000 requests]")
    assert cost(book, input=MILLION) == 1 + Fraction(5, 1000)
    assert cost(book) == Fraction(5, 1000)
    assert cost(book, request=3) == Fraction(15, 1000)
    assert cost(one(tmp_path / "none", "prices: {input: 1}")) == 0


def test_pricing_units_are_those_of_the_row(tmp_path: Path) -> None:
    """The row says for how many units a price is; tokens without it are a mistake."""
    rates = "prices: {input: 1, web_search: 10}"
    book = one(tmp_path, rates, per="[1_000 tokens, 100 searches]")
    assert cost(book, input=MILLION, web_search=1) == 1000 + Fraction(1, 10)
    assert "say for how many tokens" in mistakes(tmp_path / "none", row("2026-01-01", rates, per=""))


def test_adjustments_in_order(tmp_path: Path) -> None:
    """Adjustments change the meters they name in the order written; a factor first, then what is added."""
    changes = (
        "[{name: half, when: {service_tier: batch}, meters: [input], multiply: 0.5}, "
        "{name: fee, meters: [input, output], add: 1}, "
        "{name: double, when: {region: eu}, meters: [input], multiply: 2}]"
    )
    book = one(
        tmp_path,
        "prices: {input: 4, output: 8}",
        adjustments=changes,
        service_tiers="[standard, batch]",
        regions="[global, eu]",
    )
    units = {"input": MILLION, "output": MILLION}
    assert cost(book, **units) == (4 + 1) + (8 + 1)
    assert cost(book, **units, service_tier="batch") == (2 + 1) + (8 + 1)
    assert cost(book, **units, service_tier="batch", region="eu") == (2 + 1) * 2 + (8 + 1)


def test_adjustment_of_a_whole_holds_for_parts_charged_with_it(tmp_path: Path) -> None:
    """Batch at half price halves cached tokens too where they are charged as input, and only there."""
    batch = "[{name: batch, when: {service_tier: batch}, meters: [input], multiply: 0.5}]"
    keys = {"adjustments": batch, "service_tiers": "[standard, batch]"}
    asked = {"input": 10, "cache_read": 4, "service_tier": "batch"}
    assert cost(one(tmp_path / "a", "prices: {input: 2}", **keys), **asked) == Fraction(10, MILLION)
    assert cost(one(tmp_path / "b", "prices: {input: 2, cache_read: 1}", **keys), **asked) == Fraction(10, MILLION)


def test_credit_does_not_change_the_list_cost(tmp_path: Path) -> None:
    """A credit rate belongs to what is paid: the price of a request stays in the list currency."""
    book = one(tmp_path, "prices: {input: 8}", credit="{pays: CNY, per_list_unit: 7}")
    price = book.price("acme/m", instant(MARCH), input=MILLION)
    assert (price.cost, price.currency) == (8, "USD")
    assert price.row.credit is not None
    assert (price.row.credit.pays, price.row.credit.per_list_unit) == ("CNY", 7)


def test_tier_and_region_not_offered(tmp_path: Path) -> None:
    """Absent lists mean standard and global alone; a tier mistyped is not billed as standard."""
    book = one(tmp_path, "prices: {input: 1}")
    for asked in (
        {"service_tier": "bacth"},
        {"service_tier": "batch"},
        {"region": "eu"},
        {"region": "GLOBAL"},
    ):
        with pytest.raises(NotOfferedError, match=next(iter(asked.values()))):
            cost(book, **asked, input=1)


def test_tier_of_a_later_row_has_no_price_before(tmp_path: Path) -> None:
    """A row that says nothing of a tier that the offer gained later does not price it."""
    batch = "{when: {service_tier: batch}, prices: {input: 1}}\n{prices: {input: 2}}"
    rows = flat("2026-01-01", "2"), row("2026-04-01", batch)
    book = working(tmp_path, provider("acme", offer("m", *rows, service_tiers="[standard, batch]")))
    assert cost(book, at="2026-04-01", input=MILLION, service_tier="batch") == 1
    with pytest.raises(NotOfferedError):
        cost(book, at="2026-03-31", input=MILLION, service_tier="batch")


# Names


def named(folder: Path) -> PriceBook:
    """Two providers that share a name, an alias, and a name that only a brochure quotes."""
    acme = provider(
        "acme",
        offer("large-1", flat("2026-01-01", "1"), aliases="[large-1-preview]"),
        offer("shared", flat("2026-01-01", "1")),
    )
    bolt = provider("bolt", offer("shared", flat("2026-01-01", "2")), offer("vendor/tiny", flat("2026-01-01", "3")))
    sheet = provider(
        "sheet",
        offer("large-1", flat("2026-01-01", "9", source=QUOTED)),
        offer("quoted-only", flat("2026-01-01", "9", source=QUOTED)),
    )
    return working(folder, acme, bolt, sheet)


@pytest.mark.parametrize("name", ["acme/large-1", "acme/large-1-preview", "large-1", "large-1-preview", "vendor/tiny"])
def test_names_that_find_one_offer(tmp_path: Path, name: str) -> None:
    """An offer is found by provider and model, by an alias, and by a bare name where it is unique."""
    assert named(tmp_path).card(name).name == ("bolt/vendor/tiny" if "tiny" in name else "acme/large-1")


@pytest.mark.parametrize(
    "name",
    ["acme/large", "acme/large-1-preview-2", "Large-1", "acme/LARGE-1", " large-1", "bolt/large-1", ""],
)
def test_names_are_exact(tmp_path: Path, name: str) -> None:
    """A name that is nearly an offer's, or another provider's, finds nothing."""
    with pytest.raises(UnknownModelError):
        named(tmp_path).card(name)


def test_bare_name_of_two_providers(tmp_path: Path) -> None:
    """A bare name that two providers use is refused, with both full names."""
    with pytest.raises(AmbiguousModelError, match="acme/shared, bolt/shared"):
        named(tmp_path).card("shared")


def test_quoted_prices_are_never_found_by_bare_name(tmp_path: Path) -> None:
    """A brochure's figure is found by its full name alone, and does not make a listed name ambiguous."""
    book = named(tmp_path)
    assert book.card("large-1").name == "acme/large-1"
    assert book.card("sheet/quoted-only").name == "sheet/quoted-only"
    with pytest.raises(UnknownModelError, match="sheet/quoted-only"):
        book.card("quoted-only")


def test_withdrawn_list_row_does_not_make_a_quoted_offer_listed(tmp_path: Path) -> None:
    """Whether an offer is quoted is decided by the rows of this reading."""
    rows = (
        flat("2026-01-01", "9", source=QUOTED, until="2026-02-01"),
        flat("2026-02-01", "9", withdrawn="{on: 2026-03-01, why: typo}"),
    )
    with pytest.raises(UnknownModelError):
        working(tmp_path, provider("acme", offer("m", *rows))).card("m")


@pytest.mark.parametrize(
    ("asked", "near"),
    [("acme/lagre-1", "acme/large-1"), ("large-2", "acme/large-1"), ("vendor/tinny", "bolt/vendor/tiny")],
)
def test_nearest_names_are_suggested(tmp_path: Path, asked: str, near: str) -> None:
    """An unknown name is answered with the nearest names there are, never with a price."""
    with pytest.raises(UnknownModelError) as caught:
        named(tmp_path).card(asked)
    assert near in caught.value.nearest
    assert near in str(caught.value)


@pytest.mark.parametrize("asked", ["gpt 4.1", "GPT-4.1", "gpt_4_1", "OpenAI GPT 4.1", "reseller/gpt 4.1"])
def test_the_same_name_but_for_signs_is_nearest_and_a_list_goes_before_a_quotation(tmp_path: Path, asked: str) -> None:
    """The model's own name decides: the maker's offer first, and no other number before it."""
    book = working(
        tmp_path,
        provider("a-reseller", offer("gpt-4.1", flat("2026-01-01", "9", source=QUOTED))),
        provider("maker", *(offer(name, flat("2026-01-01", "9")) for name in ("gpt-4", "gpt-4.1", "gpt-5.1"))),
    )
    with pytest.raises(UnknownModelError) as caught:
        book.card(asked)
    assert caught.value.nearest[:2] == ("maker/gpt-4.1", "a-reseller/gpt-4.1")


def test_a_part_of_a_name_goes_before_what_only_looks_like_it(tmp_path: Path) -> None:
    """'gemini' is meant for a model whose name begins so, the later number first, and not for 'o4-mini'."""
    names = ("o4-mini", "gemini-1.5-pro", "gemini-2.5-pro", "gemini-2.5-flash-preview")
    book = working(tmp_path, provider("maker", *(offer(name, flat("2026-01-01", "9")) for name in names)))
    with pytest.raises(UnknownModelError) as caught:
        book.card("gemini")
    assert caught.value.nearest == ("maker/gemini-2.5-pro", "maker/gemini-1.5-pro", "maker/gemini-2.5-flash-preview")


def test_one_name_for_two_offers_is_a_mistake(tmp_path: Path) -> None:
    """An alias that another offer of the same provider has is refused."""
    file = provider("acme", offer("a", flat("2026-01-01", "1")), offer("b", flat("2026-01-01", "1"), aliases="[a]"))
    with pytest.raises(FileError, match="already stands for the offer 'a'"):
        working(tmp_path, file).card("acme/b")

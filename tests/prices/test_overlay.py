"""A user's own prices over the book: contracted beside list, discounts on the list, private models."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from books import flat, offer, overlay, provider, row, working

import costmodel as cm
from costmodel.errors import FileError, NoMeterPriceError, NotOfferedError, UnknownModelError
from costmodel.quantities import instant

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.prices.book import PriceBook, RequestPrice

MILLION = 1_000_000
CONTRACT = "{kind: contracted, title: Our contract, retrieved: 2026-01-01}"
RATES = '{when: {request_input_tokens: "> 100"}, prices: {input: 4, output: 8}}\n{prices: {input: 2, output: 8}}'
LIST = provider("acme", offer("m", row("2026-01-01", RATES), aliases="[m-latest]"))
DISCOUNT = row("2026-02-01", "", per="", source=CONTRACT, based_on="list", until="2026-07-01",
               adjustments="[{name: 20 % off, meters: [input, output], multiply: 0.8}]")  # fmt: skip


def contracted(folder: Path, *overlays: str, listed: str = LIST) -> PriceBook:
    return working(folder, listed, overlays=overlays)


def asked(book: PriceBook, at: str = "2026-03-01", model: str = "acme/m", **keys: Any) -> RequestPrice:
    return book.price(model, instant(at), **keys)


def test_contracted_stands_beside_list(tmp_path: Path) -> None:
    """A contracted price is paid, and the list price stays what it was, both exactly."""
    own = row("2026-02-01", "prices: {input: 1.5, output: 7}", source=CONTRACT)
    price = asked(contracted(tmp_path, overlay(offer("m", own))), input=100, output=10)
    assert (price.cost * MILLION, price.list_cost * MILLION) == (100 * Fraction("1.5") + 70, 280)
    assert price.row.source.kind == "contracted"


def test_contract_holds_for_its_interval_alone(tmp_path: Path) -> None:
    """Before a contract begins and after it ends the list price is paid."""
    book = contracted(tmp_path, overlay(offer("m", DISCOUNT)))
    costs = [
        asked(book, at, input=100).cost * MILLION
        for at in ("2026-01-31T23:59:59Z", "2026-02-01", "2026-06-30", "2026-07-01")
    ]
    assert costs == [200, 160, 160, 200]


def test_discount_on_the_list_follows_it(tmp_path: Path) -> None:
    """A discount on the list keeps the list's limits and follows its changes."""
    rows = row("2026-01-01", RATES), row("2026-04-01", "prices: {input: 1, output: 1}")
    book = contracted(tmp_path, overlay(offer("m", DISCOUNT)), listed=provider("acme", offer("m", *rows)))
    for at, size, listed in (("2026-03-01", 100, 200), ("2026-03-01", 101, 404), ("2026-04-01", 100, 100)):
        price = asked(book, at, input=size)
        assert (price.cost * MILLION, price.list_cost * MILLION) == (listed * Fraction(4, 5), listed)


def test_discount_comes_after_the_adjustments_of_the_list(tmp_path: Path) -> None:
    """A discount is applied to the price that the list's own adjustments have made."""
    fee = "[{name: fee, meters: [input], add: 1}]"
    listed = provider("acme", offer("m", row("2026-01-01", "prices: {input: 4, output: 8}", adjustments=fee)))
    price = asked(contracted(tmp_path, overlay(offer("m", DISCOUNT)), listed=listed), input=MILLION)
    assert (price.list_cost, price.cost) == (5, 4)


def test_alias_leads_to_the_contract(tmp_path: Path) -> None:
    """An offer found by its alias is billed at its contract too."""
    assert (
        asked(contracted(tmp_path, overlay(offer("m", DISCOUNT))), model="acme/m-latest", input=100).cost * MILLION
        == 160
    )


def test_book_without_overlay_is_not_changed(tmp_path: Path) -> None:
    """An overlay changes no price of the book that is read without it."""
    contracted(tmp_path / "a", overlay(offer("m", DISCOUNT)))
    price = asked(contracted(tmp_path / "b"), input=100)
    assert price.cost == price.list_cost == Fraction(200, MILLION)


def test_contract_does_not_price_what_it_leaves_out(tmp_path: Path) -> None:
    """A meter that the contract has no price for is an error, not billed by the list."""
    own = overlay(offer("m", flat("2026-02-01", "1", source=CONTRACT)))
    with pytest.raises(NoMeterPriceError, match="output"):
        asked(contracted(tmp_path, own), input=1, output=1)


def test_tiers_stay_those_of_the_list(tmp_path: Path) -> None:
    """A contract does not open a tier that nobody offers."""
    with pytest.raises(NotOfferedError):
        asked(contracted(tmp_path, overlay(offer("m", DISCOUNT))), input=1, service_tier="batch")


def test_private_model_of_a_provider_in_the_book(tmp_path: Path) -> None:
    """A model that only the overlay has is priced by it, as private, beside the book's own."""
    book = contracted(tmp_path, overlay(offer("tuned", flat("2026-02-01", "3", source=CONTRACT), aliases="[ours]")))
    assert asked(book, model="acme/tuned", input=MILLION).cost == 3
    assert asked(book, model="ours", input=MILLION).cost == 3
    assert [(card.name, card.private) for card in book.offers()] == [("acme/m", False), ("acme/tuned", True)]
    with pytest.raises(UnknownModelError):
        asked(contracted(tmp_path / "without"), model="acme/tuned", input=1)


def test_private_provider(tmp_path: Path) -> None:
    """A provider that only the overlay has brings its name and currency."""
    files = overlay(
        offer("local", flat("2026-02-01", "3", source=CONTRACT)),
        provider="our-gpu",
        name="Ours",
        currency="EUR",
    )
    price = asked(contracted(tmp_path, files), model="our-gpu/local", input=MILLION)
    assert (price.cost, price.currency) == (3, "EUR")


def test_private_provider_needs_a_currency(tmp_path: Path) -> None:
    """A provider that the book does not have, without a currency, is a mistake at its line."""
    files = overlay(offer("local", flat("2026-02-01", "3")), provider="our-gpu")
    with pytest.raises(FileError, match=r"overlay0\.yaml:2:\d+: the book has no provider 'our-gpu'"):
        contracted(tmp_path, files)


def test_only_an_overlay_is_based_on_the_list(tmp_path: Path) -> None:
    """A row of the book cannot be a discount on itself."""
    with pytest.raises(FileError, match="only an overlay may say 'based_on: list'"):
        asked(contracted(tmp_path, listed=provider("acme", offer("m", DISCOUNT))), input=1)


def test_withdrawn_contract_is_not_read(tmp_path: Path) -> None:
    """A contract row that was withdrawn is paid by nobody."""
    gone = overlay(offer("m", flat("2026-02-01", "1", source=CONTRACT, withdrawn="{on: 2026-02-02, why: not signed}")))
    assert asked(contracted(tmp_path, gone), input=100).cost * MILLION == 200


def test_every_mistake_of_every_overlay_at_once(tmp_path: Path) -> None:
    """All mistakes of all overlays come out in one run."""
    with pytest.raises(FileError) as caught:
        contracted(
            tmp_path,
            "overlay: a\nprovidr: acme\n",
            overlay(offer("m", row("2026-01-01", "prices: {inputs: 1}"))),
        )
    assert len(caught.value.mistakes) == 2


def test_bill_shows_both(tmp_path: Path) -> None:
    """In a bill the contracted cost is paid, and every line has the list cost beside it."""
    book = contracted(tmp_path, overlay(offer("m", DISCOUNT)))
    scenario = cm.Scenario.from_data(
        {
            "scenario": "Contract from February",
            "horizon": {"start": "2026-01", "months": "2"},
            "currency": "USD",
            "workload": {"records": {"per_month": "1_000_000"}, "tokens": {"input": "100", "output": "10"}},
            "mix": {"acme/m": "100 %"},
        }
    )
    lines = cm.estimate(scenario, book=book).to_json()["lines"]
    assert [(line["list_cost"], line["contracted_cost"], line["cost"]) for line in lines] == [
        ("200", "200", "200"),
        ("80", "80", "80"),
        ("200", "160", "160"),
        ("80", "64", "64"),
    ]


@pytest.mark.parametrize("listed", ["prices: {input: 2}", "prices: {input: 2, output: unknown}"])
def test_list_cost_without_a_list_price(tmp_path: Path, listed: str) -> None:
    """Where the list has no price for a meter that the contract prices, there is no list cost, not zero."""
    own = overlay(offer("m", row("2026-02-01", "prices: {input: 1, output: 1}", source=CONTRACT)))
    book = contracted(tmp_path, own, listed=provider("acme", offer("m", row("2026-01-01", listed))))
    assert asked(book, input=MILLION, output=MILLION).list_cost is None


def test_two_contracts_at_one_time(tmp_path: Path) -> None:
    """Two overlays with a row for the same offer and instant contradict each other, which is a mistake."""
    files = [overlay(offer("m", flat("2026-02-01", price)), overlay=price) for price in ("1", "3")]
    with pytest.raises(FileError):
        asked(contracted(tmp_path, *files), input=1)


def test_contract_prices_what_the_list_refuses(tmp_path: Path) -> None:
    """A request that the list refuses is priced by a contract that prices it; it then has no list cost."""
    rates = '{when: {request_input_tokens: "> 100"}, refused: too long}\n{prices: {input: 2}}'
    own = overlay(offer("m", row("2026-02-01", "prices: {input: 3}", source=CONTRACT)))
    price = asked(contracted(tmp_path, own, listed=provider("acme", offer("m", row("2026-01-01", rates)))), input=200)
    assert (price.cost * MILLION, price.list_cost) == (600, None)


def test_contract_outlives_the_list(tmp_path: Path) -> None:
    """After the list price has ended, a contract with prices of its own still holds."""
    listed = provider("acme", offer("m", row("2026-01-01", "prices: {input: 2}", until="2026-02-15")))
    own = overlay(offer("m", row("2026-02-01", "prices: {input: 3}", source=CONTRACT)))
    price = asked(contracted(tmp_path, own, listed=listed), input=100)
    assert (price.cost * MILLION, price.list_cost) == (300, None)


def test_contract_may_add_a_service_tier(tmp_path: Path) -> None:
    """A tier that only the contract has is priced by the contract, and by nothing before it begins."""
    rates = "{when: {service_tier: batch}, prices: {input: 1}}\n{prices: {input: 2}}"
    own = overlay(offer("m", row("2026-02-01", rates, source=CONTRACT), service_tiers="[standard, batch]"))
    book = contracted(tmp_path, own)
    assert asked(book, input=100, service_tier="batch").cost * MILLION == 100
    with pytest.raises(NotOfferedError):
        asked(book, "2026-01-15", input=100, service_tier="batch")


def test_a_tier_or_a_name_that_an_overlay_cannot_have_is_told_with_what_works(tmp_path: Path) -> None:
    """The tier is listed in the offer of the overlay; a name out of a log stands under its aliases."""
    rates = "prices: {input: 1, output: 1}"
    half = "[{name: batch, when: {service_tier: batch}, meters: [input], multiply: 0.5}]"
    with pytest.raises(FileError, match=r"list it in the offer: 'service_tiers: \[standard, batch\]'"):
        contracted(tmp_path, overlay(offer("m", row("2026-02-01", rates, source=CONTRACT, adjustments=half))))
    with pytest.raises(FileError, match="under its 'aliases'"):
        contracted(tmp_path, overlay(offer("Klinik-LLM 3", row("2026-02-01", rates, source=CONTRACT))))


def test_alias_in_an_overlay_is_the_offer(tmp_path: Path) -> None:
    """A contract under an alias of the book's offer is a contract for that offer."""
    own = overlay(offer("m-latest", row("2026-02-01", "prices: {input: 1, output: 1}", source=CONTRACT)))
    assert asked(contracted(tmp_path, own), input=100).cost * MILLION == 100


def test_minimum_without_increment_is_not_rounded(tmp_path: Path) -> None:
    """A minimum alone raises small requests to it, and leaves larger ones as they are."""
    listed = provider("acme", offer("m", row("2026-01-01", "prices: {audio_seconds: {price: 1, minimum: 10}}", per="")))
    book = working(tmp_path, listed)
    scenario = cm.Scenario.from_data(
        {
            "scenario": "x",
            "horizon": {"start": "2026-03", "months": "1"},
            "currency": "USD",
            "workload": {"records": {"per_month": "10"}, "meters": {"audio_seconds": "12.5"}},
            "mix": {"acme/m": "100 %"},
        }
    )
    assert cm.estimate(scenario, book=book).total == 125
    assert asked(book, audio_seconds=3).cost == 10


def estimated(book: PriceBook, months: int = 1) -> list[str]:
    data = {
        "scenario": "x",
        "horizon": {"start": "2026-03", "months": str(months)},
        "currency": "USD",
        "workload": {"records": {"per_month": "10"}, "tokens": {"input": "10", "output": "1"}},
        "mix": {"acme/m": "100 %"},
    }
    return [notice.code for notice in cm.estimate(cm.Scenario.from_data(data), book=book).notices]


def test_own_prices_that_do_not_pay_are_told(tmp_path: Path) -> None:
    """A contract that ends inside the horizon, and own prices under a name nobody uses, are warned about."""
    short = row("2026-02-01", "prices: {input: 1, output: 1}", source=CONTRACT, until="2026-04-10")
    assert "contract-not-in-force" not in estimated(contracted(tmp_path / "a", overlay(offer("m", short))))
    assert "contract-not-in-force" in estimated(contracted(tmp_path / "a", overlay(offer("m", short))), months=3)
    other = overlay(offer("m1", row("2026-02-01", "prices: {input: 1, output: 1}", source=CONTRACT)))
    assert "overlay-not-used" in estimated(contracted(tmp_path / "b", other))

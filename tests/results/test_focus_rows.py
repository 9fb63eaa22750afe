"""FOCUS rows say what the bill says: by hand, row by row."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest
from focus_book import JULY, MIXED, SHELF, book, book_in, cells_of, forecast, metered, usage, value
from focus_checker import faults, spec

from costmodel.billing.bill import Entry
from costmodel.errors import UsageError
from costmodel.results.focus.row import COLUMNS, COSTS, INSTANTS, PLACES, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.usage.cube import Cell


@pytest.fixture(scope="module", autouse=True)
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The small book, written once."""
    SHELF.append(book_in(tmp_path_factory.mktemp("focus") / "pricing"))
    yield
    SHELF.clear()


def by_hand(*cells: Cell) -> list[dict[str, Any]]:
    """Meter, quantity in millions, list and contracted price and cost, units used, note."""
    names = ("ListUnitPrice", "ContractedUnitPrice", "ListCost", "BilledCost", "ConsumedQuantity")
    return [
        {"meter": row.x_Meter, "note": (row.x_PriceNote or "").partition(":")[0]}
        | {name: str(value(row, name)) for name in names if getattr(row, name) is not None}
        for row in metered(book(), cells).rows()
    ]


def line(meter: str, prices: str, costs: str, used: str, note: str = "") -> dict[str, str]:
    (listed, contracted), (list_cost, billed) = prices.split(), costs.split()
    return {"meter": meter, "note": note, "ListUnitPrice": listed, "ContractedUnitPrice": contracted,
            "ListCost": list_cost, "BilledCost": billed, "ConsumedQuantity": used}  # fmt: skip


def test_contract_on_the_list_stands_beside_it() -> None:
    """15 % off the list: both prices in one row, at one quantity."""
    small = {"input": 1_000, "cache_read": 400, "output": 500}
    assert by_hand(usage("acme/plain", [small] * 1_000, span=1)) == [
        line("input", "2 17/10", "6/5 51/50", "600000"),
        line("cache_read", "1/5 17/100", "2/25 17/250", "400000"),
        line("output", "8 34/5", "4 17/5", "500000"),
    ]


def test_contract_that_divides_more_coarsely() -> None:
    """The contract charges all input alike, the list what comes from the cache apart: rows of both, used once."""
    elsewhere = "the list charges these units as part of others"
    alone = "the list alone charges these units so"
    assert by_hand(usage("acme/coarse", [MIXED])) == [
        line("input", "0 3/2", "0 3/2", "1000000", elsewhere),
        line("output", "8 6", "4 3", "500000"),
        line("input", "2 0", "6/5 0", "0", alone),
        line("cache_read", "1/5 0", "2/25 0", "0", alone),
    ]


def test_contract_that_divides_more_finely() -> None:
    """The contract charges what comes from the cache apart, the list as input: list cost 2 in all."""
    elsewhere = "the list charges these units as part of others"
    alone = "the list alone charges these units so"
    assert by_hand(usage("acme/fine", [MIXED])) == [
        line("input", "0 7/4", "0 21/20", "600000", elsewhere),
        line("cache_read", "0 1/4", "0 1/10", "400000", elsewhere),
        line("output", "8 7", "4 7/2", "500000"),
        line("input", "2 0", "2 0", "0", alone),
    ]


@pytest.mark.parametrize("model", ["acme/private", "acme/unlisted"])
def test_without_a_list_price_the_contracted_price_stands_and_says_so(model: str) -> None:
    """An unknown list price is never 0: a private model shows no saving, and the row says why."""
    note = "the list has no price for all of this"
    assert by_hand(usage(model, [{"input": 1_000_000, "output": 500_000}])) == [
        line("input", "1/2 1/2", "1/2 1/2", "1000000", note),
        line("output", "1 1", "1/2 1/2", "500000", note),
    ]


def test_increments_add_to_what_is_charged_and_not_to_what_is_used() -> None:
    """Three requests of 30 input tokens are charged as 300; brackets divide the output of each request."""
    rows = list(metered(book(), [usage("acme/shaped", [{"input": 30, "output": 250}] * 3)]).rows())
    found = [(row.x_Meter, value(row, "PricingQuantity") * 10**6, value(row, "ConsumedQuantity")) for row in rows]
    assert found == [("input", 300, 90), ("output", 300, 300), ("output", 450, 450)]
    assert len({row.SkuPriceId for row in rows}) == 3
    assert "above 100" in str(rows[2].ChargeDescription)


def test_a_contract_without_the_increments_of_the_list() -> None:
    """Three requests of 30 tokens: 90 are paid, the list charges 300; what the list gives free has one row."""
    rows = metered(book(), [usage("acme/reshaped", [{"input": 30, "output": 5}] * 3)]).rows()
    names = ("PricingQuantity", "ListCost", "BilledCost")
    found = [
        (row.x_Meter, *(value(row, name) * 10**6 for name in names), value(row, "ConsumedQuantity")) for row in rows
    ]
    assert found == [("input", 90, 0, 90, 90), ("output", 15, 0, 30, 15), ("input", 300, 600, 0, 0)]


def test_a_quantity_that_does_not_end_is_rounded_and_says_so() -> None:
    """Two requests at 0.1 USD for 3 requests: 0.666666666667 units, and the cost is their product."""
    (_, row) = metered(book(), [usage("acme/thirds", [{"input": 10}] * 2)]).rows()
    assert (row.PricingUnit, value(row, "PricingQuantity")) == ("3 Requests", Fraction(666666666667, 10**12))
    assert value(row, "ListCost") == Fraction(666666666667, 10**13)
    assert row.x_PriceNote == "rounded half up at 12 decimals: PricingQuantity"
    assert value(row, "x_ReportedCost") == Fraction(66666666666666666666667, 10**24)


def test_units_are_written_as_the_specification_asks() -> None:
    """Tokens by the million, plurals in capitals, and what is paid by the month recurs."""
    meters = {"input": 1, "output": 1, "subscription_month": 2, "capacity_hour": 3, "cache_storage": 5}
    focus = metered(book(), [usage("acme/seats", [meters])])
    assert faults(COLUMNS, cells_of(focus)) == []
    *rows, topup = focus.rows()
    assert [(row.PricingUnit, row.ConsumedUnit, row.ChargeCategory, row.ChargeFrequency) for row in rows] == [
        ("1000000 Tokens", "Tokens", "Usage", "Usage-Based"),
        ("1000000 Tokens", "Tokens", "Usage", "Usage-Based"),
        ("Months", "Months", "Usage", "Recurring"),
        ("Hours", "Hours", "Usage", "Usage-Based"),
        ("Token-Hours", "Token-Hours", "Usage", "Usage-Based"),
    ]
    # 2 x 20 + 3 x 1.50 + (2 + 8 + 5 x 4.50) / 1,000,000 = 44.5000325 of at least 50.
    assert (topup.ChargeCategory, value(topup, "BilledCost")) == ("Adjustment", 50 - Fraction("44.5000325"))


def test_credit_divides_billing_from_pricing_currency() -> None:
    """2.50 USD of list price is 1.75 CNY paid at 0.7; the minimum charge of 30 USD is 21 CNY."""
    row, topup = metered(book(), [usage("bolt/credited", [{"input": 4_000_000, "output": 0}])]).rows()
    assert (row.PricingCurrency, row.BillingCurrency) == ("USD", "CNY")
    assert (value(row, "PricingCurrencyListUnitPrice"), value(row, "ListUnitPrice")) == (Fraction(5, 2), Fraction(7, 4))
    assert (value(row, "PricingCurrencyEffectiveCost"), value(row, "BilledCost")) == (10, 7)
    assert (value(topup, "BilledCost"), value(topup, "PricingCurrencyEffectiveCost")) == (14, 20)
    assert row.x_ReportedCost == row_units(7 * Fraction("1.1554") / Fraction("8.222"))


def row_units(cost: Fraction) -> int:
    return round(cost * 10**24)


def test_taxes_are_divided_by_provider_and_currency() -> None:
    """VAT of 10 % is a tenth of each payee's charges, in its own currency, and of the list cost as well."""
    focus = forecast(
        book(),
        mix={"by": "requests", "acme/coarse": "50 %", "bolt/credited": "50 %"},
        horizon={"start": "2026-07", "months": "1"},
        taxes_and_fees=[
            {"name": "VAT", "kind": "vat", "rate": "10 %"},
            {"name": "card fee", "kind": "payment_fee", "rate": "2 %", "base": "bill and levies above"},
        ],
    )
    rows = list(focus.rows())
    for category, factor in (("Tax", Fraction(1, 10)), ("Adjustment", Fraction(22, 1000))):
        for provider, currency in (("acme", "USD"), ("bolt", "CNY")):
            own = [row for row in rows if row.ProviderName == provider]
            taxed = [row for row in own if row.ChargeCategory == "Usage" or "top-up" in str(row.ChargeDescription)]
            (levy,) = [row for row in own if row.ChargeCategory == category and row not in taxed]
            assert levy.BillingCurrency == currency
            for name in (*COSTS[:-1],):
                assert value(levy, name) == factor * sum(value(row, name) for row in taxed)
            assert levy.ListUnitPrice is None
            assert levy.SkuId is None


def test_escalation_is_in_the_price_and_stands_beside_it() -> None:
    """From the thirteenth month on prices are 2 % higher, and the row says so."""
    focus = forecast(book(), horizon={"start": "2026-07", "months": "13"}, escalation={"prices": "2 %"})
    rows = [row for row in focus.rows() if row.x_Meter == "output"]
    assert (value(rows[0], "ListUnitPrice"), rows[0].x_PriceEscalation) == (8, None)
    assert (value(rows[-1], "ListUnitPrice"), value(rows[-1], "x_PriceEscalation")) == (
        Fraction("8.16"),
        Fraction("1.02"),
    )


def test_a_minimum_charge_escalates_with_the_prices() -> None:
    """A minimum of 50 USD is 51 USD a year later, and the top-up fills the difference."""
    year = {"start": "2026-07", "months": "13"}
    rows = list(forecast(book(), mix={"acme/seats": "100 %"}, horizon=year, escalation={"prices": "2 %"}).rows())
    last = [row for row in rows if row.BillingPeriodStart == datetime(2027, 7, 1, tzinfo=UTC)]
    assert sum(value(row, "BilledCost") for row in last) == 51


def test_provenance_leads_back_to_the_price_row() -> None:
    """A row names the book, its hash, the price row and its source, the model, the meter and what it was made from."""
    cell = usage("acme/plain", [{"input": 2_000, "output": 5}], 1, region="eu", labels=(("department", "nội trú"),))
    row = next(metered(book(), [cell], {"": "org-1", "bolt": "b-2"}).rows())
    assert (row.x_PriceSource, row.x_PriceSourceKind, row.x_PriceValidFrom) == (
        "Our contract",
        "contracted",
        datetime(2026, 7, 20, tzinfo=UTC),
    )
    assert (row.x_ListPriceSource, row.x_PriceBookVersion) == ("https://acme.example/prices", "working")
    assert row.x_OwnPrices == f"our contract {book().overlays[0].sha256}"
    assert (row.x_Model, row.x_Meter, row.x_SizeBand) == ("acme/plain", "input", "input > 1_500")
    assert (row.RegionId, row.Tags, row.BillingAccountId) == ("eu", '{"department": "nội trú"}', "org-1")
    assert (row.x_InputKind, row.x_InputSha256) == ("usage log", "ab" * 32)
    assert row.SkuPriceId == "acme/plain/input; service tier standard, region eu, request input > 1_500"


def test_an_account_that_nobody_named_is_that_of_the_statement() -> None:
    """No account is made up at a provider: the charges stand on the account of the scenario or log."""
    row = next(metered(book(), [usage("acme/fine", [MIXED])]).rows())
    assert (row.RegionId, row.x_SizeBand, row.Tags) == (None, None, None)
    (private, *_) = metered(book(), [usage("acme/private", [MIXED])]).rows()
    assert private.x_ListPriceSource is None
    assert row.BillingAccountId == "costmodel:usage-log:abababababababab"


def test_periods_are_cut_where_the_price_changes() -> None:
    """The charge period begins where the price begins; another price of the month has its own."""
    rows = [row for row in forecast(book(), mix={"acme/changing": "100 %"}).rows() if row.x_Meter == "input"]
    change = datetime(2026, 7, 10, 12, tzinfo=UTC)
    assert [(row.ChargePeriodStart, value(row, "ListUnitPrice")) for row in rows[:2]] == [(JULY.start, 1), (change, 3)]
    assert {row.BillingPeriodEnd for row in rows[:2]} == {JULY.end}


@pytest.mark.skipif("end" not in Entry._fields, reason="an entry of the bill does not carry its end yet")
def test_periods_end_where_the_price_ends() -> None:
    """The charge period ends where the next price begins."""
    rows = [row for row in forecast(book(), mix={"acme/changing": "100 %"}).rows() if row.x_Meter == "input"]
    change = datetime(2026, 7, 10, 12, tzinfo=UTC)
    assert [row.ChargePeriodEnd for row in rows[:2]] == [change, JULY.end]


def test_hours_have_prices_of_their_own() -> None:
    """Day and night of one model are two SKU prices."""
    rows = [row for row in forecast(book(), mix={"acme/nightly": "100 %"}).rows() if row.x_Meter == "input"]
    prices = {row.SkuPriceId: row.ListUnitPrice for row in rows}
    assert len(prices) == 2
    assert all(prices[row.SkuPriceId] == row.ListUnitPrice for row in rows)


def test_too_large_a_number_is_refused_in_words() -> None:
    """A cost of 15 digits before the point does not fit a 128-bit decimal with 24 decimals."""
    cell = usage("acme/fine", [{"input": 10**20, "output": 0}])
    with pytest.raises(
        UsageError, match=r"ContractedCost|BilledCost is 175000000000000\.00, and a FOCUS file holds 14"
    ):
        list(metered(book(), [cell]).rows())


# The columns


def test_every_column_has_one_kind() -> None:
    """A column of whole numbers has its decimals, one of instants is named as such, and nothing else is."""
    hints = get_type_hints(Row, {"datetime": datetime})
    kinds = {
        name: {part for part in (int, datetime) if part in (hint, *getattr(hint, "__args__", ()))}
        for name, hint in hints.items()
    }
    assert {name for name, kind in kinds.items() if int in kind} == set(PLACES)
    assert {name for name, kind in kinds.items() if datetime in kind} == INSTANTS
    for name, rule in spec()["columns"].items():
        if name in COLUMNS:
            assert (rule["type"] == "decimal", rule["type"] == "datetime") == (name in PLACES, name in INSTANTS)


def test_all_mandatory_and_recommended_columns_are_there() -> None:
    """The 21 mandatory columns and the 4 recommended ones."""
    levels = [spec()["columns"][name]["level"] for name in COLUMNS if not name.startswith("x_")]
    assert (levels.count("mandatory"), levels.count("recommended")) == (21, 4)


def test_the_document_names_every_column_of_ours() -> None:
    """Every column that FOCUS does not know is described, and no other."""
    text = (Path(__file__).parents[2] / "docs" / "focus.md").read_text("utf-8")
    assert set(re.findall(r"`(x_\w+)`", text)) - {"x_"} == {name for name in COLUMNS if name.startswith("x_")}

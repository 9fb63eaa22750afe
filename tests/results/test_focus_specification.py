"""FOCUS rows meet the specification whatever the bill: random usage, scenarios and books, and all shipped scenarios."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from focus_book import (
    JULY,
    MIXED,
    MODELS,
    SHELF,
    book,
    book_in,
    book_of,
    cells_of,
    forecast,
    metered,
    total,
    usage,
    value,
)
from focus_checker import faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import costmodel as cm
from costmodel.results.focus.row import COLUMNS
from costmodel.results.focus.rows import Focus
from costmodel.shipped import shipped_folder
from costmodel.usage.cube import Band, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator

SOME = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
FEW = settings(SOME, max_examples=25)


@pytest.fixture(scope="module", autouse=True)
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The small book, written once."""
    SHELF.append(book_in(tmp_path_factory.mktemp("focus") / "pricing"))
    yield
    SHELF.clear()


# Metered usage: whole numbers, so that nothing is rounded


@st.composite
def requests(draw: st.DrawFn) -> dict[str, int]:
    """One request: input with what comes from the cache, and output."""
    size = draw(st.integers(0, 3_000))
    return {"input": size, "cache_read": draw(st.integers(0, size)), "output": draw(st.integers(0, 900))}


@st.composite
def usages(draw: st.DrawFn) -> list[Cell]:
    names = draw(st.lists(st.sampled_from([*MODELS, "bolt/credited"]), min_size=1, max_size=4, unique=True))
    return [
        usage(
            name,
            draw(st.lists(requests(), min_size=1, max_size=4)),
            draw(st.integers(0, 60)),
            tier=draw(st.sampled_from(["standard", "batch"])) if name == "acme/plain" else "standard",
            region=draw(st.sampled_from(["global", "eu"])) if name == "acme/plain" else "global",
            labels=draw(st.sampled_from([(), (("department", "nội trú"), ("site", "=A1"))])),
        )
        for name in names
        if name != "acme/thirds"
    ] or [usage("acme/fine", [{"input": 5, "cache_read": 2, "output": 1}])]


@SOME
@given(st.deferred(usages))
def test_metered_rows_are_the_bill_to_the_last_digit(cells: list[Cell]) -> None:
    """Paid and list cost of the rows are those of the bill, and each product is exact, without any rounding."""
    focus = metered(book(), cells)
    assert faults(COLUMNS, cells_of(focus)) == []
    for name in ("BilledCost", "ContractedCost", "EffectiveCost"):
        usage_alone = sum((value(row, name) for row in focus.rows() if row.ChargeCategory == "Usage"), Fraction(0))
        assert usage_alone == sum(charge.billed_cost for entry in focus.entries for charge in entry.charges)
    for entry in focus.entries:
        own = entry.model in {"acme/private", "acme/unlisted"}
        expected = [charge.contracted_cost if own else charge.list_cost for charge in entry.charges]
        alone = Focus(focus.origin, (entry,), ())
        assert total(alone, "ListCost") == sum(expected) * entry.credit_rate
        assert not any("rounded" in str(row.x_PriceNote) for row in alone.rows())


@SOME
@given(st.deferred(usages))
def test_used_units_count_once(cells: list[Cell]) -> None:
    """However list and contract divide them, the units used are those of the log, each once."""
    focus = metered(book(), cells)
    for entry in focus.entries:
        rows = list(Focus(focus.origin, (entry,), ()).rows())
        for whole, parts in (("input", {"input", "cache_read"}), ("output", {"output"})):
            used = sum(value(row, "ConsumedQuantity") for row in rows if row.x_Meter in parts)
            assert used == entry.totals.get(whole, 0)


def decimals(most: int, places: int) -> st.SearchStrategy[Fraction]:
    """A number above 0 as it is written in a price table."""
    return st.integers(1, most * 10**places).map(lambda units: Fraction(units, 10**places))


@FEW
@given(
    decimals(1000, 6),
    decimals(2, 4).filter(lambda factor: factor != 1),
    decimals(10, 5),
    st.sampled_from([1, 7, 60, 1_000, 1_000_000]),
    st.data(),
)
def test_random_books(price: Fraction, multiply: Fraction, credit: Fraction, per: int, data: st.DataObject) -> None:
    """Any price, discount, credit rate and pricing unit: exact products, near the exact cost, and rounding is said."""
    with TemporaryDirectory() as folder:
        random = book_of(Path(folder) / "pricing", *map(cm.decimal_text, (price, multiply, credit)), per)
        tier, tokens = data.draw(st.sampled_from(["standard", "batch"])), data.draw(st.integers(1, 10**9))
        totals = {"input": 1, "output": tokens, "request": 1}
        cell = Cell(JULY, "", "", (), "acme/m", tier, "global", JULY.start, JULY.end, Band(), 0, 1, totals)
        focus = metered(random, [cell])
    assert faults(COLUMNS, cells_of(focus)) == []
    *_, row = focus.rows()
    listed = price * credit * (Fraction(1, 2) if tier == "batch" else 1)
    quantity = Fraction(tokens, per)
    for name, exact in (("ListCost", listed * quantity), ("ContractedCost", listed * multiply * quantity)):
        assert abs(value(row, name) - exact) <= (listed * max(multiply, 1) + quantity) / 10**12
    said = (row.x_PriceNote or "").partition(": ")[2].split(", ")
    for name, exact in (
        ("PricingQuantity", quantity),
        ("ListUnitPrice", listed),
        ("ContractedUnitPrice", listed * multiply),
    ):
        assert (name in said) == (10**12 % exact.denominator != 0)


# Forecasts, which have fractions


SHARES = st.integers(0, 100).map(lambda share: f"{share} %")
WORK = st.fixed_dictionaries(
    {
        "workload": st.fixed_dictionaries(
            {
                "records": st.fixed_dictionaries({"per_month": st.integers(0, 10_000).map(str)}),
                "tokens": st.one_of(
                    st.just({"profile": "aci-bench/gold-note"}),
                    st.fixed_dictionaries(
                        {"input": st.integers(1, 4_000).map(str), "output": st.integers(0, 900).map(str)}
                    ),
                ),
                "labels": st.just({"department": "wards"}),
            }
        ),
        "mix": st.sampled_from([*MODELS, "acme/seats", "bolt/credited"]).map(lambda name: {name: "100 %"}),
        "currency": st.sampled_from(["USD", "EUR"]),
        "cache_read": SHARES.map(lambda share: f"{share} of input"),
        "resubmitted": st.sampled_from(["0 %", "3.3 %"]),
        "escalation": st.sampled_from(["0 %", "2.75 %"]).map(lambda rate: {"prices": rate}),
        "horizon": st.sampled_from([{"start": "2026-07", "months": "2"}, {"start": "2026-12", "months": "26"}]),
        "taxes_and_fees": st.sampled_from(
            [
                [],
                [
                    {"name": "VAT", "kind": "vat", "rate": "10 %"},
                    {"name": "on top", "rate": "7 %", "grossed_up": "true"},
                ],
            ]
        ),
    }
)


@SOME
@given(WORK)
def test_forecast_rows_meet_the_specification(data: dict[str, Any]) -> None:
    """Every product is exact, every column as it should be; rows add up to the estimate but for what a row says."""
    focus = forecast(book(), **data)
    assert faults(COLUMNS, cells_of(focus)) == []
    assert abs(total(focus, "x_ReportedCost") - focus.total) < Fraction(1, 10**20)
    rows = list(focus.rows())
    if data["currency"] == "USD" and {row.BillingCurrency for row in rows} == {"USD"}:
        assert all(abs(value(row, "BilledCost") - value(row, "x_ReportedCost")) < Fraction(1, 10**9) for row in rows)
        off = total(focus, "BilledCost") - focus.total
        assert abs(off) < Fraction(len(rows) + 1, 10**10)
        levied = any(row.ChargeCategory in {"Tax", "Adjustment"} for row in rows)
        assert off == 0 or levied or any("rounded half up" in str(row.x_PriceNote) for row in rows)


def estimates() -> list[Any]:
    found: list[cm.Estimate] = []
    for path in sorted(shipped_folder("scenarios").glob("*.yaml")):
        result = cm.estimate(cm.Scenario.load(path))
        found += result.estimates if isinstance(result, cm.Comparison) else (result,)
    return [pytest.param(item, id=f"{item.title} {item.alternative}") for item in found]


@pytest.mark.parametrize("estimate", estimates())
def test_shipped_scenarios_meet_the_specification(estimate: cm.Estimate) -> None:
    """Every shipped scenario gives rows that meet the specification and add up to its total."""
    focus = Focus.of(estimate)
    assert faults(COLUMNS, cells_of(focus)) == []
    assert abs(total(focus, "x_ReportedCost") - estimate.total) < Fraction(1, 10**20)
    assert {row.x_PriceBookSha256 for row in focus.rows()} == {estimate.book.sha256}


# The checker itself


@pytest.mark.parametrize(
    ("column", "wrong", "said"),
    [
        ("BilledCost", None, "BilledCost is null"),
        ("BilledCost", "1,000", "is no decimal"),
        ("ListCost", "1.5", "ListUnitPrice × PricingQuantity is not ListCost"),
        ("ContractedUnitPrice", "3", "ContractedUnitPrice × PricingQuantity is not ContractedCost"),
        ("ListUnitPrice", "-2", "is under 0"),
        ("ListUnitPrice", None, "ListUnitPrice of a charge of category Usage is null"),
        ("ChargeCategory", "Gift", "is not allowed"),
        ("ChargeCategory", "Tax", "PricingQuantity of a charge of category Tax is not null"),
        ("ChargePeriodEnd", "2026-07-01T00:00:00Z", "the charge period"),
        ("BillingPeriodStart", "2026-07-01", "is no datetime"),
        ("BillingCurrency", "Dollar", "is no currency"),
        ("PricingUnit", "million tokens", "is no unit"),
        ("ConsumedUnit", None, "one of ConsumedQuantity and ConsumedUnit is null"),
        ("Tags", '{"a": [1]}', "is no json"),
        ("ServiceName", " ", "is no string"),
        ("SkuId", "another", "has more than one SkuId"),
    ],
)
def test_the_checker_finds_what_is_wrong(column: str, wrong: str | None, said: str) -> None:
    """One wrong value in good rows is found."""
    cell = usage("acme/fine", [MIXED], labels=(("department", "wards"),))
    rows = cells_of(metered(book(), [cell, cell._replace(region="global", labels=())]))
    assert faults(COLUMNS, rows) == []
    rows[0][column] = wrong
    assert any(said in fault for fault in faults(COLUMNS, rows)), faults(COLUMNS, rows)


def test_the_checker_finds_wrong_columns() -> None:
    """A column missing, made up, or ours among those of FOCUS."""
    assert faults([name for name in COLUMNS if name != "ListCost"], []) == ["ListCost is missing"]
    assert faults([*COLUMNS[:-1], "Colour", COLUMNS[-1]], [])[-1] == "FOCUS has no Colour"
    assert "columns of our own" in faults([COLUMNS[-1], *COLUMNS[:-1]], [])[0]

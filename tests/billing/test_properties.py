"""What holds for every bill: random small scenarios over a small book with everything that a price can depend on."""

from __future__ import annotations

import re
import tempfile
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import costmodel as cm
from costmodel.quantities import half_up, seconds
from costmodel.results.lines import DIMENSIONS
from costmodel.results.records import json_text
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
SOME = settings(FEW, max_examples=50)

HEAD = "recorded: 2026-01-01, per: [1_000_000 tokens, 1_000 requests]"
SOURCE = "source: {kind: list, title: Test, retrieved: 2026-01-01}"
ACME = f"""\
provider: acme
name: Acme
currency: USD
offers:
  - model: changing
    service_tiers: [standard, batch]
    prices:
      - {{valid: {{from: 2026-01-01}}, {HEAD}, {SOURCE}, rates: [{{prices: {{input: 2, output: 8}}}}],
         adjustments: [{{name: batch, when: {{service_tier: batch}}, meters: [input, output], multiply: 0.5}}]}}
      - {{valid: {{from: "2026-02-08T16:00:00Z"}}, {HEAD}, {SOURCE},
         rates: [{{prices: {{input: 3, cache_read: 0.3, output: 7, request: 5}}}}],
         adjustments: [{{name: batch, when: {{service_tier: batch}}, meters: [input, output],
                        multiply: 0.6, add: 0.1}}]}}
  - model: limited
    service_tiers: [standard, batch]
    prices:
      - {{valid: {{from: 2026-01-01}}, {HEAD}, {SOURCE}, rates: [
          {{when: {{service_tier: batch}}, prices: {{input: 1, cache_read: free, output: 2}}}},
          {{when: {{request_input_tokens: ">= 1500"}}, prices: {{input: 4, cache_read: 0.4, output: 12}}}},
          {{prices: {{input: 2, cache_read: 0.2, output: 6}}}}]}}
"""
BOLT = f"""\
provider: bolt
name: Bolt
currency: USD
offers:
  - model: nightly
    service_tiers: [standard, batch]
    prices:
      - {{valid: {{from: 2026-01-01}}, {HEAD}, {SOURCE}, rates: [
          {{when: {{service_tier: batch}}, prices: {{input: 0.1, output: 0.3}}}},
          {{when: {{hours: {{daily: "16:30-00:30", zone: UTC, days: [mon, tue, wed]}}}},
            prices: {{input: 0.135, output: 0.55}}}},
          {{prices: {{input: 0.27, cache_read: 0.07, output: 1.1}}}}]}}
  - model: credited
    service_tiers: [standard, batch]
    prices:
      - {{valid: {{from: 2026-01-01}}, {HEAD}, {SOURCE}, credit: {{pays: CNY, per_list_unit: 1}}, rates: [
          {{when: {{service_tier: batch}}, prices: {{input: 1, output: 4}}}},
          {{prices: {{input: 2, output: {{brackets: [{{up_to: 100, price: 9}}, {{price: 8}}]}}}}}}]}}
"""
FX = """\
source: {title: Test bank, retrieved: 2026-01-31}
base: EUR
rates:
  - {on: 2026-01-02, recorded: 2026-01-03, USD: 1.1554, CNY: 8.222}
"""
SHELF: list[Path] = []
MODELS = ("acme/changing", "acme/limited", "bolt/nightly", "bolt/credited")


def written(folder: Path, *files: str) -> Path:
    (folder / "providers").mkdir(parents=True)
    for text in files:
        (folder / "providers" / f"{text.split()[1]}.yaml").write_text(text)
    (folder / "meters.yaml").write_text((shipped_folder("pricing") / "meters.yaml").read_text("utf-8"))
    (folder / "fx.yaml").write_text(FX)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The small book, written once."""
    SHELF.append(written(tmp_path_factory.mktemp("bills") / "pricing", ACME, BOLT))
    yield
    SHELF.clear()
    book.cache_clear()


@cache
def book() -> cm.PriceBook:
    return cm.PriceBook.load(SHELF[0], "working")


def estimated(data: dict[str, Any]) -> cm.Estimate:
    found = cm.estimate(cm.Scenario.from_data(data), book=book())
    assert isinstance(found, cm.Estimate)
    return found


# Random scenarios, as people would write them


def percent(low: int, high: int) -> st.SearchStrategy[str]:
    """A share in percent, with up to one decimal."""
    return st.integers(low * 10, high * 10).map(lambda tenths: f"{tenths // 10}.{tenths % 10} %")


@st.composite
def shares(draw: st.DrawFn, names: list[str]) -> dict[str, str]:
    """Shares of names that add up to 100 %."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1)))
    return {name: f"{high - low} %" for name, (low, high) in zip(names, pairwise([0, *cuts, 100]), strict=True)}


@st.composite
def mixes(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(MODELS), min_size=1, max_size=3, unique=True))
    return {"by": draw(st.sampled_from(["requests", "tokens"])), **draw(shares(names))}


TOKENS = st.one_of(
    st.fixed_dictionaries({"input": st.integers(1, 4_000).map(str), "output": st.integers(0, 900).map(str)}),
    st.fixed_dictionaries(
        {"total": st.integers(1, 9_000).map(str), "input_to_output": st.sampled_from(["1:3", "3:1", "2:5"])}
    ),
    st.fixed_dictionaries(
        {"input": st.integers(1, 4_000).map(str), "output_per_input": st.sampled_from(["0.3", "0", "2"])}
    ),
    st.just({"profile": "aci-bench/gold-note"}),
)
HOURS = st.sampled_from(
    [
        {"daily": "00:00-24:00", "zone": "UTC"},
        {"daily": "08:00-17:00", "zone": "Asia/Ho_Chi_Minh"},
        {"daily": ["22:00-06:00", "12:00-13:30"], "zone": "Europe/Berlin", "days": ["mon", "fri", "sun"]},
    ]
)
RECORDS = st.one_of(
    st.fixed_dictionaries(
        {"per_month": st.integers(0, 10_000).map(str)}, optional={"monthly_growth": percent(-50, 50)}
    ),
    st.fixed_dictionaries(
        {"per_day": st.integers(0, 400).map(str), "days_per_month": st.sampled_from(["calendar", "22", "30"])}
    ),
)
WORKLOAD = st.fixed_dictionaries(
    {"records": RECORDS, "tokens": TOKENS},
    optional={
        "cache_read": percent(0, 60).map(lambda share: f"{share} of input"),
        "cache_write_5m": percent(0, 40),
        "resubmitted": percent(0, 10),
        "requests_per_record": st.sampled_from(["1", "2.5", "3"]),
        "service_tier": shares(["batch", "standard"]),
        "mix": mixes(),
    },
)
LEVIES = st.lists(
    st.fixed_dictionaries(
        {"rate": percent(0, 30), "base": st.sampled_from(["bill", "bill and levies above"])},
        optional={"grossed_up": st.just("true")},
    ),
    max_size=2,
).map(lambda levies: [{"name": f"levy {number}", **levy} for number, levy in enumerate(levies)])


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """One to two workloads over one to four months around the changes of price, in one of three currencies."""
    works = draw(st.lists(WORKLOAD, min_size=1, max_size=2))
    return {
        "scenario": "A random scenario",
        "prices": {"version": "working", "fx_as_of": "2026-02-01"},
        "horizon": {
            "start": draw(st.sampled_from(["2026-01", "2026-02", "2026-12"])),
            "months": draw(st.sampled_from(["1", "2", "4"])),
        },
        "currency": draw(st.sampled_from(["USD", "EUR", "CNY"])),
        "hours": draw(HOURS),
        "mix": draw(mixes()),
        "workloads": [
            {"name": f"work {number}", "labels": {"site": draw(st.sampled_from(["north", "south"]))}, **work}
            for number, work in enumerate(works)
        ],
        "taxes_and_fees": draw(LEVIES),
        "escalation": {"prices": draw(percent(0, 5))},
    }


SCENARIOS = scenarios()


def with_records(data: dict[str, Any], number: str) -> dict[str, Any]:
    """The same scenario with another number of records in each workload."""
    works = []
    for work in data["workloads"]:
        key = "per_day" if "per_day" in work["records"] else "per_month"
        works.append(work | {"records": work["records"] | {key: number}})
    return data | {"workloads": works}


# Sums


@SOME
@given(SCENARIOS, st.lists(st.sampled_from([*DIMENSIONS, "site"]), unique=True, max_size=4))
def test_total_is_the_sum_of_its_parts(data: dict[str, Any], by: list[str]) -> None:
    """The total is the sum of all lines, and of any grouping of them, to the last digit."""
    found = estimated(data)
    assert found.total == sum(line.cost for line in found.lines)
    groups = found.by(*by)
    assert sum(group.cost for group in groups) == found.total
    assert len({group.key for group in groups}) == len(groups)
    assert sum(group.cost for group in found.by("month")) == sum(
        group.cost for group in found.by("model", "tier", "size")
    )


@SOME
@given(SCENARIOS)
def test_lines_are_quantity_times_price(data: dict[str, Any]) -> None:
    """Every charge is its quantity times its unit price, times credit, exchange and escalation; none is negative."""
    found = estimated(data)
    for entry in found.entries:
        factor = entry.credit_rate * entry.exchange_rate * (1 + entry.escalation_rate) ** entry.escalation_years
        for charge in entry.charges:
            assert charge.contracted_price is not None
            assert charge.cost == charge.quantity * charge.contracted_price.unit_price * factor
            assert charge.cost >= 0


@SOME
@given(SCENARIOS)
def test_no_token_is_lost_or_billed_twice(data: dict[str, Any]) -> None:
    """Charged input and cached tokens together are the input, and charged output is the output."""
    for entry in estimated(data).entries:
        charged = dict.fromkeys(entry.totals, Fraction(0))
        for charge in entry.charges:
            charged[charge.meter] += charge.quantity
        assert charged["output"] == entry.totals["output"]
        assert (
            sum(count for meter, count in charged.items() if meter not in {"output", "request"})
            == entry.totals["input"]
        )


@FEW
@given(SCENARIOS)
def test_shown_rows_add_up_to_the_shown_total(data: dict[str, Any]) -> None:
    """Costs as shown add up to the total as shown, however they are grouped."""
    found = estimated(data)
    for by in (("model",), ("month", "meter"), ("site", "tier", "size")):
        table = found.table(by)
        place = [column.heading for column in table.columns].index(f"cost {found.currency}")
        shown = [Fraction(row[place].replace(",", "")) for row in table.rows]
        total = table.totals[place].replace(",", "")
        assert sum(shown) == Fraction(total)
        assert Fraction(total) == half_up(found.total, len(total.partition(".")[2]))


def test_levies_by_hand() -> None:
    """Taxes and fees follow the bill in order: on the bill, on the levies above it, or paid on top for the seller."""
    data = {
        "scenario": "Levies on a bill of 95 dollars",
        "horizon": {"start": "2026-01", "months": "1"},
        "currency": "USD",
        "workload": {"records": {"per_month": "47_500_000"}, "tokens": {"input": "1", "output": "0"}},
        "mix": {"acme/limited": "100 %"},
        "taxes_and_fees": [
            {"name": "withholding", "rate": "5 %", "grossed_up": "true"},
            {"name": "vat", "rate": "10 %", "base": "bill and levies above"},
            {"name": "fee", "rate": "1 %"},
        ],
    }
    found = estimated(data)
    assert [(line.keys["meter"], line.cost) for line in found.lines] == [
        ("input", 95),
        ("withholding", 5),
        ("vat", 10),
        ("fee", Fraction(95, 100)),
    ]


# More and less


@SOME
@given(SCENARIOS, st.integers(0, 9_000), st.integers(0, 9_000))
def test_more_records_never_cost_less(data: dict[str, Any], number: int, more: int) -> None:
    """More records cost the same or more, never less."""
    assert estimated(with_records(data, str(number))).total <= estimated(with_records(data, str(number + more))).total


@FEW
@given(SCENARIOS)
def test_no_records_cost_nothing(data: dict[str, Any]) -> None:
    """Without records there is no cost, no tax on it and no cost of a record."""
    found = estimated(with_records(data, "0"))
    assert (found.total, found.records, found.cost_per_record) == (0, 0, 0)


@FEW
@given(SCENARIOS, st.sampled_from(MODELS))
def test_a_mix_of_one_is_the_model_alone(data: dict[str, Any], model: str) -> None:
    """All of the work by one model of a mix costs what the model costs alone, line by line."""
    works = [{key: item for key, item in work.items() if key != "mix"} for work in data["workloads"]]
    plain = {key: item for key, item in data.items() if key != "mix"} | {"workloads": works}
    other = next(name for name in MODELS if name != model)
    mixed = estimated(plain | {"mix": {"by": "requests", model: "100 %", other: "0 %"}})
    alone = cm.estimate(cm.Scenario.from_data(plain), models=[model], book=book())
    assert isinstance(alone, cm.Comparison)
    assert mixed.total == alone[model].total
    kept = [(line.keys, line.cost) for line in mixed.lines if line.keys["model"] != other]
    assert kept == [(line.keys, line.cost) for line in alone[model].lines]


@FEW
@given(SCENARIOS)
def test_workloads_add_up(data: dict[str, Any]) -> None:
    """Two workloads together cost what each costs by itself."""
    apart = [estimated(data | {"workloads": [work]}).total for work in data["workloads"]]
    assert estimated(data).total == sum(apart)


# Time


@SOME
@given(st.integers(0, 31 * 24 * 60 - 1), st.integers(1, 99), st.integers(1, 99))
def test_a_change_of_price_splits_the_month_by_time(minute: int, before: int, after: int) -> None:
    """A price that changes inside a month weighs by the time for which each was in force."""
    day, clock = divmod(minute, 24 * 60)
    change = f"2026-03-{day + 1:02d}T{clock // 60:02d}:{clock % 60:02d}:00Z"
    assume(minute > 0)
    rows = [(f'"{start}"', price) for start, price in (("2026-01-01", before), (change, after))]
    prices = ", ".join(
        f"{{valid: {{from: {start}}}, {HEAD}, {SOURCE}, rates: [{{prices: {{input: {price}}}}}]}}"
        for start, price in rows
    )
    text = f"provider: acme\nname: Acme\ncurrency: USD\noffers: [{{model: m, prices: [{prices}]}}]\n"
    data = {
        "scenario": "A change",
        "horizon": {"start": "2026-03", "months": "1"},
        "currency": "USD",
        "workload": {"records": {"per_month": "1_000_000"}, "tokens": {"input": "1", "output": "0"}},
        "mix": {"acme/m": "100 %"},
    }
    with tempfile.TemporaryDirectory() as place:
        small = cm.PriceBook.load(written(Path(place) / "pricing", text), "working")
        total = cm.estimate(cm.Scenario.from_data(data), book=small).total  # type: ignore[union-attr]
    share = seconds(cm.instant(change) - cm.instant("2026-03-01")) / (31 * 24 * 3600)
    assert total == share * before + (1 - share) * after


# Explained, and written down


WORDS = {
    "round up(": "ceil(",
    "round(": "half_up(",
    "larger of(": "max(",
    "smaller of(": "min(",
    "×": "*",
    "^": "**",
    "…": "",
}


def computed(text: str) -> Fraction:
    """Arithmetic as `explain` prints it, recomputed."""
    for shown, meant in WORDS.items():
        text = text.replace(shown, meant)
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    assert re.fullmatch(r"[\d\s.+\-*/(),]*", re.sub(r"ceil|half_up|max|min", "", plain)), text
    exact = re.sub(r"\d+(\.\d+)?", r"F('\g<0>')", plain)
    return eval(exact, {"F": Fraction, "half_up": half_up, "max": max, "min": min})  # noqa: S307 - checked above


def near(left: Fraction, right: Fraction) -> bool:
    """Equal to the twelve digits that are shown."""
    return abs(left - right) <= max(abs(left), abs(right)) / 10**9


@FEW
@given(SCENARIOS)
def test_explanation_reproduces_every_line(data: dict[str, Any]) -> None:
    """Whoever recomputes the printed arithmetic of a line comes to its cost, step by step."""
    found = estimated(data)
    explained = found.explain()
    assert [item.cost for item in explained] == [line.cost for line in found.lines]
    for item in (item for item in explained if item.steps):
        for sentence in item.steps:
            assert near(computed(sentence.numbers), computed(sentence.result.split(" ")[0])), str(sentence)
        assert near(computed(item.steps[-1].numbers), item.cost)


@FEW
@given(SCENARIOS)
def test_json_is_exact_decimal_text(data: dict[str, Any]) -> None:
    """Money in JSON is the exact figure as decimal text; what does not end is rounded at eighteen places."""
    found = estimated(data)
    record = found.to_json()
    costs = [line.cost for line in found.lines if line.charge or line.levy]
    pairs = [(record["total"], found.total), *zip((line["cost"] for line in record["lines"]), costs, strict=True)]
    for text, value in pairs:
        assert isinstance(text, str)
        assert re.fullmatch(r"\d+(\.\d+)?", text)
        ends = 10**400 % value.denominator == 0
        assert abs(Fraction(text) - value) <= (0 if ends else Fraction(1, 2 * 10**18))


@FEW
@given(SCENARIOS)
def test_same_inputs_same_bytes(data: dict[str, Any]) -> None:
    """The same scenario on a book read again gives the same JSON, byte for byte."""
    again = cm.estimate(cm.Scenario.from_data(data), book=cm.PriceBook.load(SHELF[0], "working"))
    assert json_text(estimated(data).to_json()).encode() == json_text(again.to_json()).encode()

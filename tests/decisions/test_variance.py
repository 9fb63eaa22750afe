"""Why a cost moved: the effects are the whole difference, exactly, whatever moved, and each is what its name says."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import permutations
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel import Scenario, estimate
from costmodel.cli import run
from costmodel.decisions.variance.document_diff import changes
from costmodel.decisions.variance.matched import matched
from costmodel.decisions.variance.meter_words import MeterWords
from costmodel.decisions.variance.orders import sequential_effects, symmetric_effects
from costmodel.decisions.variance.result_file import spend_of_record, written_spend
from costmodel.decisions.variance.spend import Case, Key, MonthSpend, Spend, Use, slices_of
from costmodel.decisions.variance.variance import limit_of, variance
from costmodel.errors import CommandLineError, FileError
from costmodel.results.records import json_text
from costmodel.results.variance.tables import shared_out
from costmodel.results.variance.variance import EFFECTS, FACTORS
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.results.estimate import Estimate
    from costmodel.results.variance.variance import Variance

SCENARIOS = shipped_folder("scenarios")
MIX = str(SCENARIOS / "emr-mix.yaml")
METHODS = ("shapley", "sequential")
EVERY_METHOD = pytest.mark.parametrize("method", METHODS)
PRICES = """\
overlay: Clinic
provider: clinic
name: Clinic's own service
currency: USD
offers:
  - model: letters-1
    prices:
      - valid: {from: 2026-01-01}
        recorded: 2026-01-01
        source: {kind: contracted, title: Contract, retrieved: 2026-01-01}
        per: 1_000_000 tokens
        minimum_charge: {amount: 8, per: month}
        rates:
          - prices: {input: 2.00, output: 8.00, subscription_month: 5}
"""
SCENARIO = """\
scenario: Letters of a small clinic
prices: {version: working, overlays: [clinic.yaml]}
horizon: {start: 2026-12, months: 2}
currency: USD
workload:
  labels: {site: main}
  records: {per_month: 1000}
  tokens: {input: 1500, output: 400}
mix: {clinic/letters-1: 100 %}
"""
# A month of 1,000 records: (1500 x 2 + 400 x 8) / 1,000,000 x 1,000 = 6.20 USD, and 1.80 up to the minimum of 8.


WORK, ANY = ("workload", ""), "any size"
SMALL, LARGE = "input <= 200_000", "input > 200_000"


def month(
    records: Any, models: Mapping[str, tuple[Any, Mapping[str, tuple[Any, Any]]]], work: Any = WORK, size: str = ANY
) -> MonthSpend:
    """A month of one step in US dollars: requests of each model, and quantity and unit price of each of its meters."""
    uses = {
        Key(*work, model, size, meter): Use(
            Fraction(quantity), quantity * Fraction(price), quantity * Fraction(price), "USD"
        )
        for model, (_, meters) in models.items()
        for meter, (quantity, price) in meters.items()
    }
    requests = {Case(*work, model): Fraction(count) for model, (count, _) in models.items()}
    return MonthSpend({work[0]: Fraction(records)}, requests, uses, {}, {})


def joined(*parts: MonthSpend) -> MonthSpend:
    """Several parts of one month, of other workloads, steps, models or sizes."""
    first, *others = parts
    for part in others:
        first = first._replace(
            records={**part.records, **first.records},
            requests={**first.requests, **part.requests},
            uses={**first.uses, **part.uses},
        )
    return first


def spend(*slices: MonthSpend, title: str = "a cost") -> Spend:
    """Consecutive months."""
    names = tuple(f"2026-{number + 1:02d}" for number in range(len(slices)))
    words = {"input": MeterWords("input tokens", "token", 1_000_000)}
    return Spend(title, "USD", names, slices, {"version": "2026.11", "sha256": None}, "", (), words)


def effects(found: Variance) -> dict[str, Fraction]:
    """The effects that are not nothing."""
    return {name: amount for name, amount in found.effects.items() if amount}


@cache
def shipped(path: str = MIX, *set_: tuple[str, str]) -> Estimate:
    found = estimate(Scenario.load(path, dict(set_)))
    assert not hasattr(found, "estimates")
    return found  # type: ignore[return-value]


# By hand


def test_two_models_and_two_meters_by_hand() -> None:
    """Records, mix and one price move at once; each effect is its mean over the six orders.

    A request of A costs 10 x 1 + 2 x 5 = 20 before and 10 x 1 + 2 x 4 = 18 after; one of B costs 10 x 0.5 + 2 x 1 = 7.
    With half of each, a mean request costs 13.50 at the old price and 12.50 at the new one; with a quarter of A and
    three quarters of B, 10.25 and 9.75. In all:

        nothing moved 100 x 13.50 = 1,350      records and mix   120 x 10.25 = 1,230
        records       120 x 13.50 = 1,620      records and price 120 x 12.50 = 1,500
        mix           100 x 10.25 = 1,025      mix and price     100 x  9.75 =   975
        price         100 x 12.50 = 1,250      all               120 x  9.75 = 1,170

    volume: 1/3 (1,620 - 1,350) + 1/6 (1,230 - 1,025) + 1/6 (1,500 - 1,250) + 1/3 (1,170 - 975)   =  1,385/6
    mix:    1/3 (1,025 - 1,350) + 1/6 (1,230 - 1,620) + 1/6 (975 - 1,250) + 1/3 (1,170 - 1,500)   = -1,975/6
    price:  1/3 (1,250 - 1,350) + 1/6 (1,500 - 1,620) + 1/6 (975 - 1,025) + 1/3 (1,170 - 1,230)   =   -490/6
    together -1,080/6 = -180 = 1,170 - 1,350.
    """
    base = spend(
        month(
            100,
            {
                "x/a": (50, {"input": (500, 1), "output": (100, 5)}),
                "x/b": (50, {"input": (500, "1/2"), "output": (100, 1)}),
            },
        )
    )
    head = spend(
        month(
            120,
            {
                "x/a": (30, {"input": (300, 1), "output": (60, 4)}),
                "x/b": (90, {"input": (900, "1/2"), "output": (180, 1)}),
            },
        )
    )
    found = variance(base, head)
    assert (found.base.total, found.head.total) == (1350, 1170)
    assert effects(found) == {"volume": Fraction(1385, 6), "mix": Fraction(-1975, 6), "price": Fraction(-490, 6)}
    # In order: 1,620 - 1,350 = 270; 1,230 - 1,620 = -390; 1,170 - 1,230 = -60.
    assert effects(variance(base, head, method="sequential")) == {"volume": 270, "mix": -390, "price": -60}
    # The price that fell is A's output: 60 requests of it at the old share, 30 at the new one, and so on; B has none.
    assert {group.key: group.effects["price"] for group in found.by_model} == {"x/a": Fraction(-490, 6), "x/b": 0}
    assert sum(group.difference for group in found.by_model) == -180


def one_use(use: Use) -> MonthSpend:
    """Ten requests for ten records, and one meter."""
    case = Case(*WORK, "x/a")
    return MonthSpend({WORK[0]: Fraction(10)}, {case: Fraction(10)}, {Key(*case, ANY, "input"): use}, {}, {})


def test_exchange_is_apart_from_price_by_hand() -> None:
    """100 units: from 2 CNY at 0.10 USD, 20 USD, to 3 CNY at 0.20 USD, 60 USD.

    price: the mean of 100 x 1 x 0.10 = 10 and 100 x 1 x 0.20 = 20; exchange: of 100 x 2 x 0.10 = 20 and 100 x 3 x 0.10.
    """
    sides = []
    for price, rate in ((2, Fraction(1, 10)), (3, Fraction(2, 10))):
        use = Use(Fraction(100), Fraction(100 * price), 100 * price * rate, "CNY")
        sides.append(spend(one_use(use)))
    found = variance(*sides)
    assert effects(found) == {"price": 15, "exchange": 25}
    assert [item.sentence for item in found.findings] == [
        "exchange rate of one CNY rose from 0.1 to 0.2 USD",
        "x/a: price paid rose from 2,000,000.00 to 3,000,000.00 CNY per 1,000,000 input tokens",
    ]


def test_other_billing_currency_is_price() -> None:
    """A model that is billed in another currency than before has no one exchange rate: all of it is price."""
    uses = [
        Use(Fraction(100), Fraction(200), Fraction(20), "CNY"),
        Use(Fraction(100), Fraction(30), Fraction(30), "USD"),
    ]
    sides = [spend(one_use(use)) for use in uses]
    found = variance(*sides)
    assert effects(found) == {"price": 10}
    assert found.findings[0].sentence.endswith("from 200,000.00 to 300,000.00 USD per 1,000,000 input tokens")


# Whatever moved

PARTS = st.sampled_from([1, 2, 7])
NUMBERS = st.builds(Fraction, st.one_of(st.just(0), st.integers(0, 99)), PARTS)
SOME = st.builds(Fraction, st.integers(1, 99), PARTS)
MODELS, METERS = st.sampled_from(["x/a", "x/b", "y/c"]), st.sampled_from(["input", "output", "search"])
CASES = st.builds(Case, st.just("wards"), st.sampled_from(["read", "write"]), MODELS) | st.builds(
    Case, st.just("clinic"), st.just(""), MODELS
)
KEYS = st.builds(lambda case, *rest: Key(*case, *rest), CASES, st.sampled_from([ANY, SMALL, LARGE]), METERS)
OF_MODEL = st.tuples(MODELS, METERS)
USES = st.builds(
    lambda quantity, price, rate, currency: Use(quantity, quantity * price, quantity * price * rate, currency),
    SOME,
    NUMBERS,
    st.sampled_from([Fraction(1), Fraction(1, 7), Fraction(3, 2)]),
    st.sampled_from(["USD", "CNY"]),
)
LEVIES = st.dictionaries(st.tuples(st.sampled_from(["", "x/a"]), st.sampled_from(["VAT", "fee"])), NUMBERS, max_size=3)


@st.composite
def months(draw: st.DrawFn) -> MonthSpend:
    """Any month: work, models and meters there or not, records or none, quantities with and without requests."""
    uses = draw(st.dictionaries(KEYS, USES, max_size=6))
    requests = {key.case: draw(SOME) for key in uses}
    records = {case.workload: draw(NUMBERS) for case in requests}
    return MonthSpend(records, requests, uses, draw(st.dictionaries(OF_MODEL, USES, max_size=2)), draw(LEVIES))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Spend, Spend]:
    """Two costs of as many months."""
    length = draw(st.integers(1, 3))
    return tuple(spend(*draw(st.lists(months(), min_size=length, max_size=length))) for _ in range(2))  # type: ignore[return-value]


@EVERY_METHOD
@settings(max_examples=60)
@given(pair=pairs(), per=st.sampled_from(["horizon", "month"]))
def test_effects_are_the_whole_difference(method: str, pair: tuple[Spend, Spend], per: str) -> None:
    """The effects add up to the difference to the last digit: in all, by line, model and month, and as reasons."""
    found = variance(*pair, method=method, per=per)
    count = len(pair[0].months) if per == "month" else 1
    assert found.total == (pair[1].whole.cost - pair[0].whole.cost) / count
    assert sum(found.effects.values()) == found.total
    assert sum(item.amount for item in found.findings) == found.total
    for line in found.lines:
        assert sum(line.effects.values()) == line.difference
    for groups in (found.by_model, found.by_month):
        assert sum(group.difference for group in groups) == found.total
        for name in EFFECTS:
            assert sum(group.effects[name] for group in groups) == found.effects[name]


@EVERY_METHOD
@settings(max_examples=40)
@given(one=st.lists(months(), min_size=1, max_size=3))
def test_equal_costs_have_no_effects(method: str, one: list[MonthSpend]) -> None:
    """Where nothing moved, no effect is anything, not even one that another takes back."""
    found = variance(spend(*one), spend(*one), method=method)
    assert effects(found) == {}
    assert found.findings == ()
    assert all(not any(line.effects.values()) for line in found.lines)


@settings(max_examples=60)
@given(pairs())
def test_turned_round_every_effect_turns_its_sign(pair: tuple[Spend, Spend]) -> None:
    """The symmetric method prefers neither side: from HEAD to BASE every effect is the same with the other sign."""
    there, back = variance(*pair), variance(*reversed(pair))
    assert there.effects == {name: -amount for name, amount in back.effects.items()}
    assert {group.key: group.effects for group in there.by_model} == {
        group.key: {name: -amount for name, amount in group.effects.items()} for group in back.by_model
    }


@settings(max_examples=60)
@given(pairs())
def test_tables_add_up_as_they_are_shown(pair: tuple[Spend, Spend]) -> None:
    """BASE and the effects shown are HEAD as shown; every column of every table adds up to its last row."""
    found = variance(*pair)
    bridge, *others = found.tables(monthly=True)
    shown = [number(row[2]) for row in bridge.rows]
    assert sum(shown) == number(bridge.totals[2])
    for table in others:
        for place, column in enumerate(table.columns):
            if column.numeric:
                assert sum(number(row[place]) for row in table.rows) == number(table.totals[place]), table.plain()


def number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


# Only what moved


def changed(base: MonthSpend, **parts: Any) -> dict[str, Fraction]:
    """Effects of changing parts of a month."""
    found = [effects(variance(spend(base), spend(base._replace(**parts)), method=method)) for method in METHODS]
    assert found[0].keys() == found[1].keys()
    return found[0]


@given(months(), SOME)
def test_only_volume(base: MonthSpend, factor: Fraction) -> None:
    """So many times the records, requests and units: volume alone; taxes and what is fixed stay as they are."""
    more = base.times(factor)
    found = changed(base, records=more.records, requests=more.requests, uses=more.uses)
    assert found.keys() <= {"volume"}
    assert sum(found.values()) == sum(use.cost for use in base.uses.values()) * (factor - 1)


@given(months(), SOME)
def test_only_requests_a_record(base: MonthSpend, factor: Fraction) -> None:
    """More requests for the same records is an effect of its own; without records it is volume."""
    more = base.times(factor)
    found = changed(base, requests=more.requests, uses=more.uses)
    counted = all(base.records[case.workload] for case in base.requests)
    assert found.keys() <= ({"requests"} if counted else {"volume"})


@given(months(), st.dictionaries(KEYS, SOME))
def test_only_intensity(base: MonthSpend, factors: dict[tuple[str, str], Fraction]) -> None:
    """Other units a request, at the same prices: intensity alone."""
    uses = {key: use.times(factors.get(key, Fraction(1))) for key, use in base.uses.items()}
    assert changed(base, uses=uses).keys() <= {"intensity"}


@given(months(), st.dictionaries(KEYS, SOME))
def test_only_price(base: MonthSpend, factors: dict[tuple[str, str], Fraction]) -> None:
    """Other prices for the same units: price alone, and the whole of it."""
    uses = {
        key: use.times(factors.get(key, Fraction(1)))._replace(quantity=use.quantity) for key, use in base.uses.items()
    }
    found = changed(base, uses=uses)
    assert found.keys() <= {"price"}


@given(months(), st.sampled_from([Fraction(1, 9), Fraction(2)]))
def test_only_exchange(base: MonthSpend, rate: Fraction) -> None:
    """Another exchange rate for the same bill: exchange alone."""
    uses = {key: use._replace(cost=use.cost * rate) for key, use in base.uses.items()}
    assert changed(base, uses=uses).keys() <= {"exchange"}


@given(months(), LEVIES, st.dictionaries(OF_MODEL, USES, max_size=2))
def test_only_what_is_not_usage(base: MonthSpend, levies: Any, fixed: Any) -> None:
    """Taxes and fees, and quantities without requests, are effects of their own."""
    assert changed(base, levies=levies).keys() <= {"levies"}
    assert changed(base, fixed=fixed).keys() <= {"fixed"}


@EVERY_METHOD
def test_another_model_is_mix(method: str) -> None:
    """A model that takes the place of another is mix alone, at its own price and size: 10 requests of 3 for 10 of 7."""
    base = spend(month(10, {"x/a": (10, {"input": (70, 1)})}))
    head = spend(month(10, {"x/b": (10, {"input": (10, 2), "output": (10, 1)})}))
    found = variance(base, head, method=method)
    assert effects(found) == {"mix": 30 - 70}
    assert {group.key: group.effects["mix"] for group in found.by_model} == {"x/a": -70, "x/b": 30}
    assert {item.sentence for item in found.findings} == {
        "x/a: gone; it had 100.0 % of the requests",
        "x/b: new, with 100.0 % of the requests",
    }


@EVERY_METHOD
def test_a_meter_that_is_new_is_intensity(method: str) -> None:
    """A meter that a model did not use before is intensity, at its own price."""
    base = spend(month(10, {"x/a": (10, {"input": (70, 1)})}))
    head = spend(month(10, {"x/a": (10, {"input": (70, 1), "search": (5, 2)})}))
    assert effects(variance(base, head, method=method)) == {"intensity": 10}
    assert effects(variance(head, base, method=method)) == {"intensity": -10}


@EVERY_METHOD
def test_from_nothing_it_is_volume(method: str) -> None:
    """Where there was no work at all before, what comes is volume: mix, size and price are those that there are."""
    base, head = spend(month(0, {})), spend(month(10, {"x/a": (20, {"input": (70, 1)})}))
    assert effects(variance(base, head, method=method)) == {"volume": 70}


def test_without_records_volume_is_requests() -> None:
    """Metered usage may have no records: then both sides are counted in requests, and it is said."""
    base = spend(month(0, {"x/a": (10, {"input": (70, 1)})}))
    head = spend(month(10, {"x/a": (20, {"input": (140, 1)})}))
    found = variance(base, head)
    assert effects(found) == {"volume": 70}
    assert found.volume == "requests"
    assert found.findings[0].sentence == "requests rose from 10 to 20"
    assert "requests x share of each model" in found.tables()[-1].plain()


def test_levies_on_the_whole_bill_belong_to_no_model() -> None:
    """A tax on the whole bill stands under no model; in the table it is called what it is."""
    found = variance(shipped(), shipped(MIX, ("taxes_and_fees", "[{name: VAT, rate: 10 %}]")))
    assert [group.key for group in found.by_model if group.difference] == [""]
    assert found.findings[0].sentence == "VAT rose from 0.00 to 123.00 USD"
    by_model = next(table for table in found.tables() if table.title == "By model, USD")
    assert by_model.rows[0][:4] == ("taxes and fees", "0.00", "123.00", "+123.00")


def test_several_billing_currencies_are_added_as_reported() -> None:
    """Yuan and dollars are not added up: together they are money in the reporting currency."""
    yuan, dollars = Use(Fraction(1), Fraction(7), Fraction(1), "CNY"), Use(Fraction(1), Fraction(2), Fraction(2), "USD")
    assert yuan.plus(yuan) == Use(Fraction(2), Fraction(14), Fraction(2), "CNY")
    assert yuan.plus(dollars) == dollars.plus(yuan) == Use(Fraction(2), Fraction(3), Fraction(3), "")
    assert yuan.plus(dollars).plus(yuan) == Use(Fraction(3), Fraction(4), Fraction(4), "")


# Requests of a case stand on each of its lines


def lines(*meters: str, **fields: str) -> list[dict[str, Any]]:
    """Lines of one case of 10 requests, one for each meter."""
    case = {"month": "2026-01", "model": "x/a", "requests": Fraction(10), "records": Fraction(5), "tier": "standard"}
    charge = {"pricing_quantity": Fraction(1), "exchange_rate": Fraction(1), "cost": Fraction(1)}
    return [{**case, **charge, "billing_currency": "USD", "meter": meter, **fields} for meter in meters]


@pytest.mark.parametrize(
    ("found", "requests"),
    [
        (lines("input", "output"), 10),
        (lines("input", "input", "output"), 10),  # two brackets of one meter
        (lines("input", "output", "input", "output"), 20),  # two cases, such as day and night, with as many requests
        (lines("input") + lines("input", tier="batch"), 20),
        (lines("input") + lines("input", labels={"site": "annex"}), 20),
        (lines("input") + lines("input", price_row={"valid_from": "2026-01-15"}), 20),
        (lines("input") + lines("input", requests=Fraction(7)), 17),
        (
            lines("input", "output") + lines("input", pricing_quantity=Fraction(0)),
            10,
        ),  # what the list alone would charge
    ],
)
def test_requests_count_once_a_case(found: list[dict[str, Any]], requests: int) -> None:
    """However many meters a case has, its requests count once; every cost counts."""
    (only,) = slices_of(found, {"2026-01": Fraction(5)})
    assert only.requests == {Case("", "", "x/a"): requests}
    assert only.cost == sum(line["cost"] for line in found if line["pricing_quantity"])


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        (["1.001", "2.004"], "3.01", ["1.00", "2.01"]),
        (["1.004", "2.001"], "3.00", ["1.00", "2.00"]),
        (["1.004", "-1.004", "0.009"], "0.00", ["1.00", "-1.01", "0.01"]),
        (["0.004", "0"], "0.01", ["0.01", "0"]),
        ([], "0", []),
    ],
)
def test_parts_shared_out(parts: list[str], total: str, shown: list[str]) -> None:
    """The cent that rounding leaves goes to the part that is nearest to the next one; nothing gets none."""
    assert shared_out([Fraction(part) for part in parts], 2, Fraction(total)) == [Fraction(part) for part in shown]


# The method itself


@settings(max_examples=50)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_symmetric_effects_are_the_mean_over_all_orders(factors: list[tuple[Fraction, Fraction]]) -> None:
    """Against the definition: every order walked through, each factor's steps averaged."""
    orders = list(permutations(range(len(factors))))
    totals = [Fraction(0)] * len(factors)
    for order in orders:
        now = [before for before, _ in factors]
        for place in order:
            earlier = prod(now, start=Fraction(1))
            now[place] = factors[place][1]
            totals[place] += prod(now, start=Fraction(1)) - earlier
    assert symmetric_effects(factors) == [total / len(orders) for total in totals]


def walked(values: Mapping[frozenset[str], Fraction], names: Sequence[str]) -> dict[str, Fraction]:
    """Each factor's mean over all orders, from what a cost comes to where some factors have moved."""
    orders = list(permutations(names))
    found = dict.fromkeys(names, Fraction(0))
    for order in orders:
        for place, name in enumerate(order):
            found[name] += values[frozenset(order[: place + 1])] - values[frozenset(order[:place])]
    return {name: total / len(orders) for name, total in found.items()}


# Two steps of one workload and one of another, two models and two meters in each, one model in two sizes.
PLACES = [("wards", "read"), ("wards", "write"), ("clinic", "")]
USED = [
    Key(*work, model, size, meter)
    for work in PLACES
    for model, sizes in (("x/a", [SMALL, LARGE]), ("x/b", [ANY]))
    for size in sizes
    for meter in ("input", "output")
]
FACTOR_KEYS: dict[str, list[Any]] = {
    "volume": ["wards", "clinic"],
    "requests": PLACES,
    "mix": PLACES,
    "intensity": USED,
    "price": USED,
    "exchange": ["CNY"],
}


@st.composite
def factors(draw: st.DrawFn) -> dict[str, dict[Any, Fraction]]:
    """Every factor of a cost: of mix, the share of the first model."""
    return {
        name: {key: draw(st.fractions("1/9", "8/9") if name == "mix" else SOME) for key in keys}
        for name, keys in FACTOR_KEYS.items()
    }


def built(chosen: Mapping[str, Mapping[Any, Fraction]]) -> MonthSpend:
    """A month of these factors."""
    requests = {
        Case(*work, model): chosen["volume"][work[0]] * chosen["requests"][work] * share
        for work in PLACES
        for model, share in (("x/a", chosen["mix"][work]), ("x/b", 1 - chosen["mix"][work]))
    }
    quantities = {key: requests[key.case] * chosen["intensity"][key] for key in USED}
    billed = {key: quantity * chosen["price"][key] for key, quantity in quantities.items()}
    rate = chosen["exchange"]["CNY"]
    uses = {key: Use(quantities[key], billed[key], billed[key] * rate, "CNY") for key in USED}
    return MonthSpend(dict(chosen["volume"]), requests, uses, {}, {})


@settings(max_examples=15, deadline=None)
@given(factors(), factors(), st.sets(st.sampled_from(FACTORS), max_size=3))
def test_each_factor_moves_everywhere_at_once(base: Any, head: Any, still: set[str]) -> None:
    """Against the definition on whole costs: records, shares, units and prices of all work move as one factor each."""
    head = {name: (base if name in still else head)[name] for name in FACTORS}
    sets = [frozenset(name for place, name in enumerate(FACTORS) if bits >> place & 1) for bits in range(64)]
    values = {moved: built({name: (head if name in moved else base)[name] for name in FACTORS}).cost for moved in sets}
    found = variance(spend(built(base)), spend(built(head)))
    assert {name: found.effects[name] for name in FACTORS} == walked(values, FACTORS)


@EVERY_METHOD
@settings(max_examples=60, deadline=None)
@given(factors(), factors(), st.data())
def test_what_did_not_move_has_no_effect(method: str, base: Any, head: Any, data: st.DataObject) -> None:
    """Whatever single numbers moved, only the factors that they belong to have an effect: exactly nothing elsewhere."""
    every = [(name, key) for name, keys in FACTOR_KEYS.items() for key in keys]
    moved = data.draw(st.sets(st.sampled_from(every), max_size=4))
    mixed = {
        name: {key: (head if (name, key) in moved else base)[name][key] for key in keys}
        for name, keys in FACTOR_KEYS.items()
    }
    found = variance(spend(built(base)), spend(built(mixed)), method=method)
    assert effects(found).keys() <= {name for name, _ in moved}
    there = {key for name, key in moved if name == "volume"} | {
        key[0] for name, key in moved if name in {"requests", "mix"}
    }
    there |= {key.workload for name, key in moved if name in {"intensity", "price"}}
    if ("exchange", "CNY") not in moved:
        assert {line.workload for line in found.lines if any(line.effects.values())} <= there


def test_sequential_follows_the_factors() -> None:
    """The order that is stated is the one that is taken: what moves first is valued at what the others were before."""
    pair = [(Fraction(1), Fraction(2))] * len(FACTORS)
    assert sequential_effects(pair) == [1, 2, 4, 8, 16, 32]
    assert FACTORS == ("volume", "requests", "mix", "intensity", "price", "exchange")


# Work of other names


def test_work_of_other_names_is_compared_together() -> None:
    """Metered usage that knows no workloads beside a forecast of two: 30 requests become 36, and it is said."""
    base = spend(
        joined(
            month(10, {"x/a": (10, {"input": (100, 1)})}, ("wards", "read")),
            month(20, {"x/a": (20, {"input": (200, 1)})}, ("clinic", "")),
        )
    )
    head = spend(month(36, {"x/a": (36, {"input": (360, 1)})}, ("", "")))
    found = variance(base, head)
    assert effects(found) == {"volume": 60}
    assert found.findings[0].sentence == "records rose from 30 to 36"
    assert ("work-together" in dict(found.warnings)) is True


def test_one_workload_of_another_name_is_the_same_work() -> None:
    """One workload on each side is the same work, whatever it is called: nothing is said of it."""
    base, head = (spend(month(10, {"x/a": (10, {"input": (100, 1)})}, (name, ""))) for name in ("letters", "notes"))
    found = variance(base, head)
    assert (effects(found), found.warnings) == ({}, ())


def test_steps_of_other_names_are_compared_together() -> None:
    """One call a record becomes two steps: that is two requests a record, half of them small."""
    base = spend(month(10, {"x/a": (10, {"input": (100, 1)})}, ("wards", "")))
    head = spend(
        joined(
            month(10, {"x/a": (10, {"input": (100, 1)})}, ("wards", "read")),
            month(10, {"x/b": (10, {"input": (50, 1)})}, ("wards", "write")),
        )
    )
    found = variance(base, head)
    assert effects(found).keys() == {"requests", "mix"}
    assert {line.step for line in found.lines} == {""}


# A price of its own for every band, so that what is compared as one band must move the price.
PRICE_OF = {
    ANY: 1,
    SMALL: 2,
    LARGE: 5,
    "input <= 128_000": 3,
    "input > 128_000": 6,
    "input > 128_000 and <= 200_000": 7,
    "input < 200_000": 8,
    "input >= 200_000": 9,
}


@pytest.mark.parametrize(
    ("there", "here", "moved"),
    [
        ([ANY], [SMALL, LARGE], {"price"}),  # the new book has a limit: the same tokens at other prices
        ([SMALL], [LARGE], {"intensity"}),  # requests that grew over the limit
        ([SMALL, LARGE], [SMALL], {"intensity"}),
        (["input <= 128_000", "input > 128_000"], [SMALL, LARGE], {"price"}),  # the limit moved
        (["input > 128_000 and <= 200_000"], [LARGE], {"intensity"}),
        (["input < 200_000"], ["input >= 200_000"], {"intensity"}),
    ],
)
def test_limits_between_sizes(there: list[str], here: list[str], moved: set[str]) -> None:
    """Sizes are told apart where both sides draw the same limits; where they draw others, all sizes are together."""

    def side(sizes: list[str]) -> Spend:
        each = [month(10, {"x/a": (10, {"input": (100 // len(sizes), PRICE_OF[size])})}, size=size) for size in sizes]
        return spend(joined(*each))

    found = variance(side(there), side(here))
    assert effects(found).keys() == moved
    assert sum(effects(found).values()) == found.total


def test_the_same_sizes_on_both_sides_stay_apart() -> None:
    """A limit that began within the month on both sides: 30 more tokens above it cost 5 each, and no price moved."""
    sides = [
        spend(
            joined(
                *(
                    month(10, {"x/a": (10, {"input": (quantity, PRICE_OF[size])})}, size=size)
                    for size, quantity in ((ANY, 30), (SMALL, 30), (LARGE, above))
                )
            )
        )
        for above in (30, 60)
    ]
    assert effects(variance(*sides)) == {"intensity": 30 * 5}


def test_a_limit_that_moves_changes_no_tokens() -> None:
    """Half of the tokens above a limit of 128,000 at 2, then above 200,000 at 4: 150 become 250, and it is price."""
    sides = []
    for sizes, dearer in ((("input <= 128_000", "input > 128_000"), 2), ((SMALL, LARGE), 4)):
        each = [
            month(10, {"x/a": (10, {"input": (50, price)})}, size=size)
            for size, price in zip(sizes, (1, dearer), strict=True)
        ]
        sides.append(spend(joined(*each)))
    assert effects(variance(*sides)) == {"price": 100}
    assert matched(*sides)[0].slices[0].uses.keys() == {Key(*WORK, "x/a", "", "input")}


def test_the_same_words_for_all_work_are_one_reason() -> None:
    """A price that moves alike in every step is told once; one that moves in a single step is told with the step."""

    def side(first: int, second: int) -> Spend:
        return spend(
            joined(
                month(10, {"x/a": (10, {"input": (100, first)})}, ("wards", "read")),
                month(10, {"x/a": (10, {"input": (100, second)})}, ("wards", "write")),
            )
        )

    (both,) = variance(side(1, 1), side(2, 2)).findings
    assert (both.amount, both.work, both.sentence.partition(" rose")[0]) == (200, (), "x/a: price paid")
    (one,) = variance(side(1, 1), side(1, 2)).findings
    assert (one.amount, one.work) == (100, ("wards / write",))
    assert one.sentence.startswith("wards / write: x/a: price paid rose from 1,000,000.00 to 2,000,000.00 USD")


# Estimates and their JSON

WITH_ONE_COST = sorted(path.name for path in SCENARIOS.glob("*.yaml") if "\nmodels:" not in path.read_text("utf-8"))


@pytest.mark.parametrize("name", WITH_ONE_COST)
def test_json_says_the_same_as_the_estimate(name: str) -> None:
    """Read back from JSON, an estimate has the same requests and records, and each cost to fifteen decimals."""
    found = shipped(str(SCENARIOS / name))
    own, back = Spend.of(found), written_spend(found)
    assert own.whole.cost == found.total
    assert own.whole.all_records == found.records
    groups = found.by("workload", "step", "model")
    assert own.whole.requests == {Case(*group.key): group.requests for group in groups if group.requests}
    assert own.whole.records == {group.key[0]: group.records for group in found.by("workload") if group.records}
    assert own.months == back.months
    for one, other in zip(own.slices, back.slices, strict=True):
        assert one.uses.keys() == other.uses.keys()
        assert one.levies.keys() == other.levies.keys()
        assert all(abs(one.uses[key].cost - other.uses[key].cost) < Fraction(1, 10**15) for key in one.uses)
        assert all(abs(count - other.requests[model]) < Fraction(1, 10**15) for model, count in one.requests.items())


@pytest.mark.parametrize("name", WITH_ONE_COST)
def test_scenario_against_its_own_json_is_nothing(name: str) -> None:
    """A scenario and a result kept from it differ by exactly nothing, though JSON cannot hold a third."""
    found = shipped(str(SCENARIOS / name))
    record = json.loads(json_text(found.to_json()))
    for pair in ((found, record), (record, found), (record, record), (found, found)):
        assert effects(variance(*pair)) == {}
        assert variance(*pair).total == 0


def test_json_tells_workloads_and_steps_apart() -> None:
    """Two results read back from JSON give the same effects and reasons as the estimates they were kept from."""
    pair = [scenario_of("hospital-year.yaml", *set_) for set_ in ((), (("workloads.0.records.per_day", "300"),))]
    exactly, read_back = variance(*pair), variance(*(json.loads(json_text(side.to_json())) for side in pair))
    assert effects(read_back).keys() == effects(exactly).keys() == {"volume", "levies"}
    assert all(abs(amount - read_back.effects[name]) < Fraction(1, 10**12) for name, amount in exactly.effects.items())
    assert [item.sentence for item in read_back.findings] == [item.sentence for item in exactly.findings]
    assert {(line.workload, line.step, line.size) for line in read_back.lines} >= {
        ("radiology reports", "OCR", "any size"),
        ("outpatient summaries", "", "any size"),
    }


@pytest.mark.parametrize(
    ("set_", "moved"),
    [
        (("workload.records.per_day", "2000"), {"volume"}),
        (("resubmitted", "3 %"), {"requests"}),
        (("requests_per_record", "2"), {"requests"}),
        (("workload.tokens", "{input: 900, output: 300}"), {"intensity"}),
        (("escalation.prices", "3 %"), set()),  # from the second year on; there is none here
        (("service_tier", "{batch: 100 %}"), {"price"}),
        (("taxes_and_fees", "[{name: VAT, rate: 10 %}]"), {"levies"}),
        (("mix", "{openai/gpt-4.1: 100 %}"), {"mix"}),
        (("mix", "{by: requests, openai/gpt-5-mini: 30 %, google/gemini-2.5-flash: 70 %}"), {"mix"}),
        (("horizon.start", "2027-12"), set()),
    ],
    ids=lambda item: item[0] if isinstance(item, tuple) else "",
)
def test_one_change_of_a_scenario_is_one_effect(set_: tuple[str, str], moved: set[str]) -> None:
    """One thing changed in a scenario is one effect, month by month, through the real bill."""
    for method in METHODS:
        found = variance(shipped(), shipped(MIX, set_), method=method)
        assert effects(found).keys() == moved
        assert sum(found.effects.values()) == found.total == shipped(MIX, set_).total - shipped().total


def scenario_of(name: str, *set_: tuple[str, str]) -> Estimate:
    return shipped(str(SCENARIOS / name), *set_)


@EVERY_METHOD
def test_one_department_that_grows_is_volume(method: str) -> None:
    """Radiology alone has more records: the other department's mix, sizes and prices are no reasons.

    Radiology costs 1,067.82 USD in 24 months at 200 records a day, and 1,601.74 at 300: half as much again, but for
    the rounding of records to whole ones each month.
    """
    base, head = (scenario_of("hospital-year.yaml", *set_) for set_ in ((), (("workloads.0.records.per_day", "300"),)))
    radiology = [
        sum(group.cost for group in side.by("workload", "month") if group.key[0] == "radiology reports")
        for side in (base, head)
    ]
    found = variance(base, head, method=method)
    levies = found.total - (radiology[1] - radiology[0])
    assert effects(found) == {"volume": radiology[1] - radiology[0], "levies": levies}
    assert [round(float(amount), 2) for amount in effects(found).values()] == [533.92, 93.80]
    assert found.findings[0].sentence == "radiology reports: records rose from 133,855 to 200,784"
    assert found.findings[0].work == ("radiology reports",)


@EVERY_METHOD
def test_fewer_short_requests_are_no_dearer_price(method: str) -> None:
    """400 requests at 0.175 USD fewer; that a mean token is dearer then is no price that moved."""
    base, head = (scenario_of("long-charts.yaml", *set_) for set_ in ((), (("workloads.0.records.per_month", "500"),)))
    assert effects(variance(base, head, method=method)) == {"volume": -400 * Fraction("0.175")}


def test_longer_requests_are_intensity_at_the_dearer_price() -> None:
    """From 100,000 to 250,000 tokens a request, over the limit: no price of the list moved, the requests did."""
    base, head = (
        scenario_of("long-charts.yaml", *set_)
        for set_ in ((), (("workloads.0.tokens", "{input: 250_000, output: 5_000}"),))
    )
    assert effects(variance(base, head)) == {"intensity": 900 * (Fraction("0.700") - Fraction("0.175"))}


def test_a_step_that_is_added_is_requests() -> None:
    """A step on one side alone: more requests for the same records, at its own price; nothing else moves."""
    steps = "[{name: summary, tokens: {input: 1_500, output: 500}, mix: {openai/gpt-4.1: 100 %}}]"
    few = scenario_of("hospital-year.yaml", ("workloads.0.steps", steps))
    found = variance(few, scenario_of("hospital-year.yaml"))
    assert effects(found).keys() == {"requests", "levies"}
    assert {item.sentence.partition(" rose")[0] for item in found.findings if item.effect == "requests"} == {
        "radiology reports / OCR and radiology reports / entity extraction: requests a record"
    }


def test_a_workload_that_is_added_is_volume() -> None:
    """A department on one side alone is volume, and the other one has no effect."""
    both = scenario_of("hospital-year.yaml")
    workloads = both.scenario_sha256 and [
        {
            "name": "outpatient summaries",
            "records": {"per_day": "1_000", "days_per_month": "22"},
            "tokens": {"profile": "aci-bench/gold-note"},
            "mix": {"by": "tokens", "openai/gpt-4.1": "50 %", "google/gemini-2.5-flash": "50 %"},
        }
    ]
    one = scenario_of("hospital-year.yaml", ("workloads", json.dumps(workloads)))
    found = variance(one, both)
    assert effects(found).keys() == {"volume", "levies"}
    assert found.effects["volume"] == sum(
        line.head.cost for line in found.lines if line.workload == "radiology reports"
    )


def test_minimum_and_subscription(tmp_path: Path) -> None:
    """Minimum charges are levies of their model, quantities of a month are fixed: nothing of them is usage."""
    (tmp_path / "clinic.yaml").write_text(PRICES, encoding="utf-8")
    (tmp_path / "letters.yaml").write_text(SCENARIO, encoding="utf-8")
    path = tmp_path / "letters.yaml"
    base = estimate(Scenario.load(path))
    more = {"workload.records.per_month": "2000", "workload.monthly": "{clinic/letters-1: {subscription_month: 3}}"}
    found = variance(base, estimate(Scenario.load(path, more)))
    # Two months: 2 x 6.20 more usage, 2 x 3 x 5 for the subscription, and 2 x 1.80 less up to the minimum.
    assert effects(found) == {"volume": Fraction("12.4"), "fixed": 30, "levies": Fraction("-3.6")}
    assert [(group.key, group.difference) for group in found.by_model] == [("clinic/letters-1", Fraction("38.8"))]
    assert {item.sentence for item in found.findings} == {
        "records rose from 2,000 to 4,000",
        "clinic/letters-1: subscription, which does not depend on requests, rose from 0.00 to 30.00 USD",
        "clinic/letters-1: minimum charge fell from 3.60 to 0.00 USD",
    }


def test_mean_months() -> None:
    """Horizons of other lengths are compared by their mean months; without it they are refused."""
    short = shipped(MIX, ("horizon.months", "6"))
    with pytest.raises(
        CommandLineError, match=r"BASE has 12 months \(2026-12 to 2027-11\), HEAD 6 months \(.*--per month"
    ):
        variance(shipped(), short)
    found = variance(shipped(), short, per="month")
    assert found.total == short.total / 6 - shipped().total / 12
    assert effects(found) == {"volume": found.total}
    assert ("mean-months", "Mean months are compared: of 12 months in BASE, of 6 in HEAD.") in found.warnings


def test_one_month_of_both() -> None:
    """The month by its name on both sides, whatever its place; a month that one does not have is refused in words."""
    later = shipped(MIX, ("horizon.start", "2027-06"), ("horizon.months", "3"))
    found = variance(shipped(), later, month="2027-07")
    (base,) = (group.cost for group in shipped().by("month") if group.key == ("2027-07",))
    (head,) = (group.cost for group in later.by("month") if group.key == ("2027-07",))
    assert (found.base.total, found.head.total, found.total) == (base, head, head - base)
    text = "2027-07 alone is compared, as asked: BASE has 12 months (2026-12 to 2027-11) and HEAD has 3 months"
    assert found.warnings[0] == ("one-month", f"{text} (2027-06 to 2027-08).")
    with pytest.raises(CommandLineError, match=r"Both have 2027-06 to 2027-08: compare one .* --month 2027-06\."):
        variance(shipped(), later)
    with pytest.raises(CommandLineError, match="2026-12 is not in HEAD: BASE has 12 months"):
        variance(shipped(), later, month="2026-12")


def test_input_that_is_priced_apart_is_not_called_input() -> None:
    """1,000 tokens without a cache, then 900 and 300 read from it: input rose, and what fell is what is not read."""
    base = month(1, {"x/a": (1, {"input": (1000, 2)})})
    head = month(1, {"x/a": (1, {"input": (900, 2), "cache_read": (300, 1)})})
    parts = (("cache_read", "input tokens read from cache"), ("cache_write_5m", "input tokens written to a cache"))
    words = {"input": MeterWords("input tokens", "token", 1, parts), "cache_read": MeterWords(parts[0][1], "token", 1)}
    sides = [replace(spend(item), meters=words) for item in (base, head)]
    assert {item.sentence for item in variance(*sides).findings} == {
        "x/a: input tokens not read from cache a request fell from 1,000 to 900",
        "x/a: input tokens read from cache a request rose from 0 to 300",
    }
    uncached = replace(spend(month(1, {"x/a": (1, {"input": (900, 2)})})), meters=words)
    assert [item.sentence for item in variance(sides[0], uncached).findings] == [
        "x/a: input tokens a request fell from 1,000 to 900"
    ]
    assert words["input"].without({"cache_read", "cache_write_5m"}) == (
        "input tokens not read from cache or written to a cache"
    )
    odd = MeterWords("output tokens", "token", 1, (("reasoning", "reasoning tokens"),))
    assert odd.without({"reasoning"}) == "output tokens apart from reasoning tokens"


def test_months_are_matched_by_position() -> None:
    """The first month of one is compared with the first of the other, whatever the calendar says, and it is said."""
    found = variance(shipped(), shipped(MIX, ("horizon.start", "2027-06")))
    assert {(line.month, line.head_month) for line in found.lines} >= {("2026-12", "2027-06"), ("2027-11", "2028-05")}
    assert found.warnings[0] == (
        "months-by-position",
        "Months are matched by position: 2027-06 of HEAD with 2026-12 of BASE, and so on.",
    )


def test_sentences() -> None:
    """The largest reasons come first, as sentences with both numbers, in as few digits as tell them apart."""
    set_ = (("workload.records.per_day", "1001"), ("service_tier", "{batch: 100 %}"), ("mix.by", "requests"))
    found = variance(shipped(), shipped(MIX, *set_))
    assert [item.sentence for item in found.findings][:2] == [
        "google/gemini-2.5-flash: price paid fell from 2.50 to 1.25 USD per 1,000,000 output tokens",
        "openai/gpt-4.1: price paid fell from 8.00 to 4.00 USD per 1,000,000 output tokens",
    ]
    assert found.findings[-1].sentence.startswith("records rose from 402,363 to 402,7")
    amounts = [abs(item.amount) for item in found.findings]
    assert amounts == sorted(amounts, reverse=True)


def test_a_mean_that_goes_the_other_way_is_said() -> None:
    """A price that rose in every month is no fall because more is bought in the cheap one: the sentence says both."""
    base = spend(month(10, {"x/a": (10, {"input": (10, 1)})}), month(90, {"x/a": (90, {"input": (90, 10)})}))
    head = spend(month(90, {"x/a": (90, {"input": (90, 2)})}), month(10, {"x/a": (10, {"input": (10, 11)})}))
    price = next(item for item in variance(base, head).findings if item.effect == "price")
    assert price.amount == 50 + 50  # a dollar more, for 50 units in the mean of both sides, in each month
    assert price.sentence == (
        "x/a: price paid moves from month to month, though the mean goes from 9,100,000.00 to 2,900,000.00 USD per "
        "1,000,000 input tokens"
    )
    volume = next(item for item in variance(base, head).findings if item.effect == "volume")
    assert volume.sentence == "records move from month to month, though the mean stays at 100"


def test_result() -> None:
    """JSON has the fields that every result has, with every digit; a data frame has a row a line."""
    found = variance(shipped(), shipped(MIX, ("workload.records.per_day", "2000")))
    record = json.loads(json_text(found.to_json()))
    assert {"schema_version", "kind", "currency", "total", "lines", "price_book", "warnings"} <= record.keys()
    assert record["kind"] == "variance"
    assert record["price_book"]["base"] == record["price_book"]["head"] == shipped().book.to_json()
    assert record["factors"][0] == "records"
    near = sum(Fraction(line["effects"]["volume"]) for line in record["lines"]) - Fraction(record["total"])
    assert abs(near) < Fraction(1, 10**15)
    frame = found.to_pandas()
    assert frame["volume"].sum() == found.total
    assert list(frame["difference"]) == [line.difference for line in found.lines]
    assert "<table" in found._repr_mimebundle_()["text/html"]
    assert str(found).startswith("Why the cost moved: 2026-12 to 2027-11\n\nThe cost rises from 1,229.98 to 2,459.")


# The command


@pytest.fixture
def letters(tmp_path: Path) -> str:
    (tmp_path / "clinic.yaml").write_text(PRICES, encoding="utf-8")
    (tmp_path / "letters.yaml").write_text(SCENARIO, encoding="utf-8")
    return str(tmp_path / "letters.yaml")


def written(path: str, folder: Path, *settings: str) -> str:
    """The result of a scenario, kept as a file."""
    target = folder / "kept.json"
    extra = [word for setting in settings for word in ("--set", setting)]
    assert run(["estimate", path, *extra, "--output", str(target), "--quiet"]) == 0
    return str(target)


def test_every_pairing(letters: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scenario and result go together in any pairing; --set changes HEAD alone."""
    kept = written(letters, tmp_path)
    for base, head in ((letters, letters), (kept, letters), (letters, kept), (kept, kept)):
        assert run(["variance", base, head, "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["total"] == "0"
        if head == letters:
            assert run(["variance", base, head, "--set", "workload.records.per_month=2000", "--format", "json"]) == 0
            record = json.loads(capsys.readouterr().out)
            # 2 x 12.40 is over the minimum of 8 a month: 24.80 less 16.
            assert (record["base"]["total"], record["head"]["total"], record["total"]) == ("16", "24.8", "8.8")
            assert (record["changes"] is None) == (base == kept)


@pytest.mark.parametrize(
    ("limit", "records", "code"),
    [
        ("5 %", 2000, 1),
        ("5%", 500, 0),  # under the minimum charge, the cost does not move
        ("55 %", 2000, 0),  # 8.80 of 16 are exactly 55 %, which is not more
        ("54.99%", 2000, 1),
        ("8.80 USD", 2000, 0),
        ("USD 8.79", 2000, 1),
        ("1_000 USD", 2000, 0),
        ("0 %", 1000, 0),
    ],
)
def test_fail_over(limit: str, records: int, code: int, letters: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A difference larger than the limit ends with 1 in either direction, and is printed all the same."""
    set_ = f"workload.records.per_month={records}"
    assert run(["variance", letters, letters, "--set", set_, "--fail-over", limit]) == code
    assert f"Limit {limit} in either direction: {'exceeded' if code else 'kept'}." in capsys.readouterr().out


def test_fail_over_in_the_other_direction(letters: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cost that falls by more than the limit is over it, too."""
    kept = written(letters, tmp_path, "workload.records.per_month=2000")
    assert run(["variance", kept, letters, "--fail-over", "35 %"]) == 1  # 8.80 of 24.80 are 35.5 %
    assert run(["variance", kept, letters, "--fail-over", "36 %"]) == 0


def test_fail_over_of_nothing() -> None:
    """A share of nothing is nothing: any cost is over it, and no cost is not."""
    nothing, some = spend(month(0, {})), spend(month(1, {"x/a": (1, {"input": (1, 1)})}))
    assert limit_of("50 %", variance(nothing, some)).over
    assert not limit_of("50 %", variance(nothing, nothing)).over


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["SCENARIO"], "Missing argument 'HEAD'"),
        (["SCENARIO", "EUR"], "BASE is in USD, HEAD in EUR: two costs are compared in one currency"),
        (["SCENARIO", "KEPT", "--set", "horizon.months=1"], "is a result, and --set changes a scenario"),
        (
            ["SCENARIO", "SCENARIO", "--set", "horizon.months=1"],
            "BASE has 2 months (2026-12 to 2027-01), HEAD 1 month (2026-12): ",
        ),
        (["SCENARIO", "SCENARIO", "--month", "2027"], "--month: expected a month such as '2026-12', got '2027'"),
        (["SCENARIO", "KEPT", "--month", "2027-03"], "2027-03 is not in BASE and HEAD: BASE has 2 months"),
        (["SCENARIO", "KEPT", "--month", "2026-12", "--per", "month"], "leave one of them out"),
        (["SCENARIO", "SCENARIO", "--fail-over", "much"], "--fail-over: expected a number, got 'much'"),
        (["SCENARIO", "SCENARIO", "--fail-over", "1.500"], "--fail-over: '1.500' could be read in two ways"),
        (["SCENARIO", "SCENARIO", "--fail-over", "5"], "'5' may be a share or money: write '5 %' or '5 USD'"),
        (["SCENARIO", "SCENARIO", "--fail-over", "5 EUR"], "the limit is in EUR, the costs in USD"),
        (["SCENARIO", "SCENARIO", "--fail-over", "-5 %"], "it holds in both directions, write it without the sign"),
        (["SCENARIO", "SCENARIO", "--method", "best"], "'best' is not one of 'shapley', 'sequential'"),
        (["SCENARIO", "MODELS"], "compares 2 models, each alone: there is no one cost"),
        (["KEPT", "KEPT", "--prices", "2026.11"], "both are results"),
    ],
)
def test_wrong_command_line_is_2(
    arguments: list[str], words: str, letters: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong command line ends with 2 and says what is wrong; nothing is written as data."""
    files = {"SCENARIO": letters, "KEPT": written(letters, tmp_path)}
    for name, old, new in (
        ("EUR", "currency: USD", "currency: EUR"),
        ("MODELS", "mix: {clinic/letters-1: 100 %}", "models: {clinic/letters-1: {}, openai/gpt-4.1: {}}"),
    ):
        text = SCENARIO.replace(old, new).replace("clinic.yaml]", "clinic.yaml], fx_as_of: 2026-10-31")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        files[name] = str(tmp_path / f"{name}.yaml")
    assert run(["variance", *(files.get(word, word) for word in arguments)]) == 2
    output = capsys.readouterr()
    assert words in output.err
    assert output.out == ""


def broken(record: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    node: Any = record
    for step in steps:
        node = node[int(step)] if step.isdigit() else node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("kind", "roi", "this is no estimate or priced log, but 'roi'"),
        ("kind", "comparison", "this result compares alternatives, which are never added up"),
        ("schema_version", "2", "its schema_version is '2', and this program reads '1'"),
        ("currency", ..., "'currency' must be a text"),
        ("lines", "none", "'lines' must be a list of objects"),
        ("months", [], "'months' has none"),
        ("months.0.month", "\x1b[31m", "months[0]: 'month' must be a month such as '2026-12'"),
        ("months.1.month", "2026-12", "'months' has a month twice"),
        ("months.1.records", "many", "months[1]: 'records' must be a number as text"),
        ("lines.0.cost", ..., "lines[0]: 'cost' must be a number as text"),
        ("lines.0.cost", "1e400000000", "lines[0]: 'cost' must be a number as text"),
        ("lines.0.cost", "1", "its 'total' says 16: it was changed"),
        ("lines.0.requests", "-1", "lines[0]: 'requests' is negative"),
        ("lines.0.exchange_rate", "0", "lines[0]: an exchange rate is more than 0"),
        ("lines.0.meter", 7, "lines[0]: 'meter' must be a text"),
        ("lines.1.month", "2030-01", "lines[1]: its month is none of 'months'"),
        ("total", "17", "its lines add up to 16, its 'total' says 17"),
        ("price_book", [], "'price_book' must be an object"),
        ("warnings", ["x"], "'warnings' a list of objects"),
    ],
)
def test_wrong_result_is_3(
    path: str, value: Any, words: str, letters: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result that is no estimate, or was changed, ends with 3 and says where."""
    kept = Path(written(letters, tmp_path))
    record = json.loads(kept.read_text("utf-8"))
    broken(record, path, value)
    kept.write_text(json.dumps(record), encoding="utf-8")
    assert run(["variance", letters, str(kept)]) == 3
    output = capsys.readouterr()
    assert words in output.err
    assert str(kept) in output.err
    assert "\x1b" not in output.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema_version": "1",\n "kind": }', "kept.json:2:10: this is not valid JSON: expecting value"),
        ('{"kind": "estimate", "kind": "estimate"}', "a key stands twice in one object"),
        ('{"a":' * 100_000, "kept.json:1:1: this is not valid JSON"),
        ("{}", "kept.json"),
        ('{"a": 1' + "0" * 5000 + "}", "this is not valid JSON"),
    ],
)
def test_broken_json_is_3(
    text: str, words: str, letters: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is called .json and is none is told with its place, however hostile."""
    (tmp_path / "kept.json").write_text(text, encoding="utf-8")
    assert run(["variance", str(tmp_path / "kept.json"), letters]) == 3
    assert words in capsys.readouterr().err


def test_missing_files_are_all_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both files are read before anything is said of either."""
    assert run(["variance", str(tmp_path / "a.yaml"), str(tmp_path / "b.json")]) == 3
    output = capsys.readouterr().err
    assert "a.yaml:1:1: the file cannot be read: there is no such file" in output
    assert "b.json:1:1: the file cannot be read: there is no such file" in output


def test_texts_of_a_result_cannot_drive_a_terminal(
    letters: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters in the names of a result are shown as question marks."""
    kept = Path(written(letters, tmp_path))
    record = json.loads(kept.read_text("utf-8"))
    for line in record["lines"]:
        line["model"] = "clinic/\x1b[31mred\u202e"
    record["title"] = "a\x07" + "b" * 900
    record["price_book"]["version"] = "\x1b]0;x"
    kept.write_text(json.dumps(record), encoding="utf-8")
    for format_ in ("table", "json", "csv", "markdown"):
        assert run(["variance", letters, str(kept), "--format", format_]) == 0
        output = capsys.readouterr()
        for text in (output.out, output.err):
            assert not {"\x1b", "\x07", "\u202e"} & set(text)
            assert "\\u001b" not in text
            assert "b" * 300 not in text


def test_csv_has_a_row_a_line(letters: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV holds the lines with every effect in a column of its own."""
    assert run(["variance", letters, letters, "--set", "mix={openai/gpt-4.1: 100 %}", "--format", "csv"]) == 0
    head, *rows = capsys.readouterr().out.removeprefix("\ufeff").splitlines()
    assert {"month", "model", "meter", "difference", *(f"effects_{name}" for name in EFFECTS)} <= set(head.split(","))
    assert len(rows) == 2 * (2 + 2 + 1)  # two months: two meters of two models, and the minimum charge


def test_same_bytes_every_time(letters: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """The same files give the same bytes, and no path is in them."""
    found = set()
    for _ in range(2):
        assert run(["variance", letters, letters, "--format", "json", "--set", "horizon.start=2027-01"]) == 0
        found.add(capsysbinary.readouterr().out)
    assert len(found) == 1
    assert str(Path(letters).parent).encode() not in found.pop()


# What changed in the file


@pytest.mark.parametrize(
    ("base", "head", "found"),
    [
        ({"a": "1"}, {"a": "1"}, []),
        ({"a": "1"}, {"a": None}, [("~", "a", "1", "")]),
        ({"a": {"b.c": "1"}}, {"a": {}}, [("-", 'a."b.c"', "1", "")]),
        ({"a": "1"}, {"a": {"b": "2"}}, [("-", "a", "1", ""), ("+", "a.b", "", "2")]),
        ({"l": ["1", "2"]}, {"l": ["1", "3", "4"]}, [("~", "l.1", "2", "3"), ("+", "l.2", "", "4")]),
        (
            {"w": [{"name": "x", "n": "1"}, {"name": "y"}]},
            {"w": [{"name": "y"}, {"name": "x", "n": "2"}]},
            [("~", "w.x.n", "1", "2")],
        ),
        ({"expect": {"total": "1"}}, {"expect": {"total": "2"}}, []),
        ({"x": {"expect": "1"}}, {"x": {"expect": "2"}}, [("~", "x.expect", "1", "2")]),
        ({"d": "a\nb\x1b"}, {"d": "x" * 100}, [("~", "d", "a b?", "x" * 59 + "…")]),
        ({}, {"labels": {"api_key": "4711"}}, [("+", "labels.api_key", "", "(hidden)")]),
        ({}, {"labels": {"note": "use sk-" + "a1" * 12}}, [("+", "labels.note", "", "(hidden)")]),
        ({}, {"tokens": {"input": "5"}}, [("+", "tokens.input", "", "5")]),
        ({"a": []}, {"a": {}}, [("-", "a", "[]", ""), ("+", "a", "", "{}")]),
    ],
)
def test_changes(base: Any, head: Any, found: list[tuple[str, ...]]) -> None:
    """Added, removed and changed values by path; secrets hidden, long texts cut, nothing that drives a terminal."""
    assert [tuple(item) for item in changes(base, head)] == found


DATA = st.recursive(
    st.sampled_from([None, "", "1", "name", "a.b"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "a.b", "1"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(DATA, DATA)
def test_changes_turned_round(base: Any, head: Any) -> None:
    """What was added is removed the other way round; equal files have no changes."""
    there, back = changes({"a": base}, {"a": head}), changes({"a": head}, {"a": base})
    turned = {"+": "-", "-": "+", "~": "~"}
    assert sorted((turned[item.sign], item.path, item.new, item.old) for item in there) == sorted(map(tuple, back))
    assert changes({"a": base}, {"a": base}) == ()


def test_read_back_needs_no_estimate(tmp_path: Path) -> None:
    """A record of another program with the same fields will do: metered usage, a budget, a bill."""
    record = {
        "schema_version": "1",
        "kind": "estimate",
        "title": "A bill",
        "currency": "USD",
        "total": "3",
        "months": [{"month": "2026-01", "records": "0"}],
        "lines": [
            {
                "month": "2026-01",
                "model": "x/a",
                "meter": "widgets",
                "records": "0",
                "requests": "4",
                "pricing_quantity": "6",
                "billing_currency": "USD",
                "exchange_rate": "1",
                "cost": "3",
            }
        ],
    }
    found = spend_of_record(record, "bill.json")
    key = Key("", "", "x/a", "", "widgets")
    assert found.slices[0].uses == {key: Use(Fraction(6), Fraction(3), Fraction(3), "USD")}
    assert found.slices[0].requests == {key.case: 4}
    with pytest.raises(FileError, match=r"lines\[0\]: 'step' must be a text"):
        spend_of_record(record | {"lines": [record["lines"][0] | {"step": 7}]}, "bill.json")
    with pytest.raises(FileError, match="lines add up to 3"):
        spend_of_record(record | {"total": "4"}, "bill.json")

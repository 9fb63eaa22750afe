"""From records to requests to tokens: one test for each rule of a workload."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import costmodel as cm
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

MILLION = 1_000_000
ROW = (
    "{{valid: {{from: {start}}}, recorded: 2026-01-01, per: [1_000_000 tokens, 1 seconds],"
    " source: {{kind: list, title: Test, retrieved: 2026-01-01}}, rates: [{rates}]}}"
)


def offer(model: str, *rows: tuple[str, str], keys: str = "") -> str:
    body = ", ".join(ROW.format(start=start, rates=rates) for start, rates in rows)
    return f"  - {{model: {model}, {keys} prices: [{body}]}}"


OFFERS = [
    offer("plain", ("2026-01-01", "{prices: {input: 1, output: 2}}")),
    offer("other", ("2026-01-01", "{prices: {input: 10, output: 20}}")),
    offer("cached", ("2026-01-01", "{prices: {input: 1, cache_read: 0.1, output: 2}}")),
    offer("rising", ("2026-01-01", "{prices: {input: 1}}"), ("2026-03-11T12:00:00Z", "{prices: {input: 2}}")),
    offer(
        "limited",
        (
            "2026-01-01",
            '{when: {request_input_tokens: ">200000"}, prices: {input: 2, output: 3}}, {prices: {input: 1, output: 2}}',
        ),
    ),
    offer(
        "from",
        (
            "2026-01-01",
            '{when: {request_input_tokens: ">=200000"}, prices: {input: 2}}, {prices: {input: 1, output: 2}}',
        ),
    ),
    offer(
        "nightly",
        (
            "2026-01-01",
            "{when: {hours: {daily: '16:00-08:00', zone: Asia/Ho_Chi_Minh}}, prices: {input: 1}}, {prices: {input: 2}}",
        ),
    ),
    offer(
        "tiered",
        ("2026-01-01", "{when: {service_tier: batch}, prices: {input: 1}}, {prices: {input: 2}}"),
        keys="service_tiers: [standard, batch],",
    ),
    offer("heard", ("2026-01-01", "{prices: {audio_seconds: {price: 1, increment: 15, minimum: 30}}}")),
    offer("rented", ("2026-01-01", "{prices: {subscription_month: 50}}")),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> cm.PriceBook:
    folder = tmp_path_factory.mktemp("pricing")
    (folder / "providers").mkdir()
    (folder / "meters.yaml").write_text((shipped_folder("pricing") / "meters.yaml").read_text("utf-8"))
    text = "provider: acme\nname: Acme\ncurrency: USD\noffers:\n" + "\n".join(OFFERS) + "\n"
    (folder / "providers" / "acme.yaml").write_text(text)
    return cm.PriceBook.load(folder, "working")


def estimated(book: cm.PriceBook, mix: Any, folder: Path | None = None, **keys: Any) -> cm.Estimate:
    """A month of March 2026, of 1,000 records of 1,000 + 100 tokens unless said otherwise."""
    workload = {"records": {"per_month": "1_000"}, "tokens": {"input": "1_000", "output": "0"}}
    data = {
        "scenario": "A rule",
        "horizon": {"start": keys.pop("start", "2026-03"), "months": keys.pop("months", "1")},
        "currency": "USD",
        "workload": workload | keys,
        "mix": {f"acme/{mix}": "100 %"} if isinstance(mix, str) else mix,
    }
    found = cm.estimate(cm.Scenario.from_data(data, folder), book=book)
    assert isinstance(found, cm.Estimate)
    return found


def requests(estimate: cm.Estimate, *by: str) -> dict[tuple[str, ...], Fraction]:
    return {group.key: group.requests for group in estimate.by(*by)}


# Records


def test_days_per_month_sets_the_number_alone(book: cm.PriceBook) -> None:
    """Records a day times the days stated, the same in every month; `calendar` counts each month's days."""
    stated = estimated(book, "plain", start="2026-01", months="3", records={"per_day": "10", "days_per_month": "20"})
    calendar = estimated(
        book, "plain", start="2026-01", months="3", records={"per_day": "10", "days_per_month": "calendar"}
    )
    assert [group.records for group in stated.by("month")] == [200, 200, 200]
    assert [group.records for group in calendar.by("month")] == [310, 280, 310]


def test_records_spread_over_calendar_days(book: cm.PriceBook) -> None:
    """Whatever days_per_month says, records lie evenly over the month and are cut where a price changes."""
    found = estimated(book, "rising", records={"per_day": "50", "days_per_month": "20"})
    before = Fraction(21, 62)  # ten and a half of 31 days
    assert found.total == before * 1 + (1 - before) * 2
    assert found.records == 1_000


def test_growth_never_compounds_a_rounded_value(book: cm.PriceBook) -> None:
    """Each month grows from the first one and is rounded half up by itself."""
    found = estimated(book, "plain", months="10", records={"per_month": "10", "monthly_growth": "4 %"})
    assert [group.records for group in found.by("month")] == [10, 10, 11, 11, 12, 12, 13, 13, 14, 14]
    halves = estimated(book, "plain", months="2", records={"per_month": "5", "monthly_growth": "10 %"})
    assert [group.records for group in halves.by("month")] == [5, 6]


# Mix


def test_mix_by_requests_and_by_tokens_differ(book: cm.PriceBook) -> None:
    """By requests the shares are of requests; by tokens the requests follow from each model's own size."""
    models = {
        "acme/plain": {"share": "50 %", "tokens": {"input": "1_000", "output": "0"}},
        "acme/other": {"share": "50 %", "tokens": {"input": "2_000", "output": "1_000"}},
    }
    by_requests = estimated(book, {"by": "requests", **models})
    by_tokens = estimated(book, {"by": "tokens", **models})
    assert list(requests(by_requests, "model").values()) == [500, 500]
    assert list(requests(by_tokens, "model").values()) == [750, 250]
    assert by_requests.total == Fraction(1, 2) + 20
    assert by_tokens.total == Fraction(3, 4) + 10
    tokens = [group.totals["input"] + group.totals["output"] for group in by_tokens.by("model")]
    assert tokens[0] == tokens[1]


def test_mix_says_what_it_is_of(book: cm.PriceBook) -> None:
    """A mix of several models without `by` is refused: the two readings give different bills."""
    with pytest.raises(cm.FileError, match="by"):
        estimated(book, {"acme/plain": "50 %", "acme/other": "50 %"})


def test_mix_of_counts_gives_the_records(book: cm.PriceBook) -> None:
    """Counts of requests make the number of records, and must agree with it where both are given."""
    counts = {"by": "requests", "acme/plain": "300", "acme/other": "100"}
    found = estimated(book, counts, records={})
    assert (found.records, requests(found, "model")) == (400, {("acme/plain",): 300, ("acme/other",): 100})
    with pytest.raises(cm.FileError, match="400 records a month, 'records' says 1,000"):
        estimated(book, counts)


# Requests


def test_cache_is_a_share_of_each_requests_input(book: cm.PriceBook) -> None:
    """Cached tokens are part of the input, priced apart where the model has a price for them."""
    found = estimated(book, "cached", cache_read="40 % of input")
    assert found.total == Fraction(6, 10) + Fraction(4, 10) / 10
    assert found.by()[0].totals["input"] == MILLION
    assert [(line["meter"], line["pricing_quantity"]) for line in found.to_json()["lines"]] == [
        ("input", "600000"),
        ("cache_read", "400000"),
    ]


def test_cache_without_a_price_is_input_and_says_so(book: cm.PriceBook) -> None:
    """A model without a cache price charges cached tokens as input, with a warning."""
    found = estimated(book, "plain", cache_read="40 % of input")
    assert found.total == 1
    assert [notice.code for notice in found.notices if notice.code == "no-cache-price"] == ["no-cache-price"]


def test_retries_are_billed_with_the_same_tokens(book: cm.PriceBook) -> None:
    """Two in a hundred sent again: 102 % of requests and of cost, and no more records."""
    found = estimated(book, "plain", resubmitted="2 %")
    assert (found.total, found.by()[0].requests, found.records) == (Fraction(102, 100), 1_020, 1_000)


def test_requests_per_record(book: cm.PriceBook) -> None:
    """A record may take several requests; the cost is of the requests, the record stays one."""
    found = estimated(book, "plain", requests_per_record="2.5")
    assert (found.total, found.records, found.cost_per_record) == (Fraction(5, 2), 1_000, Fraction(5, 2_000))


def test_steps_count_a_record_once(book: cm.PriceBook) -> None:
    """Every step of a record is paid, and the record counted once."""
    steps = [
        {"name": "extract", "mix": {"acme/plain": "100 %"}},
        {
            "name": "summarise",
            "mix": {"acme/other": "100 %"},
            "requests_per_record": "2",
            "tokens": {"input": "500", "output": "50"},
        },
    ]
    found = estimated(book, "plain", steps=steps)
    assert {group.key[0]: group.cost for group in found.by("step")} == {"extract": 1, "summarise": 12}
    assert (found.records, found.by()[0].requests) == (1_000, 3_000)


def test_tiers_share_the_requests(book: cm.PriceBook) -> None:
    """Shares of service tiers are of requests, each at its own price."""
    found = estimated(book, "tiered", service_tier={"batch": "75 %", "standard": "25 %"})
    assert {group.key[0]: group.cost for group in found.by("tier")} == {
        "batch": Fraction(3, 4),
        "standard": Fraction(1, 2),
    }


def test_increments_are_of_each_request(book: cm.PriceBook) -> None:
    """Billing increments and minimums round each request, never the month's total."""
    for seconds, billed in (("20", 30), ("31", 45)):
        found = estimated(book, "heard", tokens={"input": "0", "output": "0"}, meters={"audio_seconds": seconds})
        assert found.total == 1_000 * billed


def test_monthly_units_do_not_depend_on_requests(book: cm.PriceBook) -> None:
    """A subscription is charged once a month, whatever the records."""
    found = estimated(book, "plain", months="3", monthly={"acme/rented": {"subscription_month": "2"}})
    assert {group.key[0]: group.cost for group in found.by("model")} == {"acme/plain": 3, "acme/rented": 300}


# Sizes


@pytest.mark.parametrize(
    ("tokens", "into", "out"),
    [
        ({"input": "900", "output": "100"}, 900, 100),
        ({"total": "2_000", "input_to_output": "1:3"}, 500, 1_500),
        ({"input": "800", "output_per_input": "0.3"}, 800, 240),
    ],
)
def test_tokens_as_typed(book: cm.PriceBook, tokens: dict[str, str], into: int, out: int) -> None:
    """Typed counts are used as typed, in each of their forms, and never adjusted for a tokenizer."""
    totals = estimated(book, "plain", tokens=tokens).by()[0].totals
    assert (totals["input"], totals["output"]) == (1_000 * into, 1_000 * out)
    with pytest.raises(cm.FileError, match="never counts that somebody typed"):
        estimated(book, "plain", tokens=tokens | {"tokenizer": "own"})


def written_profile(folder: Path, name: str, points: list[tuple[int, ...]]) -> None:
    """A profile of the scenario's folder, made of the shipped Azure one with other points."""
    text = (shipped_folder("scenarios") / "profiles" / "azure-2023--code.yaml").read_text("utf-8")
    file = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - BaseLoader builds nothing but text
    lines = "\n".join(" ".join(map(str, point)) for point in points)
    changed = file | {"profile": name, "requests": str(sum(point[0] for point in points)), "points": lines}
    (folder / "profiles").mkdir()
    (folder / "profiles" / f"{name}.yaml").write_text(yaml.safe_dump(changed))


def shifted_points(shift: int) -> list[tuple[int, int, int]]:
    """Weight, input and output of the shipped Azure profile, with its inputs made larger."""
    text = (shipped_folder("scenarios") / "profiles" / "azure-2023--code.yaml").read_text("utf-8")
    lines = yaml.load(text, yaml.BaseLoader)["points"].splitlines()  # noqa: S506 - BaseLoader builds nothing but text
    return [(weight, into + shift, out) for weight, into, out in (map(int, line.split()) for line in lines)]


@pytest.mark.parametrize("shift", [198_531, 0, 300_000])
def test_profile_points_are_priced_at_their_own_size(book: cm.PriceBook, tmp_path: Path, shift: int) -> None:
    """Every request of a profile is priced at its own size, on its own side of a limit: never a mean or a total."""
    points = shifted_points(shift)
    written_profile(tmp_path, "shifted", points)
    found = estimated(book, "limited", folder=tmp_path, records={"per_month": "8_819"}, tokens={"profile": "shifted"})
    at = cm.instant("2026-03-01")
    each = [(weight, book.price("acme/limited", at, input=into, output=out).cost) for weight, into, out in points]
    assert found.total == sum(weight * cost for weight, cost in each)
    above = sum(weight for weight, into, _ in points if into > 200_000)
    found_above = sum(group.requests for group in found.by("size") if ">" in group.key[0])
    assert found_above == above
    assert (0 < above < 8_819) is (shift == 198_531)


@pytest.mark.parametrize(("model", "above"), [("limited", 1), ("from", 2)])
def test_request_of_exactly_the_limit(book: cm.PriceBook, tmp_path: Path, model: str, above: int) -> None:
    """Requests around a limit are told apart one by one; the operator says where the limit itself lies."""
    written_profile(tmp_path, "edge", [(1, 199_999, 0), (1, 200_000, 0), (1, 200_001, 0)])
    found = estimated(book, model, folder=tmp_path, records={"per_month": "3"}, tokens={"profile": "edge"})
    assert sum(group.requests for group in found.by("size") if ">" in group.key[0]) == above
    assert found.total * MILLION == 600_000 + sum([200_001, 200_000][:above])


def test_profile_weights_add_up(book: cm.PriceBook) -> None:
    """A profile's mean tokens are those of its points."""
    totals = (
        estimated(book, "plain", records={"per_month": "87"}, tokens={"profile": "aci-bench/gold-note"}).by()[0].totals
    )
    assert (totals["input"], totals["output"]) == (128_515, 51_028)


# Hours


def test_hours_are_needed_where_the_price_depends_on_them(book: cm.PriceBook) -> None:
    """Where a price depends on the hour and the scenario is silent, that is a mistake, not an average."""
    with pytest.raises(cm.FileError, match="depends on the time of day in 2026-03: add 'hours'"):
        estimated(book, "nightly")
    assert estimated(book, "plain").total == 1


@pytest.mark.parametrize(
    ("hours", "cheap"),
    [
        ({"daily": "08:00-17:00", "zone": "Asia/Ho_Chi_Minh"}, Fraction(1, 9)),
        ({"daily": "00:00-24:00", "zone": "UTC"}, Fraction(16, 24)),
        ({"daily": ["15:00-16:00", "17:00-18:00"], "zone": "Asia/Ho_Chi_Minh"}, Fraction(1, 2)),
        ({"daily": ["15:00-17:00", "16:00-18:00"], "zone": "Asia/Ho_Chi_Minh"}, Fraction(2, 3)),
        ({"daily": "22:00-06:00", "zone": "Asia/Ho_Chi_Minh", "days": ["mon"]}, Fraction(1)),
    ],
)
def test_records_spread_over_the_hours(book: cm.PriceBook, hours: dict[str, Any], cheap: Fraction) -> None:
    """Requests lie evenly over the hours given, and each hour pays its own price."""
    assert estimated(book, "nightly", hours=hours).total == cheap * 1 + (1 - cheap) * 2


def test_hours_and_a_change_of_price_combine(book: cm.PriceBook) -> None:
    """Requests of the morning alone see a price that changes at noon of a day on the days after it."""
    found = estimated(book, "rising", hours={"daily": "00:00-12:00", "zone": "UTC"})
    assert found.total == Fraction(11, 31) * 1 + Fraction(20, 31) * 2


def test_a_profile_that_changed_is_read_again(tmp_path: Path) -> None:
    """In one session of Jupyter a profile may be made a second time."""
    from costmodel.usage.profiles import load_profile

    shipped = (shipped_folder("scenarios") / "profiles" / "aci-bench--gold-note.yaml").read_text(encoding="utf-8")
    (tmp_path / "profiles").mkdir()
    file = tmp_path / "profiles" / "own--notes.yaml"
    for title in ("First", "Second, longer"):
        text = shipped.replace("One doctor-patient dialogue", title).replace("aci-bench/gold-note", "own/notes")
        file.write_text(text, encoding="utf-8")
        assert load_profile("own/notes", tmp_path).file.title.startswith(title)

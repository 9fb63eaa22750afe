"""The workbook computed anew by the `formulas` package, from no values: equal to Python, before and after changes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from workbook_cases import CASES, scenario_of
from workbook_cells import Cells, Computed, different, formulas_of, values_of

from costmodel.reports.workbook import workbook
from costmodel.scenario import Scenario
from costmodel.study.cost import estimate
from costmodel.study.traced import traced_model
from costmodel.study.worth import case_of, result_of

if TYPE_CHECKING:
    from costmodel.results.estimate import Estimate

ROOT = Path(__file__).parents[2]
SHORT = {"horizon.months": "3"}
CENT = 0.005
pytestmark = pytest.mark.filterwarnings("ignore")  # of the package that computes, about numpy


def shipped(name: str, settings: dict[str, str] | None = None) -> Scenario:
    return Scenario.load(ROOT / "scenarios" / f"{name}.yaml", SHORT | (settings or {}))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("vendor-roi", {}),
        ("emr-mix", {}),
        ("hospital-year", {"horizon.months": "2"}),
        ("paid-in-cny", {"horizon.months": "1"}),
    ],
)
def test_shipped_scenario_from_no_values(name: str, settings: dict[str, str], tmp_path: Path) -> None:
    """Every formula comes to the value that the program wrote."""
    data = workbook(traced_model(shipped(name, settings)))
    assert different(Computed(data, tmp_path).values(), values_of(data), formulas_of(data)) == []


@pytest.mark.parametrize(
    "name", ["contract, minimum charge, price change in a month", "shapes", "posts as needed, learning"]
)
def test_case_from_no_values(name: str, tmp_path: Path) -> None:
    """The same for contracts, shaped prices and curves."""
    data = workbook(traced_model(scenario_of(CASES[name], tmp_path)))
    assert different(Computed(data, tmp_path).values(), values_of(data), formulas_of(data)) == []


def test_changed_inputs_of_a_cost(tmp_path: Path) -> None:
    """Records a day, growth and shares changed in the workbook: to the cent what Python then says."""
    scenario = shipped("emr-mix")
    computed = Computed(workbook(traced_model(scenario)), tmp_path)
    values = {"records_a_day": Fraction(1234), "growth_a_month": Fraction("0.035")}
    values |= {"share_of_openai_gpt_4_1": Fraction("0.45")}
    values["share_of_google_gemini_2_5_flash"] = Fraction("0.55")
    settings = {"workload.records.per_day": "1234", "workload.records.monthly_growth": "3.5 %"}
    settings["mix"] = "{by: requests, openai/gpt-4.1: 45 %, google/gemini-2.5-flash: 55 %}"
    wanted: Estimate = estimate(scenario.changed(settings))  # type: ignore[assignment]
    got = computed.values(values)
    assert abs(float(got["Results", "B5"]) - float(wanted.total)) < CENT
    assert got["Cover", _master(got)] == "all checks pass"


def _master(values: Cells) -> str:
    return next(cell for (sheet, cell) in values if sheet == "Cover")


def test_changed_price(tmp_path: Path) -> None:
    """A price changed in the workbook is a contract at that price in Python."""
    scenario = shipped("emr-mix")
    computed = Computed(workbook(traced_model(scenario)), tmp_path)
    overlay = tmp_path / "contract.yaml"
    overlay.write_text(
        "overlay: Contract\nprovider: openai\noffers:\n  - model: gpt-4.1\n    prices:\n"
        "      - {valid: {from: 2026-01-01}, recorded: 2026-11-20, per: 1_000_000 tokens,\n"
        "         source: {kind: contracted, title: Contract, retrieved: 2026-11-20},\n"
        "         rates: [{prices: {input: 1.70, output: 6.60}}]}\n"
    )
    from costmodel.study.cost import book_for

    wanted: Any = estimate(scenario, book=book_for(scenario, [overlay]))
    got = computed.values(
        {"openai_gpt_4_1_input_price": Fraction("1.7"), "openai_gpt_4_1_output_price": Fraction("6.6")}
    )
    assert abs(float(got["Results", "B5"]) - float(wanted.total)) < CENT


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Computed:
    """The vendor's example with costs at the start, over six months, ready to be computed with other numbers."""
    data = workbook(traced_model(_clinic()))
    return Computed(data, tmp_path_factory.mktemp("clinic"))


def _clinic() -> Scenario:
    one_off = {"roi.one_off": "{integration: 4_000 USD}", "horizon.months": "6"}
    return shipped("vendor-roi", one_off | {"roi.staff.notice_months": "1", "roi.staff.severance_per_post": "500 USD"})


@pytest.mark.parametrize(
    ("names", "settings"),
    [
        ({}, {}),
        ({"minutes_of_a_review": 7}, {"roi.with_ai.review_minutes": "7"}),
        ({"wage_per_hour": 23.5}, {"roi.staff.wage_per_hour": "23.5 USD"}),
        ({"records_a_day": 310}, {"workload.records.per_day": "310"}),
        ({"api_cost_as_quoted": 900}, {"roi.llm_cost.quoted": "900 USD/month"}),
        (
            {"discount_rate": 0.2, "paid_once_integration": 1500},
            {"roi.discount_rate": "20 %", "roi.one_off.integration": "1_500 USD"},
        ),
        (
            {"posts_now": 4, "usable_share_of_paid_hours": 0.7},
            {"roi.staff.posts_now": "4", "roi.staff.usable_share": "70 %"},
        ),
        ({"paid_once_integration": 90_000}, {"roi.one_off.integration": "90_000 USD"}),
    ],
)
def test_changed_inputs_of_a_return(clinic: Computed, names: dict[str, Any], settings: dict[str, str]) -> None:
    """Wage, review, records, quotes, posts: net, present value, payback and rate of return are Python's."""
    option = result_of(case_of(_clinic().changed(settings) if settings else _clinic())).options[0]
    values = clinic.values(names)
    labels = {value: cell for (sheet, cell), value in _labels().items() if sheet == "Results"}
    got = {
        label: values["Results", cell.replace("A", "C", 1)]
        for label, cell in labels.items()
        if ("Results", cell.replace("A", "C", 1)) in values
    }
    measures = option.measures
    assert abs(float(got["net"]) - float(measures.net)) < CENT
    assert abs(float(got["net present value"]) - float(measures.net_present_value)) < CENT
    assert float(got["return on all cost"]) == pytest.approx(float(measures.return_on_all_cost))
    for label, exact in (
        ("payback, months", measures.payback.months),
        ("payback, whole months", measures.payback.whole_months),
    ):
        assert got[label] == "never" if exact is None else float(got[label]) == pytest.approx(float(exact), abs=1e-6)
    rate = measures.rates.unique
    shown = got["internal rate of return, a year"]
    assert shown in {"none", "not found"} if rate is None else float(shown) == pytest.approx(rate, rel=1e-5)


def _labels() -> Cells:
    return values_of(workbook(traced_model(_clinic())))


def test_checks_fail_where_something_is_wrong(tmp_path: Path) -> None:
    """Shares that are not 100 %, an input outside its limits, a size outside its band: the master check says so."""
    computed = Computed(workbook(traced_model(shipped("emr-mix"))), tmp_path)
    assert "1 check fails" in str(computed.values({"share_of_openai_gpt_4_1": Fraction("0.5")})["Cover", "B8"])
    assert "1 check fails" in str(computed.values({"records_a_day": -5})["Cover", "B8"])
    (tmp_path / "band").mkdir()
    charts = Computed(workbook(traced_model(shipped("long-charts", {"horizon.months": "1"}))), tmp_path / "band")
    beyond = charts.values({"routine_charts_input_tokens_a_request": 200_001})
    assert "2 checks fail" in str(beyond["Cover", "B8"])  # outside the limits of the input, and of the price band
    assert charts.values({"routine_charts_input_tokens_a_request": 200_000})["Cover", "B8"] == "all checks pass"
    (tmp_path / "counts").mkdir()
    counts = Computed(workbook(traced_model(scenario_of(CASES["counts and records"], tmp_path))), tmp_path / "counts")
    assert "1 check fails" in str(counts.values({"records_a_month": 1001})["Cover", "B8"])
    assert counts.values({"records_a_month": 1001, "count_of_ours_plain": 301})["Cover", "B8"] == "all checks pass"

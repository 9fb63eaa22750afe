"""Checks of the workbook say what their own numbers say, as delivered and after a change; and figures that are none."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from workbook_cases import data_of, roi_of, scenario_of
from workbook_cells import Computed, formulas_of, values_of

from costmodel.errors import CostmodelError
from costmodel.reports.workbook import checks, making, solvers, workbook
from costmodel.reports.workbook.checks import Check
from costmodel.reports.workbook.limits import Limits, limits_of
from costmodel.reports.workbook.results import cost_rows
from costmodel.scenario import Scenario
from costmodel.study.traced import traced_model
from costmodel.value.returns import internal_rates_of_return

if TYPE_CHECKING:
    from workbook_cells import Cells

    from costmodel.reports.workbook.layout import Layout

ROOT = Path(__file__).parents[2]
PASS, ONE_FAILS = "all checks pass", "1 check fails: see the sheet of checks"
# Six months of work: money out for two months, in for the rest; the rate is far from the 10 % a month of a plain IRR.
FLOWS = [-95_000, -3_000, *([2_700] * 36), *([3_600] * 12)]
pytestmark = pytest.mark.filterwarnings("ignore")  # of the package that computes, about numpy


def shipped(name: str, **settings: str) -> bytes:
    """The workbook of a shipped scenario over two months."""
    path = ROOT / "scenarios" / f"{name}.yaml"
    return workbook(traced_model(Scenario.load(path, {"horizon.months": "2"} | settings)))


def master(values: Cells) -> Any:
    """What the cover says of the checks."""
    return next(value for (sheet, _), value in values.items() if sheet == "Cover" and "check" in str(value))


def said(data: bytes) -> Any:
    """What the cover of a file says before anything computes."""
    texts = [value for (sheet, _), value in values_of(data).items() if sheet == "Cover" and isinstance(value, str)]
    return next(text for text in texts if text == PASS or "see the sheet of checks" in text)


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Computed:
    """A mix of two models, ready to be computed with other numbers."""
    return Computed(shipped("emr-mix"), tmp_path_factory.mktemp("mix"))


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Computed:
    """A hospital's return, ready to be computed with other numbers."""
    return Computed(shipped("hospital-roi"), tmp_path_factory.mktemp("hospital"))


def test_parts_that_are_not_the_whole_are_not_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that a sum leaves out is a fault of ours: no file says that its checks pass."""
    monkeypatch.setattr(checks, "cost_rows", lambda layout, option: cost_rows(layout, option)[1:])
    with pytest.raises(CostmodelError, match="is not written, because a check of it fails: models together: the parts"):
        shipped("emr-mix")


def test_delivered_checks_say_what_their_numbers_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """An input outside its limits as delivered: the check and the cover say so before anything computes."""

    def tight(layout: Layout) -> dict[int, Limits]:
        found = limits_of(layout)
        records = next(leaf for leaf in layout.model.leaves if leaf.cell.name == "records a day")
        return found | {id(records.cell): Limits(high=records.cell.value / 2)}

    assert said(shipped("emr-mix")) == PASS
    monkeypatch.setattr(making, "limits_of", tight)
    data = shipped("emr-mix")
    assert said(data) == ONE_FAILS
    rows = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Checks"].iter_rows(min_row=4, values_only=True)
    assert [row for row in rows if row[0] and row[1] != row[2] and row[4] == 1] == []


def test_tolerance_is_small_beside_what_is_checked() -> None:
    """Half a cent of a large amount; of a tenth of a cent next to nothing; of shares a thousand millionth."""

    def passes(here: str, there: str, **more: Any) -> bool:
        return Check("", "", "", (Fraction(here), Fraction(there)), **more).passes

    assert passes("1000000000.004", "1000000000")
    assert not passes("1000000000.006", "1000000000")
    assert not passes("0.0012", "0.0013")
    assert not passes("0.996", "1")
    assert passes("0.9999999999", "1")
    assert passes("0.00000001", "0", whole=("", Fraction(1000)))
    assert not passes("0.1", "0", whole=("", Fraction(1000)))


@pytest.mark.parametrize("share", [Fraction("0.796"), Fraction("0.804"), Fraction("0.79999")])
def test_shares_come_to_the_whole(mix: Computed, share: Fraction) -> None:
    """99.6 % is not 100 %, as on the command line."""
    assert master(mix.values({"share_of_google_gemini_2_5_flash": share})) == ONE_FAILS


def test_shares_of_tiers_come_to_the_whole(tmp_path: Path) -> None:
    """The same of service tiers."""
    computed = Computed(shipped("batch-cache-retries"), tmp_path)
    name = next(name for name in computed.names if "batch" in name and "share" in name)
    assert master(computed.values()) == PASS
    assert master(computed.values({name: 0.796})) == ONE_FAILS


@pytest.mark.parametrize("text", ["ten", ""])
def test_text_is_no_input(hospital: Computed, text: str) -> None:
    """Text is left out by some functions and taken by others: the check says so."""
    assert "fail" in master(hospital.values({"posts_now": text}))


@pytest.mark.parametrize("value", [0, -2, "", "abc"])
def test_prices_are_numbers_above_0(mix: Computed, value: Any) -> None:
    """A price that is empty, text, 0 or less is none."""
    assert "fail" in master(mix.values({"openai_gpt_4_1_input_price": value}))
    assert master(mix.values({"openai_gpt_4_1_input_price": Fraction("0.01")})) == PASS


def test_exchange_rates_are_numbers_above_0(tmp_path: Path) -> None:
    """The same of rates."""
    data = data_of(mix={"ours/plain": "100 %"}) | {"horizon": {"start": "2026-12", "months": 1}}
    computed = Computed(workbook(traced_model(scenario_of(data, tmp_path))), tmp_path)
    (rate,) = (name for name in computed.names if "eur" in name and "usd" in name)
    assert master(computed.values()) == PASS
    assert [master(computed.values({rate: value})) for value in (0, -0.9, "abc")] == [ONE_FAILS] * 3


def results(values: Cells, labels: Cells, column: str) -> dict[str, Any]:
    """The figures of a column of the results, by their labels."""
    shown = {cell[1:]: text for (sheet, cell), text in labels.items() if sheet == "Results" and cell[0] == "A"}
    there = {row: ("Results", f"{column}{row}") for row in shown}
    return {shown[row]: values[place] for row, place in there.items() if place in values}


def test_no_figure_is_no_0(hospital: Computed, mix: Computed) -> None:
    """Without records there is no return on an API spend of 0, no cost of a record and no share of nothing."""
    found = results(hospital.values({"records_a_day": 0}), values_of(shipped("hospital-roi")), "C")
    assert found["API cost"] == 0
    assert found["return on API spend"] == "none"
    assert found["return on all cost"] == pytest.approx(-1)
    assert found["profitability index"] != "none"
    none = mix.values({"records_a_day": 0})
    assert none["Results", "D5"] == "none"
    assert {value for (sheet, cell), value in none.items() if sheet == "Results" and cell[0] == "C"} == {0, "none"}


def test_nothing_used_makes_a_workbook(tmp_path: Path) -> None:
    """Two models and no records: every sheet, no chart of nothing, and no ratio of nothing."""
    data = data_of(mix=None, models=["openai/gpt-4.1", "google/gemini-2.5-flash"])
    data["workload"] = {"records": {"per_month": 0}, "tokens": {"input": 10, "output": 1}}
    file = workbook(traced_model(scenario_of(data, tmp_path)))
    values = values_of(file)
    assert [values["Results", cell] for cell in ("B5", "C5", "D5", "E5")] == [0, 0, "none", "none"]
    assert "Any cost: nothing is used." in " ".join(
        str(text) for (sheet, _), text in values.items() if sheet == "Cover"
    )
    assert master(Computed(file, tmp_path).values({"records_a_month": 10})) == ONE_FAILS  # it would still cost 0
    alone = data | {"models": ["openai/gpt-4.1"]}
    book = openpyxl.load_workbook(io.BytesIO(workbook(traced_model(scenario_of(alone, tmp_path)))))
    assert book["Results"]._charts == []


def formats(data: bytes, sheet: str) -> dict[str, str]:
    """The number format of each cell with a formula."""
    there = openpyxl.load_workbook(io.BytesIO(data))[sheet]
    return {cell: there[cell].number_format for name, cell in formulas_of(data) if name == sheet}


def test_small_costs_are_seen(tmp_path: Path) -> None:
    """A tenth of a cent is shown with the digits that the command line has, in charts too."""
    data = data_of(mix=None, models=["openai/gpt-4.1", "google/gemini-2.5-flash-lite"])
    data |= {"horizon": {"start": "2026-12", "months": 1}}
    data["workload"] = {"records": {"per_month": 10}, "tokens": {"input": 20, "output": 10}}
    file = workbook(traced_model(scenario_of(data, tmp_path)))
    shown, small = formats(file, "Results"), "#,##0.000000000"
    assert (shown["B5"], shown["D6"]) == (f"{small};-{small}", small)
    chart = openpyxl.load_workbook(io.BytesIO(file))["Results"]._charts[0]
    assert chart.y_axis.number_format.formatCode == f"{small};-{small}"


@pytest.mark.parametrize("currency", ["VND", "JPY"])
def test_currency_without_decimals(currency: str, tmp_path: Path) -> None:
    """Amounts have the decimals of their currency."""
    rate = "exchange_rates:\n  - {on: 2026-11-20, from: USD, to: CUR, rate: 150, source: House bank}\n"
    (tmp_path / "rate.yaml").write_text(f"overlay: Rate\n{rate.replace('CUR', currency)}")
    data = data_of(mix={"openai/gpt-4.1": "100 %"}, currency=currency)
    data["prices"] = {**data["prices"], "overlays": ["rate.yaml"]}
    shown = formats(workbook(traced_model(scenario_of(data, tmp_path))), "Results")
    assert (shown["B5"], shown["C5"]) == ("#,##0;-#,##0",) * 2


def test_limits_have_few_digits(tmp_path: Path) -> None:
    """A limit that is found by trying is rounded to the side of the number."""
    levy = {"name": "withholding", "kind": "withholding_tax", "rate": "5 %", "grossed_up": True}
    data = data_of(mix={"openai/gpt-4.1": "100 %"}, taxes_and_fees=[levy])
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(traced_model(scenario_of(data, tmp_path)))))["Inputs"]
    (high,) = (row[4].value for row in sheet.iter_rows(min_row=4) if "withholding" in str(row[0].value))
    assert high == 0.9999


def test_rate_of_return_begins_near(tmp_path: Path) -> None:
    """IRR begins at a rate that is near the one there is, whichever way the flows turn."""
    for flows in (FLOWS, [-flow for flow in FLOWS], [-1000, *([5] * 60)], [-10, 4000]):
        rate, present = 0.0, [float(flow) for flow in flows]
        for _ in range(solvers._NEARER):
            rate = solvers._nearer(rate, present)
            present = [solvers._at_rate(flow, rate, month) for month, flow in enumerate(flows)]
        (exact,) = internal_rates_of_return(flows)
        assert rate == pytest.approx(exact, rel=1e-4)
    data = roi_of(one_off={"integration": "4000 USD"}) | {"mix": {"openai/gpt-4.1": "100 %"}}
    file = workbook(traced_model(scenario_of(data, tmp_path)))
    (found,) = (text for text in formulas_of(file).values() if "IRR(" in text)
    assert "IRR(F" in found
    guess = found.split("IRR(")[1].split(")")[0].split(",")[1]
    assert Computed(file, tmp_path).values()["Calculation", guess] == pytest.approx(
        values_of(file)["Calculation", guess]
    )

"""The traced model: its formulas give what Python gives, today and after any one number of the scenario is changed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from workbook_cases import CASES, data_of, roi_of, scenario_of

from costmodel.documents.settings import path_text
from costmodel.errors import CommandLineError, CostmodelError
from costmodel.runtimes import trace
from costmodel.scenario import Scenario
from costmodel.study.cost import estimate
from costmodel.study.traced import traced_model
from costmodel.study.traced_rows import CONSTANT, START
from costmodel.study.traced_tree import Trees
from costmodel.study.worth import Case, case_of
from costmodel.uncertainty.parameters import parameters

if TYPE_CHECKING:
    from costmodel.study.traced import TracedModel
    from costmodel.study.traced_leaves import Leaf

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
FEW = {"emr-small-measured", "emr-large-measured", "emr-small", "emr-large"}  # as emr-medium, with other volumes


def expected(scenario: Scenario, book: Any) -> dict[str, list[Any]]:
    """What Python computes: the cost of each month by option, or the net flows, and their present value at the end."""
    if scenario.roi is not None:
        flows = case_of(scenario, book=book).worth().flows
        return {name: [*(flow.net for flow in of.months), of.net_present_value] for name, of in flows.items()}
    result = estimate(scenario, book=book)
    estimates = getattr(result, "estimates", (result,))
    return {item.alternative or "models together": [group.cost for group in item.by("month")] for item in estimates}


def computed(model: TracedModel, option: str, values: dict[int, Any]) -> list[Any]:
    """What the formulas give with other values of some leaves."""
    trees = Trees(values)
    worth = model.scenario.roi is not None
    row = model.flow(option, "net flow") if worth else model.cost(option)
    cells = row.cells if row is not None else {}
    places = [index if index in cells else CONSTANT for index in range(len(model.months))]
    found = [trees.plain(cells[place]).value if cells else Fraction(0) for place in places]
    present = model.figure(option, "net_present_value")
    return [*found, trees.plain(present.cells[CONSTANT]).value] if worth and present else found


def changes(leaf: Leaf, parameter: Any) -> list[Fraction]:
    """Values that may stand in place of a leaf's, 0 and 1 among them."""
    value = parameter.value
    tried = (value * 2, value * Fraction(3, 4), Fraction(0), value + Fraction(1, 64))
    low, high = parameter.low, parameter.high
    return [
        item
        for item in tried
        if item != value
        and (high is None or item <= high)
        and (low is None or item > low or (item == low and not parameter.above_low))
    ]


def differences(scenario: Scenario) -> tuple[list[Any], int]:
    """Every change of one number after which formulas and Python differ, and how many were tried."""
    model = traced_model(scenario)
    known = {item.path: item for item in parameters(Case(scenario, model.book, {}))}
    found, tried = [], 0
    for leaf in model.leaves:
        parameter = known.get(leaf.path)
        for value in changes(leaf, parameter) if parameter else ():
            text = parameter.text(value)
            written = Fraction(text.replace("_", "").split()[0]) * parameter.scale
            try:
                wanted = expected(scenario.changed({path_text(leaf.path): text}), model.book)
            except CostmodelError:
                continue  # Python refuses the scenario: the workbook has a check for it
            tried += 1
            for option, figures in wanted.items():
                got = computed(model, option, {id(leaf.cell): written})
                if got != figures:
                    found.append((leaf.cell.name, text, option))
    return found, tried


@pytest.mark.parametrize("name", [name for name in SHIPPED if name not in FEW])
def test_shipped_scenario_after_changes(name: str) -> None:
    """After any one change of a shipped scenario the formulas give exactly what Python gives."""
    settings = {"horizon.months": "13"} if name in {"hospital-roi", "hospital-year"} else {}
    scenario = Scenario.load(ROOT / "scenarios" / f"{name}.yaml", settings)
    found, tried = differences(scenario)
    inside = [item for item in found if name != "long-charts" or "input tokens" not in item[0]]
    assert (inside, tried > 5) == ([], True)


@pytest.mark.parametrize("name", CASES)
def test_case_after_changes(name: str, tmp_path: Path) -> None:
    """The same for contracts, shapes of prices, every way of staffing and adoption, errors, and what is 0 today."""
    found, tried = differences(scenario_of(CASES[name], tmp_path))
    leaves = [item for item in found if "input tokens" not in item[0]]  # may leave their price band: see the next test
    assert (leaves, tried > 5) == ([], True)


def test_size_that_leaves_its_band_is_guarded() -> None:
    """Where a changed size gives another figure than Python, it has left its price band, and a guard says so."""
    scenario = Scenario.load(ROOT / "scenarios" / "long-charts.yaml")
    model = traced_model(scenario)
    guards = {id(guard.cell): guard.band for guard in model.guards}
    for leaf in (leaf for leaf in model.leaves if leaf.cell.name == "input tokens a request"):
        band = guards[id(leaf.cell)]
        for size in (100_000, 200_000, 200_001, 250_000):
            wanted = expected(scenario.changed({path_text(leaf.path): str(size)}), model.book)
            same = computed(model, model.options[0], {id(leaf.cell): Fraction(size)}) == wanted[model.options[0]]
            below = band.high is None or size <= band.high[0]
            above = band.low is None or size > band.low[0]
            assert same == (below and above), (size, str(band))


def test_price_that_is_changed() -> None:
    """A price is a leaf: twice the price is twice the cost of its meter."""
    model = traced_model(Scenario.load(ROOT / "scenarios" / "emr-mix.yaml"))
    price = next(leaf for leaf in model.leaves if leaf.kind == "price" and "gpt-4.1, output" in leaf.about)
    now, then = (computed(model, model.options[0], {id(price.cell): value})[0] for value in (8, 16))
    assert price.cell.value == 8
    assert then - now == 6000 * Fraction(51_028, 87) * Fraction(8, 1_000_000)  # 6,000 requests, 51,028 tokens in 87


def test_what_is_zero_is_no_constant(tmp_path: Path) -> None:
    """A share of 0 is a leaf like any other: cache, retries, hours used and the first month of an adoption."""
    model = traced_model(scenario_of(CASES["what is 0 today"], tmp_path))
    names = {leaf.cell.name for leaf in model.leaves}
    assert {"input read from cache", "share sent again", "growth a month"} <= names
    model = traced_model(scenario_of(CASES["freed hours that nobody uses today"], tmp_path))
    assert "share of the freed hours that is used" in {leaf.cell.name.partition(": ")[2] for leaf in model.leaves}


def test_zero_that_cannot_be_another_number(tmp_path: Path) -> None:
    """A cache that has no price: its share stays out of the model, and is told of as without effect."""
    data = data_of(mix={"ours/shaped": "100 %"}, cache_write_1h="0 %", meters={"audio_seconds": 50, "pages": 0})
    model = traced_model(scenario_of(data, tmp_path))
    assert "a request: pages" in {leaf.cell.name for leaf in model.idle}


def test_zeros_stay_zeros_where_one_cannot_change(tmp_path: Path) -> None:
    """Then no 0 is a leaf: a month without adoption, whose bill has no lines, is none that somebody could change."""
    data = roi_of(adoption=["0 %", "40 %"]) | {
        "mix": {"ours/shaped": "100 %"},
        "meters": {"audio_seconds": 50, "pages": 0},
    }
    model = traced_model(scenario_of(data, tmp_path))
    assert {leaf.path for leaf in model.idle} >= {("meters", "pages"), ("roi", "adoption", 0)}
    assert all(leaf.cell.value for leaf in model.leaves if leaf.kind == "scenario")
    found, tried = differences(model.scenario)
    assert ([item for item in found if "input tokens" not in item[0]], tried > 5) == ([], True)


def test_rows_are_whole() -> None:
    """A row has one cell before the months, or one in each month; what looks one month back begins with the second."""
    model = traced_model(Scenario.load(ROOT / "scenarios" / "hospital-roi.yaml"))
    months = list(range(len(model.months)))
    for row in model.rows.rows:
        columns = sorted(row.cells)
        later = row.key.name == "posts of the payroll needed by hand"
        assert columns in ([CONSTANT], months, [START, *months], months[1:] if later else months), row.key
    alone = {row.key.name for row in model.rows.rows if CONSTANT in row.cells}
    assert {"records", "hours by hand", "capacity of a post", "posts needed by hand", "paid once"} <= alone


def test_rows_need_only_what_stands_above() -> None:
    """Every step stands above the formulas that name it, but for running totals, which look one month back."""
    model = traced_model(Scenario.load(ROOT / "scenarios" / "hospital-roi.yaml"))
    for number, row in enumerate(model.rows.rows):
        for column, cell in row.cells.items():
            inner = cell.arguments[0] if cell.kind == "step" else cell
            for part in inner.arguments:
                place = model.rows.place(part, column, row.key)
                assert place is None or place.row < number or place.column < column, (row.key, part.name)


def test_figures_of_the_horizon(tmp_path: Path) -> None:
    """Sums, present values and ratios of every option are those of the result."""
    model = traced_model(scenario_of(CASES["whole posts, severance, rehiring, growth"], tmp_path))
    option = model.result.options[0]  # type: ignore[union-attr]
    names = ("saving", "llm_cost", "fixed_cost", "one_off", "cost", "net", "cash_net", "net_present_value")
    for name in (*names, "return_on_all_cost", "return_on_api_spend", "benefit_cost_ratio", "profitability_index"):
        row = model.figure(option.name, name)
        assert row is not None
        assert row.cells[CONSTANT].value == getattr(option.measures, name), name


def test_no_formula_for_increments_of_a_month(tmp_path: Path) -> None:
    """What has no formula is refused in words."""
    monthly = {
        "records": {"per_month": 10},
        "tokens": {"input": 10, "output": 1},
        "monthly": {"ours/shaped": {"audio_seconds": 20}},
    }
    with pytest.raises(CommandLineError, match=r"charges a quantity of a month in increments or brackets"):
        traced_model(scenario_of(data_of(workload=monthly), tmp_path))


def test_long_horizon_is_no_deep_recursion(tmp_path: Path) -> None:
    """Months hand on running totals: 120 of them are one chain."""
    data = roi_of(adoption={"curve": "linear", "share": "80 %", "months_to_reach": 30})
    data["horizon"] = {"start": "2026-12", "months": 120}
    assert len(traced_model(scenario_of(data, tmp_path)).months) == 120


def test_trees_are_plain() -> None:
    """Equal trees are one, neutral operations go, and values follow from the leaves."""
    a, b = trace.cell("a", 3), trace.cell("b", 0)
    trees = Trees({id(b): Fraction(5)})
    assert trees.plain(a * 1 + 0).value == 3
    assert trees.plain(a * 1 + 0) is trees.plain(0 + a / 1)
    assert trees.plain((a + b) * 2) is trees.plain((a + b) * 2)
    assert trees.plain(a * b).value == 15
    assert trees.plain(a - a).kind == "constant"
    assert trees.plain(trace.step("same", a + 0, "")).kind == "input"

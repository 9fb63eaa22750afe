"""The workbook computed anew by LibreOffice, from no values: every shipped scenario, before and after changes.

It needs `soffice` (Debian's libreoffice-calc) and is run by `make test-libreoffice`; elsewhere it is skipped where that
program is missing.
"""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from workbook_cases import CASES, scenario_of
from workbook_cells import computed_by_libreoffice, different, formulas_of, places, values_of, with_values

from costmodel.reports.workbook import workbook
from costmodel.scenario import Scenario
from costmodel.study.cost import estimate
from costmodel.study.traced import traced_model
from costmodel.study.worth import case_of, result_of

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
MISSING = shutil.which("soffice") is None and not os.environ.get("NEEDS_LIBREOFFICE")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MISSING, reason="LibreOffice is not installed: see docs/workbook.md"),
]
CENT = 0.005
# What is changed in the workbook, and the same in the scenario.
CHANGED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "emr-mix",
        {"records_a_day": 777, "growth_a_month": 0.05},
        {"workload.records.per_day": "777", "workload.records.monthly_growth": "5 %"},
    ),
    ("emr-medium", {"tokens_a_request": 3456}, {"workload.tokens.total": "3456"}),
    (
        "batch-cache-retries",
        {"input_read_from_cache": 0.6, "share_sent_again": 0.07},
        {"cache_read": "60 % of input", "resubmitted": "7 %"},
    ),
    (
        "hospital-year",
        {"rate_of_vat_that_cannot_be_recovered": 0.08, "yearly_change_of_prices": 0.1},
        {"taxes_and_fees.0.rate": "8 %", "escalation.prices": "10 %"},
    ),
    (
        "vendor-model-mix",
        {"count_of_holysheep_a_gpt_4_1": 123_456},
        {"workload.mix.holysheep-a/gpt-4.1.count": "123_456"},
    ),
    (
        "hospital-roi",
        {"wage_per_hour": 41.5, "minutes_of_a_record_by_hand": 8.5},
        {"roi.staff.wage_per_hour": "41.5 USD", "roi.manual.minutes": "8.5"},
    ),
    (
        "hospital-roi",
        {"time_saved_with_ai": 0.35, "posts_now": 12},
        {"roi.with_ai.time_saved": "35 %", "roi.staff.posts_now": "12"},
    ),
    ("hospital-roi", {"paid_once_integration": 220_000}, {"roi.one_off.integration": "220_000 USD"}),
    (
        "vendor-roi-capacity",
        {"freed_hours_share_of_the_freed_hours_that_is_used": 0.25},
        {"roi.capacity.share_used": "25 %"},
    ),
]


def test_every_scenario_from_no_values(tmp_path: Path) -> None:
    """Every formula of every shipped scenario, and of the other cases, comes to the value that the program wrote."""
    files = [workbook(traced_model(Scenario.load(path))) for path in SHIPPED]
    files += [workbook(traced_model(scenario_of(case, tmp_path))) for case in CASES.values()]
    names = [*(path.stem for path in SHIPPED), *CASES]
    for name, data, got in zip(names, files, computed_by_libreoffice(files, tmp_path), strict=True):
        assert different(got, values_of(data), formulas_of(data)) == [], name


def test_after_changes_in_the_workbook(tmp_path: Path) -> None:
    """Inputs changed in the file: to the cent what Python says of the changed scenario, and the checks pass."""
    scenarios = [Scenario.load(ROOT / "scenarios" / f"{name}.yaml") for name, _, _ in CHANGED]
    files = [
        with_values(workbook(traced_model(scenario)), values)
        for scenario, (_, values, _) in zip(scenarios, CHANGED, strict=True)
    ]
    for scenario, (name, _, settings), got in zip(
        scenarios, CHANGED, computed_by_libreoffice(files, tmp_path), strict=True
    ):
        shown = {str(value): cell for (sheet, cell), value in got.items() if sheet == "Results" and cell[0] == "A"}
        changed = scenario.changed(settings)
        if scenario.roi is not None:
            flows = case_of(changed).worth().flows
            wanted = [float(next(iter(flows.values())).net_present_value)]
            found = [got["Results", f"C{shown['net present value'][1:]}"]]
            rate = result_of(case_of(changed)).options[0].measures.rates.unique
            assert got["Results", f"C{shown['internal rate of return, a year'][1:]}"] == (
                "none" if rate is None else pytest.approx(rate, rel=1e-6)
            ), name
        else:
            result = estimate(changed)
            wanted = [float(item.total) for item in getattr(result, "estimates", (result,))]
            found = [got["Results", f"B{5 + number}"] for number in range(len(wanted))]
        assert [abs(a - b) < CENT for a, b in zip(found, wanted, strict=True)] == [True] * len(wanted), name
        assert "all checks pass" in [value for (sheet, _), value in got.items() if sheet == "Cover"], name


def test_numbers_written_as_text_are_seen(tmp_path: Path) -> None:
    """`10` as text is taken by `*` and left out by MIN: the master check says that it is no number."""
    data = workbook(traced_model(Scenario.load(ROOT / "scenarios" / "hospital-roi.yaml", {"horizon.months": "2"})))
    for name in ("posts_now", "openai_gpt_4_1_input_price"):
        (tmp_path / name).mkdir()
        sheet, cell = places(data)[name]
        book = openpyxl.load_workbook(io.BytesIO(data))
        book[sheet][cell.replace("$", "")].value = "10"
        file = io.BytesIO()
        book.save(file)
        (got,) = computed_by_libreoffice([file.getvalue()], tmp_path / name)
        texts = [value for (sheet, _), value in got.items() if sheet == "Cover"]
        assert "1 check fails: see the sheet of checks" in texts, name

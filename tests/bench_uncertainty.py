"""The figures of the probabilistic analysis in docs/figures.md, measured on this machine: one line a figure.

Run with `python tests/bench_uncertainty.py`. CPU seconds count every thread; memory is that of a fresh process.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from costmodel.scenario import Scenario
from costmodel.study.worth import case_of
from costmodel.uncertainty.probabilistic import probabilistic
from costmodel.uncertainty.sampling import sampler_of
from costmodel.uncertainty.simulation import Model, drawn
from costmodel.value.doubt import Uncertainty

if TYPE_CHECKING:
    from costmodel.study.worth import Case

DRAWS, POINTS, SEEDS = 1 << 20, 1 << 12, range(1, 51)
MEBIBYTE_KIB = 1024

# Four providers, three years, whole posts; records, tokens, wage, minutes, adoption and a cost are uncertain.
SCENARIO = {
    "scenario": "bench",
    "prices": {"version": "2026.11"},
    "horizon": {"start": "2026-12", "months": "36"},
    "currency": "USD",
    "workload": {
        "records": {"per_day": {"triangular": ["80", "100", "130"]}, "days_per_month": "20"},
        "tokens": {
            "input": {"lognormal": {"mean": "3000", "sd": "500"}},
            "output": {"triangular": ["1000", "1500", "2500"]},
        },
    },
    "models": {
        "openai/gpt-4.1": {},
        "anthropic/claude-sonnet-5": {},
        "google/gemini-2.5-pro": {},
        "mistral/mistral-large-latest": {},
    },
    "roi": {
        "perspective": "the clinic",
        "price_year": "2026",
        "discount_rate": "3 %",
        "staff": {
            "wage_per_hour": {"pert": ["12 USD", "15 USD", "20 USD"]},
            "loading_on_wage": "42.3 %",
            "hours_per_day": "8",
            "days_per_month": "20",
            "usable_share": "80 %",
            "staffing": "whole_posts",
            "posts_now": "4",
        },
        "manual": {"minutes": {"normal": ["10", "1"]}},
        "with_ai": {"review_share": "100 %", "review_minutes": {"triangular": ["1", "2", "5"]}},
        "adoption": {"curve": "linear", "share": {"beta": {"mean": "80 %", "sd": "5 %"}}, "months_to_reach": "6"},
        "one_off": {"integration": {"gamma": {"mean": "20000 USD", "sd": "5000 USD"}}},
        "fixed_per_month": {"support": "300 USD"},
    },
}
GROWING = {"workload.records.monthly_growth": "2 %"}
SMALL = {"models": ["openai/gpt-4.1"], "horizon.months": "12"}
SMOOTH_STAFF = {**SCENARIO["roi"]["staff"], "staffing": "fractional"}
SMOOTH_STAFF.pop("posts_now")
MODELS = {
    "smooth (fractional staffing)": {**SMALL, "roi.staff": SMOOTH_STAFF, "roi.capacity": {"share_used": "100 %"}},
    "with steps (whole posts)": SMALL,
}


def case(settings: dict[str, object]) -> Case:
    """The scenario with other values."""
    return case_of(Scenario.from_data(SCENARIO).changed(settings))


def whole_analysis(name: str) -> str:
    """The whole analysis of a million draws, in this process."""
    made = case(GROWING if name == "growing" else {})
    settings = Uncertainty(method="monte-carlo", draws=DRAWS)
    begin = time.process_time()
    found = probabilistic(made, settings)
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE_KIB
    numbers = sum(len(item.names) == 1 for item in found.knowing)
    return (
        f"{DRAWS:,} random draws x {len(found.months)} months x {len(found.options)} providers, whole posts, records "
        f"{name}, {numbers} uncertain numbers: {seconds:.1f} s CPU, peak memory {peak:.0f} MiB"
    )


def mean_value(model: Model, made: Case, settings: Uncertainty) -> float:
    """The mean net present value."""
    found = drawn(model, sampler_of(made.scenario, settings), settings, lambda _: None)
    return float(found.outcome.benefits.present_values[0].mean())


def error_of_the_mean(name: str) -> str:
    """Root of the mean squared error of the mean, Sobol points against random draws."""
    made = case(MODELS[name])
    model = Model(made)
    true = mean(mean_value(model, made, Uncertainty(draws=1 << 18, seed=seed)) for seed in (1001, 1002, 1003, 1004))
    errors = {
        method: mean(
            (mean_value(model, made, Uncertainty(method=method, draws=POINTS, seed=seed)) - true) ** 2 for seed in SEEDS
        )
        ** 0.5
        for method in ("sobol", "monte-carlo")
    }
    ratio = errors["monte-carlo"] / errors["sobol"]
    return (
        f"error of the mean, {POINTS:,} points, {len(SEEDS)} seeds, model {name}: Sobol {errors['sobol']:.2f} USD, "
        f"random {errors['monte-carlo']:.2f} USD, {ratio:.1f} x smaller"
    )


def main(arguments: list[str]) -> None:
    """Every figure; a whole analysis in a process of its own."""
    if arguments:
        sys.stdout.write(whole_analysis(arguments[0]) + "\n")
        return
    for name in ("steady", "growing"):
        subprocess.run([sys.executable, str(Path(__file__)), name], check=True)
    for name in MODELS:
        sys.stdout.write(error_of_the_mean(name) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

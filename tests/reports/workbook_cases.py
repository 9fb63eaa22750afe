"""Scenarios that use what the shipped ones do not: contracts, shapes of prices, staffing, adoption, errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from costmodel.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "{kind: contracted, title: Contract, retrieved: 2026-11-20}"
OWN = f"""\
overlay: Our own
provider: ours
name: Our own service
currency: EUR
offers:
  - model: plain
    prices:
      - valid: {{from: 2026-01-01, until: 2027-01-16}}
        recorded: 2026-11-20
        source: {SOURCE}
        per: 1_000_000 tokens
        rates:
          - when: {{request_input_tokens: "> 5000"}}
            prices: {{input: 4.00, cache_read: 0.40, output: 12.00}}
          - prices: {{input: 2.00, cache_read: 0.20, output: 6.00}}
        minimum_charge: {{amount: 40, per: month}}
      - valid: {{from: 2027-01-16}}
        recorded: 2026-11-20
        source: {SOURCE}
        per: 1_000_000 tokens
        rates:
          - when: {{request_input_tokens: "> 5000"}}
            prices: {{input: 3.00, cache_read: 0.30, output: 9.00}}
          - prices: {{input: 1.00, cache_read: 0.10, output: 3.00}}
        adjustments:
          - {{name: surcharge, meters: [input, output], multiply: 1.1, add: 0.05}}
  - model: shaped
    prices:
      - valid: {{from: 2026-01-01}}
        recorded: 2026-11-20
        source: {SOURCE}
        per: [1_000_000 tokens, 1 second, 1 month]
        rates:
          - prices:
              input: {{brackets: [{{up_to: 1_000, price: 0.50}}, {{price: 0.40}}]}}
              output: 2.00
              audio_seconds: {{price: 0.0001, increment: 15, minimum: 30}}
  - model: seats
    prices:
      - valid: {{from: 2026-01-01}}
        recorded: 2026-11-20
        source: {SOURCE}
        per: [1 month]
        rates:
          - prices: {{subscription_month: 30.00}}
exchange_rates:
  - {{on: 2026-11-20, from: EUR, to: USD, rate: 1.10, source: House bank}}
"""
ROI: dict[str, Any] = {
    "perspective": "the clinic",
    "price_year": 2026,
    "discount_rate": "4 %",
    "staff": {
        "wage_per_hour": "20 EUR",
        "loading_on_wage": "30 %",
        "hours_per_day": 8,
        "days_per_month": 20,
        "usable_share": "80 %",
        "staffing": "whole_posts",
        "posts_now": 3,
    },
    "manual": {"minutes": 9},
    "with_ai": {"review_share": "90 %", "review_minutes": 2},
    "adoption": "60 %",
}


def data_of(**changes: Any) -> dict[str, Any]:
    """A scenario's data: two kinds of request at our own service, and what is to be different."""
    data: dict[str, Any] = {
        "scenario": "A case",
        "prices": {"version": "2026.11", "overlays": ["own.yaml"], "fx_as_of": "2026-11-20"},
        "horizon": {"start": "2026-12", "months": 4},
        "currency": "USD",
        "workload": {
            "records": {"per_day": 120, "days_per_month": 21, "monthly_growth": "3 %"},
            "tokens": {"input": 3000, "output": 400},
        },
        "mix": {"by": "requests", "ours/plain": "70 %", "openai/gpt-4.1": "30 %"},
    }
    return {key: value for key, value in (data | changes).items() if value is not None}


def roi_of(**changes: Any) -> dict[str, Any]:
    """A scenario's data with a return on investment, and what is to be different in its `roi`."""
    staff = ROI["staff"] | changes.pop("staff", {})
    staff = {key: value for key, value in staff.items() if value is not None}
    return data_of(roi={**ROI, "staff": staff, **changes})


def scenario_of(data: dict[str, Any], folder: Path) -> Scenario:
    """A scenario in a folder with our own prices."""
    (folder / "own.yaml").write_text(OWN)
    (folder / "case.yaml").write_text(json.dumps(data))
    return Scenario.load(folder / "case.yaml")


CASES: dict[str, dict[str, Any]] = {
    "contract, minimum charge, price change in a month": data_of(),
    "cache, retries, several requests": data_of(
        cache_read="25 % of input", resubmitted="2 %", requests_per_record=2, escalation={"prices": "5 %"}
    ),
    "what is 0 today": data_of(
        cache_read="0 %",
        resubmitted="0 %",
        workload={
            "records": {"per_month": 500, "monthly_growth": "0 %"},
            "tokens": {"input": 3000, "output": 400},
        },
    ),
    "shapes": data_of(mix={"ours/shaped": "100 %"}, meters={"audio_seconds": 50}),
    "a subscription beside": data_of(
        mix={"openai/gpt-4.1": "100 %"},
        workload={
            "records": {"per_day": 100, "days_per_month": "calendar"},
            "tokens": {"input": 1000, "output_per_input": "0.3"},
            "monthly": {"ours/seats": {"subscription_month": 4}},
        },
    ),
    "by tokens, with a profile": data_of(
        mix={"by": "tokens", "ours/plain": "40 %", "openai/gpt-4.1": "60 %"},
        workload={"records": {"per_month": 2000}, "tokens": {"profile": "aci-bench/gold-note"}},
        taxes_and_fees=[{"name": "VAT", "rate": "7 %"}],
    ),
    "counts and records": data_of(
        mix={"by": "requests", "ours/plain": 300, "openai/gpt-4.1": 700},
        workload={"records": {"per_month": 1000}, "tokens": {"input": 1000, "output": 200}},
    ),
    "whole posts, severance, rehiring, growth": roi_of(
        staff={"severance_per_post": "5000 USD", "rehiring_cost_per_post": "2000 EUR", "notice_months": 1},
        adoption=["0 %", "40 %", "90 %"],
        one_off={"integration": "9000 USD"},
        fixed_per_month={"support": "100 EUR"},
    ),
    "posts as needed, learning": roi_of(
        staff={"posts_now": None, "least_posts": 1},
        with_ai={
            "review_share": "90 %",
            "review_minutes": 2,
            "first_review_minutes": 6,
            "learning_rate": "85 %",
            "clinicians": 3,
        },
        adoption={"curve": "logistic", "share": "80 %", "midpoint_months": 2, "steepness_per_month": 1},
    ),
    "overtime": roi_of(
        staff={"staffing": "overtime", "posts_now": 2, "overtime": {"factor": 1.5, "loading": "8 %"}},
        adoption={"curve": "linear", "share": "80 %", "months_to_reach": 3},
    ),
    "fractional, capacity used, errors": roi_of(
        staff={"staffing": "fractional", "posts_now": None},
        capacity={"share_used": "50 %", "value_per_hour": "30 USD"},
        errors={
            "with_ai": {"found_per_record": 3, "harmful_per_record": "0.01"},
            "by_hand": {"found_per_record": 2, "harmful_per_record": "0.02"},
            "review_finds": "60 %",
            "cost_of_correction": "1 USD",
            "cost_of_harm": "500 EUR",
        },
    ),
    "freed hours that nobody uses today": roi_of(capacity={"share_used": "0 %"}),
    "quoted, with no model": roi_of(llm_cost={"quoted": "80 USD/month"}) | {"mix": None},
    "a discount for time saved": roi_of(
        with_ai={"time_saved": "25 %"}, adoption={"curve": "exponential", "share": "70 %", "time_constant_months": 2}
    ),
}
CASES["quoted, with no model"].pop("mix")
CASES["two kinds of work"] = roi_of() | {
    "workloads": [
        {
            "name": "letters",
            "records": {"per_month": 900, "monthly_growth": "2 %"},
            "tokens": {"input": 900, "output": 90},
        },
        {"name": "charts", "records": {"per_month": 400}, "tokens": {"input": 9000, "output": 900}},
    ]
}
CASES["two kinds of work"].pop("workload")

"""Cost as billed and as reported: each rate counts, though a rate of one is not multiplied by."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from costmodel.billing.bill import Entry


@pytest.mark.parametrize(
    ("credit", "exchange", "escalation", "years", "billed", "reported"),
    [
        ("1", "1", "0", 0, "100", "100"),
        ("0.8", "1", "0", 3, "80", "80"),
        ("1", "0.5", "0.1", 0, "100", "50"),
        ("1", "1", "0.1", 2, "100", "121"),
        ("0.8", "0.5", "0.1", 1, "80", "44"),
    ],
)
def test_each_rate_counts(credit: str, exchange: str, escalation: str, years: int, billed: str, reported: str):
    """Of 100 in the list currency."""
    rates: Any = SimpleNamespace(
        credit_rate=Fraction(credit),
        exchange_rate=Fraction(exchange),
        escalation_rate=Fraction(escalation),
        escalation_years=years,
    )
    assert Entry.converted(rates, Fraction(100)) == (Fraction(billed), Fraction(reported))

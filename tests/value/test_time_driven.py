"""Time-driven activity-based costing, against the published example."""

from __future__ import annotations

from fractions import Fraction

from costmodel.equations.labour import MINUTES_PER_HOUR, capacity_cost_rate, time_driven_cost, utilisation

# Kaplan and Anderson, Time-Driven Activity-Based Costing, Harvard Business Review, November 2004 (R0411J): a customer
# service department of 560,000 USD with 700,000 minutes of practical capacity.
COST, CAPACITY = 560_000, 700_000
MINUTES = {"order": 8, "inquiry": 44, "credit check": 50}
QUANTITIES = {"order": 49_000, "inquiry": 1_400, "credit check": 2_500}


def test_the_published_example() -> None:
    """0.80 USD a minute; 6.40, 35.20 and 40.00 USD; 578,600 minutes used, 462,880 USD assigned, 97,120 USD unused."""
    rate = capacity_cost_rate(COST, CAPACITY)
    assert rate == Fraction(8, 10)
    costs = {name: time_driven_cost(minutes, rate * MINUTES_PER_HOUR) for name, minutes in MINUTES.items()}
    assert costs == {"order": Fraction("6.4"), "inquiry": Fraction("35.2"), "credit check": 40}
    used = sum(QUANTITIES[name] * MINUTES[name] for name in MINUTES)
    assigned = sum(QUANTITIES[name] * costs[name] for name in MINUTES)
    assert (used, assigned, COST - assigned) == (578_600, 462_880, 97_120)
    assert float(utilisation(used, 1, CAPACITY)) == 0.8265714285714286

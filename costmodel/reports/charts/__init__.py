"""Charts of results. Each function takes a result and gives a matplotlib figure; `svg` and `png` write it.

No figure is computed here: what is drawn, and what a title says, stands in the result.
"""

from __future__ import annotations

from costmodel.reports.charts.acceptability import acceptability
from costmodel.reports.charts.bridge import variance_bridge
from costmodel.reports.charts.history import price_history
from costmodel.reports.charts.images import png, svg
from costmodel.reports.charts.latency import cost_against_latency
from costmodel.reports.charts.months import monthly_cost
from costmodel.reports.charts.present_value import net_present_value
from costmodel.reports.charts.providers import Interval, provider_costs
from costmodel.reports.charts.ramp import migration_ramp
from costmodel.reports.charts.tornado import tornado
from costmodel.reports.charts.two_way import two_way_map

__all__ = [
    "Interval",
    "acceptability",
    "cost_against_latency",
    "migration_ramp",
    "monthly_cost",
    "net_present_value",
    "png",
    "price_history",
    "provider_costs",
    "svg",
    "tornado",
    "two_way_map",
    "variance_bridge",
]

"""Exact, dated, sourced cost and return-on-investment analytics for LLM APIs.

>>> import costmodel as cm
>>> book = cm.PriceBook.load()
>>> price = book.price("openai/gpt-4.1", cm.instant("2026-01-15T12:00:00Z"), input=100_000, output=5_000)
>>> cm.decimal_text(price.cost)
'0.24'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costmodel.decisions.audit.audit import audit
    from costmodel.decisions.comparison.compare import compare
    from costmodel.decisions.metered.budget import budget_status
    from costmodel.decisions.metered.showback import showback
    from costmodel.decisions.mix.optimise import optimise
    from costmodel.decisions.move.migrate import migrate
    from costmodel.decisions.reconcile.bill import read_bill
    from costmodel.decisions.reconcile.reconcile import reconcile
    from costmodel.decisions.variance.variance import variance
    from costmodel.errors import CostmodelError, FileError, NoPriceError
    from costmodel.prices.book import PriceBook
    from costmodel.quantities import Money, Month, decimal_text, instant
    from costmodel.results.comparison import Comparison
    from costmodel.results.estimate import Estimate
    from costmodel.scenario import Scenario
    from costmodel.study import estimate
    from costmodel.study.metered import metered
    from costmodel.study.usage_log import UsageLog
    from costmodel.uncertainty.appraisal import (
        one_way_sensitivity,
        probabilistic_sensitivity,
        return_on_investment,
    )

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "CostmodelError",
    "Estimate",
    "FileError",
    "Money",
    "Month",
    "NoPriceError",
    "PriceBook",
    "Scenario",
    "UsageLog",
    "audit",
    "budget_status",
    "compare",
    "decimal_text",
    "estimate",
    "instant",
    "metered",
    "migrate",
    "one_way_sensitivity",
    "optimise",
    "probabilistic_sensitivity",
    "read_bill",
    "reconcile",
    "return_on_investment",
    "showback",
    "variance",
]

# Names are loaded when they are first used: importing the package loads nothing heavy.
_PLACES = {
    "Comparison": "results.comparison",
    "CostmodelError": "errors",
    "Estimate": "results.estimate",
    "FileError": "errors",
    "Money": "quantities",
    "Month": "quantities",
    "NoPriceError": "errors",
    "PriceBook": "prices.book",
    "Scenario": "scenario",
    "UsageLog": "study.usage_log",
    "audit": "decisions.audit.audit",
    "budget_status": "decisions.metered.budget",
    "compare": "decisions.comparison.compare",
    "decimal_text": "quantities",
    "estimate": "study",
    "instant": "quantities",
    "metered": "study.metered",
    "migrate": "decisions.move.migrate",
    "one_way_sensitivity": "uncertainty.appraisal",
    "optimise": "decisions.mix.optimise",
    "probabilistic_sensitivity": "uncertainty.appraisal",
    "read_bill": "decisions.reconcile.bill",
    "reconcile": "decisions.reconcile.reconcile",
    "return_on_investment": "uncertainty.appraisal",
    "showback": "decisions.metered.showback",
    "variance": "decisions.variance.variance",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'costmodel' has no attribute '{name}'")
    return getattr(import_module(f"costmodel.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

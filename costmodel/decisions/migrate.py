"""A change of provider: what it costs before, during and after, and what it saves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.decisions.moved import Case, slices
from costmodel.decisions.moved_service import side
from costmodel.decisions.move_mistakes import require_possible, require_stated
from costmodel.decisions.outlook import outlook_of
from costmodel.decisions.ramp import stages
from costmodel.decisions.settled import Agreed, spans_of
from costmodel.errors import FileError
from costmodel.prices.reading import digest
from costmodel.results.estimate import BookReference
from costmodel.results.migration import MigrationResult
from costmodel.results.migration_parts import Quoted
from costmodel.results.notices import notices, stated_notices
from costmodel.study.cost import alternatives, book_for, exchange_rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.billing.bill import Entry
    from costmodel.decisions.moved import Slice
    from costmodel.prices.book import PriceBook
    from costmodel.quantities import Money
    from costmodel.scenario import Scenario

_AT = "migration"


def migrate(scenario: Scenario, book: PriceBook | None = None) -> MigrationResult:
    """Before, during and after a change of provider.

    Args:
        scenario: a scenario with a `migration` section; of each distribution, the mean is taken.
        book: prices; those that the scenario asks for by default.

    Raises:
        FileError: the scenario has no `migration`, or cannot be computed with.
        NoPriceError: something has no price; everything that has none is named.
    """
    require_stated(scenario)
    case = case_of(scenario, book or book_for(scenario))
    ramp = stages(scenario.migration, case.begin, case.end)
    require_possible(case, ramp[-1].start)
    work, doubts = slices(case, ramp)
    agreed = _agreed(case, work)
    spans = spans_of(work, agreed)
    stated = scenario.migration
    return MigrationResult(
        title=scenario.scenario,
        currency=scenario.currency,
        months=case.months,
        stated=stated,
        old_models=_names(entry for item in work for entry in item.old),
        new_models=_names(entry for item in work for entry in item.new),
        stages=ramp,
        spans=spans,
        one_off={name: _money(case, cost, "one_off", name) for name, cost in stated.one_off.items()},
        outlook=outlook_of(spans, work, stated, scenario.taxes_and_fees),
        service=side(case, "before"), side(case, "after")),
        quoted=_quoted(case),
        book=BookReference.of(case.book),
        scenario_sha256=digest(scenario.document.data),
        exchange=tuple(case.rates.values()),
        notices=(
            *notices(_paid(work), case.book, case.months, doubts),
            *stated_notices(scenario.distributions, scenario.evidence),
        ),
    )

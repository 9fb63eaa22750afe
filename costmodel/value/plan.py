"""What every month of a return on investment shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from costmodel.quantities import Money, Month
    from costmodel.value.spec import Roi


class Plan(NamedTuple):
    """What every month shares.

    Attributes:
        roi: what the scenario says.
        money: an amount in the reporting currency.
        wage_rise: yearly change of wages.
        first_month: of the horizon.
    """

    roi: Roi
    money: Callable[[Money], Any]
    wage_rise: Any
    first_month: Month

    def years(self, month: Month) -> int:
        """Whole years since the first month."""
        return ((month.year - self.first_month.year) * 12 + month.month - self.first_month.month) // 12

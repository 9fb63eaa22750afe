"""Two costs told apart in the same way, so that like is compared with like.

Work is matched by name. Where the two sides have no name in common, nothing says which work of one is which of the
other, and it is taken together: metered usage that knows no steps beside a forecast that does.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costmodel.decisions.variance.spend import Case, Key, MonthSpend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from costmodel.decisions.variance.spend import Spend, Use

_LIMIT = re.compile(r"(>=|>|<=|<) ([0-9_]+)", re.ASCII)
_ANY = (Fraction(-1), Fraction(10**30))  # wider than any request
ALL_WORK = ""


def matched(base: Spend, head: Spend) -> tuple[Spend, Spend]:
    """Both sides with work, steps and sizes told apart only where both can be compared in them."""
    for rule in (_workloads, _steps, _sizes):
        first, second = base.whole, head.whole
        rename = rule(first, second)
        base, head = (_renamed(side, rename) for side in (base, head))
    return base, head


def is_together(base: Spend, head: Spend) -> bool:
    """Whether work of several names is taken together, because the two sides have no name in common."""
    there, here = ({key.workload for key in side.whole.uses} for side in (base, head))
    return bool(there and here) and not there & here and len(there | here) > 2  # noqa: PLR2004 - one on each side


def _workloads(base: MonthSpend, head: MonthSpend) -> Callable[[Key], Key]:
    """All work under one name where no workload is on both sides."""
    there, here = ({key.workload for key in side.uses} for side in (base, head))
    if not there or not here or there & here:
        return lambda key: key
    return lambda key: key._replace(workload=ALL_WORK, step=ALL_WORK)


def _steps(base: MonthSpend, head: MonthSpend) -> Callable[[Key], Key]:
    """The steps of a workload under one name where none is on both sides."""
    there, here = ({key[:2] for key in side.uses} for side in (base, head))
    shared = {workload for workload, _ in there & here}
    apart = ({workload for workload, _ in there} & {workload for workload, _ in here}) - shared
    return lambda key: key._replace(step=ALL_WORK) if key.workload in apart else key


def _sizes(base: MonthSpend, head: MonthSpend) -> Callable[[Key], Key]:
    """One size where the sides draw the limits between sizes in other places."""
    there, here = (_sizes_by_case(side.uses) for side in (base, head))
    apart = {case for case in there.keys() & here.keys() if _other_limits(there[case], here[case])}
    return lambda key: key._replace(size="") if key.case in apart else key


def _sizes_by_case(keys: Iterable[Key]) -> dict[Case, set[str]]:
    found: dict[Case, set[str]] = {}
    for key in keys:
        found.setdefault(key.case, set()).add(key.size)
    return found


def _other_limits(there: set[str], here: set[str]) -> bool:
    """Whether a band of one side overlaps another band of the other."""
    if there == here:
        return False
    return any(one != other and _Range.of(one).meets(_Range.of(other)) for one in there for other in here)


class _Range(NamedTuple):
    """Request sizes from one to another; the smallest step between two sizes is a token."""

    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, size: str) -> _Range:
        """The range of a band's name, such as `input > 200_000`; whatever is not understood is any size."""
        low, high = _ANY
        for sign, number in _LIMIT.findall(size):
            limit = Fraction(number.replace("_", ""))
            if sign.startswith(">"):
                low = limit if sign == ">=" else limit + 1
            else:
                high = limit if sign == "<=" else limit - 1
        return cls(low, high)

    def meets(self, other: _Range) -> bool:
        """Whether a size lies in both."""
        return max(self.low, other.low) <= min(self.high, other.high)


def _renamed(side: Spend, rename: Callable[[Key], Key]) -> Spend:
    return replace(side, slices=tuple(_month(item, rename) for item in side.slices))


def _month(item: MonthSpend, rename: Callable[[Key], Key]) -> MonthSpend:
    """A month under other names; what has the same name then is added up."""
    records: dict[str, Fraction] = {}
    for workload, count in item.records.items():
        name = rename(Key(workload, "", "", "", "")).workload
        records[name] = records.get(name, Fraction(0)) + count
    requests: dict[Case, Fraction] = {}
    for case, count in item.requests.items():
        renamed = rename(Key(*case, "", "")).case
        requests[renamed] = requests.get(renamed, Fraction(0)) + count
    uses: dict[Key, Use] = {}
    for key, use in item.uses.items():
        name_of_use = rename(key)
        uses[name_of_use] = uses[name_of_use].plus(use) if name_of_use in uses else use
    return item._replace(records=records, requests=requests, uses=uses)

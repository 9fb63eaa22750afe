"""Other assumptions under which a contradicted figure is true: the fewest first, then in the order declared."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.decisions.audit.changes import overlap, paths_there
from costmodel.decisions.audit.claims import GIVEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from costmodel.decisions.audit.claims import Assumption
    from costmodel.decisions.audit.computing import Computation
    from costmodel.decisions.audit.units import Amount

Named = tuple[str, "Assumption"]
_MOST_CHANGED = 2


class Search(NamedTuple):
    """What came of trying assumptions.

    Attributes:
        found: names of the smallest change under which the figure is true; none where there is none.
        computed: the figure under it.
        tried: names of the assumptions that change anything in the claim.
        sets: how many sets of them were computed.
    """

    found: tuple[str, ...]
    computed: Amount | None
    tried: tuple[str, ...]
    sets: int


def smallest_change(base: Computation, assumptions: Sequence[Named], holds: Callable[[Amount], bool]) -> Search:
    """The smallest set of assumptions under which a claim is true: one, else two.

    An assumption that changes nothing in the claim is not tried, nor are two that speak of the same value.

    Args:
        base: the claim as it is computed.
        assumptions: those that may be tried, in order.
        holds: whether the claim is true at a computed figure.

    Raises:
        FileError, NoPriceError: the claim cannot be computed under an assumption.
    """
    tried: dict[str, None] = {}
    count = 0
    for size in range(1, _MOST_CHANGED + 1):
        for chosen in combinations(assumptions, size):
            if not _each_counts(base, chosen):
                continue
            count += 1
            tried.update(dict.fromkeys(name for name, _ in chosen))
            found = base.under(*chosen).computed()
            if holds(found):
                return Search(tuple(name for name, _ in chosen), found, tuple(tried), count)
    return Search((), None, tuple(tried), count)


def unused(bases: Iterable[Computation], assumptions: Sequence[Named]) -> list[str]:
    """Assumptions that change nothing in any claim."""
    left = dict(assumptions)
    for base in bases:
        left = {name: item for name, item in left.items() if not _each_counts(base, [(name, item)])}
        if not left:
            break
    return list(left)


def _each_counts(base: Computation, chosen: Sequence[Named]) -> bool:
    """Whether each of the assumptions makes a difference, and no two speak of the same value."""
    whole = _state(base, chosen)
    for left in combinations(chosen, len(chosen) - 1):
        if _state(base, left) == whole:
            return False
    return not any(_overlap(base, one, other) for one, other in combinations(chosen, 2))


def _state(base: Computation, chosen: Sequence[Named]) -> Any:
    """Everything the claim is computed from, under assumptions."""
    changed = base.under(*chosen)
    data = [changed.data(view) for view in changed.views()]
    return data, [changed.given(name) for name in base.claim.given]


def _overlap(base: Computation, one: Named, other: Named) -> bool:
    for view in base.views():
        document = base.figures.document(view)
        if overlap(paths_there(document, one[1]), paths_there(document, other[1])):
            return True
    return bool(_given(one[1]) & _given(other[1]))


def _given(assumption: Assumption) -> set[str]:
    return {path for path in (*assumption.set, *assumption.multiply) if path.startswith(GIVEN)}

"""Options at exactly the same cost: told as such, none of them as the winner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.results.labels import listed, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.results.labels import Said
    from costmodel.results.providers.provider_comparison import ProviderComparison

_MOST_NAMES = 3  # in a sentence


def equally_cheap(result: ProviderComparison) -> tuple[str, ...]:
    """Names of the eligible offers that cost exactly as much as the cheapest, that one among them."""
    return tuple(item.name for item in result.eligible if item.total == result.eligible[0].total)


def names_text(names: Sequence[str]) -> Said:
    """Names separated by commas, the first of them where there are many.

    >>> names_text(["a", "b"]), names_text(["a", "b", "c", "d", "e"])
    ('a, b', 'a, b, c and 2 more')
    """
    more = len(names) - _MOST_NAMES
    shown = listed(names[:_MOST_NAMES])
    return say("{names} and {count} more", names=shown, count=more) if more > 0 else shown


def alike(names: Sequence[str]) -> str:
    """One name, or several that come to the same.

    >>> alike(["a"]), alike(["a", "b"])
    ('a', 'a, b alike')
    """
    return names[0] if len(names) == 1 else say("{names} alike", names=names_text(names))

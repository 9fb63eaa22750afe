"""Counts as SQL: what a shape says a meter is, over numbers that are each read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from costmodel.usage.logs.shapes.counted import Counted, Number


def counted_sql(counted: Counted, resolve: Callable[[Number, bool], str], *, alone: bool = True) -> str:
    """A count; NULL where the record has nothing of it.

    Args:
        counted: what it is.
        resolve: SQL of a number, and whether it must be bounded, as it must where it enters a sum.
        alone: whether it enters no sum.
    """
    if counted.number is not None:
        return resolve(counted.number, not alone)
    if counted.is_ is not None:
        return f"CAST({counted.is_} AS BIGINT)"
    parts = [counted_sql(part, resolve, alone=_inside(counted, alone)) for part in counted.parts]
    if len(parts) == 1:
        return parts[0]
    if counted.first is not None:
        return f"coalesce({', '.join(parts)})"
    others = [f"coalesce({part}, 0)" for part in parts]
    if counted.minus is not None:
        return f"({' - '.join([parts[0], *others[1:]])})"
    return f"CASE WHEN coalesce({', '.join(parts)}) IS NOT NULL THEN {' + '.join(others)} END"


def leaves(counted: Counted, resolve: Callable[[Number, bool], str], *, alone: bool = True) -> list[str]:
    """The SQL of the numbers that a count is made of."""
    if counted.number is not None:
        return [resolve(counted.number, not alone)]
    return [sql for part in counted.parts for sql in leaves(part, resolve, alone=_inside(counted, alone))]


def _inside(counted: Counted, alone: bool) -> bool:  # noqa: FBT001 - the one thing it is about
    """Whether a part of the count enters no sum."""
    return alone and counted.first is not None


def either(tests: Iterable[str]) -> str:
    """Whether any of the tests holds."""
    return " OR ".join(dict.fromkeys(tests)) or "FALSE"


def by_family(values: Mapping[int, str], otherwise: str = "NULL") -> str:
    """A value that depends on the shape of the record; plain where all shapes agree."""
    families: dict[str, list[int]] = {}
    for family, value in values.items():
        families.setdefault(value, []).append(family)
    if len(families) == 1:
        return next(iter(families))
    tests = [
        f"WHEN family IN ({', '.join(map(str, numbers))}) THEN {value}"
        for value, numbers in families.items()
        if value != otherwise
    ]
    return f"CASE {' '.join(tests)} ELSE {otherwise} END"

# ruff: noqa: S608 - made of the relation of `reading`, and names quoted by `layout`
"""Several sources as one relation, and what is the same in all of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from costmodel.usage.logs.reading.reading import relation
from costmodel.usage.logs.shapes.columns import GLOBAL, STANDARD
from costmodel.usage.logs.shapes.layout import ColumnLayout, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from costmodel.usage.logs.shapes.columns import Source
    from costmodel.usage.logs.shapes.shape import Named


def meters_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """The meters that some source has."""
    return tuple(dict.fromkeys(meter for source in sources for meter in source.meters))


def combined(
    sources: Sequence[Source], read: Callable[[Source], str] = relation, named: Callable[[str], str] = quoted
) -> str:
    """All sources as one relation of canonical columns; a meter that one of them lacks is 0 there.

    Args:
        sources: with the same labels and key.
        read: the relation of one of them; that of DuckDB by default.
        named: a name as SQL.
    """
    labels = (f"label_{index}" for index in range(len(sources[0].labels)))
    first = ("at_us", "model", "tier", "region", *labels)
    last = ("requests", "reason", *(["key"] if sources[0].key is not None else []))
    every, texts = meters_of(sources), []
    for source in sources:
        meters = (named(name) if name in source.meters else f"CAST(0 AS BIGINT) AS {named(name)}" for name in every)
        texts.append(f"SELECT {', '.join([*first, *meters, *last])} FROM ({read(source)}) AS source")
    return " UNION ALL ".join(texts)


def requests_of(sources: Sequence[Source]) -> Literal["one", "one at most", "any"]:
    """How many requests a row stands for."""
    shapes = [shape for source in sources for shape in source.shapes]
    if any(shape.requests is not None for shape in shapes):
        return "any"
    return "one at most" if any(shape.passes is not None or shape.unbilled for shape in shapes) else "one"


def fixed_names(sources: Sequence[Source]) -> dict[str, str]:
    """The service tier and the region, where every record has the same."""
    found = {}
    for column, otherwise in (("tier", STANDARD), ("region", GLOBAL)):
        said = {
            _only_name(source, getattr(shape, column), otherwise)
            for source in sources
            for shape in source.shapes
            if shape.skip is None
        }
        only = said.pop() if len(said) == 1 else None
        if only is not None:
            found[column] = only
    return found


def _only_name(source: Source, names: Sequence[Named], otherwise: str) -> str | None:
    """The name that every record has; None where the records say it."""
    layout = ColumnLayout(source.columns)
    for named in names:
        if named.is_ is not None:
            return named.is_
        if any(not source.columns or layout.leaf(path) is not None for path in named.path):
            return None
    return otherwise

# ruff: noqa: S608 - made of numbers, and of names and files quoted by `layout`
"""The usage cubes of many files as one: each may be cut finer than is needed, and cut otherwise than the next."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from costmodel.usage.logs.cube.fine import FineCube, facts_of, write_cube
from costmodel.usage.logs.cube.query import UNDECIDED, Layout
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.shapes.layout import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from costmodel.usage.logs.cube.cuts import Cuts
    from costmodel.usage.logs.cube.fine import Facts

_GRAINS = ("half-hour", "day", "month")


def joined(parts: Sequence[FineCube], cuts: Cuts, file: Path, memory: str) -> FineCube:
    """One cube of several.

    Args:
        parts: with the same labels; each cut wherever the prices of its own models need it.
        cuts: where the prices of all their models need a cut.
        file: where to write it; what does not fit into memory goes beside it.
        memory: what DuckDB may take.
    """
    facts = [part.facts for part in parts]
    meters = tuple(dict.fromkeys(meter for item in facts for meter in item.meters))
    layout = Layout(meters, len(facts[0].labels), cuts)
    left_out: dict[str, int] = {}
    for item in facts:
        for reason, bad in item.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + bad
    grain = max((item.grain for item in facts), key=_GRAINS.index)
    whole = facts_of(layout, facts[0].labels, sum(item.rows_read for item in facts), left_out, grain)
    alike: dict[tuple[object, ...], list[FineCube]] = {}
    for part in parts:
        alike.setdefault((part.facts.meters, part.facts.cuts), []).append(part)
    texts = [_recut(group, layout) for group in alike.values()]
    totals = ", ".join(f"SUM({quoted(name)}) AS {quoted(name)}" for name in layout.sums)
    keys = ", ".join(layout.keys)
    rows = f"SELECT {keys}, {totals} FROM ({' UNION ALL '.join(texts)}) GROUP BY {keys}"
    settings = {"memory_limit": memory, "temp_directory": str(file.parent / "spill")}
    with plain_errors(str(file)), connection(**settings, preserve_insertion_order="false") as connected:
        return write_cube(connected, rows, whole, file)


def _recut(parts: Sequence[FineCube], layout: Layout) -> str:
    """The rows of cubes that are cut alike, as rows of a cube that is cut elsewhere.

    Times stay as fine as they are: finer is never wrong.
    """
    own = parts[0].facts
    keys = [*layout.keys[:-2], f"{_band(own.sizes, layout.cuts.sizes)} AS band", f"{_used(own, layout.cuts)} AS used"]
    there = dict(zip(own.cuts.measures, own.layout.measures, strict=True))
    measured = [there.get(measure, "0") for measure in layout.cuts.measures]
    counts = [quoted(name) if name in own.meters else "0" for name in layout.meters]
    values = ["rows_read", "requests", *counts, *measured]
    sums = [f"{value} AS {quoted(name)}" for value, name in zip(values, layout.sums, strict=True)]
    files = ", ".join(literal(str(part.file)) for part in parts)
    return f"SELECT {', '.join([*keys, *sums])} FROM read_parquet([{files}], hive_partitioning = false)"


def _band(own: Sequence[int], wanted: Sequence[int]) -> str:
    """The band of the wanted sizes in which the smallest request of a band of its own lies."""
    smallest = [0, *(size + 1 for size in own)]
    cases = [f"WHEN {band} THEN {bisect_right(wanted, size - 1)}" for band, size in enumerate(smallest)]
    return f"CASE band {' '.join(cases)} ELSE {UNDECIDED} END"


def _used(own: Facts, wanted: Cuts) -> str:
    """The bits of the wanted meters."""
    bits = [
        f"((used >> {own.apart.index(meter)}) & 1) * {1 << bit}"
        for bit, meter in enumerate(wanted.apart)
        if meter in own.apart
    ]
    return " + ".join(bits) or "0"

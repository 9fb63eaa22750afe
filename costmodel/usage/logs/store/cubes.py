# ruff: noqa: S608 - made of files quoted by `layout`
"""Usage cubes of single files: what they are cut at, whether that suffices for a price book, and how they are made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from costmodel.usage.logs.cube.cuts import HALF_HOUR_US, SIZE, cuts_of, instant_of, uncovered
from costmodel.usage.logs.cube.fine import Facts, FineCube
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.shapes.layout import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from costmodel.prices.card import RateCard
    from costmodel.prices.meters import Meters
    from costmodel.usage.logs.cube.cuts import Cuts


class Prices(NamedTuple):
    """What cuts a cube: the rate cards of one price book or several.

    Attributes:
        meters: what can be counted.
        every: all rate cards.
        of: the rate cards of models as logged, by model; none of a model that has no offer.
    """

    meters: Meters
    every: Callable[[], Sequence[RateCard]]
    of: Callable[[Sequence[str]], Mapping[str, Sequence[RateCard]]]

    def all_cuts(self, counted: Sequence[str]) -> Cuts:
        """Where a cube is cut whose models are not known yet, for these prices and as far as it goes for later ones.

        Args:
            counted: the meters of the log.
        """
        cuts = cuts_of(self.every(), self.meters, counted)
        return cuts._replace(apart=tuple(name for name in counted if name not in {SIZE, "output"}))


class Part(NamedTuple):
    """The cube of one file.

    Attributes:
        cube: the cube.
        models: as logged.
        first, last: half-hours since 1970 UTC; 0 where it has no good row.
    """

    cube: FineCube
    models: frozenset[str]
    first: int
    last: int


def parts_of(files: Sequence[Path]) -> list[Part]:
    """What is in cubes that are known to be whole; all of them are looked at together."""
    if not files:
        return []
    listed = f"[{', '.join(literal(str(file)) for file in files)}]"
    with connection() as connected, plain_errors(str(files[0])):
        texts = connected.execute(f"SELECT file_name, decode(value) FROM parquet_kv_metadata({listed})").fetchall()
        rows = connected.execute(
            f"SELECT filename, list(DISTINCT model), MIN(bucket), MAX(bucket) "
            f"FROM read_parquet({listed}, filename = true, union_by_name = true, hive_partitioning = false) "
            f"GROUP BY filename"
        ).fetchall()
    facts = {name: Facts.model_validate(json.loads(text)) for name, text in texts}
    used = {row[0]: (frozenset(row[1]), row[2], row[3]) for row in rows}
    nothing = (frozenset[str](), 0, 0)
    return [Part(FineCube(file, facts[str(file)]), *used.get(str(file), nothing)) for file in files]


def models_of(parts: Iterable[Part]) -> list[str]:
    """The models of several cubes, in order of their names."""
    return sorted({model for part in parts for model in part.models})


def too_coarse(parts: Sequence[Part], cards: Mapping[str, Sequence[RateCard]], *, by_day: bool) -> dict[int, str]:
    """The cubes that cannot be priced as they are cut, by their number, and why.

    Args:
        parts: the cubes.
        cards: the rate cards of each model.
        by_day: whether days must be told apart.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    for number, part in enumerate(parts):
        facts = part.cube.facts
        alike.setdefault((facts.cuts, facts.grain, facts.meters), []).append(number)
    found: dict[int, str] = {}
    for numbers in alike.values():
        group = [parts[number] for number in numbers]
        if _reason(_together(group), cards, by_day=by_day):
            found |= {number: why for number in numbers if (why := _reason(parts[number], cards, by_day=by_day))}
    return found


def _together(group: Sequence[Part]) -> Part:
    """Cubes that are cut alike, as if they were one."""
    used = [part for part in group if part.models] or group
    first, last = min(part.first for part in used), max(part.last for part in used)
    return Part(group[0].cube, frozenset(models_of(group)), first, last)


def _reason(part: Part, cards: Mapping[str, Sequence[RateCard]], *, by_day: bool) -> str:
    facts = part.cube.facts
    if by_day and facts.grain == "month":
        return "days are asked for, and it was counted by month"
    span = (instant_of(part.first * HALF_HOUR_US), instant_of((part.last + 1) * HALF_HOUR_US))
    for card in (card for model in sorted(part.models) for card in cards.get(model, ())):
        missing = uncovered(facts.cuts, facts.grain, card, span, facts.meters)
        unpriced = card.meters_without_price(name for name in facts.meters if name not in {SIZE, "output"})
        further = sorted(unpriced - set(facts.cuts.apart))
        missing = missing or (f"whether there is any '{further[0]}'" if further else "")
        if missing:
            return f"the price of '{card.name}' depends on {missing}, and it was not counted by that"
    return ""

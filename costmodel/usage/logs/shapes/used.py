"""Which paths a shape reads: nothing else of a record is ever looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costmodel.usage.logs.shapes.paths import FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from costmodel.usage.logs.shapes.counted import Counted
    from costmodel.usage.logs.shapes.shape import Shape


def used_paths(shapes: Iterable[Shape], labels: Sequence[str] = (), key: str | None = None) -> list[FieldPath]:
    """All paths that are read, each once, from the root of the record."""
    found = dict.fromkeys(recognising_paths(shapes))
    for shape in shapes:
        found |= dict.fromkeys(path.below(shape.rows) for path in _own(shape, labels, key))
    return list(found)


def recognising_paths(shapes: Iterable[Shape]) -> list[FieldPath]:
    """The paths that tell of which shape a record is, each once."""
    found: list[FieldPath] = []
    for shape in shapes:
        found += [shape.rows] if shape.rows else []
        if shape.recognise is not None:
            found += shape.recognise.paths()
    return list(dict.fromkeys(found))


def required_paths(shape: Shape) -> list[FieldPath]:
    """The paths that a shape names without an alternative: a file of columns must have them all."""
    said = [time.path for time in shape.time]
    said += [named.path for names in (shape.model, shape.tier, shape.region, *shape.labels.values()) for named in names]
    found = [paths[0] for paths in said if len(paths) == 1]
    counts = [*shape.meters.values(), *([shape.requests] if shape.requests else [])]
    found += [path for counted in counts for path in _without_alternative(counted)]
    return list(dict.fromkeys(found))


def _without_alternative(counted: Counted) -> list[FieldPath]:
    if counted.first is not None:
        return []
    own = [counted.each or counted.path] if counted.number else []
    return [path for path in own if path] + [path for part in counted.parts for path in _without_alternative(part)]


def _own(shape: Shape, labels: Sequence[str], key: str | None) -> Iterator[FieldPath]:
    for time in shape.time:
        yield from time.path
    chosen = [shape.labels[label] for label in labels if label in shape.labels]
    for names in (shape.model, shape.tier, shape.region, *chosen):
        yield from (path for named in names for path in named.path)
    yield from (FieldPath.parse(label) for label in labels if label not in shape.labels)
    yield from [FieldPath.parse(key)] if key is not None else []
    yield from map(FieldPath.parse, shape.unbilled)
    yield from shape.only.paths() if shape.only else ()
    counts = [*shape.meters.values(), *([shape.requests] if shape.requests else [])]
    counts += [item for total in shape.totals for item in (total.whole, total.equals)]
    for counted in counts:
        yield from _counted(counted)
    if shape.passes is not None:
        inside = [shape.passes.model, *map(FieldPath.parse, shape.passes.own)]
        inside += [path for counted in shape.passes.meters.values() for path in _counted(counted)]
        yield from (path.below(shape.passes.each) for path in inside)


def _counted(counted: Counted) -> Iterator[FieldPath]:
    for number in counted.numbers():
        yield number.path.below(number.each)
        yield from (FieldPath.parse(key).below(number.each) for key, _ in number.where)

"""A shape whose record lies deeper: `{"timestamp": …, "body": {the record}}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from costmodel.usage.logs.shapes.paths import FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from costmodel.usage.logs.shapes.counted import Counted
    from costmodel.usage.logs.shapes.shape import Named, Recognise, Shape, Time

T = TypeVar("T")


def wrapped(shape: Shape, under: FieldPath | None) -> Shape:
    """The same shape with all its paths starting from another one."""
    if under is None:
        return shape
    recognise = shape.recognise and _of_marks(shape.recognise, under)
    if shape.rows is not None:  # everything else starts in an entry of the list
        return shape.model_copy(update={"recognise": recognise, "rows": shape.rows.below(under)})
    return shape.model_copy(
        update={
            "recognise": recognise,
            "time": tuple(_of_time(time, under) for time in shape.time),
            **{key: _of_names(getattr(shape, key), under) for key in ("model", "tier", "region")},
            "labels": {key: _of_names(item, under) for key, item in shape.labels.items()},
            "requests": shape.requests and _of_count(shape.requests, under),
            "meters": {key: _of_count(item, under) for key, item in shape.meters.items()},
            "totals": tuple(
                item.model_copy(update={"whole": _of_count(item.whole, under), "equals": _of_count(item.equals, under)})
                for item in shape.totals
            ),
            "passes": shape.passes and shape.passes.model_copy(update={"each": shape.passes.each.below(under)}),
            "unbilled": _keys(shape.unbilled, under),
        }
    )


def _of_marks(told: Recognise, under: FieldPath) -> Recognise:
    return told.model_copy(
        update={
            "has": tuple(_paths(paths, under) for paths in told.has),
            "lacks": _paths(told.lacks, under),
            "where": _keys(told.where, under),
            "unless": _keys(told.unless, under),
        }
    )


def _paths(paths: Iterable[FieldPath], under: FieldPath) -> tuple[FieldPath, ...]:
    return tuple(path.below(under) for path in paths)


def _keys(where: Mapping[str, T], under: FieldPath) -> dict[str, T]:
    return {FieldPath.parse(key).below(under).text: texts for key, texts in where.items()}


def _of_time(time: Time, under: FieldPath) -> Time:
    return time.model_copy(update={"path": _paths(time.path, under)})


def _of_names(names: Iterable[Named], under: FieldPath) -> tuple[Named, ...]:
    return tuple(named.model_copy(update={"path": _paths(named.path, under)}) for named in names)


def _of_count(count: Counted, under: FieldPath) -> Counted:
    """Paths of the record are moved; within the entries of a list they stay."""
    if count.each is not None:
        return count.model_copy(update={"each": count.each.below(under)})
    moved = {
        key: tuple(_of_count(item, under) for item in items)
        for key in ("first", "sum", "minus")
        if (items := getattr(count, key)) is not None
    }
    return count.model_copy(update={**moved, "path": count.path and count.path.below(under)})

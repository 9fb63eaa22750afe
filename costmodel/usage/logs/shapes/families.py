"""Shapes by name: the shipped families, and a user's mapping file resolved over them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.documents.model import did_you_mean, load, validated
from costmodel.documents.reader import read_document
from costmodel.errors import FileError
from costmodel.prices.meters import Meters
from costmodel.shipped import shipped_folder
from costmodel.usage.logs.shapes.shape import Named, Recognise, Shape, Time
from costmodel.usage.logs.shapes.wrapped import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.documents.reader import Document
    from costmodel.errors import Mistake

ANY = "any"
_FOLDER = Path(__file__).with_name("families")


@cache
def meters() -> Meters:
    """The meters of the shipped price book: what can be counted, and what is part of what."""
    return Meters.of(read_document(shipped_folder("pricing") / "meters.yaml", "pricing/meters.yaml"))


@cache
def shipped_shapes() -> tuple[Shape, ...]:
    """The shipped families, by name; what one says by `like` is filled in.

    Raises:
        FileError: a file of ours is wrong.
    """
    read = [load(path, Shape, f"shapes/{path.name}") for path in sorted(_FOLDER.glob("*.yaml"))]
    known = {shape.shape: shape for shape in read}
    return tuple(_merged(shape, known[shape.like[0]], alone=True) if shape.like else shape for shape in read)


class Mapping(NamedTuple):
    """A user's mapping file.

    Attributes:
        own: as it stands in the file.
        shapes: what it stands for: one shape, or one for each family that it is like.
    """

    own: Shape
    shapes: tuple[Shape, ...]


def load_mapping(path: Path) -> Mapping:
    """A user's mapping file, with what it leaves to the families that it is like.

    Raises:
        FileError: every mistake in it, at file:line:column.
    """
    document = read_document(path)
    own = validated(document, Shape)
    shipped = {shape.shape: shape for shape in shipped_shapes()}
    unknown = [
        document.mistake(("like",), f"there is no shape '{name}'{did_you_mean(name, shipped, label='Shapes')}")
        for name in own.like
        if name not in shipped and name != ANY
    ]
    if unknown:
        raise FileError(unknown)
    names = list(shipped) if ANY in own.like else own.like
    found = tuple(_merged(own, shipped[name], alone=len(names) == 1) for name in names) if names else (own,)
    mistakes = dict.fromkeys(mistake for shape in found for mistake in shape_mistakes(shape, document, meters()))
    if all(shape.skip for shape in found):
        mistakes[document.mistake(("skip",), "a mapping that passes everything over counts nothing")] = None
    if mistakes:
        raise FileError(mistakes)
    return Mapping(own, found)


@cache
def meter_ranks() -> dict[str, int]:
    """The place of each meter among all: in one order whatever files were read first, with a store or without."""
    return {name: rank for rank, name in enumerate(meters().names)}


def shape_mistakes(shape: Shape, document: Document, known: Meters) -> list[Mistake]:
    """What is missing in a shape, and meters that cannot be."""
    if shape.skip is not None:
        return []
    found = []
    if not any(time.path for time in shape.time):
        found.append(document.mistake(("time",), "there is no 'time': name the column or path that has it"))
    if not any(named.path or named.is_ for named in shape.model):
        found.append(document.mistake(("model",), "there is no 'model': name its column or path, or write {is: …}"))
    if not shape.meters:
        found.append(document.mistake(("meters",), "there are no 'meters', such as {input: …, output: …}"))
    for part in [*shape.meters, *(shape.passes.meters if shape.passes else ())]:
        if part not in known:
            hint = did_you_mean(part, known.names, label="Meters")
            found.append(document.mistake(("meters", part), f"there is no meter '{part}'{hint}", of_key=True))
        elif (whole := known[part].part_of) is not None and whole not in shape.meters:
            message = f"'{part}' is part of '{whole}', which is not there: say what '{whole}' is"
            found.append(document.mistake(("meters", part), message, of_key=True))
    return found


def _merged(own: Shape, base: Shape, *, alone: bool) -> Shape:
    """What a shape is that is like another one: its own words first, then those of the other."""
    base = wrapped(base, own.under)
    changes: dict[str, Any] = {
        key: getattr(own, key)
        for key in ("name", "source", "skip", "requests", "passes", "delimiter", "decimal", "provider", "rows", "only")
        if getattr(own, key) is not None
    }
    changes |= {key: _names(getattr(own, key), getattr(base, key)) for key in ("model", "tier", "region")}
    changes |= {key: {**getattr(base, key), **getattr(own, key)} for key in ("labels", "meters", "unbilled")}
    changes |= {"totals": own.totals or base.totals, "time": merged_times(own.time, base.time)}
    changes["recognise"] = _both(own.recognise, base.recognise, alone=alone)
    return base.model_copy(update={**changes, "shape": own.shape if alone else base.shape, "like": (), "under": None})


def _names(own: Sequence[Named], base: Sequence[Named]) -> tuple[Named, ...]:
    """The names of its own; those that only say what a name stands for are about the names of the base."""
    if any(named.path or named.is_ for named in own):
        return tuple(own)
    values = {old: new for named in own for old, new in named.values.items()}
    return tuple(named.model_copy(update={"values": {**named.values, **values}}) for named in base)


def merged_times(own: Sequence[Time], base: Sequence[Time]) -> tuple[Time, ...]:
    """The times of its own; one without a path says the zone or the kind of those of the base."""
    without = [{name: getattr(time, name) for name in time.model_fields_set} for time in own if not time.path]
    kept = tuple(time.model_copy(update=without[0]) for time in base) if without else ()
    return (*(time for time in own if time.path), *kept) or tuple(base)


def _both(own: Recognise | None, base: Recognise | None, *, alone: bool) -> Recognise | None:
    """A mapping like one family takes every record for one of that family, unless it says otherwise."""
    if alone or base is None:
        return own
    if own is None:
        return base
    return Recognise.model_construct(
        has=(*own.has, *base.has),
        lacks=(*own.lacks, *base.lacks),
        where={**base.where, **own.where},
        unless={**base.unless, **own.unless},
    )

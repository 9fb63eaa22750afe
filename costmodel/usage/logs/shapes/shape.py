"""What is in a record of a usage log: one format for the shipped families and for a user's own mapping file."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from costmodel.documents.model import Day, Model, PlacedError, Slug, Text, listed
from costmodel.usage.logs.shapes.counted import Counted, Where
from costmodel.usage.logs.shapes.paths import AnyPath, FieldPath, ListPath, ValuePath

Paths = Annotated[tuple[ValuePath, ...], BeforeValidator(listed)]
Decimal = Literal[",", "."]
TimeKind = Literal[
    "text",
    "seconds",
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "day.month.year",
    "day/month/year",
    "month/day/year",
]


class ShapeSource(Model):
    """Where it is documented what the fields of a family mean."""

    title: Text
    """Name of the page or standard."""
    url: Text | None = None
    """Its address."""
    retrieved: Day
    """The day it was read."""
    note: Text | None = None
    """What else one should know."""


def _alternatives(value: Any) -> Any:
    return [listed(item) for item in listed(value)] if value is not None else value


class Recognise(Model):
    """What tells that a record is of this shape."""

    example: ClassVar[str] = "{has: [usage.input_tokens, usage.output_tokens], lacks: usage.total_tokens}"

    has: Annotated[tuple[tuple[AnyPath, ...], ...], BeforeValidator(_alternatives)] = ()
    """Paths at all of which something stands; of a list within the list, at one of which something stands."""
    lacks: Paths = ()
    """Paths at none of which anything stands."""
    where: Where = Field(default_factory=dict)
    """Paths and the texts one of which must stand there."""
    unless: Where = Field(default_factory=dict)
    """Paths and the texts none of which may stand there."""

    @property
    def conditions(self) -> int:
        """How much it asks for: of two shapes that fit, that which asks for more is taken."""
        return len(self.has) + len(self.lacks) + len(self.where) + len(self.unless)

    def paths(self) -> tuple[FieldPath, ...]:
        """All paths that are looked at."""
        texts = (*self.where, *self.unless)
        return (*(path for paths in self.has for path in paths), *self.lacks, *map(FieldPath.parse, texts))


class Time(Model):
    """When the request was made."""

    example: ClassVar[str] = "{path: timestamp, zone: UTC}"

    path: Paths = ()
    """Where it stands; of several the first that the record has."""
    kind: TimeKind = "text"
    """A text such as 2026-11-22T08:00:00Z, one whose day or month stands first, such as 22.11.2026 08:00, or a number
    since the start of 1970 UTC."""
    zone: Text | None = None
    """The zone of times that do not say one, such as UTC or Asia/Ho_Chi_Minh."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _known_zone(self) -> "Time":
        if self.zone is not None and not is_zone(self.zone):
            raise PlacedError("zone", f"'{self.zone[:40]}' is no time zone: write UTC or one such as Asia/Ho_Chi_Minh")
        return self


class Named(Model):
    """A name in the record: of the model, the service tier, the region or a label."""

    example: ClassVar[str] = "{path: usage.service_tier, values: {default: standard}}"

    path: Paths = ()
    """Where it stands; of several the first that the record has."""
    only: Annotated[tuple[Text, ...], BeforeValidator(listed)] = ()
    """Texts that are taken for a name; others are as if nothing stood there."""
    is_: Text | None = Field(default=None, alias="is")
    """The name, if it stands in no record."""
    values: dict[Text, Text] = Field(default_factory=dict)
    """What a name stands for: `{default: standard}`; names that are not listed stay as they are."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _something(self) -> "Named":
        if not self.path and self.is_ is None and not self.values:
            raise ValueError("write the path of the name, or {is: the name that holds for all}")
        if self.path and self.is_ is not None:
            raise PlacedError("is", "'is' says the name itself: write it after the paths, as a further entry of a list")
        return self


Names = Annotated[tuple[Named, ...], BeforeValidator(listed)]


class Total(Model):
    """Counts of a record that must be equal where it has both."""

    example: ClassVar[str] = "{whole: usage.total_tokens, equals: {sum: [usage.input_tokens, usage.output_tokens]}}"

    whole: Counted
    """What the record says."""
    equals: Counted
    """What it must come to."""


class Passes(Model):
    """A record that lists the passes of which the request was made: it is counted as one row a pass."""

    each: ListPath
    """The list of passes."""
    own: Where
    """Which passes the record's own counts add up; all others are further ones."""
    model: ValuePath
    """Where a pass says its model; that of the record where it says none."""
    meters: dict[Text, Counted]
    """The counts of one pass, by meter."""


class Shape(Model):
    """What is in a record: a shipped family, or a user's mapping file."""

    shape: Slug
    """Its short name."""
    name: Text | None = None
    """What it is, in words."""
    source: ShapeSource | None = None
    """Where the fields are documented."""
    like: Annotated[tuple[Slug, ...], BeforeValidator(listed)] = ()
    """Shapes of which everything holds that is not said here; `any` is every shipped one."""
    under: ValuePath | None = None
    """Where the record of those shapes begins, if it is wrapped: paths said here start at the top."""
    recognise: Recognise | None = None
    """What tells a record of this shape; every record is one where it is left out."""
    skip: Text | None = None
    """Why records of this shape are no usage: they are passed over."""
    rows: ListPath | None = None
    """The list whose entries are the requests, where a record holds several; all other paths start in an entry."""
    only: Recognise | None = None
    """With `rows`: what tells that an entry is a request; others are passed over."""
    time: Annotated[tuple[Time, ...], BeforeValidator(listed)] = ()
    """When the request was made; of several the first that the record has."""
    model: Names = ()
    """The model that answered; of several the first that the record has."""
    provider: Text | None = None
    """The provider, where models are logged without it: put before the name as `provider/`."""
    tier: Names = ()
    """The service tier."""
    region: Names = ()
    """The region."""
    labels: dict[Text, Names] = Field(default_factory=dict)
    """The user's labels, such as the department; any other path may be a label by its own name."""
    requests: Counted | None = None
    """How many requests a row stands for, where the log is added up already."""
    meters: dict[Text, Counted] = Field(default_factory=dict)
    """The counts, by meter of the price book; parts included in their wholes."""
    totals: Annotated[tuple[Total, ...], BeforeValidator(listed)] = ()
    """What must be equal on each record."""
    passes: Passes | None = None
    """Passes of one request, where the record lists them."""
    unbilled: Where = Field(default_factory=dict)
    """Paths and texts that tell that nobody bills the request, such as an answer from a proxy's own cache."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """What separates the cells of a CSV file; found from the heading where it is left out."""
    decimal: Decimal | None = None
    """What stands before the decimals of numbers that are texts, as in CSV: with `','`, 150.000 and 1.234,0 are counts
    of thousands."""


def is_zone(name: str) -> bool:
    """Whether there is a time zone of that name."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError in name only
        return False
    except KeyError:
        return False
    return True

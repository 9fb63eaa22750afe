"""How a count is had from the numbers of a record: an expression over paths."""

from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from costmodel.documents.model import Model, PlacedError, Text, Whole, listed
from costmodel.usage.logs.shapes.paths import FieldPath, ListPath, ValuePath


def _listed_texts(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    for key in value:
        FieldPath.parse(key)
    return {key: listed(item) for key, item in value.items()}


Where = Annotated[dict[Text, tuple[Text, ...]], BeforeValidator(_listed_texts)]


class Number(NamedTuple):
    """One number that is read from a record.

    Attributes:
        path: where it stands; with `each`, in every entry of the list.
        each: the list over whose entries it is added up.
        where: keys of an entry and the texts one of which must stand there.
    """

    path: FieldPath
    each: FieldPath | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Counted(Model):
    """A count: a path, or one of `first`, `sum`, `minus` and `each`, which can stand inside each other."""

    example: ClassVar[str] = "{sum: [usage.input_tokens, usage.cache_read_input_tokens]}"

    path: ValuePath | None = None
    """Where the number stands."""
    is_: Whole | None = Field(default=None, alias="is")
    """A number that holds for every record, such as the 0 at the end of `first`."""
    first: Annotated[tuple["Counted", ...] | None, BeforeValidator(listed), Field(min_length=1)] = None
    """The first of these that the record has."""
    sum: Annotated[tuple["Counted", ...] | None, BeforeValidator(listed), Field(min_length=1)] = None
    """All of these that the record has, added up; with `each`, what is added up in every entry."""
    minus: Annotated[tuple["Counted", ...] | None, BeforeValidator(listed), Field(min_length=2)] = None
    """The first of these less the others."""
    each: ListPath | None = None
    """A list, such as usage.cacheDetails, over whose entries `sum` goes."""
    where: Where = Field(default_factory=dict)
    """With `each`: only entries in which one of these texts stands at this key, such as {modality: AUDIO}."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"is": value} if value.isdigit() else {"path": value}
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "Counted":
        kinds = [key for key in ("path", "is_", "first", "minus") if getattr(self, key) is not None]
        kinds += ["sum"] if self.sum is not None else []
        if len(kinds) != 1:
            raise ValueError("write a path, or one of {first: […]}, {sum: […]}, {minus: […]}, {each: …, sum: …}")
        if self.each is not None and (self.sum is None or len(self.sum) != 1 or self.sum[0].path is None):
            raise PlacedError("each", "beside 'each' stands one path under 'sum': {each: usage.list, sum: tokens}")
        if self.where and self.each is None:
            raise PlacedError("where", "'where' chooses entries of a list: it needs 'each'")
        return self

    @property
    def number(self) -> Number | None:
        """The number that this is; None where it is made of several, or stated."""
        if self.each is not None and self.sum is not None and self.sum[0].path is not None:
            return Number(self.sum[0].path, self.each, tuple(self.where.items()))
        return Number(self.path) if self.path is not None else None

    @property
    def parts(self) -> "tuple[Counted, ...]":
        """What it is made of, where it is made of several."""
        return () if self.number else (self.first or self.sum or self.minus or ())

    def numbers(self) -> tuple[Number, ...]:
        """All numbers that are read for it, each once."""
        own = (self.number,) if self.number else ()
        return tuple(dict.fromkeys((*own, *(item for part in self.parts for item in part.numbers()))))

"""Frozen pydantic models for files, the field types they are made of, and pydantic's errors in plain words.

Every file of the project is read by `load(path, Model)`: the reader keeps the digits, the model says what may stand
where, and every mistake comes out at once with its line.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import core_schema

from costmodel import quantities
from costmodel.documents.commas import split_number_at
from costmodel.documents.reader import Document, mistake_at, read_document
from costmodel.errors import FileError, Mistake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

MAX_TEXT = 2_000


class Model(BaseModel):
    """Base of everything that is read from a file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True, defer_build=True
    )


class Reads:
    """Says how the text of a field is read, and what an editor shows of it.

    One annotation with its core schema ready: pydantic's own validators inspect the signature of each function at
    each field, which took a third of a cold start.
    """

    def __init__(self, read: Callable[[Any], Any], schema: dict[str, Any], *, sign: str = "any") -> None:
        self._read, self._schema, self._sign = read, schema, sign

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict | list) or value is None:
            hint = _distribution_hint(value) if isinstance(value, dict) else ""
            raise ValueError(f"expected {self._schema['title']}, got {kind_of(value)}{hint}")
        result = self._read(value)
        if self._sign == "not negative" and result < 0:
            raise ValueError(f"'{value}' is negative: write 0 or more")
        if self._sign == "positive" and result <= 0:
            raise ValueError(f"'{value}' must be more than 0")
        return result

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._value, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return dict(self._schema)


def _distribution_hint(value: dict[Any, Any]) -> str:
    """What to write where a mapping looks like a probability distribution, and is none."""
    from costmodel.distributions import FAMILIES

    for key, inside in value.items():
        hint = did_you_mean(str(key), FAMILIES, listed=False)
        if isinstance(inside, dict | list) and hint != ".":
            return hint
    if value.keys() <= {"mean", "sd", "min", "mode", "max", "quantiles", "within"}:
        return f": no distribution is named here. Write one of {', '.join(sorted(FAMILIES))} before it"
    return ""


def _whole(value: Any) -> int:
    number = quantities.exact(value)
    if number.denominator != 1:
        raise ValueError(f"'{value}' must be a whole number")
    return int(number)


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value)
    if text in {"true", "false"}:
        return text == "true"
    meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}.get(text.lower())
    hint = f"did you mean {meant}?" if meant else "write true or false"
    raise ValueError(f"'{text[:40]}' is neither true nor false: {hint}")


def _text(value: Any) -> str:
    if isinstance(value, bool | float):
        raise ValueError(f"expected text, got {value!r}")  # noqa: TRY004 - pydantic collects ValueError
    text = str(value)
    if not text.strip():
        raise ValueError("the text is empty")
    if len(text) > MAX_TEXT:
        raise ValueError(f"the text has more than {MAX_TEXT:,} characters")
    return text


_NUMBER = {"type": ["number", "string"]}
Exact = Annotated[Fraction, Reads(quantities.exact, {**_NUMBER, "title": "a number"})]
Amount = Annotated[
    Fraction, Reads(quantities.exact, {**_NUMBER, "title": "a number of 0 or more"}, sign="not negative")
]
Positive = Annotated[Fraction, Reads(quantities.exact, {**_NUMBER, "title": "a number above 0"}, sign="positive")]
Count = Annotated[int, Reads(_whole, {**_NUMBER, "title": "a whole number above 0"}, sign="positive")]
Whole = Annotated[int, Reads(_whole, {**_NUMBER, "title": "a whole number of 0 or more"}, sign="not negative")]
Share = Annotated[Fraction, Reads(quantities.share, {**_NUMBER, "title": "a share such as 40 %"})]
Rate = Annotated[Fraction, Reads(quantities.rate, {**_NUMBER, "title": "a rate such as 2 %"})]
Truth = Annotated[bool, Reads(_truth, {"type": "boolean", "title": "true or false"})]
Text = Annotated[str, Reads(_text, {"type": ["string", "number"], "title": "text"})]
Day = Annotated[date, Reads(quantities.day, {"type": "string", "format": "date", "title": "a day such as 2026-11-22"})]
Instant = Annotated[
    datetime,
    Reads(
        quantities.instant,
        {"type": "string", "title": "a day (00:00 UTC) or a zoned instant such as 2025-02-08T16:00:00Z"},
    ),
]
MonthField = Annotated[
    quantities.Month,
    Reads(
        quantities.Month.parse,
        {"type": "string", "pattern": r"^\d{4}-\d{2}$", "title": "a month such as 2026-12"},
    ),
]
MoneyField = Annotated[
    quantities.Money, Reads(quantities.Money.parse, {"type": "string", "title": "money such as 91.71 USD"})
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}$")]
ModelSlug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9@][A-Za-z0-9@._:/+-]{0,120}$")]

M = TypeVar("M", bound=Model)


def listed(value: Any) -> Any:
    """One entry may stand without the brackets of a list."""
    return value if isinstance(value, list) or value is None else [value]


def kind_of(value: Any) -> str:
    """A value's kind in plain words, without repeating more than a few characters of it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping (key: value)"
    if isinstance(value, list):
        return "a list"
    return f"'{str(value)[:40]}'"


def load(path: str | Path, model: type[M], name: str | None = None) -> M:
    """Read one file into a model.

    Raises:
        FileError: every mistake in the file, each at its line and column.
    """
    return validated(read_document(path, name), model)


def validated(document: Document, model: type[M], data: Any = None, at: tuple[Any, ...] = ()) -> M:
    """A model from a document, or from the part of it at a path.

    Raises:
        FileError: every mistake in it, each at its line and column.
    """
    found = _left_empty(document) if data is None else []
    try:
        result = model.model_validate(document.data if data is None else data)
    except ValidationError as error:
        told = dict.fromkeys([*found, *mistakes_of(document, model, error, at)])  # a split number is told by both
        raise FileError(in_order(told)) from None
    if found:
        raise FileError(in_order(found))
    return result


def in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Mistakes of one file in the order of the file."""
    return sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column))


class PlacedError(ValueError):
    """A mistake of a whole model that is told at one of its keys."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


# In a list of alternatives written as a mapping, a name alone says enough.
_MAY_BE_EMPTY = frozenset({"models"})


def _left_empty(document: Document) -> list[Mistake]:
    """Keys after which nothing stands: whether nothing or the default is meant cannot be known."""
    return [
        mistake_at(
            document.name,
            document.lines,
            place,
            split_number_at(document, place) or f"nothing stands after '{key}:': write a value, or leave it out",
        )
        for key, place, inside in document.empty
        if inside not in _MAY_BE_EMPTY and not key.isdigit()
    ]


def _is_empty(document: Document, path: tuple[Any, ...]) -> bool:
    return any(document.place(path, of_key=True) == place for _, place, _ in document.empty)


def mistakes_of(
    document: Document, model: type[Model], error: ValidationError, at: tuple[Any, ...] = ()
) -> list[Mistake]:
    """Pydantic's errors as mistakes in a document, in the order of the file."""
    found = []
    items = error.errors(include_url=False, include_context=True, include_input=True)
    meant = {key for item in items if item["type"] == "extra_forbidden" for key in _meant(model, item["loc"])}
    for item in items:
        if item["type"] == "too_short" and item["input"]:
            continue  # its entries are wrong, and told of one by one
        if item["type"] == "missing" and tuple(item["loc"]) in meant:
            continue  # it is there, misspelt
        path = (*at, *item["loc"])
        own = item["ctx"]["error"] if item["type"] == "value_error" else None
        if isinstance(own, PlacedError):
            path = (*path, own.key)
        if item["input"] is None and item["type"] != "extra_forbidden" and _is_empty(document, path):
            continue  # that nothing stands there is told of once
        of_key = item["type"] == "extra_forbidden" or path[-1:] == ("[key]",)
        if item["type"] in {"missing", "value_error"}:  # of a mapping below its key, the key says which
            of_key = of_key or document.place(path) > (document.place(path, of_key=True)[0] + 1, 0)
        split = item["type"] == "extra_forbidden" and split_number_at(document, document.place(path, of_key=True))
        found.append(document.mistake(path, split or _words(model, item, path), of_key=of_key))
    return in_order(found)


def _meant(model: type[Model], loc: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The place of the key that an unknown one was probably meant for."""
    from difflib import get_close_matches

    near = get_close_matches(str(loc[-1]), known_keys(model, loc[:-1]), n=1, cutoff=_NEAR)
    return [(*loc[:-1], key) for key in near]


def _words(model: type[Model], item: Any, path: tuple[Any, ...]) -> str:
    kind, last = item["type"], str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return _unknown_key(last, known_keys(model, item["loc"][:-1]))
    if kind == "missing":
        return f"the key '{last}' is missing"
    if kind == "value_error":
        return str(item["ctx"]["error"])
    got = str(item["input"])[:40]
    if kind == "literal_error":
        return _not_among(got, item["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", "))
    if kind == "string_pattern_mismatch":
        return f"'{got}' is not {_PATTERNS.get(item['ctx']['pattern'], 'of the right form')}"
    if kind == "model_type" and not isinstance(item["input"], list) and (example := _example(model, item["loc"])):
        return f"expected a mapping such as {example}, got {kind_of(item['input'])}"
    if kind in _KINDS:
        return f"expected {_KINDS[kind]}, got {'none' if kind == 'too_short' else kind_of(item['input'])}"
    return f"{item['msg'][:1].lower()}{item['msg'][1:]}"


def _unknown_key(key: str, known: list[str]) -> str:
    if key.isdigit():
        return f"a comma between braces separates entries, so '{key}' is read as a key: write 1.5 or 1_500"
    return f"unknown key '{key}'{did_you_mean(key, known)}"


def _not_among(got: str, allowed: list[str]) -> str:
    if len(allowed) == 1:
        return f"expected '{allowed[0]}', got '{got}'"
    return f"'{got}' is none of {', '.join(allowed)}{did_you_mean(got, allowed, listed=False)}"


def _example(model: type[Model], loc: Iterable[Any]) -> str:
    """What a section looks like where it is written on one line; empty where its model does not say."""
    return str(getattr(_model_at(model, loc), "example", ""))


_NEAR = 0.6  # of difflib: how like another word a word must be to have been meant for it
_PATTERNS = {
    r"^[A-Z]{3}$": "a currency code such as USD",
    r"^[a-z0-9][a-z0-9.-]{0,60}$": "a short name of lower-case letters, digits, '-' and '.'",
    r"^[0-9a-f]{64}$": "a SHA-256 hash: 64 digits and letters a to f",
    r"^[A-Za-z0-9@][A-Za-z0-9@._:/+-]{0,120}$": (
        "a model name of letters, digits and . _ : / + - @. Give the offer such a name, and write a name with other "
        "signs, such as one out of a log, under its 'aliases'"
    ),
}
_KINDS = {
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "dict_type": "a mapping (key: value)",
    "list_type": "a list",
    "tuple_type": "a list",
    "string_type": "text",
    "too_short": "at least one entry",
}


def did_you_mean(word: str, known: Iterable[str], *, listed: bool = True, label: str = "Known keys") -> str:
    """`: did you mean 'x'? Known keys: …` for the end of a message; a full stop where nothing is near."""
    from difflib import get_close_matches

    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=_NEAR)
    hint = f": did you mean '{near[0]}'?" if near else "."
    return hint + (f" {label}: {', '.join(names)}" if listed and names else "")


def known_keys(model: type[Model], loc: Iterable[Any]) -> list[str]:
    """The keys that the model at this place of a document knows."""
    return [field.alias or name for name, field in getattr(_model_at(model, loc), "model_fields", {}).items()]


def _model_at(model: type[Model], loc: Iterable[Any]) -> Any:
    current: Any = model
    for step in loc:
        fields: Mapping[str, Any] = getattr(current, "model_fields", {})
        by_key = {(field.alias or name): field for name, field in fields.items()}
        if step in by_key:
            current = _model_in(by_key[step].annotation) or current
    return current


def _model_in(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None

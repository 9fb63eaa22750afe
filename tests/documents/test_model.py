"""Models of files: closed, frozen, exact, and their mistakes in plain words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from costmodel.documents.model import (
    MAX_TEXT,
    Amount,
    Count,
    Currency,
    Day,
    Exact,
    Instant,
    Model,
    MoneyField,
    MonthField,
    Positive,
    Rate,
    Share,
    Text,
    Truth,
    did_you_mean,
    known_keys,
    load,
    validated,
)
from costmodel.documents.reader import parse_document
from costmodel.errors import FileError
from costmodel.quantities import Money, Month


class Inner(Model):
    """A part of a file."""

    price: Amount
    unit: Text = "token"


class Outer(Model):
    """A file."""

    name: Text
    inner: Inner
    parts: tuple[Inner, ...] = ()
    by_name: dict[Text, Inner] = Field(default_factory=dict)


def outer(text: str) -> Outer:
    return validated(parse_document(text.encode(), "file.yaml"), Outer)


def told(text: str) -> list[str]:
    with pytest.raises(FileError) as caught:
        outer(text)
    return [f"{mistake.line}:{mistake.column} {mistake.message}" for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (Exact, "-0.30", Fraction(-3, 10)),
        (Amount, "0", Fraction(0)),
        (Positive, "1e-6", Fraction(1, 1_000_000)),
        (Count, "1_000_000", 1_000_000),
        (Share, "40 %", Fraction(2, 5)),
        (Rate, "-1.5 %", Fraction(-3, 200)),
        (Truth, "true", True),
        (Truth, "false", False),
        (Text, "NO", "NO"),
        (Day, "2026-11-22", date(2026, 11, 22)),
        (Instant, "2025-02-08T23:00:00+07:00", datetime(2025, 2, 8, 16, tzinfo=UTC)),
        (MonthField, "2026-12", Month(2026, 12)),
        (MoneyField, "91.71 USD", Money(Fraction(9171, 100), "USD")),
        (Currency, "VND", "VND"),
    ],
)
def test_a_field_takes_what_it_is_for(field: object, text: str, value: object) -> None:
    """Each kind of field reads the text that people write for it, exactly."""
    assert TypeAdapter(field).validate_python(text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (Amount, "-1"),
        (Positive, "0"),
        (Count, "0"),
        (Count, "1.5"),
        (Share, "101 %"),
        (Rate, "2"),
        (Truth, "NO"),
        (Truth, "True"),
        (Truth, "1"),
        (Text, "  "),
        (Text, "x" * (MAX_TEXT + 1)),
        (Day, "2026-02-30"),
        (Instant, "2026-01-01T00:00:00"),
        (MonthField, "2026-13"),
        (MoneyField, "91.71"),
        (Currency, "usd"),
        (Currency, "USDT"),
        (Exact, 0.5),
        (Exact, True),
        (Text, 0.5),
        (Exact, None),
        (Exact, ["1"]),
        (Text, {"a": "b"}),
    ],
)
def test_a_field_refuses_what_it_is_not_for(field: object, text: object) -> None:
    """Each kind of field refuses what is out of its range, of another form, or no longer as written."""
    with pytest.raises(ValidationError):
        TypeAdapter(field).validate_python(text)


def test_a_model_cannot_be_changed() -> None:
    """What was read stays as it was read."""
    with pytest.raises(ValidationError):
        outer("{name: a, inner: {price: 1}}").name = "b"


def test_every_mistake_is_told_in_the_order_of_the_file() -> None:
    """Mistakes of different kinds and depths come out together, from the top of the file down."""
    text = "name: ' '\ninner: {price: -1, unitt: x}\nparts:\n  - {unit: y}\n  - 5\nby_name: {a: {price: 010}}\n"
    assert told(text) == [
        "1:7 the text is empty",
        "2:16 '-1' is negative: write 0 or more",
        "2:20 unknown key 'unitt': did you mean 'unit'? Known keys: price, unit",
        "4:5 the key 'price' is missing",
        "5:5 expected a mapping (key: value), got '5'",
        "6:22 '010' starts with a zero, which some programs read as octal: write 10",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{name: a, inner: [1]}", "expected a mapping (key: value), got a list"),
        ("{name: a, inner: {price: 1}, parts: {price: 1}}", "expected a list, got a mapping (key: value)"),
        ("{name: a, inner: {price: 1}, by_name: [a]}", "expected a mapping (key: value), got a list"),
        ("{name: a, inner: {price: 1}, parts: 5}", "expected a list, got '5'"),
        ("{name: [a], inner: {price: 1}}", "expected text, got a list"),
        ("{name: a, inner: }", "nothing stands after 'inner:': write a value, or leave it out"),
    ],
)
def test_a_wrong_kind_is_named_in_plain_words(text: str, words: str) -> None:
    """A list, a mapping or a text in the wrong place is called by these words."""
    assert told(text)[0].endswith(words)


def test_a_long_value_is_not_repeated() -> None:
    """A message repeats only the beginning of what was written."""
    assert len(told("{name: a, inner: {price: " + "x" * 1000 + "}}")[0]) < 200


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("1,5", "write the decimal point as a point, 1.5"),
        ("1,5 %", "write the decimal point as a point, 1.5 %"),
        ("1.234,5", "write the decimal point as a point, 1_234.5"),
        ("1,500", "write thousands as 1_500, or 1.5000 for the smaller number"),
        ("0,500", "write the decimal point as a point, 0.500"),
    ],
)
def test_a_comma_in_a_number_between_braces_is_told_once_with_the_number_that_is_meant(number: str, right: str) -> None:
    """YAML reads what follows the comma as a key: no word of unknown keys, or of nothing after them."""
    rest = number.partition(",")[2]
    said = f"a comma between braces separates entries, so '{rest}' is read as a key: {right}"
    column = 27 + number.index(",")
    assert told(f"{{name: a, inner: {{price: {number}}}}}") == [f"1:{column} {said}"]


def test_two_commas_in_numbers_between_braces_are_both_told() -> None:
    """The same rest of a number twice is no key that stands twice."""
    with pytest.raises(FileError) as caught:
        parse_document(b"{a: 25,5 %, b: 74,5 %}", "x.yaml")
    rights = [mistake.message.rpartition(", ")[2] for mistake in caught.value.mistakes]
    assert rights == ["25.5 %", "74.5 %"]


def test_nearest_word_is_offered() -> None:
    """A word is offered where one is near; else only what is known, if asked for."""
    assert did_you_mean("outpt", ["input", "output"]) == ": did you mean 'output'? Known keys: input, output"
    assert did_you_mean("zzz", ["input"], listed=False) == "."
    assert did_you_mean("zzz", []) == "."


def test_known_keys_follow_the_place() -> None:
    """The keys offered are those of the part of the file in which the mistake stands."""
    assert known_keys(Outer, ()) == ["name", "inner", "parts", "by_name"]
    assert known_keys(Outer, ("inner",)) == ["price", "unit"]
    assert known_keys(Outer, ("parts", 3)) == ["price", "unit"]


def test_a_file_is_loaded(tmp_path) -> None:
    """A file becomes a model, and is called in messages as asked."""
    path = tmp_path / "file.yaml"
    path.write_text("{name: a, inner: {price: 0.30}}", encoding="utf-8")
    assert load(path, Outer).inner.price == Fraction(3, 10)
    path.write_text("{name: a}", encoding="utf-8")
    with pytest.raises(FileError, match=r"^pricing/file\.yaml:1:1: the key 'inner' is missing"):
        load(path, Outer, "pricing/file.yaml")


def test_a_part_of_a_document_is_checked_in_its_place() -> None:
    """Mistakes in a part of a document are told where the part stands."""
    document = parse_document(b"name: a\nparts:\n  - {price: -1}\n", "file.yaml")
    with pytest.raises(FileError, match=r"^file\.yaml:3:13: '-1' is negative"):
        validated(document, Inner, document.data["parts"][0], ("parts", 0))

"""The reader keeps what was written, refuses what could mean two things, and remembers where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.documents import reader
from costmodel.documents.reader import Document, parse_document, read_document
from costmodel.errors import FileError, Mistake


def parsed(text: str) -> Document:
    return parse_document(text.encode(), "letters.yaml")


def mistakes_in(text: str | bytes) -> list[tuple[int, int, str]]:
    with pytest.raises(FileError) as caught:
        parse_document(text if isinstance(text, bytes) else text.encode(), "letters.yaml")
    return [(mistake.line, mistake.column, mistake.message) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    "written",
    [
        "0.30",
        "1.10",
        "NO",
        "no",
        "yes",
        "on",
        "010",
        "12:30",
        "1e-6",
        "1_000_000",
        "0x1F",
        "2026-11-22",
        ".inf",
        "true",
    ],
)
def test_scalars_stay_as_written(written: str) -> None:
    """No text is turned into a number, a date or a truth value by the reader."""
    assert parsed(f"price: {written}").data == {"price": written}


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_nothing_is_nothing(written: str) -> None:
    """A value left out, and YAML's two words for nothing, are None; quoted they are text."""
    assert parsed(f"price: {written}").data == {"price": None}
    assert parsed(f'price: "{written}"').data == {"price": written}


def test_other_words_for_nothing_are_text() -> None:
    """`Null` and `None` are texts: only what YAML writers commonly use is nothing."""
    assert parsed("[Null, NULL, None]").data == ["Null", "NULL", "None"]


def test_keys_stay_as_written() -> None:
    """Keys are texts too: `NO`, `010` and `1e3` stand as three different keys."""
    assert list(parsed("NO: a\n010: b\n1e3: c\n").data) == ["NO", "010", "1e3"]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("offers",), (2, 3)),
        (("offers", 0), (2, 5)),
        (("offers", 0, "model"), (2, 12)),
        (("offers", 0, "prices", "input"), (3, 21)),
        (("offers", 0, "prices", "output"), (3, 13)),
        (("offers", 7, "model"), (2, 3)),
    ],
)
def test_places_are_those_of_the_values(path: tuple[object, ...], place: tuple[int, int]) -> None:
    """Every value is found at its line and column; where a path leads nowhere, the last value on it."""
    text = "offers:\n  - model: letters\n    prices: {input: 2}\n"
    assert parsed(text).place(path) == place


def test_place_of_a_key() -> None:
    """A key can be pointed at as well as its value."""
    document = parsed("name: a\ncurrency: USD\n")
    assert document.place(("currency",), of_key=True) == (2, 1)
    assert document.place(("currency",)) == (2, 11)


def test_columns_count_characters() -> None:
    """A column counts characters, not bytes, so that the caret stands right under Vietnamese text."""
    assert parsed("{tên: khoa tim mạch, giá: 2}").place(("giá",)) == (1, 27)


def test_a_mistake_in_an_alias_is_where_it_was_written() -> None:
    """A value used twice by alias is one value, with the place where it is written out."""
    document = parsed("usual: &usual {input: 2}\nother: *usual\n")
    assert document.data["other"] == {"input": "2"}
    assert document.place(("other", "input")) == (1, 23)


def test_every_duplicate_key_is_told() -> None:
    """All duplicate keys of a file are told at once, each at its second place."""
    found = mistakes_in("a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert [(line, column) for line, column, _ in found] == [(2, 1), (3, 11)]
    assert "line 1" in found[0][2]


def test_byte_order_mark_is_taken_off() -> None:
    """A byte-order mark, as Windows editors write it, is no part of the first key."""
    assert parse_document(b"\xef\xbb\xbfname: a\n", "letters.yaml").data == {"name": "a"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_do_not_matter(end: str) -> None:
    """Files of Windows and of Unix give the same data and the same places."""
    document = parsed(end.join(["name: a", "list:", "  - b", ""]))
    assert document.data == {"name": "a", "list": ["b"]}
    assert document.place(("list", 0)) == (3, 5)


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u200f", "\u202e", "\u2066"])
def test_unsafe_characters_are_refused(char: str) -> None:
    """Characters that drive a terminal or turn the direction of a text are refused, raw and by escape."""
    assert mistakes_in(f"name: a{char}b\n")
    found = mistakes_in(f'name: "a\\u{ord(char):04x}b"\n')
    assert found == [(1, 7, f"the character U+{ord(char):04X} is not allowed in a text")]


def test_unsafe_characters_are_not_shown() -> None:
    """The line that is shown under a mistake is safe to print."""
    with pytest.raises(FileError) as caught:
        parsed("name: a\x1b[2Jb\n")
    assert "\x1b" not in str(caught.value)
    assert "a?[2Jb" in str(caught.value)


def test_size_limit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file up to the limit is read, one byte more is refused."""
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    assert parse_document(b"a: 1234567", "letters.yaml").data == {"a": "1234567"}
    assert mistakes_in(b"a: 12345678") == [(1, 1, "the file is larger than 10 bytes")]


def test_size_limit_holds_for_files(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file on disk that is too large is refused."""
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    (tmp_path / "large.yaml").write_text("a: 12345678", encoding="utf-8")
    with pytest.raises(FileError, match="larger than 10 bytes"):
        read_document(tmp_path / "large.yaml")


def test_depth_limit_holds() -> None:
    """Forty levels are read, one more is refused, and no depth exhausts the machine."""
    deep = reader.MAX_DEPTH
    assert parsed("[" * deep + "]" * deep).data
    assert mistakes_in("[" * (deep + 1) + "]" * (deep + 1))[0][2] == "nested more than 40 levels deep"
    assert mistakes_in("[" * 200_000)[0][2] == "nested more than 40 levels deep"


def test_aliases_count_as_what_they_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on values counts what aliases stand for, not the letters of the file."""
    monkeypatch.setattr(reader, "MAX_VALUES", 30)
    assert parsed("a: &a [1, 2, 3, 4, 5]\nb: [*a, *a]\n").data
    assert "aliases included" in mistakes_in("a: &a [1, 2, 3, 4, 5]\nb: [*a, *a, *a, *a]\n")[0][2]


def test_an_alias_inside_itself_is_refused() -> None:
    """A value that contains itself has no end, and is refused."""
    assert "stands for nothing defined above it" in mistakes_in("a: &a [1, *a]\n")[0][2]


def test_a_nameless_file_is_named_in_words(tmp_path) -> None:
    """What cannot be read is said in words: missing, or a folder."""
    for path, words in ((tmp_path / "nothing.yaml", "there is no such file"), (tmp_path, "it is a folder")):
        with pytest.raises(FileError, match=words):
            read_document(path)


def test_a_file_is_called_as_asked(tmp_path) -> None:
    """A message calls the file by the name it is given, not by where it lies."""
    (tmp_path / "a.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"^pricing/a\.yaml:2:1: "):
        read_document(tmp_path / "a.yaml", "pricing/a.yaml")


def test_long_lines_are_cut_round_the_caret() -> None:
    """A long line is shown round the mistake, and the caret stands under it."""
    with pytest.raises(FileError) as caught:
        parsed("{" + ", ".join(f"key{number}: 1" for number in range(100)) + ", key50: 2}")
    _, shown, caret = str(caught.value).splitlines()
    assert shown[caret.index("^") :].startswith("key50: 2")
    assert len(shown) <= 120


@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1), st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")))
    )
)
def test_texts_come_back(data: dict[str, str]) -> None:
    """Whatever printable text is written in quotes comes back letter by letter."""
    quoted = {key: value.replace("'", "''") for key, value in data.items()}
    text = "".join(f"'{key}': '{value}'\n" for key, value in quoted.items()) or "{}"
    assert parsed(text).data == data


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told(raw: bytes) -> None:
    """No file makes the reader fail: it gives a document, or mistakes with places from 1 on."""
    mistakes: tuple[Mistake, ...] = ()
    try:
        parse_document(raw, "letters.yaml")
    except FileError as error:
        mistakes = error.mistakes
    assert all(mistake.line >= 1 and mistake.column >= 1 and mistake.message for mistake in mistakes)

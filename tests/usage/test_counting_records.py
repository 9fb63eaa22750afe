"""Records of JSON lines and CSV: what is counted, what is refused and where, and that nothing of a text is repeated."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from costmodel.errors import FileError
from costmodel.usage.counting import plain, records, sources
from costmodel.usage.counting.count import Plan, count_files
from costmodel.usage.counting.records import Texts
from costmodel.usage.counting.sources import STDIN
from costmodel.usage.counting.vocabularies import shipped, tokens_of

if TYPE_CHECKING:
    from pathlib import Path

    from costmodel.usage.counting.tally import Tally

O200K = shipped("o200k_base")
PATIENT = "Zuleika Quackenbush"


def read(raw: bytes, kind: str, *columns: str, chat: bool = False) -> Tally:
    """The tally of bytes on the standard input; a chat is the first column's."""
    asked = tuple(Texts(name, chat=chat and place == 0) for place, name in enumerate(columns or ("text",)))
    return count_files([STDIN], Plan(asked, (O200K,), kind=kind), io.BytesIO(raw), lambda _: None)


def mistakes(raw: bytes, kind: str, *columns: str, chat: bool = False) -> list[str]:
    """The mistakes of bytes on the standard input, without the name of the file."""
    with pytest.raises(FileError) as found:
        read(raw, kind, *columns, chat=chat)
    assert not [word for word in PATIENT.split() if word in str(found.value)]
    return [str(item).removeprefix("stdin:") for item in found.value.mistakes]


def sums(tally: Tally, part: str = "text") -> list[int]:
    """Tokens of each column."""
    return [int(tally.spread(key).total) for key in tally.counts if key.part == part]


def tokens(*texts: str) -> int:
    return sum(tokens_of(O200K)(texts))


# What is counted


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_csv(separator: str, end: str, start: str) -> None:
    """Whatever separates its columns and ends its lines: quotes, empty lines and texts over several lines are read."""
    rows = [["dialogue", "id", "note"], [f'"Dear{separator}{end}you"', "1", '"a ""b"""'], [], ["", "2", "c"]]
    raw = start + end.join(separator.join(row) for row in rows)
    found = read(raw.encode(), "csv", "dialogue", "note")
    assert found.records == 2
    assert sums(found) == [tokens(f"Dear{separator}{end}you"), tokens('a "b"', "c")]
    assert found.empty == 1


def test_json_lines() -> None:
    """Texts by their path; empty lines are passed over; long numbers, which nobody asked for, are not read."""
    lines = [{"m": {"text": "one two", "n": 1}}, {"m": {"text": [{"type": "text", "text": "three"}]}, "x": [1.5]}]
    raw = "\n\n".join(json.dumps(line) for line in lines) + '\n{"m": {"text": "é"}, "n": ' + "9" * 5_000 + "}"
    assert sums(read(raw.encode(), "jsonl", "m.text")) == [tokens("one two", "three", "é")]


def test_the_messages_of_a_chat() -> None:
    """A list of messages is counted whole, what the chat adds apart; the answer adds nothing."""
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Summarise."}]
    raw = json.dumps({"in": chat, "out": "Well."}) + "\n" + json.dumps({"in": "Hello", "out": ""})
    found = read(raw.encode(), "jsonl", "in", "out", chat=True)
    assert found.records == 2
    assert sums(found) == [tokens("Be brief.", "Summarise.", "Hello"), tokens("Well.")]
    assert sums(found, "chat") == [2 * (3 + 1) + 3 + (3 + 1) + 3]
    assert sums(found, "all") == [sums(found)[0] + 18]


def test_a_chat_without_messages() -> None:
    """A request with an empty list adds what every request adds."""
    found = read(b'{"text": []}', "jsonl", chat=True)
    assert (sums(found), sums(found, "chat")) == ([0], [3])


def test_batches_are_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the records are batched, the counts are the same."""
    raw = b"".join(b'{"text": "note number %d"}\n' % number for number in range(50))
    whole = read(raw, "jsonl")
    monkeypatch.setattr("costmodel.usage.counting.count._BATCH_TEXTS", 3)
    assert read(raw, "jsonl") == whole
    monkeypatch.setattr("costmodel.usage.counting.count._BATCH_CHARACTERS", 20)
    assert read(raw, "jsonl") == whole


# What is refused

P = PATIENT.encode()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"text": "' + P + b'"', "1:31: this is no record of JSON: expecting ',' delimiter"),
        (b'{"text": "' + P, "1:10: this is no record of JSON: unterminated string starting at"),
        (b'{"text": "\\Zuleika"}', "1:11: this is no record of JSON: invalid \\escape"),
        (b'{"text": "' + P + b'\x07"}', "1:30: this is no record of JSON: invalid control character at"),
        (P, "1:1: this is no record of JSON: expecting value"),
        (b'{"text": "a"}\n{' + P, "2:2: this is no record of JSON: expecting property name enclosed in double quotes"),
        (b'"' + P + b'"', "1:1: there is nothing at 'text'"),
        (b'{"' + P + b'": "a"}', "1:1: there is nothing at 'text'"),
        (b'{"text": null, "name": "' + P + b'"}', "1:1: at 'text' stands nothing (null), not a text"),
        (b'{"text": 4711}', "1:1: at 'text' stands a number, or true or false, not a text"),
        (b'{"text": {"' + P + b'": "a"}}', "1:1: at 'text' stands an object, not a text: name the text in it"),
        (b'{"text": [{"type": "image", "text": "' + P + b'"}, 1]}', "1:1: at 'text' stands a list, not a text"),
        (b'{"text": "' + P + b'\\ud800"}', "1:1: the text at 'text' holds half of a character (a lone surrogate)"),
        (b"[" * 100_000, "1:1: this record of JSON is nested too deep"),
        (b'{"text": "' + P + b'\xe9"}', "1:30: the byte 0xe9 is not UTF-8: save the file as UTF-8"),
        (b'{"text": "a"}\n\n{"text": "\xc3', "3:11: the byte 0xc3 is not UTF-8: save the file as UTF-8"),
        (b"\x1f\x8b\x08\xff", "1:1: this is compressed: unpack it first"),
        (b"PK\x03\x04\xff", "1:1: this is a ZIP, Excel or Word file: save it as text or as CSV (UTF-8)"),
        ("{}".encode("utf-16"), "1:1: this is UTF-16: save it as UTF-8"),
    ],
)  # fmt: skip
def test_mistakes_in_json_lines(raw: bytes, expected: str) -> None:
    """Each is told at its place, in words that hold nothing of the record."""
    assert mistakes(raw, "jsonl")[0].startswith(expected)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"role": PATIENT, "content": "a"}], "the role of a message at 'text' is none of system, developer, user"),
        ([{"role": "user", "content": "a", "name": PATIENT}], "a message at 'text' holds other things than a role"),
        ([{"role": "user"}], "a message at 'text' holds other things than a role"),
        ([{"role": "user", "content": None, PATIENT: 1}], "a message at 'text' holds other things than a role"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": PATIENT}]}], "at 'text' stands a list"),
        ([PATIENT], "a message at 'text' holds other things than a role"),
    ],
)
def test_mistakes_in_a_chat(messages: object, expected: str) -> None:
    """A message whose tokens are not known is refused, never counted in part."""
    assert mistakes(json.dumps({"text": messages}).encode(), "jsonl", chat=True)[0].startswith(f"1:1: {expected}")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"name,note\n" + P + b",a\n", "1:1: there is no column 'text' among the 2 that the first line names."),
        (P + b";" + P + b"\n", "1:1: there is no column 'text' among the 2 that the first line names."),
        (b"", "1:1: there is no column 'text' among the 0 that the first line names."),
        (
            b"id, Text\n1,a",
            "1:1: there is no column 'text' among the 2 that the first line names. Column 2 is called so",
        ),
        (b"text,text\na,b\n", "1:1: the column 'text' stands twice in the first line: rename one"),
        (b"id,text\n1,a\n2,Dear, " + P + b"\n", "3:1: columns of this record: 3; of the first line: 2"),
        (b"id,text\n1,a\n" + P + b"\n", "3:1: columns of this record: 1; of the first line: 2"),
        (b'id,text\n1,"a\nb"\n2,"' + P + b"\n3,c\n", "4:1: a quote that opens in this record is never closed; nothing"),
        (b'id,text\n1,"' + P + b'" b\n', "2:1: a quote inside a text must be written twice, and the whole text stand"),
        (b"id,text\r1," + P + b"\r", "1:1: there is no column 'text' among the 0 that the first line names."),
        (b"id,text\n1,a\rb," + P + b"\n", "2:1: this record is no sound CSV; nothing after it was read"),
        (b"id,text\n1," + P + b"\xff\n", "2:22: the byte 0xff is not UTF-8: save the file as UTF-8"),
        ("text\na\n".encode("utf-16-le"), "1:2: a byte of 0 stands here: this is no text, or it is UTF-16"),
        (b"text\n", "1:1: there is no record in it"),
    ],
)
def test_mistakes_in_csv(raw: bytes, expected: str) -> None:
    """Each is told at its place, in words that hold nothing of the record, not even of the first line."""
    assert mistakes(raw, "csv")[0].startswith(expected)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"Dear " + P + b"\nf\xfcr", "2:2: the byte 0xfc is not UTF-8: save the file as UTF-8"),
        (b"\xef\xbb\xbfab\xfc", "1:3: the byte 0xfc is not UTF-8: save the file as UTF-8"),
        ("é".encode() * 3 + b"\xc3", "1:4: the byte 0xc3 is not UTF-8: save the file as UTF-8"),
        (b"ab\ncd\0", "2:3: a byte of 0 stands here: this is no text, or it is UTF-16 (save it as UTF-8)"),
        (b"%PDF-1.7 \xff", "1:1: this is a PDF: save its text first"),
    ],
)
@pytest.mark.parametrize("block", [1, 2, 5, 1_000])
def test_mistakes_in_plain_text(raw: bytes, expected: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of a bad byte is right, whichever way the file is read."""
    monkeypatch.setattr(plain, "BLOCK_BYTES", block)
    assert mistakes(raw, "text") == [expected]


def test_all_mistakes_at_once() -> None:
    """Every mistake is told: of each file the first twenty, and how many more there are."""
    raw = b'{"text": 1}\n' * 25 + b'{"text": "a"}\n' + b"{" + P + b"\n"
    found = mistakes(raw, "jsonl")
    assert [item.partition(":")[0] for item in found] == [str(line) for line in [*range(1, 21), 20]]
    assert found[-1] == "20:1: and 6 more mistakes after it"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file and a folder are told of together, with what is wrong in the file that can be read."""
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"{")
    names = [str(tmp_path / "none.jsonl"), str(tmp_path), str(bad)]
    with pytest.raises(FileError) as found:
        count_files(names, Plan((Texts("text"),), (O200K,), kind="jsonl"), io.BytesIO(), lambda _: None)
    assert [item.message[:36] for item in found.value.mistakes] == [
        "the file cannot be read: there is no",
        "the file cannot be read: it is a fol",
        "this is no record of JSON: expecting",
    ]


@pytest.mark.parametrize(
    ("raw", "kind", "expected"),
    [
        (b'{"text": "' + P * 20 + b'"}', "jsonl", "1:1: this line has more than 100 bytes: nothing after it was read"),
        (b'id,text\n1,"' + b"\nab" * 50, "csv", "2:1: a text of more than 100 characters begins here: is a quote not"),
        (
            P.replace(b" ", b"-") * 20,
            "text",
            "1:1: more than 100 characters without a break between words: is it text?",
        ),
    ],
)
def test_a_record_without_end(raw: bytes, kind: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that would fill the memory is refused."""
    for module in (sources, records, plain):
        monkeypatch.setattr(module, "MOST_CHARACTERS", 100)
    monkeypatch.setattr(plain, "BLOCK_BYTES", 10)
    monkeypatch.setattr(
        records, "_CSV_WORDS", ((start, words.replace("67,108,864", "100")) for start, words in records._CSV_WORDS)
    )
    assert mistakes(raw, kind)[0].startswith(expected)

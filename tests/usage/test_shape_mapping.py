"""A user's mapping file: what it may say, what it takes from the families, and its mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from log_rows import AT, AT_US, log, mapping, row, rows, written

from costmodel.errors import CommandLineError, FileError
from costmodel.usage.logs.shapes.families import load_mapping, meters, shape_mistakes, shipped_shapes
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "shape: own\ntime: when\nmodel: {is: acme/large}\nmeters: {input: i, output: o}\n"


def test_plain_columns(tmp_path: Path) -> None:
    """A mapping names the columns; what no record says, it says itself."""
    path = written(tmp_path, f"when,i,o\n{AT},7,3\n")
    found = row(path, mapping(tmp_path, PLAIN))
    assert [found[key] for key in ("at_us", "model", "tier", "region", "input", "output", "requests", "reason")] == [
        AT_US,
        "acme/large",
        "standard",
        "global",
        7,
        3,
        1,
        None,
    ]


def test_a_log_that_is_added_up_already(tmp_path: Path) -> None:
    """With a count of requests, a row may hold as many tokens as so many requests can."""
    most = limits().tokens
    path = written(
        tmp_path, f"when,i,o,n\n{AT},{2 * most},1,2\n{AT},{2 * most + 1},1,2\n{AT},1,1,\n{AT},1,1,{10**10}\n"
    )
    found = rows(path, mapping(tmp_path, PLAIN + "requests: n\n"))
    assert [(item["requests"], item["reason"]) for item in found][:2] == [(2, None), (2, "over the limit")]
    assert [item["reason"] for item in found][2:] == ["no count", "over the limit"]


def test_names_are_renamed_and_get_their_provider(tmp_path: Path) -> None:
    """`values` says what a name stands for, `provider` is put before a name that has none."""
    said = "model: {path: m, values: {big: large}}\nprovider: acme\ntier: [{path: t, only: fast}, {is: batch}]\n"
    shape = PLAIN.replace("model: {is: acme/large}\n", said)
    path = written(tmp_path, f"when,i,o,m,t\n{AT},1,1,big,fast\n{AT},1,1,acme/other,slow\n{AT},1,1,,\n")
    assert [(item["model"], item["tier"], item["reason"]) for item in rows(path, mapping(tmp_path, shape))] == [
        ("acme/large", "fast", None),
        ("acme/other", "batch", None),
        (None, "batch", "no model"),
    ]


def test_a_wrapper_of_any_family(tmp_path: Path) -> None:
    """`like: any` with `under` reads every family inside a record of one's own, with its time and labels."""
    shape = "shape: gateway\nlike: any\nunder: body\ntime: ts\nlabels: {ward: meta.ward}\nprovider: p\n"
    bodies = [
        {"model": "claude", "usage": {"input_tokens": 5, "cache_read_input_tokens": 7, "output_tokens": 6}},
        {"model": "gpt", "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}},
        {"modelVersion": "gem", "usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 5}},
        {"model": "o", "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 12}},
    ]
    path = log(tmp_path, *({"ts": AT, "meta": {"ward": "W1"}, "body": body} for body in bodies))
    found = rows(path, mapping(tmp_path, shape), labels=("ward",))
    assert [(item["model"], item["input"], item["label_0"], item["reason"]) for item in found] == [
        ("p/claude", 12, "W1", None),
        ("p/gpt", 5, "W1", None),
        ("p/gem", 5, "W1", None),
        ("p/o", 5, "W1", "totals disagree"),
    ]


def test_like_one_family(tmp_path: Path) -> None:
    """A mapping like one family changes what it says and leaves the rest; every record is then taken for one."""
    shape = "shape: batch\nlike: openai-chat\nunder: response.body\ntier: {is: batch}\nmeters: {web_search: searches}\n"
    body = {"created": 1_767_323_045, "model": "gpt-5", "service_tier": "default", "usage": {"prompt_tokens": 5}}
    path = log(tmp_path, {"response": {"body": body}, "searches": 2}, {"response": None})
    found = rows(path, mapping(tmp_path, shape))
    assert [(item["tier"], item["input"], item["web_search"], item["reason"]) for item in found] == [
        ("batch", 5, 2, None),
        ("batch", 0, 0, "no time"),
    ]


def test_a_zone_for_a_family(tmp_path: Path) -> None:
    """A mapping may say the zone alone."""
    path = written(tmp_path, "time,model,input_tokens,output_tokens\n2026-01-02T10:04:05,m,1,1\n")
    assert row(path)["reason"] == "no time zone"
    shape = "shape: own\nlike: costmodel\ntime: {zone: Asia/Ho_Chi_Minh}\n"
    assert row(path, mapping(tmp_path, shape))["at_us"] == AT_US


def test_rows_inside_a_record(tmp_path: Path) -> None:
    """`rows` makes a row of each entry; a record without the list is of no known shape, and no row is lost."""
    shape = "shape: own\nrows: calls\nonly: {lacks: failed}\n" + PLAIN.removeprefix("shape: own\n")
    calls = [{"when": AT, "i": 1, "o": 1}, {"failed": "x", "when": AT, "i": 2, "o": 2}, {"when": AT, "i": 4, "o": 4}]
    path = log(tmp_path, {"calls": calls}, {"calls": []}, {"other": 1}, "{broken")
    found = rows(path, mapping(tmp_path, shape))
    assert [(item["record"], item["input"], item["reason"]) for item in found] == [
        (1, 1, None),
        (1, 4, None),
        (3, 0, "unknown shape"),
        (4, 0, "malformed"),
    ]


def test_labels_and_keys_are_columns_or_paths(tmp_path: Path) -> None:
    """Any path is a label by its own name; what no record has is an empty label, and no key."""
    record = {"when": AT, "i": 1, "o": 1, "deep": {"team": "a"}, "id": "k1"}
    path = log(tmp_path, record, {**record, "deep": {"team": {"x": 1}}, "id": None}, {**record, "deep": 1, "id": 5})
    found = rows(path, mapping(tmp_path, PLAIN), labels=("deep.team",), key="id")
    assert [(item["label_0"], item["key"], item["reason"]) for item in found] == [
        ("a", "k1", None),
        (found[1]["label_0"], None, "bad name"),
        ("", "5", None),
    ]
    assert [item["reason"] for item in rows(path, mapping(tmp_path, PLAIN), key="id")] == [None, "no key", None]


def test_a_name_has_a_limit(tmp_path: Path) -> None:
    """A text longer than a name is a prompt in the wrong column, and gets nowhere."""
    most = limits().characters
    path = log(tmp_path, *({"when": AT, "i": 1, "o": 1, "team": "ä" * (most + more)} for more in (0, 1)))
    found = rows(path, mapping(tmp_path, PLAIN), labels=("team",))
    assert [item["reason"] for item in found] == [None, "bad name"]


MISTAKES = [
    ("shape: own\ntime: t\nmeters: {input: i}\n", "1:1: there is no 'model'"),
    ("shape: own\nmodel: m\nmeters: {input: i}\n", "1:1: there is no 'time'"),
    ("shape: own\nmodel: m\ntime: t\n", "1:1: there are no 'meters'"),
    (PLAIN.replace("input:", "inputs:"), "4:10: there is no meter 'inputs': did you mean 'input'?"),
    (PLAIN.replace("input: i, ", "cache_read: i, "), "4:10: 'cache_read' is part of 'input', which is not there"),
    (PLAIN.replace("when", "{path: when, zone: Mars}"), "2:26: 'Mars' is no time zone"),
    (PLAIN.replace("when", "{path: when, kind: minutes}"), "2:26: 'minutes' is none of text, seconds"),
    (PLAIN.replace("input: i", "input: a..b"), "4:17: 'a..b' is no path"),
    (PLAIN.replace("input: i", "input: {sum: a, first: b}"), "4:17: write a path, or one of"),
    (PLAIN.replace("input: i", "input: {where: {k: x}, sum: a}"), "'where' chooses entries of a list: it needs 'each'"),
    (PLAIN.replace("input: i", "input: {each: l, sum: [a, b]}"), "beside 'each' stands one path under 'sum'"),
    (PLAIN.replace("input: i", "input: 'l[].n'"), "means many values"),
    (PLAIN + "like: antropic\n", "5:7: there is no shape 'antropic': did you mean 'anthropic'?"),
    (PLAIN + "modle: x\n", "5:1: unknown key 'modle': did you mean 'model'?"),
    ("shape: own\nskip: nothing here\n", "2:7: a mapping that passes everything over counts nothing"),
    ("shape: own\nlike: anthropic\nmodel: {path: a, is: b}\n", "3:22: 'is' says the name itself"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_mistakes_of_a_mapping(text: str, said: str, tmp_path: Path) -> None:
    """Every mistake is told at its line and column, with what would be right."""
    with pytest.raises(FileError) as told:
        load_mapping(mapping(tmp_path, text))
    assert said in str(told.value)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """Two mistakes are two messages of one run."""
    with pytest.raises(FileError) as told:
        load_mapping(mapping(tmp_path, "shape: own\nmeters: {cache_read: i, x: o}\n"))
    assert [item.line for item in told.value.mistakes] == [1, 1, 2, 2]


def test_a_mapping_that_does_not_fit(tmp_path: Path) -> None:
    """A column that the mapping names and the file has not is told of, with what is near."""
    path = written(tmp_path, f"When,i,tokens_out\n{AT},1,1\n")
    with pytest.raises(FileError, match=r"no column 'when': did you mean 'When'\?; there is no column 'o'"):
        rows(path, mapping(tmp_path, PLAIN))
    with pytest.raises(CommandLineError, match="has no column 'wards'"):
        rows(written(tmp_path, f"when,i,o,ward\n{AT},1,1,a\n"), mapping(tmp_path, PLAIN), labels=("wards",))


@pytest.mark.parametrize(
    ("leaves", "said"),
    [(("a", "a.b"), "'a' cannot be both a value and hold values"), (("a.b", "a.B"), "differ in their case alone")],
)
def test_paths_that_cannot_be_read_together(leaves: tuple[str, str], said: str, tmp_path: Path) -> None:
    """Paths that exclude each other are a mistake of the mapping, not a fault of ours."""
    shape = PLAIN.replace("input: i, output: o", f"input: {leaves[0]}, output: {leaves[1]}")
    with pytest.raises(CommandLineError, match=said):
        rows(log(tmp_path, {"a": 1}), mapping(tmp_path, shape))


def test_shipped_shapes_are_sound() -> None:
    """What is asked of a user's mapping holds of ours."""
    from costmodel.documents.reader import parse_document

    anything = parse_document(b"shape: x", "shape")
    assert [shape_mistakes(shape, anything, meters()) for shape in shipped_shapes()] == [[]] * len(shipped_shapes())


def test_a_kind_for_a_family(tmp_path: Path) -> None:
    """A time without a path says of the family's own how it is written; what is not said stays."""
    path = written(tmp_path, "time,model,input_tokens,output_tokens\n02.01.2026 03:04:05,m,1.000,0\n")
    said = "shape: own\nlike: costmodel\ntime: {kind: day.month.year, zone: UTC}\ndecimal: ','\n"
    found = row(path, mapping(tmp_path, said))
    assert (found["reason"], found["at_us"], found["input"]) == (None, AT_US, 1000)

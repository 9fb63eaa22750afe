"""Patient data never gets out of a log: not into a row, an error, a listing or a side file.

Names are planted wherever a text can stand, in whole and in damaged files, and all that comes out is searched for them.
"""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from log_rows import AT, log, mapping, rows, written
from test_shape_families import FAMILIES

from costmodel.errors import CostmodelError
from costmodel.results.metered.inspection import InspectionResult
from costmodel.usage.logs.reading.bad_rows import bad_rows, write_bad_rows
from costmodel.usage.logs.reading.engine import connection, plain_errors
from costmodel.usage.logs.reading.inspect import inspect
from costmodel.usage.logs.reading.reading import relation, sources

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Zenobia Quackenbush"
TEXTS = {
    "prompt": f"Summarise the record of {NAME}",
    "completion": NAME,
    "messages": [{"role": "user", "content": NAME}, {"role": "assistant", "content": [{"text": NAME}]}],
    "choices": [{"message": {"content": NAME, "tool_calls": [{"arguments": json.dumps({"patient": NAME})}]}}],
    "input": NAME,
    "output": [{"content": [{"type": "output_text", "text": NAME}]}],
    "candidates": [{"content": {"parts": [{"text": NAME}]}}],
    "user": NAME,
    "system": NAME,
    "end_user": NAME,
    "metadata": {"patient": NAME, "usage_object": {"note": NAME}, "spend_logs_metadata": NAME},
    "modelDetails": NAME,
    NAME: NAME,
}


def everything(path: Path, folder: Path, mapped: Path | None = None) -> str:
    """All that can come out of a log: rows, listing, JSON, side file, errors."""
    found = []
    for step in (
        lambda: rows(path, mapped),
        lambda: [table.plain() + table.markdown() for table in InspectionResult(inspect([path], mapped)).tables()],
        lambda: json.dumps(InspectionResult(inspect([path], mapped)).to_json()),
        lambda: inspect([path], mapped).guess,
        lambda: list(bad_rows(sources([path], mapped), None)),
        lambda: write_bad_rows(sources([path], mapped), folder / "side.csv"),
    ):
        try:
            found.append(str(step()))
        except CostmodelError as error:
            found.append(str(error))
    side = folder / "side.csv"
    return "\n".join([*found, side.read_text(encoding="utf-8") if side.exists() else ""])


def leaks(text: str) -> list[str]:
    """The planted words that got out."""
    return re.findall(r"\w*(?:zenob|quacken)\w*", text, re.IGNORECASE)


def planted(record: Any) -> Any:
    """A record with names in it at every level, beside what it has."""
    if isinstance(record, dict):
        inner = {key: planted(item) for key, item in record.items()}
        return {**{key: item for key, item in TEXTS.items() if key not in inner}, **inner}
    return [planted(item) for item in record] if isinstance(record, list) else record


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "otlp"])
def test_names_in_every_text_of_a_record(family: str, tmp_path: Path) -> None:
    """Whatever stands beside the counts, at any depth, nothing of it gets out."""
    record, _ = FAMILIES[family]
    path = log(tmp_path, record, planted(record))
    plain, full = rows(path)
    assert full | {"record": 1} == plain
    assert leaks(everything(path, tmp_path)) == []


def test_names_in_attributes_of_spans(tmp_path: Path) -> None:
    """Attributes of spans may hold whole conversations."""
    record = json.loads(json.dumps(FAMILIES["otlp"][0]))
    spans = record["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[0]["attributes"].append({"key": "gen_ai.input.messages", "value": {"stringValue": NAME}})
    spans[0]["events"] = [{"name": NAME, "attributes": [{"key": "x", "value": {"stringValue": NAME}}]}]
    spans.append({"name": NAME, "startTimeUnixNano": NAME, "attributes": spans[0]["attributes"]})
    path = log(tmp_path, record)
    assert [item["reason"] for item in rows(path)] == [None, "bad time"]
    assert leaks(everything(path, tmp_path)) == []


def test_names_where_a_count_or_a_time_should_be(tmp_path: Path) -> None:
    """A text in the place of a number is a bad row, and not told."""
    good = {"time": AT, "model": "m", "input_tokens": 1, "output_tokens": 2}
    wrong = [{"time": NAME}, {"input_tokens": NAME}, {"input_tokens": {NAME: NAME}}, {"model": {"name": NAME}}]
    wrong += [{"model": [NAME]}, {"model": NAME * 30}, {"time": {"x": NAME}}, {"web_searches": [NAME]}]
    path = log(tmp_path, *(good | item for item in wrong))
    assert all(item["reason"] for item in rows(path))
    text = everything(path, tmp_path)
    assert leaks(re.sub(r"'model': '[^']*'", "", text)) == []  # the rows themselves hold names that the reason refuses


DAMAGED = [
    ("a.jsonl", f'{{"prompt": "{NAME}'),
    ("a.jsonl", f"{NAME}\n{NAME}"),
    ("a.jsonl", f'{{"prompt": "{NAME}"}} {{"x": "{NAME}"}}'),
    ("a.jsonl", f'["{NAME}"]'),
    ("a.jsonl", '{"prompt": "' + NAME * 2_000_000 + '"}'),
    ("a.json", f'[{{"prompt": "{NAME}"}}]'),
    ("a.json", f'{{\n "prompt": "{NAME}"\n}}'),
    ("a.csv", f"{NAME},{NAME}\n{NAME},{NAME}\n"),
    ("a.csv", f"{NAME},1,2\n{NAME},1,2\n"),
    ("a.csv", f'time,model,input_tokens,output_tokens,n\n{AT},m,1,2,"{NAME}\n{AT},m,1,2,x'),
    ("a.csv", f'time,model,input_tokens,output_tokens,n\n{AT},m,1,2,{NAME} "x"\n'),
    ("a.csv", f"time,model,input_tokens,output_tokens,n\n{AT},m,{NAME},{NAME},x,{NAME},{NAME}\n"),
    ("a.csv", f"time,model,input_tokens,output_tokens,n\n{NAME}\n{AT},m,1,2,{NAME * 2_000_000}\n"),
    ("a.csv", f"time,model,input_tokens,output_tokens,n\n{AT},m,1,2,{NAME}\xff\n".encode("latin-1")),
    ("a.csv", f"time,model,input_tokens,output_tokens,n\n{NAME}\xff,{NAME}\xff,1,2,x\n".encode("latin-1")),
    ("a.parquet", f"PAR1{NAME}"),
    ("a.bin", NAME),
    ("a.jsonl.gz", gzip.compress(f'{{"prompt": "{NAME}"}}\n'.encode() * 9_999, mtime=0)[:-20]),
    ("a.csv.gz", gzip.compress(f"time,model\n{NAME},{NAME}\n".encode() * 9_999, mtime=0)[:-20]),
]


@pytest.mark.parametrize(("name", "content"), DAMAGED)
def test_names_in_damaged_files(name: str, content: str | bytes, tmp_path: Path) -> None:
    """The engine's own messages quote the line: none of them gets out."""
    path = written(tmp_path, content, name)
    text = everything(path, tmp_path)
    assert leaks(text) == [] if name != "a.csv" else leaks(re.sub(r"'model': '[^']*'", "", text)) == []
    shape = "shape: own\ntime: {path: t, zone: UTC}\nmodel: {is: m}\nmeters: {input: i, output: o}\n"
    assert leaks(everything(path, tmp_path, mapping(tmp_path, shape))) == []


def test_messages_of_the_engine_are_not_shown(tmp_path: Path) -> None:
    """DuckDB quotes the line that it cannot read; of what it says only the number of the line gets out."""
    path = written(tmp_path, f"a\n1\n{NAME}\n")
    query = f"SELECT * FROM read_csv('{path}', header = true, columns = {{a: 'INTEGER'}}, auto_detect = false)"
    with connection() as connected:
        with pytest.raises(duckdb.Error, match="Zenobia"):
            connected.execute(query).fetchall()
        with pytest.raises(CostmodelError) as told, plain_errors("log.csv"):
            connected.execute(query).fetchall()
    assert str(told.value).startswith("log.csv:3:1: the file cannot be read")
    assert leaks(str(told.value)) == []


def test_only_what_is_needed_is_declared(tmp_path: Path) -> None:
    """Of a JSON record the engine is told the paths that are read, and no other: the parser skips the rest."""
    path = log(tmp_path, FAMILIES["openai-chat"][0])
    (source,) = sources([path], mapping(tmp_path, "shape: own\nlike: openai-chat\n"))
    (declared,) = re.findall(r"columns = \{json: '([^']*)'\}", relation(source))
    names = set(re.findall(r'"(\w+)"', declared))
    assert names.isdisjoint({"prompt", "messages", "choices", "user", "metadata", "input", "output"})
    assert {"usage", "prompt_tokens", "model", "created"} <= names

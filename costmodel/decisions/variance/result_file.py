"""A result kept as a file: the JSON of `costmodel estimate` or `costmodel usage price`, read back exactly."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costmodel.decisions.variance.logged_spend import TITLE, months_of_log
from costmodel.decisions.variance.meter_words import MeterWords
from costmodel.decisions.variance.spend import Spend, slices_of
from costmodel.errors import FileError, Mistake, QuantityError
from costmodel.results.estimate import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from costmodel.results.estimate import Estimate
    from costmodel.results.metered.metered import Counts, Metered

# Limits far above any honest result, far below what would hurt the machine.
_MAX_BYTES = 400_000_000
_MAX_DIGITS = 400
_MOST_MONTHS = 1_200
_MOST_MISTAKES = 20
_LONGEST = 200
_LONGEST_WARNING = 4_000  # names many models, each with its date
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)
_NUMBERS = ("records", "requests", "pricing_quantity", "exchange_rate", "cost")
_TEXTS = ("month", "model", "meter", "billing_currency")
_LOG = "metered_usage"
_WORK = ("workload", "step", "size")  # other programs may leave them out


def written_spend(result: Estimate | Metered) -> Spend:
    """What a result says with the digits of its JSON, so that it can be compared with a file of them."""
    from costmodel.results.records import json_text

    return spend_of_record(json.loads(json_text(result.to_json())), "the result")


def result_record(path: Path) -> dict[str, Any] | None:
    """The JSON of a file that holds a result; None where the file is something else, such as a scenario.

    Raises:
        FileError: the file cannot be read, or is called .json and is no JSON.
    """
    try:
        size = path.stat().st_size if path.is_file() else 0
        with path.open("rb") as file:
            start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
        raw = path.read_bytes() if start.startswith(b"{") and size <= _MAX_BYTES else b""
    except OSError:
        return None  # told of by the reader of scenarios
    if size > _MAX_BYTES:
        raise FileError([Mistake(str(path), 1, 1, f"the file is larger than {_MAX_BYTES:,} bytes")])
    try:
        found = json.loads(raw, parse_float=str, parse_constant=str, object_pairs_hook=_once) if raw else None
    except (ValueError, RecursionError) as error:
        if path.suffix.lower() != ".json":
            return None  # a scenario may begin with a brace, too
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise FileError([Mistake(str(path), line, column, f"this is not valid JSON: {_reason(error)}")]) from None
    return found if isinstance(found, dict) and "schema_version" in found else None


def _reason(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(getattr(error, "msg", error)).lower()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def spend_of_record(record: Mapping[str, Any], name: str) -> Spend:
    """What a result says that was written as JSON.

    Args:
        record: the JSON, with numbers as text.
        name: the file, for messages.

    Raises:
        FileError: it is no estimate, or what it says cannot be; every mistake.
    """
    mistakes = list(_wrong_kind(record)) or list(_mistakes(record))
    if mistakes:
        raise FileError(Mistake(name, 1, 1, text) for text in mistakes[:_MOST_MISTAKES])
    logged = record["kind"] == _LOG
    records = {str(item["month"]): _fraction(item["records"]) for item in record["months"]}
    if logged:
        records = dict.fromkeys(months_of_log(record), Fraction(0))
    lines = [_line(line) for line in record["lines"]]
    found = Spend(
        TITLE if logged else _clean(" / ".join(filter(None, (record["title"], record.get("alternative"))))),
        _clean(record["currency"]),
        tuple(records),
        slices_of(lines, records),
        _book(record.get("price_book", {})),
        _clean(record.get("scenario_sha256", "")),
        tuple((_clean(item["code"]), _clean(item["text"], _LONGEST_WARNING)) for item in record.get("warnings", ())),
        _words(lines),
        written=True,
        logged=logged,
        counts=_counts(record["usage"]) if "usage" in record else None,
    )
    _require_sum(found, record, name, len(lines))
    return found


def _wrong_kind(record: Mapping[str, Any]) -> Iterator[str]:
    kind, version = record.get("kind"), record.get("schema_version")
    if kind == "comparison":
        yield (
            "this result compares alternatives, which are never added up: write one estimate a file, of a scenario "
            "with a mix or with one model"
        )
    elif kind == f"{_LOG}_comparison":
        yield "this result has a log under several price books, which are never added up: price it under one of them"
    elif kind not in {"estimate", _LOG}:
        yield (
            f"this is no estimate or priced log, but '{_clean(kind)}': write one with "
            "'costmodel estimate SCENARIO --format json' or 'costmodel usage price LOG --format json'"
        )
    elif version != SCHEMA_VERSION:
        yield f"its schema_version is '{_clean(version)}', and this program reads '{SCHEMA_VERSION}': write it again"


def _mistakes(record: Mapping[str, Any]) -> Iterator[str]:
    """What is missing in a record, or cannot be."""
    for key in ("currency",) if record["kind"] == _LOG else ("title", "currency"):
        if not isinstance(record.get(key), str):
            yield f"'{key}' must be a text"
    if not isinstance(record.get("price_book", {}), dict) or not _are_warnings(record.get("warnings", [])):
        yield "'price_book' must be an object, 'warnings' a list of objects with 'code' and 'text'"
    yield from _bad_fields("the result", record, (), ("total",))
    if "usage" in record and not _is_usage(record["usage"]):
        yield "'usage' must count its 'rows', those 'left_out' by reason, and the 'rows' of each model in 'unpriced'"
    for key in ("months", "lines"):
        if not isinstance(record.get(key), list) or not all(isinstance(item, dict) for item in record[key]):
            yield f"'{key}' must be a list of objects"
            return
    yield from _bad_months(record["months"])
    months = {str(item.get("month")) for item in record["months"]}
    if record["kind"] == _LOG and not _is_period(record.get("period"), months):
        yield "'period' must say its 'start', such as '2026-12', and how many 'months' it has, all of 'months' in it"
    yield from _bad_lines(record["lines"], months)


def _is_period(found: Any, months: set[str]) -> bool:
    """Whether it is the period of a log with usage in these months."""
    if not isinstance(found, dict) or not isinstance(found.get("months"), int) or found["months"] > _MOST_MONTHS:
        return False
    try:
        return months <= set(months_of_log({"period": found}))
    except (KeyError, QuantityError):
        return False


def _bad_months(months: list[dict[str, Any]]) -> Iterator[str]:
    if not months:
        yield "'months' has none"
    if len({str(item.get("month")) for item in months}) != len(months):
        yield "'months' has a month twice"
    for index, item in enumerate(months):
        yield from _bad_fields(f"months[{index}]", item, (), ("records",))
        if not _MONTH.fullmatch(str(item.get("month"))):
            yield f"months[{index}]: 'month' must be a month such as '2026-12'"


def _bad_lines(lines: list[dict[str, Any]], months: set[str]) -> Iterator[str]:
    for index, item in enumerate(lines):
        texts, numbers = (_TEXTS[:3], _NUMBERS[4:]) if "levy" in item else (_TEXTS, _NUMBERS)
        yield from _bad_fields(f"lines[{index}]", item, (*texts, *(key for key in _WORK if key in item)), numbers)
        if str(item.get("month")) not in months:
            yield f"lines[{index}]: its month is none of 'months'"


def _are_warnings(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(item, dict) and {"code", "text"} <= item.keys() for item in found)


def _bad_fields(where: str, item: Mapping[str, Any], texts: tuple[str, ...], numbers: tuple[str, ...]) -> Iterator[str]:
    for key in texts:
        if not isinstance(item.get(key), str):
            yield f"{where}: '{key}' must be a text"
    for key in numbers:
        text = str(item.get(key))
        if len(text) > _MAX_DIGITS or not _NUMBER.fullmatch(text):
            yield f"{where}: '{key}' must be a number as text, such as \"130.356\""
        elif key == "exchange_rate" and _fraction(text) <= 0:
            yield f"{where}: an exchange rate is more than 0"
        elif key in {"records", "requests", "pricing_quantity"} and _fraction(text) < 0:
            yield f"{where}: '{key}' is negative"


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line with its numbers as fractions and its texts safe to print."""
    numbers = {key: _fraction(line[key]) for key in (_NUMBERS[4:] if "levy" in line else _NUMBERS)}
    texts = {key: _clean(line[key]) for key in (*_TEXTS[1:3], *_WORK) if key in line}
    return {**line, **texts, **numbers}


def _counts(usage: Mapping[str, Any]) -> Counts:
    """Where the rows of a log went, as far as a variance tells it."""
    from costmodel.results.metered.metered import Counts, Unpriced

    left_out = {_clean(reason): rows for reason, rows in usage["left_out"].items()}
    unpriced = tuple(Unpriced(_clean(item.get("model")), "", item["rows"], 0, {}) for item in usage["unpriced"])
    return Counts(usage["rows"], left_out, unpriced)


def _is_usage(found: Any) -> bool:
    """Whether it says where the rows of a log went."""
    if not isinstance(found, dict) or not isinstance(found.get("left_out"), dict):
        return False
    unpriced = found.get("unpriced")
    if not isinstance(unpriced, list) or not all(isinstance(item, dict) for item in unpriced):
        return False
    counts = (found.get("rows"), *found["left_out"].values(), *(item.get("rows") for item in unpriced))
    return all(isinstance(count, int) and count >= 0 for count in counts)


def _require_sum(found: Spend, record: Mapping[str, Any], name: str, lines: int) -> None:
    """The lines must add up to the total; each was rounded at 18 decimals when it was written."""
    stated, added = _fraction(record["total"]), found.whole.cost
    if abs(stated - added) > Fraction(lines + 1, 10**18):
        from costmodel.quantities import decimal_text

        message = f"its lines add up to {decimal_text(added)}, its 'total' says {decimal_text(stated)}: it was changed"
        raise FileError([Mistake(name, 1, 1, message)])


def _words(lines: list[dict[str, Any]]) -> dict[str, MeterWords]:
    """Words for the meters of a result: those of the shipped meters, else its own."""
    from costmodel.documents.reader import read_document
    from costmodel.prices.meters import Meters
    from costmodel.shipped import shipped_folder

    meters = Meters.of(read_document(shipped_folder("pricing") / "meters.yaml"))
    names = dict.fromkeys(line["meter"] for line in lines if "levy" not in line)
    return {name: MeterWords.of(name, meters) if name in meters else MeterWords(name, "unit", 1) for name in names}


def _book(found: Mapping[str, Any]) -> dict[str, Any]:
    """The price book as a result names it."""
    book = {key: None if found.get(key) is None else _clean(found[key]) for key in ("version", "sha256")}
    own = found.get("overlays")
    named = [item for item in own if isinstance(item, dict)] if isinstance(own, list) else []
    overlays = [{key: _clean(item.get(key)) for key in ("name", "sha256")} for item in named]
    return {**book, **({"overlays": overlays} if overlays else {})}


def _fraction(text: Any) -> Fraction:
    return Fraction(str(text))


def _clean(text: Any, longest: int = _LONGEST) -> str:
    """A text from outside, safe to print: no control characters, and not without end. What is cut ends with a word."""
    found = "".join(char if char.isprintable() else "?" for char in str(text))
    if len(found) <= longest:
        return found
    kept = found[: longest - 1]
    return f"{kept.rpartition(' ')[0] or kept}…"

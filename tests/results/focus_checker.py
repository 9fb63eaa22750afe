"""What is wrong with FOCUS rows, by the tables of the specification in `focus_1_2.yaml`; knows nothing of our code."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Cells = "Mapping[str, str | None]"

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_CURRENCY = re.compile("[A-Z]{3}")
_WORD = "[A-Z][A-Za-z]*( [A-Z][a-z]+)*"
_UNIT = re.compile(rf"([1-9][0-9]* )?{_WORD}s(/{_WORD})?|{_WORD}-(Year|Month|Day|Hour|Minute|Second)s")


@cache
def spec() -> dict[str, Any]:
    """The tables of the specification."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "focus_1_2.yaml").read_text("utf-8"))
    return found


def faults(columns: Sequence[str], rows: Sequence[Mapping[str, str | None]]) -> list[str]:
    """Everything that the specification does not allow.

    Args:
        columns: names in the order of the file.
        rows: text by column; None for null.
    """
    found = list(_of_columns(columns))
    for number, row in enumerate(rows, 1):
        for check in (_of_values, _of_nulls, _of_products, _of_periods):
            found += [f"row {number}: {fault}" for fault in check(row)]
    return found + list(_of_pairs(rows))


def _of_columns(columns: Sequence[str]) -> Iterator[str]:
    known = spec()["columns"]
    yield from (
        f"{name} is missing" for name, rule in known.items() if rule["level"] != "conditional" and name not in columns
    )
    own = [not name.startswith("x_") for name in columns]
    if own != sorted(own, reverse=True):
        yield "columns of our own stand between those of FOCUS"
    yield from (f"FOCUS has no {name}" for name in columns if name not in known and not name.startswith("x_"))
    yield from (f"{name} stands twice" for name in set(columns) if list(columns).count(name) > 1)


def _of_values(row: Mapping[str, str | None]) -> Iterator[str]:
    for name, value in row.items():
        rule = spec()["columns"].get(name)
        if rule is None:
            continue
        if value is None:
            if not rule["nulls"] or name in spec()["never_null"]:
                yield f"{name} is null"
            continue
        if not _TYPES[rule["type"]](value):
            yield f"{name} '{value}' is no {rule['type']}"
        elif value not in rule.get("values", [value]):
            yield f"{name} '{value}' is not allowed"
        elif rule.get("format") and not _FORMATS[rule["format"]].fullmatch(value):
            yield f"{name} '{value}' is no {rule['format']}"
        elif "least" in rule and Fraction(value) < rule["least"]:
            yield f"{name} {value} is under {rule['least']}"


def _object(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and not any(isinstance(value, dict | list) for value in found.values())


_TYPES: dict[str, Callable[[str], object]] = {
    "string": str.strip,
    "decimal": _DECIMAL.fullmatch,
    "datetime": _INSTANT.fullmatch,
    "json": _object,
}
_FORMATS = {"currency": _CURRENCY, "unit": _UNIT}


def _of_nulls(row: Mapping[str, str | None]) -> Iterator[str]:
    category = row["ChargeCategory"]
    for name, rule in spec()["null_by_charge_category"].items():
        if category in rule["absent"] and row[name] is not None:
            yield f"{name} of a charge of category {category} is not null"
        if category in rule["present"] and row[name] is None:
            yield f"{name} of a charge of category {category} is null"
    for first, second in spec()["null_together"]:
        if (row[first] is None) != (row[second] is None):
            yield f"one of {first} and {second} is null"
    if category == "Purchase" and row["ChargeFrequency"] == "Usage-Based":
        yield "a purchase is usage-based"


def _of_products(row: Mapping[str, str | None]) -> Iterator[str]:
    for price, quantity, cost in spec()["products"]:
        factors = [row[price], row[quantity], row[cost]]
        if None not in factors:
            one, two, three = (Fraction(str(factor)) for factor in factors)
            if one * two != three:
                yield f"{price} × {quantity} is not {cost}"


def _of_periods(row: Mapping[str, str | None]) -> Iterator[str]:
    begins, starts, ends, closes = (
        str(row[name]) for name in ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodEnd")
    )
    if not begins <= starts < ends <= closes:
        yield f"the charge period {starts} to {ends} does not lie in the billing period {begins} to {closes}"


def _of_pairs(rows: Sequence[Mapping[str, str | None]]) -> Iterator[str]:
    for first, second in spec()["one_of_each"]:
        seen: dict[str | None, str | None] = {}
        for row in rows:
            if row[first] is not None and seen.setdefault(row[first], row[second]) != row[second]:
                yield f"{first} '{row[first]}' has more than one {second}"

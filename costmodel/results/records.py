"""Results as plain data: JSON and CSV with every digit."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from costmodel.equations.charges import escalated_charge
from costmodel.quantities import decimal_text
from costmodel.results.lines import DIMENSIONS, dimensions_of
from costmodel.results.table import safe_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.prices.meters import Meters
    from costmodel.results.lines import Group, Line


def line_records(lines: Sequence[Line], meters: Meters, *, exact: bool = False) -> list[dict[str, Any]]:
    """Every line as plain data.

    Args:
        lines: the lines.
        meters: for their units.
        exact: numbers as `Fraction` instead of decimal strings.
    """
    number: Any = (lambda value: value) if exact else decimal_text
    labels = [name for name in dimensions_of(lines) if name not in DIMENSIONS]
    return [_line(line, labels, meters, number) for line in lines if line.charge or line.levy]


def _line(line: Line, labels: Sequence[str], meters: Meters, number: Any) -> dict[str, Any]:
    record: dict[str, Any] = {name: line.keys[name] for name in DIMENSIONS}
    record |= {"labels": {name: line.key(name) for name in labels}} if labels else {}
    entry, charge = line.entry, line.charge
    if entry is not None and charge is not None:
        price, listed = charge.contracted_price, charge.list_price
        row = entry.tariff.row
        record |= {
            "records": number(entry.records),
            "requests": number(entry.requests),
            "pricing_quantity": number(charge.quantity),
            "pricing_unit": meters[charge.meter].units,
            "list_unit_price": number(listed.unit_price) if listed else None,
            "contracted_unit_price": number(price.unit_price) if price else None,
            "list_cost": None if charge.list_cost is None else number(charge.list_cost),
            "contracted_cost": number(charge.contracted_cost),
            "list_currency": entry.list_currency,
            "billed_cost": number(charge.billed_cost),
            "billing_currency": entry.billing_currency,
            "credit_rate": number(entry.credit_rate),
            "exchange_rate": number(entry.exchange_rate),
            "escalation": number(escalated_charge(1, entry.escalation_rate, entry.escalation_years)),
            "price_row": {
                "valid_from": row.valid.from_.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "recorded": row.recorded.isoformat(),
                "kind": row.source.kind,
                "source": row.source.url or row.source.title,
                "retrieved": row.source.retrieved.isoformat(),
            },
        }
    if line.levy is not None:
        rate = line.levy.rate
        record |= {
            "levy": line.levy.kind,
            "base": number(line.levy.base),
            "rate": None if rate is None else number(rate),
            "grossed_up": line.levy.grossed_up,
        }
    return record | {"cost": number(line.cost)}


def group_records(groups: Sequence[Group], by: Sequence[str]) -> list[dict[str, Any]]:
    """Groups by dimensions as plain data.

    Where meters are told apart, each group has the units of its own meter, and no records or requests: these are behind
    all meters together, and a column of them would add up to several times as many.
    """
    return [dict(zip(by, group.key, strict=True)) | _group(group, by) for group in groups]


def _group(group: Group, by: Sequence[str]) -> dict[str, Any]:
    own = group.key[by.index("meter")] if "meter" in by else None
    return {
        "records": decimal_text(group.records) if own is None else None,
        "requests": decimal_text(group.requests) if own is None else None,
        "units": {meter: decimal_text(units) for meter, units in group.totals.items() if own in {None, meter}},
        "cost": decimal_text(group.cost),
    }


def json_text(record: Any) -> str:
    """Plain data as JSON text: stable order, two spaces, UTF-8."""
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def csv_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Records as CSV with a byte-order mark, so that a spreadsheet reads it as UTF-8; texts cannot run as formulas."""
    flat = flat_records(records)
    names = list(dict.fromkeys(name for record in flat for name in record))
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(flat)
    return buffer.getvalue()


def flat_records(records: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Records without records inside them, every value a text that cannot run as a formula."""
    return [_flat(record) for record in records]


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= {f"{name}_{key}": item for key, item in _flat(value).items()}
        else:
            found[safe_cell(name)] = "" if value is None else _cell(str(value))
    return found


def _cell(text: str) -> str:
    negative = text[:1] == "-" and text[1:].replace(".", "", 1).isdigit()
    return text if negative else safe_cell(text)

"""Results as plain data: JSON and CSV with every digit."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, cast

from costmodel.quantities import decimal_text
from costmodel.results.lines import DIMENSIONS, dimensions_of
from costmodel.results.table import safe_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costmodel.results.comparison import Comparison
    from costmodel.results.estimate import Estimate
    from costmodel.results.lines import Line


def estimate_record(estimate: Estimate) -> dict[str, Any]:
    """An estimate as plain data; money as decimal strings, unrounded."""
    from costmodel.results.estimate import SCHEMA_VERSION

    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "estimate",
        "title": estimate.title,
        **({"alternative": estimate.alternative} if estimate.alternative else {}),
        "currency": estimate.currency,
        "period": {"start": str(estimate.months[0]), "months": len(estimate.months)},
        "total": decimal_text(estimate.total),
        "records": decimal_text(estimate.records),
        "cost_per_record": decimal_text(estimate.cost_per_record),
        "months": [
            {"month": group.key[0], "cost": decimal_text(group.cost), "records": decimal_text(group.records)}
            for group in estimate.by("month")
        ],
        "lines": line_records(estimate),
        "price_book": {"version": estimate.book.version, "sha256": estimate.book.sha256},
        "scenario_sha256": estimate.scenario_sha256,
        "exchange_rates": [rate.to_json() for rate in estimate.exchange],
        "budget": str(estimate.budget) if estimate.budget else None,
        "warnings": [{"code": notice.code, "text": notice.text} for notice in estimate.notices],
    }


def line_records(estimate: Estimate, *, exact: bool = False) -> list[dict[str, Any]]:
    """Every line as plain data.

    Args:
        estimate: the estimate.
        exact: numbers as `Fraction` instead of decimal strings.
    """
    number: Any = (lambda value: value) if exact else decimal_text
    names = dimensions_of(estimate.lines)
    return [_line(line, names, estimate, number) for line in estimate.lines if line.charge or line.levy]


def _line(line: Line, names: Sequence[str], estimate: Estimate, number: Any) -> dict[str, Any]:
    labels = {name: line.keys.get(name, "") for name in names if name not in DIMENSIONS}
    record: dict[str, Any] = {name: line.keys[name] for name in DIMENSIONS} | ({"labels": labels} if labels else {})
    entry, charge = line.entry, line.charge
    if entry is not None and charge is not None:
        price, listed = charge.contracted_price, charge.list_price
        row = entry.tariff.row
        record |= {
            "records": number(entry.records),
            "requests": number(entry.requests),
            "pricing_quantity": number(charge.quantity),
            "pricing_unit": estimate.meters[charge.meter].units,
            "list_unit_price": number(listed.unit_price) if listed else None,
            "contracted_unit_price": number(price.unit_price) if price else None,
            "list_cost": None if charge.list_cost is None else number(charge.list_cost),
            "contracted_cost": number(charge.contracted_cost),
            "list_currency": entry.list_currency,
            "billed_cost": number(charge.billed_cost),
            "billing_currency": entry.billing_currency,
            "price_row": {
                "valid_from": row.valid.from_.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "recorded": row.recorded.isoformat(),
                "kind": row.source.kind,
                "source": row.source.url or row.source.title,
                "retrieved": row.source.retrieved.isoformat(),
            },
        }
    if line.levy is not None:
        record |= {"levy": line.levy.kind, "base": number(line.levy.base)}
    return record | {"cost": number(line.cost)}


def group_records(result: Estimate | Comparison, by: Sequence[str]) -> list[dict[str, Any]]:
    """Groups by dimensions as plain data."""
    several: tuple[Estimate, ...] | None = getattr(result, "estimates", None)
    estimates = several or (cast("Estimate", result),)
    return [
        ({"alternative": item.alternative or item.title} if len(estimates) > 1 else {})
        | dict(zip(by, group.key, strict=True))
        | {
            "records": decimal_text(group.records),
            "requests": decimal_text(group.requests),
            "units": {meter: decimal_text(units) for meter, units in group.totals.items()},
            "cost": decimal_text(group.cost),
        }
        for item in estimates
        for group in item.by(*by)
    ]


def json_text(record: Any) -> str:
    """Plain data as JSON text: stable order, two spaces, UTF-8."""
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def csv_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Records as CSV with a byte-order mark, so that a spreadsheet reads it as UTF-8; texts cannot run as formulas."""
    flat = [_flat(record) for record in records]
    names = list(dict.fromkeys(name for record in flat for name in record))
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(flat)
    return buffer.getvalue()


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

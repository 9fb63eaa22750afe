"""A price file read as of a day: its canonical content and its hash.

The hash covers what decides a figure: prices, validity, sources, aliases, tiers, regions, tokenizer, meters, exchange
rates, each as written. A withdrawal that comes later is left out, so that an old version keeps its hash. Names, context
windows and terms are hashed apart.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from costmodel.prices.card import in_reading
from costmodel.quantities import day

if TYPE_CHECKING:
    from datetime import date

_PRICED = ("model", "tokenizer")
_LISTS = ("aliases", "service_tiers", "regions")
_DESCRIPTIVE = ("model", "name", "context_window", "max_output", "terms")


def digest(content: Any) -> str:
    """SHA-256 of canonical JSON: keys sorted, no spaces, every number as the text written."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def provider_content(data: dict[str, Any], on: date) -> dict[str, Any] | None:
    """What a provider's file says about prices, read on a day; None where it said nothing yet."""
    offers = [content for offer in data["offers"] if (content := offer_content(offer, on)) is not None]
    if not offers:
        return None
    offers.sort(key=lambda offer: offer["model"])
    return {"provider": data["provider"], "currency": data["currency"], "offers": offers}


def provider_terms(data: dict[str, Any], on: date) -> dict[str, Any]:
    """The descriptive part of a provider's file: names, context windows, terms."""
    offers = [
        {key: offer[key] for key in _DESCRIPTIVE if key in offer}
        for offer in data["offers"]
        if offer_content(offer, on) is not None
    ]
    return {"name": data.get("name"), "offers": sorted(offers, key=lambda offer: str(offer["model"]))}


def names_of(offer: dict[str, Any], on: date) -> list[str]:
    """The exact names of an offer, read on a day: its model and its aliases."""
    return [
        str(offer["model"]),
        *(_name(item) for item in offer.get("aliases") or () if _listed_read(item, on)),
    ]


def offer_content(offer: dict[str, Any], on: date) -> dict[str, Any] | None:
    """What an offer says about prices, read on a day; None where it said nothing yet."""
    rows = [
        {key: value for key, value in row.items() if key != "withdrawn"} for row in offer["prices"] if _read(row, on)
    ]
    if not rows:
        return None
    content: dict[str, Any] = {key: offer[key] for key in _PRICED if key in offer}
    for key in _LISTS:
        names = [_name(item) for item in offer.get(key) or () if _listed_read(item, on)]
        if names:
            content[key] = sorted(names)
    content["prices"] = sorted(rows, key=lambda row: (row["valid"]["from"], row["recorded"]))
    return content


def _read(row: dict[str, Any], on: date) -> bool:
    withdrawn = row.get("withdrawn")
    return in_reading(day(row["recorded"]), day(withdrawn["on"]) if withdrawn else None, on)


def _name(item: Any) -> str:
    return str(item["name"]) if isinstance(item, dict) else str(item)


def _listed_read(item: Any, on: date) -> bool:
    return not isinstance(item, dict) or "recorded" not in item or day(item["recorded"]) <= on


def recorded_content(entries: list[dict[str, Any]], on: date) -> list[dict[str, Any]]:
    """Meters or exchange rates recorded by a day."""
    return [entry for entry in entries if day(entry["recorded"]) <= on]

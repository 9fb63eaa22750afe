"""Private models in overlay files, and work for them: what tests of comparisons, ranges and mixes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costmodel import Scenario

if TYPE_CHECKING:
    from pathlib import Path

SLOW = """{baa: {value: true, url: 'https://e.org', retrieved: 2026-10-14},
      latency_ms: {value: 1200, url: 'https://e.org', retrieved: 2026-10-15}}"""
MIDDLE = """{retention_days: {value: 30, url: 'https://e.org', retrieved: 2026-10-16},
      latency_ms: {value: 999, url: 'https://e.org', retrieved: 2026-10-16}}"""
FAST = """{baa: {value: false, url: 'https://e.org', retrieved: 2026-10-17},
      latency_ms: {value: 199, url: 'https://e.org', retrieved: 2026-10-17}}"""
WORK = """\
scenario: Letters
prices: {version: "2026.11"}
horizon: {start: 2026-12, months: 12}
currency: USD
workload:
  records: {per_month: 1000}
  tokens: {input: 600, output: 400}
models: [mid/medium-1, cheap/slow-1]
"""


class Private(NamedTuple):
    """A private model.

    Attributes:
        terms: what procurement asks, as YAML.
        of_row: further lines of its price row.
        of_offer: further lines of the offer.
    """

    input: str
    output: str
    terms: str = "{}"
    window: int | None = None
    of_row: str = ""
    of_offer: str = ""


OFFERS = {
    "cheap/slow-1": Private("1.00", "2.00", SLOW, 8_000),
    "mid/medium-1": Private("2.00", "2.00", MIDDLE, 64_000),
    "dear/fast-1": Private("4.00", "1.00", FAST),
    "flat/fee-1": Private("0.10", "0.10", window=900, of_row="minimum_charge: {amount: 4, per: month}"),
}


def overlay(name: str, folder: Path, offer: Private) -> Path:
    """A private model of a provider of its own, in a file."""
    provider, _, model = name.partition("/")
    text = (
        f"overlay: {provider}\nprovider: {provider}\nname: {provider}\ncurrency: USD\noffers:\n  - model: {model}\n"
        + (f"    context_window: {offer.window}\n" if offer.window else "")
        + (f"    {offer.of_offer}\n" if offer.of_offer else "")
        + "    prices:\n      - valid: {from: 2026-01-01}\n        recorded: 2026-01-01\n"
        "        source: {kind: contracted, title: Contract, retrieved: 2026-01-01}\n        per: 1_000_000 tokens\n"
        f"        rates:\n          - prices: {{input: {offer.input}, output: {offer.output}}}\n"
        + (f"        {offer.of_row}\n" if offer.of_row else "")
        + (f"    terms: {offer.terms}\n" if offer.terms != "{}" else "")
    )
    path = folder / f"{provider}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def letters(folder: Path, offers: dict[str, Private] | None = None) -> tuple[Scenario, list[Path]]:
    """A scenario and private models; without others 1.40, 2.00, 2.80 and 0.10 (at least 4) USD a month for it."""
    path = folder / "work.yaml"
    path.write_text(WORK, encoding="utf-8")
    named = OFFERS if offers is None else offers
    return Scenario.load(path), [overlay(name, folder, offer) for name, offer in named.items()]

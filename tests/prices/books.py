"""Small price books for tests: text in a temporary folder, read like any other book."""

from __future__ import annotations

import json
from hashlib import sha256
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from costmodel.documents.reader import read_document
from costmodel.prices.book import PriceBook
from costmodel.prices.reading import digest, provider_content, provider_terms, recorded_content
from costmodel.quantities import day
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

FX = """\
source: {title: Test bank, retrieved: 2026-01-31}
base: EUR
rates:
  - {on: 2025-12-31, recorded: 2026-01-10, USD: 1.10, CNY: 8.00}
  - {on: 2026-01-30, recorded: 2026-02-10, USD: 1.20, CNY: 8.40, JPY: 180}
"""


def row(begins: str, rates: str, **keys: str) -> str:
    """A price row: its first day, its rates (one a line), and further keys as YAML text."""
    valid = ", ".join([f"from: {begins}", *(f"{key}: {keys.pop(key)}" for key in ("until", "start") if key in keys)])
    source = keys.pop("source", "{kind: list, title: Test list, retrieved: 2026-01-01}")
    lines = [
        f"- valid: {{{valid}}}",
        f"  recorded: {keys.pop('recorded', '2026-01-01')}",
        f"  source: {source}",
    ]
    per = keys.pop("per", "1_000_000 tokens")
    lines += [f"  per: {per}"] if per else []
    lines += [f"  {key}: {value}" for key, value in keys.items()]
    if rates:
        lines += ["  rates:", *(f"    - {rate.strip()}" for rate in dedent(rates).strip().splitlines())]
    return "\n".join(lines)


def flat(begins: str, price: str, **keys: str) -> str:
    """A price row of one input price and no other."""
    return row(begins, f"prices: {{input: {price}}}", **keys)


def offer(model: str, *rows: str, **keys: str) -> str:
    """An offer with its rows and further keys as YAML text."""
    lines = [f"- model: {model}", *(f"  {key}: {value}" for key, value in keys.items()), "  prices:"]
    return "\n".join([*lines, *(indent(item, "    ") for item in rows)])


def provider(name: str, *offers: str, currency: str = "USD") -> str:
    """A provider's file."""
    return f"provider: {name}\nname: {name.title()}\ncurrency: {currency}\noffers:\n" + "\n".join(
        indent(item, "  ") for item in offers
    )


def overlay(*offers: str, provider: str = "acme", **keys: str) -> str:
    """An overlay file."""
    head = [f"overlay: {keys.pop('overlay', 'our contract')}"]
    head += [f"provider: {provider}"] if offers else []
    head += [f"{key}: {value}" for key, value in keys.items()]
    body = ["offers:", *(indent(item, "  ") for item in offers)] if offers else []
    return "\n".join([*head, *body]) + "\n"


def written(folder: Path, *files: str, fx: str = FX) -> Path:
    """A folder of price files with the shipped meters; each file is named by its provider."""
    (folder / "providers").mkdir(parents=True, exist_ok=True)
    for text in files:
        (folder / "providers" / f"{text.partition(chr(10))[0].removeprefix('provider: ')}.yaml").write_text(text)
    text = (shipped_folder("pricing") / "meters.yaml").read_text("utf-8")
    (folder / "meters.yaml").write_text(text.replace("recorded: 2026-11-22", "recorded: 2020-01-01"))
    (folder / "fx.yaml").write_text(fx)
    return folder


def working(folder: Path, *files: str, overlays: tuple[str, ...] = (), fx: str = FX) -> PriceBook:
    """The working state of a small book, with overlays given as text."""
    place = written(folder / "pricing", *files, fx=fx)
    paths = []
    for number, text in enumerate(overlays):
        paths.append(folder / f"overlay{number}.yaml")
        paths[-1].write_text(text)
    return PriceBook.load(place, "working", paths)


def released(folder: Path, **versions: str) -> None:
    """Release versions of the folder as it stands: name (`v1`) and day of each."""
    lines = ["versions:"]
    for name, on in versions.items():
        parts = _parts(folder, on)
        whole = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        terms = digest({path.stem: provider_terms(read_document(path).data, day(on)) for path in _files(folder)})
        lines.append(f'  - {{version: "{name}", date: {on}, note: Test, sha256: {whole}, terms_sha256: {terms},')
        lines.append(f"     parts: {{{', '.join(f'{part}: {value}' for part, value in parts.items())}}}}}")
    (folder / "versions.yaml").write_text("\n".join(lines) + "\n")


def _files(folder: Path) -> list[Path]:
    return sorted((folder / "providers").glob("*.yaml"))


def _parts(folder: Path, on: str) -> dict[str, str]:
    contents = {path.stem: provider_content(read_document(path).data, day(on)) for path in _files(folder)}
    for part, key in (("meters", "meters"), ("fx", "rates")):
        contents[part] = recorded_content(read_document(folder / f"{part}.yaml").data[key], day(on))
    return {part: digest(content) for part, content in contents.items() if content is not None}

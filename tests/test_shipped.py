"""What ships: released hashes, schemas, profiles, start-up, and that a wheel carries all of it."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml

from costmodel.errors import FileError
from costmodel.prices.book import PriceBook
from costmodel.prices.release import changes, check_versions, read_tables, release
from costmodel.prices.schema import ProviderFile
from costmodel.quantities import day
from costmodel.schemas import SCHEMAS, schema_text
from costmodel.usage.profiles import load_profile

ROOT = Path(__file__).parent.parent
PRICING = ROOT / "pricing"


def test_released_versions_say_what_they_said():
    """Every hash in versions.yaml is that of the rows read as of its date: history cannot change unseen."""
    tables = read_tables(PRICING)
    assert tables.versions
    assert check_versions(tables) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("input: 2.00, cache_read: 0.50, output: 8.00", "input: 2.01, cache_read: 0.50, output: 8.00"),
     ("aliases: [gpt-4.1-2025-04-14]", "aliases: [gpt-4.1-2025-04-15]"),
     ("valid: {from: 2025-04-14}", "valid: {from: 2025-04-15}")],
)  # fmt: skip
def test_a_changed_row_breaks_its_version(tmp_path, old, new):
    """A price, alias or date edited after the release is found by `prices check`, and nothing is priced with it."""
    book = shutil.copytree(PRICING, tmp_path / "pricing")
    file = book / "providers" / "openai.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    broken = check_versions(read_tables(book))
    assert len(broken) == 1
    assert "'openai' is not what was released" in broken[0]
    with pytest.raises(Exception, match="rows are never edited"):
        PriceBook.load(book).card("openai/gpt-4.1")


def test_a_withdrawal_that_comes_later_leaves_the_old_version_whole(tmp_path):
    """A row withdrawn after the release is still read by the old version, and no longer by the new one."""
    book = shutil.copytree(PRICING, tmp_path / "pricing")
    file = book / "providers" / "holysheep-b.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(index for index, line in enumerate(lines) if line.strip() == "recorded: 2026-11-22")
    lines.insert(at + 1, '        withdrawn: {on: 2026-11-30, why: "wrong figure"}')
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert check_versions(read_tables(book)) == []
    version, text = release(book, "2026.12", day("2026-12-01"), "One quoted row withdrawn")
    (book / "versions.yaml").write_text(text, encoding="utf-8")
    tables = read_tables(book)
    assert check_versions(tables) == []
    gone = changes(tables, day("2026-11-22"), day("2026-12-01"))
    assert [(change.sign, change.what.partition("/")[0]) for change in gone] == [("-", "holysheep-b")]
    assert version.sha256 != tables.versions[0].sha256
    assert [item.version for item in tables.versions] == ["2026.11", "2026.12"]


def test_the_book_ships_what_it_promises():
    """At least 10 providers and 80 offers; every row says where it was read."""
    files = [read(path) for path in (PRICING / "providers").glob("*.yaml")]
    offers = [offer for file in files for offer in file["offers"]]
    rows = [row for offer in offers for row in offer["prices"]]
    assert len(files) >= 10
    assert len(offers) >= 80
    assert sum(len(offer["prices"]) > 1 for offer in offers) >= 40
    assert all(row["source"]["retrieved"] and (row["source"].get("url") or row["source"].get("title")) for row in rows)


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_editor_schemas_are_current(kind):
    """docs/schema is what the models generate: `make schemas` after a change."""
    assert (ROOT / "docs" / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8") == schema_text(kind)


def read(path):
    """A YAML file with every scalar as the text that was written."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - reads text alone, makes no objects


@pytest.mark.parametrize(
    ("kind", "path"),
    [("provider", path) for path in sorted((PRICING / "providers").glob("*.yaml"))]
    + [("scenario", path) for path in sorted((ROOT / "scenarios").glob("*.yaml"))]
    + [("meters", PRICING / "meters.yaml")]
    + [
        ("mapping", path)
        for path in sorted((ROOT / "costmodel" / "usage" / "logs" / "shapes" / "families").glob("*.yaml"))
    ]
    + [("bill", path) for path in sorted((ROOT / "costmodel" / "decisions" / "reconcile" / "bills").glob("*.yaml"))],
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_shipped_files_meet_the_editor_schema(kind, path):
    """What an editor would mark as wrong is nothing in the shipped files."""
    jsonschema.Draft202012Validator(json.loads(schema_text(kind))).validate(as_an_editor_reads(read(path)))


def test_every_key_of_a_price_table_is_described():
    """Field docstrings reach the schema, so that an editor explains each key."""
    properties = json.loads(schema_text("provider"))["properties"]
    assert set(properties) == {field.alias or name for name, field in ProviderFile.model_fields.items()}
    assert all(item.get("description") for item in properties.values())


def test_profiles_hold_what_was_measured():
    """Sums as counted: ACI-Bench 87 dialogues, the Azure code trace 8,819 requests."""
    sums = {}
    for name in ("aci-bench/gold-note", "azure-2023/code"):
        points = load_profile(name).points()
        sums[name] = [
            int(sum(getattr(p, key) * (1 if key == "weight" else p.weight) for p in points))
            for key in ("weight", "input", "output")
        ]
    assert sums == {"aci-bench/gold-note": [87, 128_515, 51_028], "azure-2023/code": [8_819, 18_059_974, 245_896]}


DATA = ROOT.parent / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="the measured data do not travel with the project")
def test_profiles_agree_with_the_data_they_were_measured_on():
    """Every point of the profiles is in the data, with its weight."""
    with (DATA / "azure_code_usage.csv").open(encoding="utf-8") as file:
        counted = Counter((int(row["input_tokens"]), int(row["output_tokens"])) for row in csv.DictReader(file))
    assert {(int(p.input), int(p.output)): int(p.weight) for p in load_profile("azure-2023/code").points()} == counted
    with (DATA / "clinical_token_counts_dev.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["corpus"] == "aci" and row["split"] in {"train", "valid"}]
    profile = load_profile("aci-bench/gold-note")
    for vocabulary, column in (
        ("o200k_base", "o200k"),
        ("claude-4.7", "claude_opus4_7_ctok"),
        ("gemini", "gemini_gemma3"),
    ):
        sums = [sum(int(row[column]) for row in rows if row["role"] == role) for role in ("dialogue", "note_gold")]
        points = profile.points(vocabulary)
        assert sums == [sum(p.input for p in points), sum(p.output for p in points)]


def test_an_offer_read_alone_is_the_same_offer():
    """Reading one offer out of a released file gives what reading the whole file gives, for every offer."""
    whole = {card.name: card for card in PriceBook.load().offers()}
    assert len(whole) >= 80
    for name, card in whole.items():
        alone = PriceBook.load().card(name)
        assert (alone.offer, alone.currency, alone.tiers, alone.regions) == (
            card.offer,
            card.currency,
            card.tiers,
            card.regions,
        ), name


def test_an_offer_alone_keeps_its_lines(tmp_path):
    """A mistake in a part that the hash leaves out is told at its own line, though one offer was read alone."""
    book = shutil.copytree(PRICING, tmp_path / "pricing")
    file = book / "providers" / "openai.yaml"
    text = file.read_text(encoding="utf-8").replace("context_window: 1_047_576", "context_window: many", 1)
    file.write_text(text, encoding="utf-8")
    line = text.splitlines().index("    context_window: many") + 1
    with pytest.raises(FileError, match=f"openai.yaml:{line}:21: expected a number, got 'many'"):
        PriceBook.load(book).card("openai/gpt-4.1")


def as_an_editor_reads(value):
    """Scalars as text, but true and false as such."""
    if isinstance(value, dict):
        return {key: as_an_editor_reads(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_an_editor_reads(item) for item in value]
    return {"true": True, "false": False}.get(value, value)


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_start_up_loads_nothing_heavy():
    """`import costmodel` loads no pydantic; `estimate` neither pandas nor numpy nor matplotlib nor rich."""
    heavy = "('pandas', 'numpy', 'matplotlib', 'rich', 'scipy', 'duckdb')"
    first = run(
        f"import sys, costmodel; print([m for m in (*{heavy}, 'pydantic', 'yaml', 'click') if m in sys.modules])"
    )
    command = "['estimate', 'scenarios/emr-medium.yaml', '--output', '/dev/null', '--quiet']"
    second = run(
        f"import sys; from costmodel.cli import run; run({command}); print([m for m in {heavy} if m in sys.modules])"
    )
    assert (first.strip(), second.strip()) == ("[]", "[]")


@pytest.mark.slow
def test_a_wheel_stands_alone(tmp_path):
    """A wheel installed without the checkout has its prices and scenarios with it, and gives the same figures."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    wheel = next(tmp_path.glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert "costmodel/_shipped/pricing/versions.yaml" in names
    assert "costmodel/_shipped/scenarios/profiles/aci-bench--gold-note.yaml" in names
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = f"""if True:
        import sys
        sys.path.insert(0, {str(site)!r})
        from costmodel.cli import run
        raise SystemExit(run(["check", "--quiet"]))
    """
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "figures as expected" in result.stdout


def test_price_of_a_request_is_exact():
    """100,000 input and 5,000 output tokens of GPT-4.1 at 2 and 8 a million cost 0.24, as a fraction."""
    from costmodel import PriceBook, instant

    price = PriceBook.load().price("openai/gpt-4.1", instant("2026-01-15T12:00:00Z"), input=100_000, output=5_000)
    assert price.cost == Fraction("0.24")

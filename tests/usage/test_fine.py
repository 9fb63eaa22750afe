"""The fine cube as a file: kept, opened again, joined; refused in words where it is not what it seems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from metered_logs import METERS, OFFERS, book, mapping, random_log, written_parquet

from costmodel.errors import FileError, UsageError
from costmodel.usage.logs.cube.cuts import Cuts, cuts_of
from costmodel.usage.logs.cube.fine import Facts, FineCube, facts_of, join, read_cube, write_cube
from costmodel.usage.logs.cube.query import Layout
from costmodel.usage.logs.cube.scan import scanner
from costmodel.usage.logs.reading.reading import sources

if TYPE_CHECKING:
    from pathlib import Path

ROWS = random_log(600, 11)


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Cuts:
    prices = book(tmp_path_factory.mktemp("book"))
    return cuts_of([prices.card(name) for name in OFFERS], prices.meters, METERS)


def cube(folder: Path, rows, cuts: Cuts, name: str = "cube", labels: tuple[str, ...] = ()) -> FineCube:
    log = written_parquet(folder, rows, f"{name}-log.parquet")
    with scanner(sources([log], mapping(folder), labels), folder) as scan:
        return scan.cube(cuts, "day", name)


def rows_of(cube: FineCube) -> list[tuple[object, ...]]:
    with duckdb.connect() as connected:
        return connected.execute(f"SELECT * FROM ({cube.relation}) ORDER BY ALL").fetchall()


def test_a_kept_cube_is_the_same_when_it_is_opened(tmp_path: Path, cuts: Cuts):
    """Its rows, and all that it says of itself: cuts with windows and steps among them."""
    made, kept = cube(tmp_path, ROWS, cuts), tmp_path / "kept.parquet"
    made.save(kept)
    opened = read_cube(kept)
    assert opened.facts == made.facts
    assert opened.facts.cuts == cuts
    assert rows_of(opened) == rows_of(made)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path, cuts: Cuts):
    """Whatever order the log was in."""
    for name, rows in (("a", ROWS), ("b", ROWS[::-1])):
        cube(tmp_path, rows, cuts, name).save(tmp_path / f"{name}-kept.parquet")
    assert (tmp_path / "a-kept.parquet").read_bytes() == (tmp_path / "b-kept.parquet").read_bytes()


def test_joined_cubes_are_the_cube_of_the_joined_logs(tmp_path: Path, cuts: Cuts):
    """Rows and bad rows are added up."""
    whole = cube(tmp_path, ROWS, cuts, "whole", ("department",))
    parts = [cube(tmp_path, ROWS[at : at + 200], cuts, f"part{at}", ("department",)) for at in range(0, len(ROWS), 200)]
    joined = join(parts, tmp_path / "joined.parquet")
    assert rows_of(joined) == rows_of(whole)
    assert joined.facts == whole.facts
    twice = cube(tmp_path, [*ROWS, *ROWS], cuts, "twice", ("department",))
    assert rows_of(join([whole, joined], tmp_path / "again.parquet")) == rows_of(twice)
    bad = FineCube(parts[0].file, parts[0].facts.model_copy(update={"rows_read": 203, "left_out": {"negative": 3}}))
    assert join([bad, *parts[1:]], tmp_path / "bad.parquet").facts.left_out == {"negative": 3}
    assert join([bad, *parts[1:]], tmp_path / "bad.parquet").facts.rows_counted == len(ROWS)


def test_cubes_that_are_not_alike_are_not_joined(tmp_path: Path, cuts: Cuts):
    """Other labels, or other cuts; or none at all."""
    plain = cube(tmp_path, ROWS, cuts, "plain")
    labelled = cube(tmp_path, ROWS, cuts, "labelled", ("department",))
    uncut = cube(tmp_path, ROWS, Cuts(), "uncut")
    for other in (labelled, uncut):
        with pytest.raises(UsageError, match="same labels and cut at the same sizes"):
            join([plain, other], tmp_path / "joined.parquet")
    with pytest.raises(UsageError, match="no usage cube was given"):
        join([], tmp_path / "joined.parquet")


def huge(folder: Path, name: str = "huge", tokens: int = 2**63) -> FineCube:
    """A cube of one row with more tokens than 64 bits hold."""
    layout = Layout(("input",))
    facts = facts_of(layout, (), 1, {}, "half-hour")
    row = (
        "SELECT 900000 AS bucket, 0 AS piece, 'm' AS model, 't' AS tier, 'r' AS region, 0 AS band, 0 AS used, "
        f"1 AS rows_read, 1 AS requests, CAST('{tokens}' AS DECIMAL(38, 0)) AS input"
    )
    with duckdb.connect() as connected:
        return write_cube(connected, row, facts, folder / f"{name}.parquet")


def test_sums_beyond_64_bits_are_kept_to_the_last_digit(tmp_path: Path):
    """Kept, opened, joined."""
    made = huge(tmp_path)
    made.save(tmp_path / "kept.parquet")
    joined = join([read_cube(tmp_path / "kept.parquet"), made], tmp_path / "joined.parquet")
    assert int(rows_of(joined)[0][-1]) == 2**64


def damage(kept: Path, how: str) -> None:
    """Make of a kept cube what it should not be."""
    if how == "cut off":
        kept.write_bytes(kept.read_bytes()[:-100])
        return
    if how == "text":
        kept.write_text("bucket,piece\n")
        return
    with duckdb.connect() as connected:
        found = connected.execute(f"SELECT decode(value) FROM parquet_kv_metadata('{kept}')").fetchone()
        facts = {"other facts": "{}", "other version": found[0].replace('"schema_version":"1"', '"schema_version":"9"')}
        text = facts.get(how, found[0]).replace("'", "''")
        rows = {
            "negative": "SELECT * REPLACE (-input AS input)",
            "empty": "SELECT * REPLACE (CAST(NULL AS VARCHAR) AS model)",
            "fractions": "SELECT * REPLACE (CAST(input AS DOUBLE) AS input)",
            "no column": "SELECT * EXCLUDE (band)",
        }.get(how, "SELECT *")
        metadata = "" if how == "other file" else f", KV_METADATA {{costmodel_usage_cube: '{text}'}}"
        connected.execute(f"CREATE TABLE rows AS {rows} FROM read_parquet('{kept}')")
        connected.execute(f"COPY rows TO '{kept}' (FORMAT parquet{metadata})")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("cut off", "the Parquet file is cut off or damaged"),
        ("text", "the Parquet file is cut off or damaged"),
        ("other file", "this is no usage cube .* price the log again"),
        ("other facts", "this is no usage cube .* price the log again"),
        ("other version", "this is no usage cube .* price the log again"),
        ("negative", "is missing, or holds other than counts"),
        ("empty", "is missing, or holds other than counts"),
        ("fractions", "its column 'input' is missing, or holds other than counts"),
        ("no column", "its column 'band' is missing"),
    ],
)
def test_a_damaged_cube_is_refused(tmp_path: Path, how: str, words: str):
    """In words, naming the file; never half a sum."""
    kept = tmp_path / "kept.parquet"
    huge(tmp_path).save(kept)
    read_cube(kept)
    damage(kept, how)
    with pytest.raises(FileError, match=words) as refused:
        read_cube(kept)
    assert "kept.parquet" in str(refused.value)


def test_a_cube_that_is_not_there(tmp_path: Path):
    """Said so."""
    with pytest.raises(FileError, match="there is no such file"):
        read_cube(tmp_path / "none.parquet")


def test_facts_know_how_many_rows_are_in_the_cube():
    """Those read, less those left out."""
    facts = Facts(meters=("input",), rows_read=10, left_out={"negative": 2, "duplicate": 1})
    assert facts.rows_counted == 7

"""The query that a warehouse runs: its answer, priced, is what the log itself comes to, to the last digit."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "prices")]

import wrong_rows  # noqa: E402
from metered_logs import book, mapping, random_log, written_parquet  # noqa: E402
from postgres import postgres, programs  # noqa: E402

from costmodel.cli import run  # noqa: E402
from costmodel.errors import CommandLineError, FileError  # noqa: E402
from costmodel.study.metered import metered, priced  # noqa: E402
from costmodel.study.usage_log import UsageLog, kept_cube  # noqa: E402
from costmodel.usage.logs.cube.cuts import cuts_of  # noqa: E402
from costmodel.usage.logs.cube.dialects import DIALECTS  # noqa: E402
from costmodel.usage.logs.elsewhere.warehouse import Wanted, warehouse_query  # noqa: E402
from costmodel.usage.logs.shapes.families import load_mapping  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.results.metered.metered import Metered

needs_postgres = pytest.mark.skipif(programs() is None, reason="no PostgreSQL is installed (Debian: postgresql)")


def query(folder: Path, dialect: str, wanted: Wanted, overlay: str | None = None) -> str:
    used = book(folder)
    models = [used.card(overlay)] if overlay else used.offers()
    return warehouse_query(wanted, cuts_of(models, used.meters, wanted.source.meters), DIALECTS[dialect])


def wanted(folder: Path, text: str | None = None, labels: tuple[str, ...] = ("department",)) -> Wanted:
    mapped = mapping(folder, text) if text else mapping(folder)
    return Wanted("log", load_mapping(mapped).shapes, labels)


def by_duckdb(log: Path, text: str, answer: Path) -> Path:
    import duckdb

    with duckdb.connect() as connected:
        connected.execute(f"CREATE VIEW log AS SELECT * FROM '{log}'")
        connected.execute(f"COPY ({text}) TO '{answer}'")
    return answer


def figures(result: Metered) -> tuple[object, ...]:
    groups = {group.key: group.cost for group in result.by("month", "model", "department", "tier", "region")}
    unpriced = sorted(
        (item.model, item.rows, item.requests, sorted(item.units.items())) for item in result.counts.unpriced
    )
    return groups, result.total, result.counts.read, dict(result.counts.left_out), unpriced


def log_figures(folder: Path, log: Path) -> tuple[object, ...]:
    (result,) = metered(UsageLog((log,), folder / "mapping.yaml", ("department",)), [book(folder)])
    return figures(result)


@pytest.mark.parametrize("name", ["answer.csv", "answer.parquet"])
def test_an_answer_of_duckdb_is_priced_like_the_log(tmp_path: Path, name: str):
    """As CSV and as Parquet."""
    log = written_parquet(tmp_path, random_log(4_000))
    answer = by_duckdb(log, query(tmp_path, "duckdb", wanted(tmp_path)), tmp_path / name)
    cube = kept_cube([answer], tmp_path)
    assert figures(priced(cube, book(tmp_path))) == log_figures(tmp_path, log)


def test_days_are_counted_as_one_where_no_price_depends_on_the_hour(tmp_path: Path):
    """Then the answer is shorter, and its price the same: a price that changes in the middle of a day is kept apart."""
    rows = [row._replace(model="acme/plain", region="global", web_search=0) for row in random_log(3_000)]
    log = written_parquet(tmp_path, rows)
    text = query(tmp_path, "duckdb", wanted(tmp_path), "acme/plain")
    answer = by_duckdb(log, text, tmp_path / "answer.csv")
    cube = kept_cube([answer], tmp_path)
    assert cube.facts.grain == "day"
    assert len(answer.read_text().splitlines()) < 91 * 7 * 3
    assert figures(priced(cube, book(tmp_path))) == log_figures(tmp_path, log)


@needs_postgres
def test_an_answer_of_postgres_is_priced_like_the_log(tmp_path: Path):
    """A real server, in a folder of the test."""
    rows = random_log(4_000)
    log = written_parquet(tmp_path, rows)
    text = query(tmp_path, "postgres", wanted(tmp_path))
    with postgres() as connected:
        counts = "input bigint, cache_read bigint, output int, audio_seconds int, pages numeric, web_search smallint"
        connected.execute(
            f"CREATE TABLE log (time timestamptz, model text, tier text, region text, department varchar, {counts})"
        )
        with connected.cursor().copy("COPY log FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cube = kept_cube([_saved(connected, text, tmp_path / "answer.csv")], tmp_path)
    assert figures(priced(cube, book(tmp_path))) == log_figures(tmp_path, log)


def _saved(connected, text: str, answer: Path) -> Path:
    with connected.cursor().copy(f"COPY ({text}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        answer.write_bytes(b"".join(bytes(part) for part in copy))
    return answer


def test_wrong_rows_have_the_same_reasons_and_show_nothing(tmp_path: Path):
    """Those of the reader of files; and no name of a wrong row is in the answer."""
    log = wrong_rows.written(tmp_path)
    answer = by_duckdb(log, query(tmp_path, "duckdb", wanted(tmp_path, wrong_rows.MAPPING)), tmp_path / "answer.csv")
    assert "Tran" not in answer.read_text()
    cube = kept_cube([answer], tmp_path)
    assert dict(cube.facts.left_out) == wrong_rows.EXPECTED
    assert figures(priced(cube, book(tmp_path))) == log_figures(tmp_path, log)


@needs_postgres
def test_wrong_rows_have_the_same_reasons_in_postgres(tmp_path: Path):
    """NaN, infinite times and all."""
    log = wrong_rows.written(tmp_path)
    text = query(tmp_path, "postgres", wanted(tmp_path, wrong_rows.MAPPING))
    with postgres() as connected:
        types = wrong_rows.TYPES.format(at="timestamp", text="text", real="double precision")
        connected.execute(f"CREATE TABLE log ({types})")
        marks = ", ".join(["%s"] * 8)
        connected.cursor().executemany(f"INSERT INTO log VALUES ({marks})", wrong_rows.rows())
        cube = kept_cube([_saved(connected, text, tmp_path / "answer.csv")], tmp_path)
    assert figures(priced(cube, book(tmp_path))) == log_figures(tmp_path, log)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_every_dialect_parses(tmp_path: Path, dialect: str):
    """The grammar alone; those that no test runs say so."""
    import sqlglot

    text = "shape: t\ntime: {path: made, zone: Asia/Kathmandu}\nprovider: acme\n"
    text += "model: {path: m, values: {\"it's\": 'a\\b'}}\n"
    shape = wanted(tmp_path, text + "meters: {input: i, output: o}\n")
    (tree,) = sqlglot.parse(query(tmp_path, dialect, shape), read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    named = {column.name.lower() for column in tree.find_all(sqlglot.exp.Column)}
    assert {"made", "m", "i", "o", "department"} <= named
    (chosen,) = {node.this for node in tree.find_all(sqlglot.exp.Literal) if node.this.startswith("it")}
    assert chosen == "it's"


def answered(folder: Path) -> tuple[Path, list[dict[str, str]]]:
    """An answer, and its rows."""
    log = written_parquet(folder, random_log(50))
    answer = by_duckdb(log, query(folder, "duckdb", wanted(folder)), folder / "answer.csv")
    with answer.open(newline="") as file:
        return answer, list(csv.DictReader(file))


def rewritten(answer: Path, rows: list[dict[str, str]]) -> None:
    with answer.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_capitals_and_another_order_of_columns(tmp_path: Path):
    """As Snowflake answers."""
    answer, rows = answered(tmp_path)
    before = figures(priced(kept_cube([answer], tmp_path), book(tmp_path)))
    rewritten(answer, [{name.upper(): row[name] for name in reversed(row)} for row in reversed(rows)])
    assert figures(priced(kept_cube([answer], tmp_path), book(tmp_path))) == before


def _without(name: str):
    def change(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
        return ({key: value for key, value in row.items() if key != name} for row in rows)

    return change


def _with(name: str, value: str):
    return lambda rows: [{**row, name: value} if row["reason"] == "" else row for row in rows]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda rows: rows[1:],
            "the answer is not whole: it has 49 rows that stand for 49 of the table, and must have 50",
        ),
        (
            lambda rows: [row for row in rows if not row["reason"]],
            "0 rows have the reason 'about this cube', and one must",
        ),
        (lambda rows: [*rows, rows[0]], "the answer is not whole: it has 51 rows"),
        (_with("input", "1.2E+09"), ":2:1: the column 'input' has no value that the query can give"),
        (_with("output", ""), "the column 'output' has no value that the query can give"),
        (_with("output", "-1"), "the column 'output' has no value that the query can give"),
        (_with("band", "99"), "the column 'band' has no value that the query can give"),
        (_with("bucket", "9" * 38), "the column 'bucket' has no value that the query can give"),
        (_with("model", ""), "the column 'model' has no value that the query can give"),
        (_with("label_0", "x" * 201), "the column 'label_0' has no value that the query can give"),
        (_with("reason", "tired"), "the column 'reason' has no value that the query can give"),
        (_without("cube_rows"), "it has no column 'cube_rows'. Save the whole answer, with its heading, as CSV"),
        (_without("pages"), "it has no column 'pages'"),
        (
            lambda rows: [{**row, "model": row["model"].replace("half-hour", "fortnight")} for row in rows],
            "was changed",
        ),
    ],
)
def test_an_answer_that_is_not_what_the_query_gives_is_refused(tmp_path: Path, change, said: str):
    """A row is missing or twice, a count became a float, a column was left out."""
    answer, rows = answered(tmp_path)
    rewritten(answer, list(change(sorted(rows, key=lambda row: row["reason"]))))
    with pytest.raises(FileError) as caught:
        kept_cube([answer], tmp_path)
    assert said in str(caught.value)
    assert caught.value.exit_code == 3


def test_binary_fractions_are_refused(tmp_path: Path):
    """Parquet whose counts are floats."""
    import duckdb

    answer, _ = answered(tmp_path)
    floats = tmp_path / "floats.parquet"
    with duckdb.connect() as connected:
        connected.execute(f"COPY (SELECT * REPLACE (CAST(input AS DOUBLE) AS input) FROM '{answer}') TO '{floats}'")
    with pytest.raises(FileError, match="its column 'input' has binary fractions"):
        kept_cube([floats], tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shape: a\nlike: [openai-chat, anthropic]\n", "reads plain columns of one kind"),
        ("shape: a\ntime: t\nmodel: m\nmeters: {input: usage.n, output: o}\n", "'usage.n' is a path into a column"),
        (
            "shape: a\ntime: t\nmodel: m\nmeters: {input: {each: l, sum: n}, output: o}\n",
            "'a' looks into lists: make one row a request first",
        ),
    ],
)
def test_what_is_no_table_of_plain_columns_is_refused(tmp_path: Path, text: str, said: str):
    """In words that say what to do."""
    with pytest.raises(CommandLineError, match=said):
        _ = wanted(tmp_path, text, ()).source


def test_the_command_prints_the_query(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """With what it needs of the table, and whether our tests run it."""
    mapped = mapping(tmp_path, "shape: t\ntime: at\nmodel: m\nmeters: {input: i, output: o}\n")
    arguments = ["usage", "sql", "--mapping", str(mapped), "--label", "ward", "--table", "fin.log"]
    assert run([*arguments, "--dialect", "snowflake"]) == 0
    printed = capsys.readouterr().out
    assert '--   "at": instants: timestamps with time zone' in printed
    assert '--   "i": whole numbers' in printed
    assert '--   "ward": texts' in printed
    assert "-- NOT RUN" in printed
    assert "FROM fin.log" in printed
    assert run([*arguments, "--dialect", "postgres", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["run_in_tests"] is True
    assert "NOT RUN" not in record["query"]
    assert run([*arguments[:-1], "log; DROP TABLE x", "--dialect", "postgres"]) == 2
    assert "is no name of a table" in capsys.readouterr().err


def test_the_heading_in_the_document_is_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Of the mapping that stands above it."""
    text = (Path(__file__).parents[2] / "docs" / "usage-at-scale.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"```yaml\n(# our-table.yaml\n.*?)```", text, re.DOTALL)
    (shown,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    options = ["--dialect", "snowflake", "--table", "FINANCE.USAGE_LOG", "--label", "department", "--prices", "2026.11"]
    assert run(["usage", "sql", *options, "--mapping", str(mapping(tmp_path, table))]) == 0
    assert capsys.readouterr().out.startswith(shown)

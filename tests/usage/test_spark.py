"""Spark on a real cluster of two workers: the same cube as DuckDB, and the same cost as a plain loop of decimals."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path[:0] = [str(Path(__file__).parent), *(str(Path(__file__).parent.parent / name) for name in ("prices", "study"))]

import wrong_rows  # noqa: E402
from metered_logs import book, mapping, random_log, written_csv, written_parquet  # noqa: E402
from spark_cluster import cluster, why_not  # noqa: E402
from test_metered import assert_equal  # noqa: E402

from costmodel.cli import run  # noqa: E402
from costmodel.errors import CommandLineError, FileError  # noqa: E402
from costmodel.study.metered import metered, priced  # noqa: E402
from costmodel.study.usage_log import UsageLog, kept_cube, usage_cube  # noqa: E402
from costmodel.usage.logs.cube.cuts import cuts_of  # noqa: E402
from costmodel.usage.logs.cube.dialects import DUCKDB, SPARK  # noqa: E402
from costmodel.usage.logs.elsewhere.spark import Spark, spark_scanner  # noqa: E402
from costmodel.usage.logs.elsewhere.warehouse import Wanted, warehouse_query  # noqa: E402
from costmodel.usage.logs.reading.engine import connection  # noqa: E402
from costmodel.usage.logs.shapes.families import load_mapping  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costmodel.usage.logs.cube.fine import FineCube

needs_spark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "Spark is there")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("spark")) as url:
        yield url


@pytest.fixture(scope="module")
def session(master: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """One session for all tests, as an application has its own."""
    import warnings

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        options = {
            "spark.driver.host": "127.0.0.1",
            "spark.executor.memory": "512m",
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.ansi.enabled": "false",  # which ours must not depend on
            "spark.sql.session.timeZone": "America/New_York",
            "spark.ui.enabled": "false",
            "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        }
        own = SparkSession.builder.master(master).appName("tests").config(map=options).getOrCreate()
        yield own
        own.stop()


def rows_of(cube: FineCube) -> list[tuple[object, ...]]:
    with connection() as connected:
        return sorted(connected.execute(cube.relation).fetchall())


def both(log: UsageLog, folder: Path, used: object) -> tuple[FineCube, FineCube]:
    """The cube of DuckDB and that of Spark."""
    files, cubes = log.sources(), []
    for name, engine in (("duckdb", None), ("spark", Spark())):
        place = folder / name
        place.mkdir()
        cubes.append(usage_cube(log._replace(spark=engine), files, [used], place))
    return cubes[0], cubes[1]


@needs_spark
@pytest.mark.slow
@pytest.mark.parametrize("write", [written_parquet, written_csv])
def test_100_000_rows_are_those_of_duckdb_and_of_a_plain_loop(tmp_path: Path, session, write):
    """Size limits, brackets, windows, prices that change inside a half-hour, labels: to the last digit."""
    rows = random_log(100_000, 11)
    log = UsageLog((write(tmp_path, rows),), mapping(tmp_path), ("department",), by_day=True)
    used = book(tmp_path)
    duckdb, spark = both(log, tmp_path, used)
    assert rows_of(spark) == rows_of(duckdb)
    assert spark.facts == duckdb.facts
    assert_equal(priced(spark, used), rows, tmp_path)
    executors = session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
    assert len(list(executors)) == 3, "the driver and two workers"


@needs_spark
@pytest.mark.slow
def test_a_session_is_left_as_it_was(tmp_path: Path, session):
    """Its settings, and no view of ours."""
    log = UsageLog((written_parquet(tmp_path, random_log(50)),), mapping(tmp_path), kept=True, spark=Spark())
    (result,) = metered(log, [book(tmp_path)])
    assert result.counts.read == 50
    assert session.conf.get("spark.sql.ansi.enabled") == "false"
    assert session.conf.get("spark.sql.session.timeZone") == "America/New_York"
    assert session.conf.get("spark.sql.caseSensitive") == "false"
    assert session.catalog.listTables() == []


def reasons(cube: FineCube) -> dict[str, int]:
    return dict(cube.facts.left_out)


@needs_spark
@pytest.mark.slow
def test_wrong_rows_of_parquet_have_the_same_reasons(tmp_path: Path, session):
    """NaN, infinity, a name that is too long."""
    log = UsageLog((wrong_rows.written(tmp_path, finite=True),), mapping(tmp_path, wrong_rows.MAPPING), ("department",))
    duckdb, spark = both(log, tmp_path, book(tmp_path))
    assert reasons(spark) == reasons(duckdb) == wrong_rows.EXPECTED | {"bad time": 2}
    assert rows_of(spark) == rows_of(duckdb)


TIMES = """
    2026-01-05T08:15:00Z 2026-01-05T08:15:00.1234567+07:00 2026-01-05T08:15Z 2026-01-05T08:15+07
    2026-01-05T08:15:00-0330 2026-01-05T24:00:00Z 2026-01-05T24:00:01Z 2026-01-05T23:59:60Z
    2026-02-30T08:15:00Z 2026-01-05T08:15:00,5Z 2026-01-05T08:15:00+07:00:00 2026-01-05
    2026-01-05T08:15 2026-01-05T24:00:00 2026-13-01 1700000000 tomorrow 2026-1-5T08:15:00Z
    2026-01-05T08:15:00z 2026-01-05T08:15:00.Z 2010-01-05T08:15:00Z 2026-01-05T08:15:00+14:00
""".split()  # noqa: SIM905 - read more easily
COUNTS = (
    "7",
    "7.0",
    "7.5",
    "007",
    " 7 ",
    "-7",
    "-0",
    "",
    "1e3",
    "0x10",
    "+7",
    "seven",
    "99999999999999999999",
    "7.",
    "٧",
)


@needs_spark
@pytest.mark.slow
@pytest.mark.parametrize("zone", ["", ", zone: UTC", ", zone: America/New_York"])
def test_wrong_rows_of_csv_have_the_same_reasons(tmp_path: Path, session, zone: str):
    """Times and counts as people write them, cells that are missing or too many, CRLF."""
    lines = [f"{time},acme/plain,10,2,x" for time in (*TIMES, "2026-01-05 08:15:00 UTC", "2026-11-01 01:30:00")]
    lines += [f"2026-01-05T08:15:00Z,acme/plain,{count},2,x" for count in COUNTS]
    lines += [f"2026-01-05T08:15:00Z,{model},10,2,x" for model in ("", "x" * 201, "é" * 200, " ", "a\\b'c")]
    lines += ["2026-01-05T08:15:00Z,acme/plain,10", "2026-01-05T08:15:00Z,acme/plain,10,2", "half a line"]
    lines += ["2026-01-05T08:15:00Z,acme/plain,10,2,x,", "2026-01-05T08:15:00Z,acme/plain,10,2,x,y", "time,model,input"]
    log = tmp_path / "log.csv"
    log.write_bytes("\n".join(["time,model,input,output,note", *lines]).replace("x,\n", "x,\r\n").encode() + b"\r\n")
    text = f"shape: t\ntime: {{path: time{zone}}}\nmodel: model\nmeters: {{input: input, output: output}}\n"
    duckdb, spark = both(UsageLog((log,), mapping(tmp_path, text)), tmp_path, book(tmp_path))
    assert reasons(spark) == reasons(duckdb)
    assert rows_of(spark) == rows_of(duckdb)
    assert len(reasons(duckdb)) >= 6


@needs_spark
@pytest.mark.slow
def test_an_hour_that_comes_twice_is_the_second_one(tmp_path: Path, session):
    """Local times around the changes of clocks, in zones of other hemispheres and of half an hour."""
    rng = random.Random(3)  # noqa: S311 - no secret
    zones = (
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/Santiago",
        "Europe/Dublin",
        "UTC",
    )
    times = [datetime(2021, 1, 1) + timedelta(minutes=rng.randrange(60 * 24 * 365 * 6)) for _ in range(300)]  # noqa: DTZ001
    for day in ("2026-11-01", "2026-03-08", "2026-04-05", "2026-10-04", "2026-09-06", "2026-02-15", "2026-03-22"):
        times += [datetime.fromisoformat(day) + timedelta(minutes=15 * step) for step in range(-8, 24)]
    for zone in zones:
        values = ", ".join(f"('{time}')" for time in times)
        with connection() as connected:
            at = DUCKDB.local_us.format(x="t", zone=DUCKDB.literal(zone))
            wanted = connected.execute(
                f"SELECT t, {at} FROM (SELECT CAST(x AS TIMESTAMP) AS t FROM (VALUES {values}) AS v(x)) ORDER BY t"
            ).fetchall()
        at = SPARK.local_us.format(x="t", zone=SPARK.literal(zone))
        found = session.sql(
            f"SELECT t, {at} FROM (SELECT CAST(x AS TIMESTAMP_NTZ) AS t FROM VALUES {values} AS v(x)) ORDER BY t"
        ).collect()
        assert [tuple(row) for row in found] == wanted, zone


@needs_spark
@pytest.mark.slow
def test_the_query_for_spark_is_priced_like_the_log(tmp_path: Path, session):
    """As a person runs it in a notebook, on a table with an odd column name."""
    import pyarrow.parquet as pq

    rows = random_log(3_000)
    session.read.parquet(str(written_parquet(tmp_path, rows))).createOrReplaceTempView("log")
    wanted = Wanted("log", load_mapping(mapping(tmp_path)).shapes, ("department",))
    used = book(tmp_path)
    text = warehouse_query(wanted, cuts_of(used.offers(), used.meters, wanted.source.meters), SPARK)
    answer = tmp_path / "answer.parquet"
    pq.write_table(session.sql(text).toArrow(), answer)
    session.catalog.dropTempView("log")
    assert_equal(priced(kept_cube([answer], tmp_path), used), rows, tmp_path)


@needs_spark
@pytest.mark.slow
def test_the_command_prices_on_a_cluster(tmp_path: Path, session, capfd: pytest.CaptureFixture[str]):
    """The same bytes as on one machine, in a folder with odd signs, and bad rows told by reason."""
    folder = tmp_path / "Q1 [2026] {a*}"
    folder.mkdir()
    rows = [row._replace(model="openai/gpt-4.1", tier="standard", region="global") for row in random_log(500)]
    rows = [row._replace(audio_seconds=0, pages=0, web_search=0) for row in rows]
    log = written_csv(folder, [*rows, rows[0]._replace(output=-1)])
    arguments = ["usage", "price", str(log), "--mapping", str(mapping(tmp_path)), "--by", "month,department"]
    assert run(arguments) == 3
    plain = capfd.readouterr()
    assert run([*arguments, "--engine", "spark", "--master", "spark://127.0.0.1:1"]) == 3
    clustered = capfd.readouterr()
    assert clustered.out == plain.out
    assert "Spark knows no lines" in clustered.err


@needs_spark
@pytest.mark.slow
def test_a_file_that_a_worker_does_not_see_is_told(tmp_path: Path, session):
    """In our words: those of Spark could quote a row."""
    log = UsageLog((written_parquet(tmp_path, random_log(50)),), mapping(tmp_path))
    files = log.sources()
    (tmp_path / "log.parquet").unlink()
    with (
        pytest.raises(FileError, match="a worker of Spark does not find the file"),
        spark_scanner(files, tmp_path, Spark()),
    ):
        pass


def refused(folder: Path, text: str, name: str, mapped: str) -> str:
    log = folder / name
    log.write_text(text)
    files = UsageLog((log,), mapping(folder, mapped)).sources()
    with pytest.raises(CommandLineError) as caught, spark_scanner(files, folder, Spark("local[1]")):
        pass
    return str(caught.value)


PLAIN = "shape: t\ntime: time\nmodel: model\nmeters: {input: input, output: output}\n"


def test_what_spark_would_read_in_another_way_is_refused(tmp_path: Path):
    """Before anything starts."""
    heading = "time,model,input,output\n"
    row = '2026-01-05T08:15:00Z,"acme/plain, new",1,2\n'
    assert "cells are not quoted" in refused(tmp_path, heading + row, "quoted.csv", PLAIN)
    record = '{"time": "2026-01-05T08:15:00Z", "model": "m", "input": 1, "output": 2}\n'
    assert "this is JSON lines" in refused(tmp_path, record, "log.jsonl", PLAIN)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--master", "local[1]"], "--master names a Spark: say --engine spark beside it"),
        (["--engine", "spark", "--key", "id"], "--key is for one machine"),
        (["--engine", "spark", "--store", "x"], "--store is for one machine"),
        (["--engine", "spark"], "name the Spark cluster: --master spark://HOST:7077"),
        (["--engine", "spark", "--master", "http://x"], "'http://x' is no Spark master"),
        (["--engine", "spark", "--master", "spark://127.0.0.1:1"], "no Spark master answers at spark://127.0.0.1:1"),
    ],
)
def test_what_cannot_be_asked_of_spark(tmp_path: Path, options, said: str):
    """Told at once, with exit code 2; in a process of its own, which has no session."""
    if "Spark" in said and why_not():
        pytest.skip(why_not())
    log = written_csv(tmp_path, random_log(5))
    command = [sys.executable, "-m", "costmodel", "usage", "price", str(log), "--mapping", str(mapping(tmp_path))]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1, "nothing of Spark's own messages"

"""The figures of metered usage, measured on this machine: ratios taken side by side in one run.

Run with `make bench-usage`, or `python tests/bench_usage.py --rows 1e7`. It writes a log of 100 million rows with a fixed
seed (about 2 GB) to a temporary folder, and removes it. Every measurement is a process of its own, so that its memory is
its own; runs alternate, and the quickest of each counts. `--rows 1e9` shows that memory stays the same.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS / "prices")]

RUNS = 3
MONTHS = 18
START, DAYS = "2025-06-01", 548
MODELS = [f"{owner}/{name}" for owner in ("acme", "bolt", "coil") for name in ("large", "medium", "small", "night")]
MAPPING = "shape: bench\ntime: made\nmodel: model\nmeters: {input: input, cache_read: cache_read, output: output}\n"
SUMS = "SUM(input), SUM(cache_read), SUM(output), COUNT(*)"
BARE = f"SELECT epoch_us(made) // 86400000000 AS day, model, {SUMS} FROM log GROUP BY ALL"
BARE_DEPARTMENT = f"SELECT epoch_us(made) // 86400000000 AS day, model, department, {SUMS} FROM log GROUP BY ALL"


def price_book(folder: Path, name: str = "book", factor: int = 1):
    """Twelve models with three price rows each; the large ones have a size limit, the night ones an hour window."""
    from books import offer, provider, row, working

    def rates(model: str, price: int) -> str:
        plain = f"{{input: {price}, cache_read: 0.{price}, output: {price * 4}}}"
        dear = f"{{input: {price * 2}, cache_read: 0.{price * 2}, output: {price * 6}}}"
        when = {
            "large": f'{{when: {{request_input_tokens: "> 200000"}}, prices: {dear}}}\n',
            "night": f'{{when: {{hours: {{daily: "16:30-00:30", zone: UTC}}}}, prices: {plain}}}\n',
        }.get(model, "")
        return when + f"prices: {dear if model == 'night' else plain}"

    owners = dict.fromkeys(name.partition("/")[0] for name in MODELS)
    files = [
        provider(
            owner,
            *(
                offer(
                    model,
                    *(
                        row(begins, rates(model, factor * (number + base)))
                        for number, begins in enumerate(("2025-01-01", "2025-10-15", "2026-07-01"), 1)
                    ),
                )
                for base, model in enumerate(name.partition("/")[2] for name in MODELS if name.startswith(owner))
            ),
        )
        for owner in owners
    ]
    return working(folder / name, *files)


def write_log(path: Path, rows: int) -> None:
    """A log in order of time: DuckDB's own hashes of the row numbers are the seed."""
    import duckdb

    step = DAYS * 86_400_000_000 // rows
    names = "[" + ", ".join(f"'{name}'" for name in MODELS) + "]"
    with duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": "false"}) as connected:
        connected.execute(f"""
            SET TimeZone = 'UTC';
            COPY (
              SELECT CAST(make_timestamp(epoch_us(TIMESTAMP '{START}') + i * {step} + a % {step}) AS TIMESTAMPTZ) AS made,
                {names}[1 + model] AS model, 'department ' || CAST(100 + (a >> 24) % 200 AS VARCHAR) AS department,
                input, input * (c % 60) // 100 AS cache_read, 20 + (c >> 8) % 2000 AS output
              FROM (
                SELECT i, a, c, (a >> 16) % 12 AS model,
                  CASE WHEN (a >> 16) % 4 = 0 AND b % 100 < 5 THEN 150000 + (b >> 8) % 200000 ELSE 100 + (b >> 8) % 9000 END
                    AS input
                FROM (
                  SELECT i, CAST(hash(i, 1) >> 2 AS BIGINT) AS a, CAST(hash(i, 2) >> 2 AS BIGINT) AS b,
                    CAST(hash(i, 3) >> 2 AS BIGINT) AS c
                  FROM range({rows}) AS rows(i)
                )
              )
            ) TO '{path}' (FORMAT parquet)""")


def bare(folder: Path, query: str) -> dict[str, float]:
    """DuckDB's grouped sum, without any price condition."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "500MB", "preserve_insertion_order": "false"}) as connected:
        connected.execute(f"CREATE VIEW log AS SELECT * FROM read_parquet('{folder / 'log.parquet'}')")
        started, cpu = time.perf_counter(), time.process_time()
        connected.execute(f"CREATE TEMP TABLE sums AS {query}")
        return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}


def priced_log(folder: Path, labels: tuple[str, ...]) -> dict[str, float]:
    """Cube and bill of the log; then the same cube under another price book."""
    from costmodel.study.metered import priced
    from costmodel.study.usage_log import UsageLog, usage_cube

    book, other = price_book(folder), price_book(folder, "other", 3)
    for each in (book, other):
        each.offers()
    log = UsageLog((folder / "log.parquet",), folder / "mapping.yaml", labels)
    started, cpu = time.perf_counter(), time.process_time()
    with TemporaryDirectory() as place:
        cube = usage_cube(log, log.sources(), [book], Path(place))
        counted = time.perf_counter()
        result = priced(cube, book)
        by = result.by(*labels) if labels else result.by("month", "model")
        done, cpu = time.perf_counter(), time.process_time() - cpu
        again = priced(cube, other)
        assert again.total > result.total > 0
        assert result.complete
        assert sum(group.cost for group in by) == result.total
        return {
            "seconds": done - started,
            "cpu": cpu,
            "cube": counted - started,
            "bill": done - counted,
            "again": time.perf_counter() - done,
            "cells": len(result.priced),
            "rows": result.counts.priced,
        }


def genai_rows_a_second() -> float:
    """Requests a second of a loop over genai-prices `calc_price`."""
    from datetime import UTC, datetime

    from genai_prices import Usage, calc_price

    at = datetime(2026, 1, 15, tzinfo=UTC)
    best = 0.0
    for _ in range(3):
        started = time.perf_counter()
        for index in range(5_000):
            usage = Usage(input_tokens=1_000 + index, output_tokens=500)
            calc_price(usage, "gpt-4.1", provider_id="openai", genai_request_timestamp=at)
        best = max(best, 5_000 / (time.perf_counter() - started))
    return best


TASKS = {
    "bare": lambda folder: bare(folder, BARE),
    "cube": lambda folder: priced_log(folder, ()),
    "bare department": lambda folder: bare(folder, BARE_DEPARTMENT),
    "cube department": lambda folder: priced_log(folder, ("department",)),
}


def measured(task: str, folder: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    found = subprocess.run(
        [sys.executable, __file__, "--task", task, "--folder", str(folder)], check=True, capture_output=True, text=True
    )
    return json.loads(found.stdout)


def best(runs: list[dict[str, float]], key: str) -> float:
    return min(run[key] for run in runs)


def report(rows: int, runs: dict[str, list[dict[str, float]]]) -> list[str]:
    """What was measured, in words."""
    seconds = {task: best(found, "seconds") for task, found in runs.items()}
    cpu = {task: best(found, "cpu") for task, found in runs.items()}
    cube, with_department = runs["cube"], runs["cube department"]
    theirs = genai_rows_a_second()

    def ratio(ours: str, base: str) -> str:
        return f"{seconds[ours] / seconds[base]:.2f} x ({cpu[ours] / cpu[base]:.2f} x in CPU time)"

    def memory(found: list[dict[str, float]]) -> str:
        return f"{statistics.median(run['mib'] for run in found):.0f} MiB"

    return [
        f"{rows:,} rows, {len(MODELS)} models, {MONTHS} months; the quickest of {RUNS} runs each",
        f"bare sum by day and model: {seconds['bare']:.2f} s, {memory(runs['bare'])}",
        f"cube and bill: {seconds['cube']:.2f} s (cube {best(cube, 'cube'):.2f}, bill {best(cube, 'bill'):.2f}), "
        f"{ratio('cube', 'bare')}, {memory(cube)}, {best(cube, 'cells'):.0f} cells",
        f"bare sum by day, model and department: {seconds['bare department']:.2f} s, {memory(runs['bare department'])}",
        f"cube and bill with 200 departments: {seconds['cube department']:.2f} s "
        f"(cube {best(with_department, 'cube'):.2f}, bill {best(with_department, 'bill'):.2f}), "
        f"{ratio('cube department', 'bare')} of the sum by day and model, "
        f"{ratio('cube department', 'bare department')} of the sum by department too, {memory(with_department)}, "
        f"{best(with_department, 'cells'):.0f} cells",
        f"priced again under another book: {best(cube, 'again'):.2f} s; with departments "
        f"{best(with_department, 'again'):.2f} s",
        f"rows a second: {rows / seconds['cube']:,.0f}; genai-prices calc_price {theirs:,.0f}; "
        f"{rows / seconds['cube'] / theirs:,.0f} x",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=100_000_000)
    parser.add_argument("--task", choices=TASKS)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.task is not None:
        found = TASKS[asked.task](asked.folder)
        found["mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(json.dumps(found))
        return
    with TemporaryDirectory(dir=asked.folder) as place:
        folder = Path(place)
        (folder / "mapping.yaml").write_text(MAPPING)
        write_log(folder / "log.parquet", asked.rows)
        runs: dict[str, list[dict[str, float]]] = {task: [] for task in TASKS}
        for _ in range(RUNS):
            for task in TASKS:
                runs[task].append(measured(task, folder))
        sys.stdout.write("\n".join(report(asked.rows, runs)) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    main()

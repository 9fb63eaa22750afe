"""The figures of docs/figures.md, measured on this machine: ratios taken side by side in one run.

Run with `make bench`. CPU seconds are user + system of whole processes; medians of alternating runs.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 15
CALLS = 20_000


def cpu_of(*command: str) -> float:
    """CPU seconds of one finished process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def start_up() -> str:
    """A cold `estimate`, beside importing pydantic and yaml, and beside one pydantic model."""
    estimate = (sys.executable, "-m", "costmodel", "estimate", "scenarios/emr-medium.yaml")
    imports = (sys.executable, "-c", "import pydantic, yaml")
    model = (sys.executable, "-c", "import yaml, pydantic\nclass M(pydantic.BaseModel):\n    a: int\nM(a=1)")
    rows = [(cpu_of(*estimate), cpu_of(*imports), cpu_of(*model)) for _ in range(RUNS + 1)][1:]
    seconds, ratio, floor = (
        statistics.median(row[0] for row in rows),
        statistics.median(row[0] / row[1] for row in rows),
        statistics.median(row[2] / row[1] for row in rows),
    )
    return (
        f"cold estimate of scenarios/emr-medium.yaml: {seconds:.2f} s CPU, {ratio:.2f} x importing pydantic and yaml "
        f"(one pydantic model alone: {floor:.2f} x)"
    )


def microseconds(call) -> float:
    """CPU microseconds of a call: the best of seven batches, so that the machine's noise counts least."""
    best = float("inf")
    for _ in range(7):
        begin = time.process_time()
        for _ in range(CALLS // 7):
            call()
        best = min(best, (time.process_time() - begin) / (CALLS // 7) * 1e6)
    return best


def request() -> str:
    """Pricing one request, book loaded, next to genai-prices in the same run."""
    from genai_prices import Usage, calc_price

    from costmodel import PriceBook, instant

    book, at = PriceBook.load(), instant("2026-01-15T12:00:00Z")
    usage = Usage(input_tokens=100_000, output_tokens=5_000)
    ours = microseconds(lambda: book.price("openai/gpt-4.1", at, input=100_000, output=5_000))
    theirs = microseconds(
        lambda: calc_price(usage, "gpt-4.1", provider_id="openai", genai_request_timestamp=at),
    )
    return f"one request: {ours:.1f} microseconds; genai-prices calc_price {theirs:.1f}; ratio {theirs / ours:.1f} x"


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    for measure in (start_up, request):
        sys.stdout.write(measure() + "\n")
        sys.stdout.flush()

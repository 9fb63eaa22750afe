"""Runs that are killed, and runs at the same time: no row is lost, none is counted twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from log_rows import log as json_log

FILES, ROWS = 5, 40
MODELS = ("gpt-4.1", "gpt-4.1-mini")


# Kills itself at the n-th step of what it does to the disk.
STEPS = """
import os, signal, sys
from pathlib import Path
left = int(sys.argv.pop(1))
def counting(real):
    def counted(*arguments, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return counted
for place, name in ((os, "fsync"), (Path, "replace"), (Path, "hardlink_to"), (Path, "unlink"), (Path, "write_text")):
    setattr(place, name, counting(getattr(place, name)))
from costmodel.cli import run
sys.exit(run(sys.argv[1:]))
"""


def make_log(folder: Path, files: int = FILES) -> Path:
    """Some files of answers; the first key of each stands in the next one too."""
    folder.mkdir()
    for number in range(files):
        usage = [{"prompt_tokens": 100 * number + row, "completion_tokens": row} for row in range(ROWS)]
        records = [
            {
                "timestamp": f"2026-10-{1 + row % 28:02}T{number:02}:00:00Z",
                "id": f"{number * (ROWS - 1) + row}",
                "object": "chat.completion",
                "model": MODELS[row % 2],
                "usage": counts | {"total_tokens": sum(counts.values())},
            }
            for row, counts in enumerate(usage)
        ]
        json_log(folder, *records, name=f"{number}.jsonl")
    return folder


def command(log: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "costmodel", "usage", "price", str(log), "--format", "json", *options]


def priced(log: Path, *options: str) -> tuple[dict[str, object], str]:
    """The result, and what was said."""
    done = subprocess.run(command(log, *options), capture_output=True, check=False, timeout=300)
    assert done.returncode in {0, 3}, done.stderr.decode()
    return json.loads(done.stdout), done.stderr.decode()


def assert_sound(store: Path) -> None:
    """Every piece of a store is what its name says; nothing else is there."""
    for piece in store.iterdir():
        if piece.suffix in {".cube", ".rows"}:
            assert sha256(piece.read_bytes()).hexdigest().startswith(piece.name.split(".")[2])
        else:
            assert piece.suffix == ".files" or piece.name == ".lock" or piece.name.startswith(".run-")


def kill_at_random(log: Path, store: Path, options: tuple[str, ...], seed: int, times: int) -> int:
    """Start runs, and kill them after a while that grows until one comes to its end."""
    rng, killed = random.Random(seed), 0  # noqa: S311 - no secret
    for _ in range(times):
        child = subprocess.Popen(
            command(log, "--store", str(store), *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        started = time.monotonic()
        while not store.exists() and child.poll() is None and time.monotonic() - started < 60:
            time.sleep(0.01)  # start-up is of no interest
        time.sleep(rng.uniform(0, 1.5))
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)
            killed += 1
        child.wait()
        if store.exists():
            assert_sound(store)
    return killed


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("options", [(), ("--key", "id")])
@pytest.mark.parametrize("times", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_killed_at_any_moment(tmp_path: Path, options: tuple[str, ...], times: int):
    """What they have kept is whole; the next run needs no more than the rest, and comes to the same."""
    log, store = make_log(tmp_path / "log"), tmp_path / "store"
    expected, _ = priced(log, *options)
    assert kill_at_random(log, store, options, 20261123, times) > 0
    found, said = priced(log, "--store", str(store), *options)
    assert found == expected
    assert found["usage"]["rows"] == FILES * ROWS
    assert_sound(store)
    assert not list(store.glob(".run-*")), "leftovers are removed"
    again, said = priced(log, "--store", str(store), *options)
    assert again == expected
    assert f"Store: {FILES} files counted before, 0 counted now." in said


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("steps", [(2, 5, 9), pytest.param(tuple(range(1, 30)), marks=pytest.mark.slow)])
def test_killed_at_each_step(tmp_path: Path, steps: tuple[int, ...]):
    """Before each thing that is done to the disk: a store that another run finishes."""
    log = make_log(tmp_path / "log", 2)
    expected, _ = priced(log)
    for step in steps:
        store = tmp_path / f"store{step}"
        words = ["usage", "price", str(log), "--store", str(store)]
        done = subprocess.run([sys.executable, "-c", STEPS, str(step), *words], capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL or step > 12, done.stderr.decode()
        assert_sound(store)
        assert priced(log, "--store", str(store))[0] == expected
        assert not list(store.glob(".run-*"))


def test_runs_at_the_same_time(tmp_path: Path):
    """They do each other no harm."""
    log, store = make_log(tmp_path / "log"), tmp_path / "store"
    expected, _ = priced(log)
    words = command(log, "--store", str(store))
    children = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    for child in children:
        output, errors = child.communicate(timeout=300)
        assert child.returncode == 0, errors.decode()
        assert json.loads(output) == expected
    assert_sound(store)
    assert len(list(store.glob("*.cube"))) == FILES
    assert not list(store.glob(".run-*"))

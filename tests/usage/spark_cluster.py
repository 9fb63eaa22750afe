"""A standalone Spark cluster of the tests' own, on the loopback interface: a master and two workers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOPBACK = "127.0.0.1"
_PATIENCE_SECONDS = 180  # a loaded machine starts slowly


def why_not() -> str:
    """Why there can be no cluster; empty where there can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed"
    return "" if shutil.which("java") or os.environ.get("JAVA_HOME") else "no java is installed"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind((_LOOPBACK, 0))
        return int(taken.getsockname()[1])


@contextmanager
def _running(folder: Path, name: str, *arguments: str) -> Iterator[Path]:
    """A daemon of Spark, and the file it writes its messages to."""
    import pyspark

    home, log = Path(pyspark.__file__).parent, folder / f"{name}.log"
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": _LOOPBACK, "SPARK_NO_DAEMONIZE": "1"}
    environment["SPARK_DAEMON_MEMORY"] = "256m"
    with log.open("w") as messages:
        started = subprocess.Popen(
            [str(home / "bin" / "spark-class"), *arguments],
            stdout=messages,
            stderr=messages,
            env=environment,
            cwd=folder,
        )
        try:
            yield log
        finally:
            started.terminate()
            started.wait(60)


def _wait(log: Path, words: str, times: int = 1) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while log.read_text().count(words) < times:
        assert time.monotonic() < until, log.read_text()[-2_000:]
        time.sleep(0.2)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The URL of the master; both workers are registered."""
    port = str(_free_port())
    url, place = f"spark://{_LOOPBACK}:{port}", "org.apache.spark.deploy."
    with ExitStack() as running:
        options = ["--host", _LOOPBACK, "--port", port, "--webui-port", "0"]
        log = running.enter_context(_running(folder, "master", f"{place}master.Master", *options))
        _wait(log, "Starting Spark master at")
        for number in range(2):
            own = ["--host", _LOOPBACK, "--cores", "1", "--memory", "900m", "--webui-port", "0"]
            own += ["--work-dir", str(folder / f"worker-{number}"), url]
            running.enter_context(_running(folder, f"worker-{number}", f"{place}worker.Worker", *own))
        _wait(log, "Registering worker", 2)
        yield url

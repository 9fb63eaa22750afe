"""A PostgreSQL of the tests' own: made in a folder, on a socket in it, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

_NOBODY = "nobody"  # PostgreSQL does not run as root


def programs() -> Path | None:
    """The folder of `initdb`, of the newest version that is there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


def _unprivileged() -> dict[str, object]:
    return {"user": _NOBODY, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def postgres() -> Iterator[psycopg.Connection]:
    """A connection to a server that is stopped at the end, in a folder that its user may enter."""
    import psycopg

    there = programs()
    assert there is not None
    with tempfile.TemporaryDirectory(prefix="costmodel-postgres-") as name:
        folder, data = Path(name), Path(name) / "data"
        if _unprivileged():
            shutil.chown(folder, _NOBODY)

        def run(*command: str) -> None:
            done = subprocess.run(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                **_unprivileged(),
            )
            assert done.returncode == 0, done.stderr

        run(
            str(there / "initdb"),
            "-D",
            str(data),
            "-U",
            "tester",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        control = (str(there / "pg_ctl"), "-D", str(data), "-w")
        run(*control, "-l", str(folder / "log"), "-o", settings, "start")
        try:
            with psycopg.connect(host=str(folder), user="tester", dbname="postgres") as connected:
                yield connected
        finally:
            run(*control, "-m", "immediate", "stop")

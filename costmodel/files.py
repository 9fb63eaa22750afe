"""Writing files: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Iterable


def contents_sha256(files: Iterable[Path]) -> str:
    """SHA-256 of what is in files, whatever they are called and in whatever order they come."""
    from hashlib import file_digest, sha256

    found = []
    for file in files:
        with file.open("rb") as stream:
            found.append(file_digest(stream, "sha256").hexdigest())
    return sha256("\n".join(sorted(found)).encode()).hexdigest()


def write_whole(file: str | Path, content: str | bytes) -> None:
    """Write a file whole or not at all: to a temporary file beside it, then renamed.

    Args:
        file: a device or a pipe is written to, never replaced.
        content: text is written as UTF-8.

    Raises:
        CommandLineError: it cannot be written.
    """
    path, data = Path(file), content.encode() if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(path, data)
    except OSError as error:
        raise CommandLineError(f"'{path}' cannot be written: {(error.strerror or 'unknown reason').lower()}") from None


def _replace(path: Path, data: bytes) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

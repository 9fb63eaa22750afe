"""DuckDB for reading logs: nothing is fetched, and its messages, which quote the file, are never shown."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from costmodel.errors import FileError, Mistake
from costmodel.usage.logs.reading.files import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

# Part of what DuckDB says, and what a person would say. Its own words quote the line, which may hold patient data.
_PLAIN_WORDS = (
    ("GZIP", DAMAGED),
    ("maximum_object_size", "a line is longer than 32 MB: leave prompts and answers out of the log"),
    ("Maximum line size", "a row is longer than 32 MB: leave prompts and answers out of the log"),
    *(
        (part, "the Parquet file is cut off or damaged: copy it again")
        for part in ("magic bytes", "Parquet", "parquet")
    ),
    ("No files found", "there is no such file"),
    ("Could not allocate", "the memory does not suffice: allow more with --memory"),
    ("Out of Memory", "the memory does not suffice: allow more with --memory"),
    ("failed to pin block", "the memory does not suffice: allow more with --memory"),
    ("No space left", "the disk is full"),
    ("changed", "the file changed while it was read: price a copy of it"),
)
_LINE = re.compile(r"\b[Ll]ine:? (\d+)")


@contextmanager
def connection(**settings: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that fetches no extension and opens nothing but the files it is told to read.

    Args:
        settings: further settings of DuckDB, such as `threads`.
    """
    import duckdb

    config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        **settings,
    }
    with duckdb.connect(config=config) as connected:
        yield connected


@contextmanager
def plain_errors(file: str) -> Iterator[None]:
    """What goes wrong inside is told in our words, without any of the file's.

    Args:
        file: the file as the user knows it.

    Raises:
        FileError: DuckDB failed.
    """
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        said = str(error)
        words = next((plain for part, plain in _PLAIN_WORDS if part in said), "")
        line = _LINE.search(said)
        message = words or f"the file cannot be read ({type(error).__name__})"
        raise FileError([Mistake(file, int(line[1]) if line else 1, 1, message)]) from None

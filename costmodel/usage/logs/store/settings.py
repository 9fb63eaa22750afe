"""Everything but the files themselves that decides what is counted of a log."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from costmodel.usage.logs.cube.fine import SCHEMA_VERSION
from costmodel.usage.logs.shapes.families import load_mapping, meters, shipped_shapes
from costmodel.usage.logs.shapes.limits import limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STORE_VERSION = "2"
"""To be raised where the same log would be counted otherwise, or a kept file be written otherwise."""


def settings_of(mapping: Path | None, labels: Sequence[str], key: str | None) -> str:
    """SHA-256 of how files are read: shapes, labels, key, meters, limits, and the versions of the programs.

    Where prices cut a cube is not among it: that stands in each cube.

    Raises:
        FileError: the mapping is wrong.
    """
    shapes = load_mapping(mapping).shapes if mapping else shipped_shapes()
    decides = {
        "versions": [STORE_VERSION, SCHEMA_VERSION, version("costmodel"), version("duckdb")],
        "shapes": [repr(shape) for shape in shapes],
        "labels": list(labels),
        "key": key,
        "meters": [repr(meters()[name]) for name in meters().names],
        "limits": list(limits()),
    }
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()

"""Where the data that travels with the package lies: in the wheel beside the code, in a checkout at the top."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def shipped_folder(name: str) -> Path:
    """The shipped folder `pricing` or `scenarios`."""
    inside = _HERE / "_shipped" / name
    return inside if inside.is_dir() else _HERE.parent / name

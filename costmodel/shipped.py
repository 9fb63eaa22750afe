"""Where the data that travels with the package lies: in the wheel beside the code, in a checkout at the top."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def shipped_folder(name: str) -> Path:
    """The shipped folder `pricing` or `scenarios`."""
    inside = _HERE / "_shipped" / name
    return inside if inside.is_dir() else _HERE.parent / name


def shipped_file(name: str | Path) -> Path:
    """A file of your own by its path, or one that travels with the package: `scenarios/emr-mix.yaml`.

    A file of your own, seen from the current folder, comes first.
    """
    path = Path(name)
    if path.exists() or path.is_absolute() or not path.parts:
        return path
    shipped = shipped_folder(path.parts[0]).joinpath(*path.parts[1:])
    return shipped if path.parts[0] in {"pricing", "scenarios"} and shipped.exists() else path

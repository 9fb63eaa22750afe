"""Named sets of values for a scenario, each with what it stands for: a vendor's figures, published evidence."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from costmodel.documents.model import Model, Slug, Text, did_you_mean, load
from costmodel.errors import CommandLineError
from costmodel.shipped import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping


class Preset(Model):
    """A set of values."""

    name: Slug
    """What it is called."""
    about: Text
    """What it stands for."""
    set: dict[Text, Any]
    """Values by path, as with --set."""


class PresetFile(Model):
    """All presets."""

    presets: tuple[Preset, ...]
    """Each with a name of its own."""


@lru_cache(maxsize=1)
def presets() -> "Mapping[str, Preset]":
    """The shipped presets, by name."""
    file = load(shipped_folder("scenarios") / "presets" / "roi.yaml", PresetFile, "scenarios/presets/roi.yaml")
    return {preset.name: preset for preset in file.presets}


def preset_settings(name: str) -> dict[str, Any]:
    """The values of a preset, by path.

    Raises:
        CommandLineError: there is none of that name.
    """
    if name not in presets():
        raise CommandLineError(f"there is no preset '{name}'{did_you_mean(name, presets(), label='Presets')}")
    return dict(presets()[name].set)

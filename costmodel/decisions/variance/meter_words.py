"""How meters are spoken of in the reasons of a variance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container

    from costmodel.prices.meters import Meters


class MeterWords(NamedTuple):
    """How a meter is spoken of: its name, one of it, the units of one pricing unit, and the names of its parts."""

    name: str
    unit: str
    per: int
    parts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, name: str, meters: Meters) -> MeterWords:
        """The words for a meter."""
        meter = meters[name]
        return cls(meter.name, meter.unit, meter.per, tuple((part, meters[part].name) for part in meters.parts(name)))

    def without(self, apart: Container[str]) -> str:
        """Its name where some of its parts are counted and paid apart, and not in it.

        >>> words = MeterWords("input tokens", "token", 1, (("cache_read", "input tokens read from cache"),))
        >>> words.without({"cache_read"}), words.without({})
        ('input tokens not read from cache', 'input tokens')
        """
        names = [text for part, text in self.parts if part in apart]
        lead = f"{self.name} "
        if all(text.startswith(lead) and " not " not in text for text in names):
            return lead + f"not {' or '.join(text.removeprefix(lead) for text in names)}" if names else self.name
        return f"{lead}apart from {' and '.join(names)}"

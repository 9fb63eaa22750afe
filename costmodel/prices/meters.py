"""What can be counted and priced; read from `pricing/meters.yaml`."""

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from costmodel.documents.model import Count, Day, Model, Slug, Text, did_you_mean, validated
from costmodel.errors import FileError, UsageError

if TYPE_CHECKING:
    from costmodel.documents.reader import Document

REQUEST = "request"


class Meter(Model):
    """One thing that is counted."""

    meter: Slug | Text
    """Short name, used in price rows and scenarios."""
    name: Text
    """Name for people."""
    part_of: Text | None = None
    """The meter whose count includes this one."""
    unit: Text
    """One of it."""
    units: Text
    """Several of it."""
    per: Count = 1
    """Units in one pricing unit, where a price row does not say otherwise."""
    without_price: Literal["error", "parent", "parent and say so", "nothing"] = "error"
    """What holds where something was used and there is no price for it."""
    recorded: Day
    """The day it entered the table."""


class MeterFile(Model):
    """`pricing/meters.yaml`."""

    meters: tuple[Meter, ...]
    """All meters."""


class Meters:
    """All meters by name, and what is part of what."""

    def __init__(self, meters: "tuple[Meter, ...]") -> None:
        self._by_name = {meter.meter: meter for meter in meters}
        self._parts: dict[str, tuple[str, ...]] = {}
        for meter in meters:
            if meter.part_of is not None:
                self._parts[meter.part_of] = (*self._parts.get(meter.part_of, ()), meter.meter)

    @classmethod
    def of(cls, document: "Document") -> "Meters":
        """Read and check the meters.

        Raises:
            FileError: a meter twice, or part of one that does not exist.
        """
        meters = validated(document, MeterFile).meters
        names = [meter.meter for meter in meters]
        mistakes = []
        for index, meter in enumerate(meters):
            if names.index(meter.meter) != index:
                mistakes.append(document.mistake(("meters", index, "meter"), f"the meter '{meter.meter}' stands twice"))
            if meter.part_of is not None and meter.part_of not in names[:index]:
                mistakes.append(
                    document.mistake(("meters", index, "part_of"), f"no meter '{meter.part_of}' stands above this one")
                )
            if meter.part_of is None and meter.without_price.startswith("parent"):
                mistakes.append(document.mistake(("meters", index), f"'{meter.meter}' is part of no other meter"))
        if mistakes:
            raise FileError(mistakes)
        return cls(meters)

    def __getitem__(self, name: str) -> "Meter":
        try:
            return self._by_name[name]
        except KeyError:
            raise UsageError(f"there is no meter '{name}'{did_you_mean(name, self._by_name, label='Meters')}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the file."""
        return tuple(self._by_name)

    @cached_property
    def name_set(self) -> frozenset[str]:
        """All names, for membership."""
        return frozenset(self._by_name)

    @cached_property
    def by_units(self) -> dict[str, str]:
        """Unit by its singular and plural, for `per: 1_000_000 tokens`."""
        meters = self._by_name.values()
        return {meter.unit: meter.unit for meter in meters} | {meter.units: meter.unit for meter in meters}

    def parts(self, name: str) -> tuple[str, ...]:
        """The meters that are directly part of one."""
        return self._parts.get(name, ())

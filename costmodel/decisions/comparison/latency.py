"""Words for latencies; read from `scenarios/presets/comparison.yaml`."""

from functools import lru_cache
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from costmodel.documents.model import Model, Positive, Text, load
from costmodel.results.providers.provider_comparison import LatencyClass
from costmodel.shipped import shipped_folder


class Class(Model):
    """One class of latencies."""

    name: Text
    """The word."""
    below_ms: Positive | None = None
    """Limit in milliseconds; absent in the last class."""


class Latency(Model):
    """All classes, fastest first."""

    source: Text
    """Where the limits come from."""
    classes: Annotated[tuple[Class, ...], Field(min_length=1)]
    """Each with its limit; the last without."""

    @model_validator(mode="after")
    def _rising(self) -> "Latency":
        limits = [item.below_ms for item in self.classes[:-1]]
        if self.classes[-1].below_ms is not None or None in limits:
            raise ValueError("every class of latency has a limit but the last")
        if any(low >= high for low, high in pairwise(limit for limit in limits if limit is not None)):
            raise ValueError("the limits of the classes of latency must rise")
        return self


class ComparisonFile(Model):
    """`scenarios/presets/comparison.yaml`."""

    latency: Latency
    """Classes of latency."""


@lru_cache(maxsize=1)
def latency_classes() -> "tuple[LatencyClass, ...]":
    """The shipped classes, fastest first."""
    name = "scenarios/presets/comparison.yaml"
    file = load(shipped_folder("scenarios") / "presets" / "comparison.yaml", ComparisonFile, name)
    return tuple(LatencyClass(item.name, item.below_ms) for item in file.latency.classes)

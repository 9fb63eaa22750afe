"""What holds for every bill, with where each number comes from."""

from functools import cache
from pathlib import Path

from costmodel.documents.model import Model, Share, Text, load


class _Stated(Model):
    """A share, and where it comes from."""

    value: Share
    """The share."""
    source: Text
    """Where it comes from."""


class Limits(Model):
    """What `limits.yaml` states."""

    rounding: _Stated
    """What share of a bill its rounding may hide at most."""


class _File(Model):
    """`limits.yaml`."""

    limits: Limits
    """What holds for every bill."""


@cache
def limits() -> Limits:
    """What holds for every bill."""
    return load(Path(__file__).with_name("limits.yaml"), _File, "limits.yaml").limits

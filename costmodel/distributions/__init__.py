"""Probability distributions in place of single numbers: how they are written, and their mathematics.

A field that takes `2` also takes `{triangular: [1, 2, 5]}`. Whether a mapping is one is known without loading anything;
reading it, its words and the means with a formula need neither numpy nor scipy: both are imported by the functions
that sample or fit.

>>> minutes = parse({"triangular": ["1 min", "2 min", "5 min"]})
>>> str(minutes), minutes.text(minutes.mean)
('triangular from 1 min to 5 min, most likely 2 min', '2.66666666667 min')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.distributions.families import FAMILIES, is_distribution
from costmodel.distributions.mistake import DistributionError, Path

if TYPE_CHECKING:
    from costmodel.distributions.distribution import Distribution

__all__ = ["FAMILIES", "Distribution", "DistributionError", "Path", "is_distribution", "parse"]


def parse(value: object) -> Distribution:
    """The distribution that was written; loads the grammar and the mathematics when first used.

    Args:
        value: plain data with every number as text or whole number: one family with its parameters, and
            optionally `within: [low, high]`.

    Raises:
        DistributionError: what is wrong, with its path inside the mapping.

    >>> str(parse({"beta": {"mean": "30 %", "sd": "5 %"}}))
    'beta, mean 30 %, sd 5 %'
    """
    from costmodel.distributions.grammar import read

    return read(value)


def __getattr__(name: str) -> Any:
    if name != "Distribution":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from costmodel.distributions.distribution import Distribution

    return Distribution

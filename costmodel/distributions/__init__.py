"""Probability distributions in place of single numbers: how they are written, and their mathematics.

A field that takes `2` also takes `{triangular: [1, 2, 5]}`. Reading one, its words and the means with a formula need
neither numpy nor scipy: both are imported by the functions that sample or fit.

>>> minutes = parse({"triangular": ["1 min", "2 min", "5 min"]})
>>> str(minutes), minutes.text(minutes.mean)
('triangular from 1 min to 5 min, most likely 2 min', '2.66666666667 min')
"""

from __future__ import annotations

from costmodel.distributions.distribution import Distribution
from costmodel.distributions.grammar import FAMILIES, is_distribution, parse
from costmodel.distributions.mistake import DistributionError, Path

__all__ = ["FAMILIES", "Distribution", "DistributionError", "Path", "is_distribution", "parse"]

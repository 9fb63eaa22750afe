"""The families of distributions by name, and whether a value is written as one of them."""

from __future__ import annotations

from collections.abc import Mapping

FAMILIES = ("triangular", "pert", "normal", "lognormal", "gamma", "beta", "uniform", "discrete")


def is_distribution(value: object) -> bool:
    """Whether a mapping has one family of distributions as its key, and beside it at most `within`.

    >>> is_distribution({"normal": ["10", "2"], "within": ["0", "20"]}), is_distribution({"normal": "1", "x": "2"})
    (True, False)
    """
    if not isinstance(value, Mapping) or len(value) > 2:  # noqa: PLR2004 - the family and within
        return False
    keys = set(value) - {"within"}
    return len(keys) == 1 and keys <= set(FAMILIES)

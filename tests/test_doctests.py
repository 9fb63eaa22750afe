"""Every example in a docstring gives what it shows."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import costmodel

MODULES = sorted(
    ["costmodel"]
    + [
        module.name
        for module in pkgutil.walk_packages(costmodel.__path__, "costmodel.")
        if "__main__" not in module.name
    ]
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    """The examples of a module run and give the results written below them."""
    found = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


def test_equations_have_examples():
    """Each equation shows a number that can be checked by hand."""
    for name in ("tokens", "charges"):
        module = import_module(f"costmodel.equations.{name}")
        found = doctest.DocTestFinder().find(module, module.__name__)
        own = [item for item in found if item.name.count(".") == 3]
        assert [item.name for item in own if not item.examples] == []

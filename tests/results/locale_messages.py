"""Every template that the package says, found in its source."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[2] / "costmodel"
LABELS = "costmodel.results.labels"


def templates() -> dict[str, str]:
    """Each template or heading with words, and a file that has it: only of modules whose tables can be said."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for text in _of(tree):
            if has_words(text):
                found.setdefault(text, str(path.relative_to(PACKAGE)))
    return found


def constants() -> set[str]:
    """Every text that stands in the package."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def has_words(template: str) -> bool:
    """Whether a template has letters of its own, beside its placeholders."""
    return any(char.isalpha() for before, *_ in Formatter().parse(template) for char in before)


def placeholders(template: str) -> list[tuple[str, str]]:
    """What stands in a template, and how it is written."""
    return sorted((name, how or "") for _, name, how, _ in Formatter().parse(template) if name)


def _of(tree: ast.Module) -> Iterator[str]:
    names = _saying(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and names and _called(node.func) in {*names, "Column"}:
            yield from _texts(node.args[0], tree)


def _saying(tree: ast.Module) -> set[str]:
    """What `say` is called in a module; nothing where it is not imported from the labels."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(LABELS):
            found |= {item.asname or item.name for item in node.names if item.name == "say"}
        elif isinstance(node, ast.ImportFrom) and node.module == "costmodel.results":
            found |= {f"{item.asname or item.name}.say" for item in node.names if item.name == "labels"}
    return found


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_called(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _texts(node: ast.AST, tree: ast.AST) -> Iterator[str]:
    """The texts that an argument may be: itself, both sides of a choice, what is assigned to its name."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (text for side in (node.body, node.orelse) for text in _texts(side, tree))
    elif isinstance(node, ast.Subscript):
        yield from _texts(node.value, tree)
    elif isinstance(node, ast.Tuple):
        yield from (text for item in node.elts for text in _texts(item, tree))
    elif isinstance(node, ast.Dict):
        yield from (text for item in node.values for text in _texts(item, tree))
    elif isinstance(node, ast.Name):
        for other in ast.walk(tree):
            if isinstance(other, ast.Assign):
                for target in other.targets:
                    yield from _assigned(target, other.value, node.id, tree)


def _assigned(target: ast.AST, value: ast.AST, name: str, tree: ast.AST) -> Iterator[str]:
    if isinstance(target, ast.Name) and target.id == name and not isinstance(value, ast.Name):
        yield from _texts(value, tree)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for inner, given in zip(target.elts, value.elts, strict=False):
            yield from _assigned(inner, given, name, tree)

"""Where the values of a shape stand in a file, as SQL: in a JSON tree, or in columns.

Of JSON only the paths that are asked for are declared, so that the parser skips everything else: prompts, completions
and names never become values. A leaf is declared as JSON, so that a number keeps its digits and its kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from costmodel.errors import CommandLineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from costmodel.usage.logs.shapes.columns import Column
    from costmodel.usage.logs.shapes.paths import FieldPath, Step

Kind = Literal["json", "text", "bigint", "number", "timestamp", "timestamptz", "nanoseconds", "date", "other"]

ROOT = "j"  # the column that holds a JSON record
ENTRY = "entry"  # the column that holds an entry of a list, where a record has several rows


class Leaf(NamedTuple):
    """One value of a record.

    Attributes:
        sql: the value; NULL where it is absent.
        kind: what it is.
    """

    sql: str
    kind: Kind


class Layout(Protocol):
    """How paths become SQL."""

    def leaf(self, path: FieldPath, base: str | None = None) -> Leaf | None:
        """The value at a path; None where the file cannot have it.

        Args:
            path: where it stands.
            base: SQL of the object the path starts from; the whole record by default.
        """

    def entries(self, path: FieldPath, base: str | None = None) -> str | None:
        """The list at a path; None where the file cannot have it."""


def literal(text: str) -> str:
    """A text as SQL.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _into(base: str, step: Step, depth: int) -> str:
    inside = f"{base}[{literal(step.name)}]"
    if step.pick is None:
        return inside
    key, value = step.pick
    entry = f"p{depth}"
    return f"list_filter({inside}, lambda {entry}: ({entry}[{literal(key)}] ->> '$') = {literal(value)})[1]"


class JsonLayout:
    """JSON lines: a tree of the paths that are asked for."""

    def leaf(self, path: FieldPath, base: str | None = None) -> Leaf | None:
        """The value at a path."""
        sql = base or ROOT
        for depth, step in enumerate(path.steps):
            sql = _into(sql, step, depth)
        return Leaf(sql, "json")

    def entries(self, path: FieldPath, base: str | None = None) -> str | None:
        """The list at a path; lists in lists are made one."""
        return _flattened(base or ROOT, path.steps, 0)


def _flattened(base: str, steps: Sequence[Step], depth: int) -> str:
    sql = base
    for index, step in enumerate(steps):
        sql = _into(sql, step, depth)
        if step.every and index < len(steps) - 1:
            rest = _flattened(f"e{depth}", steps[index + 1 :], depth + 1)
            return f"flatten(list_transform({sql}, lambda e{depth}: {rest}))"
    return sql


class ColumnLayout:
    """CSV and Parquet: columns by name; a struct column is entered by its fields' names."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {column.name: column for column in columns}

    def leaf(self, path: FieldPath, base: str | None = None) -> Leaf | None:
        """The column of a path's name."""
        if base is not None:
            inside = "".join(f"[{literal(step.name)}]" for step in path.steps)
            return Leaf(f"CAST({base}{inside} AS VARCHAR)", "text")
        column = self._columns.get(path.text) or self._columns.get(path.column)
        if column is not None:
            return Leaf(column.sql, column.kind)
        return self._inside_json(path)

    def _inside_json(self, path: FieldPath) -> Leaf | None:
        """A path that goes on inside a column of JSON texts."""
        column = self._columns.get(path.steps[0].name)
        if column is None or column.kind != "text" or len(path.steps) == 1 or any(s.pick for s in path.steps):
            return None
        inside = "$" + "".join(f'."{step.name}"' for step in path.steps[1:])
        valid = f"CASE WHEN json_valid({column.sql}) THEN {column.sql} END"
        return Leaf(f"nullif(json_extract({valid}, {literal(inside)}), 'null')", "json")

    def entries(self, path: FieldPath, base: str | None = None) -> str | None:
        """The column of a list."""
        column = self._columns.get(path.column)
        return column.sql if column is not None and base is None else None


class _Node:
    """A place in the tree of declared paths."""

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.is_list = False
        self.is_leaf = False


def declared_type(paths: Iterable[FieldPath]) -> str:
    """The type of a JSON record that holds these paths and nothing else.

    Raises:
        CommandLineError: two paths cannot both be.
    """
    root = _Node()
    for path in paths:
        node = root
        for step in path.steps:
            if step.pick is not None:
                node.children.setdefault(step.name, _Node()).children.setdefault(step.pick[0], _Node()).is_leaf = True
            node = node.children.setdefault(step.name, _Node())
            node.is_list = node.is_list or step.every or step.pick is not None
        node.is_leaf = node.is_leaf or not path.is_list
    return _type(root, "")


def _type(node: _Node, name: str) -> str:
    if node.is_leaf and (node.children or node.is_list):
        raise CommandLineError(
            f"'{name}' cannot be both a value and hold values: correct the paths of the mapping file"
        )
    folded = {key.casefold(): key for key in node.children}
    if len(folded) < len(node.children):
        twice = ", ".join(sorted(set(node.children) - set(folded.values())))
        raise CommandLineError(f"names that differ in their case alone cannot be read together: {twice}")
    inside = ", ".join(f"{quoted(key)} {_type(child, key)}" for key, child in node.children.items())
    text = f"STRUCT({inside})" if node.children else "JSON"
    return f"{text}[]" if node.is_list else text

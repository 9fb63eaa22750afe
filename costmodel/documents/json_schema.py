"""JSON schemas for editors, generated from the models: `docs/schema/*.schema.json`."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
from typing import TYPE_CHECKING, Any

from costmodel.documents.model import Model

if TYPE_CHECKING:
    from pydantic import BaseModel


def json_schema(model: type[BaseModel], title: str) -> str:
    """The JSON schema of a file, as text; field docstrings become descriptions."""
    schema = model.model_json_schema(mode="validation")
    described = _descriptions(model)
    for name, definition in {**schema.get("$defs", {}), model.__name__: schema}.items():
        for key, item in definition.get("properties", {}).items():
            text = described.get((name, key))
            if text:
                item["description"] = text
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _descriptions(model: type[BaseModel]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for cls in _models(model, set()):
        for base in reversed([part for part in cls.__mro__ if issubclass(part, Model) and part is not Model]):
            fields = cls.model_fields
            for name, text in _docstrings(base).items():
                if name in fields:
                    found[cls.__name__, fields[name].alias or name] = text
    return found


def _models(model: Any, seen: set[Any]) -> set[Any]:
    if isinstance(model, type) and issubclass(model, Model):
        if model in seen:
            return seen
        seen.add(model)
        for field in model.model_fields.values():
            _models(field.annotation, seen)
    for part in getattr(model, "__args__", ()):
        _models(part, seen)
    return seen


def _docstrings(cls: type) -> dict[str, str]:
    """The string below each annotated field of a class."""
    body = ast.parse(inspect.cleandoc("\n" + inspect.getsource(cls))).body[0]
    found = {}
    statements = getattr(body, "body", [])
    for field, after in itertools.pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            value = getattr(after.value, "value", None)
            if isinstance(value, str):
                found[field.target.id] = " ".join(value.split())
    return found

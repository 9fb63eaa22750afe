"""JSON schemas for editors, generated from the models: `docs/schema/*.schema.json`."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
from typing import TYPE_CHECKING, Any

from costmodel.documents.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel


def json_schema(model: type[BaseModel], title: str, sections: Mapping[str, type[BaseModel]] | None = None) -> str:
    """The JSON schema of a file, as text; field docstrings become descriptions.

    Args:
        model: of the file.
        title: of the schema.
        sections: parts of the file that are read by models of their own; numbers there, and in the file, may be stated
            as a distribution or taken from evidence.
    """
    schema = model.model_json_schema(mode="validation")
    described = _descriptions(model)
    for key, section in (sections or {}).items():
        part = section.model_json_schema(mode="validation")
        schema.setdefault("$defs", {}).update({**part.pop("$defs", {}), section.__name__: part})
        schema["properties"][key] = {"$ref": f"#/$defs/{section.__name__}"}
        described |= _descriptions(section)
    if sections:
        _let_numbers_be_stated(schema)
    for name, definition in {**schema.get("$defs", {}), model.__name__: schema}.items():
        for key, item in definition.get("properties", {}).items():
            text = described.get((name, key))
            if text:
                item["description"] = text
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _let_numbers_be_stated(schema: dict[str, Any]) -> None:
    """Wherever a number may stand, so may published evidence and a probability distribution."""
    from costmodel.distributions import FAMILIES

    families = {"type": "object", "minProperties": 1, "properties": {name: {} for name in (*FAMILIES, "within")}}
    evidence = {
        "type": "object",
        "properties": {"evidence": {"type": "string"}, "take": {"enum": ["low", "base", "high"]}},
    }
    closed = [{**kind, "additionalProperties": False} for kind in (families, {**evidence, "required": ["evidence"]})]
    schema["$defs"]["StatedOtherwise"] = {"title": "evidence or a distribution", "anyOf": closed}

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        changed = {key: walk(item) for key, item in node.items()}
        if set(node.get("type", ())) == {"number", "string"} or str(node.get("title", "")).startswith("money"):
            about = {key: changed.pop(key) for key in ("default", "description") if key in changed}
            return {"anyOf": [changed, {"$ref": "#/$defs/StatedOtherwise"}], **about}
        return changed

    for part in (*schema["$defs"].values(), schema):
        if "properties" in part:
            part["properties"] = walk(part["properties"])


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

"""JSON schemas of what endpoints take and answer, and words to write them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "ANYTHING",
    "DIGEST",
    "FLAG",
    "INTEGER",
    "MOMENT",
    "NAME",
    "NUMBER",
    "TEXT",
    "VALUES",
    "Schema",
    "choice",
    "listing",
    "nullable",
    "record",
    "reference",
    "told",
]

Schema = Mapping[str, Any]

ANYTHING: Schema = {}
FLAG: Schema = {"type": "boolean"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{1,64}$"}
NAME: Schema = {"type": "string", "pattern": r"^(?!\.{1,2}$)[^/\\\x00]+$"}
"""The id of a DAG, of a run, of a job: one part of a path, which leads nowhere else."""
VALUES: Schema = {"type": "object", "additionalProperties": True}
"""Values of any kind by name."""


def told(schema: Schema, about: str, **more: Any) -> dict[str, Any]:
    """A schema with a description, and what else holds."""
    return {**schema, "description": about, **more}


def choice(*words: str) -> dict[str, Any]:
    """One of these words."""
    return {"type": "string", "enum": list(words)}


def listing(of: Schema) -> dict[str, Any]:
    """A list of these."""
    return {"type": "array", "items": dict(of)}


def nullable(schema: Schema) -> dict[str, Any]:
    """This, or null."""
    return {"anyOf": [dict(schema), {"type": "null"}]}


def reference(name: str) -> dict[str, Any]:
    """A schema of the document's by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(required: Mapping[str, Schema], /, **optional: Schema) -> dict[str, Any]:
    """An object with these keys and no other."""
    return {
        "type": "object",
        "properties": {name: dict(one) for name, one in {**required, **optional}.items()},
        "required": list(required),
        "additionalProperties": False,
    }

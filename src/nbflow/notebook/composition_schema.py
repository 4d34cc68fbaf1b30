"""The JSON schema of a pipeline's file."""

from __future__ import annotations

from typing import Any

from nbflow.notebook.schema import options_schema

__all__ = ["composition_schema", "stage_schema"]

_OF_NOTEBOOKS = ("version", "files", "checks", "parameters", "steps")
"""What a notebook's metadata may say and a pipeline's file may not."""
_NAMES = {
    "type": ["array", "string"],
    "items": {"type": "string", "minLength": 1},
    "description": "Stages that this one comes after.",
}
_TEXT = {"type": "string", "minLength": 1}


def composition_schema() -> dict[str, Any]:
    """The JSON schema (2020-12) of a pipeline's file."""
    options = options_schema()["properties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pipeline.yaml",
        "description": "Several notebooks as one pipeline.",
        "type": "object",
        "properties": {
            **{key: one for key, one in options.items() if key not in _OF_NOTEBOOKS},
            "parameters": {"type": "object", "description": "What a run may be given."},
            "stages": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "anyOf": [stage_schema(approval=False), stage_schema(approval=True)],
                },
                "description": "Notebooks and approvals, by name.",
            },
        },
        "required": ["stages"],
        "additionalProperties": False,
    }


def stage_schema(*, approval: bool) -> dict[str, Any]:
    """The JSON schema of one stage: an approval, or a notebook."""
    options = options_schema()["properties"]
    both = {
        "after": _NAMES,
        "when": {**_TEXT, "description": "The condition that it runs under."},
        "timeout": options["timeout"],
    }
    if approval:
        own: dict[str, Any] = {
            "approve": {**_TEXT, "description": "The question."},
            "message": {"type": "string", "description": "More about it, Markdown."},
            "approvers": {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True},
        }
    else:
        own = {
            "notebook": {**_TEXT, "description": "Path relative to this file."},
            "parameters": {"type": "object", "description": "Values of its parameters."},
            "foreach": {"type": "object", "description": "One parameter, and the list of items."},
            "parallel": {"type": "integer", "minimum": 1, "description": "Items at once."},
            "profile": options["profile"],
            "retries": options["retries"],
        }
    required = ["approve"] if approval else ["notebook"]
    return {
        "type": "object",
        "properties": {**own, **both},
        "required": required,
        "additionalProperties": False,
    }

"""The JSON schema of `metadata.nbflow`, and the small part of JSON schema that it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbflow.model import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
_TEXT_MAP = {"type": "object", "additionalProperties": {"type": "string"}}
_QUANTITY = {"type": ["string", "number"], "description": "A Kubernetes quantity: 2, 500m, 64Gi."}
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}}
_RETRIES = {
    "type": "integer",
    "minimum": 0,
    "maximum": 999,
    "description": "How often an attempt that failed for no fault of the code is repeated.",
}
_TIMEOUT = {
    "type": ["string", "number"],
    "description": "Longest duration of one attempt: 90s, 30m, 1h30m, 2d, or seconds.",
}
_PROFILE = {"type": "string", "description": "Name of a resource profile of the settings."}
_CACHE = {"type": "boolean", "description": "Whether an unchanged step may be skipped."}
_IMAGE = {"type": "string", "description": "Container image reference."}
_SECRET = {
    "type": "object",
    "description": "A key of a Kubernetes secret as an environment variable.",
    "properties": {
        "name": {"type": "string"},
        "key": {"type": "string"},
        "env": {"type": "string"},
    },
    "required": ["name", "key", "env"],
    "additionalProperties": False,
}
_STEP = {
    "type": "object",
    "properties": {
        "profile": _PROFILE,
        "image": _IMAGE,
        "limits": {"type": "object", "additionalProperties": _QUANTITY},
        "retries": _RETRIES,
        "timeout": _TIMEOUT,
        "cache": _CACHE,
        "labels": _TEXT_MAP,
        "annotations": _TEXT_MAP,
        "secrets": {"type": "array", "items": _SECRET},
        "prev": {**_NAMES, "description": "Steps that this one comes after."},
    },
    "additionalProperties": False,
}
_URIS = {
    "type": "array",
    "items": {"type": "string", "minLength": 1},
    "minItems": 1,
    "uniqueItems": True,
}
_CHANNELS = {**_URIS, "description": "Names of channels of nbflow.yaml."}
_NOTIFY = {
    "type": "object",
    "description": "Who is told what becomes of a run.",
    "properties": {
        "failure": _CHANNELS,
        "success": _CHANNELS,
        "late": {
            "type": "object",
            "properties": {
                "after": {**_TIMEOUT, "description": "How long a run may take: 30m, 2h, 1d."},
                "to": _CHANNELS,
            },
            "required": ["after", "to"],
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_INTERVAL = {
    "type": "object",
    "description": "Parameters that get a run's data interval, as ISO text.",
    "properties": {"start": {"type": "string"}, "end": {"type": "string"}},
    "additionalProperties": False,
}
_COUNT = {"type": "integer", "minimum": 0}
_PARAMETER = {
    "type": "object",
    "description": "What the trigger form shows and which values are allowed.",
    "properties": {
        "help": {"type": "string", "description": "What the parameter is for."},
        "title": {"type": "string"},
        "section": {"type": "string", "description": "Heading in the trigger form."},
        "minimum": {"type": "number"},
        "maximum": {"type": "number"},
        "exclusiveMinimum": {"type": "number"},
        "exclusiveMaximum": {"type": "number"},
        "multipleOf": {"type": "number", "exclusiveMinimum": 0},
        "enum": {"type": "array", "minItems": 1},
        "examples": {"type": "array"},
        "values_display": {"type": "object"},
        "minLength": _COUNT,
        "maxLength": _COUNT,
        "pattern": {"type": "string"},
        "format": {"type": "string"},
        "minItems": _COUNT,
        "maxItems": _COUNT,
        "uniqueItems": {"type": "boolean"},
        "items": {"type": "object"},
        "properties": {"type": "object"},
        "required": _NAMES,
        "additionalProperties": {"type": ["boolean", "object"]},
    },
    "additionalProperties": False,
}


def options_schema() -> dict[str, Any]:
    """The JSON schema (2020-12) of `metadata.nbflow`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "metadata.nbflow",
        "description": "A notebook's own choices about its pipeline.",
        "type": "object",
        "properties": {
            "version": {"type": "integer", "enum": [1], "description": "Of this schema."},
            "name": {"type": "string", "description": "The DAG's id."},
            "description": {"type": "string", "description": "Markdown."},
            "schedule": {
                "type": ["string", "null"],
                "description": "A cron expression or a preset such as @daily.",
            },
            "timezone": {"type": "string", "description": "IANA name, such as Europe/Berlin."},
            "start": {"type": "string", "description": "ISO date that the schedule begins at."},
            "catchup": {"type": "boolean", "description": "Run the intervals that were missed."},
            "makes": {**_URIS, "description": "Assets that a run updates which ends well."},
            "waits_for": {
                **_URIS,
                "type": ["array", "object"],
                "description": "Assets whose updates start a run: all of a list, or of `any` one.",
                "properties": {"all": _URIS, "any": _URIS},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
            "interval": _INTERVAL,
            "notify": _NOTIFY,
            "max_active_runs": {"type": "integer", "minimum": 1},
            "owner": {"type": "string", "minLength": 1},
            "tags": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 100},
            },
            "team": {"type": "string", "minLength": 1},
            "profile": _PROFILE,
            "retries": _RETRIES,
            "timeout": _TIMEOUT,
            "cache": _CACHE,
            "image": _IMAGE,
            "files": {**_NAMES, "description": "Globs of files that every step needs."},
            "checks": {
                "type": "object",
                "properties": {
                    "in_place": {
                        "type": "boolean",
                        "description": "Look, when a step ends, which of its inputs it changed.",
                    }
                },
                "additionalProperties": False,
            },
            "parameters": {"type": "object", "additionalProperties": _PARAMETER},
            "steps": {"type": "object", "additionalProperties": _STEP},
        },
        "additionalProperties": False,
    }


def violations(
    value: Any, schema: Mapping[str, Any], *, path: str = ""
) -> Iterator[tuple[str, str, str | None]]:
    """Where a value breaks a schema.

    Knows `type`, `enum`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`,
    `multipleOf`, `minLength`, `maxLength`, `pattern`, `minItems`, `maxItems`, `uniqueItems`,
    `items`, `properties`, `required`, `additionalProperties`; other keywords hold.

    Yields:
        The path of the offending part, what is wrong with it, and a hint or None.
    """
    if not _is_type(value, schema.get("type")):
        yield path, f"is {_named(value)}, not {_words(schema['type'])}", None
        return
    if "enum" in schema and not any(_equal(value, allowed) for allowed in schema["enum"]):
        choices = ", ".join(repr(allowed) for allowed in schema["enum"])
        yield path, f"is {value!r}, not one of {choices}", f"Choose one of {choices}."
    if isinstance(value, str):
        yield from _text_violations(value, schema, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number_violations(value, schema, path)
    elif isinstance(value, list):
        yield from _list_violations(value, schema, path)
    elif isinstance(value, dict):
        yield from _object_violations(value, schema, path)


def _text_violations(
    value: str, schema: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str, str | None]]:
    yield from _size_violations(len(value), schema, path, "Length", "characters")
    pattern = schema.get("pattern")
    if pattern is not None:
        try:
            matches = re.search(pattern, value) is not None
        except re.error as error:
            yield path, f"cannot be compared to the pattern {pattern!r}: {error}", None
            return
        if not matches:
            yield path, f"is {value!r}, which does not match {pattern!r}", None


def _number_violations(
    value: float, schema: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str, str | None]]:
    checks: dict[str, tuple[str, Callable[[Any], bool]]] = {
        "minimum": ("less than", lambda limit: value < limit),
        "maximum": ("more than", lambda limit: value > limit),
        "exclusiveMinimum": ("not more than", lambda limit: value <= limit),
        "exclusiveMaximum": ("not less than", lambda limit: value >= limit),
        "multipleOf": ("not a multiple of", lambda unit: not _is_multiple(value, unit)),
    }
    for keyword, (words, broken) in checks.items():
        limit = schema.get(keyword)
        if limit is not None and broken(limit):
            yield path, f"is {value!r}, {words} {limit!r}", None


def _list_violations(
    value: list[Any], schema: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str, str | None]]:
    yield from _size_violations(len(value), schema, path, "Items", "items")
    if schema.get("uniqueItems") and any(item in value[:i] for i, item in enumerate(value)):
        yield path, "holds the same item twice", None
    for index, item in enumerate(value):
        yield from violations(item, schema.get("items", {}), path=f"{path}[{index}]")


def _object_violations(
    value: Mapping[str, Any], schema: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str, str | None]]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key in schema.get("required", ()):
        if key not in value:
            yield path, f"lacks {key!r}", None
    for key, inner in value.items():
        inner_path = f"{path}.{key}" if path else key
        if key in known:
            yield from violations(inner, known[key], path=inner_path)
        elif isinstance(others, dict):
            yield from violations(inner, others, path=inner_path)
        elif others is False:
            hint = f"{did_you_mean(key, known)}Known: {', '.join(sorted(known))}."
            yield inner_path, "is not a known key", hint


def _size_violations(
    size: int, schema: Mapping[str, Any], path: str, suffix: str, words: str
) -> Iterator[tuple[str, str, str | None]]:
    least, most = schema.get(f"min{suffix}"), schema.get(f"max{suffix}")
    if least is not None and size < least:
        yield path, f"has {size} {words}, fewer than {least}", None
    if most is not None and size > most:
        yield path, f"has {size} {words}, more than {most}", None


def _is_multiple(value: float, unit: float) -> bool:
    if not unit:
        return True
    quotient = value / unit
    return abs(quotient - round(quotient)) < 1e-9 * max(1.0, abs(quotient))


def _equal(one: object, other: object) -> bool:
    """Equal as JSON: 1 is 1.0, and true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _is_type(value: Any, wanted: str | list[str] | None) -> bool:
    if wanted is None:
        return True
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _words(wanted: str | list[str]) -> str:
    return wanted if isinstance(wanted, str) else " or ".join(wanted)


def _named(value: Any) -> str:
    if value is None:
        return "null"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

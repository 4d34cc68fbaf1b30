"""Parameters of a pipeline of Elyra's, with their types."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from nbflow.elyra.needs import says_nothing
from nbflow.elyra.report import Note, Verdict
from nbflow.settings import looks_secret

_PROPERTY = "pipeline_parameters"
_EMPTY: Mapping[str, Any] = {"String": "", "Integer": 0, "Float": 0.0, "Bool": False}
_TYPES = {"string": "String", "str": "String", "integer": "Integer", "int": "Integer"}
_TYPES |= {"float": "Float", "number": "Float", "bool": "Bool", "boolean": "Bool"}


def read_parameters(value: Any) -> tuple[dict[str, Any], list[Note]]:
    """The parameters as pipeline.yaml has them, and what became of each."""
    found: dict[str, Any] = {}
    notes: list[Note] = []
    for raw in value if isinstance(value, list) else [value]:
        if says_nothing(raw):
            continue
        name = raw.get("name") if isinstance(raw, dict) else None
        if not isinstance(name, str) or not name.isidentifier() or name in found:
            twice = isinstance(name, str) and name in found
            why = "there are two of this name" if twice else "its name is no identifier"
            instead = "write it under `parameters:` by hand"
            notes.append(Note(None, None, _PROPERTY, raw, Verdict.EDIT, None, why, instead))
            continue
        given = raw.get("value") if says_nothing(raw.get("default_value")) else raw["default_value"]
        default, doubt = _default(given)
        shown = raw
        if default != "" and isinstance(default, str) and looks_secret(name, default):
            default, doubt = "", "its default looks like a secret, and files are shared"
            shown = {key: raw[key] for key in raw if key not in {"default_value", "value"}}
        help_text = raw.get("description")
        written = isinstance(help_text, str) and help_text.strip()
        found[name] = {"default": default, "help": help_text.strip()} if written else default
        where = f"parameters.{name}"
        notes.append(Note(None, None, f"{_PROPERTY}.{name}", shown, Verdict.KEPT, where))
        notes.extend(_doubts(shown, name, default, doubt))
    return found, notes


def _doubts(raw: Mapping[str, Any], name: str, default: Any, doubt: str | None) -> Iterator[Note]:
    where = f"parameters.{name}"
    property_ = f"{_PROPERTY}.{name}"
    if doubt is not None:
        instead = f"look at {where}: it has {default!r} now"
        yield Note(None, None, property_, raw, Verdict.EDIT, where, doubt, instead)
    if raw.get("required") is True:
        why = "every parameter has a default here, and no run is refused for want of a value"
        instead = f"let the notebook refuse the default, which is {default!r}"
        asked = f"{property_}.required"
        yield Note(None, None, asked, raw["required"], Verdict.LOST, where, why, instead)
    known = {"name", "description", "default_value", "value", "required"}
    for key in raw:
        if key not in known and not says_nothing(raw[key]):
            why, instead = "it is not known here", "look whether it is needed"
            yield Note(None, None, f"{property_}.{key}", raw[key], Verdict.LOST, None, why, instead)


def _default(given: Any) -> tuple[Any, str | None]:
    """A default with its type, and what is doubtful about it."""
    kind, value = "String", given
    if isinstance(given, dict):
        kind = _TYPES.get(str(given.get("type") or given.get("widget") or "").lower(), "String")
        value = given.get("value")
    elif isinstance(given, bool | int | float):
        return given, None
    if value is None or value == "":
        return _EMPTY[kind], None
    try:
        return _typed(value, kind), None
    except (TypeError, ValueError, OverflowError):
        return str(value), f"{value!r} is not of its type, {kind}"


def _typed(value: Any, kind: str) -> Any:
    match kind:
        case "Bool":
            if str(value).lower() not in {"true", "false"}:
                raise ValueError(value)
            return str(value).lower() == "true"
        case "Integer":
            return int(value)
        case "Float":
            if not math.isfinite(float(value)):
                raise ValueError(value)
            return float(value)
    if not isinstance(value, str):
        raise TypeError(value)
    return value

"""From a request's text to values that fit their schemas."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from nbflow.errors import NbflowError
from nbflow.server.schemas import NAME, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.server.schemas import Schema

__all__ = ["BadRequest", "read_body", "read_path", "read_query"]

_NAMED = 5
"""Faults that are told of one request."""
_LONGEST = 200
"""Characters of a fault: it may quote a notebook."""
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class BadRequest(NbflowError):
    """The request does not say what the endpoint takes."""

    code = "request"
    http_status = 400


def read_path(named: Mapping[str, str]) -> dict[str, Any]:
    """The names that stand in a request's path, where a slash may be written so that it is none.

    Raises:
        BadRequest: one of them is no name, and would lead elsewhere.
    """
    return _checked(dict(named), record(dict.fromkeys(named, NAME)), "the path")


def read_query(sent: Mapping[str, str], schema: Schema) -> dict[str, Any]:
    """The values of a query that an endpoint knows; browsers and JupyterLab send others too.

    Raises:
        BadRequest: one is missing, or none of its kind.
    """
    known = schema["properties"]
    found = {name: _value(sent[name], one) for name, one in known.items() if name in sent}
    return _checked(found, schema, "the query")


def read_body(sent: bytes, schema: Schema) -> dict[str, Any]:
    """The values of a body.

    Raises:
        BadRequest: it is no JSON, or breaks the schema.
    """
    try:
        body = json.loads(sent or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is no JSON: {error}", hint="Send a JSON object.") from None
    return _checked(body, schema, "the body")


def _checked(found: Any, schema: Schema, what: str) -> dict[str, Any]:
    faults = [f"{where}: {fault}" if where else fault for where, fault in _faults(found, schema)]
    if faults:
        more = f" (and {len(faults) - _NAMED} more)" if len(faults) > _NAMED else ""
        raise BadRequest(
            f"{what} is wrong: {'; '.join(faults[:_NAMED])}{more}",
            hint="The server's openapi.json says what it takes.",
        )
    known = schema["properties"].items()
    return {**{name: one["default"] for name, one in known if "default" in one}, **found}


def _value(text: str, schema: Schema) -> Any:
    """A text as what its schema wants, or as it is where it is nothing like that."""
    kind = schema.get("type")
    if kind == "boolean":
        return _FLAGS.get(text, text)
    if kind == "integer" and text.removeprefix("-").isdecimal() and len(text) < 20:
        return int(text)
    if kind == "number":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _faults(value: Any, schema: Schema) -> Iterator[tuple[str, str]]:
    """Where it breaks the schema, and how."""
    found = _validator(json.dumps(schema))
    for error in sorted(found.iter_errors(value), key=lambda one: list(map(str, one.path))):
        message = error.message
        if len(message) > _LONGEST:
            message = f"it breaks {error.validator!r}: {error.validator_value}"[:_LONGEST]
        yield ".".join(map(str, error.path)), message


@cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))

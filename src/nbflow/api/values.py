"""Values that a person or program gives to a run's parameters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from nbflow import bundles
from nbflow.errors import UsageError
from nbflow.model import Parameter, ParameterKind, did_you_mean


def parse_assignments(
    assignments: Iterable[str], *, parameters: Iterable[Parameter]
) -> dict[str, Any]:
    """Read `NAME=VALUE` (by the parameter's type) and `NAME:=JSON` (exactly).

    Returns:
        The values in their wire form, the one that travels as JSON.

    Raises:
        UsageError: no such parameter, or the text is no value of its type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise UsageError(
                f"{assignment!r} is not NAME=VALUE",
                hint="Write -p lr=0.1, or -p 'sizes:=[1, 2]' for JSON.",
            )
        parameter = _find(name.removesuffix(":"), known)
        values[parameter.name] = (
            bundles.to_wire(parameter, _parse_json(parameter, text))
            if name.endswith(":")
            else bundles.read_value(parameter, text)
        )
    return values


def resolve(given: Mapping[str, Any], *, parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Check given values and bring them to their wire form, the one that travels as JSON.

    Raises:
        UsageError: a name is unknown, or a value does not fit its parameter.
    """
    known = {parameter.name: parameter for parameter in parameters}
    return {name: bundles.to_wire(_find(name, known), value) for name, value in given.items()}


def describe(parameter: Parameter) -> str:
    """One line about a parameter, for a hint."""
    kind = f"{parameter.kind} or None" if parameter.nullable else str(parameter.kind)
    default = parameter.source or repr(parameter.default)
    text = f"{parameter.name}: {kind} = {default}"
    return f"{text}  # {parameter.help}" if parameter.help else text


def _find(name: str, known: Mapping[str, Parameter]) -> Parameter:
    if name in known:
        return known[name]
    listed = "\n".join(f"  {describe(parameter)}" for parameter in known.values())
    hint = (
        f"{did_you_mean(name, known)}Its parameters:\n{listed}"
        if known
        else "It has no parameters."
    )
    raise UsageError(f"there is no parameter {name!r}", hint=hint)


def _parse_json(parameter: Parameter, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(
            f"parameter {parameter.name!r}: {text!r} is not JSON ({error})",
            hint="Strings in JSON stand in double quotes; NAME=VALUE takes plain text.",
        ) from error


def parameter_from_schema(
    name: str, *, schema: Mapping[str, Any], default: Any, about: str | None = None
) -> Parameter:
    """A parameter as the JSON schema of an Airflow `Param` describes it."""
    types: set[str] = set()
    for alternative in schema.get("anyOf") or [schema]:
        said = alternative.get("type", ())
        types |= {said} if isinstance(said, str) else set(said)
    nullable = "null" in types
    concrete = types - {"null"}
    kind = ParameterKind.ANY
    if "integer" in concrete and concrete <= {"integer", "string"}:
        kind = ParameterKind.INT
    elif "number" in concrete and concrete <= {"number", "string"}:
        kind = ParameterKind.FLOAT
    elif len(concrete) == 1:
        kind = _KINDS.get(next(iter(concrete)), ParameterKind.ANY)
    parameter = Parameter(
        name,
        kind,
        default,
        source=json.dumps(default, ensure_ascii=False),
        nullable=nullable,
        help=about,
    )
    # What every parameter of its kind has says nothing about this one.
    usual = bundles.parameter_schema(parameter)
    own = {key: value for key, value in schema.items() if usual.get(key) != value}
    own.pop("type", None)
    return replace(parameter, constraints=own)


_KINDS = {
    "boolean": ParameterKind.BOOL,
    "string": ParameterKind.STR,
    "array": ParameterKind.LIST,
    "object": ParameterKind.DICT,
}

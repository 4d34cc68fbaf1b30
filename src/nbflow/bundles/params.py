"""Parameters as the DAG file writes them."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any

from nbflow.bundles.layout import Call, Code, assign
from nbflow.bundles.parameters import parameter_description, parameter_schema, wire_default
from nbflow.model import Parameter, ParameterKind

if TYPE_CHECKING:
    from collections.abc import Iterable

# What all parameters of a kind have in common, said once at the top of the file.
_COMMON = {
    ParameterKind.INT: (
        "INTEGER",
        "An integer; one that a browser would round may come as text of digits.",
        parameter_schema(Parameter("n", ParameterKind.INT, 0)),
    ),
    ParameterKind.FLOAT: (
        "FLOAT",
        "A number; what JSON cannot say comes as text.",
        parameter_schema(Parameter("x", ParameterKind.FLOAT, 0.0)),
    ),
}


def param(parameter: Parameter) -> Call:
    """The `Param` of a parameter."""
    schema = parameter_schema(parameter)
    description = parameter_description(parameter)
    keywords: dict[str, Any] = {"description": description} if description else {}
    if parameter.kind in _COMMON:
        name, _, common = _COMMON[parameter.kind]
        own = {key: value for key, value in schema.items() if key not in common}
        if all(schema.get(key) == value for key, value in common.items()) and _are_keywords(own):
            keywords |= {**own, "**": Code(name)}
            return Call("Param", [wire_default(parameter)], keywords)
    # What is no identifier, or has a meaning of its own in Param, goes in as one dictionary.
    keywords |= schema if _are_keywords(schema) else {"schema": schema}
    return Call("Param", [wire_default(parameter)], keywords)


def common_schemas(parameters: Iterable[Parameter]) -> list[str]:
    """The constants that the parameters' `Param`s unpack."""
    used = {one.kind for one in parameters if "**" in (param(one).keywords or {})}
    return [
        f"# {reason}\n{assign(name, schema)}\n"
        for kind, (name, reason, schema) in _COMMON.items()
        if kind in used
    ]


def _are_keywords(schema: dict[str, Any]) -> bool:
    taken = {"default", "description", "source", "schema"}
    return all(
        key.isidentifier() and not keyword.iskeyword(key) and key not in taken for key in schema
    )

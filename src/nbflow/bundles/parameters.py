"""Parameters as Airflow knows them: JSON values with a JSON schema."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow.errors import UsageError
from nbflow.model import ParameterKind, nearest

if TYPE_CHECKING:
    from nbflow.model import Parameter

# Beyond this a browser cannot tell neighbouring integers apart (Number.MAX_SAFE_INTEGER).
SAFE_INTEGER = 2**53 - 1
INTEGER_PATTERN = "^-?[0-9]+$"
FLOAT_PATTERN = "^(-?([0-9]+([.][0-9]*)?([eE][-+]?[0-9]+)?|Infinity)|NaN)$"
_TYPES: dict[ParameterKind, str] = {
    ParameterKind.BOOL: "boolean",
    ParameterKind.STR: "string",
    ParameterKind.LIST: "array",
    ParameterKind.TUPLE: "array",
    ParameterKind.DICT: "object",
}
# Numbers that a browser or JSON cannot hold travel as text. Airflow's form shows the field of the
# default's own type where no `type` stands beside the alternatives; for several types, bare JSON.
_NUMBERS: dict[ParameterKind, list[dict[str, Any]]] = {
    ParameterKind.INT: [
        {"type": "integer", "minimum": -SAFE_INTEGER, "maximum": SAFE_INTEGER},
        {"type": "string", "pattern": INTEGER_PATTERN},
    ],
    ParameterKind.FLOAT: [{"type": "number"}, {"type": "string", "pattern": FLOAT_PATTERN}],
}
_ANY = ("null", "boolean", "number", "string", "array", "object")
# Airflow's form takes an array whose items have no type for lines of text, and makes [1] to ["1"];
# for items of several types it shows a field of JSON.
_ANY_ITEMS = {"items": {"type": list(_ANY)}}
# What Airflow's form reads, and no value can break:
# https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/params.html
_FOR_FORMS = {
    *("section", "title", "description", "description_md"),
    *("examples", "values_display"),
}
_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """The JSON schema of a parameter's values as they travel to Airflow.

    Integers that a browser cannot hold travel as text of digits, floats that JSON cannot say as
    `Infinity`, `-Infinity` or `NaN`.
    """
    kind, default = parameter.kind, wire_default(parameter)
    nullable = default is None or parameter.nullable or parameter.computed
    if kind in _NUMBERS:
        alternatives = [*_NUMBERS[kind], *([{"type": "null"}] if nullable else [])]
        return {"anyOf": alternatives, **parameter.constraints}
    if kind not in _TYPES:
        return {"type": list(_ANY), **parameter.constraints}
    schema: dict[str, Any] = {"type": [_TYPES[kind], "null"] if nullable else _TYPES[kind]}
    if kind in {ParameterKind.LIST, ParameterKind.TUPLE}:
        schema |= _ANY_ITEMS
    elif kind is ParameterKind.STR and "\n" in str(default):
        schema |= {"format": "multiline"}
    return {**schema, **parameter.constraints}


def wire_default(parameter: Parameter) -> Any:
    """A parameter's default as it travels; None where it is computed."""
    if parameter.computed:
        return None
    return _wire(parameter.default, parameter.kind)


def parameter_description(parameter: Parameter) -> str | None:
    """A parameter's help for Airflow's form, or None."""
    computed = (
        f"computed in the notebook: {parameter.source.strip()}" if parameter.computed else None
    )
    said = [part for part in (parameter.help, computed) if part]
    return "; ".join(said) or None


def to_wire(parameter: Parameter, value: Any) -> Any:
    """A Python value as it travels to Airflow: JSON that `parameter_schema` accepts.

    Raises:
        UsageError: the value is not of the parameter's kind, or breaks one of its constraints.
    """
    try:
        wire = _wire(_checked(parameter, value), parameter.kind)
    except OverflowError as error:  # an integer beyond the floats
        raise _refused(parameter, value) from error
    _check_schema(parameter, wire)
    return wire


def read_value(parameter: Parameter, text: str) -> Any:
    """A value typed on a command line, as it travels to Airflow.

    Text is taken as it is, other kinds are read as JSON, or as a Python literal.

    Raises:
        UsageError: the text is no value of the parameter's kind.
    """
    kind = parameter.kind
    stripped = text.strip()
    if kind is ParameterKind.STR:
        value: Any = None if parameter.nullable and stripped in {"None", "null"} else text
    elif kind is ParameterKind.BOOL and stripped.lower() in _WORDS:
        value = _WORDS[stripped.lower()]
    elif kind is ParameterKind.INT and re.fullmatch(r"[+-]?\d+", stripped):
        value = str(int(stripped)) if len(stripped) < 4000 else stripped
    elif kind is ParameterKind.FLOAT and re.fullmatch(r"[+-]?(inf(inity)?|nan)", stripped, re.I):
        value = float(stripped)
    else:
        value = _read_literal(parameter, text)
    return to_wire(parameter, value)


def _read_literal(parameter: Parameter, text: str) -> Any:
    import ast
    import json

    with suppress(ValueError, RecursionError):
        return json.loads(text)
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        if parameter.kind in {ParameterKind.ANY, ParameterKind.NONE}:
            return text
        raise _refused(parameter, text) from error
    if isinstance(value, tuple) and not text.lstrip().startswith("("):
        raise _refused(parameter, text)  # `1,2` may as well mean text
    return value


def _checked(parameter: Parameter, value: Any) -> Any:
    """The value where its type fits the kind."""
    kind = parameter.kind
    if value is None and (parameter.nullable or parameter.computed or not _is_typed(kind)):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        ParameterKind.BOOL: isinstance(value, bool),
        ParameterKind.INT: _is_integer(value),
        ParameterKind.FLOAT: is_number or _is_float_word(value),
        ParameterKind.STR: isinstance(value, str),
        ParameterKind.LIST: isinstance(value, list | tuple),
        ParameterKind.TUPLE: isinstance(value, list | tuple),
        ParameterKind.DICT: isinstance(value, dict),
    }
    if not fits.get(kind, True):
        raise _refused(parameter, value)
    return value


def _is_typed(kind: ParameterKind) -> bool:
    return kind in _TYPES or kind in _NUMBERS


def _is_integer(value: Any) -> bool:
    if isinstance(value, str):
        return re.fullmatch(INTEGER_PATTERN, value) is not None and not value.endswith("\n")
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float_word(value: Any) -> bool:
    return isinstance(value, str) and value in {"Infinity", "-Infinity", "NaN"}


def _wire(value: Any, kind: ParameterKind) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if kind is ParameterKind.INT and isinstance(value, int | str) and not isinstance(value, bool):
        return _wire_integer(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    if kind is ParameterKind.FLOAT and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _wire_integer(value: int | str) -> int | str:
    if isinstance(value, str):
        # Python reads decimal integers of at most 4300 digits; a longer one is surely not safe.
        if len(value) > 20 or abs(int(value)) > SAFE_INTEGER:
            return value
        return int(value)
    return str(value) if abs(value) > SAFE_INTEGER else value


def _check_schema(parameter: Parameter, wire: Any) -> None:
    import json

    from jsonschema import Draft202012Validator

    try:
        json.dumps(wire, allow_nan=False)
    except ValueError as error:
        raise UsageError(
            f"parameter {parameter.name!r}: inside of a {parameter.kind}, JSON has no infinity, NaN"
            " or endless nesting",
            hint=_expected(parameter),
        ) from error
    except TypeError as error:
        raise _refused(parameter, wire) from error
    if wire is None and parameter.computed:
        return
    found = next(Draft202012Validator(parameter_schema(parameter)).iter_errors(wire), None)
    if found is not None:
        if found.validator == "enum" and not found.absolute_path:
            raise _no_choice(parameter, wire, found.validator_value)
        raise UsageError(
            f"parameter {parameter.name!r}: {found.message}", hint=_expected(parameter)
        )


def _refused(parameter: Parameter, value: Any) -> UsageError:
    shown = repr(value)
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    return UsageError(
        f"parameter {parameter.name!r}: {shown} is not a value of type {parameter.kind}",
        hint=_expected(parameter),
    )


def _no_choice(parameter: Parameter, value: Any, choices: list[Any]) -> UsageError:
    texts = [str(choice) for choice in choices if choice is not None]
    near = nearest(str(value), texts)
    guess = "" if near is None else f"did you mean {near!r}? "
    return UsageError(
        f"parameter {parameter.name!r}: {value!r} is none of its choices",
        hint=f"{guess}{parameter.name} may be: {', '.join(texts)}",
    )


def _expected(parameter: Parameter) -> str:
    wanted = [f"its type is {parameter.kind}"]
    if parameter.source:
        wanted.append(f"its default is {parameter.source.strip()}")
    wanted += [
        f"{key} {value!r}"
        for key, value in sorted(parameter.constraints.items())
        if key not in _FOR_FORMS
    ]
    return ", ".join(wanted)

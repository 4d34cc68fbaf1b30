"""Finds the parameters that the parameters cells bind, and what is wrong with them."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbflow.model import Diagnostic, Parameter, ParameterKind, did_you_mean
from nbflow.notebook import rules
from nbflow.notebook.bindings import Binding, bindings, unbound_annotations
from nbflow.notebook.defaults import typed_default
from nbflow.notebook.fixes import other_key
from nbflow.notebook.marks import place
from nbflow.notebook.python import is_foreign, parse_python
from nbflow.notebook.schema import violations
from nbflow.notebook.secrets import looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbflow.model import Cell

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


@dataclass
class _Found:
    parameters: dict[str, Parameter] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def read_parameters(
    cells: Sequence[Cell], *, constraints: Mapping[str, Mapping[str, Any]], language: str
) -> tuple[tuple[Parameter, ...], tuple[Diagnostic, ...]]:
    """The parameters that some cells bind, in the order of their first bindings.

    Args:
        cells: the parameters cells, in the notebook's order.
        constraints: what `metadata.nbflow.parameters` says, by parameter.
        language: the notebook's; parameters are read from Python only.
    """
    found = _Found()
    for cell in cells:
        _read_cell(cell, language, found)
    for name, keywords in constraints.items():
        known = found.parameters.get(name)
        if known is None:
            found.diagnostics.append(_unknown(name, constraints, found.parameters))
        else:
            found.parameters[name] = _constrained(known, keywords)
    for parameter in found.parameters.values():
        found.diagnostics.extend(_faults(parameter))
    return tuple(found.parameters.values()), tuple(found.diagnostics)


def _read_cell(cell: Cell, language: str, found: _Found) -> None:
    if not cell.source.strip():
        return
    if language != "python" or is_foreign(cell.source):
        what = "a cell magic" if language == "python" else f"the language {language!r}"
        message = f"the parameters in {place(cell)} are not read because of {what}"
        found.diagnostics.append(rules.FOREIGN_PARAMETERS.at(message, cell=cell.id))
        return
    try:
        tree = parse_python(cell.source)
    except SyntaxError as error:
        message = f"the parameters in {place(cell)} are not valid Python: {error.msg}"
        found.diagnostics.append(
            rules.BAD_PARAMETERS_CODE.at(message, cell=cell.id, line=error.lineno)
        )
        return
    for name, line in unbound_annotations(tree, cell.source):
        message = f"{name!r} is annotated and gets no value, so it is no parameter"
        found.diagnostics.append(rules.NO_DEFAULT.at(message, cell=cell.id, line=line))
    for binding in bindings(tree, cell.source):
        _bind(binding, cell, found)


def _bind(binding: Binding, cell: Cell, found: _Found) -> None:
    known = found.parameters.get(binding.name)
    default = typed_default(binding)
    if default.mismatch:
        message = f"parameter {binding.name!r} is annotated {default.mismatch}"
        found.diagnostics.append(
            rules.ANNOTATION_MISMATCH.at(message, cell=cell.id, line=binding.line)
        )
    derived = sorted((binding.reads & found.parameters.keys()) - {binding.name})
    if derived:
        names = ", ".join(repr(name) for name in derived)
        message = (
            f"parameter {binding.name!r} is computed from {names} and does not follow a value "
            f"given for {'it' if len(derived) == 1 else 'them'}"
        )
        found.diagnostics.append(
            rules.DERIVED_PARAMETER.at(message, cell=cell.id, line=binding.line)
        )
    if known is not None and binding.plain and binding.name not in binding.reads:
        message = f"parameter {binding.name!r} is assigned again; the last value counts"
        found.diagnostics.append(
            rules.REBOUND_PARAMETER.at(message, cell=cell.id, line=binding.line)
        )
    found.parameters[binding.name] = Parameter(
        name=binding.name,
        kind=default.kind,
        default=default.value,
        computed=default.computed,
        source=binding.source,
        nullable=default.nullable,
        help=binding.help or (known.help if known else None),
        constraints=default.constraints,
        cell=cell.id,
        line=binding.line,
    )


def parameter_from(
    parameter: Parameter, about: Mapping[str, Any]
) -> tuple[Parameter, tuple[Diagnostic, ...]]:
    """A parameter that no cell binds, with what is said about it and what is wrong with it."""
    made = _constrained(parameter, about)
    return made, tuple(_faults(made))


def _constrained(parameter: Parameter, keywords: Mapping[str, Any]) -> Parameter:
    schema = {key: value for key, value in keywords.items() if key != "help"}
    return replace(
        parameter,
        help=keywords.get("help") or parameter.help,
        constraints={**parameter.constraints, **schema},
    )


def _faults(parameter: Parameter) -> Iterator[Diagnostic]:
    name, cell, line = parameter.name, parameter.cell, parameter.line
    if name.startswith("nbflow_"):
        message = f"parameter {name!r} has a name that nbflow keeps for itself"
        yield rules.RESERVED_PARAMETER.at(message, cell=cell, line=line)
    if name in _BUILTINS:
        message = f"parameter {name!r} hides Python's {name!r} in every step"
        yield rules.SHADOWED_BUILTIN.at(message, cell=cell, line=line)
    if parameter.kind is ParameterKind.STR and looks_secret(name, parameter.default):
        message = f"the default of parameter {name!r} looks like a secret"
        env = name.upper()
        hint = (
            f"Write `{name} = os.environ['{env}']` in a `setup` cell, and tag the steps that "
            f"need it with `secret:SECRET-NAME:KEY:{env}`."
        )
        yield rules.SECRET_PARAMETER.at(message, cell=cell, line=line, hint=hint)
    if parameter.computed or (parameter.default is None and parameter.nullable):
        return
    for path, message, _ in violations(parameter.default, parameter.constraints):
        where = f"item {path} " if path else ""
        text = f"the default of parameter {name!r}: {where}{message}"
        yield rules.BAD_DEFAULT.at(text, cell=cell, line=line)


def _unknown(
    name: str, said: Mapping[str, Mapping[str, Any]], known: Mapping[str, Parameter]
) -> Diagnostic:
    names = ", ".join(known) or "none"
    return rules.UNKNOWN_PARAMETER.at(
        f"metadata.nbflow.parameters.{name} is about a parameter that no cell binds",
        hint=f"{did_you_mean(name, known)}Parameters: {names}.",
        fixes=other_key({"parameters": said}, "parameters", name, known),
    )

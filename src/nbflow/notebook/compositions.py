"""Reads a pipeline of several notebooks from its file, or from the same as plain data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from nbflow.errors import NotebookError, SettingsError
from nbflow.model import (
    Approval,
    Composition,
    Condition,
    Diagnostic,
    Document,
    Foreach,
    Parameter,
    ParameterKind,
    Rule,
    Stage,
    StepOptions,
    as_identifier,
    parse_duration,
)
from nbflow.notebook.composition_rules import BAD_CONDITION, BAD_PIPELINE_FILE, BAD_REFERENCE
from nbflow.notebook.composition_schema import composition_schema, stage_schema
from nbflow.notebook.events import event_faults
from nbflow.notebook.options import read_options
from nbflow.notebook.parameters import parameter_from
from nbflow.notebook.references import read_condition, read_value
from nbflow.notebook.schema import options_schema, violations

__all__ = ["is_composition", "read_composition", "understand"]

_SUFFIXES = (".yaml", ".yml")
"""How the names of pipelines' files end."""

_STAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEPT = frozenset({"stages", "parameters"})
_PARAMETER = {
    "type": "object",
    "properties": {
        "default": {},
        **options_schema()["properties"]["parameters"]["additionalProperties"]["properties"],
    },
    "required": ["default"],
    "additionalProperties": False,
}
_NAME_FORM = "Write letters, digits, `_` and `-`, beginning with a letter."
_KINDS: tuple[tuple[type, ParameterKind], ...] = (
    (bool, ParameterKind.BOOL),
    (int, ParameterKind.INT),
    (float, ParameterKind.FLOAT),
    (str, ParameterKind.STR),
    (list, ParameterKind.LIST),
    (dict, ParameterKind.DICT),
)


def is_composition(path: str | Path) -> bool:
    """Whether a path names a pipeline's file rather than a notebook."""
    return Path(path).suffix in _SUFFIXES


Line = Callable[[Sequence[str | int]], int | None]


@dataclass
class _Found:
    """What is read, as it is found."""

    line: Line
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def tell(
        self, keys: Sequence[str | int], message: str, *, hint: str | None = None, rule: Rule
    ) -> None:
        self.diagnostics.append(rule.at(message, line=self.line(keys), hint=hint))

    def violations(self, value: Any, schema: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
        """Tell where a value breaks a schema; whether it keeps it."""
        fine = True
        for path, message, hint in violations(value, schema):
            inner = re.findall(r"[^.\[\]]+", path)
            where = ".".join((*keys, path)).strip(".") or "the file"
            self.tell((*keys, *inner), f"{where} {message}", hint=hint, rule=BAD_PIPELINE_FILE)
            fine = False
        return fine


def read_composition(path: Path) -> tuple[Composition, tuple[Diagnostic, ...]]:
    """Read a pipeline's file; what is wrong with it is left out and becomes a diagnostic.

    Raises:
        NotebookError: it cannot be read, is no YAML, or holds no mapping.
    """
    from nbflow.settings import read_yaml  # a step alone reads no YAML

    try:
        file = read_yaml(path)
    except SettingsError as error:
        raise NotebookError(error.message, hint=error.hint) from error
    if not isinstance(file.content, dict):
        raise NotebookError(
            f"{path}: no pipeline", hint="Write `stages:` with a notebook each; see its docs."
        )
    return understand(file.content, folder=path.resolve().parent.name, line=file.line)


def understand(
    content: Mapping[str, Any], *, folder: str, line: Line = lambda _: None
) -> tuple[Composition, tuple[Diagnostic, ...]]:
    """A pipeline's file as plain data, understood.

    Args:
        content: what the file says.
        folder: name of the folder that it lies in.
        line: the line of what stands under some keys.
    """
    found = _Found(line)
    schema = composition_schema()
    found.violations({k: v for k, v in content.items() if isinstance(k, str)}, schema, ())
    if content.get("stages") == {}:
        found.tell(("stages",), "stages: there are none", rule=BAD_PIPELINE_FILE)
    for key in content:
        if not isinstance(key, str):
            found.tell((), f"{key!r} is not a known key", rule=BAD_PIPELINE_FILE)
    known = {key: one for key, one in content.items() if key in schema["properties"]}
    document = Document(
        str(content.get("name") or folder),
        cells=(),
        metadata={"nbflow": {k: v for k, v in known.items() if k not in _KEPT}},
    )
    options = read_options(document)
    for one in options.diagnostics:
        text = one.message.removeprefix("metadata.nbflow.")
        at = line(re.findall(r"[^.\[\]: ]+", text)[:1])
        told = replace(one, message=text, line=at)
        if not any(each.message == told.message for each in found.diagnostics):
            found.diagnostics.append(told)
    parameters = _parameters(_mapping(content.get("parameters")), found)
    found.diagnostics += (
        replace(one, message=one.message.replace("metadata.nbflow.", ""), line=line(["interval"]))
        for one in event_faults(options.options, parameters)
    )
    stages = [
        _stage(name, one, found)
        for name, one in _mapping(content.get("stages")).items()
        if isinstance(one, dict)
    ]
    _refuse_alike([one.name for one in stages if one is not None], found)
    made = Composition(
        options.name,
        options.options,
        parameters,
        tuple(stage for stage in stages if stage is not None),
    )
    return made, tuple(dict.fromkeys(found.diagnostics))


def _refuse_alike(names: Sequence[str], found: _Found) -> None:
    """Tell of names that would be one in the DAG, where `-` is `_` and stages have helpers."""
    taken: dict[str, str] = {}
    for name in names:
        known = as_identifier(name)
        if known in taken:
            message = f"the stages {taken[known]!r} and {name!r} are too much like each other"
            found.tell(("stages", name), message, rule=BAD_PIPELINE_FILE)
        taken[known] = name
    for name in names:
        helper = re.fullmatch(r"(if|each_of|given_to)_(.*)", as_identifier(name))
        if helper and helper[2] in taken:
            message = f"{name!r} is what a task or function of stage {taken[helper[2]]!r} is named"
            found.tell(("stages", name), message, hint=_NAME_FORM, rule=BAD_PIPELINE_FILE)


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _parameters(said: Mapping[Any, Any], found: _Found) -> tuple[Parameter, ...]:
    made = []
    for name, value in said.items():
        keys = ("parameters", str(name))
        if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
            message = f"parameters.{name} cannot be the name of a parameter"
            hint = "Write a Python name."
            if isinstance(name, bool):
                hint = "YAML reads on, off, yes and no as truth values: put it in quotes."
            found.tell(keys, message, hint=hint, rule=BAD_PIPELINE_FILE)
            continue
        long = isinstance(value, dict) and "default" in value
        if not _is_json(value, keys, found):
            continue
        if long and not found.violations(value, _PARAMETER, keys):
            continue
        default = value["default"] if long else value
        about = {k: v for k, v in value.items() if k != "default"} if long else {}
        kind = next((k for sort, k in _KINDS if isinstance(default, sort)), ParameterKind.ANY)
        parameter, wrong = parameter_from(
            Parameter(name, kind, default, nullable=default is None, line=found.line(keys)), about
        )
        found.diagnostics += wrong
        made.append(parameter)
    return tuple(made)


def _stage(name: Any, said: dict[Any, Any], found: _Found) -> Stage | None:
    keys = ("stages", str(name))
    if not isinstance(name, str) or not _STAGE.fullmatch(name):
        message = f"stages.{name} cannot be the name of a stage"
        found.tell(keys, message, hint=_NAME_FORM, rule=BAD_PIPELINE_FILE)
        return None
    approval = _asks(said)
    fine = found.violations(said, stage_schema(approval=approval), keys)
    if not fine or not _is_json(said, keys, found):
        # Enough to know it by: what refers to it is not wrong for that.
        return Stage(name, notebook=None, line=found.line(keys))
    after = said.get("after", [])
    stage = Stage(
        name,
        when=_condition(said.get("when"), (*keys, "when"), found),
        after=(after,) if isinstance(after, str) else tuple(after),
        line=found.line(keys),
    )
    timeout = _duration(said.get("timeout"), (*keys, "timeout"), found)
    if approval:
        asked = Approval(
            said["approve"], said.get("message"), tuple(said.get("approvers", ())), timeout
        )
        return replace(stage, approval=asked)
    foreach = _foreach(said, keys, found)
    given = {
        key: _value(value, (*keys, "parameters", key), found)
        for key, value in said.get("parameters", {}).items()
    }
    if foreach is not None and foreach.parameter in given:
        message = f"stage {name!r} gives {foreach.parameter!r} by `foreach` and by `parameters`"
        found.tell((*keys, "foreach"), message, rule=BAD_PIPELINE_FILE)
    return replace(
        stage,
        notebook=said["notebook"],
        given=given,
        foreach=foreach,
        options=StepOptions(said.get("profile"), retries=said.get("retries"), timeout=timeout),
    )


def _asks(said: Mapping[Any, Any]) -> bool:
    """Whether a stage is meant as an approval, also where `approve` is misspelled."""
    if "approve" in said or "notebook" in said:
        return "approve" in said
    keys = [str(key) for key in said]
    return "approvers" in keys or bool(get_close_matches("approve", keys, cutoff=0.7))


def _foreach(said: Mapping[str, Any], keys: tuple[str, ...], found: _Found) -> Foreach | None:
    pairs = said.get("foreach")
    if pairs is None:
        if "parallel" in said:
            message = f"{'.'.join(keys)}.parallel is for stages with `foreach`"
            found.tell((*keys, "parallel"), message, rule=BAD_PIPELINE_FILE)
        return None
    if len(pairs) != 1:
        hint = 'Write {PARAMETER: "${LIST}"}.'
        message = f"{'.'.join(keys)}.foreach has {len(pairs)} parameters, not one"
        found.tell((*keys, "foreach"), message, hint=hint, rule=BAD_PIPELINE_FILE)
        return None
    ((parameter, items),) = pairs.items()
    return Foreach(parameter, _value(items, (*keys, "foreach"), found), said.get("parallel"))


def _value(value: Any, keys: tuple[str, ...], found: _Found) -> Any:
    try:
        return read_value(value)
    except ValueError as error:
        found.tell(keys, f"{'.'.join(keys)}: {error}", rule=BAD_REFERENCE)
        return None


def _condition(text: str | None, keys: tuple[str, ...], found: _Found) -> Condition | None:
    try:
        return None if text is None else read_condition(text)
    except ValueError as error:
        found.tell(keys, f"{'.'.join(keys)}: {error}", rule=BAD_CONDITION)
        return None


def _duration(value: Any, keys: tuple[str, ...], found: _Found) -> Any:
    try:
        return None if value is None else parse_duration(value)
    except ValueError as error:
        found.tell(keys, f"{'.'.join(keys)}: {error}", rule=BAD_PIPELINE_FILE)
        return None


def _is_json(value: Any, keys: tuple[str, ...], found: _Found) -> bool:
    """Tell of what JSON cannot say, such as YAML's own dates and keys that are no text."""
    if isinstance(value, dict):
        strange = [key for key in value if not isinstance(key, str)]
        for key in strange:
            message = f"{'.'.join(keys)}: the key {key!r} is no text"
            found.tell(keys, message, hint="Put it in quotes.", rule=BAD_PIPELINE_FILE)
        inner = [_is_json(one, (*keys, str(key)), found) for key, one in value.items()]
        return not strange and all(inner)
    if isinstance(value, list):
        fine = [_is_json(one, keys, found) for one in value]
        return all(fine)
    if value is None or isinstance(value, bool | int | float | str):
        return True
    message = f"{'.'.join(keys)} is {value}, which YAML reads as {type(value).__name__}"
    found.tell(keys, message, hint="Put it in quotes.", rule=BAD_PIPELINE_FILE)
    return False

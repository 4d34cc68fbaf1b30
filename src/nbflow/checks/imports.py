"""Why Airflow cannot import a DAG file, as a finding about the notebook that it was made of."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from nbflow.checks import rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Diagnostic, Pipeline

__all__ = ["find_import_error"]

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')
_NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '([^']+)'|ImportError: ")
_LONGEST = 2000
"""Characters of what Airflow says."""
_TWO_PART = {"apache", "atlassian", "cncf", "common", "dbt", "microsoft"}
"""Namespaces of Airflow's providers whose packages have a name of two parts."""
_ASKED_FOR_BY: Mapping[str, str] = {
    "apache-airflow-providers-cncf-kubernetes": "`backend: pod` of nbflow.yaml asks for it",
    "apache-airflow-providers-http": "`notify` asks for it, by a channel of kind webhook or slack",
    "apache-airflow-providers-papermill": "`backend: papermill` of nbflow.yaml asks for it",
    "apache-airflow-providers-smtp": "`notify` asks for it, by a channel of kind email",
    "apache-airflow-providers-standard": "`makes` asks for it",
}
_OPTIONS = (
    (re.compile(r"timetable|\bcron\b|croniter", re.I), "schedule"),
    (re.compile(r"time ?zone", re.I), "timezone"),
    (re.compile(r"\btags?\b", re.I), "tags"),
)
"""Words of Airflow about an argument of the DAG, and the notebook's option that it comes from."""
_NAMES = re.compile(
    r"""(?:\btask(?:_id)?:?\s|<Task\(\w+\):\s|\bparam(?:eter)?:?\s|["'`])[\s"'`]*([\w.-]+)""", re.I
)
"""What Airflow names in words: a task (`task_id: load`), a parameter (`for param n`), anything."""


@dataclass(frozen=True)
class _Place:
    """Where something of the notebook is: a cell, or an option by its name."""

    about: str = ""
    cell: str | None = None
    line: int | None = None


def find_import_error(
    traceback: str,
    *,
    dag_id: str,
    file: str,
    text: str = "",
    pipeline: Pipeline | None = None,
) -> Diagnostic:
    """What Airflow's import error means.

    Args:
        traceback: Airflow's words.
        dag_id: the DAG, whose file is `{dag_id}.py`.
        file: where the DAG file is, for people.
        text: the DAG file's text, where it is at hand.
        pipeline: what it was made of, where that is at hand.

    Returns:
        The finding, at the cell that is to blame; where none is known, at the DAG file's line.
    """
    line = _line_in(traceback, f"{dag_id}.py")
    said = _last_words(traceback)
    place = None if pipeline is None else _place(said, _tree(text), line, pipeline)
    hint = _hint(said, _tree(text), line)
    message = f"Airflow cannot import {dag_id}.py: "
    if place is None:
        return rules.NOT_IMPORTED.at(message + said, hint=hint, file=file, line=line)
    return rules.NOT_IMPORTED.at(
        f"{place.about}{message}{said}", hint=hint, cell=place.cell, line=place.line
    )


def _line_in(traceback: str, name: str) -> int | None:
    frames = (_FRAME.match(line) for line in traceback.splitlines())
    lines = [int(one["line"]) for one in frames if one and PurePosixPath(one["file"]).name == name]
    return lines[-1] if lines else None


def _last_words(traceback: str) -> str:
    """The exception's own words: what follows on the last frame and its lines of source."""
    lines = traceback.strip().splitlines()
    last = max((number for number, line in enumerate(lines) if _FRAME.match(line)), default=-1)
    words = lines[last + 1 :]
    while len(words) > 1 and words[0].startswith(" "):
        words = words[1:]
    return "\n".join(words).strip()[:_LONGEST]


def _tree(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _place(said: str, tree: ast.Module, line: int | None, pipeline: Pipeline) -> _Place | None:
    if _NO_MODULE.match(said):  # modules may be called as steps are
        return None
    calls = list(_calls(tree, line))
    # Airflow keeps the last frames of a traceback only, so the words count where there is no line.
    named = [name for _, name in calls] + [name.rstrip(".") for name in _NAMES.findall(said)]
    parameters = {one.name: one for one in pipeline.parameters}
    steps = {step.name: step for step in pipeline.steps}
    for name in named:
        parameter, step = parameters.get(name), steps.get(name)
        if parameter is not None and (step is None or "param" in said.lower()):
            return _Place(f"parameter {name!r}: ", parameter.cell, parameter.line)
        if step is not None and step.cells:
            return _Place(f"step {name!r}: ", step.cells[0])
    if line is None or any(function == "DAG" for function, _ in calls):
        option = next((option for words, option in _OPTIONS if words.search(said)), None)
        return None if option is None else _Place(f"metadata.nbflow.{option}: ")
    return None


def _calls(tree: ast.Module, line: int | None) -> Iterator[tuple[str, str]]:
    """Calls that a line lies in, with the task's or the parameter's name; the innermost first."""
    found: list[tuple[int, str, str]] = []
    for node in ast.walk(tree):
        keys: list[tuple[ast.expr | None, ast.expr]] = []
        if isinstance(node, ast.Dict):
            keys = [*zip(node.keys, node.values, strict=True)]
        elif isinstance(node, ast.Call):
            keys = [(keyword.value, node) for keyword in node.keywords if keyword.arg == "task_id"]
            keys += [(None, node)] if _name(node) == "DAG" else []
        for key, value in keys:
            end = value.end_lineno or value.lineno
            if isinstance(value, ast.Call) and line is not None and value.lineno <= line <= end:
                name = str(key.value) if isinstance(key, ast.Constant) else ""
                found.append((end - value.lineno, _name(value), name))
    yield from ((function, name) for _, function, name in sorted(found))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _hint(said: str, tree: ast.Module, line: int | None) -> str | None:
    module = _missing_module(said, tree, line)
    if module is None:
        if "import timeout" in said:
            return (
                "Airflow gives a DAG file so many seconds (`[core] dagbag_import_timeout`): is its "
                "machine overloaded, or the folder of DAGs slow?"
            )
        return None
    if module.split(".")[:2] == ["airflow", "sdk"]:
        return "This Airflow is older than the DAG file needs: use 3.3 or a later one."
    package = _package(module)
    reason = f": {_ASKED_FOR_BY[package]}" if package in _ASKED_FOR_BY else ""
    return f"Install {package} where Airflow's DAG processor and workers run{reason}."


def _missing_module(said: str, tree: ast.Module, line: int | None) -> str | None:
    """The module that is not there, or has not what is asked of it."""
    found = _NO_MODULE.match(said)
    if found is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.lineno == line:
            return node.module
        if isinstance(node, ast.Import) and node.lineno == line:
            return node.names[0].name
    return found[1]


def _package(module: str) -> str:
    """`apache-airflow-providers-http` for a module of it; else the module's first part."""
    parts = module.split(".")
    if parts[:2] != ["airflow", "providers"] or len(parts) < 3:
        return parts[0]
    count = 2 if parts[2] in _TWO_PART and len(parts) > 3 else 1
    return "-".join(["apache-airflow-providers", *parts[2 : 2 + count]])

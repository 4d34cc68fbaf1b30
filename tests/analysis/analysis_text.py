"""Notebooks as text: `# %% [tag tag]` opens a cell; and pipelines as text."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbflow.analysis import analyse
from nbflow.model import (
    Cell,
    Document,
    Outline,
    Parameter,
    ParameterKind,
    Pipeline,
    Prev,
    ReasonKind,
    Role,
    StepOutline,
)

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = re.compile(r"^# %%(?: \[(?P<tags>[^\]]*)\])?\s*$")
_SETUP = {"imports", "functions", "setup"}


@dataclass
class _Reading:
    steps: dict[str, list[str]] = field(default_factory=dict)
    prevs: dict[str, list[Prev]] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    metrics: list[tuple[str, str]] = field(default_factory=list)
    step: str = ""
    role: Role = Role.LEADING


def outline(text: str, *, language: str = "python") -> Outline:
    """The outline of a notebook in text, tagged as the tag grammar says."""
    cells = [
        Cell(f"c{number}", number - 1, "code", source, tags)
        for number, (tags, source) in enumerate(_split(text), start=1)
    ]
    reading = _Reading()
    for cell in cells:
        _place(cell, reading)
    if not reading.steps:
        loose = [c.id for c in cells if reading.roles[c.id] is Role.LEADING]
        reading.steps["main"] = loose
        reading.roles.update(dict.fromkeys(loose, Role.STEP))
    document = Document("case", tuple(cells), language=language)
    steps = tuple(
        StepOutline(name, tuple(ids), tuple(reading.prevs.get(name, ())))
        for name, ids in reading.steps.items()
    )
    given = [
        parameter
        for cell in cells
        if reading.roles[cell.id] is Role.PARAMETERS
        for parameter in _parameters(cell)
    ]
    return Outline(
        "case",
        document,
        roles=reading.roles,
        steps=steps,
        parameters=tuple({parameter.name: parameter for parameter in given}.values()),
        metrics=tuple(reading.metrics),
    )


def _split(text: str) -> list[tuple[tuple[str, ...], str]]:
    found: list[tuple[tuple[str, ...], list[str]]] = []
    for line in text.strip("\n").split("\n"):
        head = _HEAD.match(line)
        if head is not None:
            found.append((tuple((head["tags"] or "").split()), []))
        elif found:
            found[-1][1].append(line)
        else:
            found.append(((), [line]))
    return [(tags, "\n".join(lines).strip("\n")) for tags, lines in found]


def _place(cell: Cell, reading: _Reading) -> None:
    for tag in cell.tags:
        kind, _, name = tag.partition(":")
        if kind == "step":
            reading.step, reading.role = name, Role.STEP
        elif tag in _SETUP:
            reading.role = Role.SETUP
        elif tag == "parameters":
            reading.role = Role.PARAMETERS
        elif tag == "skip":
            reading.roles[cell.id] = Role.SKIP
            return
        elif tag == "metrics":
            names = re.findall(r"print\((\w+)\)", cell.source)
            reading.metrics += [(metric, cell.id) for metric in names]
        elif kind == "prev":
            reading.prevs.setdefault(reading.step, []).append(Prev(name, cell.id))
    reading.roles[cell.id] = reading.role
    if reading.role is Role.STEP:
        reading.steps.setdefault(reading.step, []).append(cell.id)
    if reading.role is Role.PARAMETERS:
        reading.role = Role.STEP if reading.step else Role.LEADING


def _parameters(cell: Cell) -> list[Parameter]:
    found = []
    for node in ast.parse(cell.source).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        found += [_parameter(name, node.value, cell, node.lineno) for name in names]
    return found


def _parameter(name: str, value: ast.expr, cell: Cell, line: int) -> Parameter:
    try:
        default = ast.literal_eval(value)
    except ValueError:
        return Parameter(name, ParameterKind.ANY, None, computed=True, cell=cell.id, line=line)
    return Parameter(name, ParameterKind.ANY, default, cell=cell.id, line=line)


def _files(pipeline: Pipeline) -> list[str]:
    """The uses of files that are listings, and those of files that may be missing."""
    lists = [f"{use.step or 'setup'} lists {use.path}" for use in pipeline.files if use.listing]
    lacks = [f"{use.step or 'setup'} may lack {use.path}" for use in pipeline.files if use.optional]
    return lists + lacks


def show(pipeline: Pipeline) -> list[str]:
    """A pipeline as lines; what is empty has none."""
    lines = []
    if pipeline.setup:
        lines.append(f"setup {', '.join(pipeline.setup)}")
    for step in pipeline.steps:
        if step.name.startswith("start"):
            lines.append(f"{step.name} has {', '.join(step.cells)}")
        for edge in step.edges:
            reasons = []
            for reason in edge.because:
                bare = reason.kind is ReasonKind.DECLARED
                reasons.append("declared" if bare else f"{reason.kind} {', '.join(reason.names)}")
            lines.append(f"{step.name} <- {edge.step}: {'; '.join(reasons)}")
        if step.definitions:
            names = [", ".join(d.names) or d.source for d in step.definitions]
            lines.append(f"{step.name} runs {' | '.join(names)}")
        if step.reads_parameters:
            lines.append(f"{step.name} given {', '.join(step.reads_parameters)}")
        if step.metrics:
            lines.append(f"{step.name} records {', '.join(step.metrics)}")
    lines += _files(pipeline)
    for found in pipeline.diagnostics:
        where = f" {found.cell}" if found.cell else ""
        line = f":{found.line}" if found.line else ""
        lines.append(f"! {found.code}{where}{line}")
    return lines


@dataclass(frozen=True)
class Case:
    """A notebook in text and what is expected of it."""

    title: str
    notebook: str
    expected: tuple[str, ...]
    language: str = "python"


def cases(path: Path) -> list[Case]:
    """The cases of a file: `=== title`, the notebook, `---`, the expected lines."""
    found = []
    for block in re.split(r"^=== ", path.read_text(), flags=re.M)[1:]:
        title, _, rest = block.partition("\n")
        notebook, _, expected = rest.partition("\n---\n")
        title, _, language = title.partition(" @")
        lines = tuple(line.strip() for line in expected.split("\n") if line.strip())
        found.append(Case(title.strip(), notebook, lines, language.strip() or "python"))
    return found


def analysed(text: str, *, language: str = "python") -> Pipeline:
    """The pipeline of a notebook in text."""
    return analyse(outline(text, language=language))

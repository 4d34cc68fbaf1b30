"""Says what every cell is: tags and options become steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbflow.model import (
    Cell,
    Diagnostic,
    Outline,
    Prev,
    Role,
    Rule,
    StepOutline,
    as_identifier,
    did_you_mean,
)
from nbflow.notebook import rules
from nbflow.notebook.besides import scripts
from nbflow.notebook.choices import Choice, unite
from nbflow.notebook.editing import raw_options
from nbflow.notebook.events import event_faults
from nbflow.notebook.fixes import other_key, without_choice, without_tags
from nbflow.notebook.marks import Marks, marks, place
from nbflow.notebook.metrics import metric_names
from nbflow.notebook.options import NotebookOptions, StepSettings, read_options
from nbflow.notebook.parameters import read_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nbflow.model import Document

UNTAGGED_STEP = "main"


@dataclass
class _Step:
    name: str
    cells: list[str] = field(default_factory=list)
    prevs: list[Prev] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    notebook: str | None = None


@dataclass
class _Walk:
    """Where the walk over the cells stands.

    Attributes:
        tagged: some cell names a step.
        step: the step above, that untagged cells belong to.
        in_setup: the cell above is setup, which untagged cells extend.
        waiting: untagged cells under a `notebook:` cell, which belong to the step below.
    """

    tagged: bool
    step: _Step | None = None
    in_setup: bool = False
    waiting: list[Cell] | None = None
    steps: dict[str, _Step] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    metrics: list[tuple[str, str]] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def outline(document: Document, *, folder: Path | None = None) -> Outline:
    """Understand a notebook's tags, options and parameters.

    Mistakes of the author become diagnostics in the notebook's order; nothing is raised.

    Args:
        document: the notebook.
        folder: where it lies; the modules and scripts that it uses from there are read.
    """
    options = read_options(document)
    walk = _walk(document)
    steps = tuple(_outlined(step, options, walk) for step in walk.steps.values())
    cells = [c for c in document.cells if walk.roles.get(c.id) is Role.PARAMETERS]
    parameters, wrong = read_parameters(
        cells, constraints=options.parameters, language=document.language
    )
    found = [
        *options.diagnostics,
        *event_faults(options.options, parameters),
        *_unknown_steps(options, walk, document),
        *_repairs(document),
    ]
    return Outline(
        name=options.name,
        document=document,
        options=options.options,
        roles=walk.roles,
        steps=steps,
        parameters=parameters,
        metrics=tuple(walk.metrics),
        beside=scripts(document, folder) if folder is not None else {},
        diagnostics=_sorted(document, [*found, *walk.diagnostics, *wrong]),
    )


def _walk(document: Document) -> _Walk:
    read = [(cell, marks(cell)) for cell in document.cells]
    walk = _Walk(tagged=any(found.step is not None for _, found in read))
    if not walk.tagged:
        walk.step = _Step(UNTAGGED_STEP)
    for cell, found in read:
        walk.diagnostics.extend(found.diagnostics)
        _place(cell, found, walk)
        if found.metrics and walk.roles[cell.id] is not Role.SKIP:
            _note_metrics(cell, document, walk)
    if not walk.tagged and walk.step is not None and walk.step.cells:
        walk.steps[UNTAGGED_STEP] = walk.step
    if walk.waiting:
        walk.diagnostics.append(_ownerless(walk.waiting[0]))
    return walk


def _place(cell: Cell, found: Marks, walk: _Walk) -> None:
    """Give one cell its role, and its step where it has one."""
    if cell.kind != "code":
        walk.roles[cell.id] = Role.TEXT
    elif found.kind == "skip":
        walk.roles[cell.id] = Role.SKIP
    elif found.kind in {"parameters", "setup"}:
        walk.roles[cell.id] = Role(found.kind)
        walk.in_setup = found.kind == "setup" and walk.tagged
        _refuse(cell, found, walk, rules.OPTION_WITHOUT_EFFECT)
    elif found.step is not None:
        _begin(cell, found, found.step, walk)
    else:
        _continue(cell, found, walk)


def _begin(cell: Cell, found: Marks, name: str, walk: _Walk) -> None:
    step = walk.steps.setdefault(name, _Step(name))
    held = walk.waiting or []
    if found.kind == "notebook":
        if held:
            walk.diagnostics.append(_ownerless(held[0]))
        _reference(cell, step, walk)
        walk.step, walk.waiting = None, []
    else:
        walk.step, walk.waiting = step, None
        for waiting in held:
            step.cells.append(waiting.id)
    walk.in_setup = False
    _add(cell, found, step, walk)


def _continue(cell: Cell, found: Marks, walk: _Walk) -> None:
    """An untagged code cell belongs to what stands above it."""
    if walk.in_setup and not found.metrics:
        walk.roles[cell.id] = Role.SETUP
        _refuse(cell, found, walk, rules.OPTION_WITHOUT_STEP)
        return
    walk.in_setup = False
    if walk.waiting is not None:
        walk.waiting.append(cell)
        walk.roles[cell.id] = Role.STEP
        _refuse(cell, found, walk, rules.OPTION_WITHOUT_STEP)
    elif walk.step is not None:
        _add(cell, found, walk.step, walk)
    else:
        walk.roles[cell.id] = Role.LEADING
        _refuse(cell, found, walk, rules.OPTION_WITHOUT_STEP)


def _add(cell: Cell, found: Marks, step: _Step, walk: _Walk) -> None:
    walk.roles[cell.id] = Role.STEP
    step.cells.append(cell.id)
    step.prevs.extend(found.prevs)
    step.choices.extend(found.choices)


def _reference(cell: Cell, step: _Step, walk: _Walk) -> None:
    """A `notebook:` cell: its path stands in its metadata, and it has no code of its own."""
    path = cell.metadata.get("notebook_path")
    if isinstance(path, str) and path.strip():
        step.notebook = path.strip()
    else:
        message = f"{place(cell)} is to run a notebook as step {step.name!r} and names no path"
        hint = "Set `notebook_path` in the cell's metadata."
        walk.diagnostics.append(rules.NOTEBOOK_STEP.at(message, cell=cell.id, hint=hint))
    lines = (line.strip() for line in cell.source.splitlines())
    if any(line and not line.startswith("#") for line in lines):
        message = f"{place(cell)} runs a notebook as step {step.name!r} and holds code, too"
        hint = "Move the code to a cell of its own with a `step:NAME` tag."
        walk.diagnostics.append(rules.NOTEBOOK_STEP.at(message, cell=cell.id, hint=hint))


def _ownerless(cell: Cell) -> Diagnostic:
    message = f"{place(cell)} stands under a `notebook:` cell and belongs to no step"
    return rules.NOTEBOOK_STEP.at(message, cell=cell.id, hint="Tag it with `step:NAME`.")


def _refuse(cell: Cell, found: Marks, walk: _Walk, rule: Rule) -> None:
    if found.configures:
        tags = ", ".join(repr(text) for text in found.configures)
        role = walk.roles[cell.id]
        what = {
            Role.LEADING: "stands before the first step",
            Role.STEP: "belongs to the step below it",
        }.get(role, f"is a {role} cell")
        message = f"{tags} on {place(cell)}, which {what}, is about no step"
        fixes = [without_tags(cell.id, [tag for tag in cell.tags if tag in found.about_step])]
        walk.diagnostics.append(rule.at(message, cell=cell.id, fixes=fixes))


def _note_metrics(cell: Cell, document: Document, walk: _Walk) -> None:
    if document.language != "python" or cell.kind != "code":
        return
    names = metric_names(cell.source)
    walk.metrics.extend((name, cell.id) for name in names if (name, cell.id) not in walk.metrics)
    if not names:
        message = f"{place(cell)} is tagged 'pipeline-metrics' and names no value"
        walk.diagnostics.append(rules.NO_METRICS.at(message, cell=cell.id))


def _outlined(step: _Step, options: NotebookOptions, walk: _Walk) -> StepOutline:
    settings = options.steps.get(step.name, StepSettings())
    united, conflicts = unite((*step.choices, *settings.choices))
    walk.diagnostics.extend(_contradictions(step.name, conflicts, walk))
    first: dict[str, Prev] = {}
    for prev in (*step.prevs, *(Prev(name, step.cells[0]) for name in settings.prevs)):
        first.setdefault(prev.name, prev)
    return StepOutline(
        name=step.name,
        cells=tuple(step.cells),
        prevs=tuple(first.values()),
        options=united,
        notebook=step.notebook,
    )


def _contradictions(
    name: str, conflicts: list[tuple[Choice, Choice]], walk: _Walk
) -> Iterator[Diagnostic]:
    if not conflicts:
        return
    positions = {cell_id: index for index, cell_id in enumerate(walk.roles, start=1)}
    for one, other in conflicts:
        places = [
            f"{made.text!r} in cell {positions[made.cell]}" if made.cell else made.text
            for made in (one, other)
        ]
        message = f"step {name!r} has {places[0]} and {places[1]}, which contradict each other"
        hint = f"Keep one of the two: remove {one.text!r} or {other.text!r}."
        fixes = [*without_choice(other), *without_choice(one)]
        where = other.cell or one.cell
        yield rules.OPTIONS_CONFLICT.at(message, cell=where, hint=hint, fixes=fixes)


def _unknown_steps(
    options: NotebookOptions, walk: _Walk, document: Document
) -> Iterator[Diagnostic]:
    for name in options.steps:
        if name not in walk.steps:
            known = f"Steps: {', '.join(walk.steps) or 'none'}."
            guess = did_you_mean(name, walk.steps)
            message = f"metadata.nbflow.steps.{name} is about a step that no cell is tagged with"
            said = raw_options(document)
            written = next(key for key in said["steps"] if as_identifier(key) == name)
            fixes = other_key(said, "steps", written, walk.steps)
            yield rules.UNKNOWN_STEP.at(message, hint=guess + known, fixes=fixes)


def _repairs(document: Document) -> Iterator[Diagnostic]:
    for new, old in document.repaired:
        cell = document.cell(new)
        shown = old if len(old) <= 70 else f"{old[:67]}..."
        why = "another cell has" if old in document.by_id else "is not valid"
        said = f"the id {shown!r}, which {why}" + (", too" if old in document.by_id else "")
        message = f"{place(cell)} has {said}; it goes by {new!r}"
        yield rules.REPAIRED_ID.at(message, cell=new)


def _sorted(document: Document, found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    positions: Mapping[str | None, int] = {cell.id: cell.index for cell in document.cells}
    return tuple(sorted(found, key=lambda d: (positions.get(d.cell, -1), d.line or 0)))

"""Reads the tags of one cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbflow.model import Diagnostic, Fix, Prev
from nbflow.notebook import rules
from nbflow.notebook.choices import Choice, choice, step_names
from nbflow.notebook.fixes import without_tags
from nbflow.notebook.grammar import TAGS, Scope, TagError, TagUse, match_tag
from nbflow.notebook.tags import near_miss

if TYPE_CHECKING:
    from nbflow.model import Cell

INJECTED = "injected-parameters"


@dataclass(frozen=True)
class Marks:
    """What the tags of one cell say.

    Attributes:
        kind: `parameters`, `setup`, `step`, `skip` or `notebook`, None for an untagged cell.
        step: the step that a `step` or `notebook` cell names.
        metrics: the cell names values to record.
        prevs: the steps that it comes after.
        choices: about its step.
        foreign: none of its tags was ours.
        diagnostics: what the tags got wrong.
    """

    kind: str | None = None
    step: str | None = None
    metrics: bool = False
    prevs: tuple[Prev, ...] = ()
    choices: tuple[Choice, ...] = ()
    foreign: bool = True
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def configures(self) -> tuple[str, ...]:
        """The tags that configure a step, as written."""
        chosen = tuple(made.text for made in self.choices)
        return (*(f"prev:{prev.name}" for prev in self.prevs), *chosen)

    @property
    def about_step(self) -> frozenset[str]:
        """The same tags as they stand at the cell."""
        prevs = (prev.tag for prev in self.prevs if prev.tag is not None)
        return frozenset((*prevs, *(made.text for made in self.choices)))


@dataclass
class _Found:
    roles: list[tuple[str, str | None, str]] = field(default_factory=list)
    metrics: bool = False
    prevs: list[Prev] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    foreign: bool = True
    diagnostics: list[Diagnostic] = field(default_factory=list)


def marks(cell: Cell) -> Marks:
    """Read a cell's tags."""
    found = _Found()
    if "tags" in cell.metadata:  # kept there by the reader only where it is malformed
        found.diagnostics.append(rules.BAD_TAGS.at(_malformed(cell), cell=cell.id))
    for text in cell.tags:
        _read(text, cell, found)
    if cell.kind != "code":
        return _marks_of_text(cell, found)
    kind, step = _role(cell, found)
    return Marks(
        kind=kind,
        step=step,
        metrics=found.metrics,
        prevs=tuple(dict.fromkeys(found.prevs)),
        choices=tuple(found.choices),
        foreign=found.foreign,
        diagnostics=tuple(found.diagnostics),
    )


def place(cell: Cell) -> str:
    """A cell in the words of messages: its position, counted from 1."""
    return f"cell {cell.index + 1}"


def _read(text: str, cell: Cell, found: _Found) -> None:
    try:
        use = match_tag(text)
        if use is None:
            _guess(text, cell, found)
            return
        found.foreign = False
        _take(use, cell, found)
    except TagError as error:
        found.foreign = False
        better = error.correction
        fixes = [] if better is None else [Fix.of_tag(cell.id, text, better)]
        found.diagnostics.append(
            rules.BAD_TAG.at(error.message, cell=cell.id, hint=error.hint, fixes=fixes)
        )


def _take(use: TagUse, cell: Cell, found: _Found) -> None:
    if use.name == "pipeline-metrics":
        found.metrics = True
    elif use.name in {"step", "notebook"}:
        for name in step_names(use):
            found.roles.append((use.name, name, use.text))
    elif use.tag.scope is Scope.ROLE:
        found.roles.append((use.name, None, use.text))
    elif use.name == "prev":
        found.prevs.extend(Prev(name, cell.id, use.text) for name in step_names(use))
    else:
        made = choice(use, cell=cell.id)
        if made is not None:
            found.choices.append(made)


def _guess(text: str, cell: Cell, found: _Found) -> None:
    meant = near_miss(text)
    if meant is not None:
        found.diagnostics.append(
            rules.NEAR_MISS.at(
                f"tag {text!r} is not one of nbflow's; did you mean {meant!r}?",
                cell=cell.id,
                hint=f"Write `{meant}`, or rename the tag if it belongs to another tool.",
                fixes=[Fix.of_tag(cell.id, text, meant)] if _is_whole(meant) else (),
            )
        )


def _is_whole(tag: str) -> bool:
    """A tag that can be written, and not a form with a place for a name."""
    known = TAGS[tag.partition(":")[0]]
    return not known.argument or tag != known.form


def _role(cell: Cell, found: _Found) -> tuple[str | None, str | None]:
    """What the cell is: the first of its roles, with a finding where the others differ."""
    if INJECTED in cell.tags:
        message = f"{place(cell)} holds the parameters of an earlier run and is skipped"
        fix = Fix("delete the cell", removed=(cell.id,))
        found.diagnostics.append(rules.INJECTED_CELL.at(message, cell=cell.id, fixes=[fix]))
        return "skip", None
    if not found.roles:
        return None, None
    kind, step, text = found.roles[0]
    for other_kind, other_step, other_text in found.roles[1:]:
        if (other_kind, other_step) != (kind, step):
            steps = [step for _, step, said in found.roles if said == text and step]
            found.diagnostics.append(_conflict(cell, text, other_text, steps))
            break
    return kind, step


def _conflict(cell: Cell, one: str, other: str, steps: list[str]) -> Diagnostic:
    if one == other:  # `step:a;b`
        message = f"{place(cell)} is tagged {one!r}, and a cell belongs to one step only"
        hint = "Name one step, or copy the cell into each of them."
        word = one.partition(":")[0]
        fixes = [Fix.of_tag(cell.id, one, f"{word}:{step}") for step in steps]
    else:
        message = f"{place(cell)} is tagged {one!r} and {other!r}, which contradict each other"
        hint = f"Remove {one!r} or {other!r}, or split the cell."
        fixes = [Fix.of_tag(cell.id, text, None) for text in (other, one)]
    return rules.ROLES_CONFLICT.at(message, cell=cell.id, hint=hint, fixes=fixes)


def _marks_of_text(cell: Cell, found: _Found) -> Marks:
    diagnostics = [d for d in found.diagnostics if d.code == rules.BAD_TAGS.code]
    ours = [text for text in cell.tags if _is_ours(text)]
    if ours:
        named = ", ".join(repr(text) for text in ours)
        message = f"{place(cell)} is a {cell.kind} cell, where {named} means nothing"
        fixes = [without_tags(cell.id, ours)]
        diagnostics.append(rules.TAG_ON_TEXT.at(message, cell=cell.id, fixes=fixes))
    return Marks(diagnostics=tuple(diagnostics))


def _is_ours(text: str) -> bool:
    """A tag that would do something on a code cell."""
    try:
        use = match_tag(text)
        if use is None or use.name == "skip":
            return False
        return use.name != "step" or bool(step_names(use))
    except TagError:
        return True


def _malformed(cell: Cell) -> str:
    return f"the tags of {place(cell)} are not a list of strings: {cell.metadata['tags']!r}"

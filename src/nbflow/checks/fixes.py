"""What mends findings about what a step asks for, where the notebook asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import notebook
from nbflow.model import Fix, TagEdit, as_identifier, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbflow.model import Pipeline, Step


def other_values(
    pipeline: Pipeline, step: Step, option: str, wrong: str, known: Iterable[str]
) -> Iterator[Fix]:
    """Write the nearest of the known values, wherever the notebook gives the step the wrong one."""
    near = nearest(wrong, known)
    if near is None:
        return
    tag, better = f"{option}:{wrong}", f"{option}:{near}"
    tags = tuple(TagEdit(cell, tag, better) for cell in _tagged(pipeline, step, tag))
    patch = _patch(pipeline, step, option, wrong, near)
    if tags or patch:
        yield Fix(f"write `{better}`", tags, patch)


def without_values(pipeline: Pipeline, step: Step, option: str) -> Iterator[Fix]:
    """Take away what the step's tags say about an option."""
    edits = tuple(
        TagEdit(cell, tag, None)
        for cell in step.cells
        for tag in pipeline.document.cell(cell).tags
        if tag.startswith(f"{option}:")
    )
    if edits:
        yield Fix(f"remove `{edits[0].tag}`", edits)


def _tagged(pipeline: Pipeline, step: Step, tag: str) -> Iterator[str]:
    return (cell for cell in step.cells if tag in pipeline.document.cell(cell).tags)


def _patch(pipeline: Pipeline, step: Step, option: str, wrong: str, better: str) -> dict[str, Any]:
    """The change of `metadata.nbflow` where it is the notebook's options that say it."""
    said = notebook.raw_options(pipeline.document)
    patch: dict[str, Any] = {option: better} if said.get(option) == wrong else {}
    for key, options in _mapping(said.get("steps")).items():
        if as_identifier(key) == step.name and _mapping(options).get(option) == wrong:
            patch["steps"] = {key: {option: better}}
    return patch


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

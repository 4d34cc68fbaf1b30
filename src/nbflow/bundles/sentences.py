"""What the DAG tells people, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.model import ReasonKind

if TYPE_CHECKING:
    from nbflow.model import Edge, Pipeline, Reason, Step

_LONGEST = 120


def headline(pipeline: Pipeline) -> str:
    """The first line of the description, without Markdown's heading signs; empty where none."""
    lines = (line.strip() for line in (pipeline.options.description or "").splitlines())
    first = next((line for line in lines if line.strip("#=-* \t")), "")
    first = re.sub(r"^#+\s*|\s*#+$", "", first).strip()
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1].rstrip()}…"


def cells_sentence(pipeline: Pipeline, step: Step) -> str:
    """Which cells of which notebook a step runs, counted from 1."""
    numbers = [str(pipeline.document.cell(cell).index + 1) for cell in step.cells]
    notebook = f"`{pipeline.document.name}.ipynb`"
    if not numbers:
        return f"No cell of {notebook}."
    word = "Cell" if len(numbers) == 1 else "Cells"
    return f"{word} {enumerate_words(numbers)} of {notebook}."


def reasons_sentence(edge: Edge, step: str) -> str:
    """Why `step` comes after the edge's step."""
    reasons = "; ".join(_reason(reason) for reason in edge.because) or "so it was ordered"
    return f"{step} needs {edge.step}: {reasons}"


def enumerate_words(words: list[str]) -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _reason(reason: Reason) -> str:
    names = enumerate_words(list(reason.names)) if reason.names else ""
    match reason.kind:
        case ReasonKind.DECLARED:
            return "its cell says so (prev)"
        case ReasonKind.VARIABLES:
            return f"{'variable' if len(reason.names) == 1 else 'variables'} {names}"
        case ReasonKind.FILES:
            return f"{'file' if len(reason.names) == 1 else 'files'} {names}"
    return f"order of {names}" if names else "order of effects"

"""What became of each property of a pipeline of Elyra's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_SHOWN = 200


class Verdict(StrEnum):
    """What became of a property."""

    KEPT = "kept"
    """It stands in pipeline.yaml, or holds here anyway."""
    PROFILE = "profile"
    """It is in a profile of nbflow.yaml."""
    IDLE = "idle"
    """It says nothing that a run depends on: empty, or how the editor draws it."""
    EDIT = "edit"
    """It has an equal, which is not in pipeline.yaml: there is something to do by hand."""
    LOST = "no-equal"
    """It has no equal."""


@dataclass(frozen=True)
class Note:
    """What became of one property.

    Attributes:
        node: label of the node; None for a property of the pipeline.
        id: id of the node; None likewise.
        key: its name in Elyra's file.
        value: its value there; None where it must not be shown.
        verdict: what became of it.
        where: the place that has it now, such as `stages.train.after`; None where there is none.
        why: the reason, where it has no equal or is not yet in its place.
        instead: what to do.
    """

    node: str | None
    id: str | None
    key: str
    value: Any
    verdict: Verdict
    where: str | None = None
    why: str | None = None
    instead: str | None = None

    @property
    def is_warning(self) -> bool:
        """Whether somebody has to know of it."""
        return self.verdict in {Verdict.EDIT, Verdict.LOST}

    def as_json(self) -> dict[str, Any]:
        """The note as programs read it."""
        return {
            "node": self.node,
            "id": self.id,
            "property": self.key,
            "value": self.value,
            "verdict": str(self.verdict),
            "where": self.where,
            "why": self.why,
            "instead": self.instead,
        }


def shown(value: Any) -> str:
    """A value in a line for people, shortened."""
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"

"""Cells that ask a person, whom a run does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.analysis import rules
from nbflow.analysis.records import EffectKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.analysis.records import Effect, Record
    from nbflow.model import Diagnostic, Document

__all__ = ["asking_findings"]

_EXPECTED = "raises-exception"
_FROM_OUTSIDE = (
    "Read it from `os.environ`, and name the secret in the profile's `env`, or at the cell with"
    " `secret:NAME:KEY:VARIABLE`."
)
_DEBUGGER = "Remove it; `nbflow debug` brings back what a step was given, to look into it by hand."


def asking_findings(
    base: Record, steps: Sequence[Record], document: Document
) -> Iterator[Diagnostic]:
    """What asks a person: an error where it certainly does, a warning where it may."""
    replaced: set[str] = set()
    for record in (base, *steps):
        for effect in record.effects:
            if effect.kind is EffectKind.PATCH and effect.path is not None:
                replaced.add(effect.path)
            if effect.kind is not EffectKind.ASK or effect.optional or effect.key in replaced:
                continue
            cell = document.cell(effect.place.cell)
            if _EXPECTED not in cell.tags:
                yield _finding(effect)


def _finding(effect: Effect) -> Diagnostic:
    rule, waits = (rules.ASKS, "waits") if effect.firm else (rules.MAY_ASK, "may wait")
    name = effect.key.removeprefix("builtins.")
    message = f"`{name}()` {waits} here for a person, and a run has nobody who answers"
    place = effect.place
    return rule.at(message, cell=place.cell, line=place.line, hint=_hint(effect.key))


def _hint(function: str) -> str | None:
    if function == "getpass.getpass":
        return _FROM_OUTSIDE
    debugs = function.endswith(("set_trace", "breakpoint", "embed", "interact"))
    return _DEBUGGER if debugs else None

"""Errors as a person in a notebook reads them: what went wrong and what helps."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from nbflow.errors import CheckFailed, NbflowError, NotLive

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["plain"]

P = ParamSpec("P")
R = TypeVar("R")

_RED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"


def plain(function: Callable[P, R]) -> Callable[P, R]:
    """Of nbflow's own errors IPython shows message and help; elsewhere the help is a note.

    What is no error of nbflow's is a bug or the user's own, and keeps its traceback.
    """

    @functools.wraps(function)
    def told(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return function(*arguments, **options)
        except NbflowError as error:
            _explain(error)
            raise

    return told


def _explain(error: NbflowError) -> None:
    if hasattr(error, "_render_traceback_"):  # by a verb that this one uses
        return
    for line in _about(error):
        error.add_note(line)
    # IPython asks an exception how it wants to be shown.
    setattr(error, "_render_traceback_", functools.partial(_lines, error))  # noqa: B010


def _about(error: NbflowError) -> list[str]:
    found = []
    if isinstance(error, CheckFailed | NotLive):
        for one in error.diagnostics:
            cell = f" in cell {one.cell}" if one.cell else f" in {one.file}" if one.file else ""
            line = f", line {one.line}" if one.line else ""
            found.append(f"{one.severity}[{one.code}]{cell}{line}: {one.message}")
            found.append(f"  help: {one.hint}")
    if error.hint:
        found.append(f"help: {error.hint}")
    return found


def _lines(error: NbflowError) -> list[str]:
    name = type(error).__name__
    head = f"{_RED}{name}{_PLAIN}: {error.message}"
    return [head, *(line.replace("help:", f"{_BOLD}help:{_PLAIN}", 1) for line in _about(error))]

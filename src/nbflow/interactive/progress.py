"""A run as it goes, while a cell waits for it."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from nbflow.api import StepLines
from nbflow.interactive.words import describe_run, run_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbflow.model import Document, Run

__all__ = ["present", "shown"]

_BEAT = 0.25
"""Seconds between two pictures at least."""


class _Html:
    """Something to display."""

    def __init__(self, markup: str, text: str) -> None:
        self._markup = markup
        self._text = text

    def _repr_html_(self) -> str:
        return self._markup

    def __repr__(self) -> str:
        return self._text


@contextmanager
def shown(*, quiet: bool, document: Document | None = None) -> Iterator[Callable[[Run], None]]:
    """What is to be called with the run whenever it has changed; `quiet`: it shows nothing.

    In a notebook one picture changes, and ends as one line; elsewhere changes are written to
    standard error.
    """
    if quiet:
        yield lambda _: None
    elif _in_notebook():
        picture = _Picture(document)
        try:
            yield picture
        finally:
            picture.end()
    else:
        yield StepLines(partial(print, file=sys.stderr, flush=True))


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


class _Picture:
    def __init__(self, document: Document | None) -> None:
        self._document = document
        self._handle: Any = None
        self._last: Run | None = None
        self._when = 0.0

    def __call__(self, run: Run) -> None:
        now = time.monotonic()
        states = [step.state for step in run.steps]
        told = None if self._last is None else [step.state for step in self._last.steps]
        if now - self._when < _BEAT and states == told:
            return
        self._last, self._when = run, now
        self._show(_Html(run_html(run, self._document), describe_run(run)))

    def end(self) -> None:
        """What the cell returns shows the rest."""
        if self._last is not None:
            text = describe_run(self._last)
            self._show(_Html("", text))

    def _show(self, picture: _Html) -> None:
        if self._handle is None:
            self._handle = _display(picture, display_id=True)
        else:
            self._handle.update(picture)


def present(thing: object) -> None:
    """Show something that knows how: richly in a notebook, as text elsewhere."""
    if _in_notebook():
        _display(thing)
    else:
        print(thing)


def _display(thing: object, *, display_id: bool = False) -> Any:
    from IPython.display import display

    return display(thing, display_id=display_id or None)  # type: ignore[no-untyped-call]

"""State outside of names: environment, import path, libraries' settings, magics."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from nbflow.runtime.imports import when_imported
from nbflow.runtime.settings import GONE, KINDS
from nbflow.runtime.shell import shell

__all__ = ["Surroundings"]

Values = dict[str, Any]

_REPLAYED = {
    *("alias", "autoreload", "colors", "config", "load_ext", "matplotlib", "precision", "pylab"),
    *("reload_ext", "xmode"),
}
"""Line magics whose effect lasts beyond their cell and is no name."""


_TELLING = {"alias", "precision"}
"""Those of them that show in later cells whatever these are."""

_DELIBERATE = {
    *("csv", "decimal", "folder", "interaction", "limits", "magics", "mimetypes", "numpy"),
    *("numpy errors", "pandas", "polars", "resources", "sklearn", "socket", "torch", "umask"),
    "xgboost",
}
"""Kinds that no library changes by being imported: a step that is not told of it would differ."""


_COMMON = {"csv", "decimal", "mimetypes", "socket"}
"""Those of them whose module is there whether a notebook uses it or not."""


class Surroundings:
    """Remembers what the state was when the step's cells began, to tell what they changed."""

    def __init__(self, folder: Path) -> None:
        self._began = folder
        self._before: dict[str, Values] = {}
        self._magics: list[tuple[str, str]] = []
        self._listening = False

    def start(self, earlier: list[dict[str, Any]]) -> None:
        """Apply what earlier steps changed, in their order, now or once a library is imported."""
        self._listen()
        for changes in earlier:
            if "folder" in changes:
                Path(changes["folder"]).mkdir(parents=True, exist_ok=True)
                os.chdir(changes["folder"])
        for changes in earlier:
            self._replay(changes.get("magics", ()))
        # After the magics, which change settings too: what was found at the end holds.
        for kind, (library, read, write) in KINDS.items():
            own = [one[kind] for one in earlier if kind in one]
            when_imported(library, partial(self._begin, kind, read, write, own))

    def mark(self) -> None:
        """The step's own cells begin: what differs from here on is theirs."""
        for kind in self._before:
            self._before[kind] = _quietly(kind, KINDS[kind][1])
        self._began = Path.cwd()
        self._listening = True

    def kinds(self, used: set[str]) -> set[str]:
        """What may have made a difference here, of all that no import changes.

        Args:
            used: the packages and modules that the step's cells have to do with.
        """
        found = {"magics", "folder", *self._before} & _DELIBERATE
        return {one for one in found if one not in _COMMON or KINDS[one][0] in used}

    def told(self, changes: Mapping[str, Any]) -> set[str]:
        """The kinds of changes that only code can have made that means to."""
        magics = {name for name, _ in changes.get("magics", ())}
        return {one for one in changes if one != "magics" or magics & _TELLING} & _DELIBERATE

    def _begin(
        self,
        kind: str,
        read: Callable[[], Values],
        write: Callable[[Values], None],
        changes: list[Values],
    ) -> None:
        for one in changes:
            _quietly(kind, partial(write, one))
        self._before[kind] = _quietly(kind, read)

    def changed(self) -> dict[str, Any]:
        """What the step's cells changed, by kind; only what differs."""
        found: dict[str, Any] = {}
        self._listening = False
        for kind, before in self._before.items():
            changes = _difference(before, _quietly(kind, KINDS[kind][1]))
            if changes:
                found[kind] = changes
        if self._magics:
            found["magics"] = list(self._magics)
        if Path.cwd() != self._began:
            found["folder"] = str(Path.cwd())
        return found

    def _listen(self) -> None:
        running = shell()
        if running is None:
            return
        run = running.run_line_magic

        def run_line_magic(name: str, line: str, _stack_depth: int = 1) -> Any:
            if self._listening and name in _REPLAYED:
                self._magics.append((name, line))
            return run(name, line, _stack_depth + 1)

        running.run_line_magic = run_line_magic

    def _replay(self, magics: Any) -> None:
        running = shell()
        if running is None:
            return
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            for name, line in magics:
                running.run_line_magic(name, line)
                if name == "precision" and line and "numpy" not in sys.modules:
                    # It sets numpy's too, but only when it is changed.
                    again = [(name, ""), (name, line)]
                    when_imported("numpy", partial(self._replay, again))


def _quietly(kind: str, action: Callable[[], Any]) -> Any:
    """Do it without the warnings that deprecated settings give when they are read."""
    if kind == "warnings":
        return action()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return action()


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Values:
    if "list" in before:
        return _list_difference(before["list"], after["list"])
    changed = {k: v for k, v in after.items() if k not in before or not _equal(before[k], v)}
    return changed | dict.fromkeys(set(before) - set(after), GONE)


def _list_difference(before: list[Any], after: list[Any]) -> Values:
    """What is at one end now that was not so before: an order can change too."""
    if before == after:
        return {}
    head, tail = _alike(before, after), _alike(before[::-1], after[::-1])
    first = tail >= head
    added = after[: len(after) - tail] if first else after[head:]
    gone = [item for item in before if item not in after]
    return {"added": added, "gone": gone, "first": first}


def _alike(left: list[Any], right: list[Any]) -> int:
    """How many items two lists begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(left), len(right)))


def _equal(left: Any, right: Any) -> bool:
    try:
        return bool(left == right)
    except (TypeError, ValueError):
        return left is right

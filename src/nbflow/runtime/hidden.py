"""State that no name of the notebook holds: patched modules, what is registered, open figures."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nbflow.runtime import figures, interpreter, logs, pickles
from nbflow.runtime.imports import when_imported
from nbflow.runtime.patches import (
    is_code,
    is_local,
    is_of_the_notebook,
    is_watched,
    place_of,
    places,
)
from nbflow.runtime.slots import is_plain
from nbflow.runtime.snapshots import Before

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.patches import Place

__all__ = ["Hidden", "Left"]

_MISSING = object()


@dataclass
class Left:
    """What a step changed of it.

    Attributes:
        values: by a name that no variable can have.
        deleted: such names of what is gone.
        told: what it concerns, for a step that is not told of it, such as `patches of json`.
    """

    values: dict[str, Any] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)


class Hidden:
    """Brings it in, and knows how it was when the step's cells began."""

    def __init__(self, inputs: Inputs, folder: Path) -> None:
        self._inputs = inputs
        self._folder = folder
        self._modules: dict[str, dict[Place, Any]] = {}
        self._registered: dict[str, Any] = {}
        self._handlers: dict[str, Before] = {}
        self._names: set[str] = set()
        self._known: set[str] = set()
        self._open = False

    def start(self) -> None:
        """Put in place what earlier steps left, now or once its module is imported."""
        keys = {key for one in self._inputs.manifests for key in (*one.variables, *one.deleted)}
        for key in sorted(key for key in keys if key.startswith("<")):
            place = place_of(key)
            module = place.module if place else figures.MODULE if key == figures.KEY else "sys"
            when_imported(module, partial(self._bring, key))

    def _bring(self, key: str) -> None:
        place = place_of(key)
        value = self._inputs.bring_hidden(key) if self._inputs.latest(key) else []
        if place is not None and self._inputs.latest(key) is None:
            with suppress(AttributeError, TypeError):
                delattr(place.find(), place.name)
        elif place is not None:
            self._patch(place, value)
        elif key == figures.KEY:
            figures.open_again(value)
            self._open = bool(value)
        elif key.startswith("<handlers "):
            logs.put_handlers(key, value)
        elif key.startswith("<module "):
            made = ModuleType(key[1:-1].partition(" ")[2])
            vars(made).update(value)
            sys.modules[made.__name__] = made
        else:
            interpreter.put(key, value)

    def _patch(self, place: Place, value: Any) -> None:
        owner = place.find()
        if owner is None:
            return
        old = vars(owner).get(place.name)
        self._inputs.note_original(place, old)
        with suppress(AttributeError, TypeError):  # a class of another version may refuse
            setattr(owner, place.name, value)
        space = self._inputs.names.namespace
        if not is_plain(old) and is_local(sys.modules[place.module], self._folder):
            for name in [name for name, held in space.items() if held is old]:
                space[name] = value

    def mark(self) -> None:
        """The step's cells begin: what differs from here on is theirs."""
        for value in list(self._inputs.names.namespace.values()):
            if isinstance(value, ModuleType):
                self._watch(value.__name__)
        for name, module in list(sys.modules.items()):
            if isinstance(module, ModuleType) and is_local(module, self._folder):
                self._watch(name)
        self._registered = interpreter.registered()
        names = self._inputs.names
        self._names = set(sys.modules)
        self._handlers = {key: Before(value, names) for key, value in logs.handlers().items()}
        self._known |= {_family(key) for key in self._registered}

    def importing(self, name: str) -> None:
        """A cell is about to import a module."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            when_imported(part, partial(self._watch, part))

    def _watch(self, name: str) -> None:
        module = sys.modules.get(name)
        if name in self._modules or not isinstance(module, ModuleType) or not is_watched(module):
            return
        local = is_local(module, self._folder)
        held = places(module, local=local)
        if not local and any(map(is_of_the_notebook, held.values())):
            self._known.add(f"patches of {name}")
        names = self._inputs.names
        self._modules[name] = {
            place: Before(value, names) if local and not is_code(value) else value
            for place, value in held.items()
        }

    def changes(self) -> Left:
        """What is no more what it was."""
        left = Left()
        for name, before in self._modules.items():
            self._compare(name, before, left)
        for key, value in interpreter.registered().items():
            if not _is_same(self._registered.get(key), value):
                left.values[key] = value
                left.told.add(_family(key))
        for name in sorted(set(sys.modules) - self._names):
            made = sys.modules[name]
            if _is_made(made) and self._can_cross(_content(made)):
                left.values[f"<module {name}>"] = _content(made)
        self._compare_handlers(left)
        opened = figures.opened()
        if opened or self._open:
            left.values[figures.KEY] = opened
        return left

    def unknown(self, packages: set[str]) -> set[str]:
        """What of it may have made a difference here, but for what was in place already.

        Args:
            packages: the packages and modules that the step's cells have to do with.
        """
        found = {"formats", "magics", "signals"}
        found |= {f"{what} of {one}" for what in ("patches", "state") for one in packages}
        return found - self._known

    def _compare(self, name: str, before: dict[Place, Any], left: Left) -> None:
        module = sys.modules.get(name)
        if not isinstance(module, ModuleType):
            return
        local = is_local(module, self._folder)
        now = places(module, local=local)
        for place, value in now.items():
            if self._is_new(value, before.get(place, _MISSING), local=local):
                known = before.get(place)
                self._inputs.note_original(place, None if isinstance(known, Before) else known)
                left.values[place.key] = value
                if local or is_of_the_notebook(value):
                    left.told.add(f"state of {name}" if local else f"patches of {name}")
        for place, value in before.items():
            # A library may take its own away; what a cell put there is gone for later steps too.
            if place not in now and (local or is_of_the_notebook(value)):
                left.deleted.append(place.key)

    def _compare_handlers(self, left: Left) -> None:
        now = logs.handlers()
        for key in sorted({*now, *self._handlers}):
            those, before = now.get(key, []), self._handlers.get(key)
            if before is not None and not before.differs(those, self._inputs):
                continue
            # A library sets up handlers of its own when it is imported, in every step.
            if any(map(is_of_the_notebook, those)) or self._can_cross(those):
                left.values[key] = those

    def _is_new(self, value: Any, before: Any, *, local: bool) -> bool:
        if isinstance(before, Before):
            return is_code(value) or before.differs(value, self._inputs)
        if before is value:
            return False
        if local or is_of_the_notebook(value):
            return True
        # A library fills in its own code when it is first asked for.
        return not is_code(value) and (is_plain(value) or self._can_cross(value))

    def _can_cross(self, value: Any) -> bool:
        try:
            pickles.dump(value, names=self._inputs.names)
        except Exception:  # noqa: BLE001 - a value's own reduction may raise anything
            return False
        return True


def _is_made(module: Any) -> bool:
    """Whether a module came from no file: a cell made it. Libraries make parts of theirs so."""
    origins = (getattr(module, name, None) for name in ("__spec__", "__file__", "__loader__"))
    return type(module) is ModuleType and "." not in module.__name__ and not any(origins)


def _content(module: ModuleType) -> dict[str, Any]:
    return {name: one for name, one in vars(module).items() if not name.startswith("__")}


def _family(key: str) -> str:
    return f"{key[1:].partition(' ')[0]}s"


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(_is_same, left, right))
    return left is right or bool(isinstance(left, str) and left == right)

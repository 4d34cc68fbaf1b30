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
    GONE,
    differences,
    is_code,
    is_local,
    is_of_the_notebook,
    is_patched,
    is_watched,
    look,
    place_of,
    places,
)
from nbflow.runtime.slots import is_plain
from nbflow.runtime.snapshots import Before

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.patches import Look, Place

__all__ = ["Hidden", "Left"]


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
        self._modules: dict[str, Look] = {}
        self._local: dict[str, dict[Place, Any]] = {}
        self._registered: dict[str, Any] = {}
        self._handlers: dict[str, tuple[Any, Before | None]] = {}
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
        self._names = set(sys.modules)
        self._handlers = {
            key: (logs.looks(those), self._remembered(key, those))
            for key, those in logs.handlers().items()
        }
        self._known |= {_family(key) for key in self._registered}

    def importing(self, name: str) -> None:
        """A cell is about to import a module."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            part = ".".join(parts[:end])
            when_imported(part, partial(self._watch, part))

    def _watch(self, name: str) -> None:
        module = sys.modules.get(name)
        if name in self._modules or name in self._local or not isinstance(module, ModuleType):
            return
        if not is_watched(module):
            return
        if is_local(module, self._folder):
            names = self._inputs.names
            self._local[name] = {
                place: value if is_code(value) else Before(value, names)
                for place, value in places(module).items()
            }
            return
        seen = self._modules[name] = look(module)
        if is_patched(seen):
            self._known.add(f"patches of {name}")

    def changes(self) -> Left:
        """What is no more what it was."""
        left = Left()
        for name, seen in self._modules.items():
            self._compare(sys.modules.get(name), seen, left)
        for name, before in self._local.items():
            self._compare_local(sys.modules.get(name), before, left)
        for key, value in interpreter.registered().items():
            own = any(map(is_of_the_notebook, value if isinstance(value, tuple) else (value,)))
            if _is_same(self._registered.get(key), value) or not (own or self._can_cross(value)):
                continue
            left.values[key] = value
            if own:
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

    def _compare(self, module: Any, seen: Look, left: Left) -> None:
        """See what is patched in a library's module."""
        for place, value, old in differences(module, seen):
            if value is GONE:
                # A library may take its own away; what a cell put there is gone for good.
                if is_of_the_notebook(old):
                    left.deleted.append(place.key)
                continue
            own = is_of_the_notebook(value)
            # A library fills in its own code when it is first asked for.
            plain = is_plain(value) or (not is_code(value) and self._can_cross(value))
            if own or plain:
                self._inputs.note_original(place, old)
                left.values[place.key] = value
            if own:
                left.told.add(f"patches of {place.module}")

    def _compare_local(self, module: Any, before: dict[Place, Any], left: Left) -> None:
        """See what a module beside the notebook remembers."""
        now = places(module)
        for place, value in now.items():
            old = before.get(place)
            if isinstance(old, Before):
                same = not is_code(value) and not old.differs(value, self._inputs)
            else:
                same = old is value
            if not same:
                left.values[place.key] = value
        left.deleted += [place.key for place in before if place not in now]
        if any(place.key in left.values or place not in now for place in {**before, **now}):
            left.told.add(f"state of {module.__name__}")

    def _compare_handlers(self, left: Left) -> None:
        now = logs.handlers()
        for key in sorted({*now, *self._handlers}):
            those, (looks, before) = now.get(key, []), self._handlers.get(key, ([], None))
            if before is None and looks == logs.looks(those):
                continue
            if before is not None and not before.differs(those, self._inputs):
                continue
            # A library sets up handlers of its own when it is imported, in every step.
            if any(map(is_of_the_notebook, those)) or self._can_cross(those):
                left.values[key] = those

    def _remembered(self, key: str, those: list[Any]) -> Before | None:
        """How handlers are that may hold more than settings: the notebook's do, or share it."""
        own = any(map(is_of_the_notebook, those)) or self._inputs.latest(key) is not None
        return Before(those, self._inputs.names) if own else None

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

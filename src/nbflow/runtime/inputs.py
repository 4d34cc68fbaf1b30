"""What a step takes in: definitions run, variables loaded, each when first needed."""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime import artifacts, fingerprints, pickles
from nbflow.runtime.figures import unmoved
from nbflow.runtime.imports import when_imported
from nbflow.runtime.patches import place_of
from nbflow.runtime.shell import run_source
from nbflow.runtime.slots import Slot, roots, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.orders import Orders
    from nbflow.runtime.patches import Place
    from nbflow.runtime.store import Store

__all__ = ["Inputs"]

_ORIGINAL = "original"
"""Stands in place of a fingerprint for what a library had where the notebook patched it."""


@dataclass
class Inputs:
    """Loads what a step needs in the order in which the parts need each other.

    A definition may compute with a loaded variable (`LIMIT = len(data)`), and a loaded variable
    may be of a class that a definition makes; so each is brought in when the other asks for it.

    Attributes:
        manifests: of the ancestors that have one, in the notebook's order.
        values: all variables loaded so far: those needed, and those that share with them.
        origins: by variable, the step that it was loaded from.
        resolved: names of classes and functions that loaded variables asked for.
        unbound: needed variables that no step left: those that bind them took another path.
    """

    orders: Orders
    run: Store
    manifests: Sequence[Manifest]
    names: pickles.Names
    workspace: str
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)
    unbound: set[str] = field(default_factory=set)
    _done: set[int] = field(default_factory=set)
    _running: list[int] = field(default_factory=list)
    _groups: set[tuple[str, str]] = field(default_factory=set)
    _fresh: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _originals: dict[str, Any] = field(default_factory=dict)
    _foreign: dict[tuple[str, str], Any] = field(default_factory=dict)

    def load(self) -> None:
        """Run all definitions and load all needed variables into the notebook's namespace.

        Raises:
            StoreError: a step has left nothing, or a variable is damaged or cannot be rebuilt.
            Exception: whatever a definition raises.
        """
        self._note_originals()
        with pickles.resolving(self._resolve):
            for index in range(len(self.orders.definitions)):
                self._define(index)
            self._remember()
            for name in self.orders.needs:
                self._bring(name)
            for name in self._standing():
                self._bring(name)
            for name in [name for name in self.names.namespace if name not in self.values]:
                self._refresh(name)

    def latest(self, name: str) -> Manifest | None:
        """The manifest of the last ancestor that saved or deleted a variable."""
        for manifest in reversed(self.manifests):
            if name in manifest.deleted:
                return None
            if name in manifest.variables:
                return manifest
        return None

    def _remember(self) -> None:
        """Give classes and functions the state that earlier steps left in them."""
        for name, value in roots(self.names.namespace).items():
            if name not in self.values:
                self.names.note(value)
        found = {key: one for manifest in self.manifests for key, one in manifest.slots.items()}
        for key, entry in found.items():
            root = self.names.namespace.get(entry["root"])
            if root is None or not fingerprints.same(entry["print"], self.names.print_of(root)):
                continue
            slot = Slot(entry["root"], tuple((kind, name) for kind, name in entry["path"]))
            manifest = self.latest(key)
            if manifest is None:
                slot.delete(root)
                continue
            self._load_group(manifest, manifest.variables[key]["group"])
            slot.write(root, self.values[key])
        for root in {entry["root"] for entry in found.values()}:
            settle(self.names.namespace.get(root))

    def _standing(self) -> list[str]:
        """Variables of the setup cells that earlier steps changed, and the orders do not name."""
        changed = {name for manifest in self.manifests for name in manifest.standing}
        bound = {name for name in changed - set(self.orders.needs) if name in self.names.given}
        for name in bound:
            if self.latest(name) is None:
                self.names.namespace.pop(name, None)
        return sorted(name for name in bound if self.latest(name) is not None)

    def _define(self, index: int) -> None:
        if index in self._done or index in self._running:
            return
        self._running.append(index)
        try:
            while (missing := self._attempt(index)) is not None:
                self._supply(missing)
        finally:
            self._running.remove(index)
        self._done.add(index)

    def _attempt(self, index: int) -> str | None:
        """Run a definition; the name of a variable or definition that it lacked, or None."""
        order = self.orders.definitions[index]
        place = f"{', '.join(order.names) or 'definition'} from cell {order.cell}"
        try:
            run_source(order.source, place=place, line=order.line)
        except NameError as error:
            name = error.name
            if name is None or name in self.names.namespace or not self._known(name, index):
                raise
            return name
        return None

    def _known(self, name: str, index: int) -> bool:
        if name in self.orders.needs and name not in {*self.origins, *self.unbound}:
            return True
        other = self._definition(name)
        return other is not None and other != index and other not in self._running

    def _supply(self, name: str) -> None:
        index = self._definition(name)
        if name in self.orders.needs or index is None:
            self._bring(name)
        else:
            self._define(index)

    def _definition(self, name: str) -> int | None:
        """The first definition of a name that has not run."""
        for index, order in enumerate(self.orders.definitions):
            if name in order.names and index not in self._done:
                return index
        return None

    def _bring(self, name: str) -> None:
        """Load the group of a needed variable and bind the variable.

        One that no step left stays unbound, as in one kernel: what asks for it gets a NameError,
        or finds that it is not there.
        """
        if name not in self.origins:
            manifest = self.latest(name)
            if manifest is None:
                self._require_step_of(name)
                self.names.namespace.pop(name, None)
                self.unbound.add(name)
                return
            self._load_group(manifest, manifest.variables[name]["group"])
        if self.latest(name) is not None:
            self.names.namespace[name] = self.values[name]

    def _load_group(self, manifest: Manifest, key: str) -> None:
        if (manifest.step, key) in self._groups:
            return
        self._groups.add((manifest.step, key))
        entry = manifest.groups[key]
        listed = ", ".join(repr(name) for name in entry["variables"])
        loaded = self._read(entry, f"variable {listed}", manifest)
        for name, value in loaded.items():
            latest = self.latest(name)
            if latest is not None and latest.step == manifest.step:
                self.values[name] = value
                self.origins[name] = manifest.step

    def _read(self, entry: Mapping[str, Any], what: str, manifest: Manifest) -> Any:
        return artifacts.read(
            entry, run=self.run, what=what, manifest=manifest, workspace=self.workspace
        )

    def states(self) -> list[dict[str, Any]]:
        """What the ancestors changed outside of names, in the notebook's order.

        Raises:
            StoreError: it is missing or damaged.
        """
        with pickles.resolving(self._resolve):
            return [
                self._read(one.state, "state", one) if one.state else {} for one in self.manifests
            ]

    def again(self, name: str) -> Any:
        """A loaded variable as it was when it was loaded, once more from the store.

        Raises:
            StoreError: it is missing or damaged by now.
        """
        step, key = place = self.place(name)
        if place not in self._fresh:
            manifest = next(one for one in self.manifests if one.step == step)
            with self.aside():
                loaded = self._read(manifest.groups[key], f"variable {name!r}", manifest)
            self._fresh[place] = loaded
        return self._fresh[place][name]

    def stored(self, names: Iterable[str]) -> list[memoryview]:
        """The bytes that a whole group was loaded from; none where the names are no whole group.

        Raises:
            StoreError: they are missing or damaged by now.
        """
        listed = list(names)
        step, key = self.place(listed[0])
        manifest = next(one for one in self.manifests if one.step == step)
        entry = manifest.groups[key]
        if entry["variables"] != listed:
            return []
        what = f"variable {listed[0]!r}"
        data, buffers = artifacts.data_of(entry, run=self.run, what=what, step=step)
        return [data, *buffers]

    def place(self, name: str) -> tuple[str, str]:
        """The step and the group that a loaded variable is from."""
        step = self.origins[name]
        manifest = next(one for one in self.manifests if one.step == step)
        return step, manifest.variables[name]["group"]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While it lasts, pickles can be loaded without a trace in the namespace."""
        space = self.names.namespace
        known = set(space)
        with pickles.resolving(self._resolve), unmoved():
            yield
        for added in set(space) - known:  # a function brought a name along again
            del space[added]

    def _refresh(self, name: str) -> None:
        """A name that came along with a function: the latest version of it, where one is saved."""
        if name not in self.names.given and not self._is_defined(name) and self.latest(name):
            self._bring(name)

    def _is_defined(self, name: str) -> bool:
        return any(name in order.names for order in self.orders.definitions)

    def bring_hidden(self, key: str) -> Any:
        """What the last ancestor left under a name that no variable can have.

        Raises:
            StoreError: it is damaged, or cannot be rebuilt.
        """
        manifest = self.latest(key)
        assert manifest is not None
        with pickles.resolving(self._resolve):
            self._load_group(manifest, manifest.variables[key]["group"])
        return self.values[key]

    def note_original(self, place: Place, value: Any) -> None:
        """What stood at a place before an earlier step's patch: variables may hold it still."""
        if isinstance(value, FunctionType | BuiltinFunctionType | type):
            self._originals.setdefault(place.key, value)
            self.names.foreign[id(value)] = (value, place.key, _ORIGINAL)

    def _note_originals(self) -> None:
        """Look at what earlier steps patched before a definition patches it again."""
        for place in map(place_of, {key for one in self.manifests for key in one.variables}):
            if place is not None:
                when_imported(place.module, partial(self._note_original, place))

    def _note_original(self, place: Place) -> None:
        self.note_original(place, vars(place.find() or self).get(place.name))

    def _original(self, key: str) -> Any:
        place = place_of(key)
        if place is not None:
            importlib.import_module(place.module)
        return self._originals[key]

    def _require_step_of(self, name: str) -> None:
        """See that the step that binds a needed variable has ended."""
        meant = self.orders.needs.get(name, "an earlier step")
        if meant not in {manifest.step for manifest in self.manifests}:
            raise StoreError(
                f"step {self.orders.step!r} needs variable {name!r} of step {meant!r}, which has "
                f"left nothing in {self.run.url}",
                hint=f"run step {meant!r} first, in the same run",
            )

    def _resolve(self, name: str, print_: str) -> Any:
        """A class or function of the notebook that a pickle names."""
        if print_ == _ORIGINAL:
            return self._original(name)
        first = name.partition(".")[0]
        self.resolved.add(first)
        index = self._definition(first)
        if index is not None:
            self._define(index)
        # A definition may have taken the name of something that a setup cell made.
        spaces = [self.names.namespace] if self._is_defined(first) else []
        for space in (*spaces, self.names.given):
            found = _look_up(name, space)
            if self._is_meant(found, print_):
                return found
        return self._by_value(name, print_)

    def _is_meant(self, found: Any, print_: str) -> bool:
        return found is not None and (
            not print_ or fingerprints.same(print_, self.names.print_of(found))
        )

    def _by_value(self, name: str, print_: str) -> Any:
        if (name, print_) not in self._foreign:
            manifest = next(
                (one for one in reversed(self.manifests) if f"{name} {print_}" in one.definitions),
                None,
            )
            if manifest is None and _look_up(name, self.names.given) is not None:
                return _look_up(name, self.names.given)  # setup's own, made otherwise here
            own = _look_up(name, self.names.namespace)
            if manifest is None and self._is_meant(own, print_):
                return own  # the step's cells made it, and what it made is compared
            if manifest is None:
                raise StoreError(
                    f"step {self.orders.step!r} needs the notebook's {name!r} to bring a variable "
                    "back, and has no definition of it",
                    hint=f"define {name!r} in a `setup` cell",
                )
            entry = manifest.definitions[f"{name} {print_}"]
            found = self._read(entry, f"definition {name!r}", manifest)
            self._foreign[name, print_] = found
            self.names.foreign[id(found)] = (found, name, print_)
        return self._foreign[name, print_]


def _look_up(name: str, space: Mapping[str, Any]) -> Any:
    first, *rest = name.split(".")
    found = space.get(first)
    for part in rest:
        found = getattr(found, part, None)
    return found

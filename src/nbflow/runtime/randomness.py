"""The global random generators of a step: how far they are, and set there again."""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from nbflow.runtime.imports import when_imported

__all__ = ["GENERATORS", "Randomness"]


def _numpy_state() -> Any:
    return sys.modules["numpy"].random.get_state(legacy=False)


def _set_numpy(state: Any) -> None:
    sys.modules["numpy"].random.set_state(state)


def _torch_state() -> Any:
    torch = sys.modules["torch"]
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return [state.numpy().copy() for state in (torch.get_rng_state(), *devices)]


def _set_torch(states: Any) -> None:
    torch = sys.modules["torch"]
    host, *devices = (torch.from_numpy(state) for state in states)
    torch.set_rng_state(host)
    if devices and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(devices[: torch.cuda.device_count()])


GENERATORS: dict[str, tuple[Callable[[], Any], Callable[[Any], None]]] = {
    "random": (random.getstate, random.setstate),
    "numpy": (_numpy_state, _set_numpy),
    "torch": (_torch_state, _set_torch),
}
"""By the library's name: reading a generator's state, and setting it."""


@dataclass
class Randomness:
    """Knows where each generator stood when the step's cells began."""

    before: dict[str, bytes]

    @classmethod
    def start(cls, restored: dict[str, Any]) -> Randomness:
        """Set the generators to `restored` and remember where they stand, once imported."""
        self = cls({})
        for library in GENERATORS:
            when_imported(library, partial(self._begin, library, restored))
        return self

    def _begin(self, library: str, restored: dict[str, Any]) -> None:
        read, write = GENERATORS[library]
        if library in restored:
            write(restored[library])
        self.before[library] = pickle.dumps(read())

    def changed(self) -> dict[str, Any]:
        """The states of the generators that were used or seeded since."""
        found = {}
        for library, before in self.before.items():
            state = GENERATORS[library][0]()
            if pickle.dumps(state) != before:
                found[library] = state
        return found

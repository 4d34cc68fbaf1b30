"""The global random generators of a step: how far they are, and set there again."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pickle import dumps
from typing import Any

from nbflow.runtime.imports import when_imported

__all__ = ["Randomness"]


def _torch_state(torch: Any) -> Any:
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return [state.cpu().numpy().copy() for state in (torch.get_rng_state(), *devices)]


def _set_torch(torch: Any, states: Any) -> None:
    host, *devices = (torch.from_numpy(state) for state in states)
    torch.set_rng_state(host)
    if devices and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(devices[: torch.cuda.device_count()])


@dataclass(frozen=True)
class _Generator:
    """A library's global generator: its module, and how its state is read and set."""

    module: str
    seed: str
    read: Callable[[Any], Any]
    write: Callable[[Any, Any], None]


_GENERATORS = {
    "random": _Generator(
        "random", "seed", lambda m: m.getstate(), lambda m, state: m.setstate(state)
    ),
    "numpy": _Generator(
        "numpy.random",
        "seed",
        lambda m: m.get_state(legacy=False),
        lambda m, state: m.set_state(state),
    ),
    "torch": _Generator("torch", "manual_seed", _torch_state, _set_torch),
}


class Randomness:
    """Knows which generators were seeded, and where each stood when the step's cells began.

    Where nothing seeds a generator it is left alone: equal draws in two steps would be wrong.
    The orders say what the notebook's own text seeds; a module that it calls may do so too.

    Attributes:
        own: libraries that the step's cells seeded before drawing: what came before is not used.
    """

    def __init__(self) -> None:
        self._seeded: set[str] = set()
        self._before: dict[str, bytes] = {}
        self._started = False
        self.own: set[str] = set()
        for library, generator in _GENERATORS.items():
            when_imported(generator.module, partial(self._listen, library))

    def _listen(self, library: str) -> None:
        generator = _GENERATORS[library]
        module = sys.modules[generator.module]
        seed = getattr(module, generator.seed)

        @functools.wraps(seed)
        def noting(*arguments: Any, **options: Any) -> Any:
            if self._is_untouched(library):
                self.own.add(library)
            self._seeded.add(library)
            return seed(*arguments, **options)

        setattr(module, generator.seed, noting)

    def start(self, restored: dict[str, Any], *, seeded: bool) -> None:
        """Set the generators to `restored` and remember where they stand, once imported.

        Args:
            restored: states by library.
            seeded: the notebook is known to seed some generator.
        """
        self._seeded |= set(restored)
        self._started = True
        for library, generator in _GENERATORS.items():
            if seeded or library in restored:
                when_imported(generator.module, partial(self._begin, library, restored))

    def _is_untouched(self, library: str) -> bool:
        """Whether the generator still stands where it stood when the step's cells began."""
        if library not in self._before:
            return self._started and library not in self._seeded
        generator = _GENERATORS[library]
        now = generator.read(sys.modules[generator.module])
        return dumps(now) == self._before[library]

    def _begin(self, library: str, restored: dict[str, Any]) -> None:
        generator = _GENERATORS[library]
        module = sys.modules[generator.module]
        if library in restored:
            generator.write(module, restored[library])
        self._before[library] = dumps(generator.read(module))

    def changed(self) -> dict[str, Any]:
        """The states of the generators that were used after a seed, or seeded, since."""
        found = {}
        for library, generator in _GENERATORS.items():
            module = sys.modules.get(generator.module)
            known = library in self._before or library in self._seeded
            if module is None or not known:
                continue
            state = generator.read(module)
            if dumps(state) != self._before.get(library):
                found[library] = state
        return found

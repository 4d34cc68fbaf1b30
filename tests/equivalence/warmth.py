"""Modules that a warm process has in memory, and that its forks see only when they import them."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterable, Mapping
from typing import Any

LIGHT = ("numpy", "pandas")
HEAVY = (
    *("numpy", "pandas", "scipy", "PIL", "matplotlib", "matplotlib.pyplot", "sklearn"),
    *("sklearn.ensemble", "sklearn.linear_model", "sklearn.pipeline", "sklearn.datasets"),
    *(
        "sklearn.model_selection",
        "sklearn.compose",
        "torch",
        "torch.utils.data",
        "torch._dynamo",
        "polars",
    ),
)
_LAZY = ("matplotlib.pyplot",)  # comes by an import of its own
# What a library imports when it is imported: it is there from then on.
_FIRST = {
    "pandas": ("numpy",),
    "scipy": ("numpy",),
    "matplotlib": ("numpy", "PIL"),
    "sklearn": ("numpy", "scipy"),
    "torch": ("numpy",),
}


def warm_up(names: Iterable[str]) -> dict[str, set[str]]:
    """Import the modules; returns for each library the modules that come back together."""
    names = tuple(names)
    together: dict[str, set[str]] = {}
    for name in names:
        importlib.import_module(name)
        if name in LIGHT:
            together[name] = _modules_of(name)
    for library in {name.partition(".")[0] for name in names}:
        together.setdefault(library, _modules_of(library).difference(_LAZY))
    return together


def _modules_of(library: str) -> set[str]:
    return {name for name in sys.modules if name.partition(".")[0] == library}


class Returning(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives warm modules back when they are imported, and not before.

    What a library brings along gives back together; `numpy.random`, which it imports on first use,
    comes by an import of its own, as whoever listens to imports expects.
    """

    def __init__(self, together: Mapping[str, set[str]]) -> None:
        self.together = together
        self.specs: dict[str, Any] = {}
        self.away = {n: m for n, m in sys.modules.items() if n.partition(".")[0] in together}
        for name in self.away:
            del sys.modules[name]
            parent, _, child = name.rpartition(".")
            if parent in together["numpy"] and name not in together["numpy"]:
                vars(self.away[parent]).pop(child, None)

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in self.away else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        names = {name for name in self.away if f"{name}.".startswith(f"{spec.name}.")}
        names = self.together.get(spec.name, names)
        for first in _FIRST.get(spec.name, ()):  # as the library itself would
            importlib.import_module(first)
            for name in sorted(self.away) if spec.name == "pandas" else ():
                if name.startswith("numpy.") and name in self.away:
                    importlib.import_module(name)
        back = {name: self.away.pop(name) for name in names & self.away.keys()}
        # importlib takes a module's old spec where the module is there already, and runs it anew
        module = back.pop(spec.name)
        self.specs[spec.name] = module.__spec__
        sys.modules.update(back)
        return module

    def exec_module(self, module: Any) -> None:
        spec = module.__spec__ = self.specs[module.__name__]
        module.__loader__ = spec.loader if spec else None
        if module.__name__ == "numpy.random":
            module.seed()

"""Packages whose own `__init__` runs when it is first asked for something that it makes."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

__all__ = ["defer"]


def defer(package: str, *, light: Mapping[str, str]) -> None:
    """Let submodules of a package be imported without all that its `__init__` imports.

    Nothing is lost: any other name than those in `light` runs the `__init__` first.

    Args:
        package: an installed package that has not been imported yet.
        light: names, each with the submodule that it can be had from.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.loader is None or package in sys.modules:
        return
    module = _Deferred(package)
    module.__dict__.update(
        __spec__=spec,
        __loader__=spec.loader,
        __file__=spec.origin,
        __path__=spec.submodule_search_locations,
        __package__=package,
        _light=dict(light),
    )
    sys.modules[package] = module


class _Deferred(ModuleType):
    """A package that has not run yet."""

    _light: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        if name in self._light:
            return getattr(importlib.import_module(self._light[name]), name)
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        self.__class__ = ModuleType  # type: ignore[assignment]
        del self.__dict__["_light"]
        spec.loader.exec_module(self)
        return getattr(self, name)

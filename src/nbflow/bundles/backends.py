"""Backends by name: how a step becomes an Airflow task."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

    from nbflow.model import Plan

GROUP = "nbflow.backends"
_BUILT_IN = {
    "papermill": "nbflow.bundles.backend_papermill",
    "pod": "nbflow.bundles.backend_pod",
}


class Backend(Protocol):
    """Writes the DAG file; `digest` names the folder that the step notebooks lie in.

    The digest must stand in the file: by it a publisher knows that Airflow has this very bundle.
    """

    def __call__(self, plan: Plan, *, digest: str) -> str:
        """The DAG file's text."""
        ...


def check_backend(name: str) -> None:
    """Refuse a backend that there is not, without loading it.

    Raises:
        SettingsError: there is none of this name.
    """
    if name not in _BUILT_IN:
        _refuse_unknown(name, _installed())


def find_backend(name: str) -> Backend:
    """The backend of this name.

    Raises:
        SettingsError: there is none.
    """
    if name in _BUILT_IN:
        # Found without reading the metadata of every installed package.
        built_in: Backend = import_module(_BUILT_IN[name]).dag_text
        return built_in
    found = _installed()
    _refuse_unknown(name, found)
    backend: Backend = found[name].load()
    return backend


def _installed() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}


def _refuse_unknown(name: str, installed: Iterable[str]) -> None:
    known = sorted({*_BUILT_IN, *installed})
    if name not in known:
        from nbflow.model import known_names

        raise SettingsError(
            f"there is no backend {name!r}", hint=known_names("the backends", name, known)
        )

"""Backends by name: how a step becomes an Airflow task."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from nbflow.model import Plan

GROUP = "nbflow.backends"
_BUILT_IN = {
    "papermill": "nbflow.bundles.backend_papermill",
    "pod": "nbflow.bundles.backend_pod",
}


class Backend(Protocol):
    """Writes the DAG file; `digest` names the folder that the step notebooks lie in."""

    def __call__(self, plan: Plan, *, digest: str) -> str:
        """The DAG file's text."""
        ...


def find_backend(name: str) -> Backend:
    """The backend of this name.

    Raises:
        SettingsError: there is none.
    """
    if name in _BUILT_IN:
        # Found without reading the metadata of every installed package.
        built_in: Backend = import_module(_BUILT_IN[name]).dag_text
        return built_in
    from importlib.metadata import entry_points

    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted({*_BUILT_IN, *found}))
        raise SettingsError(f"there is no backend {name!r}", hint=f"the backends are: {known}")
    backend: Backend = found[name].load()
    return backend

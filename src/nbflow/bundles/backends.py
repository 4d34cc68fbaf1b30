"""Backends by name: how a step becomes an Airflow task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from nbflow.model import Plan

GROUP = "nbflow.backends"


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
    if name == "papermill":
        # Built in, and found without reading the metadata of every installed package.
        from nbflow.bundles.dags import dag_text

        return dag_text
    from importlib.metadata import entry_points

    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted({"papermill", *found}))
        raise SettingsError(f"there is no backend {name!r}", hint=f"the backends are: {known}")
    backend: Backend = found[name].load()
    return backend

"""Which Airflow a project means, and the private one's life."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import settings
from nbflow.errors import RemoteError

if TYPE_CHECKING:
    from nbflow import embedded
    from nbflow.remote import Airflow

Tell = Callable[[str], None]

_REFRESH = 5
"""Seconds between two looks of a private Airflow at a target that is no folder here."""


def load_settings(folder: str | Path = ".") -> settings.Settings:
    """The settings that hold in a folder.

    Raises:
        SettingsError: they cannot be understood.
    """
    return settings.load_settings(Path(folder).resolve(), environ=os.environ)


def airflow_up(current: settings.Settings, *, tell: Tell | None = None) -> embedded.Instance:
    """Start the project's private Airflow, or return the one that runs.

    Raises:
        MissingExtraError: Airflow is not installed.
        RemoteError: it did not start.
    """
    from nbflow import embedded
    from nbflow.planning import POD_BACKEND

    return embedded.up(
        home=_home(current),
        dags=current.target_root,
        bundles=_bundles(current),
        store=current.local_store,
        # Pods are waited for there, and late runs are told of from there.
        deferring=current.backend == POD_BACKEND or bool(current.channels),
        environ=os.environ,
        on_progress=tell,
    )


def _bundles(current: settings.Settings) -> list[dict[str, Any]]:
    """Where the project's DAGs are, for Airflow, if that is not a folder on this machine."""
    from nbflow import targets

    if current.target.kind == "folder":
        return []
    found: list[dict[str, Any]] = []
    for team, target in targets.every_target(current):
        classpath, arguments = target.tree.bundle()
        name = f"target-{team}" if found else "target"
        own = {"classpath": classpath, "kwargs": {**arguments, "refresh_interval": _REFRESH}}
        found.append({"name": name, **own})
    return found


def airflow_down(current: settings.Settings, *, tell: Tell = lambda _: None) -> bool:
    """Stop the project's private Airflow; False where none ran.

    Args:
        current: the settings.
        tell: is told beforehand which runs that stops.
    """
    from nbflow import embedded

    going = _going(current)
    if going:
        these = "this run" if len(going) == 1 else f"{len(going)} runs"
        tell(f"stops {these}: {', '.join(going)}")
    return embedded.down(home=_home(current))


def airflow_status(current: settings.Settings) -> embedded.Instance | None:
    """The project's private Airflow, or None where none runs."""
    from nbflow import embedded

    return embedded.status(home=_home(current))


def in_reach(current: settings.Settings) -> bool:
    """Whether the project has an Airflow to talk to: a configured one, or a running private one."""
    return not current.airflow.embedded or airflow_status(current) is not None


def has_run(current: settings.Settings) -> bool:
    """Whether the project's Airflow may know of DAGs and runs, though it does not run now."""
    return not current.airflow.embedded or _home(current).exists()


def connect(current: settings.Settings) -> Airflow:
    """A client of the project's Airflow.

    Raises:
        RemoteError: the private Airflow does not run.
        SettingsError: the settings name a token or password that the environment does not hold.
    """
    from nbflow.remote import Airflow

    chosen = current.airflow
    if chosen.url is not None:
        return Airflow.connect(
            chosen.url,
            token_env=chosen.token_env,
            user=chosen.user,
            password_env=chosen.password_env,
        )
    instance = airflow_status(current)
    if instance is None:
        raise RemoteError(
            "no Airflow is running for this project",
            hint="Start the private one with `nbflow airflow up`, "
            "or name yours under `airflow:` in nbflow.yaml.",
        )
    return Airflow.connect(instance.url, user=instance.user, password=instance.password)


def _going(current: settings.Settings) -> list[str]:
    """The runs that go in the private Airflow, as far as it can be asked: it is to stop anyway."""
    from nbflow.remote import Airflow

    instance = airflow_status(current)
    if instance is None or instance.health.get("api-server") != "healthy":
        return []
    user, password = instance.user, instance.password
    with suppress(RemoteError), Airflow.connect(instance.url, user=user, password=password) as one:
        return [f"{run.dag_id}/{run.run_id}" for run in one.runs(limit=None, states=["running"])]
    return []


def _home(current: settings.Settings) -> Path:
    return current.home / "airflow"

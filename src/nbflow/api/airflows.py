"""Which Airflow a project means, and the private one's life."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import settings
from nbflow.errors import MissingExtraError, RemoteError, SettingsError, UsageError

if TYPE_CHECKING:
    from nbflow import embedded
    from nbflow.embedded import Instance
    from nbflow.remote import Airflow, Patience

Tell = Callable[[str], None]

_REFRESH = 5
"""Seconds between two looks of a private Airflow at a target that is no folder here."""


def load_settings(folder: str | Path = ".") -> settings.Settings:
    """The settings that hold in a folder.

    Raises:
        UsageError: there is no such folder.
        SettingsError: they cannot be understood.
    """
    project = Path(folder)
    if not project.is_dir():
        raise _no_folder(project)
    return settings.load_settings(project.resolve(), environ=os.environ)


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


@dataclass(frozen=True)
class Reach:
    """Whether a project's Airflow can be talked to.

    Attributes:
        embedded: whether the private one is meant.
        state: `ready`; of the private one `starting`, `stopped` or, where it is not installed,
            `missing`; of another one `refused`, where it does not let us in, or `unreachable`.
        url: its address; None of a private one that does not run.
        instance: the private one; None where none runs.
        reason: why it is not ready, or None.
        hint: what can be done about that, or None.
    """

    embedded: bool
    state: str
    url: str | None = None
    instance: Instance | None = None
    reason: str | None = None
    hint: str | None = None

    @property
    def ready(self) -> bool:
        """It answers."""
        return self.state == "ready"

    def as_json(self) -> dict[str, Any]:
        """For programs; of the password only where it is."""
        there = self.instance
        return {
            "embedded": self.embedded,
            "state": self.state,
            "url": self.url,
            "user": None if there is None else there.user,
            "password_file": None if there is None else str(there.password_file),
            "health": {} if there is None else dict(there.health),
            "reason": self.reason,
            "hint": self.hint,
        }


def reach(current: settings.Settings) -> Reach:
    """Ask the project's Airflow whether it is there, and say why it is not; raises nothing.

    One that takes the question and keeps silent is not waited for.
    """
    if current.airflow.embedded:
        return _reach_embedded(current)
    from nbflow import remote

    url = current.airflow.url
    try:
        with connect(current, patience=remote.BRIEF) as client:
            remote.look(client.connection)
    except SettingsError as error:
        return Reach(
            embedded=False, state="refused", url=url, reason=error.message, hint=error.hint
        )
    except RemoteError as error:
        refused = getattr(error, "status", None) in {401, 403}
        state = "refused" if refused else "unreachable"
        return Reach(embedded=False, state=state, url=url, reason=error.message, hint=error.hint)
    return Reach(embedded=False, state="ready", url=url)


def _reach_embedded(current: settings.Settings) -> Reach:
    instance = airflow_status(current)
    if instance is not None:
        if instance.healthy:
            return Reach(embedded=True, state="ready", url=instance.url, instance=instance)
        parts = ", ".join(f"{name} is {word}" for name, word in instance.health.items())
        return Reach(
            embedded=True, state="starting", url=instance.url, instance=instance, reason=parts
        )
    from nbflow import embedded

    try:
        embedded.find_airflow()
    except MissingExtraError as error:
        reason, hint = error.message, error.hint
        if has_run(current):  # another environment has started it
            reason = f"the project's private Airflow does not run, and here {reason}"
            hint = f"Start it as it was started before, where Airflow is installed; or {hint}."
        return Reach(embedded=True, state="missing", reason=reason, hint=hint)
    return Reach(
        embedded=True,
        state="stopped",
        reason="the project's private Airflow does not run",
        hint="Start it with `nbflow airflow up`.",
    )


def has_run(current: settings.Settings) -> bool:
    """Whether the project's Airflow may know of DAGs and runs, though it does not run now."""
    return not current.airflow.embedded or _home(current).exists()


def connect(current: settings.Settings, *, patience: Patience | None = None) -> Airflow:
    """A client of the project's Airflow.

    Args:
        current: the settings, which name it.
        patience: how long it waits for answers; long where None.

    Raises:
        RemoteError: the private Airflow does not run.
        SettingsError: the settings name a token or password that the environment does not hold.
    """
    from nbflow.remote import PATIENT, Airflow

    chosen, patience = current.airflow, patience or PATIENT
    if chosen.url is not None:
        return Airflow.connect(
            chosen.url,
            token_env=chosen.token_env,
            user=chosen.user,
            password_env=chosen.password_env,
            patience=patience,
        )
    instance = airflow_status(current)
    if instance is None:
        raise RemoteError(
            "no Airflow is running for this project",
            hint="Start the private one with `nbflow airflow up`, "
            "or name yours under `airflow:` in nbflow.yaml.",
        )
    return Airflow.connect(
        instance.url, user=instance.user, password=instance.password, patience=patience
    )


def _no_folder(project: Path) -> UsageError:
    if project.exists():
        return UsageError(
            f"the project {project} is a file, not a folder",
            hint=f"name its folder: {project.parent}",
        )
    return UsageError(
        f"the project's folder {project} is not there",
        hint="name the folder of nbflow.yaml, or one below it",
    )


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

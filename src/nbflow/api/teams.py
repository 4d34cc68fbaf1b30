"""Teams: what they may use, and what a cluster must hold for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.settings import Account, DagBundle, Settings, Team

_RESERVED = ("default", "kube-node-lease", "kube-public", "kube-system")


def describe_teams(current: Settings) -> list[dict[str, Any]]:
    """What `nbflow teams --json` prints; None stands for everything, or for what is not said."""
    from nbflow import planning

    return [
        {
            "name": team.name,
            "namespace": team.namespace,
            "service_account": team.service_account,
            "profiles": _listed(team.profiles),
            "images": _listed(team.images),
            "claims": _listed(team.claims),
            "host_paths": list(team.host_paths),
            "connections": _listed(team.connections),
            "kubernetes_connection": team.kubernetes_connection,
            "airflow_account": team.airflow_account and str(team.airflow_account),
            "bundle": _described(planning.team_bundle(team)),
            "quota": {name: str(quantity) for name, quantity in team.quota.items()},
            "egress": [
                {"cidr": one.cidr, "ports": [str(port) for port in one.ports]}
                for one in team.egress
            ],
        }
        for team in current.teams.values()
    ]


def team_manifests(
    current: Settings, *, names: Iterable[str] = (), airflow_account: str | None = None
) -> dict[str, str]:
    """What the cluster must hold for teams: YAML by namespace, in the order of the teams' names.

    Args:
        current: the project's settings.
        names: of the teams; all where there are none.
        airflow_account: NAMESPACE/NAME of the service account with which Airflow starts pods, in
            place of what the settings say.

    Raises:
        SettingsError: there is no such team, it has no namespace of its own, or Airflow's account
            is not known.
        UsageError: `airflow_account` is not of that form.
    """
    from nbflow import cluster

    teams = _teams(current, names)
    written = {}
    for team in teams:
        account = _account(current, airflow_account or team.airflow_account)
        namespace, *inside = cluster.team_manifests(team, airflow=account)
        _refuse_shared(team, current=current, airflow=account)
        written[namespace["metadata"]["name"]] = cluster.as_yaml((namespace, *inside))
    return written


def write_manifests(manifests: Mapping[str, str], folder: Path) -> list[Path]:
    """Write each namespace's manifests to a file of its own; returns the files.

    Raises:
        UsageError: the folder cannot be written.
    """
    files = {folder / f"{namespace}.yaml": text for namespace, text in manifests.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            file.write_text(text, encoding="utf-8")
    except (FileExistsError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
        raise UsageError(
            f"{error.filename or folder}: {error.strerror}",
            hint="give a folder that can be written",
        ) from error
    return list(files)


def _teams(current: Settings, names: Iterable[str]) -> list[Team]:
    from nbflow.planning import find_team

    chosen = [find_team(name, settings=current) for name in sorted(set(names))]
    refuse_no_teams(current)
    return [team for team in chosen if team is not None] or list(current.teams.values())


def _account(current: Settings, given: str | Account | None) -> Account:
    from nbflow.settings import parse_account

    if isinstance(given, str):
        try:
            return parse_account(given)
        except ValueError as error:
            raise UsageError(f"--airflow-account: {error}") from error
    if given is not None:
        return given
    if current.airflow.service_account is None:
        raise SettingsError(
            f"{said_in(current)}: the service account with which Airflow starts pods is not said",
            hint="say `airflow: {service_account: NAMESPACE/NAME}`, or give --airflow-account "
            "NAMESPACE/NAME",
        )
    return current.airflow.service_account


def _refuse_shared(team: Team, *, current: Settings, airflow: Account) -> None:
    """Refuse a namespace that is not the team's alone: its manifests shut it off.

    Raises:
        SettingsError: somebody else is in it.
    """
    others = [
        f"team {other.name!r}"
        for other in current.teams.values()
        if other.namespace == team.namespace and other.name != team.name
    ]
    others += ["Airflow's service account"] if team.namespace == airflow.namespace else []
    others += ["Kubernetes itself"] if team.namespace in _RESERVED else []
    if others:
        raise SettingsError(
            f"{said_in(current)}: team {team.name!r} shares its namespace {team.namespace!r} with "
            f"{', '.join(others)}",
            hint="give each team a namespace of its own: quota, rights and network end there",
        )


def refuse_no_teams(current: Settings) -> None:
    """Refuse settings without teams where they are what is asked for.

    Raises:
        SettingsError: there are none.
    """
    if not current.teams:
        raise SettingsError(
            f"{said_in(current)}: there are no teams",
            hint="write a section `teams:`, such as `teams: {churn: {namespace: ds-churn}}`",
        )


def said_in(current: Settings) -> str:
    """The settings files that were read, for messages."""
    return ", ".join(map(str, current.files)) or str(current.root / "nbflow.yaml")


def _described(bundle: DagBundle) -> dict[str, Any]:
    return {
        "name": bundle.name,
        "folder": bundle.folder,
        "path": bundle.path,
        "classpath": bundle.classpath,
        "kwargs": dict(bundle.kwargs),
    }


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)

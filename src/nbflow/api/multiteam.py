"""Airflow's side of teams: what each may use, and which DAG bundle is whose."""

from __future__ import annotations

import json
import os
import re
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.api.teams import refuse_no_teams, said_in
from nbflow.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from nbflow.settings import DagBundle, Settings, Team

_LOCAL = "airflow.dag_processing.bundles.local.LocalDagBundle"
# As `airflow teams create` has it.
_TEAM = re.compile(r"[A-Za-z0-9_-]{3,50}")
_BEFORE = "Before the DAG processor starts, which wants to know every team:"


def team_policy(current: Settings) -> str:
    """What each team may use, for the plug-in package of Airflow; the same settings, the same text.

    Raises:
        SettingsError: there are no teams, or two cannot be told apart.
    """
    from nbflow.planning import policy

    refuse_no_teams(current)
    namespaces: dict[str | None, str] = {}
    for name, team in current.teams.items():
        if team.namespace is not None and team.namespace in namespaces:
            raise SettingsError(
                f"{said_in(current)}: teams {namespaces[team.namespace]!r} and {name!r} share the "
                f"namespace {team.namespace!r}",
                hint="give each team a namespace of its own: nothing else keeps their pods apart",
            )
        namespaces[team.namespace] = name
    return json.dumps(policy(current), indent=2, sort_keys=True) + "\n"


def write_policy(text: str, file: Path) -> Path:
    """Write a policy, whole or not at all: Airflow reads it whenever it changes.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, waiting = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        Path(waiting).chmod(0o644)  # Airflow may be another user
        Path(waiting).replace(file)
    except OSError as error:
        raise UsageError(
            f"{error.filename or file}: {error.strerror}", hint="give a file that can be written"
        ) from error
    return file


def airflow_teams(current: Settings, *, policy: str | None = None) -> dict[str, Any]:
    """What Airflow's multi-team mode needs: its configuration, and commands to be run once.

    Args:
        current: the project's settings.
        policy: where the policy's file is for Airflow; None where the package is not used.

    Raises:
        SettingsError: there are no teams, Airflow would refuse a team's name, or it is not said
            where DAG files lie.
    """
    refuse_no_teams(current)
    bundles = [_of_team(team, current) for team in current.teams.values()]
    bundles += [_entry(one, "airflow: {bundles: …}", current) for one in current.airflow.bundles]
    names = [one["name"] for one in bundles]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(
                f"{said_in(current)}: the DAG bundle {name!r} is said more than once",
                hint="Airflow's multi-team mode gives a bundle to one team: give each its own",
            )
    configuration = {
        "core": {"multi_team": "True"},
        "dag_processor": {"dag_bundle_config_list": bundles},
    }
    if policy is not None:
        configuration["nbflow"] = {"policy_file": policy}
    return {
        "configuration": configuration,
        "commands": [f"airflow teams create {name}" for name in current.teams],
    }


def airflow_teams_text(wanted: dict[str, Any], *, form: str) -> str:
    """The same for people: `airflow.cfg`, environment variables, or values of Airflow's chart."""
    text: dict[str, Any] = {"cfg": _cfg, "env": _env, "helm": _helm}
    head = "".join(f"# {line}\n" for line in (_BEFORE, *(f"  {one}" for one in wanted["commands"])))
    return head + str(text[form](wanted["configuration"]))


def _cfg(configuration: dict[str, dict[str, Any]]) -> str:
    sections = [
        f"\n[{section}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in options.items())
        for section, options in configuration.items()
    ]
    # Airflow interpolates what stands in its file.
    return "".join(sections).replace("%", "%%")


def _env(configuration: dict[str, dict[str, Any]]) -> str:
    return "".join(
        f"AIRFLOW__{section.upper()}__{key.upper()}={shlex.quote(_value(value, broad=False))}\n"
        for section, options in configuration.items()
        for key, value in options.items()
    )


def _helm(configuration: dict[str, dict[str, Any]]) -> str:
    import yaml

    values = {
        section: {
            key: _value(value, broad=False).replace("%", "%%") for key, value in options.items()
        }
        for section, options in configuration.items()
    }
    return str(yaml.safe_dump({"config": values}, sort_keys=False, width=10**6))


def _value(value: Any, *, broad: bool = True) -> str:
    """An option's text; lists with an entry a line, which `airflow.cfg` takes indented."""
    if isinstance(value, str):
        return value
    if not broad:
        return json.dumps(value)
    return "[\n" + ",\n".join(f"    {json.dumps(one)}" for one in value) + "\n    ]"


def _of_team(team: Team, current: Settings) -> dict[str, Any]:
    from nbflow.planning import team_bundle

    if not _TEAM.fullmatch(team.name):
        raise SettingsError(
            f"{said_in(current)}: Airflow takes no team named {team.name!r}",
            hint="give it a name of 3 to 50 letters, digits, - and _",
        )
    where = f"teams: {{{team.name}: {{bundle: …}}}}"
    return {**_entry(team_bundle(team), where, current), "team_name": team.name}


def _entry(bundle: DagBundle, where: str, current: Settings) -> dict[str, Any]:
    """A DAG bundle in Airflow's words."""
    if bundle.path is not None:
        return {"name": bundle.name, "classpath": _LOCAL, "kwargs": {"path": bundle.path}}
    if bundle.classpath is None:
        raise SettingsError(
            f"{said_in(current)}: it is not said where the DAG files of bundle {bundle.name!r} lie",
            hint=f"say it under `{where}`: `path: /FOLDER`, or `classpath` and `kwargs`",
        )
    return {"name": bundle.name, "classpath": bundle.classpath, "kwargs": dict(bundle.kwargs)}

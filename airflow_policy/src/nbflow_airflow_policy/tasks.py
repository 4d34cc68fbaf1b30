"""Whether a task stays within what its team may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbflow_airflow_policy.arguments import (
    CREDENTIALS,
    POD_FIELDS,
    TEMPLATES,
    Open,
    given_to,
    makes_pods,
    operator_class,
    unreadable_class,
)
from nbflow_airflow_policy.faults import Fault, Words, is_template, matched
from nbflow_airflow_policy.manifests import Manifest, plain, pods_in
from nbflow_airflow_policy.pods import pod_faults
from nbflow_airflow_policy.policy import Team

_CALLBACK = "_callback"
_HELD = 4
"""How deep connections are looked for in what a task was given."""


@dataclass(frozen=True)
class Habits:
    """What Airflow's configuration says of all tasks.

    Attributes:
        queue: the one of a task that names none.
        multi_team: Airflow itself keeps executors and queues of teams apart.
    """

    queue: str
    multi_team: bool


def task_faults(task: Any, team: Team, *, habits: Habits) -> list[Fault]:
    """What in a task the team may not use, as far as it can be told before it runs."""
    kind = operator_class(task)
    found: list[Fault] = []
    if other := unreadable_class(kind):
        allowed = "of Kubernetes' operators a team may use those that make pods: what others make "
        found.append(Fault("operator", other, allowed + "is not asked of any policy"))
    try:
        for given in given_to(task):
            found += _places(given, habits)
            found += connection_faults(given, team)
            found += _overrides(given, team)
            if makes_pods(kind):
                found += _pod_arguments(given, team)
                found += _credentials(given)
    except Open as error:
        found.append(error.fault)
    return list({str(one): one for one in found}.values())


def connection_faults(given: Any, team: Team) -> Iterator[Fault]:
    """Connections that are named and not the team's: arguments that end in `conn_id`, wherever."""
    if team.connections is None:
        return
    for field, connection in _connections(given, "", _HELD):
        whose = f"team {team.name}"
        yield from matched(field, connection, team.connections, what="connections", whose=whose)


def pods_in_file(names: dict[str, Any], team: Team) -> Iterator[Fault]:
    """What in the pods of a DAG file's constants the team may not use.

    A step may choose one of them when it runs.
    """
    for name, value in names.items():
        if name.startswith("__"):
            continue
        for place, pod in pods_in(value, name):
            yield from _at(place, pod_faults(pod, team, complete=False))


def _places(given: dict[str, Any], habits: Habits) -> Iterator[Fault]:
    """Which worker takes a task, and as which user."""
    if user := given.get("run_as_user"):
        yield Fault("run_as_user", user, "a team's tasks run as the user of the worker")
    if habits.multi_team:
        return
    if executor := given.get("executor"):
        allowed = "without Airflow's multi-team mode a team's tasks name no executor"
        yield Fault("executor", executor, allowed)
    queue = given.get("queue")
    if queue and queue != habits.queue:
        allowed = f"without Airflow's multi-team mode a team's tasks wait in {habits.queue}"
        yield Fault("queue", queue, allowed)


def _overrides(given: dict[str, Any], team: Team) -> Iterator[Fault]:
    """What a task asks of the KubernetesExecutor."""
    config = given.get("executor_config")
    if config is None:
        return
    if not isinstance(config, dict):
        yield Fault("executor_config", Words("known only when it runs"), "write it down")
        return
    for key, value in config.items():
        field = f"executor_config[{key!r}]"
        if key == "pod_template_file":
            yield from _template_file(field, value, team)
        elif key in ("KubernetesExecutor", "pod_override") and value is not None:
            yield from _template(field, value, team)


def _pod_arguments(given: dict[str, Any], team: Team) -> Iterator[Fault]:
    """What a KubernetesPodOperator was given, each argument by itself and its templates."""
    pod: Manifest = {"metadata": {}, "spec": {"containers": [{}]}}
    (container,) = pod["spec"]["containers"]
    parts = {"metadata": pod["metadata"], "spec": pod["spec"], "spec.containers[0]": container}
    for name, place in POD_FIELDS.items():
        if given.get(name) in (None, "", [], {}, ()):
            continue
        part, _, key = place.rpartition(".")
        parts[part][key] = _variables(given[name]) if name == "env_vars" else plain(given[name])
    for fault in pod_faults(pod, team, complete=False):
        yield replace(fault, field=_argument(fault.field))
    for name in TEMPLATES:
        if given.get(name) is None:
            continue
        if name == "pod_template_file":
            yield from _template_file(name, given[name], team)
        else:
            yield from _template(name, given[name], team)


def _credentials(given: dict[str, Any]) -> Iterator[Fault]:
    for name in CREDENTIALS:
        if given.get(name):
            allowed = (
                "credentials for Kubernetes come from an Airflow connection (kubernetes_conn_id)"
            )
            yield Fault(name, given[name], allowed)


def _template(field: str, value: Any, team: Team) -> Iterator[Fault]:
    pod = plain(value)
    if not isinstance(pod, dict):
        yield Fault(field, Words(f"a {type(value).__name__}"), "it cannot be read as a pod")
        return
    yield from _at(field, pod_faults(pod, team, complete=False))


def _template_file(field: str, value: Any, team: Team) -> Iterator[Fault]:
    import yaml

    if not value:
        return
    if not isinstance(value, str) or is_template(value):
        yield Fault(field, value, "it must name a file that can be read with the DAG file")
        return
    try:
        pod = yaml.safe_load(Path(value).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        yield Fault(field, value, f"it cannot be read: {error}")
        return
    yield from _template(field, pod, team)


def _variables(value: Any) -> Any:
    """Environment variables as a list, as which Kubernetes has them; also given by name."""
    value = plain(value)
    return [{"name": name} for name in value] if isinstance(value, dict) else value


def _argument(place: str) -> str:
    """The argument that a place in the pod was filled from."""
    for name, filled in POD_FIELDS.items():
        if place == filled or place.startswith((f"{filled}.", f"{filled}[")):
            return name + place.removeprefix(filled)
    return place


def _at(place: str, faults: list[Fault]) -> Iterator[Fault]:
    for one in faults:
        yield replace(one, field=f"{place}: {one.field}")


def _connections(value: Any, field: str, depth: int) -> Iterator[tuple[str, Any]]:
    """What stands under names that end in `conn_id`; not under Airflow's own `params`."""
    if not depth:
        return
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "params" or str(key).startswith("_BaseOperator__"):
                continue
            place = f"{field}[{key!r}]" if field else str(key)
            if str(key).endswith("conn_id"):
                yield from ((place, each) for each in _several(one))
            elif str(key).endswith(_CALLBACK):
                yield from _of_callbacks(one, place, depth)
            else:
                yield from _connections(one, place, depth - 1)
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _connections(one, f"{field}[{number}]", depth - 1)


def _of_callbacks(value: Any, field: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Notifiers are objects that keep the names of their connections."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if hasattr(one, "__dict__") and not isinstance(one, type):
            yield from _connections(vars(one), f"{field}: {type(one).__name__}", depth - 1)


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]

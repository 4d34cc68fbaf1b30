"""What Airflow calls: for each DAG and task that it reads, and for each pod before it is made."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from airflow.configuration import conf
from airflow.exceptions import AirflowClusterPolicyViolation
from airflow.policies import hookimpl
from airflow.sdk.exceptions import AirflowFailException

from nbflow_airflow_policy import sources
from nbflow_airflow_policy.manifests import plain
from nbflow_airflow_policy.pods import pod_faults
from nbflow_airflow_policy.policy import Policy, PolicyFile, PolicyUnreadable, Source, Team
from nbflow_airflow_policy.tasks import Habits, connection_faults, pods_in_file, task_faults

FILE = PolicyFile(conf.get("nbflow", "policy_file", fallback=None))
"""Asked for as Airflow starts: no DAG file has been read that could name another one."""

_read_here: dict[str, Source | None] = {}
"""Where this process read DAGs, by their ids: the workers' runs of KubernetesPodOperator ask."""


class LeavesItsTeam(AirflowClusterPolicyViolation, AirflowFailException):
    """A DAG, a task or a pod that is not within what its team may use; no second try helps."""


@hookimpl(trylast=True)
def dag_policy(dag: Any) -> None:
    """Refuse a DAG whose file is nobody's, or has pods written in it that leave its team."""
    reading = sources.reading()
    source = None if reading is None else reading.source
    _read_here[dag.dag_id] = source
    team = _team(source, f"DAG {dag.dag_id}")
    if team is None or reading is None:
        return
    faults = [
        *connection_faults({**vars(dag), "default_args": None}, team),
        *pods_in_file(_constants(reading.path), team),
    ]
    _refuse(f"DAG {dag.dag_id}", faults)


@hookimpl(trylast=True)
def task_policy(task: Any) -> None:
    """Refuse a task that leaves its team by what stands in the DAG file."""
    reading = sources.reading()
    who = f"DAG {task.dag_id}, task {task.task_id}"
    team = _team(None if reading is None else reading.source, who)
    if team is not None:
        _refuse(who, task_faults(task, team, habits=_habits()))


@hookimpl(trylast=True)
def pod_mutation_hook(pod: Any) -> None:
    """Refuse a pod that leaves its team, whatever the DAG file said."""
    worker = sources.worker()
    if worker is not None:
        who = f"DAG {worker.dag_id}, task {worker.task_id}, its worker's pod"
        source, given = worker.source, [_own(worker.image)]
    else:
        dag_id, task_id = sources.pod_task() or (None, None)
        who = f"DAG {dag_id}, task {task_id}, its pod"
        source, given = _read_here.get(dag_id or ""), []
    team = _team(source, who)
    if team is not None:
        given += _template(team) if worker is not None else []
        _refuse(who, pod_faults(plain(pod), team, complete=True, given=given))


def _team(source: Source | None, who: str) -> Team | None:
    """The team that a source belongs to; None where it is free.

    Raises:
        LeavesItsTeam: there is no policy, or the source is nobody's.
    """
    policy = _policy(who)
    if source is None:
        raise LeavesItsTeam(f"{who}: it was read from no DAG bundle, so no team is known for it")
    if policy.is_free(source):
        return None
    team = policy.owner(source)
    if team is None:
        places = [f"{one.bundle}/{one.folder}".rstrip("/") for one in policy.teams]
        raise LeavesItsTeam(
            f"{who}: {source} is no team's; the teams' bundles and folders: {', '.join(places)}"
        )
    return team


def _policy(who: str) -> Policy:
    try:
        return FILE.read()
    except PolicyUnreadable as error:
        raise LeavesItsTeam(f"{who}: nothing runs without a policy: {error}") from error


def _refuse(who: str, faults: Iterable[Any]) -> None:
    told = list(dict.fromkeys(map(str, faults)))
    if told:
        raise LeavesItsTeam("\n".join(f"{who}: {one}" for one in told))


def _constants(path: str) -> dict[str, Any]:
    """What the DAG file's module holds."""
    from airflow.utils.file import get_unique_dag_module_name

    module = sys.modules.get(get_unique_dag_module_name(path))
    return {} if module is None else vars(module)


def _habits() -> Habits:
    return Habits(
        queue=conf.get("operators", "default_queue"),
        multi_team=conf.getboolean("core", "multi_team"),
    )


def _own(image: str) -> dict[str, Any]:
    """The executor's own image, as a pod."""
    return {"spec": {"containers": [{"image": image}]}}


def _template(team: Team) -> list[dict[str, Any]]:
    """The pod that Airflow's configuration lays under each worker's, as the team has it."""
    import yaml

    whose = team.name if conf.getboolean("core", "multi_team") else None
    path = conf.get("kubernetes_executor", "pod_template_file", fallback="", team_name=whose)
    if not path:
        return []
    pod = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    return [pod] if isinstance(pod, dict) else []

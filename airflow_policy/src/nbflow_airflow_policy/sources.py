"""Where the DAG comes from that Airflow asks about: its word, not the DAG file's.

A DAG says of itself where it lies (`fileloc`), and a file may say anything. What reads it knows:
the `DagBag`, and the workload that an executor hands out. Airflow gives a policy neither, so both
are looked up among the callers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbflow_airflow_policy.policy import Source

if TYPE_CHECKING:
    from types import FrameType

_DAG_BAG = "airflow.dag_processing.dagbag"
_POD_GENERATOR = "airflow.providers.cncf.kubernetes.pod_generator"
_POD_OPERATOR = "airflow.providers.cncf.kubernetes.operators.pod"


@dataclass(frozen=True)
class Reading:
    """A DAG file that Airflow reads now.

    Attributes:
        source: where it is; None where it is in no bundle.
        path: its path on this machine.
    """

    source: Source | None
    path: str


@dataclass(frozen=True)
class Worker:
    """A pod that the KubernetesExecutor makes for a task.

    Attributes:
        dag_id, task_id: whose it is.
        source: where the DAG file is, as the scheduler has it; None where it does not say.
        image: the executor's own.
    """

    dag_id: str
    task_id: str
    source: Source | None
    image: str


def reading() -> Reading | None:
    """The DAG file on whose behalf a policy is asked; None where no file is being read."""
    for frame in _callers():
        if _is(frame, _DAG_BAG, "process_file"):
            bag, path = frame.f_locals["self"], os.fspath(frame.f_locals["filepath"])
            if bag.bundle_name is None or bag.bundle_path is None:
                return Reading(None, path)
            return Reading(Source(str(bag.bundle_name), _inside(path, bag.bundle_path)), path)
    return None


def worker() -> Worker | None:
    """The worker pod that is being made; None where it is another pod."""
    for frame in _callers():
        if _is(frame, _POD_GENERATOR, "construct_pod"):
            said = frame.f_locals
            return Worker(
                said["dag_id"], said["task_id"], _handed_out(said["args"]), str(said["kube_image"])
            )
    return None


def pod_task() -> tuple[str, str] | None:
    """DAG and task of the KubernetesPodOperator that makes a pod now."""
    for frame in _callers():
        if _is(frame, _POD_OPERATOR, "build_pod_request_obj"):
            task = frame.f_locals["self"]
            return str(task.dag_id), str(task.task_id)
    return None


def _handed_out(arguments: Sequence[Any]) -> Source | None:
    """The source in the workload that a worker is started with."""
    for word in arguments:
        try:
            workload = json.loads(word)
            return Source(
                workload["bundle_info"]["name"], PurePosixPath(workload["dag_rel_path"]).as_posix()
            )
        except (ValueError, TypeError, KeyError):
            continue
    return None


def _inside(path: str, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _is(frame: FrameType, module: str, function: str) -> bool:
    return frame.f_code.co_name == function and frame.f_globals.get("__name__") == module


def _callers() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back

"""Run in a process of its own: reads a DAG file of stages as Airflow does, prints JSON.

Usage: composition_probe.py DAG_FILE
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.models.serialized_dag import SerializedDagModel
from airflow.serialization.serialized_objects import DagSerialization
from kubernetes.client import models

VALUES = {"rate": 0.5, "note": "x $(HOME)", "score": [1, 2], "return_value": ["eu", "us"]}


class Instance(SimpleNamespace):
    """A task instance, as far as DAG files ask it."""

    try_number = 2

    def xcom_pull(self, *, task_ids: Any, key: str = "return_value") -> Any:
        assert task_ids
        return VALUES[key]

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.pushed = {**getattr(self, "pushed", {}), key: value}


def ended(message: str) -> Any:
    """A pod whose container has ended with these last words."""
    state = models.V1ContainerState(
        terminated=models.V1ContainerStateTerminated(exit_code=0, message=message)
    )
    status = models.V1ContainerStatus(
        name="base", state=state, image="", image_id="", ready=False, restart_count=0
    )
    return models.V1Pod(status=models.V1PodStatus(container_statuses=[status]))


def in_pods(dag: Any) -> dict[str, Any]:
    params = {"regions": ["eu", "us"], "threshold": 0.9, "day": "2026-01-01"}
    moment = datetime(2026, 3, 28, tzinfo=UTC)
    run = SimpleNamespace(run_type="scheduled", data_interval_start=moment)
    words = {
        name: dag.get_task(name).words(
            {"params": params, "ti": Instance(map_index=index), "run_id": "r1", "dag_run": run}
        )
        for name, index in (("ingest.load", -1), ("class.load", -1))
    }
    passed = Instance(map_index=-1)
    task = dag.get_task("ingest.load")
    task.pod = ended(json.dumps({"outputs": {"rate": 0.5, "note": "n", "more": 1}}))
    task.hand_on({"ti": passed})
    lost = []
    for pod in (None, ended("")):
        task.pod = pod
        try:
            task.hand_on({"ti": Instance(map_index=-1)})
        except Exception as error:  # noqa: BLE001 - any of Airflow's
            lost.append(f"{type(error).__name__}: {error}")
    return {"words": words, "passed": passed.pushed, "lost": lost}


def main() -> None:
    file = Path(sys.argv[1])
    bag = DagBag(str(file), bundle_path=file.parent, bundle_name="probe")
    assert not bag.import_errors, bag.import_errors
    (dag,) = bag.dags.values()
    data = DagSerialization.to_dict(dag)
    again = DagSerialization.from_dict(json.loads(json.dumps(data)))
    found = {
        "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in again.tasks},
        "mapped": sorted(task.task_id for task in again.tasks if "train." in task.task_id),
        "hash": SerializedDagModel.hash(data),
        "retries": {task.task_id: task.retries for task in again.tasks},
        "at_once": {t.task_id: t.max_active_tis_per_dagrun for t in again.tasks},
    }
    if dag.get_task("ingest.load").task_type == "StepPod":
        found |= in_pods(dag)
    print(f"\n{json.dumps(found)}")


main()

"""Run in a process of its own: reads DAG files as the DAG processor's child does, prints JSON.

Usage: policy_probe.py ORDERS, a JSON file with a list of {"bundle", "folder", "file", "ask"}.
`ask` is "parse" (as the DAG processor), "pods" (also what workers would ask Kubernetes for) or
"workers" (also what the KubernetesExecutor would).
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import structlog
from airflow.dag_processing.dagbag import BundleDagBag, DagBag
from airflow.dag_processing.processor import DagFileParseRequest, _parse_file


def look(order: dict[str, str]) -> dict[str, Any]:
    path = Path(order["folder"], order["file"])
    if order["ask"] == "no bundle":
        bag = DagBag(str(path))
        return {"errors": list(bag.import_errors.values()), "dags": sorted(bag.dags)}
    request = DagFileParseRequest(
        file=str(path), bundle_path=Path(order["folder"]), bundle_name=order["bundle"]
    )
    result = _parse_file(request, structlog.get_logger())
    assert result is not None
    found: dict[str, Any] = {
        "errors": list((result.import_errors or {}).values()),
        "dags": [one.dag_id for one in result.serialized_dags],
    }
    if order["ask"] == "parse":
        return found
    bag = BundleDagBag(str(path), bundle_path=Path(order["folder"]), bundle_name=order["bundle"])
    ask = pod if order["ask"] == "pods" else worker_pod
    for dag in bag.dags.values():
        for task in dag.tasks:
            try:
                found.setdefault("pods", {})[task.task_id] = ask(task, order)
            except Exception as error:  # noqa: BLE001 - what is asked is which
                told = error.__cause__ or error
                found.setdefault("refused", {})[task.task_id] = [type(told).__name__, str(told)]
    return found


def pod(task: Any, _: dict[str, str]) -> Any:
    """The pod that the operator would ask Kubernetes for."""
    from kubernetes.client import ApiClient

    if hasattr(task, "manifest"):
        task.pod_template_dict = task.manifest(task.profile)
    made = task.build_pod_request_obj(dry_run=True)
    return ApiClient().sanitize_for_serialization(made)


def worker_pod(task: Any, order: dict[str, str]) -> Any:
    """The pod that the KubernetesExecutor would ask Kubernetes for."""
    from airflow.executors.workloads import ExecuteTask
    from airflow.executors.workloads.base import BundleInfo
    from airflow.executors.workloads.task import TaskInstanceDTO
    from airflow.providers.cncf.kubernetes.executors.kubernetes_executor_types import KubernetesJob
    from airflow.providers.cncf.kubernetes.executors.kubernetes_executor_utils import (
        AirflowKubernetesScheduler,
    )
    from airflow.providers.cncf.kubernetes.kube_config import KubeConfig
    from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
    from kubernetes.client import ApiClient

    instance = TaskInstanceDTO(
        id=uuid.uuid4(), dag_version_id=uuid.uuid4(), task_id=task.task_id, dag_id=task.dag_id,
        run_id="manual", try_number=1, pool_slots=1, queue="default", priority_weight=1,
    )  # fmt: skip
    workload = ExecuteTask(
        ti=instance, token="", log_path="", dag_rel_path=Path(order["file"]),
        bundle_info=BundleInfo(name=order["bundle"]),
    )  # fmt: skip
    config = KubeConfig()
    override = PodGenerator.from_obj(task.executor_config)
    template = task.executor_config.get("pod_template_file")
    job = KubernetesJob(instance.key, [workload], override, template, None)
    scheduler = SimpleNamespace(
        kube_config=config, namespace=config.kube_namespace, scheduler_job_id="1",
        supports_task_instance_uuid=False, log=structlog.get_logger(),
    )  # fmt: skip
    made = AirflowKubernetesScheduler._build_pod_request(scheduler, job)  # type: ignore[arg-type]
    return ApiClient().sanitize_for_serialization(made)


def main() -> None:
    orders = json.loads(Path(sys.argv[1]).read_text())
    found = {name: look(order) for name, order in orders.items()}
    Path(sys.argv[1]).with_name("found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()

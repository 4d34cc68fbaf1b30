"""Run in a process of its own: reads DAG files as Airflow does, prints what it found as JSON.

Usage: airflow_probe.py DAGS_FOLDER SECONDS_TO_SHIFT_THE_CLOCK_BY
"""

from __future__ import annotations

import datetime
import json
import sys
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

EVENTS = frozenset(
    {"open", "os.listdir", "os.scandir", "socket.connect", "subprocess.Popen", "os.system"}
)


class Recorder:
    """The files, folders, sockets and processes that are opened while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event in EVENTS:
            self.seen.append(f"{event} {arguments[0]}")


@contextmanager
def shifted_clock(seconds: float) -> Iterator[None]:
    """Make the clocks that a DAG file could read run ahead."""
    import pendulum

    real_time, real_datetime, real_now = time.time, datetime.datetime, pendulum.now

    class Shifted(real_datetime):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return real_datetime.now(tz) + datetime.timedelta(seconds=seconds)

    time.time = lambda: real_time() + seconds
    datetime.datetime = Shifted  # type: ignore[misc]
    pendulum.now = lambda tz=None: real_now(tz).add(seconds=int(seconds))
    try:
        yield
    finally:
        time.time, datetime.datetime, pendulum.now = (  # type: ignore[misc]
            real_time,
            real_datetime,
            real_now,
        )


def parse(folder: Path, *, shift: float) -> dict[str, Any]:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.serialization.serialized_objects import DagSerialization

    recorder = Recorder()
    bag = DagBag(str(folder), bundle_path=folder, bundle_name="probe")
    modules = set(sys.modules)
    with shifted_clock(shift):
        for file in sorted(folder.glob("*.py")):
            recorder.on = True
            bag.process_file(str(file), only_if_updated=False)
            recorder.on = False
    serialized = {name: DagSerialization.to_dict(dag) for name, dag in bag.dags.items()}
    return {
        "import_errors": bag.import_errors,
        "files": {name: dag.fileloc for name, dag in bag.dags.items()},
        "serialized": serialized,
        "versions": {name: SerializedDagModel.hash(data) for name, data in serialized.items()},
        "opened": sorted(set(recorder.seen)),
        "modules": sorted(
            name
            for name in (*modules, *sys.modules)
            if name.split(".")[0] in {"nbflow", "intruder"}
        ),
        "rendered": {name: rendered(dag) for name, dag in bag.dags.items()},
        "runs": {name: next_runs(data) for name, data in serialized.items()},
        "first": {name: first_run(data) for name, data in serialized.items()},
        "pods": {name: pods(data) for name, data in serialized.items()},
        "step_pods": {name: step_pods(dag) for name, dag in bag.dags.items()},
        "failures": {name: pod_failures(dag) for name, dag in bag.dags.items()},
    }


def rendered(dag: Any) -> dict[str, Any]:
    """Every task's template fields as the task runner fills them in, on its second try."""
    from airflow.sdk.definitions.param import process_params
    from airflow.sdk.execution_time.context import MacrosAccessor
    from papermill.translators import papermill_translators

    translator = papermill_translators.find_translator("python3", "python")
    found = {}
    for task in dag.tasks:
        params = process_params(dag, task, {}, suppress_exception=False)
        context = {
            "params": params,
            "macros": MacrosAccessor(),
            "dag": dag,
            "run_id": "manual__2026-01-01T00:00:00+00:00",
            "dag_run": types.SimpleNamespace(
                run_type="scheduled",
                data_interval_start=datetime.datetime(2026, 3, 28, 23, tzinfo=datetime.UTC),
                data_interval_end=datetime.datetime(2026, 3, 29, 22, tzinfo=datetime.UTC),
            ),
            "ti": types.SimpleNamespace(try_number=2),
            "task": task,
        }
        if task.task_type == "StepPod":
            found[task.task_id] = {"words": task.words(context), "params": params}
            continue
        if task.task_type == "EmptyOperator":
            continue
        task.render_template_fields(context)
        given = (task.parameters or {}).get("nbflow_params")
        found[task.task_id] = {
            "input_nb": task.input_nb,
            "output_nb": task.output_nb,
            "kernel_name": task.kernel_name,
            "parameters": task.parameters,
            "params": params,
            "injected": given and translator.translate(given),
        }
    return found


def first_run(data: dict[str, Any]) -> str | None:
    """The first run of a schedule that is published half an hour after one of its times."""
    import pendulum
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    dag = DagSerialization.from_dict(json.loads(json.dumps(data)))
    now = pendulum.datetime(2026, 3, 27, 5, 30, tz="UTC")
    with mock.patch("airflow.timetables.trigger.utcnow", return_value=now):
        info = dag.timetable.next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=None, latest=None, catchup=False),
        )
    return None if info is None else info.run_after.isoformat()


def next_runs(data: dict[str, Any]) -> list[str]:
    """When the first runs after a change of the clocks in Europe would start."""
    import pendulum
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    dag = DagSerialization.from_dict(json.loads(json.dumps(data)))
    restriction = TimeRestriction(
        earliest=pendulum.datetime(2026, 3, 27, tz="UTC"), latest=None, catchup=True
    )
    last, found = None, []
    for _ in range(3):
        info = dag.timetable.next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        if info is None:
            break
        last = info.data_interval
        found.append(info.run_after.in_timezone("UTC").isoformat())
    return found


def pods(data: dict[str, Any]) -> dict[str, Any]:
    """The pods that the scheduler would hand to the KubernetesExecutor, merged into its own."""
    from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator
    from airflow.serialization.serialized_objects import DagSerialization
    from kubernetes.client import ApiClient, models

    dag = DagSerialization.from_dict(json.loads(json.dumps(data)))
    standard = models.V1Pod(
        metadata=models.V1ObjectMeta(name="standard"),
        spec=models.V1PodSpec(containers=[models.V1Container(name="base", image="airflow")]),
    )
    found = {}
    for task in dag.tasks:
        if task.task_type in {"StepPod", "EmptyOperator"}:
            continue
        override = PodGenerator.from_obj(task.executor_config)
        merged = PodGenerator.reconcile_pods(standard, override)
        sanitize = ApiClient().sanitize_for_serialization
        found[task.task_id] = {"asked": sanitize(override), "merged": sanitize(merged)}
    return found


def pod_failures(dag: Any) -> dict[str, Any]:
    """What is told of a pod whose step raised an error in its first cell, by step."""
    from kubernetes.client import models

    found: dict[str, Any] = {}
    for task in dag.tasks:
        functions = getattr(
            type(task), "failure", types.SimpleNamespace(__globals__={})
        ).__globals__
        if "failed_cell" not in functions:
            continue
        place = f"cell 2 (id {task.task_id}): rows['x']"
        words = {"ename": "KeyError", "evalue": "'x'", "cell": task.task_id, "place": place}
        words["line"] = "rows['x']"
        ended = models.V1ContainerStateTerminated(exit_code=10, message=json.dumps(words))
        state = models.V1ContainerState(terminated=ended)
        status = models.V1ContainerStatus(
            name="base", image="x", image_id="x", ready=False, restart_count=0, state=state
        )
        task.pod = models.V1Pod(status=models.V1PodStatus(container_statuses=[status]))
        error = task.failure({}, {"status": "failed", "message": "its pod failed"})
        context = {"task": task, "exception": error}
        told = [error.ename, error.evalue]
        cell = functions["failed_cell"](context)
        found[task.task_id] = {"error": str(error), "told": told, "cell": cell}
    return found


def step_pods(dag: Any) -> dict[str, Any]:
    """The pods that the operator of a step would ask Kubernetes for, by step and profile."""
    from kubernetes.client import ApiClient

    found: dict[str, Any] = {}
    for task in dag.tasks:
        if task.task_type != "StepPod":
            continue
        for profile in dag.params.get_param(f"profile.{task.task_id}").schema["enum"]:
            task.env_vars = []  # the operator appends to it each time
            task.pod_template_dict = task.manifest(profile)
            pod = task.build_pod_request_obj(dry_run=True)
            made = ApiClient().sanitize_for_serialization(pod)
            found.setdefault(task.task_id, {})[profile] = made
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    result = parse(folder, shift=float(sys.argv[2]))
    folder.with_name("probe.json").write_text(json.dumps(result, sort_keys=True))


if __name__ == "__main__":
    main()

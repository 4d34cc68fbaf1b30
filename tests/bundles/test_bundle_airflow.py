"""Every golden DAG in a real Airflow: parsed, serialized, rendered, scheduled."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from bundle_pipelines import everything, iris, plans

from nbflow.bundles import bundle
from nbflow.model import Plan
from nbflow.targets import write_bundle
from surroundings import bare_environment

pytestmark = pytest.mark.slow

PLANS = plans()
# Two plans of one pipeline cannot stand in one folder.
NAMES = sorted(
    name for name in PLANS if name != "iris_in_a_bucket" and not name.endswith("_in_pods")
)
INTRUDER = b"import intruder  # from airflow.sdk import DAG\nraise ValueError('parsed as a dag')\n"


def probe(home: Path, *, plans: dict[str, Plan], **environ: str) -> dict[str, Any]:
    """Write bundles to a folder and have Airflow read it."""
    folder = home / "dags"
    shift = environ.pop("SHIFT", "0")
    cwd = environ.pop("CWD", str(home))
    for plan in plans.values():
        write_bundle(bundle(plan, attachments={"lib/dag_airflow.py": INTRUDER}), folder)
    script = str(Path(__file__).with_name("airflow_probe.py"))
    done = subprocess.run(
        [sys.executable, "-B", script, str(folder), shift],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env={
            **bare_environment(),
            "HOME": str(home),
            "AIRFLOW_HOME": str(home / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": "/nowhere/dags",  # part of what Airflow compares
            **environ,
        },
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads((home / "probe.json").read_text())
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    return probe(home, plans={name: PLANS[name] for name in NAMES}) | {"home": str(home)}


@pytest.fixture(scope="module")
def in_pods(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The plans whose steps are pods, as Airflow reads them."""
    plans = {
        name: PLANS[name] for name in ("iris_in_pods", "everything_in_pods", "watched_in_pods")
    }
    return probe(tmp_path_factory.mktemp("pods"), plans=plans)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The plan with the largest pods, read elsewhere: another zone, seed, folder and clock."""
    home = tmp_path_factory.mktemp("elsewhere")
    return probe(
        home,
        plans={"iris": PLANS["iris_in_a_bucket"], "everything": PLANS["everything"]},
        TZ="Asia/Tokyo",
        PYTHONHASHSEED="4242",
        CWD="/",
        SHIFT=str(400 * 86400),
    )


def test_every_golden_is_imported_without_errors(found: dict[str, Any]) -> None:
    assert found["import_errors"] == {}
    assert sorted(found["files"]) == [
        "chained",
        "every.thing-1",
        "hello",
        "iris",
        "report",
        "watched",
    ]


def test_an_attached_module_is_not_taken_for_a_dag(found: dict[str, Any]) -> None:
    assert not [name for name in found["modules"] if name.startswith("intruder")]
    assert not [error for error in found["import_errors"].values() if "parsed as a dag" in error]


def test_a_dag_imports_nothing_of_nbflow(found: dict[str, Any]) -> None:
    assert found["modules"] == []


def test_reading_a_dag_opens_no_file_but_itself(found: dict[str, Any]) -> None:
    files = {f"open {file}" for file in found["files"].values()}
    caches = {f"open {cache_from_source(file)}" for file in found["files"].values()}
    assert found["opened"]
    assert {*found["opened"]} - files - caches == set()


def test_one_file_is_one_dag_whatever_the_clock_zone_seed_and_folder(
    found: dict[str, Any], bucket: dict[str, Any]
) -> None:
    assert found["versions"]["every.thing-1"] == bucket["versions"]["every.thing-1"]


def test_serialized_dags_hold_no_address_of_memory(found: dict[str, Any]) -> None:
    assert " at 0x" not in json.dumps(found["serialized"])


def test_a_run_of_the_schedule_gets_its_data_interval_in_the_schedules_time_zone(
    found: dict[str, Any], in_pods: dict[str, Any]
) -> None:
    values = {"day": "2026-03-29", "until": "2026-03-30T00:00:00+02:00"}
    given = found["rendered"]["watched"]["tell"]["parameters"]["nbflow_params"]
    assert json.loads(given) == values
    assert f"--params={json.dumps(values)}" in in_pods["rendered"]["watched"]["tell"]["words"]


def test_paths_are_filled_in_beside_the_dag_file(found: dict[str, Any]) -> None:
    task = found["rendered"]["iris"]["load"]
    folder, digest = f"{found['home']}/dags", bundle(PLANS["iris"]).digest
    assert task["input_nb"].startswith(f"{folder}/iris/")
    assert Path(task["input_nb"]).is_file()
    assert len(task["input_nb"].split("/")[-3]) == len(digest)
    run = f"{folder}/../store/default/iris/manual__2026-01-01T00:00:00+00:00"
    assert task["output_nb"] == f"{run}/load/try-2.ipynb"
    assert task["parameters"]["nbflow_run"] == run
    assert task["parameters"]["nbflow_attempt"] == "2"
    assert Path(task["parameters"]["nbflow_files"], "lib/dag_airflow.py").is_file()


def test_parameters_reach_the_kernel_exactly(found: dict[str, Any]) -> None:
    task = found["rendered"]["every.thing-1"]["class"]
    injected = json.loads(ast.literal_eval(task["injected"]))
    expected = {
        parameter.name: parameter.default
        for parameter in everything().parameters
        if parameter.name not in {"big", "infinite"}
    }
    assert injected == {**expected, "big": str(2**70), "infinite": "Infinity"}
    assert list(injected["mapping"]) == ["z", "a"]
    assert isinstance(injected["ratio"], float)


def test_a_kernel_of_another_language_gets_no_parameters(found: dict[str, Any]) -> None:
    task = found["rendered"]["report"]["first"]
    assert task["parameters"] is None
    assert task["kernel_name"] == "ir"


def test_what_is_published_soon_after_a_time_of_its_schedule_does_not_run_at_once(
    found: dict[str, Any],
) -> None:
    assert found["first"]["iris"] == "2026-03-30T04:00:00+00:00"


def test_a_schedule_is_read_in_its_time_zone(found: dict[str, Any]) -> None:
    # Six o'clock in Berlin on workdays; clocks went forward on Sunday the 29th.
    assert found["runs"]["iris"] == [
        "2026-03-27T05:00:00+00:00",
        "2026-03-30T04:00:00+00:00",
        "2026-03-31T04:00:00+00:00",
    ]
    assert found["runs"]["hello"] == []


def test_what_the_notebook_chooses_is_in_the_dag(found: dict[str, Any]) -> None:
    dag = found["serialized"]["every.thing-1"]["dag"]
    assert dag["catchup"] is True
    assert dag["max_active_runs"] == 3
    assert sorted(dag["tags"]) == ["a", "b"]
    assert dag["doc_md"] == f"{everything().options.description}\n"
    tasks = {task["__var"]["task_id"]: task["__var"] for task in dag["tasks"]}
    assert tasks["class"]["retries"] == 5
    assert tasks["class"]["execution_timeout"] == 7200.0
    assert tasks["class"]["has_retry_policy"] is True
    assert found["serialized"]["iris"]["dag"]["tasks"][0]["__var"]["owner"] == "ada"


def test_the_edges_are_those_of_the_pipeline(found: dict[str, Any]) -> None:
    tasks = [task["__var"] for task in found["serialized"]["iris"]["dag"]["tasks"]]
    edges = {
        (task["task_id"], downstream)
        for task in tasks
        for downstream in task.get("downstream_task_ids", ())
    }
    assert edges == {(edge.step, step.name) for step in iris().steps for edge in step.edges}


def test_every_pod_arrives_at_the_scheduler_as_planned(
    found: dict[str, Any], bucket: dict[str, Any]
) -> None:
    asked = {
        (dag_id, step): pods["asked"]
        for data in (found, bucket)
        for dag_id, tasks in data["pods"].items()
        for step, pods in tasks.items()
        if data is bucket or dag_id != "iris"
    }
    planned = {
        (plan.dag_id, step.name): step.pod
        for name, plan in PLANS.items()
        for step in plan.steps
        if name != "iris" and not name.endswith("_in_pods")
    }
    assert asked == planned


def test_the_operator_asks_for_the_pod_of_each_profile_as_planned(in_pods: dict[str, Any]) -> None:
    """Nothing is dropped or added but what Airflow's operator says of every pod."""
    for plan in (PLANS["iris_in_pods"], PLANS["everything_in_pods"]):
        asked = in_pods["step_pods"][plan.dag_id]
        for step in plan.steps:
            planned = {step.profile.name: step.pod, **step.alternatives}
            assert {*asked[step.name]} == {*planned}
            for profile, pod in planned.items():
                assert pod is not None
                assert_asked(asked[step.name][profile], planned=pod)


def assert_asked(made: dict[str, Any], *, planned: Mapping[str, Any]) -> None:
    (container,), (wanted,) = made["spec"].pop("containers"), planned["spec"]["containers"]
    assert container.pop("command") == ["python", "-m", "nbflow.host"]
    for empty in ("args", "env", "envFrom", "volumeMounts", "ports"):
        assert container.get(empty) or container.pop(empty, None) in (None, [])
    assert container.pop("terminationMessagePolicy", "File") == "File"
    assert container == dict(wanted)
    assert made["spec"].pop("restartPolicy") == "Never"
    spec = {key: value for key, value in made["spec"].items() if value not in ([], {}, False)}
    assert spec == {key: value for key, value in planned["spec"].items() if key != "containers"}
    labels = planned.get("metadata", {}).get("labels", {})
    own = {"airflow_version", "airflow_kpo_in_cluster", "kubernetes_pod_operator"}
    assert {k: v for k, v in made["metadata"]["labels"].items() if k not in own} == labels
    for key in ("namespace", "annotations"):
        if key in planned.get("metadata", {}):
            assert made["metadata"][key] == planned["metadata"][key]


def test_the_cell_that_failed_in_a_pod_is_told_of_by_its_number(in_pods: dict[str, Any]) -> None:
    assert in_pods["failures"]["watched"]["tell"] == {
        "error": "step tell, cell 2 (id tell): rows['x']\nKeyError: 'x'",
        "told": ["KeyError", "'x'"],
        "cell": {"id": "tell", "number": "2", "line": "rows['x']", "place": "cell 2: rows['x']"},
    }
    assert in_pods["failures"]["iris"] == {}


def test_what_a_step_in_a_pod_is_given_is_data(in_pods: dict[str, Any]) -> None:
    told = in_pods["rendered"]["every.thing-1"]["class"]
    notebook, run, attempt, params = told["words"]
    place = "s3://ml-runs/default/every.thing-1"
    assert re.fullmatch(rf"{place}/\.bundles/[0-9a-f]{{16}}/steps/class\.ipynb", notebook)
    assert run == f"--run={place}/manual__2026-01-01T00:00:00+00:00"
    assert attempt == "--attempt=2"
    assert "$" not in params.replace("$$", "")
    given = json.loads(params.replace("$$", "$").removeprefix("--params="))
    assert given["evil"] == told["params"]["evil"]
    assert not any(name.startswith("profile.") for name in given)


def test_a_pod_is_merged_into_airflows_own_container(bucket: dict[str, Any]) -> None:
    (container,) = bucket["pods"]["iris"]["load"]["merged"]["spec"]["containers"]
    assert container["name"] == "base"
    assert container["image"] == "registry.example.com/ds@sha256:0123"
    assert container["resources"]["limits"]["memory"] == "256Gi"

"""The DAG file of the `papermill` backend."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from nbflow.bundles.frames import Frame, dag_file, is_folder
from nbflow.bundles.intervals import VALUES
from nbflow.bundles.layout import Call, Code, assign
from nbflow.bundles.literals import jinja_text
from nbflow.bundles.notebooks import runs_in_python
from nbflow.bundles.pods import manifests, pod_names, pod_override, pods_function
from nbflow.bundles.stages import given_function

if TYPE_CHECKING:
    from nbflow.model import Plan, PlannedStage, PlannedStep

_RETRY_POLICY = """\
# An error of the notebook comes back at every try; a lost machine does not.
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="papermill.exceptions.PapermillExecutionError",
            action=RetryAction.FAIL,
            reason="the notebook raised an error",
        )
    ]
)
"""
_MAKE_FOLDER = '''\
def make_output_folder(context):
    """Make the folder of the executed notebook, which papermill leaves to others."""
    Path(context["task"].output_nb).parent.mkdir(parents=True, exist_ok=True)
'''
_SHORTAGE = '''\
def tell_of_shortage(context):
    """Say that memory ran out, where papermill only knows that the kernel is gone."""
    if not os.environ.get("AIRFLOW_IS_K8S_EXECUTOR_POD"):
        return  # what is counted elsewhere may be another task's
    # Of cgroups of version 2 and 1.
    for counts in ("memory.events", "memory/memory.oom_control"):
        path = Path("/sys/fs/cgroup", counts)
        if path.is_file() and re.search(r"\\boom_kill [1-9]", path.read_text()):
            log = context["task"].log
            log.error("memory ran out: the system killed a process of this pod")
'''
_PARAMETERS = """\
PARAMETERS = {
    "nbflow_params": "{{ macros.json.dumps(%s) }}",
    "nbflow_run": RUN,
    "nbflow_files": f"{FILES}/files",
    "nbflow_attempt": "{{ ti.try_number }}",
}
"""
_ITEM = """\
# Of a stage that runs once for each item of a list: the item's number.
ITEM = "{{ ti.map_index }}"
"""
_HAND_ON = '''\
def hand_on(context, result=None):
    """Let other stages have what the step's variables are at its end."""
    task = context["task"]
    step = task.task_id.rpartition(".")[2]
    manifest = Path(task.parameters["nbflow_run"], step, "manifest.json")
    for name, value in json.loads(manifest.read_text())["outputs"].items():
        context["ti"].xcom_push(key=name, value=value)
'''
_HAND_ON_FROM_AFAR = '''\
def hand_on(context, result=None):
    """Let other stages have what the step's variables are at its end."""
    from papermill.iorw import papermill_io

    task = context["task"]
    step = task.task_id.rpartition(".")[2]
    manifest = f"{task.parameters['nbflow_run']}/{step}/manifest.json"
    for name, value in json.loads(papermill_io.read(manifest))["outputs"].items():
        context["ti"].xcom_push(key=name, value=value)
'''
_CELL_ID = '''\
def cell_id(context):
    """The id of the cell that failed; nothing where it was no cell."""
    task = context["task"]
    try:
        # Papermill counts a cell of its own, which it puts behind the first.
        place = context["exception"].cell_index - bool(task.parameters)
        notebook = Path(task.input_nb.url).read_text(encoding="utf-8")
        return json.loads(notebook)["cells"][place]["id"]
    except (AttributeError, IndexError, KeyError, OSError, ValueError):
        return ""
'''
_AFTER_FAILURE = ("on_failure_callback", "on_retry_callback")


def dag_text(plan: Plan, *, digest: str) -> str:
    """The DAG file's text; `digest` names the folder that its notebooks lie in."""
    pods = pod_names(plan)
    standard = ["from pathlib import Path"] if is_folder(plan.store) or pods else []
    if pods:
        standard += ["import json", "import os", "import re", "from types import SimpleNamespace"]

    def task(step: PlannedStep, stage: PlannedStage | None) -> Call:
        name = step.name if stage is None else f"{stage.stage.name}.{step.name}"
        arguments: dict[str, Any] = {
            "input_nb": Code(f'f"{{FILES}}/steps/{name}.ipynb"'),
            "output_nb": Code(f'f"{_folder(stage)}/{step.name}/{{EXECUTED}}"'),
        }
        if step.step.outputs:
            arguments["post_execute"] = Code("hand_on")
        if name in pods:
            arguments["executor_config"] = pod_override(pods[name])
        return Call("PapermillOperator", (), arguments)

    handing_on = any(step.step.outputs for one in plan.stages for step in _steps(one))
    if handing_on:
        standard += ["import json"]
    if plan.pipeline.options.notices.failure:
        standard += ["import json", "from pathlib import Path"]
    frame = Frame(
        standard=sorted({*standard}),
        providers=["from airflow.providers.papermill.operators.papermill import PapermillOperator"],
        sdk=[
            "ExceptionRetryPolicy",
            "RetryAction",
            "RetryRule",
            *(["get_parsing_context"] if pods else []),
        ],
        constants=_constants(plan, digest),
        late_constants=[manifests(plan, pods)] if pods else [],
        functions=[
            *([_MAKE_FOLDER] if is_folder(plan.store) else []),
            *([pods_function(), _SHORTAGE] if pods else []),
            *([_hand_on(plan)] if handing_on else []),
        ],
        find_cell=_CELL_ID,
        made=["PODS = pods()\n"] if pods else [],
        default_arguments={
            **_default_arguments(plan),
            **({name: Code("tell_of_shortage") for name in _AFTER_FAILURE} if pods else {}),
        },
        dag_arguments=_macros(plan),
        task=task,
        group_arguments=partial(_group_arguments, plan),
    )
    return dag_file(plan, frame)


def _constants(plan: Plan, digest: str) -> list[str]:
    files = f"{{{{ dag.folder }}}}/{plan.dag_id}/{digest}"
    runs = (
        plan.runs_folder if _is_absolute(plan.store) else f"{{{{ dag.folder }}}}/{plan.runs_folder}"
    )
    places = (
        "# The notebooks of the steps, and the files that they use, lie beside this file.\n"
        + assign("FILES", files)
        + "\n# What a run makes: executed notebooks, and what its steps hand on.\n"
        + assign("RUN", f"{runs}/{{{{ run_id }}}}")
        + '\nEXECUTED = "try-{{ ti.try_number }}.ipynb"\n'
    )
    values = f"{VALUES}(params, dag_run)" if plan.pipeline.options.interval.names else "params"
    if plan.stages:
        return [
            places,
            *([_ITEM] if any(one.stage.foreach for one in plan.stages) else []),
            _RETRY_POLICY,
        ]
    return [places, *([_PARAMETERS % values] if runs_in_python(plan) else []), _RETRY_POLICY]


def _default_arguments(plan: Plan) -> dict[str, Any]:
    if plan.stages:
        return {"retry_policy": Code("RETRY_POLICY"), "log_output": True}
    arguments: dict[str, Any] = {
        "retry_policy": Code("RETRY_POLICY"),
        "kernel_name": jinja_text(plan.pipeline.document.kernel),
        "log_output": True,
    }
    if runs_in_python(plan):
        arguments["parameters"] = Code("PARAMETERS")
    if is_folder(plan.store):
        arguments["pre_execute"] = Code("make_output_folder")
    return arguments


def _group_arguments(plan: Plan, one: PlannedStage) -> dict[str, Any]:
    """What the tasks of a stage have in common."""
    assert one.plan is not None
    arguments: dict[str, Any] = {"kernel_name": jinja_text(one.plan.pipeline.document.kernel)}
    if runs_in_python(one.plan):
        interval = ", dag_run" if plan.pipeline.options.interval.names else ""
        given = f"{given_function(one.stage)}(params, ti{interval})"
        arguments["parameters"] = {
            "nbflow_params": f"{{{{ macros.json.dumps({given}) }}}}",
            "nbflow_run": Code(f'f"{_folder(one)}"'),
            "nbflow_files": Code(f'f"{{FILES}}/files/{one.stage.name}"'),
            "nbflow_attempt": "{{ ti.try_number }}",
        }
    if is_folder(plan.store):
        arguments["pre_execute"] = Code("make_output_folder")
    return arguments


def _folder(stage: PlannedStage | None) -> str:
    """The folder of the steps' folders: a run's, a stage's in it, an item's in that."""
    if stage is None:
        return "{RUN}"
    item = "/{ITEM}" if stage.stage.foreach else ""
    return f"{{RUN}}/{stage.stage.name}{item}"


def _macros(plan: Plan) -> dict[str, Any]:
    """The functions of the file that templates call."""
    names = [VALUES] if plan.pipeline.options.interval.names and not plan.stages else []
    names += [
        given_function(one.stage)
        for one in plan.stages
        if one.plan is not None and runs_in_python(one.plan)
    ]
    return {"user_defined_macros": {name: Code(name) for name in names}} if names else {}


def _steps(stage: PlannedStage) -> tuple[PlannedStep, ...]:
    return stage.plan.steps if stage.plan is not None else ()


def _hand_on(plan: Plan) -> str:
    return _HAND_ON if is_folder(plan.store) else _HAND_ON_FROM_AFAR


def _is_absolute(store: str) -> bool:
    return "://" in store or store.startswith("/") or re.match(r"[A-Za-z]:[/\\]", store) is not None

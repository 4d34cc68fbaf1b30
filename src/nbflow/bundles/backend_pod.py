"""The DAG file of the `pod` backend: each step in a Kubernetes pod that is made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.bundles.frames import Frame, dag_file
from nbflow.bundles.intervals import VALUES
from nbflow.bundles.layout import Call, Code, assign
from nbflow.bundles.stages import given_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Plan, PlannedStage, PlannedStep

LOOK = 2
"""Seconds between two looks of Airflow's triggerer at a pod that starts; Airflow's own, while it
runs."""
LOGS = 5
"""Seconds between two readings of a running pod's log."""
STARTUP = 600
"""Seconds that a pod may take to start where its profile says nothing: a pool may have to grow."""

_EXCEPTIONS = """\
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
)"""
_HEAD = '''\
class StepPod(KubernetesPodOperator):
    """Runs a step in a pod of its profile.

    A try that was killed for memory is followed by one on the next larger profile, a try that no
    node or quota had room for by one on the fallback. An error of the notebook is not tried again.
    """

    template_fields = ()  # what a run is given is data: nothing in it is a template

'''
_INIT = """\
    def __init__(self, *, profile, **arguments):
        super().__init__(**arguments)
        self.profile = profile

"""
_INIT_OF_STAGES = """\
    def __init__(self, *, profile, outputs=(), **arguments):
        super().__init__(**arguments)
        self.profile = profile
        self.outputs = outputs

"""
_EXECUTE = """\
    def execute(self, context):
        profile = self.chosen(context)
        self.arguments = self.words(context)
        self.pod_template_dict = self.manifest(profile)
        self.startup_timeout_seconds = STARTUP.get(profile, STARTUP[""])
        self.schedule_timeout_seconds = self.startup_timeout_seconds
        self.log.info("step %s runs on profile %s", self.task_id, profile)
        try:
            return super().execute(context)
        except ApiException as error:
            raise self.refused(error, context) from None

"""
_WORDS = """\
    def words(self, context):
VALUES        words = [
            f"{BUNDLE}/steps/{self.task_id}.ipynb",
            f"--run={RUNS}/{context['run_id']}",
            f"--attempt={context['ti'].try_number}",
            f"--params={json.dumps(values)}",
        ]
"""
_WORDS_OF_STAGES = """\
    def words(self, context):
        ti, stage = context["ti"], self.task_id.partition(".")[0]
        values = GIVEN[stage](context["params"], tiINTERVAL)
        run = f"{RUNS}/{context['run_id']}/{stage}"
        words = [
            f"{BUNDLE}/steps/{self.task_id}.ipynb",
            f"--run={run}" if ti.map_index < 0 else f"--run={run}/{ti.map_index}",
            f"--attempt={ti.try_number}",
            f"--params={json.dumps(values)}",
        ]
"""
_REFUSED = '''\
        # Kubernetes would replace $(NAME) by a variable's value.
        return [word.replace("$", "$$") for word in words]

    def refused(self, error, context):
        """What Kubernetes has against the pod; while a quota is used up, wait for room."""
        try:
            said = json.loads(error.body)["message"]
        except (TypeError, ValueError, KeyError):
            said = str(error)
        where = f"step {self.task_id}"
        if "exceeded quota" not in said:
            sort = AirflowFailException if error.status == 422 else AirflowException
            return sort(f"{where}: Kubernetes refused its pod: {said}")
        if more_than_all(said):
            why = f"{where}: it asks for more than its team's whole quota: {said}"
            return self.homeless(why, context, otherwise=AirflowFailException)
        now = timezone.utcnow()
        since = context["ti"].get_first_reschedule_date(context) or now
        if (now - since).total_seconds() < self.startup_timeout_seconds:
            self.log.warning("%s waits for its team's quota: %s", where, said)
            return AirflowRescheduleException(now + timedelta(seconds=20))
        return self.homeless(f"{where}: its team's quota is used up: {said}", context)

'''
_REENTRY = """\
    def trigger_reentry(self, context, event):
        try:
            return super().trigger_reentry(context, event)
        except AirflowException:
            raise self.failure(context, event) from None

"""
_REENTRY_OF_STAGES = '''\
    def trigger_reentry(self, context, event):
        try:
            super().trigger_reentry(context, event)
        except AirflowException:
            raise self.failure(context, event) from None
        if self.outputs:
            self.hand_on(context)

    def hand_on(self, context):
        """Let other stages have what the step's variables are at its end."""
        statuses = self.pod.status.container_statuses if self.pod else ()
        states = {one.name: one.state for one in statuses or ()}
        try:
            told = json.loads(states["base"].terminated.message)["outputs"]
            values = {name: told[name] for name in self.outputs}
        except (AttributeError, KeyError, TypeError, ValueError):
            why = f"step {self.task_id}: its pod is gone, and with it what it passes on"
            raise AirflowException(why) from None
        for name, value in values.items():
            context["ti"].xcom_push(key=name, value=value)

'''
_FAILURE = '''\
    def failure(self, context, event):
        """Why the pod failed, as an error that says whether another try may help."""
        where = f"step {self.task_id}: "
        if self.pod is None:
            why = "its pod is gone: deleted, evicted, or its node lost"
            return AirflowException(where + why)
        status = self.pod.status
        states = {one.name: one.state for one in status.container_statuses or ()}
        ended = states["base"].terminated if "base" in states else None
        try:
            told = json.loads(ended.message)
        except (AttributeError, TypeError, ValueError):
            told = {}
        self.cell = told.get("cell")
        if self.cell:
            place = told.get("place") or f"cell {self.cell}"
            where = f"step {self.task_id}, {place}\\n"
        if status.reason:  # evicted, preempted, its node lost
            return AirflowException(f"{where}{status.reason}: {status.message}")
        if event["status"] == "timeout" and not self.pod.spec.node_name:
            said = "; ".join(one.message or "" for one in status.conditions or ())
            return self.homeless(f"{where}no node took its pod: {said}", context)
        killed = ended is not None and ended.reason == "OOMKilled"
        if killed or told.get("ename") == "OutOfMemory":
            seen = told.get("peak", "an unknown peak")
            why = told.get("evalue") or f"killed by the system, last seen at {seen}"
            return self.starved(f"{where}out of memory: {why}", context)
        if told.get("ename") and not told.get("again"):
            error = AirflowFailException(f"{where}{told['ename']}: {told['evalue']}")
            error.ename, error.evalue = told["ename"], told["evalue"]
            error.source = told.get("line")
            return error
        waits = states["base"].waiting if "base" in states else None
        if waits and waits.message:
            return AirflowException(f"{where}{waits.reason}: {waits.message}")
        if ended and ended.exit_code:
            why = told.get("evalue") or f"exit code {ended.exit_code}, {ended.reason}"
            return AirflowException(where + why)
        return AirflowException(where + event["message"])

    def starved(self, why, context):
        profile = self.chosen(context)
        limit = self.manifest(profile)["spec"]["containers"][0].get("resources", {})
        limit = limit.get("limits", {}).get("memory", "no limit of its own")
        said = f"{why}; profile {profile} has {limit}"
        if profile not in ESCALATE:
            return AirflowFailException(f"{said}, and there is no larger one to go to")
        context["task_state_store"].set("profile", ESCALATE[profile])
        return AirflowException(f"{said}; the next try takes {ESCALATE[profile]}")

    def homeless(self, why, context, otherwise=AirflowException):
        profile = self.chosen(context)
        if profile not in FALLBACK:
            return otherwise(why)
        context["task_state_store"].set("profile", FALLBACK[profile])
        return AirflowException(f"{why}; the next try takes {FALLBACK[profile]}")

    def chosen(self, context):
        """The profile of this try: an earlier one's word, the run's, the pipeline's."""
        run = context["params"].get(f"profile.{self.task_id}")
        return context["task_state_store"].get("profile") or run or self.profile

    def manifest(self, profile):
        own = MANIFESTS.get(f"{profile} for {self.task_id}")
        return copy.deepcopy(own or MANIFESTS[profile])
'''
_CELL_ID = '''\
def cell_id(context):
    """The id of the cell that failed; nothing where it was no cell."""
    return getattr(context["task"], "cell", None) or ""
'''
_QUOTA = '''\
def more_than_all(said):
    """Whether a quota that was exceeded could not hold the pod if nothing else were there."""
    parts = re.search("requested: ([^ ]*), used: [^ ]*, limited: ([^ ]*)", said)
    if not parts:
        return False
    asked, most = (dict(re.findall("([^,=]+)=([^,]+)", one)) for one in parts.groups())
    return any(parse_quantity(asked[one]) > parse_quantity(most[one]) for one in most)
'''


def dag_text(plan: Plan, *, digest: str) -> str:
    """The DAG file's text; `digest` names the folder in the store that its notebooks lie in."""

    def task(step: PlannedStep, stage: PlannedStage | None) -> Call:  # noqa: ARG001
        arguments: dict[str, Any] = {"profile": step.profile.name}
        if step.step.outputs:
            arguments["outputs"] = list(step.step.outputs)
        return Call("StepPod", (), arguments)

    common = {
        **_connection(plan),
        "cmds": ["python", "-m", "nbflow.host"],
        "deferrable": True,
        "startup_check_interval_seconds": LOOK,
        "logging_interval": LOGS,
        "log_pod_spec_on_failure": False,
        "on_finish_action": "delete_pod",
        "do_xcom_push": False,
    }

    frame = Frame(
        standard=["import copy", "import json", "import re"],
        sdk=["timezone"],
        providers=[
            "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator",
            _EXCEPTIONS,
            "from kubernetes.client import ApiException",
            "from kubernetes.utils.quantity import parse_quantity",
        ],
        constants=[*_constants(plan, digest), *([_common(common)] if plan.stages else [])],
        late_constants=[_manifests(plan), *_ladders(plan)],
        functions=[_QUOTA, _class(plan)],
        find_cell=_CELL_ID,
        made=[_given(plan)] if plan.stages else [],
        default_arguments={} if plan.stages else common,
        group_arguments=lambda _: Code("STEP"),
        params=_choices(plan),
        task=task,
    )
    return dag_file(plan, frame)


def _common(arguments: Mapping[str, Any]) -> str:
    return "# What all steps have in common.\n" + assign("STEP", dict(arguments)) + "\n"


def _given(plan: Plan) -> str:
    """The functions that say what stages are given, by stage."""
    names = {
        one.stage.name: Code(given_function(one.stage))
        for one in plan.stages
        if one.plan is not None
    }
    return assign("GIVEN", names) + "\n"


def _class(plan: Plan) -> str:
    """The class. Of several notebooks each has its own values and folder, and passes values on."""
    several = bool(plan.stages)
    parts = (
        _HEAD,
        _INIT_OF_STAGES if several else _INIT,
        _EXECUTE,
        _words(plan),
        _REFUSED,
        _REENTRY_OF_STAGES if several else _REENTRY,
        _FAILURE,
    )
    return "".join(parts)


def _words(plan: Plan) -> str:
    """What a pod is told; where parameters get the data interval, a function has their values."""
    interval = bool(plan.pipeline.options.interval.names)
    if plan.stages:
        return _WORDS_OF_STAGES.replace("INTERVAL", ', context["dag_run"]' if interval else "")
    source = "given" if interval else 'context["params"]'
    lines = [f"values = {{name: {source}[name] for name in PARAMETERS}}"]
    if interval:
        lines.insert(0, f'given = {VALUES}(context["params"], context["dag_run"])')
    return _WORDS.replace("VALUES", "".join(f"        {line}\n" for line in lines))


def _connection(plan: Plan) -> dict[str, str]:
    """The credentials for Kubernetes, where the team has its own."""
    if plan.kubernetes_connection is None:
        return {}
    return {"kubernetes_conn_id": plan.kubernetes_connection}


def _constants(plan: Plan, digest: str) -> list[str]:
    names = [one.name for one in plan.pipeline.parameters]
    places = (
        "# What runs make, and beside it the notebooks of the steps and the files that they use.\n"
        + assign("RUNS", plan.runs_folder)
        + f'\nBUNDLE = f"{{RUNS}}/.bundles/{digest}"\n'
    )
    if plan.stages:
        return [places]
    return [
        places,
        "# The parameters that the notebook has.\n" + assign("PARAMETERS", names) + "\n",
    ]


def _manifests(plan: Plan) -> str:
    asked: dict[str, dict[str, Mapping[str, Any]]] = {}
    for step in plan.steps:
        assert step.pod is not None
        for profile, pod in {step.profile.name: step.pod, **step.alternatives}.items():
            asked.setdefault(profile, {})[step.name] = pod
    made: dict[str, Mapping[str, Any]] = {}
    for profile, by_step in asked.items():
        pods = list(by_step.values())
        usual = made[profile] = max(pods, key=pods.count)
        made |= {f"{profile} for {step}": pod for step, pod in by_step.items() if pod != usual}
    about = (
        "# Where steps may run: Kubernetes pods by profile, and by step where it asks for more.\n"
    )
    return about + assign("MANIFESTS", made) + "\n"


def _ladders(plan: Plan) -> list[str]:
    used = {name for step in plan.steps for name in (step.profile.name, *step.alternatives)}
    profiles = {name: one for name, one in plan.profiles.items() if name in used}
    larger = {name: one.escalate_to for name, one in profiles.items() if one.escalate_to in used}
    other = {name: one.fallback for name, one in profiles.items() if one.fallback in used}
    seconds = {
        name: int(one.startup_timeout.total_seconds())
        for name, one in profiles.items()
        if one.startup_timeout is not None
    }
    return [
        "# The profile of the next try: after one was killed for memory, after no node had room.\n"
        + assign("ESCALATE", larger)
        + "\n"
        + assign("FALLBACK", other)
        + "\n",
        "# Seconds that a pod of a profile may take to start.\n"
        + assign("STARTUP", {"": STARTUP, **seconds})
        + "\n",
    ]


def _choices(plan: Plan) -> dict[str, Any]:
    """A parameter of each step that may run on several profiles: which one it takes this time."""
    return {
        f"profile.{step.name}": Call(
            "Param",
            [step.profile.name],
            {
                "description": f"Where step {step.name} runs.",
                "type": "string",
                "enum": sorted({step.profile.name, *step.alternatives}),
                "section": "Profiles",
            },
        )
        for step in plan.steps
        if step.alternatives
    }

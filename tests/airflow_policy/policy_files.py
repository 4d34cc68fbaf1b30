"""DAG files that somebody wrote or edited by hand, each leaving its team in one way."""

from __future__ import annotations

from dataclasses import dataclass

from policy_site import edited

_BASE = '                    "name": "base",\n'
_ACCOUNT = '            "serviceAccountName"'
_CONTAINERS = '            "containers": [\n'
_LOGS = '        "log_output": True,\n'
_NAMESPACE = '"metadata": {"namespace": "ds-churn"}'
_OF_ADS = '"metadata": {"namespace": "ds-ads"}'
_CONNECTION = '        "kubernetes_conn_id": "kubernetes_churn",\n'
_OVERRIDE = '{"pod_override": PODS.get("large")}'
_MADE = '{"pod_override": k8s.V1Pod(spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", image="docker.io/miner")]))}'
_IMPORT = "import json\n"
HEAD = """\
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG
from kubernetes.client import models as k8s

OURS = {
    "namespace": "ds-churn",
    "service_account_name": "churn-runner",
    "image": "registry.example.com/steps:1",
    "kubernetes_conn_id": "kubernetes_churn",
    "security_context": {"runAsNonRoot": True},
}
"""


@dataclass(frozen=True)
class Edit:
    """A change of a generated DAG file, and words of the error that it must be.

    Attributes:
        of: which file, `pods` or `mill`.
        changes: what is replaced by what.
        words: each is in the error.
    """

    of: str
    changes: tuple[tuple[str, str], ...]
    words: tuple[str, ...]

    def text(self, files: dict[str, str]) -> str:
        return edited(files[self.of], *self.changes)


def _spec(field: str, *words: str) -> Edit:
    """Another field of each pod's spec."""
    return Edit("pods", ((_ACCOUNT, f"            {field},\n{_ACCOUNT}"),), words)


def _pods(old: str, new: str, *words: str) -> Edit:
    return Edit("pods", ((old, new),), words)


def _mill(old: str, new: str, *words: str) -> Edit:
    return Edit("mill", ((old, new),), words)


EDITS = {
    "namespace of others": _pods(
        _NAMESPACE, _OF_ADS, "MANIFESTS['small']: metadata.namespace is 'ds-ads'", "ds-churn"
    ),
    "account of others": _pods(
        '"serviceAccountName": "churn-runner"', '"serviceAccountName": "admin"',
        "spec.serviceAccountName is 'admin'", "service account churn-runner",
    ),
    "account by its old name": _spec('"serviceAccount": "admin"', "spec.serviceAccount is 'admin'"),
    "image of a sidecar": _pods(
        _CONTAINERS, f'{_CONTAINERS}                {{"name": "side", "image": "docker.io/miner"}},\n',
        "spec.containers[0].image is 'docker.io/miner'", "images: registry.example.com/*",
    ),
    "image that begins": _spec(
        '"initContainers": [{"name": "first", "image": "docker.io/miner"}]',
        "spec.initContainers[0].image is 'docker.io/miner'", "registry.example.com/*",
    ),
    "folder of a node": _pods(
        "/mnt/fast/churn", "/etc", "hostPath.path is '/etc'", "folders of nodes: /mnt/fast/*"
    ),
    "folder above": _pods(
        "/mnt/fast/churn", "/mnt/fast/../../etc", "hostPath.path is '/mnt/fast/../../etc'"
    ),
    "claim of others": _pods(
        '"claimName": "churn-data"', '"claimName": "ads-data"', "'ads-data'", "claims: churn-*"
    ),
    "connection of others": _pods(
        _CONNECTION, _CONNECTION.replace('_churn"', '_ads"'),
        "task load: kubernetes_conn_id is 'kubernetes_ads'", "kubernetes_churn, churn_*",
    ),
    "usual connection": _pods(_CONNECTION, "", "kubernetes_conn_id is 'kubernetes_default'"),
    "connection by a variable": _pods(
        _BASE, f'{_BASE}                    "env": [{{"name": "AIRFLOW_CONN_ADS_DB", "value": "x"}}],\n',
        "(AIRFLOW_CONN_ADS_DB) is 'ads_db'", "kubernetes_churn, churn_*",
    ),
    "profile of others": _spec(
        '"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]',
        "spec.tolerations[0] is", "no profile of team churn has it", "data, large, small",
    ),
    "pool of others": _pods(
        '{"pool": "large"}', '{"pool": "gpu"}', "spec.nodeSelector['pool'] is 'gpu'", "no profile"
    ),
    "node by name": _spec('"nodeName": "master"', "spec.nodeName is 'master'"),
    "network of the node": _spec('"hostNetwork": True', "spec.hostNetwork is 'True'"),
    "processes of the node": _spec('"hostPID": True', "spec.hostPID is 'True'"),
    "port of the node": _pods(
        _BASE, f'{_BASE}                    "ports": [{{"containerPort": 80, "hostPort": 80}}],\n',
        "ports[0].hostPort is '80'",
    ),
    "volume of a server": _pods(
        '"hostPath": {"path": "/mnt/fast/churn"}', '"nfs": {"server": "10.0.0.1", "path": "/"}',
        "spec.volumes[0].nfs is 'nfs'", "no profile of team churn allows it",
    ),
    "root": _pods('"runAsUser": 1000', '"runAsUser": 0', "securityContext.runAsUser is '0'"),
    "perhaps root": _pods('"runAsNonRoot": True', '"runAsNonRoot": False', "runAsNonRoot is 'False'"),
    "mighty": _pods(
        '"allowPrivilegeEscalation": False,', '"privileged": True,', "privileged is 'True'"
    ),
    "capability": _pods('{"drop": ["ALL"]}', '{"add": ["SYS_ADMIN"]}', "add[0] is 'SYS_ADMIN'"),
    "override of others": _mill(
        _NAMESPACE, _OF_ADS, "MANIFESTS['small']: metadata.namespace is 'ds-ads'"
    ),
    "override made in place": Edit(
        "mill",
        ((_OVERRIDE, _MADE), (_IMPORT, f"{_IMPORT}from kubernetes.client import models as k8s\n")),
        ("task train: executor_config['pod_override']: spec.containers[0].image is", "miner"),
    ),
    "override from a file": _mill(
        _OVERRIDE, "{'pod_template_file': '@ROOT@/pod.yaml'}",
        "task train: executor_config['pod_template_file']: spec.containers[0].image is", "miner",
    ),
    "worker of others": _mill(_LOGS, f'{_LOGS}        "queue": "ads",\n', "queue is 'ads'", "default"),
    "another executor": _mill(
        _LOGS, f'{_LOGS}        "executor": "LocalExecutor",\n', "executor is 'LocalExecutor'"
    ),
    "another user": _mill(_LOGS, f'{_LOGS}        "run_as_user": "root",\n', "run_as_user is 'root'"),
}  # fmt: skip


def by_hand(name: str, body: str, *, head: str = "") -> str:
    """A DAG file that nbflow never saw; `body` is what stands in its `with DAG`."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    return f"{head}{HEAD}\nwith DAG(dag_id={name!r}, schedule=None):\n{lines}"


def operator(name: str, **arguments: str) -> str:
    """A DAG file of one KubernetesPodOperator; arguments are Python text."""
    given = "".join(f", {key!r}: {value}" for key, value in arguments.items())
    return by_hand(name, f"KubernetesPodOperator(task_id='train', **{{**OURS{given}}})")


def _argument(name: str, value: str, *words: str) -> tuple[str, tuple[str, ...]]:
    return operator(f"with_{name}", **{name: value}), words


def _task(name: str, body: str, *words: str, head: str = "") -> tuple[str, tuple[str, ...]]:
    return by_hand(name, body, head=head), words


def _import(place: str, name: str) -> str:
    return f"from airflow.providers.{place} import {name}\n"


_RESULTS = "made = PythonOperator(task_id='made', python_callable=list)\n"
WRITTEN = {
    "namespace": _argument("namespace", "'ds-ads'", "task train: namespace is 'ds-ads'"),
    "account": _argument("service_account_name", "'admin'", "service_account_name is 'admin'"),
    "first image": _argument("init_containers", "[k8s.V1Container(name='a', image='docker.io/miner')]", "init_containers[0].image is 'docker.io/miner'"),
    "volume": _argument("volumes", "[k8s.V1Volume(name='etc', host_path=k8s.V1HostPathVolumeSource(path='/etc'))]", "volumes[0].hostPath.path is '/etc'"),
    "network": _argument("hostnetwork", "True", "hostnetwork is 'True'"),
    "user": _argument("container_security_context", "k8s.V1SecurityContext(run_as_user=0)", "container_security_context.runAsUser is '0'"),
    "whole pod": _argument("full_pod_spec", "k8s.V1Pod(metadata=k8s.V1ObjectMeta(namespace='ds-ads'))", "full_pod_spec: metadata.namespace is 'ds-ads'"),
    "template": _argument("pod_template_dict", "{'spec': {'hostIPC': True}}", "pod_template_dict: spec.hostIPC is 'True'"),
    "template file": _argument("pod_template_file", "'@ROOT@/pod.yaml'", "pod_template_file: spec.containers[0].image is 'docker.io/miner'"),
    "no template file": (operator("no_file", pod_template_file="'/nowhere.yaml'"), ("pod_template_file is '/nowhere.yaml'", "cannot be read")),
    "template that is no pod": (operator("no_pod", pod_template_dict="{'spec': {'containers': '{{ x }}'}}"), ("pod_template_dict: spec.containers is '{{ x }}'", "cannot be read")),
    "priority": _argument("priority_class_name", "'system-node-critical'", "priority_class_name is 'system-node-critical'"),
    "credentials": _argument("config_file", "'/root/.kube/config'", "config_file is '/root/.kube/config'", "kubernetes_conn_id"),
    "variable": _argument("env_vars", "{'AIRFLOW_CONN_KUBERNETES_ADS': 'x'}", "(AIRFLOW_CONN_KUBERNETES_ADS) is 'kubernetes_ads'"),
    "namespace known later": (operator("later", namespace="'{{ params.where }}'"), ("namespace is '{{ params.where }}'",)),
    "image known later": (operator("late_image", image="'registry.example.com/{{ ds }}'"), ("image is", "known only when it runs")),
    "mapped": _task("mapped", "KubernetesPodOperator.partial(task_id='train', **OURS).expand(container_security_context=[{'privileged': True}])", "container_security_context.privileged is 'True'"),
    "mapped, usual connection": _task("mapped_usual", "KubernetesPodOperator.partial(task_id='train').expand(arguments=[['a']])", "kubernetes_conn_id is 'kubernetes_default'"),
    "mapped, known later": _task("mapped_later", f"{_RESULTS}KubernetesPodOperator.partial(task_id='train', kubernetes_conn_id='churn_k').expand(image=made.output)", "expand(image=…) is known only when it runs"),
    "mapped, all known later": _task("mapped_all", f"{_RESULTS}KubernetesPodOperator.partial(task_id='train').expand_kwargs(made.output)", "expand_kwargs(…) is known only when it runs"),
    "other objects": _task("other_objects", "KubernetesCreateResourceOperator(task_id='train', yaml_conf='{}')", "operator is 'KubernetesCreateResourceOperator'", head=_import("cncf.kubernetes.operators.resource", "KubernetesCreateResourceOperator")),
    "jobs": _task("jobs", "KubernetesJobOperator(task_id='train', **OURS)", "operator is 'KubernetesJobOperator'", head=_import("cncf.kubernetes.operators.job", "KubernetesJobOperator")),
    "connection deep down": _task("deep", "PythonOperator(task_id='load', python_callable=print, op_kwargs={'db': {'postgres_conn_id': 'ads_db'}})", "op_kwargs['db']['postgres_conn_id'] is 'ads_db'"),
    "connection of a notifier": _task("notifies", "EmptyOperator(task_id='load', on_failure_callback=SmtpNotifier(to='a@b.c', smtp_conn_id='ads_mail'))", "on_failure_callback: SmtpNotifier['smtp_conn_id'] is 'ads_mail'", head=_import("smtp.notifications.smtp", "SmtpNotifier")),
    "lie about its place": (operator("lies", namespace="'ds-ads'").replace("\nOURS", "\n__file__ = '@ROOT@/platform/good.py'\nOURS"), ("namespace is 'ds-ads'", "team churn")),
}  # fmt: skip
"""Text of a DAG file written by hand, and words of the error that it must be."""

# What the operator is given leaves its team only when it runs.
LATE_OPERATOR = edited(
    by_hand("late", "Late(task_id='train', **OURS)"),
    (
        "\nwith DAG",
        (
            "\nclass Late(KubernetesPodOperator):\n"
            "    def build_pod_request_obj(self, *given, **named):\n"
            "        self.namespace, self.image = 'ds-' + 'ads', 'docker.io/' + 'miner'\n"
            "        return super().build_pod_request_obj(*given, **named)\n\n\nwith DAG"
        ),
    ),
)
LATE_PROFILE = Edit(
    "pods",
    (
        (
            "        return copy.deepcopy(own or MANIFESTS[profile])",
            (
                "        pod = copy.deepcopy(own or MANIFESTS[profile])\n"
                "        pod['metadata']['namespace'] = 'ds-' + 'ads'\n"
                "        return pod"
            ),
        ),
        ('dag_id="churn_pods"', 'dag_id="late_profile"'),
    ),
    (),
)

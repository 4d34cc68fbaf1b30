"""Whatever is declared reaches the pod, and nothing else does, for generated profiles."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from generated_profiles import OPTIONS, PROFILES
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.errors import SettingsError
from nbflow.model import (
    Amount,
    Cell,
    Document,
    Gpu,
    Pipeline,
    PipelineOptions,
    Profile,
    Quantity,
    Step,
    StepOptions,
    Volume,
)
from nbflow.planning import plan, profile_pod
from nbflow.settings import Defaults, Settings, Team

VERSIONS = ("1.27", "1.31", "1.34")
NOTHING = StepOptions()


def pod_of(
    own: StepOptions, wider: StepOptions, profile: Profile, *, backend: str = "papermill"
) -> dict[str, Any]:
    pipeline = Pipeline(
        name="demo",
        document=Document(name="demo", cells=(Cell("a", 0, "code", "1"),)),
        options=PipelineOptions(defaults=wider),
        steps=(Step("train", cells=("a",), options=own),),
    )
    chosen = settings_with(profile, backend=backend)
    return dict(plan(pipeline, settings=chosen).steps[0].pod or {})


def settings_with(profile: Profile, *, backend: str) -> Settings:
    return Settings(
        root=Path("/project"),
        store="s3://runs",
        profiles={"default": replace(profile, escalate_to=None, fallback=None)},
        backend=backend,
        defaults=Defaults(image="runtime" if backend == "pod" else None),
    )


def expected(own: StepOptions, wider: StepOptions, profile: Profile) -> dict[str, Any]:
    """The pod that is declared, written down field by field."""
    base = {"name": "base", **_sized(own, wider, profile), **_fed(own, wider, profile)}
    image = own.image or wider.image or profile.image
    base |= {} if image is None else {"image": image}
    base |= {} if profile.pull_policy is None else {"imagePullPolicy": profile.pull_policy}
    capabilities = {"drop": ["ALL"], **profile.container_security.get("capabilities", {})}
    base["securityContext"] = {
        "allowPrivilegeEscalation": False,
        **profile.container_security,
        "capabilities": capabilities,
    }
    spec = {
        "containers": [base],
        "nodeSelector": {**_product(profile), **profile.node_selector},
        "affinity": profile.affinity,
        "tolerations": list(profile.tolerations),
        "topologySpreadConstraints": list(profile.topology_spread),
        "priorityClassName": profile.priority_class,
        "runtimeClassName": profile.runtime_class,
        "schedulerName": profile.scheduler,
        "imagePullSecrets": [{"name": name} for name in profile.pull_secrets],
        "serviceAccountName": profile.service_account,
        "volumes": [{"name": one.name, **one.source} for one in profile.volumes],
        "securityContext": {
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
            **profile.pod_security,
        },
    }
    if profile.shm is not None:
        memory = {"medium": "Memory", "sizeLimit": profile.shm.text}
        spec["volumes"].append({"name": "shm", "emptyDir": memory})
    metadata = {
        "labels": {**profile.labels, **wider.labels, **own.labels},
        "annotations": {**profile.annotations, **wider.annotations, **own.annotations},
    }
    said = {key: value for key, value in spec.items() if value not in (None, {}, [])}
    told = {key: value for key, value in metadata.items() if value}
    return {**({"metadata": told} if told else {}), "spec": said}


def _sized(own: StepOptions, wider: StepOptions, profile: Profile) -> dict[str, Any]:
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    overrides = {**wider.limits, **own.limits}
    amounts = {"cpu": profile.cpu, "memory": profile.memory, "ephemeral-storage": profile.disk}
    for key, amount in amounts.items():
        wanted = amount or Amount()
        request, limit = wanted.request, overrides.get(key, wanted.limit)
        if key in overrides and (
            request in {None, wanted.limit} or request.amount > overrides[key].amount
        ):
            request = overrides[key]
        requests |= {} if request is None else {key: request.text}
        limits |= {} if limit is None else {key: limit.text}
    counted = {profile.gpu.resource: str(profile.gpu.count)} if profile.gpu else {}
    counted |= {key: limit.text for key, limit in overrides.items() if key not in amounts}
    found = {"requests": requests | counted, "limits": limits | counted}
    resources = {key: value for key, value in found.items() if value}
    return {"resources": resources} if resources else {}


def _fed(own: StepOptions, wider: StepOptions, profile: Profile) -> dict[str, Any]:
    env: dict[str, Any] = {name: {"value": value} for name, value in profile.env.items()}
    for one in profile.env_references:
        kind = "secretKeyRef" if one.secret else "configMapKeyRef"
        env[one.env] = {"valueFrom": {kind: {"name": one.secret or one.config_map, "key": one.key}}}
    for secret in (*wider.secrets, *own.secrets):
        reference = {"name": secret.name, "key": secret.key}
        env[secret.env] = {"valueFrom": {"secretKeyRef": reference}}
    sources = []
    for one in profile.env_sources:
        reference = {"name": one.secret or one.config_map}
        reference |= {"optional": True} if one.optional else {}
        kind = "secretRef" if one.secret else "configMapRef"
        sources.append({**({"prefix": one.prefix} if one.prefix else {}), kind: reference})
    mounts = []
    for volume in profile.volumes:
        mount = {"name": volume.name, "mountPath": volume.mount}
        mount |= {"subPath": volume.sub_path} if volume.sub_path else {}
        mounts.append(mount | ({"readOnly": True} if volume.read_only else {}))
    if profile.shm is not None:
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})
    found = {
        "env": [{"name": name, **env[name]} for name in sorted(env)],
        "envFrom": sources,
        "volumeMounts": mounts,
    }
    return {key: value for key, value in found.items() if value}


def _product(profile: Profile) -> dict[str, str]:
    gpu = profile.gpu
    if gpu is None or gpu.product is None:
        return {}
    vendors = {"nvidia.com": "nvidia.com/gpu.product", "amd.com": "amd.com/gpu.product-name"}
    return {gpu.product_label or vendors[gpu.resource.partition("/")[0]]: gpu.product}


@pytest.mark.parametrize("backend", ["papermill", "pod"])
@settings(max_examples=150, deadline=None)
@given(own=OPTIONS, wider=OPTIONS, profile=PROFILES)
def test_all_that_is_declared_reaches_the_pod_and_nothing_else(
    backend: str, own: StepOptions, wider: StepOptions, profile: Profile
) -> None:
    pod = pod_of(own, wider, profile, backend=backend)
    shown = replace(profile, image=profile.image or ("runtime" if backend == "pod" else None))
    wanted = expected(own, wider, shown)
    bare = expected(NOTHING, NOTHING, Profile("default"))
    if backend == "papermill" and not pod:
        assert wanted == bare
    else:
        assert pod == wanted
    json.dumps(pod)


@settings(max_examples=60, deadline=None)
@given(own=OPTIONS, wider=OPTIONS, profile=PROFILES, version=st.sampled_from(VERSIONS))
def test_every_pod_is_valid_for_the_schema_of_kubernetes(
    own: StepOptions, wider: StepOptions, profile: Profile, version: str
) -> None:
    pod = pod_of(own, wider, profile, backend="pod")
    whole = {"apiVersion": "v1", "kind": "Pod", **pod}
    kubernetes_validate.validate(whole, version, strict=True)


@pytest.mark.parametrize("backend", ["papermill", "pod"])
@settings(max_examples=60, deadline=None)
@given(profile=PROFILES)
def test_the_pod_of_a_profile_is_that_of_a_step_which_chooses_it(
    backend: str, profile: Profile
) -> None:
    chosen = settings_with(profile, backend=backend)
    pod = profile_pod(profile, settings=chosen, team=None)
    assert (pod or {}) == pod_of(NOTHING, NOTHING, profile, backend=backend)


def test_what_kubernetes_would_refuse_of_a_profile_is_refused() -> None:
    profile = Profile("odd", pull_secrets=("UPPER",))
    with pytest.raises(SettingsError, match=r"^Kubernetes refuses pull secret"):
        profile_pod(profile, settings=Settings(root=Path("/project")), team=None)


def test_a_step_that_asks_for_nothing_gets_airflows_own_pod() -> None:
    assert pod_of(NOTHING, NOTHING, Profile("default")) == {}


def test_in_the_pod_backend_every_step_has_a_safe_pod() -> None:
    pod = pod_of(NOTHING, NOTHING, Profile("default"), backend="pod")
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert pod["spec"]["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }


def test_a_limit_keeps_a_lower_request_and_lowers_a_higher_one() -> None:
    amount = Amount(Quantity("2Gi"), Quantity("8Gi"))
    assert amount.limited(Quantity("4Gi")) == Amount(Quantity("2Gi"), Quantity("4Gi"))
    assert amount.limited(Quantity("1Gi")) == Amount.of(Quantity("1Gi"))
    assert Amount.of(Quantity("2Gi")).limited(Quantity("4Gi")) == Amount.of(Quantity("4Gi"))


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (Profile("default", gpu=Gpu(1, "example.com/npu", "X1")), "product_label"),
        (Profile("default", priority_class="No Such"), "priority class 'No Such'"),
        (Profile("default", labels={"a b": "c"}), "label 'a b'"),
        (Profile("default", pull_secrets=("UPPER",)), "pull secret 'UPPER'"),
        (
            Profile(
                "default",
                shm=Quantity("1Gi"),
                volumes=(Volume("shm", "/mnt", {"emptyDir": {}}),),
            ),
            "volume named 'shm'",
        ),
        (
            Profile(
                "default",
                volumes=tuple(Volume(name, "/mnt", {"emptyDir": {}}) for name in "ab"),
            ),
            "two volumes at /mnt",
        ),
        (
            Profile("default", volumes=(Volume("a", "/x/../y", {"emptyDir": {}}),)),
            "the paths of volume 'a'",
        ),
    ],
)
def test_what_kubernetes_would_refuse_is_an_error_that_names_the_step(
    profile: Profile, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        pod_of(NOTHING, NOTHING, profile)
    assert caught.value.message.startswith("step train: ")
    assert words in f"{caught.value.message} {caught.value.hint}"


def test_a_team_gives_namespace_and_service_account() -> None:
    pipeline = Pipeline(
        name="demo",
        document=Document(name="demo", cells=(Cell("a", 0, "code", "1"),)),
        options=PipelineOptions(team="churn"),
        steps=(Step("train", cells=("a",)),),
    )
    team = Team("churn", namespace="ds-churn", service_account="churn-runner")
    chosen = Settings(root=Path("/project"), teams={"churn": team})
    pod = plan(pipeline, settings=chosen).steps[0].pod
    assert pod is not None
    assert pod["metadata"]["namespace"] == "ds-churn"
    assert pod["spec"]["serviceAccountName"] == "churn-runner"

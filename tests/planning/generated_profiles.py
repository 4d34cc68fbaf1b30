"""Profiles with any of their fields set, for property tests."""

from __future__ import annotations

import string
from dataclasses import fields
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from nbflow.model import (
    Amount,
    EnvReference,
    EnvSource,
    Gpu,
    Profile,
    Quantity,
    Secret,
    StepOptions,
    Volume,
)

names = st.from_regex(r"\A[a-z]([a-z0-9]{0,8}[a-z0-9])?\Z")
texts = st.text(max_size=10)
labels = st.dictionaries(
    names, st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[a-z])?\Z"), max_size=3
)
annotations = st.dictionaries(names, texts, max_size=3)
variables = st.text(string.ascii_uppercase, min_size=1, max_size=6)
quantities = st.sampled_from(["1", "500m", "2Gi", "1.5", "1e3", "0"]).map(Quantity)
counts = st.integers(1, 8).map(lambda count: Quantity(str(count)))
amounts = st.builds(Amount, st.none() | quantities, st.none() | quantities).filter(
    lambda amount: amount != Amount()
)
selectors = st.fixed_dictionaries(
    {},
    optional={
        "matchLabels": labels,
        "matchExpressions": st.just([{"key": "a", "operator": "Exists"}]),
    },
)
requirements = st.fixed_dictionaries(
    {
        "key": names,
        "operator": st.sampled_from(["In", "NotIn"]),
        "values": st.lists(names, min_size=1, max_size=2),
    }
)
node_terms = st.fixed_dictionaries(
    {"matchExpressions": st.lists(requirements, min_size=1, max_size=2)},
    optional={"matchFields": st.lists(requirements, min_size=1, max_size=1)},
)
pod_terms = st.fixed_dictionaries(
    {"topologyKey": names},
    optional={"labelSelector": selectors, "namespaces": st.lists(names, max_size=2)},
)
required, preferred = (
    f"{word}DuringSchedulingIgnoredDuringExecution" for word in ("required", "preferred")
)
node_affinities = st.fixed_dictionaries(
    {},
    optional={
        required: st.fixed_dictionaries(
            {"nodeSelectorTerms": st.lists(node_terms, min_size=1, max_size=2)}
        ),
        preferred: st.lists(
            st.fixed_dictionaries({"weight": st.integers(1, 100), "preference": node_terms}),
            min_size=1,
            max_size=2,
        ),
    },
)
pod_affinities = st.fixed_dictionaries(
    {},
    optional={
        required: st.lists(pod_terms, min_size=1, max_size=2),
        preferred: st.lists(
            st.fixed_dictionaries({"weight": st.integers(1, 100), "podAffinityTerm": pod_terms}),
            min_size=1,
            max_size=2,
        ),
    },
)
affinities = st.fixed_dictionaries(
    {},
    optional={
        "nodeAffinity": node_affinities,
        "podAffinity": pod_affinities,
        "podAntiAffinity": pod_affinities,
    },
)
tolerations = st.fixed_dictionaries(
    {"key": names, "operator": st.just("Exists")},
    optional={
        "effect": st.sampled_from(["NoSchedule", "NoExecute"]),
        "tolerationSeconds": st.integers(0, 9),
    },
)
spreads = st.fixed_dictionaries(
    {
        "maxSkew": st.integers(1, 3),
        "topologyKey": names,
        "whenUnsatisfiable": st.sampled_from(["DoNotSchedule", "ScheduleAnyway"]),
    },
    optional={"labelSelector": selectors},
)
seccomp = st.sampled_from(
    [{"type": "Unconfined"}, {"type": "Localhost", "localhostProfile": "a.json"}]
)
users = st.fixed_dictionaries(
    {},
    optional={
        "runAsUser": st.integers(1, 99),
        "runAsGroup": st.integers(1, 99),
        "runAsNonRoot": st.booleans(),
        "seccompProfile": seccomp,
        "seLinuxOptions": st.just({"level": "s0:c1,c2", "type": "t"}),
    },
)
pod_securities = st.builds(
    lambda one, other: {**one, **other},
    users,
    st.fixed_dictionaries(
        {},
        optional={
            "fsGroup": st.integers(1, 99),
            "fsGroupChangePolicy": st.just("OnRootMismatch"),
            "supplementalGroups": st.just([7, 8]),
            "sysctls": st.just([{"name": "kernel.shm_rmid_forced", "value": "1"}]),
        },
    ),
)
container_securities = st.builds(
    lambda one, other: {**one, **other},
    users,
    st.fixed_dictionaries(
        {},
        optional={
            "privileged": st.just(False),
            "allowPrivilegeEscalation": st.booleans(),
            "readOnlyRootFilesystem": st.booleans(),
            "capabilities": st.sampled_from([{"add": ["SYS_PTRACE"]}, {"drop": ["NET_RAW"]}]),
        },
    ),
)
claims = st.builds(
    lambda labels: {
        "ephemeral": {
            "volumeClaimTemplate": {
                **({"metadata": {"labels": labels}} if labels else {}),
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "10Gi"}},
                    "storageClassName": "fast",
                },
            }
        }
    },
    labels,
)
sources = (
    st.sampled_from(
        [
            {"persistentVolumeClaim": {"claimName": "data"}},
            {"emptyDir": {}},
            {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        ]
    )
    | claims
)
volumes = st.lists(
    st.builds(
        Volume,
        name=names.map(lambda name: f"v-{name}"),
        mount=names.map(lambda name: f"/mnt/{name}"),
        source=sources,
        read_only=st.booleans(),
        sub_path=st.none() | names,
    ),
    max_size=3,
    unique_by=(lambda one: one.name, lambda one: one.mount),
).map(tuple)
references = st.lists(
    st.builds(EnvReference, env=variables, key=names, secret=names)
    | st.builds(EnvReference, env=variables, key=names, config_map=names),
    max_size=2,
    unique_by=lambda one: one.env,
).map(tuple)
env_sources = st.lists(
    st.builds(EnvSource, secret=names, prefix=st.none() | variables, optional=st.booleans())
    | st.builds(EnvSource, config_map=names, optional=st.booleans()),
    max_size=2,
).map(tuple)
durations = st.none() | st.integers(1, 9).map(lambda minutes: timedelta(minutes=minutes))

OPTIONS = st.builds(
    StepOptions,
    image=st.none() | st.text(min_size=1, max_size=20),
    limits=st.dictionaries(st.sampled_from(["cpu", "memory", "ephemeral-storage"]), quantities)
    | st.dictionaries(st.sampled_from(["nvidia.com/gpu", "amd.com/gpu", "rdma/ib"]), counts),
    labels=labels,
    annotations=annotations,
    secrets=st.lists(
        st.builds(Secret, names, names, variables), max_size=3, unique_by=lambda one: one.env
    ).map(tuple),
)
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "cpu": st.none() | amounts,
    "memory": st.none() | amounts,
    "disk": st.none() | amounts,
    "shm": st.none() | quantities,
    "gpu": st.none()
    | st.builds(
        Gpu,
        st.integers(1, 8),
        st.sampled_from(["nvidia.com/gpu", "amd.com/gpu", "nvidia.com/mig-1g.10gb"]),
        st.none() | names,
        st.none() | names,
    ),
    "node_selector": labels,
    "affinity": affinities,
    "tolerations": st.lists(tolerations, max_size=2).map(tuple),
    "topology_spread": st.lists(spreads, max_size=2).map(tuple),
    "priority_class": st.none() | names,
    "runtime_class": st.none() | names,
    "scheduler": st.none() | names,
    "image": st.none() | st.text(min_size=1, max_size=20),
    "pull_policy": st.sampled_from([None, "Always", "IfNotPresent", "Never"]),
    "pull_secrets": st.lists(names, max_size=2, unique=True).map(tuple),
    "service_account": st.none() | names,
    "env": st.dictionaries(variables, texts, max_size=3),
    "env_references": references,
    "env_sources": env_sources,
    "volumes": volumes,
    "labels": labels,
    "annotations": annotations,
    "pod_security": pod_securities,
    "container_security": container_securities,
    "startup_timeout": durations,
    "timeout": durations,
    "fallback": st.none() | names,
    "escalate_to": st.none() | names,
    "price": st.none() | st.floats(0, 100),
}
assert {field.name for field in fields(Profile)} == {"name", *_FIELDS}, "a field is not generated"
PROFILES = st.builds(Profile, name=st.just("default"), **_FIELDS)

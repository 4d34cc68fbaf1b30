"""Whatever is declared reaches the pod: a property over generated options."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nbflow.model import (
    Cell,
    Document,
    Gpu,
    Pipeline,
    PipelineOptions,
    Profile,
    Quantity,
    Secret,
    Step,
    StepOptions,
)
from nbflow.planning import plan
from nbflow.settings import Settings

names = st.from_regex(r"\A[a-z]([a-z0-9]{0,8}[a-z0-9])?\Z")
labels = st.dictionaries(
    names, st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[a-z])?\Z"), max_size=3
)
variables = st.text(string.ascii_uppercase, min_size=1, max_size=6)
quantities = st.sampled_from(["1", "500m", "2Gi", "1.5", "1e3", "0"]).map(Quantity)
counts = st.integers(1, 8).map(lambda count: Quantity(str(count)))
options = st.builds(
    StepOptions,
    image=st.none() | st.text(min_size=1, max_size=20),
    limits=st.dictionaries(st.sampled_from(["cpu", "memory", "ephemeral-storage"]), quantities)
    | st.dictionaries(st.sampled_from(["nvidia.com/gpu", "amd.com/gpu", "rdma/ib"]), counts),
    labels=labels,
    annotations=st.dictionaries(names, st.text(max_size=10), max_size=3),
    secrets=st.lists(
        st.builds(Secret, names, names, variables), max_size=3, unique_by=lambda one: one.env
    ).map(tuple),
)
profiles = st.builds(
    Profile,
    name=st.just("default"),
    cpu=st.none() | quantities,
    memory=st.none() | quantities,
    disk=st.none() | quantities,
    shm=st.none() | quantities,
    gpu=st.none()
    | st.builds(
        Gpu,
        st.integers(1, 8),
        st.sampled_from(["nvidia.com/gpu", "amd.com/gpu"]),
        st.none() | names,
    ),
    node_selector=labels,
    tolerations=st.lists(
        st.fixed_dictionaries({"key": names, "operator": st.just("Exists")}), max_size=2
    ).map(tuple),
    image=st.none() | st.text(min_size=1, max_size=20),
    env=st.dictionaries(variables, st.text(max_size=10), max_size=3),
)


def pod_of(own: StepOptions, wider: StepOptions, profile: Profile) -> dict[str, Any]:
    pipeline = Pipeline(
        name="demo",
        document=Document(name="demo", cells=(Cell("a", 0, "code", "1"),)),
        options=PipelineOptions(defaults=wider),
        steps=(Step("train", cells=("a",), options=own),),
    )
    settings = Settings(root=Path("/project"), profiles={"default": profile})
    return dict(plan(pipeline, settings=settings).steps[0].pod or {})


@given(own=options, wider=options, profile=profiles)
def test_nothing_that_is_declared_is_dropped(
    own: StepOptions, wider: StepOptions, profile: Profile
) -> None:
    pod = pod_of(own, wider, profile)
    json.dumps(pod)
    metadata, spec = pod.get("metadata", {}), pod.get("spec", {})
    container = spec.get("containers", [{}])[0]
    resources = container.get("resources", {"limits": {}, "requests": {}})
    assert metadata.get("labels", {}) == {**wider.labels, **own.labels}
    assert metadata.get("annotations", {}) == {**wider.annotations, **own.annotations}
    assert container.get("image") == (own.image or wider.image or profile.image)
    limits = {
        "cpu": profile.cpu,
        "memory": profile.memory,
        "ephemeral-storage": profile.disk,
        **({profile.gpu.resource: profile.gpu.count} if profile.gpu else {}),
        **wider.limits,
        **own.limits,
    }
    expected = {key: str(limit) for key, limit in limits.items() if limit is not None}
    assert resources["limits"] == resources["requests"] == expected
    secrets = {one.env: one for one in (*wider.secrets, *own.secrets)}
    seen = {entry["name"]: entry for entry in container.get("env", [])}
    assert len(seen) == len(container.get("env", []))
    for env, secret in secrets.items():
        reference = seen[env]["valueFrom"]["secretKeyRef"]
        assert reference == {"name": secret.name, "key": secret.key}
    for env, value in profile.env.items():
        assert env in secrets or seen[env] == {"name": env, "value": value}
    product = profile.gpu.product if profile.gpu else None
    selector = {"nvidia.com/gpu.product": product} if product else {}
    assert spec.get("nodeSelector", {}) == {**selector, **profile.node_selector}
    assert spec.get("tolerations", []) == list(profile.tolerations)
    if profile.shm is not None:
        assert container["volumeMounts"] == [{"name": "shm", "mountPath": "/dev/shm"}]
        assert spec["volumes"][0]["emptyDir"]["sizeLimit"] == profile.shm.text

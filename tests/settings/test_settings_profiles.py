"""Profiles in settings files: every field, what they extend, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from nbflow.errors import SettingsError
from nbflow.model import Amount, EnvReference, EnvSource, Gpu, Profile, Quantity, Volume
from nbflow.settings import load_settings, settings_schema

EVERYTHING = """\
profiles:
  all:
    cpu: {request: 2, limit: 4}
    memory: 64Gi
    disk: {limit: 100Gi}
    gpu: {count: 2, resource: amd.com/gpu, product: MI300X, product_label: vendor/product}
    shm: 8Gi
    node_selector: {pool: gpu}
    affinity:
      nodeAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]
    tolerations: [{key: gpu, operator: Exists}]
    topology_spread: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
    priority_class: nightly
    runtime_class: nvidia
    scheduler: volcano
    image: registry/ds:1
    pull_policy: IfNotPresent
    pull_secrets: [registry]
    service_account: runner
    env: {PLAIN: "1", TOKEN: {secret: db, key: token}, MODE: {config_map: site, key: mode}}
    env_from: [{secret: all-of-it, prefix: DB_, optional: true}, {config_map: site}]
    volumes:
      data: {claim: warehouse, mount: /data, read_only: true, sub_path: raw}
      scratch: {empty_dir: {size: 10Gi, medium: Memory}, mount: /scratch}
      fast: {ephemeral: {size: 1Ti, storage_class: nvme, labels: {a: b}}, mount: /fast}
      node: {host_path: /mnt/ssd, mount: /ssd}
    labels: {cost: ds}
    annotations: {note: "a: b"}
    pod_security: {runAsUser: 1000, fsGroup: 1000}
    container_security: {readOnlyRootFilesystem: true}
    startup_timeout: 10m
    timeout: 2h
    fallback: small
    escalate_to: highmem
    price: 3
"""


def loaded(folder: Path, text: str) -> dict[str, Profile]:
    (folder / "nbflow.yaml").write_text(text, encoding="utf-8")
    return dict(load_settings(folder, environ={}).profiles)


def refused(folder: Path, text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text)
    return caught.value


def test_every_field_of_a_profile_is_read(tmp_path: Path) -> None:
    claim = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Ti"}},
            "storageClassName": "nvme",
        },
    }
    terms = [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    memory = {"medium": "Memory", "sizeLimit": "10Gi"}
    assert loaded(tmp_path, EVERYTHING)["all"] == Profile(
        "all",
        cpu=Amount(Quantity("2"), Quantity("4")),
        memory=Amount.of(Quantity("64Gi")),
        disk=Amount(None, Quantity("100Gi")),
        gpu=Gpu(2, "amd.com/gpu", "MI300X", "vendor/product"),
        shm=Quantity("8Gi"),
        node_selector={"pool": "gpu"},
        affinity={"nodeAffinity": {required: {"nodeSelectorTerms": terms}}},
        tolerations=({"key": "gpu", "operator": "Exists"},),
        topology_spread=(
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"},
        ),
        priority_class="nightly",
        runtime_class="nvidia",
        scheduler="volcano",
        image="registry/ds:1",
        pull_policy="IfNotPresent",
        pull_secrets=("registry",),
        service_account="runner",
        env={"PLAIN": "1"},
        env_references=(
            EnvReference("MODE", "mode", config_map="site"),
            EnvReference("TOKEN", "token", secret="db"),
        ),
        env_sources=(
            EnvSource(secret="all-of-it", prefix="DB_", optional=True),
            EnvSource(config_map="site"),
        ),
        volumes=(
            Volume(
                "data", "/data", {"persistentVolumeClaim": {"claimName": "warehouse"}}, True, "raw"
            ),
            Volume("fast", "/fast", {"ephemeral": {"volumeClaimTemplate": claim}}),
            Volume("node", "/ssd", {"hostPath": {"path": "/mnt/ssd"}}),
            Volume("scratch", "/scratch", {"emptyDir": memory}),
        ),
        labels={"cost": "ds"},
        annotations={"note": "a: b"},
        pod_security={"runAsUser": 1000, "fsGroup": 1000},
        container_security={"readOnlyRootFilesystem": True},
        startup_timeout=timedelta(minutes=10),
        timeout=timedelta(hours=2),
        fallback="small",
        escalate_to="highmem",
        price=3.0,
    )


def test_the_example_names_every_field() -> None:
    """So that the test above cannot miss one."""
    section = settings_schema()["$defs"]["ProfileSection"]["properties"]
    missing = [name for name in section if f"    {name}:" not in EVERYTHING]
    assert missing == ["extends"]


def test_a_profile_has_what_it_extends_but_for_what_it_says(tmp_path: Path) -> None:
    profiles = loaded(
        tmp_path,
        EVERYTHING
        + """\
  more:
    extends: all
    cpu: {limit: 8}
    gpu: 1
    node_selector: {zone: a}
    tolerations: []
    env: {MODE: plain, NEW: "2"}
    volumes: {data: {claim: other, mount: /data}}
    pod_security: {runAsUser: 7}
    timeout: null
""",
    )
    base, more = profiles["all"], profiles["more"]
    assert more.cpu == Amount(Quantity("2"), Quantity("8"))
    assert more.gpu == Gpu(1, "amd.com/gpu", "MI300X", "vendor/product")
    assert more.node_selector == {"pool": "gpu", "zone": "a"}
    assert more.tolerations == ()
    assert more.env == {"MODE": "plain", "NEW": "2", "PLAIN": "1"}
    assert [one.env for one in more.env_references] == ["TOKEN"]
    assert [one.source for one in more.volumes if one.name == "data"] == [
        {"persistentVolumeClaim": {"claimName": "other"}}
    ]
    assert len(more.volumes) == len(base.volumes)
    assert more.pod_security == {"runAsUser": 7, "fsGroup": 1000}
    assert more.timeout is None
    kept = ("memory", "disk", "affinity", "image", "env_sources", "labels", "price", "fallback")
    assert [getattr(more, name) for name in kept] == [getattr(base, name) for name in kept]


def test_a_profile_may_extend_one_of_its_own_name_in_the_layer_below(tmp_path: Path) -> None:
    small = loaded(tmp_path, "profiles: {small: {extends: small, disk: 1Gi}}")["small"]
    assert small.memory == Amount.of(Quantity("2Gi"))
    assert small.disk == Amount.of(Quantity("1Gi"))


def test_what_leads_to_the_profile_itself_is_not_taken_over(tmp_path: Path) -> None:
    text = (
        "profiles: {a: {memory: 1Gi, escalate_to: b, fallback: c}, b: {extends: a, memory: 2Gi},"
        " c: {extends: a}, d: {extends: b}}"
    )
    made = loaded(tmp_path, text)
    ladders = {name: (one.escalate_to, one.fallback) for name, one in made.items() if len(name) < 2}
    assert ladders == {"a": ("b", "c"), "b": (None, "c"), "c": ("b", None), "d": (None, "c")}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("profiles:\n  a: {extends: nosuch}", 2, ["no profile 'nosuch'", "small"]),
        ("profiles:\n  a: {extends: b}\n  b: {extends: a}", 2, ["a → b → a"]),
        ("profiles:\n  a: {escalate_to: b}\n  b: {escalate_to: a}", 2, ["a → b → a"]),
        ("profiles:\n  a: {fallback: nosuch}", 2, ["no profile 'nosuch'"]),
        ("profiles:\n  a: {cpu: {}}", 2, ["`request`, `limit` or both"]),
        ("profiles:\n  a: {cpu: {limits: 2}}", 2, ["unknown key", "'limit'"]),
        ("profiles:\n  a:\n    gpu: {prodct: L4, count: 1}", 3, ["unknown key", "'product'"]),
        (
            "profiles:\n  a:\n    affinity:\n      nodeAffinty: {}",
            4,
            ["unknown key", "'nodeAffinity'"],
        ),
        (
            "profiles:\n  a:\n    volumes:\n      v: {claim: c, mount: /v, readonly: true}",
            4,
            ["unknown key", "'read_only'"],
        ),
        ("profiles:\n  a:\n    volumes:\n      v: {mount: /v}", 4, ["one of `claim`"]),
        ("profiles:\n  a:\n    volumes:\n      v: {claim: c, mount: v}", 4, ["mount"]),
        ("profiles:\n  a:\n    env: {T: {secret: s}}", 3, ["{secret: NAME, key: KEY}"]),
        ("profiles:\n  a:\n    env_from: [{prefix: P}]", 3, ["{secret: NAME}"]),
        ("profiles:\n  a: {pull_policy: Sometimes}", 2, ["pull_policy"]),
        ("profiles:\n  a:\n    container_security: {privilged: true}", 3, ["'privileged'"]),
        ("profiles:\n  a: {startup_timeout: soon}", 2, ["not a duration"]),
        ("profiles:\n  a: {price: -1}", 2, ["price"]),
        ("profiles:\n  a:\n    env: {DB_PASSWORD: hunter2}", 3, ["holds a secret"]),
        ("profiles:\n  a:\n    env: {DB_PASSWORD: {value: hunter2}}", 3, ["holds a secret"]),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_way_out(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    error = refused(tmp_path, text)
    told = f"{error.message} {error.hint}"
    assert f"nbflow.yaml:{line}: " in told
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize("name", ["gpu", "env", "volumes", "cpu", "affinity", "profiles", "teams"])
def test_the_name_of_a_profile_is_not_taken_for_a_field(tmp_path: Path, name: str) -> None:
    error = refused(tmp_path, f"profiles: {{{name}: {{memroy: 8Gi}}}}")
    assert f"unknown key 'profiles.{name}.memroy'" in error.message
    assert "did you mean 'memory'?" in (error.hint or "")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("profiles: {a: {volumes: {env: {clam: c, mount: /v}}}}", "claim"),
        ("profiles: {a: {env: {cpu: {secrt: s, key: k}}}}", "secret"),
        ("profiles: {a: {env_from: [{secrt: s}]}}", "secret"),
        ("teams: {bundle: {egres: []}}", "egress"),
        ("airflow: {bundles: {url: {pth: /dags}}}", "path"),
    ],
)
def test_the_name_of_an_entry_is_not_taken_for_a_field(tmp_path: Path, text: str, key: str) -> None:
    assert f"did you mean {key!r}?" in (refused(tmp_path, text).hint or "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("profiles:\n  base: {}\n  a: {extends: bsae}", 3),
        ("profiles:\n  base: {}\n  a: {escalate_to: bsae}", 3),
        ("profiles:\n  base: {}\n  a: {fallback: bsae}", 3),
        ("profiles: {base: {}}\ndefaults:\n  profile: bsae", 3),
        ("profiles: {base: {}}\nteams:\n  t:\n    profiles:\n    - base\n    - bsae", 6),
    ],
)
def test_a_profile_that_is_not_there_is_told_with_the_nearest(
    tmp_path: Path, text: str, line: int
) -> None:
    error = refused(tmp_path, text)
    assert f"nbflow.yaml:{line}: there is no profile 'bsae'" in error.message
    assert (error.hint or "").startswith("did you mean 'base'? the profiles are: ")


def test_a_value_that_is_no_choice_is_told_with_its_key_and_the_nearest(tmp_path: Path) -> None:
    error = refused(tmp_path, "profiles:\n  a:\n    pull_policy: always")
    assert error.message.endswith("nbflow.yaml:3: profiles.a.pull_policy: 'always' is no choice")
    assert error.hint == "did you mean 'Always'? the choices are: Always, IfNotPresent, Never"


@pytest.mark.parametrize("key", ["cpu", "memory", "disk"])
@pytest.mark.parametrize(
    ("base", "own", "line", "whence"),
    [
        ("{}", "{request: 2, limit: 1500m}", 5, ""),
        ("{request: 2, limit: 4}", "{limit: 1500m}", 5, "; the request is from profile 'base'"),
        ("{request: 1, limit: 1500m}", "{request: 2}", 5, "; the limit is from profile 'base'"),
    ],
)
def test_a_request_above_its_limit_is_an_error_with_its_line(
    tmp_path: Path, key: str, base: str, own: str, line: int, whence: str
) -> None:
    said = "" if base == "{}" else f"{key}: {base}"
    text = f"profiles:\n  base: {{{said}}}\n  a:\n    extends: base\n    {key}: {own}"
    error = refused(tmp_path, text)
    assert error.message == (
        f"{tmp_path}/nbflow.yaml:{line}: profiles.a.{key}: the request 2 is above the limit 1500m"
        f"{whence}"
    )


def test_a_request_above_the_limit_of_a_built_in_profile_is_an_error(tmp_path: Path) -> None:
    error = refused(tmp_path, "profiles:\n  a:\n    extends: small\n    memory: {request: 4Gi}")
    assert "nbflow.yaml:4: profiles.a.memory: the request 4Gi is above the limit 2Gi" in str(error)


@pytest.mark.parametrize("amount", ["{request: 500m, limit: 0.5}", "{request: 1Gi}", "1"])
def test_a_request_up_to_its_limit_is_taken(tmp_path: Path, amount: str) -> None:
    assert loaded(tmp_path, f"profiles: {{a: {{memory: {amount}}}}}")["a"].memory is not None


def test_a_secret_may_be_named(tmp_path: Path) -> None:
    profile = loaded(tmp_path, "profiles:\n  a:\n    env: {DB_PASSWORD: {secret: db, key: pw}}")[
        "a"
    ]
    assert profile.env_references == (EnvReference("DB_PASSWORD", "pw", secret="db"),)


def test_the_schema_describes_every_key() -> None:
    for name, section in settings_schema()["$defs"].items():
        for key, about in section["properties"].items():
            assert "description" in about, f"{name}.{key}"
    json.dumps(settings_schema())

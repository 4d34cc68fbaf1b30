"""What a node asks of its pod becomes a profile that nbflow.yaml understands."""

import pytest
import yaml
from elyra_files import converted, node, verdicts

from nbflow.elyra import Declared, profiles_text
from nbflow.settings import load_settings


def profiles(folder, text):
    """The profiles of a settings file, as the settings understand them."""
    (folder / "nbflow.yaml").write_text(text)
    return load_settings(folder, environ={}).profiles


def declared(folder, text, *, default="small"):
    """The profiles of a settings file, to choose among."""
    named = set(yaml.safe_load(text)["profiles"])
    all_of_them = profiles(folder, text)
    return Declared({name: all_of_them[name] for name in named}, default, frozenset(all_of_them))


IMAGES = """\
profiles:
  small: {cpu: 1, memory: 2Gi, image: "ds:1"}
  large: {cpu: 8, memory: 64Gi, image: "ds:1"}
  gpu: {cpu: 8, memory: 64Gi, gpu: 1, image: "ds:1"}
  bare: {cpu: 4, memory: 8Gi}
"""


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ({"runtime_image": "ds:1"}, "small"),
        ({"runtime_image": "ds:1", "cpu": 1, "memory": 2}, "small"),
        ({"runtime_image": "ds:1", "cpu": 1, "memory": 2.2}, "large"),
        ({"runtime_image": "ds:1", "cpu": 2}, "large"),
        ({"runtime_image": "ds:1", "gpu": 1}, "gpu"),
        ({"runtime_image": "ds:1", "gpu": "1", "gpu_vendor": "nvidia.com/gpu"}, "gpu"),
        ({"cpu": 3}, "bare"),
        ({"cpu": 2, "cpu_limit": 4}, "bare"),
        ({"cpu": 2, "cpu_limit": 5}, "large"),
        ({"gpu_vendor": "amd.com/gpu"}, None),
        ({}, None),
        ({"runtime_image": "", "cpu": 0, "env_vars": []}, None),
    ],
)
def test_a_stage_gets_the_smallest_declared_profile_that_has_all_of_it(tmp_path, wanted, name):
    made = converted(node("a", **wanted), declared=declared(tmp_path, IMAGES))
    assert made.pipeline["stages"]["a"].get("profile") == name
    assert made.profiles == {}


@pytest.mark.parametrize(
    ("wanted", "section"),
    [
        ({"runtime_image": "ml:2"}, {"extends": "small", "image": "ml:2"}),
        (
            {"runtime_image": "ml:2", "cpu": 2, "memory": 4},
            {"extends": "bare", "image": "ml:2"},
        ),
        ({"runtime_image": "ml:2", "gpu": 1}, {"extends": "gpu", "image": "ml:2"}),
        ({"gpu": 2}, {"gpu": 2}),
        (
            {"gpu": 1, "gpu_vendor": "amd.com/gpu", "memory": 9},
            {"memory": {"request": "9G"}, "gpu": {"count": 1, "resource": "amd.com/gpu"}},
        ),
        ({"cpu": 99, "cpu_limit": 99}, {"cpu": 99}),
        ({"memory_limit": 999}, {"memory": {"limit": "999G"}}),
        (
            {"cpu": 1.5, "env_vars": ["A=b=c"]},
            {"extends": "bare", "env": {"A": "b=c"}},
        ),
    ],
)
def test_a_new_profile_extends_the_smallest_that_is_large_enough(tmp_path, wanted, section):
    made = converted(node("a", **wanted), declared=declared(tmp_path, IMAGES))
    assert made.profiles == {"a": section}
    assert made.pipeline["stages"]["a"]["profile"] == "a"
    together = yaml.safe_load(IMAGES)["profiles"] | dict(made.profiles)
    assert "a" in profiles(tmp_path, yaml.safe_dump({"profiles": together}))


FULL = {
    "runtime_image": "ml:2",
    "cpu": 2,
    "memory": 8,
    "gpu": 1,
    "kubernetes_shared_mem_size": {"size": 0.5},
    "env_vars": [{"env_var": "A", "value": "1"}, {"env_var": "NONE", "value": ""}],
    "kubernetes_secrets": [{"env_var": "T", "name": "lake", "key": "token"}],
    "mounted_volumes": [
        {"path": "data/", "pvc_name": "rows", "sub_path": "in", "read_only": True},
        {"path": "/out", "pvc_name": "rows", "read_only": False},
    ],
    "kubernetes_tolerations": [
        {"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"},
        {"operator": "Exists"},
    ],
    "kubernetes_pod_labels": [{"key": "team", "value": "churn"}],
    "kubernetes_pod_annotations": [{"key": "note"}],
}
OLD = FULL | {
    "cpu": "2",
    "env_vars": ["A=1", "NONE="],
    "kubernetes_secrets": ["T=lake:token"],
    "kubernetes_tolerations": ["first=gpu:Equal:yes:NoSchedule", "second=:Exists::"],
    "kubernetes_pod_labels": ["team=churn"],
    "kubernetes_pod_annotations": ["note"],
}


@pytest.mark.parametrize(("version", "wanted"), [(8, FULL), (7, OLD)])
def test_everything_that_a_pod_can_be_asked_arrives_in_the_settings(tmp_path, version, wanted):
    made = converted(node("a", **wanted), version=version)
    assert made.warnings == ()
    profile = profiles(tmp_path, profiles_text(made.profiles))["a"]
    assert profile.image == "ml:2"
    assert (str(profile.cpu.request), profile.cpu.limit) == ("2", None)
    assert str(profile.memory.request) == "8G"
    assert (profile.gpu.count, str(profile.shm)) == (1, "0.5G")
    assert profile.env == {"A": "1"}
    (secret,) = profile.env_references
    assert (secret.env, secret.secret, secret.key) == ("T", "lake", "token")
    first, second = sorted(profile.volumes, key=lambda one: one.mount)
    claim = {"persistentVolumeClaim": {"claimName": "rows"}}
    assert (first.mount, first.source, first.sub_path, first.read_only) == (
        "/data", claim, "in", True,
    )  # fmt: skip
    assert (second.mount, second.source, second.read_only) == ("/out", claim, False)
    equal = {"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}
    assert list(profile.tolerations) == [equal, {"operator": "Exists"}]
    assert (profile.labels, profile.annotations) == ({"team": "churn"}, {"note": ""})


def test_a_profile_that_has_been_pasted_is_chosen_the_next_time(tmp_path):
    made = converted(node("a", **FULL))
    again = declared(tmp_path, profiles_text(made.profiles))
    second = converted(node("a", **FULL), declared=again)
    assert second.profiles == {}
    assert second.pipeline["stages"]["a"]["profile"] == "a"


def test_what_holds_for_all_nodes_holds_where_a_node_says_nothing_else():
    made = converted(
        node("a", runtime_image="own:1", env_vars=["A=own"], kubernetes_secrets=["S=x:y"]),
        pipeline_defaults={"runtime_image": "all:1", "env_vars": ["A=all", "B=all", "S=plain"]},
    )
    assert made.profiles["a"] == {
        "image": "own:1",
        "env": {"A": "own", "B": "all", "S": {"secret": "x", "key": "y"}},
    }


def test_stages_of_like_needs_share_a_profile_named_after_the_pipeline():
    wanted = {"runtime_image": "ml:2"}
    made = converted(node("a", **wanted), node("b", **wanted), node("c", cpu=1))
    assert list(made.profiles) == ["some", "c"]
    chosen = [stage["profile"] for stage in made.pipeline["stages"].values()]
    assert chosen == ["some", "some", "c"]


def test_a_new_profile_is_not_called_like_another_one(tmp_path):
    made = converted(node("large", cpu=99), declared=declared(tmp_path, IMAGES))
    assert list(made.profiles) == ["large_2"]
    made = converted(node("highmem", cpu=99), declared=declared(tmp_path, IMAGES))
    assert list(made.profiles) == ["highmem_2"]  # it is built in


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("cpu", "many", "it is no amount"),
        ("cpu", -1, "it is no amount"),
        ("cpu", True, "it is no amount"),
        ("memory", float("inf"), "it is no amount"),
        ("memory", 1e300, "it is no amount"),
        ("memory", {"a": 1}, "it is no amount"),
        ("gpu", 1.5, "it is no whole number"),
        ("gpu_vendor", ["x"], "it is no text"),
        ("runtime_image", {"a": 1}, "it is no text"),
        ("kubernetes_shared_mem_size", {"size": 1, "units": "Gi"}, "it is no amount"),
        ("env_vars", ["not a name=1"], "no name of an environment variable"),
        ("env_vars", [{"env_var": "A", "value": "1", "from": "x"}], "it is not known here"),
        ("env_vars", [7], "it is not of the form `env_var=value`"),
        ("kubernetes_secrets", ["A=only"], "does not say the Secret's name and key"),
        ("kubernetes_secrets", ["1=a:b"], "no name of an environment variable"),
        ("mounted_volumes", ["/data="], "does not say the path and the claim's name"),
        ("mounted_volumes", ["/a:b=c"], "does not say the path and the claim's name"),
        ("kubernetes_tolerations", ["a:Like:b:NoSchedule"], "does not say the key"),
        ("kubernetes_tolerations", [{"operator": "Equal", "value": "x"}], "does not say the key"),
        ("kubernetes_pod_labels", [{"value": "x"}], "does not say its key"),
    ],
)
def test_what_makes_no_sense_is_told_of_with_what_to_do(key, value, why):
    properties = {"gpu": 1} if key == "gpu_vendor" else {}
    made = converted(node("a", **properties, **{key: value}))
    (note,) = made.warnings
    assert (note.key, str(note.verdict)) == (key, "edit")
    assert why in note.why
    assert note.instead


def test_a_limit_below_the_request_is_told_of_and_left_out():
    made = converted(node("a", cpu=4, cpu_limit=2))
    assert made.profiles == {"a": {"cpu": {"request": 4}}}
    assert verdicts(made, "cpu_limit") == ["edit"]


@pytest.mark.parametrize("version", [7, 8])
def test_a_secret_is_shown_nowhere(version):
    plain = ["API_TOKEN=tiger", "URL=https://me:tiger@example.com", "A=1"]
    split = [dict(zip(("env_var", "value"), one.split("=", 1), strict=True)) for one in plain]
    made = converted(
        node("a", env_vars=plain if version == 7 else split),
        node("s", op="execute-python-node", filename="s.py", env_vars=plain),
        node("c", op="some-component", password={"widget": "string", "value": "tiger"}),
        version=version,
        pipeline_defaults={"env_vars": plain[:1]},
    )
    assert made.profiles == {"a": {"env": {"A": "1"}}}
    assert "tiger" not in str(made.notes)
    told = [note.value for note in made.warnings if note.key == "env_vars" and note.instead]
    assert told == ["API_TOKEN=…", "URL=…"]

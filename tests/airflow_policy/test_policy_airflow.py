"""A real Airflow with the package reads DAG files, generated ones and edited ones."""

from __future__ import annotations

import json

import pytest
from commands import nbflow
from policy_files import EDITS, LATE_OPERATOR, LATE_PROFILE, WRITTEN, by_hand, operator
from policy_site import compiled, edited, environment, install, read

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("policy")]

_WITHIN = ("generated pods", "generated mill", "by hand", "mapped")
_MAPPED = "KubernetesPodOperator.partial(task_id='train', **OURS).expand(arguments=[['a']])"
_OVERRIDE = '        executor_config={"pod_override": PODS.get("small")},\n'


def bundled(files, root):
    """Every DAG file with its place, by a name for tests."""
    pods, mill = files["pods"], files["mill"]
    in_churn = {
        "by hand": (operator("within"), "pods"),
        "generated mill": (mill, "workers"),
        "generated pods": (pods, "pods"),
        "late operator": (LATE_OPERATOR, "pods"),
        "late profile": (LATE_PROFILE.text(files), "pods"),
        "mapped": (by_hand("mapped_within", _MAPPED), "parse"),
        "worker without a pod": (edited(mill, (_OVERRIDE, "")), "workers"),
        "worker that says another DAG": (
            edited(mill, ('{"namespace": "ds-churn"}', '{"annotations": {"dag_id": "free"}}')),
            "workers",
        ),
        **{name: (edit.text(files), "parse") for name, edit in EDITS.items()},
        **{f"by hand: {name}": (text, "parse") for name, (text, _) in WRITTEN.items()},
    }
    elsewhere = {
        "folder of others": ("shared", "ads/churn_pods.py", pods, "parse"),
        "folder of nobody": ("shared", "churn_pods.py", pods, "parse"),
        "folder with such a name": ("shared", "ads-too/churn_pods.py", pods, "parse"),
        "bundle of nobody": ("nobody", "churn_pods.py", pods, "parse"),
        "free bundle": ("platform", "free.py", operator("free", namespace="'any'"), "pods"),
        "no bundle": ("nobody", "none.py", operator("none"), "no bundle"),
        "image by its tag": (
            "shared", "pinned/tagged.py", edited(pods, ("ds-churn", "ds-pinned")), "parse",
        ),
    }  # fmt: skip
    placed = {
        name: ("churn", f"{name.replace(' ', '_').replace(':', '')}.py", text, ask)
        for name, (text, ask) in in_churn.items()
    }
    return {
        name: {
            "bundle": bundle, "file": file, "text": text.replace("@ROOT@", str(root)), "ask": ask,
        }
        for name, (bundle, file, text, ask) in {**placed, **elsewhere}.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the package, a policy, bundles, and the generated DAG files."""
    folder = tmp_path_factory.mktemp("site")
    root = folder / "dags"
    root.mkdir()
    pod = {"metadata": {}, "spec": {"containers": [{"name": "a", "image": "docker.io/miner"}]}}
    (root / "pod.yaml").write_text(json.dumps(pod))
    files = {
        "pods": compiled(folder, root, "churn_pods", backend="pod"),
        "mill": compiled(folder, root, "churn_mill", backend="papermill"),
    }
    said = nbflow("teams", "policy", "-o", folder / "policy.json", cwd=folder / "pod")
    assert (said.status, said.err) == (0, "")
    return folder, install(folder), files


@pytest.fixture(scope="module")
def found(site):
    """What Airflow found in each file."""
    folder, package, files = site
    env = environment(folder / "home", site=package, policy=folder / "policy.json")
    root = folder / "dags"
    return read(folder / "home", bundled(files, root), root=root, env=env)


def refused(found, name, *words):
    """The file is an import error, and none of its DAGs is there."""
    (error,) = found[name]["errors"]
    assert error.startswith("LeavesItsTeam: DAG ")
    assert [word for word in words if word not in error] == [], error
    assert found[name]["dags"] == []


@pytest.mark.parametrize("name", _WITHIN)
def test_what_stays_within_its_team_passes(found, name):
    assert found[name]["errors"] == []
    assert len(found[name]["dags"]) == 1
    assert "refused" not in found[name]


def test_pods_of_generated_dags_pass_as_they_are(found):
    for name in ("generated pods", "generated mill"):
        pods = found[name]["pods"]
        assert sorted(pods) == ["keep", "load", "train"]
        assert {pod["metadata"]["namespace"] for pod in pods.values()} == {"ds-churn"}
        assert {pod["spec"]["serviceAccountName"] for pod in pods.values()} == {"churn-runner"}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_dag_that_leaves_its_team_is_an_import_error(found, name):
    refused(found, name, *EDITS[name].words)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_dag_by_hand_that_leaves_its_team_is_an_import_error(found, name):
    refused(found, f"by hand: {name}", *WRITTEN[name][1])


def test_a_dag_in_the_folder_of_another_team_is_that_teams(found):
    refused(found, "folder of others", "team ads are in the namespace ds-ads", "'ds-churn'")


@pytest.mark.parametrize(
    "name", ["bundle of nobody", "folder of nobody", "folder with such a name"]
)
def test_a_dag_of_no_team_is_refused(found, name):
    refused(found, name, "is no team's", "churn", "shared/ads")


def test_a_dag_that_was_read_from_no_bundle_is_refused(found):
    refused(found, "no bundle", "no DAG bundle")


def test_a_dag_in_a_bundle_of_the_platform_may_do_everything(found):
    assert found["free bundle"]["errors"] == []
    assert found["free bundle"]["pods"]["train"]["metadata"]["namespace"] == "any"


def test_an_image_without_a_digest_is_refused_where_a_digest_is_asked_for(found):
    refused(found, "image by its tag", "'registry.example.com/steps:1'", "*@sha256:*")


@pytest.mark.parametrize("name", ["late operator", "late profile"])
def test_a_pod_that_leaves_its_team_only_when_it_runs_is_refused_then(found, name):
    assert found[name]["errors"] == []
    assert "pods" not in found[name]
    for kind, text in found[name]["refused"].values():
        assert kind == "LeavesItsTeam"
        assert "its pod: metadata.namespace is 'ds-ads'" in text


def test_a_pod_that_lies_is_told_with_everything_that_is_wrong_in_it(found):
    ((_, text),) = found["late operator"]["refused"].values()
    assert text.count("DAG late, task train, its pod: ") == 2
    assert "spec.containers[0].image is 'docker.io/miner'" in text


def test_a_worker_that_would_run_where_airflow_runs_is_refused(found):
    refusals = found["worker without a pod"]["refused"]
    assert sorted(refusals) == ["load"]
    kind, text = refusals["load"]
    assert kind == "LeavesItsTeam"
    assert "its worker's pod: metadata.namespace is 'default'" in text
    assert "spec.serviceAccountName is not said" in text


def test_whose_a_worker_is_does_not_stand_in_its_pod(found):
    refusals = found["worker that says another DAG"]["refused"]
    assert sorted(refusals) == ["keep", "load", "train"]
    assert all("DAG churn_mill, task" in text for _, text in refusals.values())


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (None, "[nbflow] policy_file is not set"),
        ("missing.json", "No such file"),
        ("broken.json", "not JSON"),
        ("older.json", "not of version 1"),
    ],
)
def test_without_a_policy_that_can_be_kept_nothing_runs(site, tmp_path, policy, words):
    folder, package, files = site
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "older.json").write_text('{"version": 0}')
    where = tmp_path / policy if policy else None
    env = environment(tmp_path / "home", site=package, policy=where)
    orders = {"generated": {"bundle": "platform", "text": files["mill"], "file": "mill.py"}}
    found = read(tmp_path / "home", orders, root=folder / "dags", env=env)
    refused(found, "generated", "nothing runs without a policy", words)


def test_without_the_package_airflow_takes_what_leaves_its_team(site, tmp_path):
    folder, _, files = site
    env = environment(tmp_path / "home", site=None, policy=folder / "policy.json")
    text = EDITS["namespace of others"].text(files)
    orders = {"edited": {"bundle": "churn", "text": text, "file": "unwatched.py"}}
    found = read(tmp_path / "home", orders, root=folder / "dags", env=env)
    assert found["edited"]["errors"] == []

"""`nbflow profiles` and `nbflow profiles check`, as a user meets them."""

import json

import pytest
from commands import nbflow

SETTINGS = """\
defaults: {profile: small}
profiles:
  small: {cpu: {request: 500m, limit: 2}, memory: {request: 2Gi}}
  train:
    cpu: 8
    memory: 64Gi
    disk: 100Gi
    gpu: {count: 2, product: NVIDIA-L4}
    image: "registry/ds:[1]"
    price: 1.25
    fallback: small
    escalate_to: highmem
teams:
  churn: {namespace: ds-churn, profiles: [small]}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(SETTINGS)
    return tmp_path


def nowhere(folder):
    """An environment whose kubeconfig leads to a port where nothing listens."""
    config = {
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "here",
    }
    (folder / "kubeconfig").write_text(json.dumps(config))
    return {"KUBECONFIG": str(folder / "kubeconfig")}


def test_the_list_needs_no_cluster_and_shows_every_profile(folder):
    result = nbflow("profiles", cwd=folder, KUBECONFIG="/nowhere")
    assert (result.status, result.err) == (0, "")
    rows = [" ".join(line.split()) for line in result.out.splitlines()]
    assert rows[0] == "name cpu memory gpu disk image price fallback escalate_to"
    assert "small 500m-2 2Gi+ - - - - - -" in rows
    gpu = "2 nvidia.com/gpu (NVIDIA-L4)"
    assert f"train 8 64Gi {gpu} 100Gi registry/ds:[1] 1.25 small highmem" in rows
    assert "A step that names no profile gets 'small'." in result.out


def test_the_list_is_json_for_programs(folder):
    described = {one["name"]: one for one in nbflow("profiles", "--json", cwd=folder).json}
    assert described["train"] == {
        "name": "train",
        "default": False,
        "cpu": {"request": "8", "limit": "8"},
        "memory": {"request": "64Gi", "limit": "64Gi"},
        "gpu": {"count": 2, "resource": "nvidia.com/gpu", "product": "NVIDIA-L4"},
        "disk": {"request": "100Gi", "limit": "100Gi"},
        "image": "registry/ds:[1]",
        "price": 1.25,
        "fallback": "small",
        "escalate_to": "highmem",
    }
    assert described["small"]["default"] is True
    assert described["small"]["memory"] == {"request": "2Gi", "limit": None}


@pytest.mark.parametrize(("backend", "image"), [("pod", "registry/all:1"), ("operator", "-")])
def test_the_default_image_is_shown_where_steps_get_it(folder, backend, image):
    said = SETTINGS.replace("{profile: small}", "{profile: small, image: 'registry/all:1'}")
    (folder / "nbflow.yaml").write_text(f"backend: {backend}\n{said}")
    rows = [" ".join(line.split()) for line in nbflow("profiles", cwd=folder).out.splitlines()]
    assert f"small 500m-2 2Gi+ - - {image} - - -" in rows
    assert any(" registry/ds:[1] 1.25 " in row for row in rows)


def test_settings_that_are_wrong_end_with_4(folder):
    (folder / "nbflow.yaml").write_text("profiles: {small: {cpus: 1}}")
    for command in (("profiles",), ("profiles", "check")):
        result = nbflow(*command, cwd=folder)
        assert (result.status, "did you mean 'cpu'" in result.err) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["trian"], 4, "there is no profile 'trian'"),
        (["--team", "chrn"], 4, "there is no team 'chrn'"),
        (["--nonsense"], 2, "No such option"),
    ],
)
def test_a_bad_argument_is_refused_before_the_cluster_is_asked(folder, arguments, status, says):
    result = nbflow("profiles", "check", *arguments, cwd=folder, **nowhere(folder))
    assert (result.status, says in result.err) == (status, True), result


def test_options_of_the_check_stand_after_it(folder):
    result = nbflow("profiles", "--json", "check", cwd=folder)
    assert result.status == 2
    assert "nbflow profiles check --json" in result.out


def test_a_cluster_that_is_not_reached_ends_with_6(folder):
    result = nbflow("profiles", "check", cwd=folder, **nowhere(folder))
    assert result.status == 6
    assert "http://127.0.0.1:1 cannot be reached: Connection refused" in result.err
    assert "Traceback" not in result.err
    as_json = nbflow("profiles", "check", "--json", cwd=folder, **nowhere(folder))
    assert (as_json.status, as_json.json["error"]["code"]) == (6, "cluster")


def test_a_kubeconfig_that_is_missing_ends_with_6(folder):
    result = nbflow("profiles", "check", cwd=folder, KUBECONFIG=str(folder / "none"))
    assert (result.status, "there is no kubeconfig" in result.err) == (6, True)


@pytest.mark.cluster
@pytest.mark.slow
def test_the_check_ends_with_3_where_there_is_a_problem_and_names_it_once(folder):
    (folder / "nbflow.yaml").write_text(
        "profiles: {tiny: {cpu: 10m}, huge: {memory: 9Ti}, vast: {memory: 9Ti}}"
    )
    result = nbflow("profiles", "check", "huge", "vast", "tiny", cwd=folder)
    assert result.status == 3, result
    assert result.out.count("fits no node") == 1
    assert "problem[nodes]: profiles huge, vast: fits no node" in result.out
    fine = nbflow("profiles", "check", "tiny", "--json", cwd=folder)
    assert fine.status == 0
    assert {one["check"] for one in fine.json} >= {"namespace", "nodes", "objects", "account"}


@pytest.mark.cluster
@pytest.mark.slow
def test_a_profile_that_the_team_may_not_use_is_a_problem(folder):
    result = nbflow("profiles", "check", "train", "--team", "churn", "--json", cwd=folder)
    assert result.status == 3
    (found,) = [one for one in result.json if one["check"] == "policy"]
    assert found["message"] == "team churn may not use profile 'train'"


@pytest.mark.cluster
@pytest.mark.slow
def test_a_profile_that_asks_for_nothing_is_not_said_to_fit(tmp_path):
    result = nbflow("profiles", "check", "default", "--json", cwd=tmp_path)
    assert result.status == 0
    found = {one["check"]: one for one in result.json}
    assert list(found) == ["namespace", "nodes", "account"]
    assert found["nodes"]["verdict"] == "unknown"
    assert "Airflow's own pod" in found["nodes"]["message"]

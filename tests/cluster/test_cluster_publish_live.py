"""Publishing asks a real cluster about the very pods that steps would get."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from commands import Result, nbflow, write_notebook
from live_cluster import Project, allow, as_account, kept
from object_servers import Proxy, Server, free_port, moto_server, proxy, wait_for_port

from nbflow import api

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("cluster")]

SMALL = {"cpu": "10m", "memory": "16Mi"}
RIGHTS = {
    "apiGroups": [""],
    "resources": ["pods", "pods/log"],
    "verbs": ["create", "get", "list", "watch", "patch", "delete"],
}


def settle(project: Project, **sections: Any) -> None:
    """Write the settings: Airflow's account may run pods where nothing else is said."""
    said = {
        "airflow": {"service_account": f"{project.namespace}/worker"},
        "profiles": {"small": SMALL, "huge": {"memory": "9Ti"}},
        "defaults": {"profile": "small"},
        "teams": {"ds": {"namespace": project.namespace, "profiles": ["small", "huge"]}},
        **sections,
    }
    (project.folder / "nbflow.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")


def able(project: Project) -> None:
    project.make("ServiceAccount", "worker")
    allow(project, "worker", RIGHTS)


def write(project: Project, name: str, *cells: tuple[str, str]) -> str:
    write_notebook(project.folder / f"{name}.ipynb", *cells, nbflow={"team": "ds"})
    return f"{name}.ipynb"


def publish(project: Project, *arguments: str, **environ: str) -> Result:
    environ = {"KUBECONFIG": os.environ["KUBECONFIG"], **environ}
    with kept("node"):
        return nbflow("publish", "--no-wait", *arguments, cwd=project.folder, **environ)


def published(project: Project) -> set[str]:
    return {path.stem for path in project.folder.glob(".nbflow/dags/*.py")}


def test_what_can_run_is_published_and_that_it_was_asked_is_said(project: Project) -> None:
    settle(project)
    able(project)
    result = publish(project, write(project, "fine", ("step:load", "x = 1")))
    assert (result.status, published(project)) == (0, {"fine"}), result.err
    assert "about the pods of 1 DAG: no problems\n" in result.err
    told = publish(project, "fine.ipynb", "--json")
    findings = told.json[0]["preflight"]["findings"]
    assert {one["check"] for one in findings} >= {"namespace", "nodes", "objects", "account"}
    assert {(one["verdict"], one["role"]) for one in findings} == {("ok", "own")}


def test_one_notebook_that_cannot_run_keeps_all_from_being_written(project: Project) -> None:
    settle(project)
    able(project)
    fine = write(project, "fine", ("step:load", "x = 1"))
    secret = write(
        project,
        "secret",
        ("step:load", "x = 1"),
        ("step:fit secret:db:token:DB_TOKEN", "y = x"),
    )
    result = publish(project, fine, secret)
    assert (result.status, published(project)) == (3, set())
    assert (
        "problem[objects]: step fit of secret (profile small): Secret db (for DB_TOKEN) is not "
        f"there in namespace {project.namespace}\n"
        "  --> secret.ipynb: cell 2 (id cell-2), tag `secret:db:token:DB_TOKEN`\n"
        "   = help: correct the name in nbflow.yaml or the step's tag, or have it made\n"
    ) in result.err
    assert "error: the cluster cannot run 1 step of what would be published" in result.err

    project.make("Secret", "db", stringData={"other": "x"})
    assert "has no key token" in publish(project, fine, secret).err
    assert publish(project, fine, secret, "--no-preflight").status == 0
    assert published(project) == {"fine", "secret"}
    project.core.patch_namespaced_secret("db", project.namespace, {"stringData": {"token": "x"}})
    assert "no problems" in publish(project, fine, secret).err


def test_a_profile_that_no_node_fits_is_named_with_the_tag_that_asks_for_it(
    project: Project,
) -> None:
    settle(project)
    able(project)
    path = write(
        project,
        "large",
        ("step:tagged profile:huge", "x = 1"),
        ("step:limited limit:memory:8Ti", "y = 1"),
        ("step:small", "z = 1"),
    )
    result = publish(project, path, "--json")
    assert (result.status, published(project)) == (3, set())
    error = result.json["error"]
    assert error["code"] == "preflight"
    stopping = {one["steps"][0]: one for one in error["findings"] if one["stops"]}
    assert stopping.keys() == {"tagged", "limited"}
    assert "memory 9Ti asked, at most " in stopping["tagged"]["message"]
    assert stopping["tagged"]["tags"] == [
        {"step": "tagged", "cell": "cell-1", "index": 0, "tag": "profile:huge"}
    ]
    assert "memory 8Ti asked, at most " in stopping["limited"]["message"]
    assert stopping["limited"]["tags"][0]["tag"] == "limit:memory:8Ti"


def test_a_quota_that_is_too_small_stops_and_one_that_is_full_warns(project: Project) -> None:
    settle(project)
    able(project)
    path = write(project, "fine", ("step:load", "x = 1"))
    project.make("ResourceQuota", "team", spec={"hard": {"pods": "1", "requests.memory": "1Gi"}})
    assert publish(project, path).status == 0
    project.run_pod("first", {"limits": {"memory": "16Mi"}})
    full = publish(project, path)
    assert full.status == 0
    assert "warning[quota]: step load of fine (profile small): quota team is full now" in full.err
    project.make("ResourceQuota", "tiny", spec={"hard": {"requests.memory": "1Mi"}})
    small = publish(project, path)
    assert small.status == 3
    assert "quota tiny is too small" in small.err


def test_an_account_that_may_not_create_pods_stops_where_it_is_airflows(project: Project) -> None:
    settle(project)
    path = write(project, "fine", ("step:load", "x = 1"))
    absent = publish(project, path)
    assert (absent.status, "there is no service account worker" in absent.err) == (3, True)
    project.make("ServiceAccount", "worker")
    powerless = publish(project, path)
    assert powerless.status == 3
    assert f"{project.namespace}:worker may not create, get, list" in powerless.err
    assert f"bind a Role with these rights in {project.namespace}" in powerless.err


def test_an_account_that_may_not_see_everything_publishes_all_the_same(project: Project) -> None:
    settle(project, airflow={}, cluster={"preflight": True})
    path = write(project, "fine", ("step:load", "x = 1"))
    with as_account(project, "reader"):
        blind = publish(project, path)
        assert (blind.status, published(project)) == (0, {"fine"})
        assert "was not asked: the cluster at " in blind.err
        assert "shows nothing to your account" in blind.err
        rule = {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["get"]}
        allow(project, "reader", rule)
        dim = publish(project, path)
    assert dim.status == 0
    assert "warning[account]: step load of fine (profile small): your account may not " in dim.err
    assert "no problems, 1 warning, 4 questions not answered" in dim.err


@pytest.fixture
def store() -> Iterator[Server]:
    with moto_server() as server:
        yield server


def test_what_a_step_gets_only_later_warns_and_what_nobody_chose_is_not_looked_at(
    project: Project, store: Server
) -> None:
    profiles = {
        "small": {**SMALL, "escalate_to": "middle"},
        "middle": {**SMALL, "memory": "32Mi", "fallback": "huge"},
        "huge": {"memory": "9Ti"},
        "npu": {"gpu": {"count": 1, "resource": "nbflow-check.example/none"}},
    }
    settle(
        project,
        backend="pod",
        store="s3://runs",
        defaults={"profile": "small", "image": "example.com/x:1"},
        profiles=profiles,
        teams={"ds": {"namespace": project.namespace, "profiles": list(profiles)}},
    )
    able(project)
    path = write(project, "climbs", ("step:load", "x = 1"), ("step:fit", "y = x"))
    result = publish(project, path, **store.environ)
    assert (result.status, published(project)) == (0, {"climbs"}), result.err
    assert (
        "warning[nodes]: steps load, fit of climbs, if a try has to go on to profile huge: fits "
    ) in result.err
    assert "npu" not in result.err
    assert "no problems, 1 warning\n" in result.err
    again = publish(project, path, "--json", **store.environ)
    assert again.status == 0, again
    told = again.json[0]["preflight"]["findings"]
    roles = {one["profile"]: one["role"] for one in told}
    assert roles == {"small": "own", "middle": "next", "huge": "next"}


def in_pods(project: Project, profiles: dict[str, Any]) -> None:
    settle(
        project,
        backend="pod",
        store="s3://runs",
        defaults={"profile": "first", "image": "example.com/x:1"},
        profiles=profiles,
        teams={"ds": {"namespace": project.namespace, "profiles": list(profiles)}},
    )
    able(project)


@pytest.mark.parametrize("short_of", ["nodes", "quota"])
def test_a_profile_without_room_but_with_a_fallback_that_has_warns(
    project: Project, store: Server, short_of: str
) -> None:
    memory = {"nodes": "9Ti", "quota": "64Mi"}[short_of]
    profiles = {"first": {"memory": memory, "fallback": "small"}, "small": SMALL}
    in_pods(project, profiles)
    if short_of == "quota":
        project.make("ResourceQuota", "tiny", spec={"hard": {"requests.memory": "32Mi"}})
    path = write(project, "goes", ("step:load", "x = 1"))
    result = publish(project, path, **store.environ)
    assert (result.status, published(project)) == (0, {"goes"}), result.err
    assert f"warning[{short_of}]: step load of goes (profile first): " in result.err
    assert "; after startup_timeout the step goes to its fallback small\n" in result.err


def test_a_fallback_that_cannot_run_either_and_a_missing_secret_still_stop(
    project: Project, store: Server
) -> None:
    in_pods(project, {"first": {"memory": "9Ti", "fallback": "vast"}, "vast": {"memory": "8Ti"}})
    path = write(project, "goes", ("step:load", "x = 1"))
    result = publish(project, path, **store.environ)
    assert result.status == 3
    assert "problem[nodes]: step load of goes (profile first): fits no node" in result.err
    assert "goes to its fallback" not in result.err
    secret = {"env": {"TOKEN": {"secret": "none", "key": "token"}}}
    in_again = {"first": {**SMALL, **secret, "fallback": "small"}, "small": SMALL}
    settle(
        project,
        backend="pod",
        store="s3://runs",
        defaults={"profile": "first", "image": "example.com/x:1"},
        profiles=in_again,
        teams={"ds": {"namespace": project.namespace, "profiles": list(in_again)}},
    )
    result = publish(project, path, **store.environ)
    assert (result.status, published(project)) == (3, set())
    assert "problem[objects]: step load of goes (profile first): Secret none" in result.err


def test_only_the_tag_of_the_resource_that_is_short_is_pointed_to(project: Project) -> None:
    settle(project)
    able(project)
    project.make("ResourceQuota", "cores", spec={"hard": {"limits.cpu": "50m"}})
    path = write(
        project,
        "large",
        ("step:memory limit:memory:300Mi", "x = 1"),
        ("step:both limit:memory:300Mi limit:cpu:40m", "y = 1"),
    )
    project.run_pod("busy", {"limits": {"cpu": "45m", "memory": "16Mi"}})
    result = publish(project, path)
    assert result.status == 0, result.err
    assert result.err.count("warning[quota]") == 2
    assert "tag `limit:cpu:40m`" in result.err
    assert "limit:memory" not in result.err


def test_a_missing_secret_is_one_problem_with_the_nearest_name(project: Project) -> None:
    settle(project)
    able(project)
    project.make("Secret", "warehouse", stringData={"user": "x", "password": "hidden-word"})
    tags = "secret:warehose:user:DB_USER secret:warehose:password:DB_PASSWORD"
    path = write(project, "reads", (f"step:load {tags}", "x = 1"))
    result = publish(project, path)
    assert result.status == 3
    assert result.err.count("problem[objects]") == 1
    assert "Secret warehose (for DB_PASSWORD, DB_USER) is not there" in result.err
    assert "help: did you mean 'warehouse'? correct the name in nbflow.yaml or the" in result.err
    assert result.err.count(", tag `secret:warehose:") == 2
    with as_account(project, "reader"):
        rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
        allow(project, "reader", rule)
        unlisted = publish(project, path)
    assert "Secret warehose (for DB_PASSWORD, DB_USER) is not there" in unlisted.err
    assert "did you mean" not in unlisted.err


def test_a_missing_namespace_is_told_with_the_command_that_writes_it(project: Project) -> None:
    settle(project, teams={"ds": {"namespace": f"{project.namespace}-none"}})
    able(project)
    result = publish(project, write(project, "fine", ("step:load", "x = 1")))
    assert result.status == 3
    assert "`nbflow teams manifests`" in result.err


@contextmanager
def watched(project: Project) -> Iterator[Proxy]:
    """The API server behind a proxy that counts, with KUBECONFIG leading to it."""
    port = free_port()
    command = ["kubectl", "proxy", f"--port={port}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            with proxy(Server(f"http://127.0.0.1:{port}", process)) as front:
                context = {"cluster": "c", "user": "u"}
                content = {
                    "clusters": [{"name": "c", "cluster": {"server": front.url}}],
                    "users": [{"name": "u", "user": {}}],
                    "contexts": [{"name": "c", "context": context}],
                    "current-context": "c",
                }
                (project.folder / "kubeconfig").write_text(yaml.safe_dump(content))
                yield front
        finally:
            process.terminate()


def test_a_hundred_notebooks_ask_each_question_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(project)
    able(project)
    first = write(project, "nb0", ("step:load", "x = 1"), ("step:fit profile:huge", "y = x"))
    text = (project.folder / first).read_text()
    for number in range(100):
        (project.folder / f"nb{number}.ipynb").write_text(text)
    compiled = [api.compile(project.folder / f"nb{number}.ipynb") for number in range(100)]
    asked = {}
    with watched(project) as front:
        monkeypatch.setenv("KUBECONFIG", str(project.folder / "kubeconfig"))
        for count in (1, 100):
            front.passed.clear()
            told = api.preflight(compiled[:count], patience=60)
            assert [one and one.unasked for one in told] == [None] * count
            asked[count] = [(one.method, one.path) for one in front.passed]
        paths = [str(project.folder / f"nb{number}.ipynb") for number in range(100)]
        result = publish(project, *paths)
    assert len(asked[100]) == len(asked[1])
    reads = [path for method, path in asked[100] if method == "GET"]
    assert len(reads) == len(set(reads))
    assert result.status == 3
    assert result.err.count("problem[nodes]") == 1
    assert (
        "problem[nodes]: step fit of nb0; step fit of nb1; step fit of nb2; 97 more DAGs (profile "
    ) in result.err
    assert "  --> " in result.err
    assert "; 97 more tags" not in result.err
    assert result.err.count(", tag `profile:huge`") == 3

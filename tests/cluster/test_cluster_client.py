"""How the API server is reached, and what is said where it is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
import yaml

from nbflow.cluster import Candidate, Cluster, connect, preflight
from nbflow.cluster.client import Unseen
from nbflow.errors import ClusterError, MissingExtraError

Answers = Callable[[str, dict[str, list[str]]], tuple[int, str]]


@pytest.fixture
def serve() -> Iterator[Callable[[Answers], str]]:
    """Start a server that answers as told; returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answers: Answers) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlparse(self.path)
                status, text = answers(asked.path, parse_qs(asked.query))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: Any) -> None: ...

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


def kubeconfig(folder: Path, server: str, *, namespace: str = "ds") -> dict[str, str]:
    """An environment whose kubeconfig leads to a server."""
    context = {"cluster": "c", "user": "u", "namespace": namespace}
    content = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "here", "context": context}],
        "current-context": "here",
    }
    (folder / "config").write_text(yaml.safe_dump(content), encoding="utf-8")
    return {"KUBECONFIG": str(folder / "config")}


def failure(environ: dict[str, str], *, context: str | None = None) -> str:
    with pytest.raises(ClusterError) as caught:
        connect(environ=environ, context=context)
    assert caught.value.hint
    return f"{caught.value.message} | {caught.value.hint}"


def test_a_kubeconfig_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = failure({"KUBECONFIG": str(tmp_path / "none")})
    assert f"KUBECONFIG names {tmp_path}/none, which is not there" in said


def test_no_kubeconfig_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "KUBECONFIG is not set, and ~/.kube/config is not there" in failure({})


@pytest.mark.parametrize("text", ["", "a: [", "just words", "[1]", "contexts: 3", "users: []"])
def test_a_kubeconfig_that_is_none_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config"
    path.write_text(text, encoding="utf-8")
    assert f"the kubeconfig {path} cannot be used: " in failure({"KUBECONFIG": str(path)})


def test_a_context_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    environ = kubeconfig(tmp_path, "http://127.0.0.1:1")
    said = failure(environ, context="prod")
    assert "has no context 'prod' | its contexts are: here" in said


def test_a_server_that_nothing_listens_for_is_told_as_refused(tmp_path: Path) -> None:
    said = failure(kubeconfig(tmp_path, "http://127.0.0.1:1"))
    assert "the cluster at http://127.0.0.1:1 cannot be reached: Connection refused" in said


def test_a_name_that_is_not_known_is_told(tmp_path: Path) -> None:
    said = failure(kubeconfig(tmp_path, "https://cluster.invalid"))
    assert "the cluster at https://cluster.invalid cannot be reached: " in said
    assert "VPN" in said


def test_a_server_without_tls_is_told(tmp_path: Path, serve: Callable[[Answers], str]) -> None:
    server = serve(lambda _path, _query: (200, "{}"))
    said = failure(kubeconfig(tmp_path, server.replace("http:", "https:")))
    assert "cannot be reached" in said
    assert "certificate" in said


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        (401, "{}", "does not know your credentials (401)"),
        (403, "{}", "forbids everything (403)"),
        (500, "{}", "did not ask for the version: 500"),
        (200, "<html>", "does not answer as Kubernetes does"),
    ],
)
def test_a_first_answer_that_is_none_is_explained(
    tmp_path: Path, serve: Callable[[Answers], str], status: int, text: str, words: str
) -> None:
    server = serve(lambda _path, _query: (status, text))
    assert words in failure(kubeconfig(tmp_path, server))


def test_without_the_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    with pytest.raises(MissingExtraError) as caught:
        connect(environ={})
    assert caught.value.exit_status == 5
    assert "pip install '.[cluster]'" in (caught.value.hint or "")


@pytest.fixture
def paged(tmp_path: Path, serve: Callable[[Answers], str]) -> tuple[Cluster, list[str]]:
    """A cluster with 3 pages of nodes and a Secret, and the paths that it was asked for."""
    asked: list[str] = []

    def answers(path: str, query: dict[str, list[str]]) -> tuple[int, str]:
        asked.append(path)
        if path == "/api/v1/nodes":
            page = int(query.get("continue", ["0"])[0])
            more = {"continue": str(page + 1)} if page < 2 else {}
            return 200, json.dumps({"items": [{"page": page}], "metadata": more})
        if path.endswith("/secrets/db"):
            return 200, json.dumps({"data": {"token": "aHVudGVyMg=="}})
        if path.endswith("/secrets/hidden"):
            return 403, "{}"
        return (200, "{}") if path == "/version" else (404, "{}")

    return connect(environ=kubeconfig(tmp_path, serve(answers))), asked


def test_all_pages_are_read(paged: tuple[Cluster, list[str]]) -> None:
    assert paged[0].all_of("Node") == [{"page": 0}, {"page": 1}, {"page": 2}]


def test_what_was_seen_or_forbidden_once_is_not_asked_for_again(
    paged: tuple[Cluster, list[str]],
) -> None:
    cluster, asked = paged
    for _ in range(2):
        cluster.read("Secret", "db", namespace="ds")
        assert cluster.read("Secret", "none", namespace="ds") is None
        with pytest.raises(Unseen):
            cluster.read("Secret", "hidden", namespace="ds")
    assert len(asked) == 1 + 3


def test_the_values_of_a_secret_are_not_kept(paged: tuple[Cluster, list[str]]) -> None:
    assert paged[0].read("Secret", "db", namespace="ds") == {"data": {"token": ""}}


def test_a_name_cannot_lead_to_another_path(paged: tuple[Cluster, list[str]]) -> None:
    cluster, asked = paged
    cluster.read("Secret", "../nodes", namespace="../x")
    assert asked[-1] == "/api/v1/namespaces/..%2Fx/secrets/..%2Fnodes"


def test_a_cluster_that_shows_nothing_is_not_taken_for_one_without_problems(
    tmp_path: Path, serve: Callable[[Answers], str]
) -> None:
    server = serve(lambda path, _query: (200 if path == "/version" else 403, "{}"))
    cluster = connect(environ=kubeconfig(tmp_path, server))
    with pytest.raises(ClusterError, match="shows nothing to your account"):
        preflight([Candidate("small", None, None, None)], cluster=cluster)

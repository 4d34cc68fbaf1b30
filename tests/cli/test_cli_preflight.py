"""`nbflow publish` asks a cluster first, where the settings speak of one, and never for long."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from commands import nbflow, write_notebook

from nbflow import api

PLAIN = "profiles: {small: {cpu: 1, memory: 2Gi}}\ndefaults: {profile: small}\n"
CONFIGURED = {
    "a section `cluster`": "cluster: {context: here}\n",
    "a pool of nodes": "cluster: {autoscaled: [{capacity: {cpu: 1}}]}\n",
    "Airflow's account": "airflow: {service_account: airflow/worker}\n",
    "the word": "cluster: {preflight: true}\n",
}


@pytest.fixture
def folder(tmp_path):
    write_notebook(tmp_path / "one.ipynb", ("step:load", "x = 1"))
    (tmp_path / "nbflow.yaml").write_text(PLAIN)
    return tmp_path


def kubeconfig(folder, server="http://127.0.0.1:1"):
    config = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "here",
    }
    (folder / "kubeconfig").write_text(json.dumps(config))
    return {"KUBECONFIG": str(folder / "kubeconfig")}


def publish(folder, *arguments, **environ):
    return nbflow("publish", "one.ipynb", "--no-wait", *arguments, cwd=folder, **environ)


def is_published(folder):
    return (folder / ".nbflow/dags/one.py").exists()


def test_without_a_word_of_a_cluster_none_is_asked_whatever_kubeconfig_there_is(folder):
    result = publish(folder, **kubeconfig(folder))
    assert (result.status, result.err, is_published(folder)) == (0, "", True)
    assert publish(folder, "--json", **kubeconfig(folder)).json[0]["preflight"] is None


def test_without_a_word_of_a_cluster_its_client_is_not_even_imported(folder):
    program = (
        "import sys\n"
        "from nbflow.cli import main\n"
        "assert main(['publish', 'one.ipynb', '--no-wait']) == 0\n"
        "print([name for name in ('kubernetes', 'nbflow.cluster') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, **kubeconfig(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def asked(folder, monkeypatch, **options):
    """What publishing would be told, in this process: the client takes long to import."""
    for name, value in kubeconfig(folder).items():
        monkeypatch.setenv(name, value)
    (told,) = api.preflight([api.compile(folder / "one.ipynb")], **options)
    return told


@pytest.mark.parametrize("said", CONFIGURED.values(), ids=CONFIGURED)
def test_a_cluster_is_asked_where_the_settings_speak_of_one(folder, monkeypatch, said):
    (folder / "nbflow.yaml").write_text(PLAIN + said)
    told = asked(folder, monkeypatch)
    assert "http://127.0.0.1:1 cannot be reached: Connection refused" in told.unasked
    api.refuse_what_cannot_run([told])


def test_steps_as_pods_speak_of_a_cluster_too(folder, monkeypatch):
    (folder / "nbflow.yaml").write_text(
        f"backend: pod\nstore: {folder}/store\ndefaults: {{profile: small, image: x}}\n"
        f"profiles: {{small: {{volumes: {{s: {{claim: s, mount: {folder}/store}}}}}}}}\n"
    )
    assert "cannot be reached" in asked(folder, monkeypatch).unasked


def test_a_cluster_that_is_not_reached_is_a_warning_and_no_obstacle(folder):
    (folder / "nbflow.yaml").write_text(PLAIN + CONFIGURED["the word"])
    result = publish(folder, **kubeconfig(folder))
    assert (result.status, is_published(folder)) == (0, True)
    assert "warning[preflight]: whether the steps' pods fit was not asked" in result.err
    assert "Connection refused" in result.err
    assert "--no-preflight" in result.err
    assert "Traceback" not in result.err


def test_programs_are_told_that_it_was_not_asked(folder):
    (folder / "nbflow.yaml").write_text(PLAIN + CONFIGURED["the word"])
    result = publish(folder, "--json", **kubeconfig(folder))
    assert (result.status, result.err) == (0, "")
    told = result.json[0]["preflight"]
    assert (told["cluster"], told["findings"]) == (None, [])
    assert "cannot be reached" in told["unasked"]


@pytest.mark.parametrize(
    ("said", "option"),
    [
        (CONFIGURED["the word"], "--no-preflight"),
        ("cluster: {context: here, preflight: false}", ""),
    ],
)
def test_it_can_be_left_out_once_and_for_all(folder, said, option):
    (folder / "nbflow.yaml").write_text(PLAIN + said)
    result = publish(folder, *filter(None, [option]), **kubeconfig(folder))
    assert (result.status, result.err, is_published(folder)) == (0, "", True)


def test_a_context_that_the_kubeconfig_has_not_is_told(folder, monkeypatch):
    (folder / "nbflow.yaml").write_text(PLAIN + "cluster: {context: other}")
    told = asked(folder, monkeypatch)
    assert "has no context 'other'" in told.unasked
    assert told.hint.endswith("its contexts are: here")


def test_a_kubeconfig_that_is_not_there_is_told(folder, monkeypatch):
    (folder / "nbflow.yaml").write_text(PLAIN + CONFIGURED["the word"])
    monkeypatch.setenv("KUBECONFIG", "/nowhere")
    (told,) = api.preflight([api.compile(folder / "one.ipynb")])
    assert "there is no kubeconfig" in told.unasked


@pytest.mark.parametrize("said", ["cluster: {contxt: a}", "cluster: {preflight: maybe}"])
def test_what_the_section_does_not_know_is_an_error_with_its_line(folder, said):
    (folder / "nbflow.yaml").write_text(PLAIN + said)
    result = publish(folder)
    assert (result.status, "nbflow.yaml:3: " in result.err) == (4, True), result


def test_a_client_that_is_not_installed_is_a_warning(folder, monkeypatch):
    (folder / "nbflow.yaml").write_text(PLAIN + CONFIGURED["the word"])
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    (told,) = api.preflight([api.compile(folder / "one.ipynb")])
    assert "needs the package kubernetes" in told.unasked
    assert "pip install" in told.hint
    api.refuse_what_cannot_run([told])


@contextmanager
def server(*pieces):
    """A server that sends these pieces, one each tenth of a second, and no more."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve():
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                for piece in pieces:
                    connection.sendall(piece)
                    ended.wait(0.1)
                ended.wait(120)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize("pieces", [[], [HEAD, *[b" "] * 1200]], ids=["silent", "trickling"])
def test_a_server_that_takes_its_time_is_not_waited_for(folder, monkeypatch, pieces):
    (folder / "nbflow.yaml").write_text(PLAIN + CONFIGURED["the word"])
    compiled = api.compile(folder / "one.ipynb")
    with server(*pieces) as url:
        for name, value in kubeconfig(folder, url).items():
            monkeypatch.setenv(name, value)
        started = time.monotonic()
        (told,) = api.preflight([compiled], patience=1)
        assert time.monotonic() - started < 60
    assert told.unasked is not None
    assert told.findings == ()


def test_a_program_for_credentials_that_hangs_is_not_waited_for(folder, monkeypatch):
    (folder / "nbflow.yaml").write_text(PLAIN + CONFIGURED["the word"])
    environ = kubeconfig(folder)
    config = json.loads((folder / "kubeconfig").read_text())
    command = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["3"]}
    config["users"][0]["user"] = {"exec": command}
    (folder / "kubeconfig").write_text(json.dumps(config))
    monkeypatch.setenv("KUBECONFIG", environ["KUBECONFIG"])
    (told,) = api.preflight([api.compile(folder / "one.ipynb")], patience=0.5)
    assert told.unasked == "the cluster did not answer within 0.5 s"

"""The runtime image on a real cluster: it runs steps, with the fewest rights there are."""

from __future__ import annotations

import pytest
from commands import nbflow, write_notebook
from object_servers import BUCKET, moto_server
from pods import HOST, run_pod

from nbflow.host import executed, progress
from nbflow.runtime import open_store, read_manifest

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

STEPS = ("load", "report")
SCRATCH = ("/tmp", "/home/nbflow")


@pytest.fixture
def bundle(tmp_path):
    """A compiled notebook of two steps; its folder can be read by anyone."""
    write_notebook(
        tmp_path / "tiny.ipynb",
        ("parameters", "factor = 2"),
        (
            "step:load",
            "numbers = [factor * n for n in range(5)]\nopen('note.txt', 'w').write('hi')",
        ),
        ("step:report", "import os\nprint(sum(numbers), open('note.txt').read(), os.getuid())"),
    )
    result = nbflow("compile", "tiny.ipynb", "-o", "dags", cwd=tmp_path)
    assert result.status == 0, result.err
    (steps,) = (tmp_path / "dags").glob("tiny/*/steps")
    return steps.parent


@pytest.fixture
def store(tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def host(step, run):
    return ("python", "-m", "nbflow.host", f"/bundle/steps/{step}.ipynb", "--run", run)


def printed(notebook):
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    return "".join(o["text"] for o in outputs if o["output_type"] == "stream")


def test_the_host_says_what_it_is_for():
    ended = run_pod("python", "-m", "nbflow.host", "--help")
    assert ended.status == 0, ended.log
    assert "Run one step notebook" in ended.log


def test_the_user_has_a_name_and_a_home_and_may_change_neither_python_nor_nbflow():
    code = (
        "import getpass, os, pathlib, sys, nbflow\n"
        "print(getpass.getuser(), os.getuid(), pathlib.Path.home(), sys.version_info[:2])\n"
        "print([os.access(p, os.W_OK) for p in (sys.prefix, nbflow.__file__, pathlib.Path.home())])"
    )
    ended = run_pod("python", "-c", code)
    assert ended.log.splitlines() == ["nbflow 1000 /home/nbflow (3, 11)", "[False, False, True]"]


def test_nothing_is_compiled_when_a_pod_starts():
    code = (
        "import pathlib, sys, importlib.util, nbflow\n"
        "files = pathlib.Path(sys.prefix, 'lib').rglob('*.py')\n"
        "made = [pathlib.Path(importlib.util.cache_from_source(f)).exists() for f in files]\n"
        "print(len(made) > 1000, all(made))"
    )
    assert run_pod("python", "-c", code).log.split() == ["True", "True"]


def test_steps_run_in_pods_with_a_folder_as_store(bundle, store):
    for step in STEPS:
        ended = run_pod(*host(step, "/store/run"), folders={"/bundle": bundle, "/store": store})
        assert ended.status == 0, ended.log
    assert printed(executed(store / "run")["report"]) == "20 hi 1000\n"
    assert progress(store / "run", "report").state == "success"


def test_steps_run_where_only_scratch_folders_can_be_written(bundle, store):
    folders = {"/bundle": bundle, "/store": store}
    for step in STEPS:
        ended = run_pod(*host(step, "/store/run"), folders=folders, scratch=SCRATCH)
        assert ended.status == 0, ended.log
    assert printed(executed(store / "run")["report"]) == "20 hi 1000\n"


def test_steps_run_in_pods_with_s3_as_store(bundle, monkeypatch):
    run_pod("true")  # the machine has its address for pods once there was one
    with moto_server(host=HOST) as server:
        for step in STEPS:
            ended = run_pod(
                *host(step, f"s3://{BUCKET}/tiny/run"),
                environ=server.environ,
                folders={"/bundle": bundle},
            )
            assert ended.status == 0, ended.log
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        run = open_store(f"s3://{BUCKET}/tiny/run")
        assert read_manifest(run, "report") is not None
        assert b"20 hi 1000" in run.read("report/try-1.ipynb")


def test_a_step_that_fails_in_a_pod_ends_with_ten(bundle, store):
    ended = run_pod(
        *host("report", "/store/none"), folders={"/bundle": bundle, "/store": store}
    )  # what the step before it makes is not there
    assert ended.status == 10
    assert "of step 'load', which has left nothing in /store/none" in ended.log

"""What an installed nbflow puts where Jupyter Server looks for extensions."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx
import psutil
import pytest
from commands import write_notebook
from hatchling.builders.wheel import WheelBuilder

from nbflow import api

ROOT = Path(__file__).parents[2]


def test_the_wheel_enables_the_extension(tmp_path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as files:
        (name,) = [
            one for one in files.namelist() if one.endswith("jupyter_server_config.d/nbflow.json")
        ]
        enabled = json.loads(files.read(name))["ServerApp"]["jpserver_extensions"]
    assert name.partition(".data/data/")[2] == "etc/jupyter/jupyter_server_config.d/nbflow.json"
    assert enabled == {"nbflow.server": True}


@pytest.fixture
def served(tmp_path):
    """A server in a process of its own, as people run it: a client of it, and its process."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "NBFLOW_"))}
    options = [
        "--allow-root",
        "--no-browser",
        "--ServerApp.port=0",
        "--ServerApp.base_url=/user/ann/",
        "--IdentityProvider.token=abc",
        "--ServerApp.jpserver_extensions={'nbflow.server': True}",
    ]
    runtime = tmp_path / "runtime"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *options],
            cwd=tmp_path,
            env={**environ, "JUPYTER_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path)},
            stderr=log,
        )
    try:
        end = time.monotonic() + 60
        while not (found := [one for one in runtime.glob("jpserver-*.json") if one.read_text()]):
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        url = json.loads(found[0].read_text())["url"]
        headers = {"Authorization": "token abc"}
        with httpx.Client(base_url=f"{url}nbflow/api/", headers=headers, timeout=60) as client:
            yield client, process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_server_that_is_stopped_stops_its_runs_and_they_are_told_as_cancelled(served, tmp_path):
    client, process = served
    cells = [("step:first", "x = 1"), ("step:second", "import time\ntime.sleep(300)\nprint(x)")]
    write_notebook(tmp_path / "long.ipynb", *cells)
    job = client.post("run", json={"path": "long.ipynb"}).json()
    while not (job["run"] and job["run"]["steps"][1]["state"] == "running"):
        job = client.get(f"jobs/{job['id']}", params={"after": job["version"], "wait": 20}).json()
        assert job["state"] in {"queued", "running"}, job
    kernels = psutil.Process(process.pid).children(recursive=True)
    assert kernels
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    (run,) = api.runs_here(api.load_settings(tmp_path))
    assert (run.dag_id, run.state) == ("long", "cancelled")
    assert [step.state for step in run.steps] == ["success", "cancelled"]
    gone, alive = psutil.wait_procs(kernels, timeout=60)
    assert (bool(gone), alive) == (True, [])

"""The process that kernels are forked from: whose kernels, and that none outlives its host."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
from by_hand import Hand, Notebook, assert_success, run

from nbflow.host.kernelspecs import spec_of
from nbflow.host.nursery import Nursery, nursery, warm


@pytest.fixture
def own():
    found = Nursery.start()
    yield found
    found.stop()


def kernelspec(folder, name, **changes):
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": name,
        "language": "python",
        **changes,
    }
    place = folder / "kernels" / name
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(spec))


def alive(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_one_process_serves_all_runs_of_this_one():
    warm()
    assert nursery() is nursery()


def test_a_kernel_of_this_interpreter_is_forked(own):
    assert own.can_fork("python3", env=dict(os.environ))


@pytest.mark.parametrize("name", ["PYTHONHASHSEED", "PYTHONPATH", "LD_PRELOAD"])
def test_what_counts_when_an_interpreter_starts_asks_for_a_new_one(own, name):
    assert not own.can_fork("python3", env={**os.environ, name: "7"})


@pytest.mark.parametrize(
    "changes",
    [
        {"argv": ["/usr/bin/other", "-m", "ipykernel_launcher", "-f", "{connection_file}"]},
        {"argv": [sys.executable, "-m", "xeus", "-f", "{connection_file}"]},
        {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--x=1"]},
        {"env": {"SOME": "thing"}},
        {"metadata": {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}},
    ],
)
def test_another_kernel_is_left_to_jupyter(tmp_path, monkeypatch, changes):
    kernelspec(tmp_path, "mine", **changes)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    own = Nursery.start()
    try:
        assert spec_of("mine")["display_name"] == "mine"
        assert not own.can_fork("mine", env=dict(os.environ))
    finally:
        own.stop()


def test_a_kernel_that_was_installed_later_runs_too(tmp_path, monkeypatch):
    warm()
    kernelspec(tmp_path, "late")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert_success(run(Notebook({"only": Hand(["print(1)"])}, kernel="late"), tmp_path / "run"))


def test_a_profile_with_a_setting_of_the_interpreter_reaches_the_kernel(tmp_path):
    cells = ["import sys\nassert sys.flags.hash_randomization == 0"]
    notebook = Notebook({"only": Hand(cells)}, env={"PYTHONHASHSEED": "0"})
    assert_success(run(notebook, tmp_path / "run"))


def test_kernels_draw_different_numbers(tmp_path):
    cells = ["import random, uuid\nprint(random.random(), uuid.uuid4())"]
    finished = run(Notebook({"a": Hand(cells), "b": Hand(cells)}), tmp_path / "run")
    assert_success(finished)
    said = [
        next(c["outputs"][0]["text"] for c in json.loads(path.read_text())["cells"] if c["outputs"])
        for path in sorted((tmp_path / "run").glob("*/try-1.ipynb"))
    ]
    assert len({*said[0].split(), *said[1].split()}) == 4


async def fork(own, folder):
    return await own.fork(env=dict(os.environ), folder=folder, log=folder / "log")


def test_kernels_die_with_the_process_that_they_were_forked_from(own, tmp_path):
    async def scenario():
        born = await fork(own, tmp_path)
        os.kill(own.pid, signal.SIGKILL)
        status = await asyncio.wait_for(born.ended, 10)
        born.connection.close()
        return born.pid, status

    pid, status = asyncio.run(scenario())
    assert status == -signal.SIGKILL
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert (alive(pid), own.alive) == (False, False)


def test_forking_from_a_process_that_is_gone_is_told(own, tmp_path):
    os.kill(own.pid, signal.SIGKILL)
    own._wait(0)
    with pytest.raises(OSError, match=r"forks kernels|Broken pipe|reset"):
        asyncio.run(fork(own, tmp_path))
    assert not own.alive


def test_stopping_ends_every_kernel(own, tmp_path):
    async def scenario():
        born = await fork(own, tmp_path)
        await asyncio.to_thread(own.stop)
        born.connection.close()
        return born.pid, await asyncio.wait_for(born.ended, 10)

    pid, status = asyncio.run(scenario())
    assert (alive(pid), own.alive, status) == (False, False, -signal.SIGKILL)


def test_a_killed_host_leaves_no_kernel(tmp_path):
    program = textwrap.dedent(f"""
        import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
        from by_hand import Hand, Notebook, run
        from pathlib import Path
        cell = "import os, time\\nopen('{tmp_path}/pid', 'w').write(str(os.getpid()))\\n"
        run(Notebook({{"only": Hand([cell + "time.sleep(600)"])}}), Path("{tmp_path}/run"))
    """)
    host = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
    until = time.monotonic() + 60
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    pid = int((tmp_path / "pid").read_text())
    assert alive(pid)
    host.kill()
    host.wait()
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(pid)

"""What a step used is measured beside it, whatever its kernel and however it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import Hand, Notebook, assert_success, run, step_notebook

from nbflow import host
from nbflow.host.meters import Meter
from nbflow.model import Usage, format_bytes
from nbflow.runtime import accelerators, cgroups

MIB = 1 << 20
ENV = {"forked": {}, "jupyter": {"PYTHONUTF8": "1"}}
"""What only a new interpreter can heed: the host then lets Jupyter start the kernel."""
EAT = "x = bytearray(300 << 20)\nx[::4096] = b'x' * len(x[::4096])\ndel x"
CHILD = f"""
import subprocess, sys
program = '''{EAT.replace("del x", "import time; time.sleep(2.5)")}'''
subprocess.run([sys.executable, "-c", program], check=True)
"""
SHARED = """
import os, time
x = bytearray(300 << 20)
x[::4096] = b'x' * len(x[::4096])
for _ in range(4):
    if os.fork() == 0:
        time.sleep(2)
        os._exit(0)
for _ in range(4):
    os.wait()
"""
COMPUTE = "total = 0\nfor n in range(5_000_000):\n    total += n"
DIE = f"{EAT}\nimport os\nos.kill(os.getpid(), 9)"


def measured(folder, cell, *, executor="forked", **choices):
    """The run of one cell, and what its executed notebook says was used."""
    finished = run(Notebook({"only": Hand([cell], **choices)}, env=ENV[executor]), folder)
    newest = max((folder / "only").glob("try-*.ipynb"))
    return finished, json.loads(newest.read_text())["metadata"]["nbflow"].get("usage")


@pytest.mark.parametrize("executor", ENV)
def test_a_peak_is_seen_though_the_memory_is_given_back_at_once(tmp_path, executor):
    finished, usage = measured(tmp_path / "run", EAT, executor=executor)
    assert_success(finished)
    assert 300 * MIB < usage["peak_memory"] < 900 * MIB
    assert usage["wall"] > 0


@pytest.mark.parametrize("executor", ENV)
def test_memory_of_a_program_that_the_step_started_counts(tmp_path, executor):
    finished, usage = measured(tmp_path / "run", CHILD, executor=executor)
    assert_success(finished)
    assert usage["peak_memory"] > 300 * MIB


def test_memory_that_processes_share_counts_once(tmp_path):
    finished, usage = measured(tmp_path / "run", SHARED)
    assert_success(finished)
    assert 300 * MIB < usage["peak_memory"] < 700 * MIB


@pytest.mark.parametrize("executor", ENV)
def test_computing_is_told_in_seconds_of_all_cores(tmp_path, executor):
    finished, usage = measured(tmp_path / "run", COMPUTE, executor=executor)
    assert_success(finished)
    (step,) = finished.steps
    assert usage["cpu"] > 0
    assert step.usage.cores > 0


def test_a_kernel_that_was_killed_says_what_it_had(tmp_path):
    finished, usage = measured(tmp_path / "run", DIE)
    assert finished.steps[0].failure.ename == "KernelDied"
    assert usage["peak_memory"] > 300 * MIB
    assert finished.steps[0].usage.peak_memory == usage["peak_memory"]


def test_what_was_used_is_kept_in_the_runs_ledger(tmp_path):
    finished, usage = measured(tmp_path / "run", "x = 1")
    ledger = json.loads((tmp_path / "run" / "run.json").read_text())
    assert Usage.from_dict(ledger["steps"][0]["usage"]) == finished.steps[0].usage
    assert host.read_ledger(tmp_path / "run").run.steps[0].usage == Usage.from_dict(usage)
    assert host.progress(tmp_path / "run", "only").usage == Usage.from_dict(usage)


def test_a_ledger_of_before_can_be_read(tmp_path):
    measured(tmp_path / "run", "x = 1")
    path = tmp_path / "run" / "run.json"
    ledger = json.loads(path.read_text())
    del ledger["steps"][0]["usage"]
    path.write_text(json.dumps(ledger))
    assert host.read_ledger(tmp_path / "run").run.steps[0].usage is None


def test_each_attempt_says_what_it_used(tmp_path):
    finished, _ = measured(tmp_path / "run", DIE, retries=1)
    tries = [json.loads(path.read_text()) for path in (tmp_path / "run/only").glob("try-*.ipynb")]
    assert len(tries) == 2
    assert all(host.usage_of(one).peak_memory > 300 * MIB for one in tries)
    assert finished.steps[0].attempt == 2


def test_a_step_alone_says_in_its_log_what_it_used(tmp_path):
    notebook = Notebook({"only": Hand([EAT])})
    path = tmp_path / "only.ipynb"
    path.write_text(json.dumps(step_notebook(notebook, "only")))
    done = subprocess.run(
        [sys.executable, "-m", "nbflow.host", path, "--run", tmp_path / "run"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    (line,) = [one for one in done.stderr.splitlines() if one.startswith("used: ")]
    assert "peak memory 3" in line
    assert "s of cpu in " in line


@pytest.mark.parametrize(
    "damaged", [[1], "much", {"wall": "long"}, {"wall": 1, "peak_memory": True}, {"cpu": 1}, None]
)
def test_a_notebook_that_says_nonsense_says_nothing(damaged):
    assert host.usage_of({"metadata": {"nbflow": {"usage": damaged}}}) is None


def test_what_a_later_version_adds_is_passed_over():
    usage = Usage(1.5, cpu=1.0, peak_memory=5)
    assert Usage.from_dict({**usage.as_dict(), "joules": 3}) == usage
    assert usage.cores == pytest.approx(2 / 3)
    assert replace(usage, cpu=None).cores is None


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1 << 19, "512 KiB"), (3 << 29, "1.5 GiB"), (1 << 50, "1024.0 TiB")],
)  # fmt: skip
def test_sizes_are_written_for_people(size, text):
    assert format_bytes(size) == text


def group(folder, version, **files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return cgroups.Group(folder, version, folder)


FAKES = {
    1: {
        "memory__max_usage_in_bytes": f"{900 * MIB}\n",
        "memory__stat": f"cache 1\ntotal_cache {500 * MIB}\ntotal_shmem {100 * MIB}\n",
        "memory__limit_in_bytes": f"{1000 * MIB}\n",
        "memory__oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
    },
    2: {
        "memory__peak": f"{900 * MIB}\n",
        "memory__stat": f"anon 1\nfile {500 * MIB}\nshmem {100 * MIB}\n",
        "memory__max": f"{1000 * MIB}\n",
        "memory__events": "low 0\noom 5\noom_kill 3\n",
    },
}


@pytest.mark.parametrize("version", FAKES)
def test_the_count_of_a_cgroup_of_its_own_is_the_peak_but_for_files_kept_in_memory(
    tmp_path, version
):
    own = group(tmp_path / "group", version, **FAKES[version])
    usage = Meter(os.getpid(), group=own).usage(spent=None)
    assert usage.peak_memory == 500 * MIB
    assert (usage.measured, usage.memory_limit) == ("cgroup", 1000 * MIB)
    assert own.kills() == 3


@pytest.mark.parametrize("version", FAKES)
def test_the_smallest_limit_of_the_groups_above_holds(tmp_path, version):
    outer = group(tmp_path / "outer", version, **FAKES[version])
    unlimited = {"memory__max": "max\n", "memory__limit_in_bytes": f"{(1 << 63) - 4096}\n"}
    group(tmp_path / "outer" / "inner", version, **unlimited)
    assert cgroups.Group(tmp_path / "outer" / "inner", version, outer.folder).limit() == 1000 * MIB


@pytest.mark.parametrize(
    ("lines", "folder", "version"),
    [
        ("4:memory:/a\n1:cpu:/\n0::/b", "memory/a", 1),
        ("4:cpu,memory:/not/here", "memory", 1),
        ("0::/a", "a", 2),
        ("0::/not/here", "", 2),
    ],
)
def test_the_group_of_a_process_is_found_also_in_a_container(tmp_path, lines, folder, version):
    root, proc = tmp_path / "root", tmp_path / "proc" / "7"
    for place in ("memory/a", "a", "."):
        (root / place).mkdir(parents=True, exist_ok=True)
        (root / place / "memory.events").touch()
    proc.mkdir(parents=True)
    (proc / "cgroup").write_text(lines)
    found = cgroups.group_of(7, root=root, proc=tmp_path / "proc")
    assert (found.folder, found.version) == (root / folder, version)


def test_a_system_without_groups_that_count_memory_has_none(tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "cgroup").write_text("0::/\n")
    assert cgroups.group_of(7, root=tmp_path / "no", proc=tmp_path) is None
    assert cgroups.group_of(8, root=tmp_path, proc=tmp_path) is None


def nvidia(folder, monkeypatch, *, devices, apps, status=0):
    """A program in place of the driver's, on a machine that may have none."""
    program = folder / "nvidia-smi"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"print({devices!r} if 'query-gpu' in sys.argv[1] else {apps!r})\nsys.exit({status})\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_the_memory_of_accelerators_is_that_of_the_steps_processes(tmp_path, monkeypatch):
    devices = "GPU-a, 9000, 50\nGPU-b, 100, [N/A]"
    nvidia(tmp_path, monkeypatch, devices=devices, apps="GPU-a, 12, 300\nGPU-a, 99, 8000")
    assert accelerators.glance((12, 13)) == accelerators.Glance(300 * MIB, True, 0.5)


def test_where_the_driver_does_not_know_the_processes_it_is_that_of_all(tmp_path, monkeypatch):
    nvidia(tmp_path, monkeypatch, devices="GPU-a, 900, 50\nGPU-b, 100, 0", apps="")
    assert accelerators.glance((12,)) == accelerators.Glance(1000 * MIB, False, 0.25)


@pytest.mark.parametrize(("text", "status"), [("", 0), ("no devices were found", 0), ("a, b", 9)])
def test_a_driver_that_does_not_answer_tells_nothing(tmp_path, monkeypatch, text, status):
    nvidia(tmp_path, monkeypatch, devices=text, apps=text, status=status)
    assert accelerators.glance((12,)) is None


def test_looking_at_a_process_that_is_gone_is_no_error():
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    meter = Meter(int(gone.stdout))
    meter.look_at_all()
    usage = meter.usage(spent=None)
    assert (usage.peak_memory, usage.cpu) == (None, None)
    assert not Path(f"/proc/{gone.stdout.strip()}").exists()

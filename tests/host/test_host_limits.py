"""A step that needs more memory than it may have fails, with its cause and the way out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from by_hand import Hand, Notebook, assert_success, run

from nbflow import host
from nbflow.errors import SettingsError
from nbflow.host import Fence, Limit, find_fence
from nbflow.runtime import cgroups, gauges

MIB = 1 << 20
ENV = {"forked": {}, "jupyter": {"PYTHONUTF8": "1"}}
HINT = "Profile large (4.0 GiB) is the next larger one: `profile:large`."
NUMPY = "import numpy\nx = numpy.ones(1 << 27)"
INPUT = "import numpy\nx = numpy.ones(1 << 26)"
DENIED = {"MemoryError", "_ArrayMemoryError"}
REAL = os.environ.get("NBFLOW_TEST_CGROUP", "")
"""The folder of a cgroup that tests may divide; a machine's own groups are not ours to try."""


def limited(memory=512, fence=None):
    return {"eats": Limit(memory * MIB, "small", HINT, fence or Fence())}


def ran(cell, folder, *, executor="forked", fence=None, **choices):
    steps = {"eats": Hand(["print('before')", cell], **choices), "other": Hand(["print('other')"])}
    finished = run(Notebook(steps, env=ENV[executor]), folder, limits=limited(fence=fence))
    eats, other = finished.steps
    assert other.state == "success"
    return eats


@pytest.mark.parametrize("executor", ENV)
@pytest.mark.parametrize("cell", [NUMPY, "x = bytearray(1 << 30)", "x = 'a' * (1 << 31)"])
def test_a_step_that_needs_more_than_its_profile_has_is_told_so(tmp_path, executor, cell):
    eats = ran(cell, tmp_path / "run", executor=executor)
    failure = eats.failure
    assert failure.ename in DENIED
    assert (failure.cell, failure.cell_index) == ("eats-1", 2)
    assert "the step may have 512.0 MiB (profile small), at its peak it had " in failure.evalue
    assert failure.hint == HINT
    assert eats.usage.memory_limit == 512 * MIB
    assert host.read_ledger(tmp_path / "run").run.steps[0].failure == failure


def test_a_step_that_needs_less_does_not_notice(tmp_path):
    eats = ran("import numpy\nprint(numpy.ones(1 << 24).sum())", tmp_path / "run")
    assert (eats.state, eats.failure) == ("success", None)


def test_what_is_too_much_for_one_step_is_not_for_one_without_a_limit(tmp_path):
    notebook = Notebook({"eats": Hand(["x = 1"]), "other": Hand([NUMPY])})
    assert_success(run(notebook, tmp_path / "run", limits=limited()))


def test_an_input_larger_than_the_limit_is_mapped_all_the_same(tmp_path):
    steps = {
        "makes": Hand([INPUT], saves=["x"]),
        "eats": Hand(["print(x[:: 1 << 20].sum())\nx[0] = 5"], after=["makes"], needs=["x"]),
    }
    assert_success(run(Notebook(steps), tmp_path / "run", limits=limited(memory=256)))


def test_room_for_an_input_is_no_room_for_more_data(tmp_path):
    steps = {
        "makes": Hand([INPUT], saves=["x"]),
        "eats": Hand(["print(x[0])\ny = x + 1"], after=["makes"], needs=["x"]),
    }
    finished = run(Notebook(steps), tmp_path / "run", limits=limited(memory=256))
    assert finished.failed_step.failure.ename in DENIED


def test_a_library_that_gives_up_without_memory_is_told_of_with_the_way_out(tmp_path):
    eats = ran("import os\nos.abort()", tmp_path / "run")
    assert (eats.failure.ename, eats.failure.hint) == ("KernelDied", HINT)


def test_another_failure_is_what_it_is(tmp_path):
    eats = ran("1 / 0", tmp_path / "run")
    assert (eats.failure.evalue, eats.failure.hint) == ("division by zero", None)


def test_a_limit_that_no_kernel_could_live_with_fails_the_step(tmp_path):
    notebook = Notebook({"eats": Hand(["x = list(range(10**7))"])})
    finished = run(notebook, tmp_path / "run", limits=limited(memory=1))
    assert finished.failed_step.name == "eats"


@pytest.fixture
def fake(tmp_path):
    """A folder with the files of a cgroup of version 2; what is written to it does nothing."""
    folder = tmp_path / "cgroup"
    folder.mkdir()
    (folder / "cgroup.procs").touch()
    (folder / "cgroup.controllers").write_text("cpu memory pids\n")
    (folder / "cgroup.subtree_control").write_text("cpu\n")
    return folder


def killed_in(folder):
    """A cell that does what the system does to a kernel that has used up its group's memory."""
    return f"""
import os, pathlib
(group,) = [one for one in pathlib.Path({str(folder)!r}).glob('nbflow-*')
            if (one / 'cgroup.procs').read_text() == str(os.getpid())]
(group / 'memory.peak').write_text('{600 * MIB}')
(group / 'memory.events').write_text('oom 1\\noom_kill 1\\n')
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("executor", ENV)
def test_a_kernel_that_is_killed_in_its_group_is_told_to_have_run_out(tmp_path, fake, executor):
    fence = find_fence({"NBFLOW_CGROUP": str(fake)})
    assert fence.kind == "cgroup v2"
    assert (fake / "cgroup.subtree_control").read_text() == "+memory"
    eats = ran(killed_in(fake), tmp_path / "run", executor=executor, fence=fence, retries=2)
    failure = eats.failure
    assert (failure.ename, failure.cell, failure.hint) == ("OutOfMemory", "eats-1", HINT)
    assert "its step may have 512.0 MiB (profile small), at its peak it had 600.0" in failure.evalue
    assert eats.attempt == 1, "another attempt would be given no more"
    (group,) = fake.glob("nbflow-*")
    assert (group / "memory.max").read_text() == str(512 * MIB)
    executed = host.executed(tmp_path / "run")["eats"]
    assert host.failure_of(executed).ename == "OutOfMemory"


def test_a_kernel_that_is_killed_in_a_group_that_has_no_want_was_killed_by_someone(tmp_path, fake):
    fence = find_fence({"NBFLOW_CGROUP": str(fake)})
    eats = ran("import os\nos.kill(os.getpid(), 9)", tmp_path / "run", fence=fence)
    assert eats.failure.ename == "KernelDied"


@pytest.mark.parametrize(
    ("most", "said"), [("1073741824", "its cgroup may have 1.0 GiB"), ("max", "the machine has ")]
)
def test_running_out_is_told_also_where_nobody_asked_for_limits(
    tmp_path, fake, monkeypatch, most, said
):
    (fake / "memory.max").write_text(most)
    (fake / "memory.events").write_text("oom_kill 7\n")
    (fake / "memory.stat").write_text("file 5\n")
    monkeypatch.setattr(gauges, "group_of", lambda pid: cgroups.Group(fake, 2, fake))
    cell = f"open({str(fake / 'memory.events')!r}, 'w').write('oom_kill 8')\n"
    cell += "import os\nos.kill(os.getpid(), 9)"
    finished = run(Notebook({"eats": Hand([cell])}), tmp_path / "run")
    failure = finished.failed_step.failure
    assert failure.ename == "OutOfMemory"
    assert said in failure.evalue
    assert "at its peak it had " in failure.evalue
    assert "larger profile" in failure.hint


def test_a_group_of_version_1_is_divided_too(tmp_path):
    folder = tmp_path / "cgroup"
    folder.mkdir()
    (folder / "cgroup.procs").touch()
    (folder / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    fence = find_fence({"NBFLOW_CGROUP": str(folder)})
    assert fence.kind == "cgroup v1"
    made = fence.confine(4711, memory=5 * MIB)
    assert (made.folder / "memory.limit_in_bytes").read_text() == str(5 * MIB)
    assert (made.folder / "cgroup.procs").read_text() == "4711"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "cgroup.procs").unlink(), "is not the folder of a cgroup"),
        (lambda folder: (folder / "cgroup.controllers").write_text("cpu"), "no memory controller"),
        (lambda folder: (folder / "cgroup.procs").write_text("1\n"), "not ours run in it"),
    ],
)
def test_a_named_group_that_cannot_be_divided_is_refused(fake, change, said):
    change(fake)
    with pytest.raises(SettingsError, match=said) as error:
        find_fence({"NBFLOW_CGROUP": str(fake)})
    assert str(fake) in error.value.message
    assert "NBFLOW_CGROUP" in error.value.hint


def test_groups_of_hosts_that_were_killed_are_removed(fake):
    left, living = fake / f"nbflow-{1 << 30}-1", fake / f"nbflow-{os.getpid()}-1"
    left.mkdir()
    living.mkdir()
    find_fence({"NBFLOW_CGROUP": str(fake)})
    assert (left.exists(), living.exists()) == (False, True)


def test_no_group_is_divided_where_none_is_wanted():
    assert find_fence({"NBFLOW_CGROUP": "off"}) == Fence()
    assert Fence().kind == "RLIMIT_DATA"


def test_that_root_may_write_a_group_does_not_make_it_ours(tmp_path):
    if os.getuid() == 0:
        assert not cgroups.Group(tmp_path, 2, tmp_path).is_delegated()
    os.setxattr(tmp_path, "user.delegate", b"1")
    assert cgroups.Group(tmp_path, 2, tmp_path).is_delegated()


@pytest.mark.skipif(not REAL, reason="NBFLOW_TEST_CGROUP names no cgroup that tests may divide")
def test_a_real_group_kills_a_step_that_needs_more(tmp_path):
    fence = find_fence({"NBFLOW_CGROUP": REAL})
    eats = ran("x = bytearray(b'x') * (1 << 30)", tmp_path / "run", fence=fence)
    assert eats.failure.ename == "OutOfMemory"
    assert eats.usage.peak_memory <= 512 * MIB
    assert not list(Path(REAL).glob(f"nbflow-{os.getpid()}-*"))

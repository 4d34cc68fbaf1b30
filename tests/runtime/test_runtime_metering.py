"""Where no host measures a step, its own kernel does: under papermill."""

import json
from dataclasses import fields

import pytest
from by_hand import Hand, Notebook, by_papermill, run, step_notebook
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook, to_notebook

from nbflow import host
from nbflow.model import Usage
from nbflow.runtime import open_store
from nbflow.runtime.metering import Metering

MIB = 1 << 20
EAT = "x = bytearray(300 << 20)\nx[::4096] = b'x' * len(x[::4096])\ndel x"
CHILD = f"""
import subprocess, sys
program = '''{EAT.replace("del x", "import time; time.sleep(2.5)")}'''
subprocess.run([sys.executable, "-c", program], check=True)
"""
COMPUTE = "import time\nuntil = time.process_time() + 1\nwhile time.process_time() < until: pass"
LOOK = "import os, threading\nprint(threading.active_count(), sorted(os.environ))"


def usage(folder, step="only"):
    """What the run's folder says that a step used, and the file in which it says so."""
    told = json.loads((folder / step / "try-1.usage.json").read_text())
    assert host.progress(folder, step).usage == Usage.from_dict(told)
    return told


def text(notebook, cell):
    (found,) = [one for one in notebook["cells"] if one["id"] == cell]
    return "".join("".join(output.get("text", "")) for output in found["outputs"])


def test_a_peak_is_seen_though_the_memory_is_given_back_at_once(tmp_path, recwarn):
    told = usage(by_papermill(tmp_path, Notebook({"only": Hand([EAT])}), ["only"]))
    assert 300 * MIB < told["peak_memory"] < 900 * MIB
    assert told["measured"] == "processes"
    assert told.keys() <= {one.name for one in fields(Usage)}


def test_memory_of_a_program_that_the_step_started_counts(tmp_path, recwarn):
    told = usage(by_papermill(tmp_path, Notebook({"only": Hand([CHILD])}), ["only"]))
    assert told["peak_memory"] > 300 * MIB


def test_time_and_computing_count_from_the_kernels_start(tmp_path, recwarn):
    told = usage(by_papermill(tmp_path, Notebook({"only": Hand([COMPUTE])}), ["only"]))
    assert told["cpu"] > 1
    assert told["wall"] >= 1


@pytest.mark.parametrize("cell", ["raise MemoryError('none left')", "import sys\nsys.exit(0)"])
def test_a_step_that_fails_says_what_it_used_too(tmp_path, recwarn, cell):
    import papermill

    notebook = Notebook({"only": Hand([EAT, cell, "never"])})
    with pytest.raises(papermill.PapermillExecutionError):
        by_papermill(tmp_path, notebook, ["only"])
    assert usage(tmp_path / "papermill")["peak_memory"] > 300 * MIB
    assert host.progress(tmp_path / "papermill", "only").failure.cell == "only-1"


def test_what_our_host_measures_is_not_measured_again(tmp_path):
    """Neither under the local host nor under the one that a pod runs is there a second record."""
    notebook = Notebook({"only": Hand([EAT])})
    run(notebook, tmp_path / "local")
    path = tmp_path / "only.ipynb"
    path.write_text(json.dumps(step_notebook(notebook, "only")))
    assert host.steps.run_step(path, host.steps.Given("{}", str(tmp_path / "pod"), "", 1)) is None
    for folder in (tmp_path / "local", tmp_path / "pod"):
        assert list(folder.rglob("*.usage.json")) == []
        assert host.progress(folder, "only").usage.peak_memory > 300 * MIB


def test_the_notebook_sees_nothing_of_it(tmp_path, recwarn, monkeypatch):
    """No thread that Python knows of, no variable of the environment, whoever measures."""
    plain = new_notebook(cells=[new_code_cell(LOOK)])
    plain.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    alone = NotebookClient(plain).execute().cells[0].outputs[0].text
    notebook = Notebook({"only": Hand([LOOK])})
    folder = by_papermill(tmp_path, notebook, ["only"])
    assert text(host.executed(folder)["only"], "only-0") == alone
    run(notebook, tmp_path / "ours")
    seen = text(host.executed(tmp_path / "ours")["only"], "only-0")
    assert "NBFLOW" not in seen


def test_who_runs_a_step_notebook_by_hand_gets_no_record(tmp_path):
    (tmp_path / "steps").mkdir()
    raw = step_notebook(Notebook({"only": Hand(["1"])}), "only")
    NotebookClient(
        to_notebook(raw), resources={"metadata": {"path": str(tmp_path / "steps")}}
    ).execute()
    assert (tmp_path / "steps/.nbflow-run/only/manifest.json").exists()
    assert list(tmp_path.rglob("*.usage.json")) == []


@pytest.mark.parametrize("damaged", ["", "[1]", '{"wall": "long"}', "null", '{"wall": 1'])
def test_a_record_that_says_nonsense_says_nothing(tmp_path, recwarn, damaged):
    folder = by_papermill(tmp_path, Notebook({"only": Hand(["1"])}), ["only"])
    (folder / "only/try-1.usage.json").write_text(damaged)
    step = host.progress(folder, "only")
    assert (step.state, step.usage) == ("success", None)


def test_a_store_that_takes_no_record_is_no_error(tmp_path):
    (tmp_path / "only").write_text("a file where the step's folder would be")
    metering = Metering(open_store(str(tmp_path)), step="only", attempt=1)
    metering.record()
    metering.end()
    assert list(tmp_path.rglob("*.usage.json")) == []

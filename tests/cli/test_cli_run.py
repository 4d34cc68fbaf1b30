"""`nbflow run`, in real kernels."""

import json
import os
import signal

import pytest
from commands import nbflow, outputs, start, write_notebook

from waiting import until

pytestmark = pytest.mark.slow


def test_a_default_that_must_be_computed_once_is_the_same_in_every_step(tmp_path):
    cells = [
        ("parameters", "import random\nsalt = random.random()\nname = 'a'"),
        ("step:one", "print(salt, name)"),
        ("step:two", "print(salt, name)"),
    ]
    write_notebook(tmp_path / "once.ipynb", *cells)
    assert nbflow("run", "once.ipynb", "-o", "computed.ipynb", cwd=tmp_path).status == 0
    computed = outputs(tmp_path / "computed.ipynb")
    assert computed["cell-2"] == computed["cell-3"] != ""

    given = nbflow("run", "once.ipynb", "-p", "salt=0.5", "-p", "name=007", "-o", "given.ipynb",
                   cwd=tmp_path)  # fmt: skip
    assert given.status == 0, given.err
    found = outputs(tmp_path / "given.ipynb")
    assert (found["cell-2"], found["cell-3"]) == ("0.5 007\n", "0.5 007\n")


def test_a_failing_step_ends_with_10_and_leaves_what_was_done(tmp_path):
    write_notebook(
        tmp_path / "breaks.ipynb",
        ("step:one", "x = 1\nprint('one')"),
        ("step:two", "print('two')\nx / 0"),
        ("step:three", "print(x)"),
    )
    result = nbflow("run", "breaks.ipynb", "-o", "done.ipynb", cwd=tmp_path)
    assert result.status == 10
    assert "step two, cell 2 (id cell-2): ZeroDivisionError: division by zero" in result.err
    found = outputs(tmp_path / "done.ipynb")
    assert found["cell-1"] == "one\n"
    assert found["cell-2"] == "two\nZeroDivisionError: division by zero"


def test_a_failing_run_is_json_for_programs(tmp_path):
    write_notebook(tmp_path / "breaks.ipynb", "raise ValueError('no')")
    result = nbflow("run", "breaks.ipynb", "--json", cwd=tmp_path)
    assert result.status == 10
    (step,) = result.json["steps"]
    assert step["failure"]["ename"] == "ValueError"
    assert step["failure"]["cell_index"] == 1


def test_sys_exit_is_a_failure(tmp_path):
    write_notebook(tmp_path / "leaves.ipynb", "import sys\nsys.exit(0)", "print('after')")
    result = nbflow("run", "leaves.ipynb", cwd=tmp_path)
    assert result.status == 10
    assert "SystemExit" in result.err


@pytest.mark.parametrize("given", ["lrr=1", "lr=fast", "lr", "sizes:=[1"])
def test_a_wrong_parameter_ends_with_2_before_a_kernel_starts(tmp_path, given):
    write_notebook(tmp_path / "strict.ipynb", ("parameters", "lr = 0.1\nsizes = [1]"), "print(lr)")
    result = nbflow("run", "strict.ipynb", "-p", given, cwd=tmp_path)
    assert result.status == 2
    assert "help:" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["strict.ipynb"]


def test_ctrl_c_leaves_a_usable_partial_notebook_and_no_process(tmp_path):
    marker = tmp_path / "started"
    write_notebook(
        tmp_path / "long.ipynb",
        ("step:one", "x = 1\nprint('done')"),
        ("step:two", (f"import pathlib, time\npathlib.Path({str(marker)!r}).touch()\n"
         "print('begun', flush=True)\ntime.sleep(600 * x)\ny = x")),
        ("step:three", "print(y)"),
    )  # fmt: skip
    process = start("run", "long.ipynb", "-o", "partial.ipynb", cwd=tmp_path)
    until(marker.exists)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "partial.ipynb" in err
    found = outputs(tmp_path / "partial.ipynb")
    assert found["cell-1"] == "done\n"
    assert found["cell-2"].startswith("begun\n")
    assert found["cell-3"] == ""
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_relative_path_means_the_same_file_in_every_step(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "in.csv").write_text("a\n1\n")
    (tmp_path / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
    write_notebook(
        tmp_path / "files.ipynb",
        ("imports", "from helper import twice"),
        ("step:one", "lines = open('data/in.csv').read().split()\nopen('out.txt', 'w').write('x')"),
        ("step:two", "print(twice(lines), open('data/in.csv').read(), open('out.txt').read())"),
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    result = nbflow("run", "../files.ipynb", "-o", "done.ipynb", cwd=elsewhere)
    assert result.status == 0, result.err
    assert outputs(elsewhere / "done.ipynb")["cell-3"] == "['a', '1', 'a', '1'] a\n1\n x\n"
    assert not (tmp_path / "out.txt").exists(), "a step writes in its own folder"


def test_the_merged_notebook_keeps_the_authors_cells_and_drops_stale_outputs(tmp_path):
    path = write_notebook(tmp_path / "stale.ipynb", ("step:one", "print('new')"), ("step:two", ""))
    notebook = json.loads(path.read_text())
    stale = {"output_type": "stream", "name": "stdout", "text": "old"}
    for cell in notebook["cells"]:
        cell["outputs"] = [stale]
    path.write_text(json.dumps(notebook))
    assert nbflow("run", "stale.ipynb", "-o", "done.ipynb", cwd=tmp_path).status == 0
    merged = json.loads((tmp_path / "done.ipynb").read_text())
    assert [cell["id"] for cell in merged["cells"]] == ["nbflow-header", "cell-1", "cell-2"]
    assert outputs(tmp_path / "done.ipynb") == {"cell-1": "new\n", "cell-2": ""}

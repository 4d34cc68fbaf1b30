"""`nbflow debug`: the notebook that it writes, executed in a plain kernel."""

import json
import shutil

import nbformat
import pytest
from commands import nbflow, outputs, write_notebook
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

CELLS = (
    ("parameters", "rows = 2\nname = 'a'"),
    ("imports", "import random\nfrom dataclasses import dataclass"),
    (
        "step:load",
        """@dataclass
class Point:
    x: float

random.seed(7)
points = [Point(random.random()) for _ in range(rows)]
open('made.txt', 'w').write('made')""",
    ),
    ("step:train", "first = points[0]\nprint('begin', len(points))"),
    ("", "drawn = random.random()\nraise KeyError(first.x, drawn, name, open('made.txt').read())"),
    ("", "print('never')"),
    ("step:report", "print(drawn)"),
)


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A project with a run that failed in the second cell of its second step."""
    folder = tmp_path_factory.mktemp("failed")
    write_notebook(folder / "nb.ipynb", *CELLS)
    result = nbflow("run", "nb.ipynb", "-p", "rows=3", "-o", "o.ipynb", cwd=folder)
    assert result.status == 10, result.err
    return folder


def execute(path, folder, *more):
    """Run a notebook as a person would; the cells with their outputs."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in more]
    client = NotebookClient(
        notebook, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    done = folder / "executed.ipynb"
    nbformat.write(notebook, done)
    return notebook.cells, outputs(done)


def tree(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def the_run(folder):
    (found,) = (folder / ".nbflow/store/default/nb").iterdir()
    return found


def test_the_failing_cell_fails_again_with_its_real_data(failed, tmp_path):
    written = nbflow("debug", "nb", "-o", tmp_path / "d.ipynb", cwd=failed)
    assert written.status == 0, written.err
    before = tree(the_run(failed))
    cells, found = execute(
        tmp_path / "d.ipynb",
        tmp_path,
        "print(len(points), type(first) is Point, rows, name)",
        "_nbflow.save()",
    )
    assert tree(the_run(failed)) == before, "nothing of the run is changed"
    assert found["cell-5"] == outputs(failed / "o.ipynb")["cell-5"] != ""
    assert found["cell-5"].startswith("KeyError: ")
    assert found["cell-4"] == "begin 3\n"
    *_, looked, saved = found.values()
    assert looked == "3 True 3 a\n"
    assert "nothing is saved here" in saved
    note, failing = cells[-4:-2]
    assert (note.cell_type, failing.id) == ("markdown", "cell-5")
    assert "in cell 5 of the notebook" in note.source
    assert "KeyError" in note.source
    assert "\x1b" not in note.source


def test_a_step_that_succeeded_can_be_looked_into(failed, tmp_path):
    run = the_run(failed)
    written = nbflow("debug", run, "load", "-o", tmp_path / "d.ipynb", "--json", cwd=tmp_path)
    assert written.status == 0, written.err
    assert written.json == {"notebook": str(tmp_path / "d.ipynb")}
    _, found = execute(tmp_path / "d.ipynb", tmp_path, "print(len(points))")
    assert list(found.values())[-1] == "3\n"
    assert not (tmp_path / "made.txt").exists(), "it works in a folder of its own"


def test_the_notebook_lies_here_unless_told_otherwise(failed):
    written = nbflow("debug", f"nb/{the_run(failed).name}", cwd=failed)
    assert written.out.strip() == "nb-train-debug.ipynb"
    nbformat.validate(nbformat.read(failed / "nb-train-debug.ipynb", as_version=4))


def test_a_kernel_that_died_is_debugged_at_the_cell_that_was_running(tmp_path):
    cells = [("step:one", "x = 1"), ("step:two", "y = x"), "import os\nos.kill(os.getpid(), 9)"]
    write_notebook(tmp_path / "nb.ipynb", *cells, nbflow={"retries": 0})
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 10
    assert nbflow("debug", "nb", cwd=tmp_path).status == 0
    made = json.loads((tmp_path / "nb-two-debug.ipynb").read_text())
    note, failing = made["cells"][-2:]
    assert failing["id"] == "cell-3"
    assert "KernelDied" in "".join(note["source"])


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nope"], 6, "no run 'nope'"),
        (["nb", "nope"], 2, "Its steps: load, train, report"),
        (["nb", "report"], 6, "'train' has left nothing"),
    ],
)
def test_what_cannot_be_debugged_is_told(failed, arguments, status, said):
    result = nbflow("debug", *arguments, cwd=failed)
    assert result.status == status
    assert said in result.err
    assert "help:" in result.err


def test_data_that_is_gone_is_told(failed, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(the_run(failed), run)
    assert nbflow("debug", run, "-o", "a.ipynb", cwd=tmp_path).status == 0
    (run / "load/try-1/data").unlink()
    result = nbflow("debug", run, "-o", "d.ipynb", cwd=tmp_path)
    assert result.status == 6
    assert "what step 'load' left is gone" in result.err


def test_a_run_that_went_well_has_no_step_to_look_into_by_itself(tmp_path):
    write_notebook(tmp_path / "nb.ipynb", ("step:one", "x = 1"))
    assert nbflow("run", "nb.ipynb", cwd=tmp_path).status == 0
    result = nbflow("debug", "nb", cwd=tmp_path)
    assert result.status == 2
    assert "Name the step to look into: one" in result.err

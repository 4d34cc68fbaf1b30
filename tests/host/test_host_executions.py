"""What executed notebooks tell, though papermill calls every cell of theirs completed."""

from __future__ import annotations

import json

import pytest
from by_hand import Hand, Notebook, by_papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from nbflow import host

DIE = "import os\nos.kill(os.getpid(), 9)"


@pytest.mark.parametrize(
    ("cells", "cell", "done"), [(["1", DIE, "2"], "only-1", 1), (["1", "2"], None, 2)]
)
def test_a_kernel_that_was_killed_under_papermill_is_no_success(
    tmp_path, recwarn, cells, cell, done
):
    """In a cell of the author's, or in the last one, which saves."""
    notebook = Notebook({"only": Hand(cells, saves=[] if cell else ["fatal"])})
    if cell is None:
        fatal = f"class Fatal:\n    def __reduce__(self):\n        {DIE.splitlines()[0]}; "
        fatal += f"{DIE.splitlines()[1]}\n\nfatal = Fatal()"
        notebook = Notebook({"only": Hand(["1", fatal], saves=["fatal"])})
    with pytest.raises(DeadKernelError):
        by_papermill(tmp_path, notebook, ["only"])
    step = host.progress(tmp_path / "papermill", "only")
    assert (step.state, step.cells_done, step.cell) == ("failed", done, None)
    assert (step.failure.ename, step.failure.cell) == (host.LOST, cell)
    assert "runs out of memory" in step.failure.evalue
    assert "profile:NAME" in step.failure.hint


def test_an_error_under_papermill_is_named_with_its_cell(tmp_path, recwarn):
    with pytest.raises(PapermillExecutionError):
        by_papermill(tmp_path, Notebook({"only": Hand(["1", "1 / 0", "2"])}), ["only"])
    step = host.progress(tmp_path / "papermill", "only")
    assert (step.state, step.cells_done) == ("failed", 1)
    assert (step.failure.ename, step.failure.evalue) == ("ZeroDivisionError", "division by zero")
    assert step.failure.cell == "only-1"


def test_a_notebook_that_papermill_is_at_has_not_failed(tmp_path, recwarn):
    folder = by_papermill(tmp_path, Notebook({"only": Hand(["1", "2"])}), ["only"])
    path = folder / "only/try-1.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["papermill"]["end_time"] = None
    second = next(one for one in notebook["cells"] if one["id"] == "only-1")
    second["metadata"]["papermill"]["status"] = "running"
    del second["metadata"]["execution"]["shell.execute_reply"]
    path.write_text(json.dumps(notebook))
    step = host.progress(folder, "only")
    assert (step.state, step.cell, step.failure) == ("running", "only-1", None)

"""Notebooks to look into a step, made of what other executors wrote."""

import ast

import pytest
from by_hand import Hand, Notebook, code, step_notebook

from nbflow import host
from nbflow.errors import NotebookError, StoreError
from nbflow.model import Failure, Run, RunState

RUN = Run("dag", "manual__1", RunState.FAILED)
NOTEBOOK = Notebook(
    {"one": Hand(["x = 1", "x / 0", "print('never')"]), "two": Hand(["x"], ["one"], ["x"])},
    setup="import os",
)


def by_papermill(step, failing=None):
    """A step notebook as papermill leaves it when a cell fails."""
    notebook = step_notebook(NOTEBOOK, step)
    given = {"nbflow_params": '{"lr": 0.5}', "nbflow_run": "/elsewhere", "nbflow_attempt": "3"}
    notebook["metadata"]["papermill"] = {"parameters": given}
    injected = code("injected", "nbflow_params = '...'", tags=["injected-parameters"])
    banner = {"cell_type": "markdown", "id": "banner", "metadata": {}, "source": "failed"}
    notebook["cells"][1:1] = [injected, banner]
    error = {"output_type": "error", "ename": "E", "evalue": "why", "traceback": []}
    for cell in notebook["cells"]:
        if cell["id"] == failing:
            cell["outputs"] = [error]
    return notebook


def made(step, folder, **options):
    return host.debug_notebook(by_papermill(step, **options.pop("executed", {})), run=RUN,
                               step=step, folder=folder, **options)  # fmt: skip


def ids(notebook):
    return [cell["id"] for cell in notebook["cells"]]


def test_the_values_that_papermill_injected_are_given_again_and_nothing_is_saved(tmp_path):
    failure = Failure("ZeroDivisionError", "division by zero", "one-1", None, ("\x1b[31mred",))
    notebook = made("one", tmp_path, failure=failure)
    assert ids(notebook) == [
        *("nbflow-debug", "nbflow-begin", "nbflow-given", "setup", "nbflow-load"),
        *("one-0", "nbflow-failure", "one-1"),
    ]
    call = ast.parse(notebook["cells"][1]["source"]).body[-1].value
    given = {one.arg: ast.literal_eval(one.value) for one in call.keywords}
    assert given == {
        "params": '{"lr": 0.5}',
        "run": str(tmp_path),
        "files": "",
        "attempt": "3",
        "saving": False,
    }
    assert "red" in notebook["cells"][-2]["source"]
    assert "\x1b" not in notebook["cells"][-2]["source"]


@pytest.mark.parametrize(
    ("failing", "end"),
    [
        ("nbflow-load", ["nbflow-failure", "nbflow-load"]),
        ("nbflow-save", ["one-2", "nbflow-failure"]),
        ("setup", ["nbflow-failure", "setup"]),
    ],
)
def test_a_failure_around_the_cells_is_met_where_it_was(tmp_path, failing, end):
    cell = None if failing.startswith("nbflow") else failing
    failure = Failure("E", "why", cell)
    notebook = made("one", tmp_path, failure=failure, executed={"failing": failing})
    assert ids(notebook)[-2:] == end


def test_without_a_failure_all_cells_are_there(tmp_path):
    assert ids(made("one", tmp_path))[-3:] == ["one-0", "one-1", "one-2"]


def test_what_a_step_before_did_not_leave_is_an_error(tmp_path):
    with pytest.raises(StoreError, match=r"from which it takes x, and 'one' has left nothing"):
        made("two", tmp_path)


def test_another_language_has_nothing_to_bring_back(tmp_path):
    bash = Notebook({"one": Hand(["echo"])}, kernel="bash", language="bash")
    with pytest.raises(NotebookError, match="no Python step"):
        host.debug_notebook(step_notebook(bash, "one"), run=RUN, step="one", folder=tmp_path)

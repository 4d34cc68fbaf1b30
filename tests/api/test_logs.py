"""Logs of tasks in Airflow, as the notebook's author reads them."""

import json

import pytest

from nbflow import api, host
from nbflow.api.authored import AuthorsLog
from nbflow.api.logs import is_meant, require_step
from nbflow.errors import UsageError
from nbflow.model import Failure, Run, RunState, StepRun
from nbflow.remote import LogLine

CELLS = [
    ("c0", ["parameters"], "rate = 1"),
    ("c1", ["setup"], "import os"),
    ("c2", ["step:load"], "rows = [1]"),
    ("c3", ["step:check"], "# is it all there?\nassert rows == [rate]"),
    ("c4", [], "print('checked')"),
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A run whose store is read, with the place of each author's cell in the notebook of check."""
    folder = tmp_path_factory.mktemp("logs")
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"tags": tags},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for name, tags, source in CELLS
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": [
            {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Sales"},
            *cells,
        ],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = folder / "sales.ipynb"
    path.write_text(json.dumps(notebook))
    finished = api.run(api.compile(api.inspect(path)))
    current = api.load_settings(folder)
    executed = host.executed(finished.folder)["check"]
    places = {cell["id"]: place for place, cell in enumerate(executed["cells"], 1)}
    return finished.run, current, places


def line(text, source="papermill", level="info", **more):
    return LogLine(text, level=level, source=source, **more)


def read(ran, *lines, step="check"):
    run, current, places = ran
    log = AuthorsLog(run, step, 1, current)
    told = []
    for one in lines:
        if isinstance(one, str) and one in places:
            one = line(f"Executing Cell {places[one]}---------------------------------------")
        elif isinstance(one, str):
            one = line(one)
        told += log.read(one)
    return told


def texts(ran, *lines):
    return [one.text for one in read(ran, *lines)]


def test_what_a_cell_wrote_stands_behind_its_number_in_the_authors_notebook(ran):
    told = read(ran, "c3", "Ending Cell 8------", "c4", "checked\n")
    assert [(one.text, one.cell) for one in told] == [
        ("cell 5 (id c3): # is it all there?", "c3"),
        ("cell 6 (id c4): print('checked')", "c4"),
        ("checked", "c4"),
    ]


def test_cells_that_are_in_every_step_are_told_of_where_they_wrote_something(ran):
    assert texts(ran, "c0", "c1", "c3") == ["cell 5 (id c3): # is it all there?"]
    assert texts(ran, "c1", "hello") == ["cell 3 (id c1): import os", "hello"]


NOISE = [
    line("::group::Pre Execute", "task"),
    line("DAG bundles loaded: dags-folder", "airflow.dag_processing.bundles.manager"),
    line("Input Notebook:  /dags/sales/steps/check.ipynb"),
    line(
        "[IPKernelApp] WARNING | Kernel is running over TCP without encryption. All …",
        "task.stderr",
        "error",
    ),
    line("::group::Post Execute", "task"),
    line("Pushing xcom", "task"),
    line("Building pod check-1 with labels: {}", "airflow.task.operators.dag.StepPod"),
]


def test_what_airflow_says_of_its_own_work_is_left_out(ran):
    assert read(ran, *NOISE) == []


def test_what_a_cell_wrote_warnings_and_errors_are_never_left_out(ran):
    noise = "Input Notebook:  mine"
    warned = line("Building pod failed", "airflow.task.operators.dag.StepPod", "warning")
    others = line("Pushing xcom", "mylibrary")
    unknown = line("Killed by signal 9", "task")
    told = read(ran, "c4", noise, warned, others, unknown)
    assert [one.text for one in told[1:]] == [noise, warned.text, others.text, unknown.text]


def test_that_a_kernel_was_interrupted_is_told_where_a_cell_was_running(ran):
    said = "[IPKernelApp] ERROR | KeyboardInterrupt caught in kernel."
    stopped = line(said, "task.stderr", "error")
    assert texts(ran, "c4", stopped)[1:] == [said]
    assert texts(ran, "c4", "Ending Cell 9----", stopped)[1:] == []


def raised(ename, evalue):
    return line("Task failed", "task", "error", failure=Failure(ename, evalue))


def test_the_cause_of_a_failure_is_told_with_the_authors_cell(ran):
    _, _, places = ran
    count = places["c3"]
    dashes = "\n---------------\n"
    said = (
        f'{dashes}Exception encountered at "In [{count}]":{dashes}'
        f"AssertionError   Traceback\nCell In[{count}], line 2\n"
        "----> 2 assert rows\n\nAssertionError: \n"
    )
    (told,) = read(ran, raised("PapermillExecutionError", said))
    assert told.text.splitlines() == [
        "failed at cell 5 (id c3): # is it all there?",
        "AssertionError   Traceback",
        "Cell 5, line 2",
        "----> 2 assert rows",
        "",
        "AssertionError:",
    ]
    assert told.level == "error"
    begun = said.replace(f"[{count}]", "[1]")
    (told,) = read(ran, raised("PapermillExecutionError", begun))
    assert told.text.startswith("failed in a cell that nbflow has added\nAssertionError")
    other = raised("AirflowTaskTimeout", "Timeout, PID: 7")
    (told,) = read(ran, other)
    assert told.text == "Task failed"  # with the frames that it came with


def test_lines_of_pods_have_the_authors_numbers_too(ran):
    told = texts(
        ran,
        line("[base] cell 1 of 2 (c3): # is it all there?", "airflow.providers"),
        line("[base]   Input Notebook: mine", "airflow.providers"),
        line("[base] cell 1 of 2: done in 0.1 s", "airflow.providers"),
        line("[base] failed: cell c3: ValueError: no\nrows", "airflow.providers"),
        raised("AirflowFailException", "step check, cell c3: ValueError: no rows"),
        raised("AirflowException", "step check: its pod is gone"),
    )
    assert told == [
        "cell 5 (id c3): # is it all there?",
        "  Input Notebook: mine",
        "failed: cell 5 (id c3): # is it all there?: ValueError: no\nrows",
        "AirflowFailException: step check, cell 5 (id c3): # is it all there?: ValueError: no rows",
        "AirflowException: step check: its pod is gone",
    ]


def test_a_log_whose_run_has_left_nothing_is_told_without_numbers(ran):
    run, current, _ = ran
    gone = Run("sales", "nbflow-gone", RunState.SUCCESS)
    log = AuthorsLog(gone, "check", 1, current)
    lines = [line("Executing Cell 5----"), line("hello"), raised("PapermillExecutionError", "x")]
    assert [told.text for one in lines for told in log.read(one)] == ["hello", "Task failed"]
    assert run.dag_id == gone.dag_id


def test_a_stages_step_means_it_for_each_item_of_a_list():
    names = ["names.list", "train.fit[0]", "train.fit[1]", "train.fitting[0]"]
    assert [one for one in names if is_meant(one, "train.fit")] == names[1:3]
    assert [one for one in names if is_meant(one, "train.fit[1]")] == names[2:3]
    assert [one for one in names if is_meant(one, None)] == names
    run = Run("weekly", "r", RunState.SUCCESS, tuple(StepRun(n, RunState.SUCCESS) for n in names))
    require_step(run, "train.fit")
    with pytest.raises(UsageError, match=r"no step 'train.fit\[2\]'"):
        require_step(run, "train.fit[2]")

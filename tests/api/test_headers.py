"""The cell above a merged notebook: what it says, and what it lets nobody say."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nbflow import notebook, settings
from nbflow.api import headers
from nbflow.model import Failure, Run, RunState, StepRun, Usage

START = datetime(2026, 11, 28, 16, 5, 10, tzinfo=UTC)
AUTHORS = {
    "cells": [
        {"cell_type": "code", "id": name, "metadata": {}, "source": name, "outputs": [],
         "execution_count": None}
        for name in ("load", "fit")
    ],
    "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip
DOCUMENT = notebook.parse(json.dumps(AUTHORS), name="sales")
MANIFEST = {
    "version": 1,
    "nbflow": "0.1.0",
    "source": {"notebook": "work/sales.ipynb", "sha256": "0"},
    "parameters": [{"name": "rate", "default": 0.5}, {"name": "name", "default": "a"}],
    "steps": [{"name": "load", "profile": "small"}, {"name": "fit", "profile": "gpu"}],
}


def ended(name, seconds, **more):
    known = {"state": RunState.SUCCESS, "cells_done": 1, "cells_total": 1, **more}
    usage = Usage(wall=seconds, peak_memory=3 * 1024**2)
    end = START + timedelta(seconds=seconds)
    return StepRun(name, started=START, ended=end, usage=usage, **known)


RUN = Run(
    "sales", "run-1", RunState.SUCCESS,
    steps=(ended("load", 3.2), ended("fit", 75, attempt=2)),
    parameters={"rate": 0.25}, started=START, ended=START + timedelta(seconds=80),
    url="http://airflow/dags/sales/runs/run-1", metrics={"auc": 0.9},
)  # fmt: skip


@pytest.fixture
def written(tmp_path):
    """The header of a run whose bundle lies beside it."""
    folder = tmp_path / "runs" / "default" / "sales" / "run-1"
    (folder / ".bundle").mkdir(parents=True)
    (folder / ".bundle" / "manifest.json").write_text(json.dumps(MANIFEST))
    current = settings.load_settings(tmp_path, environ={})
    info = {"language_info": {"name": "python", "version": "3.11.9"}}
    made = {"load": {"cells": [], "metadata": {**info, "nbflow": {"bundle": "s3://b/.bundles/ab"}}}}

    def write(run=RUN, executed=made):
        return headers.header(
            run, folder=folder, executed=executed, document=DOCUMENT, current=current
        )

    return write


def rows(text):
    return {line.split("|")[1].strip(): line for line in text.splitlines() if line.count("|") > 2}


def test_it_says_which_run_it_is_of_and_how_its_steps_went(written):
    said = rows(written())
    assert "[run-1](http://airflow/dags/sales/runs/run-1)" in said["run"]
    assert "sales (work/sales.ipynb)" in said["pipeline"]
    assert "✓ success" in said["state"]
    assert "2026-11-28 16:05:10 UTC, took 1m20s" in said["time"]
    assert "rate = 0.25, name = 'a'" in said["parameters"]
    assert "auc = 0.9" in said["metrics"]
    assert "nbflow 0.1.0 · Python 3.11.9 · bundle ab" in said["versions"]
    fit = [part.strip() for part in said["fit"].split("|")[1:-1]]
    link = "[Airflow](http://airflow/dags/sales/runs/run-1/tasks/fit)"
    assert fit == ["fit", "✓ success", "1/1", "1m15s", "3.0 MiB", "gpu", "2", link]


def test_the_same_run_has_the_same_header(written):
    assert written() == written()


def test_a_failed_run_names_step_cell_and_exception(written):
    failure = Failure("ValueError", "no rows\nat all", "fit")
    run = replace(
        RUN,
        state=RunState.FAILED,
        steps=(RUN.steps[0], ended("fit", 2, state=RunState.FAILED, failure=failure)),
    )
    state = rows(written(run))["state"]
    assert "step fit, [the cell that failed](#cell-id=fit): ValueError: no rows |" in state


def test_a_step_whose_cells_did_not_run_has_no_time(written):
    steps = (ended("load", 9, cached="run-0"), ended("fit", 9, kept=True))
    said = rows(written(replace(RUN, steps=steps)))
    assert "cached from run-0" in said["load"]
    assert "kept from the run before" in said["fit"]
    assert "9.0s" not in said["load"] + said["fit"]


def test_values_stay_values(written):
    parameters = {
        "name": "a|b\n| run | <script>alert(1)</script> `x` $y$ [z](http://evil) **bold**",
        "long": "y" * 1000,
    }
    text = written(replace(RUN, parameters=parameters))
    line = rows(text)["parameters"]
    assert line.count("|") == 3
    for sign in ("<", "`", "$", "[", "*"):
        assert sign not in line
    assert len(line) < 700


def test_a_run_whose_bundle_is_gone_still_has_one(written):
    run = Run("sales", "run-9", RunState.RUNNING)
    said = rows(written(run, executed={}))
    assert "running" in said["state"]
    assert "versions" in said

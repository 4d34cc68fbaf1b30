"""What runs of several notebooks left in the store: whose it is, and what may go."""

import json

import pytest

from nbflow.api import origins
from nbflow.api.holdings import StoredRun
from nbflow.api.measurements import Place
from nbflow.api.parts import part_of, parts, place_of
from nbflow.model import Run, RunState, StepRun, step_folder, step_name

DIGEST = "0123456789abcdef"


@pytest.mark.parametrize(
    ("name", "folder", "part"),
    [
        ("fit", "fit", ""),
        ("train.fit", "train/fit", "train"),
        ("train.fit[12]", "train/12/fit", "train[12]"),
    ],
)
def test_a_steps_name_and_its_folder_tell_each_other(name, folder, part):
    assert step_folder(name) == folder
    assert step_name(folder) == name
    assert part_of(name) == part


@pytest.mark.parametrize("files", ["files", "files/train", "files/files"])
def test_an_executed_notebook_tells_its_bundle_whatever_its_stage(files):
    given = {"nbflow_files": f"/dags/weekly/{DIGEST}/{files}"}
    assert origins.digest_of({"metadata": {"papermill": {"parameters": given}}}) == DIGEST


def executed(**about):
    given = {"nbflow_files": f"/dags/weekly/{DIGEST}/files/x"}
    metadata = {"papermill": {"parameters": {**given, **about}}}
    return json.dumps({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def stored(tmp_path):
    """A run of a stage and of a stage's two items."""
    run = tmp_path / "default" / "weekly" / "r1"
    for step in ("ingest/load", "train/0/fit", "train/1/fit"):
        (run / step / "try-1").mkdir(parents=True)
        (run / step / "try-1.ipynb").write_text(executed())
        (run / step / "try-1" / "data").write_bytes(b"x" * 1000)
        (run / step / "manifest.json").write_text('{"metrics": {"auc": 1}}')
    (run / "train" / "1" / ".files").mkdir()
    (run / "train" / "1" / ".files" / "abc").write_bytes(b"y" * 500)
    return run, StoredRun(Place(str(tmp_path)), "default", "weekly", "r1", 0.0)


def test_a_run_keeps_its_bundle_and_has_ended_when_all_its_steps_have(stored):
    run, found = stored
    assert found.digest() == DIGEST
    assert not found.goes_on(None, now=found.changed + 10**6)
    (run / "train" / "1" / "fit" / "manifest.json").unlink()
    again = StoredRun(found.place, "default", "weekly", "r1", 0.0)
    assert again.goes_on(None, now=again.changed + 10**6)


def test_what_steps_handed_on_goes_and_their_notebooks_stay(stored):
    run, found = stored
    assert found.handed_on == 3500
    found.remove_handed_on()
    left = sorted(str(one.relative_to(run)) for one in run.rglob("*") if one.is_file())
    assert left == [
        f"{step}/{name}"
        for step in ("ingest/load", "train/0/fit", "train/1/fit")
        for name in ("pruned.json", "try-1.ipynb")
    ]


def test_the_parts_of_a_run_are_its_notebooks_item_by_item(stored):
    folder, _ = stored
    steps = ("ingest.load", "train.fit[0]", "train.fit[1]")
    states = (RunState.SUCCESS, RunState.SUCCESS, RunState.FAILED)
    run = Run(
        "weekly",
        "r1",
        RunState.FAILED,
        tuple(StepRun(name, state) for name, state in zip(steps, states, strict=True)),
        metrics={"train[1].auc": 1, "train[0].auc": 2},
    )
    found = parts(run, folder=folder, order=["train", "ingest"])
    assert [one.name for one in found] == ["train[0]", "train[1]", "ingest"]
    assert [one.run.state.value for one in found] == ["success", "failed", "success"]
    assert found[1].run.metrics == {"auc": 1}
    assert found[1].folder == "train/1"


def test_tasks_stand_by_their_stage_condition_and_list_first():
    names = [
        "report.write",
        "train.b[1]",
        "train.b[0]",
        "train.a[1]",
        "train.a[0]",
        "each_of_train",
    ]
    names += ["if_train", "ingest.load", "release"]
    stages, steps = ["ingest", "train", "release", "report"], ["ingest.load", "train.a", "train.b"]
    assert sorted(names, key=lambda one: place_of(one, stages=stages, steps=steps)) == [
        "ingest.load",
        "if_train",
        "each_of_train",
        "train.a[0]",
        "train.b[0]",
        "train.a[1]",
        "train.b[1]",
        "release",
        "report.write",
    ]

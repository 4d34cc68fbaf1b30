"""The contents of a page of several notebooks."""

from datetime import UTC, datetime, timedelta

from nbflow.api.books import book
from nbflow.api.parts import Part
from nbflow.model import Run, RunState, StepRun

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def step(name, begin, end, **more):
    started, ended = (NOON + timedelta(seconds=one) for one in (begin, end))
    return StepRun(name, RunState.SUCCESS, started=started, ended=ended, **more)


def told(*steps):
    """What the table of contents says of a stage with these steps."""
    run = Run("weekly", "r", RunState.SUCCESS, steps)
    manifest = {"stages": [{"name": "train", "notebook": "train.ipynb"}]}
    part = Part("train", "train", run, {})
    empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    text = "".join(
        str(cell["source"]) for cell in book(run, [(part, empty)], manifest=manifest)["cells"]
    )
    (row,) = [line for line in text.splitlines() if line.startswith("| [train]")]
    return row.split("|")[3].strip()


def test_a_stage_takes_as_long_as_any_of_its_steps_runs():
    assert told(step("train.fit", 0, 10), step("train.score", 5, 20)) == "20.0s"


def test_that_a_run_lay_still_until_it_was_resumed_does_not_count():
    assert told(step("train.fit", 0, 10), step("train.score", 3600, 3605)) == "15.0s"
    assert told(step("train.fit", 0, 10, kept=True), step("train.score", 3600, 3605)) == "5.0s"

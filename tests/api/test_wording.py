"""A run as it goes, in lines for a log."""

from dataclasses import replace

from nbflow.api import StepLines
from nbflow.model import Run, RunState, StepRun


def told(*steps):
    lines = []
    tell = StepLines(lines.append)
    for step in steps:
        tell(Run("week", "r", RunState.RUNNING, steps=(step,)))
    return lines


def test_a_step_that_waits_for_a_person_is_not_said_to_run():
    asked = StepRun("ok", RunState.RUNNING, note="waits for a person: `nbflow approve`")
    lines = told(StepRun("ok", RunState.QUEUED), asked, asked, StepRun("ok", RunState.SUCCESS))
    assert lines == ["ok: waits for a person: `nbflow approve`", "ok: success"]


def test_a_step_that_begins_after_it_has_waited_is_said_to_run():
    waits = StepRun("fit", RunState.RUNNING, note="0/3 nodes are available")
    assert told(waits, replace(waits, note=None)) == [
        "fit: 0/3 nodes are available",
        "fit: running",
    ]

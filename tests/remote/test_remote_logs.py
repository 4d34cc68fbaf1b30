"""Which entries of a log are lines of it."""

import pytest
from stages import RUNS

from nbflow.api.explaining import Explainer
from nbflow.model import Run, RunState, StepRun
from nbflow.remote import logs

SOURCES = [
    {"event": "::group::Log message source details", "sources": ["/logs/a.log"]},
    {"event": "Could not read served logs: connection refused"},
    {"event": "::endgroup::"},
]
OWN = [{"event": "::group::Pre Execute"}, {"event": "::endgroup::"}, {"event": "hello"}]


def test_where_airflow_looked_for_a_log_is_no_line_of_it():
    assert [*logs.lines([*SOURCES, *OWN])] == OWN
    assert [*logs.lines(OWN)] == OWN


def test_logs_of_plain_text_are_read_too():
    assert [*logs.lines(["::group::Log message source details", "x", "::endgroup::", "y"])] == ["y"]


def test_a_group_without_an_end_hides_only_what_is_in_it():
    assert [*logs.lines([*OWN, *SOURCES[:2]])] == OWN


@pytest.mark.parametrize(
    ("said", "cell", "why"),
    [
        (
            "step fit, cell 5 (id c4): x = {1: 2}\nKeyError: 'x: y'\nmore",
            "c4",
            "KeyError: 'x: y'\nmore",
        ),
        ("step fit, cell 5 (id c4)\nKeyError: 1", "c4", "KeyError: 1"),
        ("step fit, cell c4\nout of memory: killed", "c4", "out of memory: killed"),
        ("step fit, cell c4: KeyError: 1", "c4", "KeyError: 1"),  # of a DAG of an earlier version
        ("step fit: its pod is gone: deleted", None, "its pod is gone: deleted"),
        ("step fit: no node took its pod: cell 2\nno", None, "no node took its pod: cell 2\nno"),
    ],
)
def test_what_a_task_says_of_its_pod_is_read_with_its_cell(stage, client, said, cell, why):
    error = {"exc_type": "AirflowFailException", "exc_value": said, "frames": []}
    entry = {"event": "Task failed with exception", "error_detail": [error]}
    log = f"GET {RUNS}/r/taskInstances/fit/logs/1"
    stage.answers[log] = [(200, {"content": [entry], "continuation_token": None})]
    run = Run("d", "r", RunState.FAILED, (StepRun("fit", RunState.FAILED),))
    failure = Explainer(client).explain(run).failed_step.failure
    assert (failure.cell, failure.evalue) == (cell, why)

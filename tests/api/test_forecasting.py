"""When a run is expected to end."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from nbflow import api
from nbflow.api import Forecaster
from nbflow.api.forecasting import expected_end
from nbflow.host.ledgers import Recorder
from nbflow.model import Run, RunState, StepRun

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
NEEDS = {"load": [], "left": ["load"], "right": ["load"], "join": ["left", "right"]}


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def seconds_left(*steps, needs=NEEDS):
    end = expected_end(Run("d", "r", RunState.RUNNING, steps), needs=needs, now=NOW)
    return None if end is None else (end - NOW).total_seconds()


def waiting(name, usual):
    return StepRun(name, RunState.QUEUED, usual=usual)


def running(name, usual, *, since):
    return StepRun(name, RunState.RUNNING, started=ago(since), usual=usual)


def done(name):
    return StepRun(name, RunState.SUCCESS, started=ago(30), ended=ago(20), usual=1)


def test_parallel_steps_take_as_long_as_the_longest():
    steps = waiting("load", 10), waiting("left", 5), waiting("right", 7), waiting("join", 1)
    assert seconds_left(*steps) == 18


def test_what_has_ended_takes_no_more_time_and_what_runs_only_the_rest():
    steps = done("load"), running("left", 9, since=4), done("right"), waiting("join", 2)
    assert seconds_left(*steps) == 7


def test_a_step_that_takes_longer_than_usual_may_end_at_any_moment():
    steps = done("load"), running("left", 9, since=60), done("right"), waiting("join", 2)
    assert seconds_left(*steps) == 2


def test_a_step_that_is_tried_again_takes_its_whole_time():
    again = StepRun("load", RunState.RETRYING, started=ago(50), usual=10)
    assert seconds_left(again, needs={"load": []}) == 10


def test_nobody_knows_where_a_step_has_no_history_or_will_not_run():
    steps = done("load"), waiting("left", 9), waiting("right", None), waiting("join", 2)
    assert seconds_left(*steps) is None
    failed = StepRun("load", RunState.FAILED, started=ago(9), ended=ago(1), usual=9)
    assert seconds_left(failed, *steps[1:2], needs={"load": [], "left": ["load"]}) is None
    assert seconds_left(done("load")) is None
    assert seconds_left(needs={}) is None


class Earlier:
    """An Airflow that tells how long a step took before, the newest first."""

    def __init__(self, *seconds):
        self.seconds = seconds

    def durations(self, dag_id, *, limit, without, before):
        self.before = before
        return {"load": list(self.seconds)}


@pytest.mark.parametrize(
    ("seconds", "words", "heading"),
    [
        ((), "", ""),
        ((3.0,), ", last time 3.0s", "last time"),
        ((3.0, 99.0), ", last time 3.0s", "last time"),
        ((3.0, 5.0, 9.0), ", usually 5.0s", "usually"),
    ],
)
def test_what_is_usual_is_said_of_three_runs_and_of_fewer_how_long_the_last_took(
    seconds, words, heading
):
    run = Run("d", "r", RunState.FAILED, (StepRun("load", RunState.QUEUED),))
    told = Forecaster(Earlier(*seconds), current=None).forecast(run)
    assert api.describe_progress(told.steps[0]) == f"load: queued{words}"
    assert told.steps[0].usual_of == len(seconds)
    assert api.usually(told) == (heading, [words.split(" ")[-1]])


def kept_here(folder, number, *, began, took, ended=None):
    """A run on this machine whose only step took so many seconds; when its folder changed last."""
    store = folder / ".nbflow/store/default/train" / f"local__{number}"
    store.mkdir(parents=True)
    started = ago(began)
    step = StepRun("load", RunState.SUCCESS, started=started, ended=started + timedelta(0, took))
    run = Run("train", store.name, RunState.SUCCESS, (step,), started=started, ended=step.ended)
    Recorder(store, source="train.ipynb", digest="d")(run)
    changed = ago(ended or began).timestamp()
    os.utime(store, (changed, changed))
    return run


def test_what_a_run_here_is_compared_with_began_before_it(tmp_path):
    current = api.load_settings(tmp_path)
    first = kept_here(tmp_path, 0, began=9000, took=11)
    second = kept_here(tmp_path, 1, began=8000, took=12, ended=1)  # It went on later.
    third = kept_here(tmp_path, 2, began=7000, took=13)
    for number in range(3, 30):
        kept_here(tmp_path, number, began=6000 - number, took=99)

    def usual(run):
        step = Forecaster(None, current=current).forecast(run).steps[0]
        return step.usual, step.usual_of

    assert [usual(run) for run in (first, second, third)] == [(None, 0), (11, 1), (12, 2)]


def test_what_a_run_in_airflow_is_compared_with_began_before_it():
    earlier = Earlier(3.0)
    Forecaster(earlier, current=None).forecast(Run("d", "r", RunState.FAILED, started=NOW))
    assert earlier.before == NOW


def test_beside_what_is_usual_stands_nothing_of_a_single_run():
    steps = (
        StepRun("load", RunState.QUEUED, usual=5, usual_of=3),
        StepRun("new", RunState.QUEUED, usual=7, usual_of=1),
    )
    heading, told = api.usually(Run("d", "r", RunState.QUEUED, steps))
    assert (heading, told) == ("usually", ["5.0s", ""])

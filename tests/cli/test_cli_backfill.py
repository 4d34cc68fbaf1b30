"""Runs for days that have passed, in a real Airflow."""

import pytest
from commands import injected, outputs, write_notebook

from waiting import until

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(400)]

RANGE = ("--from", "2026-03-28", "--to", "2026-03-30")


def backfilled(run):
    """The runs that a backfill began; the schedule's own is for the last interval of all."""
    runs = run("runs", "filled", "--json").json
    return [one for one in runs if one["run_id"].startswith("backfill")]


def test_a_backfill_runs_each_day_once_with_its_data_interval_as_parameters(project):
    folder, run = project
    write_notebook(
        folder / "filled.ipynb",
        ("parameters", "day = '2000-01-01'\nuntil = None\nlabel = 'own'"),
        "print(repr(day), repr(until), label)",
        # Clocks change on March 29: that day has 23 hours.
        nbflow={
            "schedule": "@daily",
            "timezone": "Europe/Berlin",
            "interval": {"start": "day", "end": "until"},
        },
    )
    assert run("publish", "filled.ipynb").status == 0
    dry = run("backfill", "filled", *RANGE, "--dry-run", "--json")
    assert dry.status == 0, dry.err
    days = ["2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"]
    ends = [*days[1:], "2026-03-31T00:00:00+02:00"]
    intervals = list(zip(days, ends, strict=True))
    assert [(one["start"], one["end"]) for one in dry.json["runs"]] == intervals
    assert {one["run_id"] for one in dry.json["runs"]} == {None}
    assert dry.json["timezone"] == "Europe/Berlin"
    assert dry.json["backfill"] is None
    assert backfilled(run) == []

    begun = run("backfill", "filled", *RANGE, "-p", "label=given", "--max-active", "2", "--json")
    assert begun.status == 0, begun.err
    assert [(one["start"], one["end"]) for one in begun.json["runs"]] == intervals
    assert begun.json["backfill"] is not None

    def done():
        runs = backfilled(run)
        return runs if runs and all(one["state"] == "success" for one in runs) else None

    runs = until(done)
    assert {one["run_id"] for one in runs} == {one["run_id"] for one in begun.json["runs"]}
    assert len(runs) == 3
    printed, given = set(), set()
    for one in runs:
        fetched = run("output", f"filled/{one['run_id']}", "-o", "one.ipynb")
        assert fetched.status == 0, fetched.err
        printed.add(outputs(folder / "one.ipynb")["cell-2"].strip())
        given.add(injected(folder / "one.ipynb"))
    assert printed == {
        "'2026-03-28' '2026-03-29T00:00:00+01:00' given",
        "'2026-03-29' '2026-03-30T00:00:00+02:00' given",
        "'2026-03-30' '2026-03-31T00:00:00+02:00' given",
    }
    assert (
        '# Parameters\nday = "2026-03-28"\nuntil = "2026-03-29T00:00:00+01:00"\nlabel = "given"'
        in given
    )

    again = run("backfill", "filled", *RANGE)
    assert again.status == 0, again.err
    assert "no run is missing" in again.out
    repeated = run("backfill", "filled", *RANGE, "--reprocess", "completed", "--dry-run")
    assert "  2026-03-28 00:00+01:00 to 2026-03-29 00:00+01:00\n" in repeated.out
    assert "3 runs would begin; times in Europe/Berlin" in repeated.out

    by_hand = run("trigger", "filled", "-p", "day=2020-02-02", "--wait", "-o", "hand.ipynb")
    assert by_hand.status == 0, by_hand.err
    assert outputs(folder / "hand.ipynb")["cell-2"].strip() == "'2020-02-02' None own"


def test_what_cannot_be_backfilled_is_refused_with_the_way_out(project):
    folder, run = project
    write_notebook(folder / "unscheduled.ipynb", ("parameters", "n = 1"), "print(n)")
    assert run("publish", "unscheduled.ipynb").status == 0
    refused = run("backfill", "unscheduled", *RANGE)
    assert refused.status == 6
    assert "schedule" in refused.err
    for arguments, word in [
        (("unscheduled", "--from", "yesterday", "--to", "2026-01-01"), "2026-01-31"),
        (("unscheduled", "--from", "2026-02-01", "--to", "2026-01-01"), "before it begins"),
        (("unscheduled", *RANGE, "-p", "n=many"), "n"),
        (("unscheduled", *RANGE, "--reprocess", "all"), "completed"),
    ]:
        wrong = run("backfill", *arguments)
        assert wrong.status == 2, wrong.err
        assert word in wrong.err
    unknown = run("backfill", "unschedule", *RANGE)
    assert unknown.status == 6
    assert "unscheduled" in unknown.err

"""`nbflow clean` beside a real Airflow: what a run that goes on needs stays."""

import time

import pytest
from commands import write_notebook

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(400)]


def gone(result):
    assert result.status == 0, result.err
    return [(left["kind"], left["name"]) for dag in result.json["dags"] for left in dag["gone"]]


def test_a_run_that_goes_on_and_its_version_stay_until_it_has_ended(project):
    folder, run = project
    flag = folder / "go"
    waiting = f"import os, time\nwhile not os.path.exists({str(flag)!r}):\n    time.sleep(0.2)"

    def publish(last):
        cells = [("step:wait", waiting), ("step:last", last)]
        write_notebook(folder / "cleaned.ipynb", *cells)
        done = run("publish", "cleaned.ipynb", "--json")
        assert done.status == 0, done.err
        return done.json[0]["digest"]

    clean = ("clean", "cleaned", "--keep-versions", "1", "--keep-runs", "0", "--older-than", "1s")
    zeroth = publish("print(0)")
    first = publish("print(1)")
    started = run("trigger", "cleaned", "--json").json["run_id"]
    deadline = time.monotonic() + 90
    while run("runs", f"cleaned/{started}", "--json").json["steps"][0]["state"] != "running":
        assert time.monotonic() < deadline
    publish("print(2)")
    time.sleep(1.5)
    said = run(*clean, "--yes", "--json")
    assert gone(said) == [("version", zeroth)]
    assert said.json["asked_airflow"] is True
    flag.touch()
    while run("runs", f"cleaned/{started}", "--json").json["state"] not in {"success", "failed"}:
        assert time.monotonic() < deadline + 60
        time.sleep(0.5)
    assert run("output", f"cleaned/{started}", "-o", "out.ipynb").status == 0
    assert run("runs", "cleaned", "--json").json[0]["stored"] is True
    time.sleep(1.5)
    done = run(*clean, "--yes", "--json")
    assert sorted(gone(done)) == [("run", started), ("version", first)]
    assert gone(run(*clean, "--json")) == []

    listed = run("runs", "cleaned")
    assert f"cleaned/{started}  (no output)\n" in listed.out
    (told,) = run("runs", "cleaned", "--json").json
    assert (told["run_id"], told["stored"]) == (started, False)
    assert run("runs", f"cleaned/{started}").out.splitlines()[0].endswith("  (no output)")
    missed = run("output", f"cleaned/{started}", "-o", "gone.ipynb")
    assert (missed.status, "removed by `nbflow clean`" in missed.err) == (6, True)

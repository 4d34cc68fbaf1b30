"""Everything after a first run, in a real Airflow: change, look, go back, hold, stop, go on."""

import json
import re
import signal
from contextlib import contextmanager

import pytest
from commands import outputs, start, write_notebook

from waiting import until

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(400)]

CELLS = [
    ("parameters", "bad = False"),
    ("step:load", "rows = [1, 2, 3]"),
    ("step:check", "assert not bad, 'bad rows'\nok = len(rows)"),
    ("step:report", "print(sum(rows), ok)"),
]


@pytest.fixture
def published(project):
    """Publish a notebook of this name; what it has can be changed by publishing again."""

    def publish(name, *cells):
        folder, run = project
        write_notebook(folder / f"{name}.ipynb", *(cells or CELLS))
        done = run("publish", f"{name}.ipynb", "--json")
        assert done.status == 0, done.err
        return done.json[0]["digest"]

    return publish


def test_a_failed_run_goes_on_from_its_failed_step_once_the_cause_is_mended(project, published):
    folder, run = project
    flag = folder / "mended"
    cells = [
        ("step:load", "rows = [1, 2, 3]\nimport random\ndrawn = random.random()\nprint(drawn)"),
        ("step:check", f"import os\nassert os.path.exists({str(flag)!r}), 'not mended'\nok = 1"),
        ("step:report", "print(drawn, ok)"),
    ]
    published("goes_on", *cells)
    ran = run("trigger", "goes_on", "--wait", "-o", "first.ipynb")
    assert ran.status == 10
    drawn = outputs(folder / "first.ipynb")["cell-1"].strip()
    (first,) = run("runs", "goes_on", "--json").json
    flag.touch()
    resumed = run("resume", "goes_on", "--json")
    assert resumed.status == 0, resumed.err
    assert resumed.json["steps"] == ["check", "report"]
    (told,) = until(lambda: [one for one in run("runs", "goes_on", "--json").json if one["ended"]])
    assert told["state"] == "success"
    assert told["started"] == first["started"] < first["ended"] < told["resumed"] < told["ended"]
    shown = run("runs", f"goes_on/{told['run_id']}")
    assert " since it was resumed at " in shown.out
    assert run("runs", f"goes_on/{told['run_id']}", "--json").json["started"] == first["started"]
    assert run("output", "goes_on", "-o", "done.ipynb").status == 0
    assert outputs(folder / "done.ipynb")["cell-3"].split() == [drawn, "1"]
    again = run("resume", "goes_on")
    assert (again.status, "went well" in again.err) == (2, True)


def test_a_kernel_that_airflow_has_not_is_named_and_not_taken_for_one_that_was_killed(project):
    folder, run = project
    kernel = {"name": "nowhere", "display_name": "Nowhere", "language": "python"}
    write_notebook(folder / "kernelless.ipynb", ("step:load", "x = 1"), kernelspec=kernel)
    assert run("publish", "kernelless.ipynb").status == 0
    ran = run("trigger", "kernelless", "--wait")
    assert ran.status == 10
    assert "step load: NoSuchKernel: No such kernel named nowhere" in ran.err
    assert "Install the kernel where Airflow's tasks run" in ran.err
    assert "memory" not in ran.err


def test_logs_tell_of_each_step_and_follow_one_that_runs(project, published):
    _, run = project
    cells = [("step:one", "print('from one')"), ("step:two", "x = 1 / 0"), ("step:three", "x")]
    published("talks", *cells)
    run("trigger", "talks", "--wait")
    said = run("logs", "talks")
    assert said.status == 0, said.err
    assert "=== one" in said.out
    assert "::" not in said.out  # neither where Airflow looked, nor where its pages fold lines
    assert "ZeroDivisionError" in said.out.partition("=== two")[2]
    assert " failed at cell 2 (id cell-2): x = 1 / 0\n" in said.out
    wrote = [line[9:] for line in said.out.partition("=== two")[0].splitlines()]
    assert wrote[1:] == ["cell 1 (id cell-1): print('from one')", "from one"]
    assert "Executing Cell 1---" in run("logs", "talks", "one", "--all").out
    alone = run("logs", "talks", "two", "--json")
    assert "ZeroDivisionError" in alone.out
    assert '"step": "one"' not in alone.out
    never = "did not run: a step that it needs failed"
    assert said.out.endswith(f"=== three\n{never}\n")
    only = run("logs", "talks", "three", "--json")
    assert (only.status, only.json["text"], only.json["step"]) == (0, never, "three")
    wrong = run("logs", "talks", "four")
    assert wrong.status == 2
    assert "one, two, three" in wrong.err
    assert "Did you mean 'talks'?" in run("output", "tlaks", "-o", "out.ipynb").err
    assert "did you mean 'talks'?" in run("trigger", "tlaks").err
    run_id = run("runs", "talks", "--json").json[0]["run_id"]
    assert f"Did you mean '{run_id}'?" in run("runs", f"talks/{run_id}x").err
    published("talks", ("step:one", "import time; time.sleep(4)"), ("step:two", "x = 1"))
    run("trigger", "talks")
    followed = run("logs", "talks", "--follow")
    assert followed.status == 0, followed.err
    assert "=== two" in followed.out
    assert run("runs", "talks", "--limit", "1", "--json").json[0]["state"] == "success"


def test_a_run_of_several_notebooks_that_was_to_be_one_file_is_over_and_can_be_fetched(project):
    folder, run = project
    write_notebook(folder / "part.ipynb", ("step:only", "print('here')"))
    (folder / "over.yaml").write_text("name: over\nstages: {part: {notebook: part.ipynb}}\n")
    assert run("publish", "over.yaml").status == 0
    refused = run("trigger", "over", "--wait", "-o", "out.ipynb")
    assert (refused.status, "several notebooks" in refused.err) == (2, True)
    (command,) = re.findall(r"over \(success\): `nbflow (output over/\S+ -o FOLDER)`", refused.err)
    assert run(*command.split()).status == 0
    assert outputs(folder / "FOLDER/part.ipynb")["cell-1"] == "here\n"


def test_a_pipeline_that_ran_on_this_machine_alone_is_found_beside_an_airflow(project):
    folder, run = project
    write_notebook(folder / "alone.ipynb", ("step:one", "print('here')"))
    assert run("run", "alone.ipynb").status == 0
    assert run("logs", "alone").out == "=== one\nhere\n"
    assert run("output", "alone", "-o", "out.ipynb").status == 0
    assert outputs(folder / "out.ipynb")["cell-1"] == "here\n"


def test_a_run_that_goes_shows_its_cell_its_usual_time_and_its_end(project, published):
    folder, run = project
    flag = folder / "go"
    wait = "import os, time\nwhile not os.path.exists(path): time.sleep(0.1)"
    published(
        "goes",
        ("step:load", "rows = [1, 2, 3]"),
        ("step:fit", f"path = {str(flag)!r}\nprint('first')"),
        wait,
        "print('last')",
        ("step:report", "print(rows)"),
    )
    flag.touch()
    assert run("trigger", "goes", "--wait").status == 0
    flag.unlink()
    name = f"goes/{run('trigger', 'goes', '--json').json['run_id']}"

    def waits():
        told = run("runs", name, "--json").json
        steps = {step["name"]: step for step in told["steps"]}
        return steps["fit"]["cell"] == "cell-3" and told

    told = until(waits)
    load, fit, report = told["steps"]
    assert (fit["cells_done"], fit["cells_total"]) == (1, 3)
    assert fit["line"] == "import os, time"
    assert min(load["usual"], fit["usual"], report["usual"]) > 0
    assert told["expected_end"] > told["started"]
    shown = run("runs", name)
    assert shown.status == 0, shown.err
    assert "fit: running, cell 2 of 3: import os, time, " in shown.out
    assert "expected to end" in shown.out
    assert shown.out.count("last time") == 3
    assert "usually" not in shown.out
    flag.touch()
    followed = run("runs", "goes", "--follow")
    assert followed.status == 0, followed.err
    assert f"{name}: success" in followed.out
    assert "report: success" in followed.err
    without = run("runs", "--follow")
    assert (without.status, "needs a run" in without.err) == (2, True)


def test_a_run_in_airflow_is_told_in_its_header_and_compared_with_another(project, published):
    folder, run = project
    digest = published("told")
    first = run("trigger", "told", "--wait", "-o", "first.ipynb", "--json").json["run_id"]
    failed = run("trigger", "told", "-p", "bad=true", "--wait", "-o", "failed.ipynb", "--json")
    said = "".join(json.loads((folder / "first.ipynb").read_text())["cells"][0]["source"])
    for words in (digest, "published by", "bad = False", f"/runs/{first}/tasks/load)", "MiB"):
        assert words in said
    cells = json.loads((folder / "failed.ipynb").read_text())["cells"]
    stopped = {one["id"]: one for one in cells}
    header, given = stopped["nbflow-header"], stopped["nbflow-injected-parameters"]
    assert "(#cell-id=cell-3): AssertionError: bad rows" in "".join(header["source"])
    assert "".join(given["source"]) == "# Parameters\nbad = True"
    assert stopped["cell-3"]["outputs"][-1]["output_type"] == "error"
    assert stopped["cell-4"]["outputs"] == []
    found = run("diff-runs", f"told/{first}", failed.json["run_id"], "--exit-code")
    assert found.status == 1, found.err
    for words in (
        "~ bad: False → True",
        "+[error] AssertionError: bad rows",
        "ran before, not now",
    ):
        assert words in found.out


def test_a_cancelled_run_ends_and_its_steps_stop(project, published):
    folder, run = project
    flag = folder / "go"
    wait = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.1)\nx = 1"
    published("sleeps", ("step:long", wait), ("step:after", "print(x)"))
    run("trigger", "sleeps")

    def is_at_the_cell():
        return "cell 1 of 1" in run("runs", run("runs", "sleeps", "--json").json[0]["run_id"]).out

    until(is_at_the_cell)
    done = run("cancel", "sleeps")
    assert (done.status, "cancelled" in done.out) == (0, True)

    def state():
        return run("runs", "sleeps", "--json").json[0]["state"]

    until(lambda: state() == "cancelled")
    name = f"sleeps/{run('runs', 'sleeps', '--json').json[0]['run_id']}"
    shown = run("runs", name)
    assert shown.status == 10
    assert "long: cancelled" in shown.out
    assert "after: cancelled" in shown.out
    assert f"error: {name} was cancelled while it was at long" in shown.err
    assert f"nbflow resume {name}" in shown.err
    assert "had ended already (cancelled)" in run("cancel", "sleeps").out
    flag.touch()
    resumed = run("resume", "sleeps")
    assert "goes on with after, long" in resumed.out, resumed.err
    until(lambda: state() == "success")


def test_a_run_does_not_mix_versions_and_publishing_tells_that_it_goes(project, published):
    folder, run = project
    flag = folder / "on"
    wait = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.1)\n"
    published("overtaken", ("step:long", f"{wait}x = 1"), ("step:after", "print(x)"))
    name = f"overtaken/{run('trigger', 'overtaken', '--json').json['run_id']}"
    until(lambda: "cell 1 of 1" in run("runs", name).out)
    write_notebook(folder / "overtaken.ipynb", ("step:long", "x = 2"), ("step:after", "print(-x)"))
    told = run("publish", "overtaken.ipynb")
    assert told.status == 0, told.err
    assert f"still going: {name}; what it has not begun runs as this version" in told.err
    flag.touch()
    until(lambda: run("runs", name, "--json").json["state"] == "failed")
    shown = run("runs", name)
    assert "another version of the notebook was published since this run began" in shown.out
    assert "the code of 'long', or a definition or parameter that it uses, has changed" in shown.err


@contextmanager
def follows(folder, airflow, name):
    """What the first lines are that `nbflow runs NAME --follow` says; then it is ended."""
    secret = airflow.instance.password
    with start("runs", name, "--follow", cwd=folder, SECRET=secret) as process:
        try:
            yield [process.stderr.readline(), process.stderr.readline()]
        finally:
            process.send_signal(signal.SIGINT)


def test_a_paused_dag_starts_nothing_and_publishing_leaves_it_so(project, published, airflow):
    folder, run = project
    published("held")
    assert "paused" in run("pause", "held").out
    assert "already" in run("pause", "held").out
    write_notebook(folder / "held.ipynb", *CELLS[:-1], ("step:report", "print(ok)"))
    again = run("publish", "held.ipynb")
    assert "s, still paused: `nbflow unpause held`" in again.out
    back = run("rollback", "held", "--json")
    assert (back.status, back.json["paused"]) == (0, True)
    started = run("trigger", "held")
    assert "held is paused in Airflow: the run begins once it is let run" in started.err
    with follows(folder, airflow, "held") as said:
        assert "run: http" in said[0] + said[1]
        assert "held is paused in Airflow" in said[0] + said[1]
        assert "`nbflow unpause held`" in said[0] + said[1]
    assert run("runs", "held", "--json").json[0]["state"] == "queued"
    assert "runs again" in run("unpause", "held").out
    until(lambda: run("runs", "held", "--json").json[0]["state"] == "success")


def test_going_back_runs_the_version_before(project, published):
    folder, run = project
    first = published("back")
    second = published("back", *CELLS[:-1], ("step:report", "print('second')"))
    done = run("rollback", "back", "--json")
    assert done.status == 0, done.err
    assert (done.json["digest"], done.json["was"]) == (first, second)
    assert done.json["live_after"] is not None
    ran = run("trigger", "back", "--wait", "-o", "done.ipynb")
    assert ran.status == 0, ran.err
    assert outputs(folder / "done.ipynb")["cell-4"].split() == ["6", "3"]
    listed = run("published", "back", "--json").json[0]
    assert (listed["digest"], len(listed["versions"])) == (first, 3)
    wrong = run("rollback", "back", "ffff")
    assert wrong.status == 6
    assert second in wrong.err


def test_unpublishing_waits_for_runs_and_leaves_what_they_made(project, published):
    folder, run = project
    published("leaves")
    assert run("trigger", "leaves", "--wait").status == 0
    published("leaves", ("step:long", "import time; time.sleep(300)"))
    run("trigger", "leaves")
    refused = run("unpublish", "leaves")
    assert refused.status == 6
    assert "1 run still goes of leaves" in refused.err
    assert "nbflow cancel" in refused.err
    assert "was not paused" in run("unpause", "leaves").out
    run("cancel", "leaves")
    done = until(lambda: (done := run("unpublish", "leaves")).status == 0 and done)
    assert "unpublished" in done.out
    assert "leaves" not in run("published").out
    runs = run("runs", "leaves", "--json").json
    well = next(one for one in runs if one["state"] == "success")
    fetched = run("output", f"leaves/{well['run_id']}", "-o", "kept.ipynb")
    assert fetched.status == 0, fetched.err
    assert outputs(folder / "kept.ipynb")["cell-4"].split() == ["6", "3"]
    back = run("rollback", "leaves", "--json")
    assert (back.status, back.json["paused"]) == (0, False)
    assert "leaves" in run("published").out


def test_what_was_paused_before_it_was_unpublished_is_so_when_it_is_back(project, published):
    _, run = project
    published("hushed")
    assert run("pause", "hushed").status == 0
    assert run("unpublish", "hushed").status == 0
    again = run("publish", "hushed.ipynb")
    assert "s, still paused: `nbflow unpause hushed`" in again.out


def test_diff_shows_what_publishing_would_change(project, published):
    folder, run = project
    published("differs")
    assert "nothing would change" in run("diff", "differs.ipynb").out
    assert run("diff", "differs.ipynb", "--exit-code").status == 0
    cells = [CELLS[0], CELLS[1], ("step:check", "ok = 7"), *CELLS[3:], ("step:more", "print(ok)")]
    write_notebook(
        folder / "differs.ipynb",
        *cells,
        nbflow={"schedule": "30 2 * * *", "timezone": "Europe/Berlin"},
    )
    found = run("diff", "differs.ipynb", "--exit-code")
    assert found.status == 1, found.err
    for words in ("~ check  (cell changed: cell-3)", "+ more", "check → more", "+ 30 2 * * *"):
        assert words in found.out
    assert "  ~ cell 3 (id cell-3), step check\n" in found.out
    assert "      +ok = 7\n" in found.out
    assert found.out.count("  none → ") == found.out.count(" 02:30 CE") == 5
    assert "+++ differs.py" in found.out
    assert "+++ differs.py" not in run("diff", "differs.ipynb", "--no-text").out
    told = run("diff", "differs.ipynb", "--json").json[0]
    assert told["changed"]
    assert {one["part"] for one in told["changes"]} == {"steps", "edges", "schedule", "resources"}


def test_somebody_elses_version_is_replaced_only_by_who_has_seen_it(project, published):
    folder, run = project
    published("shared")
    (folder / ".nbflow/seen.json").unlink()  # as in a colleague's checkout
    write_notebook(folder / "shared.ipynb", *CELLS[:-1], ("step:report", "print('mine')"))
    who = {"NBFLOW_USER": "ben@example.com"}
    refused = run("publish", "shared.ipynb", **who)
    assert refused.status == 6
    assert "which you have not seen" in refused.err
    assert run("diff", "shared.ipynb", **who).status == 0
    assert run("publish", "shared.ipynb", **who).status == 0
    last = run("published", "shared", "--json").json[0]["versions"][-1]
    assert last["by"] == "ben@example.com"

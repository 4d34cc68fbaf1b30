"""What takes long goes on as a job: it can be looked at, waited for and stopped."""

import asyncio
import threading
import time

import pytest
from commands import write_notebook

from nbflow.errors import Interrupted, UsageError
from nbflow.server.calls import TooManyJobs, UnknownJob
from nbflow.server.jobs import Jobs
from waiting import until

TRAIN = {"path": "work/train.ipynb"}


def test_a_job_tells_what_happens_and_what_came_of_it():
    jobs = Jobs()

    def work(job):
        job.tell("first")
        job.tell("second")
        return {"made": 1}

    job = jobs.start("publish", "train.ipynb", work)
    until(lambda: job.ended)
    said = job.as_json()
    assert (said["state"], said["said"], said["result"]) == (
        "success",
        ["first", "second"],
        {"made": 1},
    )
    assert jobs.find(job.id) is job
    assert [one.id for one in jobs.all()] == [job.id]


def test_a_job_that_fails_says_why_and_of_a_bug_that_it_is_one():
    jobs = Jobs()

    def wrong(_):
        raise UsageError("no such parameter", hint="name another")

    failed, broken = jobs.start("run", "a", wrong), jobs.start("run", "a", lambda _: 1 / 0)
    until(lambda: failed.ended and broken.ended)
    said = failed.as_json()["error"]
    assert (said["code"], said["hint"], said["status"]) == ("usage", "name another", 400)
    assert broken.as_json()["error"]["code"] == "internal"


def test_no_more_jobs_than_allowed_go_at_once_or_wait():
    jobs, go, running = Jobs(at_once=2, waiting=3), threading.Event(), []

    def work(job):
        running.append(job)
        go.wait(20)

    started = [jobs.start("run", str(one), work) for one in range(2)]
    until(lambda: len(running) == 2)
    started += [jobs.start("run", str(one), work) for one in range(3)]
    with pytest.raises(TooManyJobs):
        jobs.start("run", "another", work)
    assert len(running) == 2
    started[-1].cancel()
    assert started[-1].as_json()["state"] == "cancelled"
    go.set()
    until(lambda: all(one.ended for one in started))
    assert [one.as_json()["state"] for one in started] == ["success"] * 4 + ["cancelled"]
    assert len(running) == 4


def test_a_job_is_cancelled_at_its_next_word_or_by_what_stops_it():
    jobs, asked = Jobs(), threading.Event()

    def talks(job):
        while True:
            job.tell("still")
            time.sleep(0.01)

    def waits(job):
        job.stopped_by(asked.set)
        asked.wait(20)
        raise Interrupted("stopped", hint="what ended is kept")

    first, second = jobs.start("publish", "a", talks), jobs.start("run", "b", waits)
    until(lambda: first.as_json()["said"] and second.state == "running")
    jobs.close()
    assert {first.state, second.state} == {"cancelled"}
    assert second.as_json()["error"]["hint"] == "what ended is kept"
    before = first.as_json()
    first.cancel()
    assert first.as_json() == before


def test_what_has_ended_is_forgotten_after_a_while():
    jobs = Jobs(kept=0.05)
    job = jobs.start("run", "a", lambda _: None)
    until(lambda: job.ended)
    time.sleep(0.1)
    with pytest.raises(UnknownJob):
        jobs.find(job.id)


async def test_an_unknown_job_is_told(ask):
    for method in ("GET", "DELETE"):
        answer = await ask(method, "jobs/nothing")
        assert (answer.status, answer.json["code"]) == (404, "unknown-job")


async def test_publishing_answers_at_once_and_its_job_says_what_came_of_it(ask, done, root):
    started = await ask("POST", "publish", TRAIN)
    assert started.headers["Location"] == f"/a%40b/nbflow/api/jobs/{started.json['id']}"
    job = await done(started)
    assert job["state"] == "success", job
    assert (job["result"]["dag_id"], job["result"]["changed"]) == ("train", True)
    assert (job["said"], job["about"]) == (["Checking", "Publishing"], "work/train.ipynb")
    assert (root / "work/.nbflow/dags/train.py").is_file()
    listed = (await ask("GET", "pipelines", project="work")).json
    assert [one["dag_id"] for one in listed["pipelines"]] == ["train"]
    assert (listed["total"], listed["pipelines"][0]["in_airflow"]) == (1, False)
    assert listed["pipelines"][0]["path"] == "work/train.ipynb"
    assert "does not run" in listed["unasked"]
    for sought in ({"contains": "zzz"}, {"dag_id": "trai"}):
        nothing = (await ask("GET", "pipelines", project="work", **sought)).json
        assert (nothing["total"], nothing["pipelines"]) == (0, [])
    alone = (await ask("GET", "pipelines", project="work", dag_id="train")).json
    assert alone["pipelines"] == listed["pipelines"]


async def test_a_notebook_with_errors_is_published_as_little_as_another_ones_name(
    ask, done, root, content
):
    content["cells"][1]["source"] = "rows = nothing_there"
    job = await done(await ask("POST", "publish", {**TRAIN, "content": content}))
    assert (job["state"], job["error"]["code"], job["error"]["status"]) == ("failed", "check", 422)
    assert "cell-2" in [one["cell"] for one in job["error"]["diagnostics"]]
    assert not (root / "work/.nbflow/dags/train.py").exists()
    await done(await ask("POST", "publish", TRAIN))
    write_notebook(root / "work/other.ipynb", ("step:a", "x = 1"), nbflow={"name": "train"})
    other = await done(await ask("POST", "publish", {"path": "work/other.ipynb"}))
    assert other["error"]["code"] == "target"
    compared = await ask("POST", "diff", {"path": "work/other.ipynb"})
    assert compared.json["another"] == "train.ipynb"
    assert (await ask("POST", "diff", TRAIN)).json["another"] is None
    forced = await done(await ask("POST", "publish", {"path": "work/other.ipynb", "force": True}))
    assert forced["state"] == "success"
    assert (await ask("POST", "diff", TRAIN)).json["another"] == "other.ipynb"


async def test_what_another_window_published_is_published_over_by_force_alone(
    ask, done, root, content
):
    first = (await done(await ask("POST", "publish", {**TRAIN, "shown": []})))["result"]["digest"]
    content["cells"][3]["source"] = "assert trees < 50"
    here = {**TRAIN, "content": content, "shown": []}
    refused = await done(await ask("POST", "publish", here))
    assert (refused["error"]["code"], refused["error"]["forcible"]) == ("target", True)
    assert "which you have not seen" in refused["error"]["message"]
    assert refused["error"]["unseen"].keys() == {"digest", "by", "moment"}
    assert refused["error"]["unseen"]["digest"] == first
    seen = await done(await ask("POST", "publish", {**here, "shown": [first]}))
    assert (seen["state"], seen["result"]["changed"]) == ("success", True)
    forced = await done(await ask("POST", "publish", {**TRAIN, "shown": [first], "force": True}))
    assert forced["state"] == "success"
    wrong = await ask("POST", "publish", {**TRAIN, "shown": ["../etc"]})
    assert wrong.status == 400


async def test_versions_are_told_rolled_back_to_and_taken_away(ask, done, root, content):
    first = (await done(await ask("POST", "publish", TRAIN)))["result"]["digest"]
    content["cells"][3]["source"] = "assert trees < 50"
    second = await done(await ask("POST", "publish", {**TRAIN, "content": content}))
    told = (await ask("GET", "pipelines/train", project="work")).json
    assert [one["digest"] for one in told["versions"]] == [first, second["result"]["digest"]]
    shown = (await ask("GET", "pipelines/train/diff", project="work")).json
    assert (shown["digest"], shown["published"]["digest"]) == (first, told["digest"])
    assert [(one["cell"], one["sort"]) for one in shown["cells"]] == [("cell-4", "changed")]
    none = (await ask("GET", "pipelines/train/diff", project="work", digest=told["digest"])).json
    assert (none["changed"], none["changes"], none["cells"]) == (False, [], [])
    unknown = await ask("GET", "pipelines/train/diff", project="work", digest="ffff")
    assert (unknown.status, first in unknown.json["hint"]) == (502, True)
    back = await done(await ask("POST", "pipelines/train/rollback", {}, project="work"))
    assert back["result"]["published"]["digest"] == first
    gone = await done(await ask("POST", "pipelines/train/unpublish", {}, project="work"))
    assert (gone["state"], gone["result"]["going"]) == ("success", [])
    assert (await ask("GET", "pipelines", project="work")).json["pipelines"] == []
    missing = await ask("GET", "pipelines/nope", project="work")
    assert (missing.status, missing.json["code"]) == (502, "target")


async def test_the_log_of_a_run_in_airflow_that_is_away_is_not_sought_in_the_store(ask, root):
    (root / "work/.nbflow/store/default/train/manual__1").mkdir(parents=True)
    known = (await ask("GET", "runs/train/manual__1", project="work")).json
    assert (known["here"], known["url"]) == (False, None)
    refused = await ask("GET", "runs/train/manual__1/logs", project="work", step="fit")
    assert (refused.status, refused.json["code"]) == (502, "remote")
    assert "no Airflow is running" in refused.json["message"]


@pytest.mark.slow
async def test_an_unsaved_notebook_runs_here_and_the_run_can_be_looked_at(ask, done, root, content):
    content["cells"][2]["source"] = "accuracy = len(rows) / 20\nprint('unsaved')"
    sent = {**TRAIN, "content": content, "parameters": {"trees": 16}}
    job = await done(await ask("POST", "run", sent))
    assert job["state"] == "success", job
    run = job["result"]
    assert (run["state"], run["here"], run["metrics"]) == ("success", True, {"accuracy": 0.8})
    assert [one["cells_done"] for one in job["run"]["steps"]] == [1, 3]
    name = f"runs/train/{run['run_id']}"
    shown = (await ask("GET", name, project="work")).json
    assert [one["state"] for one in shown["steps"]] == ["success", "success"]
    lines = (await ask("GET", f"{name}/logs", project="work", step="fit")).json
    assert ([one["text"] for one in lines["lines"]], lines["next"]) == (["unsaved"], 1)
    rest = (await ask("GET", f"{name}/logs", project="work", step="fit", after=1)).json
    assert (rest["lines"], rest["next"], rest["finished"]) == ([], 1, True)
    wrong = await ask("GET", f"{name}/logs", project="work", step="nope")
    assert (wrong.status, "load, fit" in wrong.json["hint"]) == (400, True)
    (notebook,) = (await ask("GET", f"{name}/notebooks", project="work", header="false")).json
    assert notebook["name"] == "train"
    cells = {one["id"]: one for one in notebook["content"]["cells"]}
    assert cells["cell-3"]["outputs"][0]["text"] in ("unsaved\n", ["unsaved\n"])
    assert "".join(cells["nbflow-injected-parameters"]["source"]) == "# Parameters\ntrees = 16"
    listed = (await ask("GET", "runs", project="work", dag_id="train")).json
    assert [one["run_id"] for one in listed["runs"]] == [run["run_id"]]
    await done(await ask("POST", "publish", TRAIN))
    for state, known in (("success", ["train"]), ("failed", []), ("going", []), ("paused", [])):
        found = (await ask("GET", "pipelines", project="work", state=state)).json
        assert [one["dag_id"] for one in found["pipelines"]] == known, state
        assert found["total"] == len(known)
    await done(await ask("POST", "run", {**TRAIN, "parameters": {"trees": 100}}))
    found = (await ask("GET", "pipelines", project="work", state="failed")).json
    assert [one["latest"]["state"] for one in found["pipelines"]] == ["failed"]
    assert (await ask("GET", "pipelines", project="work", state="odd")).status == 400
    here = await ask("POST", f"{name}/cancel", project="work")
    assert (here.status, here.json["code"]) == (400, "usage")


@pytest.mark.slow
async def test_a_failed_run_says_its_cell_is_debugged_and_goes_on(ask, done, root, content):
    job = await done(await ask("POST", "run", {**TRAIN, "parameters": {"trees": 100}}))
    assert (job["state"], job["result"]["state"]) == ("success", "failed")
    failure = job["result"]["failure"]
    assert (failure["code"], failure["cell"], failure["step"]) == ("step-failed", "cell-4", "fit")
    name = f"runs/train/{job['result']['run_id']}"
    debug = (await ask("GET", f"{name}/debug", project="work")).json
    assert "assert trees < 100" in str(debug["content"]["cells"][-1]["source"])
    content["cells"][3]["source"] = "assert trees < 101"
    resumed = await done(
        await ask(
            "POST",
            "run",
            {**TRAIN, "content": content, "resume": job["result"]["run_id"]},
        )
    )
    assert resumed["result"]["state"] == "success", resumed
    assert [one["kept"] for one in resumed["result"]["steps"]] == [True, False]
    wrong = await done(await ask("POST", "run", {**TRAIN, "parameters": {"tres": 1}}))
    assert (wrong["state"], wrong["error"]["code"]) == ("failed", "usage")


@pytest.mark.slow
async def test_several_notebooks_run_as_one_pipeline_with_their_approval_answered(ask, done, root):
    (root / "work/weekly.yaml").write_text(
        "stages:\n"
        "  train: {notebook: train.ipynb}\n"
        "  good: {approve: good enough?, after: [train]}\n"
        "  again: {notebook: train.ipynb, after: [good]}\n"
    )
    unanswered = await done(await ask("POST", "run", {"path": "work/weekly.yaml"}))
    assert (unanswered["state"], unanswered["error"]["code"]) == ("failed", "usage")
    job = await done(await ask("POST", "run", {"path": "work/weekly.yaml", "approve": True}))
    assert job["state"] == "success", job
    name = f"runs/{job['result']['dag_id']}/{job['result']['run_id']}"
    found = await ask("GET", f"{name}/notebooks", project="work")
    assert found.status == 200, found.json
    assert [one["name"] for one in found.json] == ["again", "train"]


@pytest.mark.slow
async def test_a_run_shows_its_progress_and_is_cancelled_and_others_are_answered_meanwhile(
    ask, done, root
):
    write_notebook(
        root / "work/long.ipynb",
        ("step:first", "x = 1"),
        ("step:second", "import time\ntime.sleep(300)\nprint(x)"),
    )
    started = await ask("POST", "run", {"path": "work/long.ipynb"})
    path, job = f"jobs/{started.json['id']}", started.json

    def second():
        return job["run"] and job["run"]["steps"] and job["run"]["steps"][1]["state"] == "running"

    end = time.monotonic() + 60
    while not second():
        assert time.monotonic() < end, job
        waiting = asyncio.ensure_future(ask("GET", path, after=job["version"], wait=30))
        begun = time.monotonic()
        assert (await ask("GET", "next-runs", schedule="@daily")).status == 200
        assert time.monotonic() - begun < 25
        job = (await waiting).json
    assert job["run"]["steps"][0]["state"] == "success"
    await ask("DELETE", path)
    ended = await done(started)
    assert (ended["state"], ended["error"]["code"]) == ("cancelled", "interrupted")
    (shown,) = (await ask("GET", "runs", project="work")).json["runs"]
    assert shown["state"] == "cancelled"


@pytest.mark.slow
async def test_the_graph_of_a_run_says_what_its_steps_need_and_where_its_notebook_is(
    ask, done, root
):
    (root / "nbflow.yaml").write_text("defaults: {retries: 0}\n")
    job = await done(await ask("POST", "run", TRAIN))
    path = f"runs/train/{job['result']['run_id']}/graph"
    found = (await ask("GET", path, project="work")).json
    load, fit = found["steps"]
    assert load == {"name": "load", "needs": []}
    assert fit["needs"] == [{"step": "load", "because": [{"kind": "variables", "names": ["rows"]}]}]
    assert found["notebook"] == "work/train.ipynb"
    assert (await ask("GET", path)).json == found
    (root / "elsewhere").mkdir()
    aside = (await ask("GET", path, project="elsewhere")).json
    assert aside == found
    wrong = await ask("GET", "runs/train/local__nope/graph", project="work")
    assert (wrong.status, wrong.json["code"]) == (502, "store")


@pytest.mark.slow
async def test_in_the_graph_of_several_notebooks_approvals_stand_between_their_steps(
    ask, done, root
):
    (root / "work/weekly.yaml").write_text(
        "stages:\n"
        "  train: {notebook: train.ipynb}\n"
        "  good: {approve: good enough?, after: [train]}\n"
        "  sure: {approve: sure?, after: [good]}\n"
        "  again: {notebook: train.ipynb, after: [sure]}\n"
    )
    job = await done(await ask("POST", "run", {"path": "work/weekly.yaml", "approve": True}))
    path = f"runs/{job['result']['dag_id']}/{job['result']['run_id']}/graph"
    found = (await ask("GET", path, project="work")).json
    needs = {step["name"]: [one["step"] for one in step["needs"]] for step in found["steps"]}
    assert needs == {
        "train.load": [],
        "train.fit": ["train.load"],
        "good": ["train.fit"],
        "sure": ["good"],
        "again.load": ["sure"],
        "again.fit": ["again.load"],
    }
    names = list(needs)
    assert all(names.index(one) < names.index(name) for name in names for one in needs[name])
    assert found["notebook"] == "work/weekly.yaml"

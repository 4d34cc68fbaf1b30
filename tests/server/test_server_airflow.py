"""What is published and what runs, in a real Airflow, as the panel of JupyterLab asks for it."""

import asyncio
import time

import pytest
from commands import write_notebook

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(600)]

CELLS = (
    ("parameters", "bad = False"),
    ("step:load", "rows = [1, 2, 3]\nprint('loaded')\nopen('rows.csv', 'w').write('1,2,3')"),
    ("step:check", "assert not bad, 'bad rows'\nok = len(rows)"),
    ("step:report", "print(sum(rows), ok)"),
)


@pytest.fixture
def project(root, airflow, monkeypatch):
    """The folder `work`, whose settings mean the session's Airflow."""
    monkeypatch.setenv("SECRET", airflow.instance.password)
    (root / "work/nbflow.yaml").write_text(
        f"store: {airflow.store}\n"
        f"target: {{kind: folder, path: {airflow.dags}}}\n"
        f"airflow: {{url: '{airflow.instance.url}', user: {airflow.instance.user},"
        " password_env: SECRET}\n"
        "defaults: {retries: 0, retry_delay: 1s}\n"
    )
    return root / "work"


@pytest.fixture
def publish(project, ask, done):
    """Publishes a notebook of this name, and answers what came of it."""

    async def publish(name, *cells, **metadata):
        write_notebook(project / f"{name}.ipynb", *(cells or CELLS), **metadata)
        job = await done(await ask("POST", "publish", {"path": f"work/{name}.ipynb"}), 240)
        assert job["state"] == "success", job
        return job["result"]

    return publish


@pytest.fixture
def seen(ask):
    """Waits until a run is as wanted."""

    async def seen(run, wanted, seconds=120):
        path, end = f"runs/{run['dag_id']}/{run['run_id']}", time.monotonic() + seconds
        while True:
            found = (await ask("GET", path, project="work")).json
            if wanted(found):
                return found
            assert time.monotonic() < end, found
            await asyncio.sleep(0.5)

    return seen


async def test_a_run_is_triggered_followed_read_and_goes_on_after_its_failure(
    ask, publish, seen, airflow
):
    done = await publish("served")
    assert done["live_after"] is not None
    assert done["url"] == f"{airflow.instance.url}/dags/served"
    reach = (await ask("GET", "airflow", project="work")).json
    assert (reach["embedded"], reach["state"]) == (False, "ready")
    (bad,) = (await ask("GET", "pipelines/served/parameters", project="work")).json
    assert (bad["name"], bad["type"], bad["default"]) == ("bad", "bool", False)
    wrong = await ask(
        "POST", "pipelines/served/trigger", {"parameters": {"bda": True}}, project="work"
    )
    assert (wrong.status, wrong.json["code"]) == (400, "usage")
    sent = {"parameters": {"bad": True}}
    started = (await ask("POST", "pipelines/served/trigger", sent, project="work")).json
    assert started["paused"] is False
    failed = await seen(started["run"], lambda run: run["state"] == "failed")
    assert failed["failure"]["cell"] == "cell-3"
    assert (failed["here"], failed["url"].startswith(airflow.instance.url)) == (False, True)
    name = f"runs/served/{failed['run_id']}"
    lines = (await ask("GET", f"{name}/logs", project="work", step="check")).json
    assert any("bad rows" in one["text"] for one in lines["lines"])
    further = (
        await ask("GET", f"{name}/logs", project="work", step="check", after=lines["next"])
    ).json
    assert (further["lines"], further["finished"]) == ([], True)
    (notebook,) = (await ask("GET", f"{name}/notebooks", project="work")).json
    cells = {one["id"]: one for one in notebook["content"]["cells"]}
    assert cells["cell-3"]["outputs"][-1]["ename"] == "AssertionError"
    assert "bad = True" in str(cells["nbflow-injected-parameters"]["source"])
    debug = (await ask("GET", f"{name}/debug", project="work")).json
    assert "assert not bad" in str(debug["content"]["cells"][-1]["source"])
    left = await ask("GET", f"{name}/files", project="work")
    assert left.json == [{"name": "rows.csv", "size": 5, "step": "load"}]
    saved = (await ask("POST", f"{name}/files", {}, project="work")).json
    assert saved == {"folder": "work", "files": ["work/rows.csv"]}
    resumed = (await ask("POST", f"{name}/resume", project="work")).json
    assert resumed["steps"] == ["check", "report"]
    await seen(failed, lambda run: run["state"] == "failed")
    listed = (await ask("GET", "pipelines", project="work", contains="served")).json
    (one,) = listed["pipelines"]
    assert (one["in_airflow"], one["paused"], one["broken"]) == (True, False, False)
    assert (one["latest"]["run_id"], one["latest"]["state"]) == (failed["run_id"], "failed")


async def test_a_run_is_cancelled_and_a_pipeline_is_paused_and_taken_away(ask, publish, seen, done):
    await publish("halted", ("step:long", "import time; time.sleep(300)"), ("step:after", "x = 1"))
    run = (await ask("POST", "pipelines/halted/trigger", {}, project="work")).json["run"]
    going = await seen(run, lambda run: run["steps"] and run["steps"][0]["state"] == "running")
    assert going["failure"] is None

    async def are(state):
        found = await ask("GET", "pipelines", project="work", state=state, contains="halted")
        return [one["dag_id"] for one in found.json["pipelines"]]

    assert [await are(state) for state in ("going", "failed", "paused")] == [["halted"], [], []]
    refused = await done(await ask("POST", "pipelines/halted/unpublish", {}, project="work"))
    assert refused["error"]["code"] == "target"
    assert "still goes" in refused["error"]["message"]
    path = f"runs/halted/{run['run_id']}"
    assert (await ask("POST", f"{path}/cancel", project="work")).json == {"changed": True}
    await seen(run, lambda run: run["state"] == "cancelled")
    known = [await are(state) for state in ("going", "failed", "success", "paused")]
    assert known == [[], ["halted"], [], []]
    assert (await ask("POST", f"{path}/cancel", project="work")).json == {"changed": False}
    assert (await ask("POST", "pipelines/halted/pause", project="work")).json == {"changed": True}
    assert (await ask("POST", "pipelines/halted/unpause", project="work")).json == {"changed": True}
    nothing = await ask("POST", f"{path}/approve", {"approved": True}, project="work")
    assert (nothing.status, nothing.json["code"]) == (400, "usage")
    gone = await done(await ask("POST", "pipelines/halted/unpublish", {}, project="work"))
    assert gone["state"] == "success", gone
    unknown = await ask("POST", "pipelines/nope/pause", project="work")
    assert (unknown.status, unknown.json["code"]) == (502, "remote")


async def test_runs_come_page_by_page_each_once_those_here_among_them(
    ask, publish, seen, done, project
):
    await publish("paged", ("step:only", "x = 1"))
    ran = [
        (await ask("POST", "pipelines/paged/trigger", {}, project="work")).json["run"]
        for _ in range(3)
    ]
    for run in ran:
        await seen(run, lambda run: run["state"] == "success")
    here = await done(await ask("POST", "run", {"path": "work/paged.ipynb"}))
    ran.append(here["result"])
    found, after = [], {}
    for _ in range(5):
        page = (await ask("GET", "runs", project="work", dag_id="paged", limit=2, **after)).json
        assert (len(page["runs"]) <= 2, page["unasked"]) == (True, None)
        found += page["runs"]
        if page["further"] is None:
            break
        after = {"after": page["further"]}
    assert [one["run_id"] for one in found] == [one["run_id"] for one in reversed(ran)]
    assert [one["here"] for one in found] == [True, False, False, False]
    for states, count in (("failed,queued", 0), ("success", 4)):
        page = (await ask("GET", "runs", project="work", dag_id="paged", states=states)).json
        assert len(page["runs"]) == count
    wrong = await ask("GET", "runs", project="work", after="page-2")
    assert (wrong.status, wrong.json["code"]) == (400, "usage")


async def test_a_wrong_password_is_told_as_one(ask, done, project, monkeypatch):
    write_notebook(project / "barred.ipynb", ("step:a", "x = 1"))
    sent = {"path": "work/barred.ipynb", "wait": False}
    assert (await done(await ask("POST", "publish", sent)))["state"] == "success"
    monkeypatch.setenv("SECRET", "wrong")
    away = (await ask("GET", "airflow", project="work")).json
    assert (away["state"], bool(away["reason"])) == ("refused", True)
    listed = (await ask("GET", "runs", project="work", dag_id="barred")).json
    assert (listed["runs"], bool(listed["unasked"])) == ([], True)
    published = (await ask("GET", "pipelines", project="work", contains="barred")).json
    assert [one["in_airflow"] for one in published["pipelines"]] == [False]
    assert published["unasked"]
    job = await done(await ask("POST", "publish", {"path": "work/barred.ipynb"}))
    assert (job["state"], job["error"]["code"]) == ("failed", "remote")


async def test_what_airflow_cannot_import_is_told_at_its_cell(
    ask, done, project, tmp_path, monkeypatch
):
    """Of a backend of somebody else's, whose operators Airflow has in another edition."""
    (tmp_path / "acme_server.py").write_text(
        "from nbflow.bundles.backend_papermill import dag_text\n\n\n"
        "def write(plan, *, digest):\n"
        "    text = dag_text(plan, digest=digest)\n"
        "    wrong = 'task_id=\"check\",\\n        priority=1,'\n"
        "    return text.replace('task_id=\"check\",', wrong, 1)\n"
    )
    about = tmp_path / "acme_server-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme_server\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[nbflow.backends]\nacme = acme_server:write\n")
    monkeypatch.syspath_prepend(tmp_path)
    settings = project / "nbflow.yaml"
    settings.write_text(f"{settings.read_text()}backend: acme\n")
    write_notebook(project / "unsound.ipynb", *CELLS)
    job = await done(await ask("POST", "publish", {"path": "work/unsound.ipynb"}), 240)
    assert (job["state"], job["error"]["code"]) == ("failed", "not-live")
    (found,) = job["error"]["diagnostics"]
    assert (found["code"], found["cell"]) == ("NB610", "cell-3")


async def test_nobody_waits_any_longer_for_what_airflow_never_gets(ask, done, project, tmp_path):
    write_notebook(project / "lost.ipynb", ("step:a", "x = 1"))
    text = (project / "nbflow.yaml").read_text()
    elsewhere = text.replace(
        "target: {kind: folder, path: ", f"target: {{kind: folder, path: {tmp_path}"
    )
    (project / "nbflow.yaml").write_text(elsewhere)
    started = await ask("POST", "publish", {"path": "work/lost.ipynb"})
    job = started.json
    while not any("lost" in one for one in job["said"]):
        job = (await ask("GET", f"jobs/{job['id']}", after=job["version"], wait=10)).json
        assert job["state"] in {"queued", "running"}, job
    begun = time.monotonic()
    await ask("DELETE", f"jobs/{job['id']}")
    job = await done(started)
    assert (job["state"], time.monotonic() - begun < 60) == ("cancelled", True)
    assert job["result"]["missing"]


async def test_the_private_airflow_is_started_as_a_job_once(ask, done, root, airflow):
    """The session's is taken for the project's: to start another one takes half a minute."""
    (root / "work/nbflow.yaml").write_text(f"target: {{kind: folder, path: {airflow.dags}}}\n")
    none = await done(await ask("POST", "airflow/down", project="work"))
    assert none["result"] == {"stopped": False}
    (root / "work/.nbflow").mkdir()
    (root / "work/.nbflow/airflow").symlink_to(airflow.instance.home)
    job = await done(await ask("POST", "airflow/up", project="work"))
    assert job["state"] == "success", job
    assert job["result"]["url"] == airflow.instance.url
    assert (job["result"]["state"], job["result"]["user"]) == ("ready", airflow.instance.user)
    assert airflow.instance.password not in str(job)
    assert any("ready" in one for one in job["said"])
    settings = (await ask("GET", "settings", project="work")).json
    assert settings["airflow"]["state"] == "ready"

"""A real Airflow reads DAGs from each kind of target, by its own DAG bundles."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "cli"))

from commands import nbflow, outputs, write_notebook
from object_servers import BUCKET

from waiting import until

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(600)]

CELLS = [("step:load", "rows = [1, 2, 3]"), ("step:report", "print(sum(rows))")]
TARGETS = {
    "git": "{{kind: git, url: '{folder}/remote.git', path: dags, author: 'A <a@example.com>'}}",
    "s3": f"{{{{kind: s3, url: 's3://{BUCKET}/live'}}}}",
}


@pytest.fixture(params=TARGETS)
def project(request, tmp_path, s3):
    """A project with such a target and with its private Airflow."""
    from subprocess import run

    run(["git", "init", "-q", "--bare", "-b", "main", tmp_path / "remote.git"], check=True)
    store = tmp_path / "store"
    target = TARGETS[request.param].format(folder=tmp_path)
    (tmp_path / "nbflow.yaml").write_text(f"store: {store}\ntarget: {target}\n")
    environ = {**s3.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def command(*arguments):
        return nbflow(*arguments, cwd=tmp_path, timeout=300, **environ)

    write_notebook(tmp_path / "sales.ipynb", *CELLS)
    assert command("publish", "sales.ipynb", "--no-wait").status == 0
    up = command("airflow", "up")
    assert up.status == 0, up.err
    yield tmp_path, command, request.param
    command("airflow", "down")


def finished(command):
    """The newest run, once it has ended."""
    found = {}

    def has_ended():
        found.update(command("runs", "sales", "--json").json[0])
        return found["ended"] is not None

    until(has_ended)
    return command("runs", f"sales/{found['run_id']}", "--json").json


def goes_on_as_it_began(command, *, kept):
    """What is corrected meanwhile does not count, where Airflow keeps how it was."""
    resumed = command("resume", "sales", "--as-begun")
    if not kept:
        assert resumed.status == 2
        assert "Airflow keeps one version of the DAG sales" in resumed.err
        return
    assert resumed.status == 0, resumed.err
    assert "ZeroDivisionError" in finished(command)["steps"][1]["failure"]["ename"]


def test_a_pipeline_is_published_changed_mended_and_rolled_back(project):
    folder, command, kind = project
    published = command("publish", "sales.ipynb", "--json")
    assert published.status == 0, published.err
    assert not published.json[0]["changed"]
    first = published.json[0]["digest"]
    ran = command("trigger", "sales", "--wait", "-o", "done.ipynb")
    assert ran.status == 0, ran.err
    assert outputs(folder / "done.ipynb")["cell-2"].strip() == "6"

    write_notebook(folder / "sales.ipynb", CELLS[0], ("step:report", "print('new', rows, 1 / 0)"))
    changed = command("publish", "sales.ipynb", "--json")
    assert changed.status == 0, changed.err
    assert changed.json[0]["live_after"] < 60
    assert command("trigger", "sales", "--wait").status == 10
    goes_on_as_it_began(command, kept=kind == "git")
    write_notebook(folder / "sales.ipynb", CELLS[0], ("step:report", "print('new', rows)"))
    assert command("publish", "sales.ipynb").status == 0
    assert command("resume", "sales").status == 0
    ended = finished(command)
    assert ended["state"] == "success", ended
    assert [step["attempt"] for step in ended["steps"]] == [1, 3 if kind == "git" else 2]
    assert command("output", "sales", "-o", "done.ipynb").status == 0
    assert outputs(folder / "done.ipynb")["cell-2"].strip() == "new [1, 2, 3]"

    back = command("rollback", "sales", first, "--json")
    assert back.status == 0, back.err
    assert back.json["digest"] == first
    ran = command("trigger", "sales", "--wait", "-o", "done.ipynb")
    assert ran.status == 0, ran.err
    assert outputs(folder / "done.ipynb")["cell-2"].strip() == "6"
    assert command("unpublish", "sales").status == 0

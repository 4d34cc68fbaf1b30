"""Several notebooks are published at once to a real Airflow, which cannot import all of them."""

import os

import pytest
from commands import write_notebook

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(400)]

# A backend of somebody else's, whose operators Airflow has not, or has in another edition.
BACKEND = """\
from nbflow.bundles.backend_papermill import dag_text


def write(plan, *, digest):
    text = dag_text(plan, digest=digest)
    if "queue" in plan.pipeline.options.tags:
        return text.replace("from airflow.sdk", "import acme_air\\nfrom airflow.sdk", 1)
    if "strict" in plan.pipeline.options.tags:
        return text.replace('task_id="check",', 'task_id="check",\\n        priority=1,', 1)
    return text
"""
CELLS = [("step:load", "rows = [1, 2]"), ("step:check", "assert rows")]


@pytest.fixture
def backend(project, tmp_path_factory):
    """Run commands in a project whose backend is the one above."""
    folder, run = project
    plugins = tmp_path_factory.mktemp("plugins")
    (plugins / "acme.py").write_text(BACKEND)
    about = plugins / "acme-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[nbflow.backends]\nacme = acme:write\n")
    settings = folder / "nbflow.yaml"
    settings.write_text(f"{settings.read_text()}backend: acme\n")
    path = os.pathsep.join(filter(None, [str(plugins), os.environ.get("PYTHONPATH")]))
    return folder, lambda *arguments: run(*arguments, PYTHONPATH=path)


def test_what_airflow_cannot_import_is_a_finding_and_keeps_no_other_from_being_live(backend):
    folder, run = backend
    tags = {"fine": [], "foreign": ["queue"], "strict": ["strict"], "sound": []}
    names = [f"arrives_{name}" for name in tags]
    for name, tagged in zip(names, tags.values(), strict=True):
        write_notebook(folder / f"{name}.ipynb", *CELLS, nbflow={"tags": tagged})
    files = [f"{name}.ipynb" for name in names]
    done = run("publish", *files, "--json")
    assert done.status == 6, done.err
    error = done.json["error"]
    assert error["code"] == "not-live"
    assert "2 of 4 DAGs: arrives_foreign, arrives_strict" in error["message"]
    live = {one["dag_id"]: one["live_after"] for one in error["published"]}
    assert list(live) == names
    assert [seconds is not None for seconds in live.values()] == [True, False, False, True]
    foreign, strict = error["diagnostics"]
    assert (foreign["code"], foreign["cell"]) == ("NB610", None)
    assert foreign["file"].endswith("arrives_foreign.py")
    assert "No module named 'acme_air'" in foreign["message"]
    assert foreign["hint"].startswith("Install acme_air where")
    assert (strict["code"], strict["cell"], strict["line"]) == ("NB610", "cell-2", None)
    assert "step 'check'" in strict["message"]
    assert "2 of 4 DAGs are live" in done.err

    # Again, changed but not mended, as a person reads it.
    for name in names[1:3]:
        write_notebook(
            folder / f"{name}.ipynb", *CELLS, "print(1)", nbflow={"tags": tags[name[8:]]}
        )
    told = run("publish", *files)
    assert told.status == 6
    assert f"{names[0]}: unchanged" in told.out
    assert f"{names[1]}: published" in told.out
    line = foreign["line"]
    for words in (
        "error[NB610]: Airflow cannot import arrives_foreign.py",
        f"arrives_foreign.py, line {line}",
        f" {line} | import acme_air",
        "arrives_strict.ipynb: cell 2 (id cell-2)",
        "nbflow rollback DAG",
    ):
        assert words in told.err

    for name in names[1:3]:
        write_notebook(folder / f"{name}.ipynb", *CELLS, nbflow={"tags": []})
    mended = run("publish", *files, "--json")
    assert mended.status == 0, mended.err
    assert all(one["live_after"] is not None for one in mended.json)

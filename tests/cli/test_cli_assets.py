"""Pipelines that start each other by what they make, in a real Airflow."""

import time

import pytest
from commands import write_notebook

from waiting import until

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(400)]

ORDERS = "file://lake/nbflow-tests/orders"
# Ends in two steps: neither speaks for the whole run.
MAKER = [
    ("parameters", "bad = False"),
    ("step:load", "rows = [1, 2]"),
    ("step:good prev:load", "print(sum(rows))"),
    ("step:risky prev:load", "assert not bad, 'bad rows'\nprint(len(rows))"),
]


def ended_well(run, dag_id):
    """The runs of a DAG that ended well."""
    return [one for one in run("runs", dag_id, "--json").json if one["state"] == "success"]


def test_a_run_that_ends_well_starts_the_pipeline_that_waits_and_a_failed_one_does_not(project):
    folder, run = project
    write_notebook(folder / "asset_maker.ipynb", *MAKER, nbflow={"makes": [ORDERS]})
    write_notebook(
        folder / "asset_user.ipynb", "print('they came')", nbflow={"waits_for": [ORDERS]}
    )
    published = run("publish", "asset_maker.ipynb", "asset_user.ipynb")
    assert published.status == 0, published.err

    failed = run("trigger", "asset_maker", "-p", "bad=true", "--wait")
    assert failed.status == 10
    time.sleep(5)
    assert run("runs", "asset_user", "--json").json == []

    made = run("trigger", "asset_maker", "--wait", "-o", "made.ipynb")
    assert made.status == 0, made.err
    (ran,) = until(lambda: ended_well(run, "asset_user"))
    assert ran["run_id"].startswith("asset_triggered")


def test_the_last_step_of_a_chain_updates_what_the_run_makes(project):
    folder, run = project
    uri = f"{ORDERS}/chain"
    write_notebook(
        folder / "asset_chain.ipynb",
        ("step:one", "x = 1"),
        ("step:two", "print(x)"),
        nbflow={"makes": [uri]},
    )
    write_notebook(
        folder / "asset_either.ipynb",
        "print('one of them')",
        nbflow={"waits_for": {"any": [uri, f"{ORDERS}/never"]}, "schedule": "0 0 1 1 *"},
    )
    published = run("publish", "asset_chain.ipynb", "asset_either.ipynb")
    assert published.status == 0, published.err
    made = run("trigger", "asset_chain", "--wait", "--json")
    assert made.status == 0, made.err
    assert [step["name"] for step in made.json["steps"]] == ["one", "two"]
    assert until(lambda: ended_well(run, "asset_either"))


def test_diff_tells_of_the_assets(project):
    folder, run = project
    write_notebook(folder / "asset_diff.ipynb", "x = 1", nbflow={"waits_for": [f"{ORDERS}/a"]})
    assert run("publish", "asset_diff.ipynb").status == 0
    write_notebook(folder / "asset_diff.ipynb", "x = 1", nbflow={"waits_for": [f"{ORDERS}/b"]})
    told = run("diff", "asset_diff.ipynb")
    assert told.status == 0, told.err
    assert f"{ORDERS}/a" in told.out
    assert f"{ORDERS}/b" in told.out

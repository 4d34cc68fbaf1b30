"""What is said while the project's private Airflow, which there was, does not run."""

import pytest
from click.testing import CliRunner
from commands import nbflow, write_notebook

from nbflow import embedded
from nbflow.cli import airflow
from nbflow.embedded.instance import COMPONENTS


@pytest.fixture
def away(tmp_path):
    """A project with something published, whose private Airflow has been stopped."""
    write_notebook(tmp_path / "churn.ipynb", ("step:load", "rows = [1, 2, 3]"))
    assert nbflow("publish", "churn.ipynb", "--no-wait", cwd=tmp_path).status == 0
    (tmp_path / ".nbflow/airflow").mkdir()
    return lambda *arguments: nbflow(*arguments, cwd=tmp_path)


def test_unpublishing_warns_that_nothing_was_paused_and_diff_knows_that_it_was_there(away):
    done = away("unpublish", "churn")
    assert (done.status, "unpublished" in done.out) == (0, True)
    assert "warning: Airflow is not running: churn was not paused there" in done.err
    again = away("diff", "churn.ipynb", "--json").json[0]
    assert (again["published"], again["unpublished"]["digest"]) == (None, again["digest"])
    said = away("diff", "churn.ipynb").out
    assert f"would be published again, as {again['digest']}; there was " in said
    assert "unpublished by" in said
    assert away("rollback", "churn", "--no-wait").status == 0
    told = away("unpublish", "churn", "--json")
    assert "not paused" in told.json["warnings"][0]


def test_what_going_back_would_change_is_shown_and_nothing_is_written(away, tmp_path):
    first = away("published", "churn", "--json").json[0]["digest"]
    write_notebook(
        tmp_path / "churn.ipynb",
        ("step:load", "rows = [1, 2, 3, 4]"),
        ("step:show", "print(rows)"),
        nbflow={"schedule": "@daily"},
    )
    second = away("publish", "churn.ipynb", "--no-wait", "--json").json[0]["digest"]
    said = away("rollback", "churn", "--diff")
    assert said.status == 0, said.err
    assert f"churn: {first} would replace {second}" in said.out
    assert "- show" in said.out
    assert "-rows = [1, 2, 3, 4]" in said.out
    assert "- @daily" in said.out
    told = away("rollback", "churn", "--diff", "--json").json
    assert (told["digest"], told["changed"], told["next_runs"]) == (first, True, [])
    same = away("rollback", "churn", second[:6], "--diff")
    assert "nothing would change" in same.out
    assert away("rollback", "churn", "ffff", "--diff").status == 6
    assert away("published", "churn", "--json").json[0]["digest"] == second
    away("unpublish", "churn")
    assert f"would be published again, as {second}" in away("rollback", "churn", "--diff").out


def test_a_list_of_runs_says_that_it_lacks_those_in_airflow(away):
    assert away("run", "churn.ipynb").status == 0
    listed = away("runs", "churn")
    assert (listed.status, "churn/local__" in listed.out) == (0, True)
    assert "Airflow is not running: only runs of this machine" in listed.err


def test_the_status_of_an_airflow_that_does_not_run_is_6(away, tmp_path):
    told = away("airflow", "status")
    assert (told.status, told.err) == (6, "")
    assert told.out == "not running; start it with `nbflow airflow up`\n"
    for_programs = away("airflow", "status", "--json")
    assert (for_programs.status, for_programs.json) == (6, {"running": False})
    (tmp_path / "nbflow.yaml").write_text("airflow: {url: 'http://airflow.example.com'}\n")
    assert away("airflow", "status").out.endswith("another Airflow: http://airflow.example.com\n")


@pytest.mark.parametrize(("word", "status"), [("healthy", 0), ("starting", 6), ("stopped", 6)])
def test_the_status_of_an_airflow_that_runs_is_0_if_all_of_it_is_healthy(
    tmp_path, monkeypatch, word, status
):
    instance = embedded.Instance(
        url="http://127.0.0.1:8080",
        user="admin",
        password="x",
        password_file=tmp_path / "passwords.json",
        home=tmp_path,
        dags=tmp_path,
        logs=tmp_path,
        health={**dict.fromkeys(COMPONENTS, "healthy"), "scheduler": word},
    )
    monkeypatch.setattr(embedded, "status", lambda home: instance)
    shown = CliRunner().invoke(
        airflow.group, ["status", "--project", str(tmp_path)], standalone_mode=False
    )
    assert (shown.return_value, f"scheduler {word}" in shown.output) == (status, True)

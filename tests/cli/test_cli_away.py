"""What is said while the project's private Airflow, which there was, does not run."""

import pytest
from commands import nbflow, write_notebook


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


def test_a_list_of_runs_says_that_it_lacks_those_in_airflow(away):
    assert away("run", "churn.ipynb").status == 0
    listed = away("runs", "churn")
    assert (listed.status, "churn/local__" in listed.out) == (0, True)
    assert "Airflow is not running: only runs of this machine" in listed.err

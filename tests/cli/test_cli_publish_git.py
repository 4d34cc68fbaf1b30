"""Publishing to a git repository from the command line: reviews, messages, settings."""

import subprocess

import pytest
from commands import nbflow, write_notebook

SETTINGS = """\
target:
  kind: git
  url: bare.git
  path: dags
  review: {review}
store: /srv/store
airflow: {{url: 'http://127.0.0.1:9'}}
"""
PERSON = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.email"}
PERSON |= {"GIT_CONFIG_VALUE_0": "cy@example.com", "NBFLOW_USER": "Cy"}


@pytest.fixture
def project(tmp_path):
    """A folder whose target is a repository beside it; and a way to run `nbflow` there."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", tmp_path / "bare.git"], check=True)
    (tmp_path / "nbflow.yaml").write_text(SETTINGS.format(review="false"))
    write_notebook(tmp_path / "churn.ipynb", ("step:load", "rows = [1]"), ("step:fit", "rows"))

    def run(*arguments):
        environ = PERSON | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
        return nbflow(*arguments, cwd=tmp_path, **environ)

    return tmp_path, run


def git(folder, *words):
    done = subprocess.run(
        ["git", "-C", folder / "bare.git", *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_for_review_the_branch_is_named_and_airflow_is_not_waited_for(project):
    folder, run = project
    (folder / "nbflow.yaml").write_text(SETTINGS.format(review="true"))
    done = run("publish", "churn.ipynb")
    assert done.status == 0, done.err
    branch = git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads")
    assert branch.startswith("nbflow/publish-churn")
    assert f"on the branch {branch}" in done.out
    assert "once that is merged" in done.out
    assert "published" not in done.out
    assert "no Airflow is running" not in done.err
    (again,) = run("publish", "churn.ipynb", "--json").json
    assert (again["review"], again["live_after"]) == (branch, None)

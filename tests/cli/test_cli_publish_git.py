"""Publishing to a git repository from the command line: reviews, messages, settings."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


def test_a_store_of_this_machine_is_refused_once_with_the_line_of_the_settings(project):
    folder, run = project
    settings = folder / "nbflow.yaml"
    settings.write_text(SETTINGS.format(review="false").replace("store: /srv/store\n", ""))
    refused = run("publish", "churn.ipynb")
    assert refused.status == 4
    assert refused.err.count("is relative") == 1
    assert f"{settings}:1: store '.nbflow/store' is relative" in refused.err
    (found,) = run("check", "churn.ipynb", "--json").json[0]["diagnostics"]
    assert (found["file"], found["line"]) == (str(settings), 1)


def test_a_misspelled_kind_of_target_is_told_first(project):
    folder, run = project
    settings = folder / "nbflow.yaml"
    settings.write_text("target: {kind: gti, url: bare.git}\n")
    refused = run("check", "churn.ipynb")
    assert refused.status == 4
    assert f"{settings}:1: there is no target 'gti'" in refused.err
    assert "did you mean 'git'? the targets are: folder, git, s3" in refused.err
    assert "relative" not in refused.err


def test_a_commit_says_what_changed_and_who_changed_it(project):
    folder, run = project
    assert run("publish", "churn.ipynb", "--no-wait").status == 0
    cells = [("parameters", "k = 3"), ("step:load", "rows = [k]"), ("step:fit", "rows")]
    write_notebook(folder / "churn.ipynb", *cells, nbflow={"version": 1, "schedule": "30 6 * * *"})
    assert run("publish", "churn.ipynb", "--no-wait").status == 0
    head, first = git(folder, "log", "--format=%an <%ae> %s", "main").splitlines()
    assert first == "Cy <cy@example.com> Publish churn: new, 2 steps"
    assert head == (
        "Cy <cy@example.com> Publish churn: 2 steps changed, 1 parameter new, schedule 30 6 * * *"
    )
    body = git(folder, "log", "-1", "--format=%b", "main")
    assert "parameters:\n  + k (default: 3)" in body
    assert body.splitlines()[-1].startswith("churn: ")


class Stranger(BaseHTTPRequestHandler):
    """An Airflow that lets nobody in."""

    def do_POST(self):
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"detail": "Invalid credentials"}')

    def log_message(self, *_):
        """Say nothing."""


def test_a_wrong_password_is_told_before_anything_is_written(project):
    folder, run = project
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        said = SETTINGS.format(review="false").replace("http://127.0.0.1:9", url)
        entrance = f"url: '{url}', user: ann, password_env: HOME"
        (folder / "nbflow.yaml").write_text(said.replace(f"url: '{url}'", entrance))
        refused = run("publish", "churn.ipynb")
        server.shutdown()
    assert refused.status == 6
    assert "refused to sign in ann" in refused.err
    assert "nothing was published" in refused.err
    assert git(folder, "for-each-ref") == ""


def test_an_airflow_that_is_away_does_not_hide_that_it_was_published(project):
    folder, run = project
    away = run("publish", "churn.ipynb")
    assert away.status == 6
    assert "churn published, but Airflow at http://127.0.0.1:9 cannot be reached" in away.err
    assert "Publish churn" in git(folder, "log", "-1", "--format=%s", "main")

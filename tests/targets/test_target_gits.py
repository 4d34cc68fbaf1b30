"""The git target: commits on a branch, with a message and an author; others push meanwhile."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import CGIHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from target_places import ANN, BEN, GitPlace, bundle, git_place

from nbflow.errors import SettingsError, TargetError
from nbflow.settings import load_settings
from nbflow.targets import find_target

FIRST, SECOND = "a" * 16, "b" * 16


@pytest.fixture
def place(tmp_path: Path) -> GitPlace:
    return git_place(tmp_path)


def log(place: GitPlace, *, of: str = "main") -> list[str]:
    """Author, mail and message of each commit, the newest first."""
    place.git("fetch", "-q", "--prune", "origin")
    return place.git("log", "--format=%an <%ae> %s%n%b", f"origin/{of}").splitlines()


def test_each_publication_is_one_commit_that_says_what_changed(place: GitPlace) -> None:
    place.publish(bundle(digest=FIRST))
    place.publish(bundle(digest=SECOND))
    place.publish(bundle(digest=SECOND))
    place.target.publish(
        [bundle(digest=SECOND), bundle(dag_id="b"), bundle(dag_id="c")], signed=ANN
    )
    place.target.unpublish("c", signed=ANN)
    who = "Ann <ann@example.com>"
    assert [line for line in log(place) if line] == [
        f"{who} Unpublish c",
        f"{who} Publish 2 pipelines",
        "b: 0000000000000000",
        "c: 0000000000000000",
        f"{who} Publish iris: {SECOND} (was {FIRST})",
        f"{who} Publish iris: {FIRST}",
    ]


def test_people_go_on_beside_it(place: GitPlace) -> None:
    place.write_file("../README.md", b"# ours\n")
    place.publish(bundle())
    place.write_file("by_hand.py", b"# mine\n")
    place.publish(bundle(digest=SECOND))
    place.pull()
    assert (place.clone / "README.md").read_text() == "# ours\n"
    assert place.files()["by_hand.py"] == b"# mine\n"
    assert place.git("status", "--porcelain") == ""


def test_a_push_in_between_is_built_upon(place: GitPlace) -> None:
    place.publish(bundle())
    tree = place.target.tree
    pushed = []

    def decide(view):
        from nbflow.targets.publications import placing

        if not pushed:
            pushed.append(place.write_file("meanwhile.py", b"# theirs\n"))
        return placing(view, bundle(digest=SECOND))

    tree.update(decide)
    assert place.files()["meanwhile.py"] == b"# theirs\n"
    assert place.target.published()[0].digest == SECOND


def test_many_publish_at_once_and_none_is_lost(place: GitPlace, tmp_path: Path) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from target_places import bundle, git_place
place = git_place(Path({str(tmp_path)!r}))
for digest in "abc":
    place.publish(bundle(dag_id=sys.argv[1], digest=digest * 16))
"""
    names = ["one", "two", "three", "four"]
    running = [subprocess.Popen([sys.executable, "-c", program, name]) for name in names]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0, 0]
    found = {one.dag_id: one.digest for one in place.target.published()}
    assert found == dict.fromkeys(names, "c" * 16)
    assert len([line for line in log(place) if "Publish" in line]) == 12


def test_two_people_who_publish_one_dag_at_once_are_told(place: GitPlace) -> None:
    place.publish(bundle(digest=FIRST))
    tree = place.target.tree
    real, raced = tree._push, []

    def push(*arguments):
        if not raced:
            raced.append(1)
            place.publish(bundle(digest="c" * 16), signed=BEN, seen={"iris": FIRST})
        real(*arguments)

    target = place.target
    target.tree._push = push
    with pytest.raises(TargetError, match=r"now c{16}, published by ben@example\.com"):
        target.publish([bundle(digest=SECOND)], signed=ANN, seen={"iris": FIRST})
    assert place.target.published()[0].digest == "c" * 16


def test_each_environment_may_have_its_branch(tmp_path: Path) -> None:
    main, staging = git_place(tmp_path), git_place(tmp_path, branch="staging")
    main.publish(bundle(digest=FIRST))
    staging.publish(bundle(digest=SECOND))
    assert [one.digest for one in main.target.published()] == [FIRST]
    assert [one.digest for one in staging.target.published()] == [SECOND]


def test_for_review_it_goes_to_a_branch_of_its_own(tmp_path: Path) -> None:
    place = git_place(tmp_path)
    place.publish(bundle(digest=FIRST))
    review = git_place(tmp_path, review=True)
    assert review.target.reviewed
    named = review.publish(bundle(digest=SECOND)).review
    assert review.publish(bundle(digest=SECOND)).review == named
    assert place.target.published()[0].digest == FIRST
    place.git("fetch", "-q", "origin")
    (branch,) = [name for name in place.git("branch", "-r").split() if "nbflow/" in name]
    assert branch == f"origin/{named}"
    assert f"{SECOND}".encode() in place.git("show", f"{branch}:dags/iris.py").encode()
    place.pull()
    place.git("merge", "-q", "--ff-only", branch)
    place.git("push", "-q", "origin", "HEAD:main")
    assert place.target.published()[0].digest == SECOND


def test_who_git_does_not_know_is_told_what_to_do(tmp_path: Path, monkeypatch) -> None:
    place = git_place(tmp_path, author=None)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EMAIL", "")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    with pytest.raises(TargetError, match="git does not know who you are") as caught:
        place.publish(bundle())
    assert "author: NAME <MAIL>" in str(caught.value.hint)


def test_a_protected_branch_is_named_with_the_way_out(place: GitPlace) -> None:
    place.publish(bundle())
    hook = place.repository / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'protected branch: ask for a review' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(TargetError, match="ask for a review") as caught:
        place.publish(bundle(digest=SECOND))
    assert "review: true" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/nowhere/at/all.git", "nowhere"),
        ("http://127.0.0.1:1/x.git", "127.0.0.1"),
    ],
)
def test_a_repository_that_is_not_there_is_named(tmp_path: Path, url: str, words: str) -> None:
    place = git_place(tmp_path, url=url)
    with pytest.raises(TargetError, match=words) as caught:
        place.publish(bundle())
    assert "see that" in str(caught.value.hint)


@contextmanager
def http_server(folder: Path, *, token: str | None = None) -> Iterator[str]:
    """git's own server over HTTP; with a token, nobody without it gets in."""
    core = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    script = folder / "cgi-bin" / "git"
    script.parent.mkdir()
    script.write_text(
        f"#!/bin/sh\nGIT_PROJECT_ROOT={folder} GIT_HTTP_EXPORT_ALL=1 "
        f"exec {core.stdout.strip()}/git-http-backend\n"
    )
    script.chmod(0o755)
    wanted = "Basic " + base64.b64encode(f"x-access-token:{token}".encode()).decode()

    class Handler(CGIHTTPRequestHandler):
        protocol_version = "HTTP/1.0"
        have_fork = False

        def __init__(self, *arguments) -> None:
            super().__init__(*arguments, directory=str(folder))

        def translate_path(self, path):
            return str(folder / path.lstrip("/").partition("?")[0])

        def send_head(self):
            return self.refuse() or super().send_head()

        def do_POST(self):
            self.refuse() or super().do_POST()

        def refuse(self):
            if token is None or self.headers.get("Authorization") == wanted:
                return False
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="dags"')
            self.end_headers()
            return True

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/cgi-bin/git/remote.git"
        finally:
            server.shutdown()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[str]:
    """The address of a repository that wants a token."""
    place = git_place(tmp_path)
    subprocess.run(
        ["git", "-C", str(place.repository), "config", "http.receivepack", "true"], check=True
    )
    with http_server(tmp_path, token="t0p-s3cret") as url:
        yield url


def test_a_token_comes_from_the_environment_and_goes_nowhere_else(
    tmp_path: Path, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGS_TOKEN", "t0p-s3cret")
    place = git_place(tmp_path, url=guarded, token_env="DAGS_TOKEN")
    place.publish(bundle())
    assert [one.dag_id for one in place.target.published()] == ["iris"]
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    secrets = [b"t0p-s3cret", base64.b64encode(b"x-access-token:t0p-s3cret")]
    assert kept
    assert not [path for path in kept for secret in secrets if secret in path.read_bytes()]


def test_a_token_that_is_refused_is_an_error_without_the_token(
    tmp_path: Path, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGS_TOKEN", "wrong-one")
    place = git_place(tmp_path, url=guarded, token_env="DAGS_TOKEN")
    with pytest.raises(TargetError) as caught:
        place.publish(bundle())
    assert "token_env" in str(caught.value.hint)
    assert "wrong-one" not in f"{caught.value} {caught.value.hint}"


def test_a_token_that_is_not_set_is_an_error_before_anything(tmp_path: Path) -> None:
    place = git_place(tmp_path, url="https://example.com/x.git", token_env="NO_SUCH_TOKEN")
    with pytest.raises(SettingsError, match="NO_SUCH_TOKEN"):
        place.publish(bundle())


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("{kind: git}", "needs `url:`"),
        ("{kind: git, url: 'https://ann:pw@example.com/x.git'}", "token_env: NAME"),
        ("{kind: git, url: x.git, path: ../up}", "not in the repository"),
        ("{kind: git, url: x.git, author: ann}", "NAME <MAIL>"),
        ("{kind: git, url: x.git, brnch: main}", "did you mean 'branch'"),
        ("{kind: folder, branch: main}", "unknown key 'target.branch'"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said(tmp_path: Path, target: str, words: str) -> None:
    (tmp_path / "nbflow.yaml").write_text(f"target: {target}\nstore: s3://runs\n")
    with pytest.raises(SettingsError) as caught:
        find_target(load_settings(tmp_path, environ=dict(os.environ)))
    assert words in f"{caught.value} {caught.value.hint}"

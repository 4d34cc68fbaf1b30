"""A branch of a git repository that Airflow reads DAGs from.

There is no working tree: commits are made of what the branch holds and what is to change, in a bare
repository that is kept as a cache. So nothing half-done can be left, any number of publishers may
use the cache at once, and when somebody else has pushed meanwhile the change is decided again, on
top of theirs.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import re
import tempfile
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nbflow.errors import SettingsError, TargetError
from nbflow.targets.commands import Git, GitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbflow.settings import Settings
    from nbflow.targets.commands import BlobReader
    from nbflow.targets.trees import Change, View

__all__ = ["GitTree", "git_tree"]

_ATTEMPTS = 20


@dataclass(frozen=True)
class Remote:
    """What a person says of the repository.

    Attributes:
        url: where it is.
        branch: the branch that Airflow reads.
        path: folder of the DAG files in it; empty for the whole.
        author: `NAME <MAIL>` of commits; git's own where it is None.
        user: the name of their author where no `author` is said; git's own where it is None.
        review: commits go to a branch of their own, for somebody to look at.
    """

    url: str
    branch: str = "main"
    path: str = ""
    author: str | None = None
    user: str | None = None
    review: bool = False


class GitTree:
    """See `Tree`."""

    versioned = True

    def __init__(self, remote: Remote, git: Git) -> None:
        self.remote = remote
        self.address = f"{_without_password(remote.url)}#{remote.branch}"
        if remote.path:
            self.address += f":{remote.path}"
        self.reviewed = remote.review
        self._git = git
        self._kept = f"refs/nbflow/{remote.branch}"

    def bundle(self) -> tuple[str, dict[str, Any]]:
        """See `Tree`; credentials are a connection's (`git_conn_id`) in Airflow."""
        where = {"repo_url": self.remote.url, "tracking_ref": self.remote.branch}
        if self.remote.path:
            where["subdir"] = self.remote.path
        return "airflow.providers.git.bundles.git.GitDagBundle", where

    def location(self, path: str) -> str:
        """See `Tree`."""
        inside = f"{self.remote.path}/{path}" if self.remote.path else path
        return f"{_without_password(self.remote.url)}#{self.remote.branch}:{inside}"

    def view(self) -> View:
        """See `Tree`."""
        return _Commit(self._git, self._fetch(), self.remote.path)

    def update(self, decide: Callable[[View], Change]) -> str | None:
        """See `Tree`: one commit, pushed; decided again where the branch has moved."""
        for _ in range(_ATTEMPTS):
            parent = self._fetch()
            change = decide(_Commit(self._git, parent, self.remote.path))
            if not change:
                return None
            commit = self._commit(parent, change)
            try:
                pushed = self._push(commit, parent, change)
            except GitError as error:
                if not _is_behind(error.said):
                    raise
            else:
                self._note_pushed(commit, parent)
                return pushed if self.reviewed else None
        raise TargetError(
            f"{self.address} moved {_ATTEMPTS} times while this was published",
            hint="somebody publishes there all the time; try again",
        )

    def _fetch(self) -> str | None:
        """The newest commit of the branch, with its files; None where there is no branch."""
        self._prepare()
        wanted = f"+refs/heads/{self.remote.branch}:{self._kept}"
        with self._locked():
            try:
                self._git.run("fetch", "--quiet", "--no-tags", "--depth=1", self.remote.url, wanted)
            except GitError as error:
                if "couldn't find remote ref" in error.said:
                    return None
                raise
            return self._git.text("rev-parse", self._kept)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone among the processes of this machine: git cannot fetch twice at once.

        What a killed git has left would stop all others.
        """
        with (self._git.repository / "nbflow.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (self._git.repository / "shallow.lock").unlink(missing_ok=True)
            yield

    def _note_pushed(self, commit: str, parent: str | None) -> None:
        """Else the next fetch would be sent again all that has just been pushed."""
        if not self.reviewed:
            with self._locked(), suppress(GitError):  # somebody else has fetched more meanwhile
                self._git.run("update-ref", self._kept, commit, parent or "")

    def _prepare(self) -> None:
        repository = self._git.repository
        if (repository / "HEAD").is_file():
            return
        repository.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=repository.parent) as scratch:
            fresh = Git(Path(scratch) / "git", environ={})
            fresh.run("init", "--quiet", "--bare")
            try:
                fresh.repository.rename(repository)
            except OSError:  # another process was faster
                if not (repository / "HEAD").is_file():
                    raise

    def _commit(self, parent: str | None, change: Change) -> str:
        """A commit with the change on top of another one; nothing names it yet."""
        prefix = f"{self.remote.path}/" if self.remote.path else ""
        reference = f"refs/nbflow/new/{uuid.uuid4().hex}"
        message = (change.explain() if change.explain else change.message).encode()
        lines = [
            f"commit {reference}".encode(),
            *self._signatures(),
            b"data %d\n%b" % (len(message), message),
            *([f"from {parent}".encode()] if parent else []),
        ]
        gone = (*change.files_gone, *change.folders, *change.folders_gone)
        lines += [b"D " + _quoted(prefix + path) for path in gone]
        for folder, files in change.folders.items():
            for path, content in files.items():
                lines += _modified(f"{prefix}{folder}/{path}", content)
        for path, content in change.files.items():
            lines += _modified(prefix + path, content)
        self._git.run("fast-import", "--quiet", feed=b"\n".join([*lines, b"done", b""]))
        commit = self._git.text("rev-parse", reference)
        self._git.run("update-ref", "-d", reference)
        return commit

    def _signatures(self) -> tuple[bytes, bytes]:
        """Who the commit is from: the person that is named, else whom git knows."""
        sure = {}
        if self.remote.user:
            sure = {"GIT_AUTHOR_NAME": self.remote.user, "GIT_COMMITTER_NAME": self.remote.user}
        if self.remote.author is not None:
            name, mail = _person(self.remote.author)
            sure = {
                f"GIT_{role}_{part}": word
                for role in ("AUTHOR", "COMMITTER")
                for part, word in (("NAME", name), ("EMAIL", mail))
            }
        try:
            author, committer = (
                self._git.text("var", f"GIT_{role}_IDENT", **sure)
                for role in ("AUTHOR", "COMMITTER")
            )
        except GitError as error:
            raise TargetError(
                f"git does not know who you are: {error.said.splitlines()[-1]}",
                hint="say `target: author: NAME <MAIL>`, or `git config --global user.email MAIL`",
            ) from None
        return f"author {author}".encode(), f"committer {committer}".encode()

    def _push(self, commit: str, parent: str | None, change: Change) -> str:
        """Push a commit; the branch that has it now."""
        branch = self.remote.branch
        if not self.reviewed:
            # Only on top of what was seen: else the push fails, and the change is decided again.
            lease = f"--force-with-lease=refs/heads/{branch}:{parent or ''}"
            self._git.run(
                "push", "--quiet", lease, self.remote.url, f"{commit}:refs/heads/{branch}"
            )
            return branch
        subject, *more = change.message.splitlines()
        if more:  # of two people who publish as many pipelines, each has a branch
            subject += f" {hashlib.sha256(change.message.encode()).hexdigest()[:8]}"
        name = f"nbflow/{re.sub(r'[^a-z0-9]+', '-', subject.lower())[:60].strip('-')}"
        self._git.run("push", "--quiet", "--force", self.remote.url, f"{commit}:refs/heads/{name}")
        return name


class _Commit:
    """See `View`: the files of a commit below a folder."""

    def __init__(self, git: Git, commit: str | None, path: str) -> None:
        self._git = git
        self._blobs: dict[str, tuple[str, int]] = {}
        self._below: dict[str, dict[str, int]] = {}
        self._names: dict[str, set[str]] = {}
        self._reader: BlobReader | None = None
        if commit is None:
            return
        listed = git.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        prefix = f"{path}/" if path else ""
        for line in filter(None, listed.decode(errors="surrogateescape").split("\0")):
            about, _, name = line.partition("\t")
            if not name.startswith(prefix):
                continue
            _, _, blob, size = about.split()
            self._note(name.removeprefix(prefix), blob, int(size) if size.isdigit() else 0)

    def _note(self, path: str, blob: str, size: int) -> None:
        self._blobs[path] = (blob, size)
        parts = path.split("/")
        for depth, part in enumerate(parts):
            folder = "/".join(parts[:depth])
            self._names.setdefault(folder, set()).add(part)
            self._below.setdefault(folder, {})["/".join(parts[depth:])] = size

    def read(self, path: str) -> bytes:
        """See `View`."""
        if path not in self._blobs:
            raise FileNotFoundError(path)
        self._reader = self._reader or self._git.blobs()
        return self._reader.read(self._blobs[path][0])

    def holds(self, path: str, content: bytes) -> bool:
        """See `View`."""
        blob, size = self._blobs.get(path, ("", -1))
        return size == len(content) and blob == _blob(content, like=blob)

    def mark(self, path: str) -> str:
        """See `View`."""
        return self._blobs.get(path, ("", 0))[0]

    def sizes(self, folder: str) -> Mapping[str, int]:
        """See `View`."""
        return self._below.get(folder, {})

    def names(self, folder: str = "") -> tuple[str, ...]:
        """See `View`."""
        return tuple(sorted(self._names.get(folder, ())))


def git_tree(settings: Settings) -> GitTree:
    """The target of the kind `git`.

    Raises:
        SettingsError: what is said of it is not complete, or not understood.
    """
    options = settings.target.options
    url = options.get("url")
    if not isinstance(url, str) or not url:
        raise SettingsError(
            "a target of the kind `git` needs `url:`",
            hint="target: {kind: git, url: git@example.com:data/dags.git, path: dags}",
        )
    if urlsplit(url).password:
        raise SettingsError(
            "the target's `url:` holds a password",
            hint="name the environment variable that has it: `token_env: NAME`",
        )
    author = options.get("author")
    if author is not None:
        _person(author)
    path = PurePosixPath(settings.target.path or "")
    if path.is_absolute() or ".." in path.parts:
        raise SettingsError(f"the target's path {str(path)!r} is not in the repository")
    remote = Remote(
        url if _is_remote(url) else str(settings.absolute(url)),
        str(options.get("branch", "main")),
        "" if path == PurePosixPath() else str(path),
        author,
        re.sub(r"[<>\n]", " ", os.environ.get("NBFLOW_USER", "")).strip() or None,
        bool(options.get("review", False)),
    )
    return GitTree(remote, _git(remote, options.get("token_env")))


def _git(remote: Remote, token_env: str | None) -> Git:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    repository = cache / "nbflow" / "git" / hashlib.sha256(remote.url.encode()).hexdigest()[:16]
    if token_env is None:
        return Git(repository, environ={})
    token = os.environ.get(token_env)
    if not token:
        raise SettingsError(
            f"the environment variable {token_env} of the target's token is not set",
            hint="set it, or take `token_env` out and let git itself know your credentials",
        )
    # In the environment, where no list of processes shows it, and for this repository alone.
    pair = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    environ = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{remote.url}.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {pair}",
    }
    return Git(repository, environ=environ, hidden=token)


def _is_remote(url: str) -> bool:
    """Whether it names another machine or is a URL, as git itself tells them from paths."""
    return "://" in url or re.match(r"[^/]+:", url) is not None


def _without_password(url: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", url)


def _person(author: str) -> tuple[str, str]:
    match = re.fullmatch(r"\s*([^<>]+?)\s*<([^<>\s]+)>\s*", author)
    if match is None:
        raise SettingsError(
            f"the target's author {author!r} is no person", hint="write `NAME <MAIL>`"
        )
    return match[1], match[2]


def _is_behind(said: str) -> bool:
    """Whether a push failed because the branch has moved."""
    words = ("stale info", "fetch first", "non-fast-forward", "cannot lock ref", "already exists")
    return any(word in said for word in words)


def _blob(content: bytes, *, like: str) -> str:
    """The id that git gives a content, in a repository where ids look like another one."""
    kind = "sha256" if len(like) == 64 else "sha1"
    return hashlib.new(kind, b"blob %d\0%b" % (len(content), content)).hexdigest()


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode(errors="surrogateescape")


def _modified(path: str, content: bytes) -> list[bytes]:
    return [b"M 100644 inline " + _quoted(path), b"data %d\n%b" % (len(content), content)]

"""The program `git`, asked without a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import weakref
from typing import TYPE_CHECKING

from nbflow.errors import TargetError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["BlobReader", "Git", "GitError"]

_PATIENCE = 300.0
"""Seconds that one command may take: a first fetch of a large repository is slow."""


class GitError(TargetError):
    """git ended with an error.

    Attributes:
        said: what it wrote, without the passwords of URLs.
    """

    def __init__(self, message: str, *, said: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.said = said


class Git:
    """git in one repository."""

    def __init__(self, repository: Path, *, environ: Mapping[str, str], hidden: str = "") -> None:
        """Prepare.

        Args:
            repository: a bare one.
            environ: variables for git beside our own, for credentials.
            hidden: a secret that is cut out of whatever git says.
        """
        self.repository = repository
        self._hidden = hidden
        self._environ = {
            **{name: value for name, value in os.environ.items() if not _is_ours(name)},
            # Nobody is there to answer: a question is a failure that says what was asked.
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
            "LC_ALL": "C",
            **environ,
        }

    def run(
        self, *words: str, feed: bytes | None = None, environ: Mapping[str, str] | None = None
    ) -> bytes:
        """What a command of git writes.

        Raises:
            GitError: it ended with an error, or took too long.
            TargetError: git is not installed.
        """
        command = ["git", "--git-dir", str(self.repository), *words]
        try:
            done = subprocess.run(
                command,
                input=feed,
                stdin=None if feed is not None else subprocess.DEVNULL,
                capture_output=True,
                env={**self._environ, **(environ or {})},
                timeout=_PATIENCE,
                check=False,
            )
        except FileNotFoundError:
            raise TargetError(
                "git is not installed", hint="install it, or use a target of another kind"
            ) from None
        except subprocess.TimeoutExpired:
            said = f"git {words[0]} took longer than {_PATIENCE:g} s"
            raise GitError(said, said=said, hint="see that the repository can be reached") from None
        if done.returncode:
            said = self._cleaned(done.stderr or done.stdout)
            raise GitError(f"git {words[0]} failed: {said}", said=said, hint=_hint(said))
        return done.stdout

    def text(self, *words: str, **environ: str) -> str:
        """The same as text, without the space around it."""
        return self.run(*words, environ=environ).decode(errors="replace").strip()

    def blobs(self) -> BlobReader:
        """A reader of many files' contents."""
        return BlobReader(self.repository, self._environ)

    def _cleaned(self, said: bytes) -> str:
        text = said.decode(errors="replace").strip()
        return text.replace(self._hidden, "***") if self._hidden else text


class BlobReader:
    """Contents of files by their ids, from one process of git that ends with this object."""

    def __init__(self, repository: Path, environ: Mapping[str, str]) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            ["git", "--git-dir", str(repository), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environ),
        )
        weakref.finalize(self, _end, self._process)

    def read(self, blob: str) -> bytes:
        """One content.

        Raises:
            TargetError: the repository does not hold it.
        """
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        asked.write(f"{blob}\n".encode())
        asked.flush()
        head = answers.readline().split()
        if len(head) != 3:
            raise TargetError(f"git holds no {blob}", hint="remove its cache and try again")
        content = answers.read(int(head[2]))
        answers.read(1)
        return content


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait()


def _is_ours(name: str) -> bool:
    """Whether a variable would lead git to another repository, as in a hook."""
    return name in {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }


def _hint(said: str) -> str:
    lowered = said.lower()
    if "protected branch" in lowered or "pre-receive hook declined" in lowered:
        return "the branch is protected: publish for review with `target: review: true`"
    if re.search(r"authentication|permission denied|could not read|error: 40[13]\b", lowered):
        return (
            "see that you may push there: name a token (`target: token_env: NAME`), or let git "
            "itself know your credentials"
        )
    if "not found" in lowered or "does not exist" in lowered or "not appear to be" in lowered:
        return "see that `target: url:` is right, and that you may read the repository"
    if "could not resolve" in lowered or "unable to access" in lowered or "timed out" in lowered:
        return "see that the repository can be reached from here"
    return "run the git command by hand to see more"

"""Places that DAGs are published to, real ones, and what can be seen in them from outside."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbflow.model import Bundle
from nbflow.settings import Settings, TargetSettings, default_settings
from nbflow.targets import Published, Signature, Target, find_target

ANN = Signature("ann@example.com", datetime(2026, 11, 28, 16, 5, tzinfo=UTC))
BEN = Signature("ben@example.com", datetime(2026, 11, 29, 8, 30, tzinfo=UTC))


def bundle(*, digest: str = "0" * 16, notebook: str = "iris.ipynb", dag_id: str = "iris") -> Bundle:
    """A bundle as compiling makes it, with next to nothing in it."""
    manifest = {"version": 1, "dag_id": dag_id, "source": {"notebook": notebook}}
    return Bundle(
        dag_id,
        digest,
        f'FILES = "{{{{ dag.folder }}}}/{dag_id}/{digest}"\n',
        {
            "files/lib/m.py": b"x = 1\n",
            "manifest.json": json.dumps(manifest).encode(),
            "steps/load.ipynb": b"{}",
        },
    )


@dataclass
class Place:
    """A target, and another way to look at it."""

    settings: Settings

    @property
    def target(self) -> Target:
        """As another process would make it."""
        return find_target(self.settings)

    def publish(self, *bundles: Bundle, signed: Signature = ANN, **options: Any) -> Published:
        """Publish; what was done with the last bundle."""
        return self.target.publish(bundles, signed=signed, **options)[-1]

    def files(self) -> dict[str, bytes]:
        """Every file, as Airflow would find it."""
        raise NotImplementedError

    def break_file(self, path: str) -> None:
        """Take a file away behind nbflow's back."""
        raise NotImplementedError

    def write_file(self, path: str, content: bytes) -> None:
        """Write a file behind nbflow's back."""
        raise NotImplementedError


@dataclass
class FolderPlace(Place):
    """A folder."""

    def files(self) -> dict[str, bytes]:
        """See `Place`."""
        top = self.settings.target_folder
        found = (path for path in top.rglob("*") if path.is_file())
        return {path.relative_to(top).as_posix(): path.read_bytes() for path in found}

    def break_file(self, path: str) -> None:
        """See `Place`."""
        (self.settings.target_folder / path).unlink()

    def write_file(self, path: str, content: bytes) -> None:
        """See `Place`."""
        file = self.settings.target_folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@dataclass
class GitPlace(Place):
    """A branch of a bare repository, and a clone of it."""

    repository: Path
    clone: Path
    branch: str = "main"

    def git(self, *words: str) -> str:
        """git in the clone."""
        done = subprocess.run(
            ["git", "-C", str(self.clone), *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def files(self) -> dict[str, bytes]:
        """See `Place`."""
        self.pull()
        top = self.clone / "dags"
        found = (path for path in top.rglob("*") if path.is_file())
        return {path.relative_to(top).as_posix(): path.read_bytes() for path in found}

    def pull(self) -> None:
        """Make the clone what the branch is."""
        self.git("fetch", "-q", "origin")
        if self.git("branch", "-r", "--list", f"origin/{self.branch}"):
            self.git("checkout", "-q", "-B", self.branch, f"origin/{self.branch}")

    def push(self, message: str) -> None:
        """Commit all and push it."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        self.git("push", "-q", "origin", f"HEAD:{self.branch}")

    def break_file(self, path: str) -> None:
        """See `Place`."""
        self.pull()
        (self.clone / "dags" / path).unlink()
        self.push("break")

    def write_file(self, path: str, content: bytes) -> None:
        """See `Place`."""
        self.pull()
        file = self.clone / "dags" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.push("write")


def folder_place(folder: Path) -> FolderPlace:
    """A project whose target is a folder."""
    return FolderPlace(default_settings(folder))


def git_place(folder: Path, *, url: str | None = None, **options: Any) -> GitPlace:
    """A project whose target is the folder `dags` of a new repository, which is empty."""
    repository, clone = folder / "remote.git", folder / "clone"
    if not repository.exists():
        run = ["git", "init", "-q", "--bare", "-b", "main", str(repository)]
        subprocess.run(run, check=True)
        subprocess.run(
            ["git", "clone", "-q", str(repository), str(clone)], check=True, capture_output=True
        )
        for name, value in (("email", "cy@example.com"), ("name", "Cy")):
            subprocess.run(["git", "-C", str(clone), "config", f"user.{name}", value], check=True)
    options = {"author": "Ann <ann@example.com>", **options, "url": url or str(repository)}
    target = TargetSettings("git", "dags", options)
    settings = Settings(root=folder, target=target)
    return GitPlace(settings, repository, clone, str(options.get("branch", "main")))


def alone() -> dict[str, str]:
    """An environment in which git knows nobody."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }

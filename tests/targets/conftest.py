from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Stores behind HTTP serve these tests too.
sys.path.append(str(Path(__file__).parents[1] / "host"))

from bucket_places import BucketPlace, bucket_place
from object_servers import Server, moto_server
from target_places import Place, folder_place, git_place


@pytest.fixture(scope="session")
def s3() -> Iterator[Server]:
    """A server that speaks as S3 does."""
    with moto_server() as server:
        yield server


@pytest.fixture
def bucket(s3: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BucketPlace:
    """A target in a bucket, empty."""
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    return bucket_place(tmp_path, s3)


@pytest.fixture(params=["folder", "git", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each kind of target, empty."""
    if request.param == "s3":
        found: Place = request.getfixturevalue("bucket")
        return found
    return folder_place(tmp_path) if request.param == "folder" else git_place(tmp_path)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git keeps of a repository is not the developer's, nor is who they are."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

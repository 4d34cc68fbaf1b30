from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from target_places import Place, folder_place, git_place

PLACES: dict[str, Callable[[Path], Place]] = {"folder": folder_place, "git": git_place}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each kind of target, empty."""
    return PLACES[request.param](tmp_path)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git keeps of a repository is not the developer's, nor is who they are."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

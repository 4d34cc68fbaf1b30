"""Settings files found, read, checked and laid over one another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import SettingsError
from nbflow.settings.choices import Settings, default_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "nbflow.yaml"
SITE_VARIABLE = "NBFLOW_CONFIG"


def load_settings(folder: Path, *, environ: Mapping[str, str]) -> Settings:
    """The settings that hold for notebooks in `folder`.

    Built in, then the site's file (named by `NBFLOW_CONFIG` in `environ`), then the project's
    `nbflow.yaml`, found upward from `folder`; the later says the last word.

    Raises:
        SettingsError: a file cannot be read, or says something that is not understood.
    """
    folder = folder.resolve()
    project = _upward(folder, FILE)
    settings = default_settings(_root(folder, project))
    for path in (_site(environ), project):
        if path is not None:
            settings = _lay_over(settings, path)
    return settings


def settings_schema() -> dict[str, Any]:
    """The JSON schema of `nbflow.yaml`, for editors."""
    from nbflow.settings.schema import json_schema

    return json_schema()


def _lay_over(settings: Settings, path: Path) -> Settings:
    from nbflow.settings.reading import read_layer

    layered = read_layer(path, over=settings)
    return replace(layered, files=(*settings.files, path))


def _root(folder: Path, project: Path | None) -> Path:
    if project is not None:
        return project.parent
    home = _upward(folder, ".nbflow")
    return folder if home is None else home.parent


def _upward(folder: Path, name: str) -> Path | None:
    candidates = (parent / name for parent in (folder, *folder.parents))
    return next((path for path in candidates if path.exists()), None)


def _site(environ: Mapping[str, str]) -> Path | None:
    named = environ.get(SITE_VARIABLE)
    if not named:
        return None
    path = Path(named).expanduser()
    if not path.is_file():
        raise SettingsError(
            f"{SITE_VARIABLE} names {named}, which is not a file",
            hint=f"correct or unset {SITE_VARIABLE}",
        )
    return path.resolve()

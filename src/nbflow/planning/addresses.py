"""Where runs are kept, as a DAG that may be moved says it."""

from __future__ import annotations

import os.path
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from nbflow.settings import Settings

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


def store_address(settings: Settings) -> str:
    """The store as the DAG names it.

    A URL or absolute path as it was given; a path relative to the project becomes one relative to
    the folder of the DAG file, so that the DAG text names no place of this machine.

    Raises:
        SettingsError: the store cannot be named so.
    """
    store = settings.store
    if re.search(r"[{}\x00-\x1f\x7f]", store):
        raise SettingsError(
            f"store {store!r} has braces or control characters in its name",
            hint="papermill and Airflow read braces in paths as placeholders: rename the folder",
        )
    if "://" in store:
        if not _URL.fullmatch(store):
            raise SettingsError(f"store {store!r} is not a URL")
        return store.rstrip("/")
    if PurePath(store).is_absolute() or store.startswith("~"):
        return settings.store_address
    if settings.target.kind != "folder":
        place = settings.place("store") or settings.place("target")
        raise SettingsError(
            f"{f'{place}: ' if place else ''}store {store!r} is relative, "
            f"and target {settings.target.kind!r} is no folder here",
            hint="name a `store:` that Airflow's workers reach: a URL or an absolute path",
        )
    relative = os.path.relpath(settings.store_address, settings.target_folder)
    return PurePath(relative).as_posix()

"""What can be read of a run whose store is elsewhere, copied here as far as people ask for it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow import host, runtime
from nbflow.api import records
from nbflow.model import STEP_DEPTH, RunState, step_name

if TYPE_CHECKING:
    from nbflow import settings
    from nbflow.model import Run


def mirror(run: Run, *, current: settings.Settings) -> Path | None:
    """The folder here with a run's executed notebooks and manifests; None where it has none yet.

    What a step that has succeeded left is copied once, the notebook of another one each time.

    Raises:
        StoreError: the store cannot be reached.
    """
    address = current.store_address
    store = runtime.open_store(address)
    teams = [team for team in store.names() if store.names(f"{team}/{run.dag_id}/{run.run_id}")]
    if not teams:
        return None
    folder = current.home / "mirror" / teams[0] / run.dag_id / run.run_id
    kept = runtime.open_store(f"{address}/{teams[0]}/{run.dag_id}/{run.run_id}")
    for step in kept.names():
        if not step.startswith("."):
            _copy_step(kept, step, folder)
    _copy_author(folder)
    return folder


def _copy_step(run: runtime.Store, step: str, folder: Path) -> None:
    """Copy what people read of a step, or of the steps of a stage, by the folder in the run's."""
    place = folder / step
    seen = host.progress(folder, step_name(step)) if place.is_dir() else None
    if seen is not None and seen.state is RunState.SUCCESS:
        return
    names = run.names(step)
    if step.count("/") < STEP_DEPTH and not any(_is_of_a_step(name) for name in names):
        for name in names:
            if not name.startswith("."):
                _copy_step(run, f"{step}/{name}", folder)
        return
    tries = [(number, name) for name in names if (number := host.attempt_of(name)) is not None]
    newest = Path(max(tries)[1]) if tries else None
    wanted = {"manifest.json", records.PRUNED} | (
        {newest.name, newest.stem + host.USAGE} if newest else set()
    )
    place.mkdir(parents=True, exist_ok=True)
    for name in sorted(wanted.intersection(names)):
        with suppress(FileNotFoundError):
            run.fetch(f"{step}/{name}", place / name)


def _is_of_a_step(name: str) -> bool:
    """Whether a name in a folder tells that this is a step's."""
    return name.startswith("try-") or name in {"manifest.json", "claims.json", records.PRUNED}


def _copy_author(folder: Path) -> None:
    """The author's notebook, from the bundle that the steps say they came from."""
    kept = folder / host.BUNDLE / "notebook.ipynb"
    if kept.exists() or not folder.is_dir():
        return
    for notebook in host.executed(folder).values():
        bundle = notebook["metadata"].get("nbflow", {}).get("bundle")
        if not bundle:
            continue
        with suppress(FileNotFoundError, ValueError):
            text = runtime.open_store(bundle).read("notebook.ipynb")
            json.loads(text)
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(text)
            return

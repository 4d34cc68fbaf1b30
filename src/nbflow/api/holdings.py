"""Runs in the store: how large they are, since when nothing has changed, whether they go on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow import host, runtime
from nbflow.api import records
from nbflow.api.measurements import time_in
from nbflow.api.origins import digest_of
from nbflow.model import STEP_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.api.measurements import Place
    from nbflow.model import Run

__all__ = ["BUNDLES", "Airflows", "StoredRun", "began", "walk"]

BUNDLES = ".bundles"
"""Beside the runs of a DAG whose steps are pods: the bundles, by their digest."""

_MANIFEST = "manifest.json"
_NO_CHANGE = {".lock", records.PRUNED}
_SAFE = 24 * 3600
"""Seconds: what has changed since is taken to go on, where no Airflow is asked."""
_HANDED_ON = re.compile(
    r"(?P<folder>(?:[^./][^/]*/){1,3}try-\d+(-\d+)?|(?:[^./][^/]*/){0,2}\.files)/.*"
)
"""Files of steps' artifacts, and contents of files that they left in their working directories."""
_INNER = re.compile(r"/(?:try-\d+(?:-\d+)?(?=/)|\.).*|/[^/]*$")
"""What follows a step's folder in the path of a file of it."""


@dataclass(frozen=True)
class Airflows:
    """What an Airflow says of what goes on.

    Attributes:
        dags: ids of the DAGs that it knows.
        going: its runs that have not ended.
    """

    dags: frozenset[str] = frozenset()
    going: tuple[Run, ...] = ()

    def runs(self, dag_id: str) -> tuple[Run, ...]:
        """Those of one DAG."""
        return tuple(one for one in self.going if one.dag_id == dag_id)


def walk(store: runtime.Store, folder: str) -> Iterator[tuple[str, runtime.Entry]]:
    """Every file below a folder, by its path there."""
    waiting = [""]
    while waiting:
        inner = waiting.pop()
        for entry in store.entries(f"{folder}/{inner}".rstrip("/")):
            path = f"{inner}/{entry.name}".lstrip("/")
            if entry.size is None:
                waiting.append(path)
            else:
                yield path, entry


@dataclass
class StoredRun:
    """A run in the store; what takes time to know is looked at when it is asked for.

    Attributes:
        place: where runs are kept.
        team: its folder there.
        dag_id: the DAG.
        run_id: the run.
        time: about when it was, in seconds since 1970.
    """

    place: Place
    team: str
    dag_id: str
    run_id: str
    time: float
    _store: runtime.Store = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open the folder of its DAG."""
        self._store = runtime.open_store(f"{self.place.address}/{self.team}/{self.dag_id}")

    @property
    def address(self) -> str:
        """Its folder, for people."""
        return f"{self._store.url}/{self.run_id}"

    @property
    def is_local(self) -> bool:
        """It ran on this machine; no Airflow knows of it."""
        return records.is_local(self.run_id)

    @cached_property
    def files(self) -> Mapping[str, runtime.Entry]:
        """All of its files."""
        return dict(walk(self._store, self.run_id))

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(one.size or 0 for one in self.files.values())

    @property
    def changed(self) -> float:
        """When something in it changed last, apart from what was cleaned away in it."""
        times = [one.changed or 0 for one in self.files.values() if one.name not in _NO_CHANGE]
        return max(times, default=0) or self.time

    @property
    def handed_on(self) -> int:
        """Bytes that its steps have handed on: artifacts, and files of working directories."""
        return sum(one.size or 0 for path, one in self.files.items() if _HANDED_ON.fullmatch(path))

    def goes_on(self, airflows: Airflows | None, *, now: float) -> bool:
        """Whether it has not ended, or nobody can say that it has.

        Args:
            airflows: what Airflow says, asked for after the run was seen; None without one.
            now: seconds since 1970.
        """
        if self.is_local:
            return not self.place.is_remote and host.is_held(Path(self.address))
        if airflows is not None and self.dag_id in airflows.dags:
            return any(one.run_id == self.run_id for one in airflows.runs(self.dag_id))
        return now - self.changed < _SAFE or not self._has_ended()

    def _has_ended(self) -> bool:
        """Whether each step that has begun went well or failed, as its notebook says."""
        return all(
            f"{step}/{_MANIFEST}" in self.files
            or f"{step}/{records.PRUNED}" in self.files
            or any(host.stopped_by(one) for one in islice(self._notebooks(step), 1))
            for step in self._steps()
        )

    def _steps(self) -> set[str]:
        """The folders of the steps that have begun, which may lie in those of stages and items."""
        found = {_INNER.sub("", path, count=1) for path in self.files if "/" in path}
        found = {one for one in found if not one.startswith(".")}
        return {one for one in found if not any(each.startswith(f"{one}/") for each in found)}

    def digest(self) -> str | None:
        """Of the bundle in target or store that it came from; None where none is told."""
        if self.is_local:  # it has its own
            return None
        for step in self._store.names(self.run_id):
            for notebook in () if step.startswith(".") else self._within(step):
                if (found := digest_of(notebook)) is not None:
                    return found
        return None

    def _within(self, folder: str) -> Iterator[Mapping[str, object]]:
        """The executed notebooks of a step, or of the steps of a stage."""
        some = False
        for notebook in self._notebooks(folder):
            some = True
            yield notebook
        if not some and folder.count("/") < STEP_DEPTH:
            for name in self._store.names(f"{self.run_id}/{folder}"):
                if not name.startswith((".", "try-")):
                    yield from self._within(f"{folder}/{name}")

    def _notebooks(self, step: str) -> Iterator[Mapping[str, object]]:
        """The executed notebooks of a step, the newest first."""
        folder = f"{self.run_id}/{step}"
        entries = {host.attempt_of(one.name): one for one in self._store.entries(folder)}
        for number in sorted((one for one in entries if one is not None), reverse=True):
            found = host.glance(self._store, folder, entries[number])
            if found is not None:
                yield found

    def remove(self) -> None:
        """Take it away: all of it, or nothing that is seen.

        Raises:
            UsageError: a process of this machine has begun to go on with it.
            StoreError, OSError: the store cannot be written.
        """
        if self.is_local and not self.place.is_remote:
            with host.held(Path(self.address)):
                self._store.remove(self.run_id)
        else:
            self._store.remove(self.run_id)

    def remove_handed_on(self) -> None:
        """Take away what its steps have handed on; raises as `remove`.

        What the steps' manifests said is kept under another name: from then on no step counts as
        one whose outcome is there.
        """
        if self.is_local and not self.place.is_remote:
            with host.held(Path(self.address)):
                self._remove_handed_on()
        else:
            self._remove_handed_on()

    def _remove_handed_on(self) -> None:
        steps = self._steps()
        for path in self.files:
            step, _, name = path.rpartition("/")
            if name == _MANIFEST and step in steps:
                manifest = f"{self.run_id}/{path}"
                kept = f"{self.run_id}/{step}/{records.PRUNED}"
                self._store.write(kept, self._store.read(manifest))
                self._store.remove(manifest)
        found = (_HANDED_ON.fullmatch(path) for path in self.files)
        for folder in sorted({match["folder"] for match in found if match}):
            self._store.remove(f"{self.run_id}/{folder}")


def began(run: Run) -> float | None:
    """When a run in Airflow began at the latest, in seconds since 1970; None if nothing tells."""
    told = [time_in(run.run_id), run.started.timestamp() if run.started else None]
    return min((one for one in told if one is not None), default=None)

"""A step that was computed before: its outputs shown again, what it left taken over."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.runtime.manifests import Manifest, addresses
from nbflow.runtime.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.runtime.orders import Orders
    from nbflow.runtime.session import Session
    from nbflow.runtime.store import Store

__all__ = ["Replay", "outputs_of", "show"]

Output = dict[str, Any]

_WIDGET = "application/vnd.jupyter.widget-view+json"
_active: Replay | None = None


def outputs_of(run: Store, manifest: Manifest, *, orders: Orders) -> list[tuple[str, list[Output]]]:
    """The author's cells of an executed step notebook: their sources and outputs.

    Raises:
        ValueError: the notebook is not whole, or of other code, or has outputs that cannot be
            shown again (errors, widgets).
        OSError: there is none.
    """
    notebook = json.loads(run.read(f"{manifest.step}/try-{manifest.attempt}.ipynb"))
    if notebook["metadata"]["nbflow"]["orders"].get("cache") != orders.cache:
        raise ValueError("other code")
    cells = {cell.get("id"): cell for cell in notebook["cells"]}
    if not _has_begun(cells["nbflow-save"]):
        raise ValueError("not whole")
    found = []
    for name in orders.cells:
        cell = cells[name]
        if cell["execution_count"] is None or not all(map(_can_be_shown, cell["outputs"])):
            raise ValueError("not whole")
        found.append(("".join(cell["source"]), cell["outputs"]))
    return found


def _has_begun(cell: Mapping[str, Any]) -> bool:
    """Whether the cell behind the author's has started: then theirs are on disk as they ended."""
    metadata = cell["metadata"]
    times, status = metadata.get("execution", {}), metadata.get("papermill", {}).get("status")
    return "iopub.execute_input" in times or status in {"running", "completed"}


def _can_be_shown(output: Output) -> bool:
    return output["output_type"] != "error" and _WIDGET not in output.get("data", {})


@dataclass
class Replay:
    """An execution whose outcome holds now.

    Attributes:
        run_id: of the run that it is from.
        run: that run's folder.
        manifest: what it left.
        trace: what it depended on.
        cells: the author's cells, sources and outputs.
    """

    run_id: str
    run: Store
    manifest: Manifest
    trace: dict[str, Any]
    cells: list[tuple[str, list[Output]]]

    def start(self) -> None:
        """From now on the author's cells show their outputs instead of running."""
        global _active
        _active = self
        self._waiting: dict[str, deque[list[Output]]] = {}
        for source, outputs in self.cells:
            self._waiting.setdefault(_name(source), deque()).append(outputs)
        running = shell()
        if running is not None:
            running.input_transformers_cleanup.insert(0, self._instead)

    def end(self) -> None:
        """Cells run again."""
        global _active
        _active = None
        running = shell()
        if running is not None:
            kept = [one for one in running.input_transformers_cleanup if one != self._instead]
            running.input_transformers_cleanup[:] = kept

    def _instead(self, lines: list[str]) -> list[str]:
        name = _name("".join(lines))
        if name not in self._waiting:
            return lines
        return [f"__import__('nbflow.runtime.replay', fromlist=['show']).show({name!r})\n"]

    def take(self, name: str) -> list[Output]:
        """The outputs of the next cell with this source."""
        waiting = self._waiting[name]
        return waiting.popleft() if len(waiting) > 1 else waiting[0]

    def adopt(self, session: Session, *, folder: str) -> Manifest:
        """Copy what the execution left into this run; its manifest, as if it were this run's.

        Raises:
            StoreError: it cannot be read or written.
        """
        old = f"{self.manifest.folder}/"
        moved = {
            path: f"{folder}/{path.removeprefix(old)}" if path.startswith(old) else path
            for path in addresses(self.manifest)
        }
        for source, target in sorted(moved.items()):
            if not session.run.exists(target):
                _copy(self.run, source, session.run, target)
        return replace(
            self.manifest,
            attempt=session.attempt,
            folder=folder,
            groups={key: _moved(one, moved) for key, one in self.manifest.groups.items()},
            definitions={key: _moved(one, moved) for key, one in self.manifest.definitions.items()},
            state=_moved(self.manifest.state, moved),
            read={thing: _origin(thing, session) for thing in self.manifest.read},
            changed={thing: _origin(thing, session) for thing in self.manifest.changed},
            cached=self.manifest.cached or self.run_id,
            made=session.made,
            started=session.started,
            ended=datetime.now(UTC).isoformat(),
        )


def _moved(entry: dict[str, Any], moved: Mapping[str, str]) -> dict[str, Any]:
    return {**entry, "file": moved[entry["file"]]} if "file" in entry else entry


def _copy(source: Store, path: str, target: Store, address: str) -> None:
    """Copy a file that nobody ever writes again: linked where both are folders."""
    folders = getattr(source, "folder", None), getattr(target, "folder", None)
    if isinstance(folders[0], Path) and isinstance(folders[1], Path):
        (folders[1] / address).parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            os.link(folders[0] / path, folders[1] / address)
            return
        target.put(address, folders[0] / path)
        return
    with tempfile.TemporaryDirectory() as place:
        local = Path(place, "file")
        source.fetch(path, local)
        target.put(address, local)


def _origin(thing: str, session: Session) -> str:
    """The ancestor in this run that something is from, in a manifest's words."""
    kind, _, name = thing.partition(":")
    if kind == "file":
        return session.workspace.origins.get(name, "")
    for manifest in reversed(session.manifests):
        needed = kind == "variable" and name in session.orders.needs
        if (needed and name in manifest.variables) or (
            kind == "random" and name in manifest.random
        ):
            return manifest.step
        if kind not in {"random", "folder"} and not needed and thing in manifest.changed:
            return manifest.step
    return ""


def _name(source: str) -> str:
    return hashlib.sha256(source.rstrip("\n").encode("utf-8", "replace")).hexdigest()[:16]


def show(name: str) -> None:
    """Put out again what a cell put out."""
    if _active is None:
        return
    for output in _active.take(name):
        if output["output_type"] == "stream":
            stream = sys.stderr if output["name"] == "stderr" else sys.stdout
            stream.write("".join(output["text"]))
            stream.flush()
        elif output["output_type"] == "execute_result":
            sys.displayhook(_Shown(dict(_data(output)), output["metadata"]))
        else:
            running = shell()
            if running is not None:
                running.display_pub.publish(dict(_data(output)), output["metadata"])


def _data(output: Output) -> Iterator[tuple[str, Any]]:
    """Texts are kept as lists of lines."""
    for kind, value in output["data"].items():
        is_text = isinstance(value, list) and not kind.endswith("json")
        yield kind, "".join(value) if is_text else value


class _Shown:
    """Stands for a value of which only the output is left."""

    def __init__(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        self._bundle = data, metadata

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._bundle

    def __repr__(self) -> str:
        return str(self._bundle[0].get("text/plain", ""))

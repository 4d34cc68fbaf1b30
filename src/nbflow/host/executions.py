"""Executed step notebooks in a run's folder: what they are, and how far they are."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.host.drafts import Draft, read_draft
from nbflow.model import (
    STEP_DEPTH,
    Failure,
    RunState,
    StepRun,
    Usage,
    step_folder,
    step_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = [
    "LOST",
    "STOPPED",
    "USAGE",
    "attempt_of",
    "executed",
    "executed_step",
    "failure_of",
    "lost",
    "note_cached",
    "progress",
    "stopped_by",
    "usage_of",
]

USAGE = ".usage.json"
"""Ending of the file beside an executed notebook in which a kernel says what it used."""

STOPPED = "Interrupted"
"""Name of the failure of a step that was stopped from outside."""
LOST = "KernelLost"
"""Name of the failure that `lost` makes."""
_LOST = (
    "the kernel was lost: it was killed, as a system does that runs out of memory, or stopped from "
    "outside, as when the step has taken too long"
)
_WHY_LOST = "The task's log says more. For more memory tag the step's first cell `profile:NAME`."

_TRY = re.compile(r"try-(\d+)\.ipynb")


def executed(folder: Path) -> dict[str, dict[str, Any]]:
    """The newest executed notebook of each step, in the notebook's order where that is told.

    Args:
        folder: a run's.
    """
    found = {step_name(path): notebook for path, notebook in _executed(folder, "")}
    orders: dict[str, list[str]] = {}
    for name, one in found.items():
        orders.setdefault(_notebook_of(name), _orders(one).get("steps", []))

    def place(name: str) -> tuple[str, int]:
        """Notebooks of stages are told apart; a step's place is told by its own notebook."""
        whose = _notebook_of(name)
        order, step = orders[whose], step_folder(name).rpartition("/")[2]
        return whose, order.index(step) if step in order else len(order)

    return {name: found[name] for name in sorted(found, key=place)}


def executed_step(folder: Path, step: str) -> dict[str, Any] | None:
    """The newest executed notebook of a step of a run, by the run's folder; None before."""
    newest = _newest(folder / step_folder(step))
    return None if newest is None else newest[1]


def _notebook_of(step: str) -> str:
    """What tells the steps of one notebook, and one item, from those of another."""
    return step_folder(step).rpartition("/")[0]


def _executed(folder: Path, inner: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The newest notebooks of folders of steps, which may lie in those of stages and items."""
    for name in sorted(path.name for path in (folder / inner).iterdir() if path.is_dir()):
        if name.startswith("."):
            continue
        path = f"{inner}/{name}".lstrip("/")
        newest = _newest(folder / path)
        if newest is not None:
            yield path, newest[1]
        elif not name.startswith("try-") and path.count("/") < STEP_DEPTH:
            yield from _executed(folder, path)


def attempt_of(name: str) -> int | None:
    """The attempt that a file of this name is the executed notebook of; None where it is none."""
    match = _TRY.fullmatch(name)
    return None if match is None else int(match[1])


def progress(folder: Path, step: str, *, cells: Sequence[str] | None = None) -> StepRun | None:
    """How far a step is, read from its newest executed notebook; None where there is none yet.

    Both our host's and papermill's notebooks tell. `state` is RUNNING, SUCCESS or FAILED, as far
    as the notebook knows: a kernel that was killed leaves it RUNNING.

    Args:
        folder: the run's.
        step: the step's name.
        cells: ids of the author's cells of this step; from the notebook's orders where None.
    """
    newest = _newest(folder / step_folder(step))
    if newest is None:
        return None
    attempt, notebook = newest
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    ids = set(_orders(notebook).get("cells", ()) if cells is None else cells)
    own = [cell for cell in code if cell.get("id") in ids] if ids else _authored(code)
    failure = failure_of(notebook)
    done = [cell for cell in own if _is_done(cell) and not _has_failed(cell)]
    running = None if failure else next((c for c in code if _is_running(c)), None)
    times = [time for cell in code for time in _times(cell)]
    found = StepRun(
        step,
        RunState.FAILED
        if failure
        else RunState.SUCCESS
        if all(map(_is_done, code))
        else RunState.RUNNING,
        cells_done=len(done),
        cells_total=len(own),
        cell=running.get("id") if running and running in own else None,
        line=_begins(running) if running and running in own else None,
        started=min(times, default=None),
        attempt=attempt,
        failure=failure,
        usage=usage_of(notebook),
    )
    return (
        found if found.state is RunState.RUNNING else replace(found, ended=max(times, default=None))
    )


def _begins(cell: Mapping[str, Any]) -> str:
    """The first line of a cell that says anything."""
    return next(iter("".join(cell["source"]).strip().splitlines()), "")


def failure_of(notebook: Mapping[str, Any]) -> Failure | None:
    """The error that stopped an executed notebook, or None."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()) if _has_failed(cell) else ():
            if output["output_type"] == "error":
                generated = "role" in _metadata(cell).get("nbflow", {})
                lines = tuple(line for part in output["traceback"] for line in part.splitlines())
                where = None if generated else cell.get("id")
                # The cell saw a KeyboardInterrupt.
                if _noted(notebook).get("stopped_by") == STOPPED:
                    return Failure(STOPPED, "the step was stopped from outside", where, None, lines)
                return Failure(output["ename"], output["evalue"], where, None, lines)
    return _cut_short(notebook)


def lost(cell: str | None) -> Failure:
    """The failure of a notebook of which nobody is left to say why it did not go on.

    Args:
        cell: id of the cell that ran, None where it was none of the author's.
    """
    return Failure(LOST, _LOST, cell, hint=_WHY_LOST)


def _cut_short(notebook: Mapping[str, Any]) -> Failure | None:
    """Why a notebook did not go on that papermill has ended; it then calls every cell completed."""
    if not _metadata(notebook).get("papermill", {}).get("end_time"):
        return None
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    stopped = next((cell for cell in code if not _is_done(cell)), None)
    if stopped is None:
        return None
    generated = "role" in _metadata(stopped).get("nbflow", {})
    return lost(None if generated else stopped.get("id"))


def usage_of(notebook: Mapping[str, Any]) -> Usage | None:
    """What the attempt used that an executed notebook is of; None where nobody measured."""
    data = _noted(notebook).get("usage")
    try:
        return Usage.from_dict(data) if data else None
    except (TypeError, ValueError, AttributeError):
        return None


def stopped_by(notebook: Mapping[str, Any]) -> str | None:
    """The name of the exception that ended an attempt; None where it went well."""
    about = _noted(notebook)
    if "stopped_by" in about:
        return about["stopped_by"] and str(about["stopped_by"])
    failure = failure_of(notebook)
    return None if failure is None else failure.ename


def _noted(notebook: Mapping[str, Any]) -> Mapping[str, Any]:
    """What our host wrote into an executed notebook; nothing where papermill executed it."""
    return _metadata(notebook).get("nbflow") or {}


def note_cached(path: Path, *, run_id: str) -> None:
    """Write into an executed notebook which run its outputs were taken over from."""
    notebook = read_draft(path)
    notebook["metadata"].setdefault("nbflow", {})["cached"] = {"run_id": run_id}
    Draft(notebook, path).write()


def _has_failed(cell: Mapping[str, Any]) -> bool:
    if cell["cell_type"] != "code" or "raises-exception" in _metadata(cell).get("tags", ()):
        return False
    return any(output["output_type"] == "error" for output in cell.get("outputs", ()))


def _newest(folder: Path) -> tuple[int, dict[str, Any]] | None:
    for number, path in _tries(folder).items():
        # papermill writes in place: what is half-written now is whole a moment later.
        try:
            notebook = _read(path)
        except (ValueError, FileNotFoundError):
            continue
        return number, notebook
    return None


def _read(path: Path) -> dict[str, Any]:
    """An executed notebook; one that measured itself in its kernel says so beside it."""
    notebook = read_draft(path)
    own = notebook.get("metadata", {}).setdefault("nbflow", {})
    if isinstance(own, dict) and "usage" not in own:
        with suppress(ValueError, OSError):
            own["usage"] = json.loads(path.with_suffix(USAGE).read_bytes())
    return notebook


def _tries(folder: Path) -> dict[int, Path]:
    """The attempts' executed notebooks, the newest first."""
    tries: dict[int, Path] = {}
    for path in folder.glob("try-*.ipynb"):
        number = attempt_of(path.name)
        if number is not None:
            tries[number] = path
    return dict(sorted(tries.items(), reverse=True))


def _metadata(thing: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = thing.get("metadata", {})
    return found


def _orders(notebook: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _metadata(notebook).get("nbflow", {}).get("orders", {})
    return found


def _authored(code: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    generated = {"injected-parameters", "papermill-error-cell-tag"}
    return [
        cell
        for cell in code
        if "role" not in _metadata(cell).get("nbflow", {})
        and not generated.intersection(_metadata(cell).get("tags", ()))
    ]


def _papermill(cell: Mapping[str, Any]) -> str | None:
    found: str | None = _metadata(cell).get("papermill", {}).get("status")
    return found


def _is_done(cell: Mapping[str, Any]) -> bool:
    source = "".join(cell["source"]).strip()
    return not source or "shell.execute_reply" in _metadata(cell).get("execution", {})


def _is_running(cell: Mapping[str, Any]) -> bool:
    if _papermill(cell) is not None:
        return _papermill(cell) == "running"
    execution = _metadata(cell).get("execution", {})
    return "iopub.execute_input" in execution and "shell.execute_reply" not in execution


def _times(cell: Mapping[str, Any]) -> list[datetime]:
    metadata = _metadata(cell)
    own = metadata.get("papermill", {})
    texts = [own.get("start_time"), own.get("end_time"), *metadata.get("execution", {}).values()]
    found = [datetime.fromisoformat(text) for text in texts if text]
    return [time.astimezone() for time in found]

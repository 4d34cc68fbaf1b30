"""What stands above a merged notebook: which run it is of, and how its steps went."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow import host, targets
from nbflow.api import origins, records
from nbflow.api.givens import without_secrets
from nbflow.api.parameters import effective
from nbflow.errors import NbflowError
from nbflow.model import RunState, format_bytes, format_elapsed, split_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from nbflow.model import Document, Run, StepRun
    from nbflow.settings import Settings
    from nbflow.targets import Version

__all__ = ["digest_of", "header", "marked", "overview", "plain", "values", "with_steps"]

_STATES = {
    RunState.SUCCESS: "✓",
    RunState.FAILED: "✗",
}
_LONGEST = 200
"""Characters of a value that are shown."""
# All that Markdown, tables of it, MathJax or HTML would take for a sign of theirs.
# An underscore within a word is none.
_SIGNS = re.compile(r"[\\`*{}\[\]<>#!|~$&\x00-\x1f\x7f]|(?<!\w)_+|_++(?![^\W_])")


def header(
    run: Run,
    *,
    folder: Path,
    executed: Mapping[str, Mapping[str, Any]],
    document: Document,
    current: Settings,
) -> str:
    """A run in Markdown: state, parameters, versions, and its steps in a table.

    It reads no clock: of a run that has ended it is always the same.

    Args:
        run: the run.
        folder: its folder.
        executed: its executed step notebooks, by step.
        document: the author's notebook.
        current: where its bundle was published.
    """
    run = with_steps(run, folder=folder, executed=executed)
    manifest = records.manifest_of(folder, current=current)
    rows = [
        ("run", _link(run.run_id, run.url)),
        ("pipeline", _pipeline(run, manifest)),
        ("state", _state(run, document)),
        ("time", _times(run)),
        ("parameters", values(_given(run, manifest))),
        ("metrics", values(run.metrics)),
        ("versions", " · ".join(_versions(run, folder, executed, manifest, current))),
    ]
    head = [f"| {name} | {said} |" for name, said in rows if said]
    return "\n".join(["| | |", "|---|---|", *head, "", *_table(run, manifest)])


def overview(run: Run, manifest: Mapping[str, Any]) -> list[str]:
    """A run of several notebooks in a table of Markdown, without what its notebooks say."""
    failed = run.failed_step
    state = marked(run.state) + (f": step {plain(failed.name)}" if failed else "")
    rows = [
        ("run", _link(run.run_id, run.url)),
        ("pipeline", _pipeline(run, manifest)),
        ("state", state),
        ("time", _times(run)),
        ("parameters", values(effective(run, manifest=manifest))),
        ("metrics", values(run.metrics)),
    ]
    return ["| | |", "|---|---|", *(f"| {name} | {said} |" for name, said in rows if said)]


def _given(run: Run, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters; of one of several notebooks those that it was given, not the run's."""
    return dict(run.parameters) if "stages" in manifest else effective(run, manifest=manifest)


def with_steps(run: Run, *, folder: Path, executed: Mapping[str, Mapping[str, Any]]) -> Run:
    """The run with what its executed notebooks say of steps; all of them where it names none."""
    if not run.steps:
        seen = (host.progress(folder, name) for name in executed)
        return replace(run, steps=tuple(step for step in seen if step is not None))
    return replace(run, steps=tuple(_measured(step, folder) for step in run.steps))


def _measured(step: StepRun, folder: Path) -> StepRun:
    if step.cells_total and step.usage:
        return step
    seen = host.progress(folder, step.name)
    if seen is None:
        return step
    return replace(
        step,
        cells_done=seen.cells_done,
        cells_total=seen.cells_total,
        usage=step.usage or seen.usage,
        failure=step.failure or (seen.failure if step.state is RunState.FAILED else None),
    )


def _pipeline(run: Run, manifest: Mapping[str, Any]) -> str:
    source = (manifest.get("source") or {}).get("notebook")
    return plain(run.dag_id) + (f" ({plain(source)})" if source else "")


def _state(run: Run, document: Document) -> str:
    """The run's state; of one that failed the step, the cell as a link, and the exception."""
    said = marked(run.state)
    step = run.failed_step
    if step is None:
        return said
    said += f": step {plain(step.name)}"
    failure = step.failure
    if failure is None:
        return said
    cell = document.by_id.get(failure.cell or "")
    if cell is not None:
        # JupyterLab and nbconvert's pages find a cell by this.
        said += f", [the cell that failed](#cell-id={quote(cell.id)})"
    first = next(iter(failure.evalue.splitlines()), "")
    return f"{said}: {plain(failure.ename)}: {plain(_short(first))}"


def _times(run: Run) -> str:
    if run.started is None:
        return ""
    said = _moment(run.started)
    if run.resumed is not None:
        said += f", resumed {_moment(run.resumed)}"
    if run.ended is None:
        return said
    since = "" if run.resumed is None else " since then"
    return f"{said}, took {format_elapsed(run.ended - (run.since or run.started))}{since}"


def _versions(
    run: Run,
    folder: Path,
    executed: Mapping[str, Mapping[str, Any]],
    manifest: Mapping[str, Any],
    current: Settings,
) -> Iterator[str]:
    """Of nbflow, of the language, and of the bundle with who published it."""
    if manifest.get("nbflow"):
        yield f"nbflow {plain(manifest['nbflow'])}"
    languages = [one.get("metadata", {}).get("language_info") or {} for one in executed.values()]
    told = [(one.get("name"), one.get("version")) for one in languages if one.get("version")]
    for name, version in dict.fromkeys(told):
        yield f"{plain(str(name).capitalize())} {plain(version)}"
    digest = digest_of(folder, executed)
    if not digest:
        return
    published = None
    if not records.is_local(run.run_id):
        published = _publication(run, digest, team=manifest.get("team"), current=current)
    if published is None or published.moment is None:
        yield f"bundle {plain(digest)}"
    else:
        moment = _moment(published.moment)
        yield f"bundle {plain(digest)}, published by {plain(published.by)} on {moment}"


def digest_of(folder: Path, executed: Mapping[str, Mapping[str, Any]]) -> str:
    """The digest of the bundle that a run came from; empty where nothing tells it."""
    ledger = host.read_ledger(folder)
    if ledger is not None:
        return ledger.digest
    return next(filter(None, map(origins.digest_of, executed.values())), "")


def _publication(run: Run, digest: str, *, team: str | None, current: Settings) -> Version | None:
    """Who had published a bundle when a run began; None where its target does not tell."""
    # The notebook is there whether or not the target can be reached.
    with suppress(NbflowError):
        edition = targets.find_target(current.of_team(team)).edition(run.dag_id)
        same = [one for one in edition.listing.versions if one.digest == digest] if edition else []
        before = [one for one in same if run.started and one.moment and one.moment <= run.started]
        return next(iter([*reversed(before), *same]), None)
    return None


def _table(run: Run, manifest: Mapping[str, Any]) -> Iterator[str]:
    """A row for each step; columns of which nothing is known are left out."""
    profiles = {one["name"]: one.get("profile") for one in manifest.get("steps", ())}
    rows = [
        {
            "step": plain(step.name),
            "state": marked(step.state),
            "cells": f"{step.cells_done}/{step.cells_total}" if step.cells_total else "",
            "time": _time(step),
            "peak memory": _memory(step),
            "profile": plain(profiles.get(split_item(step.name)[0]) or ""),
            "attempt": str(step.attempt) if _ran(step) else "",
            "": _outcome(step, run),
        }
        for step in run.steps
    ]
    columns = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    if columns:
        yield _row(columns)
        yield _row(["---"] * len(columns))
    for row in rows:
        yield _row([row[name] for name in columns])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ran(step: StepRun) -> bool:
    return step.started is not None and step.cached is None


def _time(step: StepRun) -> str:
    if step.started is None or step.ended is None or step.kept or step.cached:
        return ""
    return format_elapsed(step.ended - step.started)


def _memory(step: StepRun) -> str:
    peak = None if step.usage is None or step.kept or step.cached else step.usage.peak_memory
    return "" if peak is None else format_bytes(peak)


def _outcome(step: StepRun, run: Run) -> str:
    """Where its outcome is from, or where Airflow shows it."""
    if step.kept:
        return "kept from the run before"
    if step.cached is not None:
        return f"cached from {plain(step.cached)}"
    if run.url is None:
        return ""
    task, item = split_item(step.name)
    of_item = "" if item is None else f"/mapped/{item}"
    return _link("Airflow", f"{run.url}/tasks/{quote(task)}{of_item}")


def values(given: Mapping[str, Any]) -> str:
    """Names with their values, `a = 1, b = 2`; long ones cut, and none that looks like a secret."""
    shown = without_secrets(given).items()
    return ", ".join(f"{plain(name)} = {plain(_short(repr(one)))}" for name, one in shown)


def marked(state: RunState) -> str:
    """A state with its mark: `✓ success`."""
    return f"{_STATES.get(state, '')} {plain(str(state).replace('_', ' '))}".strip()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _link(text: str, url: str | None) -> str:
    return plain(text) if url is None else f"[{plain(text)}]({url})"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def plain(text: object) -> str:
    """Text that shows as it is, in a table of Markdown."""

    def entities(found: re.Match[str]) -> str:
        return "".join(f"&#{ord(sign)};" for sign in found[0])

    return _SIGNS.sub(entities, " ".join(str(text).splitlines()))

"""A program run whole and cut: what came of it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comparison import Difference, compare, report
from shells import failure

from nbflow import api, bundles, notebook
from nbflow.model import Diagnostic, Severity

if TYPE_CHECKING:
    from programs import Program
    from shells import Shells

DATA = {"input.txt": "what lies beside the notebook\n"}

# Codes of warnings that say nothing about what the pipeline computes.
_ABOUT_STYLE = ("NB1", "NB6")


class Outcome(StrEnum):
    """What came of running a program whole and cut."""

    EQUAL = "equal"
    REFUSED = "refused"  # an error names the cell before anything runs
    WARNED = "warned"  # the outputs differ, and a warning named a cell beforehand
    LOUD = "loud"  # the run failed in a cell of nbflow's, with a cause
    SILENT = "silent"  # the outputs differ and nobody said so
    BROKEN = "broken"  # the author's code fails where it does not when run whole
    UNSTABLE = "unstable"  # run whole twice, the notebook differs from itself
    INVALID = "invalid"  # the harness's own fault: the shell died


@dataclass(frozen=True)
class Verdict:
    """What came of one program, with what was said about it; `valid`: it runs whole."""

    outcome: Outcome
    diagnostics: tuple[Diagnostic, ...] = ()
    differences: tuple[Difference, ...] = ()
    cause: str = ""
    edges: str = ""
    valid: bool = True

    @property
    def holds(self) -> bool:
        """Never silently different."""
        return self.outcome not in {Outcome.SILENT, Outcome.BROKEN, Outcome.INVALID}

    def __str__(self) -> str:
        said = [f"{d.code} {d.severity} {d.cell}: {d.message}" for d in self.diagnostics]
        lines = [f"outcome: {self.outcome}", f"edges: {self.edges}", *said]
        if self.cause:
            lines.append(f"cause: {self.cause}")
        if self.differences:
            lines.append(report(self.differences))
        return "\n".join(lines)


def judge(
    program: Program, shells: Shells, *, expected: Mapping[str, Any] | None = None
) -> Verdict:
    """Run a program whole and as a pipeline, and compare what the author's cells show.

    Args:
        program: the program.
        shells: where its notebooks run.
        expected: the program run whole, where it was before.
    """
    folder = Path(tempfile.mkdtemp(prefix="equivalence-"))
    try:
        return _judge(program, shells, folder, expected)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lay_out(program: Program, folder: Path) -> Path:
    """Write the notebook and the files beside it; returns the notebook's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in DATA.items():
        (folder / name).write_text(text, encoding="utf-8")
    if program.beside:
        shutil.copytree(program.beside, folder, dirs_exist_ok=True)
    path = folder / "program.ipynb"
    path.write_text(json.dumps(program.notebook()), encoding="utf-8")
    return path


def _judge(
    program: Program, shells: Shells, folder: Path, expected: Mapping[str, Any] | None
) -> Verdict:
    inspected = api.inspect(lay_out(program, folder / "author"))
    edges = "; ".join(
        f"{step.name} <- {','.join(edge.step for edge in step.edges) or '-'}"
        for step in inspected.pipeline.steps
    )
    if inspected.errors:
        placed = all(d.cell is not None for d in inspected.errors)
        outcome = Outcome.REFUSED if placed or not inspected.pipeline.steps else Outcome.SILENT
        return Verdict(outcome, inspected.diagnostics, edges=edges)
    temporary = folder / "tmp"
    temporary.mkdir()
    expected = expected or run_whole(program, shells, folder / "whole", temporary)
    compiled = api.compile(inspected)
    executed = run_cut(program, compiled, shells, folder / "cut", temporary)
    merged = notebook.merge(inspected.pipeline.document, executed)
    broken, whole_failed = _first_failure(executed), failure(expected)
    told = any(
        d.cell is not None and d.severity is Severity.WARNING and d.code[:3] not in _ABOUT_STYLE
        for d in inspected.diagnostics
    )
    found = compare(expected, merged, cells=_comparable(program, expected, executed))
    cause = "" if broken is None else "{} {}: {}: {}".format(*broken)
    if broken and broken[1].startswith("nbflow-"):
        outcome = Outcome.LOUD
    elif broken and (whole_failed is None or whole_failed != broken[1:]):
        outcome = Outcome.WARNED if told else Outcome.BROKEN
    elif found and compare(expected, run_whole(program, shells, folder / "again", temporary)):
        outcome = Outcome.UNSTABLE
    elif found:
        outcome = Outcome.WARNED if told else Outcome.SILENT
    else:
        outcome = Outcome.EQUAL
    return Verdict(outcome, inspected.diagnostics, found, cause, edges, whole_failed is None)


def _comparable(
    program: Program, expected: Mapping[str, Any], executed: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Cells to compare: all, or those that both ran where one of the two failed."""
    ran_cut = {
        cell["id"]
        for step in executed.values()
        for cell in step["cells"]
        if cell.get("execution_count")
    }
    ran_whole = {cell["id"] for cell in expected["cells"] if cell.get("execution_count")}
    failed = failure(expected) or _first_failure(executed)
    everything = {f"cell-{index}" for index in range(len(program.cells))}
    return sorted(ran_cut & ran_whole if failed else everything)


def _first_failure(
    executed: Mapping[str, Mapping[str, Any]],
) -> tuple[str, str, str, str] | None:
    for name, step in executed.items():
        failed = failure(step)
        if failed:
            return name, *failed
    return None


def run_whole(program: Program, shells: Shells, folder: Path, temporary: Path) -> dict[str, Any]:
    """Run the author's notebook top to bottom in one shell, as papermill would."""
    whole = json.loads(lay_out(program, folder).read_text(encoding="utf-8"))
    if program.parameters:
        last = max(index for index, (_, tags) in enumerate(program.cells) if "parameters" in tags)
        given = "\n".join(f"{name} = {value!r}" for name, value in program.parameters.items())
        injected = {"cell_type": "code", "id": "given", "metadata": {}, "source": given}
        whole["cells"].insert(last + 1, injected)
    return shells.execute(whole, cwd=folder, temporary=temporary)


def run_cut(
    program: Program,
    compiled: api.Compiled,
    shells: Shells,
    folder: Path,
    temporary: Path,
) -> dict[str, dict[str, Any]]:
    """Run the step notebooks one by one, in one of the orders that the edges permit."""
    plan = compiled.plan
    _lay_out_files(compiled, folder / "bundle")
    wire = api.resolve(program.parameters, parameters=plan.pipeline.parameters)
    executed: dict[str, dict[str, Any]] = {}
    waiting = {step.name: set(step.upstream) for step in plan.steps}
    for turn in range(len(waiting)):
        ready = [name for name, upstream in waiting.items() if not upstream - executed.keys()]
        pick = program.order[turn % len(program.order)] if program.order else 0
        name = ready[pick % len(ready)]
        del waiting[name]
        cwd = folder / f"host-{name}"
        cwd.mkdir()
        step = json.loads(compiled.bundle.files[f"steps/{name}.ipynb"])
        _give(step, params=json.dumps(wire), folder=folder)
        executed[name] = shells.execute(step, cwd=cwd, temporary=temporary)
        if failure(executed[name]):
            break
    return {step.name: executed[step.name] for step in plan.steps if step.name in executed}


def _lay_out_files(compiled: api.Compiled, folder: Path) -> None:
    for name, content in compiled.bundle.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _give(step: dict[str, Any], *, params: str, folder: Path) -> None:
    """What papermill does: values in place of the first cell's."""
    run = folder / "runs" / "default" / "program" / "run-1"
    values = {
        "nbflow_params": params,
        "nbflow_run": str(run),
        "nbflow_files": str(folder / "bundle" / "files"),
        "nbflow_attempt": "1",
    }
    first = step["cells"][0]
    assert first["metadata"]["tags"] == ["parameters", "nbflow"]
    first["source"] = "\n".join(f"{k} = {bundles.literal(v)}" for k, v in values.items())

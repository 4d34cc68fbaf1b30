"""Pipelines written by hand: what analysis and bundling would make, said directly."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from nbflow import host
from nbflow.model import (
    Bundle,
    Cell,
    Document,
    Edge,
    Pipeline,
    Plan,
    PlannedStep,
    Profile,
    Run,
    Step,
)
from nbflow.runtime import DefinitionOrder, Orders, ParameterOrder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Hand:
    """A step: its cells, the steps before it, and its orders."""

    cells: Sequence[str]
    after: Sequence[str] = ()
    needs: Sequence[str] = ()
    saves: Sequence[str] = ()
    definitions: Sequence[tuple[str, str]] = ()
    metrics: Sequence[str] = ()
    tags: Sequence[str] = ()
    retries: int = 0
    timeout: float | None = None


@dataclass(frozen=True)
class Notebook:
    """A pipeline by hand."""

    steps: Mapping[str, Hand]
    setup: str = ""
    parameters: str = ""
    declared: Mapping[str, ParameterOrder] = field(default_factory=dict)
    seeded: bool = False
    check_in_place: bool = True
    kernel: str = "python3"
    language: str = "python"
    files: Mapping[str, bytes] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def ids(self, step: str) -> tuple[str, ...]:
        return tuple(f"{step}-{number}" for number in range(len(self.steps[step].cells)))

    def ancestors(self, step: str) -> tuple[str, ...]:
        found: set[str] = set()
        for parent in self.steps[step].after:
            found |= {parent, *self.ancestors(parent)}
        return tuple(name for name in self.steps if name in found)


def code(
    id_: str, source: str, role: str | None = None, tags: Sequence[str] = ()
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": list(tags)}
    if role is not None:
        metadata["nbflow"] = {"role": role}
        metadata["tags"] = [*(["parameters"] if role == "parameters" else []), "nbflow"]
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": id_,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def orders(notebook: Notebook, name: str) -> Orders:
    step = notebook.steps[name]
    ancestors = notebook.ancestors(name)
    return Orders(
        dag_id="by_hand",
        step=name,
        steps=tuple(notebook.steps),
        ancestors=ancestors,
        descendants=tuple(n for n in notebook.steps if name in notebook.ancestors(n)),
        parameters=notebook.declared,
        needs=dict.fromkeys(step.needs, ancestors[0] if ancestors else ""),
        saves=tuple(step.saves),
        reads=tuple(step.needs),
        definitions=tuple(DefinitionOrder((n,), source) for n, source in step.definitions),
        metrics=tuple(step.metrics),
        seeded=notebook.seeded,
        check_in_place=notebook.check_in_place,
        cells=notebook.ids(name),
    )


def step_notebook(notebook: Notebook, name: str) -> dict[str, Any]:
    step = notebook.steps[name]
    own = [
        code(id_, source, tags=step.tags)
        for id_, source in zip(notebook.ids(name), step.cells, strict=True)
    ]
    metadata: dict[str, Any] = {
        "kernelspec": {
            "name": notebook.kernel,
            "display_name": notebook.kernel,
            "language": notebook.language,
        }
    }
    if notebook.language != "python":
        upstream = {one: list(hand.after) for one, hand in notebook.steps.items()}
        metadata["nbflow"] = {"step": name, "upstream": upstream, "version": 1}
    else:
        mine = orders(notebook, name)
        metadata["nbflow"] = {"orders": mine.as_dict(), "version": 1}
        own = [
            code(
                "nbflow-parameters",
                'nbflow_params = "{}"\nnbflow_run = ""\nnbflow_files = ""\nnbflow_attempt = "1"',
                "parameters",
            ),
            code(
                "nbflow-begin",
                "import nbflow.runtime as _nbflow\n"
                f"_nbflow.begin({mine.to_json()!r}, params=nbflow_params, run=nbflow_run, "
                "files=nbflow_files, attempt=nbflow_attempt)",
                "begin",
            ),
            *([code("parameters", notebook.parameters)] if notebook.parameters else []),
            code("nbflow-given", "_nbflow.given()", "given"),
            *([code("setup", notebook.setup)] if notebook.setup else []),
            code("nbflow-load", "_nbflow.load()", "load"),
            *own,
            code("nbflow-save", "_nbflow.save()", "save"),
        ]
    return {"cells": own, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def compiled(notebook: Notebook) -> tuple[Plan, Bundle]:
    sources = [
        (i, s)
        for n, h in notebook.steps.items()
        for i, s in zip(notebook.ids(n), h.cells, strict=True)
    ]
    cells = tuple(Cell(id_, index, "code", source) for index, (id_, source) in enumerate(sources))
    document = Document("by_hand", cells, kernel=notebook.kernel, language=notebook.language)
    steps = tuple(
        Step(name, notebook.ids(name), edges=tuple(Edge(parent, ()) for parent in hand.after))
        for name, hand in notebook.steps.items()
    )
    planned = tuple(
        PlannedStep(
            step,
            Profile("default", env=notebook.env),
            None,
            retries=notebook.steps[step.name].retries,
            retry_delay=timedelta(milliseconds=10),
            timeout=timedelta(seconds=limit)
            if (limit := notebook.steps[step.name].timeout)
            else None,
            cache=False,
        )
        for step in steps
    )
    plan = Plan(
        Pipeline("by_hand", document, steps=steps),
        "papermill",
        planned,
        "store",
        "me",
        "2026-01-01",
        1,
    )
    files = {
        f"steps/{name}.ipynb": json.dumps(step_notebook(notebook, name)).encode()
        for name in notebook.steps
    }
    files |= {f"files/{path}": content for path, content in notebook.files.items()}
    return plan, Bundle("by_hand", "0" * 16, "", files)


def run(notebook: Notebook, folder: Path, **options: Any) -> Run:
    plan, bundle = compiled(notebook)
    return host.run(plan, bundle, **{"parameters": {}, "folder": folder, **options})


def assert_success(run: Run) -> None:
    """The run succeeded; otherwise say where and why it did not."""
    failed = run.failed_step
    assert failed is None, f"{failed.name} {failed.failure}\n" + "\n".join(
        failed.failure.traceback if failed.failure else ()
    )
    assert run.state == "success"


def by_papermill(tmp_path, notebook, names):
    """Run steps with papermill as Airflow does; the run's folder."""
    import papermill

    folder = tmp_path / "papermill"
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
        source = tmp_path / f"{name}.ipynb"
        source.write_text(json.dumps(step_notebook(notebook, name)))
        papermill.execute_notebook(
            source,
            folder / name / "try-1.ipynb",
            parameters={"nbflow_params": "{}", "nbflow_run": str(folder), "nbflow_attempt": "1"},
            progress_bar=False,
        )
    return folder

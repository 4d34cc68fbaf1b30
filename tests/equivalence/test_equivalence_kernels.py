"""The examples, and some generated notebooks, cut anywhere and run in real kernels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import nbclient
import nbformat
import pytest
from comparison import compare, report
from hazards import cut_at_random, read_hazards
from programs import build_program
from verdicts import lay_out

from nbflow import api
from nbflow.model import RunState

EXAMPLES = Path(__file__).parents[2] / "examples" / "notebooks"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.ipynb"))
SEEDS = (1, 2)
HAZARDS = (
    *("async_client_with_state", "csv_parquet_sqlite_round_trip", "display_updated_in_its_cell"),
    *("plot_style_and_formats", "rich_outputs", "shell_commands", "top_level_await"),
    *("torch_tied_weights",),
)

ROLES = {"parameters", "pipeline-parameters", "imports", "functions", "setup", "skip"}
KEPT = {*ROLES, "pipeline-metrics"}


def run_whole(path: Path) -> dict[str, Any]:
    """Run a notebook top to bottom in one kernel, without the cells that are left out."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        cell for cell in notebook.cells if "skip" not in cell.metadata.get("tags", [])
    ]
    client = nbclient.NotebookClient(
        notebook, timeout=200, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    return json.loads(nbformat.writes(notebook))


def cut(notebook: dict[str, Any], random: Random) -> None:
    """Take the tags of steps away and begin steps at random cells instead."""
    steps = 0
    for cell in notebook["cells"]:
        tags = cell["metadata"].setdefault("tags", [])
        cell["metadata"]["tags"] = [tag for tag in tags if tag in KEPT]
        if cell["cell_type"] != "code" or ROLES.intersection(tags):
            continue
        begins = not steps or (steps < 4 and random.random() < 0.35)
        if begins and "pipeline-metrics" not in tags:
            cell["metadata"]["tags"].append(f"step:cut_{steps}")
            steps += 1


def run_cut(path: Path) -> tuple[api.Compiled, dict[str, Any]]:
    """Run a notebook as a pipeline; returns it with the merged notebook."""
    compiled = api.compile(path)
    finished = api.run(compiled, output=path.parent / "merged" / path.name)
    assert finished.run.state is RunState.SUCCESS, finished.run.failed_step
    return compiled, json.loads(finished.notebook.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_an_example_cut_at_random_cells_shows_what_it_shows_whole(
    name: str, seed: int, tmp_path: Path
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "cut"
    for folder in (whole, parts):
        shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("output", ".*"))
    path = parts / f"{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cut(notebook, Random(f"{name} {seed}"))
    path.write_text(json.dumps(notebook), encoding="utf-8")
    compiled, merged = run_cut(path)
    assert len(compiled.plan.steps) > 1
    found = compare(run_whole(whole / f"{name}.ipynb"), merged, folders=(str(whole), str(parts)))
    assert not found, report(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_generated_notebook_in_kernels_shows_what_it_shows_whole(
    seed: int, tmp_path: Path
) -> None:
    random = Random(seed)
    while True:
        program = build_program(random)
        path = lay_out(program, tmp_path / "cut")
        if not program.parameters and not api.inspect(path).diagnostics:
            break
    whole = run_whole(lay_out(program, tmp_path / "whole"))
    _, merged = run_cut(path)
    found = compare(whole, merged)
    assert not found, f"{program}\n{report(found)}"


@pytest.mark.slow
@pytest.mark.parametrize("name", HAZARDS)
def test_a_hazard_in_kernels_shows_what_it_shows_whole(name: str, tmp_path: Path) -> None:
    program = cut_at_random(read_hazards()[name], 2)
    whole = run_whole(lay_out(program, tmp_path / "whole"))
    _, merged = run_cut(lay_out(program, tmp_path / "cut"))
    found = compare(whole, merged, folders=(str(tmp_path / "whole"), str(tmp_path / "cut")))
    assert not found, f"{program}\n{report(found)}"

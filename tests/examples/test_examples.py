"""The examples: honest, tidy, and right when they run again."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))
README = (EXAMPLES / "README.md").read_text(encoding="utf-8")
MACHINE = re.compile(r"/(?:home|root|Users|tmp|usr|opt|work|var)/|[A-Z]:\\|0x[0-9a-f]{6,}")
PARTS_OF_A_CELL = {"cell_type", "execution_count", "id", "metadata", "outputs", "source"}
JSON_TYPES = {bool, int, float, str, list, dict, type(None)}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def tags(path: Path) -> list[str]:
    return [tag for cell in code_cells(path) for tag in cell["metadata"].get("tags", [])]


def texts(cell: dict[str, Any]) -> list[str]:
    """What a cell says and printed, pictures apart."""
    found = [source(cell)]
    for output in cell.get("outputs", []):
        found.append("".join(output.get("text", "")))
        data = output.get("data", {})
        found += ["".join(data[kind]) for kind in data if kind.startswith("text/")]
    return found


def outputs(path: Path) -> list[Any]:
    """The stored outputs without pictures, whose bytes differ between versions of libraries.

    Where a kernel flushes what a cell prints is chance: streams of a name that follow each other
    are one.
    """
    cells = [_joined(cell["outputs"]) for cell in code_cells(path)]
    for output in (output for cell in cells for output in cell):
        output.get("data", {}).pop("image/png", None)
    return cells


def _joined(found: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for output in found:
        stream = output.get("name")
        if stream is not None and joined and joined[-1].get("name") == stream:
            before = "".join(joined[-1]["text"])
            whole = before + "".join(output["text"])
            joined[-1] = {**output, "text": whole.splitlines(keepends=True)}
        else:
            joined.append(output)
    return joined


def run(command: list[str]) -> None:
    """Run a command, this Python's programs first on the path; say what it said if it fails."""
    programs = str(Path(sys.executable).parent)
    environ = {**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, text=True, capture_output=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_a_pipeline_an_untagged_notebook_and_one_of_kale() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["kale_wine", "train_models", "untagged_report"]


@each_notebook
def test_a_notebook_is_valid_and_of_the_current_format(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"


@each_notebook
def test_a_notebook_opens_with_what_it_shows(path: Path) -> None:
    first = read(path)["cells"][0]
    assert first["cell_type"] == "markdown"
    assert source(first).startswith("# ")
    assert len(source(first).splitlines()) > 2


@each_notebook
def test_cells_have_unique_ids_that_people_can_read(path: Path) -> None:
    ids = [cell["id"] for cell in read(path)["cells"]]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", name)] == []


@each_notebook
def test_cells_carry_tags_and_nothing_of_the_machine_that_ran_them(path: Path) -> None:
    for cell in read(path)["cells"]:
        assert set(cell) <= PARTS_OF_A_CELL
        assert set(cell["metadata"]) <= {"tags"}
        assert [text for text in texts(cell) if MACHINE.search(text)] == []


@each_notebook
def test_the_outputs_come_from_one_run_from_top_to_bottom(path: Path) -> None:
    counts = [cell["execution_count"] for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_no_stored_output_is_an_error_or_a_warning(path: Path) -> None:
    stored = [output for cell in code_cells(path) for output in cell["outputs"]]
    assert stored != []
    assert [o for o in stored if o["output_type"] == "error" or o.get("name") == "stderr"] == []


@each_notebook
def test_the_readme_says_what_a_notebook_shows_and_how_to_run_it(path: Path) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| [{path.stem}]"))
    assert f"`nbflow run {path.relative_to(ROOT).as_posix()}" in row


def test_the_training_pipeline_has_parallel_branches_and_the_tags_that_it_promises() -> None:
    found = tags(EXAMPLES / "notebooks/train_models.ipynb")
    steps = [tag.removeprefix("step:") for tag in found if tag.startswith("step:")]
    assert len(steps) >= 6
    assert {"train_forest", "train_linear", "compare"} <= set(steps)
    assert {"profile:small", "profile:highmem", "parameters", "setup", "pipeline-metrics"} <= set(
        found
    )
    assert any(tag.startswith("retries:") for tag in found)
    assert any(tag.startswith("timeout:") for tag in found)


def test_the_training_pipeline_has_parameters_of_every_json_type_each_with_help() -> None:
    cells = code_cells(EXAMPLES / "notebooks/train_models.ipynb")
    cell = next(cell for cell in cells if "parameters" in cell["metadata"].get("tags", []))
    values: dict[str, Any] = {}
    exec(source(cell), values)
    values = {name: value for name, value in values.items() if not name.startswith("__")}
    assert {type(value) for value in values.values()} == JSON_TYPES
    lines = source(cell).splitlines()
    assert len(lines) == len(values)
    assert [line for line in lines if "  # " not in line] == []


def test_the_untagged_notebook_has_no_tag() -> None:
    assert tags(EXAMPLES / "notebooks/untagged_report.ipynb") == []


def test_the_kale_notebook_knows_nothing_of_nbflow() -> None:
    path = EXAMPLES / "notebooks/kale_wine.ipynb"
    assert "nbflow" not in read(path)["metadata"]
    assert read(path)["metadata"]["kubeflow_notebook"]["pipeline_name"] == "wine-cultivars"
    ours = ("profile:", "retries:", "timeout:", "parameters", "setup")
    assert [tag for tag in tags(path) if tag.startswith(ours)] == []


@pytest.mark.slow
def test_stored_outputs_are_what_a_new_run_gives(tmp_path: Path) -> None:
    copied = shutil.copytree(
        EXAMPLES / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns("output")
    )
    # matplotlib says on a new machine that it looks for fonts: let it do so outside a cell
    run([sys.executable, "-c", "import matplotlib.font_manager"])
    pytest_here = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    run([*pytest_here, "-p", "no:cacheprovider", "--nbval", str(copied)])
    made = sorted(path.name for path in copied.joinpath("output").iterdir())
    assert made == ["report.md", "tumours.csv"]


@pytest.mark.slow
def test_the_notebook_about_python_shows_what_a_new_run_gives(tmp_path: Path) -> None:
    copied = shutil.copytree(
        EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("output", ".nbflow")
    )
    pytest_here = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    run([*pytest_here, "-p", "no:cacheprovider", "--nbval", str(copied / "python")])


@pytest.mark.slow
def test_the_command_in_the_readme_stores_the_outputs_anew(tmp_path: Path) -> None:
    line = next(line for line in README.splitlines() if line.startswith("jupyter nbconvert"))
    original = EXAMPLES / "notebooks/untagged_report.ipynb"
    copy = shutil.copy(original, tmp_path)
    run([*shlex.split(line)[:-1], copy])
    assert outputs(Path(copy)) == outputs(original)
    assert all(set(cell["metadata"]) <= {"tags"} for cell in code_cells(Path(copy)))

"""The pages of the documentation, read as instructions that can be followed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
_FENCE = re.compile(r"^```(\w*)[ ]?([^\n]*)\n(.*?)^```$", re.M | re.S)
_TABLE = re.compile(r"^\| cell \| tags \|\n\|[-| ]+\|\n((?:\|.*\|\n)+)", re.M)
_CELL = re.compile(r"^# %%(.*)$", re.M)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Part:
    """A fenced block, or a table of tags (its language is then `tags`)."""

    page: str
    line: int
    language: str
    about: str
    text: str


@dataclass
class Workspace:
    """A folder in which a reader follows a page; `notebook` is the one it speaks of."""

    folder: Path
    notebook: Path | None = None
    followed: list[str] = field(default_factory=list)

    def path(self) -> Path:
        """The notebook that the page speaks of."""
        assert self.notebook is not None, "the page shows no notebook before this"
        return self.notebook


def parts(page: Path) -> list[Part]:
    """The page's blocks and tables of tags, in its order."""
    text = page.read_text(encoding="utf-8")
    found = [(m.start(), m[1], m[2].strip(), m[3]) for m in _FENCE.finditer(text)]
    found += [(m.start(), "tags", "", m[1]) for m in _TABLE.finditer(text)]
    return [
        Part(page.name, text.count("\n", 0, start) + 1, language, about, content)
        for start, language, about, content in sorted(found)
    ]


def follow(part: Part, *, workspace: Workspace, wanted: str = "test") -> None:
    """Do what a block says; its commands where they are of the kind that is wanted.

    Those marked `airflow` need an Airflow, those marked `cluster` a Kubernetes cluster and a store.
    """
    match part.language, part.about:
        case "python", "test" if wanted == "test":
            _run_python(part, workspace)
        case "python", about if about.endswith(".ipynb"):
            workspace.notebook = workspace.folder / about
            workspace.notebook.write_text(json.dumps(read_cells(part.text)), encoding="utf-8")
        case "python", about if about.startswith("of ") and wanted == "test":
            _require_lines(part, (workspace.folder / about.removeprefix("of ")).read_text("utf-8"))
        case "json", "metadata":
            _add_metadata(workspace.path(), json.loads(part.text))
        case "tags", _:
            _add_tags(workspace.path(), part.text)
        case (("json" | "yaml" | "text" | "python"), about) if about.startswith("file "):
            file = workspace.folder / about.removeprefix("file ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(part.text, encoding="utf-8")
        case "console", about if about == wanted:
            _run_commands(part, workspace)


def read_cells(text: str) -> dict[str, Any]:
    """A notebook from the percent format: `# %% tags=["step:load"]` begins a cell."""
    pieces = _CELL.split(text)[1:]
    cells = []
    for number, (head, source) in enumerate(zip(pieces[::2], pieces[1::2], strict=True), 1):
        tags = json.loads(head.partition("tags=")[2] or "[]")
        is_text = "[markdown]" in head
        content = source.strip("\n")
        if is_text:
            content = re.sub(r"^# ?", "", content, flags=re.M)
        cell: dict[str, Any] = {
            "cell_type": "markdown" if is_text else "code",
            "id": f"cell-{number}",
            "metadata": {"tags": tags} if tags else {},
            "source": content,
        }
        if not is_text:
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def require_output(part: Part, command: str, *, expected: list[str], actual: str) -> None:
    """Each expected line comes in the output, in this order; `…` stands for anything."""
    lines = [" ".join(line.split()) for line in actual.splitlines()]
    position = 0
    for wanted in filter(None, (" ".join(line.split()) for line in expected)):
        if wanted == "…":
            continue
        pattern = re.compile(".*".join(re.escape(piece) for piece in wanted.split("…")))
        place = next(
            (i for i, line in enumerate(lines) if i >= position and pattern.fullmatch(line)), None
        )
        assert place is not None, (
            f"{part.page}, line {part.line}: `{command}` did not print\n  {wanted}\nbut\n{actual}"
        )
        position = place + 1


def _run_commands(part: Part, workspace: Workspace) -> None:
    commands: list[tuple[str, list[str]]] = []
    for line in part.text.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            assert commands, f"{part.page}, line {part.line}: output without a command"
            commands[-1][1].append(line)
    status, waiting = 0, ""
    for command, expected in commands:
        if command == "echo $?":
            require_output(part, waiting, expected=expected, actual=f"{status}\n")
            status = 0
            continue
        assert status == 0, (
            f"{part.page}: `{waiting}` ended with {status}\n{workspace.followed[-1]}"
        )
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=workspace.folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=280,
        )
        status, waiting = done.returncode, command
        output = _COLOURS.sub("", done.stdout)
        workspace.followed.append(f"$ {command}\n{output}")
        require_output(part, command, expected=expected, actual=output)
    assert status == 0, f"{part.page}: `{waiting}` ended with {status}\n{workspace.followed[-1]}"


def _run_python(part: Part, workspace: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-c", part.text],
        cwd=workspace.folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, f"{part.page}, line {part.line}:\n{done.stderr}"


def _environment() -> dict[str, str]:
    import os

    programs = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "COLUMNS": "100"}


def _require_lines(part: Part, text: str) -> None:
    require_output(part, part.about, expected=part.text.splitlines(), actual=text)


def _add_metadata(path: Path, metadata: dict[str, Any]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"] |= metadata
    path.write_text(json.dumps(content), encoding="utf-8")


def _add_tags(path: Path, table: str) -> None:
    """Tag the cells that begin as the table's rows say; a row replaces a cell's tags."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for row in table.splitlines():
        start, tags = (re.findall(r"`([^`]*)`", cell) for cell in row.strip("|").split("|"))
        (beginning,) = start
        found = [cell for cell in content["cells"] if cell["source"].startswith(beginning)]
        assert len(found) == 1, f"{len(found)} cells of {path.name} begin with {beginning!r}"
        found[0]["metadata"]["tags"] = tags
    path.write_text(json.dumps(content), encoding="utf-8")


def copy_examples(folder: Path) -> None:
    """What a reader has who cloned the repository and stands in its root."""
    ignored = shutil.ignore_patterns("output", "__pycache__", ".*")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=ignored)

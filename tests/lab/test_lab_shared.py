"""What the extension of JupyterLab knows of nbflow is what nbflow is."""

import json
import re
import runpy
from pathlib import Path

import pytest

from nbflow import api, notebook

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "jupyterlab_ext"
# The extension's own tests hold it to the same cases.
OUTLINES = json.loads((EXTENSION / "tests" / "outlines.json").read_text())


def test_the_types_of_endpoints_and_the_tags_are_those_of_the_server():
    written = runpy.run_path(str(ROOT / "scripts" / "lab_types.py"))["files"]()
    stale = [
        name
        for name, text in written.items()
        if (EXTENSION / "src" / "generated" / name).read_text() != text
    ]
    assert stale == [], "write them again: .venv/bin/python scripts/lab_types.py"
    assert {path.name for path in (EXTENSION / "src" / "generated").iterdir()} == set(written)


@pytest.mark.parametrize(("cells", "expected"), OUTLINES)
def test_each_cell_is_to_nbflow_what_the_extension_shows(cells, expected):
    found = notebook.outline(notebook.parse(json.dumps(_notebook(cells)), name="book"))
    steps = {cell: step.name for step in found.steps for cell in step.cells}
    places = [
        f"{found.roles[cell.id]} {steps.get(cell.id, '')}".strip() for cell in found.document.cells
    ]
    assert places == expected


def _notebook(cells):
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"cell_type": "markdown", "id": f"c{index}", "metadata": {}, "source": ""}
            if tags is None
            else {
                "cell_type": "code",
                "id": f"c{index}",
                "metadata": {"tags": tags},
                "source": "",
                "outputs": [],
                "execution_count": None,
            }
            for index, tags in enumerate(cells)
        ],
    }


def test_what_is_wrong_with_an_option_names_it_as_the_form_looks_for_it(tmp_path):
    """The form shows it at the option's field."""
    source = (EXTENSION / "src" / "schedule" / "causes.ts").read_text()
    option = re.compile(re.search(r"OPTION = /(.*)/;", source)[1])
    wrong = {
        "name": "my pipeline",
        "schedule": "@dail",
        "timezone": "Europe/Berln",
        "timeout": "soon",
        "retries": -1,
        "steps": {"a": {"timeout": "later"}},
        "parameters": {"tree": {"minimum": 1}},
        "notify": {"failure": ["nobody"]},
    }
    content = _notebook([["parameters"], ["step:a"]])
    content["cells"][0]["source"] = "trees = 1"
    content["cells"][1]["source"] = "print(trees)"
    content["metadata"] = {"nbflow": wrong}
    named = set()
    for change in ({}, {key: None for key in wrong if key != "notify"}):
        inspected = api.inspect_content(content, path=tmp_path / "book.ipynb", patch=change)
        named |= {found[1] for one in inspected.diagnostics if (found := option.match(one.message))}
    assert named >= {*wrong} - {"steps", "parameters"} | {"steps.a.timeout", "parameters.tree"}


def test_the_extension_has_the_version_of_nbflow_and_pins_what_it_is_built_of():
    package = json.loads((EXTENSION / "package.json").read_text())
    project = (ROOT / "pyproject.toml").read_text()
    assert f'version = "{package["version"]}"' in project
    pinned = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in pinned.items() if not version[0].isdigit()] == []

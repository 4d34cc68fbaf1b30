"""What a bundle holds, and what its digest depends on."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from typing import Any

import pytest
from bundle_pipelines import document, everything, iris, minimal, other_language, plans, settings

from nbflow.bundles import bundle, find_backend, step_notebooks
from nbflow.errors import NotebookError, SettingsError
from nbflow.model import Bundle, Cell, Document, Pipeline
from nbflow.planning import plan
from nbflow.runtime import Orders


def bundled(pipeline: Pipeline, **choices: Any) -> Bundle:
    return bundle(plan(pipeline, settings=settings()), **choices)


def roles(notebook: dict[str, Any]) -> list[str]:
    """The generated cells by role, the author's by id."""
    return [
        cell["metadata"].get("nbflow", {}).get("role", cell["id"]) for cell in notebook["cells"]
    ]


def orders(notebook: dict[str, Any]) -> Orders:
    """The orders as the kernel would get them: from the source of the cell."""
    begin = next(cell for cell in notebook["cells"] if cell["id"] == "nbflow-begin")
    call = ast.parse(begin["source"]).body[1].value  # type: ignore[attr-defined]
    return Orders.from_json(ast.literal_eval(call.args[0]))


def test_a_bundle_holds_step_notebooks_files_and_manifest() -> None:
    made = bundled(iris(), attachments={"lib/m.py": b"x = 1\n", "data.csv": b"\xff\x00"})
    assert list(made.files) == [
        "files/data.csv",
        "files/lib/m.py",
        "manifest.json",
        "notebook.ipynb",
        "steps/best.ipynb",
        "steps/boost.ipynb",
        "steps/forest.ipynb",
        "steps/load.ipynb",
    ]
    assert made.files["files/data.csv"] == b"\xff\x00"
    assert len(made.digest) == 16
    assert made.digest in made.dag


def test_zeros_of_the_authors_are_not_taken_for_the_digests_place() -> None:
    zeros = "0" * 16
    said = replace(minimal(), options=replace(minimal().options, description=zeros))
    made = bundled(said)
    assert f'description="{zeros}"' in made.dag
    assert f"/{made.digest}" in made.dag
    assert f"/{zeros}" not in made.dag


@pytest.mark.parametrize("path", ["../x.py", "/etc/passwd", "a/../../b", ".", "a\\b"])
def test_an_attachment_outside_the_notebooks_folder_is_refused(path: str) -> None:
    with pytest.raises(NotebookError, match="outside"):
        bundled(minimal(), attachments={path: b""})


def test_the_cells_of_a_step_notebook_stand_in_the_runtimes_order() -> None:
    notebook = step_notebooks(plan(iris(), settings=settings()))["boost"]
    assert roles(notebook) == [
        "parameters",
        "begin",
        "params",
        "given",
        "setup",
        "load",
        "boost",
        "save",
    ]
    assert notebook["cells"][0]["metadata"]["tags"] == ["parameters", "nbflow"]


def test_a_step_notebook_without_parameters_has_no_cell_for_them() -> None:
    notebook = step_notebooks(plan(minimal(), settings=settings()))["main"]
    assert roles(notebook) == ["parameters", "begin", "load", "a", "save"]


def test_a_step_notebook_is_valid() -> None:
    import nbformat

    for made in plans().values():
        for step in made.steps:
            nbformat.validate(step_notebooks(made)[step.name])


def test_orders_arrive_as_the_analysis_found_them() -> None:
    made = plan(iris(), settings=settings())
    notebook = step_notebooks(made)["forest"]
    found = orders(notebook)
    assert found.dag_id == "iris"
    assert found.steps == ("load", "forest", "boost", "best")
    assert found.ancestors == ("load",)
    assert found.descendants == ("best",)
    assert found.needs == {"frame": "load"}
    assert found.saves == ("forest",)
    assert found.definitions[0].names == ("fit",)
    assert found.parameters["learning_rate"].kind == "float"
    assert found.cells == ("forest",)
    assert found.seeded is True
    assert notebook["metadata"]["nbflow"]["orders"] == found.as_dict()


def test_values_that_try_to_break_out_arrive_in_the_orders() -> None:
    made = plan(everything(), settings=settings())
    found = orders(step_notebooks(made)["class"])
    for parameter in made.pipeline.parameters:
        assert found.parameters[parameter.name].default == parameter.default


def test_a_kernel_of_another_language_gets_the_authors_cells_only() -> None:
    notebook = step_notebooks(plan(other_language(), settings=settings()))["second"]
    assert roles(notebook) == ["b"]
    assert notebook["metadata"]["kernelspec"] == {
        "display_name": "ir",
        "language": "r",
        "name": "ir",
    }
    assert "PARAMETERS" not in bundled(other_language()).dag


def test_an_authors_tag_does_not_make_a_cell_papermills() -> None:
    cell = Cell("a", 0, "code", "1", tags=("injected-parameters", "raises-exception"))
    pipeline = replace(minimal(), document=Document(name="hello", cells=(cell,)))
    notebook = step_notebooks(plan(pipeline, settings=settings()))["main"]
    assert notebook["cells"][3]["metadata"] == {"tags": ["raises-exception"]}


def test_the_same_code_makes_the_same_bytes_whatever_outputs_are_stored() -> None:
    pipeline = iris()
    run_before = replace(
        pipeline.document,
        raw={"cells": [{"id": "params", "outputs": ["…"], "execution_count": 7}]},
        metadata={"widgets": {"a": 1}, "signature": "x"},
        cells=tuple(
            replace(cell, metadata={"execution": {"iopub.status.busy": "2026"}})
            for cell in pipeline.document.cells
        ),
    )
    assert bundled(pipeline) == bundled(replace(pipeline, document=run_before))


def test_every_input_changes_the_digest() -> None:
    pipeline = iris()
    digests = [
        bundled(pipeline).digest,
        bundled(pipeline, attachments={"a.csv": b"1"}).digest,
        bundled(pipeline, attachments={"a.csv": b"2"}).digest,
        bundled(pipeline, attachments={"b.csv": b"2"}).digest,
        bundled(replace(pipeline, options=replace(pipeline.options, schedule="@daily"))).digest,
        bundled(
            replace(pipeline, document=document({"params": "x"} | _sources(), name="iris"))
        ).digest,
        bundle(plan(pipeline, settings=settings(store="/data"))).digest,
        bundled(pipeline, source="other/iris.ipynb").digest,
    ]
    assert len(set(digests)) == len(digests)


def _sources() -> dict[str, str]:
    return {cell.id: cell.source for cell in iris().document.cells if cell.id != "params"}


def test_the_manifest_says_what_the_bundle_is() -> None:
    made = bundled(iris(), source="notebooks/iris.ipynb")
    manifest = json.loads(made.files["manifest.json"])
    assert manifest["dag_id"] == "iris"
    assert manifest["source"]["notebook"] == "notebooks/iris.ipynb"
    assert [step["name"] for step in manifest["steps"]] == ["load", "forest", "boost", "best"]
    assert manifest["steps"][2]["needs"] == [
        {
            "step": "load",
            "because": [
                {"kind": "declared", "names": ["boost"]},
                {"kind": "variables", "names": ["frame"]},
            ],
        }
    ]
    assert set(manifest["files"]) == set(made.files) - {"manifest.json"}


def test_an_unknown_backend_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="no backend 'papermil'") as caught:
        find_backend("papermil")
    assert "papermill" in str(caught.value.hint)


def test_a_step_notebook_tells_the_authors_numbers_of_their_cells() -> None:
    made = bundled(iris())
    for path in (one for one in made.files if one.startswith("steps/")):
        notebook = json.loads(made.files[path])
        mine = {cell["id"] for cell in notebook["cells"] if "nbflow" not in cell["metadata"]}
        numbers = {cell.id: cell.index + 1 for cell in iris().document.cells if cell.id in mine}
        assert notebook["metadata"]["nbflow"]["numbers"] == numbers != {}

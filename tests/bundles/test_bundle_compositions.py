"""The bundle of several notebooks: its DAG byte by byte, and what lies beside it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from bundle_layouts import ruff_check, ruff_format
from composition_plans import composition_plans

from nbflow.bundles import bundle_composition

GOLDEN = Path(__file__).parent / "golden" / "compositions"
UPDATE = os.environ.get("NBFLOW_UPDATE_GOLDEN") == "1"
PLANS = composition_plans()


def made(name):
    return bundle_composition(
        PLANS[name],
        attachments={"train": {"lib.py": b"x = 1"}},
        source="weekly/pipeline.yaml",
        definition=b"name: weekly\n",
    )


@pytest.mark.parametrize("name", sorted(PLANS))
def test_the_dag_file_is_the_golden_one(name):
    found = made(name)
    text = found.dag.replace(found.digest, "0" * 16)
    file = GOLDEN / f"{name}.py"
    if UPDATE:
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"no golden file {file.name}; NBFLOW_UPDATE_GOLDEN=1 writes it"
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(PLANS))
def test_ruff_has_nothing_to_say_about_the_dag_file(name):
    dag = made(name).dag
    assert ruff_check(dag) == ""
    assert ruff_format(dag) == dag
    assert not re.search(r"^\s*(?:import|from)\s+nbflow", dag, re.MULTILINE)


def test_the_same_pipeline_makes_the_same_bytes():
    assert made("weekly") == made("weekly")


def test_each_stage_has_its_step_notebooks_its_files_and_its_notebook():
    found = made("weekly")
    assert [path for path in found.files if "class" not in path] == [
        "files/train/lib.py",
        "manifest.json",
        "notebooks/ingest.ipynb",
        "notebooks/train.ipynb",
        "pipeline.yaml",
        "steps/ingest.load.ipynb",
        "steps/train.best.ipynb",
        "steps/train.boost.ipynb",
        "steps/train.forest.ipynb",
        "steps/train.load.ipynb",
    ]
    manifest = json.loads(found.files["manifest.json"])
    assert [one["name"] for one in manifest["stages"]] == ["ingest", "train", "release", "class"]
    assert manifest["stages"][1]["foreach"] == "folds"
    needs = {one["name"]: [n["step"] for n in one["needs"]] for one in manifest["steps"]}
    assert needs["train.load"] == ["ingest.load"]
    assert needs["class.load"] == ["train.best", "release"]


def test_the_step_that_binds_an_output_last_is_told_to_pass_it_on():
    found = made("weekly")
    orders = {
        path: json.loads(content)["metadata"]["nbflow"]["orders"]
        for path, content in found.files.items()
        if path.startswith("steps/")
    }
    assert orders["steps/ingest.load.ipynb"]["outputs"] == ["note", "rate"]
    assert orders["steps/ingest.load.ipynb"]["stage"] == "ingest"
    assert orders["steps/train.best.ipynb"]["outputs"] == ["score"]
    assert "outputs" not in orders["steps/train.load.ipynb"]
